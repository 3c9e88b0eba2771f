package agenda

import (
	"slices"
	"time"

	"github.com/teambition/rrule-go"

	"cenacle/internal/fault"
)

// Every is the period after which an event comes again.
type Every string

const (
	Once    Every = "" // it does not
	Daily   Every = "day"
	Weekly  Every = "week"
	Monthly Every = "month"
	Yearly  Every = "year"
)

// Everies returns all of them, in the order in which they are offered.
func Everies() []Every { return []Every{Once, Daily, Weekly, Monthly, Yearly} }

// Limits of what comes again. What has no end is no date of a matter.
const (
	MaxTimes    = 366 // a daily date for a year
	MaxInterval = 99
	mostYears   = 30 // between its first day and its last
)

// Repeat says when an event comes again after its day, at the hour that the clock on
// the wall then shows (RFC 5545, RRULE). Its zero value: never. It has one end of the
// two.
type Repeat struct {
	Every    Every  `json:"every,omitempty"`
	Interval int    `json:"interval,omitempty"` // 2: of two such periods in one
	Days     Week   `json:"days,omitempty"`     // of weeks: more than the weekday of its first day, which is then among them
	Nth      bool   `json:"nth,omitempty"`      // of months: as its first day is « le deuxième mardi », not « le 8 »
	Until    string `json:"until,omitempty"`    // the last day on which it may begin
	Times    int    `json:"times,omitempty"`    // how often in all
}

// Week is some of the days of a week.
type Week uint8

// WeekOf returns some days.
func WeekOf(days ...time.Weekday) (w Week) {
	for _, d := range days {
		w |= 1 << ((d + 6) % 7)
	}
	return w
}

// Days are those of a week, from Monday on.
func (w Week) Days() (out []time.Weekday) {
	for i := range 7 {
		if w&(1<<i) != 0 {
			out = append(out, time.Weekday((i+1)%7))
		}
	}
	return out
}

// shifted are the days so many after those.
func (w Week) shifted(days int) Week {
	var moved []time.Weekday
	for _, d := range w.Days() {
		moved = append(moved, time.Weekday(((int(d)+days)%7+7)%7))
	}
	return WeekOf(moved...)
}

// clean leaves of a rule what means something, first being its first day.
func (r Repeat) clean(first string) Repeat {
	if r.Every == Once {
		return Repeat{}
	}
	r.Interval = max(r.Interval, 1)
	r.Nth = r.Nth && r.Every == Monthly
	day, err := time.Parse(time.DateOnly, first)
	if r.Every != Weekly || err != nil {
		r.Days = 0
		return r
	}
	own := WeekOf(day.Weekday())
	if r.Days |= own; r.Days == own {
		r.Days = 0
	}
	return r
}

// shifted is a rule whose first day is so many days later.
func (r Repeat) shifted(days int) Repeat {
	r.Days, r.Until = r.Days.shifted(days), later(r.Until, days)
	return r
}

// again checks when an entry comes again; the rest of it is in order.
func (e Entry) again(wrong *fault.Fields) {
	r := e.Repeat
	if r.Every == Once {
		return
	}
	last, err := time.Parse(time.DateOnly, r.Until)
	end := "times"
	if r.Until != "" {
		end = "until"
	}
	switch {
	case !slices.Contains(Everies(), r.Every):
		wrong.Add("every", "agenda.every_unknown")
	case r.Interval > MaxInterval:
		wrong.Add("interval", "agenda.interval_out", MaxInterval)
	case (r.Until == "") == (r.Times == 0):
		wrong.Add("until", "agenda.repeat_endless")
	case r.Until != "" && err != nil:
		wrong.Add("until", "agenda.day_unreadable")
	case r.Until != "" && r.Until < e.Day:
		wrong.Add("until", "agenda.until_before")
	case r.Times < 0 || r.Times > MaxTimes:
		wrong.Add("times", "agenda.times_out", MaxTimes)
	case r.Until != "" && last.After(e.first().AddDate(mostYears, 0, 0)):
		wrong.Add("until", "agenda.repeat_far", mostYears)
	default:
		days := e.Days()
		if len(days) > MaxTimes {
			wrong.Add(end, "agenda.times_out", MaxTimes)
		} else if days[len(days)-1] > later(e.Day, mostYears*366) {
			wrong.Add(end, "agenda.repeat_far", mostYears)
		}
	}
}

// first is the first day of an entry.
func (e Entry) first() time.Time {
	day, err := time.Parse(time.DateOnly, e.Day)
	if err != nil {
		return time.Time{} // what was checked has one
	}
	return day
}

// Days are the civil days on which an event begins by its rule, the first first;
// at most one more than [MaxTimes].
func (e Entry) Days() []string {
	if e.Repeat.Every == Once {
		return []string{e.Day}
	}
	rule, err := rrule.NewRRule(e.rule())
	if err != nil {
		return []string{e.Day} // no rule that was checked
	}
	var out []string
	next := rule.Iterator()
	for len(out) <= MaxTimes {
		day, there := next()
		if !there {
			break
		}
		out = append(out, day.Format(time.DateOnly))
	}
	return out
}

// Rule is the rule of an entry in the words of RFC 5545, with as many times as it
// really has.
func (e Entry) Rule() string {
	r := e.rule()
	r.Until, r.Count = time.Time{}, len(e.Days())
	return r.RRuleString()
}

// rule is the rule of an entry over civil days. What falls on the 29th to the 31st
// falls, in a shorter month, on its last day.
func (e Entry) rule() rrule.ROption {
	first := e.first()
	r := rrule.ROption{Dtstart: first, Interval: e.Repeat.Interval, Count: e.Repeat.Times}
	if until, err := time.Parse(time.DateOnly, e.Repeat.Until); err == nil {
		r.Until = until
	}
	weekday := func(d time.Weekday) rrule.Weekday {
		return [...]rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}[d]
	}
	switch e.Repeat.Every {
	case Daily:
		r.Freq = rrule.DAILY
	case Weekly:
		r.Freq = rrule.WEEKLY
		for _, d := range (e.Repeat.Days | WeekOf(first.Weekday())).Days() {
			r.Byweekday = append(r.Byweekday, weekday(d))
		}
	case Monthly:
		r.Freq = rrule.MONTHLY
		if e.Repeat.Nth {
			own := weekday(first.Weekday())
			r.Byweekday = []rrule.Weekday{own.Nth(e.nth())}
			return r
		}
		r.Bymonthday, r.Bysetpos = date(first, 28)
	case Yearly:
		r.Freq, r.Bymonth = rrule.YEARLY, []int{int(first.Month())}
		leap := 31
		if first.Month() == time.February {
			leap = 28
		}
		r.Bymonthday, r.Bysetpos = date(first, leap)
	}
	return r
}

// nth is which of its weekday in its month the first day is; -1: the last, where it is
// the fifth.
func (e Entry) nth() int {
	if n := (e.first().Day()-1)/7 + 1; n < 5 {
		return n
	}
	return -1
}

// date is a day of the month, or the last one that a month has from the given one on.
func date(first time.Time, always int) (days, position []int) {
	for d := min(first.Day(), always); d <= first.Day(); d++ {
		days = append(days, d)
	}
	if len(days) > 1 {
		position = []int{-1}
	}
	return days, position
}

// later is a civil day so many days after another; none stays none.
func later(day string, by int) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return at.AddDate(0, 0, by).Format(time.DateOnly)
}

// apart is how many days a civil day lies after another.
func apart(from, to string) int {
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return 0
	}
	last, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return 0 // the check says so
	}
	return int(last.Sub(first) / (24 * time.Hour))
}
