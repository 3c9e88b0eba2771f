package preview_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/preview"
	"cenacle/internal/store"
)

// pages is a PDF of so many pages, each with a word.
func pages(words ...string) []byte {
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}
	var kids strings.Builder
	for i, w := range words {
		fmt.Fprintf(&kids, "%d 0 R ", 4+2*i)
		drawn := "BT /F1 24 Tf 72 700 Td (" + w + ") Tj ET"
		objects = append(objects,
			fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>", 5+2*i),
			fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(drawn), drawn))
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids.String(), len(words))
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, table)
	return b.Bytes()
}

// letter is a DOCX with one paragraph.
func letter(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		{"_rels/.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>` + text + `</w:t></w:r></w:p></w:body></w:document>`},
	} {
		f, err := w.Create(part[0])
		if err == nil {
			_, err = io.WriteString(f, part[1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// looking is a person who looks at documents.
type looking struct {
	t  *testing.T
	h  *documenttest.House
	p  *preview.Service
	by authz.Actor
}

func (l looking) leaves(of id.Item) preview.Leaves {
	l.t.Helper()
	d, err := l.h.Documents.Show(l.t.Context(), l.by, of)
	l.h.Must(err)
	out, err := l.p.Leaves(l.t.Context(), l.by.Firm, d)
	l.h.Must(err)
	return out
}

func (l looking) at(g preview.Glimpse) (string, error) {
	l.t.Helper()
	c, err := l.p.Show(l.t.Context(), l.by, g, say)
	if err != nil {
		return "", err
	}
	raw, err := io.ReadAll(c.Reader)
	return string(raw), errors.Join(err, c.Reader.Close())
}

// ink counts the dark and the grey points of a picture: letters and the mark.
func ink(t *testing.T, raw string) (dark, grey int) {
	t.Helper()
	p, err := jpeg.Decode(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for y := range p.Bounds().Dy() {
		for x := range p.Bounds().Dx() {
			switch r, _, _, _ := p.At(x, y).RGBA(); {
			case r < 0x4000:
				dark++
			case r < 0xd800:
				grey++
			}
		}
	}
	return dark, grey
}

// TestLeaves shows the pages of a PDF and of a letter as pictures with a mark,
// and keeps what was made of the letter until it is erased with it.
func TestLeaves(t *testing.T) {
	documenttest.Each(t, document.Config{Readers: readers(t)}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		to := h.Circles(h.Lead, in).Client
		l := looking{t, h, previews(h), client}
		paper := h.File(h.Lead, in, "Acte.pdf", pages("Bonjour", "Suite", "Fin"), to).Document
		if got := l.leaves(paper); got.Pages != 3 || got.Pending {
			t.Errorf("a PDF of three pages has %+v", got)
		}
		for _, nothing := range []preview.Glimpse{{Item: paper, Page: -1}, {Item: paper, Part: -1}} {
			if _, err := l.at(nothing); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", nothing, err)
			}
		}
		if h.Kinds(h.Lead)["document.read"] != 0 {
			t.Error("to count, or to ask for nothing that there is, is to read")
		}
		for page := 1; page <= 3; page++ {
			raw, err := l.at(preview.Glimpse{Item: paper, Page: page})
			h.Must(err)
			if dark, grey := ink(t, raw); dark < 100 || grey < 10_000 {
				t.Errorf("page %d: %d points of letters, %d of the mark", page, dark, grey)
			}
		}
		if _, err := l.at(preview.Glimpse{Item: paper, Page: 4}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a page that is not there: %v", err)
		}
		if text, err := l.at(preview.Glimpse{Item: paper, Text: true}); err != nil || !strings.Contains(text, "Suite") {
			t.Errorf("its words are %q, %v", text, err)
		}
		if h.Kinds(h.Lead)["document.read"] != 1 {
			t.Error("to look at a page is to read, once")
		}

		written := letter(t, "Monsieur, je vous informe.")
		doc := h.File(h.Lead, in, "Lettre.docx", written, to).Document
		if got := l.leaves(doc); !got.Pending {
			t.Fatalf("a letter has %+v at once", got)
		}
		began := time.Now()
		for _, j := range h.Jobs(preview.RenderJob) {
			h.Must(l.p.Render(t.Context(), h.Lead.Firm, j))
		}
		t.Logf("a letter is made a PDF in %v", time.Since(began))
		if got := l.leaves(doc); got != (preview.Leaves{Pages: 1}) {
			t.Fatalf("a letter of one page has %+v", got)
		}
		raw, err := l.at(preview.Glimpse{Item: doc, Page: 1})
		h.Must(err)
		if dark, grey := ink(t, raw); dark < 100 || grey < 10_000 {
			t.Errorf("the letter: %d points of letters, %d of the mark", dark, grey)
		}
		if got := h.Read(client, doc, ""); !bytes.Equal(got, written) {
			t.Error("the letter is altered")
		}
		h.Must(h.Documents.Delete(t.Context(), h.Lead, doc))
		if _, err := l.at(preview.Glimpse{Item: doc, Page: 1}); !fault.Is(err, fault.NotFound) {
			t.Errorf("its pages outlive it: %v", err)
		}
		h.Clock.Advance(document.ShelfLife + time.Hour)
		for _, j := range h.Jobs(document.EraseJob) {
			h.Must(h.Documents.Erase(t.Context(), h.Lead.Firm, j))
		}
		left := 0
		h.Must(h.Office.See(t.Context(), h.Lead.Firm, func(a *act.Act) error { return a.Row(countRenditions, []any{doc}, &left) }))
		if left != 0 {
			t.Error("what was made of it outlives it")
		}
	})
}

var countRenditions = store.ForFirm(`select count(*) from rendition where firm_id = $1 and document_id = $2`)

// TestCalm: what cannot be shown is not, once, without a fault.
func TestCalm(t *testing.T) {
	h := documenttest.New(t, store.Config{Dir: t.TempDir()}, document.Config{Readers: readers(t)})
	in := h.Space(h.Lead, "Petit")
	l := looking{t, h, previews(h), h.Lead}
	broken := letter(t, "x")
	for name, raw := range map[string][]byte{
		"Coupe.docx": broken[:len(broken)/2], "Secret.pdf": []byte("%PDF-1.7\n1 0 obj<</Filter/Standard/V 5>>endobj\ntrailer<</Encrypt 1 0 R/Root 1 0 R>>\nstartxref\n9\n%%EOF"),
		"Vide.pdf": {}, "Vide.docx": {}, "Casse.docx": letter(t, "</w:t></w:p><"),
	} {
		of := h.File(h.Lead, in, name, raw).Document
		l.leaves(of)
		for _, j := range h.Jobs(preview.RenderJob) {
			h.Must(l.p.Render(t.Context(), h.Lead.Firm, j))
		}
		if got := l.leaves(of); got != (preview.Leaves{Unfit: name == "Secret.pdf" || name == "Casse.docx"}) {
			t.Errorf("%s has %+v", name, got)
		}
		if got := h.Read(h.Lead, of, ""); !bytes.Equal(got, raw) {
			t.Errorf("%s comes back changed", name)
		}
	}
}

// TestAttached lists, shows and gives what is attached to a mail, to who may see
// the mail, each taking recorded as hers.
func TestAttached(t *testing.T) {
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	photo := base64.StdEncoding.EncodeToString(drawn.Bytes())
	acte := pages("Bonjour")
	mail := "From: a@b.example\r\nSubject: Bail\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/plain\r\n\r\nCi-joint\r\n" +
		"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"../bail.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(acte) + "\r\n" +
		"--b\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=vue.png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + photo + "\r\n" +
		"--b\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=page.html\r\n\r\n<html><script>x()</script></html>\r\n--b--\r\n"
	documenttest.Each(t, document.Config{Readers: readers(t)}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		stranger := h.Member(h.Lead, h.Space(h.Lead, "Autre"), authz.Client, "M. Autre")
		l := looking{t, h, previews(h), client}
		of := h.File(h.Lead, in, "Echange.eml", []byte(mail), h.Circles(h.Lead, in).Client).Document
		d, err := h.Documents.Show(t.Context(), client, of)
		h.Must(err)
		files, err := l.p.Attached(t.Context(), client, d)
		h.Must(err)
		if len(files) != 3 || files[0].Size != int64(len(acte)) || files[0].Media != "application/pdf" || files[1].Media != "image/png" {
			t.Fatalf("it lists %+v", files)
		}
		c, err := l.p.Part(t.Context(), client, of, 1)
		h.Must(err)
		raw, err := io.ReadAll(c.Reader)
		h.Must(err, c.Reader.Close())
		if !bytes.Equal(raw, acte) || strings.ContainsAny(c.Name, "/\\") {
			t.Errorf("%q gives %d bytes", c.Name, len(raw))
		}
		if raw, err := l.at(preview.Glimpse{Item: of, Part: 1, Page: 1}); err != nil {
			t.Errorf("its PDF: %v", err)
		} else if dark, _ := ink(t, raw); dark < 100 {
			t.Error("the page of its PDF is blank")
		}
		if _, err := l.at(preview.Glimpse{Item: of, Part: 2}); err != nil {
			t.Errorf("its picture: %v", err)
		}
		if text, err := l.at(preview.Glimpse{Item: of, Part: 3}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a page is shown as %q, %v", text, err)
		}
		for _, number := range []int{-1, 4} {
			if _, err := l.p.Part(t.Context(), client, of, number); !fault.Is(err, fault.NotFound) {
				t.Errorf("number %d: %v", number, err)
			}
		}
		if _, err := l.p.Part(t.Context(), stranger, of, 1); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else takes it: %v", err)
		}
		if kinds := h.Kinds(h.Lead); kinds["document.read"] != 1 || kinds["document.downloaded"] != 3 {
			t.Errorf("the journal says %v", kinds)
		}
	})
}
