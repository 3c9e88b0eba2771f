package stamp

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// runs are the objects written, in the order of their numbers, where numbers follow
// each other together.
func (u *update) runs() (out [][]written) {
	all := slices.SortedFunc(slices.Values(u.written), func(a, b written) int { return a.number - b.number })
	for i, w := range all {
		if i > 0 && w.number == all[i-1].number+1 {
			out[len(out)-1] = append(out[len(out)-1], w)
			continue
		}
		out = append(out, []written{w})
	}
	return out
}

// table ends an update of a file with a table of objects (7.5.4).
func (u *update) table(prev int) {
	at := u.base + u.out.Len()
	u.out.WriteString("xref\n")
	for _, run := range u.runs() {
		fmt.Fprintf(&u.out, "%d %d\n", run[0].number, len(run))
		for _, w := range run {
			fmt.Fprintf(&u.out, "%010d %05d n \n", w.at, w.generation)
		}
	}
	fmt.Fprintf(&u.out, "trailer\n%s\n", u.trailer(prev).PDFString())
	u.end(at)
}

// stream ends an update of a file with a stream of objects (7.5.8), which is itself
// an object.
func (u *update) stream(prev int) {
	number, at := u.next, u.base+u.out.Len()
	u.next++
	u.written = append(u.written, written{number, 0, at})
	var index types.Array
	var entries []byte
	for _, run := range u.runs() {
		index = append(index, types.Integer(run[0].number), types.Integer(len(run)))
		for _, w := range run {
			entries = append(entries, 1)
			entries = binary.BigEndian.AppendUint64(entries, uint64(w.at))
			entries = binary.BigEndian.AppendUint16(entries, uint16(w.generation))
		}
	}
	d := u.trailer(prev)
	d["Type"], d["W"], d["Index"] = types.Name("XRef"), types.NewIntegerArray(1, 8, 2), index
	d["Length"] = types.Integer(len(entries))
	fmt.Fprintf(&u.out, "%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n", number, d.PDFString(), entries)
	u.end(at)
}

func (u *update) trailer(prev int) types.Dict {
	d := types.Dict{"Size": types.Integer(u.next), "Root": *u.doc.Root, "Prev": types.Integer(prev)}
	if u.doc.Info != nil {
		d["Info"] = *u.doc.Info
	}
	if u.doc.ID != nil {
		d["ID"] = u.doc.ID
	}
	return d
}

func (u *update) end(at int) { fmt.Fprintf(&u.out, "startxref\n%d\n%%%%EOF\n", at) }
