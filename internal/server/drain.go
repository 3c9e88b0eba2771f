package server

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// settleTime is how long handlers whose connection was cut may take to keep what
// has come.
const settleTime = 10 * time.Second

// count knows how many requests are under way, and while the server drains asks
// each connection to be the last one of its client here.
func (s *Server) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.flying.Add(1)
		defer s.flying.Add(-1)
		if s.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// end lets what is under way end. First /readyz turns, and all is served on for
// the delay of the configuration, so that no balancer meets a closed door. Then
// nothing new is accepted, and the rest has its grace; what is cut after that is
// an upload or a download, and both resume.
func (s *Server) end(ctx context.Context, h *http.Server, delay time.Duration) error {
	s.draining.Store(true)
	s.log.Info("draining", "seconds", delay.Seconds(), "requests", s.flying.Load())
	wait(ctx, delay)
	s.drain.Do(func() { close(s.closing) })
	grace, cancel := context.WithTimeout(ctx, time.Duration(s.config.Drain.Grace)*time.Second)
	defer cancel()
	err := h.Shutdown(grace)
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	s.log.Warn("cutting what has not ended", "requests", s.flying.Load())
	err = h.Close()
	for left := settleTime; s.flying.Load() > 0 && left > 0; left -= settleStep {
		wait(ctx, settleStep)
	}
	return err
}

const settleStep = 10 * time.Millisecond

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
