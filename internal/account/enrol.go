package account

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/totp"
)

// MayChange reports why a session may not add or remove a factor: Forbidden
// "account.unproven" when nobody has shown that the mailbox is hers, Forbidden
// "account.not_fresh" when it was opened too long ago, or by a link although she
// has something better. Who has nothing but her mailbox is known by it alone.
func (s *Service) MayChange(ctx context.Context, in Session) (err error) {
	if err := s.demand(ctx, in); err != nil {
		return err
	}
	return s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		row, err := s.byID(tx, in.Person)
		if err != nil {
			return err
		}
		return s.mayChange(in, row)
	})
}

func (s *Service) mayChange(in Session, row identity) error {
	fresh := s.office.Clock().Before(in.Created.Add(freshFor))
	switch {
	case !in.Proven:
		return fault.New(fault.Forbidden, "account.unproven")
	case in.Via.Own() && fresh, in.Via.Linked() && !row.Proven && (fresh || !row.Guarded):
		return nil
	}
	return fault.New(fault.Forbidden, "account.not_fresh")
}

// Changed is what came of adding or removing a factor. All other sessions ended;
// Token is that of the one which goes on. Recovery are codes that were made with
// her first factor, to be shown once.
type Changed struct {
	Token    string
	Session  Session
	Recovery []string
}

// NewTOTP begins to add an application that shows codes, or to replace the one
// there is: the secret is hers once [Service.AddTOTP] has seen a code of it.
func (s *Service) NewTOTP(ctx context.Context, in Session) (challenge string, secret totp.Secret, err error) {
	defer fault.Op(&err, "account.NewTOTP(%s)", in.Person)
	if err := s.demand(ctx, in); err != nil {
		return "", nil, err
	}
	secret = totp.NewSecret()
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		row, err := s.byID(tx, in.Person)
		if err != nil {
			return err
		}
		if err := s.mayChange(in, row); err != nil {
			return err
		}
		challenge, err = s.raise(tx, row, forTOTP, []byte(secret))
		return err
	})
	return challenge, secret, err
}

// AddTOTP finishes what [Service.NewTOTP] began. A wrong code is Invalid
// "account.first_code_wrong" in the field "code", and comes with the secret, so
// that she can try again.
func (s *Service) AddTOTP(ctx context.Context, in Session, challenge, code, name string, from Source) (out Changed, secret totp.Secret, err error) {
	defer fault.Op(&err, "account.AddTOTP(%s)", in.Person)
	if err := s.demand(ctx, in); err != nil {
		return Changed{}, nil, err
	}
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		var raw []byte
		c, row, err := s.raised(tx, challenge, forTOTP, &raw)
		if err != nil {
			return err
		}
		if c.person != in.Person {
			return tooLate(nil)
		}
		secret = raw
		step, ok := secret.Match(spelt(code), s.office.Clock(), 0)
		if !ok {
			return fault.New(fault.Invalid, "account.first_code_wrong").In("code")
		}
		if err := useUp(tx, c); err != nil {
			return err
		}
		f := s.newFactor(row.ID, TOTP, name, secret, nil)
		f.last = step // the code just shown opens nothing any more
		out, err = s.add(tx, in, row, f, from)
		return err
	})
	return out, secret, err
}

// add writes a new factor; a code of an application replaces the former one.
func (s *Service) add(tx *store.DirectoryTx, in Session, row identity, f factor, from Source) (out Changed, err error) {
	former := int64(0)
	if f.Kind == TOTP {
		if former, err = tx.Exec(deleteFactorsOf, row.ID, TOTP); err != nil {
			return out, err
		}
	}
	if err := s.insertFactor(tx, f); err != nil {
		return out, err
	}
	if !row.Guarded {
		if out.Recovery, err = s.newRecovery(tx, row); err != nil {
			return out, err
		}
	}
	row.factors += 1 - former
	next := way{Via: authz.ViaPasskey}
	if f.Kind == TOTP {
		next = way{Via: twofold(in.Via), Firm: in.Firm, Space: in.Space}
	}
	return s.goOn(tx, row, next, from, out)
}

// goOn writes her row, ends all her sessions and opens the one that goes on.
func (s *Service) goOn(tx *store.DirectoryTx, row identity, w way, from Source, out Changed) (Changed, error) {
	row.Guarded = row.factors > 0
	if err := errors.Join(expel(tx, &row), s.write(tx, row)); err != nil {
		return out, err
	}
	opened, err := s.admit(tx, row, w, from)
	out.Token, out.Session = opened.token, opened.session
	return out, err
}

// RemoveFactor takes a factor from a person, and her recovery codes with the
// last one. Conflict "account.password_brief" when her password is too short to
// stand alone; fault.Absent when the factor is not hers.
func (s *Service) RemoveFactor(ctx context.Context, in Session, factor string, from Source) (out Changed, err error) {
	defer fault.Op(&err, "account.RemoveFactor(%s)", in.Person)
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		row, f, err := s.herFactor(tx, in, factor)
		if err != nil {
			return err
		}
		if row.factors == 1 && row.brief {
			return fault.New(fault.Conflict, "account.password_brief", minPassword)
		}
		if _, err := drop(tx, f); err != nil {
			return err
		}
		if row.factors--; row.factors == 0 {
			if err := tx.Write(deleteFactorsOf, row.ID, recovery); err != nil {
				return err
			}
		}
		out, err = s.goOn(tx, row, way{Via: in.Via, Firm: in.Firm, Space: in.Space}, from, Changed{})
		return err
	})
	return out, err
}

// herFactor is a factor of hers that she may change now.
func (s *Service) herFactor(tx *store.DirectoryTx, in Session, of string) (row identity, f factor, err error) {
	if row, err = s.byID(tx, in.Person); err != nil {
		return row, f, err
	}
	if err = s.mayChange(in, row); err == nil {
		f, err = s.ownFactor(tx, row, of)
	}
	return row, f, err
}

// maxFactorName is the longest name of a factor, in characters.
const maxFactorName = 60

// RenameFactor calls a factor as its person does. It opens and shuts nothing, so
// that her sessions go on. Invalid in the field "name"; fault.Absent when the
// factor is not hers.
func (s *Service) RenameFactor(ctx context.Context, in Session, factor, name string) (err error) {
	defer fault.Op(&err, "account.RenameFactor(%s)", in.Person)
	name = strings.TrimSpace(name)
	if name == "" {
		return fault.New(fault.Invalid, "account.factor_nameless").In("name")
	}
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > maxFactorName {
		return fault.New(fault.Invalid, "account.factor_name_long", maxFactorName).In("name")
	}
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		_, f, err := s.herFactor(tx, in, factor)
		if err != nil {
			return err
		}
		f.name = s.box().SealText(factorPlace("name", f.ID), name)
		return tx.Write(updateFactorName, f.ID, f.name, s.box().MAC("factor", f.fields()...))
	})
}

func (s *Service) ownFactor(tx *store.DirectoryTx, row identity, factor string) (f factor, err error) {
	all, err := s.factors(tx, row)
	for _, one := range all {
		if one.ID == factor && one.counts() {
			return one, err
		}
	}
	return f, errors.Join(err, fault.Absent())
}

// NewRecovery replaces the recovery codes of a person who has a factor; the
// former ones open nothing any more.
func (s *Service) NewRecovery(ctx context.Context, in Session) (fresh []string, err error) {
	defer fault.Op(&err, "account.NewRecovery(%s)", in.Person)
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		row, err := s.byID(tx, in.Person)
		if err != nil {
			return err
		}
		if err := s.mayChange(in, row); err != nil {
			return err
		}
		if !row.Guarded {
			return fault.Absent()
		}
		fresh, err = s.newRecovery(tx, row)
		return err
	})
	return fresh, err
}

// ResetFactors takes all that a person has besides her password, at the wish of
// the operator, who has seen who she is; a password that cannot stand alone goes
// too. Her sessions end.
func (s *Service) ResetFactors(ctx context.Context, of id.Person) (err error) {
	defer fault.Op(&err, "account.ResetFactors(%s)", of)
	return s.change(ctx, of, func(tx *store.DirectoryTx, row *identity) error {
		if err := tx.Write(deleteFactors, of); err != nil {
			return err
		}
		if row.brief {
			row.password, row.Password, row.brief = nil, false, false
		}
		row.factors, row.Guarded = 0, false
		return expel(tx, row)
	})
}
