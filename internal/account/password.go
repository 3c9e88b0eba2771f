package account

import (
	_ "embed"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"cenacle/internal/fault"
	"cenacle/internal/fold"
)

const (
	minPassword = 15  // characters, for a password alone (CNIL 2022-100, NIST SP 800-63B-4)
	minGuarded  = 12  // characters, where a second factor is asked for besides
	maxPassword = 200 // characters

	// minSurprises is how many characters of a password nobody could foresee.
	// A word from the list, a row of keys, a date or a repetition counts for
	// two, however long it is.
	minSurprises = 9
	pattern      = 2
	minPattern   = 3  // characters of the shortest pattern
	maxWord      = 64 // characters of the longest word looked for
)

// common holds words that passwords are made of, one a line, folded.
//
//go:embed common.txt
var common string

// rows are what fingers and lessons repeat, read in both directions.
var rows = [...]string{
	"abcdefghijklmnopqrstuvwxyz", "01234567890", "azertyuiop", "qsdfghjklm", "wxcvbn",
	"qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "1a2z3e4r5t6y", "1q2w3e4r5t6y", "1qaz2wsx3edc",
}

// rule is the password rule with its list.
type rule struct{ words map[string]bool }

func newRule() rule {
	r := rule{map[string]bool{}}
	for w := range strings.FieldsSeq(common) {
		r.words[w] = true
	}
	return r
}

// CheckPassword is the rule for a password alone: at least 15 characters, no
// rule of composition, and not guessable from a list of common words, from
// patterns, or from what is known about the person (her address and name, her
// firm's name). Faults in the field "password".
func (s *Service) CheckPassword(text string, about ...string) error {
	return s.rule.check(text, minPassword, about)
}

func (r rule) check(text string, least int, about []string) error {
	if len(text) > 4*maxPassword {
		return fault.New(fault.Invalid, "account.password_long", maxPassword).In("password")
	}
	text = norm.NFKC.String(text)
	switch n := utf8.RuneCountInString(text); {
	case n < least:
		return fault.New(fault.Invalid, "account.password_short", least).In("password")
	case n > maxPassword:
		return fault.New(fault.Invalid, "account.password_long", maxPassword).In("password")
	case r.surprises(text, about) < minSurprises:
		return fault.New(fault.Invalid, "account.password_guessable").In("password")
	}
	return nil
}

// surprises cuts a password into the longest patterns, from left to right, and
// adds up what each is worth.
func (r rule) surprises(text string, about []string) int {
	folded := []rune(fold.Key(text))
	spelt := []rune(leet.Replace(string(folded))) // as long: one character for one
	hers := known(about)
	sum := 0
	for i := 0; i < len(folded); {
		n := max(repeated(folded, i), inRow(folded[i:]), year(folded[i:]),
			r.word(folded[i:], hers), r.word(spelt[i:], hers))
		if n < minPattern {
			sum, i = sum+1, i+1
			continue
		}
		sum, i = sum+pattern, i+n
	}
	return sum
}

var leet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b", "@", "a", "$", "s", "!", "i")

// known is what is known about a person, whole and in words.
func known(about []string) map[string]bool {
	out := map[string]bool{}
	for _, a := range about {
		key := fold.Key(a)
		for _, w := range append(fold.Words(a), key, strings.ReplaceAll(key, " ", "")) {
			out[w] = true
		}
	}
	return out
}

// word is the length of the longest known word that text begins with.
func (r rule) word(text []rune, hers map[string]bool) int {
	for n := min(len(text), maxWord); n >= minPattern; n-- {
		if w := string(text[:n]); r.words[w] || hers[w] {
			return n
		}
	}
	return 0
}

// repeated is the length of the longest text from i on that was there before.
func repeated(text []rune, i int) int {
	longest := 0
	for j := range i {
		n := 0
		for i+n < len(text) && text[j+n] == text[i+n] {
			n++
		}
		longest = max(longest, n)
	}
	return longest
}

// inRow is the length of the longest run of neighbours that text begins with.
func inRow(text []rune) int {
	longest := 0
	for _, row := range rows {
		forth := []rune(row)
		back := slices.Clone(forth)
		slices.Reverse(back)
		longest = max(longest, along(text, forth), along(text, back))
	}
	return longest
}

func along(text, row []rune) int {
	longest := 0
	for start := range row {
		n := 0
		for n < len(text) && start+n < len(row) && text[n] == row[start+n] {
			n++
		}
		longest = max(longest, n)
	}
	return longest
}

// year is 4 when text begins with a year of the last or this century.
func year(text []rune) int {
	if len(text) < 4 || !slices.Contains([]string{"19", "20"}, string(text[:2])) {
		return 0
	}
	if text[2] < '0' || text[2] > '9' || text[3] < '0' || text[3] > '9' {
		return 0
	}
	return 4
}
