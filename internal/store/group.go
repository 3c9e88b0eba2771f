package store

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"

	"cenacle/internal/fault"
)

const (
	groupMax  = 64                     // updates of one group
	groupTime = 20 * time.Millisecond  // after which a group takes no more of them
	patience  = 200 * time.Millisecond // that those who are done then have with one who is not
)

// errAgain says that a group was lost through no fault of this member: nothing
// of it is kept and it runs again.
var errAgain = errors.New("store: the group was lost, the update runs again")

// errAside says the same to the one for whom the others did not want to wait.
var errAside = errors.New("store: set aside, the update runs again")

// groups lets updates of one SQLite file that meet share one transaction and
// its fsync. They run one after the other, in the order they came: the first
// opens the transaction, each later one has a savepoint in it, and the one that
// finds nobody behind it commits. So nobody waits for company, and those who
// come while a commit is on its way to the disk are the next group.
//
// Nobody is answered before the commit, be it with a refusal: that may rest on
// what another did. One who fails goes back to her savepoint and the others stand. When the transaction itself is lost (a panic,
// a statement stopped half way, a full disk), those who were done run again;
// when the commit fails, all hear why.
//
// A member that is done may hold what the one after it waits for (a lock of the
// caller's). So the patience of those who are done ends: then one who is between
// two statements is set aside, to run again alone, and the others are committed.
//
// The turn makes this safe: only who has it touches the transaction.
type groups struct {
	base *base
	time time.Duration // groupTime, more in tests

	mu    sync.Mutex
	taken bool      // somebody has the turn
	queue list.List // of *waiter, who want it
	now   *group    // the open transaction; nil when there is none
}

// waiter is one who waits for its turn.
type waiter struct {
	alone bool // takes no open group and lets nobody into its own
	turn  chan struct{}
}

// group is one transaction and those who are done in it.
type group struct {
	link  *link
	alone bool
	done  int           // members that wait for the commit
	over  chan struct{} // closed when the outcome stands
	err   error         // of all members, once over; nil: durable

	// The rest is under the lock of groups.
	full   bool // takes no more members
	ended  bool
	timer  *time.Timer // that ends its time, then its patience
	runner *session    // of who has the turn; nil between two
}

// attempt runs work once as a member of a group and answers when its outcome
// stands. The session it returns is over; it is nil when work never began.
func (g *groups) attempt(ctx context.Context, alone bool, work func(*session) error) (*session, error) {
	if err := g.enter(ctx, alone); err != nil {
		return nil, err
	}
	s, err := g.board(ctx, alone)
	if err != nil {
		return nil, classify(err)
	}
	gr, returned := g.now, false
	defer func() {
		if !returned && !errors.Is(s.finish(), errAside) { // work panicked: nobody knows where it stopped
			g.end(gr, false, errAgain)
		}
	}()
	err = work(s)
	returned = true
	if late := s.finish(); late != nil {
		if !errors.Is(late, errAside) { // else the turn is another's
			g.end(gr, false, errAgain)
		}
		return s, errors.Join(late, err)
	}
	if err == nil && s.failure != nil {
		err = s.failure
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return s, g.retreat(gr, s, classify(err))
	}
	return s, g.arrive(gr)
}

// enter waits for the turn.
func (g *groups) enter(ctx context.Context, alone bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.mu.Lock()
	if !g.taken {
		g.taken = true
		g.mu.Unlock()
		return nil
	}
	g.base.tally.waits.Add(1)
	w := &waiter{alone: alone, turn: make(chan struct{})}
	place := g.queue.PushBack(w)
	g.mu.Unlock()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-w.turn:
		return nil
	case <-ctx.Done():
		return g.quit(w, place, ctx.Err())
	case <-timer.C:
		return g.quit(w, place, unavailable(errWait))
	}
}

// quit gives a place in the queue up, unless the turn has come meanwhile.
func (g *groups) quit(w *waiter, place *list.Element, why error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-w.turn:
		return nil
	default:
		g.queue.Remove(place)
		return why
	}
}

// next gives the turn to the first of the queue; the caller holds the lock.
func (g *groups) next() {
	first := g.queue.Front()
	if g.taken = first != nil; g.taken {
		close(g.queue.Remove(first).(*waiter).turn)
	}
}

// board opens a transaction, or a savepoint in the one that is open. Marking a
// place does not listen to ctx: an end of it is not to cost the others theirs.
func (g *groups) board(ctx context.Context, alone bool) (*session, error) {
	gr := g.now
	if gr == nil {
		var err error
		if gr, err = g.open(ctx, alone); err != nil {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.next()
			return nil, err
		}
		g.now = gr
	} else if err := gr.mark(); err != nil {
		g.end(gr, false, errAgain)
		return nil, errors.Join(errAgain, err)
	}
	s := &session{ctx: ctx, link: gr.link}
	g.mu.Lock()
	defer g.mu.Unlock()
	gr.runner = s
	return s, nil
}

// mark sets the savepoint of the next member.
func (gr *group) mark() error {
	retained()
	_, err := gr.link.exec(context.Background(), "savepoint member", nil) // as in undo
	return err
}

func (g *groups) open(ctx context.Context, alone bool) (*group, error) {
	l, err := g.base.writers.take(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{ctx: ctx, link: l}
	if err := g.base.begin(s, ""); err != nil {
		g.base.writers.give(l, s.rollback())
		return nil, err
	}
	return &group{link: l, alone: alone, over: make(chan struct{})}, nil
}

// retreat undoes what a member did, and nothing else. Why she failed may rest on
// what others of the group did before her: she is told once that is durable, and
// runs again, or hears that she may, when it is lost.
func (g *groups) retreat(gr *group, s *session, why error) error {
	if gr.done == 0 {
		g.end(gr, s.rollback(), errAgain) // there is nobody to hear it
		return why
	}
	if err := g.undo(gr); err != nil {
		g.end(gr, false, errAgain)
		return why
	}
	g.proceed(gr)
	select {
	case <-gr.over:
	case <-s.ctx.Done():
		return why // nobody listens any more
	}
	if gr.err != nil {
		return gr.err
	}
	return why
}

// undo returns to the savepoint. It fails when SQLite has rolled the whole
// transaction back by itself.
func (g *groups) undo(gr *group) error {
	_, err := gr.link.exec(context.Background(), "rollback to member", nil) // an answer is owed to the others
	if err == nil {
		_, err = gr.link.exec(context.Background(), "release member", nil)
	}
	return err
}

// arrive keeps what a member did and waits for the outcome.
func (g *groups) arrive(gr *group) error {
	if gr.done > 0 {
		if _, err := gr.link.exec(context.Background(), "release member", nil); err != nil { // as in undo
			g.end(gr, false, errAgain)
			return classify(err)
		}
	}
	gr.done++
	g.proceed(gr)
	<-gr.over
	return gr.err
}

// proceed gives the turn to the next member, or commits when there is none.
func (g *groups) proceed(gr *group) {
	g.mu.Lock()
	gr.runner = nil
	first := g.queue.Front()
	if first == nil || first.Value.(*waiter).alone || gr.alone || gr.full || gr.done >= groupMax {
		g.mu.Unlock()
		g.commit(gr)
		return
	}
	if gr.timer == nil {
		gr.timer = time.AfterFunc(g.time, func() { g.hurry(gr) })
	}
	g.next()
	g.mu.Unlock()
}

// commit makes a group durable and answers its members.
func (g *groups) commit(gr *group) {
	s := &session{ctx: context.Background(), link: gr.link} // no caller ends it: all are owed an answer
	err := s.commit()
	sound := err == nil || s.rollback()
	if err == nil {
		g.base.tally.commits.Add(1)
		g.base.tally.updates.Add(uint64(gr.done))
	}
	g.end(gr, sound, uncertain(err))
}

// uncertain is what members hear of a commit that failed: they may try again.
func uncertain(err error) error {
	err = classify(err)
	if _, known := errors.AsType[*fault.Error](err); known || err == nil {
		return err
	}
	return unavailable(err)
}

// end gives the transaction's connection and the turn away and tells the
// members how it ended.
func (g *groups) end(gr *group, sound bool, outcome error) {
	g.base.writers.give(gr.link, sound)
	gr.err = outcome
	g.mu.Lock()
	g.now, gr.ended, gr.runner = nil, true, nil
	if gr.timer != nil {
		gr.timer.Stop()
	}
	g.next()
	g.mu.Unlock()
	close(gr.over)
}

// hurry closes a group to newcomers, and when it comes again, sets aside a
// member that is between two statements.
func (g *groups) hurry(gr *group) {
	g.mu.Lock()
	if gr.ended {
		g.mu.Unlock()
		return
	}
	if !gr.full {
		gr.full = true
		gr.timer.Reset(patience)
		g.mu.Unlock()
		return
	}
	if gr.runner == nil || !gr.runner.state.CompareAndSwap(idle, aside) {
		gr.timer.Reset(groupTime)
		g.mu.Unlock()
		return
	}
	gr.runner = nil // the turn is ours
	g.mu.Unlock()
	if err := g.undo(gr); err != nil {
		g.end(gr, false, errAgain)
		return
	}
	g.commit(gr)
}
