package sheet

import (
	"image"
	"math"
)

const (
	longest = 2600 // side of a flattened sheet, in points: 220 to the inch of an A4
	paper   = math.Sqrt2
	nearly  = 0.06 // by which the sides of a sheet may differ from those of paper
)

// Flatten shows what lies between four corners as seen from above. Its sides are
// those of the paper as far as the picture tells, and no point is made larger.
func Flatten(in *image.RGBA, q Quad) *image.RGBA {
	w, h := q.sides(in.Bounds())
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	m := onto(q, float64(w), float64(h))
	for y := range h {
		for x := range w {
			sx, sy := m.at(float64(x)+0.5, float64(y)+0.5)
			sample(in, sx-0.5, sy-0.5, out.Pix[y*out.Stride+x*4:])
		}
	}
	return out
}

// sides are the width and height of a flattened sheet.
func (q Quad) sides(in image.Rectangle) (w, h int) {
	long := func(a, b Point) float64 { return math.Hypot(b.X-a.X, b.Y-a.Y) }
	width, height := max(long(q[0], q[1]), long(q[3], q[2])), max(long(q[0], q[3]), long(q[1], q[2]))
	ratio := q.ratio(float64(in.Dx())/2, float64(in.Dy())/2, float64(max(in.Dx(), in.Dy())))
	if ratio == 0 {
		ratio = width / height
	}
	for _, usual := range []float64{paper, 1 / paper} {
		if math.Abs(ratio/usual-1) < nearly {
			ratio = usual
		}
	}
	if width/height > ratio { // the shorter side was seen from afar
		height = width / ratio
	} else {
		width = height * ratio
	}
	if scale := longest / max(width, height); scale < 1 {
		width, height = width*scale, height*scale
	}
	return max(1, int(width+0.5)), max(1, int(height+0.5))
}

// ratio is width to height of the rectangle that a quad is a view of (Zhang and
// He, Whiteboard scanning and image enhancement, 2007), for a camera that looks
// through the middle of its picture; 0 when the view does not tell.
func (q Quad) ratio(u, v, side float64) float64 {
	type vec [3]float64
	of := func(p Point) vec { return vec{p.X - u, p.Y - v, 1} }
	times := func(a, b vec) vec {
		return vec{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
	}
	dot := func(a, b vec) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
	less := func(k float64, a, b vec) vec { return vec{k*a[0] - b[0], k*a[1] - b[1], k*a[2] - b[2]} }
	m1, m2, m4, m3 := of(q[0]), of(q[1]), of(q[2]), of(q[3])
	k2 := dot(times(m1, m4), m3) / dot(times(m2, m4), m3)
	k3 := dot(times(m1, m4), m2) / dot(times(m3, m4), m2)
	n2, n3 := less(k2, m2, m1), less(k3, m3, m1)
	flat := math.Hypot(n2[0], n2[1]) / math.Hypot(n3[0], n3[1])
	if math.Abs(n2[2]) < 0.02 && math.Abs(n3[2]) < 0.02 {
		return flat // seen from above
	}
	f2 := -(n2[0]*n3[0] + n2[1]*n3[1]) / (n2[2] * n3[2])
	if f := math.Sqrt(f2); math.IsNaN(f) || f < side/2 || f > side*4 {
		return 0
	}
	return math.Sqrt((n2[0]*n2[0] + n2[1]*n2[1] + n2[2]*n2[2]*f2) / (n3[0]*n3[0] + n3[1]*n3[1] + n3[2]*n3[2]*f2))
}

// view maps points of a flat sheet to those of a picture.
type view [9]float64

func (m view) at(x, y float64) (float64, float64) {
	d := m[6]*x + m[7]*y + m[8]
	return (m[0]*x + m[1]*y + m[2]) / d, (m[3]*x + m[4]*y + m[5]) / d
}

// onto is the view that puts a sheet of w by h between the corners of a quad
// (Heckbert, Fundamentals of texture mapping, 1989, 2.2.3).
func onto(q Quad, w, h float64) view {
	dx1, dx2, sx := q[1].X-q[2].X, q[3].X-q[2].X, q[0].X-q[1].X+q[2].X-q[3].X
	dy1, dy2, sy := q[1].Y-q[2].Y, q[3].Y-q[2].Y, q[0].Y-q[1].Y+q[2].Y-q[3].Y
	det := dx1*dy2 - dx2*dy1
	g, k := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	return view{
		(q[1].X - q[0].X + g*q[1].X) / w, (q[3].X - q[0].X + k*q[3].X) / h, q[0].X,
		(q[1].Y - q[0].Y + g*q[1].Y) / w, (q[3].Y - q[0].Y + k*q[3].Y) / h, q[0].Y,
		g / w, k / h, 1,
	}
}

// sample mixes the four points around a place.
func sample(in *image.RGBA, x, y float64, to []uint8) {
	b := in.Bounds()
	x, y = min(max(x, 0), float64(b.Dx()-1)), min(max(y, 0), float64(b.Dy()-1))
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, b.Dx()-1), min(y0+1, b.Dy()-1)
	fx, fy := x-float64(x0), y-float64(y0)
	a, c := in.Pix[y0*in.Stride+x0*4:], in.Pix[y0*in.Stride+x1*4:]
	d, e := in.Pix[y1*in.Stride+x0*4:], in.Pix[y1*in.Stride+x1*4:]
	for i := range 3 {
		above := float64(a[i])*(1-fx) + float64(c[i])*fx
		below := float64(d[i])*(1-fx) + float64(e[i])*fx
		to[i] = uint8(above*(1-fy) + below*fy + 0.5)
	}
	to[3] = 255
}
