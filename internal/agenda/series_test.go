package agenda_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/law"
	"cenacle/internal/overview"
	"cenacle/internal/space"
)

// lines is what somebody reads, with its day and hour.
func (r room) lines(t *testing.T, by authz.Actor, q agenda.Query) (out []string) {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	found, _, err := r.agendas.List(t.Context(), by, q)
	r.Must(err)
	for _, e := range found {
		out = append(out, line(e))
	}
	return out
}

func line(e agenda.Event) string {
	off := ""
	if e.Cancelled {
		off = " annulé"
	}
	return fmt.Sprint(e.Day, " ", e.Start, " ", e.Title, off)
}

// point is an entry that comes again from the tenth of December 2026 on.
func point(r agenda.Repeat) agenda.Entry {
	return agenda.Entry{Kind: agenda.Meeting, Title: "Point", Repeat: r, When: agenda.When{Day: "2026-12-10", Start: "09:00", End: "10:00"}}
}

// TestSeries: a series is one event, of which lists show the dates that lie in their
// time, between all others and page after page.
func TestSeries(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		e := r.add(t, point(weekly(agenda.Repeat{Times: 4})), r.circles.Client)
		r.add(t, agenda.Entry{Kind: agenda.Hearing, Title: "Audience", When: agenda.When{Day: "2026-12-17", Start: "08:00"}}, r.circles.All)
		r.add(t, agenda.Entry{Kind: agenda.Hearing, Title: "Audience", When: agenda.When{Day: "2026-12-29"}}, r.circles.All)
		want := []string{"2026-12-10 09:00 Point", "2026-12-17 08:00 Audience", "2026-12-17 09:00 Point", "2026-12-24 09:00 Point", "2026-12-29  Audience", "2026-12-31 09:00 Point"}
		for _, by := range []authz.Actor{r.Lead, r.client} {
			if got := r.lines(t, by, agenda.Query{}); !slices.Equal(got, want) {
				t.Errorf("%s reads %q", by.Role, got)
			}
		}
		if got := r.lines(t, r.guest, agenda.Query{Space: r.space}); len(got) != 2 {
			t.Errorf("the guest reads %q", got)
		}
		for limit := 1; limit <= 7; limit++ {
			if got := r.pages(t, limit); !slices.Equal(got, want) {
				t.Errorf("by %d: %q", limit, got)
			}
		}
		day := func(d string) time.Time {
			at, err := time.ParseInLocation(time.DateOnly, d, paris(t))
			r.Must(err)
			return at
		}
		for _, c := range []struct {
			q    agenda.Query
			want []string
		}{
			{agenda.Query{From: day("2026-12-17"), To: day("2026-12-24")}, want[1:3]},
			{agenda.Query{From: day("2026-12-24").Add(10 * time.Hour)}, want[3:]}, // it ends then
			{agenda.Query{From: day("2026-12-24").Add(10*time.Hour + time.Minute)}, want[4:]},
			{agenda.Query{From: day("2026-12-11"), As: agenda.Next}, []string{want[1], want[2], want[4]}},
			{agenda.Query{From: day("2026-12-18"), To: day("2026-12-24"), As: agenda.Whole}, nil},
			{agenda.Query{From: day("2026-12-18"), As: agenda.Whole}, []string{want[0], want[4]}},
		} {
			if got := r.lines(t, r.client, c.q); !slices.Equal(got, c.want) {
				t.Errorf("%+v: %q, want %q", c.q, got, c.want)
			}
		}
		if _, err := e.At("2026-12-11", r.Clock.Now(), paris(t)); !fault.Is(err, fault.NotFound) {
			t.Errorf("a day without one: %v", err)
		}
		r.firstScreen(t)
	})
}

// pages is all that the client reads, so many at a time.
func (r room) pages(t *testing.T, limit int) (out []string) {
	t.Helper()
	for q := (agenda.Query{Limit: limit}); ; {
		page, more, err := r.agendas.List(t.Context(), r.client, q)
		r.Must(err)
		for _, e := range page {
			out = append(out, line(e))
		}
		if q.After = more; more.ID == "" {
			return out
		}
	}
}

// firstScreen shows of a series the next date alone, and one thing that is new.
func (r room) firstScreen(t *testing.T) {
	t.Helper()
	d, err := overview.New(r.Office).Desk(t.Context(), r.aide, space.Page{Limit: 1})
	r.Must(err)
	if len(d.Dates) != 3 || d.Dates[0].On == "" || d.Rows[0].Unread != 3 {
		t.Errorf("the desk shows %d dates, %+v", len(d.Dates), d.Rows)
	}
}

// changed makes one date, those from it on or all of a series otherwise.
func (r room) changed(t *testing.T, of id.Item, w agenda.Which, change func(*agenda.Entry)) {
	t.Helper()
	d, err := r.agendas.Show(t.Context(), r.Lead, r.space, of)
	r.Must(err)
	o, err := d.At(w.On, r.Clock.Now(), paris(t))
	r.Must(err)
	c := agenda.Changing{Space: r.space, Event: of, Revision: d.Revision, Which: w, Entry: o.Entry}
	change(&c.Entry)
	r.Must(r.agendas.Change(t.Context(), r.Lead, c))
}

// TestSeriesChange: one date of a series is moved, those from one on, all; what was
// moved or cancelled by itself stays so.
func TestSeriesChange(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		e := r.add(t, point(weekly(agenda.Repeat{Times: 5})), r.circles.Client)
		reads := func(what string, want ...string) {
			t.Helper()
			if got := r.lines(t, r.client, agenda.Query{}); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		r.changed(t, e.ID, agenda.Which{On: "2026-12-17", Scope: agenda.One}, func(e *agenda.Entry) { e.Day, e.Place = "2026-12-18", "Salle 2" })
		reads("one moved", "2026-12-10 09:00 Point", "2026-12-18 09:00 Point", "2026-12-24 09:00 Point", "2026-12-31 09:00 Point", "2027-01-07 09:00 Point")
		r.Must(r.agendas.Cancel(t.Context(), r.Lead, agenda.Cancelling{
			Space: r.space, Event: e.ID, Revision: 2, Which: agenda.Which{On: "2026-12-24", Scope: agenda.One}, Reason: "Congés",
		}))
		r.changed(t, e.ID, agenda.Which{On: "2026-12-10", Scope: agenda.All}, func(e *agenda.Entry) { e.Title, e.Start, e.End = "Réunion", "11:00", "12:00" })
		reads("all at another hour", "2026-12-10 11:00 Réunion", "2026-12-18 09:00 Point", "2026-12-24 11:00 Réunion annulé", "2026-12-31 11:00 Réunion", "2027-01-07 11:00 Réunion")
		r.changed(t, e.ID, agenda.Which{On: "2026-12-31", Scope: agenda.Onward}, func(e *agenda.Entry) { e.Day = "2027-01-01" })
		reads("from one on", "2026-12-10 11:00 Réunion", "2026-12-18 09:00 Point", "2026-12-24 11:00 Réunion annulé", "2027-01-01 11:00 Réunion", "2027-01-08 11:00 Réunion")
		r.changed(t, e.ID, agenda.Which{On: "2026-12-10", Scope: agenda.All}, func(e *agenda.Entry) { e.Day = "2026-12-11" })
		reads("all moved by a day", "2026-12-11 11:00 Réunion", "2026-12-18 09:00 Point", "2026-12-25 11:00 Réunion annulé", "2027-01-01 11:00 Réunion", "2027-01-08 11:00 Réunion")

		d, err := r.agendas.Show(t.Context(), r.client, r.space, e.ID)
		r.Must(err)
		if len(d.Past) != 5 || d.Days()[2] != "2026-12-25" || d.Apart["2026-12-25"].Reason != "Congés" || d.Past[0].Apart["2026-12-24"].Reason != "Congés" {
			t.Errorf("it was %+v", d.Past)
		}
		gone := agenda.Altered(agenda.Event{Entry: d.Past[3].Entry, Apart: d.Past[3].Apart}, agenda.Event{Entry: d.Past[2].Entry, Apart: d.Past[2].Apart}, paris(t))
		if len(gone) != 1 || gone[0].Is.Day != "2026-12-24" || !gone[0].Is.Cancelled || gone[0].Was.Cancelled {
			t.Errorf("of its dates, %+v were made otherwise", gone)
		}
		if k := r.Kinds(r.Lead); k["agenda.added"] != 2 || k["agenda.changed"] != 4 || k["agenda.cancelled"] != 1 {
			t.Errorf("the journal has %v", k)
		}
		r.Must(r.agendas.Cancel(t.Context(), r.Lead, agenda.Cancelling{Space: r.space, Event: e.ID, Revision: 6, Which: agenda.Which{On: "2026-12-11", Scope: agenda.Onward}}))
		if d, err := r.agendas.Show(t.Context(), r.client, r.space, e.ID); err != nil || !d.Cancelled {
			t.Errorf("nothing of it is left, and it stands: %v", err)
		}
	})
}

// TestSeriesRefused: what a change of a series cannot be.
func TestSeriesRefused(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		e := r.add(t, point(agenda.Repeat{Every: agenda.Daily, Times: 4}), r.circles.Client)
		try := func(w agenda.Which, change func(*agenda.Entry)) error {
			c := agenda.Changing{Space: r.space, Event: e.ID, Revision: 1, Which: w, Entry: e.Occurrence("2026-12-11", paris(t)).Entry}
			change(&c.Entry)
			return r.agendas.Change(t.Context(), r.Lead, c)
		}
		on, same := "2026-12-11", func(*agenda.Entry) {}
		_, _, origin := r.agendas.Reckon(t.Context(), r.Lead, r.space, agenda.Ground{Origin: e.ID, Case: law.Case{Rule: "appeal"}})
		_, reckoned := r.agendas.Add(t.Context(), r.Lead, agenda.Adding{
			Space: r.space, Circles: []id.Circle{r.circles.Firm}, Ground: &agenda.Ground{Case: law.Case{Rule: "appeal", Fact: "2026-12-10"}},
			Entry: agenda.Entry{Title: "Appel", Repeat: agenda.Repeat{Every: agenda.Daily, Times: 2}},
		})
		for _, c := range []struct {
			name string
			err  error
			want fault.Kind
		}{
			{"a day without one", try(agenda.Which{On: "2026-12-20", Scope: agenda.One}, same), fault.NotFound},
			{"which one?", try(agenda.Which{Scope: agenda.One}, same), fault.Invalid},
			{"an unknown scope", try(agenda.Which{On: on, Scope: "some"}, same), fault.Invalid},
			{"one that comes again otherwise", try(agenda.Which{On: on, Scope: agenda.One}, func(e *agenda.Entry) { e.Repeat.Times = 3 }), fault.Invalid},
			{"one upon another", try(agenda.Which{On: on, Scope: agenda.One}, func(e *agenda.Entry) { e.Day = "2026-12-12" }), fault.Invalid},
			{"nothing differs", try(agenda.Which{On: on, Scope: agenda.One}, same), fault.Conflict},
			{"a period runs from one date", origin, fault.Conflict},
			{"what was reckoned comes once", reckoned, fault.Invalid},
		} {
			if !fault.Is(c.err, c.want) {
				t.Errorf("%s: %v", c.name, c.err)
			}
		}
		if got := r.lines(t, r.Lead, agenda.Query{}); len(got) != 4 {
			t.Errorf("refused, and there: %q", got)
		}
	})
}

// TestSeriesFollows: what deadlines are reckoned from does not come again.
func TestSeriesFollows(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		e := r.add(t, agenda.Entry{Kind: agenda.Hearing, Title: "Audience", When: agenda.When{Day: "2026-12-10"}}, r.circles.Firm)
		_, err := r.agendas.Add(t.Context(), r.Lead, agenda.Adding{
			Space: r.space, Circles: []id.Circle{r.circles.Firm}, Entry: agenda.Entry{Title: "Appel"},
			Ground: &agenda.Ground{Case: law.Case{Rule: "appeal"}, Origin: e.ID},
		})
		r.Must(err)
		again := e.Entry
		again.Repeat = agenda.Repeat{Every: agenda.Weekly, Times: 2}
		if err := r.agendas.Change(t.Context(), r.Lead, agenda.Changing{Space: r.space, Event: e.ID, Revision: 1, Entry: again}); !fault.Is(err, fault.Invalid) {
			t.Errorf("it comes again: %v", err)
		}
	})
}

// TestSeriesRemind: people are reminded of each date of a series on the morning before
// it; not of what was cancelled, and of what was moved where it is.
func TestSeriesRemind(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		e := r.add(t, point(weekly(agenda.Repeat{Times: 4})), r.circles.Client)
		r.Must(r.agendas.Cancel(t.Context(), r.Lead, agenda.Cancelling{Space: r.space, Event: e.ID, Revision: 1, Which: agenda.Which{On: "2026-12-17", Scope: agenda.One}}))
		r.changed(t, e.ID, agenda.Which{On: "2026-12-24", Scope: agenda.One}, func(e *agenda.Entry) { e.Day = "2026-12-23" })
		var told, planned []string
		for range 4 {
			jobs := r.Jobs(agenda.RemindJob)
			if len(jobs) <= len(planned) {
				break
			}
			j := jobs[len(planned)]
			planned = append(planned, j.RunAt.In(paris(t)).Format(time.DateTime))
			r.Clock.Advance(j.RunAt.Sub(r.Clock.Now()))
			r.Must(r.agendas.Remind(t.Context(), r.Lead.Firm, j))
		}
		if want := []string{"2026-12-09 09:00:00", "2026-12-22 09:00:00", "2026-12-30 09:00:00"}; !slices.Equal(planned, want) {
			t.Errorf("reminders are planned for %q, want %q", planned, want)
		}
		for _, j := range r.Jobs(agenda.NoticeJob) {
			var n agenda.Notice
			r.Must(json.Unmarshal(j.Payload, &n))
			told = append(told, time.UnixMicro(n.From).In(paris(t)).Format(time.DateTime))
		}
		if want := []string{"2026-12-10 09:00:00", "2026-12-23 09:00:00", "2026-12-31 09:00:00"}; !slices.Equal(told, want) {
			t.Errorf("the client is told of %q, want %q", told, want)
		}
	})
}

// TestDrawnRules: whatever the rule, its dates are as many as it says, in order, each at
// its hour on the wall.
func TestDrawnRules(t *testing.T) {
	t.Parallel()
	draw := rand.New(rand.NewPCG(1, 2))
	every := agenda.Everies()[1:]
	for n := range 100 {
		e := agenda.Event{Entry: point(agenda.Repeat{
			Every: every[draw.IntN(len(every))], Interval: 1 + draw.IntN(3), Times: 1 + draw.IntN(20), Nth: draw.IntN(2) == 0, Days: agenda.Week(draw.IntN(128)),
		}), Apart: map[string]agenda.Apart{}}
		e.Day = time.Date(2026, 1, 1+draw.IntN(800), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		e.Entry = e.Clean()
		days := e.Days()
		if len(days) != e.Repeat.Times || days[0] != e.Day || !slices.IsSorted(days) || len(slices.Compact(slices.Clone(days))) != len(days) {
			t.Fatalf("%d: %+v has %q", n, e.Repeat, days)
		}
		for _, o := range e.Occurrences(paris(t)) {
			if h := o.From.In(paris(t)).Hour(); h != 9 || o.To.Sub(o.From) != time.Hour || o.Day != o.On {
				t.Fatalf("%d: %+v is on %+v", n, e.Repeat, o.When)
			}
		}
	}
}
