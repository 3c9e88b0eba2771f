// Package sheet finds a sheet of paper in a photograph and shows it as if it had
// been looked at from above: the four corners, then the picture between them.
//
// It refuses to guess. What is not brighter than the table it lies on, what has
// no four straight sides, what is less than a sixth of the picture, is no sheet;
// [Find] says so and the photograph stays what it is. It reads points of pictures
// that were decoded elsewhere, and belongs into a child of package worker.
//
// Start at [Find] and [Flatten].
package sheet

import (
	"image"
	"math"
	"slices"
)

// Point is a place in a picture, in points of that picture.
type Point struct{ X, Y float64 }

// Quad is the corners of a sheet: above left, above right, below right, below
// left, as the picture is held.
type Quad [4]Point

const (
	looked  = 420   // longest side of the picture in which a sheet is looked for
	least   = 0.15  // of the picture, that a sheet fills
	most    = 0.97  // of the picture: more is the whole of it, and nothing to crop
	filled  = 0.8   // of its hull, that is bright: the rest is print and shadow
	square  = 0.92  // of its four sides, that its hull fills
	steep   = 0.6   // of its outline, that is an edge
	hem     = 0.006 // of the way to its middle, that is left off: the table shows at its edge
	bluntly = 35    // degrees by which a corner differs from a right one, at most
)

// Find looks for the sheet in a picture. found is false when there is none that
// can be told from what it lies on.
func Find(in *image.RGBA) (q Quad, found bool) {
	p, scale := paleness(in)
	best := 0.0
	for _, level := range p.levels() {
		shape := p.largest(level)
		if len(shape.outline) == 0 {
			continue
		}
		candidate, ok := shape.quad()
		if !ok {
			continue
		}
		if score := p.edge(candidate) * math.Sqrt(candidate.area()); p.edge(candidate) >= steep && score > best {
			best, q, found = score, candidate, true
		}
	}
	var middle Point
	for _, p := range q {
		middle.X, middle.Y = middle.X+p.X/4, middle.Y+p.Y/4
	}
	for i, p := range q {
		q[i].X, q[i].Y = (p.X+(middle.X-p.X)*hem+0.5)*scale, (p.Y+(middle.Y-p.Y)*hem+0.5)*scale
	}
	return q, found
}

// pale is a small picture of how far each point is from any colour and from
// black: paper is pale, wood and cloth are not.
type pale struct {
	w, h int
	at   []uint8
}

// paleness makes a picture small; scale is how many of its points one becomes.
func paleness(in *image.RGBA) (p *pale, scale float64) {
	b := in.Bounds()
	if b.Dx() < looked/4 || b.Dy() < looked/4 { // nothing can be told from so few points
		return &pale{}, 1
	}
	scale = max(1, float64(max(b.Dx(), b.Dy()))/looked)
	p = &pale{w: max(1, int(float64(b.Dx())/scale)), h: max(1, int(float64(b.Dy())/scale))}
	p.at = make([]uint8, p.w*p.h)
	step := max(1, int(scale/3)) // some points of each patch tell enough
	for y := range p.h {
		for x := range p.w {
			sum, count := 0, 0
			for sy := int(float64(y) * scale); sy < int(float64(y+1)*scale); sy += step {
				for sx := int(float64(x) * scale); sx < int(float64(x+1)*scale); sx += step {
					c := in.Pix[sy*in.Stride+sx*4:]
					sum += int(min(c[0], c[1], c[2]))
					count++
				}
			}
			p.at[y*p.w+x] = uint8(sum / max(count, 1))
		}
	}
	return p.soft().soft(), scale
}

// soft blurs by a patch of three by three, so that print and grain weigh less.
func (p *pale) soft() *pale {
	out := &pale{p.w, p.h, make([]uint8, len(p.at))}
	for y := range p.h {
		for x := range p.w {
			sum, count := 0, 0
			for dy := max(y-1, 0); dy <= min(y+1, p.h-1); dy++ {
				for dx := max(x-1, 0); dx <= min(x+1, p.w-1); dx++ {
					sum += int(p.at[dy*p.w+dx])
					count++
				}
			}
			out.at[y*p.w+x] = uint8(sum / count)
		}
	}
	return out
}

// levels are the palenesses at which a sheet may part from its table: the one
// that parts all points best in two, and others around it, since light falls off
// across a table.
func (p *pale) levels() []uint8 {
	var count [256]int
	for _, v := range p.at {
		count[v]++
	}
	all, total := len(p.at), 0
	for v, n := range count {
		total += v * n
	}
	var otsu int
	var best float64
	below, sum := 0, 0
	for v := range 255 {
		below += count[v]
		sum += v * count[v]
		if below == 0 || below == all {
			continue
		}
		dark, light := float64(sum)/float64(below), float64(total-sum)/float64(all-below)
		if between := float64(below) * float64(all-below) * (light - dark) * (light - dark); between > best {
			best, otsu = between, v
		}
	}
	var out []uint8
	for _, off := range []int{0, -12, 12, -24, 24, -40, 40, -60, 60} {
		if v := otsu + off; v > 0 && v < 255 {
			out = append(out, uint8(v))
		}
	}
	return out
}

// shape is a bright patch: how many points it has, and those at its edge.
type shape struct {
	size    int
	outline []Point
	all     int // points of the whole picture
}

// largest is the largest patch that is paler than a level.
func (p *pale) largest(level uint8) shape {
	label := make([]int32, len(p.at))
	var best shape
	var bestLabel, last int32
	var stack []int
	for start := range p.at {
		if label[start] != 0 || p.at[start] <= level {
			continue
		}
		last++
		size := 0
		stack = append(stack[:0], start)
		label[start] = last
		for len(stack) > 0 {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			size++
			x, y := i%p.w, i/p.w
			for _, n := range [4][2]int{{x - 1, y}, {x + 1, y}, {x, y - 1}, {x, y + 1}} {
				if n[0] < 0 || n[1] < 0 || n[0] >= p.w || n[1] >= p.h {
					continue
				}
				if j := n[1]*p.w + n[0]; label[j] == 0 && p.at[j] > level {
					label[j] = last
					stack = append(stack, j)
				}
			}
		}
		if size > best.size {
			best.size, bestLabel = size, last
		}
	}
	best.all = len(p.at)
	if float64(best.size) < least*filled*float64(len(p.at)) {
		return shape{}
	}
	for y := range p.h { // the outermost points of each row and column are its outline
		p.span(label, bestLabel, y*p.w, 1, p.w, &best)
	}
	for x := range p.w {
		p.span(label, bestLabel, x, p.w, p.h, &best)
	}
	return best
}

// span adds the first and last point of a patch in one row or column.
func (p *pale) span(label []int32, of int32, from, step, count int, s *shape) {
	first, last := -1, -1
	for n := range count {
		if label[from+n*step] == of {
			if first < 0 {
				first = from + n*step
			}
			last = from + n*step
		}
	}
	if first >= 0 {
		s.outline = append(s.outline, Point{float64(first % p.w), float64(first / p.w)}, Point{float64(last % p.w), float64(last / p.w)})
	}
}

// quad finds the four sides of a patch; ok is false when it has no such sides.
func (s shape) quad() (q Quad, ok bool) {
	hull := hullOf(s.outline)
	area := areaOf(hull)
	if len(hull) < 4 || area < least*float64(s.all) || float64(s.size) < filled*area {
		return q, false
	}
	q = corners(thin(hull, 14))
	if areaOf(hull) < square*q.area() || q.area() < square*area {
		return q, false
	}
	q = s.fitted(q)
	whole := q.area()
	if whole > most*float64(s.all) || whole < least*float64(s.all) || !q.upright() {
		return q, false
	}
	return q, true
}

// hullOf is the convex hull of points, clockwise as a picture is seen.
func hullOf(points []Point) []Point {
	all := slices.Clone(points)
	slices.SortFunc(all, func(a, b Point) int {
		if a.X != b.X {
			return int(math.Copysign(1, a.X-b.X))
		}
		return int(a.Y - b.Y)
	})
	all = slices.Compact(all)
	if len(all) < 3 {
		return all
	}
	half := func(points []Point) (out []Point) {
		for _, p := range points {
			for len(out) > 1 && cross(out[len(out)-2], out[len(out)-1], p) <= 0 {
				out = out[:len(out)-1]
			}
			out = append(out, p)
		}
		return out[:len(out)-1]
	}
	upper := half(all)
	slices.Reverse(all)
	return append(upper, half(all)...)
}

func cross(o, a, b Point) float64 { return (a.X-o.X)*(b.Y-o.Y) - (a.Y-o.Y)*(b.X-o.X) }

func areaOf(polygon []Point) float64 {
	var sum float64
	for i, p := range polygon {
		n := polygon[(i+1)%len(polygon)]
		sum += p.X*n.Y - n.X*p.Y
	}
	return math.Abs(sum) / 2
}

func (q Quad) area() float64 { return areaOf(q[:]) }

// thin leaves so many corners of a hull, taking away first those that say least.
func thin(hull []Point, to int) []Point {
	out := slices.Clone(hull)
	for len(out) > to {
		least, at := math.Inf(1), 0
		for i := range out {
			before, after := out[(i+len(out)-1)%len(out)], out[(i+1)%len(out)]
			if says := math.Abs(cross(before, out[i], after)); says < least {
				least, at = says, i
			}
		}
		out = slices.Delete(out, at, at+1)
	}
	return out
}

// corners are the four of a hull that hold the most between them.
func corners(hull []Point) (best Quad) {
	for a := range hull {
		for b := a + 1; b < len(hull); b++ {
			for c := b + 1; c < len(hull); c++ {
				for d := c + 1; d < len(hull); d++ {
					if q := (Quad{hull[a], hull[b], hull[c], hull[d]}); q.area() > best.area() {
						best = q
					}
				}
			}
		}
	}
	first := 0 // the corner above left comes first
	for i, p := range best {
		if p.X+p.Y < best[first].X+best[first].Y {
			first = i
		}
	}
	return Quad{best[first], best[(first+1)%4], best[(first+2)%4], best[(first+3)%4]}
}

// upright reports whether the corners go round once and none is too blunt.
func (q Quad) upright() bool {
	for i, p := range q {
		before, after := q[(i+3)%4], q[(i+1)%4]
		a := math.Atan2(before.Y-p.Y, before.X-p.X) - math.Atan2(after.Y-p.Y, after.X-p.X)
		if degrees := math.Mod(a*180/math.Pi+720, 360); math.Abs(degrees-90) > bluntly {
			return false
		}
	}
	return true
}
