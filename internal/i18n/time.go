package i18n

import (
	"fmt"
	"strconv"
	"time"
)

// Date writes the day of t with its weekday: « dimanche 22 novembre 2026 ».
func (p *Printer) Date(t time.Time) string { return p.date(t.In(p.zone)) }

// Day writes a civil date given as "2026-11-22" like [Printer.Date]. A text
// that is no date comes back unchanged.
func (p *Printer) Day(civil string) string {
	t, err := time.Parse(time.DateOnly, civil)
	if err != nil {
		return civil
	}
	return p.date(t)
}

func (p *Printer) date(t time.Time) string {
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = p.T("date.first")
	}
	return p.T("date.day",
		p.T("date.weekday."+strconv.Itoa(int(t.Weekday()))),
		day,
		p.T("date.month."+strconv.Itoa(int(t.Month()))),
		strconv.Itoa(t.Year()))
}

// Time writes the hour of t: « 14 h 05 », "14:05".
func (p *Printer) Time(t time.Time) string {
	t = t.In(p.zone)
	return p.T("date.time", strconv.Itoa(t.Hour()), fmt.Sprintf("%02d", t.Minute()))
}

// DateTime writes day and hour: « dimanche 22 novembre 2026 à 14 h 05 ».
func (p *Printer) DateTime(t time.Time) string {
	return p.T("date.at", p.Date(t), p.Time(t))
}

// Ago writes when t was, seen from now: in words where that says more than the
// date (« il y a 5 minutes », « hier à 14 h 05 »), else like [Printer.DateTime].
func (p *Printer) Ago(t, now time.Time) string {
	past := now.Sub(t)
	switch {
	case past < 0:
		return p.DateTime(t)
	case past < time.Minute:
		return p.T("date.now")
	case past < time.Hour:
		return p.N("date.minutes_ago", int(past/time.Minute))
	}
	day, today := t.In(p.zone), now.In(p.zone)
	switch day.Format(time.DateOnly) {
	case today.Format(time.DateOnly):
		return p.T("date.today_at", p.Time(t))
	case today.AddDate(0, 0, -1).Format(time.DateOnly):
		return p.T("date.yesterday_at", p.Time(t))
	}
	return p.DateTime(t)
}

// Duration writes how long something takes or remains, rounded up to what
// matters: « 12 secondes », « 3 minutes », « 2 heures 5 minutes », « 3 jours ».
func (p *Printer) Duration(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d <= 59*time.Second:
		return p.N("duration.seconds", max(1, up(d, time.Second)))
	case d <= 59*time.Minute:
		return p.N("duration.minutes", up(d, time.Minute))
	case d > day-time.Minute:
		return p.N("duration.days", up(d, day))
	}
	minutes := up(d, time.Minute)
	hours := p.N("duration.hours", minutes/60)
	if minutes%60 == 0 {
		return hours
	}
	return p.T("duration.pair", hours, p.N("duration.minutes", minutes%60))
}

func up(d, unit time.Duration) int { return int((d + unit - 1) / unit) }
