package desk

import (
	"net/url"
	"strings"
	"time"

	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Results is what a search brought: documents that have the words in their titles
// first, memos last.
type Results struct {
	ui.Base
	Search   Search
	Asked    bool
	Narrow   Narrow
	Titles   []ui.DocumentRow
	Contents []ui.DocumentRow
	More     string // address of the next page of documents, or empty
	Talks    []Said
	Further  string // address of earlier memos, or empty
}

// Narrow are the ways to ask for less.
type Narrow struct {
	Action, Words, Space string
	Open                 bool // something is asked already
	Tray, Look, From, To ui.Field
	Everywhere           ui.Link // without the space; empty when none is asked
}

const (
	found     = 20  // documents of one page
	mostWords = 200 // bytes of a query
)

var searchPage = ui.Parse[Results](files, "search.tmpl", "part.tmpl")

// Search finds documents by words of their titles and contents in the actor's
// spaces.
func (p *Pages) Search(r *web.Request) (web.Answer, error) {
	asked := r.URL.Query()
	find, err := findOf(asked, r.Zone())
	if err != nil {
		return nil, err
	}
	var hits []document.Hit
	var more document.Found
	if find.Text != "" && !asked.Has("memos") {
		find.Limit = found
		if hits, more, err = p.Documents.Search(r.Context(), r.Actor, find); err != nil {
			return nil, err
		}
	}
	b := frame(r, r.Printer.T("desk.search.title"))
	if !r.Actor.Role.Inside() {
		b = r.Base(ui.Client, b.Title)
	}
	b.Crumbs = []ui.Link{{Href: r.FirmPath(), Label: b.T("desk.your_spaces")}}
	page := newResults(b, r, hits, r.Actor.Person)
	if err := p.talks(r, b, find, &page); err != nil {
		return nil, err
	}
	page.Search, page.Asked = Search{Action: r.FirmPath("search"), Words: find.Text}, find.Text != ""
	page.Narrow = narrow(b, r.FirmPath("search"), asked, find)
	if more.Item != "" {
		asked.Set("after", string(more.Where)+"."+string(more.Item))
		page.More = r.FirmPath("search") + "?" + asked.Encode()
	}
	return web.Show(searchPage, page), nil
}

// findOf reads what is asked for. An address somebody has edited asks for what
// does not exist.
func findOf(asked url.Values, zone *time.Location) (f document.Find, err error) {
	f.Text = strings.TrimSpace(strings.ToValidUTF8(asked.Get("q"), ""))
	if len(f.Text) > mostWords {
		f.Text = strings.ToValidUTF8(f.Text[:mostWords], "")
	}
	if in := asked.Get("space"); in != "" {
		if f.Space, err = id.Parse[id.Space](in); err != nil {
			return f, fault.Absent().Because(err)
		}
	}
	f.Tray, f.Look = space.Tray(asked.Get("tray")), document.Look(asked.Get("kind"))
	if f.From, err = day(asked.Get("from"), zone, 0); err != nil {
		return f, err
	}
	if f.To, err = day(asked.Get("to"), zone, 1); err != nil {
		return f, err
	}
	where, at, on := strings.Cut(asked.Get("after"), ".")
	if on {
		f.After = document.Found{Where: document.Where(where)}
		if f.After.Item, err = id.Parse[id.Item](at); err != nil || f.After.Where != document.InTitle && f.After.Where != document.InContents {
			return f, fault.Absent().Because(err)
		}
	}
	return f, nil
}

// day is the beginning of a civil day, some days later; none is the zero time.
func day(text string, zone *time.Location, later int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return at, fault.Absent().Because(err)
	}
	return at.AddDate(0, 0, later), nil
}

func newResults(b ui.Base, to paths, hits []document.Hit, me id.Person) Results {
	page := Results{Base: b}
	for _, h := range hits {
		place := to.SpacePath(h.Space, "documents", string(h.ID))
		row := ui.DocumentRow{
			Href: place, Title: h.Title, Media: h.Current.Media, Size: h.Current.Size, At: b.When(h.Current.Created), By: h.AuthorName,
			Unread: !h.Read && h.Author != me, Versions: int(h.Current.Number), Download: place + "/file",
			In: ui.Link{Href: to.SpacePath(h.Space), Label: h.SpaceName},
		}
		if h.Where == document.InTitle {
			page.Titles = append(page.Titles, row)
		} else {
			page.Contents = append(page.Contents, row)
		}
	}
	return page
}

// narrow is the form that asks for less, filled with what was asked.
func narrow(b ui.Base, action string, asked url.Values, f document.Find) Narrow {
	tray := ui.Field{Kind: ui.Select, Name: "tray", Label: b.T("desk.search.tray"), Optional: true, Short: true, Options: []ui.Option{{Label: b.T("desk.search.anywhere")}}}
	for _, v := range []space.Tray{space.FirmTray, space.ClientTray, space.SharedTray} {
		tray.Options = append(tray.Options, ui.Option{Value: string(v), Label: b.T("desk.search.tray." + string(v)), Chosen: f.Tray == v})
	}
	look := ui.Field{Kind: ui.Select, Name: "kind", Label: b.T("desk.search.kind"), Optional: true, Short: true, Options: []ui.Option{{Label: b.T("desk.search.any")}}}
	for _, v := range []document.Look{document.PDF, document.Picture, document.Text, document.Other} {
		look.Options = append(look.Options, ui.Option{Value: string(v), Label: b.T("desk.search.kind." + string(v)), Chosen: f.Look == v})
	}
	on := func(name, label string) ui.Field {
		return ui.Field{Kind: ui.Date, Name: name, Label: b.T(label), Optional: true, Value: asked.Get(name)}
	}
	n := Narrow{
		Action: action, Words: f.Text, Space: string(f.Space),
		Tray: tray, Look: look,
		From: on("from", "desk.search.from"), To: on("to", "desk.search.to"),
		Open: f.Tray != "" || f.Look != "" || !f.From.IsZero() || !f.To.IsZero(),
	}
	if f.Space != "" {
		n.Everywhere = ui.Link{Href: action + "?" + url.Values{"q": {f.Text}}.Encode(), Label: b.T("desk.search.everywhere")}
	}
	return n
}
