package slot

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"cenacle/internal/act"
	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// row is a proposal as it is stored. Its outcome is empty until it is answered or
// withdrawn: that it has expired is a matter of time.
type row struct {
	Proposal
	made, until, ended int64
	outcome            State
	content, mac       []byte
}

// content is what is sealed of a proposal, as one cell.
type content struct {
	Words
	Circles []id.Circle   `json:"circles"`
	Times   []agenda.When `json:"times"`
}

func place(of id.Proposal) vault.Place {
	return vault.Place{Table: "proposal", Column: "content", Row: string(of)}
}

// fields are those that the MAC of the row covers.
func (r *row) fields() []string {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	return []string{
		string(r.ID), string(r.Space), string(r.Person), string(r.By), number(r.made), number(r.until),
		string(r.outcome), strconv.Itoa(r.Choice), string(r.Event), number(r.ended),
	}
}

func insert(a *act.Act, p Proposal) error {
	box, err := a.SpaceBox(p.Space)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(content{p.Words, p.Circles, p.Times})
	if err != nil {
		return fmt.Errorf("slot: content of %s: %w", p.ID, err)
	}
	r := row{Proposal: p, made: store.Micros(p.Made), until: store.Micros(p.Until)}
	return a.Write(insertProposal, p.ID, p.Space, p.Person, p.By, r.made, r.until, r.outcome, p.Choice, p.Event, r.ended,
		box.Seal(place(p.ID), raw), box.MAC("proposal", r.fields()...))
}

// end writes what became of a proposal.
func end(a *act.Act, p Proposal) error {
	box, err := a.SpaceBox(p.Space)
	if err != nil {
		return err
	}
	r := row{Proposal: p, made: store.Micros(p.Made), until: store.Micros(p.Until), ended: store.Micros(p.Answered), outcome: p.State}
	return a.Write(updateProposal, p.ID, r.outcome, p.Choice, p.Event, r.ended, box.MAC("proposal", r.fields()...))
}

func (r *row) dest() []any {
	return []any{&r.ID, &r.Space, &r.Person, &r.By, &r.made, &r.until, &r.outcome, &r.Choice, &r.Event, &r.ended, &r.content, &r.mac}
}

// open checks a row and opens its words.
func (r *row) open(a *act.Act) (p Proposal, err error) {
	box, err := a.SpaceBox(r.Space)
	if err != nil {
		return p, err
	}
	if err := box.CheckMAC(r.mac, "proposal", r.fields()...); err != nil {
		return p, err
	}
	raw, err := box.Open(place(r.ID), r.content)
	if err != nil {
		return p, err
	}
	var c content
	if err := json.Unmarshal(raw, &c); err != nil {
		return p, fmt.Errorf("slot: content of %s: %w", r.ID, err)
	}
	p = r.Proposal
	p.Words, p.Circles, p.Times = c.Words, c.Circles, c.Times
	p.Made, p.Until, p.Answered, p.State = store.Time(r.made), store.Time(r.until), store.Time(r.ended), r.outcome
	switch {
	case r.outcome != "":
	case a.Now.Before(p.Until):
		p.State = Waiting
	default:
		p.State = Expired
	}
	return p, nil
}

// load opens one proposal for an actor and an action.
func load(a *act.Act, by authz.Actor, of id.Proposal, do authz.Action) (p Proposal, err error) {
	var r row
	err = a.Row(selectProposal, []any{of}, r.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		err = fault.Absent()
	}
	if err != nil {
		return p, err
	}
	if p, err = r.open(a); err != nil {
		return p, err
	}
	f, err := circle.Facts(a, by, p.Space)
	if err != nil {
		return p, err
	}
	if p, err = authz.Open(authz.Lock(p, private(a, p)), by, do, f); err != nil {
		return p, err
	}
	return p.shown(f), nil
}

// private is a proposal as the rule sees it.
func private(a *act.Act, p Proposal) authz.Resource {
	return authz.Resource{Kind: authz.OfPrivate, Firm: a.Firm(), Space: p.Space, Owner: p.Person}
}

// shown leaves out what the firm's side alone is told.
func (p Proposal) shown(f authz.Facts) Proposal {
	if !f.Role.Inside() {
		p.Circles = nil
	}
	return p
}
