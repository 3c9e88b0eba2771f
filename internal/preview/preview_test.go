package preview_test

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/preview"
	"cenacle/internal/store"
	"cenacle/internal/worker"
	"cenacle/internal/worker/read"
)

// TestMain lets the test's own program be the child that reads documents.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Word {
		os.Exit(worker.Child(os.Args[2:], read.Trade()))
	}
	os.Exit(m.Run())
}

func readers(t *testing.T) *worker.Pool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return worker.New(self, 2)
}

// previews are those of a house, with its readers.
func previews(h *documenttest.House) *preview.Service {
	return preview.New(h.Office, h.Documents, readers(h.T.(*testing.T)))
}

var say = preview.Wording{
	Mark:   func(name string, at time.Time) string { return name + at.Format(" 2006") },
	Letter: func(l read.Letter) string { return l.Subject + "|" + l.Body + "|" + fmt.Sprint(l.Files) },
}

// TestShow shows what a page shows, and that the original stays what it is.
func TestShow(t *testing.T) {
	documenttest.Each(t, document.Config{Readers: readers(t)}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		to := h.Circles(h.Lead, in).Client
		glance := func(of id.Item) (document.Content, string) {
			t.Helper()
			c, err := previews(h).Show(t.Context(), client, preview.Glimpse{Item: of}, say)
			h.Must(err)
			raw, err := io.ReadAll(c.Reader)
			h.Must(err, c.Reader.Close())
			return c, string(raw)
		}
		white := image.NewGray(image.Rect(0, 0, 400, 300))
		for i := range white.Pix {
			white.Pix[i] = 255
		}
		var picture bytes.Buffer
		h.Must(png.Encode(&picture, white))
		photo := h.File(h.Lead, in, "Photo.png", picture.Bytes(), to).Document
		c, shown := glance(photo)
		drawn, err := jpeg.Decode(strings.NewReader(shown))
		if err != nil || c.Media != "image/jpeg" || c.Size != int64(len(shown)) {
			t.Fatalf("%+v, %v", c, err)
		}
		marked := false
		for i := range 400 * 300 {
			r, _, _, _ := drawn.At(i%400, i/400).RGBA()
			marked = marked || r < 0xd000
		}
		if !marked {
			t.Error("the picture bears no mark")
		}
		if got := h.Read(client, photo, ""); !bytes.Equal(got, picture.Bytes()) {
			t.Error("the original is altered")
		}
		note := h.File(h.Lead, in, "Note.txt", []byte("Re\xe7u"), to).Document
		if c, shown := glance(note); shown != "Reçu" || c.Media != "text/plain; charset=utf-8" {
			t.Errorf("a text is shown as %q, %s", shown, c.Media)
		}
		letter := h.File(h.Lead, in, "Lettre.EML", []byte("Subject: Bail\r\nContent-Type: text/html\r\n\r\n<script>x()</script><p>Bonjour</p>"), to).Document
		if c, shown := glance(letter); !strings.HasPrefix(shown, "Bail|Bonjour") || strings.Contains(shown, "script") || c.Media != "text/plain; charset=utf-8" {
			t.Errorf("a mail is shown as %q, %s", shown, c.Media)
		}
		paper := h.File(h.Lead, in, "Acte.pdf", pages("Bonjour"), to).Document
		if c, shown := glance(paper); c.Media != "image/jpeg" || len(shown) < 1000 {
			t.Errorf("a PDF is shown as %s", c.Media)
		}
		kinds := h.Kinds(h.Lead)
		if kinds["document.read"] != 4 || kinds["document.downloaded"] != 0 {
			t.Errorf("the journal says %v", kinds)
		}
	})
}

// bombs are files made to exhaust who looks at them: UPL-03.
func bombs(t *testing.T) map[string][]byte {
	t.Helper()
	header := func(w, h uint32) []byte {
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
			t.Fatal(err)
		}
		raw := b.Bytes()
		copy(raw[16:], []byte{byte(w >> 24), byte(w >> 16), byte(w >> 8), byte(w), byte(h >> 24), byte(h >> 16), byte(h >> 8), byte(h)})
		return fixed(raw)
	}
	out := map[string][]byte{
		"50000x50000.png": header(50_000, 50_000), "40000x1250.png": header(40_000, 1_250), "vide.png": {}, "vide.pdf": {},
		"large.gif":                             append([]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x08"), bytes.Repeat([]byte{255}, 1<<16)...),
		"images.gif":                            frames(5000),
		"webp.webp":                             []byte("RIFF\xff\xff\xff\x7fWEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff"),
		"coupe.jpg":                             []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01"),
		"secret.pdf":                            []byte("%PDF-1.7\n1 0 obj<</Filter/Standard/V 5>>endobj\ntrailer<</Encrypt 1 0 R/Root 1 0 R>>\nstartxref\n9\n%%EOF"),
		"boucle.pdf":                            []byte("%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 100000000>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF"),
		"entites.docx":                          zipped(t, "word/document.xml", "<!DOCTYPE a [<!ENTITY x \""+strings.Repeat("x", 1000)+"\">]><a>"+strings.Repeat("&x;", 100_000)+"</a>"),
		"profond.docx":                          zipped(t, "word/document.xml", strings.Repeat("<a>", 10_000)),
		"lignes.xlsx":                           zipped(t, "xl/worksheets/sheet1.xml", "<a>"+strings.Repeat("<row><c/></row>", 2<<20)+"</a>"),
		"boite.docx":                            zipped(t, "word/document.xml", string(zipped(t, "word/document.xml", "<a>boite</a>"))),
		"mensonge.docx":                         lying(zipped(t, "word/document.xml", "<a>"+strings.Repeat("mot ", 1<<20)+"</a>")),
		"coupe.docx":                            zipped(t, "word/document.xml", "<a>mots</a>")[:60],
		"poupees.eml":                           []byte(nested(200)),
		"morceaux.eml":                          []byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 5000) + "--b--"),
		"flux.pdf":                              stream(t),
		strings.Repeat("e\u0301", 83) + ".docx": {}, // 254 bytes, decomposed
	}
	return out
}

// TestUPL03 looks at each bomb and has its words read: within ten seconds each,
// refused calmly or bounded, and the bytes come back as they came. No database has
// a part in it: one is enough.
func TestUPL03(t *testing.T) {
	h := documenttest.New(t, store.Config{Dir: t.TempDir()}, document.Config{Readers: readers(t)})
	in, looks := h.Space(h.Lead, "Petit"), previews(h)
	for name, raw := range bombs(t) {
		of := h.File(h.Lead, in, name, raw).Document
		began := time.Now()
		c, err := looks.Show(t.Context(), h.Lead, preview.Glimpse{Item: of, Page: 1}, say)
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			h.Must(c.Reader.Close())
		}
		if took := time.Since(began); took > 12*time.Second {
			t.Errorf("%s: looked at for %v", name, took)
		}
		began = time.Now()
		waiting := h.Jobs(document.WordsJob)
		last := waiting[len(waiting)-1]
		last.Attempt = 3 // a busy machine has had its chances
		if err := h.Documents.Words(t.Context(), h.Lead.Firm, last); err != nil {
			t.Errorf("%s: could not be dealt with: %v", name, err)
		}
		if took := time.Since(began); took > 25*time.Second {
			t.Errorf("%s: read for %v", name, took)
		}
		if got := h.Read(h.Lead, of, ""); !bytes.Equal(got, raw) {
			t.Errorf("%s: comes back changed", name)
		}
	}
}

func nested(depth int) string {
	var b strings.Builder
	for i := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	return b.String()
}

// fixed is a PNG whose first chunk was changed, with the sum it now has.
func fixed(raw []byte) []byte {
	binary.BigEndian.PutUint32(raw[29:], crc32.ChecksumIEEE(raw[12:29]))
	return raw
}

// frames is a GIF of so many pictures.
func frames(n int) []byte {
	out := []byte("GIF89a\x10\x27\x10\x27\x80\x00\x00\x00\x00\x00\xff\xff\xff")
	for range n {
		out = append(out, "\x2c\x00\x00\x00\x00\x10\x27\x10\x27\x00\x02\x02\x4c\x01\x00"...)
	}
	return append(out, ';')
}

func zipped(t *testing.T, name, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = io.WriteString(f, content)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// lying is an archive that says its part is of one byte.
func lying(raw []byte) []byte {
	at := bytes.LastIndex(raw, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(raw[at+24:], 1)
	return raw
}

// stream is a PDF whose one page unpacks to two gigabytes.
func stream(t *testing.T) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	for range 256 {
		if _, err := w.Write(bytes.Repeat([]byte("(x) Tj "), 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	var at []int
	for i, body := range []string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
		fmt.Sprintf("<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream", packed.Len(), packed.String()),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	} {
		if i == 0 {
			b.WriteString("%PDF-1.7\n")
		}
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, table)
	return b.Bytes()
}
