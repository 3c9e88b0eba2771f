package room

import (
	"cmp"
	"slices"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/deposit"
	"cenacle/internal/id"
	"cenacle/internal/request"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Checklist is what is asked of one person: what is still hers to do, and what
// is done.
type Checklist struct {
	Title   string
	Note    string // how far it is, in one sentence
	Percent int
	Open    []ui.Expectation
	Settled []ui.Expectation
}

// Requests is the page of papers asked for, as the firm's side works on them.
type Requests struct {
	ui.Base
	Name   string
	Tabs   []ui.Tab
	People []Asked
	Empty  ui.Empty
	Ask    *Asking
	Switch *Form // of the firm's side
	Links  *Letterbox
	Lead   string // of an expert
	Back   string
	Shut   bool
	Live   ui.Live
}

// Asked is one person's papers in the firm's eyes.
type Asked struct {
	Name    string
	Person  string
	Note    string
	Remind  string // where a reminder leaves from, or empty
	Last    string // when the last one left
	Check   []ui.Expectation
	Open    []ui.Expectation
	Settled []ui.Expectation
}

// Asking is the form that asks, with what is there already before it does.
type Asking struct {
	Action  string
	Summary ui.Summary
	Person  *ui.Field // nil when there is only one to ask
	Papers  *ui.Field // of the model, those not asked for yet
	Names   ui.Field
	Due     ui.Field
	Hidden  []ui.Hidden
	Offers  []Offer
	Submit  ui.Button
}

// Offer is « Déjà transmis le … ».
type Offer struct {
	Text   string
	Href   string
	Title  string
	Action string
	Reuse  ui.Button
}

// ClientRequests is the checklist on a page of its own, for links that lead
// straight to it.
type ClientRequests struct {
	ui.Base
	Checklist *Checklist
	Back      string
	Shut      string
	Live      ui.Live
}

var (
	requestsPage       = ui.Parse[Requests](files, "requests.tmpl", "part.tmpl")
	clientRequestsPage = ui.Parse[ClientRequests](files, "checklist.tmpl", "part.tmpl")
)

// Requests shows the papers that are asked for in a space.
func (p *Pages) Requests(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	return p.requests(h, wanted{})
}

// wanted is an asking that came back, and why.
type wanted struct {
	refused error
	looked  bool // what is there already was looked for
	person  id.Person
	papers  []string
	names   string
	due     string
	offers  []request.Offer
	said    said
	shut    *deposit.Rule
	linked  error // why a deposit link came back
}

// said is a reason that came back, and to which request it was given.
type said struct {
	of      id.Ask
	step    request.Step
	reason  string
	refused error
}

func (p *Pages) requests(h here, back wanted) (web.Answer, error) {
	found, err := p.Asks.List(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	rule, err := p.Deposits.RuleOf(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	if err := p.exhibited(&h, found); err != nil {
		return nil, err
	}
	switch {
	case h.conducts():
		return p.expertRequests(h, found, back)
	case !h.inside():
		return p.clientRequests(h, found, rule, back)
	}
	page := Requests{Base: h.base(h.room.Name), Name: h.room.Name, Tabs: h.tabs("requests"), Shut: rule.Closed}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.room.Name})
	b := page.Base
	page.People = h.asked(b, found, back.said)
	page.Empty = ui.Empty{Icon: "file-text", Title: b.T("room.request.empty"), Text: b.T("room.request.empty_how")}
	page.Ask = p.asking(h, found, back)
	shut := h.switching(rule, back)
	page.Switch = &shut
	if page.Links, err = p.letterbox(h, b, found, back.linked); err != nil {
		return nil, err
	}
	page.Live = h.live("requests", "requests")
	refused := back.refused
	if refused == nil {
		refused = back.said.refused
	}
	if refused == nil {
		refused = back.linked
	}
	if refused != nil {
		return web.Again(requestsPage, page, refused), nil
	}
	return web.Show(requestsPage, page), nil
}

// expertRequests is the page as whoever conducts an assessment works on it: what experts
// have asked for alone.
func (p *Pages) expertRequests(h here, found []request.Request, back wanted) (web.Answer, error) {
	t := h.r.Printer
	page := Requests{Base: h.base(t.T("room.conduct.ask")), Name: t.T("room.conduct.ask"), Lead: t.T("room.conduct.ask_lead"), Back: h.path()}
	page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.spaceLabel()})
	page.People = h.asked(page.Base, found, back.said)
	for i := range page.People {
		page.People[i].Remind = "" // which tells her of all that is asked of her, the firm's own too
	}
	page.Empty = ui.Empty{Icon: "file-text", Title: t.T("room.request.empty"), Text: t.T("room.conduct.empty_how")}
	page.Ask = p.asking(h, found, back)
	page.Live = h.live("requests", "requests")
	refused := cmp.Or(back.refused, back.said.refused)
	if refused != nil {
		return web.Again(requestsPage, page, refused), nil
	}
	return web.Show(requestsPage, page), nil
}

func (p *Pages) clientRequests(h here, found []request.Request, rule deposit.Rule, back wanted) (web.Answer, error) {
	page := ClientRequests{Base: h.base(h.r.Printer.T("room.request.yours")), Back: h.path(), Shut: rule.Sentence}
	page.Checklist = p.checklist(h, page.Base, found, rule, back.said)
	if page.Checklist == nil {
		page.Checklist = &Checklist{Title: page.T("room.request.yours"), Note: page.T("room.nothing_expected")}
	}
	page.Live = h.live("requests", "requests")
	if back.said.refused != nil {
		return web.Again(clientRequestsPage, page, back.said.refused), nil
	}
	return web.Show(clientRequestsPage, page), nil
}

// checklist is what is asked of the person who looks: what was sent back first.
func (p *Pages) checklist(h here, b ui.Base, found []request.Request, rule deposit.Rule, back said) *Checklist {
	if len(found) == 0 {
		return nil
	}
	c := &Checklist{Title: b.T("room.request.yours")}
	done := 0
	for _, state := range []request.State{request.Redo, request.Asked, request.Lacking, request.Deposited, request.Accepted, request.Waived} {
		for _, q := range found {
			if q.State != state {
				continue
			}
			e := h.expectation(q)
			if state.Hers() {
				p.handIn(h, &e, q, rule)
			}
			if state.Hers() && h.room.State == "open" {
				e.Folds = append(h.showing(&e, q, back), h.fold(q, request.Lack, back))
			}
			if state.Hers() {
				c.Open = append(c.Open, e)
				continue
			}
			done++
			c.Settled = append(c.Settled, e)
		}
	}
	c.Percent = 100 * done / len(found)
	c.Note = b.N("room.request.progress", len(found), done)
	checked := !slices.ContainsFunc(found, func(q request.Request) bool { return q.State != request.Accepted && q.State != request.Waived })
	switch {
	case checked:
		c.Note = b.T("room.request.complete")
	case len(c.Open) == 0:
		c.Note = b.T("room.request.all_in")
	}
	return c
}

// handIn lets a paper be photographed or chosen in its own line.
func (p *Pages) handIn(h here, e *ui.Expectation, q request.Request, rule deposit.Rule) {
	if rule.Closed || h.room.State != "open" || q.Before || h.room.Mine != authz.Client && h.room.Mine != authz.Guest {
		return
	}
	t := h.r.Printer
	e.Send = &ui.Upload{
		ID: "send-" + string(q.ID), Action: h.path("files"), Endpoint: h.path("uploads"), Name: "file", Most: p.Limit, Slim: true, Camera: true,
		Title: t.T("room.request.send", q.Name), Accept: "image/*,application/pdf,.doc,.docx,.odt,.xls,.xlsx,.ods",
		Regions: "waits requests documents deposit",
		Hidden:  []ui.Hidden{{Name: "tray", Value: string(space.ClientTray)}, {Name: "request", Value: string(q.ID)}},
	}
}

func (h here) expectation(q request.Request) ui.Expectation {
	e := ui.Expectation{
		ID: "ask-" + string(q.ID), Title: q.Name, Hint: q.Note, Standing: ui.Standing(q.State), Due: q.Due, Reason: q.Reason,
		Late: q.Late(today(h.r.Now)),
	}
	for _, d := range q.Documents {
		e.Files = append(e.Files, ui.Reference{Href: h.path("documents", string(d.Document)), Title: d.Title, Media: d.Media, Size: d.Size})
	}
	if q.Before {
		e.Hint = strings.TrimSpace(e.Hint + " " + h.r.Printer.T("room.conduct.before_all"))
	}
	return e
}

// exhibited reads the lists of exhibits, where what an expert asks for can be answered by
// one.
func (p *Pages) exhibited(h *here, asked []request.Request) (err error) {
	if slices.ContainsFunc(asked, func(q request.Request) bool { return q.Before && q.State.Hers() }) {
		h.lists, err = p.Forums.Lists(h.r.Context(), h.r.Actor, h.room.ID)
	}
	return err
}

// showing offers to answer what an expert asks for by an exhibit of one's own side, and
// says how when there is none.
func (h here) showing(e *ui.Expectation, q request.Request, back said) []ui.Fold {
	if !q.Before {
		return nil
	}
	t := h.r.Printer
	which := ui.Field{Kind: ui.Select, Name: "document", ID: "use-" + string(q.ID), Label: t.T("room.exhibit.which")}
	for _, l := range h.lists {
		if l.Party.House != (h.room.Party.ID == "") || !l.Party.House && l.Party.ID != h.room.Party.ID {
			continue
		}
		for _, x := range l.Pieces {
			if !x.Replaced && !x.Withdrawn && x.Title != "" {
				which.Options = append(which.Options, ui.Option{Value: string(x.Item), Label: t.T("room.exhibit.choice", x.Label(), x.Title)})
			}
		}
	}
	if len(which.Options) == 0 {
		e.Hint += " " + t.T("room.conduct.release_first")
		return nil
	}
	f := ui.Fold{
		ID: "use-fold-" + string(q.ID), Label: t.T("room.conduct.use"), Action: h.path("requests", string(q.ID), "use"),
		Field: which, Confirm: ui.Button{Label: t.T("room.conduct.use_do"), Look: ui.Primary},
	}
	if back.of == q.ID && back.step == request.Deposit {
		f.Open, f.Field.Error = true, ui.Refuse(t, back.refused).Of("document")
	}
	return []ui.Fold{f}
}

// fold asks for the reason of a step.
func (h here) fold(q request.Request, step request.Step, back said) ui.Fold {
	t, word := h.r.Printer, string(step)
	look := ui.Plain
	if step == request.Return {
		look = ui.Primary
	}
	f := ui.Fold{
		ID: word + "-" + string(q.ID), Label: t.T("room.request." + word), Action: h.path("requests", string(q.ID), word),
		Field: ui.Field{
			Kind: ui.Area, Name: "reason", ID: "why-" + word + "-" + string(q.ID), Label: t.T("room.request." + word + "_why"), Length: 500,
			Optional: step == request.Waive,
		},
		Confirm: ui.Button{Label: t.T("room.request." + word + "_do"), Look: look},
	}
	if back.of == q.ID && back.step == step {
		f.Open, f.Field.Value, f.Field.Error = true, back.reason, ui.Refuse(t, back.refused).Of("reason")
	}
	return f
}

// asked groups the papers of a space by the person they are asked of.
func (h here) asked(b ui.Base, found []request.Request, back said) []Asked {
	var out []Asked
	for _, q := range found {
		i := slices.IndexFunc(out, func(a Asked) bool { return a.Person == string(q.Person) })
		if i < 0 {
			i = len(out)
			out = append(out, Asked{Name: q.PersonName, Person: string(q.Person)})
		}
		a, e := &out[i], h.judged(q, back)
		switch {
		case q.State.Ours():
			a.Check = append(a.Check, e)
		case q.State.Hers():
			a.Open = append(a.Open, e)
			a.Remind = h.path("requests", "remind")
			if !q.Reminded.IsZero() {
				a.Last = b.T("room.request.reminded", b.DateTime(q.Reminded))
			}
		default:
			a.Settled = append(a.Settled, e)
		}
	}
	for i := range out {
		a := &out[i]
		all := len(a.Check) + len(a.Open) + len(a.Settled)
		a.Note = b.N("room.request.progress", all, all-len(a.Open))
	}
	return out
}

// judged is a paper with what the firm may do with it.
func (h here) judged(q request.Request, back said) ui.Expectation {
	e, t := h.expectation(q), h.r.Printer
	if h.room.State != "open" {
		return e
	}
	act := func(step request.Step, look ui.Look, icon ui.Icon) {
		e.Action = h.path("requests", string(q.ID), string(step))
		e.Acts = append(e.Acts, ui.Button{Label: t.T("room.request." + string(step) + "_do"), Look: look, Icon: icon, Small: true})
	}
	switch q.State {
	case request.Deposited:
		act(request.Accept, ui.Primary, "circle-check")
		e.Folds = append(e.Folds, h.fold(q, request.Return, back))
	case request.Asked, request.Redo:
		if h.inside() {
			e.Folds = h.showing(&e, q, back)
		}
		e.Folds = append(e.Folds, h.fold(q, request.Waive, back))
	case request.Lacking:
		act(request.Renew, ui.Plain, "refresh")
		e.Folds = append(e.Folds, h.fold(q, request.Waive, back))
	case request.Accepted:
		e.Folds = append(e.Folds, h.fold(q, request.Return, back))
	case request.Waived:
		act(request.Renew, ui.Plain, "refresh")
	}
	return e
}

// asking is the form that asks for papers, filled with what came back.
func (p *Pages) asking(h here, found []request.Request, back wanted) *Asking {
	if h.room.State != "open" {
		return nil
	}
	t := h.r.Printer
	people := h.askable()
	if len(people) == 0 {
		return nil
	}
	f := &Asking{
		Action: h.path("requests"), Submit: ui.Button{Label: t.T("room.request.ask_do"), Look: ui.Primary, Icon: "send"},
		Names: ui.Field{Kind: ui.Area, Name: "names", Label: t.T("room.request.names"), Hint: t.T("room.request.names_hint"), Value: back.names, Optional: true},
		Due:   ui.Field{Kind: ui.Date, Name: "due", Label: t.T("room.request.due"), Value: back.due, Optional: true, Short: true, Earliest: today(h.r.Now)},
	}
	if len(people) == 1 {
		f.Hidden = append(f.Hidden, ui.Hidden{Name: "person", Value: string(people[0].Person)})
	} else {
		f.Person = &ui.Field{Kind: ui.Select, Name: "person", Label: t.T("room.request.person")}
		for _, who := range people {
			f.Person.Options = append(f.Person.Options, ui.Option{Value: string(who.Person), Label: who.Name, Chosen: who.Person == back.person})
		}
	}
	f.Papers = p.papers(h, found, back)
	f.Summary = ui.Refuse(t, back.refused).Mark(&f.Names, &f.Due)
	if back.looked && len(back.offers) > 0 {
		f.Hidden = append(f.Hidden, ui.Hidden{Name: "sure", Value: "1"})
		f.Submit.Label = t.T("room.request.ask_anyway")
		f.Offers = h.offers(back.offers)
	}
	return f
}

// offers puts what is there already into words.
func (h here) offers(found []request.Offer) (out []Offer) {
	t := h.r.Printer
	for _, o := range found {
		text := t.T("room.request.already", o.Name, t.Date(o.Came))
		if o.SpaceName != "" {
			text = t.T("room.request.already_in", o.Name, t.Date(o.Came), o.SpaceName)
		}
		out = append(out, Offer{
			Text: text, Title: o.Title, Action: h.path("requests", "reuse"), Href: h.r.SpacePath(o.Space, "documents", string(o.Document)),
			Reuse: ui.Button{Label: t.T("room.request.reuse"), Icon: "refresh", Small: true, Name: "reuse", Value: string(o.Document) + " " + o.Name},
		})
	}
	return out
}

// papers offers those of the model that nobody was asked for yet.
func (p *Pages) papers(h here, found []request.Request, back wanted) *ui.Field {
	model, err := p.Spaces.Model(h.room.Model)
	if err != nil {
		return nil // a model of another time
	}
	f := &ui.Field{Kind: ui.Checks, Name: "paper", Label: h.r.Printer.T("room.request.of_model"), Columns: 2}
	for _, q := range model.Checklist(h.r.Printer.Language()) {
		if slices.ContainsFunc(found, func(r request.Request) bool { return r.Name == q.Name && r.State != request.Waived }) {
			continue
		}
		f.Options = append(f.Options, ui.Option{Value: q.Name, Label: q.Name, Note: q.Note, Chosen: slices.Contains(back.papers, q.Name)})
	}
	if len(f.Options) == 0 {
		return nil
	}
	return f
}

func (h here) askable() (out []space.Person) {
	for _, who := range h.room.People { // an expert's choice is looked at again by the use case
		if who.Active(h.r.Now) && (who.Role == authz.Client || who.Role == authz.Guest) {
			out = append(out, who)
		}
	}
	return out
}

// switching opens or closes the space to deposits.
func (h here) switching(rule deposit.Rule, back wanted) Form {
	t := h.r.Printer
	if rule.Closed {
		return Form{Action: h.path("deposit", "switch"), Button: ui.Button{Label: t.T("room.request.switch_on"), Name: "open", Value: "1"}}
	}
	sentence := ui.Field{Kind: ui.Area, Name: "sentence", Label: t.T("room.request.sentence"), Hint: t.T("room.request.sentence_hint"), Length: 500}
	f := Form{Action: h.path("deposit", "switch"), Button: ui.Button{Label: t.T("room.request.switch_off")}}
	if back.shut != nil {
		sentence.Value = back.shut.Sentence
		f.Summary = ui.Refuse(t, back.refused).Mark(&sentence)
	}
	f.Fields = []ui.Field{sentence}
	return f
}

// lines are the names typed one below the other.
func lines(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
