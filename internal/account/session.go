package account

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// TokenLength is the length of every token, of sessions and of links: 256
// random bits in base64url.
const TokenLength = 43

// NewToken returns a fresh token.
func NewToken() string { return base64.RawURLEncoding.EncodeToString(random(32)) }

// visit is a session's row.
type visit struct {
	Session
	hash           []byte
	epoch          int64
	agent, address []byte // sealed
}

func (v visit) fields() []string {
	signed := []string{
		string(v.hash), v.ID, string(v.Person), number(v.epoch), string(v.Via), string(v.Firm), string(v.Space),
		number(store.Micros(v.Created)), number(store.Micros(v.Seen)), number(store.Micros(v.Expires)),
	}
	if v.Provider != "" || v.At != "" { // else as the first release signed it
		signed = append(signed, string(v.Provider), number(v.shown()))
	}
	if v.At != "" {
		signed = append(signed, string(v.At))
	}
	if v.Via == authz.ViaKeycard { // an older program, which does not know what that may open, opens nothing by it
		signed = append(signed, string(v.Via))
	}
	return signed
}

// shown is Shown as it is stored.
func (v visit) shown() int64 {
	if v.Shown.IsZero() {
		return 0
	}
	return store.Micros(v.Shown)
}

// alive reports whether the session still opens anything for p at now.
func (v visit) alive(p identity, now time.Time) bool {
	return v.Person == p.ID && v.epoch == p.epoch && now.Before(v.Expires) && now.Before(v.Seen.Add(Idle)) &&
		(v.Via.Twofold() || !p.Guarded)
}

// proven reports whether the session shows that the mailbox is hers: only who
// had shown it may add a second factor.
func (v visit) proven(p identity) bool { return v.Via.Linked() || p.Guarded || p.Proven }

// Resume is [Service.ResumeAt] at the public address.
func (s *Service) Resume(ctx context.Context, token string) (Session, error) {
	return s.ResumeAt(ctx, token, "")
}

// ResumeAt finds the session of a token, which was opened where it is shown: at the
// name of a firm, or at the public address for "". It notes that it was used. Every
// token that opens nothing gets the same fault, Unauthenticated "account.signed_out".
func (s *Service) ResumeAt(ctx context.Context, token string, at id.Firm) (_ Session, err error) {
	defer fault.Op(&err, "account.Resume")
	if len(token) != TokenLength {
		return Session{}, signedOut(nil)
	}
	now := s.office.Clock()
	var v visit
	var p identity
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		if v, err = s.visit(tx, s.tokenHash(token)); err != nil {
			return err
		}
		p, err = s.byID(tx, v.Person)
		return err
	})
	if errors.Is(err, store.ErrNoRow) {
		return Session{}, signedOut(err)
	}
	if err != nil {
		return Session{}, err
	}
	if !v.alive(p, now) || v.At != at {
		return Session{}, signedOut(nil)
	}
	v.Proven = v.proven(p)
	if now.Sub(v.Seen) < touchEvery {
		return v.Session, nil
	}
	return v.Session, s.touch(ctx, v, now)
}

func signedOut(cause error) error {
	return fault.New(fault.Unauthenticated, "account.signed_out").Because(cause)
}

func (s *Service) touch(ctx context.Context, v visit, now time.Time) error {
	was := store.Micros(v.Seen)
	v.Seen = now
	err := s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		return tx.Write(touchSession, v.hash, was, store.Micros(now), s.visitMAC(v))
	})
	if fault.Is(err, fault.NoSpace) {
		return nil // a full disk must not keep anyone from reading; the session only ages
	}
	return err
}

// SignOut ends the session of a token; one that is over already is no fault.
func (s *Service) SignOut(ctx context.Context, token string) (err error) {
	defer fault.Op(&err, "account.SignOut")
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error { return s.forget(tx, token) })
}

// expel ends every session of the person whose row is being rewritten.
func expel(tx *store.DirectoryTx, row *identity) error {
	row.epoch++
	return tx.Write(deleteSessions, row.ID)
}

// End ends one of a person's own sessions; fault.Absent when it is not hers.
func (s *Service) End(ctx context.Context, p id.Person, session string) (err error) {
	defer fault.Op(&err, "account.End(%s)", p)
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		n, err := tx.Exec(deleteSessionOf, p, session)
		if err == nil && n == 0 {
			return fault.Absent()
		}
		return err
	})
}

// Sessions lists a person's live sessions, the last used first.
func (s *Service) Sessions(ctx context.Context, of id.Person) (out []Access, err error) {
	defer fault.Op(&err, "account.Sessions(%s)", of)
	now := s.office.Clock()
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		p, err := s.byID(tx, of)
		if err != nil {
			return err
		}
		out = nil
		return tx.Each(selectSessions, []any{of}, func(scan func(...any) error) error {
			v, err := s.readVisit(scan)
			if err != nil || !v.alive(p, now) {
				return err
			}
			v.Proven = v.proven(p)
			a, err := s.access(v)
			out = append(out, a)
			return err
		})
	})
	return slices.Clip(out), err
}

func (s *Service) access(v visit) (a Access, err error) {
	a.Session = v.Session
	if a.Agent, err = s.box().OpenText(visitPlace("agent", v.ID), v.agent); err != nil {
		return Access{}, err
	}
	a.Addr, err = s.box().OpenText(visitPlace("address", v.ID), v.address)
	return a, err
}

// OpenLinkSession starts the session of a person who used a mailed link, or asks
// for her second factor as [Service.SignIn] does. It is confined to one space of
// one firm; package invitation has decided that the link was good.
func (s *Service) OpenLinkSession(ctx context.Context, p id.Person, firm id.Firm, space id.Space, from Source) (token string, _ Session, err error) {
	defer fault.Op(&err, "account.OpenLinkSession(%s)", p)
	if firm == "" || space == "" {
		return "", Session{}, fault.Absent()
	}
	var in entrance
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		row, err := s.byID(tx, p)
		if err != nil {
			return err
		}
		in, err = s.admit(tx, row, way{Via: authz.ViaLink, Firm: firm, Space: space}, from)
		return err
	})
	return in.answer(err)
}

// open writes a new session with a new token; nothing of it comes from outside.
func (s *Service) open(tx *store.DirectoryTx, v *visit, from Source) (string, error) {
	if err := s.forget(tx, from.Former); err != nil {
		return "", err
	}
	now := store.Time(store.Micros(s.office.Clock()))
	token := NewToken()
	v.At = from.At
	v.hash, v.ID = s.tokenHash(token), id.New[string](now)
	v.Created, v.Seen, v.Expires = now, now, now.Add(Absolute)
	v.agent = s.box().SealText(visitPlace("agent", v.ID), from.Agent)
	v.address = s.box().SealText(visitPlace("address", v.ID), from.Addr.String())
	err := tx.Write(insertSession, v.hash, v.ID, v.Person, v.epoch, v.Via, v.Firm, v.Space, v.agent, v.address,
		store.Micros(v.Created), store.Micros(v.Seen), store.Micros(v.Expires), v.Provider, v.shown(), v.At, s.visitMAC(*v))
	return token, err
}

func (s *Service) forget(tx *store.DirectoryTx, token string) error {
	if len(token) != TokenLength {
		return nil
	}
	return tx.Write(deleteSession, s.tokenHash(token))
}

func (s *Service) visit(tx *store.DirectoryTx, hash []byte) (visit, error) {
	return s.readVisit(func(dest ...any) error { return tx.Row(selectSession, []any{hash}, dest...) })
}

func (s *Service) readVisit(scan func(...any) error) (visit, error) {
	var v visit
	var created, seen, expires, shown int64
	var mac []byte
	err := scan(&v.hash, &v.ID, &v.Person, &v.epoch, &v.Via, &v.Firm, &v.Space, &v.agent, &v.address,
		&created, &seen, &expires, &v.Provider, &shown, &v.At, &mac)
	if err != nil {
		return visit{}, err
	}
	v.Created, v.Seen, v.Expires = store.Time(created), store.Time(seen), store.Time(expires)
	if shown > 0 {
		v.Shown = store.Time(shown)
	}
	return v, s.box().CheckMAC(mac, "session", v.fields()...)
}

func (s *Service) visitMAC(v visit) []byte { return s.box().MAC("session", v.fields()...) }

func (s *Service) tokenHash(token string) []byte { return s.box().Lookup("session", token) }

func visitPlace(column, session string) vault.Place {
	return vault.Place{Table: "session", Column: column, Row: session}
}
