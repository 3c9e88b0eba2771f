package document

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// yield is how long a writer has to stop when the same person comes back on
// another connection: a phone that changes networks leaves the old one behind.
const yield = 5 * time.Second

var errSuperseded = errors.New("document: the sender came back on another connection")

func elsewhere(cause error) error {
	return fault.New(fault.Conflict, "document.upload_elsewhere").After(yield).Because(cause)
}

// writers keeps one writer at a time for each upload in this process. Between
// processes the row of the upload does (claim).
type writers struct {
	mu sync.Mutex
	at map[id.Upload]*writer
}

// writer is the one who may write an upload now.
type writer struct {
	ctx  context.Context
	stop context.CancelCauseFunc
	done chan struct{}
	wake func() // ends a read that waits; nil when it cannot be ended
}

// take stops the writer there is, waits until it has kept what it had, and
// takes its place until release.
func (w *writers) take(ctx context.Context, u id.Upload, wake func()) (_ *writer, release func(), err error) {
	patience := time.NewTimer(yield)
	defer patience.Stop()
	again := time.NewTicker(yield / 20) // a reader that was just moving its deadline has to be told twice
	defer again.Stop()
	for {
		before := w.enter(ctx, u, wake)
		if before.mine {
			return before.writer, func() { w.leave(u, before.writer) }, nil
		}
		before.interrupt(errSuperseded)
		select {
		case <-before.done:
		case <-again.C:
		case <-patience.C:
			return nil, nil, elsewhere(nil)
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

type entered struct {
	*writer
	mine bool
}

// enter makes a new writer unless there is one, whom it returns.
func (w *writers) enter(ctx context.Context, u id.Upload, wake func()) entered {
	w.mu.Lock()
	defer w.mu.Unlock()
	if there := w.at[u]; there != nil {
		return entered{there, false}
	}
	mine := &writer{done: make(chan struct{}), wake: wake}
	mine.ctx, mine.stop = context.WithCancelCause(ctx)
	w.at[u] = mine
	return entered{mine, true}
}

func (w *writers) leave(u id.Upload, mine *writer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.at, u)
	mine.stop(nil)
	close(mine.done)
}

func (w *writer) interrupt(why error) {
	w.stop(why)
	if w.wake != nil {
		w.wake()
	}
}

// source is what comes from the network. It gives nothing more once its writer
// was interrupted, and remembers its own failure: that is the sender's, not
// ours.
type source struct {
	r      io.Reader
	writer *writer
	err    error
}

func (s *source) Read(p []byte) (int, error) {
	if err := context.Cause(s.writer.ctx); err != nil {
		return 0, err
	}
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// deadliner is a reader whose waiting Read can be ended from elsewhere, as
// net.Conn is; transports give Append one.
type deadliner interface{ SetReadDeadline(time.Time) error }

// waker returns what ends a waiting Read of r, or nil.
func waker(r io.Reader) func() {
	d, ok := r.(deadliner)
	if !ok {
		return nil
	}
	return func() { _ = d.SetReadDeadline(time.Unix(1, 0)) } // a reader without deadlines ends by itself, later
}
