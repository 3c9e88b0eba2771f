package server

import (
	"context"

	"cenacle/internal/config"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/trace"
)

// openTracer is who follows requests; nil when the operator names no collector.
func (s *Server) openTracer(c *config.Config, o Options) error {
	if c.Traces.Endpoint == "" {
		return nil
	}
	token, err := c.TracesToken()
	if err != nil {
		return err
	}
	s.tracer = trace.New(trace.Config{
		Endpoint: c.Traces.Endpoint, Token: token.Reveal(), Share: float64(c.Traces.Share) / 100,
		Version: o.Version, Clock: o.Clock, Log: o.Log,
	})
	return nil
}

// followed has each job make a span.
func (s *Server) followed(handlers map[string]outbox.Handler) {
	if s.tracer == nil {
		return
	}
	for kind, do := range handlers {
		handlers[kind] = func(ctx context.Context, f id.Firm, j outbox.Job) error {
			ctx, span := s.tracer.Job(ctx, "job "+kind)
			err := do(ctx, f, j)
			said := ""
			if err != nil {
				said = fault.KindOf(err).String()
			}
			span.End(said)
			return err
		}
	}
}
