package circle

import (
	"testing"
	"time"
)

// TestMonday: a reminder leaves on a Monday at eight, never before what it is about.
func TestMonday(t *testing.T) {
	for from, want := range map[string]string{
		"2026-11-30T08:00:00Z": "2026-11-30", // a Monday
		"2026-11-30T08:00:01Z": "2026-12-07",
		"2026-11-30T00:00:00Z": "2026-11-30",
		"2026-12-01T07:00:00Z": "2026-12-07",
		"2026-12-06T23:59:59Z": "2026-12-07",
		"2026-12-31T12:00:00Z": "2027-01-04",
		// A quarter to one in Paris on Monday is still Sunday here.
		"2026-12-07T00:45:00+01:00": "2026-12-07",
	} {
		at, err := time.Parse(time.RFC3339, from)
		if err != nil {
			t.Fatal(err)
		}
		got := monday(at)
		if got.Before(at) || got.Weekday() != time.Monday || got.Hour() != 8 || got.Format(time.DateOnly) != want {
			t.Errorf("after %s comes %s, want %s", from, got, want)
		}
	}
}
