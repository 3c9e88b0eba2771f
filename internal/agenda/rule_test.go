package agenda_test

import (
	"slices"
	"testing"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
)

func paris(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(i18n.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestSpan: civil days and hours as instants, both changes of the clocks included.
func TestSpan(t *testing.T) {
	for _, c := range []struct {
		name     string
		when     agenda.When
		from, to string // RFC 3339 in UTC
		wrong    string // the field
	}{
		{"a day of winter", agenda.When{Day: "2026-12-10"}, "2026-12-09T23:00:00Z", "2026-12-10T23:00:00Z", ""},
		{"a day of summer", agenda.When{Day: "2026-07-14"}, "2026-07-13T22:00:00Z", "2026-07-14T22:00:00Z", ""},
		{"the day of 23 hours", agenda.When{Day: "2026-03-29"}, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", ""},
		{"the day of 25 hours", agenda.When{Day: "2026-10-25"}, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", ""},
		{"three days", agenda.When{Day: "2026-12-10", LastDay: "2026-12-12"}, "2026-12-09T23:00:00Z", "2026-12-12T23:00:00Z", ""},
		{"an hour, without an end", agenda.When{Day: "2026-12-10", Start: "14:00"}, "2026-12-10T13:00:00Z", "2026-12-10T13:00:00Z", ""},
		{"hours", agenda.When{Day: "2026-12-10", Start: "14:00", End: "15:30"}, "2026-12-10T13:00:00Z", "2026-12-10T14:30:00Z", ""},
		{"over night", agenda.When{Day: "2026-12-10", Start: "22:00", End: "02:00", LastDay: "2026-12-11"}, "2026-12-10T21:00:00Z", "2026-12-11T01:00:00Z", ""},
		{"across the hour that is skipped", agenda.When{Day: "2026-03-29", Start: "01:30", End: "03:30"}, "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", ""},
		{"the hour that is skipped", agenda.When{Day: "2026-03-29", Start: "02:30"}, "", "", "start"},
		{"an end that is skipped", agenda.When{Day: "2026-03-29", Start: "01:00", End: "02:00"}, "", "", "end"},
		{"the hour that comes twice is the first", agenda.When{Day: "2026-10-25", Start: "02:30", End: "03:00"}, "2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z", ""},
		{"no day", agenda.When{}, "", "", "day"},
		{"a day there is not", agenda.When{Day: "2026-02-30"}, "", "", "day"},
		{"a day of another age", agenda.When{Day: "0026-02-03"}, "", "", "day"},
		{"a last day there is not", agenda.When{Day: "2026-02-03", LastDay: "demain"}, "", "", "last_day"},
		{"backwards", agenda.When{Day: "2026-02-03", LastDay: "2026-02-02"}, "", "", "last_day"},
		{"without an end in sight", agenda.When{Day: "2026-02-03", LastDay: "2028-02-03"}, "", "", "last_day"},
		{"no hour", agenda.When{Day: "2026-02-03", Start: "midi"}, "", "", "start"},
		{"an end without a beginning", agenda.When{Day: "2026-02-03", End: "12:00"}, "", "", "start"},
		{"the end first", agenda.When{Day: "2026-02-03", Start: "12:00", End: "11:59"}, "", "", "end"},
		{"a last day without its hour", agenda.When{Day: "2026-02-03", Start: "12:00", LastDay: "2026-02-04"}, "", "", "end"},
	} {
		from, to, err := c.when.Span(paris(t))
		if c.wrong != "" {
			fields, _ := err.(fault.Fields)
			if len(fields) != 1 || fields[0].Field != c.wrong {
				t.Errorf("%s: %v, want a fault in %s", c.name, err, c.wrong)
			}
			continue
		}
		if err != nil || from.UTC().Format(time.RFC3339) != c.from || to.UTC().Format(time.RFC3339) != c.to {
			t.Errorf("%s: %v to %v, %v", c.name, from.UTC(), to.UTC(), err)
		}
	}
}

func TestDifferences(t *testing.T) {
	was := agenda.Entry{Kind: agenda.Hearing, Title: "Audience", Place: "Salle 3", Note: "Venir tôt", When: agenda.When{Day: "2026-12-10", Start: "14:00"}}
	is := was
	if got := agenda.Differences(was, is); len(got) != 0 {
		t.Errorf("nothing differs, and %v", got)
	}
	is.Kind, is.Title, is.Place, is.Note, is.Start = agenda.Meeting, "Audience d’orientation", "", "Venir à 13 h", "14:30"
	if got := agenda.Differences(was, is); !slices.Equal(got, []agenda.Difference{"kind", "title", "when", "place", "note"}) {
		t.Errorf("everything differs, and %v", got)
	}
	same := agenda.Entry{Title: " Audience ", Note: "a\r\nb ", When: agenda.When{Day: "2026-12-10", LastDay: "2026-12-10"}}.Clean()
	if same.Title != "Audience" || same.Note != "a\nb" || same.LastDay != "" {
		t.Errorf("cleaned: %+v", same)
	}
}
