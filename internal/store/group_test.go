package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/seedtest"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// meeting is a firm on SQLite whose updates can be made to meet.
type meeting struct {
	*testing.T
	store  *store.Store
	firm   *store.Firm
	gate   chan struct{}
	first  chan error // outcome of the one who holds the turn
	others sync.WaitGroup
}

// meet holds the turn of a firm until open is called.
func meet(t *testing.T, s *store.Store, f *store.Firm) *meeting {
	t.Helper()
	m := &meeting{T: t, store: s, firm: f, gate: make(chan struct{}), first: make(chan error, 1)}
	entered := make(chan struct{})
	enter := sync.OnceFunc(func() { close(entered) })
	m.others.Go(func() {
		m.first <- m.firm.Update(t.Context(), func(tx *store.Tx) error {
			enter()
			<-m.gate
			return put("first", 1)(tx)
		})
	})
	<-entered
	return m
}

// newMeeting meets in a fresh firm whose groups have all the time they need.
func newMeeting(t *testing.T) *meeting {
	t.Helper()
	s := storetest.New(t)
	f := storetest.Firm(t, s)
	if err := store.LongGroups(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	return meet(t, s, f)
}

// newHurry meets in a fresh firm whose groups end when they do in life.
func newHurry(t *testing.T) *meeting {
	t.Helper()
	s := storetest.New(t)
	return meet(t, s, storetest.Firm(t, s))
}

var (
	errRefused  = errors.New("refused")
	errPanicked = errors.New("panicked")
)

// join queues an update behind those that wait already; the outcome comes later.
func (m *meeting) join(ctx context.Context, work func(*store.Tx) error) (outcome chan error) {
	m.Helper()
	before := m.queued()
	outcome = make(chan error, 1)
	m.others.Go(func() {
		defer func() {
			if recover() != nil {
				outcome <- errPanicked
			}
		}()
		outcome <- m.firm.Update(ctx, work)
	})
	for m.queued() == before {
		time.Sleep(100 * time.Microsecond)
	}
	return outcome
}

func (m *meeting) queued() int {
	m.Helper()
	n, err := store.Queued(m.Context(), m.firm)
	if err != nil {
		m.Fatal(err)
	}
	return n
}

// open lets everybody run, waits for the end and counts the commits it took.
func (m *meeting) open() (commits uint64) {
	m.Helper()
	before := m.store.Stats().Commits
	close(m.gate)
	m.others.Wait()
	return m.store.Stats().Commits - before
}

func (m *meeting) want(what string, outcome chan error, want error) {
	m.Helper()
	if err := <-outcome; !errors.Is(err, want) {
		m.Errorf("%s: %v, want %v", what, err, want)
	}
}

func (m *meeting) marks() (names []string) {
	m.Helper()
	err := m.firm.View(m.Context(), func(tx *store.Tx) error {
		return tx.Each(allMarks, nil, func(scan func(...any) error) error {
			var name string
			var at int64
			err := scan(&name, &at)
			names = append(names, name)
			return err
		})
	})
	if err != nil {
		m.Fatal(err)
	}
	return names
}

func TestUpdatesThatMeetShareACommit(t *testing.T) {
	m := newMeeting(t)
	var order []int
	var outcomes []chan error
	for n := range 10 {
		outcomes = append(outcomes, m.join(t.Context(), func(tx *store.Tx) error {
			order = append(order, n)
			return put(fmt.Sprint(n), 1)(tx)
		}))
	}
	if commits := m.open(); commits != 1 {
		t.Errorf("%d commits for eleven updates, want 1", commits)
	}
	for _, outcome := range append(outcomes, m.first) {
		m.want("a member", outcome, nil)
	}
	if !slices.IsSorted(order) || len(order) != 10 || len(m.marks()) != 11 {
		t.Errorf("ran in the order %v, left %q", order, m.marks())
	}
}

func TestOneFailsAndTheOthersStand(t *testing.T) {
	m := newMeeting(t)
	var hooks atomic.Int64
	hook := func(work func(*store.Tx) error) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			tx.AfterCommit(func() { hooks.Add(1) })
			return work(tx)
		}
	}
	good := m.join(t.Context(), hook(put("good", 1)))
	refused := m.join(t.Context(), hook(func(tx *store.Tx) error {
		return errors.Join(put("refused", 1)(tx), raise("good", 7)(tx), errRefused)
	}))
	clash := m.join(t.Context(), hook(put("good", 2)))
	cancelled, cancel := context.WithCancel(t.Context())
	late := m.join(cancelled, hook(func(tx *store.Tx) error {
		err := put("late", 1)(tx)
		cancel()
		return err
	}))
	last := m.join(t.Context(), hook(put("last", 1)))
	if commits := m.open(); commits != 1 {
		t.Errorf("%d commits, want 1", commits)
	}
	m.want("good", good, nil)
	m.want("refused", refused, errRefused)
	m.want("cancelled", late, context.Canceled)
	m.want("last", last, nil)
	if err := <-clash; !fault.Is(err, fault.Conflict) {
		t.Errorf("clash: %v", err)
	}
	if got := m.marks(); !slices.Equal(got, []string{"first", "good", "last"}) {
		t.Errorf("left %q", got)
	}
	if at, err := mark(t.Context(), t, m.firm, "good"); at != 1 || err != nil {
		t.Errorf("another's change of a row was kept: %d, %v", at, err)
	}
	if hooks.Load() != 2 {
		t.Errorf("%d hooks ran, want 2", hooks.Load())
	}
}

// Who was done is not answered, and nobody sees what she did, before the commit.
func TestNobodyIsAnsweredBeforeTheCommit(t *testing.T) {
	m := newMeeting(t)
	early := m.join(t.Context(), func(tx *store.Tx) error {
		tx.AfterCommit(func() {
			if _, err := mark(t.Context(), t, m.firm, "early"); err != nil {
				t.Errorf("a hook ran before the commit: %v", err)
			}
		})
		return put("early", 1)(tx)
	})
	last := m.join(t.Context(), func(tx *store.Tx) error {
		var at int64
		if err := tx.Row(getMark, []any{"early", "p"}, &at); err != nil {
			t.Errorf("the next member does not see her row: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
		if got := m.marks(); len(got) != 0 {
			t.Errorf("others see %q", got)
		}
		select {
		case err := <-early:
			t.Errorf("answered before the commit: %v", err)
		default:
		}
		return nil
	})
	m.open()
	m.want("early", early, nil)
	m.want("last", last, nil)
}

// A refusal that rests on what another did is not given before that is durable:
// who is told that something is done already finds it done.
func TestNobodyIsRefusedBeforeTheCommit(t *testing.T) {
	m := newMeeting(t)
	m.join(t.Context(), put("early", 1))
	refused := make(chan error, 1)
	m.others.Go(func() {
		err := m.firm.Update(t.Context(), put("early", 3))
		if at, unseen := mark(t.Context(), t, m.firm, "early"); unseen != nil || at != 1 {
			t.Errorf("refused because of a row that is not there: %d, %v", at, unseen)
		}
		refused <- err
	})
	for m.queued() < 2 {
		time.Sleep(100 * time.Microsecond)
	}
	last := m.join(t.Context(), func(tx *store.Tx) error {
		time.Sleep(10 * time.Millisecond)
		return put("last", 1)(tx)
	})
	if commits := m.open(); commits != 1 {
		t.Errorf("%d commits, want 1", commits)
	}
	m.want("last", last, nil)
	if err := <-refused; !fault.Is(err, fault.Conflict) {
		t.Errorf("refused: %v", err)
	}
}

// A refusal that rests on what was lost with the commit is not given at all.
func TestRefusalIsLostWithTheCommit(t *testing.T) {
	s := storetest.New(t)
	f := storetest.Firm(t, s)
	if err := errors.Join(store.OnWriter(t.Context(), f, trap), store.LongGroups(t.Context(), f)); err != nil {
		t.Fatal(err)
	}
	m := meet(t, s, f)
	m.join(t.Context(), put("one", 1))
	refused := m.join(t.Context(), put("one", 2))
	m.join(t.Context(), put("orphan", 1))
	m.open()
	if err := <-refused; !fault.Is(err, fault.Unavailable) {
		t.Errorf("refused because of a row that is lost: %v", err)
	}
}

// An update inside another one's lock: whoever is done holds what the next one
// waits for, and is answered all the same.
func TestMembersThatWaitForEachOther(t *testing.T) {
	m := newHurry(t)
	var lock sync.Mutex
	held := make(chan struct{})
	done := make(chan error, 1)
	m.others.Go(func() {
		lock.Lock()
		defer lock.Unlock()
		close(held)
		done <- m.firm.Update(t.Context(), put("holder", 1))
	})
	<-held
	for m.queued() == 0 {
		time.Sleep(100 * time.Microsecond)
	}
	runs := 0
	waits := m.join(t.Context(), func(tx *store.Tx) error {
		runs++
		if err := put("waits", 1)(tx); err != nil {
			return err
		}
		lock.Lock()
		defer lock.Unlock()
		return put("more", 1)(tx)
	})
	last := m.join(t.Context(), put("last", 1))
	m.open() // or it never ends
	m.want("holder", done, nil)
	m.want("waits", waits, nil)
	m.want("last", last, nil)
	if got := m.marks(); !slices.Equal(got, []string{"first", "holder", "last", "more", "waits"}) {
		t.Errorf("left %q", got)
	}
	if runs > 2 { // once where the machine was so slow that the holder was committed first
		t.Errorf("who waited ran %d times", runs)
	}
}

// A transaction that is lost as a whole costs the others a second run and no
// more: SQLite rolls everything back when a statement is stopped half way.
func TestLostGroupRunsAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		work func(*store.Tx) error
		want error
	}{
		"panic":             {func(*store.Tx) error { panic("on purpose") }, errPanicked},
		"stopped statement": {func(tx *store.Tx) error { _, err := tx.Exec(flood); return err }, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMeeting(t)
			var good []chan error
			var hooks atomic.Int64
			for n := range 3 {
				good = append(good, m.join(t.Context(), func(tx *store.Tx) error {
					tx.AfterCommit(func() { hooks.Add(1) })
					return put(fmt.Sprint(n), 1)(tx)
				}))
			}
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			lost := m.join(ctx, func(tx *store.Tx) error {
				if err := put("lost", 1)(tx); err != nil {
					return err
				}
				return tt.work(tx)
			})
			m.open()
			m.want("the one who lost it", lost, tt.want)
			for n, outcome := range good {
				m.want(fmt.Sprint("member ", n), outcome, nil)
			}
			if got := m.marks(); !slices.Equal(got, []string{"0", "1", "2", "first"}) || hooks.Load() != 3 {
				t.Errorf("left %q, %d hooks ran", got, hooks.Load())
			}
		})
	}
}

// trap lets the commit of whoever marks « orphan » fail, and nothing before it.
const trap = `create table owner (id integer primary key);
create table owned (id integer references owner (id) deferrable initially deferred);
create trigger trap after insert on read_mark when new.item_id = 'orphan' begin insert into owned values (1); end`

// A commit that fails is nobody's success, and may be tried again.
func TestFailedCommitIsToldToAll(t *testing.T) {
	s := storetest.New(t)
	f := storetest.Firm(t, s)
	if err := errors.Join(store.OnWriter(t.Context(), f, trap), store.LongGroups(t.Context(), f)); err != nil {
		t.Fatal(err)
	}
	m := meet(t, s, f)
	work := func(name string) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			tx.AfterCommit(func() { t.Error("a hook ran without a commit") })
			return put(name, 1)(tx)
		}
	}
	outcomes := []chan error{m.first, m.join(t.Context(), work("one")), m.join(t.Context(), work("orphan"))}
	if commits := m.open(); commits != 0 {
		t.Errorf("%d commits, want none", commits)
	}
	for _, outcome := range outcomes {
		if err := <-outcome; !fault.Is(err, fault.Unavailable) {
			t.Errorf("got %v, want unavailable", err)
		}
	}
	if got := m.marks(); len(got) != 0 {
		t.Errorf("left %q", got)
	}
	mustUpdate(t, f, put("after", 1))
}

func TestGroupsAreBounded(t *testing.T) {
	m := newMeeting(t)
	const many = 3 * store.GroupMax
	for n := range many {
		m.join(t.Context(), put(fmt.Sprint(n), 1))
	}
	if commits := m.open(); commits < 4 || len(m.marks()) != many+1 {
		t.Errorf("%d commits for %d updates, want four groups at least", commits, len(m.marks()))
	}

	m = newHurry(t)
	for n := range 6 { // of 10 ms each, and a group takes members for 20
		m.join(t.Context(), func(tx *store.Tx) error {
			time.Sleep(10 * time.Millisecond)
			return put(fmt.Sprint(n), 1)(tx)
		})
	}
	if commits := m.open(); commits < 2 {
		t.Errorf("%d commits for six slow updates", commits)
	}
}

// Who gives up waiting leaves the queue, and the turn is not lost with her.
func TestWaitingIsGivenUp(t *testing.T) {
	m := newMeeting(t)
	ctx, cancel := context.WithCancel(t.Context())
	gone := m.join(ctx, put("gone", 1))
	stays := m.join(t.Context(), put("stays", 1))
	cancel()
	m.want("gone", gone, context.Canceled)
	m.open()
	m.want("stays", stays, nil)
	if got := m.marks(); !slices.Equal(got, []string{"first", "stays"}) {
		t.Errorf("left %q", got)
	}
}

// Whatever becomes of those around her, who is told yes has written once, and
// who is told no has written nothing.
func TestGroupsUnderFire(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := storetest.Firm(t, s)
		mustUpdate(t, f, put("sum", 0))
		seed := seedtest.Of(t)
		var told, hooks atomic.Int64
		var crowd sync.WaitGroup
		for who := range 8 {
			crowd.Go(func() {
				r := rand.New(rand.NewPCG(seed, uint64(who)))
				for n := range 25 {
					if fire(t, f, r.IntN(8), fmt.Sprintf("%d/%d", who, n), &hooks) {
						told.Add(1)
					}
				}
			})
		}
		crowd.Wait()
		sum, err := mark(t.Context(), t, f, "sum")
		if rows := int64(count(t, f)) - 1; err != nil || sum != told.Load() || rows != told.Load() || hooks.Load() != told.Load() {
			t.Errorf("%d were told yes; the sum is %d, %d rows, %d hooks; %v", told.Load(), sum, rows, hooks.Load(), err)
		}
		t.Logf("%+v", s.Stats())
	})
}

// fire runs one update that may end badly, and reports whether it succeeded.
func fire(t *testing.T, f *store.Firm, fate int, name string, hooks *atomic.Int64) (kept bool) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	defer func() { _ = recover() }() // the panic below; a failure shows in the counts
	err := f.Update(ctx, func(tx *store.Tx) error {
		tx.AfterCommit(func() { hooks.Add(1) })
		if err := errors.Join(put(name, 1)(tx), increment("sum")(tx)); err != nil {
			return err
		}
		switch fate {
		case 0:
			return errRefused
		case 1:
			panic("on purpose")
		case 2:
			cancel()
		case 3:
			_ = put(name, 1)(tx) // a clash, ignored
		}
		return nil
	})
	if want := fate > 3; want != (err == nil) {
		t.Errorf("%s, fate %d: %v", name, fate, err)
	}
	return err == nil
}
