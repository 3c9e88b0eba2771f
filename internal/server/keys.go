package server

import (
	"context"
	"time"

	"cenacle/internal/config"
	"cenacle/internal/rotation"
	"cenacle/internal/vault"
)

// FollowKeys learns of a new root key while another process replaces it, and says
// that this one needs the old one where it was started with it, until the context
// ends. [Server.Run] does it; whoever opens a server for longer than [vault.Recheck]
// without running it does it too, or what is wrapped anew meanwhile no longer opens.
func (s *Server) FollowKeys(ctx context.Context) error {
	tick := time.NewTicker(vault.Recheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := s.Office.Ring.Vault().Follow(ctx, s.Office.Store.Directory(), s.Office.Clock()); err != nil && ctx.Err() == nil {
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
