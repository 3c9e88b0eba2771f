package room

import (
	"strconv"
	"strings"
	"time"

	"cenacle/internal/depositlink"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/request"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Letterbox is the deposit links of a space, and the form that makes one.
type Letterbox struct {
	Make  *Form // nil when there is nobody to send one to
	Links []LinkLine
}

// LinkLine is one link in words. Resend and Revoke are empty once it is over.
type LinkLine struct {
	Who, For, State string
	Resend, Revoke  string
}

// lives are how many days a link may be made for.
var lives = []int{3, 14, 30}

func (p *Pages) letterbox(h here, b ui.Base, found []request.Request, refused error) (*Letterbox, error) {
	links, err := p.Letterboxes.List(h.r.Context(), h.r.Actor, h.room.ID)
	if err != nil {
		return nil, err
	}
	names := map[id.Ask]string{}
	for _, q := range found {
		names[q.ID] = q.Name
	}
	box := &Letterbox{}
	for _, l := range links {
		line := LinkLine{Who: l.PersonName, For: names[l.Request]}
		if l.Request == "" {
			line.For = b.T("room.link.anything")
		}
		switch l.State {
		case depositlink.Standing:
			line.State = b.T("room.link.standing", b.DateTime(l.Expires))
			line.Resend, line.Revoke = h.path("deposit-links", string(l.ID), "resend"), h.path("deposit-links", string(l.ID), "revoke")
		case depositlink.Expired:
			line.State = b.T("room.link.expired", b.DateTime(l.Expires))
		default:
			line.State = b.T("room.link.revoked")
		}
		box.Links = append(box.Links, line)
	}
	if h.room.State == "open" {
		box.Make = h.makeLink(found, h.back(refused, "deposit-links"))
	}
	return box, nil
}

// makeLink asks for whom a link is, for what and for how long.
func (h here) makeLink(found []request.Request, refused error) *Form {
	t := h.r.Printer
	people := h.askable()
	if len(people) == 0 {
		return nil
	}
	f := ui.Field{Kind: ui.Select, Name: "for", Label: t.T("room.link.for")}
	for _, who := range people {
		f.Options = append(f.Options, ui.Option{Value: string(who.Person), Label: t.T("room.link.for_anything", who.Name)})
		for _, q := range found {
			if q.Person == who.Person && q.State.Hers() {
				f.Options = append(f.Options, ui.Option{Value: string(who.Person) + "/" + string(q.ID), Label: t.T("room.link.for_one", who.Name, q.Name)})
			}
		}
	}
	for i, o := range f.Options {
		f.Options[i].Chosen = o.Value == h.r.Value("for")
	}
	life := ui.Field{Kind: ui.Select, Name: "life", Label: t.T("room.link.life")}
	for _, days := range lives {
		value := strconv.Itoa(days)
		life.Options = append(life.Options, ui.Option{Value: value, Label: t.N("room.link.days", days), Chosen: value == h.r.Value("life") || h.r.Value("life") == "" && days == 14})
	}
	form := &Form{Action: h.path("deposit-links"), Button: ui.Button{Label: t.T("room.link.make"), Icon: "send"}}
	form.Summary = ui.Refuse(t, refused).Mark(&f, &life)
	form.Fields = []ui.Field{f, life}
	return form
}

// DoMakeLink makes a deposit link and mails it to its person.
func (p *Pages) DoMakeLink(r *web.Request) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	in := depositlink.Making{Space: h.room.ID}
	person, ask, _ := strings.Cut(r.Value("for"), "/")
	in.Person, in.Request = id.Person(person), id.Ask(ask)
	if days, err := strconv.Atoi(r.Value("life")); err == nil {
		in.Life = time.Duration(days) * 24 * time.Hour
	}
	_, err = p.Letterboxes.Make(r.Context(), r.Actor, in)
	return p.linked(h, "link_made", err)
}

// DoResendLink mails a link once more.
func (p *Pages) DoResendLink(r *web.Request) (web.Answer, error) {
	return p.link(r, "link_resent", func(l id.DepositLink) error { return p.Letterboxes.Resend(r.Context(), r.Actor, l) })
}

// DoRevokeLink ends a link at once.
func (p *Pages) DoRevokeLink(r *web.Request) (web.Answer, error) {
	return p.link(r, "link_revoked", func(l id.DepositLink) error { return p.Letterboxes.Revoke(r.Context(), r.Actor, l) })
}

func (p *Pages) link(r *web.Request, done string, do func(id.DepositLink) error) (web.Answer, error) {
	h, err := p.enter(r)
	if err != nil {
		return nil, err
	}
	of, err := web.PathID[id.DepositLink](r, "link")
	if err != nil {
		return nil, err
	}
	return p.linked(h, done, do(of))
}

func (p *Pages) linked(h here, done string, err error) (web.Answer, error) {
	switch {
	case err == nil:
		return web.Done(h.path("requests")+"#links", done), nil
	case fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.Forbidden):
		return p.requests(h, wanted{linked: err})
	}
	return nil, err
}
