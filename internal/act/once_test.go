package act_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// TestOnce sends the same request eight times at once, and again: one act.
func TestOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := open(t, s)
		by := d.by
		by.Once = authz.Once{Key: "k", Request: "r"}
		ask := func(by authz.Actor) error {
			return d.Do(t.Context(), by.Firm, func(a *act.Act) error {
				_, err := a.Record(by, "thing.made", room, "thing", nil)
				if err != nil {
					return err
				}
				_, err = a.Record(by, "thing.named", room, "another", nil)
				return err
			})
		}
		made := make(chan error, 8)
		var all sync.WaitGroup
		for range cap(made) {
			all.Go(func() { made <- ask(by) })
		}
		all.Wait()
		close(made)
		done := 0
		for err := range made {
			switch {
			case err == nil:
				done++
			case !fault.Is(err, fault.Conflict):
				t.Errorf("a repeated request: %v", err)
			}
		}
		if done != 1 {
			t.Errorf("%d of 8 equal requests were done, want 1", done)
		}
		if object, known, err := d.Settled(t.Context(), by); err != nil || !known || object != "thing" {
			t.Errorf("Settled = %q, %v, %v; want the object of the first line", object, known, err)
		}

		other := by
		other.Once.Request = "something else"
		if _, _, err := d.Settled(t.Context(), other); !fault.Is(err, fault.Invalid) {
			t.Errorf("the key of another request: %v, want Invalid", err)
		}
		stranger := by
		stranger.Person = "somebody"
		if _, known, err := d.Settled(t.Context(), stranger); err != nil || known {
			t.Errorf("somebody else's key: %v, %v", known, err)
		}

		d.clock.Advance(25 * time.Hour)
		if _, known, err := d.Settled(t.Context(), by); err != nil || known {
			t.Errorf("after a day: %v, %v; want the key forgotten", known, err)
		}
		must(t, ask(by))
		must(t, d.Sweep(t.Context(), by.Firm))
		if _, known, err := d.Settled(t.Context(), by); err != nil || !known {
			t.Errorf("a sweep forgot a fresh key: %v, %v", known, err)
		}
	})
}

// TestOnceFails keeps no key for an act that did not happen.
func TestOnceFails(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := open(t, s)
		by := d.by
		by.Once = authz.Once{Key: "k", Request: "r"}
		err := d.Do(t.Context(), by.Firm, func(a *act.Act) error {
			_, err := a.Record(by, "thing.made", room, "thing", nil)
			return errors.Join(err, errRule)
		})
		if !errors.Is(err, errRule) {
			t.Fatal(err)
		}
		if _, known, err := d.Settled(t.Context(), by); err != nil || known {
			t.Errorf("Settled = %v, %v after an act that failed", known, err)
		}
	})
}
