package simulation

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// span is how many seeds a run plays: every day, and in `make test-long`.
func span(short, everlasting uint64) uint64 {
	if os.Getenv("CENACLE_TEST_LONG") != "" {
		return everlasting
	}
	return short
}

// HA-07: whatever node dies, freezes, is slow or deaf, in whichever order, nothing
// acknowledged is lost, nothing is done twice or half, nobody sees what she may not,
// the journal verifies, and everything comes right by itself. A seed that
// failed is played again with CENACLE_SIMULATION_SEED.
func TestHA07(t *testing.T) {
	f := furnish(t)
	seeds := []uint64{771} // which has found something
	for seed := range span(40, 10_000) {
		seeds = append(seeds, seed+1)
	}
	if only := os.Getenv("CENACLE_SIMULATION_SEED"); only != "" {
		seed, err := strconv.ParseUint(only, 10, 64)
		must(t, err)
		seeds = []uint64{seed}
	}
	began, lines, failed, given := time.Now(), 0, 0, 0
	for _, seed := range seeds {
		if failed == 5 {
			break
		}
		wrong, told, _ := f.run(t, seed, none)
		lines += len(told)
		given += strings.Count(strings.Join(told, "\n"), givenUp)
		if len(wrong) > 0 {
			failed++
			t.Errorf("seed %d:\n%s", seed, strings.Join(wrong, "\n"))
		}
		if seed%500 == 0 {
			t.Logf("%d seeds, %v", seed, time.Since(began).Round(time.Second)) // who stops a long run knows how far it came
		}
		if len(seeds) == 1 {
			t.Log(strings.Join(told, "\n"))
		}
	}
	runs := len(seeds)
	if runs > 1 && (given == 0 || given == 2*runs) {
		t.Errorf("%d of %d uploads were given up: each is, or none", given, 2*runs)
	}
	t.Logf("%d seeds, %d steps, %d uploads given up, %v each", runs, lines, given, time.Since(began)/time.Duration(runs))
}

// A seed says everything: played again, it gives the same run to the last step.
func TestHA07_Again(t *testing.T) {
	f := furnish(t)
	for seed := range span(5, 200) {
		_, told, trace := f.run(t, seed, none)
		_, other, same := f.run(t, seed, none)
		if trace == same {
			continue
		}
		for i := range min(len(told), len(other)) {
			if told[i] != other[i] {
				t.Fatalf("seed %d differs at step %d: %q, then %q", seed, i, told[i], other[i])
			}
		}
		t.Fatalf("seed %d ends after %d steps, then after %d", seed, len(told), len(other))
	}
}

// The simulation bites: faults that are planted in it are found.
func TestHA07_Planted(t *testing.T) {
	f := furnish(t)
	for name, p := range map[string]plant{
		"a storage that forgets": forgetfulStorage, "retries without their key": keylessRetry, "a deaf node": deafNode,
	} {
		found := uint64(0)
		for seed := uint64(1); seed <= 300 && found == 0; seed++ {
			if wrong, _, _ := f.run(t, seed, p); len(wrong) > 0 {
				found = seed
				t.Logf("%s: found by seed %d: %s", name, seed, wrong[0])
			}
		}
		if found == 0 {
			t.Errorf("%s is not found in 300 seeds", name)
		}
	}
}
