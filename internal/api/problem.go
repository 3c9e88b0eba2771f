package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"cenacle/internal/fault"
	"cenacle/internal/front"
	"cenacle/internal/id"
)

// Problem is what the API refuses with (RFC 9457). Code is stable, the words
// are for people and in the language asked for.
type Problem struct {
	Type     string     `json:"type" doc:"where the reference page explains this class of problem"`
	Title    string     `json:"title" doc:"the class of problem, in the reader's language"`
	Status   int        `json:"status" doc:"the HTTP status again"`
	Detail   string     `json:"detail" doc:"what happened and what to do, in the reader's language"`
	Code     string     `json:"code" doc:"the same for ever, for programs"`
	Instance string     `json:"instance" doc:"this one request, as the operator finds it in the log"`
	Errors   []Wrong    `json:"errors,omitempty" doc:"everything that cannot be accepted"`
	Current  id.Version `json:"current,omitempty" doc:"the version that is current now, when another one was expected"`
}

// Wrong is one thing that cannot be accepted: a place in the body or a
// parameter.
type Wrong struct {
	Pointer   string `json:"pointer,omitempty" doc:"JSON Pointer (RFC 6901) into the body"`
	Parameter string `json:"parameter,omitempty" doc:"name of a path, query or header parameter"`
	Code      string `json:"code" doc:"the same for ever, for programs"`
	Detail    string `json:"detail" doc:"what is the matter, in the reader's language"`
}

// errMethod is a path that takes other methods.
var errMethod = errors.New("api: the path does not take this method")

// Fail shows a fault as a problem.
func (e *exchange) Fail(w *front.Writer, err error) error {
	r := e.request
	err = front.Known(err)
	kind := fault.KindOf(err)
	status := front.Status(kind)
	if errors.Is(err, errMethod) {
		kind, status, err = fault.NotFound, http.StatusMethodNotAllowed, fault.New(fault.NotFound, "api.method")
	}
	p := Problem{
		Type: "/api#" + slug(kind), Title: r.Printer.T("api.problem." + slug(kind)), Status: status,
		Detail: r.Printer.Fault(err), Code: code(err), Instance: "urn:cenacle:request:" + string(r.ID),
		Errors: r.wrongs(err), Current: r.current,
	}
	raw, err2 := json.Marshal(p)
	if err2 != nil {
		return err2
	}
	h := w.Header()
	r.carry(h)
	h.Del("Content-Disposition")
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", string(r.Printer.Language()))
	h.Set("Content-Length", strconv.Itoa(len(raw)))
	h.Set("Content-Security-Policy", policy)
	front.RetryAfter(h, err)
	challenge(h, kind, p.Code)
	w.WriteHeader(status)
	_, err = w.Write(raw)
	return front.Sent(err)
}

// challenge says how to come back (RFC 6750, 3).
func challenge(h http.Header, kind fault.Kind, code string) {
	switch {
	case kind == fault.Unauthenticated && code == "api.no_token":
		h.Set("WWW-Authenticate", `Bearer realm="cenacle"`)
	case kind == fault.Unauthenticated:
		h.Set("WWW-Authenticate", `Bearer realm="cenacle", error="invalid_token"`)
	case code == "api.pass":
		h.Set("WWW-Authenticate", `Bearer realm="cenacle", error="insufficient_scope"`)
	}
}

// code is the key of the first fault.
func code(err error) string {
	var known *fault.Error
	var fields fault.Fields
	switch {
	case errors.As(err, &fields):
		return "fault.invalid"
	case errors.As(err, &known):
		return known.Key
	case fault.Is(err, fault.Unavailable):
		return "fault.unavailable"
	}
	return "fault.internal"
}

// wrongs are the faults that belong to a place.
func (r *Request) wrongs(err error) []Wrong {
	var known *fault.Error
	var fields fault.Fields
	if !errors.As(err, &fields) {
		if !errors.As(err, &known) || known.Field == "" {
			return nil
		}
		fields = fault.Fields{known}
	}
	out := make([]Wrong, len(fields))
	for i, f := range fields {
		out[i] = Wrong{Code: f.Key, Detail: r.Printer.T(f.Key, f.Args...)}
		out[i].Pointer, out[i].Parameter = r.operation.Do.place(f.Field)
	}
	return out
}

var slugs = [...]string{
	fault.Internal:        "internal",
	fault.Invalid:         "invalid",
	fault.Unauthenticated: "unauthenticated",
	fault.Forbidden:       "forbidden",
	fault.NotFound:        "not_found",
	fault.Conflict:        "conflict",
	fault.Gone:            "gone",
	fault.TooLarge:        "too_large",
	fault.RangeInvalid:    "range",
	fault.Busy:            "busy",
	fault.Unavailable:     "unavailable",
	fault.NoSpace:         "no_space",
	fault.Malformed:       "malformed",
	fault.Precondition:    "precondition",
}

func slug(k fault.Kind) string { return slugs[k] }

// Problems is the classes of problems, each the last part of a Problem's type.
func Problems() []string { return slices.Clone(slugs[:]) }
