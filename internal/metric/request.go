package metric

import (
	"strconv"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// Requests counts requests. A nil Requests counts nothing, for servers whose
// operator asks for no figures.
type Requests struct {
	set     *metrics.Set
	flying  *metrics.Gauge
	in, out *metrics.Counter

	mu       sync.Mutex
	answered map[[2]string]*metrics.Counter          // by route and class of status
	took     map[string]*metrics.PrometheusHistogram // by route
	faults   map[string]*metrics.Counter             // by kind
}

// Answered is one request that is over. Route and Fault are words of the
// program, never of the request.
type Answered struct {
	Route   string // pattern; "" for what no route has
	Status  int    // 0: the reader went away before the answer
	Fault   string // kind; "" for none
	In, Out int64  // bytes of the bodies
	Took    time.Duration
}

// steps are in seconds: a page is to take 20 ms, a person waits for 1 s, and an
// upload may take minutes.
func steps() []float64 {
	return []float64{0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60}
}

func newRequests(set *metrics.Set) *Requests {
	return &Requests{
		set: set, flying: set.NewGauge(space+"http_requests_in_flight", nil),
		in: set.NewCounter(space + "http_received_bytes_total"), out: set.NewCounter(space + "http_sent_bytes_total"),
		answered: map[[2]string]*metrics.Counter{}, took: map[string]*metrics.PrometheusHistogram{}, faults: map[string]*metrics.Counter{},
	}
}

// Begin counts a request that is under way; End must follow.
func (r *Requests) Begin() {
	if r != nil {
		r.flying.Inc()
	}
}

// End counts it as over.
func (r *Requests) End(a Answered) {
	if r == nil {
		return
	}
	r.flying.Dec()
	if a.Route == "" {
		a.Route = "other"
	}
	answered, took, fault := r.series(a)
	answered.Inc()
	took.Update(a.Took.Seconds())
	if fault != nil {
		fault.Inc()
	}
	r.in.AddInt64(a.In)
	r.out.AddInt64(a.Out)
}

// series are the figures of a request, made when they are first needed.
func (r *Requests) series(a Answered) (*metrics.Counter, *metrics.PrometheusHistogram, *metrics.Counter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	status := class(a.Status)
	answered := r.answered[[2]string{a.Route, status}]
	if answered == nil {
		answered = r.set.NewCounter(space + "http_requests_total{route=" + strconv.Quote(a.Route) + `,status="` + status + `"}`)
		r.answered[[2]string{a.Route, status}] = answered
	}
	took := r.took[a.Route]
	if took == nil {
		took = r.set.NewPrometheusHistogramExt(space+"http_request_seconds{route="+strconv.Quote(a.Route)+"}", steps())
		r.took[a.Route] = took
	}
	if a.Fault == "" {
		return answered, took, nil
	}
	fault := r.faults[a.Fault]
	if fault == nil {
		fault = r.set.NewCounter(space + "http_faults_total{fault=" + strconv.Quote(a.Fault) + "}")
		r.faults[a.Fault] = fault
	}
	return answered, took, fault
}

// class is the first digit of a status.
func class(status int) string {
	if status < 100 || status > 599 {
		return "none"
	}
	return string(rune('0'+status/100)) + "xx"
}
