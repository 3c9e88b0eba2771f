package room_test

import (
	"strings"
	"testing"
)

// TestDeadlinePages: a day is reckoned and explained before it is kept; another day
// needs a reason; and what rests on a hearing follows it, in words before it is saved.
func TestDeadlinePages(t *testing.T) {
	s := open(t)
	at := s.Path("agenda", "deadline")
	ask := s.page(s.Lead, "agenda", "deadline")
	ask.Lacks("#found")
	ask.One("select[name=rule] optgroup option[value=appeal]").Says("1 mois")
	if page := s.Client.Get(at); page.Status != 403 {
		t.Errorf("the client reckons: %d", page.Status)
	}
	for query, field := range map[string]string{"?rule=appeal&fact=": "fact", "?rule=appeal&fact=2019-01-01": "fact", "?rule=revenge&fact=2026-12-03": "rule", "?rule=divorce_notary&fact=2026-12-03&home=abroad": "home"} {
		page := s.Lead.Get(at + query)
		page.Lacks("#found")
		if page.One("[name=" + field + "]").Attr("aria-invalid"); page.Status != 422 {
			t.Errorf("%s: %d", query, page.Status)
		}
	}
	found := s.Lead.Get(at + "?rule=appeal&fact=2021-03-03")
	found.One("#found-title").Says("mardi 6 avril 2021")
	found.One("#found").Says("lundi de Pâques")
	found.One("#found .notice").Says("déjà passé")
	found.One("#found").Says("art.\u00a0640 à 642")
	found.One("#keep input[name=title]").Is("value", "Appel d’un jugement contentieux")

	s.Lead.Get(at + "?rule=appeal&fact=2026-12-03").Lacks("#found .notice")

	form := []string{"rule", "appeal", "fact", "2026-12-03", "title", "Faire appel", "circle", string(s.House.Client)}
	back := s.Lead.Post(at, append(form, "day", "2026-12-31")...)
	if back.Status != 422 {
		t.Fatalf("another day without a reason: %d", back.Status)
	}
	back.One("#keep input[name=why][aria-invalid=true]")
	back.One("#keep input[name=title]").Is("value", "Faire appel")
	done := s.Lead.Post(at, append(form, "day", "2026-12-31", "why", "Congés du greffe")...)
	kept, _, _ := strings.Cut(done.Location, "?")
	if done.Status != 303 {
		t.Fatalf("kept: %d", done.Status)
	}
	page := s.Client.Get(kept)
	page.One("#found").Says("lundi 4 janvier 2027")
	page.One("#found").Says("Congés du greffe")
	page.Lacks("#change")
	s.Lead.Get(kept).Lacks("#change select[name=kind]")

	look := s.Lead.Post(kept, "kind", "deadline", "title", "Faire appel", "day", "2026-12-31", "fact", "2026-12-10", "revision", "1")
	look.One("#differs").Says("lundi 11 janvier 2027")
	look.One("#change input[name=day]").Is("value", "2027-01-11")
	sure := look.One("#change input[name=sure]").Attr("value")
	if done := s.Lead.Post(kept, "kind", "deadline", "title", "Faire appel", "day", "2027-01-11", "fact", "2026-12-10", "revision", "1", "sure", sure); done.Status != 303 {
		t.Errorf("reckoned again: %d", done.Status)
	}
	s.Client.Get(kept).One("#past").Says("jeudi 3 décembre 2026")
}

// TestFollowingPages: what rests on a hearing is shown beside it, and moved with it.
func TestFollowingPages(t *testing.T) {
	s := open(t)
	done := s.Lead.Post(s.Path("agenda"), "kind", "hearing", "title", "Audience", "day", "2027-01-20", "circle", string(s.House.Client))
	hearing, _, _ := strings.Cut(done.Location, "?")
	of := hearing[len(s.Path("agenda"))+1:]
	s.Lead.Get(hearing).One("a[href='" + s.Path("agenda", "deadline") + "?origin=" + of + "']")
	s.Lead.Get(s.Path("agenda", "deadline") + "?rule=filing&origin=" + of).One("#found").Says("lundi 4 janvier 2027")
	if page := s.Lead.Get(s.Path("agenda", "deadline") + "?rule=filing&origin=" + strings.Repeat("0", 26)); page.Status != 404 {
		t.Errorf("from an event there is not: %d", page.Status)
	}
	done = s.Lead.Post(s.Path("agenda", "deadline"), "rule", "filing", "origin", of, "title", "Remise", "day", "2027-01-04", "circle", string(s.House.Client))
	filing, _, _ := strings.Cut(done.Location, "?")
	if done.Status != 303 {
		t.Fatalf("kept: %d", done.Status)
	}
	s.Client.Get(hearing).One("#follows").Says("Remise")
	form := []string{"kind", "hearing", "title", "Audience", "day", "2027-01-27", "revision", "1"}
	look := s.Lead.Post(hearing, form...)
	look.One("#differs").Says("Remise")
	look.One("#differs").Says("lundi 11 janvier 2027")
	sure := look.One("#change input[name=sure]").Attr("value")
	if done := s.Lead.Post(filing, "kind", "deadline", "title", "Remise au greffe", "day", "2027-01-04", "revision", "1", "sure", ""); done.Status != 200 {
		t.Fatalf("looked at: %d", done.Status)
	} else if done := s.Lead.Post(filing, "kind", "deadline", "title", "Remise au greffe", "day", "2027-01-04", "revision", "1", "sure", done.One("#change input[name=sure]").Attr("value")); done.Status != 303 {
		t.Fatalf("reworded: %d", done.Status)
	}
	again := s.Lead.Post(hearing, append(form, "sure", sure)...)
	if again.Status != 200 {
		t.Fatalf("what would follow has changed, and it is saved: %d", again.Status)
	}
	if done := s.Lead.Post(hearing, append(form, "sure", again.One("#change input[name=sure]").Attr("value"))...); done.Status != 303 {
		t.Fatalf("moved: %d", done.Status)
	}
	moved := s.Client.Get(filing)
	moved.One("#what-title").Says("lundi 11 janvier 2027")
	moved.One("c-seen")
	if done := s.Lead.Post(hearing+"/cancel", "revision", "2"); done.Status != 303 {
		t.Fatalf("cancelled: %d", done.Status)
	}
	s.Lead.Get(filing).One("#found .notice").Says("annulée")
}
