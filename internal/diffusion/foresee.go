package diffusion

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/freeze"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/memo"
	"cenacle/internal/notice"
	"cenacle/internal/space"
)

// memoOf is the memo that a space is to get. It stays among colleagues when all of its
// circles do.
func memoOf(a *act.Act, w Words, p part) (memo.New, error) {
	n := memo.New{
		Space: p.space, Subject: w.Subject, Body: w.Body, ReplyBy: w.ReplyBy, Asks: w.Asks,
		Circles: slices.Clone(p.plan.Circles), References: p.plan.Documents, Confirm: p.plan.Confirmed,
	}
	beyond, err := circle.Beyond(a, p.space, n.Circles)
	n.Internal = len(beyond) == 0
	return n, err
}

// foresee tells what would become of a space now: the answer of package memo and of the
// rule, and nothing of its own.
func (s *Service) foresee(a *act.Act, by authz.Actor, r row, p part) (out Part, err error) {
	out = Part{Space: p.space, State: p.state}
	if p.lost {
		out.Reason = Gone
		return out, nil
	}
	n, err := memoOf(a, r.words, p)
	if err != nil {
		return out, err
	}
	_, err = circle.Enter(a, by, p.space, authz.SpaceSee)
	if err == nil {
		err = out.describe(a, by, p)
	}
	var found memo.Prospect
	if err == nil {
		found, err = memo.Foresee(a, by, n)
	}
	if out.Reason = refusal(err); out.Reason != "" {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Found = found.Found
	if err := out.sort(a, by.Person, p, found.People); err != nil {
		return out, err
	}
	if err := out.lacking(a); err != nil {
		return out, err
	}
	when := a.Now
	if r.at.After(when) {
		when = r.at
	}
	for i := range out.Will {
		if err := telling(a, &out.Will[i], n, when.In(s.zone)); err != nil {
			return out, err
		}
	}
	if len(out.Chosen()) == 0 {
		out.Reason = Nobody
	}
	return out, nil
}

// refusal is the word for why package memo refuses a space, or none.
func refusal(err error) Reason {
	if err == nil {
		return ""
	}
	var one *fault.Error
	var many fault.Fields
	switch {
	case fault.Is(err, fault.NotFound):
		return Gone
	case errors.As(err, &many):
		if slices.ContainsFunc(many, func(e *fault.Error) bool { return strings.HasPrefix(e.Key, "guard.") }) {
			return Guarded
		}
		return Worded
	case !errors.As(err, &one):
		return ""
	case one.Key == "fault.space_closed":
		return Closed
	case one.Kind == fault.Forbidden:
		return Right
	case one.Key == "item.unknown_circle" || one.Key == "item.no_circle":
		return NoCircle
	case one.Key == "memo.reference_absent":
		return NoPaper
	case one.Kind == fault.Invalid || one.Kind == fault.Conflict:
		return Other
	}
	return ""
}

// describe says what a space that its author has entered is called, and its circles and
// documents.
func (out *Part) describe(a *act.Act, by authz.Actor, p part) error {
	sp, err := space.Load(a, p.space)
	if err != nil {
		return err
	}
	out.Name, out.Level = sp.Name, sp.Level()
	known, err := circle.List(a, p.space)
	if err != nil {
		return err
	}
	for _, c := range known {
		if slices.Contains(p.plan.Circles, c.ID) {
			out.Circles = append(out.Circles, c)
		}
	}
	for _, doc := range p.plan.Documents {
		h, _, err := item.Open(a, by, p.space, item.Document, doc, authz.DocumentRead)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		title, err := document.Called(a, h)
		if err != nil {
			return err
		}
		out.Documents = append(out.Documents, Paper{doc, title})
	}
	return nil
}

// sort puts the members of a space on one side or the other. Who has left it and is not
// kept out is on neither, nor is its author.
func (out *Part) sort(a *act.Act, author id.Person, p part, people []document.Recipient) error {
	frozen := freeze.Stands(a, p.space)
	if frozen != nil && !fault.Is(frozen, fault.Conflict) {
		return frozen
	}
	for _, to := range people {
		one := Recipient{Person: to.Person, Name: to.Name, Role: to.Role}
		here := to.Stay.Covers(a.Now)
		switch {
		case to.Person == author:
		case to.Sees && here:
			one.Chosen = slices.ContainsFunc(to.Grounds, func(g authz.Ground) bool { return slices.Contains(p.plan.Circles, g.Circle) })
			out.Will = append(out.Will, one)
		case !here && frozen != nil && !to.Role.Inside() && to.Reason == "not-member":
			one.Reason = Frozen
			out.Wont = append(out.Wont, one)
		case here || to.Reason == "wall":
			one.Reason = Reason(to.Reason)
			out.Wont = append(out.Wont, one)
		}
	}
	spoken(out.Will)
	spoken(out.Wont)
	return nil
}

// telling says how somebody is told of what leaves at an instant, as things stand. What
// asks her for an answer comes also to who wants no mail of a space.
func telling(a *act.Act, to *Recipient, n memo.New, when time.Time) error {
	if to.Role.Inside() {
		deputy, err := circle.DeputyOf(a, n.Space, to.Person)
		if err != nil {
			return err
		}
		if deputy != "" {
			to.Told = Away
			return nil
		}
	}
	card, err := firm.CardOf(a, to.Person)
	if err != nil {
		return err
	}
	_, refused, err := notice.RefusalOf(a, to.Person, card.Email)
	if err != nil {
		return err
	}
	muted, err := notice.Muted(a, n.Space, to.Person)
	if err != nil {
		return err
	}
	choice, err := notice.ChoiceOf(a, to.Person)
	if err != nil {
		return err
	}
	at := choice.Next(when)
	switch {
	case refused:
		to.Told = Bounced
	case muted && (n.Asks == "" || n.Internal != to.Role.Inside()):
		to.Told = Muted
	case at.After(when):
		to.Told, to.When = Later, at
	default:
		to.Told = AtOnce
	}
	return nil
}

// lacking notes, for those who see the memo, the documents that they do not see.
func (out *Part) lacking(a *act.Act) error {
	for _, doc := range out.Documents {
		on, err := item.Standing(a, doc.ID)
		if err != nil {
			return err
		}
		people, err := document.Explain(a, on, authz.DocumentRead)
		if err != nil {
			return err
		}
		sees := map[id.Person]bool{}
		for _, to := range people {
			sees[to.Person] = to.Sees
		}
		for i := range out.Will {
			if to := &out.Will[i]; !sees[to.Person] {
				to.Lacks = append(to.Lacks, doc)
			}
		}
	}
	return nil
}

// look is all that would become of a diffusion now.
func (s *Service) look(a *act.Act, by authz.Actor, r row, all []part) (View, error) {
	v := View{Diffusion: r.view(a.Now, all)}
	for _, p := range all {
		one, err := s.foresee(a, by, r, p)
		if err != nil {
			return v, err
		}
		v.Spaces = append(v.Spaces, one)
	}
	v.Seen = v.fingerprint()
	return v, nil
}

// view is a diffusion at an instant: one that is due is leaving, though its job has not
// begun.
func (r row) view(now time.Time, all []part) Diffusion {
	if r.state == Set && !r.at.After(now) {
		r.state = Running
	}
	d := Diffusion{ID: r.id, State: r.state, Words: r.words, At: r.at, Made: r.made, Ended: r.ended, Parts: len(all)}
	for _, p := range all {
		if p.state != Waiting {
			d.Gone++
		}
	}
	return d
}

// fingerprint stands for who would receive a diffusion, who would not, why, and what the
// guard has found: whoever confirms it has seen this and nothing else. How and when
// people are told is not part of it, which changes with the hour.
func (v View) fingerprint() string {
	type person struct {
		Person id.Person
		Reason Reason
		Lacks  []Paper
	}
	type space struct {
		Space      id.Space
		Reason     Reason
		Will, Wont []person
		Found      []string
	}
	said := struct {
		Words  Words
		Spaces []space
	}{Words: v.Words}
	short := func(all []Recipient) (out []person) {
		for _, to := range all {
			out = append(out, person{to.Person, to.Reason, to.Lacks})
		}
		return out
	}
	for _, p := range v.Spaces {
		one := space{Space: p.Space, Reason: p.Reason, Will: short(p.Will), Wont: short(p.Wont)}
		for _, f := range p.Found {
			one.Found = append(one.Found, f.ID())
		}
		said.Spaces = append(said.Spaces, one)
	}
	raw, err := json.Marshal(said)
	if err != nil { // texts alone
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16])
}
