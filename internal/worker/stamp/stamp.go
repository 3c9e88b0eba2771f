// Package stamp puts a stamp onto the pages of a PDF without touching a byte of it: it
// answers what is to be appended, an update in the sense of ISO 32000-1, 7.5.6. The
// stamped copy is the original and then that. Its first bytes therefore still have the
// digest of the original, and what was signed in it stays signed.
//
// It reads what strangers made, and so runs in a child of package worker and nowhere
// else. It refuses what it cannot append to and be sure: a PDF that is locked, that has
// something before its header, or whose table of objects had to be guessed. The caller
// then puts a cover sheet before it.
//
// Start at [Tail].
package stamp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// Errors of a PDF that has no stamp.
var (
	errLocked  = errors.New("stamp: the PDF is locked")
	errDamaged = errors.New("stamp: the PDF is damaged")
)

// Tail returns what follows the bytes of a PDF so that lines stand in the upper right
// corner of each of its pages, as they are turned, or of the first alone. The first
// line is bold.
func Tail(raw []byte, lines []string, first bool) ([]byte, error) {
	prev, table, err := section(raw)
	if err != nil {
		return nil, err
	}
	if bytes.Contains(raw, []byte("/Encrypt")) { // it stands in clear, wherever it stands
		return nil, errLocked
	}
	ctx, err := pdfcpu.ReadWithContext(context.Background(), bytes.NewReader(raw), &model.Configuration{
		Reader15: true, ValidationMode: model.ValidationRelaxed, Offline: true, Limits: model.DefaultResourceLimits(),
	})
	if err != nil {
		return nil, errors.Join(errDamaged, err)
	}
	if err := ctx.EnsurePageCount(); err != nil {
		return nil, errors.Join(errDamaged, err)
	}
	if ctx.PageCount < 1 || ctx.Root == nil || ctx.XRefTable.Size == nil || ctx.Read.RepairOffset != 0 {
		return nil, errDamaged
	}
	u := update{doc: ctx, base: len(raw), next: *ctx.XRefTable.Size, seal: newSeal(lines), closing: map[string]types.IndirectRef{}}
	u.out.WriteByte('\n') // whatever the file ends with
	u.common()
	last := ctx.PageCount
	if first {
		last = 1
	}
	for n := 1; n <= last; n++ {
		if err := u.page(n); err != nil {
			return nil, errors.Join(errDamaged, err)
		}
	}
	if table {
		u.table(prev)
	} else {
		u.stream(prev)
	}
	return u.out.Bytes(), nil
}

var (
	startForm  = regexp.MustCompile(`startxref\s+(\d+)\s+%%EOF\s*$`)
	objectForm = regexp.MustCompile(`^\s*\d+\s+\d+\s+obj\b`)
)

// section finds the last table of objects of a file, which the update continues: where
// it stands, and whether it is a table or a stream.
func section(raw []byte) (at int, table bool, err error) {
	const tail = 2048
	found := startForm.FindSubmatch(raw[max(0, len(raw)-tail):])
	if !bytes.HasPrefix(raw, []byte("%PDF-")) || found == nil {
		return 0, false, errDamaged
	}
	at, err = strconv.Atoi(string(found[1]))
	if err != nil || at <= 0 || at >= len(raw) {
		return 0, false, errDamaged
	}
	here := raw[at:min(len(raw), at+tail)]
	switch {
	case bytes.HasPrefix(bytes.TrimLeft(here, " \t\r\n"), []byte("xref")):
		return at, true, nil
	case objectForm.Match(here):
		return at, false, nil
	}
	return 0, false, errDamaged
}

// update is what is appended, under way.
type update struct {
	doc  *model.Context
	base int // bytes before it
	next int // number of the next new object
	seal seal
	out  bytes.Buffer

	written []written
	form    types.IndirectRef            // of the stamp
	opening types.IndirectRef            // keeps the state of a page
	closing map[string]types.IndirectRef // restores it and draws the stamp, by where
	done    []int                        // pages: one may be in a document twice
}

// written is where an object stands.
type written struct{ number, generation, at int }

func (u *update) object(number, generation int, body string) {
	u.written = append(u.written, written{number, generation, u.base + u.out.Len()})
	fmt.Fprintf(&u.out, "%d %d obj\n%s\nendobj\n", number, generation, body)
}

// add writes a new object.
func (u *update) add(body string) types.IndirectRef {
	n := u.next
	u.next++
	u.object(n, 0, body)
	return *types.NewIndirectRef(n, 0)
}

func streamed(dictionary, words string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dictionary, len(words), words)
}

// common writes what all pages share.
func (u *update) common() {
	u.form = u.add(u.seal.form())
	u.opening = u.add(streamed("", "q"))
}

// name is that of the stamp among what a page draws.
const name = "CenaclePiece"

// page writes a page anew: what it draws between two streams that leave its state as it
// was, and the stamp after that.
func (u *update) page(n int) error {
	d, ref, attr, err := u.doc.PageDict(n, false)
	if err != nil {
		return err
	}
	if d == nil || ref == nil {
		return errDamaged
	}
	number := ref.ObjectNumber.Value()
	if slices.Contains(u.done, number) {
		return nil
	}
	u.done = append(u.done, number)
	resources, err := u.inherited(d)
	if err != nil {
		return err
	}
	drawn, err := u.doc.DereferenceDict(resources["XObject"])
	if err != nil {
		return err
	}
	drawn = own(drawn)
	called := name
	for n := 2; drawn.HasEntry(called); n++ {
		called = name + strconv.Itoa(n)
	}
	drawn[called], resources["XObject"] = u.form, drawn
	before, err := u.contents(d["Contents"])
	if err != nil {
		return err
	}
	page := own(d)
	page["Resources"] = resources
	page["Contents"] = append(append(types.Array{u.opening}, before...), u.restore(u.seal.place(box(attr), attr.Rotate), called))
	u.object(number, ref.GenerationNumber.Value(), page.PDFString())
	return nil
}

// own copies a dictionary of the document, or begins one.
func own(d types.Dict) types.Dict {
	out := types.NewDict()
	for k, v := range d {
		out[k] = v
	}
	return out
}

// inherited are the resources of a page, its own or those of whatever it is in.
func (u *update) inherited(page types.Dict) (types.Dict, error) {
	const deepest = 64
	at := page
	for range deepest {
		if r, there := at["Resources"]; there {
			d, err := u.doc.DereferenceDict(r)
			return own(d), err
		}
		above, there := at["Parent"]
		if !there {
			break
		}
		next, err := u.doc.DereferenceDict(above)
		if err != nil || next == nil {
			return own(nil), err
		}
		at = next
	}
	return own(nil), nil
}

// contents are the streams that a page draws.
func (u *update) contents(o types.Object) (types.Array, error) {
	if o == nil {
		return nil, nil
	}
	ref, isRef := o.(types.IndirectRef)
	there, err := u.doc.Dereference(o)
	if err != nil {
		return nil, err
	}
	switch c := there.(type) {
	case types.Array:
		return slices.Clone(c), nil
	case types.StreamDict:
		if isRef {
			return types.Array{ref}, nil
		}
	case nil:
		return nil, nil
	}
	return nil, errDamaged
}

// restore is the stream that ends a page; pages of one shape share it.
func (u *update) restore(place, called string) types.IndirectRef {
	words := fmt.Sprintf("\nQ q %s cm /%s Do Q", place, called)
	ref, there := u.closing[words]
	if !there {
		ref = u.add(streamed("", words))
		u.closing[words] = ref
	}
	return ref
}
