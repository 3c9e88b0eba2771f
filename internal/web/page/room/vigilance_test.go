package room_test

import (
	"testing"
	"time"

	"cenacle/internal/web/webtest"
)

// TestVigilancePage: a lawyer fills the dossier part by part, what is refused comes back
// beside its field, the former editions stay readable, and nobody else writes or sees it.
func TestVigilancePage(t *testing.T) {
	s := open(t)
	path := s.Path("vigilance")
	day := func(n int) string { return s.Clock.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	keep := func(after string, form ...string) webtest.Page {
		t.Helper()
		return s.Lead.Post(path, append([]string{"after", after}, form...)...)
	}
	done := func(p webtest.Page, part string) {
		t.Helper()
		if p.Location != path+"?done=vigilance_kept#part-"+part {
			t.Fatalf("%d %s\n%s", p.Status, p.Location, p.Body)
		}
	}
	s.page(s.Lead, "people").One("#vigilance a[href='" + path + "']")
	first := s.page(s.Lead, "vigilance")
	first.One("#wants").Says("Évaluer le risque")
	first.One("#part-rating").Says("CMF, art. L. 561-4-1")
	first.One("input[name=name]").Is("value", s.Client.Name) // whom the firm knows already

	if back := keep("0", "part", "client", "name", "Petit"); back.Status != 422 {
		t.Fatalf("a client of no kind: %d", back.Status)
	} else {
		back.One("#f-kind.field-bad")
		back.One("#part-client details[open]")
		back.Lacks("#part-rating details[open]")
	}
	done(keep("0", "part", "client", "kind", "company", "name", "SARL Batimétal", "number", "123 456 789"), "client")
	if back := keep("1", "part", "owner", "owner", "Luc Petit", "control", "capital", "share", "101"); back.Status != 422 {
		t.Fatalf("a share of 101: %d", back.Status)
	} else {
		back.One("input[name=share][aria-invalid=true]").Is("value", "101")
		back.One("input[name=owner]").Is("value", "Luc Petit")
	}
	done(keep("1", "part", "owner", "owner", "Luc Petit", "control", "capital", "share", "33,3", "owner_exposed", "1"), "owners")
	done(keep("2", "part", "piece", "piece", "register_extract", "seen", day(-60), "expires", day(-1)), "pieces")
	if back := keep("2", "part", "relation", "purpose", "Cession", "exposed", "no"); back.Status != 409 {
		t.Fatalf("after an edition that was not read: %d", back.Status)
	} else {
		back.One("#part-relation .summary")
		back.One("textarea[name=purpose]").Says("Cession")
	}
	done(keep("3", "part", "relation", "purpose", "Cession", "exposed", "no"), "relation")
	if back := keep("4", "part", "rating", "rating", "high"); back.Status != 422 {
		t.Fatalf("a rating without a reason: %d", back.Status)
	}
	done(keep("4", "part", "rating", "rating", "high", "reason", "exposed", "reason", "structure", "note", "Deux holdings"), "rating")

	whole := s.page(s.Lead, "vigilance")
	whole.One("#wants").Says("Extrait Kbis")
	whole.One("#wants").Says("expirée le")
	whole.One("#wants").Says("d’où viennent les fonds")
	for part, said := range map[string]string{"client": "123 456 789", "owners": "33,3\u00a0%", "relation": "Cession", "rating": "Deux holdings"} {
		whole.One("#part-" + part).Says(said)
	}
	if former := s.Lead.Get(path + "?edition=1"); former.Status != 200 {
		t.Fatalf("a former edition: %d", former.Status)
	} else {
		former.Lacks("form[action='" + path + "']")
		former.Lacks("#wants")
	}
	done(keep("5", "part", "piece-remove", "row", "0"), "pieces")
	done(keep("6", "part", "end", "ended", day(0)), "end")
	s.page(s.Lead, "vigilance").One("#part-end").Says("Conservé jusqu’au")

	for _, by := range []*webtest.Player{s.Client, s.Guest, s.Reader} {
		if got := by.Get(path); got.Status != 403 && got.Status != 404 {
			t.Errorf("%s gets %d", by.Name, got.Status)
		}
	}
	if got := s.Stranger.Get(path); got.Status != 404 {
		t.Errorf("a colleague outside the space gets %d", got.Status)
	}
	s.page(s.Colleague, "vigilance").Lacks("form[action='" + path + "']") // her card is no lawyer's
}
