package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"cenacle/internal/fault"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

var (
	firstEntry = store.ForFirm(`select min(e.id) from journal_entry e where e.firm_id = $1`)
	shapes     = store.ForFirm(`select 1, cast(sum(read_at) as bigint), sum(read_at), max(read_at) > 2, exists (select 1 from read_mark m where m.firm_id = $1), null
  from read_mark where firm_id = $1`)
)

// What is written is there for all that follows, in its order.
func TestWrite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		mustUpdate(t, f, func(tx *store.Tx) error {
			for i, item := range []string{"a", "b", "c"} {
				if err := tx.Write(putMark, item, "p", i); err != nil {
					return err
				}
			}
			rows, err := tx.Exec(raiseMark, "b", "p", 7)
			if err != nil || rows != 1 {
				t.Errorf("%d rows were raised, %v", rows, err)
			}
			if err := tx.Write(raiseMark, "c", "p", 8); err != nil {
				return err
			}
			var at int64
			if err := tx.Row(getMark, []any{"c", "p"}, &at); err != nil || at != 8 {
				t.Errorf("read %d, %v", at, err)
			}
			return tx.Write(raiseMark, "a", "p", 9) // nothing is asked after it
		})
		for item, want := range map[string]int64{"a": 9, "b": 7, "c": 8} {
			if at, err := mark(t.Context(), t, f, item); err != nil || at != want {
				t.Errorf("%s is %d, want %d: %v", item, at, want, err)
			}
		}
	})
}

// However many are written, all are there, and what waits stays small.
func TestWriteMany(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		mustUpdate(t, f, func(tx *store.Tx) error {
			for i := range 300 {
				if err := tx.Write(putMark, fmt.Sprintf("%03d", i), "p", i); err != nil {
					return err
				}
			}
			return nil
		})
		if n := count(t, f); n != 300 {
			t.Errorf("%d rows of 300", n)
		}
	})
}

// Of a write that fails nothing remains, whatever comes after it, and whoever comes after
// it says what it was.
func TestFailedWrite(t *testing.T) {
	var at int64
	for name, follows := range map[string]func(tx *store.Tx) error{
		"commit": func(*store.Tx) error { return nil },
		"write":  func(tx *store.Tx) error { return tx.Write(putMark, "later", "p", 3) },
		"exec":   func(tx *store.Tx) error { return put("later", 3)(tx) },
		"row":    func(tx *store.Tx) error { return tx.Row(getMark, []any{"before", "p"}, &at) },
		"each": func(tx *store.Tx) error {
			return tx.Each(allMarks, nil, func(func(...any) error) error { return nil })
		},
		"ignored": func(tx *store.Tx) error { _ = tx.Row(getMark, []any{"before", "p"}, &at); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				err := leavesNothing(t.Context(), t, s, func(tx *store.Tx) error {
					return errors.Join(tx.Write(putMark, "before", "p", 2), follows(tx))
				})
				if !fault.Is(err, fault.Conflict) {
					t.Errorf("got %v, want a conflict", err)
				}
			})
		})
	}
}

// What is refused is not sent by what undoes it, nor by whoever has the connection next.
func TestRefusedWrite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		refusal := errors.New("refused")
		err := leavesNothing(t.Context(), t, s, func(tx *store.Tx) error {
			return errors.Join(tx.Write(putMark, "later", "p", 2), refusal)
		})
		if !errors.Is(err, refusal) {
			t.Errorf("got %v, want the closure's own error", err)
		}
	})
}

// Bytes belong to their caller again once they are written: keys are wiped.
func TestWriteKeepsNoBytes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		record := []byte("as it was")
		mustUpdate(t, f, func(tx *store.Tx) error {
			err := tx.Write(putEntry, "e", "s", record, 1, 2)
			clear(record)
			return err
		})
		var space string
		var kept []byte
		var position, at int64
		err := f.View(t.Context(), func(tx *store.Tx) error {
			return tx.Row(getEntry, []any{"e"}, &space, &kept, &position, &at)
		})
		if err != nil || !bytes.Equal(kept, []byte("as it was")) {
			t.Errorf("kept %q, %v", kept, err)
		}
	})
}

func TestViewWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		err := f.View(t.Context(), func(tx *store.Tx) error { return tx.Write(putMark, "a", "p", 1) })
		if !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("got %v", err)
		}
	})
}

// Both engines give the same to the same variables, whatever types a server has for it.
func TestShapesOfColumns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		mustUpdate(t, f, func(tx *store.Tx) error {
			return errors.Join(tx.Write(putMark, "a", "p", 1), tx.Write(putMark, "b", "p", 2))
		})
		var one, cast, sum int64
		var more, some bool
		var nothing *string
		err := f.View(t.Context(), func(tx *store.Tx) error {
			return tx.Row(shapes, nil, &one, &cast, &sum, &more, &some, &nothing)
		})
		if err != nil || one != 1 || cast != 3 || sum != 3 || more || !some || nothing != nil {
			t.Errorf("read %d %d %d %t %t %v: %v", one, cast, sum, more, some, nothing, err)
		}
		var id *string
		if err := f.View(t.Context(), func(tx *store.Tx) error { return tx.Row(firstEntry, nil, &id) }); err != nil || id != nil {
			t.Errorf("the least of none is %v, %v", id, err)
		}
	})
}
