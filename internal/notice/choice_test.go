package notice

import (
	"testing"
	"time"

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

func TestNext(t *testing.T) {
	zone := paris(t)
	night, evening := Choice{Daily: AtOnce, From: 20, To: 8}, Choice{Daily: 18}
	for _, c := range []struct {
		why       string
		choice    Choice
		now, want string
	}{
		{"as it comes", usual, "2026-11-23T03:00:00+01:00", "2026-11-23T03:00:00+01:00"},
		{"before the night", night, "2026-11-23T19:59:59+01:00", "2026-11-23T19:59:59+01:00"},
		{"in the evening", night, "2026-11-23T20:00:00+01:00", "2026-11-24T08:00:00+01:00"},
		{"in the small hours", night, "2026-11-24T07:59:59+01:00", "2026-11-24T08:00:00+01:00"},
		{"as the night ends", night, "2026-11-24T08:00:00+01:00", "2026-11-24T08:00:00+01:00"},
		{"over noon", Choice{Daily: AtOnce, From: 12, To: 14}, "2026-11-24T12:30:00+01:00", "2026-11-24T14:00:00+01:00"},
		{"before the daily mail", evening, "2026-11-23T17:59:59+01:00", "2026-11-23T18:00:00+01:00"},
		{"at its hour: that one has left", evening, "2026-11-23T18:00:00+01:00", "2026-11-24T18:00:00+01:00"},
		{"the last day of the year", evening, "2026-12-31T23:00:00+01:00", "2027-01-01T18:00:00+01:00"},
		{"a daily mail has no quiet hours", Choice{Daily: 22, From: 20, To: 8}, "2026-11-23T21:00:00+01:00", "2026-11-23T22:00:00+01:00"},

		{"the short night", night, "2026-03-28T21:00:00+01:00", "2026-03-29T08:00:00+02:00"},
		{"the long night", night, "2026-10-24T21:00:00+02:00", "2026-10-25T08:00:00+01:00"},
		{"the hour that is left out", Choice{Daily: 2}, "2026-03-29T01:30:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"quiet until the hour that is left out", Choice{Daily: AtOnce, From: 22, To: 2}, "2026-03-29T01:30:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"the hour that is struck twice", Choice{Daily: 2}, "2026-10-25T01:30:00+02:00", "2026-10-25T02:00:00+02:00"},
		{"between the two strokes", Choice{Daily: 2}, "2026-10-25T02:30:00+02:00", "2026-10-26T02:00:00+01:00"},
		{"after the second", Choice{Daily: 2}, "2026-10-25T02:30:00+01:00", "2026-10-26T02:00:00+01:00"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.choice.Next(now.In(zone)).Format(time.RFC3339); got != c.want {
			t.Errorf("%s: from %s comes %s, want %s", c.why, c.now, got, c.want)
		}
	}
}

// TestNextOverAYear goes through every quarter of an hour of a year, both changes of
// the clock included: nobody is told in the past, at a quiet hour or more than a day
// late, and of a daily mail there is one on each day.
func TestNextOverAYear(t *testing.T) {
	zone := paris(t)
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, zone)
	for h := range 24 {
		quiet, daily := Choice{Daily: AtOnce, From: (h + 13) % 24, To: h}, Choice{Daily: h}
		mails := map[string]time.Time{}
		for now := begin; now.Year() == 2026; now = now.Add(15 * time.Minute) {
			at := quiet.Next(now)
			if at.Before(now) || at.Sub(now) > 12*time.Hour || quiet.covers(at.Hour()) {
				t.Fatalf("quiet from %d to %d: from %s comes %s", quiet.From, quiet.To, now, at)
			}
			at = daily.Next(now)
			day := at.Format(time.DateOnly)
			if at.Before(now) || at.Sub(now) > 25*time.Hour || !mails[day].IsZero() && !mails[day].Equal(at) {
				t.Fatalf("daily at %d: from %s comes %s, after %s", h, now, at, mails[day])
			}
			mails[day] = at
		}
		if len(mails) < 365 {
			t.Errorf("daily at %d: mails on %d days of a year", h, len(mails))
		}
	}
}

func TestChoiceIsChecked(t *testing.T) {
	for _, c := range []struct {
		Choice
		field string
	}{
		{Choice{Daily: AtOnce, From: 20, To: 8}, ""}, {Choice{Daily: 0}, ""}, {Choice{Daily: 23, From: 23, To: 23}, ""},
		{Choice{Daily: 24}, "daily"}, {Choice{Daily: -2}, "daily"}, {Choice{Daily: AtOnce, From: 24}, "from"}, {Choice{Daily: AtOnce, To: -1}, "to"},
	} {
		err := c.check()
		if all, _ := err.(fault.Fields); err == nil != (c.field == "") || err != nil && (len(all) != 1 || all[0].Field != c.field) {
			t.Errorf("%+v: %v, want a fault in %q", c.Choice, err, c.field)
		}
	}
}
