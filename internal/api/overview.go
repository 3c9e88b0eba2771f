package api

import (
	"time"

	"cenacle/internal/id"
	"cenacle/internal/overview"
	"cenacle/internal/space"
)

// Desk is a page of one’s spaces with what waits in them.
type Desk struct {
	Spaces []DeskLine `json:"spaces" doc:"the last changed first"`
	Waits  []Wait     `json:"waits" doc:"what waits most urgently over all spaces, for one’s own side first"`
	// Avoided counts accepted offers alone.
	Avoided int    `json:"requests_avoided" doc:"papers that were not asked for again because they were there already, in all one’s spaces"`
	Next    string `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
}

// DeskLine is one space of a desk.
type DeskLine struct {
	Space
	Clients []string `json:"clients" doc:"their names"`
	Unread  int      `json:"unread" doc:"by oneself"`
	Waits   []Wait   `json:"waits"`
}

// Wait is somebody who is expected to do something.
type Wait struct {
	Space id.Space  `json:"space"`
	Kind  string    `json:"kind" enum:"read mention answer acknowledge approve hand_in check choose"`
	What  string    `json:"what" enum:"document memo event request slot"`
	Who   id.Person `json:"who,omitempty" doc:"absent: the firm’s side as a whole"`
	Mine  bool      `json:"mine" doc:"oneself, or one’s side, is expected"`
	Count int       `json:"count"`
	Item  id.Item   `json:"item,omitempty" doc:"the newest unread or to acknowledge, or the memo to answer"`
	By    string    `json:"by,omitempty" doc:"civil date, 2026-11-22"`
	Since Instant   `json:"since"`
	Late  bool      `json:"late,omitempty" doc:"that date has passed"`
	// Silent is said of who is outside the firm.
	Silent bool `json:"silent,omitempty" doc:"not read for three days: another way to reach her is due, such as a call or a new link (inviteMember)"`
}

func waitsOf(all []overview.Wait) []Wait {
	out := make([]Wait, len(all))
	for i, w := range all {
		out[i] = Wait{w.Space, string(w.Kind), string(w.What), w.Who, w.Mine, w.Count, w.Item, w.By, Instant(w.Since), w.Late, w.Silent}
	}
	return out
}

func (n *Nouns) desk(r *Request, in Page) (Desk, error) {
	var mark spaceMark
	if err := r.resume(in.Cursor, &mark); err != nil {
		return Desk{}, err
	}
	d, err := n.Overview.Desk(r.Context(), r.Actor, space.Page{Changed: mark.Changed, After: mark.After, Limit: in.most()})
	if err != nil {
		return Desk{}, err
	}
	out := Desk{Spaces: make([]DeskLine, len(d.Rows)), Waits: waitsOf(d.Waits), Avoided: d.Avoided}
	for i, row := range d.Rows {
		out.Spaces[i] = DeskLine{spaceOf(row.Space, true), named(row.Clients), row.Unread, waitsOf(row.Waits)}
	}
	if d.More != nil {
		out.Next, err = r.next(spaceMark{d.More.Changed, d.More.After})
	}
	return out, err
}

// named is never null.
func named(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}

// Waits is what waits in one space.
type Waits struct {
	Waits []Wait `json:"waits"`
}

func (n *Nouns) waits(r *Request, in InSpace) (Waits, error) {
	found, err := n.Overview.Space(r.Context(), r.Actor, in.Space)
	return Waits{waitsOf(found)}, err
}

// spaceMark is where a page of spaces ended.
type spaceMark struct {
	Changed time.Time
	After   id.Space
}
