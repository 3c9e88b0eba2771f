package metric

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Requests counts requests. A nil Requests counts nothing, for servers whose
// operator asks for no figures.
type Requests struct {
	answered *prometheus.CounterVec   // by route and class of status
	took     *prometheus.HistogramVec // by route
	faults   *prometheus.CounterVec   // by kind
	flying   prometheus.Gauge
	in, out  prometheus.Counter
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
var steps = [...]float64{0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60}

func newRequests(in *prometheus.Registry) *Requests {
	opts := func(name, help string) prometheus.Opts {
		return prometheus.Opts{Namespace: space, Subsystem: "http", Name: name, Help: help}
	}
	r := &Requests{
		answered: prometheus.NewCounterVec(prometheus.CounterOpts(opts("requests_total", "Requests answered, by the pattern of their route and class of status.")), []string{"route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: space, Subsystem: "http", Name: "request_seconds", Buckets: steps[:],
			Help: "Time from the request to the end of its answer; of uploads and downloads, with all their bytes.",
		}, []string{"route"}),
		faults: prometheus.NewCounterVec(prometheus.CounterOpts(opts("faults_total", "Requests that ended in a fault, by its kind.")), []string{"fault"}),
		flying: prometheus.NewGauge(prometheus.GaugeOpts(opts("requests_in_flight", "Requests under way, live streams included."))),
		in:     prometheus.NewCounter(prometheus.CounterOpts(opts("received_bytes_total", "Bytes of the bodies of requests."))),
		out:    prometheus.NewCounter(prometheus.CounterOpts(opts("sent_bytes_total", "Bytes of the bodies of answers."))),
	}
	in.MustRegister(r.answered, r.took, r.faults, r.flying, r.in, r.out)
	return r
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
	route := a.Route
	if route == "" {
		route = "other"
	}
	r.answered.WithLabelValues(route, class(a.Status)).Inc()
	r.took.WithLabelValues(route).Observe(a.Took.Seconds())
	if a.Fault != "" {
		r.faults.WithLabelValues(a.Fault).Inc()
	}
	r.in.Add(float64(a.In))
	r.out.Add(float64(a.Out))
}

// class is the first digit of a status.
func class(status int) string {
	if status < 100 || status > 599 {
		return "none"
	}
	return string(rune('0'+status/100)) + "xx"
}
