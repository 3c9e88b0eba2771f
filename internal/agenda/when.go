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
	at := time.Date(day.Year(), day.Month(), day.Day(), h.Hour(), h.Minute(), 0, 0, day.Location())
	if at.Format(Hour) != typed {
		wrong.Add(field, "agenda.hour_skipped", typed)
		return day
	}
	if before := at.Add(-time.Hour); before.Format(Hour) == typed {
		return before
	}
	return at
}
