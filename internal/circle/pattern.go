package circle

import (
	"slices"
	"strings"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// Data is the term that says who sees what parties bring and what they ask from now on:
// two [Seen] words with a space between them.
const Data Term = "pattern"

// Seen is who sees something that comes from a party.
type Seen string

const (
	ByAll  Seen = "all"  // everybody in the forum
	ToFirm Seen = "firm" // the party itself, the firm's side and who conducts the assessment
)

// Pattern is how a forum shares what its parties bring and ask: one of four. Without a
// word of it, all see all, as a common table has it.
type Pattern struct{ Contributions, Questions Seen }

// Patterns are the four, in the order in which they are offered.
func Patterns() []Pattern {
	return []Pattern{{ByAll, ByAll}, {ByAll, ToFirm}, {ToFirm, ByAll}, {ToFirm, ToFirm}}
}

// String is the words of a pattern, as they are kept and typed.
func (p Pattern) String() string { return string(p.Contributions) + " " + string(p.Questions) }

// ParsePattern reads them; false for what is none of the four.
func ParsePattern(s string) (Pattern, bool) {
	contributions, questions, _ := strings.Cut(s, " ")
	for _, p := range Patterns() {
		if p == (Pattern{Seen(contributions), Seen(questions)}) {
			return p, true
		}
	}
	return Pattern{}, false
}

// PatternOf is the pattern in force in an entered space. What this program does not know
// shows nothing to other parties.
func PatternOf(a *act.Act, in id.Space) (Pattern, error) {
	terms, err := Terms(a, in)
	if err != nil {
		return Pattern{ToFirm, ToFirm}, err
	}
	said := terms[Data]
	if said.Value == "" {
		return Pattern{ByAll, ByAll}, nil
	}
	if p, known := ParsePattern(said.Value); known {
		return p, nil
	}
	return Pattern{ToFirm, ToFirm}, nil
}

// shared is what the journal keeps of a pattern.
type shared struct {
	Contributions Seen `json:"contributions"`
	Questions     Seen `json:"questions"`
}

// SetPattern says who sees what the parties of a forum bring and ask from now on, and
// records it. Invalid in the field pattern for what is none of the four. The caller has
// decided the right.
func SetPattern(a *act.Act, by authz.Actor, in id.Space, p Pattern) error {
	if _, known := ParsePattern(p.String()); !known {
		return fault.New(fault.Invalid, "forum.pattern_unknown").In("pattern")
	}
	entry, err := a.Record(by, "forum.pattern", in, string(in), shared(p))
	if err != nil {
		return err
	}
	if err := SetTerm(a, by, in, Data, p.String(), entry); err != nil {
		return err
	}
	house, err := HouseOf(a, in)
	if err != nil {
		return err
	}
	a.Signal(in, house.All)
	return nil
}

// begins says the pattern of a forum that begins with its first party; a later one does
// not choose it again.
func begins(a *act.Act, by authz.Actor, n New, known []Circle) error {
	if n.Pattern == (Pattern{}) {
		return nil
	}
	if n.Kind != Party || slices.ContainsFunc(known, func(c Circle) bool { return c.Kind == Party }) {
		return fault.New(fault.Invalid, "circle.pattern_late").In("pattern")
	}
	if _, err := Enter(a, by, n.Space, authz.ForumSet); err != nil {
		return err
	}
	return SetPattern(a, by, n.Space, n.Pattern)
}
