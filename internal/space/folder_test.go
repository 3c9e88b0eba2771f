package space_test

import (
	"slices"
	"strings"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// trails are the folders of a tray as one line each, in their order.
func (h house) trails(by authz.Actor, of id.Space, tray space.Tray) (out []string) {
	h.T.Helper()
	room := h.show(by, of)
	for _, f := range room.Folders {
		if f.Tray == tray {
			out = append(out, space.Trail(f.ID, room.Folders))
		}
	}
	return out
}

func TestFolders(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		of := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, of, authz.Client, "Mme Petit")
		add := func(tray space.Tray, parent id.Folder, name string) (space.Folder, error) {
			return h.spaces.AddFolder(t.Context(), h.Lead, space.NewFolder{Space: of, Tray: tray, Parent: parent, Name: name})
		}
		year, err := add(space.SharedTray, "", "2026")
		h.Must(err)
		month, err := add(space.SharedTray, year.ID, "E\u0301te\u0301") // as macOS writes it
		h.Must(err)
		other, err := add(space.SharedTray, "", "Autre")
		h.Must(err)
		if got := h.trails(h.Lead, of, space.SharedTray); !slices.Equal(got, []string{"2026", "2026 › Été", "Autre"}) {
			t.Errorf("the tray has %q", got)
		}
		for name, err := range map[string]error{
			"again":   second(add(space.SharedTray, year.ID, "Été")),
			"unnamed": second(add(space.SharedTray, "", "\u200b")),
			"foreign": second(add(space.FirmTray, year.ID, "x")),
			"no tray": second(add("", "", "x")),
			"circle":  h.spaces.MoveFolder(t.Context(), h.Lead, year.ID, month.ID, "2026"),
			"itself":  h.spaces.MoveFolder(t.Context(), h.Lead, year.ID, year.ID, "2026"),
			"onto":    h.spaces.MoveFolder(t.Context(), h.Lead, other.ID, "", "2026"),
			"full":    h.spaces.RemoveFolder(t.Context(), h.Lead, year.ID, nobody),
		} {
			if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, err := range map[string]error{
			"move":   h.spaces.MoveFolder(t.Context(), client, year.ID, "", "x"),
			"remove": h.spaces.RemoveFolder(t.Context(), client, month.ID, nobody),
			"choose": h.spaces.SetFolderAudience(t.Context(), client, year.ID, nil),
			"ask":    second(h.spaces.FolderAudience(t.Context(), client, year.ID)),
			"add":    second(h.spaces.AddFolder(t.Context(), client, space.NewFolder{Space: of, Tray: space.ClientTray, Name: "x"})),
		} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("a client, %s: %v", name, err)
			}
		}
		h.Must(h.spaces.MoveFolder(t.Context(), h.Lead, month.ID, other.ID, "Hiver"))
		h.Must(h.spaces.RemoveFolder(t.Context(), h.Lead, year.ID, nobody))
		if got := h.trails(h.Lead, of, space.SharedTray); !slices.Equal(got, []string{"Autre", "Autre › Hiver"}) {
			t.Errorf("the tray has %q", got)
		}
		if got := h.Kinds(h.Lead); got["folder.added"] != 3 || got["folder.moved"] != 1 || got["folder.removed"] != 1 {
			t.Errorf("the journal has %v", got)
		}
	})
}

func nobody(*act.Act, id.Space, space.Folder) error { return nil }

func TestFoldersAreBounded(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		of := h.Space(h.Lead, "Petit")
		parent, depth := id.Folder(""), 0
		for {
			f, err := h.spaces.AddFolder(t.Context(), h.Lead, space.NewFolder{Space: of, Tray: space.FirmTray, Parent: parent, Name: strings.Repeat("é", 200)})
			if fault.Is(err, fault.Conflict) {
				break
			}
			h.Must(err)
			parent = f.ID
			if depth++; depth > 40 {
				t.Fatal("folders hold each other without end")
			}
		}
		if depth < 10 {
			t.Errorf("only %d levels", depth)
		}
	})
}

var (
	forgeFolder = store.ForFirm(`update folder_circle set circle_id = $3 where firm_id = $1 and folder_id = $2`)
	loopFolder  = store.ForFirm(`update folder set parent_id = $2 where firm_id = $1 and id = $2`)
)

// TestCRY03_FolderTampered: who writes into the database chooses no recipient,
// and a folder that holds itself ends no list.
func TestCRY03_FolderTampered(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		of := h.Space(h.Lead, "Petit")
		house := h.Circles(h.Lead, of)
		all := h.show(h.Lead, of).Folders
		h.Must(h.spaces.SetFolderAudience(t.Context(), h.Lead, all[0].ID, []id.Circle{house.Firm}))
		got, err := h.spaces.FolderAudience(t.Context(), h.Lead, all[0].ID)
		h.Must(err)
		if !slices.Equal(got.Circles, []id.Circle{house.Firm}) {
			t.Errorf("chosen: %v", got.Circles)
		}
		if err := h.spaces.SetFolderAudience(t.Context(), h.Lead, all[0].ID, []id.Circle{"unknown"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an unknown circle: %v", err)
		}
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
			if err := a.Write(loopFolder, all[1].ID); err != nil {
				return err
			}
			return a.Write(forgeFolder, all[0].ID, house.Client)
		}))
		if _, err := h.spaces.FolderAudience(t.Context(), h.Lead, all[0].ID); err == nil {
			t.Error("a circle written from outside is believed")
		}
		if n := len(h.show(h.Lead, of).Folders); n != len(all)-1 {
			t.Errorf("%d folders of %d are listed", n, len(all))
		}
	})
}
