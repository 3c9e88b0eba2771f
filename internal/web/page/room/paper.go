package room

import (
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/forum"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Paper is how a party is reached that nobody reads for, and what it is still to have.
type Paper struct {
	Stands string     // to whom its exhibits go on paper, since when and by whom
	Lacks  *ui.Notice // nobody reads for it, and nothing goes to it on paper
	Choose *Form
	Serve  *Form // what is still to be handed over, and that it was
	End    *ui.Dialog
}

// paper is what the page of a party says of it; nil for one that has readers, and for
// any other circle.
func (p *Pages) paper(h here, view space.CircleView, refused error) (*Paper, error) {
	if view.Kind != circle.Party {
		return nil, nil
	}
	found, err := p.Forums.Register(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	for i, to := range found.Parties {
		switch {
		case to.ID != view.ID:
		case to.Paper != nil:
			return h.branched(view, found, i, refused), nil
		case to.Readers == 0:
			return h.unread(view, refused), nil
		}
	}
	return nil, nil
}

// unread offers to reach a party on paper.
func (h here) unread(view space.CircleView, refused error) *Paper {
	t, refused := h.r.Printer, h.back(refused, "circles", string(view.ID), "paper")
	whom := ui.Field{Kind: ui.Area, Name: "whom", Label: t.T("room.paper.whom"), Hint: t.T("room.paper.whom_hint"), Length: forum.MaxWords}
	if refused != nil {
		whom.Value = h.r.Value("whom")
	}
	form := &Form{Action: h.path("circles", string(view.ID), "paper"), Summary: ui.Refuse(t, refused).Mark(&whom), Button: ui.Button{Label: t.T("room.paper.choose"), Icon: "file-text"}}
	form.Fields = []ui.Field{whom}
	return &Paper{Lacks: &ui.Notice{Look: ui.Signal, Title: t.T("room.paper.lacks"), Text: t.T("room.paper.lacks_text")}, Choose: form}
}

// branched says how a party is reached on paper, and takes note of what it was handed.
func (h here) branched(view space.CircleView, found forum.Register, at int, refused error) *Paper {
	t, b := h.r.Printer, found.Parties[at].Paper
	out := &Paper{Stands: t.T("room.paper.stands", b.Whom, t.Date(b.At), h.name(b.By))}
	out.End = &ui.Dialog{
		ID: "paper-end", Title: t.T("room.paper.end_ask", view.Name), Consequence: t.T("room.paper.end_consequence"),
		Opener: ui.Button{Label: t.T("room.paper.end"), Small: true}, Action: h.path("circles", string(view.ID), "paper", "end"), Confirm: ui.Button{Label: t.T("room.paper.end"), Look: ui.Danger},
	}
	due := ui.Field{Kind: ui.Checks, Name: "exhibit", Label: t.T("room.paper.due")}
	refused = h.back(refused, "circles", string(view.ID), "services")
	for _, l := range found.Lines {
		if c := l.Cells[at]; !c.Own && c.Paper == nil {
			due.Options = append(due.Options, ui.Option{Value: string(l.Version), Label: t.T("room.exhibit.choice", l.Label(), h.exhibit(l.Piece).Title), Note: l.Party.Name, Chosen: refused == nil || h.ticked("exhibit", string(l.Version))})
		}
	}
	if len(due.Options) == 0 {
		return out
	}
	day := ui.Field{Kind: ui.Date, Name: "day", Label: t.T("room.paper.day"), Value: h.r.Now.In(h.r.Zone()).Format("2006-01-02")}
	how := ui.Field{Kind: ui.Area, Name: "how", Label: t.T("room.paper.how"), Hint: t.T("room.paper.how_hint"), Length: forum.MaxWords}
	if refused != nil {
		day.Value, how.Value = h.r.Value("day"), h.r.Value("how")
	}
	out.Serve = &Form{Action: h.path("circles", string(view.ID), "services"), Summary: ui.Refuse(t, refused).Mark(&due, &day, &how), Button: ui.Button{Label: t.T("room.paper.serve"), Look: ui.Primary}}
	out.Serve.Fields = []ui.Field{due, day, how}
	return out
}

// ticked reports whether a form came back with a box of it ticked.
func (h here) ticked(name, value string) bool {
	for _, v := range h.r.Values(name) {
		if v == value {
			return true
		}
	}
	return false
}

// DoBranch has the exhibits of a forum handed to a party on paper.
func (p *Pages) DoBranch(r *web.Request) (web.Answer, error) {
	return p.tend(r, "paper_chosen", func(h here, c id.Circle) error {
		return p.Forums.Branch(r.Context(), r.Actor, forum.Branch{Space: h.room.ID, Party: c, Whom: r.Value("whom")})
	})
}

// DoUnbranch takes that back.
func (p *Pages) DoUnbranch(r *web.Request) (web.Answer, error) {
	return p.tend(r, "paper_ended", func(h here, c id.Circle) error {
		err := p.Forums.Unbranch(r.Context(), r.Actor, h.room.ID, c)
		if fault.Is(err, fault.NotFound) {
			return nil // it is over already
		}
		return err
	})
}

// DoServe takes note of what was handed over.
func (p *Pages) DoServe(r *web.Request) (web.Answer, error) {
	return p.tend(r, "paper_served", func(h here, c id.Circle) error {
		in := forum.Serving{Space: h.room.ID, Party: c, Day: r.Value("day"), How: r.Value("how")}
		for _, v := range r.Values("exhibit") {
			in.Exhibits = append(in.Exhibits, id.Version(v))
		}
		return p.Forums.Serve(r.Context(), r.Actor, in)
	})
}
