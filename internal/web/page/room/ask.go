package room

import (
	"errors"
	"slices"
	"strings"

	"cenacle/internal/deposit"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/request"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// DoAsk asks for papers. What is there already is offered first, as a step
// before sending; a page with a script asks while the names are typed (look).
func (p *Pages) DoAsk(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	back := asked(r)
	if h.conducts() && r.Value("look") != "" {
		return p.requests(h, back) // what is there already is the firm's to know
	}
	if !h.conducts() && (r.Value("look") != "" || r.Value("sure") == "") {
		if back.offers, err = p.there(h, back); err != nil {
			return nil, err
		}
		if back.looked = true; r.Value("look") != "" || len(back.offers) > 0 {
			return p.requests(h, back)
		}
	}
	_, err = p.Asks.Ask(r.Context(), r.Actor, p.asks(h, back))
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		back.refused = err
		return p.requests(h, back)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("requests"), "asked"), nil
}

// there are the papers that a form names, or a memo that is being written asks
// for, and that are there. A memo among colleagues asks nobody outside for any.
func (p *Pages) there(h here, w wanted) ([]request.Offer, error) {
	if _, internal := h.wanted(h.r.Values("circle")); internal {
		return nil, nil
	}
	text := h.r.Value("subject") + "\n" + h.r.Value("body")
	return p.Asks.Offers(h.r.Context(), h.r.Actor, request.Wanted{Space: h.room.ID, Names: w.all(), Text: text})
}

// asked reads the form.
func asked(r *web.Request) wanted {
	return wanted{person: id.Person(r.Value("person")), papers: r.Values("paper"), names: r.Value("names"), due: r.Value("due")}
}

// all are the names asked for, ticked and typed.
func (w wanted) all() []string { return slices.Concat(w.papers, lines(w.names)) }

// asks says what is meant by each paper of the model as the model does.
func (p *Pages) asks(h here, w wanted) request.Asking {
	notes := map[string]string{}
	if model, err := p.Spaces.Model(h.room.Model); err == nil { // one of another time has no notes
		for _, q := range model.Checklist(h.r.Printer.Language()) {
			notes[q.Name] = q.Note
		}
	}
	out := request.Asking{Space: h.room.ID, Person: w.person, Due: w.due}
	for _, name := range w.all() {
		out.Papers = append(out.Papers, request.Paper{Name: name, Note: notes[name]})
	}
	return out
}

// DoReuse takes a paper that is there instead of asking for it; what else was
// about to be asked comes back.
func (p *Pages) DoReuse(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	back := asked(r)
	doc, name, _ := strings.Cut(r.Value("reuse"), " ")
	in := request.Reusing{Space: h.room.ID, Person: back.person, Name: name, Document: id.Item(doc)}
	if in.Person == "" { // of a memo, which is to nobody in particular
		if people := h.askable(); len(people) > 0 {
			in.Person = people[0].Person
		}
	}
	if _, err := p.Asks.Reuse(r.Context(), r.Actor, in); err != nil {
		return nil, err
	}
	back.papers = slices.DeleteFunc(back.papers, func(n string) bool { return n == name })
	left := slices.DeleteFunc(lines(back.names), func(n string) bool { return n == name })
	back.names = strings.Join(left, "\n")
	if len(back.all()) == 0 {
		return web.Done(h.path("requests"), "reused"), nil
	}
	if back.offers, err = p.Asks.Offers(r.Context(), r.Actor, request.Wanted{Space: h.room.ID, Names: back.all()}); err != nil {
		return nil, err
	}
	back.looked = true
	return p.requests(h, back)
}

// DoLack is « je ne l'ai pas ».
func (p *Pages) DoLack(r *web.Request) (web.Answer, error) {
	return p.step(r, request.Lack, func(of id.Ask, why string) error { return p.Asks.Lack(r.Context(), r.Actor, of, why) })
}

// DoAccept says that the firm has what it needs.
func (p *Pages) DoAccept(r *web.Request) (web.Answer, error) {
	return p.step(r, request.Accept, func(of id.Ask, _ string) error { return p.Asks.Accept(r.Context(), r.Actor, of) })
}

// DoReturn sends a paper back with the reason.
func (p *Pages) DoReturn(r *web.Request) (web.Answer, error) {
	return p.step(r, request.Return, func(of id.Ask, why string) error { return p.Asks.Return(r.Context(), r.Actor, of, why) })
}

// DoWaive releases the person from a request.
func (p *Pages) DoWaive(r *web.Request) (web.Answer, error) {
	return p.step(r, request.Waive, func(of id.Ask, why string) error { return p.Asks.Waive(r.Context(), r.Actor, of, why) })
}

// DoRenew asks again.
func (p *Pages) DoRenew(r *web.Request) (web.Answer, error) {
	return p.step(r, request.Renew, func(of id.Ask, _ string) error { return p.Asks.Renew(r.Context(), r.Actor, of) })
}

// DoUse answers a request with a document that is there.
func (p *Pages) DoUse(r *web.Request) (web.Answer, error) {
	return p.step(r, request.Deposit, func(of id.Ask, _ string) error {
		return p.Asks.Use(r.Context(), r.Actor, of, id.Item(r.Value("document")))
	})
}

// step takes one step of one request; a reason that is refused comes back in
// its place.
func (p *Pages) step(r *web.Request, step request.Step, do func(of id.Ask, why string) error) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	of, err := web.PathID[id.Ask](r, "ask")
	if err != nil {
		return nil, err
	}
	why := r.Value("reason")
	err = do(of, why)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.requests(h, wanted{said: said{of, step, why, err}})
	}
	if err != nil {
		return nil, err
	}
	if h.conducts() {
		return web.Done(h.path("requests")+"#ask-"+string(of), "request_judged"), nil
	}
	if h.inside() {
		return web.Done(h.path("requests")+"#ask-"+string(of), "request_"+string(step)), nil
	}
	return web.Done(h.path()+"#requests", "request_"+string(step)), nil
}

// DoRemind reminds a person now of all that is asked of her.
func (p *Pages) DoRemind(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	err = p.Asks.Remind(r.Context(), r.Actor, h.room.ID, id.Person(r.Value("person")))
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Busy) {
		return p.requests(h, wanted{refused: err})
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("requests"), "reminded"), nil
}

// DoSwitch opens or closes the space to deposits.
func (p *Pages) DoSwitch(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	rule := deposit.Rule{Closed: r.Value("open") == "", Sentence: r.Value("sentence")}
	err = p.Deposits.Switch(r.Context(), r.Actor, h.room.ID, rule)
	if fault.Is(err, fault.Invalid) {
		return p.requests(h, wanted{refused: err, shut: &rule})
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.path("requests"), "deposit_switched"), nil
}

// already brings a memo back before it is sent: it asks for papers that are
// there.
type already struct {
	error
	offers []request.Offer
}

func (a already) Unwrap() error { return a.error }

// spare looks whether a memo of the firm's side to others asks for what is there
// already. Asked a second time (sure), it is sent as it stands.
func (p *Pages) spare(h here, n memo.New) error {
	if !h.inside() || n.Internal || n.Document != "" || h.r.Value("sure") != "" {
		return nil
	}
	found, err := p.Asks.Offers(h.r.Context(), h.r.Actor, request.Wanted{Space: h.room.ID, Text: n.Subject + "\n" + n.Body})
	if err != nil || len(found) == 0 {
		return err
	}
	return already{fault.New(fault.Conflict, "request.there_already"), found}
}

// sure lets a composer that came back be sent as it stands.
func (h here) sure(c *ui.Composer, refused error) {
	if _, ok := errors.AsType[already](refused); ok {
		c.Hidden = append(c.Hidden, ui.Hidden{Name: "sure", Value: "1"})
		c.Send.Label = h.r.Printer.T("room.request.send_anyway")
	}
}
