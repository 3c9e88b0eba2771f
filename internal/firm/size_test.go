package firm_test

import (
	"slices"
	"strings"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/store"
)

var copySizes = store.ForFirm(`select data from message_size where firm_id = $1`)

// The sizes of a firm's messages are its administrator's to choose; what cannot be kept is refused by its field; nothing of them lies in the clear.
func TestSizes(t *testing.T) {
	each(t, func(w *world) {
		none, err := w.firms.Sizes(w.Context(), w.by)
		w.must(err)
		if len(none) != 0 {
			w.Errorf("sizes that nobody chose: %+v", none)
		}
		w.must(w.firms.ChooseSizes(w.Context(), w.by, []firm.Size{{Name: " Messagerie CANARI ", Megabytes: 18}, {Name: "Tribunal", Megabytes: firm.MaxMegabytes}}))
		lawyer, client := w.by, w.by
		lawyer.Role, client.Role = authz.Lawyer, authz.Outsider
		got, err := w.firms.Sizes(w.Context(), w.by)
		w.must(err)
		want := []firm.Size{{Name: "Messagerie CANARI", Megabytes: 18}, {Name: "Tribunal", Megabytes: 1000}}
		if !slices.Equal(got, want) || got[0].Bytes() != 18_000_000 {
			w.Errorf("%+v", got)
		}
		if _, err := w.firms.Sizes(w.Context(), client); !fault.Is(err, fault.NotFound) {
			w.Errorf("somebody from outside reads them: %v", err)
		}
		if _, err := w.firms.Sizes(w.Context(), lawyer); !fault.Is(err, fault.Forbidden) {
			w.Errorf("a lawyer sees what she may not choose: %v", err)
		}
		if err := w.firms.ChooseSizes(w.Context(), lawyer, want); !fault.Is(err, fault.Forbidden) {
			w.Errorf("a lawyer chooses them: %v", err)
		}
		for field, change := range map[string]firm.Size{
			"name-1": {Name: "messagerie Canari", Megabytes: 4}, "megabytes-1": {Name: "Autre", Megabytes: firm.MaxMegabytes + 1},
			"size_name_missing": {Name: " ", Megabytes: 4}, "size_megabytes": {Name: "Autre"},
			"size_name_long": {Name: strings.Repeat("é", firm.MaxSizeName+1), Megabytes: 4},
		} {
			err := w.firms.ChooseSizes(w.Context(), w.by, []firm.Size{want[0], change})
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), field) {
				w.Errorf("%+v: %v", change, err)
			}
		}
		if err := w.firms.ChooseSizes(w.Context(), w.by, make([]firm.Size, firm.MaxSizes+1)); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "sizes") {
			w.Errorf("too many: %v", err)
		}
		w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) error {
			var data []byte
			if err := a.Row(copySizes, nil, &data); err != nil {
				return err
			}
			if strings.Contains(string(data), "CANARI") {
				w.Error("a name lies in the clear")
			}
			return nil
		}))
		w.must(w.firms.ChooseSizes(w.Context(), w.by, nil))
		if got, err = w.firms.Sizes(w.Context(), w.by); err != nil || len(got) != 0 {
			w.Errorf("removed: %+v, %v", got, err)
		}
	})
}
