// Package question has the parties of a forum ask the firm, or whoever conducts the
// assessment, numbered questions, and be answered by line.
//
// Whom a question is for, and with it every answer, is fixed when it is asked, by what the
// forum says of questions at that moment ([circle.Questions]): all of the forum, or the
// party that asks with those who answer. What the forum says later is for what is asked
// later. Who reads a question of all is not told which party asked it: that another bidder
// is there may be a secret.
//
// It refuses to have a question without somebody who answers: those are the lawyers of the
// firm's side and the experts. Numbered dires, which parties answer to each other, are
// another matter. Start at [Service.Ask] and [Service.Answer].
package question

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

const (
	// MaxLines is how many lines a question has at most.
	MaxLines = 30
	// MaxText is how many characters a line, or its answer, has at most.
	MaxText = 4000
	// standing is how many questions of a party may be open at once.
	standing = 100
	// listed is how many are shown, the newest first.
	listed = 500
)

// Scope is whom a question and its answers are for.
type Scope string

const (
	All  Scope = "all"  // everybody in the forum
	Firm Scope = "firm" // the party that asks, and those who answer
)

// Question is one question of a party.
type Question struct {
	ID        id.Question
	Space     id.Space
	Number    int64 // of its forum, from 1
	Scope     Scope
	Party     id.Circle // that asks; empty for who is not told
	PartyName string
	By        id.Person // empty for who is not told
	ByName    string
	Asked     time.Time
	Entry     id.Entry // the line of the journal that says so
	Withdrawn time.Time
	Lines     []Line
	Answers   bool // the reader may answer
	Takes     bool // she may take it back
}

// Line is one line of a question with what was answered to it, the last word first.
type Line struct {
	Text    string
	Answers []Answer
}

// Answer is what was answered to a line.
type Answer struct {
	By        id.Person
	ByName    string
	At        time.Time
	Text      string
	Exhibit   id.Item // a document that it refers to, when the reader sees it
	ExhibitAs string  // its title
	Entry     id.Entry
}

// Open reports whether a line of it still waits for its answer.
func (q *Question) Open() bool {
	return q.Withdrawn.IsZero() && slices.ContainsFunc(q.Lines, func(l Line) bool { return len(l.Answers) == 0 })
}

// Answered is when its last line had its first answer; zero while one waits.
func (q *Question) Answered() (last time.Time) {
	for _, l := range q.Lines {
		if len(l.Answers) == 0 {
			return time.Time{}
		}
		if first := l.Answers[len(l.Answers)-1].At; first.After(last) {
			last = first
		}
	}
	return last
}

// audience is whom a question is for, whoever enters a circle later too.
func (q *Question) audience(house circle.House) []authz.Address {
	if q.Scope == All {
		return []authz.Address{{Circle: house.All, Sent: q.Asked, Extended: true}}
	}
	return []authz.Address{{Circle: house.Firm, Sent: q.Asked, Extended: true}, {Circle: q.Party, Sent: q.Asked, Extended: true}}
}

// split cleans the lines that were typed.
func split(text string) ([]string, error) {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	switch {
	case len(out) == 0:
		return nil, fault.New(fault.Invalid, "question.missing").In("text")
	case len(out) > MaxLines:
		return nil, fault.New(fault.Invalid, "question.many_lines", MaxLines).In("text")
	case slices.ContainsFunc(out, long):
		return nil, fault.New(fault.Invalid, "question.long", MaxText).In("text")
	}
	return out, nil
}

func long(s string) bool { return !utf8.ValidString(s) || utf8.RuneCountInString(s) > MaxText }

// Reply is what is answered to one line, from 0.
type Reply struct {
	Line    int
	Text    string
	Exhibit id.Item // a document that everybody whom the question is for may read; may be empty
}

// check cleans what is answered to a question. Faults in the field text.
func check(replies []Reply, lines int) ([]Reply, error) {
	var out []Reply
	for _, r := range replies {
		r.Text = strings.TrimSpace(r.Text)
		switch {
		case r.Text == "" && r.Exhibit == "":
			continue
		case r.Line < 0 || r.Line >= lines:
			return nil, fault.New(fault.Invalid, "question.no_line").In("text")
		case long(r.Text):
			return nil, fault.New(fault.Invalid, "question.long", MaxText).In("text")
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, "question.nothing_said").In("text")
	}
	return out, nil
}
