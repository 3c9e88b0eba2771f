package agenda

import (
	"strconv"

	"cenacle/internal/i18n"
)

// Again says in full when an entry comes again, and how often.
func (e Entry) Again(p *i18n.Printer) string {
	if e.Repeat.Every == Once {
		return p.T("agenda.repeats_not")
	}
	days := e.Days()
	return p.N("agenda.repeats", len(days), e.every(p), i18n.Day(days[0]), i18n.Day(days[len(days)-1]))
}

// every says after which time it comes again, and on which days.
func (e Entry) every(p *i18n.Printer) string {
	weekday := func(n int) string { return p.T("date.weekday." + strconv.Itoa(n)) }
	key, first := "agenda.every."+string(e.Repeat.Every), e.first()
	switch own := weekday(int(first.Weekday())); e.Repeat.Every {
	case Weekly:
		var on []string
		for _, d := range (e.Repeat.Days | WeekOf(first.Weekday())).Days() {
			on = append(on, p.T("agenda.every.on", weekday(int(d))))
		}
		return p.N(key, e.Repeat.Interval, p.List(on))
	case Monthly:
		return p.N(key, e.Repeat.Interval, e.monthly(p, own))
	}
	return p.N(key, e.Repeat.Interval)
}

// monthly says on which day of a month it comes again.
func (e Entry) monthly(p *i18n.Printer, weekday string) string {
	switch day := e.first().Day(); {
	case e.Repeat.Nth && e.nth() < 0:
		return p.T("agenda.every.nth.last", weekday)
	case e.Repeat.Nth:
		return p.T("agenda.every.nth."+strconv.Itoa(e.nth()), weekday)
	case day == 1:
		return p.T("agenda.every.first")
	case day > 28:
		return p.T("agenda.every.or_last", day)
	default:
		return p.T("agenda.every.date", day)
	}
}
