package account

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/totp"
	"cenacle/internal/vault"
)

// FactorKind is what a factor is.
type FactorKind string

const (
	TOTP    FactorKind = "totp"    // an application that shows codes
	Passkey FactorKind = "passkey" // a device that unlocks
	// recovery is one code on paper. It counts as no factor: alone it would be a
	// password that nobody asked for.
	recovery FactorKind = "recovery"
)

// Factor is something that a person shows besides her password or her mailbox.
type Factor struct {
	ID      string
	Kind    FactorKind
	Name    string
	MadeAt  string // the name of a firm at which a passkey was made, and is of use; else empty
	Created time.Time
	Used    time.Time // the zero time: never
}

// Factors is what a person has.
type Factors struct {
	Own      []Factor // the oldest first
	Recovery int      // how many recovery codes are left
	Brief    bool     // her password is too short to be hers without them
}

// factor is a row, checked and opened.
type factor struct {
	Factor
	person        id.Person
	hash          []byte
	name, sealed  []byte
	secret        []byte
	last          int64
	created, used int64
}

func (f factor) fields() []string {
	return []string{
		f.ID, string(f.person), string(f.Kind), string(f.hash), string(f.name), string(f.sealed),
		number(f.last), number(f.created), number(f.used),
	}
}

func (f factor) counts() bool { return f.Kind != recovery }

func factorPlace(column, factor string) vault.Place {
	return vault.Place{Table: "factor", Column: column, Row: factor}
}

// errMissing is a row that the person's own row counts, or one that it does
// not: whoever took or added it by hand has changed who may enter.
var errMissing = fmt.Errorf("account: a second factor was taken or added by hand: %w", vault.ErrTampered)

// factors reads all that a person has, and holds it against her own row.
func (s *Service) factors(tx *store.DirectoryTx, of identity) (out []factor, err error) {
	count := int64(0)
	err = tx.Each(selectFactors, []any{of.ID}, func(scan func(...any) error) error {
		f, err := s.readFactor(scan)
		if err != nil {
			return err
		}
		if f.counts() {
			count++
		}
		out = append(out, f)
		return nil
	})
	if err == nil && count != of.factors {
		err = errMissing
	}
	return out, err
}

func (s *Service) readFactor(scan func(...any) error) (f factor, err error) {
	var mac []byte
	err = scan(&f.ID, &f.person, &f.Kind, &f.hash, &f.name, &f.sealed, &f.last, &f.created, &f.used, &mac)
	if err != nil {
		return f, err
	}
	if err := s.box().CheckMAC(mac, "factor", f.fields()...); err != nil {
		return f, err
	}
	f.Created = store.Time(f.created)
	if f.used > 0 {
		f.Used = store.Time(f.used)
	}
	if f.Name, err = s.box().OpenText(factorPlace("name", f.ID), f.name); err != nil {
		return f, err
	}
	if f.secret, err = s.box().Open(factorPlace("secret", f.ID), f.sealed); err == nil && f.Kind == Passkey {
		f.MadeAt, err = madeAt(f.secret)
	}
	return f, err
}

// newFactor is a row to be written. Hash is that of a code or a credential; nil
// for what is not looked up.
func (s *Service) newFactor(of id.Person, kind FactorKind, name string, secret, hash []byte) factor {
	now := s.office.Clock()
	f := factor{Factor: Factor{ID: id.New[string](now), Kind: kind, Name: name}, person: of, created: store.Micros(now), hash: hash}
	if hash == nil {
		f.hash = s.box().Lookup("factor", f.ID)
	}
	f.name = s.box().SealText(factorPlace("name", f.ID), name)
	f.sealed = s.box().Seal(factorPlace("secret", f.ID), secret)
	return f
}

func (s *Service) insertFactor(tx *store.DirectoryTx, f factor) error {
	return tx.Write(insertFactor, f.ID, f.person, f.Kind, f.hash, f.name, f.sealed, f.last, f.created, f.used, s.box().MAC("factor", f.fields()...))
}

// advance notes the use of a factor by the step or the counter that it came
// with. Of two uses at once, one succeeds.
func (s *Service) advance(tx *store.DirectoryTx, f factor, last int64) (bool, error) {
	was := f.last
	f.last, f.used = last, store.Micros(s.office.Clock())
	n, err := tx.Exec(advanceFactor, f.ID, was, f.last, f.used, f.sealed, s.box().MAC("factor", f.fields()...))
	return n == 1, err
}

// useCode accepts a code of a person's application or a recovery code, once.
func (s *Service) useCode(tx *store.DirectoryTx, of identity, code string) error {
	all, err := s.factors(tx, of)
	if err != nil {
		return err
	}
	typed := spelt(code)
	hash := s.recoveryHash(of.ID, typed)
	for _, f := range all {
		used := false
		switch f.Kind {
		case TOTP:
			if step, ok := totp.Secret(f.secret).Match(typed, s.office.Clock(), f.last); ok {
				used, err = s.advance(tx, f, step)
			}
		case recovery:
			if slices.Equal(f.hash, hash) {
				used, err = drop(tx, f)
			}
		}
		if used || err != nil {
			return err
		}
	}
	return codeWrong()
}

func codeWrong() error { return fault.New(fault.Invalid, "account.code_wrong").In("code") }

// maxCode is longer than any code with its spaces and hyphens.
const maxCode = 64

// spelt is a code as it was given, however it was typed.
func spelt(code string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= '0' && c <= '9' || c >= 'A' && c <= 'Z':
			return c
		case c >= 'a' && c <= 'z':
			return c - 'a' + 'A'
		}
		return -1
	}, code[:min(len(code), maxCode)])
}

const (
	recoveryCodes = 10
	// recoveryDigits make 83 bits. They are digits, like the codes of an
	// application, because both are typed into one field with the keys of a
	// telephone.
	recoveryDigits = 25
	recoveryGroup  = 5
)

// newRecovery replaces a person's recovery codes and returns the new ones, in
// groups of five digits.
func (s *Service) newRecovery(tx *store.DirectoryTx, of identity) ([]string, error) {
	if err := tx.Write(deleteFactorsOf, of.ID, recovery); err != nil {
		return nil, err
	}
	out := make([]string, recoveryCodes)
	for i := range out {
		code, err := digits(recoveryDigits)
		if err != nil {
			return nil, err
		}
		if err := s.insertFactor(tx, s.newFactor(of.ID, recovery, "", nil, s.recoveryHash(of.ID, code))); err != nil {
			return nil, err
		}
		for group := range slices.Chunk([]byte(code), recoveryGroup) {
			out[i] += "-" + string(group)
		}
		out[i] = out[i][1:]
	}
	return out, nil
}

// digits is n random digits.
func digits(n int) (string, error) {
	top := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	v, err := rand.Int(rand.Reader, top)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%0*d", n, v), nil
}

func (s *Service) recoveryHash(of id.Person, code string) []byte {
	return s.box().Lookup("recovery", string(of)+"/"+code)
}

// drop deletes a factor; false when somebody was faster.
func drop(tx *store.DirectoryTx, f factor) (bool, error) {
	n, err := tx.Exec(deleteFactor, f.ID)
	return n == 1, err
}

// Factors lists what a person has.
func (s *Service) Factors(ctx context.Context, of id.Person) (out Factors, err error) {
	defer fault.Op(&err, "account.Factors(%s)", of)
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		row, err := s.byID(tx, of)
		if err != nil {
			return err
		}
		all, err := s.factors(tx, row)
		out = Factors{Brief: row.brief}
		for _, f := range all {
			if f.counts() {
				out.Own = append(out.Own, f.Factor)
			} else {
				out.Recovery++
			}
		}
		return err
	})
	if errors.Is(err, store.ErrNoRow) {
		return Factors{}, fault.Absent().Because(err)
	}
	return out, err
}
