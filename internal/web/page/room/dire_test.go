package room_test

import (
	"strings"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
)

// TestDirePages: a party writes a dire, reads it again as it is cut, and files it; the
// firm answers one point, keeps the other as a draft, and what is refused comes back
// filled.
func TestDirePages(t *testing.T) {
	s := open(t)
	s.page(s.Lead, "dires").One("#dires-all .empty").Says("Il n’y a pas de parties ici")
	if _, err := circle.NewService(s.Office).Make(t.Context(), s.Lead.Actor, circle.New{Space: s.Space, Name: "Acquéreur", Kind: circle.Party, People: []id.Person{s.Guest.Actor.Person}}); err != nil {
		t.Fatal(err)
	}
	s.page(s.Guest).One("a[href='" + s.Path("dires") + "']")
	s.page(s.Guest, "dires").One("a[href='" + s.Path("dires", "draft") + "']").Says("Écrire un dire")
	s.page(s.Reader, "dires").Lacks("a[href='" + s.Path("dires", "draft") + "']")
	if got := s.Reader.Get(s.Path("dires", "draft")); got.Status != 403 {
		t.Errorf("who stands for no party writes one: %d", got.Status)
	}
	long := s.Guest.Post(s.Path("dires", "draft"), "text", strings.Repeat("x", 60001))
	if long.Status != 422 {
		t.Fatalf("too long: %d", long.Status)
	}
	long.One("#write textarea[aria-invalid=true]")
	if kept := s.Guest.Post(s.Path("dires", "draft"), "text", "Maître,\n1. LE MUR\n2. LE TOIT"); kept.Location != s.Path("dires", "draft")+"?done=dire_saved" {
		t.Fatalf("kept: %d %s", kept.Status, kept.Location)
	}
	draft := s.page(s.Guest, "dires", "draft")
	if n := len(draft.All("#review .dire-split li")); n != 2 {
		t.Errorf("it is cut into %d", n)
	}
	reviewed := draft.All("#dire-file input[name=reviewed]")[0].Attr("value")
	if old := s.Guest.Post(s.Path("dires"), "reviewed", "1"); old.Status != 409 {
		t.Errorf("filed without being read again: %d", old.Status)
	}
	filed := s.Guest.Post(s.Path("dires"), "reviewed", reviewed)
	at, _, _ := strings.Cut(filed.Location, "?")
	if filed.Status != 303 || !strings.HasPrefix(at, s.Path("dires")+"/") {
		t.Fatalf("filed: %d %s", filed.Status, filed.Location)
	}
	s.page(s.Lead).One("#waits a[href='" + s.Path("dires") + "']").Says("2 points de dires sans réponse")
	s.page(s.Lead, "dires").One("#dires-open a[href='" + at + "']").Says("Dire n° 1 – Acquéreur")
	s.Client.Get(at).Lacks(".dire-form")
	half := s.Lead.Post(at+"/answers/publish", "verdict-1", "", "answer-1", "SANS SUITE", "verdict-2", "", "answer-2", "")
	if half.Status != 422 {
		t.Fatalf("published without a verdict: %d", half.Status)
	}
	half.One("select[name=verdict-1][aria-invalid=true]")
	half.One("textarea[name=answer-1]").Says("SANS SUITE")
	if kept := s.Lead.Post(at+"/answers", "verdict-1", "", "answer-1", "", "verdict-2", "refused", "answer-2", "BROUILLON"); kept.Location != at+"?done=answers_saved" {
		t.Fatalf("kept: %d %s", kept.Status, kept.Location)
	}
	s.Lead.Get(at).One("textarea[name=answer-2]").Says("BROUILLON")
	if strings.Contains(s.Guest.Get(at).Body, "BROUILLON") {
		t.Error("a party reads a draft")
	}
	if done := s.Lead.Post(at+"/answers/publish", "verdict-1", "outside", "answer-1", "HORS SUJET", "verdict-2", "", "answer-2", ""); done.Location != at+"?done=answers_published" {
		t.Fatalf("published: %d %s", done.Status, done.Location)
	}
	seen := s.Guest.Get(at)
	seen.One("#line-1 .badge").Says("Hors mission")
	seen.One("#line-1 .dire-answer").Says("HORS SUJET")
	seen.One("#line-2 .badge-signal").Says("Sans réponse")
	if day := s.Lead.Post(s.Path("dires", "day"), "day", "2001-01-01"); day.Status != 422 {
		t.Errorf("a last day long ago: %d", day.Status)
	} else {
		day.One("#day input[name=day][aria-invalid=true]").Is("value", "2001-01-01")
	}
	s.page(s.Lead, "register").One("[aria-labelledby=dires] a[href='" + at + "']")

	s.Lead.Get(at).One(".dire-form")
	s.page(s.Lead, "dires").One("#day")
	_, err := s.Lifecycle.AddGuest(t.Context(), s.Lead.Actor, s.Space, lifecycle.Guest{Name: "Mme Lambda", Email: "lambda@expert.example", Role: authz.Expert, Language: "fr"})
	s.must(err)
	s.Lead.Get(at).Lacks(".dire-form")
	s.page(s.Lead, "dires").Lacks("#day")
	if got := s.Lead.Post(at+"/answers/publish", "verdict-2", "accepted"); got.Status != 403 {
		t.Errorf("the firm answers in the place of the expert: %d", got.Status)
	}
}
