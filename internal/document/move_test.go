package document_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

func TestShown(t *testing.T) {
	for _, c := range []struct{ title, file, want string }{
		{"Convention.pdf", "x.docx", "Convention.pdf"},
		{"Convention", "convention v3.DOCX", "Convention.DOCX"},
		{"M. Petit", "scan.pdf", "M. Petit.pdf"},
		{"pièce n.1", "scan.7z", "pièce n.1.7z"},
		{"README", "README", "README"},
		{"archive.tar.gz", "archive.tar.gz", "archive.tar.gz"},
		{".htaccess", ".htaccess", ".htaccess"},
		{"..", "", "document"}, {".", "", "document"}, {"", "", "document"},
		{"a/b : c ?.pdf", "", "a_b _ c _.pdf"},
		{`..\..\x.exe`, "", ".._.._x.exe"},
		{"CON", "con.txt", "_CON.txt"},
	} {
		if got := document.Shown(c.title, c.file); got != c.want {
			t.Errorf("%q of %q is shown as %q, want %q", c.title, c.file, got, c.want)
		}
	}
}

// TestUPL01_ShownIsStable: a hostile name is one harmless path element, and
// asking for what was shown finds the same.
func TestUPL01_ShownIsStable(t *testing.T) {
	raw, err := os.ReadFile("../fold/testdata/hostile.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		name, err := strconv.Unquote(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		got := document.Shown(name, name)
		if got == "" || got == "." || got == ".." || strings.ContainsAny(got, "/\\\x00\r\n") || !utf8.ValidString(got) {
			t.Errorf("%q is shown as %q", name, got)
		}
		if again := document.Shown(got, got); again != got {
			t.Errorf("%q is shown as %q and then as %q", name, got, again)
		}
	}
}

// shelf lists the names a drive has in one place.
func shelf(h *documenttest.House, by authz.Actor, at document.Shelf) (names []string) {
	h.T.Helper()
	h.Must(h.Office.See(h.T.Context(), by.Firm, func(a *act.Act) error {
		f, err := circle.Enter(a, by, at.Space, authz.SpaceSee)
		if err != nil {
			return err
		}
		found, err := document.Entries(a, by, f, at)
		for _, e := range found {
			names = append(names, e.Name)
			named, err := document.EntriesNamed(a, by, f, at, e.Name)
			if err != nil || !slices.Contains(named, e) {
				h.T.Errorf("%q is listed and not found by its name: %v, %v", e.Name, named, err)
			}
		}
		return err
	}))
	return names
}

func TestMove(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		doc := h.File(h.Lead, in, "Projet.docx", []byte("a")).Document
		hers := h.Deposit(client, in, "Livret.pdf", []byte("b")).Document
		folder := firstFolder(h, in)
		tray := document.Shelf{Space: in, Tray: space.FirmTray}
		inside := document.Shelf{Space: in, Tray: space.FirmTray, Folder: folder}

		h.Must(h.Documents.Move(t.Context(), h.Lead, document.Move{Item: doc, Tray: space.FirmTray, Folder: folder, Title: "Convention"}))
		if got := shelf(h, h.Lead, inside); !slices.Equal(got, []string{"Convention.docx"}) {
			t.Errorf("the folder has %q", got)
		}
		if got := shelf(h, h.Lead, tray); len(got) != 0 {
			t.Errorf("the tray itself has %q", got)
		}
		h.Upload(h.Lead, document.BeginUpload{Space: in, Replaces: doc, Name: "signée.pdf"}, []byte("c"))
		if got := shelf(h, h.Lead, inside); !slices.Equal(got, []string{"Convention.pdf"}) {
			t.Errorf("after a new version of another kind the folder has %q", got)
		}
		h.Must(h.Documents.Move(t.Context(), h.Lead, document.Move{Item: doc, Tray: space.SharedTray}))
		h.Must(h.Documents.Move(t.Context(), h.Lead, document.Move{Item: doc, Tray: space.SharedTray})) // nothing to do
		for move, kind := range map[document.Move]fault.Kind{
			{Item: doc, Tray: space.ClientTray}:                                                 fault.Forbidden,
			{Item: hers, Tray: space.FirmTray}:                                                  fault.Forbidden,
			{Item: doc, Tray: "inconnu"}:                                                        fault.Invalid,
			{Item: doc, Tray: space.SharedTray, Folder: folder}:                                 fault.Invalid,
			{Item: id.New[id.Item](h.Clock.Now()), Tray: space.FirmTray}:                        fault.NotFound,
			{Item: doc, Tray: space.FirmTray, Folder: id.Folder("0000")}:                        fault.Invalid,
			{Item: doc, Tray: space.FirmTray, Folder: firstFolder(h, h.Space(h.Lead, "Autre"))}: fault.Invalid,
		} {
			if err := h.Documents.Move(t.Context(), h.Lead, move); !fault.Is(err, kind) {
				t.Errorf("%+v: %v", move, err)
			}
		}
		if err := h.Documents.Move(t.Context(), client, document.Move{Item: hers, Tray: space.ClientTray, Title: "x"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a client renames what she deposited: %v", err)
		}
		if got := h.Kinds(h.Lead); got["document.moved"] != 2 || got["document.renamed"] != 1 {
			t.Errorf("the journal has %v", got)
		}
	})
}

func firstFolder(h *documenttest.House, in id.Space) (f id.Folder) {
	h.T.Helper()
	h.Must(h.Office.See(h.T.Context(), h.Lead.Firm, func(a *act.Act) error {
		all, err := space.Folders(a, in)
		f = all[0].ID
		return err
	}))
	return f
}

// TestFolderAudience: a document filed into a folder without a choice goes
// where the folder says; an explicit choice stands.
func TestFolderAudience(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		folder, house := firstFolder(h, in), h.Circles(h.Lead, in)
		into := document.BeginUpload{Space: in, Tray: space.FirmTray, Folder: folder, Name: "a.pdf"}
		at := document.Shelf{Space: in, Tray: space.FirmTray, Folder: folder}
		h.Upload(h.Lead, into, []byte("before"))
		if got := shelf(h, client, at); len(got) != 0 {
			t.Errorf("before anything was chosen the client sees %q", got)
		}
		spaces := space.NewService(h.Office, nil)
		h.Must(spaces.SetFolderAudience(t.Context(), h.Lead, folder, []id.Circle{house.Client}))
		into.Name = "b.pdf"
		h.Upload(h.Lead, into, []byte("after"))
		into.Name, into.Circles = "c.pdf", []id.Circle{house.Firm}
		h.Upload(h.Lead, into, []byte("chosen"))
		if got := shelf(h, client, at); !slices.Equal(got, []string{"b.pdf"}) {
			t.Errorf("the client sees %q", got)
		}
		into.Name, into.Circles = "d.pdf", nil
		h.Must(spaces.SetFolderAudience(t.Context(), h.Lead, folder, nil))
		h.Upload(h.Lead, into, []byte("ended"))
		if got := shelf(h, client, at); !slices.Equal(got, []string{"b.pdf"}) {
			t.Errorf("after the end the client sees %q", got)
		}
	})
}
