package store

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
)

// A session is idle, inside a statement, over, or set aside by its group. The
// state catches what the two engines would treat differently: nesting, sharing,
// use after the end.
const (
	idle int32 = iota
	busy
	over
	aside
)

// session is one transaction on one connection, whichever the database.
type session struct {
	ctx      context.Context
	link     *link
	readOnly bool
	state    atomic.Int32
	failure  error // of the first failed statement, as the driver gave it
	ending   bool  // the commit was asked for
	after    []func()
	ran      int // statements
}

// enter claims the session for one statement.
func (s *session) enter() error {
	if s.state.CompareAndSwap(idle, busy) {
		if s.failure != nil {
			s.state.Store(idle)
			return fmt.Errorf("store: the transaction failed before: %w", classify(s.failure))
		}
		return nil
	}
	switch s.state.Load() {
	case over:
		return ErrEnded
	case aside:
		return errAside
	}
	return ErrNested
}

func (s *session) leave() { s.state.CompareAndSwap(busy, idle) }

// finish ends the use of the session by its closure; a statement that still
// runs then belongs to a goroutine that should not exist.
func (s *session) finish() error {
	switch s.state.Swap(over) {
	case busy:
		return errors.New("store: the closure returned while a statement was running")
	case aside:
		return errAside
	}
	return nil
}

// fail records that a statement failed, which ends the transaction on both
// engines: SQLite might otherwise have rolled it back alone and go on outside.
func (s *session) fail(err error) error {
	if s.failure == nil {
		s.failure = err
	}
	return classify(err)
}

func (s *session) exec(text string, args []any) (int64, error) {
	values, err := s.admit(args)
	if err != nil {
		return 0, err
	}
	defer s.leave()
	n, err := s.link.exec(s.ctx, text, values)
	if err != nil {
		return 0, s.fail(err)
	}
	return n, nil
}

// write runs a statement whose number of rows nobody needs.
func (s *session) write(text string, args []any) error {
	values, err := s.admit(args)
	if err != nil {
		return err
	}
	defer s.leave()
	if err := s.link.later(s.ctx, text, values); err != nil {
		return s.fail(err)
	}
	return nil
}

// admit claims the session for a statement that writes.
func (s *session) admit(args []any) ([]any, error) {
	if s.readOnly {
		return nil, ErrReadOnly
	}
	values, err := plain(args)
	if err != nil {
		return nil, err
	}
	if err := s.enter(); err != nil {
		return nil, err
	}
	s.ran++
	return values, nil
}

// flush sends what write was given, before the transaction is committed.
func (s *session) flush() error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	if err := s.link.own.flush(s.ctx); err != nil {
		return s.fail(err)
	}
	return nil
}

func (s *session) row(text string, args, dest []any) error {
	found := false
	err := s.each(text, args, func(scan func(...any) error) error {
		if found {
			return errManyRows
		}
		found = true
		return scan(dest...)
	})
	if err == nil && !found {
		return ErrNoRow
	}
	return err
}

func (s *session) each(text string, args []any, row rowFunc) error {
	values, err := plain(args)
	if err != nil {
		return err
	}
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	s.ran++
	stopped, err := s.link.each(s.ctx, text, values, row)
	if err != nil {
		return s.fail(err)
	}
	return stopped
}
