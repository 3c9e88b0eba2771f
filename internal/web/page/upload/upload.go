// Package upload receives files: by the resumable protocol (package front/tus)
// for pages with a script, and by one plain multipart form for pages without.
//
// It keeps nothing: offsets, rights, limits and sealing are those of package
// document. Start at [Pages.Create].
package upload

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"cenacle/internal/bundle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/front"
	"cenacle/internal/front/tus"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/web"
)

// Pages answers the protocol and the form.
type Pages struct {
	Documents *document.Service
	Bundles   *bundle.Service
	Until     func(time.Duration) time.Time // deadlines of connections
}

func (p *Pages) protocol() tus.Protocol {
	return tus.Protocol{Documents: p.Documents, Bundles: p.Bundles, Until: p.Until}
}

// Options says what is spoken.
func (p *Pages) Options(*web.Request) (web.Answer, error) {
	return web.Answering(func(w http.ResponseWriter, _ *web.Request) error { return p.protocol().Options(w) }), nil
}

// Create announces a file.
func (p *Pages) Create(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Space](r, "space")
	return speak(p.protocol().Create, tus.Call{Space: of}), err
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
	of, err := web.PathID[id.Upload](r, "upload")
	return speak(then, tus.Call{Upload: of}), err
}

// step is one request of the protocol.
type step func(http.ResponseWriter, tus.Call) error

func speak(then step, c tus.Call) web.Answer {
	return web.Answering(func(w http.ResponseWriter, r *web.Request) error {
		c.Request, c.Actor, c.Still = r.Request, r.Actor, r.Recheck
		c.Path = func(u document.Upload) string { return r.SpacePath(u.Space, "uploads", string(u.ID)) }
		return then(w, c)
	})
}

// Plain receives the form of a page without script: fields first, then files,
// each streamed as it arrives. A file whose size the browser does not say is
// sealed as one whole upload of unknown length through its own measure.
func (p *Pages) Plain(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return nil, err
	}
	form, err := r.MultipartReader()
	if err != nil {
		return nil, fault.New(fault.Invalid, "upload.form").Because(err)
	}
	return web.Answering(func(w http.ResponseWriter, r *web.Request) error {
		came, err := p.parts(w, r, form, document.BeginUpload{Space: of})
		if err != nil {
			return err
		}
		said := "deposited"
		if len(came) == 0 {
			said = "nothing_chosen"
		}
		for _, doc := range came {
			_, known, err := p.Documents.TwinOf(r.Context(), r.Actor, doc)
			switch {
			case known:
				said = "deposited_twin"
			case err != nil && !fault.Is(err, fault.NotFound): // a pass may leave depositing and not reading
				return err
			}
		}
		return web.Write(web.Done(r.SpacePath(of), said), w, r)
	}), nil
}

// stall is how long a sender may send nothing between two parts.
const stall = 60 * time.Second

// maxField is the most bytes of one field of the plain form.
const maxField = 4 << 10

func (p *Pages) parts(w http.ResponseWriter, r *web.Request, form *multipart.Reader, into document.BeginUpload) (came []id.Item, err error) {
	for {
		// Every part is bounded: fields by maxField, files by the limit of one.
		p.patience(w)
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return came, nil
		}
		if err != nil {
			return came, fault.New(fault.Invalid, "upload.form").Because(err)
		}
		if part.FileName() == "" {
			if err := field(part, &into); err != nil {
				return came, err
			}
			continue
		}
		into.Name = part.FileName()
		u, err := p.Documents.File(r.Context(), r.Actor, into, front.NewBody(w, part, p.Until).While(r.Recheck))
		if err != nil {
			return came, err
		}
		came = append(came, u.Document)
	}
}

// patience lets a sender take her time between two parts.
func (p *Pages) patience(w http.ResponseWriter) {
	// A connection that cannot take a deadline is already gone; the next read says so.
	_ = http.NewResponseController(w).SetReadDeadline(p.Until(stall))
}

func field(part *multipart.Part, into *document.BeginUpload) error {
	raw, err := io.ReadAll(io.LimitReader(part, maxField+1))
	if err != nil || len(raw) > maxField {
		return fault.New(fault.Invalid, "upload.form").Because(err)
	}
	switch value := string(raw); part.FormName() {
	case "tray":
		into.Tray = space.Tray(value)
	case "folder":
		into.Folder = id.Folder(value)
	case "circle":
		into.Circles = append(into.Circles, id.Circle(value))
	case "replaces":
		into.Replaces = id.Item(value)
	case "request":
		into.Request = id.Ask(value)
	case "reason":
		into.Reason = value
	}
	return nil
}
