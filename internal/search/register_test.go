package search_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/search"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/vault"
)

// note indexes and registers items in a register that lists up to most spaces.
func (w *world) note(most int, all ...search.Words) {
	w.t.Helper()
	w.learn(most, true, all...)
}

// learn is note of a register that may begin parts, or not.
func (w *world) learn(most int, begin bool, all ...search.Words) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		for _, of := range all {
			box, err := w.ring.Space(tx, of.Space)
			if fault.Is(err, fault.NotFound) {
				box, err = w.ring.CreateSpace(tx, of.Space, now)
			}
			if err != nil {
				return err
			}
			if err := search.Index(tx, box, of.Space, of.Item, of.Title); err != nil {
				return err
			}
			if err := search.IndexContents(tx, box, of.Space, of.Item, of.Title, of.Contents); err != nil {
				return err
			}
		}
		return w.keeper(tx, most, begin).Note(all...)
	})
}

func (w *world) keeper(tx *store.Tx, most int, begin bool) search.Register {
	w.t.Helper()
	box, err := w.ring.Firm(tx)
	if err != nil {
		w.t.Fatal(err)
	}
	return search.Register{Tx: tx, Firm: box, Most: most, Begin: begin, Boxes: func(in []id.Space) (map[id.Space]*vault.Box, error) {
		out := map[id.Space]*vault.Box{}
		for _, of := range in {
			box, err := w.ring.Space(tx, of)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			if err == nil {
				out[of] = box
			}
		}
		return out, nil
	}}
}

func (w *world) register(space id.Space, title, contents string) {
	w.t.Helper()
	w.note(0, search.Words{Space: space, Item: id.New[id.Item](now), Title: title, Contents: contents})
}

func (w *world) registered(text string) (title, contents search.Places) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		box, err := w.ring.Firm(tx)
		if err == nil {
			title, contents, err = search.Registered(tx, box, text)
		}
		return err
	})
	return title, contents
}

// The register says where the words of a query stand together: in titles with
// their beginnings, in contents with their singulars and with titles beside them.
func TestRegister(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		first, second := id.New[id.Space](now), id.New[id.Space](now)
		w.register(first, "Bail commercial", "les époux Morvan")
		w.register(second, "Bail", "")
		w.register(second, "Note", "Morvan")
		for _, tt := range []struct {
			text            string
			title, contents []id.Space
		}{
			{"bail", []id.Space{first, second}, []id.Space{first, second}},
			{"BAI", []id.Space{first, second}, []id.Space{first, second}},
			{"commerce", nil, nil},
			{"comm", []id.Space{first}, []id.Space{first}},
			{"morvan", nil, []id.Space{first, second}},
			{"morva", nil, nil},
			{"epoux", nil, []id.Space{first}},
			{"epou bail", nil, []id.Space{first}},
			{"note bail", []id.Space{second}, []id.Space{second}}, // not in one document: the index says no
			{"", nil, nil},
		} {
			title, contents := w.registered(tt.text)
			if !slices.Equal(title.Spaces, tt.title) || !slices.Equal(contents.Spaces, tt.contents) || title.Everywhere || contents.Everywhere {
				t.Errorf("%q stands in %v and %v, want %v and %v", tt.text, title, contents, tt.title, tt.contents)
			}
		}
	})
}

var (
	storedLists = store.ForFirm(`select word, spaces from search_word where firm_id = $1 order by word`)
	storedParts = store.ForFirm(`select word, items from search_posting where firm_id = $1 order by word, part`)
)

// A word that many spaces have is everywhere, and its list is not kept; a rarer
// word beside it still says where. Nothing of it is readable, and lists of three
// and four spaces are equally long.
func TestRegisterOfManySpaces(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		rare := id.New[id.Space](now)
		w.register(rare, "", "avocat ziegler")
		var all []search.Words
		for n := range 129 {
			all = append(all, search.Words{
				Space: id.New[id.Space](now), Item: id.New[id.Item](now),
				Contents: "avocat" + strings.Repeat(" trois", max(0, 3-n)) + strings.Repeat(" quatre", max(0, 4-n)),
			})
		}
		w.note(0, all...)
		if _, contents := w.registered("avocat"); !contents.Everywhere || contents.Spaces != nil || contents.Posted == nil {
			t.Errorf("a common word stands in %d spaces, everywhere %v", len(contents.Spaces), contents.Everywhere)
		}
		if _, contents := w.registered("avocat ziegler"); contents.Everywhere || !slices.Equal(contents.Spaces, []id.Space{rare}) {
			t.Errorf("a rare word beside it: %v", contents)
		}
		for stmt, lengths := range map[store.FirmStmt]int{storedLists: 2, storedParts: 2} { // everywhere, and up to four; 64, and up to eight
			sizes := map[int]int{}
			w.update(func(tx *store.Tx) error {
				return tx.Each(stmt, nil, func(scan func(...any) error) error {
					var word, sealed []byte
					err := scan(&word, &sealed)
					sizes[len(sealed)]++
					if row := string(word) + string(sealed); strings.Contains(row, "avocat") || strings.Contains(row, string(rare)) || strings.Contains(row, string(all[0].Item)) {
						t.Errorf("a row is readable: %q", row)
					}
					return err
				})
			})
			if len(sizes) != lengths {
				t.Errorf("the rows tell their lengths: %v", sizes)
			}
		}
	})
}

// Of words that are everywhere, the register names what may have all of them, the
// newest first, in whatever order it was learnt.
func TestRegisterNamesItems(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		vocabulary := []string{"bail", "avocat", "pension"}
		in := []id.Space{id.New[id.Space](now), id.New[id.Space](now), id.New[id.Space](now)}
		has := map[string][]id.Item{}
		var all []search.Words
		for n := range 300 {
			of := search.Words{Space: in[n%3], Item: id.New[id.Item](now.Add(time.Duration(n) * time.Second))}
			for i, word := range vocabulary {
				if n < 3 || r.IntN(1+3*i) == 0 {
					of.Contents += word + " "
					has[word] = append(has[word], of.Item)
				}
			}
			all = append(all, of)
		}
		w.note(2, all[:3]...) // each word in each space: everywhere from here on
		rest := all[3:]
		r.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
		for some := range slices.Chunk(rest, 50) {
			w.note(2, some...)
			w.note(2, some[:5]...) // again
		}
		for _, text := range []string{"bail", "pension", "avocat bail", "pension avocat", "bail pension avocat"} {
			var want []id.Item
			for _, of := range slices.Backward(has["bail"]) {
				if !slices.ContainsFunc(strings.Fields(text), func(word string) bool { return !slices.Contains(has[word], of) }) {
					want = append(want, of)
				}
			}
			for _, before := range []id.Item{"8", want[len(want)/2]} {
				later := slices.DeleteFunc(slices.Clone(want), func(of id.Item) bool { return of >= before })
				if got := w.named(text, before, 1+r.IntN(9)); !slices.Equal(got, later) {
					t.Errorf("%q before %s: %d items, want %d:\n%v\n%v", text, before, len(got), len(later), got, later)
				}
			}
		}
	})
}

// A word that nearly all items have is not read down to old ones that another word names:
// these come, whether they have it or not, and none that has it is missing.
func TestRegisterOfUnequalWords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		in := []id.Space{id.New[id.Space](now), id.New[id.Space](now), id.New[id.Space](now)}
		var all []search.Words
		var rare, common []id.Item
		for n := range 8000 {
			of := search.Words{Space: in[n%3], Item: id.New[id.Item](now.Add(time.Duration(n) * time.Second)), Contents: "avec"}
			if n < 9 || n >= 7990 {
				of.Contents, rare = "avec testament", append(rare, of.Item)
			}
			if n >= 3 && n < 9 {
				of.Contents = "testament"
			} else if n < 3 || n >= 7990 {
				common = append(common, of.Item)
			}
			all = append(all, of)
		}
		w.note(2, all[:3]...) // each word in each space: everywhere from here on
		w.update(func(tx *store.Tx) error { return w.keeper(tx, 2, true).Note(all[3:]...) })
		slices.Reverse(rare)
		got := w.named("avec testament", "8", 4)
		for _, of := range common {
			if !slices.Contains(got, of) {
				t.Errorf("%s has both and is missing", of)
			}
		}
		if !slices.Equal(got, rare) {
			t.Errorf("%d items, want the %d that have the rare one: the other was read to its end", len(got), len(rare))
		}
	})
}

// named are all items that may have some words, read by so many at a time.
func (w *world) named(text string, before id.Item, by int) (out []id.Item) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		box, err := w.ring.Firm(tx)
		if err != nil {
			return err
		}
		_, contents, err := search.Registered(tx, box, text)
		if err != nil {
			return err
		}
		if contents.Posted == nil {
			return fmt.Errorf("%q has no parts", text)
		}
		for {
			some, err := contents.Posted.Next(before, by)
			if out = append(out, some...); err != nil || len(some) < by {
				return err
			}
			before = some[len(some)-1]
		}
	})
	return out
}

// What an earlier program has found everywhere is given its parts when it is met
// again, one word in a transaction, from what the index of every space says.
func TestRegisterOfFormerProgram(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		var all []search.Words
		for n := range 3 {
			all = append(all, search.Words{Space: id.New[id.Space](now), Item: id.New[id.Item](now.Add(time.Duration(n) * time.Second)), Contents: "bail avocat"})
		}
		w.learn(1, false, all[:2]...)
		begun := func() (n int) {
			for _, text := range []string{"bail", "avocat"} {
				if _, contents := w.registered(text); contents.Posted != nil {
					n++
				}
			}
			return n
		}
		if n := begun(); n != 0 {
			t.Errorf("%d words have parts that were not to begin", n)
		}
		w.room(all[0].Space, all[1].Space)
		w.note(1, all[2])
		if n := begun(); n != 1 {
			t.Errorf("%d words were given parts in one transaction", n)
		}
		w.note(1, all[2])
		for _, text := range []string{"bail", "avocat", "bail avocat"} {
			if got := w.named(text, "8", 9); len(got) < 2 || !slices.IsSortedFunc(got, func(x, y id.Item) int { return strings.Compare(string(y), string(x)) }) {
				t.Errorf("%q is in %v", text, got)
			}
		}
	})
}

// What an altered row says is not believed.
func TestRegisterIsSealed(t *testing.T) {
	for name, tt := range map[string]struct {
		most         int
		read, forged store.FirmStmt
	}{
		"lists": {0, storedLists, mixed}, "parts": {-1, storedParts, mixedParts},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				w := newWorld(t, s)
				w.note(tt.most, search.Words{Space: id.New[id.Space](now), Item: id.New[id.Item](now), Title: "Bail"})
				var other []byte
				w.update(func(tx *store.Tx) error {
					return tx.Each(tt.read, nil, func(scan func(...any) error) error { return scan(&[]byte{}, &other) })
				})
				w.note(tt.most, search.Words{Space: id.New[id.Space](now), Item: id.New[id.Item](now), Contents: "note"})
				w.update(func(tx *store.Tx) error {
					n, err := tx.Exec(tt.forged, other)
					if n < 2 {
						t.Errorf("%d rows were forged", n)
					}
					return err
				})
				err := w.firm.View(t.Context(), func(tx *store.Tx) error {
					box, err := w.ring.Firm(tx)
					if err == nil {
						_, _, err = search.Registered(tx, box, "note")
					}
					return err
				})
				if err == nil {
					t.Error("what is of one word was taken for that of another")
				}
			})
		})
	}
}

var (
	mixed      = store.ForFirm(`update search_word set spaces = $2 where firm_id = $1`)
	mixedParts = store.ForFirm(`update search_posting set items = $2 where firm_id = $1`)

	insertSpace = store.ForFirm(`
insert into space (firm_id, id, name, profile, model, state, notice, lead_id, created_at, changed_at)
values ($1, $2, $3, '', '', 'open', '', '', 0, 0)`)
)

// room makes the rows of spaces, by which all are known.
func (w *world) room(all ...id.Space) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		for _, of := range all {
			if err := tx.Write(insertSpace, of, []byte{}); err != nil {
				return err
			}
		}
		return nil
	})
}
