package room_test

import (
	"strings"
	"testing"
	"time"

	"cenacle/internal/web/webtest"
)

// TestSlotsPages: times are proposed to one person, wait on her first screen, are
// chosen by a button alone, and are nobody else's.
func TestSlotsPages(t *testing.T) {
	s := open(t)
	day := func(n int) string { return s.Clock.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	s.page(s.Lead, "slots").One("#slots .empty").Says("Aucun créneau proposé")
	client, circle := string(s.Client.Actor.Person), string(s.House.Client)
	back := s.Lead.Post(s.Path("slots"), "person", client, "title", "Préparer", "time1", day(2), "start1", "25:00", "time2", day(-1), "circle", circle)
	if back.Status != 422 {
		t.Fatalf("an hour that is none: %d", back.Status)
	}
	back.One("input[name=time1][aria-invalid=true]")
	back.One("input[name=time2][aria-invalid=true]").Is("value", day(-1))
	back.One("input[name=title]").Is("value", "Préparer")
	back.One("input[name=circle][value=" + circle + "][checked]")
	done := s.Lead.Post(s.Path("slots"), "person", client, "title", "Préparer l’audience", "time1", day(2), "start1", "14:00", "time2", day(3), "start2", "09:30", "circle", circle)
	if done.Location != s.Path("slots")+"?done=slots_proposed" {
		t.Fatalf("proposed: %d %s", done.Status, done.Location)
	}
	s.page(s.Lead, "slots").One("#slots").Says("n’a pas encore répondu")
	s.page(s.Client).One("#waits a[href='" + s.Path("slots") + "']").Says("Choisissez un créneau de rendez-vous")
	for _, by := range []*webtest.Player{s.Guest, s.Reader} {
		s.page(by).Lacks("#waits a[href='" + s.Path("slots") + "']")
		s.page(by, "slots").One("#slots .empty")
	}
	seen := s.page(s.Client, "slots")
	seen.Lacks("#propose")
	choose := seen.One("#slots form.form").Attr("action")
	if n := len(seen.All("#slots input[name=choice]")); n != 2 {
		t.Fatalf("%d times are offered", n)
	}
	if got := s.Client.Get(choose); got.Status != 404 && got.Status != 405 {
		t.Errorf("a GET of the answer: %d", got.Status)
	}
	if none := s.Client.Post(choose); none.Status != 422 {
		t.Errorf("an answer without a choice: %d", none.Status)
	}
	if other := s.Guest.Post(choose, "choice", "1"); other.Status != 404 {
		t.Errorf("the guest chooses: %d", other.Status)
	}
	for range 2 { // a button pressed twice
		if done := s.Client.Post(choose, "choice", "1"); done.Location != s.Path("slots")+"?done=slot_chosen" {
			t.Fatalf("chosen: %d %s", done.Status, done.Location)
		}
	}
	said := s.page(s.Client, "slots").One("#slots")
	said.Says("Vous avez choisi")
	said.Says("9\u00a0h\u00a030")
	s.page(s.Client, "agenda").One(".event").Says("Préparer l’audience")
	s.page(s.Client).Lacks("#waits a[href='" + s.Path("slots") + "']")
	late := s.Client.Post(strings.TrimSuffix(choose, "choose") + "decline")
	if late.Status != 409 {
		t.Errorf("declined after: %d", late.Status)
	}
	late.Says("Un créneau est déjà choisi")
}
