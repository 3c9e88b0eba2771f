package stamp

import (
	"fmt"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"cenacle/internal/print"
)

// How a stamp looks, in points on an A4.
const (
	size    = 9.0
	leading = 12.0
	inner   = 6.0 // white within its frame
	away    = 16  // from the edges of the page
	widest  = 260 // of its words: longer ones are cut
	a4      = 595.0
)

// seal is the stamp.
type seal struct {
	lines []string
	w, h  float64
}

func newSeal(lines []string) seal {
	s := seal{h: float64(len(lines))*leading + inner}
	for i, l := range lines {
		letters := []rune(l)
		for len(letters) > 1 && print.Width(l, face(i), size) > widest {
			letters = letters[:len(letters)-1]
			l = strings.TrimSpace(string(letters)) + "…"
		}
		s.lines = append(s.lines, l)
		s.w = max(s.w, print.Width(l, face(i), size))
	}
	s.w += 2 * inner
	return s
}

func face(line int) string {
	if line == 0 {
		return print.Bold
	}
	return print.Regular
}

// form is the stamp as something that pages draw: words on white in a frame.
func (s seal) form() string {
	var b strings.Builder
	fmt.Fprintf(&b, "q 1 g 0.12 0.16 0.36 RG 0.9 w 0.45 0.45 %.2f %.2f re B Q\n0.12 0.16 0.36 rg\n", s.w-0.9, s.h-0.9)
	for i, l := range s.lines {
		letter := "R"
		if i == 0 {
			letter = "B"
		}
		fmt.Fprintf(&b, "BT /%s %.1f Tf %.2f %.2f Td %s Tj ET\n", letter, size, inner, s.h-inner/2-size-float64(i)*leading, print.Literal(l))
	}
	return streamed(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 %.2f %.2f]/Resources<</Font<</R %s/B %s>>>>",
		s.w, s.h, print.Letters(print.Regular), print.Letters(print.Bold)), b.String())
}

// area is what is seen of a page.
type area struct{ x0, y0, x1, y1 float64 }

func box(attr *model.InheritedPageAttrs) area {
	const tall = 842
	a := area{0, 0, a4, tall}
	if m := attr.MediaBox; m != nil {
		a = area{m.LL.X, m.LL.Y, m.UR.X, m.UR.Y}
	}
	if c := attr.CropBox; c != nil {
		a = area{max(a.x0, c.LL.X), max(a.y0, c.LL.Y), min(a.x1, c.UR.X), min(a.y1, c.UR.Y)}
	}
	return a
}

// place is the matrix that brings the stamp into the upper right corner of what is
// seen of a page that is turned so many degrees clockwise. On a larger or smaller
// page it is larger or smaller.
func (s seal) place(a area, turned int) string {
	scale := min(max(min(a.x1-a.x0, a.y1-a.y0)/a4, 0.4), 8)
	w, h := scale*s.w+scale*away, scale*s.h+scale*away
	var m [6]float64
	switch (turned%360 + 360) % 360 {
	case 90:
		m = [6]float64{0, scale, -scale, 0, a.x0 + h, a.y1 - w}
	case 180:
		m = [6]float64{-scale, 0, 0, -scale, a.x0 + w, a.y0 + h}
	case 270:
		m = [6]float64{0, -scale, scale, 0, a.x1 - h, a.y0 + w}
	default:
		m = [6]float64{scale, 0, 0, scale, a.x1 - w, a.y1 - h}
	}
	return fmt.Sprintf("%.4f %.4f %.4f %.4f %.2f %.2f", m[0], m[1], m[2], m[3], m[4], m[5])
}
