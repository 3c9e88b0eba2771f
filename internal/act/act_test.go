package act_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/act/acttest"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/live"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/vault"
)

const (
	room   = id.Space("")
	circle = id.Circle("01first")
	late   = id.Circle("01second")
)

var (
	insertMark = store.ForFirm(`insert into read_mark (firm_id, item_id, person_id, read_at) values ($1, 'i', 'p', $2)`)
	updateMark = store.ForFirm(`update read_mark set read_at = $2 where firm_id = $1 and item_id = 'i'`)
	selectMark = store.ForFirm(`select read_at from read_mark where firm_id = $1 and item_id = 'i'`)
	countMarks = store.ForFirm(`select count(*) from read_mark where firm_id = $1`)
	countJobs  = store.ForFirm(`select count(*) from job where firm_id = $1`)
)

var errRule = errors.New("the rule says no")

// desk is an office with one firm, and what it told after its commits.
type desk struct {
	*act.Office
	clock *acttest.Clock
	by    authz.Actor
	heard *live.Subscription
	woken []id.Firm
}

func open(t *testing.T, s *store.Store) *desk {
	t.Helper()
	d := &desk{}
	d.Office, d.clock = acttest.New(t, s)
	f := storetest.Firm(t, s)
	d.by = authz.Actor{Person: id.New[id.Person](d.clock.Now()), Firm: f.ID(), Role: authz.Admin, Via: authz.ViaCommand}
	must(t, d.Keep(t.Context(), f.ID(), func(a *act.Act) error {
		if _, err := a.Ring().CreateFirm(a.Tx, a.Now); err != nil {
			return err
		}
		return d.Journal.CreateKey(a.Tx)
	}))
	d.heard = d.Live.Subscribe(f.ID(), room, []id.Circle{circle})
	t.Cleanup(d.heard.Close)
	d.Woken = func(f id.Firm) { d.woken = append(d.woken, f) }
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *desk) count(t *testing.T, of store.FirmStmt) (n int) {
	t.Helper()
	must(t, d.See(t.Context(), d.by.Firm, func(a *act.Act) error { return a.Row(of, nil, &n) }))
	return n
}

func (d *desk) journal(t *testing.T) []journal.Record {
	t.Helper()
	f, err := d.Store.Firm(t.Context(), d.by.Firm)
	must(t, err)
	all, err := d.Journal.List(t.Context(), f, journal.Filter{})
	must(t, err)
	return all
}

// everything does all that an act can do.
func (d *desk) everything(a *act.Act) error {
	if err := a.Write(insertMark, 1); err != nil {
		return err
	}
	if err := a.Follow("test.job", "", a.Now, map[string]string{"id": "x"}); err != nil {
		return err
	}
	a.Signal(room, circle)
	_, err := a.Record(d.by, "test.done", "", "x", nil)
	return err
}

// left is what an act has left behind and told.
type left struct {
	marks, jobs, entries, woken int
	signalled                   bool
}

func (d *desk) left(t *testing.T) left {
	t.Helper()
	out := left{marks: d.count(t, countMarks), jobs: d.count(t, countJobs), entries: len(d.journal(t)), woken: len(d.woken)}
	select {
	case <-d.heard.Changed():
		out.signalled = true
	default:
	}
	return out
}

func TestAllOfAnActOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := open(t, s)
		err := d.Do(t.Context(), d.by.Firm, func(a *act.Act) error {
			if err := d.everything(a); err != nil {
				return err
			}
			return errRule
		})
		if !errors.Is(err, errRule) {
			t.Errorf("the refusal became %v", err)
		}
		if got := d.left(t); got != (left{}) {
			t.Errorf("a refused act left %+v", got)
		}
		err = d.Do(t.Context(), d.by.Firm, func(a *act.Act) error {
			a.Signal(room, circle)
			return a.Write(insertMark, 1)
		})
		if !errors.Is(err, act.ErrUnrecorded) {
			t.Errorf("an act without its line gives %v", err)
		}
		if got := d.left(t); got != (left{}) {
			t.Errorf("an unrecorded act left %+v", got)
		}
		must(t, d.Do(t.Context(), d.by.Firm, func(a *act.Act) error {
			err := d.everything(a)
			if got := d.heard; len(got.Changed()) > 0 || len(d.woken) > 0 {
				t.Error("pages and workers are told before the commit")
			}
			return err
		}))
		if got, want := d.left(t), (left{1, 1, 1, 1, true}); got != want {
			t.Errorf("an act left %+v, want %+v", got, want)
		}
	})
}

func TestKeepNeedsNoLine(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := open(t, s)
		must(t, d.Keep(t.Context(), d.by.Firm, func(a *act.Act) error {
			return a.Write(insertMark, 1)
		}))
		if got, want := d.left(t), (left{marks: 1, woken: 1}); got != want {
			t.Errorf("keeping left %+v, want %+v", got, want)
		}
	})
}

func TestSeeChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := open(t, s)
		for name, attempt := range map[string]func(*act.Act) error{
			"write":  func(a *act.Act) error { return a.Write(insertMark, 1) },
			"record": func(a *act.Act) error { _, err := a.Record(d.by, "test.done", "", "x", nil); return err },
			"follow": func(a *act.Act) error { return a.Follow("test.job", "", a.Now, nil) },
		} {
			if err := d.See(t.Context(), d.by.Firm, attempt); !errors.Is(err, store.ErrReadOnly) {
				t.Errorf("%s while seeing: %v", name, err)
			}
		}
		must(t, d.See(t.Context(), d.by.Firm, func(a *act.Act) error { a.Signal(room, circle); return nil }))
		if got := d.left(t); got != (left{}) {
			t.Errorf("seeing left %+v", got)
		}
	})
}

// TestRetryTellsOnlyWhatWasCommitted overtakes an act once, where the engine
// lets two run at the same time.
func TestRetryTellsOnlyWhatWasCommitted(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		d := open(t, storetest.Open(t, c))
		must(t, d.Keep(t.Context(), d.by.Firm, func(a *act.Act) error { return a.Write(insertMark, 1) }))
		d.woken = nil
		runs, want := 0, 1
		if c.PostgresURL != "" {
			want = 2
		}
		second := d.Live.Subscribe(d.by.Firm, room, []id.Circle{late})
		t.Cleanup(second.Close)
		must(t, d.Do(t.Context(), d.by.Firm, func(a *act.Act) error {
			runs++
			told := []id.Circle{circle, late}[runs-1 : runs]
			var was int64
			if err := a.Row(selectMark, nil, &was); err != nil {
				return err
			}
			a.Signal(room, told...)
			if _, err := a.Record(d.by, "test.done", "", "x", nil); err != nil {
				return err
			}
			if runs < want {
				cut(t, c)
			}
			return a.Write(updateMark, was+1)
		}))
		if runs != want {
			t.Fatalf("the act ran %d times, want %d", runs, want)
		}
		got := d.left(t)
		if got.entries != 1 || got.woken != 1 || got.signalled != (want == 1) {
			t.Errorf("after %d runs: %+v", runs, got)
		}
		if len(second.Changed()) != want-1 {
			t.Errorf("the run that committed told %d times, want %d", len(second.Changed()), want-1)
		}
	})
}

// cut ends every connection of the program to the database.
func cut(t *testing.T, c store.Config) {
	t.Helper()
	_, err := storetest.Superuser(t, c).ExecContext(t.Context(), `select pg_terminate_backend(pid, 5000) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()`)
	must(t, err)
}

func TestFollowKeepsOneOfAKind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := open(t, s)
		for range 3 {
			must(t, d.Keep(t.Context(), d.by.Firm, func(a *act.Act) error {
				return errors.Join(a.Follow("test.job", "same", a.Now.Add(time.Minute), 1), a.Follow("test.job", "", a.Now, 2))
			}))
		}
		if n := d.count(t, countJobs); n != 4 {
			t.Errorf("%d jobs wait, want one that is alone of its kind and three others", n)
		}
		err := d.Keep(t.Context(), d.by.Firm, func(a *act.Act) error { return a.Follow("test.job", "", a.Now, func() {}) })
		if err == nil {
			t.Error("a payload that cannot be written was followed")
		}
	})
}

func TestRecordSaysWhoAndHow(t *testing.T) {
	d := open(t, storetest.New(t))
	must(t, d.Do(t.Context(), d.by.Firm, d.everything))
	all := d.journal(t)
	i := slices.IndexFunc(all, func(r journal.Record) bool { return r.Kind == "test.done" })
	if i < 0 {
		t.Fatal("not in the journal")
	}
	if r := all[i]; r.Actor != d.by.Person || r.Via != string(d.by.Via) || r.Object != "x" || r.Space != "" || !r.At.Equal(d.clock.Now()) {
		t.Errorf("recorded %+v", r)
	}
}

func TestRememberReadsOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := open(t, s)
		type key string
		reads := 0
		read := func(a *act.Act, k key) (int, error) {
			return act.Remember(a, k, func() (int, error) {
				reads++
				if k == "broken" {
					return 0, errRule
				}
				return reads, nil
			})
		}
		for range 2 { // another act knows nothing of the one before
			must(t, d.See(t.Context(), d.by.Firm, func(a *act.Act) error {
				reads = 0
				for _, tt := range []struct {
					key  key
					want int
				}{{"a", 1}, {"a", 1}, {"b", 2}, {"a", 1}, {"broken", 0}, {"broken", 0}} {
					if got, err := read(a, tt.key); got != tt.want || (err != nil) != (tt.key == "broken") {
						t.Errorf("%s: %d, %v, want %d", tt.key, got, err, tt.want)
					}
				}
				a.Forget(key("a"))
				if got, err := read(a, "a"); got != 5 || err != nil {
					t.Errorf("after Forget: %d, %v", got, err)
				}
				return nil
			}))
		}
	})
}

// An act has the key of its firm until it ends, also in the middle of a list that takes
// longer than the ring believes what it knows.
func TestBoxesLastAsLongAsTheAct(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := open(t, s)
		read := 0
		must(t, d.Keep(t.Context(), d.by.Firm, func(a *act.Act) error {
			if err := a.Write(insertMark, 1); err != nil {
				return err
			}
			return a.Each(selectMark, nil, func(scan func(...any) error) error {
				time.Sleep(vault.Recheck + 200*time.Millisecond)
				read++
				_, err := a.FirmBox()
				return errors.Join(err, scan(new(int64)))
			})
		}))
		if read != 1 {
			t.Errorf("%d rows", read)
		}
	})
}
