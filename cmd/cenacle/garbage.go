package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
)

// What the program lets become garbage before it collects, beside what is alive
// (doc/performance.md): while that is little, twice as much, for lists cost a
// tenth more of the processor with once; from 40 MiB on these 80, and from 80 on
// as much as is alive.
const (
	roomy   = 200 // percent of what is alive
	frugal  = 100
	garbage = 80 << 20 // bytes
)

// ratio is how much garbage may gather beside so many bytes that are alive, in
// percent of them.
func ratio(alive uint64) int {
	return int(min(max(100*garbage/max(alive, 1), frugal), roomy))
}

// spare has garbage collected less often while little is alive, unless the
// environment says how often.
func spare(environ []string) {
	if !slices.ContainsFunc(environ, func(line string) bool { return strings.HasPrefix(line, "GOGC=") }) {
		debug.SetGCPercent(roomy)
		afterCollection(roomy)
	}
}

// mark is held by nobody, so that the next collection finds it. It is larger than
// what the allocator puts into one piece with others, which are held.
type mark [32]byte

// afterCollection sets the ratio anew after each collection; now is the one that holds.
func afterCollection(now int) {
	runtime.AddCleanup(new(mark), func(now int) {
		next := ratio(measure("/gc/heap/live:bytes"))
		if next != now {
			debug.SetGCPercent(next)
		}
		afterCollection(next)
	}, now)
}

// measure reads a number of the runtime.
func measure(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
