package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// SignIn opens a session for a person who knows her password. An unknown
// address, a person without password and a wrong password get the same fault,
// Unauthenticated "account.refused", after the same work; past ten failures in
// an hour the address, known or not, is fault.Busy until the hour is over, and
// so is a source that fails too often. For who has a second factor a right
// password opens no session: the fault is Unauthenticated "account.second" with
// an [Unfinished].
func (s *Service) SignIn(ctx context.Context, email, password string, from Source) (token string, _ Session, err error) {
	defer fault.Op(&err, "account.SignIn")
	address, err := canonical(email)
	if err != nil {
		return "", Session{}, err
	}
	var p identity
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		p, err = s.byEmail(tx, address)
		if errors.Is(err, store.ErrNoRow) {
			p = identity{Person: Person{Email: address}}
			return nil
		}
		return err
	})
	if err != nil {
		return "", Session{}, err
	}
	if err := s.show(ctx, p, password, from); err != nil {
		return "", Session{}, err
	}
	return s.enter(ctx, p, from)
}

// show checks a password under the brakes. The account is charged before
// the check, so that no crowd of guesses gets more than its ten, and has it
// back when the password was right or was not checked for want of room. The
// source is charged for failures only: a whole firm may arrive at nine.
func (s *Service) show(ctx context.Context, p identity, password string, from Source) error {
	account, source := Charge{accountBrake, p.Email}, Charge{sourceBrake, from.Key()}
	if err := s.left(ctx, source); err != nil {
		return err
	}
	if err := s.Spend(ctx, account); err != nil {
		return err
	}
	encoded := ""
	if p.Password {
		var err error
		if encoded, err = s.box().OpenText(place("password", p.ID), p.password); err != nil {
			return err
		}
	}
	good, err := s.hasher.check(ctx, encoded, norm.NFKC.String(clip(password)))
	if err != nil {
		return errors.Join(err, s.Refund(ctx, account))
	}
	if good {
		return s.Refund(ctx, account)
	}
	if err := s.Spend(ctx, source); err != nil && !fault.Is(err, fault.Busy) {
		return err
	}
	return fault.New(fault.Unauthenticated, "account.refused")
}

// Reprove opens a session in the place of one, from.Former, whose person shows
// once more by her password that it is she: what follows is too grave for a
// browser that was left open. A wrong one is Invalid "account.confirm_wrong" in
// the field "current", and counts like a wrong one at the door; who has none, or
// came by a link, is asked to sign in again.
func (s *Service) Reprove(ctx context.Context, in Session, password string, from Source) (token string, _ Session, err error) {
	defer fault.Op(&err, "account.Reprove(%s)", in.Person)
	var p identity
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		p, err = s.byID(tx, in.Person)
		return err
	})
	switch {
	case err != nil:
		return "", Session{}, err
	case !p.Password || !in.Via.Own():
		return "", Session{}, fault.New(fault.Invalid, "account.confirm_again").In("current")
	case password == "":
		return "", Session{}, fault.New(fault.Invalid, "account.confirm").In("current")
	}
	if err := s.show(ctx, p, password, from); err != nil {
		return "", Session{}, asCurrent(err, "account.confirm_wrong")
	}
	v := visit{Session: Session{Person: p.ID, Via: in.Via}, epoch: p.epoch}
	v.Proven = v.proven(p)
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		token, err = s.open(tx, &v, from)
		return err
	})
	return token, v.Session, err
}

// asCurrent says of a refused password that it is not the one of who is signed
// in already.
func asCurrent(err error, key string) error {
	if fault.Is(err, fault.Unauthenticated) {
		return fault.New(fault.Invalid, key).In("current")
	}
	return err
}

// clip bounds the work of normalising a password that is too long to be one.
func clip(password string) string { return password[:min(len(password), 4*maxPassword)] }

// enter opens a password session for the person as she was read; a password or
// a factor changed since then has raised her epoch, and what opens is born dead.
func (s *Service) enter(ctx context.Context, p identity, from Source) (token string, _ Session, err error) {
	var in entrance
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		in, err = s.admit(tx, p, way{Via: authz.ViaPassword}, from)
		return err
	})
	return in.answer(err)
}

// Password is a text that passed the rule, hashed. It can be set and nothing
// else; it prints as a placeholder.
type Password struct {
	encoded string
	brief   bool // too short to stand alone
}

// Format prints no hash, whatever the verb.
func (p Password) Format(f fmt.State, _ rune) {
	_, _ = f.Write([]byte("[password]")) // fmt.State keeps its own error
}

// NewPassword applies the rule of [Service.CheckPassword] and hashes the text.
// fault.Busy when too many are being hashed.
func (s *Service) NewPassword(ctx context.Context, text string, about ...string) (Password, error) {
	return s.newPassword(ctx, text, minPassword, about)
}

// NewPasswordOf is NewPassword for a known person: with a second factor hers may
// be shorter.
func (s *Service) NewPasswordOf(ctx context.Context, of Person, text string, about ...string) (Password, error) {
	return s.newPassword(ctx, text, of.Least(), append(about, of.Email))
}

func (s *Service) newPassword(ctx context.Context, text string, least int, about []string) (Password, error) {
	if err := s.rule.check(text, least, about); err != nil {
		return Password{}, err
	}
	text = norm.NFKC.String(text)
	encoded, err := s.hasher.hash(ctx, text)
	return Password{encoded, utf8.RuneCountInString(text) < minPassword}, err
}

// SetPassword gives a person a password and ends her sessions and the tokens of
// her programs. The caller vouches that the mailbox is hers: she used a mailed link, or the operator
// acts.
func (s *Service) SetPassword(ctx context.Context, of id.Person, password Password) (err error) {
	defer fault.Op(&err, "account.SetPassword(%s)", of)
	return s.change(ctx, of, func(tx *store.DirectoryTx, row *identity) error {
		row.era++
		return errors.Join(s.keep(row, password, true), expel(tx, row))
	})
}

// ChoosePassword is SetPassword for the person herself, who goes on in a new
// session. Her second factor is asked for first, as by [Service.SignIn]: until
// then the old password stays.
func (s *Service) ChoosePassword(ctx context.Context, of id.Person, password Password, from Source) (token string, _ Session, err error) {
	defer fault.Op(&err, "account.ChoosePassword(%s)", of)
	var in entrance
	err = s.change(ctx, of, func(tx *store.DirectoryTx, row *identity) error {
		w := way{Via: authz.ViaPassword, Password: password.encoded, Brief: password.brief}
		if !row.Guarded {
			if err := s.adoptPassword(tx, row, w); err != nil {
				return err
			}
		}
		in, err = s.admit(tx, *row, w, from)
		return err
	})
	return in.answer(err)
}

// ChangePassword replaces a password from within a session, ends all other
// sessions and goes on in a new one. One who came by a mailed link chooses her
// first password without a current one; every other case must show it, and may
// then keep the tokens of her programs, which end otherwise.
func (s *Service) ChangePassword(ctx context.Context, in Session, change Change, from Source) (token string, _ Session, err error) {
	defer fault.Op(&err, "account.ChangePassword(%s)", in.Person)
	if err := s.demand(ctx, in); err != nil {
		return "", Session{}, err
	}
	var p identity
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		p, err = s.byID(tx, in.Person)
		return err
	})
	if err != nil {
		return "", Session{}, err
	}
	if err := s.rule.check(change.New, p.Least(), slices.Concat(change.About, []string{p.Email})); err != nil {
		return "", Session{}, err
	}
	shown := !in.Via.Linked() || p.Proven
	if shown {
		if err := asCurrent(s.show(ctx, p, change.Current, from), "account.current_wrong"); err != nil {
			return "", Session{}, err
		}
	}
	password, err := s.newPassword(ctx, change.New, p.Least(), nil)
	if err != nil {
		return "", Session{}, err
	}
	p.Proven = in.Proven
	if !shown || !change.KeepPrograms {
		p.era++ // whoever made them may not be the one whose mailbox it is
	}
	return s.replace(ctx, p, password, after(in.Via), from)
}

// Change is what a person types to change her password. About are words that
// someone who knows her would try: her name, her firm's.
type Change struct {
	Current, New string
	About        []string
	KeepPrograms bool // the tokens of her programs go on
}

// replace writes the new password and what goes with it, unless another change
// came between.
func (s *Service) replace(ctx context.Context, is identity, password Password, via authz.Via, from Source) (token string, _ Session, err error) {
	v := visit{Session: Session{Person: is.ID, Via: via, Proven: is.Proven}}
	err = s.change(ctx, is.ID, func(tx *store.DirectoryTx, row *identity) error {
		if row.epoch != is.epoch {
			return signedOut(nil)
		}
		row.era = is.era
		if err := errors.Join(s.keep(row, password, is.Proven), expel(tx, row)); err != nil {
			return err
		}
		v.epoch = row.epoch
		if _, err := s.meet(tx, row.ID, from); err != nil { // the browser she chooses it in is hers
			return err
		}
		token, err = s.open(tx, &v, from)
		return err
	})
	return token, v.Session, err
}

// keep writes a password into her row; one that cannot stand alone needs a
// second factor, which may have gone since it was chosen.
func (s *Service) keep(row *identity, p Password, proven bool) error {
	if p.brief && !row.Guarded {
		return fault.New(fault.Invalid, "account.password_short", minPassword).In("password")
	}
	row.password = s.box().SealText(place("password", row.ID), p.encoded)
	row.Password, row.Proven, row.brief = true, proven, p.brief
	return nil
}

// after is how the session goes on of one who has just chosen her password.
func after(via authz.Via) authz.Via {
	switch {
	case via == authz.ViaPasskey:
		return via
	case via.Twofold():
		return authz.ViaCode
	}
	return authz.ViaPassword
}
