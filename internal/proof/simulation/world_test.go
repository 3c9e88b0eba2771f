package simulation

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cenacle/internal/blob"
	"cenacle/internal/store"
)

// plant is a fault of the simulation's own, by which it shows that it bites.
type plant int

const (
	none             plant = iota
	forgetfulStorage       // says that bytes are finished and loses them
	keylessRetry           // people who ask again do so without the key of their first request
	deafNode               // lines between nodes are lost and nobody is told that some may be
)

const (
	nodes = 3
	steps = 110 // of a run with faults, before the calm
	crowd = 4   // pieces of work that go on at once
)

// world is one run: everything it does follows from its seed.
type world struct {
	*template
	t       *testing.T
	plant   plant
	dice    *rand.Rand
	store   *store.Store
	storage *blob.Disk
	began   time.Time

	calm    bool // faults have ended
	nodes   []*node
	mail    []letter
	deaf    map[*node]bool // lines to it were lost since it last began to listen
	relays  sync.WaitGroup
	tasks   []*task
	running *task // whose turn it is; nil while only time passes

	intents []*intent
	pages   []*page
	heads   []string // checkpoints that were given out
	trace   hash.Hash
	told    []string // the trace in words
	wrong   []string // what did not hold
}

// task is one piece of work on one node.
type task struct {
	name   string
	number int
	on     *node
	turn   chan struct{}
	waits  bool // for its turn
	over   bool
	left   bool // whoever asked waits no longer
	end    func()
}

type taskKey struct{}

func (w *world) now() time.Time { return w.day.Add(time.Since(w.began)) }

// chance draws whether a fault happens, once in n times.
func (w *world) chance(n int) bool { return !w.calm && w.dice.IntN(n) == 0 }

// say writes a line of the trace.
func (w *world) say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	fmt.Fprintln(w.trace, line)
	w.told = append(w.told, line)
}

func (w *world) fail(format string, args ...any) {
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

// run plays a seed in a world of its own, and returns what did not hold and the
// hash of everything that happened.
func (f *template) run(t *testing.T, seed uint64, p plant) (wrong, told []string, trace string) {
	dir := f.copied(t)
	defer func() { must(t, os.RemoveAll(dir)) }()
	synctest.Test(t, func(t *testing.T) {
		w := &world{
			template: f, t: t, plant: p, dice: rand.New(rand.NewPCG(seed, 7)), began: time.Now(), trace: sha256.New(),
			deaf: map[*node]bool{},
		}
		w.open(dir)
		for range steps {
			w.step()
		}
		w.settle()
		w.close()
		wrong, told, trace = w.wrong, w.told, fmt.Sprintf("%x", w.trace.Sum(nil))
	})
	return wrong, told, trace
}

func (w *world) open(dir string) {
	var err error
	w.store, err = store.Open(context.Background(), store.Config{Dir: dir})
	must(w.t, err)
	w.storage, err = blob.OpenDisk(dir)
	must(w.t, err)
	for place := range nodes {
		w.nodes = append(w.nodes, w.start(place))
	}
	synctest.Wait()
	w.intend()
	w.openPages()
}

func (w *world) close() {
	for _, n := range w.nodes {
		n.stop()
	}
	for _, p := range w.pages {
		p.ears.Close()
	}
	w.relays.Wait()
	must(w.t, errors.Join(w.store.Close(), w.storage.Close()))
}

// step is one choice of the scheduler.
func (w *world) step() {
	w.wake()
	waiting := w.waiting()
	switch d := w.dice.IntN(100); {
	case d < 42 && len(waiting) > 0:
		w.resume(pick(w, waiting))
	case d < 67:
		w.attempt()
	case d < 75:
		w.deliver()
	case d < 80:
		w.pass(time.Duration(w.dice.IntN(9000)) * time.Millisecond)
	case d < 84:
		w.move()
	case d < 87:
		w.look()
	case d < 89:
		w.sequence()
	case d < 90:
		w.sweep()
	case d < 93:
		w.freeze()
	case d < 95:
		w.leave()
	case d < 99:
		w.current()
	default:
		w.crash(pick(w, w.nodes))
	}
	w.hear()
}

// skew is how far a clock is from the others: a second at most.
func (w *world) skew() time.Duration { return time.Duration(w.dice.IntN(2001)-1000) * time.Millisecond }

func pick[T any](w *world, from []T) T { return from[w.dice.IntN(len(from))] }

// waiting is the work that may go on, in an order that does not depend on the run.
func (w *world) waiting() (out []*task) {
	for _, k := range w.tasks {
		if k.waits && !k.on.frozen {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b *task) int { return cmp.Compare(a.number, b.number) })
	return out
}

// begin starts a piece of work and lets it go to its first pause. end runs when
// it is over, on the thread of the scheduler, unless its node died or nobody waits.
func (w *world) begin(name string, on *node, do func(ctx context.Context) func()) {
	k := &task{name: name, number: len(w.tasks), on: on, turn: make(chan struct{})}
	w.tasks = append(w.tasks, k)
	w.running = k
	go func() {
		k.end = do(context.WithValue(on.ctx, taskKey{}, k))
		k.over = true
	}()
	w.quiet()
}

// resume lets a piece of work go on to its next pause.
func (w *world) resume(k *task) {
	w.say("%s goes on at %d", k.name, k.on.place)
	w.goOn(k)
}

func (w *world) goOn(k *task) {
	k.waits = false
	w.running = k
	k.turn <- struct{}{}
	w.quiet()
}

// quiet returns when nothing moves any more, and hears what is over.
func (w *world) quiet() {
	synctest.Wait()
	w.running = nil
	for _, k := range w.tasks {
		if end := k.end; k.over && end != nil {
			k.end = nil
			if !k.on.dead && !k.left {
				end()
			}
		}
	}
}

// pass lets time pass; what only waited for that goes on. The clock of a node may be set
// meanwhile, back or forth.
func (w *world) pass(d time.Duration) {
	if w.chance(4) {
		n := pick(w, w.nodes)
		n.skew = w.skew()
		w.say("the clock of %d is set", n.place)
	}
	w.say("%v pass", d)
	time.Sleep(d)
	w.quiet()
}

// pause is where a piece of work may be interrupted.
func (w *world) pause(ctx context.Context) {
	if k, ok := ctx.Value(taskKey{}).(*task); ok {
		w.hold(k)
	}
}

// committed is told by a node after each of its commits.
func (w *world) committed(n *node) {
	if k := w.running; k != nil && k.on == n {
		w.hold(k)
	}
}

func (w *world) hold(k *task) {
	if k.on.dead {
		return
	}
	k.waits = true
	<-k.turn
}

// crash ends a node as a lost process does: nothing that it held in memory stays,
// and none of its work reaches anything any more.
func (w *world) crash(n *node) {
	w.say("node %d dies", n.place)
	n.dead, n.frozen = true, false
	w.cut(n, true)
	n.stop()
	w.quiet()
	for again := true; again; {
		again = false
		for _, k := range w.tasks {
			if k.on == n && k.waits {
				w.goOn(k)
			}
			again = again || k.on == n && !k.over
		}
		if again {
			time.Sleep(time.Second)
			w.quiet()
		}
	}
	w.abandon(n)
	w.nodes[n.place] = w.start(n.place)
	synctest.Wait()
	w.reload(n.place)
}

// freeze stops a node for a while: as long as it lasts it shows no sign of life.
func (w *world) freeze() {
	n := pick(w, w.nodes)
	if n.frozen {
		return
	}
	w.say("node %d freezes", n.place)
	n.frozen, n.thaws = true, len(w.told)+10+w.dice.IntN(30)
	w.cut(n, true)
	w.abandon(n)
}

// wake lets nodes go on where they were frozen, without knowing that time went by.
func (w *world) wake() {
	for _, n := range w.nodes {
		if n.frozen && (w.calm || len(w.told) >= n.thaws) {
			w.say("node %d wakes", n.place)
			n.frozen = false
			w.cut(n, false)
			w.listen(n) // its connection had broken
		}
	}
}

// deliver brings a line to a node, or twice. A connection may break: then all that is
// said to the node is lost, until it listens again and knows that something may be.
func (w *world) deliver() {
	if deaf := w.nodes[w.dice.IntN(nodes)]; w.deaf[deaf] && !deaf.frozen && w.chance(4) {
		w.listen(deaf)
	}
	for range min(len(w.mail), 1+w.dice.IntN(8)) {
		at := w.dice.IntN(len(w.mail))
		l := w.mail[at]
		w.mail = slices.Delete(w.mail, at, at+1)
		w.deaf[l.to] = w.deaf[l.to] || l.to.frozen || w.chance(12)
		if l.to.dead || w.deaf[l.to] {
			w.say("a line to %d is lost", l.to.place)
			continue
		}
		w.say("a line comes to %d", l.to.place)
		l.to.heard(l.line)
		if w.chance(4) {
			l.to.heard(l.line)
		}
	}
	w.quiet()
}

// listen has a node listen again to the others.
func (w *world) listen(n *node) {
	if w.plant == deafNode {
		return
	}
	w.say("node %d listens again", n.place)
	delete(w.deaf, n)
	n.begun()
	w.quiet()
}
