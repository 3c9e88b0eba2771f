package provider_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/keycard"
	"cenacle/internal/keycard/keycardtest"
	"cenacle/internal/oidc"
	"cenacle/internal/provider"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// readers has keys of an authority read, and the firm take them.
func (w *world) readers() (*keycardtest.Authority, *keycard.Reader, provider.Provider) {
	w.Helper()
	a := keycardtest.New(w, "Autorité des avocats", w.clock.Now)
	at, err := url.Parse("https://espace.cabinet.example:8443")
	w.must(err)
	reader := keycard.NewReader(a.Checker(), at, w.office.Ring.Directory())
	if _, err := w.all.TakeKeys(w.Context(), w.by); !fault.Is(err, fault.NotFound) {
		w.Errorf("nobody reads keys, and the firm takes them: %v", err)
	}
	w.all.Reads(reader)
	p, err := w.all.TakeKeys(w.Context(), w.by)
	w.must(err)
	return a, reader, p
}

// shows has a key shown at the listener to which a way leads, and returns what the
// browser brings back.
func (w *world) shows(r *keycard.Reader, address string, key tls.Certificate) (code string, err error) {
	w.Helper()
	way, err := r.Follow(address[strings.LastIndexByte(address, '/')+1:])
	if err != nil {
		return "", err
	}
	back, err := r.Hand(way, &tls.ConnectionState{PeerCertificates: []*x509.Certificate{key.Leaf}})
	if err != nil {
		return "", err
	}
	u, err := url.Parse(back)
	w.must(err)
	return u.Query().Get("code"), nil
}

// comes sets out with a key and comes back.
func (w *world) comes(r *keycard.Reader, way provider.Way, key tls.Certificate) (provider.Entered, error) {
	w.Helper()
	if way.Firm == "" {
		way.Firm = w.firm
	}
	address, challenge, err := w.all.Enter(w.Context(), way, source)
	if err != nil {
		return provider.Entered{}, err
	}
	code, err := w.shows(r, address, key)
	if err != nil {
		return provider.Entered{}, err
	}
	return w.all.Arrive(w.Context(), provider.Return{Firm: way.Firm, Provider: way.Provider, Challenge: challenge, Answer: oidc.Answer{Code: code}}, source)
}

// brings has somebody add her key, in a fresh session of hers.
func (w *world) brings(r *keycard.Reader, p provider.Provider, who id.Person, key tls.Certificate) account.Session {
	w.Helper()
	own := w.password(who)
	out, err := w.comes(r, provider.Way{Provider: p.ID, Of: &own, Tie: true}, key)
	w.must(err)
	if !out.Tied || !out.Keys || out.Token != "" {
		w.Errorf("%+v", out)
	}
	return own
}

// AUT-05: a key is no weaker path than any other, whatever state she, her card, the
// firm, its choice and her key are in; and it is both things at once.
func TestAUT05_Keycard(t *testing.T) {
	one(t, func(w *world) {
		a, r, p := w.readers()
		karim := w.invite("karim@delmas.example", authz.Lawyer)
		key := a.Key("Me Karim Haddad")
		_, err := w.comes(r, provider.Way{Provider: p.ID}, key)
		w.refused("nobody has brought it", err)
		own := w.brings(r, p, karim, key)
		in, err := w.comes(r, provider.Way{Provider: p.ID}, key)
		w.must(err)
		s := in.Session
		if s.Person != karim || s.Via != authz.ViaKeycard || s.Firm != w.firm || s.Provider != p.ID || !w.stands(s, w.firm) {
			w.Errorf("%+v", s)
		}
		if _, err := w.accounts.Resume(w.Context(), in.Token); err != nil {
			w.Error(err)
		}

		other, admin := w.employed(karim)
		theirs, err := w.all.TakeKeys(w.Context(), admin)
		w.must(err)
		if w.stands(s, other) {
			w.Error("it opens another firm")
		}
		_, err = w.comes(r, provider.Way{Firm: other, Provider: theirs.ID}, key)
		w.refused("a firm to which she has not brought it", err)
		if err := w.accounts.MayChange(w.Context(), s); !fault.Is(err, fault.Forbidden) {
			w.Errorf("it changes what is hers alone: %v", err)
		}
		if _, _, err := w.accounts.ChangePassword(w.Context(), s, account.Change{New: secret}, source); err == nil {
			w.Error("it chooses her password")
		}
		if _, _, err := w.all.Enter(w.Context(), provider.Way{Firm: w.firm, Provider: p.ID, Of: &s, Tie: true}, source); !fault.Is(err, fault.NotFound) {
			w.Errorf("one key brings the next: %v", err)
		}

		w.guard(w.by.Person)
		w.must(w.firms.DemandFactors(w.Context(), w.by, 0))
		if !w.stands(s, w.firm) {
			w.Error("the firm demands two things, and her key is two")
		}
		w.guard(karim)
		if in, err = w.comes(r, provider.Way{Provider: p.ID}, key); err != nil || !w.stands(in.Session, w.firm) {
			w.Errorf("with an application of codes besides: %v", err)
		}
		s = in.Session

		w.card(firm.Card{Person: karim, Role: authz.Lawyer, State: firm.Disabled, Name: "Karim", Email: "karim@delmas.example"})
		_, err = w.comes(r, provider.Way{Provider: p.ID}, key)
		w.refused("disabled", err)
		if w.stands(s, w.firm) {
			w.Error("disabled, her session stands")
		}
		w.card(firm.Card{Person: karim, Role: authz.Outsider, State: firm.Active, Name: "Karim", Email: "karim@delmas.example"})
		_, err = w.comes(r, provider.Way{Provider: p.ID}, key)
		w.refused("one of the staff no more", err)
		if w.stands(s, w.firm) {
			w.Error("one of the staff no more, her session stands")
		}
		w.card(firm.Card{Person: karim, Role: authz.Lawyer, State: firm.Active, Name: "Karim", Email: "karim@delmas.example"})
		if !w.stands(s, w.firm) {
			w.Error("she is back, and it does not stand")
		}

		w.must(w.all.Part(w.Context(), w.firm, p.ID, own))
		if w.stands(s, w.firm) {
			w.Error("removed, it opens the firm")
		}
		_, err = w.comes(r, provider.Way{Provider: p.ID}, key)
		w.refused("removed", err)
		jean, second := w.invite("jean@delmas.example", authz.Lawyer), a.Key("Me Jean Roy")
		w.brings(r, p, jean, second)
		in, err = w.comes(r, provider.Way{Provider: p.ID}, second)
		w.must(err)
		w.must(w.all.End(w.Context(), w.by, p.ID))
		if w.stands(in.Session, w.firm) {
			w.Error("the firm takes no keys any more, and it opens")
		}
		if _, err := w.comes(r, provider.Way{Provider: p.ID}, second); !fault.Is(err, fault.NotFound) {
			w.Errorf("the firm takes no keys any more: %v", err)
		}
	})
}

// AUT-12: what is shown counts once, for the way for which it was shown, for a minute;
// a certificate of the same words is not hers; and one that is revoked, over or of an
// issuer that is no longer taken ends what it had opened.
func TestAUT12_Keycard(t *testing.T) {
	one(t, func(w *world) {
		a, r, p := w.readers()
		karim, jean := w.invite("karim@delmas.example", authz.Lawyer), w.invite("jean@delmas.example", authz.Lawyer)
		key := a.Key("Me Karim Haddad")
		w.brings(r, p, karim, key)
		for what, one := range map[string]tls.Certificate{
			"of the same name":   a.Key("Me Karim Haddad"),
			"of the same number": keycardtest.New(w, "Autorité des avocats", w.clock.Now).Key("Me Karim Haddad", func(c *x509.Certificate) { c.SerialNumber = key.Leaf.SerialNumber }),
			"signed by herself":  a.Myself(key),
		} {
			if _, err := w.comes(r, provider.Way{Provider: p.ID}, one); !fault.Is(err, fault.Unauthenticated) {
				w.Errorf("%s: %v", what, err)
			}
		}
		own := w.password(jean)
		if _, err := w.comes(r, provider.Way{Provider: p.ID, Of: &own, Tie: true}, key); !fault.Is(err, fault.Conflict) {
			w.Errorf("the key of somebody else: %v", err)
		}

		set := func() (address, challenge string) {
			w.Helper()
			address, challenge, err := w.all.Enter(w.Context(), provider.Way{Firm: w.firm, Provider: p.ID}, source)
			w.must(err)
			return address, challenge
		}
		arrive := func(challenge, code string) error {
			_, err := w.all.Arrive(w.Context(), provider.Return{Firm: w.firm, Provider: p.ID, Challenge: challenge, Answer: oidc.Answer{Code: code}}, source)
			return err
		}
		address, challenge := set()
		code, err := w.shows(r, address, key)
		w.must(err)
		_, second := set()
		w.refused("for another way", arrive(second, code))
		w.must(arrive(challenge, code))
		w.refused("twice", arrive(challenge, code))
		for what, spoil := range map[string]func(string) string{
			"cut": func(c string) string { return c[:len(c)-1] }, "longer": func(c string) string { return c + "A" },
			"changed": func(c string) string { return c[:40] + strings.ToLower(c[40:60]) + strings.ToUpper(c[60:]) }, "empty": func(string) string { return "" }, "a way": func(string) string { return address[strings.LastIndexByte(address, '/')+1:] },
		} {
			address, challenge := set()
			code, err := w.shows(r, address, key)
			w.must(err)
			w.refused(what, arrive(challenge, spoil(code)))
		}
		address, challenge = set()
		code, err = w.shows(r, address, key)
		w.must(err)
		w.clock.Advance(keycard.HandLife)
		w.refused("a minute later", arrive(challenge, code))
		address, _ = set()
		w.clock.Advance(keycard.WayLife)
		if _, err := w.shows(r, address, key); !fault.Is(err, fault.Gone) {
			w.Errorf("five minutes later: %v", err)
		}

		a.Publish(24 * time.Hour)
		in, err := w.comes(r, provider.Way{Provider: p.ID}, key)
		w.must(err)
		for what, change := range map[string][2]func(){
			"no list": {a.Withdraw, func() { a.Publish(24 * time.Hour) }}, "an old list": {func() { a.Publish(-time.Second) }, func() { a.Publish(24 * time.Hour) }},
			"nobody reads keys": {func() { w.all.Reads(nil) }, func() { w.all.Reads(r) }},
		} {
			change[0]()
			if w.stands(in.Session, w.firm) {
				w.Errorf("%s: it opens the firm", what)
			}
			change[1]()
			if !w.stands(in.Session, w.firm) {
				w.Errorf("after %s: it does not", what)
			}
		}
		address, challenge = set()
		code, err = w.shows(r, address, key)
		w.must(err)
		a.Revoke(key)
		w.refused("revoked on its way", arrive(challenge, code))
		if w.stands(in.Session, w.firm) {
			w.Error("revoked, what it opened is open")
		}
		mine, err := w.all.Mine(w.Context(), w.firm, own)
		w.must(err)
		for _, m := range mine {
			if m.Tied || m.Key != nil || m.Keys != (m.ID == p.ID) {
				w.Errorf("%+v", m)
			}
		}
		fresh := a.Key("Me Karim Haddad")
		w.brings(r, p, karim, fresh)
		in, err = w.comes(r, provider.Way{Provider: p.ID}, fresh)
		w.must(err)
		w.clock.Advance(fresh.Leaf.NotAfter.Sub(w.clock.Now()))
		a.Publish(24 * time.Hour)
		w.clock.Advance(time.Second)
		if w.stands(in.Session, w.firm) {
			w.Error("over, it opens the firm")
		}
	})
}

// Bringing a key wants a session of hers that is fresh, and shows it again before what
// is grave; each key leaves one line and one mail.
func TestKeycardProves(t *testing.T) {
	one(t, func(w *world) {
		a, r, p := w.readers()
		if _, err := w.all.TakeKeys(w.Context(), w.by); !fault.Is(err, fault.Conflict) {
			w.Errorf("taken twice: %v", err)
		}
		if err := w.all.Introduce(w.Context(), w.by, p.ID, "client", "secret"); !fault.Is(err, fault.NotFound) {
			w.Errorf("introduced to a key: %v", err)
		}
		karim := w.invite("karim@delmas.example", authz.Lawyer)
		key := a.Key("Me Karim Haddad")
		own := w.brings(r, p, karim, key)
		if w.count("provider.tied") != 1 {
			w.Error("one key leaves one line")
		}
		w.clock.Advance(6 * time.Minute)
		if _, _, err := w.all.Enter(w.Context(), provider.Way{Firm: w.firm, Provider: p.ID, Of: &own, Tie: true}, source); !fault.Is(err, fault.Forbidden) {
			w.Errorf("in a session that is not fresh: %v", err)
		}
		in, err := w.comes(r, provider.Way{Provider: p.ID}, key)
		w.must(err)
		if !in.Session.Fresh(w.clock.Now()) {
			w.Error("just shown, it is not fresh")
		}
		w.clock.Advance(6 * time.Minute)
		if in.Session.Fresh(w.clock.Now()) {
			w.Error("it is fresh for ever")
		}
		jean := w.invite("jean@delmas.example", authz.Lawyer)
		another := a.Key("Me Jean Roy")
		w.brings(r, p, jean, another)
		_, err = w.comes(r, provider.Way{Provider: p.ID, Of: &in.Session, Again: true}, another)
		w.refused("somebody else shows hers", err)
		again, err := w.comes(r, provider.Way{Provider: p.ID, Of: &in.Session, Again: true}, key)
		w.must(err)
		if !again.Again || !again.Session.Fresh(w.clock.Now()) {
			w.Errorf("%+v", again)
		}
	})
}

var forgeKey = store.ForFirm(`update provider_person set certificate = $2 where firm_id = $1`)

// CRY-03: who writes into the database puts no other certificate in the place of hers,
// and none away.
func TestCRY03_KeycardTampered(t *testing.T) {
	one(t, func(w *world) {
		a, r, p := w.readers()
		karim := w.invite("karim@delmas.example", authz.Lawyer)
		w.brings(r, p, karim, a.Key("Me Karim Haddad"))
		for _, forged := range []string{"", "AAAA"} {
			spoilt := errors.New("spoilt")
			err := w.office.Keep(w.Context(), w.firm, func(a *act.Act) error {
				if err := a.Write(forgeKey, forged); err != nil {
					return err
				}
				err := w.all.Vouch(a, account.Session{Person: karim, Firm: w.firm, Provider: p.ID, Via: authz.ViaKeycard})
				if !errors.Is(err, vault.ErrTampered) {
					w.Errorf("%q: %v", forged, err)
				}
				return spoilt
			})
			if !errors.Is(err, spoilt) {
				w.Error(err)
			}
		}
		// A session of a provider is none of a key, nor the other way round.
		for via, by := range map[authz.Via]id.Provider{authz.ViaProvider: p.ID, authz.ViaKeycard: w.of.ID} {
			err := w.office.Keep(w.Context(), w.firm, func(a *act.Act) error {
				return w.all.Vouch(a, account.Session{Person: karim, Firm: w.firm, Provider: by, Via: via})
			})
			if !fault.Is(err, fault.NotFound) {
				w.Errorf("%s by the other: %v", via, err)
			}
		}
	})
}

// AUT-05: whoever guesses at her password shuts that door alone, and in a firm that is
// closed a key opens nothing either.
func TestAUT05_KeycardShut(t *testing.T) {
	one(t, func(w *world) {
		a, r, p := w.readers()
		karim := w.invite("karim@delmas.example", authz.Lawyer)
		key := a.Key("Me Karim Haddad")
		w.brings(r, p, karim, key)
		for range 10 {
			err := w.accounts.Spend(w.Context(), account.Charge{Brake: account.Brake{Name: "sign-in.account", Limit: 10, Window: time.Hour, Rolling: true}, Key: "karim@delmas.example"})
			if err != nil && !fault.Is(err, fault.Busy) { // one was spent as she brought it
				w.Fatal(err)
			}
		}
		if _, _, err := w.accounts.SignIn(w.Context(), "karim@delmas.example", secret, source); !fault.Is(err, fault.Busy) {
			w.Errorf("her password is locked: %v", err)
		}
		in, err := w.comes(r, provider.Way{Provider: p.ID}, key)
		w.must(err)
		if !w.stands(in.Session, w.firm) {
			w.Error("her password is locked, and her key opens nothing")
		}
		address, challenge, err := w.all.Enter(w.Context(), provider.Way{Firm: w.firm, Provider: p.ID}, source)
		w.must(err)
		code, err := w.shows(r, address, key)
		w.must(err)
		w.must(w.accounts.CloseFirm(w.Context(), w.firm))
		if w.stands(in.Session, w.firm) {
			w.Error("the firm is closed, and she stands in it")
		}
		under, err := w.all.Arrive(w.Context(), provider.Return{Firm: w.firm, Provider: p.ID, Challenge: challenge, Answer: oidc.Answer{Code: code}}, source)
		if err == nil && w.stands(under.Session, w.firm) {
			w.Error("the firm was closed while she was on her way, and she stands in it")
		}
		later, err := w.comes(r, provider.Way{Provider: p.ID}, key)
		if err == nil && w.stands(later.Session, w.firm) {
			w.Error("the firm is closed, and she enters")
		}
		if doors, err := w.firms.Doors(w.Context(), in.Session); err != nil || len(doors) != 0 {
			w.Errorf("a closed firm is one of her %d doors, %v", len(doors), err)
		}
	})
}
