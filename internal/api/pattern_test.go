package api_test

import "testing"

// TestFirstParty: the first party of a space is made with the rule of its forum, and no
// later one is.
func TestFirstParty(t *testing.T) {
	s := open(t, 0)
	s.asLead("POST", "/spaces/{space}/circles", `{"name":"Sachants","questions":"firm"}`).is(422)
	s.asLead("POST", "/spaces/{space}/circles", `{"name":"Acquéreur","party":true,"questions":"firm"}`).is(201)
	if got := s.asLead("GET", "/spaces/{space}/forum/pattern", "").is(200); got["contributions"] != "all" || got["questions"] != "firm" {
		t.Errorf("the rule is %v", got)
	}
	s.asLead("POST", "/spaces/{space}/circles", `{"name":"Vendeur","party":true,"questions":"all"}`).is(422)
	s.asLead("POST", "/spaces/{space}/circles", `{"name":"Vendeur","party":true}`).is(201)
}
