package rotation

import (
	"context"
	"errors"

	"cenacle/internal/act"
	"cenacle/internal/fault"
	"cenacle/internal/vault"
)

// RootStage is where the rotation of the root key stands.
type RootStage int

// The stages.
const (
	RootSame   RootStage = iota // the key that was given is the only one
	RootBegins                  // another one is there; nothing has begun
	RootOn                      // everything is to be wrapped under it; servers still start with the old one
	RootEnds                    // this process was started with it: what is left of the old one can go
)

// RootStage compares the key that is to be the root key with what is there. Fault:
// "vault.other_root" where another rotation is under way.
func (r *Rotation) RootStage(ctx context.Context, next vault.Key) (_ RootStage, err error) {
	defer fault.Op(&err, "rotation.RootStage")
	roots, err := r.Office.Ring.Vault().Roots(ctx, r.Office.Store.Directory())
	same := r.Office.Ring.Vault().Newest(next)
	switch {
	case err != nil:
		return RootSame, err
	case !roots.Two && same:
		return RootSame, nil
	case !roots.Two:
		return RootBegins, nil
	case !same:
		return RootSame, fault.New(fault.Conflict, "vault.other_root")
	case roots.Newer:
		return RootEnds, nil
	}
	return RootOn, nil
}

// Root wraps the keys of the directory and of every firm under a new root key.
// old is the one that this process was started with. Afterwards either key opens
// the installation, until [Rotation.EndRoot].
func (r *Rotation) Root(ctx context.Context, old, next vault.Key) (_ Count, err error) {
	defer fault.Op(&err, "rotation.Root")
	v, d := r.Office.Ring.Vault(), r.Office.Store.Directory()
	if err := v.BeginRoot(ctx, d, old, next, r.Office.Clock()); err != nil {
		return Count{}, err
	}
	if err := r.pause(ctx); err != nil { // every node learns of it
		return Count{}, err
	}
	return r.sweepRoot(ctx)
}

// EndRoot looks once more at everything, then destroys what the old root key still
// opened. Faults: "vault.root_used", "vault.root_needed".
func (r *Rotation) EndRoot(ctx context.Context) (_ Count, err error) {
	defer fault.Op(&err, "rotation.EndRoot")
	c, err := r.sweepRoot(ctx)
	if err != nil {
		return c, err
	}
	return c, r.Office.Ring.Vault().EndRoot(ctx, r.Office.Store.Directory(), r.Office.Clock())
}

func (r *Rotation) sweepRoot(ctx context.Context) (c Count, err error) {
	moved, err := r.Office.Ring.Vault().RewrapDirectory(ctx, r.Office.Store.Directory())
	if err != nil {
		return c, err
	}
	c = Count{Keys: 1, Under: 1}
	if moved {
		c.Moved = 1
	}
	firms, err := r.Office.Store.Firms(ctx)
	if err != nil {
		return c, err
	}
	for _, f := range firms {
		var seen, moved int
		err := r.Office.Do(ctx, f, func(a *act.Act) (err error) {
			if seen, moved, err = a.Ring().RewrapFirm(a.Tx); err != nil {
				return err
			}
			if moved == 0 {
				return errDone
			}
			return record(a, rekeyed{Key: "root"})
		})
		if err != nil && !errors.Is(err, errDone) {
			return c, err
		}
		c.Under, c.Moved = c.Under+seen, c.Moved+moved
	}
	return c, nil
}
