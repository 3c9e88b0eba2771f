package provider

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/keycard"
	"cenacle/internal/oidc"
	"cenacle/internal/store"
)

// keyIssuer is what stands for an issuer in the row of a firm that takes keys. No
// address of a provider is like it.
const keyIssuer = "keycard:"

// Keys reports whether it is no organisation that vouches, but a key of one's own.
func (p Provider) Keys() bool { return p.Issuer == keyIssuer }

// via is how somebody comes for whom it vouches.
func (p Provider) via() authz.Via {
	if p.Keys() {
		return authz.ViaKeycard
	}
	return authz.ViaProvider
}

// Reads tells where keys are shown; it is called before the service is used. Without
// it no firm takes any.
func (s *Service) Reads(cards *keycard.Reader) { s.cards = cards }

// Issuers are those whose certificates are taken here; ok is false where no keys are.
func (s *Service) Issuers() (names []string, ok bool) {
	if s.cards == nil {
		return nil, false
	}
	return s.cards.Names(), true
}

// TakeKeys has the firm's own people enter by keys of theirs from now on, each once she
// has brought hers. It has no name: pages call it what it is. Faults: absent where nobody
// reads keys; Conflict "provider.keys_taken".
func (s *Service) TakeKeys(ctx context.Context, by authz.Actor) (p Provider, err error) {
	defer fault.Op(&err, "provider.TakeKeys")
	if s.cards == nil {
		return Provider{}, fault.Absent()
	}
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := room(a, by); err != nil {
			return err
		}
		if err := noKeys(a); err != nil {
			return err
		}
		r := row{Provider: Provider{
			ID: id.New[id.Provider](a.Now), Issuer: keyIssuer, Audience: Staff,
			State: Active, Created: store.Time(store.Micros(a.Now)),
		}}
		p = r.Provider
		if err := r.put(a); err != nil {
			return err
		}
		_, err := a.Record(by, "provider.registered", "", string(r.ID), changed{Audience: r.Audience, Keys: true})
		return err
	})
	return p, err
}

// noKeys demands that the firm takes none yet.
func noKeys(a *act.Act) error {
	rows, err := live(a)
	for _, r := range rows {
		if r.Keys() {
			return fault.New(fault.Conflict, "provider.keys_taken")
		}
	}
	return err
}

// show leads to where the key is shown.
func (s *Service) show(ctx context.Context, who id.Person, e errand, from account.Source) (address, challenge string, err error) {
	if address, err = s.cards.Way(s.RedirectAt(from.At, e.Firm, e.Provider), e.Request.State); err != nil {
		return "", "", err
	}
	challenge, err = s.accounts.Await(ctx, who, e)
	return address, challenge, err
}

// read is what the key says that was shown for a way.
func (s *Service) read(e errand, answer oidc.Answer, from account.Source) (word, error) {
	shown, at, err := s.cards.Take(answer.Code, s.RedirectAt(from.At, e.Firm, e.Provider), e.Request.State)
	if err != nil {
		return word{}, err
	}
	return word{subject: keycard.Identity(shown), shown: at, certificate: shown.Raw}, nil
}

// stands demands of the certificate on a key that it counts still.
func (s *Service) stands(a *act.Act, r row, t tie) error {
	if !r.Keys() {
		return nil
	}
	c, err := s.certificate(a, t)
	if err != nil {
		return err
	}
	if err := s.cards.Check(c); err != nil {
		return fault.Absent().Because(err)
	}
	return nil
}

// certificate opens that of a tie.
func (s *Service) certificate(a *act.Act, t tie) (*x509.Certificate, error) {
	box, err := a.FirmBox()
	if err != nil {
		return nil, err
	}
	sealed, err := base64.StdEncoding.DecodeString(t.sealed)
	if err != nil {
		return nil, err
	}
	raw, err := box.Open(t.place(), sealed)
	if err != nil {
		return nil, err
	}
	c, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, fmt.Errorf("provider: the certificate of %s: %w", t.person, err)
	}
	return c, nil
}

// Key is a key that somebody has brought, as she reads it. Holder and Issuer are what
// the certificate says, and decide nothing. Refused is why it does not count now, nil
// when it does.
type Key struct {
	Holder, Issuer string
	Ends           time.Time
	Refused        error
}

// key is that of a tie; nil for a provider that takes none.
func (s *Service) key(a *act.Act, r row, t tie) (*Key, error) {
	if !r.Keys() {
		return nil, nil
	}
	c, err := s.certificate(a, t)
	if err != nil {
		return nil, err
	}
	return &Key{Holder: c.Subject.CommonName, Issuer: c.Issuer.CommonName, Ends: c.NotAfter, Refused: s.cards.Check(c)}, nil
}
