package drive_test

import (
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/drive"
	"cenacle/internal/fault"
	"cenacle/internal/space"
)

// step is one thing that a program does while it saves: it writes, moves or
// removes.
type step struct {
	put, text string
	move, to  string
	remove    string
}

// saves are how programs save a document « Contrat.docx » anew.
var saves = map[string][]step{
	"in place": {{put: "Contrat.docx", text: "neuf"}},
	"Windows, through the redirector": {
		{put: "~$ntrat.docx", text: "qui"}, {put: "Contrat.docx"}, {put: "Contrat.docx", text: "neuf"}, {remove: "~$ntrat.docx"},
	},
	"Word": {
		{put: "~$ntrat.docx", text: "qui"}, {put: "~WRD0001.tmp"}, {put: "~WRD0001.tmp", text: "neuf"},
		{move: "Contrat.docx", to: "~WRL0002.tmp"}, {move: "~WRD0001.tmp", to: "Contrat.docx"},
		{remove: "~WRL0002.tmp"}, {remove: "~$ntrat.docx"},
	},
	"Excel": {
		{put: "8A7B6C00", text: "neuf"}, {move: "Contrat.docx", to: "9D10EF2A.tmp"}, {move: "8A7B6C00", to: "Contrat.docx"}, {remove: "9D10EF2A.tmp"},
	},
	"over at once": {{put: "lu84231abc.tmp", text: "neuf"}, {move: "lu84231abc.tmp", to: "Contrat.docx"}},
	"set aside, then written": {
		{move: "Contrat.docx", to: "._Contrat.docx.bak.tmp"}, {put: "Contrat.docx"}, {put: "Contrat.docx", text: "neuf"}, {remove: "._Contrat.docx.bak.tmp"},
	},
	"vim": {
		{put: ".Contrat.docx.swp", text: "x"}, {put: "4913"}, {remove: "4913"}, {put: "Contrat.docx", text: "neuf"}, {remove: ".Contrat.docx.swp"},
	},
}

func (w *world) dance(by authz.Actor, tray string, steps []step) {
	w.t.Helper()
	for i, s := range steps {
		var err error
		switch {
		case s.move != "":
			err = w.move(by, path(sp, tray, s.move), path(sp, tray, s.to))
		case s.remove != "":
			err = w.remove(by, sp, tray, s.remove)
		default:
			_, err = w.try(by, s.text, sp, tray, s.put)
		}
		if err != nil {
			w.t.Fatalf("step %d, %+v: %v", i, s, err)
		}
		w.Clock.Advance(300 * time.Millisecond)
	}
}

// TestOfficeDances: however a program saves, it makes one new version of the
// same document, and nothing else that anybody else sees.
func TestOfficeDances(t *testing.T) {
	each(t, func(w *world) {
		house := w.Circles(w.Lead, w.space)
		for name, steps := range saves {
			w.put(w.Lead, "vieux", sp, shared, "Contrat.docx")
			was := w.document(w.Lead, "Contrat.docx")
			w.Must(w.Documents.Address(t.Context(), w.Lead, documentSend(was.ID, house.Client)))
			before := w.Kinds(w.Lead)
			w.dance(w.Lead, shared, steps)
			w.Clock.Advance(2 * time.Minute)
			w.settle()
			got := w.since(before)
			delete(got, "document.read") // the program, or the drive for it, reads what it set down
			delete(got, "document.downloaded")
			if len(got) != 1 || got["document.replaced"] != 1 {
				t.Errorf("%s: the journal has got %v", name, got)
			}
			now := w.document(w.Lead, "Contrat.docx")
			if now.ID != was.ID || len(now.Versions) != 2 || w.count("Contrat.docx") != 1 {
				t.Errorf("%s: was %s, is %s with %d versions", name, was.ID, now.ID, len(now.Versions))
			}
			w.lists(w.client, []string{"Contrat.docx"}, sp, shared)
			w.lists(w.Lead, []string{"Contrat.docx"}, sp, shared)
			if got := w.read(w.client, sp, shared, "Contrat.docx"); got != "neuf" {
				t.Errorf("%s: the client reads %q", name, got)
			}
			w.Must(w.Documents.Delete(t.Context(), w.Lead, was.ID))
		}
	})
}

// TestDanceOfAClient: what a client corrects in place is another deposit, with
// the name of the first.
func TestDanceOfAClient(t *testing.T) {
	each(t, func(w *world) {
		for name, steps := range saves {
			w.put(w.client, "vieux", sp, hers, "Contrat.docx")
			w.dance(w.client, hers, steps)
			if got := w.read(w.client, sp, hers, "Contrat.docx"); got != "neuf" {
				t.Errorf("%s: she reads %q", name, got)
			}
			if got := w.read(w.Lead, sp, clients, "Contrat.docx"); got != "neuf" {
				t.Errorf("%s: the firm reads %q", name, got)
			}
		}
		if n := w.count("Contrat.docx"); n != 2*len(saves) {
			t.Errorf("%d documents, want %d", n, 2*len(saves))
		}
	})
}

// TestBrokenDance: a program that dies in the middle of saving takes nothing
// away: its person finds the document again after ten minutes, the others never
// missed it.
func TestBrokenDance(t *testing.T) {
	each(t, func(w *world) {
		w.put(w.Lead, "vieux", sp, firms, "Contrat.docx")
		w.dance(w.Lead, firms, saves["Word"][:4])
		w.lists(w.Lead, []string{"~$ntrat.docx", "~WRD0001.tmp", "~WRL0002.tmp"}, sp, firms)
		if got := w.read(w.Lead, sp, firms, "~WRL0002.tmp"); got != "vieux" {
			t.Errorf("set aside it reads %q", got)
		}
		w.lists(w.colleague, []string{"Contrat.docx"}, sp, firms)
		w.Must(w.move(w.Lead, path(sp, firms, "~WRL0002.tmp"), path(sp, firms, "Contrat.docx"))) // the program takes it back
		w.lists(w.Lead, []string{"Contrat.docx", "~$ntrat.docx", "~WRD0001.tmp"}, sp, firms)
		w.dance(w.Lead, firms, saves["Word"][3:4])
		w.Clock.Advance(11 * time.Minute)
		w.lists(w.Lead, []string{"Contrat.docx", "~$ntrat.docx", "~WRD0001.tmp", "~WRL0002.tmp"}, sp, firms)
		if d := w.document(w.Lead, "Contrat.docx"); len(d.Versions) != 1 {
			t.Errorf("%d versions", len(d.Versions))
		}
	})
}

func TestMove(t *testing.T) {
	each(t, func(w *world) {
		w.put(w.Lead, "un", sp, firms, "Note.txt")
		w.put(w.Lead, "deux", sp, firms, "Autre.txt")
		id := w.document(w.Lead, "Note.txt").ID
		before := w.Kinds(w.Lead)
		w.Must(w.drives.MakeFolder(t.Context(), w.Lead, path(sp, firms, "2026"), drive.Guard{}))
		w.Must(w.drives.MakeFolder(t.Context(), w.Lead, path(sp, firms, "2026", "Janvier"), drive.Guard{}))
		w.Must(w.move(w.Lead, path(sp, firms, "Note.txt"), path(sp, firms, "2026", "Janvier", "Note.txt")))
		w.Must(w.move(w.Lead, path(sp, firms, "2026", "Janvier", "Note.txt"), path(sp, firms, "2026", "Janvier", "Mémo.txt")))
		w.Must(w.move(w.Lead, path(sp, firms, "2026", "Janvier"), path(sp, firms, "Février")))
		w.lists(w.Lead, []string{"Mémo.txt"}, sp, firms, "Février")
		w.Must(w.move(w.Lead, path(sp, firms, "Février", "Mémo.txt"), path(sp, shared, "Mémo.txt")))
		if d := w.document(w.Lead, "Mémo.txt"); d.ID != id || len(d.Versions) != 1 || d.Tray != space.SharedTray {
			t.Errorf("it has become %+v", d)
		}
		w.journals(before, map[string]int{"folder.added": 2, "folder.moved": 1, "document.moved": 2, "document.renamed": 1})
		for what, c := range map[string]struct {
			by       authz.Actor
			from, to drive.Path
			kind     fault.Kind
		}{
			"over a document":        {w.Lead, path(sp, firms, "Autre.txt"), path(sp, shared, "Mémo.txt"), fault.Forbidden},
			"to another space":       {w.Lead, path(sp, firms, "Autre.txt"), path("M. Autre", firms, "Autre.txt"), fault.Forbidden},
			"to a space she has not": {w.colleague, path(sp, firms, "Autre.txt"), path("M. Autre", firms, "Autre.txt"), fault.Conflict},
			"to nowhere":             {w.Lead, path(sp, firms, "Autre.txt"), path(sp, firms, "non", "Autre.txt"), fault.Conflict},
			"to the client's":        {w.Lead, path(sp, firms, "Autre.txt"), path(sp, clients, "Autre.txt"), fault.Forbidden},
			"onto itself":            {w.Lead, path(sp, firms, "Autre.txt"), path(sp, firms, "Autre.txt"), fault.Forbidden},
			"a folder into itself":   {w.Lead, path(sp, firms, "2026"), path(sp, firms, "2026", "x"), fault.Forbidden},
			"a tray":                 {w.Lead, path(sp, firms), path(sp, "x"), fault.Forbidden},
			"a space":                {w.Lead, path(sp), path("x"), fault.Forbidden},
			"a folder to a tray":     {w.Lead, path(sp, firms, "2026"), path(sp, shared, "2026"), fault.Forbidden},
			"over a folder":          {w.Lead, path(sp, firms, "2026"), path(sp, firms, "Février"), fault.Forbidden},
			"nothing":                {w.Lead, path(sp, firms, "rien"), path(sp, firms, "x"), fault.NotFound},
			"by a stranger":          {w.stranger, path(sp, firms, "Autre.txt"), path(sp, firms, "x"), fault.NotFound},
			"by a client":            {w.client, path(sp, firms, "Autre.txt"), path(sp, firms, "x"), fault.NotFound},
		} {
			w.wants(what, w.move(c.by, c.from, c.to), c.kind)
		}
		_, err := w.drives.Move(t.Context(), w.Lead, drive.Transfer{From: path(sp, firms, "Autre.txt"), To: path(sp, shared, "Mémo.txt")})
		w.wants("without overwriting", err, fault.Precondition)
		w.wants("a document", w.remove(w.Lead, sp, firms, "Autre.txt"), fault.Forbidden)
		w.wants("a folder", w.remove(w.Lead, sp, firms, "2026"), fault.Forbidden)
		w.wants("a tray", w.remove(w.Lead, sp, firms), fault.Forbidden)
		w.wants("a client's folder", w.drives.MakeFolder(t.Context(), w.client, path(sp, hers, "x"), drive.Guard{}), fault.Forbidden)
	})
}

func TestCopy(t *testing.T) {
	each(t, func(w *world) {
		copied := func(by authz.Actor, from, to drive.Path) (bool, error) {
			return w.drives.Copy(t.Context(), by, drive.Transfer{From: from, To: to, Overwrite: true, Reason: "copie"})
		}
		w.Must(w.drives.MakeFolder(t.Context(), w.Lead, path(sp, firms, "A"), drive.Guard{}))
		w.Must(w.drives.MakeFolder(t.Context(), w.Lead, path(sp, firms, "A", "B"), drive.Guard{}))
		w.put(w.Lead, "un", sp, firms, "A", "1.txt")
		w.put(w.Lead, "deux", sp, firms, "A", "B", "2.txt")
		created, err := copied(w.Lead, path(sp, firms, "A"), path(sp, shared, "C"))
		w.Must(err)
		if got := w.read(w.Lead, sp, shared, "C", "B", "2.txt"); got != "deux" || !created {
			t.Errorf("the copy reads %q, made: %v", got, created)
		}
		created, err = copied(w.Lead, path(sp, firms, "A", "1.txt"), path(sp, firms, "A", "B", "2.txt"))
		w.Must(err)
		if d := w.document(w.Lead, "2.txt"); created || w.read(w.Lead, sp, firms, "A", "B", "2.txt") != "un" || w.count("2.txt") != 2 {
			t.Errorf("over another: made %v, %+v", created, d)
		}
		_, err = w.drives.Copy(t.Context(), w.Lead, drive.Transfer{From: path(sp, firms, "A"), To: path(sp, firms, "D"), Shallow: true})
		w.Must(err)
		w.lists(w.Lead, []string{}, sp, firms, "D")
		_, err = copied(w.Lead, path(sp, firms, "A"), path(sp, firms, "D"))
		w.wants("over a folder", err, fault.Forbidden)
		_, err = copied(w.Lead, path(sp, firms, "A", "1.txt"), path("M. Autre", firms, "1.txt"))
		w.wants("to another space", err, fault.Forbidden)
		_, err = copied(w.client, path(sp, shared, "C"), path(sp, hers, "C"))
		w.wants("by a client who does not see it", err, fault.NotFound)
		w.Must(w.Documents.Address(t.Context(), w.Lead, documentSend(w.document(w.Lead, "1.txt").ID, w.Circles(w.Lead, w.space).Client)))
		w.lists(w.client, []string{"C/"}, sp, shared)
		_, err = copied(w.client, path(sp, shared, "C"), path(sp, hers, "C"))
		w.wants("by a client who may make no folder", err, fault.Forbidden)
		_, err = copied(w.client, path(sp, shared, "C"), path(sp, hers, ".TemporaryItems"))
		w.wants("not even one that programs keep for themselves", err, fault.Forbidden)
		_, err = copied(w.client, path(sp, shared, "C", "1.txt"), path(sp, hers, "1.txt"))
		w.Must(err) // it is hers to deposit
	})
}

// TestDelete: where drives may delete, they delete what the page would.
func TestDelete(t *testing.T) {
	eachWith(t, true, func(w *world) {
		w.Must(w.drives.MakeFolder(t.Context(), w.Lead, path(sp, firms, "A"), drive.Guard{}))
		w.Must(w.drives.MakeFolder(t.Context(), w.Lead, path(sp, firms, "A", "B"), drive.Guard{}))
		w.put(w.Lead, "un", sp, firms, "A", "1.txt")
		w.put(w.Lead, "deux", sp, firms, "A", "B", "2.txt")
		d := w.document(w.Lead, "2.txt")
		w.wants("by a client", w.remove(w.client, sp, firms, "A"), fault.NotFound)
		w.Must(w.remove(w.colleague, sp, firms, "A"))
		w.lists(w.Lead, []string{}, sp, firms)
		w.Must(w.Documents.Restore(t.Context(), w.Lead, d.ID))
		if got := w.read(w.Lead, sp, firms, "2.txt"); got != "deux" { // its folder is gone: it is in the tray
			t.Errorf("restored it reads %q", got)
		}
		w.put(w.Lead, "trois", sp, firms, "3.txt")
		w.Must(w.move(w.Lead, path(sp, firms, "3.txt"), path(sp, firms, "2.txt")))
		if got := w.read(w.Lead, sp, firms, "2.txt"); got != "trois" || w.count("2.txt") != 1 {
			t.Errorf("moved over it reads %q", got)
		}
		w.wants("a tray", w.remove(w.Lead, sp, firms), fault.Forbidden)
		w.put(w.client, "x", sp, hers, "Livret.pdf")
		w.wants("what she deposited", w.remove(w.client, sp, hers, "Livret.pdf"), fault.Forbidden)
	})
}
