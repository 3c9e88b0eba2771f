package sample

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/authz"
	"cenacle/internal/config"
	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/server"
	"cenacle/internal/space"
)

// ticks is a clock that calls an alarm once it was looked at a number of times.
type ticks struct {
	left  atomic.Int64
	alarm func()
}

func (c *ticks) now() time.Time {
	if c.left.Add(-1) == 0 {
		c.alarm()
	}
	return time.Now()
}

// open opens a server on a folder; it does not listen.
func open(t *testing.T, data string, clock func() time.Time) *server.Server {
	t.Helper()
	c, err := config.Load("", []string{"CENACLE_DATA=" + data, "CENACLE_DEMO=true"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(context.Background(), c, server.Options{Clock: clock, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	s.Accounts.Lighten()
	return s
}

func shut(t *testing.T, s *server.Server) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// census is everything that the demonstration holds, in words.
func census(t *testing.T, s *server.Server, people []Person) string {
	t.Helper()
	ctx := t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	founder, err := s.Accounts.Find(ctx, people[0].Email)
	check(err)
	by := authz.Actor{Person: founder.ID, Firm: id.Firm(people[0].Firm), Role: authz.Admin, Via: authz.ViaCommand}
	firms, err := s.Accounts.Firms(ctx, founder.ID)
	check(err)
	staff, err := s.Firms.People(ctx, by)
	check(err)
	spaces, err := s.Spaces.List(ctx, by, space.Page{Limit: 100})
	check(err)
	lines := []string{fmt.Sprintf("%d firm, %d people, %d spaces", len(firms), len(staff), len(spaces))}
	for _, sp := range spaces {
		room, err := s.Spaces.Show(ctx, by, sp.ID)
		check(err)
		lines = append(lines, fmt.Sprintf("%s: %d members", sp.Name, len(room.People)))
		for _, tray := range space.Trays() {
			docs, err := s.Documents.List(ctx, by, document.ListQuery{Space: sp.ID, Tray: tray, Limit: 100})
			check(err)
			for _, d := range docs {
				lines = append(lines, fmt.Sprintf("%s: %s in %s for %d circles", sp.Name, d.Title, tray, len(d.Audience)))
			}
		}
		talk, _, err := s.Memos.Conversation(ctx, by, memo.Query{Space: sp.ID, Limit: 100})
		check(err)
		for _, th := range talk {
			lines = append(lines, fmt.Sprintf("%s: %s, %d memos", sp.Name, th.Subject, len(th.Memos)))
		}
		receipts, err := s.Deposits.List(ctx, by, deposit.Query{Space: sp.ID, Limit: 100})
		check(err)
		for _, d := range receipts {
			lines = append(lines, fmt.Sprintf("%s: receipt %d, %v", sp.Name, d.Number, d.Receipt != ""))
		}
		lists, err := s.Forums.Lists(ctx, by, sp.ID)
		check(err)
		for _, l := range lists {
			for _, e := range l.Pieces {
				lines = append(lines, fmt.Sprintf("%s: exhibit %d of %s, %s", sp.Name, e.Number, l.Party.Name, e.Title))
			}
		}
		desk, err := s.Dires.List(ctx, by, sp.ID)
		check(err)
		for _, d := range desk.Dires {
			lines = append(lines, fmt.Sprintf("%s: dire of %d points until %s", sp.Name, len(d.Lines), desk.Day.Last))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestEnsure(t *testing.T) {
	data := t.TempDir()
	s := open(t, data, time.Now)
	people, err := Ensure(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	want := census(t, s, people)
	for _, part := range []string{"1 firm, 3 people, 3 spaces", "Projet de convention de divorce.pdf in firm for 2 circles", "receipt 1, true", "Livret de famille.pdf in client",
		"Berger: exhibit 2 of Cabinet Delmas & Associés", "Berger: exhibit 1 of Entreprise Durtain", "Berger: dire of 2 points until"} {
		if !strings.Contains(want, part) {
			t.Errorf("the demonstration lacks %q:\n%s", part, want)
		}
	}
	for i, p := range people {
		_, _, err := s.Accounts.SignIn(t.Context(), p.Email, p.Password, account.Source{})
		if signs := i < 3; (err == nil) != signs || (p.Password != "") != signs || p.Firm == "" {
			t.Errorf("%s signs in: %v", p.Name, err)
		}
	}
	shut(t, s)
	s = open(t, data, time.Now)
	defer shut(t, s)
	again, err := Ensure(t.Context(), s)
	if err != nil || !slices.Equal(again, people) {
		t.Errorf("at the second start: %+v, %v", again, err)
	}
	if got := census(t, s, again); got != want {
		t.Errorf("the second start made\n%s\nof\n%s", got, want)
	}
	other := open(t, t.TempDir(), time.Now)
	defer shut(t, other)
	if password(other, people[0].Email) == people[0].Password {
		t.Error("two installations have the same passwords")
	}
}

// TestWhatPeopleChangeStays: a start puts nothing back.
func TestWhatPeopleChangeStays(t *testing.T) {
	s := open(t, t.TempDir(), time.Now)
	defer shut(t, s)
	people, err := Ensure(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	founder, err := s.Accounts.Find(t.Context(), people[0].Email)
	if err != nil {
		t.Fatal(err)
	}
	by := authz.Actor{Person: founder.ID, Firm: id.Firm(people[0].Firm), Role: authz.Admin, Via: authz.ViaPassword}
	spaces, err := s.Spaces.List(t.Context(), by, space.Page{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, sp := range spaces {
		docs, err := s.Documents.List(t.Context(), by, document.ListQuery{Space: sp.ID, Tray: space.FirmTray, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range docs {
			if err := s.Documents.Delete(t.Context(), by, d.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := census(t, s, people)
	if _, err := Ensure(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if got := census(t, s, people); got != want {
		t.Errorf("the next start made\n%s\nof\n%s", got, want)
	}
}

// TestInterruptedStartIsCompleted cuts the making at many places and starts
// again.
func TestInterruptedStartIsCompleted(t *testing.T) {
	whole := open(t, t.TempDir(), time.Now)
	people, err := Ensure(t.Context(), whole)
	if err != nil {
		t.Fatal(err)
	}
	want := census(t, whole, people)
	shut(t, whole)
	cut := 0
	for limit := int64(8); ; limit += limit / 3 {
		data := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		clock := &ticks{alarm: cancel}
		s := open(t, data, clock.now)
		clock.left.Store(limit)
		_, err := Ensure(ctx, s)
		shut(t, s)
		s = open(t, data, time.Now)
		people, again := Ensure(t.Context(), s)
		if again != nil {
			t.Fatalf("after an end at the %dth look at the clock (%v): %v", limit, err, again)
		}
		if got := census(t, s, people); got != want {
			t.Errorf("after an end at the %dth look at the clock (%v) there is\n%s\nwant\n%s", limit, err, got, want)
		}
		shut(t, s)
		cancel()
		if err == nil {
			break
		}
		cut++
	}
	if cut < 5 {
		t.Errorf("the making was cut at %d places only", cut)
	}
}

// TestPapers are real enough to be drawn.
func TestPapers(t *testing.T) {
	for name, raw := range map[string][]byte{"agreement": agreement(), "note": note(), "demand": demand(), "paper": paper("Livret (été) \\ 2.pdf")} {
		if !strings.HasPrefix(string(raw), "%PDF-1.4\n") || !strings.HasSuffix(string(raw), "%%EOF\n") || strings.Contains(string(raw), "?") {
			t.Errorf("%s is no paper: %q", name, raw)
		}
		_, rest, _ := strings.Cut(string(raw), "startxref\n")
		var at int
		if _, err := fmt.Sscan(rest, &at); err != nil || !strings.HasPrefix(string(raw[at:]), "xref\n") {
			t.Errorf("%s: its table is not at %d", name, at)
		}
	}
}
