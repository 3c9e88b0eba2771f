package room

import (
	"io"
	"net/http"
	"strings"

	"cenacle/internal/dispatch"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/forum"
	"cenacle/internal/question"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Exhibits is the lists of what each party of a forum has communicated, to be printed.
type Exhibits struct {
	ui.Base
	Name     string
	Tabs     []ui.Tab // of the firm's side
	Printed  string
	Lists    []ExhibitList
	Empty    ui.Empty
	File     string // the same for a spreadsheet
	Register string // of whom may see any of it
	Offers   string // of whom may take part
	Asked    string // where parties ask
	Instant  *Instant
	Dires    string
	Back     string // of everybody else
}

// ExhibitList is what one party has communicated.
type ExhibitList struct {
	Key, Party, Count string
	Lines             []ExhibitLine
	Send              *Sending // to whom it may be of use
}

// ExhibitLine is one exhibit. Href is empty for one that was taken away.
type ExhibitLine struct {
	Number, Title, Href, Released, State string
	Size                                 int64
	Copy                                 *ui.Link    // stamped, or its cover sheet
	Cells                                []Reception // in a register
}

// Reception is what became of an exhibit at one party.
type Reception struct {
	Party, Said, Note string
	Waits             bool // it has not opened it
}

// Contradictory is the register of a forum, to be printed.
type Contradictory struct {
	ui.Base
	Name     string
	Tabs     []ui.Tab
	Lead     string
	Printed  string
	Parties  []string    // whose reception it tells
	Absent   []ui.Notice // parties that nothing reaches
	Lists    []ExhibitList
	Empty    ui.Empty
	Dires    ExhibitList
	File     string
	Exhibits string // where the exhibits are listed
	Drawn    Drawn  // attestations of it
	Asked    []QuestionRow
}

var (
	exhibitsPage = ui.Parse[Exhibits](files, "exhibit.tmpl", "part.tmpl")
	registerPage = ui.Parse[Contradictory](files, "register.tmpl", "part.tmpl")
)

func (p *Pages) lists(r *web.Request) (h here, all []forum.List, err error) {
	if h, err = p.enter(r); err == nil {
		all, err = p.Forums.Lists(r.Context(), r.Actor, h.room.ID)
	}
	return h, all, err
}

func (p *Pages) register(r *web.Request) (h here, found forum.Register, err error) {
	if h, err = p.enter(r); err == nil {
		found, err = p.Forums.Register(r.Context(), r.Actor, h.room.ID)
	}
	return h, found, err
}

// Exhibits lists what each party has communicated.
func (p *Pages) Exhibits(r *web.Request) (web.Answer, error) {
	h, all, err := p.lists(r)
	if err != nil {
		return nil, err
	}
	return p.exhibits(h, all, nil)
}

// exhibits lists them, with what a refused form brought back.
func (p *Pages) exhibits(h here, all []forum.List, refused error) (_ web.Answer, err error) {
	r := h.r
	t := r.Printer
	page := Exhibits{Base: h.base(t.T("room.exhibit.title")), Name: h.heading("room.exhibit.title"), Back: h.path(), Printed: t.T("room.printed", r.Card.Name, t.DateTime(r.Now))}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()})
	if h.inside() {
		page.Tabs = h.tabs("exhibits")
	}
	var sizes []dispatch.Size
	if h.advocates() {
		if sizes, err = p.Dispatch.Sizes(r.Context(), r.Actor, h.room.ID); err != nil {
			return nil, err
		}
	}
	page.Empty = ui.Empty{Icon: "files", Title: t.T("room.exhibit.none"), Text: t.T("room.exhibit.none_text")}
	for _, l := range all {
		out := h.exhibits(l.Party, len(l.Pieces))
		for _, e := range l.Pieces {
			out.Lines = append(out.Lines, h.stamped(h.exhibit(e), e))
		}
		out.Send = h.sending(l, sizes, refused)
		page.Lists = append(page.Lists, out)
	}
	if len(all) > 0 {
		page.File = h.path("exhibits", "file")
	}
	if h.room.Forum {
		page.Dires = h.path("dires")
	}
	if h.registers() {
		page.Register = h.path("register")
	}
	if h.registers() && h.writes() {
		page.Offers = h.path("offers")
	}
	if h.room.Forum {
		page.Asked = h.path("questions")
	}
	if page.Instant, err = p.instant(h, refused); err != nil {
		return nil, err
	}
	if refused != nil {
		return web.Again(exhibitsPage, page, refused), nil
	}
	return web.Show(exhibitsPage, page), nil
}

// heading is the name of a page: under the tabs of the firm's side, the space's.
func (h here) heading(key string) string {
	if h.inside() {
		return h.room.Name
	}
	return h.r.Printer.T(key)
}

// registers says whether the register is offered; the use case decides.
func (h here) registers() bool {
	return h.room.Forum && (h.inside() || h.room.Mine.Neutral() || h.room.Party.ID != "" || h.hers(h.house().Client))
}

func (h here) exhibits(p forum.Party, n int) ExhibitList {
	return ExhibitList{Key: "party-" + string(p.ID), Party: p.Name, Count: h.r.Printer.N("room.exhibit.count", n)}
}

func (h here) exhibit(e forum.Piece) ExhibitLine {
	t := h.r.Printer
	line := ExhibitLine{Number: e.Label(), Title: e.Title, Released: t.DateTime(e.Released), State: forum.State(t, e), Size: e.Size}
	if e.Title == "" {
		line.Title = t.T("forum.gone")
		return line
	}
	line.Href = h.path("documents", string(e.Item))
	return line
}

// Register shows what became of each exhibit at each party.
func (p *Pages) Register(r *web.Request) (web.Answer, error) {
	h, found, err := p.register(r)
	if err != nil {
		return nil, err
	}
	t := r.Printer
	page := Contradictory{
		Base: h.base(t.T("room.register.title")), Name: h.heading("room.register.title"), Exhibits: h.path("exhibits"),
		Lead: t.T("room.register.lead." + h.stance()), Printed: t.T("room.printed", r.Card.Name, t.DateTime(r.Now)),
	}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()})
	if h.inside() {
		page.Tabs = h.tabs("exhibits")
	}
	page.Empty = ui.Empty{Icon: "files", Title: t.T("room.register.none." + h.stance()), Text: t.T("room.register.none_text." + h.stance())}
	for _, to := range found.Parties {
		page.Parties = append(page.Parties, to.Name)
		if to.Readers == 0 && to.Paper == nil {
			absent := ui.Notice{Look: ui.Signal, Text: t.T("room.register.absent", to.Name)}
			if h.inside() {
				absent.Link = &ui.Link{Href: h.path("circles", string(to.ID)) + "#paper", Label: t.T("room.register.remedy")}
			}
			page.Absent = append(page.Absent, absent)
		}
	}
	for _, l := range found.Lines {
		if n := len(page.Lists); n == 0 || page.Lists[n-1].Key != h.exhibits(l.Party, 0).Key {
			page.Lists = append(page.Lists, h.exhibits(l.Party, 0))
		}
		line := h.exhibit(l.Piece)
		for i, c := range l.Cells {
			line.Cells = append(line.Cells, h.reception(found.Parties[i], l, c))
		}
		last := &page.Lists[len(page.Lists)-1]
		last.Lines = append(last.Lines, line)
	}
	for i, l := range page.Lists {
		page.Lists[i].Count = t.N("room.exhibit.count", len(l.Lines))
	}
	dires, err := p.Dires.Register(r.Context(), r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	page.Dires = h.registered(dires)
	if len(found.Lines)+len(dires.Lines) > 0 {
		page.File = h.path("register", "file")
	}
	asked, err := p.Asked.List(r.Context(), r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	told := len(found.Lines) + len(dires.Lines) + dires.Own
	for _, q := range asked {
		page.Asked = append(page.Asked, h.questionRow(q))
		if q.Scope == question.All || h.room.Party.ID != "" {
			told++
		}
	}
	if page.Drawn, err = p.drawn(h, told > 0); err != nil {
		return nil, err
	}
	return web.Show(registerPage, page), nil
}

// reception words what became of an exhibit at a party.
func (h here) reception(to forum.Party, l forum.Line, c forum.Cell) Reception {
	t := h.r.Printer
	out := Reception{Party: to.Name}
	if !c.Notified.IsZero() {
		out.Note = t.T("room.register.notified", t.DateTime(c.Notified))
	}
	delay, opened := l.Delay(c)
	switch {
	case c.Own:
		out.Said = t.T("room.register.own")
	case opened:
		out.Said = t.T("room.register.opened", t.DateTime(c.Opened))
		out.Note = strings.TrimSpace(t.T("room.register.delay", t.Duration(delay)) + " " + out.Note)
	case c.Paper != nil:
		out.Said = t.T("room.register.handed", t.Day(c.Paper.Day))
		out.Note = t.T("room.register.handed_by", c.Paper.How, h.name(c.Paper.By))
	case to.Paper != nil:
		out.Said, out.Waits = t.T("room.register.to_hand"), true
	case to.Readers == 0:
		out.Said, out.Waits = t.T("room.register.nobody"), true
	default:
		out.Said, out.Waits = t.T("room.register.unopened"), true
	}
	return out
}

// ExhibitFile gives the lists for a spreadsheet.
func (p *Pages) ExhibitFile(r *web.Request) (web.Answer, error) {
	h, all, err := p.lists(r)
	if err != nil {
		return nil, err
	}
	return h.spreadsheet("room.exhibit.file", func(out io.Writer) error { return p.Forums.WriteLists(out, r.Printer, all) }), nil
}

// RegisterFile gives the register for a spreadsheet.
func (p *Pages) RegisterFile(r *web.Request) (web.Answer, error) {
	h, found, err := p.register(r)
	if err != nil {
		return nil, err
	}
	dires, err := p.Dires.Register(r.Context(), r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	return h.spreadsheet("room.register.file", func(out io.Writer) error {
		return p.Forums.WriteRegister(out, r.Printer, found, p.Dires.Rows(r.Printer, dires)...)
	}), nil
}

// spreadsheet answers with a file for one. Its name tells of no client.
func (h here) spreadsheet(key string, write func(io.Writer) error) web.Answer {
	name := fold.File(h.r.Printer.T(key)) + ".csv"
	return web.Answering(func(w http.ResponseWriter, r *web.Request) error {
		return web.Flow(w, r, name, forum.Media, r.Recheck, write)
	})
}

// numbered is the number of a document before the parties, in words, or nothing.
func (h here) numbered(d document.Detail) string {
	if d.Exhibit == nil {
		return ""
	}
	return h.r.Printer.T("room.exhibit.number", d.Exhibit.Label())
}

// replacing offers to put a document onto the table in the place of an exhibit of the
// same side; nil while that has none.
func (p *Pages) replacing(h here, d document.Detail, refused error) (*Form, error) {
	t := h.r.Printer
	all, err := p.Forums.Lists(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	f := ui.Field{Kind: ui.Select, Name: "replaces", Label: t.T("room.exhibit.which"), Hint: t.T("room.exhibit.which_hint")}
	chosen := h.r.Value("replaces")
	for _, l := range all {
		if l.Party.House != h.inside() || !l.Party.House && l.Party.ID != h.room.Party.ID {
			continue
		}
		for _, e := range l.Pieces {
			if !e.Replaced && e.Title != "" {
				f.Options = append(f.Options, ui.Option{Value: string(e.Item), Label: t.T("room.exhibit.choice", e.Label(), e.Title), Chosen: string(e.Item) == chosen})
			}
		}
	}
	if len(f.Options) == 0 {
		return nil, nil
	}
	form := &Form{Action: h.path("documents", string(d.ID), "release"), Button: ui.Button{Label: t.T("room.exhibit.replace")}}
	if back := h.back(refused, "documents", string(d.ID), "release"); fault.Is(back, fault.Invalid) {
		form.Summary = ui.Refuse(t, back).Mark(&f)
	}
	form.Hidden = h.anyway(h.back(refused, "documents", string(d.ID), "release"), &form.Button)
	form.Fields = []ui.Field{f}
	return form, nil
}
