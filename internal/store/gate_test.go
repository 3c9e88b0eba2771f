package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// A long update comes to its end among short ones that keep overtaking it.
func TestNobodyIsOvertakenForEver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		mustUpdate(t, f, put("counted", 0))
		var stop atomic.Bool
		var hurry sync.WaitGroup
		for range 4 {
			hurry.Go(func() {
				for !stop.Load() {
					if err := f.Update(t.Context(), increment("counted")); err != nil {
						t.Errorf("a short one: %v", err)
						return
					}
				}
			})
		}
		for range 3 {
			err := f.Update(t.Context(), func(tx *store.Tx) error {
				var n int64
				if err := tx.Row(getMark, []any{"counted", "p"}, &n); err != nil {
					return err
				}
				time.Sleep(100 * time.Millisecond) // the others have written by then
				return raise("counted", n+1000)(tx)
			})
			if err != nil {
				t.Errorf("the long one: %v", err)
			}
		}
		stop.Store(true)
		hurry.Wait()
		if n, err := mark(t.Context(), t, f, "counted"); err != nil || n < 3000 {
			t.Errorf("counted to %d, %v", n, err)
		}
	})
}
