package agenda_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/fault"
)

func weekly(r agenda.Repeat, days ...time.Weekday) agenda.Repeat {
	r.Every, r.Days = agenda.Weekly, agenda.WeekOf(days...)
	return r
}

// TestRules: on which civil days a rule has something, and how calendars are told.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		name, first, want, rule string
		repeat                  agenda.Repeat
	}{
		{"never", "2026-12-10", "2026-12-10", "", agenda.Repeat{}},
		{"every day, three times", "2026-12-30", "2026-12-30 2026-12-31 2027-01-01", "FREQ=DAILY;INTERVAL=1;COUNT=3", agenda.Repeat{Every: agenda.Daily, Times: 3}},
		{"every second week, to a day that counts", "2026-12-10", "2026-12-10 2026-12-24 2027-01-07", "FREQ=WEEKLY;INTERVAL=2;COUNT=3;BYDAY=TH",
			weekly(agenda.Repeat{Interval: 2, Until: "2027-01-07"})},
		{"on working days", "2026-12-10", "2026-12-10 2026-12-11 2026-12-14 2026-12-15", "FREQ=WEEKLY;INTERVAL=1;COUNT=4;BYDAY=MO,TU,WE,TH,FR",
			weekly(agenda.Repeat{Times: 4}, 1, 2, 3, 4, 5)},
		{"the weekday of the first day is among them", "2026-12-10", "2026-12-10 2026-12-14 2026-12-17", "FREQ=WEEKLY;INTERVAL=1;COUNT=3;BYDAY=MO,TH",
			weekly(agenda.Repeat{Times: 3}, 1)},
		{"every month, on the 31st or the last", "2026-12-31", "2026-12-31 2027-01-31 2027-02-28 2027-03-31 2027-04-30",
			"FREQ=MONTHLY;INTERVAL=1;COUNT=5;BYSETPOS=-1;BYMONTHDAY=28,29,30,31", agenda.Repeat{Every: agenda.Monthly, Times: 5}},
		{"every quarter", "2026-12-10", "2026-12-10 2027-03-10 2027-06-10", "FREQ=MONTHLY;INTERVAL=3;COUNT=3;BYMONTHDAY=10", agenda.Repeat{Every: agenda.Monthly, Interval: 3, Times: 3}},
		{"the second Thursday", "2026-12-10", "2026-12-10 2027-01-14 2027-02-11", "FREQ=MONTHLY;INTERVAL=1;COUNT=3;BYDAY=+2TH", agenda.Repeat{Every: agenda.Monthly, Nth: true, Times: 3}},
		{"the last Thursday, which is the fifth", "2026-12-31", "2026-12-31 2027-01-28 2027-02-25", "FREQ=MONTHLY;INTERVAL=1;COUNT=3;BYDAY=-1TH",
			agenda.Repeat{Every: agenda.Monthly, Nth: true, Times: 3}},
		{"every year", "2026-12-10", "2026-12-10 2027-12-10", "FREQ=YEARLY;INTERVAL=1;COUNT=2;BYMONTH=12;BYMONTHDAY=10", agenda.Repeat{Every: agenda.Yearly, Times: 2}},
		{"the 29th of February", "2028-02-29", "2028-02-29 2029-02-28 2030-02-28 2031-02-28 2032-02-29",
			"FREQ=YEARLY;INTERVAL=1;COUNT=5;BYSETPOS=-1;BYMONTH=2;BYMONTHDAY=28,29", agenda.Repeat{Every: agenda.Yearly, Until: "2032-03-01"}},
	} {
		e, _, _, err := agenda.Entry{Kind: agenda.Meeting, Title: "Point", When: agenda.When{Day: c.first}, Repeat: c.repeat}.Checked(paris(t))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := strings.Join(e.Days(), " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if e.Repeat != (agenda.Repeat{}) && e.Rule() != c.rule {
			t.Errorf("%s: %s, want %s", c.name, e.Rule(), c.rule)
		}
	}
}

// TestRulesRefused: what has no end, or too many dates, is refused beside its field.
func TestRulesRefused(t *testing.T) {
	for _, c := range []struct {
		name, field string
		repeat      agenda.Repeat
	}{
		{"an unknown period", "every", agenda.Repeat{Every: "hour", Times: 2}},
		{"no end", "until", agenda.Repeat{Every: agenda.Daily}},
		{"two ends", "until", agenda.Repeat{Every: agenda.Daily, Times: 2, Until: "2027-01-01"}},
		{"an end that is no day", "until", agenda.Repeat{Every: agenda.Daily, Until: "demain"}},
		{"an end before the beginning", "until", agenda.Repeat{Every: agenda.Daily, Until: "2026-12-09"}},
		{"less than no time", "times", agenda.Repeat{Every: agenda.Daily, Times: -1}},
		{"too often", "times", agenda.Repeat{Every: agenda.Daily, Times: agenda.MaxTimes + 1}},
		{"too often, by its last day", "until", agenda.Repeat{Every: agenda.Daily, Until: "2028-01-01"}},
		{"too rarely", "interval", agenda.Repeat{Every: agenda.Daily, Interval: agenda.MaxInterval + 1, Times: 2}},
		{"for ever", "until", agenda.Repeat{Every: agenda.Yearly, Until: "2080-01-01"}},
		{"for ever, by how often", "times", agenda.Repeat{Every: agenda.Yearly, Times: 40}},
	} {
		_, _, _, err := agenda.Entry{Kind: agenda.Meeting, Title: "Point", When: agenda.When{Day: "2026-12-10"}, Repeat: c.repeat}.Checked(paris(t))
		fields, _ := errors.AsType[fault.Fields](err)
		if len(fields) != 1 || fields[0].Field != c.field {
			t.Errorf("%s: %v, want a fault in %s", c.name, err, c.field)
		}
	}
}

// TestClocks: a date that comes again keeps the hour on the wall across both changes of
// the clocks; at the hour that is skipped it is an hour later, at the one that comes
// twice it is the first.
func TestClocks(t *testing.T) {
	at := func(day, start, end string, r agenda.Repeat) (out []string) {
		e := agenda.Event{Entry: agenda.Entry{When: agenda.When{Day: day, Start: start, End: end}, Repeat: r}}
		for _, o := range e.Occurrences(paris(t)) {
			out = append(out, fmt.Sprint(o.Start, " ", o.From.UTC().Format(time.RFC3339), " ", o.To.Sub(o.From)))
		}
		return out
	}
	for _, c := range []struct {
		name string
		got  []string
		want []string
	}{
		{"into winter", at("2026-10-18", "09:00", "10:00", agenda.Repeat{Every: agenda.Weekly, Times: 3}),
			[]string{"09:00 2026-10-18T07:00:00Z 1h0m0s", "09:00 2026-10-25T08:00:00Z 1h0m0s", "09:00 2026-11-01T08:00:00Z 1h0m0s"}},
		{"into summer", at("2027-03-21", "09:00", "10:00", agenda.Repeat{Every: agenda.Weekly, Times: 3}),
			[]string{"09:00 2027-03-21T08:00:00Z 1h0m0s", "09:00 2027-03-28T07:00:00Z 1h0m0s", "09:00 2027-04-04T07:00:00Z 1h0m0s"}},
		{"skipped", at("2027-03-27", "02:30", "", agenda.Repeat{Every: agenda.Daily, Times: 3}),
			[]string{"02:30 2027-03-27T01:30:00Z 0s", "03:30 2027-03-28T01:30:00Z 0s", "02:30 2027-03-29T00:30:00Z 0s"}},
		{"twice", at("2026-10-24", "02:30", "03:30", agenda.Repeat{Every: agenda.Daily, Times: 3}),
			[]string{"02:30 2026-10-24T00:30:00Z 1h0m0s", "02:30 2026-10-25T00:30:00Z 2h0m0s", "02:30 2026-10-26T01:30:00Z 1h0m0s"}},
		{"whole days", at("2026-10-24", "", "", agenda.Repeat{Every: agenda.Daily, Times: 3}),
			[]string{" 2026-10-23T22:00:00Z 24h0m0s", " 2026-10-24T22:00:00Z 25h0m0s", " 2026-10-25T23:00:00Z 24h0m0s"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}
