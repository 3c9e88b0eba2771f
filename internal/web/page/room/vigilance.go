package room

import (
	"strconv"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/request"
	"cenacle/internal/vigilance"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Vigilance is the dossier de vigilance of the client, as it is read, printed and, part by
// part, changed.
type Vigilance struct {
	ui.Base
	Tabs   []ui.Tab
	Client string // the space, on the paper that is printed
	State  string // which edition, of when, by whom
	Former *ui.Link
	Wants  []ui.Link // each to the part that answers it
	Whole  string    // said when nothing is wanted
	Parts  []VigilancePart
	Frozen *Frozen
	Past   []PastEdition
	Ask    ui.Link // where papers are asked for
	All    ui.Link // the dossiers of all her spaces that are to be looked at
}

// VigilancePart is one part of a dossier.
type VigilancePart struct {
	ID, Title, Law string
	Facts          []VigilanceFact
	Rows           []VigilanceRow
	None           string // said of a part that says nothing yet
	Form           *Form
	Label          string // of what opens the form
}

// VigilanceFact is a line of a part.
type VigilanceFact struct{ What, Is string }

// VigilanceRow is a piece or an owner.
type VigilanceRow struct {
	Title, Note string
	Badge       ui.Badge
	Href        string // of the document
	Remove      *Form
}

// PastEdition is one of the editions.
type PastEdition struct{ Href, Label, Said string }

var vigilancePage = ui.Parse[Vigilance](files, "vigilance.tmpl", "part.tmpl")

// Vigilance shows the dossier, or one of its former editions.
func (p *Pages) Vigilance(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	return p.vigilance(h, nil)
}

func (p *Pages) vigilance(h here, refused error) (web.Answer, error) {
	r := h.r
	number := 0
	if asked := r.URL.Query().Get("edition"); asked != "" && refused == nil {
		var err error
		if number, err = strconv.Atoi(asked); err != nil || number < 1 {
			return nil, fault.Absent().Because(err)
		}
	}
	e, err := p.Dossiers.Show(r.Context(), r.Actor, h.room.ID, number)
	if err != nil {
		return nil, err
	}
	past, err := p.Dossiers.Editions(r.Context(), r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	asked, err := p.Asks.List(r.Context(), r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	page := Vigilance{Base: h.base(r.Printer.T("vigilance.title")), Tabs: h.tabs("people"), Client: h.room.Name}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.room.Name}, ui.Link{Href: h.path("people"), Label: page.T("room.tab.people")})
	page.Ask = ui.Link{Href: h.path("requests"), Label: page.T("vigilance.ask")}
	page.All = ui.Link{Href: r.FirmPath("vigilance"), Label: page.T("vigilance.all")}
	page.stands(h, e, past)
	d := dossier{here: h, Edition: e, base: page.Base, law: p.Dossiers.Law(), today: p.Dossiers.Today(r.Now), asked: asked, refused: refused}
	d.writes = h.decides() && page.Former == nil
	page.Parts, page.Frozen = d.parts(), d.frozen(page.Former != nil)
	if refused != nil {
		return web.Again(vigilancePage, page, refused), nil
	}
	return web.Show(vigilancePage, page), nil
}

// decides reports whether the reader may write a dossier.
func (h here) decides() bool {
	on := authz.Resource{Kind: authz.OfSpace, Firm: h.r.Actor.Firm, Space: h.room.ID}
	return authz.May(h.r.Actor, authz.VigilanceKeep, on, h.room.Facts)
}

// stands says which edition is shown, what it wants, and which there are beside it.
func (page *Vigilance) stands(h here, e vigilance.Edition, past []vigilance.Past) {
	path := h.path("vigilance")
	page.State = page.T("vigilance.none")
	if e.Number > 0 {
		page.State = page.T("vigilance.state", e.Number, page.DateTime(e.At), e.ByName)
	}
	if len(past) > 0 && e.Number != past[0].Number {
		page.Former = &ui.Link{Href: path, Label: page.T("vigilance.last")}
	} else {
		for i, words := range vigilance.Words(page.Printer, e.Wanted) {
			page.Wants = append(page.Wants, ui.Link{Href: "#part-" + string(e.Wanted[i].Part()), Label: words})
		}
		page.Whole = whole(page.Base, e)
	}
	for _, one := range past {
		var parts []string
		for _, part := range one.Parts {
			parts = append(parts, page.T("vigilance.part."+string(part)))
		}
		page.Past = append(page.Past, PastEdition{
			Href: path + "?edition=" + strconv.Itoa(one.Number), Label: page.T("vigilance.edition", one.Number, page.List(parts)),
			Said: page.T("room.access.by", one.ByName, page.DateTime(one.At)),
		})
	}
}

// whole is said of a dossier that wants nothing.
func whole(b ui.Base, e vigilance.Edition) string {
	switch {
	case e.Ended != "":
		return b.T("vigilance.kept_until", b.Day(e.Until))
	case e.Number > 0 && len(e.Wanted) == 0:
		return b.T("vigilance.whole", b.Day(e.Review))
	}
	return ""
}

// vigil is what the page of people says of the dossier.
func (p *Pages) vigil(h here) (ui.Notice, error) {
	t := h.r.Printer
	out := ui.Notice{Title: t.T("vigilance.title"), Link: &ui.Link{Href: h.path("vigilance"), Label: t.T("vigilance.open")}}
	e, err := p.Dossiers.Show(h.r.Context(), h.r.Actor, h.room.ID, 0)
	switch {
	case err != nil:
		return out, err
	case e.Number == 0:
		out.Text = t.T("vigilance.none_text")
	case len(e.Wanted) > 0:
		out.Look, out.Text = ui.Signal, t.N("vigilance.wants", len(e.Wanted))
	default:
		out.Look, out.Text = ui.Done, whole(h.base(""), e)
	}
	return out, nil
}

// dossier is a dossier on its way to a page.
type dossier struct {
	here
	vigilance.Edition
	base    ui.Base
	law     *vigilance.Book
	today   string
	asked   []request.Request
	writes  bool
	refused error
}

func (d dossier) t(key string, args ...any) string { return d.base.T(key, args...) }

// parts are those of the dossier, each with its form for who may change it.
func (d dossier) parts() []VigilancePart {
	out := []VigilancePart{d.client(), d.pieces(), d.owners(), d.relation(), d.rating(), d.end()}
	if d.Client.Kind != vigilance.Company && len(d.Owners) == 0 { // nobody owns a person
		out = append(out[:2], out[3:]...)
	}
	return out
}

// part begins one, with its article.
func (d dossier) part(id vigilance.Part, duty vigilance.Duty) VigilancePart {
	p := VigilancePart{ID: "part-" + string(id), Title: d.t("vigilance.part_title." + string(id)), None: d.t("vigilance.part_none." + string(id)), Label: d.t("vigilance.change." + string(id))}
	if duty != "" {
		p.Law = d.law.Rule(duty, d.today).Article
	}
	return p
}

// say adds a line, unless there is nothing to say.
func (p *VigilancePart) say(what, is string) {
	if is != "" {
		p.Facts = append(p.Facts, VigilanceFact{what, is})
	}
}

// day is a civil date in words; empty for none.
func (d dossier) day(civil string) string {
	if civil == "" {
		return ""
	}
	return d.base.Day(civil)
}

// word is a word of a catalog; empty for none.
func (d dossier) word(key, word string) string {
	if word == "" {
		return ""
	}
	return d.t(key + word)
}
