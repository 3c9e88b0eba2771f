package server

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"cenacle/internal/config"
)

// TestDaysAreThoseOfParis: a deadline is over when its day is over in France.
func TestDaysAreThoseOfParis(t *testing.T) {
	c, err := config.Load("", []string{"CENACLE_DATA=" + t.TempDir(), "CENACLE_DEMO=true"})
	if err != nil {
		t.Fatal(err)
	}
	machine := time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC)
	s, err := New(context.Background(), c, Options{Clock: func() time.Time { return machine }, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if now := s.Office.Clock(); now.Format(time.DateOnly) != "2026-11-24" || !now.Equal(machine) {
		t.Errorf("at %s it is %s", machine, now)
	}
}
