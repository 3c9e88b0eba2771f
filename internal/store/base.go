package store

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"sync/atomic"
	"time"

	"cenacle/internal/fault"
)

const (
	attempts  = 16                     // of one update that others keep overtaking
	firstNap  = 2 * time.Millisecond   // before the second attempt, doubled each time
	longNap   = 250 * time.Millisecond // the longest pause between attempts
	endingMax = 30 * time.Second       // commit and rollback do not wait longer
	stale     = 4                      // connections that may turn out to be broken before one is given up
)

// tally counts what Stats reports.
type tally struct{ updates, commits, retried, exhausted, waits, statements atomic.Uint64 }

// base is one database: a SQLite file, or all of PostgreSQL.
//
// update promises its caller only that the closure ran alone on its data and
// that the result is durable.
type base struct {
	writers, readers pool
	groups           *groups // updates that share their commits; nil on PostgreSQL, whose server does it
	gates            *gates  // on PostgreSQL; nil where one that runs again runs alone anyway
	words            words
	tally            *tally
}

// words are the few statements that the engines spell differently: how a transaction
// begins and, where rows of many firms lie together, how it is bound to one, to read it or
// in its turn to write.
type words struct{ update, view, firm, turn string }

func (b *base) update(ctx context.Context, firm string, work func(*session) error) error {
	nap := firstNap
	for n := 1; ; n++ {
		s, err := b.change(ctx, firm, n, work)
		if err == nil {
			s.announce()
			return nil
		}
		if !retryable(err) && !s.traceless() {
			return err
		}
		if n == attempts {
			b.tally.exhausted.Add(1)
			return unavailable(err)
		}
		b.tally.retried.Add(1)
		if err := pause(ctx, nap); err != nil {
			return err
		}
		nap = min(2*nap, longNap)
	}
}

// change runs work for the n-th time. On SQLite, one that runs again runs alone, so
// that it comes to an end whatever the others do; on PostgreSQL one of the directory does
// so, on this node, when it was overtaken several times. Those of a firm take turns
// anyway, here without holding a connection while they wait.
func (b *base) change(ctx context.Context, firm string, n int, work func(*session) error) (*session, error) {
	if b.groups != nil {
		return b.groups.attempt(ctx, n > 1, work)
	}
	leave, err := b.gates.enter(ctx, firm, firm != "" || n > overtaken)
	if err != nil {
		return nil, classify(err)
	}
	defer leave()
	s, err := b.attempt(ctx, firm, false, work)
	if err == nil {
		b.tally.updates.Add(1)
		b.tally.commits.Add(1)
	}
	return s, err
}

func (b *base) view(ctx context.Context, firm string, work func(*session) error) error {
	s, err := b.attempt(ctx, firm, true, work)
	if err == nil {
		s.announce()
	}
	return err
}

// attempt runs work in one transaction and commits it if nothing failed. The
// session it returns is over; it is nil when the transaction never began.
func (b *base) attempt(ctx context.Context, firm string, readOnly bool, work func(*session) error) (*session, error) {
	from := b.writers
	if readOnly {
		from = b.readers
	}
	s, err := b.start(ctx, from, firm, readOnly)
	if err != nil {
		return nil, classify(err)
	}
	sound := false
	defer func() { from.give(s.link, sound) }() // also when work panics: then the link is dropped, and with it the transaction
	if err = work(s); err == nil {
		err = s.flush()
	}
	if late := s.finish(); late != nil {
		return s, errors.Join(late, err)
	}
	if err == nil && s.failure != nil {
		err = s.failure
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		sound = s.rollback() && !demoted(s.failure)
		return s, classify(err)
	}
	if err := s.commit(); err != nil {
		sound = s.rollback()
		return s, s.uncertain(err)
	}
	sound = true
	return s, nil
}

// start begins a transaction. A connection that broke while nobody used it costs
// nobody her request: it is replaced.
func (b *base) start(ctx context.Context, from pool, firm string, readOnly bool) (*session, error) {
	for n := 0; ; n++ {
		l, err := from.take(ctx)
		if err != nil {
			return nil, err
		}
		s := &session{ctx: ctx, link: l, readOnly: readOnly}
		if err = b.begin(s, firm); err == nil {
			return s, nil
		}
		from.give(l, s.rollback())
		if n == stale || !lost(err) || ctx.Err() != nil {
			return nil, err
		}
	}
}

func (b *base) begin(s *session, firm string) error {
	text := b.words.update
	if s.readOnly {
		text = b.words.view
	}
	if firm == "" || b.words.firm == "" {
		_, err := s.link.exec(s.ctx, text, nil)
		return err
	}
	if err := s.link.later(s.ctx, text, nil); err != nil {
		return err
	}
	if text = b.words.turn; s.readOnly {
		text = b.words.firm
	}
	// one row that repeats the setting
	_, err := s.link.each(s.ctx, text, []any{firm}, func(func(...any) error) error { return nil })
	return err
}

// commit does not listen to the caller's context: it ends with an answer.
func (s *session) commit() error {
	s.ending = true
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), endingMax)
	defer cancel()
	_, err := s.link.exec(ctx, "commit", nil)
	return err
}

// traceless reports that a transaction ended, by the database's will or with its
// connection, before it was asked to commit: it may run again as if it had never
// been.
func (s *session) traceless() bool {
	return s != nil && !s.ending && (retryable(s.failure) || lost(s.failure) || demoted(s.failure))
}

// uncertain tells a commit that was refused from one of which nobody knows: the
// answer did not come, so whoever asked must look, or ask again with the key
// that makes an act happen once.
func (s *session) uncertain(err error) error {
	if lost(err) || cancelled(err) {
		return fault.New(fault.Unavailable, "store.uncertain").After(retryAfter).Because(err)
	}
	return classify(err)
}

// rollback reports whether the connection is fit for another transaction.
// SQLite refuses it when a failure rolled back by itself; the connection is
// replaced then, which costs a millisecond and leaves no doubt.
func (s *session) rollback() bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), endingMax)
	defer cancel()
	s.link.own.forget()
	_, err := s.link.exec(ctx, "rollback", nil)
	return err == nil
}

// announce runs what waited for the commit.
func (s *session) announce() {
	for _, f := range s.after {
		f()
	}
}

// pause sleeps between half of d and d, so that rivals do not meet again.
func pause(ctx context.Context, d time.Duration) error {
	var odd [8]byte
	rand.Read(odd[:]) // never fails: crypto/rand ends the program instead
	timer := time.NewTimer(d/2 + time.Duration(binary.BigEndian.Uint64(odd[:])%uint64(d/2+1)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
