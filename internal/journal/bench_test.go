package journal

import (
	"fmt"
	"testing"

	"cenacle/internal/store/storetest"
)

// BenchmarkAppendSequence is one act and its signed head, alone and by batches.
func BenchmarkAppendSequence(b *testing.B) {
	for _, acts := range []int{1, 16, batch} {
		b.Run(fmt.Sprint(acts), func(b *testing.B) {
			h := newHouse(b, storetest.New(b))
			for b.Loop() {
				h.act(acts)
				h.sequence()
			}
			b.ReportMetric(float64(b.N*acts)/b.Elapsed().Seconds(), "entries/s")
		})
	}
}

// BenchmarkVerify is the verification of a journal of 5,120 entries.
func BenchmarkVerify(b *testing.B) {
	h := newHouse(b, storetest.New(b))
	for range 10 {
		h.act(batch)
		h.sequence()
	}
	for b.Loop() {
		h.verified()
	}
	b.ReportMetric(float64(b.N*10*batch)/b.Elapsed().Seconds(), "entries/s")
}
