package keycard_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/keycard"
	"cenacle/internal/keycard/keycardtest"
)

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func start() *clock { return &clock{time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func wants(t *testing.T, what string, err error, key string) {
	t.Helper()
	if key == "" {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		return
	}
	if err == nil || !strings.Contains(err.Error(), "keycard."+key) {
		t.Errorf("%s: %v, want %s", what, err, key)
	}
}

// AUT-12: what does not come from a pinned authority itself, for signing in, under a
// policy that counts, today, and unrevoked, opens nothing.
func TestAUT12_Check(t *testing.T) {
	t.Parallel()
	c := start()
	ours, theirs := keycardtest.New(t, "Autorité des avocats", c.now), keycardtest.New(t, "Autorité des avocats", c.now)
	checker := ours.Checker()
	good := ours.Key("Me Karim Haddad")
	wants(t, "a good one", checker.Check(good.Leaf), "")
	between := ours.Key("Autorité d’en dessous", func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature
	})
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	short := *good.Leaf
	short.PublicKey = &weak.PublicKey
	for what, one := range map[string]struct {
		shown *x509.Certificate
		want  string
	}{
		"of an authority of the same name": {theirs.Key("Me Karim Haddad").Leaf, "stranger"},
		"signed by herself":                {ours.Myself(good).Leaf, "stranger"},
		"an authority":                     {between.Leaf, "unfit"},
		"the authority itself":             {ours.Own, "unfit"},
		"of a server":                      {ours.Key("x", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }).Leaf, "unfit"},
		"for anything":                     {ours.Key("x", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} }).Leaf, "unfit"},
		"for encryption alone":             {ours.Key("x", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }).Leaf, "unfit"},
		"under no policy":                  {ours.Key("x", func(c *x509.Certificate) { c.Policies = nil }).Leaf, "unfit"},
		"with a short key":                 {&short, "unfit"},
		"of tomorrow":                      {ours.Key("x", func(c *x509.Certificate) { c.NotBefore = c.NotBefore.AddDate(0, 0, 1) }).Leaf, "expired"},
		"of yesterday":                     {ours.Key("x", func(o *x509.Certificate) { o.NotAfter = c.now().Add(-time.Second) }).Leaf, "expired"},
		"with a rule that nobody knows": {ours.Key("x", func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}}
		}).Leaf, "stranger"},
	} {
		wants(t, what, checker.Check(one.shown), one.want)
	}
	ours.Revoke(good)
	wants(t, "revoked", checker.Check(good.Leaf), "revoked")
	wants(t, "another one of the same name", checker.Check(ours.Key("Me Karim Haddad").Leaf), "")
	if keycard.Identity(good.Leaf) == keycard.Identity(ours.Key("Me Karim Haddad").Leaf) {
		t.Error("two certificates of one name are one")
	}
}

// AUT-12: a list that is missing, old, of tomorrow, of somebody else, or not whole,
// refuses everybody; even an old one revokes.
func TestAUT12_Lists(t *testing.T) {
	t.Parallel()
	c := start()
	a := keycardtest.New(t, "Autorité", c.now)
	checker := a.Checker()
	key, gone := a.Key("Me Haddad"), a.Key("Me Roy")
	a.Revoke(gone)
	point := func(i issuing) []byte {
		raw, err := asn1.Marshal(i)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	extended := func(id asn1.ObjectIdentifier, value []byte) func(*x509.RevocationList) {
		return func(l *x509.RevocationList) {
			l.ExtraExtensions = append(l.ExtraExtensions, pkix.Extension{Id: id, Critical: true, Value: value})
		}
	}
	issuingPoint := asn1.ObjectIdentifier{2, 5, 29, 28}
	for what, one := range map[string]struct {
		publish func()
		want    string
	}{
		"none":           {a.Withdraw, "unlisted"},
		"old":            {func() { a.Publish(-time.Second) }, "unlisted"},
		"of tomorrow":    {func() { a.Publish(time.Hour, func(l *x509.RevocationList) { l.ThisUpdate = c.now().Add(time.Minute) }) }, "unlisted"},
		"a part":         {func() { a.Publish(time.Hour, extended(asn1.ObjectIdentifier{2, 5, 29, 27}, []byte{2, 1, 1})) }, "unlisted"},
		"of authorities": {func() { a.Publish(time.Hour, extended(issuingPoint, point(issuing{Authority: true}))) }, "unlisted"},
		"of strangers":   {func() { a.Publish(time.Hour, extended(issuingPoint, point(issuing{Indirect: true}))) }, "unlisted"},
		"of people":      {func() { a.Publish(time.Hour, extended(issuingPoint, point(issuing{User: true}))) }, ""},
		"whole":          {func() { a.Publish(time.Hour) }, ""},
	} {
		a.Publish(time.Hour)
		one.publish()
		wants(t, "a list that is "+what, checker.Check(key.Leaf), one.want)
	}
	a.Publish(-time.Second)
	wants(t, "revoked by an old list", checker.Check(gone.Leaf), "revoked")
	a.Publish(time.Hour)
	wants(t, "the list is back", checker.Check(key.Leaf), "")
	c.at = c.at.Add(time.Hour)
	wants(t, "at its end", checker.Check(key.Leaf), "unlisted")

	stranger := keycardtest.New(t, "Autorité", c.now)
	files := stranger.Files()
	files.Lists = append(files.Lists, a.Files().Lists...)
	wants(t, "a list of another authority", keycard.NewChecker(files, a.Policies(), c.now).Check(stranger.Key("Me Haddad").Leaf), "unlisted")
	if err := os.WriteFile(stranger.Files().Issuers, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if keycard.Usable(stranger.Files().Issuers) == nil {
		t.Error("an empty file is one of issuers")
	}
}

type issuing struct {
	User      bool `asn1:"optional,tag:1"`
	Authority bool `asn1:"optional,tag:2"`
	Indirect  bool `asn1:"optional,tag:4"`
}

// listener is a real one that says whom it met.
func listener(t *testing.T, site *keycardtest.Authority, checker *keycard.Checker) (address string, client func(...tls.Certificate) *http.Client) {
	t.Helper()
	own, roots := site.Site("localhost")
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := checker.Meet(r.TLS)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, who.Subject.CommonName) // the test reads it
	}))
	s.TLS = checker.TLS(&tls.Config{Certificates: []tls.Certificate{own}, NextProtos: []string{"h2"}})
	s.Config.SetKeepAlivesEnabled(false)
	s.StartTLS()
	t.Cleanup(s.Close)
	remembers := tls.NewLRUClientSessionCache(8)
	return s.URL, func(keys ...tls.Certificate) *http.Client {
		return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
			RootCAs: roots, ServerName: "localhost", Certificates: keys, ClientSessionCache: remembers, Renegotiation: tls.RenegotiateFreelyAsClient,
		}}}
	}
}

func ask(t *testing.T, c *http.Client, address string, headers ...string) (said string, state *tls.ConnectionState) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	back, err := c.Do(r)
	if err != nil {
		return err.Error(), nil
	}
	raw, err := io.ReadAll(back.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := back.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return string(raw), back.TLS
}

// AUT-12: over real connections: who shows a key is met, no session of TLS goes on
// after the issuers or the list have changed, and what a header says is nothing.
func TestAUT12_Connections(t *testing.T) {
	t.Parallel()
	c := &clock{time.Now()} // the client judges the listener by the machine's clock
	a, other := keycardtest.New(t, "Autorité", c.now), keycardtest.New(t, "Autre", c.now)
	checker := a.Checker()
	address, client := listener(t, a, checker)
	key := a.Key("Me Haddad")
	said, state := ask(t, client(key), address)
	if said != "Me Haddad" || state == nil || state.NegotiatedProtocol == "h2" {
		t.Fatalf("%q by %+v", said, state)
	}
	if said, state = ask(t, client(key), address); said != "Me Haddad" || state != nil && state.DidResume {
		t.Errorf("it resumes a session: %q", said)
	}
	if said, _ = ask(t, client(), address, "X-Client-Cert", "x", "X-SSL-Client-Verify", "SUCCESS", "X-Forwarded-Client-Cert", "Subject=\"CN=Me Haddad\"", "Ssl-Client-Cert", "MIIB"); !strings.Contains(said, "keycard.none") {
		t.Errorf("without a key: %q", said)
	}
	if said, _ = ask(t, client(other.Key("Me Haddad")), address); strings.Contains(said, "Me Haddad") {
		t.Errorf("of another authority: %q", said)
	}
	stolen := tls.Certificate{Certificate: key.Certificate, PrivateKey: a.Key("x").PrivateKey}
	if said, _ = ask(t, client(stolen), address); strings.Contains(said, "Me Haddad") {
		t.Errorf("with the certificate and without its key: %q", said)
	}
	a.Revoke(key)
	if said, _ = ask(t, client(key), address); !strings.Contains(said, "keycard.revoked") {
		t.Errorf("revoked: %q", said)
	}
	second := a.Key("Me Roy")
	if said, _ = ask(t, client(second), address); said != "Me Roy" {
		t.Errorf("%q", said)
	}
	raw, err := os.ReadFile(other.Files().Issuers)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(a.Files().Issuers, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, state = ask(t, client(second), address); strings.Contains(said, "Me Roy") || state != nil && state.DidResume {
		t.Errorf("after the issuers changed: %q", said)
	}
	if _, err := checker.Meet(&tls.ConnectionState{DidResume: true, PeerCertificates: []*x509.Certificate{second.Leaf}}); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a session that went on: %v", err)
	}
}
