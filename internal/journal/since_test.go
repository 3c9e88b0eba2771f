package journal

import (
	"slices"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// TestSince reads a journal window by window while it grows: each entry once,
// in the order of the tree, and only what has a position.
func TestSince(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		want := h.act(30)
		h.sequence()
		waiting := h.act(3)
		var got []id.Entry
		var next int64
		read := func(w Window) (out []Record) {
			t.Helper()
			h.update(func(tx *store.Tx) (err error) {
				out, next, err = h.Since(tx, w)
				return err
			})
			return out
		}
		for {
			page := read(Window{From: next, Limit: 7})
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				got = append(got, r.ID)
				if r.Kind != "document.sent" || r.Object == "" || r.Actor == "" {
					t.Errorf("an entry is not opened: %+v", r)
				}
			}
		}
		if !slices.Equal(got, want) || next != 30 {
			t.Errorf("read %d of %d entries, up to %d", len(got), len(want), next)
		}
		h.sequence()
		if page := read(Window{From: next, Limit: 100}); len(page) != 3 || page[0].ID != waiting[0] || next != 33 {
			t.Errorf("%d new entries, next %d, want 3 and 33", len(page), next)
		}
		chosen := read(Window{Limit: 20, Wanted: func(_ string, of id.Space) bool { return of == h.spaces[1] }})
		if len(chosen) != 5 || next != 20 {
			t.Errorf("%d entries of one space, next %d, want 5 and 20", len(chosen), next)
		}
		h.update(func(tx *store.Tx) error {
			if n, err := h.Size(tx); n != 33 || err != nil {
				t.Errorf("size %d, %v", n, err)
			}
			for at, want := range map[time.Time]int64{morning: 0, morning.Add(time.Minute): 0, morning.Add(2 * time.Minute): 33} {
				if n, err := h.PlaceOf(tx, at); n != want || err != nil {
					t.Errorf("place of %v: %d, %v, want %d", at, n, err, want)
				}
			}
			return nil
		})
	})
}

func TestSinceRefusesTouchedEntries(t *testing.T) {
	h := newHouse(t, storetest.New(t))
	h.act(8)
	h.sequence()
	for _, touch := range []store.FirmStmt{
		store.ForFirm(`update journal_entry set kind = 'memo.sent' where firm_id = $1 and position = 5`),
		store.ForFirm(`delete from journal_entry where firm_id = $1 and position = 4`),
	} {
		h.update(func(tx *store.Tx) error {
			if err := tx.Write(touch); err != nil {
				return err
			}
			if _, _, err := h.Since(tx, Window{From: 2, Limit: 10}); !fault.Is(err, fault.Internal) {
				t.Errorf("a touched journal is read: %v", err)
			}
			return nil
		})
	}
}
