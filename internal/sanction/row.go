package sanction

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Source is how an edition came.
type Source string

// Sources.
const (
	Uploaded Source = "uploaded" // by an administrator, for her firm
	Imported Source = "imported" // by the operator, for the whole installation
	Fetched  Source = "fetched"  // from the address of the configuration, likewise
)

// Edition is what is known of a list beside its entries. Number 0: there is none.
type Edition struct {
	Number    int
	Published string // civil date
	SHA256    string
	Entries   int
	Source    Source
	By        id.Person // who brought it, of the firm's own
	At        time.Time // when it came first
	Checked   time.Time // when it was last found to be the one that is published
}

// row is an edition as the database has it. table is the one it lies in.
type row struct {
	table   string
	e       Edition
	made    int64
	checked int64
	content []byte
	mac     []byte
}

func (r *row) dest() []any {
	return []any{&r.e.Number, &r.e.Published, &r.e.SHA256, &r.e.Entries, &r.e.Source, &r.e.By, &r.made, &r.checked, &r.content, &r.mac}
}

func (r *row) fields() []string {
	return []string{strconv.Itoa(r.e.Number), r.e.Published, r.e.SHA256, strconv.Itoa(r.e.Entries), string(r.e.Source), string(r.e.By),
		strconv.FormatInt(r.made, 10), strconv.FormatInt(r.checked, 10)}
}

func (r *row) place() vault.Place {
	return vault.Place{Table: r.table, Column: "content", Row: strconv.Itoa(r.e.Number)}
}

// newRow is the next edition after one.
func newRow(box *vault.Box, table string, after int, l List, from Source, by id.Person, now time.Time) (*row, error) {
	r := &row{table: table, made: store.Micros(now), checked: store.Micros(now)}
	r.e = Edition{Number: after + 1, Published: l.Published, SHA256: l.SHA256, Entries: len(l.Entries), Source: from, By: by, At: now, Checked: now}
	packed, err := pack(l.Entries)
	if err != nil {
		return nil, err
	}
	r.content, r.mac = box.Seal(r.place(), packed), box.MAC(table, r.fields()...)
	return r, nil
}

func (r *row) values() []any {
	return []any{r.e.Number, r.e.Published, r.e.SHA256, r.e.Entries, string(r.e.Source), string(r.e.By), r.made, r.checked, r.content, r.mac}
}

// again says that the edition was found anew.
func (r *row) again(box *vault.Box, now time.Time) {
	r.checked, r.e.Checked = store.Micros(now), now
	r.mac = box.MAC(r.table, r.fields()...)
}

// check believes the row.
func (r *row) check(box *vault.Box) error {
	if err := box.CheckMAC(r.mac, r.table, r.fields()...); err != nil {
		return err
	}
	r.e.At, r.e.Checked = store.Time(r.made), store.Time(r.checked)
	return nil
}

// list opens the entries.
func (r *row) list(box *vault.Box) (List, error) {
	packed, err := box.Open(r.place(), r.content)
	if err != nil {
		return List{}, err
	}
	entries, err := unpack(packed)
	return List{Published: r.e.Published, SHA256: r.e.SHA256, Entries: entries}, err
}

func pack(entries []Entry) ([]byte, error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(json.NewEncoder(w).Encode(entries), w.Close()); err != nil {
		return nil, fmt.Errorf("sanction: pack: %w", err)
	}
	return out.Bytes(), nil
}

func unpack(packed []byte) (out []Entry, err error) {
	r := flate.NewReader(bytes.NewReader(packed))
	err = errors.Join(json.NewDecoder(io.LimitReader(r, MaxFile)).Decode(&out), r.Close())
	if err != nil {
		return nil, fmt.Errorf("sanction: unpack: %w", err)
	}
	return out, nil
}
