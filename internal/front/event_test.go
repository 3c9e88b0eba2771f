package front

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/metric"
)

// talk reads what comes and answers, or says why not.
type talk struct {
	in     io.Reader
	fails  error
	firm   id.Firm
	person id.Person
}

func (e talk) Who() (id.Firm, id.Person) { return e.firm, e.person }

func (e talk) Answer(w *Writer) error {
	if _, err := io.Copy(io.Discard, e.in); err != nil {
		return err
	}
	if e.fails != nil {
		return e.fails
	}
	_, err := io.WriteString(w, "done")
	return Sent(err)
}

func (e talk) Fail(w *Writer, err error) error {
	w.WriteHeader(Status(fault.KindOf(err)))
	return nil
}

// line is the one line of the log of one request.
func line(t *testing.T, c *Config, e talk, change func(*http.Request)) (map[string]any, string) {
	t.Helper()
	var out bytes.Buffer
	c.Log = slog.New(slog.NewJSONHandler(&out, nil))
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	c.Clock = func() time.Time { at = at.Add(time.Millisecond); return at }
	c.Until = func(d time.Duration) time.Time { return time.Now().Add(d) }
	s := httptest.NewServer(c.Serve("POST /f/{firm}/things", false, func(r *Request) Exchange {
		e.in = r.Body
		return e
	}))
	defer s.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/f/CANARY/things?token=CANARY", strings.NewReader("CANARY body"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", "CANARY")
	if change != nil {
		change(r)
	}
	answer, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	s.Close() // the line is written after the answer
	var fields map[string]any
	if err := json.Unmarshal(out.Bytes(), &fields); err != nil || bytes.Count(out.Bytes(), []byte("\n")) != 1 {
		t.Fatalf("no line, or several: %s: %v", out.Bytes(), err)
	}
	return fields, out.String()
}

func TestEventLine(t *testing.T) {
	alias := func(kind, identifier string) string { return fmt.Sprint(kind, "#", len(identifier)) }
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	for _, tt := range []struct {
		name   string
		config Config
		talk   talk
		change func(*http.Request)
		want   map[string]any // absent: nil
	}{
		{"answered", Config{Alias: alias, Proxies: trusted}, talk{firm: "CANARYfirm", person: "CANARY"}, nil, map[string]any{
			"msg": "request", "level": "INFO", "method": "POST", "route": "POST /f/{firm}/things", "status": 200.0,
			"received": 11.0, "bytes": 4.0, "firm": "firm#10", "person": "person#6", "fault": nil, "cause": nil, "trace": nil,
		}},
		{"a fault of hers", Config{Alias: alias}, talk{fails: fault.New(fault.Conflict, "x.y").Because(errors.New("why"))}, nil, map[string]any{
			"level": "INFO", "status": 409.0, "fault": fault.Conflict.String(), "cause": nil, "firm": nil, "person": nil,
		}},
		{"a fault of ours", Config{}, talk{fails: errors.New("the disk"), firm: "CANARY"}, nil, map[string]any{
			"level": "ERROR", "status": 500.0, "fault": fault.Internal.String(), "cause": "the disk", "firm": nil,
		}},
		{"a trace", Config{Proxies: trusted}, talk{}, func(r *http.Request) {
			r.Header.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		}, map[string]any{"trace": "0af7651916cd43dd8448eb211c80319c", "received": 11.0}},
		{"a trace by a stranger", Config{}, talk{}, func(r *http.Request) {
			r.Header.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		}, map[string]any{"trace": nil}},
		{"a made-up method", Config{}, talk{}, func(r *http.Request) { r.Method = "CANARY" }, map[string]any{"method": "other"}},
	} {
		got, text := line(t, &tt.config, tt.talk, tt.change)
		for name, want := range tt.want {
			if got[name] != want {
				t.Errorf("%s: %s is %v, want %v", tt.name, name, got[name], want)
			}
		}
		if strings.Contains(text, "CANARY") {
			t.Errorf("%s: the line repeats what was sent: %s", tt.name, text)
		}
	}
}

// TestTraceIsOneOrNone reads well and badly formed headers.
func TestTraceIsOneOrNone(t *testing.T) {
	const id, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	c := &Config{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for value, want := range map[string]string{
		"00-" + id + "-" + parent + "-01": id, "00-" + id + "-" + parent + "-00": id, "01-" + id + "-" + parent + "-01-later": id,
		"00-" + id + "-" + parent + "-01-later": "", "ff-" + id + "-" + parent + "-01": "", "00-" + strings.ToUpper(id) + "-" + parent + "-01": "",
		"00-" + strings.Repeat("0", 32) + "-" + parent + "-01": "", "00-" + id + "-" + strings.Repeat("0", 16) + "-01": "",
		"00-" + id[1:] + "-" + parent + "-01": "", "00-" + id + "-" + parent: "", "": "", "00": "", "00-" + id + "x-" + parent + "-01": "",
		"00-" + strings.Repeat("é", 16) + "-" + parent + "-01": "", " 00-" + id + "-" + parent + "-01": "",
	} {
		r := request("10.0.0.1:1")
		r.Header.Set("Traceparent", value)
		if got := number(nil, c.parent(r)); got != want {
			t.Errorf("%q gives %q, want %q", value, got, want)
		}
	}
	r := request("10.0.0.1:1")
	r.Header["Traceparent"] = []string{"00-" + id + "-" + parent + "-01", "00-" + id + "-" + parent + "-01"}
	if got := number(nil, c.parent(r)); got != "" {
		t.Errorf("two headers give %q", got)
	}
}

// TestMeterIsTold counts what the line says.
func TestMeterIsTold(t *testing.T) {
	set := metric.New("test")
	c := Config{Meter: set.Requests}
	line(t, &c, talk{fails: fault.New(fault.Conflict, "x.y")}, nil)
	w := httptest.NewRecorder()
	set.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	for _, want := range []string{
		`cenacle_http_requests_total{route="POST /f/{firm}/things",status="4xx"} 1`, `cenacle_http_requests_in_flight 0`,
		`cenacle_http_received_bytes_total 11`, `cenacle_http_faults_total{fault="` + fault.Conflict.String() + `"} 1`,
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("missing %s", want)
		}
	}
	if strings.Contains(w.Body.String(), "CANARY") {
		t.Error("the figures repeat what was sent")
	}
}
