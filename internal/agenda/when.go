package agenda

import (
	"time"

	"cenacle/internal/fault"
)

// Hour is how the hour of a day is written.
const Hour = "15:04"

// When is the place of an event in time, as people write it: civil days and
// hours of the zone of the installation. Without Start it takes whole days.
type When struct {
	Day     string `json:"day"`                // 2026-12-10
	Start   string `json:"start,omitempty"`    // 14:00
	End     string `json:"end,omitempty"`      // of LastDay; none: nobody has said
	LastDay string `json:"last_day,omitempty"` // none, and for one day alone: Day
}

// mostDays is how long an event can be: what takes more is no date.
const mostDays = 366

// Span returns the instants between which an event lies, the second excluded
// unless both are one.
func (w When) Span(zone *time.Location) (from, to time.Time, err error) {
	var wrong fault.Fields
	from, to = w.span(zone, &wrong)
	return from, to, wrong.Err()
}

// span says beside its field what is wrong.
func (w When) span(zone *time.Location, wrong *fault.Fields) (from, to time.Time) {
	first, err := time.ParseInLocation(time.DateOnly, w.Day, zone)
	if err != nil || first.Year() < 1900 || first.Year() > 2200 {
		wrong.Add("day", "agenda.day_unreadable")
		return from, to
	}
	last := first
	if w.LastDay != "" {
		if last, err = time.ParseInLocation(time.DateOnly, w.LastDay, zone); err != nil {
			wrong.Add("last_day", "agenda.day_unreadable")
			return from, to
		}
		if last.Before(first) || last.After(first.AddDate(0, 0, mostDays)) {
			wrong.Add("last_day", "agenda.last_day_before", mostDays)
			return from, to
		}
	}
	if w.Start == "" {
		if w.End != "" {
			wrong.Add("start", "agenda.start_missing")
		}
		return first, last.AddDate(0, 0, 1)
	}
	from = hour(first, w.Start, "start", wrong)
	if to = from; w.End != "" || w.LastDay != "" {
		to = hour(last, w.End, "end", wrong)
	}
	if len(*wrong) == 0 && to.Before(from) {
		wrong.Add("end", "agenda.end_before")
	}
	return from, to
}

// hour is an hour of a day. One that the clocks skip does not exist; of one that
// comes twice it is the first.
func hour(day time.Time, typed, field string, wrong *fault.Fields) time.Time {
	h, err := time.Parse(Hour, typed)
	if err != nil {
		wrong.Add(field, "agenda.hour_unreadable")
		return day
	}
	at := clock(day, h)
	if at.Format(Hour) != typed {
		wrong.Add(field, "agenda.hour_skipped", typed)
		return day
	}
	return at
}

// clock is when the clock on the wall shows an hour of a day: the first time, when it
// does twice; an hour later, when it never does (RFC 5545, 3.3.5).
func clock(day, hour time.Time) time.Time {
	at := func(h int) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day(), h, hour.Minute(), 0, 0, day.Location())
	}
	is := at(hour.Hour())
	if is.Hour() != hour.Hour() {
		return at(hour.Hour() - 1).Add(time.Hour)
	}
	if before := is.Add(-time.Hour); before.Hour() == hour.Hour() {
		return before
	}
	return is
}

// on is a place in time moved to another first day.
func (w When) on(day string) When {
	if w.LastDay != "" {
		w.LastDay = later(day, apart(w.Day, w.LastDay))
	}
	w.Day = day
	return w
}

// settled is a place in time whose hours there are on these days, and where it lies.
// What it is of was checked on another day.
func (w When) settled(zone *time.Location) (is When, from, to time.Time) {
	read := func(layout, typed string) time.Time {
		t, err := time.ParseInLocation(layout, typed, zone)
		if err != nil {
			return time.Time{} // what was checked reads
		}
		return t
	}
	from = read(time.DateOnly, w.Day)
	last := from
	if w.LastDay != "" {
		last = read(time.DateOnly, w.LastDay)
	}
	if w.Start == "" {
		return w, from, last.AddDate(0, 0, 1)
	}
	from = clock(from, read(Hour, w.Start))
	to = from
	w.Start = from.Format(Hour)
	if w.End != "" {
		if to = clock(last, read(Hour, w.End)); to.Before(from) {
			to = from
		}
		w.End = to.Format(Hour)
	}
	return w, from, to
}
