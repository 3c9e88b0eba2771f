// Package live tells open pages that something changed, and nothing else: a
// page that hears a signal fetches its region again, with rights checked again.
//
// It refuses to carry content, to reach anybody outside the circles of a
// signal, and to make a publisher wait: a subscriber who does not listen finds
// at most one signal waiting, however many were sent.
//
// Start reading at [Hub]. A node alone needs only the hub; between nodes a
// [Relay] takes along what is published and wakes the pages of the others.
package live

import (
	"sync"

	"cenacle/internal/id"
)

// Signal says that something addressed to these circles changed in a space.
// Without circles it reaches nobody.
type Signal struct {
	Firm    id.Firm
	Space   id.Space
	Circles []id.Circle
}

// Publisher takes signals. It never blocks and never fails: a lost signal costs
// a page its freshness, never its rights. Publish after the commit
// (store.Tx.AfterCommit), or pages fetch what is not there yet.
type Publisher interface {
	Publish(Signal)
}

// Hub hands signals to the subscribers of this process. The zero value is not
// usable; make one with [NewHub]. Safe for concurrent use.
type Hub struct {
	beyond Publisher // to other nodes; nil without any

	mu        sync.RWMutex
	open      int // subscriptions
	listeners map[address]map[*Subscription]struct{}
}

// address is what a subscriber listens at. Looking subscribers up by circle
// makes the rule hold by construction and the cost that of those reached.
type address struct {
	firm   id.Firm
	circle id.Circle
}

var _ Publisher = (*Hub)(nil)

// NewHub returns a hub without subscribers.
func NewHub() *Hub {
	return &Hub{listeners: map[address]map[*Subscription]struct{}{}}
}

// Publish wakes every subscriber who is in one of the circles of s and listens
// to its space, or to the whole firm, on this node and then on the others; one who
// is in several circles is woken once.
func (h *Hub) Publish(s Signal) {
	h.Hear(s)
	if h.beyond != nil {
		h.beyond.Publish(s)
	}
}

// Hear is Publish on this node alone, for what was published on another one.
func (h *Hub) Hear(s Signal) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	woken := map[*Subscription]bool{}
	for _, c := range s.Circles {
		for sub := range h.listeners[address{s.Firm, c}] {
			if (sub.space == "" || sub.space == s.Space) && !woken[sub] {
				woken[sub] = true
				sub.wake()
			}
		}
	}
}

// HearAll wakes every subscriber of this node, when it is not known whom the
// signals concerned that were lost.
func (h *Hub) HearAll() {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, at := range h.listeners {
		for sub := range at {
			sub.wake()
		}
	}
}

// Subscribe starts listening to one space, or with an empty space to every
// space of the firm in which one of the circles is. The caller owns the
// subscription and must close it.
func (h *Hub) Subscribe(firm id.Firm, space id.Space, circles []id.Circle) *Subscription {
	sub := &Subscription{hub: h, firm: firm, space: space, changed: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open++
	sub.enter(circles)
	return sub
}

// Count is how many subscriptions are open.
func (h *Hub) Count() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.open
}

// Subscription is one open page. Safe for concurrent use.
type Subscription struct {
	hub     *Hub
	firm    id.Firm
	space   id.Space
	changed chan struct{}

	circles []id.Circle // guarded by hub.mu, as is closed
	closed  bool
}

// Changed receives once for any number of signals since the last receive, and
// is closed by Close.
func (s *Subscription) Changed() <-chan struct{} { return s.changed }

// Replace changes the circles listened to, from the next signal on; call it
// when the rights of the page's reader are checked again. After Close it does
// nothing.
func (s *Subscription) Replace(circles []id.Circle) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if s.closed {
		return
	}
	s.leave()
	s.enter(circles)
}

// Close ends the subscription and frees what it held. It may be called twice.
func (s *Subscription) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if s.closed {
		return
	}
	s.leave()
	s.hub.open--
	s.closed = true
	close(s.changed)
}

// wake needs at least the read lock of the hub, which keeps Close away.
func (s *Subscription) wake() {
	select {
	case s.changed <- struct{}{}:
	default: // one signal is waiting already; it says the same
	}
}

func (s *Subscription) enter(circles []id.Circle) {
	s.circles = append([]id.Circle(nil), circles...)
	for _, c := range s.circles {
		at := address{s.firm, c}
		if s.hub.listeners[at] == nil {
			s.hub.listeners[at] = map[*Subscription]struct{}{}
		}
		s.hub.listeners[at][s] = struct{}{}
	}
}

func (s *Subscription) leave() {
	for _, c := range s.circles {
		at := address{s.firm, c}
		delete(s.hub.listeners[at], s)
		if len(s.hub.listeners[at]) == 0 {
			delete(s.hub.listeners, at)
		}
	}
	s.circles = nil
}
