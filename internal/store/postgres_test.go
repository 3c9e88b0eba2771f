package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

var (
	getTries   = store.ForDirectory(`select tries from attempt where hash = $1`)
	putTries   = store.ForDirectory(`insert into attempt (hash, tries, window_end) values ($1, $2, 0)`)
	raiseTries = store.ForDirectory(`update attempt set tries = $2 where hash = $1`)
)

// Two updates of the directory read the same row before either writes: one must run
// again and see what the other wrote.
func TestSerializationFailureRunsAgain(t *testing.T) {
	c := storetest.Postgres(t)
	nodes := []*store.Store{storetest.Open(t, c), storetest.Open(t, c)}
	what := []byte("n")
	err := nodes[0].Directory().Update(t.Context(), func(tx *store.DirectoryTx) error {
		_, err := tx.Exec(putTries, what, 0)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	read := func(tx *store.DirectoryTx) (n int64, err error) { return n, tx.Row(getTries, []any{what}, &n) }
	var met, group sync.WaitGroup
	met.Add(len(nodes))
	for _, node := range nodes {
		group.Go(func() {
			runs, hooks := 0, 0
			err := node.Directory().Update(t.Context(), func(tx *store.DirectoryTx) error {
				runs++
				n, err := read(tx)
				if err != nil {
					return err
				}
				tx.AfterCommit(func() { hooks++ })
				if runs == 1 {
					met.Done()
					met.Wait()
				}
				_, err = tx.Exec(raiseTries, what, n+1)
				return err
			})
			if err != nil || hooks != 1 {
				t.Errorf("%d hooks, %v", hooks, err)
			}
		})
	}
	group.Wait()
	err = nodes[0].Directory().View(t.Context(), func(tx *store.DirectoryTx) error {
		if n, err := read(tx); n != 2 || err != nil {
			t.Errorf("got %d, %v; want 2", n, err)
		}
		return nil
	})
	if retried := nodes[0].Stats().Retried + nodes[1].Stats().Retried; retried == 0 || err != nil {
		t.Errorf("no attempt was repeated, %v", err)
	}
}

// The updates of a firm take turns, whichever the node: what each read stays true until
// it has written, and none runs again. Those of another firm do not wait.
func TestFirmsUpdatesTakeTurns(t *testing.T) {
	c := storetest.Postgres(t)
	nodes := []*store.Store{storetest.Open(t, c), storetest.Open(t, c)}
	f, other := storetest.Firm(t, nodes[0]), storetest.Firm(t, nodes[0])
	mustUpdate(t, f, put("n", 0))
	const each = 10
	var group sync.WaitGroup
	for i := range 2 * len(nodes) {
		own, err := nodes[i%len(nodes)].Firm(t.Context(), f.ID())
		if err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			for range each {
				err := own.Update(t.Context(), func(tx *store.Tx) error {
					var n int64
					if err := tx.Row(getMark, []any{"n", "p"}, &n); err != nil {
						return err
					}
					time.Sleep(time.Millisecond)
					_, err := tx.Exec(raiseMark, "n", "p", n+1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	err := f.Update(t.Context(), func(*store.Tx) error { return other.Update(t.Context(), put("meanwhile", 1)) })
	if err != nil {
		t.Errorf("another firm: %v", err)
	}
	group.Wait()
	if n, err := mark(t.Context(), t, f, "n"); n != 2*int64(len(nodes))*each || err != nil {
		t.Errorf("got %d, %v; want %d", n, err, 2*len(nodes)*each)
	}
	if retried := nodes[0].Stats().Retried + nodes[1].Stats().Retried; retried != 0 {
		t.Errorf("%d attempts were repeated", retried)
	}
	if waits := nodes[0].Stats().Waits; waits == 0 {
		t.Error("nobody is counted who waited for her turn")
	}
}

// Two people each see the other on duty and both leave, by two nodes: only one of them
// does.
func TestWriteSkewIsRefused(t *testing.T) {
	c := storetest.Postgres(t)
	nodes := map[string]*store.Store{"anna": storetest.Open(t, c), "boris": storetest.Open(t, c)}
	f := storetest.Firm(t, nodes["anna"])
	mustUpdate(t, f, put("anna", 1))
	mustUpdate(t, f, put("boris", 1))
	var group sync.WaitGroup
	stay := errors.New("somebody must stay")
	left := make(chan string, 2)
	for who, node := range nodes {
		own, err := node.Firm(t.Context(), f.ID())
		if err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			err := own.Update(t.Context(), func(tx *store.Tx) error {
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
				time.Sleep(50 * time.Millisecond) // the other has looked by then, if it may
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
