package room_test

import (
	"bytes"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/outbox"
	"cenacle/internal/sanction"
	"cenacle/internal/sanction/sanctiontest"
)

// TestFrozenPage: the page says that there is no list, then who is like whom; a lawyer's
// decision without a reason comes back, and what the law demands is said once it is she.
func TestFrozenPage(t *testing.T) {
	s := open(t)
	path := s.Path("vigilance")
	s.page(s.Lead, "vigilance").One("#part-frozen").Says("personne n’y est cherché")
	s.Lead.Post(path, "part", "client", "after", "0", "kind", "person", "name", "Khalid Zourmani")
	lead := authz.Actor{Person: s.Lead.Actor.Person, Firm: s.Lead.Actor.Firm, Role: authz.Admin, Via: authz.ViaPassword}
	file := sanctiontest.File("2026-11-20", sanctiontest.Person{Number: 7, Nature: "Personne physique", First: "Khaled", Name: "Zormani", Birth: "1961"})
	if _, err := s.Sanctions.Import(t.Context(), lead, sanction.Bringing{File: bytes.NewReader(file)}); err != nil {
		t.Fatal(err)
	}
	s.page(s.Lead, "vigilance").One("#part-frozen").Says("en cours")
	if err := s.Vigilance.Examine(t.Context(), lead.Firm, outbox.Job{Payload: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	page := s.page(s.Lead, "vigilance")
	page.One("#wants").Says("liste des gels")
	page.One(".room-likeness").Says("Ressemble à Khalid Zourmani")
	page.One(".room-likeness .badge-signal").Says("À examiner")
	of := page.One(".room-likeness input[name=likeness]").Attr("value")
	decide := path + "/likeness"
	if back := s.Lead.Post(decide, "likeness", of, "verdict", "ruled_out"); back.Status != 422 {
		t.Fatalf("without a reason: %d", back.Status)
	} else {
		back.One(".room-likeness details[open] textarea[aria-invalid=true]")
		back.One(".room-likeness input[value=ruled_out][checked]")
	}
	if back := s.Lead.Post(decide, "likeness", of, "why", "Né à Lyon"); back.Status != 422 {
		t.Fatalf("without a verdict: %d", back.Status)
	} else {
		back.One(".room-likeness textarea").Says("Né à Lyon")
	}
	if done := s.Lead.Post(decide, "likeness", of, "verdict", "confirmed", "why", "Même passeport"); done.Location != path+"?done=likeness_decided#likeness-"+of {
		t.Fatalf("%d %s", done.Status, done.Location)
	}
	page = s.page(s.Lead, "vigilance")
	page.One(".room-likeness .notice-danger").Says("art. L. 562-4")
	page.One(".room-likeness").Says("Même passeport")
	s.Lead.Post(decide, "likeness", of, "verdict", "")
	s.page(s.Lead, "vigilance").One(".room-likeness .badge-signal")
	s.page(s.Colleague, "vigilance").Lacks(".room-likeness form")
	if got := s.Client.Post(decide, "likeness", of, "verdict", "ruled_out", "why", "x"); got.Status != 403 && got.Status != 404 {
		t.Errorf("the client decides: %d", got.Status)
	}
}
