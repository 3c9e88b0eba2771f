package bundle_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/bundle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/worker"
	"cenacle/internal/worker/read"
)

// The test program is the child that reads archives, as the program is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Word {
		os.Exit(worker.Child(os.Args[2:], read.Trade()))
	}
	os.Exit(m.Run())
}

// desk is the house of documents with a service of bundles.
type desk struct {
	*documenttest.House
	t       *testing.T
	bundles *bundle.Service
	in      id.Space
	at      bundle.Place
}

func each(t *testing.T, test func(*desk)) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		test(&desk{
			House: h, t: t, in: in, at: bundle.Place{Space: in, Tray: space.FirmTray},
			bundles: bundle.NewService(h.Office, space.NewService(h.Office, nil), h.Documents, worker.New(program, 2), 64<<20),
		})
	})
}

// pack makes a ZIP file: path, content, path, content; a path that ends in a
// slash is a folder.
func pack(t *testing.T, pairs ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i+1 < len(pairs); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: pairs[i], Method: zip.Deflate})
		if err == nil {
			_, err = io.WriteString(w, pairs[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// lies lists where documents lie: folder / title.
func (d *desk) lies() (out []string) {
	d.t.Helper()
	found, err := d.Documents.List(d.t.Context(), d.Lead, document.ListQuery{Space: d.in, Limit: 200})
	d.Must(err)
	d.Must(d.Office.See(d.t.Context(), d.Lead.Firm, func(a *act.Act) error {
		folders, err := space.Folders(a, d.in)
		for _, f := range found {
			out = append(out, space.Trail(f.Folder, folders)+"|"+f.Title)
		}
		return err
	}))
	slices.Sort(out)
	return out
}

// folders lists those of the space, beside the ones of its model.
func (d *desk) folders() string {
	d.t.Helper()
	var out []string
	d.Must(d.Office.See(d.t.Context(), d.Lead.Firm, func(a *act.Act) error {
		all, err := space.Folders(a, d.in)
		for _, f := range all {
			out = append(out, space.Trail(f.ID, all))
		}
		return err
	}))
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func states(p bundle.Plan) map[string]bundle.State {
	out := map[string]bundle.State{}
	for _, f := range p.Files {
		out[f.Path] = f.State
	}
	return out
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// TestUPL02_PlanRefusesPaths: no path leads out of its place, and nothing is
// written by saying so.
func TestUPL02_PlanRefusesPaths(t *testing.T) {
	each(t, func(d *desk) {
		d.File(d.Lead, d.in, "là.txt", []byte("déjà là"))
		before := d.lies()
		var entries []bundle.Entry
		want := map[string]bundle.State{}
		add := func(path string, size int64, sum string, state bundle.State) {
			entries = append(entries, bundle.Entry{Path: path, Size: size, SHA256: sum})
			want[path] = state
		}
		for _, hostile := range []string{
			"../a", "a/../../b", "/etc/passwd", `..\a`, `C:\a`, "c:/a", "a/./b", "", "a/", "a//b", ".", "..", "a\x00b", " ", "a/\u202e/b",
			strings.Repeat("x/", 13) + "y",
		} {
			add(hostile, 1, "", bundle.Refused)
		}
		for _, left := range []string{"__MACOSX/a.pdf", "a/.DS_Store", "Thumbs.db", "b/._c.pdf"} {
			add(left, 1, "", bundle.Left)
		}
		add("Pièces/Bail.pdf", 3, digest("bail"), bundle.New)
		add("Pièces/Copie du bail.pdf", 3, digest("bail"), bundle.Known)
		add("Pièces/Là.txt", 3, digest("déjà là"), bundle.Known)
		add("énorme.bin", 65<<20, "", bundle.Refused)
		add("COM1/con.txt", 1, "", bundle.New) // a name of ours is safe everywhere (UPL-01)
		p, err := d.bundles.Plan(t.Context(), d.Lead, d.at, entries)
		d.Must(err)
		for path, state := range states(p) {
			if state != want[path] {
				t.Errorf("%q is %s, want %s", path, state, want[path])
			}
		}
		if got := fmt.Sprint(p.Folders); got != "[{Pièces false} {COM1 false}]" {
			t.Errorf("the folders are %s", got)
		}
		if after := d.lies(); !slices.Equal(before, after) {
			t.Errorf("a plan has filed %v", after)
		}
		if _, err := d.bundles.Plan(t.Context(), d.Lead, d.at, make([]bundle.Entry, 5001)); !fault.Is(err, fault.Invalid) {
			t.Errorf("too many: %v", err)
		}
		client := d.Member(d.Lead, d.in, authz.Client, "Mme Petit")
		if _, err := d.bundles.Plan(t.Context(), client, d.at, nil); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a client plans: %v", err)
		}
	})
}

// TestUnpack: a ZIP file is filed as it is said to be, for the firm alone; cut
// off and begun again, nothing is filed twice.
func TestUnpack(t *testing.T) {
	each(t, func(d *desk) {
		ctx := t.Context()
		client := d.Member(d.Lead, d.in, authz.Client, "Mme Petit")
		d.File(d.Lead, d.in, "Statuts.pdf", []byte("statuts"))
		raw := pack(t,
			"Dossier/", "", "Dossier/Bail.pdf", "bail", "Dossier/Comptes/2025/Bilan.xlsx", strings.Repeat("bilan ", 5000), "Dossier/Statuts.pdf", "statuts",
			"Dossier/vide.txt", "", "../hors.txt", "x", "Dossier/.DS_Store", "x", "À plat.txt", "plat")
		of := d.File(d.Lead, d.in, "Envoi.zip", raw).Document
		p, err := d.bundles.Look(ctx, d.Lead, of, d.at)
		d.Must(err)
		want := map[string]bundle.State{
			"Dossier/Bail.pdf": bundle.New, "Dossier/Comptes/2025/Bilan.xlsx": bundle.New, "Dossier/Statuts.pdf": bundle.Known,
			"Dossier/vide.txt": bundle.New, "../hors.txt": bundle.Refused, "Dossier/.DS_Store": bundle.Left, "À plat.txt": bundle.New,
		}
		if got := states(p); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the plan says %v", got)
		}
		if len(d.lies()) != 2 {
			t.Fatalf("a look has filed: %v", d.lies())
		}

		out, err := d.bundles.Unpack(ctx, d.Lead, bundle.Unpacking{Archive: of, Place: d.at, Time: 1}) // cut after each file
		if err == nil && out.Next == out.Total {
			t.Error("it was not cut off")
		}
		for rounds := 0; err == nil && out.Next < out.Total; rounds++ {
			if rounds == 2 {
				out.Next = 0 // she begins again
			}
			d.Clock.Advance(2)
			out, err = d.bundles.Unpack(ctx, d.Lead, bundle.Unpacking{Archive: of, Place: d.at, From: out.Next, Time: 1})
		}
		d.Must(err)
		filed := []string{"Dossier › Comptes › 2025|Bilan.xlsx", "Dossier|Bail.pdf", "Dossier|vide.txt", "|Envoi.zip", "|Statuts.pdf", "|À plat.txt"}
		got := d.lies()
		slices.Sort(filed)
		if !slices.Equal(got, filed) {
			t.Errorf("it lies %q, want %q", got, filed)
		}
		again, err := d.bundles.Unpack(ctx, d.Lead, bundle.Unpacking{Archive: of, Place: d.at})
		d.Must(err)
		if again.Count[bundle.New] != 0 || again.Next != again.Total {
			t.Errorf("begun again it files %+v", again)
		}
		hers, err := d.Documents.List(ctx, client, document.ListQuery{Space: d.in, Limit: 50})
		d.Must(err)
		if len(hers) != 0 {
			t.Errorf("the client sees %d documents", len(hers))
		}
		if _, err := d.bundles.Unpack(ctx, client, bundle.Unpacking{Archive: of, Place: d.at}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a client unpacks: %v", err)
		}
	})
}

// TestUPL03_Archives: bombs, lies, locks and what is no archive are refused
// calmly, and nothing of them is filed.
func TestUPL03_Archives(t *testing.T) {
	each(t, func(d *desk) {
		zeros := strings.Repeat("\x00", 8<<20)
		locked := pack(t, "a.txt", "a")
		for _, header := range []string{"PK\x03\x04", "PK\x01\x02"} { // the bit of a password, in both headers
			at := bytes.Index(locked, []byte(header)) + map[string]int{"PK\x03\x04": 6, "PK\x01\x02": 8}[header]
			locked[at] |= 1
		}
		liar := pack(t, "a.txt", strings.Repeat("mensonge ", 1000))
		at := bytes.Index(liar, []byte("PK\x01\x02")) + 24
		binary.LittleEndian.PutUint32(liar[at:], 10) // it says ten bytes
		cut := pack(t, "a.txt", "entier")
		for name, raw := range map[string][]byte{
			"bombe.zip": pack(t, "a", zeros, "b", zeros, "c", zeros), "verrou.zip": locked,
			"coupée.zip": cut[:len(cut)-20], "rien.zip": []byte("PK\x03\x04 rien d’autre"), "vide.zip": {},
		} {
			of := d.File(d.Lead, d.in, name, raw).Document
			if _, err := d.bundles.Look(t.Context(), d.Lead, of, d.at); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := d.bundles.Unpack(t.Context(), d.Lead, bundle.Unpacking{Archive: of, Place: d.at}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s is unpacked: %v", name, err)
			}
		}
		of := d.File(d.Lead, d.in, "menteur.zip", liar).Document
		p, err := d.bundles.Look(t.Context(), d.Lead, of, d.at)
		d.Must(err)
		if got := states(p)["a.txt"]; got != bundle.Refused {
			t.Errorf("an entry that lies is %s", got)
		}
		before := len(d.lies())
		out, err := d.bundles.Unpack(t.Context(), d.Lead, bundle.Unpacking{Archive: of, Place: d.at})
		d.Must(err)
		if out.Count[bundle.Refused] != 1 || len(d.lies()) != before {
			t.Errorf("an entry that lies becomes %+v", out)
		}
	})
}
