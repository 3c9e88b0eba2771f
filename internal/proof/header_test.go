package proof

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/web"
)

// The policy of pages, word by word, and that of bytes of people, which run
// nothing.
const (
	pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; " +
		"font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	bytesPolicy = "default-src 'none'; sandbox"
)

// matrix is what every answer of every route carries, and nothing else of the
// kind.
func matrix(route string, secure bool) map[string]string {
	m := map[string]string{
		"Content-Security-Policy":      pagePolicy,
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"X-Frame-Options":              "DENY",
		"Permissions-Policy":           "camera=(self), microphone=(), geolocation=(), interest-cohort=()",
		"Cache-Control":                "no-store",
		"Strict-Transport-Security":    "",
		"Server":                       "",
		"X-Powered-By":                 "",
		"Access-Control-Allow-Origin":  "",
	}
	if secure {
		m["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
	}
	if strings.HasSuffix(route, "/view") || strings.HasSuffix(route, "/file") && strings.Contains(route, "/documents/") {
		m["Content-Security-Policy"] = bytesPolicy
	}
	return m
}

func (s *scene) dressed(route string, a answer, secure bool) {
	s.t.Helper()
	for name, want := range matrix(route, secure) {
		if got := strings.Join(a.header.Values(name), " | "); got != want {
			s.t.Errorf("%s, %d: %s is %q, want %q", route, a.status, name, got, want)
		}
	}
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.Path != "/" || c.Domain != "" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != secure {
			s.t.Errorf("%s sets a cookie that others may read: %v", route, c)
		}
		if strings.HasPrefix(c.Name, "__Host-") != secure {
			s.t.Errorf("%s: a cookie is called %s", route, c.Name)
		}
	}
}

// OUT-06: the same headers on every route, whatever it answers: what was asked,
// a refusal, an absent page.
func TestOUT06(t *testing.T) {
	either(t, func(w *world) {
		s := stage(w)
		for _, st := range book() {
			s.dressed(st.route, s.play(st), false)
			if strings.Contains(st.route, "{firm}") {
				absent := s.ids.invented(slices.Collect(maps.Keys(s.ids))...)
				s.dressed("refusal", s.nobody().do(st.send(absent)), false)
			}
		}
		s.dressed("absent", s.nobody().want(http.StatusNotFound, get("/nothing")), false)
		elsewhere := s.nobody()
		elsewhere.host = "evil.example"
		s.dressed("another host", elsewhere.want(http.StatusMisdirectedRequest, get("/signin")), false)
	})
}

// OUT-06 behind HTTPS, where a reverse proxy encrypts.
func TestOUT06Secure(t *testing.T) {
	w := begin(t, temporary(t), "CENACLE_DEMO=false", "CENACLE_LOG=info", "CENACLE_URL=https://espace.delmas.example", "CENACLE_TRUSTED_PROXIES=127.0.0.1")
	s := &scene{world: w, ids: ids{}}
	b := s.nobody()
	b.host = "espace.delmas.example"
	w.found("Cabinet Delmas", "Me Claire Delmas", "claire@delmas.example")
	for _, c := range []call{get("/"), get("/signin"), get("/nothing"), get("/demo/mails"), get("/styleguide")} {
		s.dressed(c.path, b.do(c), true)
	}
	in := b.want(http.StatusSeeOther, post("/signin", "email", "claire@delmas.example", "password", password))
	s.dressed("POST /signin", in, true)
	b.token = in.session()
	s.dressed("GET /account", b.want(http.StatusOK, get("/account")), true)
	for _, demo := range []string{"/demo/mails", "/styleguide"} {
		b.want(http.StatusNotFound, get(demo))
	}
	s.nobody().want(http.StatusMisdirectedRequest, get("/"))
}

// ISO-11: nothing that a cache, a range or a coding could carry from one reader
// to another.
func TestISO11(t *testing.T) {
	either(t, func(w *world) {
		s := stage(w)
		doc := s.ids.path(" /f/{firm}/spaces/{space}/documents/{document}")
		tag := s.client.want(http.StatusOK, get(doc+"/file")).header.Get("ETag")
		if tag == "" {
			t.Fatal("a file without an ETag tries nothing")
		}
		s.client.want(http.StatusNotModified, get(doc+"/file").with("If-None-Match", tag))
		s.client.want(http.StatusPartialContent, get(doc+"/file").with("Range", "bytes=10-20"))
		readers := map[string]browser{
			"stranger": s.stranger.browser, "neighbour": s.neighbour.browser, "former colleague": s.former.browser, "former client": s.formerClient.browser,
			"other firm": s.opponent.browser, "nobody": s.nobody(), "link elsewhere": s.firm.through(s.client, s.beside.id),
		}
		for _, r := range routes() {
			method, _, _ := strings.Cut(r.Pattern, " ")
			if r.Door == web.Public || method != http.MethodGet || !strings.Contains(r.Pattern, "{space}") {
				continue
			}
			for who, b := range readers {
				for _, a := range s.tricks(b, s.ids.path(r.Pattern), tag) {
					s.nothing(who+", "+r.Pattern, a)
				}
			}
		}
		for _, st := range book() { // and of what is allowed, no copy stays
			if a := s.play(st); a.header.Get("Cache-Control") != "no-store" || a.header.Get("Content-Encoding") != "" {
				t.Errorf("%s: Cache-Control %q, Content-Encoding %q", st.route, a.header.Get("Cache-Control"), a.header.Get("Content-Encoding"))
			}
		}
	})
}

// tricks asks for one address in every way that makes a server send less than a
// page.
func (s *scene) tricks(b browser, path, tag string) []answer {
	s.t.Helper()
	var out []answer
	for _, c := range []call{
		get(path).with("If-None-Match", tag), get(path).with("If-None-Match", "*"),
		get(path).with("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"),
		get(path).with("Range", "bytes=0-15"), get(path).with("Range", "bytes=-15"),
		get(path).with("If-Range", tag, "Range", "bytes=0-15"), get(path).with("If-Match", tag),
		get(path).with("Accept-Encoding", "gzip, br"), get(path).with("Cache-Control", "only-if-cached"),
		{method: http.MethodHead, path: path}, call{method: http.MethodHead, path: path}.with("If-None-Match", tag),
	} {
		out = append(out, b.do(c))
	}
	return out
}

func (s *scene) nothing(what string, a answer) {
	s.t.Helper()
	asked := a.status == http.StatusSeeOther && strings.HasPrefix(a.header.Get("Location"), "/signin?") || a.status == http.StatusUnauthorized
	if a.status != http.StatusNotFound && !asked {
		s.t.Errorf("%s %v: %d", what, a.call.header, a.status)
	}
	for _, tells := range []string{"ETag", "Last-Modified", "Content-Range", "Accept-Ranges", "Content-Disposition", "X-Content-Sha256", "Content-Encoding", "Age"} {
		if v := a.header.Get(tells); v != "" {
			s.t.Errorf("%s %v: %s: %s", what, a.call.header, tells, v)
		}
	}
	if a.header.Get("Cache-Control") != "no-store" {
		s.t.Errorf("%s %v: Cache-Control %q", what, a.call.header, a.header.Get("Cache-Control"))
	}
	if strings.Contains(string(a.body), "contenu de preuve") || strings.Contains(string(a.body), "Projet") {
		s.t.Errorf("%s %v: bytes of the document", what, a.call.header)
	}
}
