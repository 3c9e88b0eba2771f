package server

import (
	"context"
	"time"

	"cenacle/internal/config"
	"cenacle/internal/rotation"
	"cenacle/internal/vault"
)

// followKeys learns of a new root key while another process replaces it, and says
// that this one needs the old one where it was started with it.
func (s *Server) followKeys(ctx context.Context) error {
	s.recheckKeys(ctx, func() error {
		return s.Office.Ring.Vault().Follow(ctx, s.Office.Store.Directory(), s.Office.Clock())
	})
	return nil
}

// LearnKeys learns of a new root key as [Server.Run] does, for a server that is not run
// and lasts longer than [vault.Recheck], until the context ends. It keeps nobody from
// ending the old key: then what is under way fails, and can be done again.
func (s *Server) LearnKeys(ctx context.Context) {
	s.recheckKeys(ctx, func() error {
		_, err := s.Office.Ring.Vault().Roots(ctx, s.Office.Store.Directory())
		return err
	})
}

func (s *Server) recheckKeys(ctx context.Context, look func() error) {
	tick := time.NewTicker(vault.Recheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := look(); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "looking for another root key", "cause", err.Error())
		}
	}
}

// Rotation replaces the keys of this installation.
func (s *Server) Rotation() *rotation.Rotation { return &rotation.Rotation{Office: s.Office} }

// Root is the root key that a configuration names, which is never made.
func Root(ctx context.Context, c *config.Config) (vault.Key, error) {
	return existing(c, c.Data).Root(ctx)
}
