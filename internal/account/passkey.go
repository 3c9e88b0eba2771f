package account

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// NewAt is [New] for a site at a base, where browsers keep passkeys: under a name
// and by https, or on this very machine. Elsewhere nobody is offered one. The
// base comes from the configuration: what a request says of its host counts for
// nothing.
func NewAt(office *act.Office, base *url.URL) (*Service, error) {
	s := New(office)
	host := base.Hostname()
	if net.ParseIP(host) != nil || base.Scheme != "https" && host != "localhost" {
		return s, nil
	}
	var err error
	s.keys, err = keysOf(base)
	return s, err
}

// keysOf are passkeys at a base: each name has its own.
func keysOf(base *url.URL) (*webauthn.WebAuthn, error) {
	host := base.Hostname()
	keys, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: "Cénacle", RPOrigins: []string{base.Scheme + "://" + base.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("account: passkeys at %s: %w", host, err)
	}
	return keys, nil
}

// Within tells where the firms with a name of their own are; it is called before the
// service is used.
func (s *Service) Within(own func(id.Firm) *url.URL) { s.own = own }

// Passkeys reports whether they are offered at the public address, and then at the
// names of firms too.
func (s *Service) Passkeys() bool { return s.keys != nil }

// keysAt are those of where a request came to: browsers give a passkey to the name at
// which it was made, and to no other. fault.Absent where none are offered.
func (s *Service) keysAt(at id.Firm) (*webauthn.WebAuthn, error) {
	if at == "" && s.keys != nil {
		return s.keys, nil
	}
	if base := s.own(at); base != nil && s.keys != nil {
		return keysOf(base)
	}
	return nil, fault.Absent()
}

// named is a passkey as it is kept: with the name at which it was made, unless that is
// the one of the public address.
type named struct {
	Name string `json:"made_at,omitempty"`
}

// keyText writes a passkey that was made at a name.
func (s *Service) keyText(key *webauthn.Credential, name string) ([]byte, error) {
	raw, err := json.Marshal(key)
	if err != nil || s.keys != nil && name == s.keys.Config.RPID {
		return raw, err
	}
	parts := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &parts); err != nil {
		return nil, err
	}
	if parts["made_at"], err = json.Marshal(name); err != nil {
		return nil, err
	}
	return json.Marshal(parts)
}

// madeAt is the name at which a passkey was made, empty for the public address's.
func madeAt(secret []byte) (string, error) {
	var n named
	err := json.Unmarshal(secret, &n)
	return n.Name, err
}

// holder is a person as the protocol wants her: her identifier, which tells
// nothing of her, and the passkeys she has.
type holder struct {
	identity
	factors []factor
	keys    []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.ID) }
func (h holder) WebAuthnName() string                       { return h.Email }
func (h holder) WebAuthnDisplayName() string                { return h.Email }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// holder reads a person with the passkeys that she has for a name.
func (s *Service) holder(tx *store.DirectoryTx, row identity, keys *webauthn.WebAuthn) (h holder, err error) {
	h.identity = row
	if h.factors, err = s.factors(tx, row); err != nil {
		return h, err
	}
	for _, f := range h.factors {
		if f.Kind != Passkey {
			continue
		}
		var key webauthn.Credential
		if err := json.Unmarshal(f.secret, &key); err != nil {
			return h, fmt.Errorf("account: passkey %s: %w", f.ID, err)
		}
		if name, err := madeAt(f.secret); err != nil || cmp.Or(name, s.keys.Config.RPID) != keys.Config.RPID {
			if err != nil {
				return h, fmt.Errorf("account: passkey %s: %w", f.ID, err)
			}
			continue
		}
		key.Authenticator.SignCount = uint32(f.last)
		h.keys = append(h.keys, key)
	}
	return h, nil
}

// NewPasskey begins to add a passkey: options are for the browser
// (navigator.credentials.create), in JSON. fault.Absent where none are offered.
func (s *Service) NewPasskey(ctx context.Context, in Session) (challenge string, options json.RawMessage, err error) {
	defer fault.Op(&err, "account.NewPasskey(%s)", in.Person)
	if err := s.demand(ctx, in); err != nil {
		return "", nil, err
	}
	keys, err := s.keysAt(in.At)
	if err != nil {
		return "", nil, err
	}
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		row, err := s.byID(tx, in.Person)
		if err != nil {
			return err
		}
		if err := s.mayChange(in, row); err != nil {
			return err
		}
		h, err := s.holder(tx, row, keys)
		if err != nil {
			return err
		}
		asked, session, err := keys.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
		if err != nil {
			return fmt.Errorf("account: passkey: %w", err)
		}
		if options, err = json.Marshal(asked.Response); err != nil {
			return err
		}
		challenge, err = s.raise(tx, row, forPasskey, session)
		return err
	})
	return challenge, options, err
}

// AddPasskey finishes what [Service.NewPasskey] began, with what the browser
// answered. Whatever is wrong with it is Unauthenticated
// "account.passkey_refused".
func (s *Service) AddPasskey(ctx context.Context, in Session, challenge string, answer []byte, name string, from Source) (out Changed, err error) {
	defer fault.Op(&err, "account.AddPasskey(%s)", in.Person)
	if err := s.demand(ctx, in); err != nil {
		return Changed{}, err
	}
	keys, err := s.keysAt(in.At)
	if err != nil {
		return out, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return out, refusedKey(err)
	}
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		var session webauthn.SessionData
		c, row, err := s.raised(tx, challenge, forPasskey, &session)
		if err != nil {
			return err
		}
		if c.person != in.Person {
			return tooLate(nil)
		}
		h, err := s.holder(tx, row, keys)
		if err != nil {
			return err
		}
		key, err := keys.CreateCredential(h, session, parsed)
		if err != nil {
			return refusedKey(err)
		}
		if err := useUp(tx, c); err != nil {
			return err
		}
		raw, err := s.keyText(key, keys.Config.RPID)
		if err != nil {
			return err
		}
		f := s.newFactor(row.ID, Passkey, name, raw, s.keyHash(key.ID))
		f.last = int64(key.Authenticator.SignCount)
		out, err = s.add(tx, in, row, f, from)
		return err
	})
	return out, err
}

func (s *Service) keyHash(credential []byte) []byte {
	return s.box().Lookup("passkey", string(credential))
}

func refusedKey(cause error) error {
	return fault.New(fault.Unauthenticated, "account.passkey_refused").Because(cause)
}

// asked is how many passkeys one source may be asked for: each asking is a row.
var asked = Brake{Name: "passkey.source", Limit: 100, Window: 10 * time.Minute}

// AskPasskey asks for any passkey of this site, without saying whose: options are
// for the browser (navigator.credentials.get), in JSON. fault.Absent where none
// are offered.
func (s *Service) AskPasskey(ctx context.Context, from Source) (challenge string, options json.RawMessage, err error) {
	defer fault.Op(&err, "account.AskPasskey")
	keys, err := s.keysAt(from.At)
	if err != nil {
		return "", nil, err
	}
	if err := s.Spend(ctx, Charge{asked, from.Key()}); err != nil {
		return "", nil, err
	}
	ask, session, err := keys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return "", nil, fmt.Errorf("account: passkey: %w", err)
	}
	if options, err = json.Marshal(ask.Response); err != nil {
		return "", nil, err
	}
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		challenge, err = s.raise(tx, identity{}, forKey, session)
		return err
	})
	return challenge, options, err
}

// Cloned is the cause of the fault Unauthenticated "account.passkey_refused" when
// the counter of a passkey says that there are two of it.
type Cloned struct{ Person id.Person }

func (c *Cloned) Error() string { return "account: a passkey of " + string(c.Person) + " was copied" }

// UsePasskey signs in with what the browser answered to [Service.AskPasskey]. It
// is both steps at once; where a first step waits for a second (pending, empty
// for none), it is that. Whatever is wrong is Unauthenticated
// "account.passkey_refused", and counts against the source.
func (s *Service) UsePasskey(ctx context.Context, challenge string, answer []byte, pending string, from Source) (token string, _ Session, err error) {
	defer fault.Op(&err, "account.UsePasskey")
	source := Charge{sourceBrake, from.Key()}
	if err := s.left(ctx, source); err != nil {
		return "", Session{}, err
	}
	var in entrance
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	switch {
	case err != nil:
		err = refusedKey(err)
	default:
		err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
			in, err = s.unlock(tx, challenge, parsed, pending, from)
			return err
		})
	}
	if fault.Is(err, fault.Unauthenticated) {
		if late := s.Spend(ctx, source); late != nil && !fault.Is(late, fault.Busy) {
			return "", Session{}, late
		}
	}
	return in.answer(err)
}

func (s *Service) unlock(tx *store.DirectoryTx, challenge string, parsed *protocol.ParsedCredentialAssertionData, pending string, from Source) (in entrance, err error) {
	var session webauthn.SessionData
	keys, err := s.keysAt(from.At)
	if err != nil {
		return in, err
	}
	c, _, err := s.raised(tx, challenge, forKey, &session)
	if err != nil {
		return in, err
	}
	if err := useUp(tx, c); err != nil {
		return in, err
	}
	h, err := s.keyHolder(tx, parsed.RawID, keys)
	if err != nil {
		return in, err
	}
	_, key, err := keys.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return h, nil }, session, parsed)
	if err != nil {
		return in, refusedKey(err)
	}
	if key.Authenticator.CloneWarning {
		return in, refusedKey(&Cloned{h.ID})
	}
	if err := s.keepKey(tx, h, key, keys.Config.RPID); err != nil {
		return in, err
	}
	return s.enterByKey(tx, h.identity, pending, from)
}

// keyHolder is whose passkey it is.
func (s *Service) keyHolder(tx *store.DirectoryTx, credential []byte, keys *webauthn.WebAuthn) (holder, error) {
	var of id.Person
	err := tx.Row(selectKeyHolder, []any{s.keyHash(credential)}, &of)
	if errors.Is(err, store.ErrNoRow) {
		return holder{}, refusedKey(err)
	}
	if err != nil {
		return holder{}, err
	}
	row, err := s.byID(tx, of)
	if err != nil {
		return holder{}, err
	}
	return s.holder(tx, row, keys)
}

// keepKey notes the use of a passkey and the counter it came with.
func (s *Service) keepKey(tx *store.DirectoryTx, h holder, key *webauthn.Credential, name string) error {
	raw, err := s.keyText(key, name)
	if err != nil {
		return err
	}
	hash := string(s.keyHash(key.ID))
	for _, f := range h.factors {
		if string(f.hash) != hash {
			continue
		}
		f.sealed = s.box().Seal(factorPlace("secret", f.ID), raw)
		if first, err := s.advance(tx, f, int64(key.Authenticator.SignCount)); err != nil || first {
			return err
		}
	}
	return refusedKey(errors.New("account: the passkey was used at the same instant"))
}

// enterByKey opens the session of whoever unlocked her passkey, and does what
// her first step, if there was one, was waiting to do.
func (s *Service) enterByKey(tx *store.DirectoryTx, row identity, pending string, from Source) (in entrance, err error) {
	var first way
	c, of, err := s.raised(tx, pending, forSecond, &first)
	switch {
	case fault.Is(err, fault.Unauthenticated): // nothing waits
	case err != nil:
		return in, err
	case of.ID == row.ID:
		if err := useUp(tx, c); err != nil {
			return in, err
		}
		if first.Password != "" {
			if err := errors.Join(s.adoptPassword(tx, &row, first), s.write(tx, row)); err != nil {
				return in, err
			}
		}
	}
	return s.admit(tx, row, way{Via: authz.ViaPasskey}, from)
}
