// Package trace says where the time of a request goes, to a collector that speaks
// OpenTelemetry (OTLP over HTTP, as JSON), when the operator names one: a span for
// the request or the job, and in it one for each transaction of a use case, with
// how many statements it ran.
//
// A span has words of the program only: the pattern of a route, the name of a
// function, a kind of fault, counts. There is no way to put a path, an address, a
// name or an identifier of a person or a firm in one; the number of the request
// finds its line in the log. Spans that a collector does not take are dropped and
// counted: nobody waits for it.
//
// Start at [New] and [Tracer.Request]; [Act] is what the use cases' frame calls.
// Why not the SDK of OpenTelemetry: doc/decisions/013-figures-and-traces.md.
package trace

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Config is what a tracer needs.
type Config struct {
	Endpoint string  // of the collector, with its path
	Token    string  // shown as "Authorization: Bearer …"; empty: nothing is shown
	Share    float64 // of the requests that no proxy has decided about, 0 to 1
	Version  string  // of the program
	Clock    func() time.Time
	Log      *slog.Logger
}

// Tracer gathers spans and sends them. A nil Tracer makes none. It is safe for
// concurrent use.
type Tracer struct {
	Config
	instance string // this process, at random
	least    uint64 // requests whose draw is below are followed

	mu      sync.Mutex
	ended   []record
	dropped atomic.Uint64
	sent    atomic.Uint64
	full    chan struct{} // told when a batch is ready
}

// New returns a tracer; [Tracer.Run] sends what it gathers.
func New(c Config) *Tracer {
	t := &Tracer{Config: c, instance: hex.EncodeToString(draw(8)), full: make(chan struct{}, 1)}
	t.least = ^uint64(0)
	if c.Share < 1 {
		t.least = uint64(c.Share * (1 << 63) * 2)
	}
	return t
}

// Stats are counts since New.
type Stats struct{ Sent, Dropped uint64 }

// Stats reads the counts.
func (t *Tracer) Stats() Stats { return Stats{t.sent.Load(), t.dropped.Load()} }

// Parent is the span of a proxy that has begun the trace; the zero Parent is none.
type Parent struct {
	Trace   [16]byte
	Span    [8]byte
	Sampled bool
}

// Kinds of spans, as OTLP numbers them.
const (
	inside = 1
	served = 2
	taken  = 5
)

// record is a span that is over.
type record struct {
	trace      [16]byte
	span, over [8]byte // over is the one that it is part of
	kind       int
	name       string
	begin, end time.Time
	texts      [6]text
	numbers    [4]number
	fault      string
}

type text struct{ key, value string }

type number struct {
	key   string
	value int64
}

// Span is one stretch of time. A nil Span is one that nobody follows. It belongs
// to one goroutine.
type Span struct {
	tracer *Tracer
	record
	texts, numbers int
}

// Text says something of a span, in words of the program.
func (s *Span) Text(key, value string) {
	if s != nil && value != "" && s.texts < len(s.record.texts) {
		s.record.texts[s.texts] = text{key, value}
		s.texts++
	}
}

// Number says how much.
func (s *Span) Number(key string, value int64) {
	if s != nil && s.numbers < len(s.record.numbers) {
		s.record.numbers[s.numbers] = number{key, value}
		s.numbers++
	}
}

// End ends it; fault is a kind of fault, empty for none.
func (s *Span) End(fault string) {
	if s == nil {
		return
	}
	s.fault, s.end = fault, s.tracer.Clock()
	s.tracer.keep(s.record)
}

// ID is the number of the trace as others write it; empty for a nil Span.
func (s *Span) ID() string {
	if s == nil {
		return ""
	}
	return hex.EncodeToString(s.trace[:])
}

// Request begins the span of a request, unless nobody follows it.
func (t *Tracer) Request(ctx context.Context, name string, p Parent) (context.Context, *Span) {
	return t.root(ctx, name, served, p)
}

// Job begins the span of a job.
func (t *Tracer) Job(ctx context.Context, name string) (context.Context, *Span) {
	return t.root(ctx, name, taken, Parent{})
}

func (t *Tracer) root(ctx context.Context, name string, kind int, p Parent) (context.Context, *Span) {
	if t == nil {
		return ctx, nil
	}
	random := draw(24)
	s := &Span{tracer: t, record: record{kind: kind, name: name, trace: [16]byte(random[:16]), span: [8]byte(random[16:]), begin: t.Clock()}}
	switch {
	case p != Parent{}:
		if !p.Sampled {
			return ctx, nil
		}
		s.trace, s.over = p.Trace, p.Span
	case binary.BigEndian.Uint64(random[:8]) > t.least:
		return ctx, nil
	}
	return context.WithValue(ctx, key{}, s), s
}

// key is where a context has its span: besides the number of the request the one
// thing that a context carries, since it changes nothing of what is done.
type key struct{}

// Act begins the span of a transaction, called by its use case: the first function
// that calls the package of who calls Act.
func Act(ctx context.Context, way string) *Span {
	over, _ := ctx.Value(key{}).(*Span)
	if over == nil {
		return nil
	}
	s := &Span{tracer: over.tracer, record: record{
		kind: inside, trace: over.trace, over: over.span, span: [8]byte(draw(8)), name: caller(), begin: over.tracer.Clock(),
	}}
	s.Text("cenacle.way", way)
	return s
}

const ours = "cenacle/internal/"

// caller names the use case, as "document.Put".
func caller() string {
	var frames [8]uintptr
	n := runtime.Callers(3, frames[:]) // after Callers, caller and Act
	all := runtime.CallersFrames(frames[:n])
	for {
		f, more := all.Next()
		if name, ok := strings.CutPrefix(f.Function, ours); ok && !strings.HasPrefix(name, "act.") {
			return short(name)
		}
		if !more {
			return "act"
		}
	}
}

// short makes document.Put of document.(*Service).Put.func1.
func short(name string) string {
	unit, rest, _ := strings.Cut(name[strings.LastIndexByte(name, '/')+1:], ".")
	for part := range strings.SplitSeq(rest, ".") {
		if part != "" && part[0] != '(' && !strings.HasPrefix(part, "func") {
			return unit + "." + strings.TrimSuffix(part, "[")
		}
	}
	return unit
}

func draw(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}
