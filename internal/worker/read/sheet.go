package read

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"io"

	"cenacle/internal/worker/sheet"
)

// What is made of a photograph of a sheet of paper. Each answers nothing when
// there is no such sheet.
const (
	TaskFind     = "find"      // one byte: there is a sheet
	TaskSheet    = "sheet"     // the sheet alone as if seen from above, as JPEG
	TaskSheetPDF = "sheet-pdf" // the same as a PDF of one page
)

const (
	photo   = 3600 // longest side of a photograph that is looked at, in points
	printed = 88   // quality
)

func find(_, _ string, _ int, in io.Reader, out io.Writer) error {
	_, _, found, err := photographed(in)
	if err != nil || !found {
		return err
	}
	_, err = out.Write([]byte{1})
	return err
}

func flatten(_, _ string, _ int, in io.Reader, out io.Writer) error {
	from, q, found, err := photographed(in)
	if err != nil || !found {
		return err
	}
	return jpeg.Encode(out, sheet.Flatten(from, q), &jpeg.Options{Quality: printed})
}

func flattenPDF(_, _ string, _ int, in io.Reader, out io.Writer) error {
	from, q, found, err := photographed(in)
	if err != nil || !found {
		return err
	}
	flat := sheet.Flatten(from, q)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, flat, &jpeg.Options{Quality: printed}); err != nil {
		return err
	}
	_, err = out.Write(onePage(b.Bytes(), flat.Bounds().Dx(), flat.Bounds().Dy()))
	return err
}

// photographed opens a picture, upright, and finds the sheet in it.
func photographed(in io.Reader) (*image.RGBA, sheet.Quad, bool, error) {
	raw, err := io.ReadAll(in)
	if err != nil {
		return nil, sheet.Quad{}, false, err
	}
	from, err := decoded(raw)
	if err != nil {
		return nil, sheet.Quad{}, false, err
	}
	whole := upright(small(from, photo), turned(raw))
	q, found := sheet.Find(whole)
	return whole, q, found, nil
}

// onePage is a PDF whose page is a picture (PDF 1.7, 8.9.5): the same bytes for
// the same picture, since nothing in it is a date or a name.
func onePage(picture []byte, w, h int) []byte {
	const long = 842.0 // points of the longer side of an A4
	scale := long / float64(max(w, h))
	pw, ph := float64(w)*scale, float64(h)*scale
	draw := fmt.Sprintf("q %.2f 0 0 %.2f 0 0 cm /P Do Q", pw, ph)
	var b bytes.Buffer
	var at []int
	object := func(dictionary string, stream []byte) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\n", len(at), dictionary)
		if stream != nil {
			fmt.Fprintf(&b, "stream\n%s\nendstream\n", stream)
		}
		b.WriteString("endobj\n")
	}
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	object("<</Type/Catalog/Pages 2 0 R>>", nil)
	object("<</Type/Pages/Kids[3 0 R]/Count 1>>", nil)
	object(fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.2f %.2f]/Contents 5 0 R/Resources<</XObject<</P 4 0 R>>>>>>", pw, ph), nil)
	object(fmt.Sprintf("<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode/Length %d>>", w, h, len(picture)), picture)
	object(fmt.Sprintf("<</Length %d>>", len(draw)), []byte(draw))
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, table)
	return b.Bytes()
}
