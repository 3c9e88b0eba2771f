// Package desk is where the firm's people stand: « qui attend quoi » over all
// their spaces, the form that opens a space, the firm's people, the firm's own
// journal, and search. A client with a password, who may have several spaces,
// finds the plain list of them at the same address.
//
// It decides no right and counts nothing: what a use case does not give, these
// pages cannot show. Start at [Pages.Show].
package desk

import (
	"embed"
	"slices"
	"strconv"
	"time"

	"cenacle/internal/absence"
	"cenacle/internal/agenda"
	"cenacle/internal/conflict"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	"cenacle/internal/overview"
	"cenacle/internal/quota"
	"cenacle/internal/sanction"
	"cenacle/internal/space"
	"cenacle/internal/vigilance"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

//go:embed *.tmpl
var files embed.FS

// Pages answers for the firm as a whole.
type Pages struct {
	Spaces    *space.Service
	Documents *document.Service
	Memos     *memo.Service
	Lifecycle *lifecycle.Service
	Firms     *firm.Service
	Plans     *quota.Service
	Overview  *overview.Service
	Conflict  *conflict.Service
	Agendas   *agenda.Service
	Dossiers  *vigilance.Service
	Sanctions *sanction.Service
	Absences  *absence.Service
}

const (
	rows  = 50 // spaces on the first screen, and with each « Afficher la suite »
	waits = 8  // lines of each side of « qui attend quoi » before the fold
)

// Desk is the first screen of the firm's people.
type Desk struct {
	ui.Base
	Empty  bool        // she has no space at all
	Later  bool        // not the first page of her spaces
	Demand *ui.Notice  // that the firm will demand a second factor, which she has not shown
	Shut   *ui.Notice  // that spaces demand more than she has shown
	Due    *ui.Notice  // that accesses are to be looked at again
	Vigils *ui.Notice  // that dossiers de vigilance are to be looked at again
	Away   []ui.Notice // that she is away, or stands in for somebody, today
	Open   ui.Button
	Search Search
	Mine   Waits
	Others Waits
	Dates  []ui.Event
	Agenda string // where all of them are
	Spared string // requests that papers already there have avoided, or empty
	Rows   []Row
	Spread string // where one text is written to several of them
	More   *ui.More
}

// Waits is one side of « qui attend quoi »: what stands there at once and what
// waits behind a fold.
type Waits struct{ First, Rest []ui.Waiting }

// Row is one space of the desk.
type Row struct {
	Href    string
	Name    string
	Clients string // empty when it would repeat the name
	Model   string
	Closed  bool
	Unread  int
	Answer  bool   // an answer is awaited from her side
	Awaited string // whom her side waits for, or empty
	Changed ui.Moment
}

// Search is the box that finds documents and memos by their words.
type Search struct {
	Action string
	Words  string
}

var deskPage = ui.Parse[Desk](files, "desk.tmpl", "part.tmpl")

// Show is the desk of the firm's people, and the list of her spaces for
// everybody else.
func (p *Pages) Show(r *web.Request) (web.Answer, error) {
	if !r.Actor.Role.Inside() {
		return p.list(r)
	}
	page, err := pageOf(r)
	if err != nil {
		return nil, err
	}
	found, err := p.Overview.Desk(r.Context(), r.Actor, page)
	if err != nil {
		return nil, err
	}
	d := newDesk(frame(r, r.Printer.T("desk.title")), r, found, page)
	d.Spread = r.FirmPath("diffusions")
	d.Dates, d.Agenda = dated(r, found.Dates, found.Spaces), r.FirmPath("agenda")
	if d.Vigils, err = p.vigils(r); err != nil {
		return nil, err
	}
	if from := r.Firm.Factors; from.Later(r.Now) && !r.Session.Via.Twofold() {
		d.Demand = &ui.Notice{
			Look: ui.Signal, Text: r.Printer.T("desk.factors.soon", r.Printer.Date(from.From)),
			Link: &ui.Link{Href: "/account/factors", Label: r.Printer.T("desk.factors.add")},
		}
	}
	shut, err := p.Spaces.Shut(r.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	d.Shut = shutNotice(r, shut)
	if d.Away, err = p.away(r); err != nil {
		return nil, err
	}
	return web.Show(deskPage, d), nil
}

// away says which absences concern her today.
func (p *Pages) away(r *web.Request) (out []ui.Notice, err error) {
	own, others, err := p.Absences.Now(r.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	link := &ui.Link{Href: r.FirmPath("absences"), Label: r.Printer.T("desk.away.see")}
	for _, x := range own {
		out = append(out, ui.Notice{Text: r.Printer.T("desk.away.own", r.Printer.Day(x.Last(p.Absences.Zone())), x.DeputyName), Link: link})
	}
	for _, x := range others {
		out = append(out, ui.Notice{Text: r.Printer.T("desk.away.for", r.Printer.Day(x.Last(p.Absences.Zone())), x.PersonName), Link: link})
	}
	return out, nil
}

// paths are the addresses a page leads to, as a request knows them.
type paths interface {
	FirmPath(segments ...string) string
	SpacePath(s id.Space, segments ...string) string
}

// frame is the frame of every page of the firm's people.
func frame(r *web.Request, title string) ui.Base {
	b := r.Base(ui.Desk, title)
	b.Section = "desk"
	return b
}

func newDesk(b ui.Base, to paths, found overview.Desk, asked space.Page) Desk {
	d := Desk{
		Base: b, Later: asked.After != "", Empty: asked.After == "" && len(found.Rows) == 0,
		Open:   ui.Button{Label: b.T("desk.open"), Href: to.FirmPath("spaces", "new"), Look: ui.Primary, Icon: "plus"},
		Search: Search{Action: to.FirmPath("search")}, More: more(found.More),
	}
	mine, others := lines(b, to, found)
	d.Mine, d.Others = folded(mine), folded(others)
	if found.Due > 0 {
		d.Due = &ui.Notice{
			Look: ui.Signal, Text: b.N("desk.review.wait", found.Due), Link: &ui.Link{Href: to.FirmPath("reviews"), Label: b.T("desk.review.go")},
		}
	}
	if found.Avoided > 0 {
		d.Spared = b.N("desk.avoided", found.Avoided)
	}
	for _, row := range found.Rows {
		d.Rows = append(d.Rows, deskRow(b, to, found, row))
	}
	return d
}

func folded(all []ui.Waiting) Waits {
	n := min(waits, len(all))
	return Waits{First: all[:n], Rest: all[n:]}
}

// lines puts « qui attend quoi » into words. What is expected of the same people
// in the same space makes one line, where the first of it stood.
func lines(b ui.Base, to paths, found overview.Desk) (mine, others []ui.Waiting) {
	type key struct {
		space id.Space
		who   string
	}
	at := map[key]int{}
	for _, w := range found.Waits {
		line := waiting(b, to, found, w)
		side := &others
		if w.Mine {
			side = &mine
		}
		k := key{w.Space, line.Who}
		i, known := at[k]
		if !known {
			at[k] = len(*side)
			*side = append(*side, line)
			continue
		}
		joined := &(*side)[i]
		joined.What, joined.Href = b.T("desk.and", joined.What, line.What), to.SpacePath(w.Space)
		joined.Late = joined.Late || line.Late
		if joined.Else.Href == "" {
			joined.Else = line.Else
		}
		if joined.Due == "" {
			joined.Due = line.Due
		}
	}
	return mine, others
}

// waiting puts one thing that is waited for into words; Who is empty when it is
// for the person who reads.
func waiting(b ui.Base, to paths, found overview.Desk, w overview.Wait) ui.Waiting {
	line := ui.Waiting{
		Href: to.SpacePath(w.Space), Space: found.Spaces[w.Space].Name, Yours: w.Mine,
		Since: b.When(w.Since), Due: w.By, Late: w.Late,
	}
	kind := string(w.Kind) + "." + string(w.What)
	if w.Mine {
		line.What = b.N("desk.wait."+kind, w.Count)
	} else {
		line.What, line.Who = b.N("desk.awaits."+kind, w.Count), b.List(awaited(b, found, w))
	}
	if w.Count == 1 || slices.Contains([]item.Kind{overview.Papers, overview.Slots, overview.Dires}, w.What) || w.What == overview.Asked {
		line.Href = place(to, w)
	}
	if w.Silent {
		line.Else = ui.Link{Href: to.SpacePath(w.Space, "people") + "#person-" + string(w.Who), Label: b.T("desk.silent")}
	}
	return line
}

// place is where to find the one thing a line is about.
func place(to paths, w overview.Wait) string {
	switch w.What {
	case item.Document:
		return to.SpacePath(w.Space, "documents", string(w.Item))
	case item.Event:
		return to.SpacePath(w.Space, "agenda", string(w.Item))
	case overview.Papers:
		return to.SpacePath(w.Space, "requests")
	case overview.Asked:
		return to.SpacePath(w.Space, "questions")
	case overview.Slots:
		return to.SpacePath(w.Space, "slots")
	case overview.Dires:
		return to.SpacePath(w.Space, "dires")
	}
	return to.SpacePath(w.Space) + "#memo-" + string(w.Item)
}

// awaited is who is expected to do something, all clients of the space when it
// may be any of them.
func awaited(b ui.Base, found overview.Desk, w overview.Wait) []string {
	if name := found.Names[w.Who]; name != "" {
		return []string{name}
	}
	if clients := found.Clients[w.Space]; len(clients) > 0 {
		return clients
	}
	return []string{b.T("desk.the_client")}
}

func deskRow(b ui.Base, to paths, found overview.Desk, from overview.Row) Row {
	row := Row{
		Href: to.SpacePath(from.ID), Name: from.Name, Clients: b.List(from.Clients), Model: b.T("space.model." + string(from.Model)),
		Closed: from.State == "closed", Unread: from.Unread, Changed: b.When(from.Changed),
	}
	if row.Clients == row.Name {
		row.Clients = ""
	}
	var names []string
	for _, w := range from.Waits {
		if w.Mine {
			row.Answer = row.Answer || w.Kind == overview.ToAnswer || w.Kind == overview.ToAcknowledge
			continue
		}
		for _, name := range awaited(b, found, w) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	row.Awaited = b.List(names)
	return row
}

// pageOf reads which page of her spaces is asked for.
func pageOf(r *web.Request) (space.Page, error) {
	page := space.Page{Limit: rows}
	q := r.URL.Query()
	if !q.Has("after") {
		return page, nil
	}
	changed, err := strconv.ParseInt(q.Get("changed"), 10, 64)
	if err != nil {
		return page, fault.Absent().Because(err)
	}
	page.Changed = time.UnixMicro(changed)
	page.After, err = id.Parse[id.Space](q.Get("after"))
	if err != nil {
		return page, fault.Absent().Because(err)
	}
	return page, nil
}

// more leads to the page after.
func more(next *space.Page) *ui.More {
	if next == nil {
		return nil
	}
	return &ui.More{Href: "?changed=" + strconv.FormatInt(next.Changed.UnixMicro(), 10) + "&after=" + string(next.After), List: "spaces"}
}

// refused reports whether a form comes back because of err; any other fault is
// a page of its own.
func refused(err error) bool { return fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) }
