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
	if back := s.Lead.Post(s.Path("questions", "demand"), "demand", "passkey"); back.Status != http.StatusConflict {
		t.Errorf("more than she has shown: %d", back.Status)
	} else {
		back.One("#demand").Says("Connectez-vous d’abord ainsi vous-même")
		back.One("#demand input[value=passkey][checked]")
	}
	if back := s.Lead.Post(s.Path("questions", "demand"), "demand", "anything"); back.Status != http.StatusUnprocessableEntity {
		t.Errorf("what is none: %d", back.Status)
	}
	guarded := s.Lead.Actor
	guarded.Via = authz.ViaCode
	s.must(s.Forums.SetDemand(t.Context(), guarded, s.Space, authz.Twofold))
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
	s.must(s.Forums.SetDemand(t.Context(), guarded, s.Space, authz.Single))
	s.page(s.Guest, "questions").One("h1")
}
