package main

import (
	"runtime"
	"testing"
	"time"
)

func TestRatio(t *testing.T) {
	for alive, want := range map[uint64]int{0: 200, 8 << 20: 200, 40 << 20: 200, 50 << 20: 160, 80 << 20: 100, 8 << 30: 100} {
		if got := ratio(alive); got != want {
			t.Errorf("beside %d MiB: %d %%, want %d", alive>>20, got, want)
		}
	}
}

// What is alive is looked at after each collection, and followed both ways.
func TestSpareFollows(t *testing.T) {
	spare(nil)
	ballast := make([][]byte, 256)
	for i := range ballast {
		ballast[i] = make([]byte, 1<<20)
	}
	settles(t, "beside 256 MiB", func(percent uint64) bool { return percent == frugal })
	runtime.KeepAlive(ballast)
	ballast = nil
	settles(t, "without them", func(percent uint64) bool { return percent > frugal })
}

func settles(t *testing.T, when string, holds func(percent uint64) bool) {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		runtime.GC()
		percent := measure("/gc/gogc:percent")
		if holds(percent) {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("%s: %d %% may become garbage", when, percent)
		}
	}
}
