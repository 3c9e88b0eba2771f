package proof

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// collector takes what a process says of its requests (OTLP over HTTP).
type collector struct {
	t testing.TB

	mu   sync.Mutex
	text bytes.Buffer
	all  []spanSeen
}

type spanSeen struct {
	TraceID, SpanID, ParentSpanID, Name string
	Attributes                          []struct {
		Key   string
		Value struct{ StringValue, IntValue string }
	}
}

func (s spanSeen) says(key string) string {
	for _, a := range s.Attributes {
		if a.Key == key {
			return a.Value.StringValue + a.Value.IntValue
		}
	}
	return ""
}

// collect has the process of x tell a collector all that it does.
func collect(t testing.TB, x *crash) *collector {
	c := &collector{t: t}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	x.environ = append(x.environ, "CENACLE_TRACES_ENDPOINT="+server.URL+"/v1/traces")
	return c
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Error(err)
	}
	var m struct {
		ResourceSpans []struct{ ScopeSpans []struct{ Spans []spanSeen } }
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		c.t.Error(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text.Write(raw)
	for _, of := range m.ResourceSpans {
		for _, s := range of.ScopeSpans {
			c.all = append(c.all, s.Spans...)
		}
	}
}

func (c *collector) read() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.text.Bytes())
}

// worked waits until the process has told of a job: what runs behind an act begins when
// there is room for it.
func (c *collector) worked() {
	c.t.Helper()
	job := func(s spanSeen) bool { return strings.HasPrefix(s.Name, "job ") }
	for limit := time.Now().Add(30 * time.Second); time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		c.mu.Lock()
		told := slices.ContainsFunc(c.all, job)
		c.mu.Unlock()
		if told {
			return
		}
	}
	c.t.Error("no job is told of")
}

// tree wants requests of a route to be followed into their use cases, with how many
// statements those ran, and jobs to be there too.
func (c *collector) tree(route string) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	requests, jobs, acts := map[string]string{}, 0, 0
	for _, s := range c.all {
		if s.Name == route && s.says("http.response.status_code") == "200" && s.says("cenacle.request") != "" {
			requests[s.SpanID] = s.TraceID
		}
		if strings.HasPrefix(s.Name, "job ") {
			jobs++
		}
	}
	names := map[string]bool{}
	for _, s := range c.all {
		if trace, part := requests[s.ParentSpanID]; part && trace == s.TraceID && s.says("cenacle.statements") > "0" && s.says("cenacle.attempts") == "1" {
			acts++
			names[s.Name] = true
		}
	}
	if len(requests) == 0 || acts < len(requests) || jobs == 0 || !names["overview.Screen"] {
		c.t.Errorf("%d requests with %d transactions %v, and %d jobs, of %d spans", len(requests), acts, names, jobs, len(c.all))
	}
}

// end asks a process to end, and waits until it has.
func (p *program) end() {
	p.t.Helper()
	if err := p.c.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case err := <-p.ended:
		p.ended <- err
	case <-time.After(30 * time.Second):
		p.t.Fatal("the process does not end")
	}
}
