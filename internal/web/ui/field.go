package ui

import (
	"errors"

	"cenacle/internal/fault"
	"cenacle/internal/i18n"
)

// Kind is what a [Field] asks for.
type Kind string

// The kinds of fields.
const (
	Text     Kind = ""
	Email    Kind = "email"
	Password Kind = "password" // with a button that shows it
	Area     Kind = "area"
	Select   Kind = "select"
	Radios   Kind = "radio"    // cards, one of them
	Checks   Kind = "checkbox" // cards, any of them; also a single box
	Date     Kind = "date"
	Hour     Kind = "time"
	File     Kind = "file"
	Search   Kind = "search"
	Code     Kind = "code" // digits, from a telephone or a paper
	Tel      Kind = "tel"
)

// Field is one question of a form: label above, hint, error beside the field,
// wired for screen readers. Template "field".
type Field struct {
	Kind         Kind
	Name         string
	ID           string // empty: "f-" + Name
	Label, Hint  string
	Error        string // what is wrong and how to put it right
	Value        string
	Optional     bool
	Blank        bool // may be left empty, which the page says for all of its fields
	Off          bool
	Chosen       bool   // a single box is ticked
	Focus        bool   // receives the focus when the page opens
	Autocomplete string // HTML autofill name: email, current-password, new-password…
	Length       int    // most characters, 0: the server's limit only
	Short        bool   // a narrow box, for a short answer
	Options      []Option
	Groups       []Heading // of a Select, instead of or after its Options
	Columns      int       // of cards where there is room: 1, 2 or 3
	Earliest     string    // civil date, of a Date
	Accept       string    // of a File
	Multiple     bool      // of a File
}

// Option is one answer of a Select, Radios or Checks field.
type Option struct {
	Value, Label, Note string
	Chosen, Off        bool
}

// Heading is answers of a Select under one heading.
type Heading struct {
	Label   string
	Options []Option
}

// Anchor is the id of the field, which the error summary links to.
func (f Field) Anchor() string {
	if f.ID != "" {
		return f.ID
	}
	return "f-" + f.Name
}

// Group reports whether the question is a set of choices with a legend.
func (f Field) Group() bool { return f.Kind == Radios || f.Kind == Checks && len(f.Options) > 0 }

// Described is the list of ids that explain the field, hint first.
func (f Field) Described() string {
	id, all := f.Anchor(), ""
	if f.Hint != "" {
		all = id + "-hint"
	}
	if f.Error != "" {
		if all != "" {
			all += " "
		}
		all += id + "-error"
	}
	return all
}

// Input is the type attribute of the kinds that are one line.
func (f Field) Input() string {
	if f.Kind == Text || f.Kind == Code {
		return "text"
	}
	return string(f.Kind)
}

// Summary repeats the errors of a form above it, each linked to its field.
// Template "summary"; an empty one shows nothing.
type Summary struct{ Lines []Link }

// Refusals are the faults of a form that came back, in the reader's language.
// The zero value has none.
type Refusals struct {
	whole   []string
	fields  []refusal
	circles *Circles
}

type refusal struct{ name, text string }

// Refuse reads the faults of one form from err: those with a field beside it,
// the others above the form. A nil error refuses nothing.
func Refuse(p *i18n.Printer, err error) Refusals {
	var r Refusals
	if err == nil {
		return r
	}
	var many fault.Fields
	var one *fault.Error
	switch {
	case errors.As(err, &many):
		for _, e := range many {
			r.add(e.Field, p.Fault(e))
		}
	case errors.As(err, &one):
		r.add(one.Field, p.Fault(one))
	default:
		r.add("", p.Fault(err))
	}
	return r
}

func (r *Refusals) add(field, text string) {
	if field == "" {
		r.whole = append(r.whole, text)
		return
	}
	r.fields = append(r.fields, refusal{name: field, text: text})
}

// Of returns what is wrong with the named field, or "".
func (r Refusals) Of(name string) string {
	for _, f := range r.fields {
		if f.name == name {
			return f.text
		}
	}
	return ""
}

// Ask writes into a choice of circles, if there is one, its refusal; the summary of
// Mark will lead there.
func (r *Refusals) Ask(c *Circles) {
	if c != nil {
		c.Error, r.circles = r.Of(c.Name), c
	}
}

// Mark writes into each field its refusal, moves the focus to none of them
// (the summary takes it) and returns the summary.
func (r Refusals) Mark(fields ...*Field) Summary {
	var s Summary
	for _, text := range r.whole {
		s.Lines = append(s.Lines, Link{Label: text})
	}
	anchors := make(map[string]string, len(fields)+1)
	if r.circles != nil {
		anchors[r.circles.Name] = "#" + r.circles.Anchor()
	}
	for _, f := range fields {
		f.Error = r.Of(f.Name)
		anchors[f.Name] = "#" + f.Anchor()
		if len(r.fields)+len(r.whole) > 0 {
			f.Focus = false
		}
	}
	for _, f := range r.fields {
		s.Lines = append(s.Lines, Link{Href: anchors[f.name], Label: f.text})
	}
	return s
}
