package walk

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"cenacle/internal/id"
	"cenacle/internal/seedtest"
)

// world is what some spaces have, the newest first.
type world map[id.Space][]id.Item

func (w world) read() (*int, Reader[id.Item]) {
	rows := 0
	return &rows, func(of id.Space, before id.Item, n int) (out []id.Item, err error) {
		for _, it := range w[of] {
			if it < before && len(out) < n {
				out = append(out, it)
			}
		}
		rows += len(out)
		return out, nil
	}
}

// TestNewest compares what is taken from random spaces, of which some items are refused
// when they are looked at, with all of it sorted.
func TestNewest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, seedtest.Of(t)))
	for range 500 {
		w, refused := world{}, map[id.Item]bool{}
		var all []id.Item
		next := 1000 + r.IntN(1000)
		for s := range 1 + r.IntN(20) {
			of := id.Space(fmt.Sprint("s", s))
			for range r.IntN(1 << r.IntN(7)) {
				it := id.Item(fmt.Sprintf("%05d", r.IntN(next)))
				if !slices.Contains(all, it) {
					all, w[of] = append(all, it), append(w[of], it)
					refused[it] = r.IntN(3) == 0
				}
			}
			slices.Sort(w[of])
			slices.Reverse(w[of])
		}
		limit, before := 1+r.IntN(30), id.Item(fmt.Sprintf("%05d", r.IntN(next)))
		_, read := w.read()
		field := Newest[id.Item]{Limit: limit, Most: len(all) + 1, At: func(it id.Item) id.Item { return it }, Read: read}
		for of, items := range w {
			if len(items) > 0 {
				field.Add(of, before, items[0])
			}
		}
		var has []id.Item
		for {
			taken, err := field.Next(has)
			if err != nil {
				t.Fatal(err)
			}
			if len(taken) == 0 {
				break
			}
			for of, items := range taken {
				for _, it := range items {
					if !slices.Contains(w[of], it) {
						t.Fatalf("%s is not in %s", it, of)
					}
					if !refused[it] {
						has = append(has, it)
					}
				}
			}
			slices.Sort(has)
			slices.Reverse(has)
			has = has[:min(len(has), limit)]
		}
		want := slices.DeleteFunc(slices.Clone(all), func(it id.Item) bool { return refused[it] || it >= before })
		slices.Sort(want)
		slices.Reverse(want)
		if want = want[:min(len(want), limit)]; !slices.Equal(has, want) {
			t.Fatalf("limit %d before %s: %v, want %v", limit, before, has, want)
		}
	}
}

// TestNewestReadsLittle has twenty spaces with a hundred each: the newest twenty of all
// are found without reading twenty of each.
func TestNewestReadsLittle(t *testing.T) {
	w := world{}
	for i := range 2000 {
		of := id.Space(fmt.Sprint("s", i%20))
		w[of] = append(w[of], id.Item(fmt.Sprintf("%05d", 9999-i)))
	}
	rows, read := w.read()
	field := Newest[id.Item]{Limit: 20, Most: 200, At: func(it id.Item) id.Item { return it }, Read: read}
	for _, of := range slices.Sorted(maps.Keys(w)) {
		field.Add(of, "99999", w[of][0])
	}
	taken, err := field.Next(nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(taken) != 20 {
		t.Errorf("items of %d spaces, want one of each of 20", len(taken))
	}
	if *rows > 100 {
		t.Errorf("%d rows were read for twenty", *rows)
	}
}

// TestNewestOfOne gives up after as many of a space as may be read.
func TestNewestOfOne(t *testing.T) {
	w := world{}
	for i := range 1000 {
		w["s"] = append(w["s"], id.Item(fmt.Sprintf("%05d", 9999-i)))
	}
	rows, read := w.read()
	field := Newest[id.Item]{Limit: 5, Most: 50, At: func(it id.Item) id.Item { return it }, Read: read}
	field.Add("s", "99999", "09999")
	seen := 0
	for {
		taken, err := field.Next(nil) // all are refused
		if err != nil {
			t.Fatal(err)
		}
		if len(taken) == 0 {
			break
		}
		seen += len(taken["s"])
	}
	if seen != 50 || *rows != 50 {
		t.Errorf("%d were looked at, %d read, want 50", seen, *rows)
	}
}
