package server

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"cenacle/internal/blob/s3"
	"cenacle/internal/metric"
)

// alias is what the log calls a firm or a person: eight digits that only this
// installation's key can make of an identifier.
func (s *Server) alias(kind, identifier string) string {
	return hex.EncodeToString(s.Office.Ring.Directory().Lookup("log."+kind, identifier)[:4])
}

// watch makes the figures of this server, when its operator asks for them.
func (s *Server) watch(version string) *metric.Set {
	if s.config.Metrics.Listen == "" {
		return nil
	}
	database, err := s.config.DatabaseURL()
	s.survey = newSurvey(s, err == nil && !database.Empty())
	m := metric.New(version)
	s.watchStore(m)
	s.watchWork(m)
	s.watchBytes(m)
	return m
}

func (s *Server) watchStore(m *metric.Set) {
	stats := s.Office.Store.Stats
	m.Counter("store_updates_total", func() uint64 { return stats().Updates })
	m.Counter("store_commits_total", func() uint64 { return stats().Commits })
	m.Counter("store_statements_total", func() uint64 { return stats().Statements })
	m.Counter("store_retries_total", func() uint64 { return stats().Retried })
	m.Counter("store_exhausted_total", func() uint64 { return stats().Exhausted })
	m.Counter("store_waits_total", func() uint64 { return stats().Waits })
	m.States("store_connections", func() map[string]int64 {
		now := stats()
		return map[string]int64{"busy": int64(now.Busy), "idle": int64(now.Idle)}
	})
	m.Gauge("store_open_firms", func() float64 { return float64(stats().OpenFirms) })
}

func (s *Server) watchWork(m *metric.Set) {
	v := s.survey
	m.States("outbox_jobs", func() map[string]int64 {
		sum := v.sum()
		return map[string]int64{"waiting": sum.waiting, "running": sum.running, "dead": sum.dead}
	})
	m.Gauge("outbox_oldest_seconds", func() float64 { return v.sum().jobAge.Seconds() })
	m.States("webhook_notices", func() map[string]int64 {
		sum := v.sum()
		return map[string]int64{"waiting": sum.notices, "failed": sum.failed}
	})
	m.Gauge("journal_waiting_entries", func() float64 { return float64(v.sum().entries) })
	m.Gauge("journal_lag_seconds", func() float64 { return v.sum().entryAge.Seconds() })
	m.Gauge("survey_age_seconds", func() float64 {
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.ended.IsZero() {
			return 0
		}
		return until(0).Sub(v.ended).Seconds()
	})
	m.Gauge("survey_seconds", func() float64 {
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.took.Seconds()
	})
	if s.texts != nil {
		m.Counter("sms_sent_total", s.texts.Sent)
		m.Counter("sms_failures_total", s.texts.Failed)
	}
	m.Counter("survey_failures_total", func() uint64 {
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.failed
	})
	if s.tracer != nil {
		m.Counter("trace_spans_sent_total", func() uint64 { return s.tracer.Stats().Sent })
		m.Counter("trace_spans_dropped_total", func() uint64 { return s.tracer.Stats().Dropped })
	}
	if s.keeper != nil {
		m.Gauge("certificate_left_seconds", func() float64 { return s.keeper.Left().Seconds() })
	}
	m.Gauge("ready", func() float64 {
		if _, err := s.readyNow(context.Background()); err != nil { // has a limit of its own
			return 0
		}
		return 1
	})
}

func (s *Server) watchBytes(m *metric.Set) {
	m.Counter("blob_written_bytes_total", func() uint64 { return s.blobs.Stats().Written })
	m.Counter("blob_read_bytes_total", func() uint64 { return s.blobs.Stats().Read })
	if remote, ok := s.bucket.(*s3.Bucket); ok {
		m.Counter("storage_requests_total", func() uint64 { return remote.Stats().Requests })
		m.Counter("storage_retries_total", func() uint64 { return remote.Stats().Retries })
		m.Counter("storage_failures_total", func() uint64 { return remote.Stats().Failures })
	}
	m.Counter("plan_refused_spaces_total", func() uint64 { return s.Plans.Refused().Spaces })
	m.Counter("plan_refused_colleagues_total", func() uint64 { return s.Plans.Refused().Colleagues })
	m.Counter("plan_refused_storage_total", func() uint64 { return s.Plans.Refused().Storage })
	m.Counter("scans_clean_total", func() uint64 { return s.scanner.Stats().Clean })
	m.Counter("scans_infected_total", func() uint64 { return s.scanner.Stats().Infected })
	m.Counter("scans_away_total", func() uint64 { return s.scanner.Stats().Away })
	m.Counter("scans_large_total", func() uint64 { return s.scanner.Stats().Large })
	m.Gauge("uploads_open", func() float64 { return float64(s.blobs.Stats().Writing) })
	m.Gauge("live_connections", func() float64 { return float64(s.Office.Live.Count()) })
	m.States("password_hashes", func() map[string]int64 {
		h := s.Accounts.Hashing()
		return map[string]int64{"running": h.Running, "waiting": h.Waiting}
	})
	m.Counter("password_hashes_refused_total", func() uint64 { return s.Accounts.Hashing().Refused })
}

// figures serves the figures and the probes at an address of their own, until
// the function it returns is called. Without figures it does nothing.
func (s *Server) figures(failed chan<- error) (stop func() error, err error) {
	if s.set == nil {
		return func() error { return nil }, nil
	}
	token, err := s.config.MetricsToken()
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", s.config.Metrics.Listen)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	s.probes(mux)
	mux.Handle("GET /metrics", bearer(token.Reveal(), s.set.Handler()))
	h := &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: s.quiet(),
	}
	if host, _, _ := net.SplitHostPort(s.config.Metrics.Listen); !isLoopback(host) {
		if h.TLSConfig, err = s.certificate(); err != nil {
			return nil, errors.Join(err, l.Close())
		}
	}
	s.log.Info("figures are read", "address", l.Addr().String())
	go func() {
		if err := serve(h, l); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	return h.Close, nil
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// bearer lets those in who show the token; without one, whoever can connect.
func bearer(token string, next http.Handler) http.Handler {
	if token == "" {
		return next
	}
	want := sha256.Sum256([]byte(token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if got := sha256.Sum256([]byte(shown)); subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			say(w, http.StatusUnauthorized, "unauthorized")
			return
		}
		next.ServeHTTP(w, r)
	})
}
