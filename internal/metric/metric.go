// Package metric counts what the operator watches, in the text format of
// Prometheus: requests by the pattern of their route, and whatever the wiring
// can read from the house with a function. doc/operations.md says what each
// figure means.
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
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/VictoriaMetrics/metrics"
)

// space begins every name that is ours; the others are those of the process and
// of the Go runtime, under the names that everybody's dashboards know.
const space = "cenacle_"

// Set is all figures of one server. It is safe for concurrent use, but for the
// methods that add to it, which come before its first reader.
type Set struct {
	// Requests is what package front tells of.
	Requests *Requests

	version string
	own     *metrics.Set
	read    []func(io.Writer)
	reading sync.Mutex // one reader at a time costs enough
}

// New makes the set of a server whose program has this version.
func New(version string) *Set {
	metrics.ExposeMetadata(true) // says of each series what it is
	s := &Set{own: metrics.NewSet(), version: version}
	s.Requests = newRequests(s.own)
	return s
}

// Counter adds what only grows, read when it is asked for.
func (s *Set) Counter(name string, read func() uint64) {
	s.read = append(s.read, func(w io.Writer) { metrics.WriteCounterUint64(w, space+name, read()) })
}

// Gauge adds what goes up and down, read when it is asked for.
func (s *Set) Gauge(name string, read func() float64) {
	s.read = append(s.read, func(w io.Writer) { metrics.WriteGaugeFloat64(w, space+name, read()) })
}

// States adds one gauge for each state of something, read together.
func (s *Set) States(name string, read func() map[string]int64) {
	s.read = append(s.read, func(w io.Writer) {
		metrics.WriteMetadataIfNeeded(w, space+name, "gauge")
		found := read()
		for _, state := range slices.Sorted(maps.Keys(found)) {
			fmt.Fprintf(w, "%s%s{state=%q} %d\n", space, name, state, found[state]) // a buffer takes everything
		}
	})
}

// Handler answers with all figures. Who may ask is the listener's to decide.
func (s *Set) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.reading.Lock()
		defer s.reading.Unlock()
		var out bytes.Buffer
		metrics.WriteGaugeUint64(&out, space+"build_info{version="+strconv.Quote(s.version)+"}", 1)
		s.own.WritePrometheus(&out)
		for _, read := range s.read {
			read(&out)
		}
		metrics.WriteProcessMetrics(&out)
		metrics.WriteFDMetrics(&out)
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = w.Write(out.Bytes()) // whoever asked has gone
	})
}
