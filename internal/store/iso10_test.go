package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// ISO-10: sixty-four readers of two firms whose contexts end in the middle of a row
// never read a value that is not their firm's, as database/sql once let them
// (CVE-2025-47907). A million rows with CENACLE_TEST_LONG=1.
func TestISO10(t *testing.T) {
	const each = 300
	wanted := int64(20_000)
	if os.Getenv("CENACLE_TEST_LONG") == "1" {
		wanted = 1_000_000
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		firms := map[string]*store.Firm{"anna": storetest.Firm(t, s), "boris": storetest.Firm(t, s)}
		for name, f := range firms {
			mustUpdate(t, f, func(tx *store.Tx) error {
				for i := range each {
					if err := put(fmt.Sprintf("%s-%03d", name, i), i)(tx); err != nil {
						return err
					}
				}
				return nil
			})
		}
		var read, foreign, cut atomic.Int64
		var crowd sync.WaitGroup
		for n := range 64 {
			name := []string{"anna", "boris"}[n%2]
			r := rand.New(rand.NewPCG(10, uint64(n)))
			crowd.Go(func() {
				for read.Load() < wanted {
					ctx, cancel := context.WithCancel(t.Context())
					after := r.IntN(2 * each)
					if r.IntN(4) == 0 {
						time.AfterFunc(time.Duration(r.IntN(20_000))*time.Microsecond, cancel)
					}
					err := firms[name].View(ctx, func(tx *store.Tx) error {
						return tx.Each(allMarks, nil, func(scan func(...any) error) error {
							var item string
							var at int64
							if err := scan(&item, &at); err != nil {
								return err
							}
							read.Add(1)
							if item != fmt.Sprintf("%s-%03d", name, at) {
								foreign.Add(1)
							}
							if after--; after == 0 {
								cancel()
							}
							return nil
						})
					})
					over := ctx.Err() != nil
					cancel()
					if err != nil && !over {
						t.Errorf("reading ended with %v", err)
						return
					}
					if err != nil {
						cut.Add(1)
					}
				}
			})
		}
		crowd.Wait()
		if foreign.Load() > 0 || cut.Load() < 20 {
			t.Errorf("of %d rows %d were another's; %d reads were cut", read.Load(), foreign.Load(), cut.Load())
		}
		t.Logf("%d rows, %d reads cut", read.Load(), cut.Load())
	})
}
