package api

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"cenacle/internal/fault"
	"cenacle/internal/front"
	"cenacle/internal/id"
)

// maxBody is the most bytes of a body that is no file.
const maxBody = 512 << 10

// policy is for answers that are data and no page.
const policy = "default-src 'none'; frame-ancestors 'none'"

// exchange is one request of an operation.
type exchange struct{ request *Request }

func (a *API) serve(o Operation) http.Handler {
	pattern := o.Pattern
	if method, path := o.split(); path != "" {
		pattern = method + " " + Root + path
	}
	return a.Serve(pattern, o.Long, func(in *front.Request) front.Exchange {
		language := a.Catalog.Negotiate("", in.Header.Get("Accept-Language"))
		return &exchange{&Request{
			Request: in, Printer: a.Catalog.Printer(language, a.Zone), api: a, operation: o, answer: http.Header{},
		}}
	})
}

// Who is for the log: whoever the door has let in.
func (e *exchange) Who() (id.Firm, id.Person) { return e.request.Actor.Firm, e.request.Actor.Person }

// Answer runs the operation: door, then use case.
func (e *exchange) Answer(w *front.Writer) error {
	r := e.request
	r.wire = w
	w.Header().Set("Content-Security-Policy", policy)
	if r.operation.Body >= 0 {
		r.Body = http.MaxBytesReader(w, r.Body, cmp.Or(r.operation.Body, maxBody))
	}
	if err := r.pass(); err != nil {
		return err
	}
	out, err := r.operation.Do.run(r)
	if err != nil {
		return err
	}
	return out.write(w, r)
}

// carry copies what the operation said besides.
func (r *Request) carry(h http.Header) { maps.Copy(h, r.answer) }

// answer is what an operation returns.
type answer interface {
	write(w http.ResponseWriter, r *Request) error
}

// Stream is an answer that writes itself.
type Stream func(w http.ResponseWriter, r *Request) error

func (s Stream) write(w http.ResponseWriter, r *Request) error {
	r.carry(w.Header())
	return s(w, r)
}

// given is a small answer in one piece. Without bytes it is no content.
type given struct {
	media string
	raw   []byte
	lent  bool // raw is of [API.pages], and goes back once it is written
}

func (g given) write(w http.ResponseWriter, r *Request) error {
	h := w.Header()
	r.carry(h)
	if g.raw == nil {
		w.WriteHeader(cmp.Or(r.operation.Status, http.StatusNoContent))
		return nil
	}
	if g.lent {
		defer r.api.pages.Put(&g.raw)
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		tag := tagOf(g.raw)
		h.Set("ETag", tag)
		if meets(r.Header.Values("If-None-Match"), tag, true) {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	h.Set("Content-Type", g.media)
	h.Set("Content-Length", strconv.Itoa(len(g.raw)))
	w.WriteHeader(cmp.Or(r.operation.Status, http.StatusOK))
	_, err := w.Write(g.raw)
	return front.Sent(err)
}

// appender is a representation that writes its own JSON: lists that are long.
type appender interface {
	AppendJSON([]byte) []byte
}

// encode writes a representation.
func (r *Request) encode(out any) (answer, error) {
	switch out := out.(type) {
	case None:
		return given{}, nil
	case appender:
		var room []byte
		if lent, ok := r.api.pages.Get().(*[]byte); ok {
			room = (*lent)[:0]
		}
		return given{"application/json", out.AppendJSON(room), true}, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		return nil, fmt.Errorf("api: encoding an answer: %w", err)
	}
	return given{media: "application/json", raw: b.Bytes()}, nil
}

// tagOf is the strong validator of a representation.
func tagOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
}

// maxTags is how many validators of one condition are read.
const maxTags = 100

// meets reports whether a list of validators (RFC 9110, 13.1) has tag, or is
// "*". A weak one counts only for reading.
func meets(lines []string, tag string, weak bool) bool {
	rest := strings.TrimSpace(strings.Join(lines, ","))
	if rest == "*" {
		return true
	}
	for range maxTags {
		rest = strings.TrimLeft(rest, " \t,")
		mark := strings.HasPrefix(rest, "W/")
		rest = strings.TrimPrefix(rest, "W/")
		if !strings.HasPrefix(rest, `"`) {
			return false
		}
		end := strings.IndexByte(rest[1:], '"')
		if end < 0 {
			return false
		}
		if rest[:end+2] == tag && (weak || !mark) {
			return true
		}
		rest = rest[end+2:]
	}
	return false
}

// hold checks the If-Match of a write against what a GET of the same path
// answers, and keeps other such writes away until release, here and on all nodes.
func (r *Request) hold() (release func(), err error) {
	condition := r.Header.Values("If-Match")
	if len(condition) == 0 {
		return func() {}, nil
	}
	_, path := r.operation.split()
	seen, found := r.api.reads[path]
	if !found || !seen.Do.asks || r.operation.Long {
		return nil, fault.New(fault.Precondition, "api.no_condition")
	}
	release, err = r.turn()
	if err != nil {
		return nil, err
	}
	now := *r
	now.operation, now.answer = seen, http.Header{}
	out, err := seen.Do.run(&now)
	present, whole := out.(given)
	if err == nil && !whole {
		err = errors.New("api: a representation without bytes")
	}
	if err == nil && !meets(condition, tagOf(present.raw), false) {
		r.Set("ETag", tagOf(present.raw))
		err = fault.New(fault.Precondition, "api.condition")
	}
	if err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// turn waits for the turn of the request's path: first in this process, so that
// one asks the other nodes for all.
func (r *Request) turn() (release func(), err error) {
	at := &r.api.held[maphash.String(r.api.seed, r.URL.Path)%uint64(len(r.api.held))]
	at.Lock()
	elsewhere, err := r.api.Office.Alone(r.Context(), r.Actor.Firm, r.URL.Path)
	if err != nil {
		at.Unlock()
		return nil, err
	}
	return func() {
		elsewhere()
		at.Unlock()
	}, nil
}
