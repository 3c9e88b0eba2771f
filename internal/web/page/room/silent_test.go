package room_test

import (
	"testing"
	"time"
)

// TestSilenceIsSaid: three days after the client was sent a document and a memo that she
// has not opened, their pages propose the firm's side another way to reach her, and her
// own page says nothing of it.
func TestSilenceIsSaid(t *testing.T) {
	s := open(t)
	way := "a[href='" + s.Path("people") + "#person-" + string(s.Client.Actor.Person) + "']"
	s.page(s.Lead).Lacks("#memo-" + string(s.asked) + " " + way)
	s.page(s.Lead, "documents", string(s.sent)).Lacks(way)
	s.Clock.Advance(73 * time.Hour)
	s.Lead, s.Client = s.Again(s.Lead), s.Again(s.Client)
	page := s.page(s.Lead)
	page.One("#memo-" + string(s.asked) + " " + way).Says("Pas lu par Mme Sophie Petit")
	page.One("#waits " + way)
	page.Lacks("#memo-" + string(s.internal) + " " + way)
	s.page(s.Lead, "documents", string(s.sent)).One(way)
	s.page(s.Lead, "people").One("#person-" + string(s.Client.Actor.Person) + " form[action='" + s.Path("people", string(s.Client.Actor.Person), "invite") + "']")
	s.page(s.Client).Lacks(way)
}
