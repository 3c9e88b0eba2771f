package api_test

import (
	"bytes"
	"strings"
	"testing"

	"cenacle/internal/authz"
)

// TestDires: a program of a party writes and files a dire, one of the firm’s answers it
// in two sittings, and both take the paper and the table away.
func TestDires(t *testing.T) {
	s := open(t, 0)
	s.ids["buyer"] = s.asLead("POST", "/spaces/{space}/circles", `{"name":"Acquéreur","party":true,"people":["{person}"]}`).is(201)["id"].(string)
	guest := s.issue(s.Guest.Actor, authz.Pass{})
	asGuest := func(method, path, body string) reply { return s.ask(guest, method, s.path(path), s.path(body)) }
	asGuest("PUT", "/spaces/{space}/dires/draft", `{"text":"Bonjour\n1. CANARI un\n2. CANARI deux"}`).is(204)
	draft := asGuest("GET", "/spaces/{space}/dires/draft", "")
	if got := draft.is(200); got["lead"] != "Bonjour" || len(got["lines"].([]any)) != 2 {
		t.Errorf("cut: %s", draft.raw)
	}
	if hers := s.asLead("GET", "/spaces/{space}/dires/draft", ""); strings.Contains(string(hers.raw), "CANARI") {
		t.Errorf("the firm reads what is being written: %s", hers.raw)
	}
	s.asLead("PUT", "/spaces/{space}/dires/day", `{"last_day":"2020-01-01"}`).is(422)
	asGuest("PUT", "/spaces/{space}/dires/day", `{"last_day":""}`).is(403)
	asGuest("POST", "/spaces/{space}/dires", `{"text":"x","recap":true,"recalls":["x"]}`).is(422)
	s.ids["dire"] = asGuest("POST", "/spaces/{space}/dires", `{"text":"Bonjour\n1. CANARI un\n2. CANARI deux"}`).is(201)["id"].(string)
	asGuest("POST", "/spaces/{space}/dires/{dire}/answers", `{"answers":[{"line":1,"verdict":"accepted"}]}`).is(403)
	s.asLead("PUT", "/spaces/{space}/dires/{dire}/answers", `{"answers":[{"line":2,"words":"BROUILLON"}]}`).is(204)
	s.asLead("POST", "/spaces/{space}/dires/{dire}/answers", `{"answers":[{"line":1,"verdict":"outside"}]}`).is(422)
	s.asLead("POST", "/spaces/{space}/dires/{dire}/answers", `{"answers":[{"line":1,"verdict":"refused","words":"Non."}]}`).is(204)
	told := asGuest("GET", "/spaces/{space}/dires/{dire}", "")
	told.is(200)
	for _, text := range []string{`"label":"1.1"`, `"verdict":"refused"`, `"answer":"Non."`, `"state":"open"`} {
		if !strings.Contains(string(told.raw), text) {
			t.Errorf("%s is not told: %s", text, told.raw)
		}
	}
	if strings.Contains(string(told.raw), "BROUILLON") {
		t.Errorf("a party reads an answer that is being written: %s", told.raw)
	}
	if all := s.asLead("GET", "/spaces/{space}/dires", ""); !strings.Contains(string(all.raw), "BROUILLON") {
		t.Errorf("who answers does not: %s", all.raw)
	}
	if paper := asGuest("GET", "/spaces/{space}/dires/paper", ""); !bytes.HasPrefix(paper.raw, []byte("%PDF-")) {
		t.Errorf("no paper: %.40s", paper.raw)
	}
	if table := asGuest("GET", "/spaces/{space}/dires/file", ""); !strings.Contains(string(table.raw), "CANARI deux") || strings.Contains(string(table.raw), "BROUILLON") {
		t.Errorf("the table: %s", table.raw)
	}
	if register := s.asLead("GET", "/spaces/{space}/register/file", ""); !strings.Contains(string(register.raw), "Acquéreur") {
		t.Errorf("the register does not tell of it: %s", register.raw)
	}
}
