package firm_test

import (
	"errors"
	"strings"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

var turnPlate = store.ForFirm(`update firm_plate set open = 1 - open where firm_id = $1`)

// What stands at the door is the administrator's to say; what cannot be read there is
// refused by its field; opening it behind her back is found.
func TestPlate(t *testing.T) {
	each(t, func(w *world) {
		none, err := w.firms.Plate(w.Context(), w.by)
		w.must(err)
		if none != (firm.Plate{}) {
			w.Errorf("a plate that nobody hung: %+v", none)
		}
		good := firm.Plate{Open: true, Accent: " #7A1F3D ", Notice: "Cabinet Delmas\r\n12 rue des Lices", Mediator: "Médiateur de la consommation de la profession d’avocat"}
		w.must(w.firms.Hang(w.Context(), w.by, good))
		got, err := w.firms.Plate(w.Context(), w.by)
		w.must(err)
		if got.Accent != "#7a1f3d" || got.Notice != "Cabinet Delmas\n12 rue des Lices" || !got.Open {
			w.Errorf("%+v", got)
		}
		for want, change := range map[string]func(*firm.Plate){
			"accent_bad": func(p *firm.Plate) { p.Accent = "red" }, "accent_light": func(p *firm.Plate) { p.Accent = "#5a8f00" },
			"notice_missing": func(p *firm.Plate) { p.Notice = " " }, "mediator_missing": func(p *firm.Plate) { p.Mediator = "" },
			"plate_long": func(p *firm.Plate) { p.Notice = strings.Repeat("é", firm.MaxPlate+1) },
		} {
			p := good
			change(&p)
			if err := w.firms.Hang(w.Context(), w.by, p); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
				w.Errorf("%s: %v", want, err)
			}
		}
		lawyer := w.by
		lawyer.Role = authz.Lawyer
		if err := w.firms.Hang(w.Context(), lawyer, good); !fault.Is(err, fault.Forbidden) {
			w.Errorf("a lawyer hangs it: %v", err)
		}
		w.must(w.firms.Hang(w.Context(), w.by, firm.Plate{})) // closed, it needs no texts
		spoilt := errors.New("spoilt")
		err = w.office.Keep(w.Context(), w.firm, func(a *act.Act) error {
			if err := a.Write(turnPlate); err != nil {
				return err
			}
			if _, err := firm.PlateOf(a); !errors.Is(err, vault.ErrTampered) {
				w.Errorf("opened by hand: %v", err)
			}
			return spoilt
		})
		if !errors.Is(err, spoilt) {
			w.Error(err)
		}
	})
}
