package read_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"cenacle/internal/worker"
	"cenacle/internal/worker/read"
)

// TestMain lets the test's own program be the child.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Word {
		os.Exit(worker.Child(os.Args[2:], read.Trade()))
	}
	os.Exit(m.Run())
}

const (
	docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	pptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	odt  = "application/vnd.oasis.opendocument.text"
	ods  = "application/vnd.oasis.opendocument.spreadsheet"
)

// archive packs parts, in pairs of name and content.
func archive(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		f, err := w.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sheet is a PDF of one page that says words.
func sheet(words string) []byte {
	var b bytes.Buffer
	var at []int
	object := func(body string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), body)
	}
	b.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>")
	said := "BT /F1 24 Tf 60 700 Td (" + words + ") Tj ET"
	object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(said), said))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, table)
	return b.Bytes()
}

func TestText(t *testing.T) {
	ansi, err := charmap.Windows1252.NewEncoder().String("Créance impayée, 1 200 €")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		media string
		raw   []byte
		says  []string
		not   string
	}{
		"pdf": {"application/pdf", sheet("Convention de divorce"), []string{"Convention de divorce"}, ""},
		"docx": {docx, archive(t, "word/document.xml",
			`<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>Con</w:t></w:r><w:r><w:t>vention</w:t></w:r></w:p><w:p><w:r><w:instrText>PAGEREF</w:instrText><w:t>Article 1</w:t></w:r></w:p></w:body></w:document>`,
			"word/header1.xml", `<w:hdr xmlns:w="w"><w:p><w:t>Confidentiel</w:t></w:p></w:hdr>`), []string{"Convention ", "Article 1", "Confidentiel"}, "PAGEREF"},
		"xlsx": {xlsx, archive(t, "xl/sharedStrings.xml", `<sst><si><t>Loyer</t></si><si><t>Charges</t></si></sst>`,
			"xl/worksheets/sheet1.xml", `<worksheet><sheetData><row><c><f>SUM(A1)</f><v>1250</v></c><c t="inlineStr"><is><t>Total</t></is></c></row></sheetData></worksheet>`), []string{"Loyer ", "Charges", "1250", "Total"}, "SUM"},
		"pptx": {pptx, archive(t, "ppt/slides/slide1.xml", `<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>Ordre du jour</a:t></a:r></a:p></p:sld>`), []string{"Ordre du jour"}, ""},
		"odt":  {odt, archive(t, "mimetype", odt, "content.xml", `<o xmlns:text="t"><text:p>Bail<text:tab/>commercial</text:p></o>`), []string{"Bail", "commercial"}, "Bailcommercial"},
		"ods":  {ods, archive(t, "content.xml", `<o xmlns:t="t" xmlns:x="x"><t:table-row><t:table-cell><x:p>Facture</x:p></t:table-cell><t:table-cell><x:p>42</x:p></t:table-cell></t:table-row></o>`), []string{"Facture", "42"}, "Facture42"},
		"page": {"text/html; charset=utf-8", []byte(`<title>Avis</title><script>alert("secret")</script><p>d&eacute;pos&#233;</p>`), []string{"Avis", "déposé"}, "secret"},
		"ansi": {"text/plain", []byte(ansi), []string{"Créance impayée, 1 200 €"}, ""},
		"wide": {"text/plain; charset=utf-16le", []byte("\xff\xfeO\x00u\x00i\x00"), []string{"Oui"}, ""},
	} {
		got, err := read.Text(tt.media, tt.raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, w := range tt.says {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q is not in %q", name, w, got)
			}
		}
		if tt.not != "" && strings.Contains(got, tt.not) {
			t.Errorf("%s: %q is in %q", name, tt.not, got)
		}
	}
}

const letter = "From: =?utf-8?q?Ren=C3=A9_Petit?= <rene@example.org>\r\nTo: cabinet@example.org\r\nSubject: =?iso-8859-1?q?R=E9siliation?=\r\n" +
	"Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nLe pr=E9avis est pass=E9.\r\n" +
	"--b\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script><p>Le préavis</p>\r\n" +
	"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"bail.pdf\"\r\n\r\nx\r\n--b--\r\n"

func TestMail(t *testing.T) {
	l, err := read.Mail([]byte(letter))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(l.From, "René Petit") || l.Subject != "Résiliation" || strings.TrimSpace(l.Body) != "Le préavis est passé." || len(l.Files) != 1 || l.Files[0].Name != "bail.pdf" {
		t.Errorf("it reads %+v", l)
	}
	words, err := read.Text("message/rfc822", []byte(letter))
	if err != nil || !strings.Contains(words, "préavis") || !strings.Contains(words, "bail.pdf") {
		t.Errorf("its words are %q, %v", words, err)
	}
}

// Bombs and traps are refused by the parser itself, before any bound of the
// process is felt.
func TestTrapsAreRefused(t *testing.T) {
	deep := strings.Repeat("<a>", 60) + strings.Repeat("</a>", 60)
	for name, raw := range map[string][]byte{
		"a bomb":            archive(t, "word/document.xml", "<a>"+strings.Repeat("<b></b>", 8<<20)+"</a>"),
		"an entity":         archive(t, "word/document.xml", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`),
		"a billion laughs":  archive(t, "word/document.xml", `<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>`),
		"an unknown entity": archive(t, "word/document.xml", `<a>&xxe;</a>`),
		"too deep":          archive(t, "word/document.xml", deep),
		"no archive":        []byte("PK\x03\x04 and nothing more"),
		"cut":               archive(t, "word/document.xml", "<a>mots</a>")[:40],
		"no element closed": archive(t, "word/document.xml", "<a><b>"),
	} {
		if got, err := read.Text(docx, raw); err == nil {
			t.Errorf("%s: %.80q", name, got)
		}
	}
	if _, err := read.Text("video/mp4", nil); err == nil {
		t.Error("a film has words")
	}
}

func TestOnlySoManyWordsCount(t *testing.T) {
	got, err := read.Text("text/plain", []byte(strings.Repeat("é", read.MostText)))
	if err != nil || len(got) > read.MostText || !strings.HasSuffix(got, "é") {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func FuzzText(f *testing.F) {
	for _, media := range []string{docx, xlsx, odt, "message/rfc822", "text/html", "text/plain"} {
		f.Add(media, archive(f, "content.xml", "<a>mots</a>"))
		f.Add(media, []byte(letter))
	}
	f.Fuzz(func(t *testing.T, media string, raw []byte) {
		if media == "application/pdf" { // read in a child only
			return
		}
		if got, err := read.Text(media, raw); err == nil && len(got) > read.MostText {
			t.Errorf("%d bytes of words", len(got))
		}
	})
}

func pool(t *testing.T) *worker.Pool {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return worker.New(self, 2)
}

func TestAChildReads(t *testing.T) {
	for media, raw := range map[string][]byte{
		"application/pdf": sheet("Acte de vente"), docx: archive(t, "word/document.xml", "<p>Acte de vente</p>"), "message/rfc822": []byte("Subject: Acte de vente\r\n\r\n"),
	} {
		out, err := pool(t).Do(t.Context(), worker.Job{Task: read.TaskText, Media: media, Input: bytes.NewReader(raw)})
		if err != nil || !strings.Contains(string(out), "Acte de vente") {
			t.Errorf("%s: %q, %v", media, out, err)
		}
	}
}

// A scan is a page without words, made a picture, made words: this needs the
// programs that tools/provide installs.
func TestAScanIsRead(t *testing.T) {
	page, err := pool(t).Do(t.Context(), worker.Job{Task: read.TaskPage, Media: "application/pdf", Page: 1, Input: bytes.NewReader(sheet("Assignation en paiement"))})
	if err != nil {
		t.Fatal(err)
	}
	words, err := pool(t).Do(t.Context(), worker.Job{Task: read.TaskScan, Media: "image/png", Input: bytes.NewReader(page)})
	if err != nil || !strings.Contains(string(words), "Assignation en paiement") {
		t.Errorf("it reads %q, %v", words, err)
	}
}

func TestAPictureIsMadeSmallAndMarked(t *testing.T) {
	white := image.NewRGBA(image.Rect(0, 0, 3000, 1000))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	white.SetRGBA(0, 0, color.RGBA{255, 255, 255, 255})
	var b bytes.Buffer
	if err := png.Encode(&b, white); err != nil {
		t.Fatal(err)
	}
	dark := func(mark string) int {
		out, err := pool(t).Do(t.Context(), worker.Job{Task: read.TaskPicture, Media: "image/png", Mark: mark, Input: bytes.NewReader(b.Bytes())})
		if err != nil {
			t.Fatal(err)
		}
		shown, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil || shown.Bounds().Dx() != 1600 || shown.Bounds().Dy() != 533 {
			t.Fatal(shown.Bounds(), err)
		}
		n := 0
		for y := range shown.Bounds().Dy() {
			for x := range shown.Bounds().Dx() {
				if r, _, _, _ := shown.At(x, y).RGBA(); r < 0xd000 {
					n++
				}
			}
		}
		return n
	}
	if without, with := dark(""), dark("Éléonore Petit, 28 novembre 2026"); without != 0 || with < 1000 {
		t.Errorf("%d dark points without a mark, %d with one", without, with)
	}
}

// What a camera notes of how it was held is obeyed, for the note is not kept.
func TestAPhotographStandsUpright(t *testing.T) {
	wide := image.NewRGBA(image.Rect(0, 0, 40, 20))
	var b bytes.Buffer
	if err := jpeg.Encode(&b, wide, nil); err != nil {
		t.Fatal(err)
	}
	notes := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	held := append([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, byte(len(notes) + 2)}, append([]byte(notes), b.Bytes()[2:]...)...)
	out, err := pool(t).Do(t.Context(), worker.Job{Task: read.TaskPicture, Media: "image/jpeg", Input: bytes.NewReader(held)})
	if err != nil {
		t.Fatal(err)
	}
	shape, err := jpeg.DecodeConfig(bytes.NewReader(out))
	if err != nil || shape.Width != 20 || shape.Height != 40 {
		t.Errorf("it is shown %d by %d, %v", shape.Width, shape.Height, err)
	}
}
