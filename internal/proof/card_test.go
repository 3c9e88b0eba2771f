package proof

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/keycard/keycardtest"
	"cenacle/internal/provider"
	"cenacle/internal/web"
	entrance "cenacle/internal/web/page/door"
	"cenacle/internal/web/page/home"
	"cenacle/internal/web/site"
)

// cardRoutes is the table of the listener where keys are shown.
func cardRoutes() []web.Route { return site.CardRoutes(&entrance.Cards{}, &home.Pages{}) }

// counter is a scene whose house reads keys at a listener of its own.
type counter struct {
	*scene
	key      tls.Certificate // of one of the firm's own
	own      string          // where keys are shown
	roots    *x509.CertPool
	provider id.Provider
}

func openCounter(t *testing.T) *counter {
	t.Helper()
	a := keycardtest.New(t, "Autorité des avocats", time.Now)
	k := &counter{key: a.Key("Me Claire Delmas")}
	var listener tls.Certificate
	listener, k.roots = a.Site("localhost")
	at := freePort(t)
	_, port, err := net.SplitHostPort(at)
	if err != nil {
		t.Fatal(err)
	}
	k.own = "https://localhost:" + port
	certificate, key := files(t, listener)
	w := begin(t, temporary(t), "CENACLE_KEYCARD_LISTEN="+at, "CENACLE_KEYCARD_URL="+k.own, "CENACLE_KEYCARD_ISSUERS="+a.Files().Issuers,
		"CENACLE_KEYCARD_LISTS="+a.Files().Lists[0], "CENACLE_KEYCARD_POLICIES="+keycardtest.Policy,
		"CENACLE_KEYCARD_CERTIFICATE="+certificate, "CENACLE_KEYCARD_KEY="+key)
	k.scene = &scene{world: w, ids: ids{"code": "en"}}
	k.firm = w.found("Cabinet Delmas", "Me Claire Delmas", "claire@delmas.example")
	k.lead = k.firm.admin
	taken, err := w.server.Providers.TakeKeys(t.Context(), k.lead.actor)
	w.must(err)
	k.provider = taken.ID
	for range 500 { // the listener is opened beside the site
		if c, err := net.Dial("tcp", at); err == nil {
			w.must(c.Close())
			return k
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nobody listens where keys are shown")
	return nil
}

// files keeps a certificate and its key where a server reads them.
func files(t *testing.T, c tls.Certificate) (certificate, key string) {
	t.Helper()
	raw, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	kept := func(kind string, of []byte) string {
		return written(t, string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: of})), 0o600)
	}
	return kept("CERTIFICATE", c.Certificate[0]), kept("PRIVATE KEY", raw)
}

// way is where the site leads somebody who is to show her key, as a path of the listener.
func (k *counter) way() string {
	k.t.Helper()
	address, _, err := k.server.Providers.Enter(k.t.Context(), provider.Way{Firm: k.firm.id, Provider: k.provider}, here())
	k.must(err)
	path, ours := strings.CutPrefix(address, k.own)
	if !ours {
		k.t.Fatalf("the site leads to %s", address)
	}
	return path
}

// show sends a request to the listener with every proof of herself that she has: her key,
// and her session under each name of its cookie.
func (k *counter) show(c call, keys ...tls.Certificate) answer {
	k.t.Helper()
	r, err := http.NewRequestWithContext(k.t.Context(), c.method, k.own+c.path, bytes.NewReader(c.body))
	k.must(err)
	for name, value := range c.header {
		if r.Header.Set(name, value); name == "Host" {
			r.Host = value
		}
	}
	for _, name := range []string{"cenacle", "__Host-cenacle"} {
		r.AddCookie(&http.Cookie{Name: name, Value: k.lead.token})
	}
	by := &tls.Config{RootCAs: k.roots}
	if len(keys) > 0 { // shown whatever the listener asks for
		by.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &keys[0], nil }
	}
	once := &http.Transport{TLSClientConfig: by, DisableCompression: true, DisableKeepAlives: true}
	back, err := once.RoundTrip(r)
	k.must(err)
	defer back.Body.Close() // read to its end
	body, err := io.ReadAll(back.Body)
	k.must(err)
	return answer{c, back.StatusCode, back.Header, body}
}

// cardBook is one request that succeeds for each line of the table.
func cardBook() map[string]func(k *counter) answer {
	return map[string]func(k *counter) answer{
		"GET /{$}":             func(k *counter) answer { return k.show(get("/")) },
		"GET /{way}":           func(k *counter) answer { return k.show(get(k.way()), k.key) },
		"GET /language/{code}": func(k *counter) answer { return k.show(get("/language/en")) },
	}
}

// ISO-02: at the listener of keys too every line says why nobody is asked who she is,
// each is asked for, and there is no way beside them.
func TestISO02Cards(t *testing.T) {
	t.Parallel()
	known := cardBook()
	for _, r := range cardRoutes() {
		method, _, _ := strings.Cut(r.Pattern, " ")
		if r.Door != web.Public || r.Action != authz.Action("") || len(r.Why) < 10 || r.Handle == nil || method != http.MethodGet {
			t.Errorf("%s: it is public, says why, and is but read", r.Pattern)
		}
		if known[r.Pattern] == nil {
			t.Errorf("%s: no request of the book asks for it", r.Pattern)
		}
	}
	if len(known) != len(cardRoutes()) {
		t.Errorf("%d requests for %d lines", len(known), len(cardRoutes()))
	}
	k := openCounter(t)
	for route, ask := range known {
		before := len(k.log.read())
		a := ask(k)
		if a.status >= 400 {
			t.Errorf("%s: %d %s", route, a.status, a.text())
		}
		var got []string
		for range 200 { // the line is written once the answer has gone
			if got = routed(k.log.read()[before:]); slices.Contains(got, route) {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if !slices.Contains(got, route) {
			t.Errorf("%s was answered by %v", route, got)
		}
	}
	way := k.way()
	k.settle()
	before := k.behind().state()
	for _, path := range []string{"/", way, "/language/en"} {
		for _, m := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "MKCOL", "BREW"} {
			if a := k.show(call{method: m, path: path}, k.key); a.status != http.StatusNotFound && a.status != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d", m, path, a.status)
			}
		}
	}
	if changed := before.changed(k.behind().state()); len(changed) > 0 {
		t.Errorf("methods that are none of a route's changed %v", changed)
	}
}

// ISO-03: at the listener of keys there is nothing of any firm: each page of the site, asked
// for with true identifiers by who may see it there, is the same nothing as with invented
// ones; so is a way that the site has not sealed, whoever shows a key.
func TestISO03Cards(t *testing.T) {
	t.Parallel()
	k := openCounter(t)
	way := k.way()
	k.settle()
	before := k.behind().state()
	true, untrue := k.ids.but("firm", string(k.firm.id), "provider", string(k.provider)), k.ids.but("firm", id.New[string](time.Now()), "provider", id.New[string](time.Now()))
	asked := 0
	for _, r := range routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		if path == "/{$}" || path == "/language/{code}" || path == "/events" {
			continue
		}
		var said [2]string
		for i, of := range []ids{true, untrue} {
			a := k.show(call{method: method, path: of.path(r.Pattern)}, k.key)
			if a.status != http.StatusNotFound && a.status != http.StatusGone && a.status != http.StatusMethodNotAllowed || a.session() != "" {
				t.Errorf("%s at the listener of keys: %d %s", r.Pattern, a.status, a.text())
			}
			said[i] = strings.NewReplacer(of["firm"], "", of["provider"], "").Replace(a.text())
		}
		if said[0] != said[1] {
			t.Errorf("%s tells a firm that is there from none: %q, %q", r.Pattern, said[0], said[1])
		}
		asked++
	}
	if asked < 200 {
		t.Errorf("only %d pages of the site were asked for", asked)
	}
	for _, wrong := range []string{"/x", way[:len(way)-4] + "AAAA", way + "A", "/" + strings.Repeat("A", len(way)-1), "/" + k.lead.token} {
		if a := k.show(get(wrong), k.key); a.status != http.StatusGone || strings.Contains(string(a.body), "Delmas") {
			t.Errorf("a way that the site has not sealed: %d %s", a.status, a.text())
		}
	}
	if changed := before.changed(k.behind().state()); len(changed) > 0 {
		t.Errorf("asking at the listener of keys changed %v", changed)
	}
	if a := k.show(get("/").with("Host", "evil.example")); a.status != http.StatusMisdirectedRequest {
		t.Errorf("another host: %d", a.status)
	}
}

// OUT-06: at the listener of keys the same headers as behind any HTTPS, whatever it answers.
func TestOUT06Cards(t *testing.T) {
	t.Parallel()
	k := openCounter(t)
	for route, ask := range cardBook() {
		k.dressed(route, ask(k), true)
	}
	k.dressed("no key", k.show(get(k.way())), true)
	k.dressed("no way", k.show(get("/x"), k.key), true)
	k.dressed("absent", k.show(get("/a/b/c")), true)
	k.dressed("another method", k.show(call{method: http.MethodDelete, path: "/"}), true)
	k.dressed("another host", k.show(get("/").with("Host", "evil.example")), true)
}
