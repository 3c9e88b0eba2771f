package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/web/ui"
)

// Answer is what a handler returns.
type Answer interface {
	write(w http.ResponseWriter, r *Request) error
}

type page[P ui.Page] struct {
	template *ui.Template[P]
	page     P
	status   int
	refused  error // why a form came back
}

// Show answers with a page.
func Show[P ui.Page](t *ui.Template[P], p P) Answer { return page[P]{t, p, http.StatusOK, nil} }

// Again answers with a form that comes back because of err, whose kind gives
// the status: 422 for what cannot be accepted.
func Again[P ui.Page](t *ui.Template[P], p P, err error) Answer {
	return page[P]{t, p, Status(fault.KindOf(err)), err}
}

func (p page[P]) write(w http.ResponseWriter, _ *Request) error {
	var b bytes.Buffer
	if err := p.template.Render(&b, p.page); err != nil {
		return err
	}
	h := w.Header()
	retryAfter(h, p.refused)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(p.status)
	_, err := b.WriteTo(w)
	return sent(err)
}

type redirect string

// See answers 303 with the path to look at next.
func See(path string) Answer { return redirect(path) }

// Done answers 303 to a page that says what was done (catalog key "done."+what).
func Done(path, what string) Answer {
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	path, fragment, _ := strings.Cut(path, "#")
	if fragment != "" {
		fragment = "#" + fragment
	}
	return redirect(path + mark + "done=" + what + fragment)
}

func (to redirect) write(w http.ResponseWriter, _ *Request) error {
	w.Header().Set("Location", string(to))
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

type empty int

// Empty answers with a status and headers that the handler set, and no body.
func Empty(status int) Answer { return empty(status) }

func (e empty) write(w http.ResponseWriter, _ *Request) error {
	w.WriteHeader(int(e))
	return nil
}

// Answering is an answer that writes itself: streams and protocols.
type Answering func(w http.ResponseWriter, r *Request) error

func (f Answering) write(w http.ResponseWriter, r *Request) error { return f(w, r) }

// JSON answers with a small value for the page's own scripts.
func JSON(status int, v any) Answer {
	return Answering(func(w http.ResponseWriter, _ *Request) error {
		raw, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("web: encoding an answer: %w", err)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, err = w.Write(raw)
		return sent(err)
	})
}

// File is bytes of a document. Bytes of people are never a page of ours: they
// come with a policy that runs nothing, and as an attachment unless Inline,
// which is for what a page shows as a picture or a worker draws.
type File struct {
	Content  io.ReadSeeker
	Name     string
	Media    string
	Modified time.Time
	ETag     string // quoted
	Inline   bool
	Recheck  func() error // asked every recheckEvery; a refusal cuts the stream
}

// recheckEvery is how long a stream goes on after a right has ended.
const recheckEvery = 5 * time.Second

// stallLimit is how long a reader of a stream may take nothing.
const stallLimit = 60 * time.Second

func (f File) write(w http.ResponseWriter, r *Request) error {
	h := w.Header()
	h.Set("Content-Type", f.Media)
	disposition := "attachment"
	if f.Inline {
		disposition = "inline"
	}
	h.Set("Content-Disposition", disposed(disposition, f.Name))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if f.ETag != "" {
		h.Set("ETag", f.ETag)
	}
	out := &stream{ResponseWriter: w, control: http.NewResponseController(w), recheck: f.Recheck, until: r.config.Until, checked: r.config.Until(0)}
	in := &told{ReadSeeker: f.Content}
	http.ServeContent(out, r.Request, "", f.Modified, in)
	return errors.Join(out.refused, in.failed)
}

// told remembers why a content could not be read: ServeContent only stops.
type told struct {
	io.ReadSeeker
	failed error
}

func (t *told) Read(b []byte) (int, error) {
	n, err := t.ReadSeeker.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		t.failed = err
	}
	return n, err
}

// disposed writes a Content-Disposition with one name (RFC 6266): quoted when
// every browser reads that alike, else in the encoded form alone. A percent
// sign or a backslash in quotes is read in two ways (appendix D).
func disposed(how, name string) string {
	if !strings.ContainsAny(name, "%\\\"\t") {
		if v := mime.FormatMediaType(how, map[string]string{"filename": name}); v != "" {
			return v
		}
	}
	var b strings.Builder
	b.WriteString(how + "; filename*=utf-8''")
	for _, c := range []byte(name) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// stream moves its deadline while bytes flow and ends when the right does.
type stream struct {
	http.ResponseWriter
	control *http.ResponseController
	recheck func() error
	until   func(time.Duration) time.Time
	checked time.Time
	refused error
}

func (s *stream) Write(b []byte) (int, error) {
	now := s.until(0)
	if s.recheck != nil && now.Sub(s.checked) >= recheckEvery {
		s.checked = now
		if err := s.recheck(); err != nil {
			s.refused = err
			return 0, err
		}
	}
	if err := s.control.SetWriteDeadline(s.until(stallLimit)); err != nil {
		return 0, err
	}
	return s.ResponseWriter.Write(b)
}

// Unwrap lets the controller reach the connection.
func (s *stream) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// lost marks a failure to send: the reader went away, nobody is to be told.
type lost struct{ error }

func (l lost) Unwrap() error { return l.error }

func sent(err error) error {
	if err == nil {
		return nil
	}
	return lost{err}
}

var statuses = [...]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Gone:            http.StatusGone,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.RangeInvalid:    http.StatusRequestedRangeNotSatisfiable,
	fault.Busy:            http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.NoSpace:         http.StatusInsufficientStorage,
}

// Status is the HTTP status of a kind of fault.
func Status(k fault.Kind) int { return statuses[k] }

// Write sends an answer from inside another.
func Write(a Answer, w http.ResponseWriter, r *Request) error { return a.write(w, r) }

// Attachment is a small file made by us, to be kept.
func Attachment(raw []byte, name, media string) Answer {
	return Answering(func(w http.ResponseWriter, _ *Request) error {
		h := w.Header()
		h.Set("Content-Type", media)
		h.Set("Content-Disposition", disposed("attachment", name))
		h.Set("Content-Length", strconv.Itoa(len(raw)))
		_, err := w.Write(raw)
		return sent(err)
	})
}

// From is the first byte a request asks for: 0 unless it has a Range that
// begins later (RFC 9110, 14.2).
func From(r *Request) int64 {
	spec, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes=")
	if !ok {
		return 0
	}
	first, _, _ := strings.Cut(spec, "-")
	n, err := strconv.ParseInt(strings.TrimSpace(first), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// Absent is the answer for what does not exist and for what may not be seen.
func Absent() error { return fault.Absent() }
