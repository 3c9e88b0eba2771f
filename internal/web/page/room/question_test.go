package room_test

import (
	"strings"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/id"
)

// TestQuestions has a party ask on its page, the lawyer change the rule and answer, and
// reads what each is shown; what is refused comes back filled.
func TestQuestions(t *testing.T) {
	s := open(t)
	if _, err := circle.NewService(s.Office).Make(t.Context(), s.Lead.Actor, circle.New{Space: s.Space, Name: "Acquéreur", Kind: circle.Party, People: []id.Person{s.Guest.Actor.Person}}); err != nil {
		t.Fatal(err)
	}
	at := s.Path("questions")
	if empty := s.Guest.Post(at, "text", " "); empty.Status != 422 || !strings.Contains(empty.Body, "Écrivez votre question") {
		t.Errorf("an empty question: %d", empty.Status)
	}
	done := s.Guest.Post(at, "text", "À quelle date ?\nPour quel prix ?")
	if done.Status != 303 {
		t.Fatalf("asked: %d %s", done.Status, done.Body)
	}
	one, _, _ := strings.Cut(done.Location, "?")
	for _, by := range []authz.Role{authz.Lead, authz.Client} {
		player := s.Lead
		if by == authz.Client {
			player = s.Client
		}
		if page := player.Get(at); !strings.Contains(page.Body, "À quelle date") || strings.Contains(page.Body, "Acquéreur") != (by == authz.Lead) {
			t.Errorf("%s reads %s", by, page.Body)
		}
	}
	s.page(s.Lead).One("#waits a[href='" + at + "']")
	if wrong := s.Lead.Post(at+"/rule", "pattern", "all none"); wrong.Status != 422 {
		t.Errorf("a rule that is none: %d", wrong.Status)
	}
	if set := s.Lead.Post(at+"/rule", "pattern", "all firm"); set.Status != 303 {
		t.Errorf("the rule is changed: %d", set.Status)
	}
	apart := s.Guest.Post(at, "text", "Qui a signé ?")
	if page := s.Client.Get(at); apart.Status != 303 || strings.Contains(page.Body, "Qui a signé") {
		t.Errorf("a client reads what was asked of the firm alone")
	}
	if back := s.Lead.Post(one+"/answer", "text-0", ""); back.Status != 422 {
		t.Errorf("nothing is answered: %d", back.Status)
	}
	if said := s.Lead.Post(one+"/answer", "text-0", "Le 3.", "text-1", "Dix mille."); said.Status != 303 {
		t.Errorf("answered: %d", said.Status)
	}
	if page := s.Client.Get(one); !strings.Contains(page.Body, "Dix mille.") {
		t.Errorf("a client does not read the answer: %s", page.Body)
	}
	if page := s.Guest.Get(one + "/withdraw"); page.Status == 200 {
		t.Errorf("a GET takes it back")
	}
	if late := s.Guest.Post(one + "/withdraw"); late.Status != 409 {
		t.Errorf("taken back once it is answered: %d", late.Status)
	}
}
