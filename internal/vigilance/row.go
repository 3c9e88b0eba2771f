package vigilance

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"cenacle/internal/act"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// row is an edition as it is stored. Due is kept for the last edition alone.
type row struct {
	space   id.Space
	number  int
	by      id.Person
	at      int64
	due     string
	content []byte
	mac     []byte
}

func (r *row) dest() []any {
	return []any{&r.space, &r.number, &r.by, &r.at, &r.due, &r.content, &r.mac}
}

// fields are those that the MAC covers: the content bears its own, and the day is reckoned
// from it again wherever it decides.
func (r *row) fields() []string {
	return []string{string(r.space), strconv.Itoa(r.number), string(r.by), strconv.FormatInt(r.at, 10)}
}

func (r *row) place() vault.Place {
	return vault.Place{Table: "vigilance", Column: "content", Row: string(r.space) + "/" + strconv.Itoa(r.number)}
}

// insert writes the next edition, in whose place the former one wants nothing more.
func insert(a *act.Act, in id.Space, e Edition, due string) error {
	box, err := a.SpaceBox(in)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(e.Dossier)
	if err != nil {
		return fmt.Errorf("vigilance: content: %w", err)
	}
	if err := a.Write(updateFormer, in, e.Number-1); err != nil {
		return err
	}
	r := row{space: in, number: e.Number, by: e.By, at: store.Micros(e.At)}
	return a.Write(insertEdition, in, e.Number, e.By, r.at, due, box.Seal(r.place(), raw), box.MAC("vigilance", r.fields()...))
}

// open checks a row and opens it.
func (r *row) open(a *act.Act) (e Edition, err error) {
	box, err := a.SpaceBox(r.space)
	if err != nil {
		return e, err
	}
	if err := box.CheckMAC(r.mac, "vigilance", r.fields()...); err != nil {
		return e, err
	}
	raw, err := box.Open(r.place(), r.content)
	if err != nil {
		return e, err
	}
	e = Edition{Number: r.number, By: r.by, At: store.Time(r.at)}
	if err := json.Unmarshal(raw, &e.Dossier); err != nil {
		return e, fmt.Errorf("vigilance: content of %s: %w", r.space, err)
	}
	return e, nil
}

// one opens the row that a statement finds; an empty edition when there is none.
func one(a *act.Act, stmt store.FirmStmt, args ...any) (Edition, error) {
	var r row
	err := a.Row(stmt, args, r.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		return Edition{}, nil
	}
	if err != nil {
		return Edition{}, err
	}
	return r.open(a)
}

// several are the rows that a statement finds.
func several(a *act.Act, stmt store.FirmStmt, args ...any) (out []row, err error) {
	err = a.Each(stmt, args, func(scan func(...any) error) error {
		var r row
		err := scan(r.dest()...)
		out = append(out, r)
		return err
	})
	return out, err
}
