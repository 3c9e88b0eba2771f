package front

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/metric"
	"cenacle/internal/trace"
)

// answerLimit is how long a request that is no stream has to be read and
// answered.
const answerLimit = 30 * time.Second

// Request is one request with what is known of it before any transport.
type Request struct {
	*http.Request
	ID     id.Request
	Now    time.Time
	Source account.Source // the peer, by the rule of the trusted proxies
}

// Exchange is one request on its way through a transport. Answer writes the
// answer or says why it cannot; Fail shows that to whoever asked, and is called
// only while nothing was written and somebody still waits.
type Exchange interface {
	Answer(w *Writer) error
	Fail(w *Writer, err error) error
}

// Serve answers the requests of one pattern, which is what the log calls them:
// a path holds tokens. A long one is a stream that keeps its own deadlines.
func (c *Config) Serve(pattern string, long bool, begin func(*Request) Exchange) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		now := c.Clock()
		c.Meter.Begin()
		body := &received{ReadCloser: hr.Body}
		parent := c.parent(hr)
		ctx, span := c.Tracer.Request(hr.Context(), pattern, parent)
		if hr.Body != nil { // never so from a listener
			hr = hr.WithContext(ctx) // the server knows its own request by its body (Expect: 100-continue)
			hr.Body = body
		}
		r := &Request{Request: hr, ID: id.New[id.Request](now), Now: now, Source: c.source(hr)}
		seen := &Writer{ResponseWriter: w}
		e := begin(r)
		err := c.answer(seen, e, long)
		if err != nil && !seen.begun && !errors.As(err, new(lost)) {
			c.fail(hr.Context(), seen, r.ID, e.Fail(seen, err))
		}
		a := metric.Answered{
			Route: pattern, Status: seen.status, Fault: faultOf(err), In: body.bytes.Load(), Out: seen.bytes, Took: c.Clock().Sub(now),
		}
		follow(span, r, a)
		c.event(r, e, a, number(span, parent), err)
	})
}

// fail is for the answer of a fault that failed itself: its status says so, else
// nothing would go out as 200.
func (c *Config) fail(ctx context.Context, w *Writer, of id.Request, late error) {
	if late == nil || errors.As(late, new(lost)) {
		return
	}
	c.Log.ErrorContext(ctx, "answer of a fault", "request", of, "cause", late.Error())
	if !w.begun {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}

// follow says of a span what the log says of its request, but for the people.
func follow(s *trace.Span, r *Request, a metric.Answered) {
	s.Text("http.request.method", method(r.Method))
	s.Text("http.route", a.Route)
	s.Text("cenacle.request", string(r.ID))
	s.Number("http.response.status_code", int64(a.Status))
	s.Number("http.request.body.size", a.In)
	s.Number("http.response.body.size", a.Out)
	s.End(a.Fault)
}

func faultOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.KindOf(err).String()
}

// answer runs the exchange within its deadline; a panic is a fault of ours.
func (c *Config) answer(w *Writer, e Exchange, long bool) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("front: panic: %v\n%s", p, debug.Stack())
		}
	}()
	if !long {
		control := http.NewResponseController(w)
		until := c.Until(answerLimit)
		if err := errors.Join(control.SetReadDeadline(until), control.SetWriteDeadline(until)); err != nil {
			return err
		}
	}
	return e.Answer(w)
}

// Actor is what an [Exchange] that knows who asks tells the log: the firm and
// the person, each empty when unknown.
type Actor interface {
	Who() (id.Firm, id.Person)
}

// event writes the one line of a request and counts it. Neither holds a path, a
// name, an address of the network or anything else that was sent.
func (c *Config) event(r *Request, e Exchange, a metric.Answered, trace string, err error) {
	c.Meter.End(a)
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("request", string(r.ID)), slog.String("method", method(r.Method)), slog.String("route", a.Route),
		slog.Int("status", a.Status), slog.Int64("received", a.In), slog.Int64("bytes", a.Out), slog.Duration("took", a.Took),
	}
	if trace != "" {
		attrs = append(attrs, slog.String("trace", trace))
	}
	attrs = append(attrs, c.who(e)...)
	if err != nil {
		attrs = append(attrs, slog.String("fault", a.Fault))
		if ours(fault.KindOf(err)) && r.Context().Err() == nil && !errors.As(err, new(lost)) {
			level = slog.LevelError
			attrs = append(attrs, slog.String("cause", err.Error()))
		}
	}
	c.Log.LogAttrs(context.WithoutCancel(r.Context()), level, "request", attrs...)
}

// who calls the firm and the person by their aliases.
func (c *Config) who(e Exchange) (attrs []slog.Attr) {
	known, ok := e.(Actor)
	if !ok || c.Alias == nil {
		return nil
	}
	firm, person := known.Who()
	if firm != "" {
		attrs = append(attrs, slog.String("firm", c.Alias("firm", string(firm))))
	}
	if person != "" {
		attrs = append(attrs, slog.String("person", c.Alias("person", string(person))))
	}
	return attrs
}

// ours reports a kind of fault that the operator can do something about.
func ours(k fault.Kind) bool {
	return k == fault.Internal || k == fault.Unavailable || k == fault.NoSpace
}

// method keeps a made-up method out of the log.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodDelete, http.MethodPut, http.MethodOptions,
		"PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK":
		return m
	}
	return "other"
}

// Writer notes what was sent.
type Writer struct {
	http.ResponseWriter
	begun  bool
	status int
	bytes  int64
	last   atomic.Bool // the connection is good for nothing more, see Body
}

// WriteHeader begins the answer.
func (w *Writer) WriteHeader(status int) {
	if !w.begun {
		w.begun, w.status = true, status
		if w.last.Load() {
			w.Header().Set("Connection", "close")
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *Writer) Write(b []byte) (int, error) {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets the controller reach the connection.
func (w *Writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// received counts the bytes that were read of a body; a handler that has ended
// may leave one who still reads.
type received struct {
	io.ReadCloser
	bytes atomic.Int64
}

func (b *received) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes.Add(int64(n))
	return n, err
}

// lost marks a failure to send: the reader went away, nobody is to be told.
type lost struct{ error }

func (l lost) Unwrap() error { return l.error }

// Sent marks the error of a write as nobody's fault here: the reader went away.
func Sent(err error) error {
	if err == nil {
		return nil
	}
	return lost{err}
}
