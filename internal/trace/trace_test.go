package trace

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// collector is a small receiver of OTLP over HTTP that takes nothing but what the
// format has.
type collector struct {
	t      *testing.T
	status int

	mu    sync.Mutex
	spans []spanLine
	asked int
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	if c.status != 0 {
		w.WriteHeader(c.status)
		return
	}
	if r.Method != http.MethodPost || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Authorization") != "Bearer secret" {
		c.t.Errorf("%s %s %v", r.Method, r.URL.Path, r.Header)
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	var m message
	if err := d.Decode(&m); err != nil {
		c.t.Error(err)
	}
	for _, of := range m.ResourceSpans {
		if len(of.Resource.Attributes) != 3 || *of.Resource.Attributes[0].Value.Text != "cenacle" {
			c.t.Errorf("resource %+v", of.Resource)
		}
		for _, s := range of.ScopeSpans {
			c.spans = append(c.spans, s.Spans...)
		}
	}
	_, _ = io.WriteString(w, "{}") // the sender may have gone
}

func (c *collector) taken() []spanLine {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.spans
}

func start(t *testing.T, share float64) (*Tracer, *collector) {
	t.Helper()
	c := &collector{t: t}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	return New(Config{
		Endpoint: server.URL + "/v1/traces", Token: "secret", Share: share, Version: "test", Clock: time.Now,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}), c
}

// drain sends all that was gathered.
func drain(t *testing.T, tr *Tracer) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := tr.Run(ctx); err != nil {
		t.Fatal(err)
	}
}

//go:noinline
func fetch(ctx context.Context) *Span { return Act(ctx, "see") }

type service struct{}

//go:noinline
func (*service) Put(ctx context.Context) *Span {
	return func() *Span { return Act(ctx, "do") }()
}

// A request and its transactions arrive as one tree, in the form of the standard.
func TestTree(t *testing.T) {
	tr, c := start(t, 1)
	ctx, root := tr.Request(t.Context(), "GET /f/{firm}", Parent{})
	root.Text("http.request.method", "GET")
	root.Number("http.response.status_code", 500)
	one, two := fetch(ctx), (&service{}).Put(ctx)
	one.Number("cenacle.statements", 7)
	one.End("")
	two.End("conflict")
	root.End("internal")
	drain(t, tr)
	got := c.taken()
	if len(got) != 3 {
		t.Fatalf("%d spans", len(got))
	}
	top := got[2]
	for i, want := range []string{"trace.fetch", "trace.Put", "GET /f/{firm}"} {
		s := got[i]
		begin, _ := strconv.ParseInt(s.Start, 10, 64)
		end, _ := strconv.ParseInt(s.End, 10, 64)
		if s.Name != want || s.TraceID != top.TraceID || len(s.TraceID) != 32 || len(s.SpanID) != 16 || begin == 0 || end < begin || s.TraceID != root.ID() {
			t.Errorf("span %d: %+v", i, s)
		}
		if i < 2 && (s.ParentSpanID != top.SpanID || s.Kind != inside) {
			t.Errorf("span %d is part of %s, not of %s", i, s.ParentSpanID, top.SpanID)
		}
	}
	if top.ParentSpanID != "" || top.Kind != served || top.Status == nil || top.Status.Code != statusError || got[0].Status != nil {
		t.Errorf("the request: %+v", top)
	}
	if says := fmt.Sprint(words(got[0]), words(got[1]), words(top)); says != "[cenacle.way=see cenacle.statements=7] [cenacle.way=do error.type=conflict] [http.request.method=GET http.response.status_code=500 error.type=internal]" {
		t.Error(says)
	}
	if tr.Stats() != (Stats{Sent: 3}) {
		t.Errorf("%+v", tr.Stats())
	}
}

func words(s spanLine) (out []string) {
	for _, a := range s.Attributes {
		if a.Value.Text != nil {
			out = append(out, a.Key+"="+*a.Value.Text)
		} else {
			out = append(out, a.Key+"="+*a.Value.Number)
		}
	}
	return out
}

// A proxy that has begun the trace decides whether it is followed; otherwise the
// share does. What nobody follows costs no span anywhere.
func TestWhoDecides(t *testing.T) {
	tr, c := start(t, 0)
	p := Parent{Trace: [16]byte{1, 2}, Span: [8]byte{3}, Sampled: true}
	_, s := tr.Request(t.Context(), "GET /", p)
	s.End("")
	for _, not := range []Parent{{}, {Trace: p.Trace, Span: p.Span}} {
		ctx, s := tr.Request(t.Context(), "GET /", not)
		if s != nil || fetch(ctx) != nil {
			t.Errorf("%+v is followed", not)
		}
		s.Text("a", "b")
		s.Number("a", 1)
		s.End("")
	}
	drain(t, tr)
	got := c.taken()
	if len(got) != 1 || got[0].TraceID != "01020000000000000000000000000000" || got[0].ParentSpanID != "0300000000000000" {
		t.Errorf("%+v", got)
	}
	half, _ := start(t, 0.5)
	n := 0
	for range 2000 {
		if _, s := half.Request(t.Context(), "GET /", Parent{}); s != nil {
			n++
		}
	}
	if n < 850 || n > 1150 { // more than six deviations
		t.Errorf("%d of 2000 at one half", n)
	}
	var none *Tracer
	if ctx, s := none.Job(t.Context(), "job"); s != nil || ctx != t.Context() {
		t.Error("without a tracer")
	}
}

// A collector that is not there, or refuses, costs neither time nor memory.
func TestCollectorGone(t *testing.T) {
	tr, c := start(t, 1)
	c.status = http.StatusServiceUnavailable
	for range room + 100 {
		_, s := tr.Request(t.Context(), "GET /", Parent{})
		s.End("")
	}
	if got := len(tr.ended); got != room {
		t.Errorf("%d spans wait", got)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	if err := tr.Run(ctx); err != nil {
		t.Fatal(err)
	}
	drain(t, tr)
	if s := tr.Stats(); s.Sent != 0 || s.Dropped == 0 || c.asked == 0 {
		t.Errorf("%+v, asked %d times", s, c.asked)
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"document.(*Service).Put":                   "document.Put",
		"document.(*Service).Put.func1":             "document.Put",
		"web/page/room.Pages.Show":                  "room.Pages",
		"journal.(*Journal).Verify":                 "journal.Verify",
		"outbox.lease":                              "outbox.lease",
		"space.(*Service).List.(*Office).See.func2": "space.List",
	} {
		if got := short(name); got != want {
			t.Errorf("%s: %s, not %s", name, got, want)
		}
	}
	if strings.Contains(caller(), "/") {
		t.Error(caller())
	}
}
