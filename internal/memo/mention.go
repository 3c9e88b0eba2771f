package memo

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fold"
	"cenacle/internal/id"
)

const (
	mostNamed = 80           // characters after an @ that may be a name
	closes    = ",;!?()[]\n" // what no name has in it
)

// title reports whether a word may be left out before a name.
func title(w string) bool {
	switch w {
	case "m", "mme", "me", "maitre", "dr":
		return true
	}
	return false
}

// mention finds whom a memo names with an @: of those who will see it, and, for who is
// not of the firm herself, of the firm's people alone, since she need not know the
// others. A name that is nobody's is only text.
func (n *New) mention(a *act.Act, by authz.Actor) ([]id.Person, error) {
	if !strings.Contains(n.Body, "@") {
		return nil, nil
	}
	reach, err := document.Recipients(a, n.resource(a, by))
	if err != nil {
		return nil, err
	}
	readers := map[id.Person]string{}
	for _, r := range reach.Will {
		if r.Person != by.Person && (by.Role.Inside() || r.Role.Inside()) {
			readers[r.Person] = r.Name
		}
	}
	return mentioned(n.Body, readers), nil
}

// mentioned are those of some people whom a text names with an @, with or without the
// title before the name, in the order of their identifiers. Who have the same name are
// named together; of two names of which one begins the other, the longer one is meant.
func mentioned(text string, people map[id.Person]string) (out []id.Person) {
	for _, after := range marked(text) {
		said, longest := fold.Words(after), 0
		var here []id.Person
		for p, name := range people {
			switch n := begins(said, fold.Words(name)); {
			case n == 0 || n < longest:
			case n > longest:
				longest, here = n, []id.Person{p}
			default:
				here = append(here, p)
			}
		}
		out = append(out, here...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// begins is how many words of a name a text begins with: all of them, or all but its
// title; 0 when it does not.
func begins(said, name []string) int {
	for len(name) > 0 {
		if len(said) >= len(name) && slices.Equal(said[:len(name)], name) {
			return len(name)
		}
		if !title(name[0]) {
			return 0
		}
		name = name[1:]
	}
	return 0
}

// marked are what stands after each @ that begins a word, as far as a name can go.
func marked(text string) (out []string) {
	for at, r := range text {
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		if r != '@' || unicode.IsLetter(before) || unicode.IsDigit(before) {
			continue
		}
		after := []rune(text[at+1:][:min(len(text)-at-1, utf8.UTFMax*mostNamed)])
		after = after[:min(len(after), mostNamed)]
		if end := slices.IndexFunc(after, func(r rune) bool { return strings.ContainsRune(closes, r) }); end >= 0 {
			after = after[:end]
		}
		out = append(out, string(after))
	}
	return out
}

// mentions adds to a page whom its memos name: all of them for the firm's side, oneself
// for others.
func mentions(a *act.Act, by authz.Actor, among []any, at map[id.Item]*Memo, inside bool) error {
	return a.Each(selectMentions, among, func(scan func(...any) error) error {
		var of id.Item
		var p id.Person
		err := scan(&of, &p)
		if m := at[of]; m != nil && (inside || p == by.Person) {
			m.Mentions = append(m.Mentions, p)
		}
		return err
	})
}
