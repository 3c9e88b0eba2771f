package outbox

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/vault"
)

// office is a store with one firm, its keys and a clock that stands still.
type office struct {
	store *store.Store
	ring  *vault.Ring
	vault *vault.Vault
	firm  *store.Firm
	log   *syncBuffer

	mu  sync.Mutex
	now time.Time
}

func open(t *testing.T, s *store.Store) *office {
	t.Helper()
	o := &office{store: s, vault: vault.New(vault.NewKey()), log: &syncBuffer{}, now: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)}
	if err := o.vault.EnsureInstallation(t.Context(), s.Directory(), o.now); err != nil {
		t.Fatal(err)
	}
	ring, err := vault.NewRing(o.vault, s.Directory())
	if err != nil {
		t.Fatal(err)
	}
	o.ring = ring
	o.firm = o.newFirm(t)
	return o
}

func (o *office) newFirm(t *testing.T) *store.Firm {
	t.Helper()
	f := storetest.Firm(t, o.store)
	err := f.Update(t.Context(), func(tx *store.Tx) error {
		_, err := o.ring.CreateFirm(tx, o.now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *office) wait(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(d)
}

// real gives the runner, and the jobs enqueued from here on, real time.
func (o *office) real(r *Runner) {
	o.wait(time.Since(o.clock()))
	r.clock = time.Now
}

// until waits for something that happens in another goroutine.
func until(t *testing.T, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !happened(); {
		if time.Now().After(end) {
			t.Fatal("it did not happen")
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// enqueue writes jobs in one transaction of the office's firm.
func (o *office) enqueue(t *testing.T, jobs ...Job) {
	t.Helper()
	o.enqueueFor(t, o.firm, jobs...)
}

func (o *office) enqueueFor(t *testing.T, f *store.Firm, jobs ...Job) {
	t.Helper()
	err := f.Update(t.Context(), func(tx *store.Tx) error {
		box, err := o.ring.Firm(tx)
		if err != nil {
			return err
		}
		for _, j := range jobs {
			if err := Enqueue(tx, box, o.clock(), j); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (o *office) runner(handlers map[string]Handler) *Runner {
	return NewRunner(Config{Store: o.store, Ring: o.ring, Handlers: handlers, Clock: o.clock,
		Log: slog.New(slog.NewJSONHandler(o.log, nil))})
}

// start runs r until the test ends or the returned function is called.
func start(t *testing.T, r *Runner) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func idle(t *testing.T, r *Runner) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := r.Idle(ctx); err != nil {
		t.Fatalf("Idle: %v", err)
	}
}

func (o *office) counts(t *testing.T) Counts {
	t.Helper()
	c, err := o.runner(nil).Counts(t.Context(), o.firm.ID())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// row is what a job's row says.
type row struct {
	id, dedupe, state, failure string
	payload                    []byte
	runAt, leased              int64
	attempts                   int
}

var allJobs = store.ForFirm(`select id, dedupe, state, failure, payload, run_at, leased_until, attempts from job where firm_id = $1 order by id`)

func (o *office) rows(t *testing.T) []row {
	t.Helper()
	var rows []row
	err := o.firm.View(t.Context(), func(tx *store.Tx) error {
		rows = nil
		return tx.Each(allJobs, nil, func(scan func(...any) error) error {
			var r row
			err := scan(&r.id, &r.dedupe, &r.state, &r.failure, &r.payload, &r.runAt, &r.leased, &r.attempts)
			rows = append(rows, r)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// diary records what handlers were given.
type diary struct {
	mu   sync.Mutex
	jobs []Job
	firm []id.Firm
}

func (d *diary) write(f id.Firm, j Job) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.jobs, d.firm = append(d.jobs, j), append(d.firm, f)
	return len(d.jobs)
}

func (d *diary) read() []Job {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Job(nil), d.jobs...)
}

// answer is a handler that notes the job and answers with err.
func (d *diary) answer(err error) Handler {
	return func(_ context.Context, f id.Firm, j Job) error {
		d.write(f, j)
		return err
	}
}

type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

var errAgain = errors.New("try later")
