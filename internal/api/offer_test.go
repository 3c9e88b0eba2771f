package api_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/offer"
)

// TestSealedOffers: two programs seal the offers of two sides by themselves, and the API
// tells neither anything of the other's before both secrets are in.
func TestSealedOffers(t *testing.T) {
	s := open(t, 0)
	s.ids["firm"] = string(s.House.Firm)
	s.ids["buyer"] = s.asLead("POST", "/spaces/{space}/circles", `{"name":"Acquéreur","party":true,"people":["{person}"]}`).is(201)["id"].(string)
	s.ids["round"] = s.asLead("POST", "/spaces/{space}/offers", `{"subject":"Prix de cession","until":"2026-12-09T12:00:00Z","parties":["{firm}","{buyer}"]}`).is(201)["id"].(string)
	guest := s.issue(s.Guest.Actor, authz.Pass{})
	asGuest := func(method, path, body string) reply { return s.ask(guest, method, s.path(path), s.path(body)) }
	sides := []struct {
		as     func(method, path, body string) reply
		party  id.Circle
		secret offer.Secret
	}{{func(method, path, body string) reply { return s.asLead(method, path, body) }, s.House.Firm, offer.Secret{1}}, {asGuest, id.Circle(s.ids["buyer"]), offer.Secret{2}}}
	for _, side := range sides {
		e, err := offer.Seal(id.Round(s.ids["round"]), side.party, side.secret, offer.Terms{Amount: 4_250_000, Priced: true, Words: "CANARI"})
		s.must(err)
		body := `{"sealed":"` + base64.StdEncoding.EncodeToString(e.Sealed) + `","commitment":"` + hex.EncodeToString(e.Commitment[:]) + `","mark":"` + hex.EncodeToString(e.Mark[:]) + `"}`
		side.as("POST", "/spaces/{space}/offers/{round}/put", body).is(200)
		hash := sha256.Sum256(e.Sealed)
		for _, other := range sides {
			told := other.as("GET", "/spaces/{space}/offers/{round}", "")
			if told.is(200); !strings.Contains(string(told.raw), hex.EncodeToString(e.Commitment[:])) || !strings.Contains(string(told.raw), hex.EncodeToString(hash[:])) || strings.Contains(string(told.raw), "CANARI") || strings.Contains(string(told.raw), "4250000") {
				t.Errorf("told: %s", told.raw)
			}
		}
	}
	sides[1].as("POST", "/spaces/{space}/offers/{round}/withdraw", "").is(409)
	sides[1].as("POST", "/spaces/{space}/offers/{round}/unlock", `{"key":"`+sides[0].secret.String()+`"}`).is(422)
	if got := sides[0].as("POST", "/spaces/{space}/offers/{round}/unlock", `{"key":"`+sides[0].secret.String()+`"}`).is(200)["state"]; got != "locked" {
		t.Errorf("with one secret: %s", got)
	}
	sides[1].as("POST", "/spaces/{space}/offers/{round}/unlock", `{"key":"`+sides[1].secret.String()+`"}`).is(200)
	for _, side := range sides {
		if _, err := offer.Verify(side.as("GET", "/spaces/{space}/offers/{round}/file", "").raw, ""); err != nil {
			t.Error(err)
		}
		told := side.as("GET", "/spaces/{space}/offers", "")
		if all := told.is(200)["rounds"].([]any)[0].(map[string]any); all["state"] != "opened" {
			t.Errorf("with both secrets: %s", all["state"])
		}
		for _, text := range []string{`"amount_cents":4250000`, `"words":"CANARI"`} {
			if n := strings.Count(string(told.raw), text); n != 2 {
				t.Errorf("%s is told %d times: %s", text, n, told.raw)
			}
		}
	}
}
