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
	"cenacle/internal/seedtest"
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
		out, err = found(tx, s, search.NewQuery(box, text).Title, before, limit)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

var find = store.ForFirm(`
	select i.item_id from search_term i
	where i.firm_id = $1 and i.space_id = $2 and i.term = $3 and i.item_id < $9
	and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $2 and s.item_id = i.item_id and s.term = $4)
	and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $2 and s.item_id = i.item_id and s.term = $5)
	and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $2 and s.item_id = i.item_id and s.term = $6)
	and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $2 and s.item_id = i.item_id and s.term = $7)
	and exists (select 1 from search_term s where s.firm_id = $1 and s.space_id = $2 and s.item_id = i.item_id and s.term = $8)
	order by i.item_id desc limit $10`)

// found finds as a noun does, from the rarest term on.
func found(tx *store.Tx, s id.Space, query [][]byte, before id.Item, limit int) (out []id.Item, err error) {
	ordered, some, err := search.Rarest(tx, s, query)
	if err != nil || !some {
		return nil, err
	}
	if before == "" {
		before = "8" // after every identifier
	}
	args := append([]any{s}, search.Args(ordered)...)
	err = tx.Each(find, append(args, before, limit), func(scan func(...any) error) error {
		var item string
		err := scan(&item)
		out = append(out, id.Item(item))
		return err
	})
	return out, err
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
	seed := seedtest.Of(t)
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
		}
	})
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
		a, b := search.NewQuery(first, "divorce"), search.NewQuery(second, "divorce")
		if bytes.Equal(a.Title[0], b.Title[0]) || bytes.Equal(a.Contents[0], b.Contents[0]) || bytes.Equal(a.Title[0], a.Contents[0]) {
			t.Error("two spaces, or title and contents, hash a word alike")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestContents is what words of contents find: whole words, plurals by their
// singular, words of the title beside them, bounded.
func TestContents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		space, item := w.space(), id.New[id.Item](now)
		var long strings.Builder
		for i := range 3000 {
			fmt.Fprintf(&long, "mot%dlong ", i)
		}
		w.update(func(tx *store.Tx) error {
			box, err := w.ring.Space(tx, space)
			if err != nil {
				return err
			}
			return search.IndexContents(tx, box, space, item, "Convention", "Les époux, leurs BIENS et travaux ; 2024. Fils. "+long.String())
		})
		for query, want := range map[string]bool{
			"époux": true, "EPOUX": true, "epou": true, "epo": false, "bien": true, "biens": true, "bie": false, "travaux": true, "travau": true,
			"2024": true, "202": false, "convention": true, "conv": true, "conv bien": true, "convention maison": false, "fils": true, "fil": true,
			"mot1000long": true, "mot2900long": false, "les": true, "le": false,
		} {
			var got []id.Item
			w.update(func(tx *store.Tx) error {
				box, err := w.ring.Space(tx, space)
				if err != nil {
					return err
				}
				got, err = found(tx, space, search.NewQuery(box, query).Contents, "", 10)
				return err
			})
			if slices.Equal(got, []id.Item{item}) != want {
				t.Errorf("%q finds %v, want %t", query, got, want)
			}
			if got := w.find(space, query, "", 10); got != nil {
				t.Errorf("%q is found in the title: %v", query, got)
			}
		}
		rows := 0
		w.update(func(tx *store.Tx) error {
			return tx.Each(stored, []any{item}, func(func(...any) error) error { rows++; return nil })
		})
		if rows < 2000 || rows > 2020 {
			t.Errorf("%d rows", rows)
		}
	})
}

// TestHaving bears out claims over more spaces than one statement takes, whose queries
// have one word or several, and none that is of another space or of another item.
func TestHaving(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		titles := []string{"Acte de vente", "Bail commercial", "Acte de prêt", ""}
		var spaces []id.Space
		var items []id.Item
		for i := range 40 {
			spaces, items = append(spaces, w.space()), append(items, id.New[id.Item](now))
			w.index(spaces[i], items[i], titles[i%len(titles)])
		}
		err := w.firm.View(t.Context(), func(tx *store.Tx) error {
			claims := func(text string, shift int) (out []search.Claim) {
				for i, of := range spaces {
					box, err := w.ring.Space(tx, of)
					if err != nil {
						t.Fatal(err)
					}
					out = append(out, search.Claim{Space: of, Item: items[(i+shift)%len(items)], Terms: search.NewQuery(box, text).Title})
				}
				return out
			}
			for _, c := range []struct {
				text string
				in   []int // of the titles
			}{{"acte", []int{0, 2}}, {"act vente", []int{0}}, {"bail", []int{1}}, {"bail vente", nil}, {"commercial bail", []int{1}}, {"rien", nil}} {
				var want, got []id.Item
				for i, it := range items {
					if slices.Contains(c.in, i%len(titles)) {
						want = append(want, it)
					}
				}
				found, err := search.Having(tx, claims(c.text, 0))
				if err != nil {
					return err
				}
				for _, f := range found {
					got = append(got, f.Item)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%q: %v, want %v", c.text, got, want)
				}
				if found, err = search.Having(tx, claims(c.text, len(titles))); err != nil || len(found) > 0 {
					t.Errorf("%q of items of other spaces: %v, %v", c.text, found, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
