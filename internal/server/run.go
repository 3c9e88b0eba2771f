package server

import (
	"context"
	"errors"
	"log"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Run serves on l and works on jobs until ctx ends; then it drains, as
// [config.Drain] says, and returns.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	inner, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	failed := make(chan error, 8)
	h, err := s.httpServer(inner)
	if err != nil {
		return err
	}
	stopAside, err := s.aside(failed)
	if err != nil {
		return err
	}
	var work sync.WaitGroup
	start := func(run func(context.Context) error) {
		work.Go(func() {
			if err := run(inner); err != nil {
				failed <- err
			}
		})
	}
	start(s.sequencer.Run)
	start(s.Outbox.Run)
	start(s.tidy)
	start(s.followKeys)
	start(s.Hosts.Run)
	start(s.Sanctions.Run)
	if s.others != nil {
		start(s.others.relay.Run)
		start(s.others.run)
	}
	if s.survey != nil {
		start(s.survey.run)
	}
	if s.keeper != nil {
		start(s.keeper.Run)
	}
	if s.tracer != nil {
		start(s.tracer.Run)
	}
	go func() {
		if err := serve(h, l); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	delay := time.Duration(s.config.Drain.Delay) * time.Second
	select {
	case <-ctx.Done():
	case err = <-failed:
		delay = 0
	}
	err = errors.Join(err, s.end(inner, h, delay))
	stop()
	work.Wait()
	return errors.Join(err, stopAside())
}

func (s *Server) httpServer(ctx context.Context) (*http.Server, error) {
	h := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    s.quiet(),
	}
	var err error
	h.TLSConfig, err = s.certificate()
	return h, err
}

// quiet is for what clients do wrong with a connection.
func (s *Server) quiet() *log.Logger { return slog.NewLogLogger(s.log.Handler(), slog.LevelDebug) }

func serve(h *http.Server, l net.Listener) error {
	if h.TLSConfig != nil {
		return h.ServeTLS(l, "", "")
	}
	return h.Serve(l)
}
