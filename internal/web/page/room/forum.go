package room

import (
	"slices"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// trays are those of the space that the reader may have something in, in the
// order in which she finds them.
func (h here) trays() []space.Tray {
	if h.room.Party.ID == "" {
		return space.Trays()
	}
	return []space.Tray{space.PartyTray, space.SharedTray, space.FirmTray, space.ClientTray}
}

// party are the people of the reader's party, herself among them.
func (h here) party() (out []Contact) {
	for _, c := range h.room.Circles {
		if c.ID != h.room.Party.ID {
			continue
		}
		for i, p := range c.People {
			since := h.r.Printer.T("room.circle.why", h.name(c.Stays[i].By), h.r.Printer.Date(c.Stays[i].Span.Since))
			out = append(out, Contact{p.Name, h.role(p.Role) + " · " + since, "", ui.Avatar{Name: p.Name}})
		}
	}
	return out
}

// speaks says to whom somebody outside the firm writes in a forum: to all, or to
// her own party alone, when that is what she answers or chooses.
func (h here) speaks(c *ui.Composer, back memo.New, otherwise []id.Circle) {
	t, hers := h.r.Printer, h.room.Party
	c.Send.Label = t.T("room.send")
	if hers.ID == "" {
		c.Body.Hint = t.T("room.forum.all_read")
		return
	}
	only := slices.Contains(append(slices.Clone(back.Circles), otherwise...), hers.ID)
	c.Circles = &ui.Circles{Name: "circle", ID: c.ID + "-circle", Legend: t.T("room.to_whom"), One: true, Options: []ui.Circle{
		{Value: string(h.house().All), Name: t.T("room.forum.table"), People: t.T("room.forum.all_read"), Chosen: !only},
		{Value: string(hers.ID), Name: hers.Name, People: t.T("room.forum.party_reads"), Chosen: only},
	}}
}

// apart takes the common table and the parties out of a choice of circles for a
// document whose nature does not come before parties.
func (h here) apart(c *ui.Circles, n authz.Nature) {
	if !h.room.Forum || n.Takes(authz.WayForum) {
		return
	}
	c.Options = slices.DeleteFunc(c.Options, func(o ui.Circle) bool {
		return slices.ContainsFunc(h.room.Circles, func(v space.CircleView) bool {
			return string(v.ID) == o.Value && (v.Kind == circle.All || v.Kind == circle.Party)
		})
	})
}

// Release puts a document onto the common table, with what came back.
type Release struct {
	Summary ui.Summary
	Dialog  ui.Dialog
	Waits   *ui.Notice // it comes there by itself, or did not
	GiveUp  *ui.Dialog
	Later   *Form // at a set moment
	Replace *Form // in the place of an exhibit of the same side, which keeps its number
}

// release offers to put a document before all parties.
func (p *Pages) release(h here, d document.Detail, refused error) (*Release, error) {
	if !d.Release {
		return nil, nil
	}
	fixed, err := p.Forums.Instant(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	t, set, refused := h.r.Printer, h.back(refused, "documents", string(d.ID), "release", "set"), h.back(refused, "documents", string(d.ID), "release")
	out := &Release{}
	if !fault.Is(refused, fault.Invalid) { // else it stands in the form below
		out.Summary = ui.Refuse(t, refused).Mark()
	}
	out.Dialog = ui.Dialog{
		ID: "release-ask", Title: t.T("room.forum.release_ask", d.Title), Consequence: t.T("room.forum.release_consequence"),
		Opener: ui.Button{Label: t.T("room.forum.release"), Look: ui.Primary, Icon: "send"},
		Action: h.path("documents", string(d.ID), "release"), Confirm: ui.Button{Label: t.T("room.forum.release"), Look: ui.Primary},
	}
	pattern, err := p.Forums.Pattern(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	if !h.inside() && pattern.Contributions == circle.ToFirm {
		out.Dialog.Consequence, out.Dialog.Opener.Label, out.Dialog.Confirm.Label = t.T("forum.pattern.hand_over"), t.T("forum.pattern.hand"), t.T("forum.pattern.hand")
		out.Dialog.Title = t.T("forum.pattern.hand_ask", d.Title)
		return out, nil
	}
	h.later(out, d, fixed, set)
	out.Dialog.Hidden = h.anyway(refused, &out.Dialog.Confirm)
	if d.Nature == authz.NatureNone {
		out.Dialog.Consequence += " " + t.T("room.forum.release_nature")
	}
	if !h.inside() {
		out.Dialog.Consequence += " " + t.T("room.forum.release_final")
	}
	return out, nil
}

// DoRelease puts a document onto the common table of a forum.
func (p *Pages) DoRelease(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterDocument(r)
	if err != nil {
		return nil, err
	}
	err = p.Documents.Release(r.Context(), r.Actor, document.Releasing{Document: of, Replaces: id.Item(r.Value("replaces")), Confirm: r.Values("confirm")})
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) {
		return p.document(h, of, err, memo.New{})
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("documents", string(of)), "document_released"), nil
}
