package absence

import (
	"cenacle/internal/absence"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Other is the absences of one of the firm's people, to who administers it.
type Other struct {
	ui.Base
	Rows []Line
	None ui.Empty
	Form *Form // nil when nobody could stand in for her
	Solo ui.Empty
}

var otherPage = ui.Parse[Other](files, "other.tmpl", "part.tmpl")

// Of shows the absences of somebody else, with the form that announces one for her.
func (p *Pages) Of(r *web.Request) (web.Answer, error) { return p.other(r, nil) }

func (p *Pages) other(r *web.Request, refused error) (web.Answer, error) {
	of, err := web.PathID[id.Person](r, "colleague")
	if err != nil {
		return nil, err
	}
	v, err := p.Absences.Of(r.Context(), r.Actor, of)
	if err != nil {
		return nil, err
	}
	b := r.Base(ui.Desk, r.Printer.T("absence.other_title", v.Person.Name))
	b.Section, b.Path = "people", r.FirmPath("people", string(of), "absence")
	b.Crumbs = []ui.Link{
		{Href: r.FirmPath("people"), Label: b.T("web.nav.people")}, {Href: r.FirmPath("people", string(of)), Label: v.Person.Name},
	}
	shown := Other{
		Base: b,
		None: ui.Empty{Icon: "calendar", Title: b.T("absence.none"), Text: b.T("absence.other_none")},
		Solo: ui.Empty{Icon: "users", Title: b.T("absence.other_solo"), Text: b.T("absence.other_solo_text")},
	}
	for _, x := range v.Own {
		line := p.line(r, b, x, "other", x.DeputyName)
		if line.End.Hidden = []ui.Hidden{{Name: "person", Value: string(of)}}; x.By == "" {
			line.End = nil
		}
		shown.Rows = append(shown.Rows, line)
	}
	if len(v.Deputy) > 0 {
		shown.Form = p.days(r, b, v.Deputy)
		shown.Form.Action, shown.Form.Deputy.Label = b.Path, b.T("absence.other_deputy")
	}
	if refused == nil {
		return web.Show(otherPage, shown), nil
	}
	if f := shown.Form; f != nil {
		f.Summary = ui.Refuse(r.Printer, refused).Mark(&f.Deputy, &f.First, &f.Last)
	}
	return web.Again(otherPage, shown, refused), nil
}

// DoAnnounceFor takes the form.
func (p *Pages) DoAnnounceFor(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Person](r, "colleague")
	if err != nil {
		return nil, err
	}
	_, err = p.Absences.AnnounceFor(r.Context(), r.Actor, of, absence.New{Deputy: id.Person(r.Value("deputy")), First: r.Value("first"), Last: r.Value("last")})
	if fault.Is(err, fault.Invalid) {
		return p.other(r, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("people", string(of), "absence"), "absence_announced"), nil
}
