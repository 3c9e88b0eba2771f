package room_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/id"
)

// TestDemand: who may say what entering the forum takes is told who has nothing to show
// yet, and says no more than she has shown; then whoever has shown less is led to where she
// shows it, from the page that she wanted, and a form of hers is refused in words.
func TestDemand(t *testing.T) {
	s := open(t)
	s.page(s.Lead, "questions").Lacks("#demand")
	_, err := circle.NewService(s.Office).Make(t.Context(), s.Lead.Actor, circle.New{Space: s.Space, Name: "Bailleur", Kind: circle.Party, People: []id.Person{s.Guest.Actor.Person}})
	s.must(err)
	form := s.page(s.Lead, "questions").One("#demand")
	form.Says("N’en ont pas encore")
	form.Says("Me Anne Roux")
	s.page(s.Guest, "questions").Lacks("#demand")
	if back := s.Lead.Post(s.Path("demand"), "demand", "passkey"); back.Status != http.StatusConflict {
		t.Errorf("more than she has shown: %d", back.Status)
	} else {
		back.One("#demand").Says("Connectez-vous d’abord ainsi vous-même")
		back.One("#demand input[value=passkey][checked]")
	}
	if back := s.Lead.Post(s.Path("demand"), "demand", "anything"); back.Status != http.StatusUnprocessableEntity {
		t.Errorf("what is none: %d", back.Status)
	}
	guarded := s.Lead.Actor
	guarded.Via = authz.ViaCode
	s.must(s.Lifecycle.SetDemand(t.Context(), guarded, s.Space, authz.Twofold))
	at := s.Path("questions") + "?a=1&b=2"
	if led := s.Guest.Get(at); led.Status != http.StatusSeeOther || led.Location != "/account/factors?ask=second_factor&next="+url.QueryEscape(at) {
		t.Errorf("led to %d %s", led.Status, led.Location)
	}
	refused := s.Guest.Post(s.Path("questions"), "text", "Qui ?")
	if refused.Status != http.StatusForbidden || !strings.Contains(refused.Body, "second moyen de connexion") {
		t.Errorf("a form: %d", refused.Status)
	}
	if gone := s.Stranger.Get(at); gone.Status != http.StatusNotFound {
		t.Errorf("who is not in it: %d %s", gone.Status, gone.Location)
	}
	s.must(s.Lifecycle.SetDemand(t.Context(), guarded, s.Space, authz.Single))
	s.page(s.Guest, "questions").One("h1")
}

// TestSpaceDemand: what entering a space that is no forum takes is said on the page of its
// people, by a lawyer; who came by a link is then led to her code, from the page that she wanted.
func TestSpaceDemand(t *testing.T) {
	s := open(t)
	form := s.page(s.Lead, "people").One("#entry")
	form.Says("Ce qu’il faut pour entrer")
	form.One("input[value=password][checked]")
	if back := s.Lead.Post(s.Path("demand"), "demand", "passkey"); back.Status != http.StatusConflict {
		t.Errorf("more than she has shown: %d", back.Status)
	} else {
		back.One("#entry[open]").Says("Connectez-vous d’abord ainsi vous-même")
	}
	s.Lead.Post(s.Path("demand"), "demand", "code").Answers(t, http.StatusSeeOther, s.Path("people")+"?done=space_demanded")
	s.page(s.Lead, "people").One("#entry input[value=code][checked]")
	s.page(s.Guest, "questions")
	linked := s.Guest.Actor
	linked.Via, linked.Scope = authz.ViaLink, s.Space
	if _, err := s.Spaces.Show(t.Context(), linked, s.Space); authz.Demanded(err) != authz.Confirmed {
		t.Errorf("by a link alone: %v", err)
	}
}

// TestMobile: a lawyer says at which telephone codes reach somebody from outside; the page
// shows what she recognises, and only to lawyers.
func TestMobile(t *testing.T) {
	s := open(t)
	at := s.Path("people", string(s.Client.Actor.Person), "mobile")
	fold := "#mobile-" + string(s.Client.Actor.Person)
	s.page(s.Lead, "people").One(fold).Says("Indiquer son mobile")
	if back := s.Lead.Post(at, "mobile", "01 23 45 67 89"); back.Status != http.StatusUnprocessableEntity {
		t.Errorf("a fixed telephone: %d", back.Status)
	} else {
		back.One(fold + "[open]").Says("n’est pas celui d’un téléphone mobile")
	}
	s.Lead.Post(at, "mobile", "06 12 34 56 78").Answers(t, http.StatusSeeOther, s.Path("people")+"?done=mobile_set")
	s.page(s.Lead, "people").One(fold).Says("06 •• •• •• 78")
	for name, by := range map[string]string{"the client": s.Client.Post(at, "mobile", "0712345678").Body, "a guest": s.Guest.Post(at, "mobile", "0712345678").Body} {
		if strings.Contains(by, "78") && strings.Contains(by, "06 ") {
			t.Errorf("%s reads the number", name)
		}
	}
	known, err := s.Lifecycle.Mobiles(t.Context(), s.Lead.Actor, s.Space)
	s.must(err)
	if known[s.Client.Actor.Person] != "+33612345678" {
		t.Errorf("%v", known)
	}
}
