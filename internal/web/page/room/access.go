package room

import (
	"strings"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/overview"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Access is who opened a space, and the gesture that shuts it.
type Access struct {
	ui.Base
	Tabs     []ui.Tab // of the firm's side
	Lead     string
	Openings []Opened
	Empty    ui.Empty
	More     *ui.More
	Host     []Opened
	NoHost   string
	Freeze   Freezing
	Support  ui.Link // where she lets the host look
	Sessions ui.Link // where she sees and ends her own sessions
}

// Opened is one line of who opened what.
type Opened struct {
	What  string
	By    string // who, and when
	Badge string // on which side she stands
	Title string
	Href  string
}

// Freezing is the gesture, or what there is to know of a freeze that stands.
type Freezing struct {
	Title, Text string
	Dialog      *ui.Dialog
	Stands      *ui.Notice
	Thaw        *Form // for who may open the space again
}

var accessPage = ui.Parse[Access](files, "access.tmpl", "part.tmpl")

// openings is how many lines a page of them shows.
const openings = 50

// Access shows who opened the space.
func (p *Pages) Access(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	return p.access(h, nil)
}

func (p *Pages) access(h here, refused error) (web.Answer, error) {
	r := h.r
	q := overview.JournalQuery{Before: id.Entry(r.URL.Query().Get("before")), Limit: openings}
	found, more, err := p.Overview.Openings(r.Context(), r.Actor, overview.Sources{Documents: p.Documents}, h.room.ID, q)
	if err != nil {
		return nil, err
	}
	hosted, err := p.Overview.Hosted(r.Context(), r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	page := Access{Base: h.base(r.Printer.T("room.access.title." + h.side()))}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()})
	page.Lead, page.NoHost = page.T("room.access.lead."+h.side()), page.T("room.access.no_host")
	if h.inside() {
		page.Tabs = h.tabs("people")
	}
	page.Empty = ui.Empty{Icon: "eye", Title: page.T("room.access.none"), Text: page.T("room.access.none_text")}
	for _, o := range found {
		page.Openings = append(page.Openings, h.opened(page.Base, o))
	}
	if more != "" {
		page.More = &ui.More{Href: "?before=" + string(more), List: "openings"}
	}
	for _, e := range hosted {
		line := h.opened(page.Base, overview.Opening{Entry: e, Side: overview.OfHost})
		page.Host = append(page.Host, line)
	}
	page.Support = ui.Link{Href: h.path("support"), Label: page.T("support.link")}
	page.Sessions = ui.Link{Href: "/account", Label: page.T("room.access.sessions"), Icon: "device-desktop"}
	if page.Freeze, err = p.freezing(h, refused); err != nil {
		return nil, err
	}
	if refused != nil {
		return web.Again(accessPage, page, refused), nil
	}
	return web.Show(accessPage, page), nil
}

// side is on which side of the space the reader stands.
func (h here) side() string {
	if h.inside() {
		return "firm"
	}
	return "client"
}

func (h here) opened(b ui.Base, o overview.Opening) Opened {
	line, who := Opened{What: b.T("room.access.act." + o.Kind), Title: o.Title}, o.ActorName
	switch {
	case o.Side == overview.OfHost:
		who = b.T("room.access.host")
	case o.Actor == h.r.Actor.Person:
		who = b.T("room.you")
	case o.Side == overview.OfFirm:
		line.Badge = b.T("room.access.firm")
	}
	if o.Kind == "support.given" || o.Kind == "token.lent" {
		o.AboutName = o.ActorName // who lets it look is whose permission it is
	}
	line.By = b.T("room.access.by", who, b.DateTime(o.At))
	switch noun, _, _ := strings.Cut(o.Kind, "."); noun {
	case "member", "space", "support", "token":
		line.Title = o.AboutName
	case "memo":
		line.Href, line.Title = memoHref(h, id.Item(o.Object)), b.T("room.access.memo")
	case "document":
		line.Href = h.path("documents", o.Object)
	}
	return line
}

// freezing is what the reader may do about a freeze.
func (p *Pages) freezing(h here, refused error) (Freezing, error) {
	t, side := h.r.Printer, h.side()
	out := Freezing{Title: t.T("room.freeze.title." + side), Text: t.T("room.freeze.text." + side)}
	if h.inside() {
		f, err := p.frozen(h)
		if err != nil {
			return out, err
		}
		if f != nil {
			f.Link = nil
			out.Stands = f
			if h.keepsHolds() {
				out.Thaw = h.reasoned(h.path("thaw"), "f-thaw", "room.freeze.reason", refused)
				out.Thaw.Button = ui.Button{Label: t.T("room.freeze.thaw"), Look: ui.Primary}
			}
			return out, nil
		}
	}
	out.Dialog = &ui.Dialog{
		ID: "freeze", Action: h.path("freeze"), Title: t.T("room.freeze.ask." + side), Consequence: t.T("room.freeze.consequence." + side),
		Opener:  ui.Button{Label: t.T("room.freeze.open." + side), Icon: "lock"},
		Confirm: ui.Button{Label: t.T("room.freeze.open." + side), Look: ui.Danger},
	}
	return out, nil
}

// frozen says on the first page of the firm's side that the space is frozen.
func (p *Pages) frozen(h here) (*ui.Notice, error) {
	f, err := p.Freezes.Standing(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil || f == nil {
		return nil, err
	}
	t := h.r.Printer
	return &ui.Notice{
		Look: ui.Signal, Title: t.T("room.freeze.stands"), Text: t.N("room.freeze.since", len(f.People), f.ByName, t.DateTime(f.At)),
		Link: &ui.Link{Href: h.path("access"), Label: t.T("room.freeze.see")},
	}, nil
}

// DoFreeze shuts everyone outside the firm out of the space. Who was one of them
// is led to her own sessions, since she does not see the space any more.
func (p *Pages) DoFreeze(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	if err := p.Freezes.Freeze(r.Context(), r.Actor, h.room.ID); err != nil {
		return nil, err
	}
	if h.inside() {
		return web.Done(h.path("access"), "space_frozen"), nil
	}
	return web.Done("/account", "own_space_frozen"), nil
}

// DoThaw lets those who were shut out in again.
func (p *Pages) DoThaw(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	err = p.Freezes.Thaw(r.Context(), r.Actor, h.room.ID, r.Value("reason"))
	if fault.Is(err, fault.Invalid) {
		return p.access(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("access"), "space_thawed"), nil
}
