package account

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// identity is a person's row, opened and checked.
type identity struct {
	Person
	hash     []byte // keyed, of the canonical e-mail
	email    []byte // sealed
	password []byte // sealed, empty for none
	epoch    int64
	era      int64
	created  int64
	factors  int64 // how many second factors she has
	brief    bool  // her password is too short to stand alone
}

// Ensure returns the person of a mailbox, making her when she is unknown;
// created says so. A known person keeps her language. Faults: those of
// fold.Email, in the field "email".
func (s *Service) Ensure(ctx context.Context, email string, language i18n.Language) (_ id.Person, created bool, err error) {
	defer fault.Op(&err, "account.Ensure")
	canonical, err := canonical(email)
	if err != nil {
		return "", false, err
	}
	var p identity
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		created = false
		p, err = s.byEmail(tx, canonical)
		if !errors.Is(err, store.ErrNoRow) {
			return err
		}
		created = true
		p, err = s.insert(tx, canonical, language, s.office.Clock())
		return err
	})
	return p.ID, created, err
}

// Find returns the person of a mailbox; fault.Absent when she is unknown.
func (s *Service) Find(ctx context.Context, email string) (Person, error) {
	canonical, err := canonical(email)
	if err != nil {
		return Person{}, err
	}
	return s.view(ctx, func(tx *store.DirectoryTx) (identity, error) { return s.byEmail(tx, canonical) })
}

// Person returns a person; fault.Absent when she is unknown.
func (s *Service) Person(ctx context.Context, p id.Person) (Person, error) {
	return s.view(ctx, func(tx *store.DirectoryTx) (identity, error) { return s.byID(tx, p) })
}

// Unguarded are those of some people who have no second factor, in the order given;
// who is nobody is not among them.
func (s *Service) Unguarded(ctx context.Context, of []id.Person) (out []id.Person, err error) {
	defer fault.Op(&err, "account.Unguarded")
	bare := map[id.Person]bool{}
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		for some := range store.Batches(of) {
			err := tx.Each(selectPeople, some, func(scan func(...any) error) error {
				p, err := s.read(scan)
				bare[p.ID] = !p.Guarded
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	for _, p := range of {
		if bare[p] {
			out = append(out, p)
		}
	}
	return out, err
}

// Unshown are those of some people who have nothing by which to show so much, in the
// order given; who is nobody is not among them.
func (s *Service) Unshown(ctx context.Context, of []id.Person, need authz.Assurance) (out []id.Person, err error) {
	defer fault.Op(&err, "account.Unshown")
	switch need {
	case authz.Single, authz.Confirmed: // everybody has a mailbox
		return nil, nil
	case authz.Twofold:
		return s.Unguarded(ctx, of)
	}
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		out = nil
		for _, p := range of {
			row, err := s.byID(tx, p)
			if errors.Is(err, store.ErrNoRow) {
				continue
			}
			if err != nil {
				return err
			}
			all, err := s.factors(tx, row)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(all, func(f factor) bool { return f.Kind == Passkey }) {
				out = append(out, p)
			}
		}
		return nil
	})
	return out, err
}

// Speak notes the language a person chose.
func (s *Service) Speak(ctx context.Context, p id.Person, language i18n.Language) (err error) {
	defer fault.Op(&err, "account.Speak(%s)", p)
	return s.change(ctx, p, func(_ *store.DirectoryTx, row *identity) error {
		row.Language = language
		return nil
	})
}

func (s *Service) view(ctx context.Context, read func(*store.DirectoryTx) (identity, error)) (Person, error) {
	var p identity
	err := s.directory().View(ctx, func(tx *store.DirectoryTx) (err error) {
		p, err = read(tx)
		return err
	})
	if errors.Is(err, store.ErrNoRow) {
		return Person{}, fault.Absent().Because(err)
	}
	return p.Person, err
}

// change rewrites a person's row after edit, in one transaction.
func (s *Service) change(ctx context.Context, p id.Person, edit func(*store.DirectoryTx, *identity) error) error {
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		row, err := s.byID(tx, p)
		if errors.Is(err, store.ErrNoRow) {
			return fault.Absent().Because(err)
		}
		if err != nil {
			return err
		}
		if err := edit(tx, &row); err != nil {
			return err
		}
		return s.write(tx, row)
	})
}

func (s *Service) write(tx *store.DirectoryTx, p identity) error {
	return tx.Write(updatePerson, p.ID, p.password, p.Language, p.Proven, p.epoch, p.era, p.factors, p.brief, s.mac(p))
}

func (s *Service) insert(tx *store.DirectoryTx, canonical string, language i18n.Language, now time.Time) (identity, error) {
	p := identity{Person: Person{ID: id.New[id.Person](now), Email: canonical, Language: language}}
	p.hash = s.box().Lookup("email", canonical)
	p.email = s.box().SealText(place("email", p.ID), canonical)
	p.created = store.Micros(now)
	err := tx.Write(insertPerson, p.ID, p.hash, p.email, p.password, p.Language, p.Proven, p.epoch, p.era, p.created, s.mac(p))
	return p, err
}

func (s *Service) byEmail(tx *store.DirectoryTx, canonical string) (identity, error) {
	return s.read(func(dest ...any) error {
		return tx.Row(selectByEmail, []any{s.box().Lookup("email", canonical)}, dest...)
	})
}

func (s *Service) byID(tx *store.DirectoryTx, p id.Person) (identity, error) {
	return s.read(func(dest ...any) error { return tx.Row(selectPerson, []any{p}, dest...) })
}

// read opens and checks a person's row; store.ErrNoRow when there is none.
func (s *Service) read(scan func(...any) error) (identity, error) {
	var p identity
	var proven, brief int64
	var mac []byte
	err := scan(&p.ID, &p.hash, &p.email, &p.password, &p.Language, &proven, &p.epoch, &p.era, &p.created, &p.factors, &brief, &mac)
	if err != nil {
		return identity{}, err
	}
	p.Proven, p.Password, p.Guarded, p.brief = proven == 1, len(p.password) > 0, p.factors > 0, brief == 1
	if err := s.box().CheckMAC(mac, "person", p.fields()...); err != nil {
		return identity{}, err
	}
	p.Email, err = s.box().OpenText(place("email", p.ID), p.email)
	return p, err
}

func (s *Service) mac(p identity) []byte { return s.box().MAC("person", p.fields()...) }

func (p identity) fields() []string {
	signed := []string{
		string(p.ID), string(p.hash), string(p.email), string(p.password), string(p.Language),
		strconv.FormatBool(p.Proven), number(p.epoch), number(p.era), number(p.created),
	}
	if p.factors > 0 || p.brief { // else as the first release signed it
		signed = append(signed, number(p.factors), strconv.FormatBool(p.brief))
	}
	return signed
}

func place(column string, p id.Person) vault.Place {
	return vault.Place{Table: "person", Column: column, Row: string(p)}
}

// canonical is fold.Email with its fault beside the form's field.
func canonical(email string) (string, error) {
	c, err := fold.Email(email)
	var f *fault.Error
	if errors.As(err, &f) {
		return "", f.In("email")
	}
	return c, err
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
