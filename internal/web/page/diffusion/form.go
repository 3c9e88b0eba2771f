package diffusion

import (
	"cmp"
	"slices"
	"time"

	"cenacle/internal/circle"
	"cenacle/internal/diffusion"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

const (
	mostSpaces = diffusion.Most // that are offered one by one
	mostPapers = 100            // documents of the one space that is chosen
)

// Form is what a diffusion says, and to whom.
type Form struct {
	ui.Base
	Action    string
	Summary   ui.Summary
	Subject   ui.Field
	Body      ui.Field
	Spaces    ui.Field
	Cut       bool // she has more than mostSpaces
	Models    []ui.Button
	Circle    ui.Field
	Circles   *ui.Field // of the one space that is chosen, besides those of the house
	Documents *ui.Field // that lie in it
	ReplyBy   ui.Field
	Asks      ui.Field
	Submit    ui.Button
	Back      string
	None      *ui.Empty // she has no space at all
}

var formPage = ui.Parse[Form](files, "form.tmpl")

// New is the empty form; from a space, with that space chosen.
func (p *Pages) New(r *web.Request) (web.Answer, error) {
	n := diffusion.New{To: circle.Client}
	if of, err := id.Parse[id.Space](r.Value("space")); err == nil {
		n.Spaces = []id.Space{of}
	}
	return p.form(r, n, nil)
}

// Edit is the form of a draft.
func (p *Pages) Edit(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Diffusion](r, "diffusion")
	if err != nil {
		return nil, err
	}
	n, err := p.Diffusions.Plan(r.Context(), r.Actor, of)
	if fault.Is(err, fault.Conflict) {
		return web.See(r.FirmPath("diffusions", string(of))), nil
	}
	if err != nil {
		return nil, err
	}
	return p.form(r, n, nil)
}

// DoPrepare keeps a draft and shows who will receive it. A button that ticks the spaces
// of a model brings the form back as it was typed.
func (p *Pages) DoPrepare(r *web.Request) (web.Answer, error) {
	n := written(r)
	if r.Value("pick") != "" {
		return p.pick(r, n)
	}
	of, err := p.Diffusions.Prepare(r.Context(), r.Actor, n)
	if fault.Is(err, fault.Invalid) {
		return p.form(r, n, err)
	}
	if err != nil {
		return nil, err
	}
	return web.See(r.FirmPath("diffusions", string(of))), nil
}

// DoChange changes a draft.
func (p *Pages) DoChange(r *web.Request) (web.Answer, error) {
	of, err := web.PathID[id.Diffusion](r, "diffusion")
	if err != nil {
		return nil, err
	}
	n := written(r)
	if r.Value("pick") != "" {
		return p.pick(r, n)
	}
	err = p.Diffusions.Change(r.Context(), r.Actor, of, n)
	if fault.Is(err, fault.Invalid) {
		return p.form(r, n, err)
	}
	if err != nil && !fault.Is(err, fault.Conflict) {
		return nil, err
	}
	return web.See(r.FirmPath("diffusions", string(of))), nil
}

// pick chooses all spaces of a model in which she is, besides those that are chosen.
func (p *Pages) pick(r *web.Request, n diffusion.New) (web.Answer, error) {
	all, _, err := p.spaces(r)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if string(s.Model) == r.Value("pick") && s.State == "open" && !slices.Contains(n.Spaces, s.ID) {
			n.Spaces = append(n.Spaces, s.ID)
		}
	}
	return p.form(r, n, nil)
}

// written is what the form says.
func written(r *web.Request) diffusion.New {
	n := diffusion.New{
		Words: diffusion.Words{Subject: r.Value("subject"), Body: r.Value("body"), ReplyBy: r.Value("reply_by"), Asks: memo.Answer(r.Value("asks"))},
		To:    circle.Kind(r.Value("to")),
	}
	for _, one := range r.Values("space") {
		n.Spaces = append(n.Spaces, id.Space(one))
	}
	for _, one := range r.Values("document") {
		n.Documents = append(n.Documents, id.Item(one))
	}
	if n.To == circle.Named {
		n.To = ""
		for _, one := range r.Values("circle") {
			n.Circles = append(n.Circles, id.Circle(one))
		}
	}
	return n
}

// spaces are those that she is in, by their names.
func (p *Pages) spaces(r *web.Request) (all []space.Space, cut bool, err error) {
	all, err = p.Spaces.List(r.Context(), r.Actor, space.Page{Limit: mostSpaces + 1})
	if cut = len(all) > mostSpaces; cut {
		all = all[:mostSpaces]
	}
	return all, cut, err
}

func (p *Pages) form(r *web.Request, n diffusion.New, refused error) (web.Answer, error) {
	all, cut, err := p.spaces(r)
	if err != nil {
		return nil, err
	}
	b := r.Base(ui.Desk, r.Printer.T("diffusion.new"))
	b.Section = "desk"
	b.Crumbs = []ui.Link{{Href: r.FirmPath(), Label: b.T("web.nav.desk")}, {Href: r.FirmPath("diffusions"), Label: b.T("diffusion.title")}}
	f := Form{
		Base: b, Action: r.URL.Path, Cut: cut, Back: r.FirmPath("diffusions"), Submit: ui.Button{Label: b.T("diffusion.preview"), Look: ui.Primary, Icon: "eye"},
		Subject: ui.Field{Name: "subject", Label: b.T("room.subject"), Value: n.Subject, Length: 200},
		Body:    ui.Field{Kind: ui.Area, Name: "body", Label: b.T("room.body"), Hint: b.T("room.body_hint"), Value: n.Body},
		Spaces:  ui.Field{Kind: ui.Checks, Name: "space", Label: b.T("diffusion.spaces_label"), Columns: 2},
		ReplyBy: ui.Field{Kind: ui.Date, Name: "reply_by", Label: b.T("room.reply_by"), Value: n.ReplyBy, Optional: true, Short: true, Earliest: r.Now.In(r.Zone()).Format(time.DateOnly)},
		Asks:    ui.Field{Kind: ui.Select, Name: "asks", Label: b.T("room.answer.ask"), Optional: true, Options: []ui.Option{{Label: b.T("room.answer.ask.none")}}},
	}
	if len(all) == 0 {
		f.None = &ui.Empty{Icon: "send", Title: b.T("diffusion.no_spaces"), Text: b.T("diffusion.no_spaces_text")}
	}
	for _, a := range []memo.Answer{memo.WasRead, memo.Understood, memo.Approved} {
		f.Asks.Options = append(f.Asks.Options, ui.Option{Value: string(a), Label: b.T("room.answer.ask." + string(a)), Chosen: n.Asks == a})
	}
	f.offer(b, all, n)
	if err := p.only(r, &f, n); err != nil {
		return nil, err
	}
	if refused == nil {
		return web.Show(formPage, f), nil
	}
	fields := []*ui.Field{&f.Subject, &f.Body, &f.Spaces, &f.Circle, &f.ReplyBy, &f.Asks}
	if f.Documents != nil {
		fields = append(fields, f.Documents)
	}
	f.Summary = ui.Refuse(r.Printer, named(refused)).Mark(fields...)
	return web.Again(formPage, f, refused), nil
}

// named has a fault of a circle stand beside the question of whom it goes to.
func named(err error) error {
	to := func(e *fault.Error) *fault.Error {
		if e.Field == "circle" {
			return e.In("to")
		}
		return e
	}
	switch e := err.(type) {
	case *fault.Error:
		return to(e)
	case fault.Fields:
		out := make(fault.Fields, len(e))
		for i, one := range e {
			out[i] = to(one)
		}
		return out
	}
	return err
}

// offer lists her spaces, buttons that tick all of one model, and the circles of the
// house.
func (f *Form) offer(b ui.Base, all []space.Space, n diffusion.New) {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(x, y space.Space) int { return cmp.Compare(fold.Key(x.Name), fold.Key(y.Name)) })
	count := map[space.ModelKey]int{}
	var models []space.ModelKey
	for _, s := range sorted {
		closed := s.State != "open"
		note := b.T("space.model." + string(s.Model))
		if closed {
			note += " · " + b.T("desk.closed")
		}
		f.Spaces.Options = append(f.Spaces.Options, ui.Option{
			Value: string(s.ID), Label: s.Name, Note: note, Chosen: slices.Contains(n.Spaces, s.ID),
		})
		if closed {
			continue
		}
		if count[s.Model]++; count[s.Model] == 1 {
			models = append(models, s.Model)
		}
	}
	for _, m := range models {
		if count[m] > 1 {
			f.Models = append(f.Models, ui.Button{Label: b.N("diffusion.pick", count[m], b.T("space.model."+string(m))), Small: true, Name: "pick", Value: string(m)})
		}
	}
	f.Circle = ui.Field{Kind: ui.Radios, Name: "to", Label: b.T("diffusion.circle_label"), Options: []ui.Option{
		{Value: string(circle.Client), Label: b.T("diffusion.to.client"), Note: b.T("diffusion.to.client_note"), Chosen: n.To == circle.Client},
		{Value: string(circle.All), Label: b.T("diffusion.to.all"), Note: b.T("diffusion.to.all_note"), Chosen: n.To == circle.All},
		{Value: string(circle.Firm), Label: b.T("diffusion.to.firm"), Note: b.T("diffusion.to.firm_note"), Chosen: n.To == circle.Firm},
	}}
}

// only offers, when a single space is chosen, its own circles and documents.
func (p *Pages) only(r *web.Request, f *Form, n diffusion.New) error {
	if len(n.Spaces) != 1 {
		return nil
	}
	room, err := p.Spaces.Show(r.Context(), r.Actor, n.Spaces[0])
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	b := f.Base
	circles := ui.Field{Kind: ui.Checks, Name: "circle", Label: b.T("diffusion.circles_label"), Optional: true}
	for _, c := range room.Circles {
		if c.Kind.House() {
			continue
		}
		var people []string
		for _, one := range c.People {
			people = append(people, one.Name)
		}
		circles.Options = append(circles.Options, ui.Option{Value: string(c.ID), Label: c.Name, Note: b.List(people), Chosen: slices.Contains(n.Circles, c.ID)})
	}
	if len(circles.Options) > 0 {
		f.Circles = &circles
		f.Circle.Options = append(f.Circle.Options, ui.Option{Value: string(circle.Named), Label: b.T("diffusion.to.named"), Chosen: n.To == "" && len(n.Circles) > 0})
	}
	docs, err := p.Documents.List(r.Context(), r.Actor, document.ListQuery{Space: room.ID, Limit: mostPapers})
	if err != nil || len(docs) == 0 {
		return err
	}
	f.Documents = &ui.Field{Kind: ui.Checks, Name: "document", Label: b.T("diffusion.documents_label"), Hint: b.T("diffusion.documents_hint"), Optional: true}
	for _, d := range docs {
		f.Documents.Options = append(f.Documents.Options, ui.Option{Value: string(d.ID), Label: d.Title, Chosen: slices.Contains(n.Documents, d.ID)})
	}
	return nil
}
