package drive_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/document"
	"cenacle/internal/drive"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

var (
	stages = []blob.Stage{blob.Incoming, blob.Finished}

	lockedPlace = store.ForFirm(`select place from drive_lock where firm_id = $1`)

	everything = []store.FirmStmt{
		store.ForFirm(`select place, plan, body from drive_scratch where firm_id = $1`),
		store.ForFirm(`select owner, owner, owner from drive_lock where firm_id = $1`),
	}
)

// TestTree: each sees her spaces, in them the three trays from her side, in
// them what she may see and nothing else.
func TestTree(t *testing.T) {
	each(t, func(w *world) {
		w.lists(w.Lead, []string{"M. Autre/", "Mme Petit/"})
		w.lists(w.colleague, []string{"Mme Petit/"})
		w.lists(w.stranger, []string{"M. Autre/"})
		w.lists(w.Lead, []string{clients + "/", firms + "/", shared + "/"}, sp)
		w.lists(w.client, []string{firms + "/", hers + "/", shared + "/"}, sp)
		w.lists(w.stranger, []string{"(not found)"}, sp)
		w.lists(w.stranger, []string{"(not found)"}, sp, firms)
		house := w.Circles(w.Lead, w.space)
		folder := w.folder(space.FirmTray)
		w.Upload(w.Lead, document.BeginUpload{Space: w.space, Tray: space.FirmTray, Folder: folder.ID, Name: "Projet.docx"}, []byte("secret"))
		w.lists(w.client, []string{}, sp, firms) // not even the folder
		w.lists(w.client, []string{"(not found)"}, sp, firms, folder.Name)
		if got := w.read(w.client, sp, firms, folder.Name, "Projet.docx"); got != "(not found)" {
			t.Errorf("the client reads %q", got)
		}
		w.Upload(w.Lead, document.BeginUpload{Space: w.space, Tray: space.FirmTray, Folder: folder.ID, Name: "Convention.pdf", Circles: []id.Circle{house.Client}}, []byte("for her"))
		w.lists(w.client, []string{folder.Name + "/"}, sp, firms)
		w.lists(w.client, []string{"Convention.pdf"}, sp, firms, folder.Name)
		w.lists(w.Lead, []string{"Convention.pdf", "Projet.docx"}, sp, firms, folder.Name)
		if got := w.read(w.client, sp, firms, folder.Name, "Convention.pdf"); got != "for her" {
			t.Errorf("the client reads %q", got)
		}
		if got := w.read(w.Lead, sp, "Documents from the firm", folder.Name, "Projet.docx"); got != "secret" {
			t.Errorf("by the English name of the tray: %q", got)
		}
	})
}

// folder is the first one of a tray.
func (w *world) folder(tray space.Tray) space.Folder {
	w.t.Helper()
	room, err := w.spaces.Show(w.t.Context(), w.Lead, w.space)
	w.Must(err)
	return room.Folders[slices.IndexFunc(room.Folders, func(f space.Folder) bool { return f.Tray == tray })]
}

// TestSameNames: what has the same name gets a number, the same for listing and
// finding, and by what each sees.
func TestSameNames(t *testing.T) {
	each(t, func(w *world) {
		house := w.Circles(w.Lead, w.space)
		for i, circles := range [][]id.Circle{nil, {house.Client}, nil} {
			w.File(w.Lead, w.space, "Note.pdf", []byte{'0' + byte(i)}, circles...)
		}
		w.File(w.Lead, w.space, "Note (2).pdf", []byte("its own"))
		folder, err := w.spaces.AddFolder(t.Context(), w.Lead, space.NewFolder{Space: w.space, Tray: space.FirmTray, Name: "2026"})
		w.Must(err)
		w.File(w.Lead, w.space, folder.Name, []byte("a file called like a folder"))
		all := w.names(w.Lead, sp, firms)
		for name, text := range map[string]string{
			"Note.pdf": "0", "Note (2).pdf": "its own", "Note (3).pdf": "1", "Note (4).pdf": "2", "2026 (2)": "a file called like a folder",
		} {
			if got := w.read(w.Lead, sp, firms, name); got != text || !slices.Contains(all, name) {
				t.Errorf("%s is %q in %q", name, got, all)
			}
		}
		w.lists(w.client, []string{"Note.pdf"}, sp, firms)
		if got := w.read(w.client, sp, firms, "Note.pdf"); got != "1" {
			t.Errorf("the client's note is %q", got)
		}
		for range 3 { // spaces of one name
			w.Space(w.Lead, "Durand")
		}
		w.lists(w.Lead, []string{"Durand (2)/", "Durand (3)/", "Durand/", "M. Autre/", "Mme Petit/"})
		w.Must(w.spaces.Rename(t.Context(), w.Lead, w.space, "Dupont : Petit ?"))
		w.lists(w.Lead, []string{"(not found)"}, sp)
		w.lists(w.Lead, []string{clients + "/", firms + "/", shared + "/"}, "Dupont _ Petit _")
	})
}

// TestUnicode: composed and decomposed names are one file, as on macOS.
func TestUnicode(t *testing.T) {
	each(t, func(w *world) {
		nfd, nfc := "Pie\u0300ce jointe e\u0301.pdf", "Pièce jointe é.pdf"
		p, err := drive.Parse([]string{sp, firms, nfd})
		w.Must(err)
		w.put(w.Lead, "un", p...)
		if w.put(w.Lead, "deux", sp, firms, nfc) {
			t.Error("the composed name made another file")
		}
		if got := w.read(w.Lead, p...); got != "deux" {
			t.Errorf("the decomposed name reads %q", got)
		}
		w.lists(w.Lead, []string{nfc}, sp, firms)
		w.put(w.Lead, "x", sp, firms, "CASSE.pdf")
		w.put(w.Lead, "y", sp, firms, "casse.pdf")
		if a, b := w.read(w.Lead, sp, firms, "CASSE.pdf"), w.read(w.Lead, sp, firms, "casse.pdf"); a != "x" || b != "y" {
			t.Errorf("the case is lost: %q, %q", a, b)
		}
		w.put(w.Lead, "odd", sp, firms, `Facture : n°3 ?.pdf`)
		if got := w.read(w.Lead, sp, firms, "Facture _ n°3 _.pdf"); got != "odd" {
			t.Errorf("under its shown name: %q", got)
		}
		if w.put(w.Lead, "odd 2", sp, firms, `Facture : n°3 ?.pdf`) {
			t.Error("the name as given made another file")
		}
	})
}

// TestPut: adding is not sharing, writing over is a version, and each writes
// where she may.
func TestPut(t *testing.T) {
	each(t, func(w *world) {
		before := w.Kinds(w.Lead)
		if !w.put(w.Lead, "un", sp, firms, "Note.txt") || w.put(w.colleague, "deux", sp, firms, "Note.txt") {
			t.Error("made and made again")
		}
		d := w.document(w.Lead, "Note.txt")
		if len(d.Versions) != 2 || d.Versions[0].Reason != "essai" || d.Author != w.Lead.Person || d.Versions[0].Author != w.colleague.Person {
			t.Errorf("the document is %+v", d)
		}
		if house := w.Circles(w.Lead, w.space); len(d.Audience) != 1 || d.Audience[0].Circle != house.Firm {
			t.Errorf("it went to %v", d.Audience)
		}
		w.lists(w.client, []string{}, sp, firms)
		w.journals(before, map[string]int{"document.filed": 1, "document.replaced": 1})
		for _, r := range w.Journal(w.Lead) {
			if r.Kind == "document.filed" && r.Via != string(authz.ViaDrive) {
				t.Errorf("the journal says it came by %s", r.Via)
			}
		}
		for what, c := range map[string]struct {
			by   authz.Actor
			at   drive.Path
			kind fault.Kind
		}{
			"into the root":                  {w.Lead, path("a.txt"), fault.Forbidden},
			"into a space":                   {w.Lead, path(sp, "a.txt"), fault.Forbidden},
			"into no folder":                 {w.Lead, path(sp, firms, "nulle part", "a.txt"), fault.NotFound},
			"over a folder":                  {w.Lead, path(sp, firms), fault.Conflict},
			"a lawyer deposits":              {w.Lead, path(sp, clients, "a.txt"), fault.Forbidden},
			"a client files":                 {w.client, path(sp, firms, "a.txt"), fault.Forbidden},
			"a client exchanges":             {w.client, path(sp, shared, "a.txt"), fault.Forbidden},
			"a reader deposits":              {w.reader, path(sp, hers, "a.txt"), fault.Forbidden},
			"a stranger":                     {w.stranger, path(sp, firms, "a.txt"), fault.NotFound},
			"over one that she does not see": {w.client, path(sp, firms, "Note.txt"), fault.Forbidden},
		} {
			_, err := w.try(c.by, "x", c.at...)
			w.wants(what, err, c.kind)
		}
		if _, err := w.drives.Put(t.Context(), w.Lead, path(sp, firms, "gros"), drive.Incoming{Size: 5 << 20, Body: strings.NewReader("x")}); !fault.Is(err, fault.TooLarge) {
			t.Errorf("too large: %v", err)
		}
		if w.count("Note.txt") != 1 {
			t.Error("the list has changed")
		}
	})
}

// overtaken gives its bytes once another version has come.
type overtaken struct {
	io.Reader
	first func()
}

func (o *overtaken) Read(p []byte) (int, error) {
	if o.first != nil {
		o.first()
		o.first = nil
	}
	return o.Reader.Read(p)
}

// TestExact: a version made from another one does not replace a newer one.
func TestExact(t *testing.T) {
	each(t, func(w *world) {
		w.put(w.Lead, "un", sp, firms, "Note.txt")
		in := drive.Incoming{
			Size: 5, Body: &overtaken{strings.NewReader("trois"), func() { w.put(w.colleague, "deux", sp, firms, "Note.txt") }},
			Guard: drive.Guard{Exact: true, Check: func(*drive.Node) error { return nil }},
		}
		_, err := w.drives.Put(t.Context(), w.Lead, path(sp, firms, "Note.txt"), in)
		w.wants("overtaken", err, fault.Conflict)
		if got := w.read(w.Lead, sp, firms, "Note.txt"); got != "deux" {
			t.Errorf("it reads %q", got)
		}
		in.Body = strings.NewReader("trois")
		_, err = w.drives.Put(t.Context(), w.Lead, path(sp, firms, "Note.txt"), in)
		w.Must(err)
	})
}

// TestDeposit: what a client puts into her tray is deposited, and written over
// it is another document that takes the name.
func TestDeposit(t *testing.T) {
	each(t, func(w *world) {
		for _, text := range []string{"un", "deux", "trois"} {
			w.put(w.client, text, sp, hers, "Livret.pdf")
		}
		w.lists(w.Lead, []string{"Livret (1).pdf", "Livret (2).pdf", "Livret.pdf"}, append([]string{sp}, clients)...)
		if got := w.read(w.client, sp, hers, "Livret.pdf"); got != "trois" {
			t.Errorf("her file is %q", got)
		}
		if got := w.read(w.Lead, sp, clients, "Livret (1).pdf"); got != "un" {
			t.Errorf("her first is %q", got)
		}
		if w.Kinds(w.Lead)["document.deposited"] != 3 {
			t.Errorf("deposits: %v", w.Kinds(w.Lead))
		}
		open, err := w.Deposits.Open(t.Context(), w.client, w.space)
		w.Must(err)
		if len(open.Items) != 3 {
			t.Errorf("her deposit has %d documents", len(open.Items))
		}
		w.wants("a client deletes", w.remove(w.client, sp, hers, "Livret.pdf"), fault.Forbidden)
		w.wants("a client renames", w.move(w.client, path(sp, hers, "Livret.pdf"), path(sp, hers, "x.pdf")), fault.Forbidden)
		w.wants("a lawyer takes it away", w.move(w.Lead, path(sp, clients, "Livret.pdf"), path(sp, firms, "x.pdf")), fault.Forbidden)
	})
}

// TestFolderAudience: a folder that was told says to whom a file goes.
func TestFolderAudience(t *testing.T) {
	each(t, func(w *world) {
		folder := w.folder(space.FirmTray)
		w.Must(w.spaces.SetFolderAudience(t.Context(), w.Lead, folder.ID, []id.Circle{w.Circles(w.Lead, w.space).Client}))
		w.put(w.Lead, "for her", sp, firms, folder.Name, "Convention.pdf")
		w.lists(w.client, []string{"Convention.pdf"}, sp, firms, folder.Name)
	})
}

// TestEmpty: a file announced empty and then written is one document with one
// version; alone it is an empty document, a minute later.
func TestEmpty(t *testing.T) {
	each(t, func(w *world) {
		before := w.Kinds(w.Lead)
		if !w.put(w.Lead, "", sp, firms, "Contrat.docx") {
			t.Error("the empty file was not made")
		}
		w.lists(w.Lead, []string{"Contrat.docx"}, sp, firms)
		w.lists(w.colleague, []string{}, sp, firms)
		if got := w.read(w.Lead, sp, firms, "Contrat.docx"); got != "" {
			t.Errorf("it has %q", got)
		}
		w.put(w.Lead, "", sp, firms, "Contrat.docx")
		w.put(w.Lead, "le texte", sp, firms, "Contrat.docx")
		w.Clock.Advance(2 * time.Minute)
		w.settle()
		if d := w.document(w.Lead, "Contrat.docx"); len(d.Versions) != 1 || d.Current.Size != 8 {
			t.Errorf("the document is %+v", d)
		}
		w.put(w.Lead, "", sp, firms, "Contrat.docx") // as Windows does before it writes anew
		if got := w.read(w.Lead, sp, firms, "Contrat.docx"); got != "" {
			t.Errorf("announced anew it has %q", got)
		}
		if got := w.read(w.colleague, sp, firms, "Contrat.docx"); got != "le texte" {
			t.Errorf("to the others it has %q", got)
		}
		w.put(w.Lead, "le texte, encore", sp, firms, "Contrat.docx")
		w.Clock.Advance(2 * time.Minute)
		w.settle()
		if d := w.document(w.Lead, "Contrat.docx"); len(d.Versions) != 2 {
			t.Errorf("the document has %d versions", len(d.Versions))
		}
		w.journals(before, map[string]int{"document.filed": 1, "document.replaced": 1, "document.read": 1, "document.downloaded": 1})

		w.put(w.Lead, "", sp, firms, "Nouveau.txt")
		w.Must(w.move(w.Lead, path(sp, firms, "Nouveau.txt"), path(sp, firms, "Vide.txt"))) // as in Explorer
		w.Clock.Advance(2 * time.Minute)
		w.settle()
		if d := w.document(w.Lead, "Vide.txt"); len(d.Versions) != 1 || d.Current.Size != 0 {
			t.Errorf("the empty document is %+v", d)
		}
		w.lists(w.colleague, []string{"Contrat.docx", "Vide.txt"}, sp, firms)
		w.put(w.colleague, "", sp, firms, "Parti.txt")
		w.Leave(w.colleague, w.space)
		w.Clock.Advance(2 * time.Minute)
		w.settle()
		if w.count("Parti.txt") != 0 {
			t.Error("who has left files a document")
		}
	})
}

// TestScratchIsPrivate: what programs leave is one person's, in no journal,
// and gone after a day.
func TestScratchIsPrivate(t *testing.T) {
	each(t, func(w *world) {
		before := w.Kinds(w.Lead)
		large := strings.Repeat("x", 3<<20)
		for name, text := range map[string]string{"~$Contrat.docx": "verrou", ".DS_Store": "", "._Contrat.docx": "mac", "grand.tmp": large} {
			if !w.put(w.Lead, text, sp, firms, name) || w.put(w.Lead, text, sp, firms, name) {
				t.Errorf("%s was made otherwise", name)
			}
			if got := w.read(w.Lead, sp, firms, name); got != text {
				t.Errorf("%s has %d bytes", name, len(got))
			}
			if got := w.read(w.colleague, sp, firms, name); got != "(not found)" {
				t.Errorf("a colleague reads %d bytes of %s", len(got), name)
			}
		}
		w.put(w.Lead, "1", sp, ".DS_Store")
		w.lists(w.Lead, []string{"(not found)"}, "Thumbs.db")
		w.lists(w.colleague, []string{}, sp, firms)
		w.lists(w.Lead, []string{".DS_Store", "._Contrat.docx", "grand.tmp", "~$Contrat.docx"}, sp, firms)
		if n := w.blobs(); n != 1 {
			t.Errorf("%d blobs for one large file", n)
		}
		_, err := w.try(w.reader, "x", sp, firms, ".DS_Store")
		w.wants("who writes nothing leaves nothing", err, fault.Forbidden)
		_, err = w.try(w.Lead, "x", ".DS_Store")
		w.wants("at the top", err, fault.Forbidden)
		w.Must(w.remove(w.Lead, sp, firms, "~$Contrat.docx"))
		w.Must(w.move(w.Lead, path(sp, firms, "._Contrat.docx"), path(sp, firms, "._Autre.docx")))
		w.lists(w.Lead, []string{".DS_Store", "._Autre.docx", "grand.tmp"}, sp, firms)
		w.journals(before, map[string]int{})
		w.Clock.Advance(25 * time.Hour)
		w.Must(w.drives.Sweep(t.Context(), w.Lead.Firm))
		w.lists(w.Lead, []string{}, sp, firms)
		if n := w.blobs(); n != 0 {
			t.Errorf("%d blobs remain", n)
		}
	})
}

// blobs counts what lies in the storage.
func (w *world) blobs() (n int) {
	w.t.Helper()
	for _, stage := range stages {
		w.Must(w.Blobs.Each(w.t.Context(), w.Lead.Firm, stage, func(id.Blob) error { n++; return nil }))
	}
	return n
}

// TestFoldersOfPrograms: macOS saves through a folder of its own.
func TestFoldersOfPrograms(t *testing.T) {
	each(t, func(w *world) {
		w.put(w.Lead, "un", sp, firms, "Note.rtf")
		inner := path(sp, firms, "Note.rtf.sb-8f3b2c1d-a1b2c3")
		before := w.Kinds(w.Lead)
		w.Must(w.drives.MakeFolder(t.Context(), w.Lead, inner, drive.Guard{}))
		err := w.drives.MakeFolder(t.Context(), w.Lead, inner, drive.Guard{})
		if !errors.Is(err, drive.ErrExists) {
			t.Errorf("made again: %v", err)
		}
		w.put(w.Lead, "deux", append(inner, "Note.rtf")...)
		w.put(w.Lead, "trois", append(inner, "reste.rtf")...)
		w.Must(w.move(w.Lead, append(inner, "Note.rtf"), path(sp, firms, "Note.rtf")))
		w.lists(w.Lead, []string{"reste.rtf"}, inner...)
		w.Must(w.remove(w.Lead, inner...))
		w.lists(w.Lead, []string{"Note.rtf"}, sp, firms)
		if got := w.read(w.Lead, sp, firms, "Note.rtf"); got != "deux" {
			t.Errorf("saved: %q", got)
		}
		w.journals(before, map[string]int{"document.replaced": 1, "document.downloaded": 1})
	})
}

// TestPass: an app password that only reads, or leads into one space, does no
// more.
func TestPass(t *testing.T) {
	each(t, func(w *world) {
		w.put(w.Lead, "un", sp, firms, "Note.txt")
		reads := w.Lead
		reads.Pass = &authz.Pass{ReadOnly: true}
		if got := w.read(reads, sp, firms, "Note.txt"); got != "un" {
			t.Errorf("it reads %q", got)
		}
		for what, err := range map[string]error{
			"write":  failure(w.try(reads, "x", sp, firms, "Note.txt")),
			"new":    failure(w.try(reads, "x", sp, firms, "b.txt")),
			"leave":  failure(w.try(reads, "x", sp, firms, ".DS_Store")),
			"move":   w.move(reads, path(sp, firms, "Note.txt"), path(sp, firms, "b.txt")),
			"folder": w.drives.MakeFolder(t.Context(), reads, path(sp, firms, "f"), drive.Guard{}),
			"lock":   failure2(w.drives.Lock(t.Context(), reads, path(sp, firms, "Note.txt"), drive.Locking{})),
		} {
			if !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
				t.Errorf("a reading pass, %s: %v", what, err)
			}
		}
		confined := w.Lead
		confined.Pass = &authz.Pass{Spaces: []id.Space{w.space}}
		w.lists(confined, []string{"Mme Petit/"})
		w.lists(confined, []string{"(not found)"}, "M. Autre")
		w.lists(w.Lead, []string{"M. Autre/", "Mme Petit/"})
		w.put(confined, "deux", sp, firms, "Note.txt")
	})
}

func failure(_ bool, err error) error { return err }

func failure2[A, B any](_ A, _ B, err error) error { return err }

// TestISO13_NothingInClear: what drives leave is sealed in the database.
func TestISO13_NothingInClear(t *testing.T) {
	each(t, func(w *world) {
		const canary = "Kanarienvogel"
		w.put(w.Lead, canary+" im Text", sp, firms, canary+".tmp")
		w.put(w.Lead, "", sp, firms, canary+".docx")
		_, _, err := w.drives.Lock(t.Context(), w.Lead, path(sp, firms, canary+" neu.docx"), drive.Locking{Owner: []byte(canary)})
		w.Must(err)
		w.Must(w.Office.See(t.Context(), w.Lead.Firm, func(a *act.Act) error {
			var place string
			if err := a.Row(lockedPlace, nil, &place); err != nil || strings.Contains(place, canary) {
				t.Errorf("%q is locked, %v", place, err)
			}
			for _, s := range everything {
				err := a.Each(s, nil, func(scan func(...any) error) error {
					var x, y, z []byte
					err := scan(&x, &y, &z)
					if bytes.Contains(bytes.Join([][]byte{x, y, z}, nil), []byte(canary)) {
						t.Errorf("in clear: %q %q %q", x, y, z)
					}
					return err
				})
				if err != nil {
					return err
				}
			}
			return nil
		}))
	})
}
