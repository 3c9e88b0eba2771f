// Package absence is « Mes absences »: where one of the firm's people says that she is
// away, from a day to a day, and who stands in for her; and where she, or who does,
// ends it before its time.
//
// It decides nothing: package absence of the nouns does. It says before the gesture
// what the deputy will see, what clients will read, and what stays shut. Start at
// [Pages.Show].
package absence

import (
	"embed"
	"slices"
	"time"

	"cenacle/internal/absence"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

//go:embed *.tmpl
var files embed.FS

// Pages answers for the absences of the firm's people.
type Pages struct {
	Absences *absence.Service
	Spaces   *space.Service
}

// Page is what concerns one person.
type Page struct {
	ui.Base
	Own  []Line
	For  []Line
	None ui.Empty
	Form *Form // nil when nobody could stand in for her
	Solo ui.Empty
}

// Line is one absence that is to come or runs.
type Line struct {
	Who   string
	When  string
	Where string
	By    string // who announced it, when not she
	Runs  bool
	End   *ui.Dialog // nil for who may not
}

// Form announces one.
type Form struct {
	Action      string
	Summary     ui.Summary
	Deputy      ui.Field
	First, Last ui.Field
	Reach       ui.Field
	Spaces      ui.Field
	Cut         bool // she has more than mostSpaces
	Submit      ui.Button
}

// mostSpaces is the most spaces that are offered one by one.
const mostSpaces = 200

const (
	all  = "all"
	some = "some"
)

var page = ui.Parse[Page](files, "absence.tmpl", "part.tmpl")

// Show is her absences, with the form that announces another.
func (p *Pages) Show(r *web.Request) (web.Answer, error) { return p.show(r, nil) }

func (p *Pages) show(r *web.Request, refused error) (web.Answer, error) {
	v, err := p.Absences.Show(r.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	b := r.Base(ui.Desk, r.Printer.T("absence.title"))
	b.Crumbs = []ui.Link{{Href: "/account", Label: b.T("web.account")}}
	shown := Page{
		Base: b,
		None: ui.Empty{Icon: "calendar", Title: b.T("absence.none"), Text: b.T("absence.none_text")},
		Solo: ui.Empty{Icon: "users", Title: b.T("absence.solo"), Text: b.T("absence.solo_text")},
	}
	for _, x := range v.Own {
		shown.Own = append(shown.Own, p.line(r, b, x, "own", x.DeputyName))
	}
	for _, x := range v.For {
		shown.For = append(shown.For, p.line(r, b, x, "for", x.PersonName))
	}
	if len(v.Deputy) > 0 {
		if shown.Form, err = p.form(r, b, v.Deputy); err != nil {
			return nil, err
		}
	}
	if refused == nil {
		return web.Show(page, shown), nil
	}
	if f := shown.Form; f != nil {
		f.Summary = ui.Refuse(r.Printer, refused).Mark(&f.Deputy, &f.First, &f.Last, &f.Reach, &f.Spaces)
	}
	return web.Again(page, shown, refused), nil
}

func (p *Pages) line(r *web.Request, b ui.Base, x absence.Absence, side, name string) Line {
	l := Line{
		Who: b.T("absence.who."+side, name), Runs: x.Running(r.Now),
		When: b.T("absence.when", b.Day(x.Starts.In(p.Absences.Zone()).Format(time.DateOnly)), b.Day(x.Last(p.Absences.Zone()))),
		End: &ui.Dialog{
			ID: "end-" + string(x.ID), Opener: ui.Button{Label: b.T("absence.end"), Small: true}, Title: b.T("absence.end_title." + side),
			Consequence: b.T("absence.end_text."+side, name), Action: r.FirmPath("absences", string(x.ID), "end"),
			Confirm: ui.Button{Label: b.T("absence.end"), Look: ui.Primary},
		},
	}
	if l.Where = b.T("absence.everywhere." + side); len(x.Spaces)+x.Few > 0 {
		l.Where = b.N("absence.some."+side, len(x.Spaces)+x.Few)
	}
	if x.By != "" {
		l.By = b.T("absence.told_by", x.ByName)
	}
	return l
}

func (p *Pages) form(r *web.Request, b ui.Base, deputies []firm.Card) (*Form, error) {
	found, err := p.Spaces.List(r.Context(), r.Actor, space.Page{Limit: mostSpaces + 1})
	if err != nil {
		return nil, err
	}
	reach := r.Value("reach")
	f := p.days(r, b, deputies)
	f.Action, f.Cut, f.Deputy.Label = r.FirmPath("absences"), len(found) > mostSpaces, b.T("absence.deputy")
	f.Reach = ui.Field{Kind: ui.Radios, Name: "reach", Label: b.T("absence.reach"), Options: []ui.Option{
		{Value: all, Label: b.T("absence.all"), Note: b.T("absence.all_note"), Chosen: reach != some},
		{Value: some, Label: b.T("absence.only"), Chosen: reach == some},
	}}
	f.Spaces = ui.Field{Kind: ui.Checks, Name: "space", Label: b.T("absence.spaces"), Optional: true}
	chosen := r.Values("space")
	for _, of := range found[:min(len(found), mostSpaces)] {
		f.Spaces.Options = append(f.Spaces.Options, ui.Option{Value: string(of.ID), Label: of.Name, Chosen: slices.Contains(chosen, string(of.ID))})
	}
	return f, nil
}

// days asks who stands in, and from which day to which.
func (p *Pages) days(r *web.Request, b ui.Base, deputies []firm.Card) *Form {
	f := &Form{
		Submit: ui.Button{Label: b.T("absence.submit"), Look: ui.Primary},
		Deputy: ui.Field{Kind: ui.Select, Name: "deputy", Options: []ui.Option{{Label: b.T("absence.choose")}}},
		First:  ui.Field{Kind: ui.Date, Name: "first", Label: b.T("absence.first"), Value: r.Value("first"), Short: true},
		Last:   ui.Field{Kind: ui.Date, Name: "last", Label: b.T("absence.last"), Value: r.Value("last"), Short: true},
	}
	if f.First.Value == "" {
		f.First.Value = r.Now.In(p.Absences.Zone()).Format(time.DateOnly)
	}
	for _, c := range deputies {
		f.Deputy.Options = append(f.Deputy.Options, ui.Option{Value: string(c.Person), Label: c.Name, Chosen: r.Value("deputy") == string(c.Person)})
	}
	return f
}

// DoAnnounce takes the form.
func (p *Pages) DoAnnounce(r *web.Request) (web.Answer, error) {
	n := absence.New{Deputy: id.Person(r.Value("deputy")), First: r.Value("first"), Last: r.Value("last")}
	if r.Value("reach") == some {
		for _, one := range r.Values("space") {
			n.Spaces = append(n.Spaces, id.Space(one))
		}
		if n.Spaces == nil {
			return p.show(r, fault.New(fault.Invalid, "absence.no_space").In("space"))
		}
	}
	_, err := p.Absences.Announce(r.Context(), r.Actor, n)
	if fault.Is(err, fault.Invalid) {
		return p.show(r, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("absences"), "absence_announced"), nil
}

// DoEnd ends one before its time, and leads back to whose it is when she has been named.
func (p *Pages) DoEnd(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Absence](r, "absence")
	if err != nil {
		return nil, err
	}
	if err := p.Absences.End(r.Context(), r.Actor, of); err != nil {
		return nil, err
	}
	if person, err := id.Parse[id.Person](r.Value("person")); err == nil {
		return web.Done(r.FirmPath("people", string(person), "absence"), "absence_ended"), nil
	}
	return web.Done(r.FirmPath("absences"), "absence_ended"), nil
}
