package api

import (
	"math/rand/v2"
	"testing"
	"time"

	"cenacle/internal/seedtest"
)

func TestInstantIsTheLayout(t *testing.T) {
	seed := seedtest.Of(t)
	r := rand.New(rand.NewPCG(seed, 1))
	for range 20_000 {
		at := time.Unix(r.Int64N(1<<39)-1<<38, r.Int64N(1e9)).In(time.FixedZone("", r.IntN(86400)-43200))
		if got, want := string(Instant(at).appendTo(nil)), at.UTC().Format(instantLayout); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
}

func BenchmarkInstant(b *testing.B) {
	at, to := Instant(time.Unix(1795376951, 123456000)), make([]byte, 0, 64)
	for b.Loop() {
		to = at.appendTo(to[:0])
	}
}
