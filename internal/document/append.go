package document

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Append takes bytes from offset on, which must be the durable offset
// (otherwise fault.Conflict, and the Upload returned has the right one). What
// is durable when r ends or fails stays; the Upload says how far that is, also
// beside an error. With the last byte the document exists, before Append
// returns; asked again, a finished upload answers that it is done.
//
// One writer at a time: one who comes later, or asks with [Service.Resume],
// stops the earlier one, at once if its reader has SetReadDeadline. Rights are
// decided again at every checkpoint and every two seconds. Cancelling ctx stops
// the reading, not the keeping of what was read.
func (s *Service) Append(ctx context.Context, by authz.Actor, of id.Upload, offset int64, r io.Reader) (_ Upload, err error) {
	defer fault.Op(&err, "document.Append(%s)", of)
	if err := s.known(ctx, by, of); err != nil {
		return Upload{}, err
	}
	w, release, err := s.writers.take(ctx, of, waker(r))
	if err != nil {
		return Upload{}, err
	}
	defer release()
	return s.carry(ctx, w, by, of, offset, r)
}

// carry takes the pen, carries an upload on with what r gives, and files it
// when that was the rest.
func (s *Service) carry(ctx context.Context, w *writer, by authz.Actor, of id.Upload, offset int64, r io.Reader) (Upload, error) {
	u, err := s.claim(ctx, by, of, offset)
	defer u.key.Wipe()
	if err != nil || u.state == stateDone {
		return u.view(), err
	}
	quiet := s.heartbeat(w, by, u)
	defer quiet()
	if !u.complete() {
		err = s.write(w, by, &u, r)
	}
	if u.complete() {
		var done Upload
		if done, err = s.complete(context.WithoutCancel(ctx), by, u); err == nil {
			return done, nil
		}
	}
	return u.view(), errors.Join(s.givenUp(ctx, by, of, err), s.release(ctx, by, u))
}

// givenUp tells an upload that was cancelled at another node, which cannot stop this
// writer, from one that is written elsewhere and from a loss of ours.
func (s *Service) givenUp(ctx context.Context, by authz.Actor, of id.Upload, err error) error {
	if errors.Is(err, blob.ErrMissing) || errors.Is(err, errTaken) {
		if gone := s.known(context.WithoutCancel(ctx), by, of); fault.Is(gone, fault.NotFound) {
			return gone
		}
	}
	return err
}

// Resume tells where an upload goes on. Like the HEAD of the tus protocol, it
// comes from the sender who wants to continue: a connection of hers that still
// writes is stopped, so that the offset stands. An upload whose document was
// not made because of a crash is finished now.
func (s *Service) Resume(ctx context.Context, by authz.Actor, of id.Upload) (_ Upload, err error) {
	defer fault.Op(&err, "document.Resume(%s)", of)
	if err := s.known(ctx, by, of); err != nil {
		return Upload{}, err
	}
	w, release, err := s.writers.take(ctx, of, nil)
	if err != nil {
		return Upload{}, err
	}
	defer release()
	var u arrival
	err = s.office.See(ctx, by.Firm, func(a *act.Act) (err error) {
		u, err = load(a, by, of)
		return err
	})
	defer u.key.Wipe()
	if err != nil {
		return Upload{}, err
	}
	if u.state == stateOpen && u.complete() {
		return s.carry(ctx, w, by, of, u.Size, strings.NewReader(""))
	}
	return u.view(), nil
}

// known refuses whoever may not go on with an upload before she can stop the
// one who may.
func (s *Service) known(ctx context.Context, by authz.Actor, of id.Upload) error {
	return s.office.See(ctx, by.Firm, func(a *act.Act) error {
		_, err := load(a, by, of)
		return err
	})
}

// errTaken says that another process had the pen when it was last heard of.
var errTaken = errors.New("document: another process writes this upload")

// beats is how many signs of life a writer of another process may miss.
const beats = 3

// claim takes the pen of an upload for this writer. When another process holds
// it, claim listens for its signs of life and takes over only in their absence;
// no two clocks are compared.
func (s *Service) claim(ctx context.Context, by authz.Actor, of id.Upload, offset int64) (arrival, error) {
	u, err := s.tryClaim(ctx, by, of, offset, "", 0)
	if !errors.Is(err, errTaken) {
		return u, err
	}
	select {
	case <-time.After(beats * s.config.Beat):
	case <-ctx.Done():
		return u, ctx.Err()
	}
	u, err = s.tryClaim(ctx, by, of, offset, u.writer, u.beat)
	if errors.Is(err, errTaken) {
		err = elsewhere(err)
	}
	return u, err
}

// tryClaim takes the pen when it is free, or still with a writer who was heard
// of at beat and not since.
func (s *Service) tryClaim(ctx context.Context, by authz.Actor, of id.Upload, offset int64, silent string, beat int64) (u arrival, err error) {
	pen := rand.Text()
	err = s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		if u, err = load(a, by, of); err != nil {
			return err
		}
		if offset != u.progress.Sealed {
			return fault.New(fault.Conflict, "document.offset", u.progress.Sealed)
		}
		if u.state == stateDone {
			return nil
		}
		if u.writer != "" && !s.config.Alone && (u.writer != silent || u.beat != beat) {
			return errTaken
		}
		return a.Write(updateWriter, u.id, pen, u.writer, u.beat, store.Micros(a.Now))
	})
	if err == nil && u.state == stateOpen {
		u.writer = pen
	}
	return u, err
}

// write seals what comes until it ends, fails, or the writer is stopped.
func (s *Service) write(w *writer, by authz.Actor, u *arrival, r io.Reader) error {
	from := &source{r: r, writer: w}
	came, err := s.blobs.Write(w.ctx, u.ref(by.Firm), u.key, u.Size, u.progress, from, func(p blob.Progress) error {
		return s.save(w.ctx, by, *u, p)
	})
	u.progress = came
	return explain(w, from, err)
}

// said reports a failure of a reader that is no broken connection: too much
// came, something else than was announced, or from who may not send any more.
func said(err error) bool {
	switch fault.KindOf(err) {
	case fault.TooLarge, fault.Invalid, fault.Unauthenticated, fault.Forbidden, fault.NotFound:
		return true
	}
	return false
}

// explain tells a writer that was stopped and a sender who broke off from a
// failure of ours.
func explain(w *writer, from *source, err error) error {
	if why := context.Cause(w.ctx); why != nil && !errors.Is(why, context.Canceled) {
		if errors.Is(why, errSuperseded) {
			return elsewhere(why)
		}
		return why
	}
	if said(from.err) {
		return from.err
	}
	if from.err != nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Unavailable, "document.upload_cut").Because(errors.Join(err, from.err))
	}
	return err
}

// save keeps a checkpoint, as long as the pen and the right are hers.
func (s *Service) save(ctx context.Context, by authz.Actor, u arrival, p blob.Progress) error {
	return s.office.Keep(context.WithoutCancel(ctx), by.Firm, func(a *act.Act) error {
		if _, err := u.enter(a, by); err != nil {
			return err
		}
		box, err := a.SpaceBox(u.Space)
		if err != nil {
			return err
		}
		n, err := a.Exec(updateProgress, u.id, u.writer, p.Sealed, box.Seal(uploadPlace("progress", u.id), p.State), store.Micros(a.Now))
		if err == nil && n == 0 {
			return elsewhere(errTaken)
		}
		return err
	})
}

// heartbeat shows other processes that the writer lives, and stops it when the
// right or the pen is taken from it. The function returned ends it.
func (s *Service) heartbeat(w *writer, by authz.Actor, u arrival) (end func()) {
	ended := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		tick := time.NewTicker(s.config.Beat)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
			}
			if err := s.beat(w.ctx, by, u); err != nil {
				w.interrupt(err)
				return
			}
		}
	})
	return func() {
		close(ended)
		running.Wait()
	}
}

func (s *Service) beat(ctx context.Context, by authz.Actor, u arrival) error {
	err := s.office.Keep(context.WithoutCancel(ctx), by.Firm, func(a *act.Act) error {
		if _, err := u.enter(a, by); err != nil {
			return err
		}
		n, err := a.Exec(updateBeat, u.id, u.writer)
		if err == nil && n == 0 {
			return elsewhere(errTaken)
		}
		return err
	})
	if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.NoSpace) {
		return nil // a missed beat is not the end; the checkpoint will tell
	}
	return err
}

// release puts the pen down, so that whoever goes on need not wait.
func (s *Service) release(ctx context.Context, by authz.Actor, u arrival) error {
	if u.writer == "" {
		return nil
	}
	return s.office.Keep(context.WithoutCancel(ctx), by.Firm, func(a *act.Act) error {
		return a.Write(updateReleased, u.id, u.writer)
	})
}

// Cancel gives an upload up and removes its bytes. What is done stays a
// document: fault.Conflict.
func (s *Service) Cancel(ctx context.Context, by authz.Actor, of id.Upload) (err error) {
	defer fault.Op(&err, "document.Cancel(%s)", of)
	if err := s.known(ctx, by, of); err != nil {
		return err
	}
	_, release, err := s.writers.take(ctx, of, nil)
	if err != nil {
		return err
	}
	defer release()
	var u arrival
	err = s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		if u, err = load(a, by, of); err != nil {
			return err
		}
		return drop(a, u)
	})
	if err != nil {
		return err
	}
	return s.clear(context.WithoutCancel(ctx), by.Firm, of)
}

// drop makes an upload absent; its bytes go next, and again at the next sweep
// if a crash comes between.
func drop(a *act.Act, u arrival) error {
	n, err := a.Exec(updateDropped, u.id, []byte{})
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "document.upload_done")
	}
	return err
}

// clear removes the bytes of a dropped upload, then its row.
func (s *Service) clear(ctx context.Context, firm id.Firm, of id.Upload) error {
	bytes := blob.Ref{Firm: firm, Blob: id.Blob(of)} // removing asks for no key and no place
	if err := s.blobs.Discard(ctx, bytes); err != nil {
		return err
	}
	if err := s.blobs.Remove(ctx, bytes); err != nil { // all bytes had come, the document was never made
		return err
	}
	return s.office.Keep(ctx, firm, func(a *act.Act) error {
		return a.Write(deleteUpload, of)
	})
}
