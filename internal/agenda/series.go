package agenda

import (
	"maps"
	"slices"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// Apart is what one date of a series is, otherwise than its rule has it.
type Apart struct {
	Entry     *Entry    `json:"entry,omitempty"` // moved or reworded, without a rule; nil: as the others
	Cancelled bool      `json:"cancelled,omitempty"`
	Reason    string    `json:"reason,omitempty"` // of who cancelled it, or empty
	By        id.Person `json:"by,omitempty"`     // who did, and when
	At        time.Time `json:"at,omitzero"`
}

// Repeats reports whether an event comes again.
func (e Event) Repeats() bool { return e.Repeat.Every != Once }

// Occurrence is an event as it is where its rule puts it on a day, in its zone. It
// keeps the hour on the wall; what the clocks skip is an hour later.
func (e Event) Occurrence(day string, zone *time.Location) Event {
	o := e
	if !e.Repeats() {
		return o
	}
	o.On = day
	o.When = e.When.on(day)
	if one, there := e.Apart[day]; there {
		if one.Entry != nil {
			o.Entry = *one.Entry
			o.Repeat = e.Repeat
		}
		if one.Cancelled && !e.Cancelled {
			o.Cancelled, o.Reason, o.By, o.Changed = true, one.Reason, one.By, one.At
		}
	}
	o.When, o.From, o.To = o.When.settled(zone)
	return o
}

// Occurrences are all dates of an event, in the order of time; it alone when it does
// not come again.
func (e Event) Occurrences(zone *time.Location) []Event {
	if !e.Repeats() {
		return []Event{e}
	}
	days := e.Days()
	out := make([]Event, len(days))
	for i, day := range days {
		out[i] = e.Occurrence(day, zone)
	}
	slices.SortStableFunc(out, inTime)
	return out
}

// inTime is the order of lists.
func inTime(a, b Event) int {
	if c := a.From.Compare(b.From); c != 0 {
		return c
	}
	if a.ID < b.ID {
		return -1
	} else if a.ID > b.ID {
		return 1
	}
	return 0
}

// extend finds where a series lies in time, from the beginning of its first date to
// the end of its last. Two of its dates do not begin at once.
func (e *Event) extend(zone *time.Location, wrong *fault.Fields) {
	all := e.Occurrences(zone)
	e.From, e.To = all[0].From, all[0].To
	for i, o := range all {
		if o.To.After(e.To) {
			e.To = o.To
		}
		if i > 0 && o.From.Equal(all[i-1].From) {
			wrong.Add("day", "agenda.repeat_twice")
			return
		}
	}
}

// At is the date of a series that its rule puts on a day; without a day, the next one
// that takes place, or else the last. What does not come again is itself. Fault: NotFound
// for a day without one.
func (e Event) At(day string, now time.Time, zone *time.Location) (Event, error) {
	switch {
	case !e.Repeats() && (day == "" || day == e.Day):
		return e, nil
	case day != "" && !slices.Contains(e.Days(), day):
		return e, fault.Absent()
	case day != "":
		return e.Occurrence(day, zone), nil
	}
	all := e.Occurrences(zone)
	for _, o := range all {
		if !o.Cancelled && !now.After(o.To) {
			return o, nil
		}
	}
	return all[len(all)-1], nil
}

// Altered are the dates of a series that one of two states has otherwise than its rule
// and the other not in the same way, among those that both have.
func Altered(was, is Event, zone *time.Location) (out []Shift) {
	if !was.Repeats() || !is.Repeats() {
		return nil
	}
	days := was.Days()
	for _, day := range is.Days() {
		a, b := was.Apart[day], is.Apart[day]
		if slices.Contains(days, day) && !a.same(b) {
			out = append(out, Shift{was.Occurrence(day, zone), is.Occurrence(day, zone)})
		}
	}
	return out
}

func (a Apart) same(b Apart) bool {
	if (a.Entry == nil) != (b.Entry == nil) || a.Entry != nil && *a.Entry != *b.Entry {
		return false
	}
	return a.Cancelled == b.Cancelled && a.Reason == b.Reason
}

// Scope is how much of a series an act is about.
type Scope string

const (
	One    Scope = "one"       // one date alone
	Onward Scope = "following" // that one and those after it
	All    Scope = "all"       // all of it, as when nothing is said
)

// Scopes returns all of them, in the order in which they are offered.
func Scopes() []Scope { return []Scope{One, Onward, All} }

// Which says what of a series an act is about: On is the day on which its rule has the
// date that somebody looks at. Of all of it, On may be left out.
type Which struct {
	On    string
	Scope Scope
}

// there demands that there is such a date.
func (w Which) there(of Event) error {
	switch {
	case w.Scope != "" && !slices.Contains(Scopes(), w.Scope):
		return fault.New(fault.Invalid, "agenda.scope_unknown").In("scope")
	case w.On == "" && (w.Scope == One || w.Scope == Onward) && of.Repeats():
		return fault.New(fault.Invalid, "agenda.scope_nowhere").In("on")
	case w.On != "" && !slices.Contains(of.Days(), w.On):
		return fault.Absent()
	}
	return nil
}

// whole is a series, or an event that does not come again, as a change of all of it
// makes it: moved by as many days as the date that its writer has moved. Dates that were
// moved or cancelled by themselves stay so, where the rule still has them.
func (s *Service) whole(was Event, c Changing) Event {
	is := was
	is.Entry = c.Entry
	is.Apart = nil
	if !was.Repeats() {
		return is
	}
	shown := was.Day
	if c.On != "" {
		shown = was.Occurrence(c.On, s.zone).Day
	}
	by := apart(shown, c.Day)
	is.When = c.When.on(later(was.Day, by))
	if c.Repeat == was.Repeat {
		is.Repeat = was.Repeat.shifted(by)
	}
	if is.Repeat = is.Repeat.clean(is.Day); is.Repeats() {
		is.Apart = was.kept(is, by, func(string) bool { return true })
	}
	return is
}

// kept are the dates that a series has apart, for another that is so many days later.
func (e Event) kept(is Event, by int, which func(day string) bool) map[string]Apart {
	out := map[string]Apart{}
	days := is.Days()
	for day, one := range e.Apart {
		if to := later(day, by); which(day) && slices.Contains(days, to) {
			out[to] = one
		}
	}
	return out
}

// alone is a series with one date changed.
func (s *Service) alone(was Event, c Changing, wrong *fault.Fields) Event {
	is := was
	if c.Repeat != was.Repeat {
		wrong.Add("every", "agenda.repeat_one")
	}
	one := c.Entry
	one.Repeat = Repeat{}
	one.check(s.zone, wrong)
	plain := was
	plain.Apart = nil
	by := plain.Occurrence(c.On, s.zone).Entry
	by.Repeat = Repeat{}
	is.Apart = maps.Clone(was.Apart)
	if is.Apart == nil {
		is.Apart = map[string]Apart{}
	}
	if delete(is.Apart, c.On); one != by {
		is.Apart[c.On] = Apart{Entry: &one}
	}
	return is
}

// part ends a series before a date and begins another one with it.
func (s *Service) part(was Event, c Changing) (is, fresh Event) {
	days := was.Days()
	before := slices.Index(days, c.On)
	is, fresh = was, was
	is.Repeat.Times, is.Repeat.Until = before, ""
	is.Apart = was.kept(is, 0, func(day string) bool { return day < c.On })
	by := apart(was.Occurrence(c.On, s.zone).Day, c.Day)
	fresh.Entry, fresh.Basis = c.Entry, nil
	if c.Repeat == was.Repeat {
		fresh.Repeat = was.Repeat.shifted(by)
		if fresh.Repeat.Times > 0 {
			fresh.Repeat.Times = len(days) - before
		}
	}
	fresh.Repeat = fresh.Repeat.clean(fresh.Day)
	fresh.Apart = was.kept(fresh, by, func(day string) bool { return day > c.On })
	return is, fresh
}

// without is an event of which one date, those from it on or all do not take place.
// Fault: Conflict when none of them was to.
func (s *Service) without(was Event, c Cancelling, by id.Person, now time.Time) (is Event, err error) {
	is = was
	if !was.Repeats() || c.Scope != One && c.Scope != Onward {
		is.Cancelled, is.Reason = true, c.Reason
		return is, nil
	}
	is.Apart = maps.Clone(was.Apart)
	if is.Apart == nil {
		is.Apart = map[string]Apart{}
	}
	changed, left := false, false
	for _, day := range was.Days() {
		one := is.Apart[day]
		switch {
		case one.Cancelled:
		case day == c.On || c.Scope == Onward && day > c.On:
			one.Cancelled, one.Reason, one.By, one.At = true, c.Reason, by, now
			is.Apart[day], changed = one, true
		default:
			left = true
		}
	}
	if !changed {
		return is, fault.New(fault.Conflict, "agenda.is_cancelled")
	}
	if !left {
		is.Cancelled, is.Reason = true, c.Reason
	}
	return is, nil
}
