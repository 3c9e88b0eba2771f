package token

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// row is a token as it is stored. Instants are as stored, so that they can be
// signed; when it was last seen is no right and is not signed.
type row struct {
	id                            id.Token
	person                        id.Person
	use                           Use
	hash, name, pass, mac         []byte
	created, expires, seen, ended int64
	era                           int64
}

func (r row) fields() []string {
	return []string{
		string(r.id), string(r.person), string(r.use), string(r.hash), string(r.name), string(r.pass),
		number(r.created), number(r.expires), number(r.ended), number(r.era),
	}
}

// read checks a row and opens its texts.
func read(a *act.Act, scan func(...any) error) (row, Token, error) {
	var r row
	err := scan(&r.id, &r.person, &r.hash, &r.use, &r.name, &r.pass, &r.created, &r.expires, &r.seen, &r.ended, &r.era, &r.mac)
	if errors.Is(err, store.ErrNoRow) {
		return row{}, Token{}, fault.Absent().Because(err)
	}
	if err != nil {
		return row{}, Token{}, err
	}
	box, err := a.FirmBox()
	if err != nil {
		return row{}, Token{}, err
	}
	if err := box.CheckMAC(r.mac, "access_token", r.fields()...); err != nil {
		return row{}, Token{}, err
	}
	t, err := r.open(box)
	return r, t, err
}

func (r row) open(box *vault.Box) (t Token, err error) {
	t = Token{
		ID: r.id, Person: r.person, Use: r.use, Created: store.Time(r.created), Expires: store.Time(r.expires),
		Seen: store.Time(r.seen), Ended: store.Time(r.ended),
	}
	if t.Name, err = box.OpenText(place("name", r.id), r.name); err != nil {
		return Token{}, err
	}
	raw, err := box.Open(place("pass", r.id), r.pass)
	if err != nil {
		return Token{}, err
	}
	var p pass
	if err := json.Unmarshal(raw, &p); err != nil {
		return Token{}, fmt.Errorf("token: pass of %s: %w", r.id, err)
	}
	t.Pass = authz.Pass(p)
	return t, nil
}

// pass is how a pass is written. What is not named is all; an empty list is
// none.
type pass struct {
	Spaces   []id.Space `json:"spaces"`
	Kinds    []string   `json:"kinds"`
	ReadOnly bool       `json:"read_only"`
}

// put writes a new token with its text.
func put(a *act.Act, t Token, text string, era int64) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	allowed, err := json.Marshal(pass(t.Pass))
	if err != nil {
		return fmt.Errorf("token: pass: %w", err)
	}
	r := row{
		id: t.ID, person: t.Person, use: t.Use, hash: hash(box, text),
		name: box.SealText(place("name", t.ID), t.Name), pass: box.Seal(place("pass", t.ID), allowed),
		created: store.Micros(t.Created), expires: store.Micros(t.Expires), era: era,
	}
	return a.Write(insertToken, r.id, r.person, r.hash, r.use, r.name, r.pass, r.created, r.expires, r.era,
		box.MAC("access_token", r.fields()...))
}

// end revokes a token that is not revoked yet.
func (r row) end(a *act.Act) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	r.ended = store.Micros(a.Now)
	return a.Write(endToken, r.id, r.ended, box.MAC("access_token", r.fields()...))
}

// hash is by what the text is found again; its use is not part of it, so that
// a text of another use is known and refused like every other.
func hash(box *vault.Box, text string) []byte { return box.Lookup("access_token", text) }

func place(column string, t id.Token) vault.Place {
	return vault.Place{Table: "access_token", Column: column, Row: string(t)}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
