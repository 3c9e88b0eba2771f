package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// leavesNothing runs an update that must end with an error, and checks that no
// row, no hook and no lock outlive it.
func leavesNothing(ctx context.Context, t *testing.T, s *store.Store, work func(*store.Tx) error) error {
	t.Helper()
	f := storetest.Firm(t, s)
	err := f.Update(ctx, func(tx *store.Tx) error {
		tx.AfterCommit(func() { t.Error("a hook ran without a commit") })
		if err := put("before", 1)(tx); err != nil {
			t.Error(err)
		}
		return work(tx)
	})
	if err == nil {
		t.Error("the update succeeded")
	}
	if n := count(t, f); n != 0 {
		t.Errorf("%d rows remain", n)
	}
	mustUpdate(t, f, put("after", 1))
	return err
}

func TestErrorLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		refusal := errors.New("refused")
		err := leavesNothing(t.Context(), t, s, func(*store.Tx) error { return refusal })
		if !errors.Is(err, refusal) {
			t.Errorf("got %v, want the closure's own error", err)
		}
	})
}

func TestPanicLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		func() {
			defer func() {
				if recover() != "on purpose" {
					t.Error("the panic was swallowed")
				}
			}()
			err := f.Update(t.Context(), func(tx *store.Tx) error {
				tx.AfterCommit(func() { t.Error("a hook ran without a commit") })
				if err := put("before", 1)(tx); err != nil {
					t.Error(err)
				}
				panic("on purpose")
			})
			t.Errorf("Update returned %v", err)
		}()
		if n := count(t, f); n != 0 {
			t.Errorf("%d rows remain", n)
		}
		mustUpdate(t, f, put("after", 1))
	})
}

func TestCancelLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		err := leavesNothing(ctx, t, s, func(*store.Tx) error {
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want Canceled", err)
		}
	})
}

// A failed statement ends the transaction even when the closure ignores it.
func TestIgnoredFailureLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		err := leavesNothing(t.Context(), t, s, func(tx *store.Tx) error {
			if err := put("before", 2)(tx); !fault.Is(err, fault.Conflict) {
				t.Errorf("got %v, want a conflict", err)
			}
			if err := put("later", 3)(tx); err == nil {
				t.Error("a statement ran after a failed one")
			}
			return nil
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v, want the conflict", err)
		}
	})
}

func TestAfterCommit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		var seen []string
		mustUpdate(t, f, func(tx *store.Tx) error {
			tx.AfterCommit(func() {
				_, err := mark(t.Context(), t, f, "a")
				seen = append(seen, fmt.Sprint("first ", err))
			})
			tx.AfterCommit(func() { seen = append(seen, "second") })
			if tx.Firm() != f.ID() || tx.Context() == nil {
				t.Error("the transaction does not know its firm or context")
			}
			return put("a", 1)(tx)
		})
		if !slices.Equal(seen, []string{"first <nil>", "second"}) {
			t.Errorf("got %q", seen)
		}
	})
}

func TestViewCannotWrite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		if err := f.View(t.Context(), put("a", 1)); !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("Exec: got %v, want ErrReadOnly", err)
		}
		var at int64
		err := f.View(t.Context(), func(tx *store.Tx) error { return tx.Row(newMark, []any{"a"}, &at) })
		if !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("Row: got %v, want ErrReadOnly", err)
		}
		err = s.Directory().View(t.Context(), func(tx *store.DirectoryTx) error {
			_, err := tx.Exec(putAttempt, []byte{1}, 1, 1)
			return err
		})
		if !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("directory: got %v, want ErrReadOnly", err)
		}
		if _, err := mark(t.Context(), t, f, "a"); !errors.Is(err, store.ErrNoRow) {
			t.Errorf("got %v, want ErrNoRow", err)
		}
	})
}

func TestViewIsOneSnapshot(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		mustUpdate(t, f, put("a", 1))
		err := f.View(t.Context(), func(tx *store.Tx) error {
			var before, after int64
			if err := tx.Row(getMark, []any{"a", "p"}, &before); err != nil {
				return err
			}
			mustUpdate(t, f, raise("a", 2))
			if err := tx.Row(getMark, []any{"a", "p"}, &after); err != nil {
				return err
			}
			if before != 1 || after != 1 {
				return fmt.Errorf("read %d, then %d", before, after)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if at, err := mark(t.Context(), t, f, "a"); at != 2 || err != nil {
			t.Errorf("got %d, %v", at, err)
		}
	})
}

func TestMisuse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		var kept *store.Tx
		mustUpdate(t, f, func(tx *store.Tx) error {
			kept = tx
			return put("a", 1)(tx)
		})
		var at int64
		if err := kept.Row(getMark, []any{"a", "p"}, &at); !errors.Is(err, store.ErrEnded) {
			t.Errorf("Row after the end: got %v, want ErrEnded", err)
		}
		if err := put("b", 1)(kept); !errors.Is(err, store.ErrEnded) {
			t.Errorf("Exec after the end: got %v, want ErrEnded", err)
		}
		err := f.View(t.Context(), func(tx *store.Tx) error {
			return tx.Each(allMarks, nil, func(func(...any) error) error {
				return tx.Row(getMark, []any{"a", "p"}, &at)
			})
		})
		if err == nil {
			t.Error("a statement ran inside another one")
		}
	})
}

func TestConflict(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		mustUpdate(t, f, put("a", 1))
		err := f.Update(t.Context(), put("a", 2))
		var e *fault.Error
		if !errors.As(err, &e) || e.Kind != fault.Conflict || e.Key != "store.conflict" {
			t.Errorf("got %v, want store.conflict", err)
		}
	})
}

func TestConcurrentUpdatesLoseNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const writers, rounds = 8, 20
		f := storetest.Firm(t, s)
		mustUpdate(t, f, put("n", 0))
		var group sync.WaitGroup
		var mu sync.Mutex
		hooks := 0
		for range writers {
			group.Go(func() {
				for range rounds {
					err := f.Update(t.Context(), func(tx *store.Tx) error {
						var n int64
						if err := tx.Row(getMark, []any{"n", "p"}, &n); err != nil {
							return err
						}
						tx.AfterCommit(func() { mu.Lock(); hooks++; mu.Unlock() })
						_, err := tx.Exec(raiseMark, "n", "p", n+1)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		n, err := mark(t.Context(), t, f, "n")
		if err != nil || n != writers*rounds || hooks != writers*rounds {
			t.Errorf("counted %d with %d hooks, want %d; %v", n, hooks, writers*rounds, err)
		}
		t.Logf("%+v", s.Stats())
	})
}

func TestWaitIsBoundedByContext(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		mustUpdate(t, f, put("a", 1))
		mustUpdate(t, f, func(tx *store.Tx) error {
			if _, err := tx.Exec(raiseMark, "a", "p", 2); err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			err := f.Update(ctx, raise("a", 3))
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want DeadlineExceeded", err)
			}
			return nil
		})
		if at, err := mark(t.Context(), t, f, "a"); at != 2 || err != nil {
			t.Errorf("got %d, %v", at, err)
		}
	})
}

var flood = store.ForFirm(`insert into read_mark (firm_id, item_id, person_id, read_at)
with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000000) select $1, 'x' || i, 'p', i from n`)

// The end of the context stops a statement that is running, and what SQLite
// then rolls back by itself is not continued outside the transaction.
func TestCancelInsideStatement(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		err := f.Update(ctx, func(tx *store.Tx) error {
			if err := put("before", 1)(tx); err != nil {
				return err
			}
			if _, err := tx.Exec(flood); err == nil {
				t.Error("the statement was not stopped")
			}
			_ = put("after", 1)(tx) // refused: the transaction has failed
			return nil
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want DeadlineExceeded", err)
		}
		mustUpdate(t, f, put("next", 1))
		if n := count(t, f); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}
