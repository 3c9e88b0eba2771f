// Package metric counts what the operator watches, in the text format of
// Prometheus: requests by the pattern of their route, and whatever the wiring
// can read from the house with a function.
//
// It refuses labels that come from people: a label is a pattern of the route
// table, a class of status, a kind of fault or a state, all of them words of the
// program. So nothing here names a client, a firm or a document, and the number
// of series is bounded by the program and not by what is asked of it.
//
// Start at [New]; [Requests] is what package front tells, [Set.Gauge] and
// [Set.Counter] are what the server adds.
package metric

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// space begins every name that is ours; the others are those of the process and
// of the Go runtime, under the names that everybody's dashboards know.
const space = "cenacle"

// scrapeLimit is how long one reading may take.
const scrapeLimit = 10 * time.Second

// Set is all figures of one server. It is safe for concurrent use.
type Set struct {
	// Requests is what package front tells of.
	Requests *Requests

	registry *prometheus.Registry
}

// New makes the set of a server whose program has this version.
func New(version string) *Set {
	s := &Set{registry: prometheus.NewRegistry()}
	built := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: space, Name: "build_info", Help: "1, with the version of the program.", ConstLabels: prometheus.Labels{"version": version},
	})
	built.Set(1)
	s.registry.MustRegister(built,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	s.Requests = newRequests(s.registry)
	return s
}

// Counter adds what only grows, read when it is asked for. A name is
// registered once: a second one of the same name ends the program at start.
func (s *Set) Counter(name, help string, read func() float64) {
	s.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: space, Name: name, Help: help}, read))
}

// Gauge adds what goes up and down, read when it is asked for.
func (s *Set) Gauge(name, help string, read func() float64) {
	s.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: space, Name: name, Help: help}, read))
}

// States adds one gauge for each state of something, read together.
func (s *Set) States(name, help string, read func() map[string]float64) {
	s.registry.MustRegister(&states{
		desc: prometheus.NewDesc(prometheus.BuildFQName(space, "", name), help, []string{"state"}, nil), read: read,
	})
}

// states is one reading that gives several figures.
type states struct {
	desc *prometheus.Desc
	read func() map[string]float64
}

// Describe implements prometheus.Collector.
func (s *states) Describe(out chan<- *prometheus.Desc) { out <- s.desc }

// Collect implements prometheus.Collector.
func (s *states) Collect(out chan<- prometheus.Metric) {
	for state, v := range s.read() {
		out <- prometheus.MustNewConstMetric(s.desc, prometheus.GaugeValue, v, state)
	}
}

// Handler answers with all figures. Who may ask is the listener's to decide.
func (s *Set) Handler() http.Handler {
	return promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: scrapeLimit})
}
