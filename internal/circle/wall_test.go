package circle_test

import (
	"errors"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

var (
	dropWall   = store.ForFirm(`delete from wall where firm_id = $1 and space_id = $2 and person_id = $3`)
	spoilUntil = store.ForFirm(`update wall set until = '2020-01-01' where firm_id = $1 and space_id = $2 and person_id = $3`)
)

func (r room) keep(do func(*act.Act) error) error {
	return r.Office.Keep(r.t.Context(), r.Lead.Firm, do)
}

func (r room) raise(p id.Person, until string) error {
	return r.keep(func(a *act.Act) error {
		return circle.Raise(a, r.space, circle.Wall{Person: p, By: r.Lead.Person, Until: until, Reason: "Conflit"})
	})
}

func (r room) join(p id.Person, role authz.Role) error {
	return r.keep(func(a *act.Act) error { return circle.Join(a, r.space, p, role) })
}

func (r room) enters(by authz.Actor) error {
	return r.see(func(a *act.Act) error { _, err := circle.Enter(a, by, r.space, authz.SpaceSee); return err })
}

// TestISO07_Wall: it ends a membership at once and lets nobody give it back, until it
// is lifted or its last day has passed; and neither gives anything back by itself.
func TestISO07_Wall(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		colleague, client := r.who[authz.Colleague], r.who[authz.Client]
		r.Must(r.raise(colleague.Person, ""), r.raise(client.Person, "2026-11-30"))
		for _, p := range []authz.Actor{colleague, client} {
			if err := r.enters(p); !fault.Is(err, fault.NotFound) || r.now(p) != "" {
				t.Errorf("behind a wall: %v, in %q", err, r.now(p))
			}
			if err := r.join(p.Person, authz.Client); !fault.Is(err, fault.Conflict) {
				t.Errorf("let in behind a wall: %v", err)
			}
		}
		if err := r.raise(client.Person, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second wall: %v", err)
		}
		if err := r.raise(r.Lead.Person, ""); !fault.Is(err, fault.Conflict) || r.enters(r.Lead) != nil {
			t.Errorf("the lead is kept out: %v", err)
		}
		r.Must(r.see(func(a *act.Act) error {
			all, err := circle.Walls(a, r.space)
			if len(all) != 2 || all[1].Reason != "Conflit" || all[1].Until != "2026-11-30" || all[1].By != r.Lead.Person {
				t.Errorf("%+v", all)
			}
			return err
		}))

		r.Must(r.keep(func(a *act.Act) error { return circle.Unwall(a, r.space, colleague.Person) }))
		if err := r.enters(colleague); !fault.Is(err, fault.NotFound) {
			t.Errorf("lifting gives the space back: %v", err)
		}
		r.Must(r.join(colleague.Person, authz.Colleague), r.enters(colleague))
		if err := r.keep(func(a *act.Act) error { return circle.Unwall(a, r.space, colleague.Person) }); !fault.Is(err, fault.NotFound) {
			t.Errorf("lifted twice: %v", err)
		}

		r.Clock.Advance(7 * 24 * time.Hour) // the last day itself: it stands
		if err := r.join(client.Person, authz.Client); !fault.Is(err, fault.Conflict) {
			t.Errorf("on its last day: %v", err)
		}
		r.Clock.Advance(24 * time.Hour)
		if err := r.enters(client); !fault.Is(err, fault.NotFound) {
			t.Errorf("the day after gives the space back: %v", err)
		}
		r.Must(r.join(client.Person, authz.Client), r.enters(client))
	})
}

// TestWallByHand: whoever writes into the database lets nobody in.
func TestWallByHand(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		colleague, client := r.who[authz.Colleague], r.who[authz.Client]
		r.Must(r.raise(colleague.Person, ""), r.raise(client.Person, "2026-12-31"))
		r.Must(r.keep(func(a *act.Act) error {
			err := a.Write(dropWall, r.space, colleague.Person)
			failed := a.Write(spoilUntil, r.space, client.Person)
			return errors.Join(err, failed)
		}))
		for _, p := range []authz.Actor{colleague, client} {
			if err := r.enters(p); !fault.Is(err, fault.NotFound) {
				t.Errorf("the row of her wall was changed: %v", err)
			}
		}
		if err := r.join(client.Person, authz.Client); !errors.Is(err, vault.ErrTampered) {
			t.Errorf("its last day was changed: %v", err)
		}
	})
}

// TestWallOutlivesThaw: who was frozen out and is then kept out does not come back
// with the others.
func TestWallOutlivesThaw(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		client, guest := r.who[authz.Client], r.who[authz.Guest]
		var kept []circle.Kept
		var at time.Time
		r.Must(r.keep(func(a *act.Act) (err error) {
			at = a.Now
			kept, err = circle.Suspend(a, r.space)
			return err
		}), r.raise(client.Person, ""), r.keep(func(a *act.Act) error { return circle.Restore(a, r.space, at, kept) }))
		r.Must(r.enters(guest))
		r.Must(r.keep(func(a *act.Act) error { return circle.Unwall(a, r.space, client.Person) }))
		if err := r.enters(client); !fault.Is(err, fault.NotFound) {
			t.Errorf("she is back: %v", err)
		}
	})
}
