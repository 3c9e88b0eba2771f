package document

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"github.com/gabriel-vasile/mimetype"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// small is the largest file that is taken into memory whole, sealed straight to
// its place and filed by one act.
const small = 1 << 20

// File takes a file in one piece, of a size nobody knows beforehand (in.Size is
// ignored): what a plain form sends. Nothing can be resumed, and nothing remains
// when r fails. Rights, limits and the document that comes of it are those of
// [Service.Begin].
func (s *Service) File(ctx context.Context, by authz.Actor, in BeginUpload, r io.Reader) (_ Upload, err error) {
	defer fault.Op(&err, "document.File")
	in.Size = blob.Unknown
	return s.receive(ctx, by, in, r)
}

// Put is [Service.File] of exactly in.Size bytes. One who gives fewer was cut
// off, and one who gives more is refused; nothing remains of either.
func (s *Service) Put(ctx context.Context, by authz.Actor, in BeginUpload, r io.Reader) (_ Upload, err error) {
	defer fault.Op(&err, "document.Put")
	if in.Size < 0 {
		return Upload{}, fault.New(fault.Invalid, "document.size_unknown").In("size")
	}
	if in.Size > s.config.Limit {
		return Upload{}, tooLarge(s.config.Limit)
	}
	return s.receive(ctx, by, in, &exact{r: r, left: in.Size, size: in.Size})
}

func (s *Service) receive(ctx context.Context, by authz.Actor, in BeginUpload, r io.Reader) (Upload, error) {
	if in.Size > small {
		return s.stream(ctx, by, in, r)
	}
	head, ended, err := beginning(r, in.Size)
	switch {
	case said(err):
		return Upload{}, err
	case err != nil:
		return Upload{}, fault.New(fault.Unavailable, "document.upload_cut").Because(err)
	case ended:
		return s.whole(ctx, by, in, head)
	}
	return s.stream(ctx, by, in, resumed{io.MultiReader(bytes.NewReader(head), r), r})
}

// beginning reads up to one byte more than a small file has. size is a hint.
func beginning(r io.Reader, size int64) (head []byte, ended bool, err error) {
	room := int64(16 << 10)
	if size >= 0 {
		room = size + 1
	}
	head = make([]byte, 0, room)
	for len(head) <= small {
		if len(head) == cap(head) {
			head = append(head, 0)[:len(head)]
		}
		n, err := r.Read(head[len(head):min(cap(head), small+1)])
		head = head[:len(head)+n]
		if errors.Is(err, io.EOF) {
			return head, true, nil
		}
		if err != nil {
			return nil, false, err
		}
	}
	return head, false, nil
}

// whole files a small file. Its bytes are durable before the act that names
// them; the act decides the right again.
func (s *Service) whole(ctx context.Context, by authz.Actor, in BeginUpload, content []byte) (Upload, error) {
	in.Size = int64(len(content))
	if in.Size > s.config.Limit {
		return Upload{}, tooLarge(s.config.Limit)
	}
	u, err := s.prepare(ctx, by, in)
	defer u.key.Wipe()
	if err != nil {
		return Upload{}, err
	}
	ctx = context.WithoutCancel(ctx) // all has come
	f := found{media: mimetype.Detect(content[:min(len(content), sniffed)]).String()}
	if f.verdict, err = s.screenWhole(ctx, content); err == nil {
		f.sum, err = s.blobs.Put(ctx, u.ref(by.Firm), u.key, content)
	}
	if err == nil {
		err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
			if _, err := u.enter(a, by); err != nil {
				return err
			}
			if err := s.room(a, by, u.Size); err != nil {
				return err
			}
			return s.file(a, by, u, f)
		})
	}
	if err != nil {
		return Upload{}, errors.Join(err, s.undo(ctx, by.Firm, u))
	}
	u.state, u.progress.Sealed = stateDone, u.Size
	return u.view(), nil
}

// prepare decides the right to file, before any byte is kept, and makes the key.
func (s *Service) prepare(ctx context.Context, by authz.Actor, in BeginUpload) (u arrival, err error) {
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		p, err := planOf(a, by, in)
		if err != nil {
			return err
		}
		if err := s.admit(a, by, p); err != nil {
			return err
		}
		u = arrival{plan: p, id: id.New[id.Upload](a.Now), key: vault.NewKey(), state: stateOpen, begun: a.Now, touched: a.Now}
		return nil
	})
	return u, err
}

// undo removes the bytes of a file that was not filed. When nobody can tell
// whether it was, they stay.
func (s *Service) undo(ctx context.Context, firm id.Firm, u arrival) error {
	var filed int
	err := s.office.See(ctx, firm, func(a *act.Act) error { return a.Row(countVersion, []any{u.Version}, &filed) })
	if err != nil || filed > 0 {
		return err
	}
	ref := blob.Ref{Firm: firm, Blob: id.Blob(u.id)}
	return errors.Join(s.blobs.Discard(ctx, ref), s.blobs.Remove(ctx, ref))
}

// stream files what does not fit into memory: an upload that nobody continues.
func (s *Service) stream(ctx context.Context, by authz.Actor, in BeginUpload, r io.Reader) (Upload, error) {
	var u arrival
	err := s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		p, err := planOf(a, by, in)
		if err != nil {
			return err
		}
		if err := s.admit(a, by, p); err != nil {
			return err
		}
		p.Size = blob.Unknown
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
		if err := s.room(a, by, u.Size); err != nil {
			return err
		}
		return s.file(a, by, u, f)
	})
	u.state = stateDone
	return u.view(), err
}

// forget removes what came of a file that was not filed; one that was filed
// although nobody heard of it stays.
func (s *Service) forget(ctx context.Context, firm id.Firm, of id.Upload) error {
	var dropped int64
	err := s.office.Keep(ctx, firm, func(a *act.Act) (err error) {
		dropped, err = a.Exec(updateDropped, of, []byte{})
		return err
	})
	if err != nil || dropped == 0 {
		return err
	}
	return s.clear(ctx, firm, of)
}

// resumed is a reader of which the beginning was read.
type resumed struct {
	io.Reader
	from io.Reader
}

// SetReadDeadline ends a Read that waits, where the source can.
func (r resumed) SetReadDeadline(t time.Time) error {
	if d, ok := r.from.(deadliner); ok {
		return d.SetReadDeadline(t)
	}
	return nil
}

// exact gives as many bytes as were announced, or fails.
type exact struct {
	r          io.Reader
	left, size int64
}

func (e *exact) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.left -= int64(n)
	switch {
	case e.left < 0:
		return 0, fault.New(fault.Invalid, "blob.longer", e.size)
	case errors.Is(err, io.EOF) && e.left > 0:
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

// SetReadDeadline ends a Read that waits, where the source can.
func (e *exact) SetReadDeadline(t time.Time) error { return resumed{from: e.r}.SetReadDeadline(t) }

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
