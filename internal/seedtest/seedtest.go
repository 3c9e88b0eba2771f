// Package seedtest gives the tests that draw lots their seed.
//
// What runs at every commit draws the same each time: the seed is made of the
// test's name, so that a commit that fails has made it fail. What runs for hours
// (CENACLE_TEST_LONG) draws anew each time, as does CENACLE_TEST_SEED=new; a
// number there plays again what failed.
package seedtest

import (
	"hash/fnv"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// Of returns the seed of a test, which its output names.
func Of(t testing.TB) uint64 {
	t.Helper()
	seed := choose(t, os.Getenv("CENACLE_TEST_SEED"), os.Getenv("CENACLE_TEST_LONG") != "")
	t.Logf("CENACLE_TEST_SEED=%d", seed)
	return seed
}

func choose(t testing.TB, asked string, long bool) uint64 {
	switch {
	case asked == "new", asked == "" && long:
		return rand.Uint64()
	case asked != "":
		seed, err := strconv.ParseUint(asked, 10, 64)
		if err != nil {
			t.Fatalf("CENACLE_TEST_SEED is %q, neither a number nor new", asked)
		}
		return seed
	}
	name := fnv.New64a()
	name.Write([]byte(t.Name()))
	return name.Sum64()
}
