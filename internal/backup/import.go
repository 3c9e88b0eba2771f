package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"filippo.io/age"

	"cenacle/internal/account"
	"cenacle/internal/blob"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Importing is what [Import] needs.
type Importing struct {
	From       string // file
	Identities []age.Identity
	Key        string // of the firm's journal, or its fingerprint, if it is known from elsewhere
}

// Imported says what an import found and did.
type Imported struct {
	Archive     Archive
	Fingerprint string // of the firm's journal key
	Copied      int64  // blobs; the others were there already
}

// Import brings the firm of an archive into this installation, on whatever
// database and storage: the same rows, so the same rights and the same journal
// to the last hash; its key wrapped under the root key of here. Every byte of
// the archive is checked before anything is written, and the journal before the
// rows are kept. The firm is reachable from the last step on, which registers it
// with its people (doc/decisions/012-moving-a-firm.md says who they are here).
//
// It may be cut and run again. Faults: "backup.archive", "backup.identity",
// "backup.schema", "backup.key", "backup.journal", "backup.remains", those of
// [account.Service.Adopt].
func Import(ctx context.Context, h House, in Importing) (out Imported, err error) {
	defer fault.Op(&err, "backup.Import")
	r, err := openArchive(ctx, in.From, in.Identities)
	if err != nil {
		return out, err
	}
	defer r.close()
	x := &arrival{House: h, reader: r}
	out.Archive, out.Fingerprint = r.Archive, journal.Fingerprint(r.Head.Verifier)
	if err := x.judge(ctx, in); err != nil {
		return out, err
	}
	defer x.wipe()
	if err := x.bytes(ctx); err != nil {
		return out, err
	}
	out.Copied = x.copied
	f, err := h.Office.Store.CreateFirm(ctx, r.Firm)
	if err != nil {
		return out, err
	}
	if err := f.Update(ctx, x.settle); err != nil {
		return out, err
	}
	if err := h.Accounts.Adopt(ctx, r.Firm, x.people); err != nil {
		return out, err
	}
	h.Office.Woken(r.Firm)
	return out, nil
}

// arrival is a firm that comes in.
type arrival struct {
	House
	*reader
	tables []store.Table
	keys   []vault.FirmKey
	people []account.Carried
	copied int64
}

func (x *arrival) wipe() {
	for _, k := range x.keys {
		k.Key.Wipe()
	}
}

// judge refuses, before anything is written, what could not come in whole.
func (x *arrival) judge(ctx context.Context, in Importing) (err error) {
	schema, err := store.Schema()
	if err != nil {
		return err
	}
	if schema != x.Schema {
		return fault.New(fault.Invalid, "backup.schema", x.Archive.Program, x.House.Program)
	}
	if in.Key != "" && in.Key != x.Head.Verifier && strings.ReplaceAll(in.Key, " ", "") != strings.ReplaceAll(journal.Fingerprint(x.Head.Verifier), " ", "") {
		return fault.New(fault.Invalid, "backup.key", journal.Fingerprint(x.Head.Verifier))
	}
	if x.tables, err = store.Tables(); err != nil {
		return err
	}
	if err := x.read(ctx); err != nil {
		return notArchive(in.From, err)
	}
	return x.Accounts.Adoptable(ctx, x.Firm, x.people)
}

// read reads every line, keeps the keys and the people, and counts the rest.
func (x *arrival) read(ctx context.Context) error {
	rows := map[string]int64{}
	err := x.rows(ctx, func(t store.Table, values []any) error {
		if stays(t, values) {
			return errors.New("an upload under way")
		}
		rows[t.Name]++
		return nil
	}, func(l line) error {
		if l.Key != nil {
			k, err := l.Key.key()
			x.keys = append(x.keys, k)
			return err
		}
		p, err := l.Person.person()
		x.people = append(x.people, p)
		return err
	})
	if err != nil {
		return err
	}
	if !maps.Equal(rows, x.Rows) || int64(len(x.people)) != x.People || len(x.keys) == 0 {
		return errors.New("its rows are not those that were counted")
	}
	return nil
}

// rows visits the rows of every table, and the lines that are no rows.
func (x *arrival) rows(ctx context.Context, row func(store.Table, []any) error, other func(line) error) error {
	var t *store.Table
	return x.lines(ctx, func(raw []byte) error {
		if raw[0] == '[' {
			if t == nil {
				return errors.New("a row of no table")
			}
			values, err := decodeRow(*t, raw)
			if err != nil {
				return err
			}
			return row(*t, values)
		}
		var l line
		if err := json.Unmarshal(raw, &l); err != nil {
			return err
		}
		if l.Table == "" {
			if (l.Key == nil) == (l.Person == nil) {
				return errors.New("a line that says nothing")
			}
			return other(l)
		}
		at := slices.IndexFunc(x.tables, func(t store.Table) bool { return t.Name == l.Table && !left(t.Name) })
		if at < 0 || !slices.Equal(columns(x.tables[at]), l.Columns) {
			return fmt.Errorf("table %s is not one of this program", l.Table)
		}
		t = &x.tables[at]
		return nil
	})
}

// bytes brings the blobs, those that are not here yet. Until rows name them they
// are in nobody's way.
func (x *arrival) bytes(ctx context.Context) error {
	var n int64
	err := x.each(ctx, func(name string, size int64, content io.Reader) error {
		text, found := strings.CutPrefix(name, blobsFolder)
		if !found {
			return nil
		}
		b, err := id.Parse[id.Blob](text)
		if err != nil {
			return err
		}
		n++
		return x.blob(ctx, b, size, content)
	})
	if err == nil && n != x.Archive.Blobs {
		err = notArchive(x.file.Name(), fmt.Errorf("%d blobs of %d", n, x.Archive.Blobs))
	}
	return err
}

func (x *arrival) blob(ctx context.Context, b id.Blob, size int64, content io.Reader) error {
	there, err := x.House.Blobs.OpenSealed(ctx, x.Firm, b)
	if errors.Is(err, blob.ErrMissing) {
		x.copied++
		return x.House.Blobs.PutSealed(ctx, x.Firm, b, size, content)
	}
	if err != nil {
		return err
	}
	defer there.Close() // read only: nothing can be lost
	same, err := equal(content, io.NewSectionReader(there, 0, there.Size()))
	if err == nil && !same {
		err = fault.New(fault.Conflict, "backup.remains", string(x.Firm)).Because(fmt.Errorf("blob %s has other bytes", b))
	}
	return err
}

// equal reads both to their ends.
func equal(a, b io.Reader) (bool, error) {
	one, other := make([]byte, chunk), make([]byte, chunk)
	for {
		n, errA := io.ReadFull(a, one)
		m, errB := io.ReadFull(b, other)
		endA, endB := ended(errA), ended(errB)
		if errA != nil && !endA || errB != nil && !endB {
			return false, errors.Join(errA, errB)
		}
		if !bytes.Equal(one[:n], other[:m]) || endA != endB {
			return false, nil
		}
		if endA {
			return true, nil
		}
	}
}

func ended(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// settle writes the rows, and keeps them only if the journal they make is the
// one that left. What an earlier import has kept must be the same.
func (x *arrival) settle(tx *store.Tx) error {
	_, err := x.Office.Ring.FirmKeys(tx)
	if err == nil {
		return x.remains(tx)
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	if err := x.Office.Ring.AdoptFirm(tx, x.keys); err != nil {
		return err
	}
	err = x.rows(tx.Context(), tx.Load, func(line) error { return nil })
	if err != nil {
		return err
	}
	return x.verify(tx)
}

// verify demands the journal that the archive names.
func (x *arrival) verify(tx *store.Tx) error {
	s, err := x.Office.Journal.VerifyIn(tx)
	if err != nil {
		return err
	}
	if !s.Holds() {
		return fault.New(fault.Invalid, "backup.journal", string(x.Firm)).Because(s.First.Cause)
	}
	if headOf(s.Head) != x.Head || s.Waiting != x.Waiting {
		return fault.New(fault.Invalid, "backup.journal", string(x.Firm)).
			Because(fmt.Errorf("it ends at %d with %d waiting, not at %d with %d", s.Head.Size, s.Waiting, x.Head.Size, x.Waiting))
	}
	return nil
}

// remains compares the rows that an import which was cut has kept: nobody could
// enter the firm since, so they are as it left them.
func (x *arrival) remains(tx *store.Tx) error {
	if err := x.verify(tx); err != nil {
		return fault.New(fault.Conflict, "backup.remains", string(x.Firm)).Because(err)
	}
	for _, t := range x.tables {
		var n int64
		err := tx.Dump(t, func([]any) error {
			n++
			return nil
		})
		if err != nil {
			return err
		}
		if !left(t.Name) && n != x.Rows[t.Name] {
			return fault.New(fault.Conflict, "backup.remains", string(x.Firm)).Because(fmt.Errorf("%d rows of %s instead of %d", n, t.Name, x.Rows[t.Name]))
		}
	}
	return nil
}
