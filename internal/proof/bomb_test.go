package proof

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"strings"
	"testing"
)

// bomb is a file made to exhaust whoever looks into it.
type bomb struct {
	name string
	make func() []byte
}

// bombs are sixty such files.
func bombs(t testing.TB) []bomb {
	var out []bomb
	for _, of := range [][]bomb{hostileArchives(t), hostileXML(t), hostilePictures(t), hostilePDF(), hostileOffice(t), hostileText()} {
		out = append(out, of...)
	}
	return out
}

// part is one entry of an archive.
type part struct{ name, text string }

func packed(t testing.TB, parts ...part) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range parts {
		f, err := w.Create(p.name)
		if err == nil {
			_, err = f.Write([]byte(p.text))
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

func deflated(text []byte, times int) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	for range times {
		_, _ = w.Write(text) // to memory: it cannot fail
	}
	_ = w.Close()
	return b.Bytes()
}

func hostileArchives(t testing.TB) []bomb {
	const document = "word/document.xml"
	zeros := strings.Repeat("0", 64<<20)
	// dolls are archives in one another.
	dolls := func(depth int) []byte {
		raw := packed(t, part{document, strings.Repeat("<a>", 1<<20)})
		for range depth {
			raw = packed(t, part{document, string(raw)}, part{"2.zip", string(raw)})
		}
		return raw
	}
	// lie puts a number where the last entry of the list says a size.
	lie := func(offset int, size uint32) func() []byte {
		return func() []byte {
			raw := packed(t, part{document, "<a>" + strings.Repeat("mot ", 4<<20) + "</a>"})
			at := bytes.LastIndex(raw, []byte("PK\x01\x02"))
			binary.LittleEndian.PutUint32(raw[at+offset:], size)
			return raw
		}
	}
	// zip64 says of an entry that it is larger than all disks.
	zip64 := func() []byte {
		raw := packed(t, part{document, "<a/>"})
		at := bytes.LastIndex(raw, []byte("PK\x01\x02"))
		binary.LittleEndian.PutUint32(raw[at+24:], 0xffffffff)
		binary.LittleEndian.PutUint16(raw[at+30:], 12)
		name := at + 46 + len(document)
		extra := append([]byte{1, 0, 8, 0}, bytes.Repeat([]byte{0x7f}, 8)...)
		raw = append(raw[:name:name], append(extra, raw[name:]...)...)
		end := bytes.LastIndex(raw, []byte("PK\x05\x06"))
		binary.LittleEndian.PutUint32(raw[end+12:], uint32(end-at))
		return raw
	}
	return []bomb{
		{"poupees.docx", func() []byte { return dolls(6) }}, {"poupees.zip", func() []byte { return dolls(8) }},
		{"mensonge.docx", lie(24, 1)}, {"mensonge.xlsx", lie(24, 0xfffffffe)}, {"mensonge.odt", lie(20, 3)}, {"zip64.docx", zip64},
		{"ailleurs.docx", lie(42, 0x7fffffff)},
		{"zeros.docx", func() []byte { return packed(t, part{document, zeros}, part{"word/styles.xml", zeros}) }},
		{"nombreux.docx", func() []byte {
			parts := make([]part, 60_000)
			for i := range parts {
				parts[i].name = fmt.Sprintf("word/document%d.xml", i)
			}
			return packed(t, parts...)
		}},
		{"double.docx", func() []byte {
			return packed(t, part{document, "<a>" + zeros + "</a>"}, part{document, "<a>" + zeros + "</a>"}, part{document, "<a/>"})
		}},
	}
}

func hostileXML(t testing.TB) []bomb {
	// laughs are entities of entities.
	laughs := func(levels int) string {
		var b strings.Builder
		b.WriteString("<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY e0 \"mot\">")
		for i := range levels {
			fmt.Fprintf(&b, "<!ENTITY e%d \"%s\">", i+1, strings.Repeat(fmt.Sprintf("&e%d;", i), 10))
		}
		fmt.Fprintf(&b, "]><a>&e%d;</a>", levels)
		return b.String()
	}
	outside := `<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd" [<!ENTITY % p SYSTEM "file:///etc/passwd"><!ENTITY x SYSTEM "file:///dev/zero">%p;]><a>&x;</a>`
	attributes := "<a" + func() string {
		var b strings.Builder
		for i := range 300_000 {
			fmt.Fprintf(&b, " a%d=''", i)
		}
		return b.String()
	}() + "/>"
	deep := strings.Repeat("<w:tbl><w:tr><w:tc>", 200_000)
	docx := func(text string) func() []byte {
		return func() []byte { return wordFile(t, text) }
	}
	return []bomb{
		{"rires.docx", docx(laughs(12))}, {"rires.odt", func() []byte { return packed(t, part{"content.xml", laughs(12)}) }},
		{"rires.xlsx", func() []byte {
			return packed(t, part{"xl/sharedStrings.xml", laughs(12)}, part{"xl/worksheets/sheet1.xml", laughs(12)})
		}},
		{"rires.svg", func() []byte { return []byte(laughs(12)) }},
		{"dehors.docx", docx(outside)}, {"attributs.docx", docx(attributes)}, {"profond.docx", docx(deep)},
		{"nom.pptx", func() []byte {
			return packed(t, part{"ppt/slides/slide1.xml", "<" + strings.Repeat("n", 64<<20) + "/>"})
		}},
		{"commentaire.odt", func() []byte {
			return packed(t, part{"content.xml", "<a><!--" + strings.Repeat("-x", 32<<20) + "--></a>"})
		}},
	}
}

// wordFile is a DOCX with that as its document.
func wordFile(t testing.TB, document string) []byte {
	const types = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`
	const rels = `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`
	return packed(t, part{"[Content_Types].xml", types}, part{"_rels/.rels", rels}, part{"word/document.xml", document})
}

// letterOf is a DOCX whose body is that.
func letterOf(t testing.TB, body string) []byte {
	return wordFile(t, `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`+body+`</w:body></w:document>`)
}

func hostilePictures(t testing.TB) []bomb {
	// drawn is a PNG of that size, with chunks before its points.
	drawn := func(w, h uint32, more ...[]byte) func() []byte {
		return func() []byte {
			var b bytes.Buffer
			if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
				t.Fatal(err)
			}
			raw := b.Bytes()
			binary.BigEndian.PutUint32(raw[16:], w)
			binary.BigEndian.PutUint32(raw[20:], h)
			binary.BigEndian.PutUint32(raw[29:], crc32.ChecksumIEEE(raw[12:29]))
			return bytes.Join(append([][]byte{raw[:33]}, append(more, raw[33:])...), nil)
		}
	}
	chunk := func(kind string, data []byte) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		out = append(append(out, kind...), data...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	}
	zeros := deflated(make([]byte, 1<<20), 512)
	frames := func() []byte {
		out := []byte("GIF89a\x10\x27\x10\x27\x80\x00\x00\x00\x00\x00\xff\xff\xff")
		for range 20_000 {
			out = append(out, "\x2c\x00\x00\x00\x00\x10\x27\x10\x27\x00\x02\x02\x4c\x01\x00"...)
		}
		return append(out, ';')
	}
	tiff := func(next uint32, entries ...[4]uint32) func() []byte {
		return func() []byte {
			out := []byte("II*\x00\x08\x00\x00\x00")
			out = binary.LittleEndian.AppendUint16(out, uint16(len(entries)))
			for _, e := range entries {
				out = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(out, uint16(e[0])), uint16(e[1]))
				out = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(out, e[2]), e[3])
			}
			return binary.LittleEndian.AppendUint32(out, next)
		}
	}
	text := func(s string) func() []byte { return func() []byte { return []byte(s) } }
	jpeg := "\xff\xd8\xff\xc2\x00\x11\x08\xff\xff\xff\xff\x03\x01\x22\x00\x02\x11\x00\x03\x11\x00" // 65,535 by 65,535, in passes
	return []bomb{
		{"50000x50000.png", drawn(50_000, 50_000, chunk("IDAT", zeros))}, {"ruban.png", drawn(1, 0x7fffffff)}, {"plat.png", drawn(12_000, 3_300, chunk("IDAT", zeros))},
		{"profil.png", drawn(10, 10, chunk("iCCP", append([]byte("p\x00\x00"), zeros...)))}, {"mots.png", drawn(10, 10, chunk("zTXt", append([]byte("t\x00\x00"), zeros...)))},
		{"morceaux.png", drawn(10, 10, bytes.Repeat(chunk("tEXt", []byte("a\x00b")), 400_000))},
		{"images.gif", frames}, {"grand.gif", text("GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x08" + strings.Repeat("\xff", 1<<20))},
		{"passes.jpg", text(jpeg + strings.Repeat("\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00\x00\x00", 50_000) + "\xff\xd9")},
		{"bandes.tiff", tiff(0, [4]uint32{256, 4, 1, 60_000}, [4]uint32{257, 4, 1, 60_000}, [4]uint32{258, 3, 1, 8}, [4]uint32{259, 3, 1, 5}, [4]uint32{273, 4, 0xffffffff, 8})},
		{"ronde.tiff", tiff(8, [4]uint32{256, 4, 1, 1}, [4]uint32{257, 4, 1, 1})},
		{"toile.webp", text("RIFF\xff\xff\xff\x7fWEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff")},
		{"sans-perte.webp", text("RIFF\x20\x00\x10\x00WEBPVP8L\x00\x00\x10\x00\x2f\xff\xff\xff\x0f" + strings.Repeat("\xff", 1<<20))},
		{"trame.bmp", text("BM\x36\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\xff\xff\x00\x00\xff\xff\x00\x00\x01\x00\x18\x00" + strings.Repeat("\x00", 24))},
	}
}

// object is one object of a PDF, with a stream or none.
func object(dict string, stream []byte) string {
	if stream == nil {
		return "<<" + dict + ">>"
	}
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(stream), stream)
}

// pdf is a PDF of these objects, the first of which is its catalogue.
func pdf(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
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

// onePage is a PDF of one page of that size, drawn by what is deflated.
func onePage(box, resources string, drawing []byte, more ...string) []byte {
	return pdf(append([]string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[" + box + "]/Contents 4 0 R/Resources<<" + resources + ">>>>",
		object("/Filter/FlateDecode", drawing),
	}, more...)...)
}

func hostilePDF() []bomb {
	const a4 = "0 0 595 842"
	small := deflated([]byte("0 0 10 10 re f"), 1)
	form := "/XObject<</X 5 0 R>>"
	again := func(times int) string {
		return object("/Type/XObject/Subtype/Form/BBox[0 0 600 900]/Resources<<"+form+">>", bytes.Repeat([]byte("/X Do "), times))
	}
	deep := func() []byte {
		objects := []string{"<</Type/Catalog/Pages 2 0 R>>"}
		for i := range 50_000 {
			objects = append(objects, fmt.Sprintf("<</Type/Pages/Count 1/Kids[%d 0 R]>>", i+3))
		}
		return pdf(objects...)
	}
	return []bomb{
		{"flux.pdf", func() []byte {
			return onePage(a4, "/Font<</F1 5 0 R>>", deflated(bytes.Repeat([]byte("(x) Tj "), 1<<20), 256), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
		}},
		{"traits.pdf", func() []byte {
			return onePage(a4, "", deflated([]byte("0 0 m 595 842 l 0 842 l 595 0 l f* "), 6_000_000))
		}},
		{"filtres.pdf", func() []byte {
			return pdf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox["+a4+"]/Contents 4 0 R>>",
				object("/Filter["+strings.Repeat("/FlateDecode", 200)+"]", deflated(deflated(make([]byte, 1<<20), 1024), 1)))
		}},
		{"image.pdf", func() []byte {
			return onePage(a4, form, deflated([]byte("595 0 0 842 0 0 cm /X Do"), 1),
				object("/Type/XObject/Subtype/Image/Width 50000/Height 50000/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/FlateDecode", deflated(make([]byte, 1<<20), 1024)))
		}},
		{"miroir.pdf", func() []byte { return onePage(a4, form, deflated([]byte("/X Do"), 1), again(20)) }},
		{"trame.pdf", func() []byte {
			return onePage(a4, "/Pattern<</P 5 0 R>>", deflated([]byte("/Pattern cs /P scn 0 0 595 842 re f"), 1),
				object("/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.0001/YStep 0.0001/Resources<<>>", []byte("0 0 1 1 re f")))
		}},
		{"affiche.pdf", func() []byte { return onePage("0 0 2000000000 2000000000", "", small) }},
		{"rien.pdf", func() []byte { return onePage("0 0 0 0", "", small) }},
		{"boucle.pdf", func() []byte {
			return pdf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids["+strings.Repeat("2 0 R ", 100)+"]/Count 100000000>>")
		}},
		{"profond.pdf", deep},
		{"objets.pdf", func() []byte {
			return []byte("%PDF-1.7\n1 0 obj\n" + object("/Type/ObjStm/N 1000000000/First 10/Filter/FlateDecode", deflated([]byte("1 0 2 0 "), 60_000_000)) +
				"\nendobj\n2 0 obj\n" + object("/Type/XRef/Size 2147483647/W[1 4 4]/Index[0 2147483647]/Root 3 0 R/Filter/FlateDecode", deflated([]byte("\x02\x00\x00\x00\x01\x00\x00\x00\x00"), 30_000_000)) +
				"\nendobj\nstartxref\n9\n%%EOF")
		}},
		{"secret.pdf", func() []byte {
			return []byte("%PDF-1.7\n1 0 obj<</Filter/Standard/V 5/R 6/Length 256/O(" + strings.Repeat("x", 1<<20) + ")>>endobj\ntrailer<</Encrypt 1 0 R/Root 1 0 R>>\nstartxref\n9\n%%EOF")
		}},
	}
}

func hostileOffice(t testing.TB) []bomb {
	const sheetTypes = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`
	const main = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	rel := func(kind, to string) string {
		return `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="` + main + kind + `" Target="` + to + `"/></Relationships>`
	}
	sheet := func(rows string) func() []byte {
		return func() []byte {
			const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
			return packed(t, part{"[Content_Types].xml", sheetTypes}, part{"_rels/.rels", rel("officeDocument", "xl/workbook.xml")},
				part{"xl/workbook.xml", `<workbook ` + ns + ` xmlns:r="` + strings.TrimSuffix(main, "/") + `"><sheets><sheet name="A" sheetId="1" r:id="r"/></sheets></workbook>`},
				part{"xl/_rels/workbook.xml.rels", rel("worksheet", "worksheets/sheet1.xml")},
				part{"xl/worksheets/sheet1.xml", `<worksheet ` + ns + `><sheetData>` + rows + `</sheetData></worksheet>`})
		}
	}
	open := func(kind, body string) func() []byte {
		return func() []byte {
			return packed(t, part{"mimetype", "application/vnd.oasis.opendocument." + kind}, part{"META-INF/manifest.xml", `<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.` + kind + `"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>`},
				part{"content.xml", `<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:` + kind + `>` + body + `</office:` + kind + `></office:body></office:document-content>`})
		}
	}
	var chain strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&chain, `<row r="%d"><c r="A%[1]d"><f>A%d+SUM(A$1:A%[2]d)</f></c></row>`, i+2, i+1)
	}
	text := func(s string) func() []byte { return func() []byte { return []byte(s) } }
	return []bomb{
		{"lignes.xlsx", sheet(strings.Repeat("<row><c t=\"inlineStr\"><is><t>x</t></is></c></row>", 1<<20))}, {"formules.xlsx", sheet(chain.String())},
		{"cellules.ods", open("spreadsheet", `<table:table table:name="A"><table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="1024" office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row></table:table>`)},
		{"tables.odt", open("text", strings.Repeat(`<table:table><table:table-column/><table:table-row><table:table-cell>`, 3000)+strings.Repeat(`</table:table-cell></table:table-row></table:table>`, 3000))},
		{"pages.docx", func() []byte {
			return letterOf(t, strings.Repeat(`<w:p><w:r><w:br w:type="page"/><w:t>mot</w:t></w:r></w:p>`, 200_000))
		}},
		{"tableaux.docx", func() []byte {
			return letterOf(t, strings.Repeat(`<w:tbl><w:tr><w:tc>`, 1500)+"<w:p/>"+strings.Repeat(`</w:tc></w:tr></w:tbl>`, 1500))
		}},
		{"mot.docx", func() []byte {
			return letterOf(t, "<w:p><w:r><w:t>"+strings.Repeat("mot", 10<<20)+"</w:t></w:r></w:p>")
		}},
		{"accolades.rtf", text(`{\rtf1 ` + strings.Repeat("{", 500_000))},
		{"tableau.rtf", text(`{\rtf1 ` + strings.Repeat(`\trowd\cellx1000 x\cell\row `, 300_000) + "}")},
		{"ole.doc", text("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 22) + "\x3e\x00\x03\x00\xfe\xff\x09\x00" + strings.Repeat("\x01\x00\x00\x00", 100_000))},
	}
}

func hostileText() []bomb {
	nested := func(depth int) string {
		var b strings.Builder
		for i := range depth {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
		}
		return b.String()
	}
	text := func(s string) func() []byte { return func() []byte { return []byte(s) } }
	return []bomb{
		{"poupees.eml", text(nested(3000))}, {"morceaux.eml", text("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 400_000) + "--b--")},
		{"entete.eml", text("Subject: " + strings.Repeat("=?utf-8?q?=C3=A9?= ", 1<<20) + "\r\n\r\nx")},
		{"joint.eml", text("MIME-Version: 1.0\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(make([]byte, 24<<20)))},
		{"ligne.txt", text(strings.Repeat("é", 24<<20))},
	}
}
