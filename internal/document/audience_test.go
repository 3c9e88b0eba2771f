package document_test

import (
	"context"
	"errors"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

func TestAudience(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		c := h.Circles(h.Lead, in)
		other := h.Circles(h.Lead, h.Space(h.Lead, "Martin"))
		for name, want := range map[string]struct {
			chosen, circles []id.Circle
			kind            fault.Kind
		}{
			"none":    {nil, []id.Circle{c.Firm}, 0},
			"client":  {[]id.Circle{c.Client}, []id.Circle{c.Client, c.Firm}, 0},
			"all":     {[]id.Circle{c.All}, []id.Circle{c.All}, 0},
			"twice":   {[]id.Circle{c.Firm, c.Firm}, []id.Circle{c.Firm}, 0},
			"foreign": {[]id.Circle{other.Client}, nil, fault.Invalid},
		} {
			u, err := h.Documents.Begin(t.Context(), h.Lead, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: name, Circles: want.chosen})
			if want.kind != 0 {
				if !fault.Is(err, want.kind) {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			h.Must(err)
			wantCircles(t, h, u.Document, want.circles)
		}
		u := h.Deposit(client, in, "photo.jpg", []byte("x"))
		wantCircles(t, h, u.Document, []id.Circle{c.Firm, c.Client})
		_, err := h.Documents.Begin(t.Context(), client, document.BeginUpload{Space: in, Tray: space.ClientTray, Name: "a", Circles: []id.Circle{c.All}})
		h.Must(err) // what she chose does not matter
	})
}

func wantCircles(t *testing.T, h *documenttest.House, of id.Item, want []id.Circle) {
	t.Helper()
	d, err := h.Documents.Show(t.Context(), h.Lead, of)
	h.Must(err)
	got := map[id.Circle]bool{}
	for _, to := range d.Audience {
		got[to.Circle] = true
	}
	if len(got) != len(want) {
		t.Errorf("%s went to %v, want %v", d.Title, d.Audience, want)
	}
	for _, c := range want {
		if !got[c] {
			t.Errorf("%s did not go to %s", d.Title, c)
		}
	}
}

var foldersOf = store.ForFirm(`select id, tray from folder where firm_id = $1 and space_id = $2 order by position`)

func TestFolder(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		folders := map[space.Tray]id.Folder{}
		h.Must(h.Office.See(t.Context(), h.Lead.Firm, func(a *act.Act) error {
			_, err := circle.Enter(a, h.Lead, in, authz.SpaceSee)
			return errors.Join(err, a.Each(foldersOf, []any{in}, func(scan func(...any) error) error {
				var f id.Folder
				var tray space.Tray
				err := scan(&f, &tray)
				folders[tray] = f
				return err
			}))
		}))
		for tray, want := range map[space.Tray]bool{space.FirmTray: true, space.ClientTray: false} {
			_, err := h.Documents.Begin(context.Background(), h.Lead, document.BeginUpload{Space: in, Tray: space.FirmTray, Folder: folders[tray], Name: "a"})
			if (err == nil) != want {
				t.Errorf("a folder of tray %s: %v", tray, err)
			}
		}
		list, err := h.Documents.List(t.Context(), h.Lead, document.ListQuery{Space: in, Tray: space.FirmTray, Folder: folders[space.FirmTray]})
		if err != nil || len(list) != 1 || list[0].Folder != folders[space.FirmTray] {
			t.Errorf("%v, %v", list, err)
		}
	})
}
