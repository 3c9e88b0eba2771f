// Package agenda holds the dates of a space: meetings, hearings and deadlines,
// each addressed to circles like a document or a memo, so that an agenda shows
// everybody what is hers and nothing else.
//
// An event is never deleted: it is moved, reworded or cancelled, and what it was
// before stays readable beside it, to those who may read it. Whoever had read it
// finds it unread again. Its words are sealed; when it begins and ends stands in
// clear, so that a month costs what it shows (doc/decisions/040).
//
// An event can come again by a rule, until an end (type Repeat): it stays one event,
// with one reader's mark, one line of the journal and one thing to cancel, and its dates
// are reckoned when somebody looks. One of them can be otherwise; from one on, it can
// become another event (doc/decisions/075).
//
// A deadline can rest on a rule of law (package law) and on a fact: a day that was
// written, or another event of the space. It is reckoned again when that event moves,
// in the same act, for those whom its writer sees (doc/decisions/051).
//
// It refuses an hour that the clocks skip, a change of what somebody else has changed
// meanwhile, and another day than the one reckoned without a reason. Start at
// [When.Span] and [Differences] for the rules, then [Service.Add], [Service.Change]
// and [Service.List].
package agenda

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/vault"
)

// Kind is what an event is.
type Kind string

const (
	Meeting  Kind = "meeting"  // rendez-vous
	Hearing  Kind = "hearing"  // audience
	Deadline Kind = "deadline" // échéance
)

// Kinds returns all of them, in the order in which they are offered.
func Kinds() []Kind { return []Kind{Meeting, Hearing, Deadline} }

// Limits, in characters.
const (
	MaxTitle  = 200
	MaxPlace  = 300
	MaxNote   = 5000
	MaxReason = 500
)

// Entry is what people write of an event.
type Entry struct {
	Kind  Kind   `json:"kind"`
	Title string `json:"title"`
	Place string `json:"place,omitempty"`
	Note  string `json:"note,omitempty"`
	When
	Repeat Repeat `json:"repeat,omitzero"`
}

// Clean is an entry as it is kept: without space around its words, with the ends
// of lines of every system as one.
func (e Entry) Clean() Entry {
	e.Title, e.Place = strings.TrimSpace(e.Title), strings.TrimSpace(e.Place)
	e.Note = strings.TrimSpace(strings.ReplaceAll(e.Note, "\r\n", "\n"))
	if e.LastDay == e.Day {
		e.LastDay = ""
	}
	e.Repeat = e.Repeat.clean(e.Day)
	return e
}

// check cleans an entry and finds where it lies in time.
func (e *Entry) check(zone *time.Location, wrong *fault.Fields) (from, to time.Time) {
	*e = e.Clean()
	if !slices.Contains(Kinds(), e.Kind) {
		wrong.Add("kind", "agenda.kind_unknown")
	}
	for _, text := range []struct {
		field, key, words string
		most              int
	}{{"title", "agenda.title_long", e.Title, MaxTitle}, {"place", "agenda.place_long", e.Place, MaxPlace}, {"note", "agenda.note_long", e.Note, MaxNote}} {
		if !utf8.ValidString(text.words) || utf8.RuneCountInString(text.words) > text.most {
			wrong.Add(text.field, text.key, text.most)
		}
	}
	if e.Title == "" {
		wrong.Add("title", "agenda.title_missing")
	}
	before := len(*wrong)
	if from, to = e.span(zone, wrong); len(*wrong) == before {
		e.again(wrong)
	}
	return from, to
}

// Event is one date of a space as one person sees it. Circles are given to the
// firm's side alone.
type Event struct {
	ID       id.Item
	Space    id.Space
	Author   id.Person
	Created  time.Time
	Internal bool
	Entry
	Basis     *Basis           // of a deadline that was reckoned
	From, To  time.Time        // as [When.Span]; of a series, from its first date to its last
	Apart     map[string]Apart // of a series: its dates that are otherwise, by the days its rule has them on
	On        string           // of one date of a series ([Event.Occurrence]): that day
	Cancelled bool
	Reason    string // of who cancelled it, or empty
	Revision  int    // 1 when it was added; each change is one more
	By        id.Person
	Changed   time.Time // by whom and when it became what it is
	Read      bool
	Circles   []id.Circle
}

// Past is what an event was, until when, and who changed it then.
type Past struct {
	Entry
	Apart   map[string]Apart
	Basis   *Basis
	Until   time.Time
	By      id.Person
	Follows []Shift // of a [Detail]: the deadlines that this change moved with it, which the actor sees
}

// Detail is an event with what it was before, newest first.
type Detail struct {
	Event
	Past    []Past
	Change  bool // the actor may change it
	Resting Resting
	Follows []Event // the deadlines reckoned from it that the actor sees
}

// Difference is one thing that a change makes different: a field of [Entry],
// kind, title, when, repeat, place or note; of a series, dates; of what it rests on, fact or why.
type Difference string

// Differences compares two states of an event, in the order of a form.
func Differences(was, is Entry) (out []Difference) {
	for _, d := range []struct {
		what    Difference
		differs bool
	}{
		{"kind", was.Kind != is.Kind}, {"title", was.Title != is.Title}, {"when", was.When != is.When},
		{"repeat", was.Repeat != is.Repeat},
		{"place", was.Place != is.Place}, {"note", was.Note != is.Note},
	} {
		if d.differs {
			out = append(out, d.what)
		}
	}
	return out
}

// content is what is sealed of an event, as one cell.
type content struct {
	Entry
	Reason string           `json:"reason,omitempty"`
	Basis  *Basis           `json:"basis,omitempty"`
	Apart  map[string]Apart `json:"apart,omitempty"`
}

func contentPlace(of id.Item) vault.Place {
	return vault.Place{Table: "event", Column: "content", Row: string(of)}
}
