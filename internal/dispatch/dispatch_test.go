package dispatch_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/dispatch"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/forum/forumtest"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/law"
	"cenacle/internal/print"
	"cenacle/internal/worker"
	"cenacle/internal/worker/read"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Word {
		os.Exit(worker.Child(os.Args[2:], read.Trade()))
	}
	os.Exit(m.Run())
}

// desk is an expertise whose exhibits leave the house.
type desk struct {
	*forumtest.Expertise
	t        *testing.T
	p        *i18n.Printer
	dispatch *dispatch.Service
}

func open(t *testing.T, h *documenttest.House) *desk {
	t.Helper()
	self, err := os.Executable()
	h.Must(err)
	book, err := law.Load()
	h.Must(err)
	catalog := i18n.Load()
	x := forumtest.Open(h)
	return &desk{x, t, catalog.Printer(i18n.French, x.Zone), dispatch.New(h.Office, dispatch.Config{
		Documents: h.Documents, Forums: x.Forums, Readers: worker.New(self, 2), Book: book, Zone: x.Zone,
	})}
}

// report is a PDF of about so many bytes.
func report(name string, size int) []byte {
	raw := print.PDF(name, []print.Line{print.Text(11, name)})
	at := bytes.LastIndex(raw, []byte("xref\n0 "))
	pad := "% " + strings.Repeat("x", max(0, size-len(raw))) + "\n" // a remark between the objects and their table
	out := append(bytes.Clone(raw[:at]), pad...)
	return append(out, bytes.Replace(raw[at:], fmt.Appendf(nil, "startxref\n%d", at), fmt.Appendf(nil, "startxref\n%d", len(out)), 1)...)
}

// send has a sending written and returns its files by their names, in their order.
func (d *desk) send(by authz.Actor, o dispatch.Order) (names []string, files map[string][]byte) {
	d.t.Helper()
	s, err := d.dispatch.Prepare(d.t.Context(), by, d.p, o)
	d.Must(err)
	var out bytes.Buffer
	d.Must(s.WriteTo(d.t.Context(), &out))
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	d.Must(err)
	files = map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		d.Must(err)
		raw, err := io.ReadAll(r)
		d.Must(err, r.Close())
		names, files[f.Name] = append(names, f.Name), raw
	}
	return names, files
}

// TestGolden is what leaves an expertise of sixty exhibits of four parties: those of one
// party, of which one was replaced, one is no PDF and one is too large for a court. Its
// list and the index of its messages are equal to testdata to the byte; in each message
// there is no more than a court takes; each stamped copy begins with the very bytes
// that were communicated.
func TestGolden(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		d := open(t, h)
		roux, actors := d.People[0], []authz.Actor{h.Lead, d.People[0], d.People[1]}
		originals := map[string][]byte{}
		var brought []id.Item
		for n := range 60 {
			name, size := fmt.Sprintf("Rapport %02d.pdf", n+1), 2000
			if actors[n%3].Person == roux.Person {
				size = 450_000
			}
			raw := report(name, size)
			switch n {
			case 4:
				name, raw = "Photographie.jpg", bytes.Repeat([]byte{0xFF, 0xD8, 0xFF, 0xE0}, 50_000)
			case 7:
				raw = report(name, 4_000_000)
			}
			originals[fmt.Sprintf("%x", sha256.Sum256(raw))] = raw
			brought = append(brought, d.Bring(actors[n%3], name, raw, ""))
		}
		raw := report("Rapport 02 corrigé.pdf", 1000)
		originals[fmt.Sprintf("%x", sha256.Sum256(raw))] = raw
		d.Bring(roux, "Rapport 02 corrigé.pdf", raw, brought[1])

		names, files := d.send(h.Lead, dispatch.Order{Space: d.In, Party: d.Sides[0].ID, To: law.Court})
		forumtest.Golden(t, "index.csv", files["index.csv"])
		forumtest.Golden(t, "bordereau.pdf", files["Envoi 1/Bordereau de pièces communiquées.pdf"])
		if names[0] != "Envoi 1/Bordereau de pièces communiquées.pdf" || names[len(names)-1] != "index.csv" {
			t.Errorf("first comes %s, last %s", names[0], names[len(names)-1])
		}
		d.check(files, originals)
		if k := h.Kinds(h.Lead); k["exhibit.packed"] != 1 || k["document.downloaded"] != 21 {
			t.Errorf("the journal counts %v", k)
		}
	})
}

// check holds the files of a sending to a court against its index and the originals.
func (d *desk) check(files, originals map[string][]byte) {
	d.t.Helper()
	c := csv.NewReader(bytes.NewReader(files["index.csv"]))
	c.Comma = ';'
	lines, err := c.ReadAll()
	d.Must(err)
	held := map[string]int{}
	for _, l := range lines[1:] {
		folder, file, digest := l[0], l[2], l[5]
		raw, there := files[folder+"/"+file]
		if !there || fmt.Sprint(len(raw)) != l[3] || fmt.Sprintf("%x", sha256.Sum256(raw)) != l[4] {
			d.t.Errorf("%s is not what the index says", file)
		}
		held[folder] += len(raw)
		if first, known := originals[digest]; digest != "" && (!known || !bytes.HasPrefix(raw, first)) {
			d.t.Errorf("%s does not begin with what was communicated", file)
		}
		if stamped := len(raw) > len(originals[digest]); digest != "" && stamped != strings.HasSuffix(file, ".pdf") {
			d.t.Errorf("%s is stamped: %v", file, stamped)
		}
	}
	for folder, size := range held {
		if apart := folder == "À remettre autrement"; apart != (size > 4_000_000) {
			d.t.Errorf("%s holds %d bytes", folder, size)
		}
	}
	if len(held) != 4 || len(files) != len(lines) {
		d.t.Errorf("folders %v; %d files and %d lines", held, len(files), len(lines)-1)
	}
}

// TestStamp: who may read an exhibit has its stamped copy; what is no PDF has a cover
// sheet; a PDF that cannot be stamped is said to be none; and for whoever may not read
// it, and of what is no exhibit, there is nothing.
func TestStamp(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		d, ctx := open(t, h), t.Context()
		roux, noir := d.People[0], d.People[1]
		plain := report("Devis", 1000)
		d.Bring(roux, "Devis.pdf", plain, "")
		d.Bring(roux, "Devis.txt", []byte("devis"), "")
		d.Bring(roux, "Verrouillé.pdf", bytes.Replace(plain, []byte("/Root 1 0 R"), []byte("/Root 1 0 R/Encrypt 1 0 R"), 1), "")
		gone := d.Bring(h.Lead, "Retiré.pdf", plain, "")
		all, err := d.Forums.Lists(ctx, h.Lead, d.In)
		h.Must(err)
		withdrawn, pieces := all[0].Pieces[0].Version, all[1].Pieces
		_, err = h.Documents.Recall(ctx, h.Lead, gone)
		h.Must(err)
		for who, by := range map[string]authz.Actor{"its party": roux, "another party": noir, "the firm": h.Lead, "the client": d.Client} {
			c, err := d.dispatch.Stamp(ctx, by, d.p, dispatch.Wanted{Space: d.In, Exhibit: pieces[0].Version})
			h.Must(err)
			var out bytes.Buffer
			h.Must(c.Write(ctx, &out))
			words := text(t, out.Bytes())
			if c.Name != "Pièce 1 - Devis.pdf" || int(c.Size) != out.Len() || !bytes.HasPrefix(out.Bytes(), plain) || !strings.Contains(words, "Pièce n° 1\nMaître d’ouvrage") {
				t.Errorf("%s has %s of %d bytes: %q", who, c.Name, out.Len(), words)
			}
		}
		c, err := d.dispatch.Stamp(ctx, noir, d.p, dispatch.Wanted{Space: d.In, Exhibit: pieces[1].Version})
		h.Must(err)
		var out bytes.Buffer
		h.Must(c.Write(ctx, &out))
		if words := text(t, out.Bytes()); c.Name != "Pièce 2 - page de garde.pdf" || !strings.Contains(words, "Devis.txt") || !strings.Contains(words, fmt.Sprintf("%x", sha256.Sum256([]byte("devis")))) {
			t.Errorf("what is no PDF has %s: %q", c.Name, words)
		}
		stranger, elsewhere := h.Member(h.Lead, h.Space(h.Lead, "M. Martin"), authz.Client, "M. Martin"), h.Found("Cabinet Voisin", "Me Voisin")
		late := h.Member(h.Lead, d.In, authz.Guest, "Me Tard")
		for what, tt := range map[string]struct {
			by   authz.Actor
			of   id.Version
			want fault.Kind
		}{
			"locked":                        {roux, pieces[2].Version, fault.Invalid},
			"taken off the table":           {h.Lead, withdrawn, fault.NotFound},
			"no exhibit":                    {h.Lead, id.New[id.Version](h.Clock.Now()), fault.NotFound},
			"for another space's client":    {stranger, pieces[0].Version, fault.NotFound},
			"for another firm":              {elsewhere, pieces[0].Version, fault.NotFound},
			"for who came after it was had": {late, pieces[0].Version, fault.NotFound},
		} {
			if _, err := d.dispatch.Stamp(ctx, tt.by, d.p, dispatch.Wanted{Space: d.In, Exhibit: tt.of}); !fault.Is(err, tt.want) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

// TestPrepare: an order is refused for what it names wrongly, and for whoever reads
// nothing of the party; what is taken away meanwhile is a line without a file.
func TestPrepare(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		d, ctx := open(t, h), t.Context()
		house := h.Circles(h.Lead, d.In).Firm
		one := d.Bring(h.Lead, "Un.txt", []byte("un"), "")
		d.Bring(h.Lead, "Deux.txt", []byte("deux"), "")
		late := h.Member(h.Lead, d.In, authz.Guest, "Me Tard")
		for what, tt := range map[string]struct {
			by   authz.Actor
			o    dispatch.Order
			want fault.Kind
		}{
			"to nobody":             {h.Lead, dispatch.Order{Party: house}, fault.Invalid},
			"of a party of nothing": {h.Lead, dispatch.Order{Party: d.Sides[0].ID, To: law.Court}, fault.NotFound},
			"of no party":           {h.Lead, dispatch.Order{Party: d.All, To: law.Court}, fault.NotFound},
			"for who reads nothing": {late, dispatch.Order{Party: house, To: law.Court}, fault.NotFound},
		} {
			tt.o.Space = d.In
			if _, err := d.dispatch.Prepare(ctx, tt.by, d.p, tt.o); !fault.Is(err, tt.want) {
				t.Errorf("%s: %v", what, err)
			}
		}
		s, err := d.dispatch.Prepare(ctx, d.People[0], d.p, dispatch.Order{Space: d.In, Party: house, To: law.Lawyer})
		h.Must(err)
		_, err = h.Documents.Recall(ctx, h.Lead, one)
		h.Must(err)
		var out bytes.Buffer
		h.Must(s.WriteTo(ctx, &out))
		z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
		h.Must(err)
		var names []string
		for _, f := range z.File {
			names = append(names, f.Name)
		}
		want := []string{"Envoi 1/Bordereau de pièces communiquées.pdf", "Envoi 1/Pièce 2 - page de garde.pdf", "Envoi 1/Pièce 2 - Deux.txt", "index.csv"}
		if !slices.Equal(names, want) {
			t.Errorf("the sending holds %q", names)
		}
		h.Must(h.Documents.Delete(ctx, h.Lead, one))
		all, err := d.Forums.Lists(ctx, h.Lead, d.In)
		h.Must(err)
		sizes, err := d.dispatch.Sizes(ctx, h.Lead, d.In)
		h.Must(err)
		if f := dispatch.Foresee(all[0], sizes[0]); f.Messages != 1 || sizes[0].To != law.Court || sizes[0].Bytes != 4_000_000 || len(f.Apart) != 0 {
			t.Errorf("foreseen in %+v: %+v", sizes[0], f)
		}
	})
}

// TestOwnSizes: the firm's people order a sending in the size that their firm has chosen,
// beside those of the law; people from outside have those of the law alone.
func TestOwnSizes(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		d, ctx := open(t, h), t.Context()
		chosen := []firm.Size{{Name: "Messagerie", Megabytes: 1}, {Name: "Tribunal de commerce", Megabytes: 3}}
		h.Must(firm.New(h.Office, nil).ChooseSizes(ctx, h.Lead, chosen))
		for range 3 {
			d.Bring(h.Lead, "Rapport.jpg", append([]byte{0xFF, 0xD8, 0xFF, 0xE0}, make([]byte, 600_000)...), "")
		}
		all, err := d.Forums.Lists(ctx, h.Lead, d.In)
		h.Must(err)
		order := dispatch.Order{Space: d.In, Party: all[0].Party.ID, Own: "Messagerie"}
		sizes, err := d.dispatch.Sizes(ctx, h.Lead, d.In)
		h.Must(err)
		if len(sizes) != 4 || sizes[0].To != law.Court || sizes[2].Own != "Messagerie" || sizes[3].Bytes != 3_000_000 {
			t.Fatalf("the firm chooses among %+v", sizes)
		}
		if f := dispatch.Foresee(all[0], sizes[2]); f.Messages != 3 || len(f.Apart) != 0 {
			t.Errorf("foreseen: %+v", f)
		}
		names, _ := d.send(h.Lead, order)
		for _, folder := range []string{"Envoi 1/", "Envoi 2/", "Envoi 3/"} {
			if !slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, folder) }) {
				t.Errorf("no %s in %q", folder, names)
			}
		}
		if sizes, err = d.dispatch.Sizes(ctx, d.People[0], d.In); err != nil || len(sizes) != 2 {
			t.Errorf("a lawyer from outside chooses among %+v: %v", sizes, err)
		}
		for what, by := range map[string]authz.Actor{"from outside": d.People[0], "that was removed": h.Lead} {
			if by == h.Lead {
				h.Must(firm.New(h.Office, nil).ChooseSizes(ctx, h.Lead, chosen[1:]))
			}
			if _, err := d.dispatch.Prepare(ctx, by, d.p, order); !fault.Is(err, fault.Invalid) {
				t.Errorf("a size %s: %v", what, err)
			}
		}
		order.To, order.Own = law.Court, "Tribunal de commerce"
		if _, err := d.dispatch.Prepare(ctx, h.Lead, d.p, order); !fault.Is(err, fault.Invalid) {
			t.Errorf("two sizes at once: %v", err)
		}
	})
}

// text is the words of a PDF, by a program of others.
func text(t *testing.T, raw []byte) string {
	t.Helper()
	c := exec.Command("pdftotext", "-enc", "UTF-8", "-", "-")
	c.Stdin = bytes.NewReader(raw)
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(out), "\u00a0", " ")
}
