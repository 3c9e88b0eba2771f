package room_test

import (
	"strings"
	"testing"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/id"
	"cenacle/internal/web/webtest"
)

// TestAgendaPages: a date is added for whom it is for, moved with the difference
// shown before it is saved, cancelled, and read.
func TestAgendaPages(t *testing.T) {
	s := open(t)
	day := func(n int) string { return s.Clock.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	s.page(s.Lead, "agenda").One("#agenda .empty").Says("Aucune date à venir")
	for _, by := range []*webtest.Player{s.Client, s.Reader} {
		s.page(by, "agenda").Lacks("#add")
		if page := by.Post(s.Path("agenda"), "kind", "meeting", "title", "Moi", "day", day(2), "circle", string(s.House.All)); page.Status != 403 {
			t.Errorf("%s adds one: %d", by.Name, page.Status)
		}
	}
	back := s.Lead.Post(s.Path("agenda"), "kind", "hearing", "title", " ", "day", day(2), "start", "25:00", "note", "Salle 3", "circle", string(s.House.Client))
	if back.Status != 422 {
		t.Fatalf("without a title: %d", back.Status)
	}
	back.One("input[name=title][aria-invalid=true]")
	back.One("input[name=start][aria-invalid=true]")
	back.One("textarea[name=note]").Says("Salle 3")
	back.One("select[name=kind] option[value=hearing][selected]")
	back.One("input[name=circle][value=" + string(s.House.Client) + "][checked]")
	done := s.Lead.Post(s.Path("agenda"), "kind", "hearing", "title", "Audience d’orientation", "day", day(2), "start", "14:00", "place", "Salle 3", "circle", string(s.House.Client))
	at, mark, _ := strings.Cut(done.Location, "?")
	if done.Status != 303 || mark != "done=event_added" {
		t.Fatalf("added: %d %s", done.Status, done.Location)
	}
	of := at[len(s.Path("agenda"))+1:]
	s.page(s.Client).One("#dates").Says("Audience d’orientation")
	s.page(s.Client, "agenda").One(".event").Says("à 14\u00a0h\u00a000")
	if page := s.Guest.Get(at); page.Status != 404 {
		t.Errorf("the guest reads it: %d", page.Status)
	}
	seen := s.page(s.Client, "agenda", of)
	seen.Lacks("#change")
	seen.Lacks("a[href$='/why']")
	if page := s.Client.Get(at + "/why"); page.Status != 403 {
		t.Errorf("the client asks who sees it, and why: %d", page.Status)
	}
	s.page(s.Lead, "agenda", of).One("#what a[href='" + at + "/why']")
	why := s.page(s.Lead, "agenda", of, "why")
	why.One("h1").Says("Qui voit ceci, et pourquoi")
	why.One("#sees").Says(s.Client.Name)
	why.One("#sees").Says("Par le cercle Client")
	why.One("#misses").Says(s.Guest.Name)
	why.One("#misses").Says("N’est dans aucun des cercles")
	seen.One("c-seen input[name=event]").Is("value", of)
	if read := s.Client.Post(s.Path("agenda", "read"), "event", of); read.Status != 303 {
		t.Errorf("read: %d", read.Status)
	}
	s.page(s.Client, "agenda", of).Lacks("c-seen")

	form := []string{"kind", "hearing", "title", "Audience d’orientation", "day", day(3), "start", "09:30", "place", "Salle 3", "revision", "1"}
	look := s.Lead.Post(at, form...)
	if look.Status != 200 {
		t.Fatalf("looked at: %d", look.Status)
	}
	look.One("#differs del").Says("14\u00a0h\u00a000")
	look.One("#differs ins").Says("9\u00a0h\u00a030")
	s.page(s.Client, "agenda", of).Lacks("#past")
	sure := look.One("#change input[name=sure]").Attr("value")
	if other := s.Lead.Post(at, append(form, "sure", sure, "note", "Venir tôt")...); other.Status != 200 {
		t.Errorf("what was not read is saved: %d", other.Status)
	}
	if done := s.Lead.Post(at, append(form, "sure", sure)...); done.Location != at+"?done=event_changed" {
		t.Fatalf("moved: %d %s", done.Status, done.Location)
	}
	stale := s.Lead.Post(at, append(form, "sure", sure)...)
	if stale.Status != 409 {
		t.Errorf("changed twice: %d", stale.Status)
	}
	page := s.page(s.Client, "agenda", of)
	page.One("#past").Says("14\u00a0h\u00a000")
	page.One("c-seen input[name=event]")
	if done := s.Lead.Post(at+"/cancel", "revision", "2", "reason", "Renvoi à la demande du greffe"); done.Location != at+"?done=event_cancelled" {
		t.Errorf("cancelled: %d %s", done.Status, done.Location)
	}
	s.page(s.Client, "agenda", of).One(".notice-danger").Says("Renvoi à la demande du greffe")
	s.page(s.Lead, "agenda", of).Lacks("#change")
	s.page(s.Lead, "agenda").One(".event-off").Says("Annulé")
	gone := s.Lead.Post(s.Path("agenda"), "kind", "meeting", "title", "Premier rendez-vous", "day", day(-5), "circle", string(s.House.All))
	if gone.Status != 303 {
		t.Fatalf("what is past is noted: %d", gone.Status)
	}
	s.page(s.Client, "agenda").One("#agenda").Silent("Premier rendez-vous")
	if past := s.Client.Get(s.Path("agenda") + "?past=1"); len(past.All(".event")) != 1 {
		t.Error("what is past is nowhere")
	}
}

// TestCalendar: a month is whole weeks, with each event under every day it is on,
// over both changes of the clocks; a week is seven days.
func TestCalendar(t *testing.T) {
	s := open(t)
	for _, e := range [][]string{{"Expertise", "2026-10-24", "2026-10-26"}, {"Audience", "2026-10-25", ""}, {"Signature", "2027-03-28", ""}} {
		if done := s.Lead.Post(s.Path("agenda"), "kind", "meeting", "title", e[0], "day", e[1], "last_day", e[2], "circle", string(s.House.All)); done.Status != 303 {
			t.Fatalf("%s: %d", e[0], done.Status)
		}
	}
	for query, want := range map[string]struct {
		days   int
		events int
		title  string
	}{
		"?view=month&day=2026-10-31": {35, 4, "octobre 2026"}, "?view=month&day=2027-03-28": {35, 1, "mars 2027"},
		"?view=month&day=2027-02-28": {28, 0, "février 2027"}, "?view=month&day=2026-11-15": {42, 1, "novembre 2026"},
		"?view=week&day=2026-10-25": {7, 3, "Semaine du lundi 19 octobre 2026"}, "?view=week&day=2026-10-26": {7, 1, "Semaine du lundi 26 octobre 2026"},
	} {
		page := s.Client.Get(s.Path("agenda") + query)
		page.One("#calendar-title").Says(want.title)
		seen := map[string]bool{}
		for _, day := range page.All(".calendar-full") {
			seen[day.Text()] = true
		}
		if len(seen) != want.days || len(page.All(".calendar-event")) != want.events || len(page.All(".calendar-day")) != want.days {
			t.Errorf("%s: %d days, %d events", query, len(seen), len(page.All(".calendar-event")))
		}
	}
	page := s.Client.Get(s.Path("agenda") + "?view=month&day=nothing")
	if page.Status != 200 || len(page.All(".calendar-today")) != 1 {
		t.Errorf("no day is not today: %d", page.Status)
	}
	s.Client.Get(s.Path("agenda")+"?view=month&day=2026-12-31").One(".calendar a[rel=next]").Is("href", s.Path("agenda")+"?view=month&day=2027-01-01")
}

// TestCrowdedCalendar: a calendar that does not show everything says so.
func TestCrowdedCalendar(t *testing.T) {
	s := open(t)
	month := func() webtest.Page { return s.Lead.Get(s.Path("agenda") + "?view=month&day=2026-12-01") }
	for n := range 501 {
		_, err := s.Agendas.Add(t.Context(), s.Lead.Actor, agenda.Adding{
			Space: s.Space, Circles: []id.Circle{s.House.Firm},
			Entry: agenda.Entry{Kind: agenda.Deadline, Title: "Délai", When: agenda.When{Day: "2026-12-15"}},
		})
		s.must(err)
		if n == 499 {
			month().Lacks(".calendar .sheet-foot")
		}
	}
	month().One(".calendar .sheet-foot").Says("500 dates, et il y en a d’autres")
}

// TestSeriesPages: a date comes again; one of them is moved alone once its writer has
// read what differs, those from one on become a series of their own, and the client
// reads what changed.
func TestSeriesPages(t *testing.T) {
	s := open(t)
	form := []string{"kind", "meeting", "title", "Point d’étape", "day", "2026-12-10", "start", "09:00", "circle", string(s.House.Client)}
	back := s.Lead.Post(s.Path("agenda"), append(form, "every", "week", "days", "1", "times", "deux")...)
	if back.Status != 422 {
		t.Fatalf("without an end: %d", back.Status)
	}
	back.One("details[open] input[name=times][aria-invalid=true]")
	back.One("details[open] input[name=days][value='1'][checked]")
	back.One("details[open] option[value=week][selected]")
	done := s.Lead.Post(s.Path("agenda"), append(form, "every", "week", "times", "4")...)
	at, _, _ := strings.Cut(done.Location, "?")
	if done.Status != 303 {
		t.Fatalf("added: %d", done.Status)
	}
	s.page(s.Client).One("#dates .event").Says("se répète")
	if lines := s.page(s.Client, "agenda").All("#agenda .event"); len(lines) != 4 {
		t.Errorf("the client sees %d dates", len(lines))
	}
	if month := s.Client.Get(s.Path("agenda") + "?view=month&day=2026-12-01"); len(month.All(".calendar-event")) != 4 {
		t.Error("a month has not all of them")
	}
	page := s.Client.Get(at + "?on=2026-12-17")
	page.One("h2.room-event-when").Says("17 décembre 2026")
	page.One("#what").Says("chaque semaine, le jeudi\u00a0: 4 dates, du jeudi 10 décembre 2026 au jeudi 31 décembre 2026")
	page.One("#dates strong").Says("17 décembre")
	if gone := s.Client.Get(at + "?on=2026-12-18"); gone.Status != 404 {
		t.Errorf("a day without one: %d", gone.Status)
	}

	one := []string{"kind", "meeting", "title", "Point d’étape", "day", "2026-12-18", "start", "10:00", "every", "week", "times", "4", "revision", "1", "on", "2026-12-17", "scope", "one"}
	look := s.Lead.Post(at, one...)
	look.One("#differs").Says("Quand, le jeudi 17 décembre 2026")
	look.One("#change input[name=scope][value=one][checked]")
	if done := s.Lead.Post(at, append(one, "sure", look.One("#change input[name=sure]").Attr("value"))...); done.Location != at+"?on=2026-12-17&done=event_changed" {
		t.Fatalf("moved: %d %s", done.Status, done.Location)
	}
	s.Client.Get(at + "?on=2026-12-17").One("h2.room-event-when").Says("18 décembre 2026")
	if done := s.Lead.Post(at+"/cancel", "revision", "2", "on", "2026-12-24", "scope", "one", "reason", "Congés"); done.Status != 303 {
		t.Fatalf("cancelled: %d", done.Status)
	}
	off := s.Lead.Get(at + "?on=2026-12-24")
	off.One(".notice-danger").Says("Congés")
	off.Lacks("#change")
	off.One("#past").Says("annulée")

	rest := []string{"kind", "meeting", "title", "Point d’étape", "day", "2026-12-31", "start", "15:00", "every", "week", "times", "4", "revision", "3", "on", "2026-12-31", "scope", "following"}
	look = s.Lead.Post(at, rest...)
	look.One("#differs").Says("une nouvelle suite de dates")
	if done := s.Lead.Post(at, append(rest, "sure", look.One("#change input[name=sure]").Attr("value"))...); done.Status != 303 {
		t.Fatalf("from one on: %d", done.Status)
	}
	var hours []string
	for _, line := range s.page(s.Client, "agenda").All("#agenda .event-about") {
		hours = append(hours, line.Text())
	}
	if len(hours) != 4 || !strings.Contains(hours[1], "10\u00a0h") || !strings.Contains(hours[3], "15\u00a0h") {
		t.Errorf("the client reads %q", hours)
	}
}
