package server

import (
	"log/slog"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/config"
	"cenacle/internal/i18n"
	"cenacle/internal/lifecycle"
	"cenacle/internal/outbox"
)

// TestSurvey follows what waits in a firm from one round to the next; nobody
// works meanwhile.
func TestSurvey(t *testing.T) {
	c, err := config.Load("", []string{"CENACLE_DATA=" + t.TempDir(), "CENACLE_METRICS_LISTEN=127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	s, err := New(t.Context(), c, Options{Clock: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	round := func(every bool) sum {
		t.Helper()
		if err := s.survey.round(t.Context(), every); err != nil {
			t.Fatal(err)
		}
		return s.survey.sum()
	}
	if got := round(true); got != (sum{}) {
		t.Errorf("without a firm: %+v", got)
	}
	made, err := s.Lifecycle.SignUp(t.Context(), lifecycle.SignUp{
		FirmName: "Cabinet Neuf", Name: "Me Neuf", Email: "neuf@neuf.example", Password: "kormoran-zeltplane-41-violett", Language: i18n.French,
	})
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	if got := round(false); got.entries == 0 || got.entryAge != time.Minute || got.dead != 0 {
		t.Errorf("with entries that nobody has placed: %+v", got)
	}
	f, err := s.Office.Store.Firm(t.Context(), made.Firm)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Office.Journal.Sequence(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	before := round(false) // nobody has said anything: it looks because something was due
	if before.entries != 0 || before.entryAge != 0 {
		t.Errorf("once they are placed: %+v", before)
	}
	err = s.Office.Keep(t.Context(), made.Firm, func(a *act.Act) error {
		box, err := a.FirmBox()
		if err != nil {
			return err
		}
		if err := outbox.Enqueue(a.Tx, box, now, outbox.Job{Kind: "test.due"}); err != nil {
			return err
		}
		return outbox.Enqueue(a.Tx, box, now, outbox.Job{Kind: "test.later", RunAt: now.Add(time.Hour)})
	})
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(30 * time.Second)
	if got := round(false); got.waiting != before.waiting+2 || got.jobAge < 30*time.Second {
		t.Errorf("with two jobs more: %+v after %+v", got, before)
	}
	if s.survey.failed != 0 {
		t.Errorf("%d visits failed", s.survey.failed)
	}
}
