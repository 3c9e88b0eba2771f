package doctor

import (
	"testing"
	"time"

	"cenacle/internal/keycard/keycardtest"
)

// A key opens nothing while a list is missing or old, and the operator reads so.
func TestKeycards(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	a := keycardtest.New(t, "Autorité des avocats", p.Clock)
	p.Config.Keycard.Listen, p.Config.Keycard.Issuers, p.Config.Keycard.Lists = "127.0.0.1:0", a.Files().Issuers, a.Files().Lists
	p.Config.Keycard.Policies, p.Config.Keycard.URL = []string{keycardtest.Policy}, "https://localhost:8443"
	for _, tt := range []struct {
		change func()
		found  string
	}{
		{func() {}, ""}, {func() { a.Publish(time.Hour) }, "keycard_list_soon"}, {func() { a.Publish(-time.Second) }, "keycard_list_old"},
		{a.Withdraw, "keycard_unread"}, {func() { a.Publish(24 * time.Hour); p.Config.Keycard.Lists = nil }, "keycard_list_none"},
		{func() { at := a.Own.NotAfter.Add(time.Second); p.Options.Clock = func() time.Time { return at } }, "keycard_issuer_over"},
	} {
		tt.change()
		e := &examination{Options: p.Options, config: p.Config}
		e.keycards()
		if len(e.Findings) != 1 || tt.found != "" && e.Findings[0].Name != tt.found || tt.found == "" && e.Findings[0].Level != Fine {
			t.Errorf("%+v, want %q", e.Findings, tt.found)
		}
		spoken(t, e.Report)
	}
}
