package store

import (
	"context"
	"errors"
	"time"
)

// silence is how long a server may say nothing at all. It is more than the
// longest statement that the server allows (limits), so that only one that
// cannot be heard is taken for lost: a network that was cut says nothing.
const silence = 22 * time.Second

var errSilent = errors.New("store: the database says nothing")

// ear ends a statement whose server is silent for too long.
type ear struct {
	ctx  context.Context
	stop context.CancelCauseFunc
	late *time.Timer
}

// listen begins to wait for the answer to a statement that runs with the context
// it returns.
func listen(ctx context.Context) (context.Context, *ear) {
	e := &ear{}
	e.ctx, e.stop = context.WithCancelCause(ctx)
	e.late = time.AfterFunc(silence, func() { e.stop(errSilent) })
	return e.ctx, e
}

// rest stops waiting until again.
func (e *ear) rest() { e.late.Stop() }

func (e *ear) again() { e.late.Reset(silence) }

// says adds to the error of a statement that silence was its cause.
func (e *ear) says(err error) error {
	if err != nil && errors.Is(context.Cause(e.ctx), errSilent) {
		return errors.Join(errSilent, err)
	}
	return err
}

func (e *ear) close() {
	e.late.Stop()
	e.stop(nil)
}
