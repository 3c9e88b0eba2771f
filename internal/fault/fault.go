// Package fault says what went wrong, to two audiences that never mix: a
// person reads a message in her own language (a catalog key and its
// arguments), an engineer reads the wrapped cause in the log.
//
// It refuses to carry prose: a fault without a catalog key does not exist.
// Start reading at [Error]; transports turn its [Kind] into a status.
package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind is the class of a fault; every transport maps it to one status.
type Kind uint8

const (
	Internal        Kind = iota // our fault; the person can only try again
	Invalid                     // what was sent cannot be accepted as it is
	Unauthenticated             // who are you?
	Forbidden                   // may be seen, may not be done
	NotFound                    // absent, or hidden: nobody can tell which
	Conflict                    // somebody else was faster, or the state forbids it
	Gone                        // was valid once: an expired or used link
	TooLarge                    // over a stated limit
	RangeInvalid                // a byte range or offset outside the object
	Busy                        // too many attempts; see RetryAfter
	Unavailable                 // a part we need does not answer; see RetryAfter
	NoSpace                     // the disk is full; reads and sign-in still work
	Malformed                   // cannot be read at all: no JSON, no XML
	Precondition                // the state that the request was made for is no longer that
)

var kindNames = [...]string{
	"internal", "invalid", "unauthenticated", "forbidden", "not found", "conflict",
	"gone", "too large", "range invalid", "busy", "unavailable", "no space", "malformed", "precondition",
}

func (k Kind) String() string { return kindNames[k] }

// Error is one fault. Key and Args make the person's message (package i18n);
// Field names the form field or JSON path it belongs to, empty for the whole;
// the cause is for the log only.
type Error struct {
	Kind       Kind
	Key        string
	Args       []any
	Field      string
	RetryAfter time.Duration
	cause      error
}

// New makes a fault of kind k whose message for the person is key with args.
func New(k Kind, key string, args ...any) *Error {
	return &Error{Kind: k, Key: key, Args: args}
}

// In returns a copy of e that belongs to the named form field.
func (e *Error) In(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// After returns a copy of e that says when to try again.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// Because returns a copy of e with its cause for the log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Kind, e.Key)
	if e.Field != "" {
		fmt.Fprintf(&b, " (%s)", e.Field)
	}
	if e.cause != nil {
		fmt.Fprintf(&b, ": %v", e.cause)
	}
	return b.String()
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.cause }

// Absent is the one answer for what does not exist and for what the actor may
// not see.
func Absent() *Error { return New(NotFound, "fault.absent") }

// Fields gathers the faults of one form, so that all of them come back at once.
type Fields []*Error

// Add appends a fault for a field.
func (f *Fields) Add(field, key string, args ...any) {
	*f = append(*f, New(Invalid, key, args...).In(field))
}

// Err returns nil when nothing was added.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

func (f Fields) Error() string {
	parts := make([]string, len(f))
	for i, e := range f {
		parts[i] = e.Error()
	}
	return strings.Join(parts, "; ")
}

// KindOf returns the kind of the first fault in err's chain; a cancelled or
// timed-out context is Unavailable, anything unknown is Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	var f Fields
	if errors.As(err, &f) {
		return Invalid
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return Unavailable
	}
	return Internal
}

// Is reports whether err is a fault of kind k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// Op wraps *err with the operation that failed; use it deferred with a named
// result so that the log shows the path an error took:
//
//	defer fault.Op(&err, "document.Address(%s)", doc)
func Op(err *error, format string, args ...any) {
	if *err != nil {
		*err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), *err)
	}
}
