// Package request holds the papers that a firm asks of people, each by its
// name, of one person, with where it stands: asked, deposited, to be done
// again, lacking, accepted, waived.
//
// A request is private to the person it is asked of and to the firm's side of
// the space: another client of the same space, who may be the other spouse, is
// not told what her neighbour still owes. What an expert asks for, whoever conducts the
// assessment sees too, and it is answered before all: by an exhibit of the common table.
// The documents that answer it are items
// like all others, seen by whom they are addressed to, and a request gives
// nobody a right to one.
//
// It refuses to ask twice: what is there already is offered first ([Service.Offers]),
// and a reminder ladder stops by itself at the answer. Start at [Request.become]
// for the rule, [Service.Ask] and [Service.List].
package request

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/vault"
)

// State is where a request stands.
type State string

const (
	Asked     State = "asked"     // demandée
	Deposited State = "deposited" // déposée: the firm has not looked yet
	Redo      State = "redo"      // à refaire, with the firm's reason
	Lacking   State = "lacking"   // je ne l'ai pas, with the person's reason
	Accepted  State = "accepted"  // the firm has what it needs
	Waived    State = "waived"    // dispensée
)

// States returns all of them, in the order of a request's life.
func States() []State { return []State{Asked, Deposited, Redo, Lacking, Accepted, Waived} }

// Hers reports whether it is the person's turn.
func (s State) Hers() bool { return s == Asked || s == Redo }

// Ours reports whether it is the firm's turn: to look at what came, or at why
// nothing will.
func (s State) Ours() bool { return s == Deposited || s == Lacking }

// Step is what is done to a request.
type Step string

const (
	Deposit Step = "deposit" // a document came for it
	Lack    Step = "lack"
	Accept  Step = "accept"
	Return  Step = "return" // send back
	Waive   Step = "waive"
	Renew   Step = "renew" // ask again
)

// moves is the whole of what may become of a request: from where each step
// leads where. What is not here is refused.
var moves = map[Step]struct {
	from []State
	to   State
}{
	Deposit: {[]State{Asked, Deposited, Redo, Lacking}, Deposited},
	Lack:    {[]State{Asked, Redo}, Lacking},
	Accept:  {[]State{Asked, Deposited, Redo, Lacking}, Accepted},
	Return:  {[]State{Deposited, Accepted}, Redo},
	Waive:   {[]State{Asked, Deposited, Redo, Lacking}, Waived},
	Renew:   {[]State{Lacking, Accepted, Waived}, Asked},
}

// Request is one paper asked of one person.
type Request struct {
	ID         id.Ask
	Space      id.Space
	Person     id.Person
	PersonName string // for the firm's side
	Author     id.Person
	Before     bool // an expert asks for it: it is answered by what is before all
	Position   int64
	State      State
	Name       string // of the paper, in the firm's words
	Note       string // what is meant, where to find it
	Reason     string // why it is to be done again, lacking or waived
	Due        string // civil date, or empty
	Avoided    bool   // answered by a paper that was there, before it was asked
	Reminders  int    // since it was last asked
	Reminded   time.Time
	Created    time.Time
	Changed    time.Time // since when its state holds
	Documents  []Answer  // oldest first; those that the person who looks may see
}

// Answer is a document that answers a request.
type Answer struct {
	Document id.Item
	Title    string
	Media    string
	Size     int64 // bytes
	Came     time.Time
}

// Late reports whether it is the person's turn and the day has passed.
func (r Request) Late(today string) bool { return r.State.Hers() && r.Due != "" && r.Due < today }

// Limits, in characters and in requests of one space.
const (
	maxName   = 200
	maxNote   = 1000
	maxReason = 500
	maxAtOnce = 60
	maxOpen   = 500
)

// become takes a step; a reason is kept with the state it explains. Faults:
// Conflict when the request does not stand where the step begins; Invalid in
// the field reason where one must be given.
func (r *Request) become(s Step, reason string, now time.Time) error {
	move, known := moves[s]
	if !known || !slices.Contains(move.from, r.State) {
		return fault.New(fault.Conflict, "request.stands_elsewhere")
	}
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "" && (s == Lack || s == Return):
		return fault.New(fault.Invalid, "request.reason_missing").In("reason")
	case !utf8.ValidString(reason) || utf8.RuneCountInString(reason) > maxReason:
		return fault.New(fault.Invalid, "request.reason_long", maxReason).In("reason")
	}
	if s == Deposit && r.State == Deposited {
		return nil // one more page of the same paper
	}
	r.State, r.Reason, r.Changed = move.to, reason, now
	if move.to.Hers() {
		r.Reminders = 0
	}
	return nil
}

// Paper is one that is about to be asked for.
type Paper struct{ Name, Note string }

// check cleans what is asked for.
func check(papers []Paper, due string, now time.Time) ([]Paper, error) {
	var wrong fault.Fields
	var out []Paper
	for _, p := range papers {
		long := utf8.RuneCountInString(p.Name) > maxName || utf8.RuneCountInString(p.Note) > maxNote
		p.Name, p.Note = fold.Name(p.Name), strings.TrimSpace(p.Note)
		if long || !utf8.ValidString(p.Note) {
			wrong.Add("name", "request.name_long", maxName)
		}
		if p.Name != "" {
			out = append(out, p)
		}
	}
	switch {
	case len(out) == 0:
		wrong.Add("name", "request.name_missing")
	case len(out) > maxAtOnce:
		wrong.Add("name", "request.too_many", maxAtOnce)
	}
	if due != "" {
		if day, err := time.Parse(time.DateOnly, due); err != nil {
			wrong.Add("due", "request.due_unreadable")
		} else if day.Before(now.AddDate(0, 0, -1)) {
			wrong.Add("due", "request.due_past")
		}
	}
	return out, wrong.Err()
}

// place is where a text of a request is sealed.
func place(column string, of id.Ask) vault.Place {
	return vault.Place{Table: "request", Column: column, Row: string(of)}
}
