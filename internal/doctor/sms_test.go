package doctor

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"cenacle/internal/config"
)

// The operator reads whether codes go to telephones, and whether anybody answers there; nothing
// is sent.
func TestTexts(t *testing.T) {
	sent := 0
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			sent++
		}
		w.WriteHeader(http.StatusMethodNotAllowed)
	}))
	p := newPatient(t)
	p.Config.Outbound.Allow = []string{"127.0.0.1"}
	looks := func(want string, level Level) {
		t.Helper()
		e := &examination{Options: p.Options, config: p.Config}
		e.texts(t.Context())
		if len(e.Findings) != 1 || e.Findings[0].Name != want || e.Findings[0].Level != level {
			t.Errorf("%+v, want %s", e.Findings, want)
		}
		spoken(t, e.Report)
	}
	looks("sms_none", Fine)
	p.Config.SMS = config.SMS{URL: provider.URL, Type: "json", Body: `["{to}","{text}"]`}
	looks("sms_fine", Fine)
	provider.Close()
	looks("sms_unreachable", Error)
	p.Config.Outbound.Allow = nil
	looks("sms_unreachable", Error)
	if sent != 0 {
		t.Errorf("%d were sent", sent)
	}
}
