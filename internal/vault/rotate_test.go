package vault

import (
	"errors"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

var aKeyPlace = Place{Table: "version", Column: "key", Row: "1"}

// written is what somebody has sealed in a space at some time.
type written struct {
	text, wrapped, mac, found []byte
}

func (h house) write(r *Ring, s id.Space) (w written) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		box, err := r.look(tx, address{firm: tx.Firm(), space: s})
		if err != nil {
			return err
		}
		w = written{text: box.SealText(aPlace, "titre"), mac: box.MAC("row", "1"), found: box.Lookup("title", "titre")}
		w.wrapped, err = r.Wrap(tx, s, aKeyPlace, NewKey())
		return err
	})
	return w
}

// reads demands that a node opens all that was ever written, whether it knows the
// rows or has an old box.
func (h house) reads(what string, r *Ring, s id.Space, all ...written) {
	h.Helper()
	box, err := h.space(r, s)
	if err != nil {
		h.Errorf("%s: %v", what, err)
		return
	}
	for n, w := range all {
		text, err := box.OpenText(aPlace, w.text)
		if err != nil || text != "titre" {
			h.Errorf("%s: text %d: %v", what, n, err)
		}
		if _, err := box.UnwrapKey(aKeyPlace, w.wrapped); err != nil {
			h.Errorf("%s: key %d: %v", what, n, err)
		}
		if err := box.CheckMAC(w.mac, "row", "1"); err != nil {
			h.Errorf("%s: row %d: %v", what, n, err)
		}
		if string(box.Lookup("title", "titre")) != string(w.found) {
			h.Errorf("%s: what was looked up as %d is not found", what, n)
		}
	}
}

func (h house) rewrap(s id.Space, w *written) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		again, err := h.ring.Rewrap(tx, s, aKeyPlace, w.wrapped)
		if again != nil {
			w.wrapped = again
		}
		return err
	})
}

// TestRotate replaces the keys of a space and of its firm twice, each step with a
// node that knows, one that has only just looked, and one that starts.
func TestRotate(t *testing.T) {
	eachHouse(t, func(h house) {
		s, other := h.createSpace(), h.open()
		var all []written
		look := func(what string) {
			h.Helper()
			all = append(all, h.write(h.ring, s))
			for _, r := range []*Ring{h.ring, h.open()} {
				h.reads(what, r, s, all...)
			}
		}
		for range 2 {
			for _, of := range []id.Space{s, ""} {
				look("steady")
				h.reads("before", other, s, all...)
				h.stage(of, Steady)
				h.update(func(tx *store.Tx) error { return h.ring.Begin(tx, of, now) })
				h.stage(of, Waiting)
				look("begun") // what is written is for those who do not know yet
				h.reads("who does not know", other, s, all...)
				other = h.open() // more than Recheck later
				err := h.firm.Update(h.Context(), func(tx *store.Tx) error { return h.ring.Begin(tx, of, now) })
				wantFault(h.T, "begun twice", err, "vault.rotating")
				err = h.firm.Update(h.Context(), func(tx *store.Tx) error { return h.ring.Retire(tx, of) })
				wantFault(h.T, "retired before its use", err, "vault.rotating")
				h.reads("who knows", other, s, all...)
				h.update(func(tx *store.Tx) error { return h.ring.Use(tx, of) })
				h.stage(of, Used)
				look("in use")
				h.reads("who has not looked again", other, s, all...)
				h.sweep(s, of, all)
				look("swept")
				other = h.open()
				h.reads("who looked", other, s, all...)
				h.update(func(tx *store.Tx) error { return h.ring.Retire(tx, of) })
				h.stage(of, Steady)
				look("retired")
				h.reads("who has not looked since", other, s, all...)
				other = h.open()
			}
		}
	})
}

func (h house) stage(of id.Space, want Stage) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		got, _, err := h.ring.Stage(tx, of)
		if got != want {
			h.Errorf("the key of %q is at stage %d, want %d", of, got, want)
		}
		return err
	})
}

// sweep wraps again all that stands under a key, and finds nothing the second time.
func (h house) sweep(s, of id.Space, all []written) {
	h.Helper()
	if of != "" {
		for n := range all {
			h.rewrap(s, &all[n])
		}
		h.update(func(tx *store.Tx) error {
			for n, w := range all {
				if again, err := h.ring.Rewrap(tx, s, aKeyPlace, w.wrapped); err != nil || again != nil {
					h.Errorf("key %d is still under the old one: %v", n, err)
				}
			}
			return nil
		})
		return
	}
	for _, want := range []int{1, 0} {
		h.update(func(tx *store.Tx) error {
			seen, moved, next, err := h.ring.RewrapSpaces(tx, Mark{})
			if seen != 1 || moved != want || next.Space != s {
				h.Errorf("%d of %d keys of spaces moved, the last of %v; want %d", moved, seen, next, want)
			}
			return err
		})
	}
}

// Who had the old key opens nothing that is written or wrapped after the rotation,
// and who changes the rows of a key makes nothing but errors.
func TestRotateLeavesTheOldKeyBehind(t *testing.T) {
	eachHouse(t, func(h house) {
		s := h.createSpace()
		thief, err := h.space(h.open(), s)
		if err != nil {
			t.Fatal(err)
		}
		before := h.write(h.ring, s)
		h.update(func(tx *store.Tx) error { return h.ring.Begin(tx, s, now) })
		h.update(func(tx *store.Tx) error { return h.ring.Use(tx, s) })
		h.rewrap(s, &before)
		h.update(func(tx *store.Tx) error { return h.ring.Retire(tx, s) })
		after := h.write(h.ring, s)
		if _, err := thief.OpenText(aPlace, after.text); !errors.Is(err, ErrTampered) {
			t.Errorf("a text of later: %v", err)
		}
		for _, wrapped := range [][]byte{before.wrapped, after.wrapped} {
			if _, err := thief.UnwrapKey(aKeyPlace, wrapped); !errors.Is(err, ErrTampered) {
				t.Errorf("a key of later: %v", err)
			}
		}
		if err := thief.CheckMAC(after.mac, "row", "1"); !errors.Is(err, ErrTampered) {
			t.Errorf("a row of later: %v", err)
		}
		h.update(func(tx *store.Tx) error {
			box, err := h.ring.look(tx, address{firm: tx.Firm(), space: s})
			if err != nil {
				return err
			}
			if _, err := box.UnwrapKey(aKeyPlace, thief.WrapKey(aKeyPlace, NewKey())); !errors.Is(err, ErrTampered) {
				t.Errorf("what the destroyed key wraps is taken: %v", err)
			}
			return nil
		})
		forge := store.ForFirm(`update space_key set kept = '' where firm_id = $1 and space_id = $2`)
		h.update(func(tx *store.Tx) error {
			return tx.Write(forge, string(s))
		})
		if _, err := h.space(h.open(), s); !errors.Is(err, ErrTampered) {
			t.Errorf("without what is kept: %v", err)
		}
	})
}

// TestRotateErased: the erasure of a space takes all generations with it.
func TestRotateErased(t *testing.T) {
	eachHouse(t, func(h house) {
		s := h.createSpace()
		h.update(func(tx *store.Tx) error { return h.ring.Begin(tx, s, now) })
		h.update(func(tx *store.Tx) error { return h.ring.DestroySpace(tx, s) })
		_, err := h.space(h.open(), s)
		h.absent("an erased space", err)
		err = h.firm.Update(h.Context(), func(tx *store.Tx) error { return h.ring.Begin(tx, s, now) })
		h.absent("an erased space", err)
	})
}

// TestRotateRoot replaces the root key while a node runs with the old one.
func TestRotateRoot(t *testing.T) {
	eachHouse(t, func(h house) {
		ctx, d := t.Context(), h.store.Directory()
		s, next := h.createSpace(), NewKey()
		text := h.write(h.ring, s)
		running, old := h.open(), h.root
		v := h.ring.Vault()
		if err := v.BeginRoot(ctx, d, old, next, now); err != nil {
			t.Fatal(err)
		}
		wantFault(t, "another one", v.BeginRoot(ctx, d, old, NewKey(), now), "vault.other_root")
		if err := v.BeginRoot(ctx, d, old, next, now); err != nil { // taken up again
			t.Error(err)
		}
		wantFault(t, "ended by the old one", v.EndRoot(ctx, d, now), "vault.root_used")
		if err := running.Vault().Follow(ctx, d, now); err != nil {
			t.Fatal(err)
		}
		for _, want := range []bool{true, false} {
			moved, err := v.RewrapDirectory(ctx, d)
			if err != nil || moved != want {
				t.Errorf("the directory's key moved: %v, %v", moved, err)
			}
			h.update(func(tx *store.Tx) error {
				seen, n, err := h.ring.RewrapFirm(tx)
				if seen != 1 || n == 1 != want {
					t.Errorf("%d of %d keys of the firm moved", n, seen)
				}
				return err
			})
		}
		running.cache = newCache(cacheLimit, Recheck) // it looks again
		h.reads("a node that runs", running, s, text)
		h.reads("a node that starts with the old key", h.open(), s, text)
		h.root = next
		fresh := h.open()
		h.reads("a node that starts with the new key", fresh, s, text)
		later := now.Add(needed - time.Second)
		wantFault(t, "while a node needs the old one", fresh.Vault().EndRoot(ctx, d, later), "vault.root_needed")
		if err := fresh.Vault().EndRoot(ctx, d, now.Add(needed)); err != nil {
			t.Fatal(err)
		}
		h.reads("afterwards", h.open(), s, text)
		_, err := NewRing(New(old), d)
		wantFault(t, "the old key afterwards", err, "vault.wrong_key")
		if !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		if roots, err := fresh.Vault().Roots(ctx, d); err != nil || roots.Two {
			t.Errorf("%v, %v", roots, err)
		}
	})
}
