package doctor

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"cenacle/internal/sanction/sanctiontest"
	"cenacle/internal/store"
)

// The operator reads whether the list of frozen assets is fetched, and when it is old.
func TestSanctions(t *testing.T) {
	status := http.StatusOK
	treasury := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write(sanctiontest.File("2026-11-20", sanctiontest.Person{Number: 1, Nature: "Navire", Name: "Zorm"})) // whoever asked may have gone
	}))
	defer treasury.Close()
	p := newPatient(t)
	now := p.Clock()
	p.Config.Sanction.StaleDays = 30
	looks := func(want string, level Level) {
		t.Helper()
		e := &examination{Options: p.Options, config: p.Config}
		if !e.open(t.Context()) {
			t.Fatal("no database")
		}
		e.Findings = nil
		e.sanctions(t.Context())
		p.must(e.store.Close())
		if want == "" && len(e.Findings) == 0 {
			return
		}
		if len(e.Findings) != 1 || e.Findings[0].Name != want || e.Findings[0].Level != level {
			t.Errorf("%+v, want %s", e.Findings, want)
		}
		spoken(t, e.Report)
	}
	fetches := func() {
		t.Helper()
		s, err := begin(t.Context(), store.Config{Dir: p.Data}, "CENACLE_OUTBOUND_ALLOW=127.0.0.1", "CENACLE_SANCTION_ADDRESS="+treasury.URL)
		p.must(err)
		if err := s.Sanctions.Fetch(t.Context()); (err == nil) != (status == http.StatusOK) {
			t.Errorf("with %d: %v", status, err)
		}
		p.must(s.Close())
	}
	looks("", Fine)
	p.Config.Sanction.Address = treasury.URL
	looks("sanctions_waiting", Warning)
	fetches()
	looks("sanctions_fine", Fine)
	p.Options.Clock = func() time.Time { return now.AddDate(0, 0, 40) }
	looks("sanctions_stale", Warning)
	p.Config.Sanction.Address = ""
	looks("sanctions_stale", Warning)
	p.Config.Sanction.Address, status = treasury.URL, http.StatusNotFound
	p.exec(p.path("directory.db"), "update sanction_fetch set due_at = 0")
	fetches()
	looks("sanctions_unfetched", Error)
	p.Config.Sanction.Address += "/elsewhere"
	p.Options.Clock = func() time.Time { return now }
	looks("sanctions_waiting", Warning)
	p.exec(p.path("directory.db"), "update sanction_list set mac = x'00'")
	looks("sanctions_unread", Error)
}
