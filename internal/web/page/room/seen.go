package room

import (
	"cmp"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/overview"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// SeenAs is what a member from outside the firm sees, shown to a lawyer of the
// space: her page without anything to do on it.
type SeenAs struct {
	ui.Base
	Name      string // hers
	Circles   string
	Matter    string
	Next      string
	Dates     *Dates
	Checklist *Checklist
	Shut      string
	Shelves   []Shelf
	Receipts  []ui.Link
	Talks     []Talk
	Back      string
}

var seenPage = ui.Parse[SeenAs](files, "seen.tmpl", "part.tmpl")

// seenMemos is how many memos such a page shows.
const seenMemos = 100

// DoSeeAs shows what a member sees; it is recorded, and so it is a gesture.
func (p *Pages) DoSeeAs(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return nil, err
	}
	person, err := web.PathID[id.Person](r, "person")
	if err != nil {
		return nil, err
	}
	seen, err := p.Overview.SeenAs(r.Context(), r.Actor, overview.Sources{Documents: p.Documents, Requests: p.Asks},
		overview.ScreenQuery{Space: of, After: map[space.Tray]id.Item{}, Rows: rows, Memos: seenMemos}, person)
	if fault.Is(err, fault.Invalid) {
		h, failed := p.census(r)
		if failed != nil {
			return nil, failed
		}
		return p.people(h, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Show(seenPage, p.seen(r, seen)), nil
}

func (p *Pages) seen(r *web.Request, seen overview.Seen) SeenAs {
	hers := *r
	hers.Actor, hers.Card = seen.As, seen.Card
	h := stand(&hers, seen.Room)
	h.all, h.rows = seen.Screen, rows
	page := SeenAs{Base: r.Base(ui.Desk, r.Printer.T("room.seen.title", seen.Card.Name)), Name: seen.Card.Name, Back: h.path("people"), Shut: seen.Rule.Sentence}
	b := page.Base
	page.Section, page.Crumbs = "desk", []ui.Link{
		{Href: r.FirmPath(), Label: b.T("web.nav.desk")}, {Href: h.path(), Label: seen.Room.Name}, {Href: page.Back, Label: b.T("room.tab.people")},
	}
	names := make([]string, len(h.room.Circles))
	for i, c := range h.room.Circles {
		names[i] = h.circleName(c.Circle)
	}
	page.Circles = b.List(names)
	if len(h.room.Matters) > 0 {
		page.Matter = h.room.Matters[0].Name
	}
	page.Next = next(b, h.waits(b, seen.Waits, nil))
	if page.Dates = h.next(); page.Dates != nil {
		page.Dates.Href = ""
		for i := range page.Dates.Events {
			page.Dates.Events[i].Unread = false
		}
	}
	page.Receipts = h.receipts(b)
	page.Shelves = h.shelves(b)
	for i, shelf := range page.Shelves {
		if shelf.Key == "tray-"+string(space.PartyTray) { // it may well hold something
			page.Shelves[i].Hint, page.Shelves[i].Empty = "", ui.Empty{Icon: "lock", Title: b.T("room.forum.kept"), Text: b.T("room.forum.kept_why")}
		}
		for _, f := range shelf.Folders {
			for i := range f.Documents {
				f.Documents[i].Pick = ""
			}
		}
	}
	page.Talks, _ = h.conversation(b, nil, memo.New{})
	for i := range page.Talks {
		page.Talks[i].Reply, page.Talks[i].Seen = ui.Composer{}, nil
		for j := range page.Talks[i].Memos {
			page.Talks[i].Memos[j].Ask = nil
		}
		page.Talks[i].Subject = cmp.Or(page.Talks[i].Subject, b.T("room.seen.talk"))
	}
	if page.Checklist = p.checklist(h, b, seen.Requests, seen.Rule, said{}); page.Checklist != nil {
		for i := range page.Checklist.Open {
			e := &page.Checklist.Open[i]
			e.Send, e.Acts, e.Folds, e.Reuse = nil, nil, nil, nil
		}
	}
	return page
}
