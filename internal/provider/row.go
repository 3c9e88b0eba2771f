package provider

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"cenacle/internal/act"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// row is a provider as it is stored, with its secret.
type row struct {
	Provider
	secret string
}

// known is what is sealed of a row.
type known struct {
	Name    string   `json:"name"`
	Issuer  string   `json:"issuer"`
	Client  string   `json:"client,omitempty"`
	Secret  string   `json:"secret,omitempty"`
	Domains []string `json:"domains,omitempty"`
}

func (r row) fields(data []byte) []string {
	return []string{
		string(r.ID), string(r.Audience), strconv.FormatBool(r.Trusted), string(r.State), string(data),
		strconv.FormatInt(store.Micros(r.Created), 10),
	}
}

func (r row) place() vault.Place {
	return vault.Place{Table: "provider", Column: "data", Row: string(r.ID)}
}

// put writes the row, in the place of the one there is.
func (r row) put(a *act.Act) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	raw, err := json.Marshal(known{r.Name, r.Issuer, r.Client, r.secret, r.Domains})
	if err != nil {
		return fmt.Errorf("provider: %s: %w", r.ID, err)
	}
	data := box.Seal(r.place(), raw)
	return a.Write(putProvider, r.ID, r.Audience, r.Trusted, r.State, data, store.Micros(r.Created), box.MAC("provider", r.fields(data)...))
}

func read(box *vault.Box, scan func(...any) error) (r row, err error) {
	var data, mac []byte
	var trusted, created int64
	if err := scan(&r.ID, &r.Audience, &trusted, &r.State, &data, &created, &mac, &r.People); err != nil {
		return row{}, err
	}
	r.Trusted, r.Created = trusted == 1, store.Time(created)
	if err := box.CheckMAC(mac, "provider", r.fields(data)...); err != nil {
		return row{}, err
	}
	raw, err := box.Open(r.place(), data)
	if err != nil {
		return row{}, err
	}
	var k known
	if err := json.Unmarshal(raw, &k); err != nil {
		return row{}, fmt.Errorf("provider: %s: %w", r.ID, err)
	}
	r.Name, r.Issuer, r.Client, r.secret, r.Domains = k.Name, k.Issuer, k.Client, k.Secret, k.Domains
	return r, nil
}

// load reads a provider that is not ended; every other is absent. The caller has
// decided the right, or is at the door.
func load(a *act.Act, of id.Provider) (row, error) {
	box, err := a.FirmBox()
	if err != nil {
		return row{}, err
	}
	r, err := read(box, func(dest ...any) error { return a.Row(selectProvider, []any{of}, dest...) })
	if errors.Is(err, store.ErrNoRow) || err == nil && r.State == Ended {
		return row{}, fault.Absent()
	}
	return r, err
}

// active is load of one that vouches. Where nobody reads keys, they open nothing.
func (s *Service) active(a *act.Act, of id.Provider) (row, error) {
	r, err := load(a, of)
	if err == nil && !s.vouches(r) {
		return row{}, fault.Absent()
	}
	return r, err
}

func (s *Service) vouches(r row) bool { return r.State == Active && (!r.Keys() || s.cards != nil) }

// live reads the providers of the firm that are not ended, the oldest first.
func live(a *act.Act) (out []row, err error) {
	box, err := a.FirmBox()
	if err != nil {
		return nil, err
	}
	err = a.Each(selectLive, nil, func(scan func(...any) error) error {
		r, err := read(box, scan)
		out = append(out, r)
		return err
	})
	return out, err
}

// tie is for whom a provider vouches: a row, checked.
type tie struct {
	provider id.Provider
	person   id.Person
	subject  []byte
	created  int64
	sealed   string // the certificate on her key, in base64; empty without one
}

func (t tie) fields() []string {
	signed := []string{string(t.provider), string(t.person), string(t.subject), strconv.FormatInt(t.created, 10)}
	if t.sealed != "" { // else as before there were any
		signed = append(signed, t.sealed)
	}
	return signed
}

func (t tie) place() vault.Place {
	return vault.Place{Table: "provider_person", Column: "certificate", Row: string(t.provider) + "/" + string(t.person)}
}

func readTie(box *vault.Box, scan func(...any) error) (t tie, err error) {
	var mac []byte
	if err := scan(&t.provider, &t.person, &t.subject, &t.created, &t.sealed, &mac); err != nil {
		return tie{}, err
	}
	return t, box.CheckMAC(mac, "provider_person", t.fields()...)
}

// subjectHash finds somebody by what her provider calls her. What is hashed names
// the issuer too, so that the word of another one means nobody.
func subjectHash(box *vault.Box, r row, subject string) []byte {
	return box.Lookup("provider_person", string(r.ID)+"\n"+r.Issuer+"\n"+subject)
}

// bySubject is for whom a provider vouches under a subject; fault.Absent for nobody.
func bySubject(a *act.Act, r row, subject string) (tie, error) {
	box, err := a.FirmBox()
	if err != nil {
		return tie{}, err
	}
	t, err := readTie(box, func(dest ...any) error {
		return a.Row(selectSubject, []any{r.ID, subjectHash(box, r, subject)}, dest...)
	})
	if errors.Is(err, store.ErrNoRow) {
		return tie{}, fault.Absent()
	}
	return t, err
}

// tied is how a provider vouches for a person; fault.Absent when it does not.
func tied(a *act.Act, of id.Provider, p id.Person) (tie, error) {
	box, err := a.FirmBox()
	if err != nil {
		return tie{}, err
	}
	t, err := readTie(box, func(dest ...any) error { return a.Row(selectTie, []any{of, p}, dest...) })
	if errors.Is(err, store.ErrNoRow) {
		return tie{}, fault.Absent()
	}
	return t, err
}

// bind ties what a provider calls somebody to a person, in the place of what it called
// her before. Conflict "provider.taken" or
// "provider.key_taken" when it is somebody else already.
func bind(a *act.Act, r row, w word, p id.Person) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	switch other, err := bySubject(a, r, w.subject); {
	case err == nil && other.person != p && r.Keys():
		return fault.New(fault.Conflict, "provider.key_taken")
	case err == nil && other.person != p:
		return fault.New(fault.Conflict, "provider.taken")
	case err != nil && !fault.Is(err, fault.NotFound):
		return err
	}
	t := tie{provider: r.ID, person: p, subject: subjectHash(box, r, w.subject), created: store.Micros(a.Now)}
	if w.certificate != nil {
		t.sealed = base64.StdEncoding.EncodeToString(box.Seal(t.place(), w.certificate))
	}
	return a.Write(putTie, t.provider, t.person, t.subject, t.created, t.sealed, box.MAC("provider_person", t.fields()...))
}
