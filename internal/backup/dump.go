package backup

import (
	"context"
	"encoding/json"
	"io"
	"strings"

	"cenacle/internal/blob"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// partSize is the plaintext of one part of the rows, in bytes; the last row may
// go beyond it.
const partSize = 2 << 20

func newText(s string) io.Reader { return strings.NewReader(s) }

// dump gathers the lines of an archive into parts.
type dump struct {
	out  *writer
	part []byte
}

// row adds one line.
func (d *dump) row(values []any) (err error) {
	if d.part, err = encodeRow(d.part, values); err != nil || len(d.part) < partSize {
		return err
	}
	return d.flush()
}

func (d *dump) say(l line) error {
	raw, err := json.Marshal(l)
	if err != nil {
		return err
	}
	d.part = append(append(d.part, raw...), '\n')
	clear(raw)
	return nil
}

// flush seals a part; the key of the firm may have been in it.
func (d *dump) flush() error {
	if len(d.part) == 0 {
		return nil
	}
	err := d.out.rows(d.part)
	clear(d.part)
	d.part = d.part[:0]
	return err
}

// rows writes all rows of the firm from one snapshot, and lists the blobs that
// they name.
func (x *export) rows(ctx context.Context) error {
	tables, err := store.Tables()
	if err != nil {
		return err
	}
	d := &dump{out: x.out, part: make([]byte, 0, partSize+partSize/4)}
	var known []id.Person
	err = create(x.path(blobList), func(w io.Writer) error {
		list := json.NewEncoder(w)
		return x.live.View(ctx, func(tx *store.Tx) error {
			if err := x.keys(tx, d); err != nil {
				return err
			}
			for _, t := range tables {
				if left(t.Name) {
					continue
				}
				if err := x.table(tx, d, t, list, &known); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	return x.people(ctx, d, known)
}

// keys writes the keys of the firm, and notes the head of this snapshot.
func (x *export) keys(tx *store.Tx, d *dump) error {
	head, err := x.Office.Journal.HeadIn(tx)
	if err != nil {
		return err
	}
	x.done.Archive.Head = headOf(head)
	keys, err := x.Office.Ring.FirmKeys(tx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		l := lineOfKey(k)
		err := d.say(line{Key: &l})
		clear(l.Key)
		k.Key.Wipe()
		if err != nil {
			return err
		}
	}
	return nil
}

// table writes the rows of one table. It notes the blobs that versions name and
// the people who have cards.
func (x *export) table(tx *store.Tx, d *dump, t store.Table, list *json.Encoder, known *[]id.Person) error {
	if err := d.say(line{Table: t.Name, Columns: columns(t)}); err != nil {
		return err
	}
	return tx.Dump(t, func(values []any) error {
		if stays(t, values) {
			return nil
		}
		x.done.Archive.Rows[t.Name]++
		switch t.Name {
		case "card":
			*known = append(*known, id.Person(text(t, values, "person_id")))
		case "journal_entry":
			if values[column(t, "position")] == nil {
				x.done.Archive.Waiting++
			}
		case "version":
			b := blobOf(t, values)
			x.done.Archive.Blobs++
			x.done.Archive.Bytes += b.Size
			if err := list.Encode(b); err != nil {
				return err
			}
		}
		return d.row(values)
	})
}

func text(t store.Table, values []any, name string) string {
	s, _ := values[column(t, name)].(string) // the empty text when it is null
	return s
}

func blobOf(t store.Table, values []any) Blob {
	size, _ := values[column(t, "size")].(int64) // never null
	return Blob{
		Version: id.Version(text(t, values, "id")), Blob: id.Blob(text(t, values, "blob_id")), Size: blob.SealedSize(size),
	}
}

// people writes whom the firm needs. The directory is read after the firm: it
// knows everybody whom the firm knew.
func (x *export) people(ctx context.Context, d *dump, known []id.Person) error {
	people, err := x.Accounts.Carry(ctx, x.Firm, known)
	if err != nil {
		return err
	}
	x.done.Archive.People = int64(len(people))
	for _, c := range people {
		p := lineOfPerson(c)
		if err := d.say(line{Person: &p}); err != nil {
			return err
		}
	}
	return d.flush()
}
