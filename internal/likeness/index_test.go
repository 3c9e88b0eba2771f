package likeness

import (
	"math/rand/v2"
	"testing"

	"cenacle/internal/seedtest"
)

// TestIndex: what an index finds is what comparing every name finds.
func TestIndex(t *testing.T) {
	r := rand.New(rand.NewPCG(seedtest.Of(t), 11))
	known := people(r, 400)
	parsed := make([]Name, len(known))
	for i, name := range known {
		parsed[i] = Romanised(name)
	}
	ix := NewIndex(parsed)
	missed, all := 0, 0
	for i := range 150 {
		asked := Romanised(variants[i%len(variants)].change(r, known[r.IntN(len(known))]))
		found := map[int]Level{}
		ix.Close(asked, func(at int, l Level) { found[at] = l })
		for at := range parsed {
			if l := asked.Like(parsed[at]); l >= Close {
				if all++; found[at] != l {
					missed++
				}
				delete(found, at)
			}
		}
		if len(found) > 0 {
			t.Errorf("%+v: %d names that are not close", asked, len(found))
		}
	}
	if all < 130 || missed > 0 {
		t.Errorf("%d of %d are missed", missed, all)
	}
}
