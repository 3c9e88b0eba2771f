package document

import (
	"context"
	"errors"
	"io"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// File takes a file in one piece, of a size nobody knows beforehand (in.Size is
// ignored): what a plain form sends. It is for pages without a script; nothing
// can be resumed, and nothing remains when r fails. Rights, limits and the
// document that comes of it are those of [Service.Begin].
func (s *Service) File(ctx context.Context, by authz.Actor, in BeginUpload, r io.Reader) (_ Upload, err error) {
	defer fault.Op(&err, "document.File")
	in.Size = blob.Unknown
	var u arrival
	err = s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		p, err := planOf(a, by, in)
		if err != nil {
			return err
		}
		if err := s.admit(a, p); err != nil {
			return err
		}
		u, err = insert(a, p)
		return err
	})
	defer u.key.Wipe()
	if err != nil {
		return Upload{}, err
	}
	w, release, err := s.writers.take(ctx, u.id, waker(r))
	if err != nil {
		return Upload{}, err
	}
	defer release()
	done, err := s.take(ctx, w, by, u, r)
	if err != nil {
		return Upload{}, errors.Join(err, s.forget(context.WithoutCancel(ctx), by.Firm, u.id))
	}
	return done, nil
}

// take seals the whole of r and files it.
func (s *Service) take(ctx context.Context, w *writer, by authz.Actor, u arrival, r io.Reader) (Upload, error) {
	limited := &measure{r: r, left: s.config.Limit, limit: s.config.Limit}
	from := &source{r: limited, writer: w}
	quiet := s.heartbeat(w, by, u)
	came, err := s.blobs.Write(w.ctx, u.ref(by.Firm), u.key, blob.Unknown, blob.Progress{}, from, nil)
	quiet()
	if err := explain(w, from, err); err != nil {
		return Upload{}, err
	}
	u.progress, u.Size = came, came.Sealed
	ctx = context.WithoutCancel(ctx)
	f, err := s.seal(ctx, by, u)
	if err != nil {
		return Upload{}, err
	}
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := u.enter(a, by); err != nil {
			return err
		}
		n, err := a.Exec(updateMeasured, u.id, []byte{}, u.Size, store.Micros(a.Now))
		if err != nil {
			return err
		}
		if n == 0 {
			return elsewhere(errTaken) // swept meanwhile
		}
		if err := s.quota(a, u.Size); err != nil {
			return err
		}
		return s.file(a, by, u, f)
	})
	u.state = stateDone
	return u.view(), err
}

// forget removes what came of a file that was not filed.
func (s *Service) forget(ctx context.Context, firm id.Firm, of id.Upload) error {
	err := s.office.Keep(ctx, firm, func(a *act.Act) error {
		_, err := a.Exec(updateDropped, of, []byte{})
		return err
	})
	if err != nil {
		return err
	}
	return s.clear(ctx, firm, of)
}

// measure ends a reader that gives more than the limit.
type measure struct {
	r     io.Reader
	left  int64
	limit int64
}

func (m *measure) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if m.left -= int64(n); m.left < 0 {
		return 0, tooLarge(m.limit)
	}
	return n, err
}

func tooLarge(limit int64) error {
	return fault.New(fault.TooLarge, "document.too_large", i18n.Size(limit)).In("file")
}
