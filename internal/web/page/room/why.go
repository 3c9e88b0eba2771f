package room

import (
	"slices"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/group"
	"cenacle/internal/id"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Why is who sees a document, a memo or a date, who does not, and what decides it: the
// rule's own reason, in words.
type Why struct {
	ui.Base
	Facts  string
	Notice *ui.Notice // what keeps it from those who see it, or from those who left
	Sees   []Seer
	Misses []Seer
	Back   ui.Link
}

// Seer is one member, and why she sees it or not.
type Seer struct {
	Name, Role string
	Avatar     ui.Avatar
	Reasons    []string
}

var whyPage = ui.Parse[Why](files, "why.tmpl", "part.tmpl")

// DocumentWhy shows who sees a document, and why.
func (p *Pages) DocumentWhy(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterDocument(r)
	if err != nil {
		return nil, err
	}
	people, err := p.Documents.Why(r.Context(), r.Actor, of)
	if err != nil {
		return nil, err
	}
	d, err := p.shown(h, of)
	if err != nil {
		return nil, err
	}
	page, err := p.why(h, people, d.Nature)
	if err != nil {
		return nil, err
	}
	page.Back = ui.Link{Href: h.path("documents", string(of)), Label: page.T("room.why.to_document")}
	page.Facts = page.T("room.document_facts", d.AuthorName, page.DateTime(d.Created), page.Bytes(d.Current.Size))
	if held, _ := h.screening(d.Current.Screening); held != "" {
		page.Notice = &ui.Notice{Look: ui.Signal, Title: page.T("room.why.held"), Text: held}
	}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: page.Back.Href, Label: d.Title})
	return web.Show(whyPage, page), nil
}

// MemoWhy shows who sees a memo, and why.
func (p *Pages) MemoWhy(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	of, err := web.PathID[id.Item](r, "memo")
	if err != nil {
		return nil, err
	}
	found, err := p.Memos.Why(r.Context(), r.Actor, h.room.ID, of)
	if err != nil {
		return nil, err
	}
	page, err := p.why(h, found.People, authz.NatureNone)
	if err != nil {
		return nil, err
	}
	page.Facts = page.T("room.why.memo", h.name(found.Author), page.DateTime(found.Created))
	page.Back = ui.Link{Href: h.path() + "#talks", Label: page.T("room.why.to_talks")}
	return web.Show(whyPage, page), nil
}

// EventWhy shows who sees a date of the agenda, and why.
func (p *Pages) EventWhy(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	of, err := web.PathID[id.Item](r, "event")
	if err != nil {
		return nil, err
	}
	people, err := p.Agendas.Why(r.Context(), r.Actor, h.room.ID, of)
	if err != nil {
		return nil, err
	}
	d, err := p.Agendas.Show(r.Context(), r.Actor, h.room.ID, of)
	if err != nil {
		return nil, err
	}
	page, err := p.why(h, people, authz.NatureNone)
	if err != nil {
		return nil, err
	}
	page.Facts = d.Title + " · " + r.When(d.When)
	page.Back = ui.Link{Href: h.path("agenda", string(of)), Label: page.T("room.why.to_event")}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: page.Back.Href, Label: d.Title})
	return web.Show(whyPage, page), nil
}

func (p *Pages) why(h here, people []document.Recipient, n authz.Nature) (Why, error) {
	page := Why{Base: h.base(h.r.Printer.T("room.why.title"))}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.room.Name})
	present, err := p.Groups.Here(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return page, err
	}
	for _, to := range people {
		one := h.seer(page.Base, to, n)
		if to.Sees {
			one.Reasons = append(one.Reasons, h.byGroups(page.Base, present, to)...)
		}
		if to.Sees {
			page.Sees = append(page.Sees, one)
		} else {
			page.Misses = append(page.Misses, one)
		}
	}
	page.Notice, err = p.frozen(h)
	return page, err
}

// byGroups says by which groups somebody is in the circles that a decision rests on.
func (h here) byGroups(b ui.Base, present group.Present, to document.Recipient) (out []string) {
	for _, g := range to.Grounds {
		if by := present.Through(to.Person, g.Circle, g.Stay); len(by) > 0 {
			out = append(out, b.N("room.why.group", len(by), b.List(by), b.DateTime(g.Stay.Since)))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// seer words one decision.
func (h here) seer(b ui.Base, to document.Recipient, n authz.Nature) Seer {
	one := Seer{Name: to.Name, Avatar: ui.Avatar{Name: to.Name, Firm: to.Role.Inside()}}
	one.Role = h.role(to.Role)
	switch to.Reason {
	case "not-member":
		one.Reasons = []string{b.T("room.why.not-member", b.DateTime(to.Stay.Until))}
	case "nature":
		one.Reasons = []string{b.T("room.why.nature", h.nature(n), h.role(to.Role))}
	case "not-addressed":
		one.Reasons = []string{b.T("room.why.not-addressed", b.List(h.circlesOf(to.Grounds)))}
	default:
		for _, g := range to.Grounds {
			one.Reasons = append(one.Reasons, h.ground(b, to, g))
		}
	}
	if len(one.Reasons) == 0 {
		one.Reasons = []string{b.T("room.why." + to.Reason)}
	}
	return one
}

// ground says how an address brings something to a member, or why not.
func (h here) ground(b ui.Base, to document.Recipient, g authz.Ground) string {
	key := to.Reason
	switch {
	case to.Sees && g.Sent.Before(g.Stay.Since):
		key = "extended"
	case to.Sees:
		key = "through"
	case key == "left-circle":
		return b.T("room.why.left-circle", h.circlesOf([]authz.Ground{g})[0], b.DateTime(g.Stay.Until))
	}
	return b.T("room.why."+key, h.circlesOf([]authz.Ground{g})[0], b.DateTime(g.Stay.Since), b.DateTime(g.Sent))
}

func (h here) circlesOf(grounds []authz.Ground) []string {
	out := make([]string, len(grounds))
	for i, g := range grounds {
		for _, c := range h.room.Circles {
			if c.ID == g.Circle {
				out[i] = h.circleName(c.Circle)
			}
		}
	}
	return out
}

// seers says in words who sees something that was sent to circles: those outside
// the firm by their names.
func (h here) seers(people []document.Recipient, sent []id.Circle) string {
	var outside []string
	for _, to := range people {
		if to.Sees && !to.Role.Inside() {
			outside = append(outside, to.Name)
		}
	}
	if len(outside) == 0 {
		return h.within(sent)
	}
	if slices.ContainsFunc(people, func(to document.Recipient) bool { return to.Sees && to.Role.Inside() }) {
		outside = append(outside, h.r.Printer.T("room.the_firm"))
	}
	return h.r.Printer.List(outside)
}
