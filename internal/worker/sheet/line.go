package sheet

import "math"

// line is a straight side: what is at distance Off from it along (NX, NY).
type line struct{ NX, NY, Off float64 }

// fitted moves each side of a quad to where the outline of the patch runs, so
// that a rounded or folded corner does not shorten it.
func (s shape) fitted(q Quad) Quad {
	var sides [4]line
	for i := range q {
		from, to := q[i], q[(i+1)%4]
		length := math.Hypot(to.X-from.X, to.Y-from.Y)
		if length < 8 {
			return q
		}
		ux, uy := (to.X-from.X)/length, (to.Y-from.Y)/length
		var near []Point
		for _, p := range s.outline {
			along := (p.X-from.X)*ux + (p.Y-from.Y)*uy
			away := math.Abs((p.X-from.X)*uy - (p.Y-from.Y)*ux)
			if along > length/8 && along < length*7/8 && away < 4 {
				near = append(near, p)
			}
		}
		if len(near) < 8 {
			return q
		}
		sides[i] = through(near)
	}
	var out Quad
	for i := range q {
		p, ok := meet(sides[(i+3)%4], sides[i])
		if !ok || math.Hypot(p.X-q[i].X, p.Y-q[i].Y) > looked/8 {
			return q
		}
		out[i] = p
	}
	return out
}

// through is the line that is nearest to points, twice: the second time without
// those that were farthest off.
func through(points []Point) line {
	l := nearest(points)
	var kept []Point
	for _, p := range points {
		if math.Abs(p.X*l.NX+p.Y*l.NY-l.Off) < 1.5 {
			kept = append(kept, p)
		}
	}
	if len(kept)*2 < len(points) {
		return l
	}
	return nearest(kept)
}

// nearest is the line of the least squares of distances.
func nearest(points []Point) line {
	var mx, my float64
	for _, p := range points {
		mx += p.X
		my += p.Y
	}
	n := float64(len(points))
	mx, my = mx/n, my/n
	var xx, xy, yy float64
	for _, p := range points {
		xx += (p.X - mx) * (p.X - mx)
		xy += (p.X - mx) * (p.Y - my)
		yy += (p.Y - my) * (p.Y - my)
	}
	angle := math.Atan2(2*xy, xx-yy) / 2 // of the line
	nx, ny := -math.Sin(angle), math.Cos(angle)
	return line{nx, ny, mx*nx + my*ny}
}

// meet is where two lines cross; ok is false for parallel ones.
func meet(a, b line) (p Point, ok bool) {
	det := a.NX*b.NY - b.NX*a.NY
	if math.Abs(det) < 1e-6 {
		return p, false
	}
	return Point{(a.Off*b.NY - b.Off*a.NY) / det, (a.NX*b.Off - b.NX*a.Off) / det}, true
}

// edge is how much of the outline of a quad is an edge of the picture: pale
// within and darker without. What lies outside the picture is none.
func (p *pale) edge(q Quad) float64 {
	const away, darker = 4, 14
	at := func(x, y float64) int {
		xi, yi := int(math.Round(x)), int(math.Round(y))
		if xi < 0 || yi < 0 || xi >= p.w || yi >= p.h {
			return -1
		}
		return int(p.at[yi*p.w+xi])
	}
	met, all := 0, 0
	for i := range q {
		from, to := q[i], q[(i+1)%4]
		length := math.Hypot(to.X-from.X, to.Y-from.Y)
		nx, ny := (to.Y-from.Y)/length, -(to.X-from.X)/length // outwards, since corners go clockwise
		for step := 0.05; step < 0.96; step += 0.02 {
			x, y := from.X+(to.X-from.X)*step, from.Y+(to.Y-from.Y)*step
			in, out := at(x-away*nx, y-away*ny), at(x+away*nx, y+away*ny)
			all++
			if in >= 0 && out >= 0 && in-out >= darker {
				met++
			}
		}
	}
	return float64(met) / float64(all)
}
