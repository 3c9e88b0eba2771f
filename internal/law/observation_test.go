package law

import (
	"slices"
	"testing"
)

// TestObservations works the example of the row again.
func TestObservations(t *testing.T) {
	b := book(t)
	if _, known := b.Observation("2006-02-28"); known {
		t.Error("something is said for a day before the table")
	}
	o, known := b.Observation("2026-11-29")
	if !known || len(o.Example.Filed) < 2 || len(o.Example.Abandoned) == 0 {
		t.Fatalf("no row today, or no example: %+v", o)
	}
	for i, day := range o.Example.Filed {
		if got := o.Misses(o.Example.LastDay, day); got != o.Example.Late[i] {
			t.Errorf("filed on %s, before the end of %s: late is %v", day, o.Example.LastDay, got)
		}
	}
	if o.Misses("", o.Example.Filed[1]) {
		t.Error("late where there is no last day")
	}
	if got := GivenUp(o.Example.Earlier, o.Example.Recalled); !slices.Equal(got, o.Example.Abandoned) {
		t.Errorf("given up: %s, the example says %s", got, o.Example.Abandoned)
	}
	for _, raw := range []string{`{}`, `[{"from":"2006","source":"x","considered":"x"}]`, `[{"from":"2006-03-01","considered":"x"}]`, `[{"from":"2006-03-01","source":"x"}]`} {
		if _, err := readObservations([]byte(raw)); err == nil {
			t.Errorf("%s is a table", raw)
		}
	}
}
