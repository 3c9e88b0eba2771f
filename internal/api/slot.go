package api

import (
	"cenacle/internal/agenda"
	"cenacle/internal/id"
	"cenacle/internal/slot"
)

// Proposal is times for one meeting, proposed to one person.
type Proposal struct {
	ID         id.Proposal `json:"id"`
	Space      id.Space    `json:"space"`
	Person     id.Person   `json:"person" doc:"whose answer is waited for"`
	PersonName string      `json:"person_name"`
	By         id.Person   `json:"made_by" doc:"in whose name the meeting is put into the agenda"`
	Made       Instant     `json:"made_at"`
	Until      Instant     `json:"until" doc:"when the last of its times begins: it takes no answer any more"`
	State      string      `json:"state" enum:"waiting chosen declined withdrawn expired"`
	Title      string      `json:"title"`
	Place      string      `json:"place,omitempty"`
	Note       string      `json:"note,omitempty"`
	Times      []SlotTime  `json:"times"`
	Choice     int         `json:"choice" doc:"which of the times, from 0, once chosen"`
	Event      id.Item     `json:"event,omitempty" doc:"the meeting, once chosen"`
	Circles    []id.Circle `json:"circles,omitempty" doc:"whom the meeting will be for; for the firm’s side alone"`
}

// SlotTime is one of the times.
type SlotTime struct {
	Day     string `json:"day" doc:"civil date, Europe/Paris"`
	Start   string `json:"start,omitempty" doc:"hour, 14:00; none: whole days"`
	End     string `json:"end,omitempty" doc:"hour, of the last day"`
	LastDay string `json:"last_day,omitempty" doc:"civil date; none: day"`
}

func proposalOf(p slot.Proposal) Proposal {
	out := Proposal{
		ID: p.ID, Space: p.Space, Person: p.Person, PersonName: p.PersonName, By: p.By, Made: Instant(p.Made), Until: Instant(p.Until),
		State: string(p.State), Title: p.Title, Place: p.Place, Note: p.Note, Times: make([]SlotTime, len(p.Times)), Choice: p.Choice,
		Event: p.Event, Circles: p.Circles,
	}
	for i, w := range p.Times {
		out.Times[i] = SlotTime(w)
	}
	return out
}

// Proposals are the last proposals of a space, the newest first.
type Proposals struct {
	Proposals []Proposal `json:"proposals"`
}

func (n *Nouns) proposals(r *Request, in InSpace) (Proposals, error) {
	found, err := n.Slots.List(r.Context(), r.Actor, in.Space)
	out := Proposals{Proposals: make([]Proposal, len(found))}
	for i, p := range found {
		out.Proposals[i] = proposalOf(p)
	}
	return out, err
}

// NewProposal is times about to be proposed.
type NewProposal struct {
	InSpace
	Person  id.Person   `json:"person" fault:"person"`
	Title   string      `json:"title"`
	Place   string      `json:"place,omitempty"`
	Note    string      `json:"note,omitempty"`
	Times   []SlotTime  `json:"times" doc:"one to six; a fault in one of them names it, as time1"`
	Circles []id.Circle `json:"circles" fault:"circle" doc:"whom the meeting will be for; the person is among them"`
	Confirm []string    `json:"confirm,omitempty" fault:"confirm" doc:"what the guard has found and one has checked (addressDocument)"`
}

func (n *Nouns) propose(r *Request, in NewProposal) (Proposal, error) {
	asked := slot.Proposing{
		Space: in.Space, Person: in.Person, Words: slot.Words{Title: in.Title, Place: in.Place, Note: in.Note},
		Times: make([]agenda.When, len(in.Times)), Circles: in.Circles, Confirm: in.Confirm,
	}
	for i, w := range in.Times {
		asked.Times[i] = agenda.When(w)
	}
	p, err := n.Slots.Propose(r.Context(), r.Actor, asked)
	if err != nil {
		return Proposal{}, err
	}
	return n.proposed(r, in, string(p.ID))
}

// proposed is what was proposed, as it is now.
func (n *Nouns) proposed(r *Request, in NewProposal, of string) (Proposal, error) {
	return n.proposal(r, InProposal{in.InSpace, id.Proposal(of)})
}

// InProposal names a proposal of a space in the path.
type InProposal struct {
	InSpace
	Proposal id.Proposal `path:"slot"`
}

func (n *Nouns) proposal(r *Request, in InProposal) (Proposal, error) {
	p, err := n.Slots.Show(r.Context(), r.Actor, in.Space, in.Proposal)
	return proposalOf(p), err
}

// Choice is one of the times of a proposal.
type Choice struct {
	InProposal
	Choice int `json:"choice" fault:"choice" doc:"from 0"`
}

func (n *Nouns) chooseSlot(r *Request, in Choice) (Proposal, error) {
	_, err := n.Slots.Choose(r.Context(), r.Actor, slot.Choosing{Space: in.Space, Proposal: in.Proposal, Choice: in.Choice})
	if err != nil {
		return Proposal{}, err
	}
	return n.proposal(r, in.InProposal)
}

func (n *Nouns) choseSlot(r *Request, in Choice, _ string) (Proposal, error) {
	return n.proposal(r, in.InProposal)
}

func (n *Nouns) declineSlots(r *Request, in InProposal) (None, error) {
	return None{}, n.Slots.Decline(r.Context(), r.Actor, in.Space, in.Proposal)
}

func (n *Nouns) withdrawSlots(r *Request, in InProposal) (None, error) {
	return None{}, n.Slots.Withdraw(r.Context(), r.Actor, in.Space, in.Proposal)
}
