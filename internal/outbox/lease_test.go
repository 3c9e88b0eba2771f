package outbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/vault"
)

// abandon takes the due jobs as a runner would that dies at once.
func (o *office) abandon(t *testing.T) []held {
	t.Helper()
	jobs, err := lease(t.Context(), o.firm, term{now: o.clock(), until: o.clock().Add(leaseTime), limit: width}, func(id.Job) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}

// The runner dies between the effect and its record: the same job runs again,
// with the same identifier, once the lease is over and not before.
func TestCRA06_CrashAfterTheEffect(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.enqueue(t, Job{Kind: "k", Payload: []byte("p")})
		first := o.abandon(t)
		if len(first) != 1 || len(o.abandon(t)) != 0 {
			t.Fatal("the lease does not keep others away")
		}
		var d diary
		r := o.runner(map[string]Handler{"k": d.answer(nil)})
		start(t, r)
		o.wait(leaseTime - time.Microsecond)
		idle(t, r)
		if n := len(d.read()); n != 0 {
			t.Fatalf("ran %d times under another's lease", n)
		}
		o.wait(time.Microsecond)
		idle(t, r)
		got := d.read()
		if len(got) != 1 || got[0].ID != first[0].ID || got[0].Attempt != 2 || string(got[0].Payload) != "p" {
			t.Errorf("after the crash: %+v", got)
		}
		if rows := o.rows(t); len(rows) != 0 {
			t.Errorf("rows left: %+v", rows)
		}
	})
}

func TestJobThatKillsItsRunnerBecomesADeadLetter(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.enqueue(t, Job{Kind: "k"})
		for range attempts {
			if n := len(o.abandon(t)); n != 1 {
				t.Fatalf("%d jobs leased", n)
			}
			o.wait(leaseTime)
		}
		var d diary
		r := o.runner(map[string]Handler{"k": d.answer(nil)})
		start(t, r)
		idle(t, r)
		if rows := o.rows(t); len(d.read()) != 0 || rows[0].state != "dead" || rows[0].failure != failCrashed {
			t.Errorf("ran %d times, rows %+v", len(d.read()), rows)
		}
	})
}

// A runner whose lease was taken changes nothing, whatever it reports.
func TestHA04_LostLeaseDecidesNothing(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.enqueue(t, Job{Kind: "k"})
		late := o.abandon(t)[0]
		o.wait(leaseTime)
		current := o.abandon(t)[0]
		before := fmt.Sprint(o.rows(t))
		for _, closing := range []func(*store.Tx) error{late.done, late.bury("x"), late.putBack(o.now, 1, "x")} {
			if err := o.firm.Update(t.Context(), closing); err != nil {
				t.Fatal(err)
			}
			if after := fmt.Sprint(o.rows(t)); after != before {
				t.Fatalf("a late runner changed %s to %s", before, after)
			}
		}
		if kept, err := late.renew(t.Context(), o.firm, o.clock().Add(leaseTime)); kept || err != nil {
			t.Errorf("a lost lease was renewed: %v, %v", kept, err)
		}
		if kept, err := current.renew(t.Context(), o.firm, o.clock().Add(2*leaseTime)); !kept || err != nil {
			t.Errorf("a good lease was not renewed: %v, %v", kept, err)
		}
		if err := o.firm.Update(t.Context(), current.done); err != nil || len(o.rows(t)) != 0 {
			t.Errorf("the lease's owner could not end it: %v", err)
		}
	})
}

// brisk makes a runner with real time and short leases.
func (o *office) brisk(handlers map[string]Handler) *Runner {
	r := o.runner(handlers)
	o.real(r)
	r.pace = pace{lease: 600 * time.Millisecond, patience: time.Minute, farewell: 50 * time.Millisecond, rescan: 100 * time.Millisecond, hiccup: 100 * time.Millisecond}
	return r
}

// A job that takes longer than a lease keeps it, although another runner looks
// for work all the time.
func TestRunningJobKeepsItsLease(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		var runs atomic.Int32
		work := map[string]Handler{"k": func(ctx context.Context, _ id.Firm, _ Job) error {
			runs.Add(1)
			pause(ctx, 2*time.Second)
			return ctx.Err()
		}}
		a, b := o.brisk(work), o.brisk(work)
		o.enqueue(t, Job{Kind: "k"})
		start(t, a)
		start(t, b)
		until(t, func() bool { return runs.Load() > 0 })
		idle(t, a)
		idle(t, b)
		until(t, func() bool { return len(o.rows(t)) == 0 })
		if n := runs.Load(); n != 1 {
			t.Errorf("the job ran %d times", n)
		}
	})
}

// A handler that hangs and ignores its context loses the job to another runner;
// when it returns at last, its outcome counts for nothing.
func TestStuckJobIsTakenByAnother(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		hang, taken := make(chan struct{}), make(chan Job, 1)
		a := o.brisk(map[string]Handler{"k": func(context.Context, id.Firm, Job) error {
			<-hang
			return errAgain
		}})
		a.pace.patience = 100 * time.Millisecond
		b := o.brisk(map[string]Handler{"k": func(_ context.Context, _ id.Firm, j Job) error {
			taken <- j
			return nil
		}})
		o.enqueue(t, Job{Kind: "k"})
		start(t, a)
		until(t, func() bool { return o.rows(t)[0].state == "running" })
		start(t, b)
		select {
		case j := <-taken:
			if j.Attempt != 2 {
				t.Errorf("attempt %d", j.Attempt)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("nobody took the stuck job")
		}
		idle(t, b)
		close(hang)
		idle(t, a)
		if rows := o.rows(t); len(rows) != 0 {
			t.Errorf("rows left: %+v", rows)
		}
	})
}

// Stopping lets a quick job end, and puts one back that obeys its context,
// without counting the attempt.
func TestStopWaitsForRunningJobs(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		began := make(chan struct{}, 2)
		r := o.brisk(map[string]Handler{
			"quick": func(context.Context, id.Firm, Job) error {
				began <- struct{}{}
				time.Sleep(20 * time.Millisecond)
				return nil
			},
			"long": func(ctx context.Context, _ id.Firm, _ Job) error {
				began <- struct{}{}
				<-ctx.Done()
				return ctx.Err()
			},
		})
		o.enqueue(t, Job{Kind: "quick"}, Job{Kind: "long"})
		stop := start(t, r)
		<-began
		<-began
		stop()
		rows := o.rows(t)
		if len(rows) != 1 || rows[0].state != "waiting" || rows[0].attempts != 0 || rows[0].failure != failStopped || rows[0].leased != 0 {
			t.Fatalf("after the stop: %+v", rows)
		}
		if len(r.hands) != 0 {
			t.Errorf("still in hand: %v", r.hands)
		}
	})
}

func TestDedupe(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		other := o.newFirm(t)
		o.enqueue(t, Job{Kind: "k", Dedupe: "x", Payload: []byte("first")}, Job{Kind: "k", Dedupe: "x", Payload: []byte("second")})
		o.enqueue(t, Job{Kind: "k", Dedupe: "x"}, Job{Kind: "k", Dedupe: "y"}, Job{Kind: "l", Dedupe: "x"}, Job{Kind: "k"}, Job{Kind: "k"})
		o.enqueueFor(t, other, Job{Kind: "k", Dedupe: "x"})
		if n := len(o.rows(t)); n != 5 {
			t.Fatalf("%d jobs wait, want 5", n)
		}
		var d diary
		r := o.runner(map[string]Handler{"k": d.answer(nil), "l": d.answer(nil)})
		start(t, r)
		idle(t, r)
		if n := len(d.read()); n != 6 {
			t.Errorf("%d jobs ran, want 6", n)
		}
		for _, j := range d.read() {
			if string(j.Payload) == "second" || j.Dedupe != "" {
				t.Errorf("ran %+v", j)
			}
		}
	})
}

// A fact that is written while the job for an earlier one runs gets its own job:
// the running one may have read the facts already. If the running one then
// fails, the waiting one does the work of both.
func TestDedupeWhileRunning(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		var d diary
		running, release := make(chan struct{}), make(chan error)
		r := o.runner(map[string]Handler{"k": func(_ context.Context, f id.Firm, j Job) error {
			if d.write(f, j) > 2 {
				return nil
			}
			running <- struct{}{}
			return <-release
		}})
		start(t, r)
		o.enqueue(t, Job{Kind: "k", Dedupe: "x", Payload: []byte("1")})
		r.Wake(o.firm.ID())
		<-running
		o.enqueue(t, Job{Kind: "k", Dedupe: "x", Payload: []byte("2"), RunAt: o.now.Add(time.Minute)})
		o.enqueue(t, Job{Kind: "k", Dedupe: "x", Payload: []byte("3")})
		if n := len(o.rows(t)); n != 2 {
			t.Fatalf("%d jobs, want the running one and one that waits", n)
		}
		release <- errAgain
		idle(t, r)
		if rows := o.rows(t); len(rows) != 1 || rows[0].state != "waiting" || rows[0].attempts != 0 {
			t.Fatalf("the failed job must leave its work to the waiting one: %+v", rows)
		}
		o.wait(time.Minute)
		r.Wake(o.firm.ID())
		<-running
		release <- errAgain
		idle(t, r)
		if rows := o.rows(t); len(rows) != 1 || rows[0].attempts != 1 {
			t.Fatalf("without another, the failed job waits itself: %+v", rows)
		}
		o.wait(time.Hour)
		idle(t, r)
		if got := d.read(); len(got) != 3 || string(got[2].Payload) != "2" || len(o.rows(t)) != 0 {
			t.Errorf("ran %+v", got)
		}
	})
}

// Two nodes on one database: every job runs exactly once, never on both at the
// same time. (Embedded, two runners share the one store.)
func TestTwoRunnersNeverRunTheSameJob(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		c.MigrateURL = ""
		first := storetest.Open(t, c)
		o := open(t, first)
		second := first
		if c.PostgresURL != "" {
			second = storetest.Open(t, c)
		}
		ring, err := vault.NewRing(o.vault, second.Directory())
		if err != nil {
			t.Fatal(err)
		}
		const n = 60
		var mu sync.Mutex
		ran, inside, by := map[id.Job]int{}, map[id.Job]bool{}, map[string]int{}
		work := func(node string) map[string]Handler {
			return map[string]Handler{"k": func(_ context.Context, _ id.Firm, j Job) error {
				mu.Lock()
				if inside[j.ID] {
					t.Errorf("job %s runs twice at once", j.ID)
				}
				inside[j.ID] = true
				ran[j.ID]++
				by[node]++
				mu.Unlock()
				time.Sleep(3 * time.Millisecond)
				mu.Lock()
				inside[j.ID] = false
				mu.Unlock()
				return nil
			}}
		}
		a, b := o.runner(work("a")), o.runner(work("b"))
		b.store, b.ring = second, ring
		jobs := make([]Job, n)
		for i := range jobs {
			jobs[i].Kind = "k"
		}
		o.enqueue(t, jobs...)
		start(t, a)
		start(t, b)
		idle(t, a)
		idle(t, b)
		mu.Lock()
		defer mu.Unlock()
		if len(ran) != n || len(o.rows(t)) != 0 {
			t.Errorf("%d different jobs ran, want %d; rows left: %d", len(ran), n, len(o.rows(t)))
		}
		for j, times := range ran {
			if times != 1 {
				t.Errorf("job %s ran %d times", j, times)
			}
		}
		t.Logf("shared out: %v", by)
	})
}

// The database goes away while a job runs: nothing is lost.
func TestOutcomeThatCannotBeRecorded(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.enqueue(t, Job{Kind: "k"})
		j := o.abandon(t)[0]
		r := o.runner(map[string]Handler{"k": new(diary).answer(nil)})
		r.pace.lease = 30 * time.Millisecond
		if err := o.store.Close(); err != nil {
			t.Fatal(err)
		}
		r.perform(t.Context(), o.firm, &j)
		if log := o.log.String(); !strings.Contains(log, "could not be recorded") {
			t.Errorf("log: %s", log)
		}
		if _, err := r.Counts(t.Context(), o.firm.ID()); err == nil {
			t.Error("Counts succeeded on a closed store")
		}
		if err := r.Idle(t.Context()); err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("Idle on a closed store: %v", err)
		}
	})
}

// Slow jobs, of any number of firms, leave half of the places to the others,
// whatever came first; and they all run in the end.
func TestSlowJobsLeaveRoom(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		var slow, quick diary
		var most, now atomic.Int64
		free := make(chan struct{})
		r := o.runner(map[string]Handler{"quick": quick.answer(nil), "slow": func(_ context.Context, f id.Firm, j Job) error {
			n := now.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			<-free
			now.Add(-1)
			slow.write(f, j)
			return nil
		}})
		r.slow[0] = "slow"
		o.real(r)
		other := o.newFirm(t)
		for range 6 {
			o.enqueue(t, Job{Kind: "slow"})
			o.enqueueFor(t, other, Job{Kind: "slow"})
		}
		for range 6 {
			o.enqueue(t, Job{Kind: "quick"})
			o.enqueueFor(t, other, Job{Kind: "quick"})
		}
		start(t, r)
		until(t, func() bool { return len(quick.read()) == 12 && now.Load() >= width/2 })
		if n := now.Load(); n != width/2 || len(slow.read()) != 0 {
			t.Errorf("%d slow jobs run, %d have run, want %d and 0", n, len(slow.read()), width/2)
		}
		close(free)
		until(t, func() bool { return len(slow.read()) == 12 })
		if most.Load() != width/2 {
			t.Errorf("%d slow jobs ran at once, want %d at most", most.Load(), width/2)
		}
	})
}
