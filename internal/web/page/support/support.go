// Package support is « Aide de l’hébergeur »: where a lawyer of a space, its client, or
// who administers the firm lets the people of the host look, for some hours or days, and
// ends that at once; and what they have looked at is said beside « Qui a ouvert ».
//
// It decides nothing: package support of the nouns does. One page serves a space and the
// settings of the firm. Start at [Pages.Show].
package support

import (
	"embed"
	"strconv"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/support"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

//go:embed *.tmpl
var files embed.FS

// Pages answers for permissions of support.
type Pages struct{ Supports *support.Service }

// Page is the permissions of a space, or of the firm's settings.
type Page struct {
	ui.Base
	Lead  string
	What  []string // what the host sees, and what never
	Lines []Line
	None  ui.Empty
	Form  *Form // nil for who may give none
}

// Line is one permission.
type Line struct {
	Reason string
	When   string
	Stands bool
	End    *ui.Dialog // nil once it is over
}

// Form gives one.
type Form struct {
	Action  string
	Summary ui.Summary
	Reason  ui.Field
	Life    ui.Field
	Submit  ui.Button
}

var page = ui.Parse[Page](files, "support.tmpl")

// lives are the hours that are offered.
func lives() []int { return []int{4, 24, 72, 168} }

// Show is the permissions of the space in the address, or of the firm.
func (p *Pages) Show(r *web.Request) (web.Answer, error) { return p.show(r, nil) }

// place is the space of the address, empty for the firm, and the path of its page.
func place(r *web.Request) (of id.Space, path string, err error) {
	if r.PathValue("space") == "" {
		return "", r.FirmPath("support"), nil
	}
	of, err = web.PathID[id.Space](r, "space")
	return of, r.SpacePath(of, "support"), err
}

func (p *Pages) show(r *web.Request, refused error) (web.Answer, error) {
	of, path, err := place(r)
	if err != nil {
		return nil, err
	}
	found, err := p.Supports.List(r.Context(), r.Actor, of)
	if err != nil {
		return nil, err
	}
	side, layout := side(r, of), ui.Desk
	if side == "client" {
		layout = ui.Client
	}
	b := r.Base(layout, r.Printer.T("support.title"))
	shown := Page{Base: b, Lead: b.T("support.lead." + side), None: ui.Empty{Icon: "lock", Title: b.T("support.none"), Text: b.T("support.none_text")}}
	shown.Crumbs = []ui.Link{{Href: r.FirmPath("people"), Label: b.T("desk.people.title")}}
	if of != "" {
		shown.Crumbs = []ui.Link{{Href: r.SpacePath(of, "access"), Label: b.T("room.access.title." + side)}}
	}
	what := "space"
	if of == "" {
		what = "firm"
	}
	for _, line := range []string{"sees", "never", "journal", "ends"} {
		shown.What = append(shown.What, b.T("support."+what+"."+line))
	}
	for _, one := range found {
		shown.Lines = append(shown.Lines, p.line(r, b, path, one))
	}
	if gives(r, of) {
		shown.Form = form(r, b, path)
	}
	if refused == nil {
		return web.Show(page, shown), nil
	}
	if f := shown.Form; f != nil {
		f.Summary = ui.Refuse(r.Printer, refused).Mark(&f.Reason, &f.Life)
	}
	return web.Again(page, shown, refused), nil
}

// side is who reads it: "admin" of the firm's settings, and of a space "firm" or "client".
func side(r *web.Request, of id.Space) string {
	switch {
	case of == "":
		return "admin"
	case r.Actor.Role.Inside():
		return "firm"
	}
	return "client"
}

// gives reports whether the form is offered: whoever sees the page of the settings may,
// and of a space whoever is not an assistant. The use case decides.
func gives(r *web.Request, of id.Space) bool {
	return of == "" || r.Actor.Role == authz.Admin || r.Actor.Role == authz.Lawyer || r.Actor.Role == authz.Outsider
}

func (p *Pages) line(r *web.Request, b ui.Base, path string, one support.Permission) Line {
	l := Line{Reason: one.Reason, Stands: one.Stands(r.Now)}
	switch {
	case l.Stands:
		l.When = b.T("support.stands", one.ByName, b.DateTime(one.Until))
		l.End = &ui.Dialog{
			ID: "end-" + string(one.ID), Opener: ui.Button{Label: b.T("support.end"), Small: true}, Title: b.T("support.end_title"),
			Consequence: b.T("support.end_text"), Action: path + "/" + string(one.ID) + "/end", Confirm: ui.Button{Label: b.T("support.end"), Look: ui.Primary},
		}
	case one.Ended.IsZero():
		l.When = b.T("support.over", one.ByName, b.DateTime(one.At), b.DateTime(one.Until))
	default:
		l.When = b.T("support.ended", one.ByName, b.DateTime(one.At), one.EndedByName, b.DateTime(one.Ended))
	}
	return l
}

func form(r *web.Request, b ui.Base, path string) *Form {
	f := &Form{
		Action: path, Submit: ui.Button{Label: b.T("support.give"), Look: ui.Primary},
		Reason: ui.Field{Kind: ui.Area, Name: "reason", Label: b.T("support.reason"), Hint: b.T("support.reason_hint"), Value: r.Value("reason")},
		Life:   ui.Field{Kind: ui.Select, Name: "life", Label: b.T("support.how_long")},
	}
	chosen := r.Value("life")
	if chosen == "" {
		chosen = "24"
	}
	for _, hours := range lives() {
		label := b.N("support.days", hours/24)
		if hours < 24 {
			label = b.N("support.hours", hours)
		}
		value := strconv.Itoa(hours)
		f.Life.Options = append(f.Life.Options, ui.Option{Value: value, Label: label, Chosen: value == chosen})
	}
	return f
}

// DoGive takes the form.
func (p *Pages) DoGive(r *web.Request) (web.Answer, error) {
	of, path, err := place(r)
	if err != nil {
		return nil, err
	}
	hours, err := strconv.Atoi(r.Value("life"))
	if err != nil || hours > int(support.MaxLife.Hours()) {
		hours = 0 // which the use case refuses in its field
	}
	_, err = p.Supports.Give(r.Context(), r.Actor, support.New{Space: of, Reason: r.Value("reason"), Life: time.Duration(hours) * time.Hour})
	if fault.Is(err, fault.Invalid) {
		return p.show(r, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(path, "support_given"), nil
}

// DoEnd ends one at once.
func (p *Pages) DoEnd(r *web.Request) (web.Answer, error) {
	of, path, err := place(r)
	if err != nil {
		return nil, err
	}
	key := "support"
	if of == "" {
		key = "permission"
	}
	which, err := web.PathID[id.Support](r, key)
	if err != nil {
		return nil, err
	}
	if err := p.Supports.End(r.Context(), r.Actor, of, which); err != nil {
		return nil, err
	}
	return web.Done(path, "support_ended"), nil
}
