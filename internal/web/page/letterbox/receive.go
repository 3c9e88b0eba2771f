package letterbox

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/front"
	"cenacle/internal/front/tus"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/web"
)

// step is one request of the resumable protocol.
type step func(http.ResponseWriter, tus.Call) error

func (p *Pages) protocol() tus.Protocol { return tus.Protocol{Documents: p.Documents, Until: p.Until} }

// Options says what is spoken.
func (p *Pages) Options(*web.Request) (web.Answer, error) {
	return web.Answering(func(w http.ResponseWriter, _ *web.Request) error { return p.protocol().Options(w) }), nil
}

// Create announces a file.
func (p *Pages) Create(r *web.Request) (web.Answer, error) {
	s, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	if err := p.Links.Charge(r.Context(), s.view.ID); err != nil {
		return nil, err
	}
	announced, _, err := tus.Announced(r.Header.Get("Upload-Metadata"))
	if err == nil {
		err = s.view.Answers(announced.Request)
	}
	if err != nil {
		return nil, err
	}
	return p.speak(s, p.protocol().Create, tus.Call{Space: s.by.Scope}), nil
}

// Offset tells where an upload goes on.
func (p *Pages) Offset(r *web.Request) (web.Answer, error) {
	return p.continued(r, p.protocol().Offset)
}

// Append takes bytes at the true offset.
func (p *Pages) Append(r *web.Request) (web.Answer, error) {
	return p.continued(r, p.protocol().Append)
}

// Cancel forgets an upload.
func (p *Pages) Cancel(r *web.Request) (web.Answer, error) {
	return p.continued(r, p.protocol().Cancel)
}

func (p *Pages) continued(r *web.Request, then step) (web.Answer, error) {
	s, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	of, err := web.PathID[id.Upload](r, "upload")
	return p.speak(s, then, tus.Call{Upload: of}), err
}

func (p *Pages) speak(s slot, then step, c tus.Call) web.Answer {
	return web.Answering(func(w http.ResponseWriter, r *web.Request) error {
		c.Request, c.Actor, c.Still = r.Request, s.by, p.still(s)
		c.Path = func(u document.Upload) string { return s.path("uploads", string(u.ID)) }
		return then(w, c)
	})
}

// Plain receives the form of a page without script: each file streamed as it
// arrives, for the request whose field came before it.
func (p *Pages) Plain(r *web.Request) (web.Answer, error) {
	s, err := p.enter(r)
	if err != nil {
		return p.spent(r, err)
	}
	form, err := r.MultipartReader()
	if err != nil {
		return nil, fault.New(fault.Invalid, "upload.form").Because(err)
	}
	return web.Answering(func(w http.ResponseWriter, r *web.Request) error {
		came, err := p.parts(w, s, form)
		if err != nil {
			return err
		}
		said := "deposited"
		if came == 0 {
			said = "nothing_chosen"
		}
		return web.Write(web.Done(s.path(), said), w, r)
	}), nil
}

const (
	stall    = 60 * time.Second // in which a sender may send nothing between two parts
	maxField = 4 << 10          // bytes of one field
)

func (p *Pages) parts(w http.ResponseWriter, s slot, form *multipart.Reader) (came int, err error) {
	into := document.BeginUpload{Space: s.by.Scope, Tray: space.ClientTray}
	for {
		// A connection that cannot take a deadline is already gone; the next read says so.
		_ = http.NewResponseController(w).SetReadDeadline(p.Until(stall))
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return came, nil
		}
		if err != nil {
			return came, fault.New(fault.Invalid, "upload.form").Because(err)
		}
		if part.FileName() == "" {
			raw, err := io.ReadAll(io.LimitReader(part, maxField+1))
			if err != nil || len(raw) > maxField {
				return came, fault.New(fault.Invalid, "upload.form").Because(err)
			}
			if part.FormName() == "request" {
				into.Request = id.Ask(raw)
			}
			if err := s.view.Answers(into.Request); err != nil {
				return came, err
			}
			continue
		}
		if err := p.Links.Charge(s.r.Context(), s.view.ID); err != nil {
			return came, err
		}
		into.Name = part.FileName()
		body := front.NewBody(w, part, p.Until).While(p.still(s))
		if _, err := p.Documents.File(s.r.Context(), s.by, into, body); err != nil {
			return came, err
		}
		came++
	}
}
