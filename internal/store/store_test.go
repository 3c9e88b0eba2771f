package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

var (
	putMark   = store.ForFirm(`insert into read_mark (firm_id, item_id, person_id, read_at) values ($1, $2, $3, $4)`)
	getMark   = store.ForFirm(`select read_at from read_mark where firm_id = $1 and item_id = $2 and person_id = $3`)
	raiseMark = store.ForFirm(`update read_mark set read_at = $4 where firm_id = $1 and item_id = $2 and person_id = $3`)
	allMarks  = store.ForFirm(`select item_id, read_at from read_mark where firm_id = $1 order by item_id`)
	anyMark   = store.ForFirm(`select read_at from read_mark where firm_id = $1`)
	newMark   = store.ForFirm(`insert into read_mark (firm_id, item_id, person_id, read_at) values ($1, $2, 'p', 1) returning read_at`)
	putEntry  = store.ForFirm(`insert into journal_entry (firm_id, id, space_id, kind, record, leaf, position, created_at, mac)
  values ($1, $2, $3, 'test', $4, $4, $5, $6, $4)`)
	getEntry = store.ForFirm(`select space_id, record, position, created_at from journal_entry where firm_id = $1 and id = $2`)

	putAttempt  = store.ForDirectory(`insert into attempt (hash, tries, window_end) values ($1, $2, $3)`)
	getAttempt  = store.ForDirectory(`select tries, window_end from attempt where hash = $1`)
	lateAttempt = store.ForDirectory(`select count(*) from attempt where window_end > $2 or ($2 > $1 and window_end > $1)`)
)

func mark(ctx context.Context, t *testing.T, f *store.Firm, item string) (at int64, err error) {
	t.Helper()
	err = f.View(ctx, func(tx *store.Tx) error { return tx.Row(getMark, []any{item, "p"}, &at) })
	return at, err
}

func mustUpdate(t *testing.T, f *store.Firm, work func(*store.Tx) error) {
	t.Helper()
	if err := f.Update(t.Context(), work); err != nil {
		t.Fatal(err)
	}
}

func put(item string, at any) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := tx.Exec(putMark, item, "p", at)
		return err
	}
}

// increment reads a mark and writes it back one higher.
func increment(item string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		var n int64
		if err := tx.Row(getMark, []any{item, "p"}, &n); err != nil {
			return err
		}
		return raise(item, n+1)(tx)
	}
}

func raise(item string, at int64) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := tx.Exec(raiseMark, item, "p", at)
		return err
	}
}

func TestValuesComeBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		type row struct {
			space    id.Space
			record   []byte
			position *int64
			created  int64
		}
		nine := int64(9)
		for i, want := range []row{
			{"", []byte{}, nil, 0},
			{"été ’ 😀", []byte{0, 1, 255}, &nine, math.MaxInt64},
			{id.New[id.Space](time.UnixMilli(1)), bytes.Repeat([]byte{7}, 300_000), nil, math.MinInt64},
		} {
			entry := fmt.Sprint("e", i)
			mustUpdate(t, f, func(tx *store.Tx) error {
				var position any
				if want.position != nil {
					position = *want.position
				}
				n, err := tx.Exec(putEntry, entry, want.space, want.record, position, want.created)
				if err == nil && n != 1 {
					err = fmt.Errorf("%d rows", n)
				}
				return err
			})
			var got row
			err := f.View(t.Context(), func(tx *store.Tx) error {
				return tx.Row(getEntry, []any{entry}, &got.space, &got.record, &got.position, &got.created)
			})
			if err != nil {
				t.Fatal(err)
			}
			if got.space != want.space || !bytes.Equal(got.record, want.record) || got.created != want.created ||
				(got.position == nil) != (want.position == nil) || got.position != nil && *got.position != *want.position {
				t.Errorf("row %d: got %.60v, want %.60v", i, got, want)
			}
		}
	})
}

func TestArguments(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		mustUpdate(t, f, put("true", true))
		mustUpdate(t, f, put("small", uint8(200)))
		var kept bool
		err := f.View(t.Context(), func(tx *store.Tx) error { return tx.Row(getMark, []any{"true", "p"}, &kept) })
		if err != nil || !kept {
			t.Errorf("a bool came back as %v, %v", kept, err)
		}
		for name, bad := range map[string]any{
			"float": 1.5, "time": time.UnixMilli(1), "huge": uint64(math.MaxUint64), "array": [2]byte{}, "texts": []string{"a"},
		} {
			if err := f.Update(t.Context(), put(name, bad)); err == nil {
				t.Errorf("%s was accepted", name)
			}
		}
		for _, bad := range []string{"a\x00b", "\xff"} {
			if err := f.Update(t.Context(), put(bad, 1)); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: got %v, want an invalid text", bad, err)
			}
		}
		// nil bytes are empty, not null, where the column refuses null
		mustUpdate(t, f, func(tx *store.Tx) error {
			_, err := tx.Exec(putEntry, "nil", "", []byte(nil), nil, 1)
			return err
		})
	})
}

func TestPlaceholdersRepeatInAnyOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var n, tries, end int64
		err := s.Directory().Update(t.Context(), func(tx *store.DirectoryTx) error {
			for i := range int64(5) {
				if _, err := tx.Exec(putAttempt, []byte{byte(i)}, 10+i, i); err != nil {
					return err
				}
			}
			if err := tx.Row(lateAttempt, []any{1, 3}, &n); err != nil {
				return err
			}
			return tx.Row(getAttempt, []any{[]byte{4}}, &tries, &end)
		})
		if err != nil || n != 3 || tries != 14 || end != 4 {
			t.Errorf("got %d, %d, %d, %v", n, tries, end, err)
		}
	})
}

func TestRow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		if _, err := mark(t.Context(), t, f, "none"); !errors.Is(err, store.ErrNoRow) {
			t.Errorf("got %v, want ErrNoRow", err)
		}
		mustUpdate(t, f, func(tx *store.Tx) error {
			var at int64
			if err := tx.Row(getMark, []any{"a", "p"}, &at); !errors.Is(err, store.ErrNoRow) {
				return fmt.Errorf("got %v, want ErrNoRow", err)
			}
			if err := put("a", 1)(tx); err != nil { // no row is no failure of the transaction
				return err
			}
			return put("b", 2)(tx)
		})
		var at int64
		err := f.View(t.Context(), func(tx *store.Tx) error { return tx.Row(anyMark, nil, &at) })
		if err == nil || errors.Is(err, store.ErrNoRow) {
			t.Errorf("two rows: got %v, want an error", err)
		}
	})
}

func TestEachSortsByBytes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		for i, item := range []string{"é", "a", "B", "_", "z", "0", "aa"} {
			mustUpdate(t, f, put(item, i))
		}
		var got []string
		stop := errors.New("enough")
		err := f.View(t.Context(), func(tx *store.Tx) error {
			return tx.Each(allMarks, nil, func(scan func(...any) error) error {
				var item string
				var at int64
				if err := scan(&item, &at); err != nil {
					return err
				}
				got = append(got, item)
				if item == "z" {
					return stop
				}
				return nil
			})
		})
		if !errors.Is(err, stop) || !slices.Equal(got, []string{"0", "B", "_", "a", "aa", "z"}) {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestFirms(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		s := storetest.Open(t, c)
		a, b := storetest.Firm(t, s), storetest.Firm(t, s)
		firms, err := s.Firms(t.Context())
		want := []id.Firm{a.ID(), b.ID()}
		slices.Sort(want)
		if err != nil || !slices.Equal(firms, want) {
			t.Errorf("got %v, %v; want %v", firms, err, want)
		}
		if _, err := s.CreateFirm(t.Context(), a.ID()); err != nil {
			t.Errorf("creating again: %v", err)
		}
		again := storetest.Open(t, c)
		if _, err := again.Firm(t.Context(), a.ID()); err != nil {
			t.Errorf("another node: %v", err)
		}
		for _, f := range []id.Firm{id.New[id.Firm](time.UnixMilli(1)), "", "../../etc/passwd"} {
			if _, err := s.Firm(t.Context(), f); !fault.Is(err, fault.NotFound) {
				t.Errorf("Firm(%q): got %v, want absent", f, err)
			}
		}
		if _, err := s.CreateFirm(t.Context(), "../escape"); !errors.Is(err, id.ErrMalformed) {
			t.Errorf("got %v, want ErrMalformed", err)
		}
	})
}

func TestClosed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		started, closed := make(chan bool), make(chan error)
		go func() {
			<-started
			closed <- s.Close()
		}()
		mustUpdate(t, f, func(tx *store.Tx) error {
			started <- true
			select {
			case err := <-closed:
				t.Errorf("closed under a running transaction: %v", err)
			case <-time.After(20 * time.Millisecond):
			}
			return put("a", 1)(tx)
		})
		if err := <-closed; err != nil {
			t.Error(err)
		}
		if _, err := mark(t.Context(), t, f, "a"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("got %v, want unavailable", err)
		}
	})
}

func TestInstants(t *testing.T) {
	at := time.Date(2026, 11, 2, 10, 0, 0, 123456000, time.FixedZone("Paris", 3600))
	if got := store.Time(store.Micros(at)); !got.Equal(at) || got.Location() != time.UTC {
		t.Errorf("got %v", got)
	}
	if store.Micros(time.Time{}) != 0 || !store.Time(0).IsZero() {
		t.Error("the zero time is not 0")
	}
}

// Who watches a node sees its connections to PostgreSQL; files have none.
func TestConnectionsAreCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		during := 0
		err := f.View(t.Context(), func(*store.Tx) error {
			during = s.Stats().Busy
			return nil
		})
		after := s.Stats()
		if err != nil {
			t.Fatal(err)
		}
		if t.Name() == "TestConnectionsAreCounted/sqlite" {
			if during != 0 || after.Idle != 0 {
				t.Errorf("a file has %d connections busy and %d idle", during, after.Idle)
			}
			return
		}
		if during == 0 || after.Busy >= during || after.Idle == 0 {
			t.Errorf("%d were busy, then %d, and %d idle", during, after.Busy, after.Idle)
		}
	})
}
