package api_test

import (
	"strings"
	"testing"

	"cenacle/internal/outbound/dnstest"
)

// TestHost: a program takes a name from the first wish to the last request: what is missing
// is said each time, and nobody but who administers the firm reads of it or decides.
func TestHost(t *testing.T) {
	s := open(t, 0)
	s.asLead("POST", "/host/drop", "").is(204)
	s.asLead("POST", "/host/end", "").is(204)
	s.asLead("POST", "/host/check", "").is(404)
	if got := s.asLead("GET", "/host", "").is(200); got["name"] != nil || got["claimed"] != nil || len(got["former"].([]any)) != 1 {
		t.Errorf("before any: %v", got)
	}

	if got := s.asLead("POST", "/host", `{"name":"espace"}`); got.status != 422 || !strings.Contains(string(got.raw), `"/name"`) {
		t.Errorf("no name: %d %s", got.status, got.raw)
	}
	claimed := s.asLead("POST", "/host", `{"name":"Étude.Delmas.example"}`).is(200)["claimed"].(map[string]any)
	record := claimed["txt"].(map[string]any)
	const name = "xn--tude-9oa.delmas.example"
	if claimed["name"] != name || claimed["cname"] != "espace.example" || record["name"] != "_cenacle."+name {
		t.Errorf("claimed: %v", claimed)
	}

	missing := func(what string) {
		t.Helper()
		if got := s.asLead("POST", "/host/check", ""); got.status != 409 || !strings.Contains(string(got.raw), what) {
			t.Errorf("without %s: %d %s", what, got.status, got.raw)
		}
	}
	missing("hostname.record")
	s.zone.Write(record["name"].(string), record["value"].(string))
	missing("hostname.elsewhere")
	s.zone.Lead(name, dnstest.Addresses("127.0.0.1"))
	got := s.asLead("POST", "/host/check", "").is(200)
	if got["name"] != name || got["since"] == nil || got["claimed"] != nil {
		t.Errorf("checked: %v", got)
	}
	if names := s.nouns.Hosts.Names(); len(names) != 1 || names[0] != name {
		t.Errorf("the house knows %v", names)
	}

	for token, want := range map[string]int{s.client: 404, s.reading: 403} {
		for _, path := range []string{"/host", "/host/check", "/host/drop", "/host/end"} {
			if got := s.ask(token, "POST", path, `{"name":"autre.delmas.example"}`); got.status != want {
				t.Errorf("%s: %d, want %d: %s", path, got.status, want, got.raw)
			}
		}
	}
	s.ask(s.client, "GET", "/host", "").is(404)
	s.ask(s.reading, "GET", "/host", "").is(200)
	s.asLead("POST", "/host/end", "").is(204)
	if got := s.asLead("GET", "/host", "").is(200); got["name"] != nil || len(got["former"].([]any)) != 2 {
		t.Errorf("given up: %v", got)
	}
}
