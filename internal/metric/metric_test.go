package metric

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func read(t *testing.T, s *Set) string {
	t.Helper()
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestFiguresAreWhatWasCounted(t *testing.T) {
	s := New("1.2.3")
	jobs := map[string]int64{"waiting": 3, "dead": 1}
	s.States("outbox_jobs", func() map[string]int64 { return jobs })
	s.Gauge("live_connections", func() float64 { return 7 })
	s.Counter("store_updates_total", func() uint64 { return 12 })
	for _, status := range []int{200, 204, 404, 503, 0, 999} {
		s.Requests.Begin()
		s.Requests.End(Answered{Route: "GET /f/{firm}", Status: status, In: 5, Out: 7, Took: 30 * time.Millisecond})
	}
	s.Requests.Begin()
	s.Requests.Begin()
	s.Requests.End(Answered{Status: 404, Fault: "not found", Took: time.Minute})
	out := read(t, s)
	for _, line := range []string{
		`cenacle_build_info{version="1.2.3"} 1`,
		`cenacle_http_requests_total{route="GET /f/{firm}",status="2xx"} 2`,
		`cenacle_http_requests_total{route="GET /f/{firm}",status="4xx"} 1`,
		`cenacle_http_requests_total{route="GET /f/{firm}",status="5xx"} 1`,
		`cenacle_http_requests_total{route="GET /f/{firm}",status="none"} 2`,
		`cenacle_http_requests_total{route="other",status="4xx"} 1`,
		`cenacle_http_request_seconds_bucket{route="GET /f/{firm}",le="0.02"} 0`,
		`cenacle_http_request_seconds_bucket{route="GET /f/{firm}",le="0.05"} 6`,
		`cenacle_http_faults_total{fault="not found"} 1`,
		`cenacle_http_requests_in_flight 1`,
		`cenacle_http_received_bytes_total 30`, `cenacle_http_sent_bytes_total 42`,
		`cenacle_outbox_jobs{state="dead"} 1`, `cenacle_outbox_jobs{state="waiting"} 3`,
		`# TYPE cenacle_http_requests_total counter`, `# TYPE cenacle_outbox_jobs gauge`,
		`# TYPE cenacle_store_updates_total counter`, `# TYPE cenacle_http_request_seconds histogram`, `cenacle_live_connections 7`, `cenacle_store_updates_total 12`,
	} {
		if !strings.Contains(out, "\n"+line+"\n") && !strings.HasPrefix(out, line+"\n") {
			t.Errorf("missing %s", line)
		}
	}
	for _, name := range []string{"go_goroutines ", "process_open_fds ", "process_resident_memory_bytes ", "process_cpu_seconds_total "} {
		if !strings.Contains(out, "\n"+name) {
			t.Errorf("missing %s", name)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

// TestNoFiguresAreWanted: a server without metrics has none and does not mind.
func TestNoFiguresAreWanted(*testing.T) {
	var none *Requests
	none.Begin()
	none.End(Answered{Status: 200})
}
