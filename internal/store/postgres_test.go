package store_test

import (
	"errors"
	"sync"
	"testing"

	"cenacle/internal/fault"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// Two updates read the same row before either writes: one must run again and
// see what the other wrote.
func TestSerializationFailureRunsAgain(t *testing.T) {
	c := storetest.Postgres(t)
	nodes := []*store.Store{storetest.Open(t, c), storetest.Open(t, c)}
	f := storetest.Firm(t, nodes[0])
	mustUpdate(t, f, put("n", 0))
	var met, group sync.WaitGroup
	met.Add(len(nodes))
	for _, node := range nodes {
		own, err := node.Firm(t.Context(), f.ID())
		if err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			runs, hooks := 0, 0
			err := own.Update(t.Context(), func(tx *store.Tx) error {
				runs++
				var n int64
				if err := tx.Row(getMark, []any{"n", "p"}, &n); err != nil {
					return err
				}
				tx.AfterCommit(func() { hooks++ })
				if runs == 1 {
					met.Done()
					met.Wait()
				}
				_, err := tx.Exec(raiseMark, "n", "p", n+1)
				return err
			})
			if err != nil || hooks != 1 {
				t.Errorf("%d hooks, %v", hooks, err)
			}
		})
	}
	group.Wait()
	if n, err := mark(t.Context(), t, f, "n"); n != 2 || err != nil {
		t.Errorf("got %d, %v; want 2", n, err)
	}
	if retried := nodes[0].Stats().Retried + nodes[1].Stats().Retried; retried == 0 {
		t.Error("no attempt was repeated")
	}
}

// Two people each see the other on duty and both leave: serializable updates
// let only one of them.
func TestWriteSkewIsRefused(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres(t))
	f := storetest.Firm(t, s)
	mustUpdate(t, f, put("anna", 1))
	mustUpdate(t, f, put("boris", 1))
	var met, group sync.WaitGroup
	met.Add(2)
	stay := errors.New("somebody must stay")
	left := make(chan string, 2)
	for _, who := range []string{"anna", "boris"} {
		group.Go(func() {
			first := true
			err := f.Update(t.Context(), func(tx *store.Tx) error {
				present := 0
				err := tx.Each(allMarks, nil, func(scan func(...any) error) error {
					var name string
					var at int
					err := scan(&name, &at)
					present += at
					return err
				})
				if err != nil {
					return err
				}
				if first {
					first = false
					met.Done()
					met.Wait()
				}
				if present < 2 {
					return stay
				}
				_, err = tx.Exec(raiseMark, who, "p", 0)
				return err
			})
			if err == nil {
				left <- who
			} else if !errors.Is(err, stay) {
				t.Errorf("%s: %v", who, err)
			}
		})
	}
	group.Wait()
	if len(left) != 1 {
		t.Errorf("%d left, want 1", len(left))
	}
}

func TestLostConnection(t *testing.T) {
	c := storetest.Postgres(t)
	s := storetest.Open(t, c)
	admin := storetest.Superuser(t, c)
	f := storetest.Firm(t, s)
	cut := func() {
		t.Helper()
		if _, err := admin.ExecContext(t.Context(), `select pg_terminate_backend(pid, 5000) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()`); err != nil {
			t.Fatal(err)
		}
	}
	runs := 0
	mustUpdate(t, f, func(tx *store.Tx) error { // broken before its end, it runs again as if it had never been
		runs++
		if err := put("a", 1)(tx); err != nil {
			return err
		}
		if runs == 1 {
			cut()
		}
		return put("b", 1)(tx)
	})
	if n := count(t, f); n != 2 || runs != 2 {
		t.Errorf("%d rows after %d runs, want 2 and 2", n, runs)
	}
	runs = 0
	err := f.Update(t.Context(), func(tx *store.Tx) error {
		runs++
		err := put("c", 1)(tx)
		cut()
		return err
	})
	if said, ok := errors.AsType[*fault.Error](err); !ok || said.Key != "store.uncertain" || said.Kind != fault.Unavailable || said.RetryAfter == 0 || runs != 1 {
		t.Errorf("at the commit: got %v after %d runs, want that nobody knows", err, runs)
	}
	if n := count(t, f); n != 2 {
		t.Errorf("%d rows remain, want 2", n)
	}
	mustUpdate(t, f, put("d", 1))
	cut()
	mustUpdate(t, f, put("e", 1)) // what broke while nobody used it costs nobody her request
	cut()
	if n := count(t, f); n != 4 {
		t.Errorf("%d rows, want 4", n)
	}
}

var setting = store.ForDirectory(`select current_setting($1)`)

func TestServerEnforcesLimits(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres(t))
	for name, want := range map[string]string{
		"statement_timeout": "20s", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "15s",
		"search_path": "public, pg_temp", "application_name": "cenacle", "transaction_isolation": "serializable",
	} {
		var got string
		err := s.Directory().Update(t.Context(), func(tx *store.DirectoryTx) error {
			return tx.Row(setting, []any{name}, &got)
		})
		if err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", name, got, err, want)
		}
	}
}
