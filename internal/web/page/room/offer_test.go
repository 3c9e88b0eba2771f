package room_test

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"cenacle/internal/circle"
	"cenacle/internal/id"
	"cenacle/internal/offer"
	"cenacle/internal/web/webtest"
)

// TestOfferPages: the firm asks a party and itself for offers, each side seals its own,
// reads that the other is in and nothing else, and both read both once both keys are in.
func TestOfferPages(t *testing.T) {
	s := open(t)
	s.page(s.Lead, "offers").One("#offers .empty").Says("quand vous y ajoutez une partie")
	made, err := circle.NewService(s.Office).Make(t.Context(), s.Lead.Actor, circle.New{Space: s.Space, Name: "Acquéreur", Kind: circle.Party, People: []id.Person{s.Guest.Actor.Person}})
	if err != nil {
		t.Fatal(err)
	}
	s.page(s.Lead, "offers").One("#offers .empty").Says("Aucune offre scellée demandée")
	house, buyer := s.House.Firm, made.ID
	back := s.Lead.Post(s.Path("offers"), "subject", "Prix de cession", "party", string(buyer), "day", "hier", "hour", "12:00")
	if back.Status != 422 {
		t.Fatalf("a round of one, until no day: %d", back.Status)
	}
	back.One("input[name=day][aria-invalid=true]")
	back.One("input[name=subject]").Is("value", "Prix de cession")
	back.One("input[name=party][value=" + string(buyer) + "][checked]")
	day := s.Clock.Now().AddDate(0, 0, 3).Format(time.DateOnly)
	done := s.Lead.Post(s.Path("offers"), "subject", "Prix de cession", "party", string(buyer), "party", string(house), "day", day, "hour", "12:00")
	at, _, _ := strings.Cut(done.Location, "?")
	if done.Status != 303 || !strings.HasPrefix(at, s.Path("offers")+"/") {
		t.Fatalf("asked: %d %s", done.Status, done.Location)
	}
	round := id.Round(strings.TrimPrefix(at, s.Path("offers")+"/"))
	s.page(s.Guest).One("#waits a[href='" + at + "']").Says("Déposez l’offre scellée de votre partie")
	s.page(s.Reader, "offers").One("#offers .empty")
	secrets := map[id.Circle]offer.Secret{house: {1}, buyer: {2}}
	put := func(by *webtest.Player, party id.Circle, words string) {
		t.Helper()
		form := by.Get(at)
		form.One("c-seal").Is("data-label", offer.Label(round, party))
		for _, field := range append(form.All("c-seal [data-write] input"), form.All("c-seal [data-write] textarea")...) {
			if field.Attr("name") != "" {
				t.Errorf("what is typed is sent: %s", field.Attr("name"))
			}
		}
		e, err := offer.Seal(round, party, secrets[party], offer.Terms{Amount: 1_250_050, Priced: true, Words: words})
		if err != nil {
			t.Fatal(err)
		}
		if clear := by.Post(at+"/put", "sealed", words, "commitment", "00", "mark", "00"); clear.Status != 422 {
			t.Errorf("an offer in clear: %d", clear.Status)
		}
		sent := by.Post(at+"/put", "sealed", base64.StdEncoding.EncodeToString(e.Sealed), "commitment", hex.EncodeToString(e.Commitment[:]), "mark", hex.EncodeToString(e.Mark[:]))
		if sent.Location != at+"?done=offer_put" {
			t.Fatalf("put in: %d %s", sent.Status, sent.Location)
		}
	}
	put(s.Guest, buyer, "OFFRE DE L’ACQUÉREUR")
	s.Guest.Get(at).One("#offer-withdraw")
	seen := s.Lead.Get(at)
	seen.One("#party-" + string(buyer)).Says("Acquéreur")
	if strings.Contains(seen.Body, "OFFRE DE") {
		t.Error("the firm reads it")
	}
	put(s.Lead, house, "OFFRE DU CABINET")
	s.page(s.Guest).One("#waits a[href='" + at + "']").Says("Remettez la clé de votre offre")
	if wrong := s.Guest.Post(at+"/unlock", "key", secrets[house].String()); wrong.Status != 422 {
		t.Errorf("another key: %d", wrong.Status)
	} else {
		wrong.One("#unlock input[name=key][aria-invalid=true]").Is("value", secrets[house].String())
	}
	for _, one := range []struct {
		by    *webtest.Player
		party id.Circle
	}{{s.Guest, buyer}, {s.Lead, house}} {
		if got := s.Guest.Get(at); strings.Contains(got.Body, "OFFRE D") {
			t.Error("an offer is read before all keys are in")
		}
		if sent := one.by.Post(at+"/unlock", "key", strings.ToLower(secrets[one.party].String())); sent.Location != at+"?done=offer_key" {
			t.Fatalf("a key: %d %s", sent.Status, sent.Location)
		}
	}
	for _, by := range []*webtest.Player{s.Guest, s.Lead, s.Client} {
		opened := by.Get(at)
		opened.Says("OFFRE DU CABINET")
		opened.Says("OFFRE DE L’ACQUÉREUR")
		opened.Says("12\u202f500,50\u00a0€")
		opened.One("a[href='" + at + "/file']")
		if proof := by.Get(at + "/file"); proof.Status != 200 {
			t.Errorf("the file that proves it: %d", proof.Status)
		} else if _, err := offer.Verify([]byte(proof.Body), ""); err != nil {
			t.Error(err)
		}
		for _, gone := range []string{"#seal", "#unlock", "#offer-withdraw"} {
			opened.Lacks(gone)
		}
	}
	if got := s.Reader.Get(at); got.Status != 404 {
		t.Errorf("who is of no party: %d", got.Status)
	}
}
