package api

import (
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/id"
)

// Appointment is one event of an agenda as one person sees it.
type Appointment struct {
	ID        id.Item           `json:"id"`
	Space     id.Space          `json:"space"`
	Author    id.Person         `json:"author"`
	Created   Instant           `json:"created_at"`
	Internal  bool              `json:"internal,omitempty" doc:"among the firm’s own people"`
	Kind      string            `json:"kind" enum:"meeting hearing deadline"`
	Title     string            `json:"title"`
	Place     string            `json:"place,omitempty"`
	Note      string            `json:"note,omitempty"`
	Day       string            `json:"day" doc:"civil date, Europe/Paris"`
	Start     string            `json:"start,omitempty" doc:"hour, 14:00; none: whole days"`
	End       string            `json:"end,omitempty" doc:"hour, of the last day"`
	LastDay   string            `json:"last_day,omitempty" doc:"civil date; none: day"`
	Repeat    Repeat            `json:"repeat,omitzero" doc:"when it comes again; none: never"`
	On        string            `json:"on,omitempty" doc:"of one date of what comes again: the civil date on which its rule has it, which names it"`
	From      Instant           `json:"starts_at" doc:"of what comes again, when no date of it was asked for: of the first"`
	To        Instant           `json:"ends_at" doc:"excluded; starts_at when nobody has said; of what comes again: of the last"`
	Cancelled bool              `json:"cancelled,omitempty"`
	Reason    string            `json:"reason,omitempty" doc:"why it was cancelled"`
	Revision  int               `json:"revision" doc:"1 when it was added; each change is one more"`
	By        id.Person         `json:"changed_by"`
	Changed   Instant           `json:"changed_at"`
	Read      bool              `json:"read" doc:"by oneself, as it is now"`
	Circles   []id.Circle       `json:"circles,omitempty" doc:"to whom it was sent; for the firm’s side alone"`
	Basis     *Basis            `json:"basis,omitempty" doc:"of a deadline that was reckoned"`
	Stale     bool              `json:"stale,omitempty" doc:"what it is reckoned from has moved without it; not in lists"`
	Follows   []id.Item         `json:"follows,omitempty" doc:"the deadlines reckoned from it that one sees; not in lists"`
	Apart     []Apart           `json:"apart,omitempty" doc:"its dates that are otherwise than its rule has them; not in lists"`
	Past      []PastAppointment `json:"past,omitempty" doc:"what it was before, the newest first; not in lists"`
}

// PastAppointment is what an event was.
type PastAppointment struct {
	Written
	Basis *Basis    `json:"basis,omitempty"`
	Until Instant   `json:"until"`
	By    id.Person `json:"by" doc:"who changed it then"`
	Moved []Moved   `json:"moved,omitempty" doc:"the deadlines that this change moved with it, which one sees"`
}

// Moved is a deadline that followed what it is reckoned from.
type Moved struct {
	Event id.Item `json:"event"`
	Was   string  `json:"was" doc:"civil date"`
	Is    string  `json:"is" doc:"civil date; the same where another day is kept by hand"`
}

func movedOf(all []agenda.Shift) (out []Moved) {
	for _, s := range all {
		out = append(out, Moved{s.Is.ID, s.Was.Day, s.Is.Day})
	}
	return out
}

// Repeat says when an event comes again: at the same hour on the wall, until a day or
// for a number of times.
type Repeat struct {
	Every    string `json:"every" enum:"day week month year"`
	Interval int    `json:"interval,omitempty" doc:"2: every second one; none: each"`
	Days     []int  `json:"days,omitempty" doc:"of weeks: on these days, 1 is Monday; none: the weekday of its first date"`
	Nth      bool   `json:"nth,omitempty" doc:"of months: on the same weekday of the month as its first date, not on the same date"`
	Until    string `json:"until,omitempty" doc:"civil date: the last day on which it may begin; either this or times"`
	Times    int    `json:"times,omitempty" doc:"how often in all"`
}

// Apart is one date of what comes again, which is otherwise than the others.
type Apart struct {
	On string `json:"on"`
	Written
	Cancelled bool   `json:"cancelled,omitempty"`
	Reason    string `json:"reason,omitempty"`
}

// rule is as it was asked for; a day that is none is refused by the check.
func (r Repeat) rule() agenda.Repeat {
	out := agenda.Repeat{Every: agenda.Every(r.Every), Interval: r.Interval, Nth: r.Nth, Until: r.Until, Times: r.Times}
	for _, d := range r.Days {
		out.Days |= agenda.WeekOf(time.Weekday(d % 7))
	}
	return out
}

func repeatOf(r agenda.Repeat) Repeat {
	out := Repeat{Every: string(r.Every), Interval: r.Interval, Nth: r.Nth, Until: r.Until, Times: r.Times}
	for _, d := range r.Days.Days() {
		out.Days = append(out.Days, (int(d)+6)%7+1)
	}
	return out
}

// apart is what of a series is otherwise, in the order of time.
func apart(e agenda.Event, zone *time.Location) (out []Apart) {
	for _, o := range e.Occurrences(zone) {
		if _, there := e.Apart[o.On]; there {
			w := writtenOf(o.Entry)
			w.Repeat = Repeat{}
			out = append(out, Apart{o.On, w, o.Cancelled, o.Reason})
		}
	}
	return out
}

// Written is what people write of an event.
type Written struct {
	Kind    string `json:"kind" enum:"meeting hearing deadline"`
	Title   string `json:"title"`
	Place   string `json:"place,omitempty"`
	Note    string `json:"note,omitempty"`
	Day     string `json:"day" doc:"civil date, Europe/Paris"`
	Start   string `json:"start,omitempty" doc:"hour, 14:00; none: whole days"`
	End     string `json:"end,omitempty" doc:"hour, of the last day"`
	LastDay string `json:"last_day,omitempty" doc:"civil date; none: day"`
	Repeat  Repeat `json:"repeat,omitzero" doc:"when it comes again; none: never"`
}

func (w Written) entry() agenda.Entry {
	return agenda.Entry{
		Kind: agenda.Kind(w.Kind), Title: w.Title, Place: w.Place, Note: w.Note,
		When: agenda.When{Day: w.Day, Start: w.Start, End: w.End, LastDay: w.LastDay}, Repeat: w.Repeat.rule(),
	}
}

func writtenOf(e agenda.Entry) Written {
	return Written{string(e.Kind), e.Title, e.Place, e.Note, e.Day, e.Start, e.End, e.LastDay, repeatOf(e.Repeat)}
}

func appointmentOf(e agenda.Event) Appointment {
	return Appointment{
		ID: e.ID, Space: e.Space, Author: e.Author, Created: Instant(e.Created), Internal: e.Internal, Kind: string(e.Kind), Title: e.Title,
		Place: e.Place, Note: e.Note, Day: e.Day, Start: e.Start, End: e.End, LastDay: e.LastDay, From: Instant(e.From), To: Instant(e.To),
		Cancelled: e.Cancelled, Reason: e.Reason, Revision: e.Revision, By: e.By, Changed: Instant(e.Changed), Read: e.Read, Circles: e.Circles,
		Repeat: repeatOf(e.Repeat), On: e.On, Basis: basisOf(e.Basis),
	}
}

// Agenda is a page of an agenda, in the order of time.
type Agenda struct {
	Events []Appointment `json:"events"`
	Next   string        `json:"next,omitempty" doc:"cursor of later events; absent when there are none"`
}

// Dates asks for a part of an agenda.
type Dates struct {
	Page
	From string `query:"from" doc:"since this day (RFC 3339 date, Europe/Paris); none: from the beginning"`
	To   string `query:"to" doc:"until this day"`
}

// SpaceDates asks for a part of the agenda of one space.
type SpaceDates struct {
	InSpace
	Dates
}

func (n *Nouns) agenda(r *Request, in Dates) (Agenda, error) { return n.dates(r, "", in) }

func (n *Nouns) spaceAgenda(r *Request, in SpaceDates) (Agenda, error) {
	return n.dates(r, in.Space, in.Dates)
}

func (n *Nouns) dates(r *Request, of id.Space, in Dates) (Agenda, error) {
	q := agenda.Query{Space: of, Limit: in.most()}
	err := r.resume(in.Cursor, &q.After)
	if err != nil {
		return Agenda{}, err
	}
	if q.From, err = r.day(in.From, "?from", 0); err != nil {
		return Agenda{}, err
	}
	if q.To, err = r.day(in.To, "?to", 1); err != nil {
		return Agenda{}, err
	}
	found, more, err := n.Agendas.List(r.Context(), r.Actor, q)
	if err != nil {
		return Agenda{}, err
	}
	out := Agenda{Events: make([]Appointment, len(found))}
	for i, e := range found {
		out.Events[i] = appointmentOf(e)
	}
	if more.ID != "" {
		out.Next, err = r.next(more)
	}
	return out, err
}

// InEvent names an event of a space in the path.
type InEvent struct {
	InSpace
	Event id.Item `path:"event"`
}

// EventOn names one date of it, where it comes again.
type EventOn struct {
	InEvent
	On string `query:"on" doc:"of what comes again: the civil date on which its rule has one; none: all of it"`
}

func (n *Nouns) appointment(r *Request, in EventOn) (Appointment, error) {
	d, err := n.Agendas.Show(r.Context(), r.Actor, in.Space, in.Event)
	if err != nil {
		return Appointment{}, err
	}
	shown := d.Event
	if in.On != "" {
		if shown, err = d.At(in.On, r.Now, r.api.Zone); err != nil {
			return Appointment{}, err
		}
	}
	out := appointmentOf(shown)
	out.Apart = apart(d.Event, r.api.Zone)
	for _, p := range d.Past {
		out.Past = append(out.Past, PastAppointment{writtenOf(p.Entry), basisOf(p.Basis), Instant(p.Until), p.By, movedOf(p.Follows)})
	}
	out.Stale = d.Resting.Stale
	for _, f := range d.Follows {
		out.Follows = append(out.Follows, f.ID)
	}
	return out, nil
}

// NewEvent is an event about to stand in an agenda.
type NewEvent struct {
	InSpace
	Written
	Circles []id.Circle `json:"circles" fault:"circle" doc:"to whom it is sent"`
	Confirm []string    `json:"confirm,omitempty" fault:"confirm" doc:"what the guard has found and one has checked (addressDocument)"`
}

func (n *Nouns) addEvent(r *Request, in NewEvent) (Appointment, error) {
	e, err := n.Agendas.Add(r.Context(), r.Actor, agenda.Adding{Space: in.Space, Entry: in.entry(), Circles: in.Circles, Confirm: in.Confirm})
	if err != nil {
		return Appointment{}, err
	}
	return n.addedEvent(r, in, string(e.ID))
}

func (n *Nouns) addedEvent(r *Request, in NewEvent, of string) (Appointment, error) {
	r.At("spaces", string(in.Space), "agenda", of)
	return n.appointment(r, EventOn{InEvent: InEvent{in.InSpace, id.Item(of)}})
}

// NewDates is what an event is to become.
type NewDates struct {
	InEvent
	Written
	On       string   `json:"on,omitempty" doc:"of what comes again: the date that is written, by the day on which its rule has it"`
	Scope    string   `json:"scope,omitempty" enum:"one following all" doc:"of what comes again: that date alone, those from it on, or all, which are moved by as many days; none: all"`
	Revision int      `json:"revision" doc:"the one that is changed: it must still be the last"`
	Fact     string   `json:"fact,omitempty" doc:"of a deadline that was reckoned: another day of its fact"`
	Why      string   `json:"why,omitempty" doc:"of such a deadline: why another day is kept than the one reckoned"`
	Confirm  []string `json:"confirm,omitempty" fault:"confirm" doc:"what the guard has found and one has checked (addressDocument)"`
}

func (n *Nouns) changeEvent(r *Request, in NewDates) (Appointment, error) {
	err := n.Agendas.Change(r.Context(), r.Actor, agenda.Changing{
		Space: in.Space, Event: in.Event, Revision: in.Revision, Which: agenda.Which{On: in.On, Scope: agenda.Scope(in.Scope)},
		Entry: in.entry(), Fact: in.Fact, Why: in.Why, Confirm: in.Confirm,
	})
	if err != nil {
		return Appointment{}, err
	}
	return n.appointment(r, EventOn{InEvent: in.InEvent})
}

func (n *Nouns) changedEvent(r *Request, in NewDates, _ string) (Appointment, error) {
	return n.appointment(r, EventOn{InEvent: in.InEvent})
}

// NoDate takes an event out of what will be.
type NoDate struct {
	InEvent
	On       string `json:"on,omitempty" doc:"of what comes again: one of its dates, by the day on which its rule has it"`
	Scope    string `json:"scope,omitempty" enum:"one following all" doc:"of what comes again: that date alone, those from it on, or all; none: all"`
	Revision int    `json:"revision" doc:"the one that is cancelled: it must still be the last"`
	Reason   string `json:"reason,omitempty"`
}

func (n *Nouns) cancelEvent(r *Request, in NoDate) (Appointment, error) {
	err := n.Agendas.Cancel(r.Context(), r.Actor, agenda.Cancelling{Space: in.Space, Event: in.Event, Revision: in.Revision,
		Which: agenda.Which{On: in.On, Scope: agenda.Scope(in.Scope)}, Reason: in.Reason})
	if err != nil {
		return Appointment{}, err
	}
	return n.appointment(r, EventOn{InEvent: in.InEvent})
}

func (n *Nouns) cancelledEvent(r *Request, in NoDate, _ string) (Appointment, error) {
	return n.appointment(r, EventOn{InEvent: in.InEvent})
}

// EventsRead names events of a space that were read.
type EventsRead struct {
	InSpace
	Events []id.Item `json:"events"`
}

func (n *Nouns) readEvents(r *Request, in EventsRead) (None, error) {
	return None{}, n.Agendas.Read(r.Context(), r.Actor, in.Space, in.Events)
}
