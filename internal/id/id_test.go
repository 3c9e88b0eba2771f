package id_test

import (
	"testing"
	"time"

	"cenacle/internal/id"
)

// An identifier says when it was made.
func TestMade(t *testing.T) {
	for _, at := range []time.Time{time.UnixMilli(0), time.Date(2026, 11, 29, 1, 2, 3, 456_789_000, time.UTC), time.UnixMilli(1<<48 - 1)} {
		if got, want := id.Made(id.New[id.Item](at)), at.Truncate(time.Millisecond); !got.Equal(want) {
			t.Errorf("made at %v, it says %v", want, got)
		}
	}
}
