package account

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Unfinished is the cause of the fault Unauthenticated "account.second": a first
// step was right, and Challenge is the token with which [Service.Finish] takes
// the second within [StepLife]. A caller who does not know it has refused.
type Unfinished struct{ Challenge string }

// Error names no token: it may be written to a log.
func (u *Unfinished) Error() string { return "account: a second factor is asked for" }

// StepLife is how long there is for the next step.
const StepLife = 5 * time.Minute

// What a challenge waits for.
const (
	forSecond  = "second"  // a code, after a password or a link
	forTOTP    = "totp"    // the first code of an application that is being added
	forPasskey = "passkey" // a new passkey
	forKey     = "key"     // any passkey, of whoever holds it
	forVoucher = "voucher" // the answer of a provider
	forMerge   = "merge"   // another identity of the same person
	forSent    = "sent"    // the code that was sent to who came by a link
)

// challenge is a row, checked.
type challenge struct {
	hash    []byte
	person  id.Person
	epoch   int64
	kind    string
	data    []byte // sealed
	expires int64
}

func (c challenge) fields() []string {
	return []string{string(c.hash), string(c.person), number(c.epoch), c.kind, string(c.data), number(c.expires)}
}

func (c challenge) place() vault.Place {
	return vault.Place{Table: "challenge", Column: "data", Row: hex.EncodeToString(c.hash)}
}

// raise writes a challenge for somebody, with what its next step needs, and
// returns its token. The zero identity is somebody who is not known yet.
func (s *Service) raise(tx *store.DirectoryTx, of identity, kind string, data any) (token string, err error) {
	return s.raiseFor(tx, of, kind, data, StepLife)
}

// raiseFor is raise with a life of its own.
func (s *Service) raiseFor(tx *store.DirectoryTx, of identity, kind string, data any, life time.Duration) (token string, err error) {
	token = NewToken()
	return token, s.raiseAt(tx, s.box().Lookup("challenge", token), of, kind, data, life)
}

// raiseAt is raiseFor without a token: whoever knows what the hash is of takes the step.
func (s *Service) raiseAt(tx *store.DirectoryTx, hash []byte, of identity, kind string, data any, life time.Duration) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("account: challenge: %w", err)
	}
	c := challenge{hash: hash, person: of.ID, epoch: of.epoch, kind: kind, expires: store.Micros(s.office.Clock().Add(life))}
	c.data = s.box().Seal(c.place(), raw)
	return tx.Write(insertChallenge, c.hash, c.person, c.epoch, c.kind, c.data, c.expires, s.box().MAC("challenge", c.fields()...))
}

// raised finds a challenge that still stands and reads its data, and the person
// it is for. Every token that is none gets the same fault.
func (s *Service) raised(tx *store.DirectoryTx, token, kind string, data any) (c challenge, of identity, err error) {
	if len(token) != TokenLength {
		return c, of, tooLate(nil)
	}
	return s.raisedAt(tx, s.box().Lookup("challenge", token), kind, data)
}

// raisedAt is raised for what was raised without a token.
func (s *Service) raisedAt(tx *store.DirectoryTx, hash []byte, kind string, data any) (c challenge, of identity, err error) {
	var mac []byte
	err = tx.Row(selectChallenge, []any{hash}, &c.hash, &c.person, &c.epoch, &c.kind, &c.data, &c.expires, &mac)
	if errors.Is(err, store.ErrNoRow) {
		return c, of, tooLate(err)
	}
	if err != nil {
		return c, of, err
	}
	if err := s.box().CheckMAC(mac, "challenge", c.fields()...); err != nil {
		return c, of, err
	}
	if c.kind != kind || store.Micros(s.office.Clock()) >= c.expires {
		return c, of, tooLate(nil)
	}
	if c.person != "" {
		if of, err = s.byID(tx, c.person); err != nil {
			return c, of, err
		}
	}
	if of.epoch != c.epoch {
		return c, of, tooLate(nil)
	}
	raw, err := s.box().Open(c.place(), c.data)
	if err != nil {
		return c, of, err
	}
	return c, of, json.Unmarshal(raw, data)
}

// useUp uses a challenge up: of those who come at the same time one succeeds.
func useUp(tx *store.DirectoryTx, c challenge) error {
	n, err := tx.Exec(deleteChallenge, c.hash)
	if err == nil && n != 1 {
		return tooLate(nil)
	}
	return err
}

func tooLate(cause error) error {
	return fault.New(fault.Unauthenticated, "account.too_late").Because(cause)
}

// way is what a first step has earned: how she came, into what, and the password
// that she has chosen on the way.
type way struct {
	Via      authz.Via `json:"via"`
	Firm     id.Firm   `json:"firm,omitempty"`
	Space    id.Space  `json:"space,omitempty"`
	Password string    `json:"password,omitempty"` // hashed
	Brief    bool      `json:"brief,omitempty"`
	// Who vouched for her, and when she had shown it that it is she.
	Provider id.Provider `json:"provider,omitempty"`
	Shown    time.Time   `json:"shown,omitzero"`
}

// entrance is what came of a way: a session, or a challenge before it.
type entrance struct {
	token     string
	session   Session
	challenge string
}

func (e entrance) answer(err error) (string, Session, error) {
	if err == nil && e.challenge != "" {
		err = fault.New(fault.Unauthenticated, "account.second").Because(&Unfinished{e.challenge})
	}
	if err != nil {
		return "", Session{}, err
	}
	return e.token, e.session, nil
}

// admit opens what a first step has earned; for a person who has a second
// factor, it raises the challenge that stands before.
func (s *Service) admit(tx *store.DirectoryTx, p identity, w way, from Source) (in entrance, err error) {
	if p.Guarded && !w.Via.Twofold() {
		in.challenge, err = s.raise(tx, p, forSecond, w)
		return in, err
	}
	v := visit{Session: Session{Person: p.ID, Via: w.Via, Firm: w.Firm, Space: w.Space, Provider: w.Provider, Shown: w.Shown}, epoch: p.epoch}
	v.Proven = v.proven(p)
	if w.Via.Own() || w.Via.Vouched() {
		if v.Strange, err = s.meet(tx, p.ID, from); err != nil {
			return in, err
		}
	}
	in.token, err = s.open(tx, &v, from)
	in.session = v.Session
	return in, err
}

// adoptPassword gives her the password that she chose on her way in. Her
// sessions end, and the tokens of her programs.
func (s *Service) adoptPassword(tx *store.DirectoryTx, row *identity, w way) error {
	row.era++
	return errors.Join(s.keep(row, Password{w.Password, w.Brief}, true), expel(tx, row))
}

// codes is how many codes are tried of one person, whoever tries and wherever:
// a million codes, three of which are right at a time.
var codes = Brake{Name: "second.person", Limit: 5, Window: 5 * time.Minute, Rolling: true}

// Finish takes the second step of who has shown her password or used a link: a
// code of her application, or one of her recovery codes. Faults: Unauthenticated
// "account.too_late" for a challenge that is over or never was one; Invalid
// "account.code_wrong" in the field "code", the same for every wrong one; Busy
// past five in five minutes.
func (s *Service) Finish(ctx context.Context, challenge, code string, from Source) (token string, _ Session, err error) {
	defer fault.Op(&err, "account.Finish")
	source := Charge{sourceBrake, from.Key()}
	if err := s.left(ctx, source); err != nil {
		return "", Session{}, err
	}
	person, err := s.awaited(ctx, challenge)
	if err != nil {
		return "", Session{}, err
	}
	charge := Charge{codes, string(person)}
	if err := s.Spend(ctx, charge); err != nil {
		return "", Session{}, err
	}
	var in entrance
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		var w way
		c, row, err := s.raised(tx, challenge, forSecond, &w)
		if err != nil {
			return err
		}
		if err := s.useCode(tx, row, code); err != nil {
			return err
		}
		in, err = s.proceed(tx, c, row, w, from)
		return err
	})
	if fault.Is(err, fault.Invalid) {
		if late := s.Spend(ctx, source); late != nil && !fault.Is(late, fault.Busy) {
			return "", Session{}, late
		}
	}
	if err != nil {
		return "", Session{}, err
	}
	return in.token, in.session, s.Refund(ctx, charge)
}

// awaited is whose second step a challenge waits for.
func (s *Service) awaited(ctx context.Context, token string) (person id.Person, err error) {
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		_, row, err := s.raised(tx, token, forSecond, &way{})
		person = row.ID
		return err
	})
	return person, err
}

// twofold is how she came once the second step is done.
func twofold(via authz.Via) authz.Via {
	switch via {
	case authz.ViaPassword:
		return authz.ViaCode
	case authz.ViaLink:
		return authz.ViaLinkCode
	case authz.ViaProvider:
		return authz.ViaProviderCode
	}
	return via
}

// proceed opens what the first step had earned, now that the second is done.
func (s *Service) proceed(tx *store.DirectoryTx, c challenge, row identity, w way, from Source) (entrance, error) {
	if err := useUp(tx, c); err != nil {
		return entrance{}, err
	}
	if w.Password != "" {
		if err := errors.Join(s.adoptPassword(tx, &row, w), s.write(tx, row)); err != nil {
			return entrance{}, err
		}
	}
	w.Via = twofold(w.Via)
	return s.admit(tx, row, w, from)
}
