package lifecycle_test

import (
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
)

// TestWalls: a lawyer of the space alone keeps somebody out and knows of it; the
// firm's journal has both gestures, and the one kept out cannot be added.
func TestWalls(t *testing.T) {
	each(t, func(w *world) {
		paul := w.colleague("Paul Leroy", "paul@delmas.example", authz.Lawyer)
		ines := w.colleague("Inès Roux", "ines@delmas.example", authz.FirmAssistant)
		nora := w.colleague("Nora Blanc", "nora@delmas.example", authz.Lawyer)
		form := w.form("Claire Petit", "claire.petit@exemple.fr")
		form.Colleagues = []id.Person{paul.Person, ines.Person}
		sp, err := w.life.OpenSpace(w.Context(), w.lawyer, form)
		w.must(err)
		client := authz.Actor{Person: w.find("claire.petit@exemple.fr").ID, Firm: w.firm, Role: authz.Outsider, Via: authz.ViaLink, Scope: sp.ID}
		raise := func(by authz.Actor, p id.Person, until, reason string) error {
			return w.life.RaiseWall(w.Context(), by, lifecycle.NewWall{Space: sp.ID, Person: p, Until: until, Reason: reason})
		}
		for name, tt := range map[string]struct {
			err   error
			kind  fault.Kind
			field string
		}{
			"an assistant":       {raise(ines, client.Person, "", "Conflit"), fault.Forbidden, ""},
			"the client":         {raise(client, ines.Person, "", "Conflit"), fault.Forbidden, ""},
			"a lawyer elsewhere": {raise(nora, client.Person, "", "Conflit"), fault.NotFound, ""},
			"herself":            {raise(paul, paul.Person, "", "Conflit"), fault.Invalid, "person"},
			"nobody":             {raise(paul, id.New[id.Person](w.clock.Now()), "", "Conflit"), fault.Invalid, "person"},
			"the lead":           {raise(paul, w.lawyer.Person, "", "Conflit"), fault.Conflict, "person"},
			"without a reason":   {raise(paul, client.Person, "", "  "), fault.Invalid, "reason"},
			"too long":           {raise(paul, client.Person, "", strings.Repeat("é", 501)), fault.Invalid, "reason"},
			"a day that is none": {raise(paul, client.Person, "demain", "Conflit"), fault.Invalid, "until"},
			"a day that is past": {raise(paul, client.Person, "2020-01-01", "Conflit"), fault.Invalid, "until"},
		} {
			if fault.KindOf(tt.err) != tt.kind || tt.field != "" && !strings.Contains(tt.err.Error(), "("+tt.field+")") {
				w.Errorf("%s: %v", name, tt.err)
			}
		}
		w.must(raise(paul, nora.Person, "", "Épouse de l’adversaire"))
		w.clock.Advance(time.Minute)
		w.must(raise(w.lawyer, client.Person, "2099-12-31", "Mandat contesté"))
		for _, err := range []error{
			w.life.AddColleague(w.Context(), w.lawyer, sp.ID, nora.Person),
			second(w.life.AddGuest(w.Context(), ines, sp.ID, lifecycle.Guest{Name: "Claire Petit", Email: "claire.petit@exemple.fr", Role: authz.Client, Language: "fr"})),
		} {
			if !fault.Is(err, fault.Conflict) {
				w.Errorf("added behind a wall: %v", err)
			}
		}
		all, err := w.life.Walls(w.Context(), paul, sp.ID)
		w.must(err)
		if len(all) != 2 || all[0].Name != "Nora Blanc" || all[0].ByName != "Paul Leroy" || all[0].Reason != "Épouse de l’adversaire" || all[1].Name != "Claire Petit" || all[1].Over {
			w.Errorf("%+v", all)
		}
		if _, err := w.life.Walls(w.Context(), ines, sp.ID); !fault.Is(err, fault.Forbidden) {
			w.Errorf("an assistant reads why: %v", err)
		}
		if err := w.life.LiftWall(w.Context(), ines, sp.ID, nora.Person); !fault.Is(err, fault.Forbidden) {
			w.Errorf("an assistant lifts it: %v", err)
		}
		stale := paul
		stale.Stale = true
		if err := w.life.LiftWall(w.Context(), stale, sp.ID, nora.Person); !authz.Stale(err) {
			w.Errorf("without showing again who he is: %v", err)
		}
		w.must(w.life.LiftWall(w.Context(), paul, sp.ID, nora.Person))
		w.must(w.life.AddColleague(w.Context(), w.lawyer, sp.ID, nora.Person))
		if raised, lifted := w.count(countEntries, "wall.raised"), w.count(countEntries, "wall.lifted"); raised != 2 || lifted != 1 {
			w.Errorf("the journal has %d and %d", raised, lifted)
		}
	})
}

func second[T any](_ T, err error) error { return err }
