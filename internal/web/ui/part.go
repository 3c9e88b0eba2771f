package ui

import "time"

// Look says how loudly a component speaks.
type Look string

// Looks of buttons, badges and notices. Signal is kept for what is expected of
// the person who reads, and for nothing else.
const (
	Plain   Look = ""
	Primary Look = "primary" // the one main act of a screen
	Danger  Look = "danger"  // cannot be undone, or has failed
	Quiet   Look = "plain"   // a button without an edge
	Done    Look = "done"    // it happened
	Signal  Look = "signal"  // you are awaited
	Fresh   Look = "new"     // not seen yet
)

// Button is an act, or a link that looks like one when Href is set. Its label
// is a verb. Template "button".
type Button struct {
	Label       string
	Icon        Icon
	Look        Look   // Plain, Primary, Danger or Quiet
	Href        string // set: a link
	Name, Value string // what the form receives when this button sends it
	Form        string // id of a form elsewhere in the page
	Dialog      string // id of the [Dialog] that asks first
	Small, Wide bool
	Off, Busy   bool
}

// Badge is a word of state. Template "badge".
type Badge struct {
	Text string
	Look Look // Plain, Signal, Fresh or Danger
	Icon Icon
}

// Notice tells what happened or what to know. Template "notice".
type Notice struct {
	Look  Look // Plain, Done, Signal or Danger
	Title string
	Text  string
	Link  *Link
}

// Empty stands where a list has nothing and teaches the next gesture.
// Template "empty".
type Empty struct {
	Icon        Icon
	Title, Text string
	Action      *Button
}

// Avatar is a person's initials; the name stands beside it, never only in it.
// Template "avatar".
type Avatar struct {
	Name string
	Firm bool // belongs to the firm
}

// Hash shows a digest in groups, with a button that copies it. Template "hash".
type Hash struct {
	Label string // "SHA-256"
	Value string // hexadecimal
}

// Tab is an entry of a row of links to sibling pages. Template "tabs" takes []Tab.
type Tab struct {
	Href, Label string
	Count       int
	Current     bool
}

// More is the link to the next rows of a list; with a script they are appended
// to the list, without one they are the next page. Template "more".
type More struct {
	Href string
	List string // id of the list in this page and in the next; "" without a script
	Left int    // how many rows are left; 0: unknown
}

// Dialog asks before an act that cannot be undone: it names the thing and says
// the consequence. Without a script the same form stands behind a fold.
// Template "dialog".
type Dialog struct {
	ID          string // of the dialog; a [Button] opens it by this name
	Opener      Button // what opens it
	Title       string // « Supprimer « Bail signé.pdf » ? »
	Consequence string // what will be true afterwards
	Action      string // where the form is posted
	Confirm     Button // the verb, repeated
	Hidden      []Hidden
}

// Hidden is a value a form carries unseen.
type Hidden struct{ Name, Value string }

// Keys hints at a keyboard gesture. Template "keys".
type Keys struct {
	Strokes []string
	Label   string
}

// Progress is a long work under way. Template "progress".
type Progress struct {
	Label       string
	Done, Total int64 // bytes
	Remaining   time.Duration
}

// Percent is the whole part of what is done, 0 to 100.
func (p Progress) Percent() int {
	if p.Total <= 0 {
		return 0
	}
	return int(min(p.Done, p.Total) * 100 / p.Total)
}
