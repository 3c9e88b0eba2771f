package room

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"cenacle/internal/agenda"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Event is one date of the agenda: what it is, what it was, and for the firm's side
// the ways to change it.
type Event struct {
	ui.Base
	Name, Kind, Moment string
	Place, Note        string
	Again              string     // of a series: when it comes again
	Dates              []ui.Link  // all of its dates, with the one that is shown among them, without an address
	Off                *ui.Notice // it does not take place
	By                 string     // who made it what it is, and when
	Audience           string     // for the firm's side
	Why                string     // why they and nobody else: where that is said
	Internal           bool
	Seen               *Seen
	Found              *Reckoned  // what a deadline rests on
	Catch              *Form      // reckons it again
	Follows            []ui.Event // what is reckoned from it
	Reckon             string     // where a deadline is reckoned from it, or empty
	Past               []Changed
	Change             *EventForm
	Cancel             *Form
	Back               string
}

// Changed is one change in words.
type Changed struct {
	Said    string
	Differs []Differing
	Follows []followed // what moved with it
}

// Dates is what comes next, on a first screen.
type Dates struct {
	Href   string // of the whole agenda, or empty
	Events []ui.Event
}

var eventPage = ui.Parse[Event](files, "event.tmpl", "part.tmpl")

// next shows the coming dates of a first screen; nil when there are none.
func (h here) next() *Dates {
	if len(h.all.Dates) == 0 {
		return nil
	}
	return &Dates{h.path("agenda"), h.dated(h.all.Dates)}
}

// looked is an event, and what of it somebody looks at.
type looked struct {
	agenda.Detail
	date agenda.Event // one date of a series, or the event
}

// Event shows one date.
func (p *Pages) Event(r *web.Request) (web.Answer, error) {
	h, d, err := p.enterEvent(r)
	if err != nil {
		return nil, err
	}
	return h.event(d, standing(d), nil)
}

// standing is the form of an event as it is.
func standing(d looked) written {
	w := written{Entry: d.date.Entry}
	if d.date.Repeats() {
		w.which.Scope = agenda.One
	}
	if d.Basis != nil {
		w.fact, w.why = d.Basis.Fact, d.Basis.Why
	}
	return w
}

func (p *Pages) enterEvent(r *web.Request) (h here, d looked, err error) {
	if h, err = p.enter(r); err != nil {
		return h, d, err
	}
	of, err := web.PathID[id.Item](r, "event")
	if err != nil {
		return h, d, err
	}
	if d.Detail, err = p.Agendas.Show(r.Context(), r.Actor, h.room.ID, of); err != nil {
		return h, d, err
	}
	d.date, err = d.At(r.Value("on"), r.Now, r.Zone())
	return h, d, err
}

func (h here) event(d looked, back written, refused error) (web.Answer, error) {
	t, is := h.r.Printer, d.date
	page := Event{
		Base: h.base(is.Title), Name: is.Title, Kind: t.T("agenda.kind." + string(is.Kind)), Moment: h.r.When(is.Entry.When),
		Place: is.Place, Note: is.Note, Internal: d.Internal, Past: h.past(d), Back: h.path("agenda"),
		By: t.T("agenda.by", h.name(d.By), t.DateTime(d.Changed)), Found: h.rests(d.Detail), Catch: h.catching(d.Detail), Follows: h.dated(d.Follows),
	}
	if d.Repeats() {
		page.Again, page.Dates = d.Again(t), h.series(d)
	}
	if h.inside() {
		page.Crumbs = append(page.Crumbs, ui.Link{Href: h.path(), Label: h.room.Name}, ui.Link{Href: page.Back, Label: t.T("agenda.title")})
		page.Audience, page.Why = h.audience(d.Circles), h.path("agenda", string(d.ID), "why")
	}
	if !d.Read {
		page.Seen = &Seen{Src: h.path("agenda", "read"), Memos: []string{string(d.ID)}}
	}
	if is.Cancelled {
		page.Off = &ui.Notice{Look: ui.Danger, Title: t.T("agenda.off", h.name(is.By), t.DateTime(is.Changed)), Text: is.Reason}
		page.By = ""
	}
	if d.Change && !is.Cancelled {
		if !d.Repeats() {
			page.Reckon = h.path("agenda", "deadline") + "?" + url.Values{"origin": {string(d.ID)}}.Encode()
		}
		page.Change = h.changing(d, back, h.back(refused, "agenda", string(d.ID)))
		page.Cancel = h.cancelling(d, h.back(refused, "agenda", string(d.ID), "cancel"))
	}
	if refused != nil {
		return web.Again(eventPage, page, refused), nil
	}
	return web.Show(eventPage, page), nil
}

// past says what was changed, newest first.
func (h here) past(d looked) (out []Changed) {
	is := d.Event
	for _, p := range d.Past {
		was := agenda.Event{Entry: p.Entry, Basis: p.Basis, Apart: p.Apart}
		differs := slices.Concat(h.differs(was.Entry, is.Entry), h.rested(was.Basis, is.Basis), h.altered(was, is))
		is = was
		if len(differs) > 0 { // otherwise it was cancelled, which the page says above
			out = append(out, Changed{h.r.Printer.T("agenda.changed", h.name(p.By), h.r.Printer.DateTime(p.Until)), differs, h.followed(p.Follows)})
		}
	}
	return out
}

// differs puts the differences between two states into words.
func (h here) differs(was, is agenda.Entry) (out []Differing) {
	t := h.r.Printer
	say := func(e agenda.Entry, what agenda.Difference) string {
		switch what {
		case "kind":
			return t.T("agenda.kind." + string(e.Kind))
		case "title":
			return e.Title
		case "when":
			return h.r.When(e.When)
		case "repeat":
			return e.Again(t)
		case "place":
			return e.Place
		}
		return e.Note
	}
	for _, what := range agenda.Differences(was, is) {
		out = append(out, Differing{t.T("agenda.differs." + string(what)), say(was, what), say(is, what)})
	}
	return out
}

// changing is the form of an event that is there. Once its writer has read what
// would differ, it is sent as it stands.
func (h here) changing(d looked, back written, refused error) *EventForm {
	t := h.r.Printer
	f := h.eventForm(back, nil, refused)
	f.Action, f.Submit.Label, f.Submit.Icon = h.path("agenda", string(d.ID)), t.T("agenda.look"), "pencil"
	f.Told = t.T("agenda.change_told", h.audience(d.Circles))
	f.Hidden = h.pointed(d)
	f.Scope = h.scope(d, "agenda.scope", back.which.Scope)
	if f.Reckoned = d.Basis != nil; f.Reckoned {
		f.Again = nil
		f.Hidden = append(f.Hidden, ui.Hidden{Name: "kind", Value: string(agenda.Deadline)})
	} else {
		f.Fact, f.Why = nil, nil
	}
	if f.Reckoned && d.Basis.Origin != "" {
		f.Hidden = append(f.Hidden, ui.Hidden{Name: "fact", Value: back.fact})
		f.Fact = nil
	}
	f.Differs, f.Fresh, f.Follows = back.differs, back.fresh, back.follows
	if len(back.differs) > 0 {
		f.Submit.Label, f.Submit.Icon = t.T("agenda.change"), "circle-check"
		f.Hidden = append(f.Hidden, ui.Hidden{Name: "sure", Value: back.sure})
	}
	f.Hidden = append(f.Hidden, h.anyway(refused, &f.Submit)...)
	return f
}

// fingerprint is what a writer has confirmed: another entry, and anything else that
// would follow, asks again.
func fingerprint(n agenda.Foreseen, w written) string {
	all := fmt.Appendf(nil, "%#v %#v %#v", n.Is.Entry, w.which, w.Entry)
	if n.Is.Basis != nil {
		all = fmt.Appendf(all, "%#v", *n.Is.Basis)
	}
	for _, f := range n.Follows {
		all = fmt.Appendf(all, "%#v %d %#v %#v", f.Is.ID, f.Was.Revision, f.Is.Entry, *f.Is.Basis)
	}
	sum := sha256.Sum256(all)
	return hex.EncodeToString(sum[:])
}

func (h here) cancelling(d looked, refused error) *Form {
	t := h.r.Printer
	reason := ui.Field{Kind: ui.Area, Name: "reason", ID: "f-cancel-reason", Label: t.T("agenda.cancel_reason"), Length: agenda.MaxReason, Optional: true}
	f := &Form{
		Action: h.path("agenda", string(d.ID), "cancel"), Button: ui.Button{Label: t.T("agenda.cancel"), Look: ui.Danger, Icon: "calendar-off"},
		Hidden: h.pointed(d),
	}
	if refused != nil {
		reason.Value = h.r.Value("reason")
	}
	f.Summary = ui.Refuse(t, refused).Mark(&reason)
	var chosen agenda.Scope
	if refused != nil {
		chosen = agenda.Scope(h.r.Value("scope"))
	}
	if scope := h.scope(d, "agenda.scope_cancel", chosen); scope != nil {
		scope.ID, f.Button.Label = "f-cancel-scope", t.T("agenda.cancel_some")
		f.Fields = append(f.Fields, *scope)
	}
	f.Fields = append(f.Fields, reason)
	return f
}

// DoChangeEvent changes an event, once its writer has read what becomes different.
func (p *Pages) DoChangeEvent(r *web.Request) (web.Answer, error) {
	h, d, err := p.enterEvent(r)
	if err != nil {
		return nil, err
	}
	w := h.wrote()
	w.which = which(r, d)
	revision, err := strconv.Atoi(r.Value("revision"))
	if err != nil {
		revision = d.Revision // a form without it changes what is there now
	}
	change := agenda.Changing{
		Space: h.room.ID, Event: d.ID, Revision: revision, Which: w.which, Entry: w.Entry, Fact: w.fact, Why: w.why,
		Confirm: r.Values("confirm"),
	}
	next, err := p.Agendas.Foresee(r.Context(), r.Actor, change)
	if err == nil {
		w = h.foreseen(w, next)
		if len(w.differs) > 0 && r.Value("sure") != w.sure {
			return h.event(d, w, nil)
		}
		err = p.Agendas.Change(r.Context(), r.Actor, change)
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return h.event(d, w, err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.goes(d, w.which), "event_changed"), nil
}

// foreseen is a form as it comes back, with what it would change.
func (h here) foreseen(w written, n agenda.Foreseen) written {
	if n.Was.Basis != nil {
		w.Entry = n.Is.Entry
	}
	w.follows, w.sure = h.follow(n), fingerprint(n, w)
	w.differs = slices.Concat(h.differs(n.Was.Entry, n.Is.Entry), h.rested(n.Was.Basis, n.Is.Basis), h.altered(n.Was, n.Is))
	if n.Fresh != nil {
		w.fresh = h.fresh(n.Was.Occurrence(w.which.On, h.r.Zone()).Entry, n.Fresh.Entry)
	}
	if n.Is.Basis != nil {
		w.fact, w.why = n.Is.Basis.Fact, n.Is.Basis.Why
	}
	return w
}

// DoCancelEvent says that an event does not take place.
func (p *Pages) DoCancelEvent(r *web.Request) (web.Answer, error) {
	h, d, err := p.enterEvent(r)
	if err != nil {
		return nil, err
	}
	revision, err := strconv.Atoi(r.Value("revision"))
	if err != nil {
		revision = d.Revision
	}
	err = p.Agendas.Cancel(r.Context(), r.Actor, agenda.Cancelling{Space: h.room.ID, Event: d.ID, Revision: revision, Which: which(r, d), Reason: r.Value("reason")})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return h.event(d, standing(d), err)
	}
	if err != nil {
		return nil, err
	}
	return web.Done(h.goes(d, which(r, d)), "event_cancelled"), nil
}
