package simulation

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/freeze"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/lifecycle"
	"cenacle/internal/live"
	"cenacle/internal/memo"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// template is a furnished firm, of which each run has its own copy.
type template struct {
	dir    string
	root   vault.Key
	people map[string]authz.Actor
	room   id.Space
	house  circle.House
	day    time.Time // when runs begin
	closed *store.Store
}

// furnish makes a firm with a space of a lawyer, a colleague and a client, and
// another space, whose client has no business in the first.
func furnish(t *testing.T) *template {
	f := &template{dir: t.TempDir(), people: map[string]authz.Actor{}}
	if !t.Run("template", func(t *testing.T) {
		h := documenttest.New(t, store.Config{Dir: f.dir}, document.Config{})
		f.root, f.people["lead"], f.room = h.Root(), h.Lead, h.Space(h.Lead, "Petit")
		f.people["colleague"] = h.Member(h.Lead, f.room, authz.Colleague, "Me Nadia Roux")
		f.people["client"] = h.Member(h.Lead, f.room, authz.Client, "Mme Petit")
		f.people["stranger"] = h.Member(h.Lead, h.Space(h.Lead, "Martin"), authz.Client, "M. Martin")
		f.house, f.day = h.Circles(h.Lead, f.room), h.Clock.Now().Add(time.Hour)
		f.closed = h.Store // as it will be once this test has ended
	}) {
		t.FailNow()
	}
	return f
}

// memory is a folder in memory, on systems that have one: what a loss of power
// leaves of a disk is for others to prove.
const memory = "/dev/shm"

// copied is a fresh copy of the database.
func (f *template) copied(t *testing.T) string {
	place := memory
	if _, err := os.Stat(place); err != nil {
		place = os.TempDir()
	}
	dir, err := os.MkdirTemp(place, "simulation")
	must(t, err)
	must(t, os.CopyFS(dir, os.DirFS(f.dir)))
	return dir
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// node is one process of the installation, from its start to its end.
type node struct {
	place     int
	office    *act.Office
	documents *document.Service
	memos     *memo.Service
	freezes   *freeze.Service
	spaces    *lifecycle.Service
	skew      time.Duration
	dead      bool
	frozen    bool
	thaws     int // the step at which a frozen one wakes
	ctx       context.Context
	stop      func()

	heard func(line string) // of the relay
	begun func()
}

// start opens a node at a place, as after the start of its process.
func (w *world) start(place int) *node {
	n := &node{place: place, skew: w.skew()}
	n.ctx, n.stop = context.WithCancel(context.Background())
	v := vault.New(w.root)
	ring, err := vault.NewRing(v, w.store.Directory())
	must(w.t, err)
	clock := func() time.Time { return w.now().Add(n.skew) }
	hub := live.NewHub()
	relay := live.NewRelay(hub, &wire{w, n}, slog.New(slog.DiscardHandler))
	n.office = &act.Office{
		Store: w.store, Ring: ring, Journal: journal.New(ring, clock), Live: hub, Clock: clock,
		Woken: func(id.Firm) { w.committed(n) },
	}
	// Beats of different lengths keep timers of two nodes from ending at one instant.
	beat := 2*time.Second + time.Duration(place*7+1)*time.Millisecond
	n.documents = document.New(n.office, blob.New(&hand{w, n}), document.Config{Beat: beat})
	n.memos, n.freezes, n.spaces = memo.NewService(n.office), freeze.NewService(n.office), lifecycle.New(n.office, nil, nil)
	w.relays.Go(func() {
		if err := relay.Run(n.ctx); err != nil {
			w.t.Error(err)
		}
	})
	return n
}

// cut takes the database away from a node, and gives it back.
func (w *world) cut(n *node, away bool) {
	n.office.Store = w.store
	if away {
		n.office.Store = w.closed
	}
}

// once is what every transport does with the key of a request: what was done is
// not done again, and is answered with what it made.
func (n *node) once(ctx context.Context, by authz.Actor, do func() (string, error)) (string, error) {
	if by.Once.Key == "" {
		return do()
	}
	if object, done, err := n.office.Settled(ctx, by); err != nil || done {
		return object, err
	}
	object, err := do()
	if err == nil {
		return object, nil
	}
	if settled, done, unread := n.office.Settled(ctx, by); unread == nil && done {
		return settled, nil
	}
	return object, err
}
