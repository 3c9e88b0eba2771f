// Package room is the screen of a space: documents and conversation together,
// as the firm's side works in it and as the client lives in it; and the pages
// that hang from it: one document, its people, its receipts, its journal.
//
// It decides no right and opens no seal; what a page does not receive from a
// use case it cannot show. Start at [Pages.Show].
package room

import (
	"cmp"
	"embed"
	"net/http"
	"slices"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/attest"
	"cenacle/internal/authz"
	"cenacle/internal/bundle"
	"cenacle/internal/circle"
	"cenacle/internal/conflict"
	"cenacle/internal/deposit"
	"cenacle/internal/depositlink"
	"cenacle/internal/dire"
	"cenacle/internal/dispatch"
	"cenacle/internal/document"
	"cenacle/internal/firm"
	"cenacle/internal/forum"
	"cenacle/internal/freeze"
	"cenacle/internal/group"
	"cenacle/internal/guard"
	"cenacle/internal/hold"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/item"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	"cenacle/internal/notice"
	"cenacle/internal/offer"
	"cenacle/internal/overview"
	"cenacle/internal/preview"
	"cenacle/internal/question"
	"cenacle/internal/request"
	"cenacle/internal/slot"
	"cenacle/internal/space"
	"cenacle/internal/vigilance"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

//go:embed *.tmpl
var files embed.FS

// Pages answers for everything inside a space.
type Pages struct {
	Circles     *circle.Service
	Spaces      *space.Service
	Documents   *document.Service
	Previews    *preview.Service
	Deposits    *deposit.Service
	Asks        *request.Service
	Holds       *hold.Service
	Freezes     *freeze.Service
	Notices     *notice.Service
	Guard       *guard.Service
	Conflicts   *conflict.Service
	Memos       *memo.Service
	Agendas     *agenda.Service
	Forums      *forum.Service
	Dispatch    *dispatch.Service
	Attests     *attest.Service
	Lifecycle   *lifecycle.Service
	Overview    *overview.Service
	Firms       *firm.Service
	Invitations *invitation.Service
	Letterboxes *depositlink.Service
	Bundles     *bundle.Service
	Groups      *group.Service
	Slots       *slot.Service
	Offers      *offer.Service
	Dires       *dire.Service
	Asked       *question.Service
	Dossiers    *vigilance.Service
	Limit       int64 // bytes of one upload
	Passkeys    bool  // they are offered here
}

const (
	first = 20 // documents of a tray on the first screen: the conversation is not to be a long way down
	rows  = 50 // of each tray with each « Afficher la suite »
	memos = 60 // memos of the conversation on the first screen

	receipts = 50 // receipts listed below the deposits
)

// here is what every page of a space has read.
type here struct {
	r     *web.Request
	room  space.Room
	all   overview.Screen // of the first page only
	rows  int             // documents of a tray that it shows
	lists []forum.List    // of exhibits, where an answer may be chosen among them
}

func (p *Pages) enter(r *web.Request) (here, error) {
	of, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return here{}, err
	}
	room, err := p.Spaces.Show(r.Context(), r.Actor, of)
	return stand(r, room), err
}

func stand(r *web.Request, room space.Room) here {
	slices.SortStableFunc(room.Circles, func(a, b space.CircleView) int { return cmp.Compare(rank(a.Kind), rank(b.Kind)) })
	return here{r: r, room: room}
}

// look reads the first page of a space, all of it at once.
func (p *Pages) look(r *web.Request) (here, error) {
	of, err := web.PathID[id.Space](r, "space")
	if err != nil {
		return here{}, err
	}
	q := overview.ScreenQuery{Space: of, After: map[space.Tray]id.Item{}, Rows: first + 1, Before: id.Item(r.Value("before")), Memos: memos}
	asked := r.URL.Query()
	for _, tray := range space.Trays() {
		if after := asked.Get("after-" + string(tray)); after != "" {
			q.After[tray], q.Rows = id.Item(after), rows+1
		}
	}
	all, err := p.Overview.Screen(r.Context(), r.Actor, overview.Sources{Documents: p.Documents, Requests: p.Asks}, q)
	h := stand(r, all.Room)
	h.all, h.rows = all, q.Rows-1
	return h, err
}

// rank is the place of a circle among those that are offered: from the fewest
// readers to the most, then those that the space made for itself.
func rank(k circle.Kind) int {
	switch k {
	case circle.Firm:
		return 0
	case circle.Client:
		return 1
	case circle.All:
		return 2
	case circle.Inner:
		return 3
	case circle.Party:
		return 5
	}
	return 4
}

func (h here) path(segments ...string) string { return h.r.SpacePath(h.room.ID, segments...) }

func (h here) inside() bool { return h.room.Mine.Inside() }

// base is the frame of a page of the space. Its name is the client's: the
// client's own pages bear the firm's name instead.
func (h here) base(title string) ui.Base {
	if !h.inside() {
		b := h.r.Base(ui.Client, title)
		b.FirmHref = h.path()
		return b
	}
	b := h.r.Base(ui.Desk, title)
	b.Section = "desk"
	b.Crumbs = []ui.Link{{Href: h.r.FirmPath(), Label: b.T("web.nav.desk")}}
	return b
}

func (h here) tabs(current string) []ui.Tab {
	p := h.r.Printer
	out := []ui.Tab{
		{Href: h.path(), Label: p.T("room.tab.space"), Current: current == "space"},
		{Href: h.path("requests"), Label: p.T("room.tab.requests"), Current: current == "requests"},
		{Href: h.path("agenda"), Label: p.T("room.tab.agenda"), Current: current == "agenda"},
		{Href: h.path("folders"), Label: p.T("room.tab.folders"), Current: current == "folders"},
		{Href: h.path("people"), Label: p.T("room.tab.people"), Current: current == "people"},
		{Href: h.path("trash"), Label: p.T("room.tab.trash"), Current: current == "trash"},
		{Href: h.path("journal"), Label: p.T("room.tab.journal"), Current: current == "journal"},
	}
	if h.room.Forum {
		out = slices.Insert(out, 1, ui.Tab{Href: h.path("exhibits"), Label: p.T("room.tab.exhibits"), Current: current == "exhibits"})
	}
	return out
}

// name is how a person of the space is called; one who left keeps her name.
func (h here) name(person id.Person) string {
	return cmp.Or(h.room.Called(person), h.r.Printer.T("room.former_member"))
}

func (h here) ofFirm(person id.Person) bool {
	return slices.ContainsFunc(h.room.People, func(p space.Person) bool { return p.Person == person && p.Role.Inside() })
}

// circleName is a circle as the catalogs or its maker name it.
func (h here) circleName(c circle.Circle) string {
	if c.Name != "" {
		return c.Name
	}
	if h.room.Forum && c.Kind == circle.All {
		return h.r.Printer.T("room.forum.table")
	}
	return h.r.Printer.T("circle.kind." + string(c.Kind))
}

// audience says in words whom circles reach: the names of those outside the
// firm first, since they are what a sender must get right.
func (h here) audience(circles []id.Circle) string {
	var outside, firm []string
	seen := map[id.Person]bool{}
	for _, c := range h.room.Circles {
		if !slices.Contains(circles, c.ID) {
			continue
		}
		for _, p := range c.People {
			if seen[p.Person] {
				continue
			}
			seen[p.Person] = true
			if p.Role.Inside() {
				firm = append(firm, p.Name)
			} else {
				outside = append(outside, p.Name)
			}
		}
	}
	if len(outside) == 0 {
		return h.within(circles)
	}
	if len(firm) > 0 {
		outside = append(outside, h.r.Printer.T("room.the_firm"))
	}
	return h.r.Printer.List(outside)
}

// within names circles that nobody outside the firm is in.
func (h here) within(circles []id.Circle) string {
	var names []string
	for _, c := range h.room.Circles {
		if c.Kind == circle.Firm && slices.Contains(circles, c.ID) {
			return h.circleName(c.Circle)
		}
		if slices.Contains(circles, c.ID) {
			names = append(names, h.circleName(c.Circle))
		}
	}
	if len(names) == 0 {
		return h.r.Printer.T("circle.kind.firm")
	}
	return h.r.Printer.List(names)
}

// internal reports whether circles are for the firm's side alone.
func (h here) internal(circles []id.Circle) bool {
	return !slices.ContainsFunc(h.room.Circles, func(c space.CircleView) bool { return slices.Contains(circles, c.ID) && !c.Kind.Within() })
}

// hers reports whether the actor is in a circle now.
func (h here) hers(c id.Circle) bool {
	span, known := h.room.Facts.Circles[c]
	return known && span.Covers(h.room.Facts.Now)
}

// choice offers the circles of the space as addresses, each with who will see:
// of the named ones, those that the sender is in.
func (h here) choice(legend string, chosen []id.Circle) *ui.Circles {
	c := &ui.Circles{Name: "circle", Legend: legend, One: true}
	for _, view := range h.room.Circles {
		if !view.Kind.House() && view.Kind != circle.Party && !h.hers(view.ID) && !slices.Contains(chosen, view.ID) {
			continue
		}
		option := ui.Circle{
			Value: string(view.ID), Name: h.circleName(view.Circle), Internal: view.Kind.Within(),
			Chosen: slices.Contains(chosen, view.ID),
		}
		var names []string
		for _, p := range view.People {
			if p.Person != h.r.Actor.Person {
				names = append(names, p.Name)
			}
		}
		switch {
		case option.Internal && len(names) == 0:
			option.People = h.r.Printer.T("room.only_you")
		case len(names) == 0:
			option.People = h.r.Printer.T("room.nobody_else")
		case option.Internal:
			option.People = h.r.Printer.T("room.will_see_internal", h.r.Printer.List(names))
		default:
			option.People = h.r.Printer.N("room.will_see", len(names), h.r.Printer.List(names))
		}
		c.Options = append(c.Options, option)
	}
	return c
}

func (h here) house() circle.House {
	var out circle.House
	for _, c := range h.room.Circles {
		switch c.Kind {
		case circle.Firm:
			out.Firm = c.ID
		case circle.Client:
			out.Client = c.ID
		case circle.All:
			out.All = c.ID
		}
	}
	return out
}

// row is a document in a list.
func (h here) row(b ui.Base, d document.Document) ui.DocumentRow {
	row := ui.DocumentRow{
		ID: "doc-" + string(d.ID), Href: h.path("documents", string(d.ID)), Title: d.Title, Media: d.Current.Media,
		Size: d.Current.Size, At: b.When(d.Current.Created), By: d.AuthorName, Unread: !d.Read && d.Author != h.r.Actor.Person,
		Versions: int(d.Current.Number), Download: h.path("documents", string(d.ID), "file"),
		Pick: string(d.ID),
	}
	row.Stopped = h.stop(d.Current.Screening)
	if h.inside() {
		circles := make([]id.Circle, len(d.Audience))
		for i, to := range d.Audience {
			circles[i] = to.Circle
		}
		row.Internal = d.Internal || h.internal(circles)
		row.Audience, row.Nature = h.audience(circles), h.nature(d.Nature)
	}
	return row
}

// waits puts what an overview found into words.
// A line about one thing bears its name, where titles has it.
func (h here) waits(b ui.Base, found []overview.Wait, titles map[string]string) []ui.Waiting {
	var out []ui.Waiting
	told := map[id.Person]bool{}
	for _, w := range found {
		if !h.inside() && (!w.Mine || w.What == overview.Slots) { // hers stand above, with their buttons
			continue
		}
		line := ui.Waiting{
			Href: memoHref(h, w.Item), Space: b.N(waitKey(w), w.Count), Yours: w.Mine,
			Since: b.When(w.Since), Due: w.By, Late: w.Late,
		}
		switch w.What {
		case item.Document:
			line.Href = h.path("documents", string(w.Item))
		case item.Event:
			line.Href = h.path("agenda", string(w.Item))
		case overview.Asked:
			line.Href = h.path("questions")
		case overview.Slots:
			line.Href = h.path("slots")
		case overview.Dires:
			line.Href = h.path("dires")
		case overview.Papers:
			if line.Href = h.path("requests"); !h.inside() {
				line.Href = h.path() + "#requests"
			}
		}
		switch {
		case w.Mine:
			line.Who = b.T("room.you")
		case w.Who != "":
			line.Who = h.name(w.Who)
		default:
			line.Who = cmp.Or(h.clients(), b.T("room.the_client"))
		}
		if w.Count == 1 {
			line.What = titles[line.Href]
		}
		if w.Silent && !told[w.Who] { // one way for all that she has not read
			told[w.Who] = true
			line.Else = ui.Link{Href: h.reaching(w.Who), Label: b.T("desk.silent")}
		}
		out = append(out, line)
	}
	return out
}

// live refreshes regions of the page at a path below the space: of the page
// itself, unless it is the answer to a form that stands at another address.
func (h here) live(regions string, page ...string) ui.Live {
	l := ui.Live{Src: h.path("live"), Regions: regions}
	if h.r.Method != http.MethodGet {
		l.Page = h.path(page...)
	}
	return l
}

func memoHref(h here, m id.Item) string { return h.path() + "#memo-" + string(m) }

func waitKey(w overview.Wait) string {
	if w.Mine {
		return "room.wait." + string(w.Kind) + "." + string(w.What)
	}
	return "room.awaits." + string(w.Kind) + "." + string(w.What)
}

// shown names what a screen shows, by its address.
func (h here) shown(shelves []Shelf, talks []Talk) map[string]string {
	out := map[string]string{}
	for _, s := range shelves {
		for _, f := range s.Folders {
			for _, d := range f.Documents {
				out[d.Href] = d.Title
			}
		}
	}
	for _, talk := range talks {
		for _, m := range talk.Memos {
			out[h.path()+"#"+m.ID] = talk.Subject
		}
	}
	return out
}

// today is the earliest day a reply can be asked for.
func today(now time.Time) string { return now.Format(time.DateOnly) }

// wanted reads the circles of a form and whether the memo stays in the firm.
func (h here) wanted(values []string) (circles []id.Circle, internal bool) {
	for _, v := range values {
		circles = append(circles, id.Circle(v))
	}
	return circles, len(circles) > 0 && h.internal(circles)
}

// role is a member's place in words.
func (h here) role(r authz.Role) string { return h.r.Printer.T("space.role." + string(r)) }
