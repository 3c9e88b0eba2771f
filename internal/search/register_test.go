package search_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/id"
	"cenacle/internal/search"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

func (w *world) register(space id.Space, title, contents string) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		box, err := w.ring.Firm(tx)
		if err != nil {
			return err
		}
		return search.Register(tx, box, search.Words{Space: space, Title: title, Contents: contents})
	})
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

var storedLists = store.ForFirm(`select word, spaces from search_word where firm_id = $1 order by word`)

// A word that many spaces have is everywhere, and its list is not kept; a rarer
// word beside it still says where. Nothing of it is readable, and lists of three
// and four spaces are equally long.
func TestRegisterOfManySpaces(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		rare := id.New[id.Space](now)
		w.register(rare, "", "avocat ziegler")
		w.update(func(tx *store.Tx) error {
			box, err := w.ring.Firm(tx)
			if err != nil {
				return err
			}
			var all []search.Words
			for n := range 513 {
				all = append(all, search.Words{Space: id.New[id.Space](now), Contents: "avocat" + strings.Repeat(" trois", max(0, 3-n)) + strings.Repeat(" quatre", max(0, 4-n))})
			}
			return search.Register(tx, box, all...)
		})
		if _, contents := w.registered("avocat"); !contents.Everywhere || contents.Spaces != nil {
			t.Errorf("a common word stands in %d spaces, everywhere %v", len(contents.Spaces), contents.Everywhere)
		}
		if _, contents := w.registered("avocat ziegler"); contents.Everywhere || !slices.Equal(contents.Spaces, []id.Space{rare}) {
			t.Errorf("a rare word beside it: %v", contents)
		}
		sizes := map[int]int{}
		w.update(func(tx *store.Tx) error {
			return tx.Each(storedLists, nil, func(scan func(...any) error) error {
				var word, sealed []byte
				err := scan(&word, &sealed)
				sizes[len(sealed)]++
				if row := string(word) + string(sealed); strings.Contains(row, "avocat") || strings.Contains(row, string(rare)) {
					t.Errorf("a row is readable: %q", row)
				}
				return err
			})
		})
		if len(sizes) != 2 { // everywhere, and up to four
			t.Errorf("the lists tell their lengths: %v", fmt.Sprint(sizes))
		}
	})
}

// What an altered row says is not believed.
func TestRegisterIsSealed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		w.register(id.New[id.Space](now), "Bail", "")
		var other []byte
		w.update(func(tx *store.Tx) error {
			return tx.Each(storedLists, nil, func(scan func(...any) error) error { return scan(&[]byte{}, &other) })
		})
		w.register(id.New[id.Space](now), "", "note")
		w.update(func(tx *store.Tx) error {
			_, err := tx.Exec(mixed, other)
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
			t.Error("the list of one word was taken for that of another")
		}
	})
}

var mixed = store.ForFirm(`update search_word set spaces = $2 where firm_id = $1`)
