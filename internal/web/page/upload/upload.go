// Package upload receives files: the resumable upload protocol tus 1.0.0
// (core, creation, termination) for pages with a script, and one plain
// multipart form for pages without.
//
// It keeps nothing: offsets, rights, limits and sealing are those of package
// document, whose errors keep their meaning here (409 with the true offset, 413
// with the limit in words, 507 when the disk is full). Start at [Pages.Create].
package upload

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/web"
)

const (
	protocol = "1.0.0"
	stall    = 60 * time.Second // a sender who sends nothing for this long is cut; what arrived stays
)

// Pages answers the protocol.
type Pages struct {
	Documents *document.Service
	Until     func(time.Duration) time.Time // deadlines of connections
}

// Options says what is spoken.
func (p *Pages) Options(*web.Request) (web.Answer, error) {
	return web.Answering(func(w http.ResponseWriter, _ *web.Request) error {
		h := w.Header()
		h.Set("Tus-Resumable", protocol)
		h.Set("Tus-Version", protocol)
		h.Set("Tus-Extension", "creation,termination")
		w.WriteHeader(http.StatusNoContent)
		return nil
	}), nil
}

// Create announces a file: Upload-Length in bytes, Upload-Metadata with
// filename, tray, folder, circle (several, separated by commas), replaces and
// reason.
func (p *Pages) Create(r *web.Request) (web.Answer, error) { return speak(r, p.create) }

func (p *Pages) create(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return nil, err
	}
	size, err := number(r, "Upload-Length")
	if err != nil {
		return nil, fault.New(fault.Invalid, "upload.length")
	}
	meta, err := metadata(r.Header.Get("Upload-Metadata"))
	if err != nil {
		return nil, err
	}
	announced := document.BeginUpload{
		Space: of, Size: size, Name: meta["filename"], Tray: space.Tray(meta["tray"]), Folder: id.Folder(meta["folder"]),
		Replaces: id.Item(meta["replaces"]), Reason: meta["reason"],
	}
	for c := range strings.SplitSeq(meta["circle"], ",") {
		if c != "" {
			announced.Circles = append(announced.Circles, id.Circle(c))
		}
	}
	u, err := p.Documents.Begin(r.Context(), r.Actor, announced)
	if err != nil {
		return nil, err
	}
	return p.state(r, u, http.StatusCreated), nil
}

// Offset tells where an upload goes on.
func (p *Pages) Offset(r *web.Request) (web.Answer, error) { return speak(r, p.offset) }

func (p *Pages) offset(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Upload](r, "upload")
	if err != nil {
		return nil, err
	}
	u, err := p.Documents.Resume(r.Context(), r.Actor, of)
	if err != nil {
		return nil, err
	}
	return p.state(r, u, http.StatusOK), nil
}

// Append takes bytes at the true offset.
func (p *Pages) Append(r *web.Request) (web.Answer, error) { return speak(r, p.take) }

func (p *Pages) take(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Upload](r, "upload")
	if err != nil {
		return nil, err
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/offset+octet-stream" {
		return nil, fault.New(fault.Invalid, "upload.media")
	}
	offset, err := number(r, "Upload-Offset")
	if err != nil {
		return nil, fault.New(fault.Invalid, "upload.offset")
	}
	return web.Answering(func(w http.ResponseWriter, r *web.Request) error {
		u, err := p.Documents.Append(r.Context(), r.Actor, of, offset, p.body(w, r.Body))
		if err != nil {
			if u.ID != "" {
				announce(w.Header(), u)
			}
			return err
		}
		return web.Write(p.state(r, u, http.StatusNoContent), w, r)
	}), nil
}

// Cancel forgets an upload.
func (p *Pages) Cancel(r *web.Request) (web.Answer, error) { return speak(r, p.cancel) }

func (p *Pages) cancel(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Upload](r, "upload")
	if err != nil {
		return nil, err
	}
	if err := p.Documents.Cancel(r.Context(), r.Actor, of); err != nil {
		return nil, err
	}
	return web.Empty(http.StatusNoContent), nil
}

// state answers with the offset; once the document exists, with its digest.
func (p *Pages) state(r *web.Request, u document.Upload, status int) web.Answer {
	return web.Answering(func(w http.ResponseWriter, _ *web.Request) error {
		h := w.Header()
		announce(h, u)
		if status == http.StatusCreated {
			h.Set("Location", r.SpacePath(u.Space, "uploads", string(u.ID)))
		}
		if u.Done {
			d, err := p.Documents.Show(r.Context(), r.Actor, u.Document)
			if err != nil {
				return err
			}
			h.Set("X-Content-SHA256", hex.EncodeToString(d.Current.SHA256[:]))
		}
		w.WriteHeader(status)
		return nil
	})
}

func announce(h http.Header, u document.Upload) {
	h.Set("Upload-Offset", strconv.FormatInt(u.Offset, 10))
	h.Set("Upload-Length", strconv.FormatInt(u.Size, 10))
	h.Set("Upload-Expires", u.Expires.UTC().Format(http.TimeFormat))
}

// speak goes on with a request of our version of the protocol; others learn
// which one that is (tus 1.0.0, Tus-Version). Every answer says it, also that of
// a fault.
func speak(r *web.Request, then web.Handler) (web.Answer, error) {
	if r.Header.Get("Tus-Resumable") != protocol {
		return web.Answering(func(w http.ResponseWriter, r *web.Request) error {
			w.Header().Set("Tus-Version", protocol)
			http.Error(w, r.Printer.T("upload.protocol"), http.StatusPreconditionFailed)
			return nil
		}), nil
	}
	return web.Answering(func(w http.ResponseWriter, r *web.Request) error {
		w.Header().Set("Tus-Resumable", protocol)
		answer, err := then(r)
		if err != nil {
			return err
		}
		return web.Write(answer, w, r)
	}), nil
}

// number reads a header that counts bytes: digits and nothing else.
func number(r *web.Request, header string) (int64, error) {
	n, err := strconv.ParseUint(r.Header.Get(header), 10, 63)
	return int64(n), err
}

// metadata reads Upload-Metadata (tus 1.0.0): keys and base64 values, separated
// by commas.
func metadata(header string) (map[string]string, error) {
	out := map[string]string{}
	if header == "" {
		return out, nil
	}
	for pair := range strings.SplitSeq(header, ",") {
		key, encoded, _ := strings.Cut(strings.TrimSpace(pair), " ")
		value, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if _, twice := out[key]; err != nil || twice || key == "" {
			return nil, fault.New(fault.Invalid, "upload.metadata")
		}
		out[key] = string(value)
	}
	return out, nil
}

// body is what arrives: every read moves the deadline, and a later writer of
// the same upload can end it.
type body struct {
	io.Reader
	control *http.ResponseController
	until   func(time.Duration) time.Time
}

func (p *Pages) body(w http.ResponseWriter, from io.Reader) *body {
	return &body{from, http.NewResponseController(w), p.Until}
}

func (b *body) Read(into []byte) (int, error) {
	if err := b.control.SetReadDeadline(b.until(stall)); err != nil {
		return 0, err
	}
	return b.Reader.Read(into)
}

// SetReadDeadline ends a read that waits; package document uses it.
func (b *body) SetReadDeadline(t time.Time) error { return b.control.SetReadDeadline(t) }

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
		n, err := p.parts(w, r, form, document.BeginUpload{Space: of})
		if err != nil {
			return err
		}
		next := web.Done(r.SpacePath(of), "deposited")
		if n == 0 {
			next = web.Done(r.SpacePath(of), "nothing_chosen")
		}
		return web.Write(next, w, r)
	}), nil
}

// maxField is the most bytes of one field of the plain form.
const maxField = 4 << 10

func (p *Pages) parts(w http.ResponseWriter, r *web.Request, form *multipart.Reader, into document.BeginUpload) (files int, err error) {
	for {
		// Every part is bounded: fields by maxField, files by the limit of one.
		p.patience(w)
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return files, fault.New(fault.Invalid, "upload.form").Because(err)
		}
		if part.FileName() == "" {
			if err := field(part, &into); err != nil {
				return files, err
			}
			continue
		}
		into.Name = part.FileName()
		if _, err := p.Documents.File(r.Context(), r.Actor, into, p.body(w, part)); err != nil {
			return files, err
		}
		files++
	}
}

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
	case "reason":
		into.Reason = value
	}
	return nil
}
