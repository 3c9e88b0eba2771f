package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

func each(t *testing.T, run func(*testing.T, *office)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) { run(t, open(t, s)) })
}

func TestJobRunsOnceAndIsGone(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		var d diary
		r := o.runner(map[string]Handler{"mail.send": d.answer(nil)})
		start(t, r)
		j := Job{ID: id.New[id.Job](o.now), Kind: "mail.send", Payload: []byte("hello")}
		o.enqueue(t, j)
		r.Wake(o.firm.ID())
		idle(t, r)
		got := d.read()
		if len(got) != 1 || got[0].ID != j.ID || string(got[0].Payload) != "hello" || got[0].Attempt != 1 || !got[0].RunAt.Equal(o.now) || got[0].Kind != j.Kind {
			t.Fatalf("the handler was given %+v", got)
		}
		if d.firm[0] != o.firm.ID() {
			t.Errorf("firm %s, want %s", d.firm[0], o.firm.ID())
		}
		if rows := o.rows(t); len(rows) != 0 {
			t.Errorf("rows left: %+v", rows)
		}
		if c := o.counts(t); c != (Counts{}) {
			t.Errorf("counts: %+v", c)
		}
	})
}

func TestNothingIsWrittenInClear(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		const canary = "CANARY-Petit"
		o.enqueue(t, Job{Kind: "k", Payload: []byte(canary), Dedupe: canary})
		rows := o.rows(t)
		if len(rows) != 1 || bytes.Contains(rows[0].payload, []byte(canary)) || strings.Contains(fmt.Sprint(rows), canary) {
			t.Errorf("rows: %+v", rows)
		}
		if _, err := id.Parse[id.Job](rows[0].id); err != nil {
			t.Errorf("Enqueue made no identifier: %q", rows[0].id)
		}
		err := o.firm.Update(t.Context(), func(tx *store.Tx) error { return Enqueue(tx, nil, o.now, Job{}) })
		if !errors.Is(err, errNoKind) {
			t.Errorf("a job without kind: %v", err)
		}
	})
}

func TestRolledBackActLeavesNoJob(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		err := o.firm.Update(t.Context(), func(tx *store.Tx) error {
			box, err := o.ring.Firm(tx)
			if err != nil {
				return err
			}
			if err := Enqueue(tx, box, o.now, Job{Kind: "k"}); err != nil {
				return err
			}
			return errAgain
		})
		if !errors.Is(err, errAgain) {
			t.Fatal(err)
		}
		if rows := o.rows(t); len(rows) != 0 {
			t.Errorf("rows: %+v", rows)
		}
	})
}

// Jobs written before Run, in several firms, are found by the first scan.
func TestFirstScanFindsEveryFirm(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		firms := []*store.Firm{o.firm, o.newFirm(t), o.newFirm(t)}
		for _, f := range firms {
			o.enqueueFor(t, f, Job{Kind: "k", Payload: []byte(f.ID())})
		}
		var d diary
		r := o.runner(map[string]Handler{"k": d.answer(nil)})
		start(t, r)
		idle(t, r)
		if len(d.read()) != len(firms) {
			t.Fatalf("%d jobs ran, want %d", len(d.read()), len(firms))
		}
		for i, j := range d.read() {
			if string(j.Payload) != string(d.firm[i]) {
				t.Errorf("the job of %s was given to %s", j.Payload, d.firm[i])
			}
		}
	})
}

func TestFailedJobComesBackLaterAndLater(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		var d diary
		r := o.runner(map[string]Handler{"k": d.answer(errAgain)})
		start(t, r)
		o.enqueue(t, Job{Kind: "k", Payload: []byte("p")})
		for attempt := 1; attempt <= attempts; attempt++ {
			idle(t, r)
			got := d.read()
			if len(got) != attempt || got[attempt-1].Attempt != attempt {
				t.Fatalf("attempt %d: the handler ran %d times: %+v", attempt, len(got), got)
			}
			if got[attempt-1].ID != got[0].ID || string(got[attempt-1].Payload) != "p" {
				t.Fatalf("attempt %d is another job: %+v", attempt, got[attempt-1])
			}
			if attempt == attempts {
				break
			}
			rows := o.rows(t)
			wait := store.Time(rows[0].runAt).Sub(o.clock())
			low, high := backoff(attempt, 0), backoff(attempt, 1)
			if rows[0].state != "waiting" || wait < low || wait > high || rows[0].failure != "internal" {
				t.Fatalf("after attempt %d: %+v, wait %v, want %v to %v", attempt, rows[0], wait, low, high)
			}
			o.wait(wait - time.Microsecond)
			idle(t, r)
			if n := len(d.read()); n != attempt {
				t.Fatalf("ran %d times before its time", n)
			}
			o.wait(time.Microsecond)
		}
		rows := o.rows(t)
		if len(rows) != 1 || rows[0].state != "dead" || rows[0].failure != "internal" {
			t.Errorf("after the last attempt: %+v", rows)
		}
		if c := o.counts(t); c != (Counts{Dead: 1}) {
			t.Errorf("counts: %+v", c)
		}
		o.wait(1000 * time.Hour)
		idle(t, r)
		if n := len(d.read()); n != attempts {
			t.Errorf("a dead letter ran again: %d", n)
		}
		if !strings.Contains(o.log.String(), "dead letter") {
			t.Error("a dead letter was not logged")
		}
	})
}

func TestBackoff(t *testing.T) {
	for attempt := 1; attempt <= 100; attempt++ {
		low, high := backoff(attempt, 0), backoff(attempt, 0.999999)
		if low <= 0 || low >= high && high != longest || high > longest {
			t.Errorf("attempt %d: %v to %v", attempt, low, high)
		}
		if attempt > 1 && low < backoff(attempt-1, 0) {
			t.Errorf("attempt %d waits less than the one before", attempt)
		}
	}
	if got := backoff(1, 0.5); got != firstWait {
		t.Errorf("first wait = %v, want %v", got, firstWait)
	}
	if got := backoff(12, 0.5); got != longest {
		t.Errorf("last wait = %v, want %v", got, longest)
	}
}

func TestChanceSpreads(t *testing.T) {
	low, high := 1.0, 0.0
	for range 1000 {
		c := chance()
		if c < 0 || c >= 1 {
			t.Fatalf("chance %v", c)
		}
		low, high = min(low, c), max(high, c)
	}
	if low > 0.1 || high < 0.9 {
		t.Errorf("a thousand chances lie between %v and %v", low, high)
	}
}

func TestFaultDecidesWhetherAnotherTryHelps(t *testing.T) {
	cases := []struct {
		err   error
		state string
		min   time.Duration
	}{
		{errAgain, "waiting", 0},
		{fault.New(fault.Internal, "x"), "waiting", 0},
		{fault.New(fault.Unavailable, "x"), "waiting", 0},
		{fault.New(fault.Busy, "x"), "waiting", 0},
		{fault.New(fault.Conflict, "x"), "waiting", 0},
		{fault.New(fault.NoSpace, "x"), "waiting", 0},
		{context.DeadlineExceeded, "waiting", 0},
		{fault.New(fault.Unavailable, "x").After(time.Hour), "waiting", time.Hour},
		{fmt.Errorf("mail: %w", fault.New(fault.Busy, "x").After(2*time.Hour)), "waiting", 2 * time.Hour},
		{fault.New(fault.Busy, "x").After(1000 * time.Hour), "waiting", longest},
		{fault.New(fault.Invalid, "x"), "dead", 0},
		{fmt.Errorf("mail: %w", fault.New(fault.Invalid, "x")), "dead", 0},
		{fault.New(fault.Gone, "x"), "dead", 0},
		{fault.New(fault.Forbidden, "x"), "dead", 0},
		{fault.New(fault.TooLarge, "x"), "dead", 0},
		{fault.Absent(), "dead", 0},
	}
	each(t, func(t *testing.T, o *office) {
		handlers := map[string]Handler{}
		for i, c := range cases {
			handlers[fmt.Sprintf("k%02d", i)] = new(diary).answer(c.err)
			o.wait(time.Millisecond) // identifiers sort by age
			o.enqueue(t, Job{Kind: fmt.Sprintf("k%02d", i)})
		}
		r := o.runner(handlers)
		start(t, r)
		idle(t, r)
		rows := o.rows(t)
		for i, c := range cases {
			wait := store.Time(rows[i].runAt).Sub(o.clock())
			if rows[i].state != c.state || rows[i].failure != fault.KindOf(c.err).String() {
				t.Errorf("%v: %+v, want %s", c.err, rows[i], c.state)
			}
			if c.state == "waiting" && (wait < c.min || wait > longest || wait <= 0) {
				t.Errorf("%v: wait %v, want at least %v", c.err, wait, c.min)
			}
		}
	})
}

func TestUnknownKindIsADeadLetter(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.runner(map[string]Handler{"b": nil, "a": nil})
		if got := r.Kinds(); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("Kinds = %v", got)
		}
		start(t, r)
		o.enqueue(t, Job{Kind: "nobody.knows"})
		idle(t, r)
		rows := o.rows(t)
		if len(rows) != 1 || rows[0].state != "dead" || rows[0].failure != failUnknown {
			t.Errorf("rows: %+v", rows)
		}
		if log := o.log.String(); !strings.Contains(log, "nobody.knows") || !strings.Contains(log, `"ERROR"`) {
			t.Errorf("log: %s", log)
		}
	})
}

func TestPanicIsContained(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		var d diary
		r := o.runner(map[string]Handler{
			"bad": func(context.Context, id.Firm, Job) error { panic("CANARY-panic") },
			"nil": func(_ context.Context, _ id.Firm, j Job) error {
				return errors.New(string(j.Payload[len(j.Payload):][0]))
			},
			"good": d.answer(nil),
		})
		start(t, r)
		o.enqueue(t, Job{Kind: "bad"}, Job{Kind: "nil"}, Job{Kind: "good"})
		idle(t, r)
		if len(d.read()) != 1 {
			t.Error("the good job did not run")
		}
		for _, row := range o.rows(t) {
			if row.state != "waiting" || row.failure != failPanic || row.attempts != 1 {
				t.Errorf("row: %+v", row)
			}
		}
		if c := o.counts(t); c.Waiting != 2 || c.Oldest.Before(o.now) {
			t.Errorf("counts: %+v", c)
		}
		if log := o.log.String(); strings.Contains(log, "CANARY") || !strings.Contains(log, "outbox_test.go") {
			t.Errorf("the log must hold the stack and not the value: %s", log)
		}
	})
}

func TestAlteredPayloadIsADeadLetter(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		var d diary
		o.enqueue(t, Job{Kind: "k", Payload: []byte("p")})
		alter := store.ForFirm(`update job set payload = $2 where firm_id = $1`)
		sealed := o.rows(t)[0].payload
		sealed[len(sealed)-1] ^= 1
		err := o.firm.Update(t.Context(), func(tx *store.Tx) error {
			return tx.Write(alter, sealed)
		})
		if err != nil {
			t.Fatal(err)
		}
		r := o.runner(map[string]Handler{"k": d.answer(nil)})
		start(t, r)
		idle(t, r)
		if rows := o.rows(t); len(d.read()) != 0 || rows[0].state != "dead" || rows[0].failure != failUnreadable {
			t.Errorf("ran %d times, rows %+v", len(d.read()), rows)
		}
	})
}

// At most four jobs run at once, and a firm with many does not keep another
// firm's single job from starting.
func TestWidthAndFairness(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		other := o.newFirm(t)
		var mu sync.Mutex
		running, most, finished, otherAt := 0, 0, 0, 0
		full := make(chan struct{})
		r := o.runner(map[string]Handler{"k": func(_ context.Context, f id.Firm, _ Job) error {
			mu.Lock()
			running++
			most = max(most, running)
			if running == width {
				select {
				case <-full:
				default:
					close(full)
				}
			}
			mu.Unlock()
			select { // all wait for four to be there, so that the limit is reached
			case <-full:
			case <-time.After(10 * time.Second):
			}
			time.Sleep(2 * time.Millisecond)
			mu.Lock()
			running--
			finished++
			if f == other.ID() {
				otherAt = finished
			}
			mu.Unlock()
			return nil
		}})
		o.real(r) // visits must be told apart by time
		jobs := make([]Job, 40)
		for i := range jobs {
			jobs[i].Kind = "k"
		}
		o.enqueue(t, jobs...)
		o.enqueueFor(t, other, Job{Kind: "k"})
		start(t, r)
		idle(t, r)
		if most != width || finished != 41 {
			t.Errorf("at most %d ran at once, want %d; %d finished, want 41", most, width, finished)
		}
		if otherAt > 20 {
			t.Errorf("the other firm's only job was the %dth to finish", otherAt)
		}
	})
}

func TestJobWaitsForItsInstant(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		var d diary
		r := o.runner(map[string]Handler{"k": d.answer(nil)})
		start(t, r)
		o.enqueue(t, Job{Kind: "k", RunAt: o.now.Add(time.Hour)})
		idle(t, r)
		if n := len(d.read()); n != 0 {
			t.Fatalf("ran %d times before its instant", n)
		}
		if c := o.counts(t); c.Waiting != 1 || !c.Oldest.Equal(o.now.Add(time.Hour)) {
			t.Errorf("counts: %+v", c)
		}
		o.wait(time.Hour)
		idle(t, r)
		if n := len(d.read()); n != 1 {
			t.Errorf("ran %d times at its instant", n)
		}
	})
}

// Without any wake the runner comes back at the next due time by itself.
func TestRunnerWakesAtTheNextDueTime(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ran := make(chan time.Time, 1)
		r := o.runner(map[string]Handler{"k": func(context.Context, id.Firm, Job) error {
			ran <- time.Now()
			return nil
		}})
		r.clock = time.Now
		at := time.Now().Add(400 * time.Millisecond)
		o.enqueue(t, Job{Kind: "k", RunAt: at})
		start(t, r)
		select {
		case got := <-ran:
			if got.Before(at.Truncate(time.Microsecond)) {
				t.Errorf("ran %v early", at.Sub(got))
			}
		case <-time.After(20 * time.Second):
			t.Fatal("the job did not run")
		}
		idle(t, r)
	})
}

func TestIdleAndWakeOfAFirmThatIsNotThere(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.runner(nil)
		r.Wake(id.New[id.Firm](o.now))
		r.Wake("no firm at all")
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := r.Idle(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Idle without Run: %v", err)
		}
		start(t, r)
		idle(t, r)
	})
}
