// Package tus speaks the resumable upload protocol tus 1.0.0 (core, creation,
// termination) for every transport that takes files.
//
// It keeps nothing and shows no fault: offsets, rights, limits and sealing are
// those of package document, whose errors keep their meaning (409 with the true
// offset, 413 with the limit in words, 507 when the disk is full). Start at
// [Protocol.Create].
package tus

import (
	"encoding/base64"
	"encoding/hex"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/bundle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/front"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// Version is the one that is spoken.
const Version = "1.0.0"

// Protocol answers its requests.
type Protocol struct {
	Documents *document.Service
	Bundles   *bundle.Service               // for files that name their path; nil: none is taken
	Until     func(time.Duration) time.Time // deadlines of connections
}

// Call is one request, with what its transport found out.
type Call struct {
	*http.Request
	Actor  authz.Actor
	Space  id.Space                     // in which something is announced
	Upload id.Upload                    // that is spoken of
	Path   func(document.Upload) string // where an upload goes on
	Still  func() error                 // whether she who asks still may, asked while bytes come
}

// Options says what is spoken.
func (p Protocol) Options(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Tus-Resumable", Version)
	h.Set("Tus-Version", Version)
	h.Set("Tus-Extension", "creation,termination")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// Create announces a file: Upload-Length in bytes, Upload-Metadata with
// filename, tray, folder, circle (several, separated by commas), replaces,
// reason, request, path (of a folder that is filed whole, see package bundle),
// and sha256 (hexadecimal): bytes that are there already are 409 with their
// document in Upload-Known, unless again is given.
func (p Protocol) Create(w http.ResponseWriter, c Call) error {
	if err := speak(w, c); err != nil {
		return err
	}
	size, err := number(c, "Upload-Length")
	if err != nil {
		return fault.New(fault.Invalid, "upload.length")
	}
	announced, path, err := Announced(c.Header.Get("Upload-Metadata"))
	if err != nil {
		return err
	}
	announced.Space, announced.Size = c.Space, size
	if path != "" {
		if announced, err = p.shelved(c, announced, path); err != nil {
			return err
		}
	}
	u, err := p.Documents.Begin(c.Context(), c.Actor, announced)
	if err != nil {
		if u.Document != "" {
			w.Header().Set("Upload-Known", string(u.Document))
		}
		return err
	}
	return p.state(w, c, u, http.StatusCreated)
}

// shelved finds the folder at the end of a path.
func (p Protocol) shelved(c Call, in document.BeginUpload, path string) (document.BeginUpload, error) {
	if p.Bundles == nil {
		return in, fault.New(fault.Invalid, "upload.metadata")
	}
	return p.Bundles.Announced(c.Context(), c.Actor, in, path)
}

// Created answers again for an upload that was announced before.
func (p Protocol) Created(w http.ResponseWriter, c Call) error {
	return p.resume(w, c, http.StatusCreated)
}

// Offset tells where an upload goes on.
func (p Protocol) Offset(w http.ResponseWriter, c Call) error { return p.resume(w, c, http.StatusOK) }

func (p Protocol) resume(w http.ResponseWriter, c Call, status int) error {
	if err := speak(w, c); err != nil {
		return err
	}
	u, err := p.Documents.Resume(c.Context(), c.Actor, c.Upload)
	if err != nil {
		return err
	}
	return p.state(w, c, u, status)
}

// Append takes bytes at the true offset. Its request must be of a long pattern
// without a limit of the body.
func (p Protocol) Append(w http.ResponseWriter, c Call) error {
	if err := speak(w, c); err != nil {
		return err
	}
	if media, _, err := mime.ParseMediaType(c.Header.Get("Content-Type")); err != nil || media != "application/offset+octet-stream" {
		return fault.New(fault.Invalid, "upload.media")
	}
	offset, err := number(c, "Upload-Offset")
	if err != nil {
		return fault.New(fault.Invalid, "upload.offset")
	}
	u, err := p.Documents.Append(c.Context(), c.Actor, c.Upload, offset, front.NewBody(w, c.Body, p.Until).While(c.Still))
	if err != nil {
		if u.ID != "" {
			announce(w.Header(), u)
		}
		return err
	}
	return p.state(w, c, u, http.StatusNoContent)
}

// Cancel forgets an upload.
func (p Protocol) Cancel(w http.ResponseWriter, c Call) error {
	if err := speak(w, c); err != nil {
		return err
	}
	if err := p.Documents.Cancel(c.Context(), c.Actor, c.Upload); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// state answers with the offset; once the document exists, with its digest.
func (p Protocol) state(w http.ResponseWriter, c Call, u document.Upload, status int) error {
	h := w.Header()
	announce(h, u)
	if status == http.StatusCreated {
		h.Set("Location", c.Path(u))
	}
	if u.Done {
		d, err := p.Documents.Show(c.Context(), c.Actor, u.Document)
		switch {
		case err == nil:
			h.Set("X-Content-SHA256", hex.EncodeToString(d.Current.SHA256[:]))
		case !fault.Is(err, fault.NotFound): // a pass may leave depositing and not reading
			return err
		}
	}
	w.WriteHeader(status)
	return nil
}

func announce(h http.Header, u document.Upload) {
	h.Set("Upload-Offset", strconv.FormatInt(u.Offset, 10))
	h.Set("Upload-Length", strconv.FormatInt(u.Size, 10))
	h.Set("Upload-Expires", u.Expires.UTC().Format(http.TimeFormat))
	if u.Done {
		h.Set("Upload-Document", string(u.Document))
	}
}

// speak goes on with a request of our version of the protocol; others learn
// which one that is (tus 1.0.0, Tus-Version). Every answer says it, also that of
// a fault.
func speak(w http.ResponseWriter, c Call) error {
	if c.Header.Get("Tus-Resumable") != Version {
		w.Header().Set("Tus-Version", Version)
		return fault.New(fault.Precondition, "upload.protocol")
	}
	w.Header().Set("Tus-Resumable", Version)
	return nil
}

// number reads a header that counts bytes: digits and nothing else.
func number(c Call, header string) (int64, error) {
	n, err := strconv.ParseUint(c.Header.Get(header), 10, 63)
	return int64(n), err
}

// Announced reads what an Upload-Metadata header says of a file, and its path in
// the folder that it comes with.
func Announced(header string) (in document.BeginUpload, path string, err error) {
	meta, err := metadata(header)
	if err != nil {
		return in, "", err
	}
	in = document.BeginUpload{
		Name: meta["filename"], Tray: space.Tray(meta["tray"]), Folder: id.Folder(meta["folder"]),
		Replaces: id.Item(meta["replaces"]), Onto: id.Version(meta["onto"]), Reason: meta["reason"],
		Request: id.Ask(meta["request"]), SHA256: meta["sha256"], Again: meta["again"] != "",
	}
	for c := range strings.SplitSeq(meta["circle"], ",") {
		if c != "" {
			in.Circles = append(in.Circles, id.Circle(c))
		}
	}
	return in, meta["path"], nil
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
