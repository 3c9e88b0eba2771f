// Package print makes plain pages of words: lists and cover sheets that go with
// documents to somebody who opens no page of ours. It is the smallest PDF that says
// them: A4, two weights of a letter that every reader has, lines that wrap, numbered
// pages. The same words make the same bytes.
//
// It refuses to read anything: what strangers made is opened in children of package
// worker alone. And it has the letters of Western Europe only (WinAnsi): of another
// letter it writes the nearest one, or a question mark.
//
// Start at [PDF].
package print

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/font"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// The letters of a page, by the names under which every reader knows them.
const (
	Regular = "Helvetica"
	Bold    = "Helvetica-Bold"
)

// A page, in points.
const (
	width, height = 595.0, 842.0
	margin        = 56.0
	Measure       = width - 2*margin // of a line
	leading       = 1.35
	small         = 8.0
)

// Line is one line of a page, or several where it does not fit. Each cell begins
// where At says, from the margin, and wraps before the next one; without At there is
// one cell.
type Line struct {
	Cells []string
	At    []float64
	Size  float64 // points
	Bold  bool
	Above float64 // what stays white above, in points
	Joins bool    // it is on the page of the line after it
}

// Text is a line of one cell.
func Text(size float64, words string) Line { return Line{Cells: []string{words}, Size: size} }

// PDF writes lines onto as many pages as they need. foot stands under each, before the
// number of the page.
func PDF(foot string, lines []Line) []byte {
	var pages []*bytes.Buffer
	y := 0.0
	for i, l := range lines {
		wrapped, tall := l.wrap()
		needs := l.Above + tall
		if l.Joins && i+1 < len(lines) {
			_, next := lines[i+1].wrap()
			needs += lines[i+1].Above + next
		}
		y -= l.Above
		if len(pages) == 0 || y+l.Above-needs < margin {
			pages, y = append(pages, &bytes.Buffer{}), height-margin
		}
		l.write(pages[len(pages)-1], y, wrapped)
		y -= tall
	}
	return assemble(foot, pages)
}

// wrap cuts the cells of a line where they are too long, and says how tall it is then.
func (l Line) wrap() (cells [][]string, tall float64) {
	rows := 0
	for i, c := range l.Cells {
		end := Measure
		if i+1 < len(l.At) {
			end = l.At[i+1] - l.Size
		}
		cells = append(cells, fit(c, l.face(), l.Size, end-l.at(i)))
		rows = max(rows, len(cells[i]))
	}
	return cells, float64(rows) * l.Size * leading
}

func (l Line) at(i int) float64 {
	if i < len(l.At) {
		return l.At[i]
	}
	return 0
}

func (l Line) face() string {
	if l.Bold {
		return Bold
	}
	return Regular
}

func (l Line) write(to *bytes.Buffer, top float64, cells [][]string) {
	name := "R"
	if l.Bold {
		name = "B"
	}
	for i, rows := range cells {
		for n, words := range rows {
			fmt.Fprintf(to, "BT /%s %.1f Tf %.2f %.2f Td %s Tj ET\n", name, l.Size, margin+l.at(i), top-float64(n)*l.Size*leading-l.Size, Literal(words))
		}
	}
}

// fit cuts words into rows of a width; what is one long word is cut within.
func fit(words, face string, size, wide float64) (rows []string) {
	row := ""
	for _, w := range strings.FieldsFunc(words, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }) {
		next := strings.TrimSpace(row + " " + w)
		if row != "" && Width(next, face, size) > wide {
			rows, next = append(rows, row), w
		}
		for Width(next, face, size) > wide {
			letters := []rune(next)
			n := len(letters) - 1
			for n > 1 && Width(string(letters[:n]), face, size) > wide {
				n--
			}
			rows, next = append(rows, string(letters[:n])), string(letters[n:])
		}
		row = next
	}
	return append(rows, row)
}

// Width is how wide words are, in points.
func Width(words, face string, size float64) float64 {
	w, err := font.TextWidthFloat(string(Encode(words)), face, size)
	if err != nil { // a face that is none of the two
		return 0
	}
	return w
}

// Encode writes words in WinAnsi.
func Encode(words string) (out []byte) {
	for _, r := range words {
		if b, ok := charmap.Windows1252.EncodeRune(r); ok && r >= ' ' {
			out = append(out, b)
			continue
		}
		base := []rune(norm.NFD.String(string(r)))[0]
		if b, ok := charmap.Windows1252.EncodeRune(base); ok && base >= ' ' {
			out = append(out, b)
			continue
		}
		out = append(out, '?')
	}
	return out
}

// Literal is words as a string of a PDF, in hexadecimal, so that nothing in them means
// anything.
func Literal(words string) string { return fmt.Sprintf("<%x>", Encode(words)) }

// Letters is a face as the font of a page.
func Letters(face string) string {
	return "<</Type/Font/Subtype/Type1/BaseFont/" + face + "/Encoding/WinAnsiEncoding>>"
}

// assemble makes one file of pages (ISO 32000-1, 7.5).
func assemble(foot string, pages []*bytes.Buffer) []byte {
	const first = 5 // objects before that of the first page
	var b bytes.Buffer
	var at []int
	object := func(dictionary string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), dictionary)
	}
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	object("<</Type/Catalog/Pages 2 0 R>>")
	kids := ""
	for i := range pages {
		kids += fmt.Sprintf("%d 0 R ", first+2*i)
	}
	object(fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids, len(pages)))
	object(Letters(Regular))
	object(Letters(Bold))
	for i, p := range pages {
		words := fmt.Sprintf("%s – %d/%d", foot, i+1, len(pages))
		fmt.Fprintf(p, "BT /R %.1f Tf %.2f %.2f Td %s Tj ET\n", small, margin, margin/2, Literal(words))
		object(fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.0f %.0f]/Contents %d 0 R/Resources<</Font<</R 3 0 R/B 4 0 R>>>>>>", width, height, first+2*i+1))
		object(fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", p.Len(), p))
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, table)
	return b.Bytes()
}
