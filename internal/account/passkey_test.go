package account

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/descope/virtualwebauthn"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/totp"
)

const site = "https://espace.delmas.example"

// device is a telephone that keeps passkeys, as an independent implementation
// of the protocol plays it.
type device struct {
	*world
	party virtualwebauthn.RelyingParty
	auth  virtualwebauthn.Authenticator
	key   virtualwebauthn.Credential
}

func (w *world) at(base string) {
	w.Helper()
	u, err := url.Parse(base)
	w.must(err)
	with, err := NewAt(w.office, u)
	w.must(err)
	with.hasher = w.hasher
	w.Service = with
}

func (w *world) device() *device {
	return &device{
		w, virtualwebauthn.RelyingParty{Name: "Cénacle", ID: "espace.delmas.example", Origin: site},
		virtualwebauthn.NewAuthenticator(), newKey(w.T),
	}
}

// newKey makes a key whose coordinates need all their bytes: the library leaves
// leading zeros out, which the standard refuses (RFC 9053, 7.1.1).
func newKey(t *testing.T) virtualwebauthn.Credential {
	t.Helper()
	for {
		c := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
		key, err := x509.ParsePKCS8PrivateKey(c.Key.Data)
		if err != nil {
			t.Fatal(err)
		}
		point, err := key.(*ecdsa.PrivateKey).PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if point[1] != 0 && point[33] != 0 {
			return c
		}
	}
}

// makes is what the browser answers to navigator.credentials.create.
func (d *device) makes(options json.RawMessage) []byte {
	d.Helper()
	asked, err := virtualwebauthn.ParseAttestationOptions(string(options))
	d.must(err)
	d.auth.Options.UserHandle = []byte(asked.UserID)
	return []byte(virtualwebauthn.CreateAttestationResponse(d.party, d.auth, d.key, *asked))
}

// unlocks is what it answers to navigator.credentials.get.
func (d *device) unlocks(options json.RawMessage) []byte {
	d.Helper()
	asked, err := virtualwebauthn.ParseAssertionOptions(string(options))
	d.must(err)
	d.key.Counter++
	return []byte(virtualwebauthn.CreateAssertionResponse(d.party, d.auth, d.key, *asked))
}

func (d *device) added(in Session) Changed {
	d.Helper()
	challenge, options, err := d.NewPasskey(d.Context(), in)
	d.must(err)
	out, err := d.AddPasskey(d.Context(), in, challenge, d.makes(options), "Téléphone", at("192.0.2.1"))
	d.must(err)
	d.auth.AddCredential(d.key)
	return out
}

func (d *device) asked() (string, json.RawMessage) {
	d.Helper()
	challenge, options, err := d.AskPasskey(d.Context(), at("192.0.2.1"))
	d.must(err)
	return challenge, options
}

func (d *device) enters(pending string) (string, Session, error) {
	d.Helper()
	challenge, options := d.asked()
	return d.UsePasskey(d.Context(), challenge, d.unlocks(options), pending, at("192.0.2.1"))
}

func withDevice(t *testing.T, run func(w *world, p id.Person, d *device, out Changed)) {
	each(t, func(w *world) {
		w.at(site)
		p := w.person(claire)
		_, in := w.enters(claire, good, at("192.0.2.1"))
		d := w.device()
		run(w, p, d, d.added(in))
	})
}

func TestPasskey(t *testing.T) {
	withDevice(t, func(w *world, p id.Person, d *device, out Changed) {
		if len(out.Recovery) != recoveryCodes || out.Session.Via != authz.ViaPasskey {
			t.Errorf("she goes on as %+v with %d codes", out.Session, len(out.Recovery))
		}
		w.alive(out.Token, true)
		token, s, err := d.enters("")
		w.must(err)
		w.alive(token, true)
		if s.Person != p || s.Via != authz.ViaPasskey || !s.Proven || !s.Fresh(w.clock.Now()) {
			t.Errorf("she entered as %+v", s)
		}
		list, err := w.Factors(w.Context(), p)
		w.must(err)
		first := list.Own[0].ID
		second := w.device()
		second.added(s)
		_, s, err = second.enters("")
		w.must(err)
		list, err = w.Factors(w.Context(), p)
		w.must(err)
		if len(list.Own) != 2 || list.Own[0].Used.IsZero() || list.Own[1].Used.IsZero() || list.Own[0].Kind != Passkey {
			t.Errorf("she has %+v", list)
		}
		_, err = w.RemoveFactor(w.Context(), s, first, at("192.0.2.1"))
		w.must(err)
		_, _, err = d.enters("")
		w.wants(err, fault.Unauthenticated, "account.passkey_refused")
	})
}

// AUT-05: to whom a passkey belongs, neither a password nor a link is enough;
// the passkey is the second step of both.
func TestAUT05_Passkey(t *testing.T) {
	withDevice(t, func(w *world, p id.Person, d *device, out Changed) {
		challenge := w.half(claire)
		_, s, err := d.enters(challenge)
		w.must(err)
		if s.Via != authz.ViaPasskey {
			t.Errorf("she entered as %+v", s)
		}
		_, _, err = w.Finish(w.Context(), challenge, out.Recovery[0], at("192.0.2.1"))
		w.wants(err, fault.Unauthenticated, "account.too_late")
		const later = "violon, gravier, 7 mésanges"
		next, err := w.NewPassword(w.Context(), later)
		w.must(err)
		token, s, err := w.ChoosePassword(w.Context(), p, next, at("192.0.2.2"))
		challenge = w.stands(token, s, err)
		_, _, err = d.enters(challenge)
		w.must(err)
		token, s, err = w.SignIn(w.Context(), claire, later, at("192.0.2.2"))
		w.stands(token, s, err)
		theirs := w.device()
		w.person("eve@exemple.fr")
		_, in, err := w.SignIn(w.Context(), "eve@exemple.fr", good, at("192.0.2.3"))
		w.must(err)
		theirs.added(in)
		token, s, err = w.OpenLinkSession(w.Context(), p, "firm", "space", at("192.0.2.2"))
		_, s, err = theirs.enters(w.stands(token, s, err)) // eve stays eve
		if w.must(err); s.Person == p {
			t.Error("another's passkey finished her sign-in")
		}
	})
}

// AUT-11: whatever is wrong opens nothing.
func TestAUT11_Refused(t *testing.T) {
	for name, spoil := range map[string]func(d *device){
		"another origin":         func(d *device) { d.party.Origin = "https://espace.delmas.example.evil.example" },
		"plain http":             func(d *device) { d.party.Origin = strings.Replace(site, "https", "http", 1) },
		"another port":           func(d *device) { d.party.Origin = site + ":8443" },
		"another site":           func(d *device) { d.party.ID = "evil.example" },
		"the user not verified":  func(d *device) { d.auth.Options.UserNotVerified = true },
		"the user not present":   func(d *device) { d.auth.Options.UserNotPresent = true },
		"another's user handle":  func(d *device) { d.auth.Options.UserHandle = []byte("eve") },
		"no user handle":         func(d *device) { d.auth.Options.UserHandle = nil },
		"another key, same name": func(d *device) { d.key.Key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2).Key },
		"an unknown credential":  func(d *device) { d.key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2) },
	} {
		t.Run(name, func(t *testing.T) {
			withDevice(t, func(w *world, _ id.Person, d *device, out Changed) {
				fresh := *d
				spoil(d)
				_, _, err := d.enters("")
				w.wants(err, fault.Unauthenticated, "account.passkey_refused")
				if name == "another's user handle" || name == "no user handle" || name == "an unknown credential" || name == "another key, same name" {
					return // these spoil nothing of a passkey that is being made
				}
				challenge, options, err := w.NewPasskey(w.Context(), out.Session)
				w.must(err)
				fresh.key, fresh.party, fresh.auth.Options = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2), d.party, d.auth.Options
				_, err = w.AddPasskey(w.Context(), out.Session, challenge, fresh.makes(options), "", at("192.0.2.1"))
				w.wants(err, fault.Unauthenticated, "account.passkey_refused")
			})
		})
	}
}

// AUT-11: an answer opens once, and only to the challenge it was made for.
func TestAUT11_Replayed(t *testing.T) {
	withDevice(t, func(w *world, _ id.Person, d *device, out Changed) {
		challenge, options := d.asked()
		answer := d.unlocks(options)
		var all sync.WaitGroup
		results := make(chan error, 20)
		for range cap(results) {
			all.Go(func() {
				_, _, err := w.UsePasskey(w.Context(), challenge, answer, "", at("192.0.2.1"))
				results <- err
			})
		}
		all.Wait()
		close(results)
		if n := successes(w, results); n != 1 {
			t.Errorf("one answer opened %d sessions", n)
		}
		w.clock.Advance(sourceBrake.Window)
		another, _ := d.asked()
		_, _, err := w.UsePasskey(w.Context(), another, answer, "", at("192.0.2.1"))
		w.wants(err, fault.Unauthenticated, "account.passkey_refused")
		late, options := d.asked()
		answer = d.unlocks(options)
		w.clock.Advance(StepLife)
		_, _, err = w.UsePasskey(w.Context(), late, answer, "", at("192.0.2.1"))
		w.wants(err, fault.Unauthenticated, "account.too_late")
		for _, bad := range []string{"", "{}", "null", "[]", strings.Repeat("[", 10_000)} {
			_, _, err = w.UsePasskey(w.Context(), late, []byte(bad), "", at("192.0.2.8"))
			w.wants(err, fault.Unauthenticated, "account.passkey_refused")
		}
	})
}

// AUT-11: a counter that goes back says that there are two of the passkey.
func TestAUT11_Cloned(t *testing.T) {
	withDevice(t, func(w *world, p id.Person, d *device, _ Changed) {
		d.key.Counter = 10
		_, _, err := d.enters("")
		w.must(err)
		d.key.Counter = 4
		_, _, err = d.enters("")
		w.wants(err, fault.Unauthenticated, "account.passkey_refused")
		var c *Cloned
		if !errors.As(err, &c) || c.Person != p {
			t.Errorf("nobody is told whose: %v", err)
		}
	})
}

// Passkeys are not offered where no browser would keep them.
func TestPasskeysOffered(t *testing.T) {
	each(t, func(w *world) {
		for base, want := range map[string]bool{
			site: true, site + ":8443": true, "http://localhost:8080": true, "http://espace.delmas.example": false,
			"http://127.0.0.1:8080": false, "https://192.0.2.1": false, "https://[2001:db8::1]": false,
		} {
			if w.at(base); w.Passkeys() != want {
				t.Errorf("at %s: %v", base, w.Passkeys())
			}
			if !want {
				_, _, err := w.AskPasskey(w.Context(), at("192.0.2.1"))
				w.wants(err, fault.NotFound, "fault.absent")
			}
		}
	})
}

// TestUnshown: who has nothing by which to show so much, in the order asked for.
func TestUnshown(t *testing.T) {
	withDevice(t, func(w *world, p id.Person, _ *device, _ Changed) {
		bare, nobody := w.person("paul@martin.example"), id.New[id.Person](w.clock.Now())
		coded := w.person("luc@martin.example")
		_, in := w.enters("luc@martin.example", good, at("192.0.2.2"))
		challenge, secret, err := w.NewTOTP(w.Context(), in)
		w.must(err)
		_, _, err = w.AddTOTP(w.Context(), in, challenge, secret.Code(totp.StepAt(w.clock.Now())), "Téléphone", at("192.0.2.2"))
		w.must(err)
		all := []id.Person{nobody, coded, bare, p}
		for need, want := range map[authz.Assurance][]id.Person{authz.Single: nil, authz.Twofold: {bare}, authz.Keyed: {coded, bare}} {
			got, err := w.Unshown(w.Context(), all, need)
			if w.must(err); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", need, got, want)
			}
		}
	})
}
