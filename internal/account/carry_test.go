package account

import (
	"slices"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
)

// People who come with a firm are themselves, without password; nobody is taken
// for somebody else, and a refusal changes nothing.
func TestAdopt(t *testing.T) {
	each(t, func(w *world) {
		now := w.clock.Now()
		firm := id.New[id.Firm](now)
		claire := Carried{id.New[id.Person](now), "claire@exemple.fr", i18n.English, 3, now, now}
		guest := Carried{id.New[id.Person](now), "guest@exemple.fr", i18n.French, 0, now, time.Time{}}
		resident := w.person("marc@exemple.fr")
		row := Carried{resident, "marc@exemple.fr", i18n.French, 5, now, now}
		shell := w.stranger("inès@exemple.fr")
		for name, c := range map[string]Carried{
			"another identity": {id.New[id.Person](now), "marc@exemple.fr", i18n.French, 0, now, now},
			"another mailbox":  {resident, "elsewhere@exemple.fr", i18n.French, 0, now, now},
		} {
			people := []Carried{claire, c}
			w.wants(w.Adoptable(w.Context(), firm, people), fault.Conflict, "account.other_identity")
			w.wants(w.Adopt(w.Context(), firm, people), fault.Conflict, "account.other_identity")
			if _, err := w.Person(w.Context(), claire.ID); !fault.Is(err, fault.NotFound) {
				w.Errorf("%s: half of it came, %v", name, err)
			}
		}
		for _, c := range []Carried{{ID: claire.ID, Email: "Claire@Exemple.fr"}, {ID: claire.ID, Email: "nobody"}, {ID: claire.ID, Email: claire.Email, Era: -1}} {
			w.wants(w.Adopt(w.Context(), firm, []Carried{c}), fault.Invalid, "account.carried")
		}
		ines := Carried{id.New[id.Person](now), "inès@exemple.fr", i18n.French, 0, now, now}
		p, err := w.Person(w.Context(), shell)
		w.must(err)
		ines.Email = p.Email
		people := []Carried{claire, guest, row, ines}
		w.must(w.Adoptable(w.Context(), firm, people))
		w.must(w.Adopt(w.Context(), firm, people))
		w.wants(w.Adopt(w.Context(), firm, people), fault.Conflict, "account.firm_known")
		if got, err := w.Person(w.Context(), claire.ID); err != nil || got.Password || got.Proven || got.Language != i18n.English || got.Email != claire.Email {
			w.Errorf("she came as %+v, %v", got, err)
		}
		if got, err := w.Find(w.Context(), ines.Email); err != nil || got.ID != ines.ID {
			w.Errorf("in the place of a shell: %+v, %v", got, err)
		}
		if got, err := w.Person(w.Context(), resident); err != nil || !got.Password {
			w.Errorf("who was here is %+v, %v", got, err)
		}
		for _, c := range []Carried{claire, row, ines} {
			if firms, err := w.Firms(w.Context(), c.ID); err != nil || !slices.Contains(firms, firm) {
				w.Errorf("her firms are %v, %v", firms, err)
			}
		}
		if tied, err := w.Affiliated(w.Context(), guest.ID, firm); err != nil || tied {
			w.Errorf("a tie that was not there: %v, %v", tied, err)
		}
		if era, err := w.Era(w.Context(), claire.ID, firm); err != nil || era != 3 {
			w.Errorf("her tokens are of era %d, %v", era, err)
		}
		if era, err := w.Era(w.Context(), resident, firm); err != nil || era != 6 {
			w.Errorf("tokens of two eras are of era %d, %v", era, err)
		}
		back, err := w.Carry(w.Context(), firm, []id.Person{guest.ID, id.New[id.Person](now)})
		w.must(err)
		if len(back) != 4 || !slices.ContainsFunc(back, func(c Carried) bool { return c == guest }) {
			w.Errorf("they leave as %+v", back)
		}
		w.must(w.CloseFirm(w.Context(), firm))
		w.must(w.CloseFirm(w.Context(), firm))
		if tied, err := w.Affiliated(w.Context(), claire.ID, firm); err != nil || tied {
			w.Errorf("a closed firm is entered: %v, %v", tied, err)
		}
		w.wants(w.CloseFirm(w.Context(), id.New[id.Firm](now)), fault.NotFound, "fault.absent")
	})
}
