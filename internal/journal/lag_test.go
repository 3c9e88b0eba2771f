package journal

import (
	"testing"

	"cenacle/internal/fault"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

func TestLag(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		lag := func() Lag {
			t.Helper()
			l, err := h.Lag(t.Context(), h.firm)
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		if l := lag(); l.Entries != 0 || !l.Since.IsZero() {
			t.Errorf("before any act: %+v", l)
		}
		h.act(5)
		if l := lag(); l.Entries != 5 || !l.Since.Equal(morning) {
			t.Errorf("after five: %+v, want them since %s", l, morning)
		}
		h.sequence()
		if l := lag(); l.Entries != 0 || !l.Since.IsZero() {
			t.Errorf("after the sequencer: %+v", l)
		}
	})
}

func TestCheckHead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		check := func(size int64) {
			t.Helper()
			if head, err := h.CheckHead(t.Context(), h.firm); err != nil || head.Size != size {
				t.Errorf("a whole journal of %d: %+v, %v", size, head, err)
			}
		}
		check(0)
		h.act(9)
		head := h.sequence()
		h.act(3) // without position yet
		check(9)
		for name, forge := range map[string]func(tx *store.Tx) (int64, error){
			"a cut tail":       func(tx *store.Tx) (int64, error) { return tx.Exec(forgeCut, 8) },
			"a cut head":       func(tx *store.Tx) (int64, error) { return tx.Exec(forgeHeadCut, 0) },
			"another hash":     func(tx *store.Tx) (int64, error) { return tx.Exec(forgeHash, make([]byte, 32), 14) },
			"another text":     func(tx *store.Tx) (int64, error) { return tx.Exec(forgeHead, head.Checkpoint+"x", 9) },
			"a size that lies": func(tx *store.Tx) (int64, error) { return tx.Exec(forgeHeadSize, 10, 9) },
		} {
			h.addFirm(s)
			h.act(9)
			h.sequence()
			h.update(func(tx *store.Tx) error {
				n, err := forge(tx)
				if err == nil && n == 0 {
					t.Errorf("%s: nothing was forged", name)
				}
				return err
			})
			if _, err := h.CheckHead(t.Context(), h.firm); !fault.Is(err, fault.Internal) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
