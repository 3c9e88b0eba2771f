package server

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/keycard/keycardtest"
	"cenacle/internal/lifecycle"
	"cenacle/internal/web/ui/uitest"
)

// visitor is a browser that speaks with the site, and shows a key at the listener of
// keys.
type visitor struct {
	t         *testing.T
	site      *http.Client
	base, own string
	roots     *x509.CertPool
}

func (v visitor) send(r *http.Request, by *http.Client) (*http.Response, uitest.Node) {
	v.t.Helper()
	r.Header.Set("Accept-Language", "fr")
	back, err := by.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	node := uitest.Parse(v.t, back.Body)
	if err := back.Body.Close(); err != nil {
		v.t.Fatal(err)
	}
	return back, node
}

func (v visitor) request(address string) *http.Request {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, address, nil)
	must(v.t, err)
	return r
}

func (v visitor) ask(method, path string, form url.Values) (*http.Response, uitest.Node) {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return v.send(r, v.site)
}

func (v visitor) post(path string, form ...string) (*http.Response, uitest.Node) {
	v.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	return v.ask(http.MethodPost, path, values)
}

// wants demands a status and where it leads.
func (v visitor) wants(what string, got *http.Response, status int, location string) {
	v.t.Helper()
	if got.StatusCode != status || got.Header.Get("Location") != location {
		v.t.Fatalf("%s: %d to %q, want %d to %q", what, got.StatusCode, got.Header.Get("Location"), status, location)
	}
}

// shows follows a page that leads to the listener of keys, with a key or none, and
// returns the answer there.
func (v visitor) shows(page uitest.Node, keys ...tls.Certificate) (*http.Response, uitest.Node) {
	v.t.Helper()
	to := page.One("main a.button-primary").Attr("href")
	if !strings.HasPrefix(to, v.own+"/") {
		v.t.Fatalf("the page leads to %q", to)
	}
	r := v.request(to)
	home, err := url.Parse(v.base)
	must(v.t, err)
	for _, c := range v.site.Jar.Cookies(home) { // a host has one set of cookies for all its ports
		r.AddCookie(c)
	}
	r.Header.Set("X-Client-Cert", "forged")
	r.Header.Set("X-Forwarded-For", "192.0.2.1")
	by := &tls.Config{RootCAs: v.roots}
	if len(keys) > 0 { // shown whatever the listener asks for
		by.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &keys[0], nil }
	}
	return v.send(r, &http.Client{CheckRedirect: stay, Transport: &http.Transport{TLSClientConfig: by}})
}

// back is where the listener leads the browser back to on the site.
func (v visitor) back(got *http.Response, page uitest.Node) string {
	v.t.Helper()
	to := page.One("main a.button-primary").Attr("href")
	if got.StatusCode != http.StatusOK || got.Header.Get("Refresh") != "0; url="+to || len(got.Cookies()) > 0 {
		v.t.Fatalf("%d, led to %q, %d cookies", got.StatusCode, got.Header.Get("Refresh"), len(got.Cookies()))
	}
	path, ours := strings.CutPrefix(to, v.base)
	if !ours {
		v.t.Fatalf("it leads away: %q", to)
	}
	return path
}

// keep writes a certificate and its key where a server reads them.
func keep(t *testing.T, c tls.Certificate) (certificate, key string) {
	t.Helper()
	raw, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for path, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: c.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key
}

// keyed is a firm in a running program that reads the keys of an authority, with its
// lawyer signed in.
type keyed struct {
	visitor
	a        *keycardtest.Authority
	listener tls.Certificate
	at       string // where keys are shown
	firm     id.Firm
	home, by string // the firm's path, and what stands for keys in it
}

func openKeyed(t *testing.T) *keyed {
	t.Helper()
	k := &keyed{a: keycardtest.New(t, "Autorité des avocats", time.Now), at: freePort(t)}
	var roots *x509.CertPool
	k.listener, roots = k.a.Site("localhost")
	certificate, key := keep(t, k.listener)
	_, port, err := net.SplitHostPort(k.at)
	must(t, err)
	own := "https://localhost:" + port
	r := run(t, "CENACLE_KEYCARD_LISTEN="+k.at, "CENACLE_KEYCARD_URL="+own, "CENACLE_KEYCARD_ISSUERS="+k.a.Files().Issuers,
		"CENACLE_KEYCARD_LISTS="+k.a.Files().Lists[0], "CENACLE_KEYCARD_POLICIES="+keycardtest.Policy,
		"CENACLE_KEYCARD_CERTIFICATE="+certificate, "CENACLE_KEYCARD_KEY="+key)
	must(t, r.config.Validate().Err())
	const word = "kormoran-zeltplane-41-violett"
	made, err := r.Lifecycle.SignUp(t.Context(), lifecycle.SignUp{FirmName: "Cabinet Delmas", Name: "Me Hélène Delmas", Email: "helene@delmas.example", Password: word, Language: i18n.French})
	must(t, err)
	chosen, err := r.Accounts.NewPassword(t.Context(), word)
	must(t, err)
	must(t, r.Accounts.SetPassword(t.Context(), made.Person, chosen)) // her mailbox is hers
	jar, err := cookiejar.New(nil)
	must(t, err)
	k.visitor = visitor{t, &http.Client{Jar: jar, CheckRedirect: stay}, r.base, own, roots}
	k.firm, k.home = made.Firm, "/f/"+string(made.Firm)
	got, _ := k.post("/signin", "email", "helene@delmas.example", "password", word)
	k.wants("signing in", got, http.StatusSeeOther, "/enter")
	for limit := time.Now().Add(5 * time.Second); time.Now().Before(limit) && !listens(k.at); time.Sleep(5 * time.Millisecond) {
	}
	return k
}

// AUT-12: through the running program, from the firm that takes keys to the one that is
// revoked: she brings hers once, enters by it, and no header, cookie or other
// certificate opens anything.
func TestAUT12_ThroughTheProgram(t *testing.T) {
	k := openKeyed(t)
	hers := k.a.Key("Me Hélène Delmas")
	k.takes()
	k.brings(hers)
	k.forges()
	k.enters(hers)
	k.loses(hers)
}

// takes has the firm take keys.
func (k *keyed) takes() {
	k.t.Helper()
	_, page := k.ask(http.MethodGet, k.home+"/entrance", nil)
	page.One("[aria-labelledby=keys-title] li").Says("Autorité des avocats")
	got, _ := k.post(k.home + "/entrance/keys")
	by, done := strings.CutSuffix(strings.TrimPrefix(got.Header.Get("Location"), k.home+"/entrance/"), "?done=keys_taken")
	if got.StatusCode != http.StatusSeeOther || !done {
		k.t.Fatalf("%d to %q", got.StatusCode, got.Header.Get("Location"))
	}
	k.by = by
	_, page = k.ask(http.MethodGet, k.home+"/entrance/"+by, nil)
	page.One("h1").Says("Clés professionnelles")
	page.Lacks("input[name=secret]")
}

// brings has her add a key, once, after others that do not count.
func (k *keyed) brings(hers tls.Certificate) {
	k.t.Helper()
	tie := "/account/providers/" + string(k.firm) + "/" + k.by + "/tie"
	_, page := k.ask(http.MethodGet, "/account", nil)
	page.One("form[action=" + tie + "] button").Says("Ajouter ma clé")
	_, page = k.post(tie)
	page.One("h1").Says("Préparez votre clé")
	got, said := k.shows(page)
	k.wants("without a key", got, http.StatusUnauthorized, "")
	said.One(".notice-danger").Says("Aucune clé n’a été présentée")
	for what, other := range map[string]tls.Certificate{
		"a server's": k.listener, "of another authority": keycardtest.New(k.t, "Autorité des avocats", time.Now).Key("Me Hélène Delmas"), "her own": k.a.Myself(hers),
	} {
		got, _ := k.shows(page, other)
		k.wants(what, got, http.StatusUnauthorized, "")
	}
	back := k.back(k.shows(page, hers))
	got, _ = k.ask(http.MethodGet, back, nil)
	k.wants("bringing the key", got, http.StatusSeeOther, "/account?done=key_tied")
	got, _ = k.ask(http.MethodGet, back, nil)
	k.wants("bringing it twice", got, http.StatusUnauthorized, "")
	_, page = k.ask(http.MethodGet, "/account", nil)
	page.One("[aria-labelledby=vouchers] .session").Says("Au nom de Me Hélène Delmas, délivrée par Autorité des avocats")
	got, _ = k.post("/signout")
	k.wants("signing out", got, http.StatusSeeOther, "/signin?done=signed_out")
}

// forges says in headers what a proxy might.
func (k *keyed) forges() {
	k.t.Helper()
	for _, forged := range []string{"X-Client-Cert", "X-SSL-Client-Cert", "X-SSL-Client-Verify", "X-Forwarded-Client-Cert", "Client-Cert", "X-Client-Dn"} {
		r := k.request(k.base + k.home)
		r.Header.Set(forged, "CN=Me Helene Delmas")
		got, _ := k.send(r, k.site)
		k.wants(forged, got, http.StatusSeeOther, "/signin?next="+url.QueryEscape(k.home))
	}
}

// enters comes in by a key, after another one of the same name.
func (k *keyed) enters(hers tls.Certificate) {
	k.t.Helper()
	way := "/door/" + string(k.firm) + "/" + k.by
	_, page := k.ask(http.MethodGet, "/door/"+string(k.firm), nil)
	page.One("form[action=" + way + "] button").Says("Entrer avec ma clé professionnelle")
	for _, one := range []struct {
		what   string
		key    tls.Certificate
		status int
		to     string
	}{{"somebody else's", k.a.Key("Me Hélène Delmas"), http.StatusUnauthorized, ""}, {"hers", hers, http.StatusSeeOther, k.home}} {
		_, page := k.post(way)
		got, _ := k.ask(http.MethodGet, k.back(k.shows(page, one.key)), nil)
		k.wants(one.what, got, one.status, one.to)
	}
	for _, path := range []string{k.home, "/account"} {
		got, _ := k.ask(http.MethodGet, path, nil)
		k.wants(path, got, http.StatusOK, "")
	}
}

// loses has the key revoked, and looks at what the listener has for whoever is lost.
func (k *keyed) loses(hers tls.Certificate) {
	k.t.Helper()
	k.a.Revoke(hers)
	got, _ := k.ask(http.MethodGet, k.home, nil)
	k.wants("revoked, the firm", got, http.StatusNotFound, "")
	_, page := k.post("/door/" + string(k.firm) + "/" + k.by)
	got, said := k.shows(page, hers)
	k.wants("revoked", got, http.StatusUnauthorized, "")
	said.One(".notice-danger").Says("révoquée")
	bare := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: k.roots}}}
	got, page = k.send(k.request(k.own+"/"), bare)
	if got.StatusCode != http.StatusOK || page.One("main a.button-primary").Attr("href") != k.base {
		k.t.Errorf("whoever is lost: %d", got.StatusCode)
	}
	if got, _ = k.send(k.request(k.own+"/signin"), bare); got.StatusCode != http.StatusGone {
		k.t.Errorf("a page of the site at the listener: %d", got.StatusCode)
	}
}

func listens(at string) bool {
	c, err := net.Dial("tcp", at)
	if err != nil {
		return false
	}
	return c.Close() == nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// stay follows no redirect.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
