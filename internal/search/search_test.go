package search_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/search"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/vault"
)

var now = time.Date(2026, 11, 22, 13, 5, 0, 0, time.UTC)

// world is a firm with a few spaces and the keys to them.
type world struct {
	t    *testing.T
	firm *store.Firm
	ring *vault.Ring
}

func newWorld(t *testing.T, s *store.Store) *world {
	t.Helper()
	v := vault.New(vault.NewKey())
	if err := v.EnsureInstallation(t.Context(), s.Directory(), now); err != nil {
		t.Fatal(err)
	}
	ring, err := vault.NewRing(v, s.Directory())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, storetest.Firm(t, s), ring}
	w.update(func(tx *store.Tx) error {
		_, err := ring.CreateFirm(tx, now)
		return err
	})
	return w
}

func (w *world) update(do func(*store.Tx) error) {
	w.t.Helper()
	if err := w.firm.Update(w.t.Context(), do); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) space() id.Space {
	w.t.Helper()
	s := id.New[id.Space](now)
	w.update(func(tx *store.Tx) error {
		_, err := w.ring.CreateSpace(tx, s, now)
		return err
	})
	return s
}

func (w *world) index(s id.Space, item id.Item, texts ...string) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		box, err := w.ring.Space(tx, s)
		if err != nil {
			return err
		}
		return search.Index(tx, box, s, item, texts...)
	})
}

func (w *world) drop(item id.Item) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error { return search.Drop(tx, item) })
}

func (w *world) find(s id.Space, text string, before id.Item, limit int) (out []id.Item) {
	w.t.Helper()
	err := w.firm.View(w.t.Context(), func(tx *store.Tx) error {
		box, err := w.ring.Space(tx, s)
		if err != nil {
			return err
		}
		out, err = search.Find(tx, s, search.Query(box, text), before, limit)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func TestFind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		space := w.space()
		item := id.New[id.Item](now)
		w.index(space, item, "Pièce n° 3 — été 2024 (définitif).pdf", "Convention d’honoraires", strings.Repeat("x", 40))
		for query, want := range map[string]bool{
			"piece": true, "PIÈCE": true, "pi": true, "p": false, "pieces": false, "iece": false,
			"pièce 3": true, "pièce n° 3": true, "piece 4": false, "2024": true, "20": true, "024": false,
			"l'honoraires": true, "honor conv": true, "conv conv conv": true, "convention divorce": false,
			"": false, "  … ": false, "d’": false, "définitif.pdf": true,
			strings.Repeat("x", 60): true, strings.Repeat("x", 31): true,
			"pi co ho de et 20": true, "pi co ho de et 20 zz": true, // the seventh word is not asked
			"zzz pi co ho de et 20": false,
		} {
			if got := w.find(space, query, "", 10); slices.Equal(got, []id.Item{item}) != want {
				t.Errorf("%q finds %v, want %t", query, got, want)
			}
		}
		w.drop(item)
		if got := w.find(space, "piece", "", 10); got != nil {
			t.Errorf("a dropped item is found: %v", got)
		}
	})
}

// TestFindEqualsReading compares the index with reading every title, over
// random titles, changes, spaces, queries and pages.
func TestFindEqualsReading(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		random := rand.New(rand.NewPCG(seed, 5))
		w := newWorld(t, s)
		spaces := []id.Space{w.space(), w.space()}
		titles := make([]map[id.Item]string, len(spaces))
		for i, space := range spaces {
			titles[i] = make(map[id.Item]string)
			for n := range 40 {
				item := id.New[id.Item](now.Add(time.Duration(n) * time.Millisecond))
				titles[i][item] = title(random)
				w.index(space, item, titles[i][item])
			}
			for item := range titles[i] {
				if random.IntN(4) > 0 {
					continue
				}
				w.drop(item)
				titles[i][item] = title(random)
				w.index(space, item, titles[i][item])
			}
		}
		for range 150 {
			i, query := random.IntN(len(spaces)), question(random)
			want := read(titles[i], query)
			if got := w.pages(spaces[i], query, 1+random.IntN(7)); !slices.Equal(got, want) {
				t.Errorf("%q finds %v, reading finds %v", query, got, want)
			}
			if got := w.meet(spaces[i], query); !slices.Equal(got, want) {
				t.Errorf("%q meets the condition for %v, reading finds %v", query, got, want)
			}
		}
	})
}

var meeting = store.ForFirm(`
	select i.id from (select distinct item_id as id from search_term where firm_id = $1) i
	where ` + search.Condition + ` and i.id > $9 order by i.id desc`)

// meet finds as a noun does, by Condition in a statement of its own.
func (w *world) meet(s id.Space, text string) (out []id.Item) {
	w.t.Helper()
	err := w.firm.View(w.t.Context(), func(tx *store.Tx) error {
		box, err := w.ring.Space(tx, s)
		if err != nil {
			return err
		}
		args := append(search.Args(s, search.Query(box, text)), "")
		return tx.Each(meeting, args, func(scan func(...any) error) error {
			var item string
			if err := scan(&item); err != nil {
				return err
			}
			out = append(out, id.Item(item))
			return nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// pages reads a whole result page by page.
func (w *world) pages(s id.Space, query string, size int) (out []id.Item) {
	w.t.Helper()
	var before id.Item
	for {
		page := w.find(s, query, before, size)
		out = append(out, page...)
		if len(page) < size {
			return out
		}
		before = page[len(page)-1]
	}
}

// The vocabulary: plain writing, and another writing of the same.
var vocabulary = [][2]string{
	{"piece", "Pièce"}, {"pieces", "PIÈCES"}, {"contrat", "Contrat"}, {"contradictoire", "contradictoire"},
	{"ete", "été"}, {"oeuvre", "Œuvre"}, {"avenant", "l’avenant"}, {"avocat", "d'Avocat"}, {"2024", "2024"}, {"20", "20"},
	{"3", "3"}, {"jugement", "JUGEMENT"}, {"juge", "juge"}, {"strasse", "Straße"}, {"al", "al"},
}

func title(random *rand.Rand) string {
	var words []string
	for range 1 + random.IntN(5) {
		words = append(words, vocabulary[random.IntN(len(vocabulary))][1])
	}
	return strings.Join(words, []string{" ", "\u00a0— ", ", ", "_"}[random.IntN(4)])
}

func question(random *rand.Rand) string {
	var words []string
	for range 1 + random.IntN(3) {
		w := vocabulary[random.IntN(len(vocabulary))][random.IntN(2)]
		if runes := []rune(w); random.IntN(2) == 0 && !strings.ContainsAny(w, "’'") {
			w = string(runes[:1+random.IntN(len(runes))])
		}
		words = append(words, w)
	}
	return strings.Join(words, " ")
}

// read is the oracle: it spells every word plainly through the vocabulary's
// own table and compares beginnings.
func read(titles map[id.Item]string, query string) (out []id.Item) {
	asked := slices.DeleteFunc(spell(query), func(w string) bool { return len(w) == 1 && w != "2" && w != "3" })
	for item, text := range titles {
		words := spell(text)
		every := len(asked) > 0
		for _, q := range asked {
			every = every && slices.ContainsFunc(words, func(w string) bool { return w == q || len(q) > 1 && strings.HasPrefix(w, q) })
		}
		if every {
			out = append(out, item)
		}
	}
	slices.SortFunc(out, func(a, b id.Item) int { return strings.Compare(string(b), string(a)) })
	return out
}

func spell(text string) []string {
	for _, pair := range [][2]string{{"\u00a0— ", " "}, {", ", " "}, {"_", " "}, {"l’", ""}, {"d'", ""}, {"è", "e"}, {"È", "e"}, {"é", "e"}, {"œ", "oe"}, {"Œ", "oe"}, {"ß", "ss"}} {
		text = strings.ReplaceAll(text, pair[0], pair[1])
	}
	return strings.Fields(strings.ToLower(text))
}

var stored = store.ForFirm(`select term from search_term where firm_id = $1 and item_id = $2`)

// TestBounded indexes a long text: the rows of one item stay within the limit
// and are as long as a hash, whatever stands in the text.
func TestBounded(t *testing.T) {
	w := newWorld(t, storetest.New(t))
	space, item := w.space(), id.New[id.Item](now)
	var text strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&text, "mot%dlong ", i)
	}
	w.index(space, item, text.String())
	var terms [][]byte
	err := w.firm.View(t.Context(), func(tx *store.Tx) error {
		return tx.Each(stored, []any{item}, func(scan func(...any) error) error {
			var term []byte
			if err := scan(&term); err != nil {
				return err
			}
			terms = append(terms, term)
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(terms) != 2000 || slices.ContainsFunc(terms, func(b []byte) bool { return len(b) != 16 }) {
		t.Errorf("%d terms, want 2000 of 16 bytes", len(terms))
	}
	if got := w.find(space, "mot1999long", "", 2); !slices.Equal(got, []id.Item{item}) {
		t.Errorf("whole words do not come first: %v", got)
	}
}

// TestSpacesDoNotCompare is the limit of what equal hashes tell: nothing
// across two spaces.
func TestSpacesDoNotCompare(t *testing.T) {
	w := newWorld(t, storetest.New(t))
	one, other := w.space(), w.space()
	err := w.firm.View(t.Context(), func(tx *store.Tx) error {
		first, err := w.ring.Space(tx, one)
		if err != nil {
			return err
		}
		second, err := w.ring.Space(tx, other)
		if err != nil {
			return err
		}
		a, b := search.Query(first, "divorce"), search.Query(second, "divorce")
		if bytes.Equal(a[0], b[0]) {
			t.Error("two spaces hash a word alike")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
