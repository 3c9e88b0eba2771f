package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"

	"cenacle/internal/fault"
)

// turnLock sets the locks of [Store.Alone] apart from other advisory locks.
const turnLock = 2026

// Alone waits until no other process has the turn that name stands for, and has
// it until release is called; within one process, callers take turns themselves.
// It gives no right to write: what must never happen twice is refused by the
// transaction that does it, because whoever loses her connection loses her turn.
// The embedded engine has no other process. Fault: "store.unavailable" when the
// turn does not come within ten seconds.
func (s *Store) Alone(ctx context.Context, name string) (release func(), err error) {
	defer fault.Op(&err, "store.Alone")
	p, ok := s.engine.(*postgres)
	if !ok {
		return func() {}, nil
	}
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.running.Done()
	from := shared{p.queue, s.tally}
	l, err := from.take(ctx)
	if err != nil {
		return nil, classify(err)
	}
	sum := sha256.Sum256([]byte(name))
	key := []any{int64(turnLock), int64(int32(binary.BigEndian.Uint32(sum[:])))}
	if _, err := l.exec(ctx, "select pg_advisory_lock($1::int, $2::int)", key); err != nil {
		from.give(l, false)
		return nil, classify(err)
	}
	return func() {
		_, err := l.exec(context.WithoutCancel(ctx), "select pg_advisory_unlock($1::int, $2::int)", key)
		from.give(l, err == nil)
	}, nil
}
