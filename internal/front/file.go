package front

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

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

// Send answers with the file: whole, in part (RFC 9110, 14) or not at all when
// the reader has it. The request must be of a long pattern.
func (c *Config) Send(w http.ResponseWriter, r *http.Request, f File) error {
	h := w.Header()
	h.Set("Content-Type", f.Media)
	disposition := "attachment"
	if f.Inline {
		disposition = "inline"
	}
	h.Set("Content-Disposition", Disposition(disposition, f.Name))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if f.ETag != "" {
		h.Set("ETag", f.ETag)
	}
	out := &stream{ResponseWriter: w, control: http.NewResponseController(w), recheck: f.Recheck, until: c.Until, checked: c.Until(0)}
	in := &told{ReadSeeker: f.Content}
	http.ServeContent(out, r, "", f.Modified, in)
	return errors.Join(out.refused, in.failed)
}

// Flow answers with bytes that are made while they are sent, to be kept: nobody
// knows how many beforehand. The request must be of a long pattern; an error of
// write cuts the connection, so that a part is not taken for the whole.
func (c *Config) Flow(w http.ResponseWriter, name, media string, recheck func() error, write func(io.Writer) error) error {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", Disposition("attachment", name))
	out := &stream{ResponseWriter: w, control: http.NewResponseController(w), recheck: recheck, until: c.Until, checked: c.Until(0)}
	begun := &counted{Writer: out}
	err := errors.Join(write(begun), out.refused)
	if err != nil && begun.n > 0 {
		panic(http.ErrAbortHandler)
	}
	return err
}

// counted knows whether anything was written.
type counted struct {
	io.Writer
	n int64
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.Writer.Write(b)
	c.n += int64(n)
	return n, err
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

// copier is content that writes itself better than it is read.
type copier interface {
	// CopyTo writes n bytes from where the content stands to w.
	CopyTo(w io.Writer, n int64) (int64, error)
}

// ReadFrom lets such content write itself; ServeContent comes here.
func (s *stream) ReadFrom(r io.Reader) (int64, error) {
	if part, ok := r.(*io.LimitedReader); ok {
		if in, ok := part.R.(*told); ok {
			if from, ok := in.ReadSeeker.(copier); ok {
				to := &taker{stream: s}
				n, err := from.CopyTo(to, part.N)
				if err != nil && to.failed == nil {
					in.failed = err
				}
				return n, err
			}
		}
	}
	return io.Copy(&taker{stream: s}, r)
}

// taker is the writing half of a stream, and remembers that it was the one to
// fail.
type taker struct {
	stream *stream
	failed error
}

func (t *taker) Write(b []byte) (n int, err error) {
	n, err = t.stream.Write(b)
	t.failed = err
	return n, err
}

// Unwrap lets the controller reach the connection.
func (s *stream) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// Disposition writes a Content-Disposition with one name (RFC 6266): quoted
// when every browser reads that alike, else in the encoded form alone. A
// percent sign or a backslash in quotes is read in two ways (appendix D).
func Disposition(how, name string) string {
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

// From is the first byte a request asks for: 0 unless it has a Range that
// begins later (RFC 9110, 14.2).
func From(r *http.Request) int64 {
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
