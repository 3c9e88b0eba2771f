package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

var now = time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)

var firmPlaceOfName = Place{Table: "firm_profile", Column: "name", Row: "1"}

// house is an installation with one firm.
type house struct {
	*testing.T
	store *store.Store
	firm  *store.Firm
	root  Key
	ring  *Ring
}

func eachHouse(t *testing.T, run func(h house)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := house{T: t, store: s, firm: storetest.Firm(t, s), root: NewKey()}
		h.ring = h.open()
		h.update(func(tx *store.Tx) error {
			_, err := h.ring.CreateFirm(tx, now)
			return err
		})
		run(h)
	})
}

// open starts another node of the house.
func (h house) open() *Ring {
	h.Helper()
	v := New(h.root)
	if err := v.EnsureInstallation(h.Context(), h.store.Directory(), now); err != nil {
		h.Fatal(err)
	}
	r, err := NewRing(v, h.store.Directory())
	if err != nil {
		h.Fatal(err)
	}
	return r
}

func (h house) update(work func(tx *store.Tx) error) {
	h.Helper()
	if err := h.firm.Update(h.Context(), work); err != nil {
		h.Fatal(err)
	}
}

func (h house) createSpace() id.Space {
	h.Helper()
	s := id.New[id.Space](now)
	h.update(func(tx *store.Tx) error {
		_, err := h.ring.CreateSpace(tx, s, now)
		return err
	})
	return s
}

// space is the box of a space in a transaction of its own.
func (h house) space(r *Ring, s id.Space) (box *Box, err error) {
	h.Helper()
	err = h.firm.View(h.Context(), func(tx *store.Tx) error {
		box, err = r.Space(tx, s)
		return err
	})
	return box, err
}

func (h house) absent(what string, err error) {
	h.Helper()
	if !fault.Is(err, fault.NotFound) {
		h.Errorf("%s: %v, want absent", what, err)
	}
}

func TestInstallation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, root := s.Directory(), NewKey()
		if _, err := NewRing(New(root), d); !errors.Is(err, store.ErrNoRow) {
			t.Errorf("ring before the installation: %v", err)
		}
		for range 2 {
			if err := New(root).EnsureInstallation(t.Context(), d, now); err != nil {
				t.Fatal(err)
			}
		}
		first, err := NewRing(New(root), d)
		if err != nil {
			t.Fatal(err)
		}
		again, err := NewRing(New(root), d)
		if err != nil {
			t.Fatal(err)
		}
		p := Place{"person", "email", "1"}
		if got, err := again.Directory().OpenText(p, first.Directory().SealText(p, "anne")); err != nil || got != "anne" {
			t.Errorf("two starts have two directory keys: %v", err)
		}
		wrong := New(NewKey())
		wantFault(t, "other root", wrong.EnsureInstallation(t.Context(), d, now), "vault.wrong_key")
		_, err = NewRing(wrong, d)
		wantFault(t, "ring of another root", err, "vault.wrong_key")
		if err := New(root).EnsureInstallation(t.Context(), d, now); err != nil {
			t.Errorf("a wrong key changed the installation: %v", err)
		}
	})
}

func TestInstallationOfTwoNodesAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		root := NewKey()
		var group sync.WaitGroup
		for range 6 {
			group.Go(func() {
				if err := New(root).EnsureInstallation(t.Context(), s.Directory(), now); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if _, err := NewRing(New(root), s.Directory()); err != nil {
			t.Error(err)
		}
	})
}

func TestRingOpensOnEveryNode(t *testing.T) {
	eachHouse(t, func(h house) {
		s := id.New[id.Space](now)
		var firm, space []byte
		h.update(func(tx *store.Tx) error {
			f, err := h.ring.Firm(tx)
			if err != nil {
				return err
			}
			b, err := h.ring.CreateSpace(tx, s, now)
			if err != nil {
				return err
			}
			same, err := h.ring.Space(tx, s) // of the same transaction
			if err != nil {
				return err
			}
			firm, space = f.SealText(firmPlaceOfName, "Delmas"), b.SealText(aPlace, "titre")
			_, err = same.OpenText(aPlace, space)
			return err
		})
		for _, r := range []*Ring{h.ring, h.open()} {
			for range 2 { // from the row, from the cache
				err := h.firm.View(h.Context(), func(tx *store.Tx) error {
					f, ferr := r.Firm(tx)
					b, serr := r.Space(tx, s)
					if err := errors.Join(ferr, serr); err != nil {
						return err
					}
					_, ferr = f.OpenText(firmPlaceOfName, firm)
					_, serr = b.OpenText(aPlace, space)
					return errors.Join(ferr, serr)
				})
				if err != nil {
					h.Error(err)
				}
			}
		}
	})
}

func TestRingKnowsNoOther(t *testing.T) {
	eachHouse(t, func(h house) {
		s := h.createSpace()
		_, err := h.space(h.ring, id.New[id.Space](now))
		h.absent("unknown space", err)
		other := storetest.Firm(h.T, h.store)
		err = other.View(h.Context(), func(tx *store.Tx) error {
			_, err := h.ring.Firm(tx)
			h.absent("firm without a key", err)
			_, err = h.ring.Space(tx, s)
			h.absent("space of another firm", err)
			return nil
		})
		if err != nil {
			h.Error(err)
		}
		err = h.firm.Update(h.Context(), func(tx *store.Tx) error {
			_, err := h.ring.CreateFirm(tx, now)
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			h.Errorf("second key of a firm: %v", err)
		}
		err = h.firm.Update(h.Context(), func(tx *store.Tx) error {
			_, err := h.ring.CreateSpace(tx, s, now)
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			h.Errorf("second key of a space: %v", err)
		}
	})
}

var (
	swapKeys = store.ForFirm(`update space_key set wrapped = (select o.wrapped from space_key o
		where o.firm_id = $1 and o.space_id = $3) where firm_id = $1 and space_id = $2`)
	takeFirmKey = store.ForFirm(`select wrapped from firm_key where firm_id = $1`)
	giveFirmKey = store.ForFirm(`insert into firm_key (firm_id, generation, wrapped, created_at)
		values ($1, 1, $2, 0)`)
)

func TestWrappedKeysDoNotMove(t *testing.T) {
	eachHouse(t, func(h house) {
		a, b := h.createSpace(), h.createSpace()
		h.update(func(tx *store.Tx) error {
			return tx.Write(swapKeys, string(a), string(b))
		})
		if _, err := h.space(h.open(), a); !errors.Is(err, ErrTampered) {
			h.Errorf("the key of another space opens: %v", err)
		}
		var wrapped []byte
		h.update(func(tx *store.Tx) error { return tx.Row(takeFirmKey, nil, &wrapped) })
		other := storetest.Firm(h.T, h.store)
		err := other.Update(h.Context(), func(tx *store.Tx) error {
			if err := tx.Write(giveFirmKey, wrapped); err != nil {
				return err
			}
			_, err := h.ring.Firm(tx)
			return err
		})
		if !errors.Is(err, ErrTampered) {
			h.Errorf("the key of another firm opens: %v", err)
		}
	})
}

// A key made by a transaction that failed must never be used again: what it
// sealed would be lost.
func TestRolledBackSpaceLeavesNothing(t *testing.T) {
	eachHouse(t, func(h house) {
		s := id.New[id.Space](now)
		broken := errors.New("broken")
		var lost *Box
		err := h.firm.Update(h.Context(), func(tx *store.Tx) error {
			if _, err := h.ring.CreateSpace(tx, s, now); err != nil {
				return err
			}
			var err error
			lost, err = h.ring.Space(tx, s)
			return errors.Join(err, broken)
		})
		if !errors.Is(err, broken) {
			h.Fatal(err)
		}
		_, err = h.space(h.ring, s)
		h.absent("rolled back space", err)
		h.update(func(tx *store.Tx) error {
			_, err := h.ring.CreateSpace(tx, s, now)
			return err
		})
		box, err := h.space(h.ring, s)
		if err != nil {
			h.Fatal(err)
		}
		if _, err := box.Open(aPlace, lost.SealText(aPlace, "x")); !errors.Is(err, ErrTampered) {
			h.Error("the key of the failed transaction is in use")
		}
	})
}

var countKeys = store.ForFirm(`select count(*) from space_key where firm_id = $1 and space_id = $2`)

func TestDestroySpace(t *testing.T) {
	eachHouse(t, func(h house) {
		s, kept := h.createSpace(), h.createSpace()
		if _, err := h.space(h.ring, s); err != nil { // now in the cache
			h.Fatal(err)
		}
		broken := errors.New("broken")
		err := h.firm.Update(h.Context(), func(tx *store.Tx) error {
			if err := h.ring.DestroySpace(tx, s); err != nil {
				return err
			}
			_, err := h.ring.Space(tx, s)
			h.absent("in the transaction that destroys it", err)
			return broken
		})
		if !errors.Is(err, broken) {
			h.Fatal(err)
		}
		if _, err := h.space(h.ring, s); err != nil {
			h.Errorf("a failed destruction destroyed: %v", err)
		}
		for range 2 {
			h.update(func(tx *store.Tx) error { return h.ring.DestroySpace(tx, s) })
			_, err = h.space(h.ring, s)
			h.absent("destroyed space", err)
		}
		h.update(func(tx *store.Tx) error {
			var n int
			if err := tx.Row(countKeys, []any{string(s)}, &n); err != nil || n != 0 {
				return fmt.Errorf("%d rows left, %w", n, err)
			}
			return nil
		})
		if _, err := h.space(h.ring, kept); err != nil {
			h.Errorf("another space was destroyed: %v", err)
		}
	})
}

// Another node believes its cache until the recheck, not longer.
func TestDestroyedOnAnotherNode(t *testing.T) {
	eachHouse(t, func(h house) {
		s := h.createSpace()
		other := h.open()
		other.cache.ttl = time.Hour
		before, err := h.space(other, s)
		if err != nil {
			h.Fatal(err)
		}
		h.stale(other)
		if same, err := h.space(other, s); err != nil || same != before {
			h.Errorf("an unchanged row was opened again: %v", err)
		}
		h.update(func(tx *store.Tx) error { return h.ring.DestroySpace(tx, s) })
		if _, err := h.space(other, s); err != nil {
			h.Errorf("not cached: %v", err)
		}
		h.stale(other)
		_, err = h.space(other, s)
		h.absent("after the recheck", err)
	})
}

// stale lets the time of every box run out.
func (h house) stale(r *Ring) {
	r.cache.mu.Lock()
	defer r.cache.mu.Unlock()
	for _, e := range r.cache.boxes {
		e.Value.(*cached).fresh = false
	}
}

func TestCacheForgets(t *testing.T) {
	c := newCache(3, 10*time.Millisecond)
	box := spaceBox(NewKey())
	at := func(n int) address { return address{firm: aFirm, space: id.Space(fmt.Sprint(n))} }
	for n := range 3 {
		c.keep(at(n), []byte{byte(n)}, box)
	}
	c.renew(at(0), []byte{0}) // used last
	c.keep(at(3), []byte{3}, box)
	if c.order.Len() != 3 || len(c.boxes) != 3 || c.renew(at(1), []byte{1}) != nil || c.renew(at(0), []byte{0}) == nil {
		t.Error("the least recently used did not leave")
	}
	if c.renew(at(0), []byte{9}) != nil {
		t.Error("another row was taken for the same")
	}
	c.keep(at(0), []byte{9}, box)
	if c.order.Len() != 3 || c.renew(at(0), []byte{9}) == nil {
		t.Error("a new row does not replace the old one")
	}
	deadline := time.After(10 * time.Second)
	for c.fresh(at(0)) != nil {
		select {
		case <-deadline:
			t.Fatal("a box is believed for ever")
		case <-time.After(time.Millisecond):
		}
	}
	if c.renew(at(0), []byte{9}) != box || c.fresh(at(0)) != box {
		t.Error("a row seen again does not renew")
	}
	c.drop(at(0))
	if c.fresh(at(0)) != nil || c.renew(at(0), []byte{9}) != nil {
		t.Error("dropped and still there")
	}
}

func TestRingIsConcurrent(t *testing.T) {
	eachHouse(t, func(h house) {
		var spaces []id.Space
		for range 4 {
			spaces = append(spaces, h.createSpace())
		}
		r := h.open()
		r.cache.limit = 3 // boxes come and go
		var group sync.WaitGroup
		for n := range 6 {
			group.Go(func() {
				for i := range 20 {
					s := spaces[(n+i)%len(spaces)]
					err := h.firm.View(context.Background(), func(tx *store.Tx) error {
						b, err := r.Space(tx, s)
						if err != nil {
							return err
						}
						if want := b.prefix; !bytes.Contains(want, []byte(s)) {
							return fmt.Errorf("box of another space")
						}
						return nil
					})
					if err != nil {
						h.Error(err)
					}
				}
			})
		}
		group.Wait()
	})
}
