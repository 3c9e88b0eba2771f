package desk

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"cenacle/internal/firm"
	"cenacle/internal/fold"
	"cenacle/internal/forum"
	"cenacle/internal/id"
	"cenacle/internal/overview"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Where is who is in which of the reader's spaces, and why.
type Where struct {
	ui.Base
	Action string
	Who    ui.Field
	In     ui.Field
	Show   ui.Button
	File   string
	Rooms  []WhereRoom
	None   ui.Empty
	More   *ui.More
}

// WhereRoom is a space with who is in it.
type WhereRoom struct {
	Name, Href string
	People     []WherePerson
}

// WherePerson is somebody there.
type WherePerson struct {
	Name   string
	Only   string // where she alone is shown
	Avatar ui.Avatar
	Line   string
	Groups string // by which she is there, or empty
	For    string // in whose place, or empty
}

var wherePage = ui.Parse[Where](files, "where.tmpl")

const (
	wheres     = 40  // spaces on a page
	mostChoice = 200 // spaces that are offered to look at one of them
)

// Where shows who is in what.
func (p *Pages) Where(r *web.Request) (web.Answer, error) {
	q := whereQuery(r)
	found, next, err := p.Overview.Where(r.Context(), r.Actor, q)
	if err != nil {
		return nil, err
	}
	b := frame(r, r.Printer.T("desk.where.title"))
	b.Section, b.Path = "people", r.FirmPath("where")
	b.Crumbs = []ui.Link{{Href: r.FirmPath("people"), Label: b.T("web.nav.people")}}
	page := Where{
		Base: b, Action: b.Path, File: b.Path + "/file" + narrowed(q), Show: ui.Button{Label: b.T("desk.where.show"), Small: true},
		None: ui.Empty{Icon: "users", Title: b.T("desk.where.none"), Text: b.T("desk.where.none_text")},
	}
	for _, one := range found {
		page.Rooms = append(page.Rooms, whereRoom(r, b, one))
	}
	if next.Limit > 0 {
		v := url.Values{"changed": {strconv.FormatInt(next.Changed.UnixMicro(), 10)}, "after": {string(next.After)}}
		if q.Person != "" {
			v.Set("person", string(q.Person))
		}
		page.More = &ui.More{Href: "?" + v.Encode(), List: "where"}
	}
	if err := p.choices(r, b, q, &page); err != nil {
		return nil, err
	}
	return web.Show(wherePage, page), nil
}

func whereQuery(r *web.Request) overview.WhereQuery {
	q := overview.WhereQuery{Space: id.Space(r.Value("space")), Person: id.Person(r.Value("person")), Page: space.Page{Limit: wheres}}
	if changed, err := strconv.ParseInt(r.Value("changed"), 10, 64); err == nil {
		q.Page.Changed, q.Page.After = time.UnixMicro(changed), id.Space(r.Value("after"))
	}
	return q
}

// narrowed is the query of what is looked at.
func narrowed(q overview.WhereQuery) string {
	v := url.Values{}
	if q.Space != "" {
		v.Set("space", string(q.Space))
	}
	if q.Person != "" {
		v.Set("person", string(q.Person))
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

func whereRoom(r *web.Request, b ui.Base, of overview.Peopled) WhereRoom {
	room := WhereRoom{Name: of.Name, Href: r.SpacePath(of.ID, "people")}
	for _, m := range of.People {
		line := WherePerson{
			Name: m.Name, Only: "?person=" + string(m.Person), Avatar: ui.Avatar{Name: m.Name, Firm: m.Role.Inside()},
			Line: b.T("desk.where.line", b.T("space.role."+string(m.Role)), b.Date(m.Since), b.List(overview.CircleNames(r.Printer, m.Circles))),
		}
		if len(m.Groups) > 0 {
			line.Groups = b.N("room.group.by", len(m.Groups), b.List(m.Groups))
		}
		if m.For != "" {
			line.For = b.T("desk.where.for", m.For)
		}
		room.People = append(room.People, line)
	}
	return room
}

// choices are the people and the spaces that can be looked at alone.
func (p *Pages) choices(r *web.Request, b ui.Base, q overview.WhereQuery, page *Where) error {
	staff, err := p.Firms.People(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	own, err := p.Spaces.List(r.Context(), r.Actor, space.Page{Limit: mostChoice})
	if err != nil {
		return err
	}
	page.Who = ui.Field{Kind: ui.Select, Name: "person", Label: b.T("desk.where.person"), Optional: true, Options: []ui.Option{{Label: b.T("desk.where.everybody")}}}
	known := false
	for _, c := range staff {
		if c.State == firm.Active {
			known = known || c.Person == q.Person
			page.Who.Options = append(page.Who.Options, ui.Option{Value: string(c.Person), Label: c.Name, Chosen: c.Person == q.Person})
		}
	}
	if !known && q.Person != "" && len(page.Rooms) > 0 { // from outside the firm, and in one of the spaces
		page.Who.Options = append(page.Who.Options, ui.Option{Value: string(q.Person), Label: page.Rooms[0].People[0].Name, Chosen: true})
	}
	page.In = ui.Field{Kind: ui.Select, Name: "space", Label: b.T("desk.where.space"), Optional: true, Options: []ui.Option{{Label: b.T("desk.where.everywhere")}}}
	for _, s := range own {
		page.In.Options = append(page.In.Options, ui.Option{Value: string(s.ID), Label: s.Name, Chosen: s.ID == q.Space})
	}
	return nil
}

// WhereFile gives it for a spreadsheet.
func (p *Pages) WhereFile(r *web.Request) (web.Answer, error) {
	q := whereQuery(r)
	if _, _, err := p.Overview.Where(r.Context(), r.Actor, q); err != nil {
		return nil, err
	}
	name := fold.File(r.Printer.T("desk.where.title")) + ".csv"
	return web.Answering(func(w http.ResponseWriter, rr *web.Request) error {
		return web.Flow(w, rr, name, forum.Media, rr.Recheck, func(out io.Writer) error {
			return p.Overview.WriteWhere(rr.Context(), out, rr.Actor, rr.Printer, q)
		})
	}), nil
}
