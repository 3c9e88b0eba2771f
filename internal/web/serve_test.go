package web_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act/acttest"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/front"
	"cenacle/internal/i18n"
	"cenacle/internal/store/storetest"
	"cenacle/internal/web"
	"cenacle/internal/web/page/errorpage"
	"cenacle/internal/web/ui"
	"cenacle/internal/web/ui/uitest"
)

// paper is a log that several goroutines write.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// site is a server with a table of the test's own.
type site struct {
	t        *testing.T
	url      string
	log      *paper
	accounts *account.Service
	client   http.Client
}

func serve(t *testing.T, table []web.Route, changes ...func(*web.Config)) *site {
	t.Helper()
	office, clock := acttest.New(t, storetest.New(t))
	s := &site{t: t, log: &paper{}, accounts: account.New(office), client: http.Client{
		Transport:     &http.Transport{DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	catalog := i18n.Load()
	server := httptest.NewUnstartedServer(nil)
	s.url = "http://" + server.Listener.Addr().String()
	base, err := url.Parse(s.url)
	must(t, err)
	c := &web.Config{
		Config: &front.Config{
			Base: base, Clock: clock.Now, Until: func(d time.Duration) time.Time { return time.Now().Add(d) }, Log: slog.New(slog.NewJSONHandler(s.log, nil)),
		},
		Catalog: catalog, Zone: time.UTC, Accounts: s.accounts, Firms: firm.New(office, s.accounts), Legal: func(*i18n.Printer) []ui.Link { return nil },
	}
	for _, change := range changes {
		change(c)
	}
	handler, err := c.Handler(table, http.NotFoundHandler())
	must(t, err)
	server.Config.Handler = c.Guard(handler)
	server.Start()
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		server.Close()
	})
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type answer struct {
	status int
	header http.Header
	body   string
	err    error // of reading the body
}

// ask sends a request with headers: name, value, name, value.
func (s *site) ask(method, path string, headers ...string) answer {
	s.t.Helper()
	return s.send(method, path, "", headers...)
}

func (s *site) send(method, path, body string, headers ...string) answer {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	must(s.t, err)
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	back, err := s.client.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer back.Body.Close() // read to its end or broken
	raw, err := io.ReadAll(back.Body)
	return answer{back.StatusCode, back.Header, string(raw), err}
}

func public(pattern string, handle web.Handler) web.Route {
	return web.Route{Pattern: pattern, Why: "a test", Handle: handle}
}

func refusing(err error) web.Handler {
	return func(*web.Request) (web.Answer, error) { return nil, err }
}

// page is any page: the one of faults will do.
func page(r *web.Request) (web.Answer, error) {
	return web.Show(errorpage.Template, errorpage.New(r.Base(ui.Public, ""), fault.Absent(), r.URL.Path, "/")), nil
}

func TestHeadersOnEveryAnswer(t *testing.T) {
	table := []web.Route{
		public("GET /page", page), public("GET /empty", func(*web.Request) (web.Answer, error) { return web.Empty(http.StatusNoContent), nil }),
		public("GET /see", func(*web.Request) (web.Answer, error) { return web.See("/page"), nil }),
		public("GET /json", func(*web.Request) (web.Answer, error) { return web.JSON(http.StatusOK, 1), nil }),
		public("GET /refused", refusing(fault.New(fault.Forbidden, "fault.forbidden"))),
		public("GET /panic", func(*web.Request) (web.Answer, error) { panic("no") }),
	}
	for _, secure := range []bool{false, true} {
		s := serve(t, table, func(c *web.Config) { c.Secure = secure })
		for path, status := range map[string]int{
			"/page": 200, "/empty": 204, "/see": 303, "/json": 200, "/refused": 403, "/panic": 500, "/absent": 404, "/a/../page": 307, "/assets/x": 404,
		} {
			for _, headers := range [][]string{nil, {"Sec-Fetch-Mode", "cors"}, {"HX-Request", "true"}} {
				a := s.ask("GET", path, headers...)
				if a.status != status {
					t.Errorf("%s: %d, want %d", path, a.status, status)
				}
				s.guarded(path, a, secure)
			}
		}
		s.guarded("another host", s.ask("GET", "/page", "Host", "evil.example"), secure)
		s.guarded("cross origin", s.ask("POST", "/page", "Sec-Fetch-Site", "cross-site"), secure)
	}
}

func (s *site) guarded(what string, a answer, secure bool) {
	s.t.Helper()
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cache-Control": "no-store",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := a.header.Get(name); got != want {
			s.t.Errorf("%s: %s is %q, want %q", what, name, got, want)
		}
	}
	csp := a.header.Get("Content-Security-Policy")
	if !strings.HasPrefix(csp, "default-src 'none'; script-src 'self';") || strings.Contains(csp, "unsafe") {
		s.t.Errorf("%s: policy %q", what, csp)
	}
	if (a.header.Get("Strict-Transport-Security") != "") != secure {
		s.t.Errorf("%s: transport security is %q, secure %v", what, a.header.Get("Strict-Transport-Security"), secure)
	}
}

func TestOnlyOurHost(t *testing.T) {
	s := serve(t, []web.Route{public("GET /{$}", page)})
	for _, host := range []string{"evil.example", "localhost", "127.0.0.1", "127.0.0.1:1"} {
		if a := s.ask("GET", "/", "Host", host); a.status != http.StatusMisdirectedRequest || strings.Contains(a.body, "evil") {
			t.Errorf("host %s: %d %s", host, a.status, a.body)
		}
	}
	if a := s.ask("GET", "/"); a.status != 200 {
		t.Errorf("our own: %d", a.status)
	}
}

func TestFaultsAsPeopleAndScriptsSeeThem(t *testing.T) {
	kinds := map[string]struct {
		err    error
		status int
		after  string
	}{
		"internal":  {errors.New("the disk of Mme Petit burns"), 500, ""},
		"invalid":   {fault.New(fault.Invalid, "fault.absent"), 422, ""},
		"forbidden": {fault.New(fault.Forbidden, "fault.forbidden"), 403, ""},
		"absent":    {fault.Absent().Because(errors.New("of Mme Petit")), 404, ""},
		"conflict":  {fault.New(fault.Conflict, "store.conflict"), 409, ""},
		"gone":      {fault.New(fault.Gone, "fault.absent"), 410, ""},
		"large":     {fault.New(fault.TooLarge, "fault.too_large", "1 ko"), 413, ""},
		"range":     {fault.New(fault.RangeInvalid, "fault.absent"), 416, ""},
		"busy":      {fault.New(fault.Busy, "fault.absent").After(90*time.Second + 1), 429, "91"},
		"busy-soon": {fault.New(fault.Busy, "fault.absent"), 429, "10"},
		"down":      {fault.New(fault.Unavailable, "store.unavailable").After(time.Second), 503, "1"},
		"full":      {fault.New(fault.NoSpace, "store.full"), 507, ""},
	}
	var table []web.Route
	for name, k := range kinds {
		table = append(table, public("GET /"+name, refusing(k.err)), public("POST /"+name, refusing(k.err)))
	}
	s := serve(t, table)
	for name, k := range kinds {
		for _, method := range []string{"GET", "POST", "HEAD"} {
			a := s.ask(method, "/"+name)
			if a.status != k.status || a.header.Get("Retry-After") != k.after || a.header.Get("Content-Type") != "text/html; charset=utf-8" {
				t.Errorf("%s %s: %d, again after %q, %s", method, name, a.status, a.header.Get("Retry-After"), a.header.Get("Content-Type"))
			}
			if strings.Contains(a.body, "Petit") {
				t.Errorf("%s %s tells the cause", method, name)
			}
			if method != "HEAD" {
				uitest.Parse(t, strings.NewReader(a.body)).One("main h1")
			}
		}
		for _, headers := range [][]string{{"Sec-Fetch-Mode", "cors"}, {"Accept", "text/event-stream"}} {
			a := s.ask("GET", "/"+name, headers...)
			if a.status != k.status || a.header.Get("Retry-After") != k.after || a.header.Get("Content-Type") != "text/plain; charset=utf-8" {
				t.Errorf("script %s: %d, again after %q, %s", name, a.status, a.header.Get("Retry-After"), a.header.Get("Content-Type"))
			}
			if strings.ContainsAny(a.body, "<>") || strings.Contains(a.body, "Petit") || len(a.body) < 10 {
				t.Errorf("script %s is told %q", name, a.body)
			}
		}
		if a := s.ask("GET", "/"+name, "HX-Request", "true", "Sec-Fetch-Mode", "cors"); a.header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("a region %s: %s", name, a.header.Get("Content-Type"))
		}
	}
}

func TestSignInFirst(t *testing.T) {
	own := web.Route{Door: web.Person, Why: "her own", Handle: page}
	var table []web.Route
	for _, method := range []string{"GET", "POST"} {
		own.Pattern = method + " /own/{x}"
		table = append(table, own)
	}
	s := serve(t, table)
	if a := s.ask("GET", "/own/a?b=c&d=%2F"); a.status != 303 || a.header.Get("Location") != "/signin?next=%2Fown%2Fa%3Fb%3Dc%26d%3D%252F" {
		t.Errorf("a page leads to %d %q", a.status, a.header.Get("Location"))
	}
	for name, a := range map[string]answer{
		"a form": s.ask("POST", "/own/a"), "a script": s.ask("GET", "/own/a", "Sec-Fetch-Mode", "cors"), "a region": s.ask("GET", "/own/a", "HX-Request", "true"),
		"headers alone": s.ask("HEAD", "/own/a"), "a forged cookie": s.ask("POST", "/own/a", "Cookie", "cenacle="+strings.Repeat("x", 43)),
	} {
		if a.status != 401 || a.header.Get("Location") != "" {
			t.Errorf("%s: %d to %q", name, a.status, a.header.Get("Location"))
		}
	}
}

func TestPanic(t *testing.T) {
	s := serve(t, []web.Route{public("GET /panic/{token}", func(*web.Request) (web.Answer, error) { panic("secret of the house") }),
		public("GET /late", func(*web.Request) (web.Answer, error) {
			return web.Answering(func(w http.ResponseWriter, _ *web.Request) error {
				w.Header().Set("Content-Length", "100")
				_, err := io.WriteString(w, "begun")
				must(t, err)
				panic("secret of the house")
			}), nil
		})})
	for _, headers := range [][]string{nil, {"Sec-Fetch-Mode", "cors"}} {
		a := s.ask("GET", "/panic/abc", headers...)
		if a.status != 500 || strings.Contains(a.body, "secret") || strings.Contains(a.body, "goroutine") || strings.Contains(a.body, ".go") {
			t.Errorf("a panic answers %d %s", a.status, a.body)
		}
	}
	if a := s.ask("GET", "/late"); a.err == nil || strings.Contains(a.body, "secret") {
		t.Errorf("a panic in the middle: %q, %v", a.body, a.err)
	}
	if log := s.log.String(); strings.Count(log, `"level":"ERROR"`) != 3 || strings.Count(log, "secret of the house") != 3 {
		t.Errorf("the log of three panics:\n%s", log)
	}
	if a := s.ask("GET", "/absent"); a.status != 404 {
		t.Errorf("afterwards: %d", a.status)
	}
}

func TestLogLine(t *testing.T) {
	cause := errors.New("the wire is cut")
	s := serve(t, []web.Route{
		public("GET /l/{firm}/{token}", page), public("POST /signin", page),
		public("GET /down", refusing(fault.New(fault.Unavailable, "store.unavailable").Because(cause))),
		public("GET /refused", refusing(fault.Absent().Because(cause))),
	})
	s.ask("GET", "/l/firm-one/token-one?q=name-one", "User-Agent", "agent-one", "Referer", "http://referer.example", "Cookie", "cenacle=cookie-one")
	s.send("POST", "/signin", "email=petit%40example.org&password=name-one")
	s.ask("GET", "/refused")
	s.ask("GET", "/absent-one")
	s.ask("BREW", "/absent-one")
	log := s.log.String()
	for _, word := range []string{"token-one", "firm-one", "name-one", "agent-one", "cookie-one", "referer", "petit", "absent-one", "BREW", "127.0.0.1", "wire"} {
		if strings.Contains(log, word) {
			t.Errorf("the log has %q:\n%s", word, log)
		}
	}
	for _, word := range []string{`"route":"GET /l/{firm}/{token}"`, `"status":200`, `"status":404`, `"fault":"not found"`, `"method":"other"`, `"request":"`} {
		if !strings.Contains(log, word) {
			t.Errorf("the log lacks %s:\n%s", word, log)
		}
	}
	if n := strings.Count(log, "\n"); n != 5 {
		t.Errorf("%d lines for five requests", n)
	}
	s.ask("GET", "/down")
	if rest := strings.TrimPrefix(s.log.String(), log); !strings.Contains(rest, cause.Error()) || !strings.Contains(rest, "ERROR") {
		t.Errorf("why the database does not answer is not in the log: %s", rest)
	}
}

func TestFormThatIsTooLarge(t *testing.T) {
	echo := func(r *web.Request) (web.Answer, error) { return web.JSON(http.StatusOK, len(r.Value("body"))), nil }
	wide := public("POST /wide", echo)
	wide.Body = 1 << 20
	free := public("POST /free", func(r *web.Request) (web.Answer, error) {
		n, err := io.Copy(io.Discard, r.Body)
		return web.JSON(http.StatusOK, n), err
	})
	free.Body = -1
	s := serve(t, []web.Route{public("POST /form", echo), wide, free})
	for _, tt := range []struct {
		path string
		size int
		want int
	}{{"/form", 200 << 10, 200}, {"/form", 300 << 10, 413}, {"/wide", 300 << 10, 200}, {"/wide", 2 << 20, 413}, {"/free", 2 << 20, 200}} {
		a := s.send("POST", tt.path, "body="+strings.Repeat("x", tt.size))
		if a.status != tt.want {
			t.Errorf("%s of %d bytes: %d, want %d", tt.path, tt.size, a.status, tt.want)
		}
		if limit := map[string]string{"/form": "262", "/wide": "1"}[tt.path]; a.status == 413 && !strings.Contains(a.body, limit) {
			t.Errorf("%s does not say its limit: %s", tt.path, a.body)
		}
	}
}

func TestOnlyPublicPagesAreCompressed(t *testing.T) {
	personal := web.Route{Pattern: "GET /own", Door: web.Person, Why: "her own", Handle: page}
	long := public("GET /long", page)
	long.Long = true
	s := serve(t, []web.Route{public("GET /page", page), public("POST /page", page), personal, long,
		public("GET /json", func(*web.Request) (web.Answer, error) { return web.JSON(http.StatusOK, 1), nil }),
		public("GET /refused", refusing(fault.Absent()))})
	token := s.session()
	for _, tt := range []struct {
		method, path string
		headers      []string
		want         string
	}{
		{"GET", "/page", []string{"Accept-Encoding", "gzip, br"}, "gzip"}, {"GET", "/page", nil, ""}, {"GET", "/page", []string{"Accept-Encoding", "br"}, ""},
		{"GET", "/page", []string{"Accept-Encoding", "gzip", "Cookie", "cenacle=" + token}, ""}, {"GET", "/own", []string{"Accept-Encoding", "gzip", "Cookie", "cenacle=" + token}, ""},
		{"POST", "/page", []string{"Accept-Encoding", "gzip"}, ""}, {"HEAD", "/page", []string{"Accept-Encoding", "gzip"}, ""},
		{"GET", "/json", []string{"Accept-Encoding", "gzip"}, ""}, {"GET", "/long", []string{"Accept-Encoding", "gzip"}, ""}, {"GET", "/refused", []string{"Accept-Encoding", "gzip"}, ""},
	} {
		a := s.ask(tt.method, tt.path, tt.headers...)
		if got := a.header.Get("Content-Encoding"); got != tt.want || a.err != nil {
			t.Errorf("%s %s with %q is encoded %q, want %q (%d, %v)", tt.method, tt.path, tt.headers, got, tt.want, a.status, a.err)
		}
		if tt.want == "" {
			continue
		}
		z, err := gzip.NewReader(strings.NewReader(a.body))
		must(t, err)
		text, err := io.ReadAll(z)
		if plain := s.ask("GET", "/page").body; err != nil || string(text) != plain || a.header.Get("Content-Length") != "" && len(a.body) == len(plain) {
			t.Errorf("it is another page when compressed (%v)", err)
		}
	}
}

// session signs a new person in and returns her token.
func (s *site) session() string {
	s.t.Helper()
	p, _, err := s.accounts.Ensure(s.t.Context(), "petit@example.org", i18n.French)
	must(s.t, err)
	token, _, err := s.accounts.OpenLinkSession(s.t.Context(), p, "firm", "space", account.Source{})
	must(s.t, err)
	return token
}

func TestCookies(t *testing.T) {
	table := []web.Route{
		public("POST /begin", func(r *web.Request) (web.Answer, error) { return r.Begin("the-token", "/next"), nil }),
		public("POST /end", func(r *web.Request) (web.Answer, error) { return r.End("/next"), nil }),
		public("GET /speak/{l}", func(r *web.Request) (web.Answer, error) {
			return web.SetLanguage(i18n.Language(r.PathValue("l")), "/next"), nil
		}),
	}
	for secure, want := range map[bool]map[string]string{
		false: {
			"POST /begin": "cenacle=the-token; Path=/; HttpOnly; SameSite=Lax", "POST /end": "cenacle=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
			"GET /speak/en": "cenacle-language=en; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax",
		},
		true: {
			"POST /begin": "__Host-cenacle=the-token; Path=/; HttpOnly; Secure; SameSite=Lax", "POST /end": "__Host-cenacle=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
			"GET /speak/en": "__Host-cenacle-language=en; Path=/; Max-Age=31536000; HttpOnly; Secure; SameSite=Lax",
		},
	} {
		s := serve(t, table, func(c *web.Config) { c.Secure = secure })
		for request, cookie := range want {
			method, path, _ := strings.Cut(request, " ")
			a := s.ask(method, path)
			if got := a.header.Values("Set-Cookie"); len(got) != 1 || got[0] != cookie || a.status != 303 || a.header.Get("Location") != "/next" {
				t.Errorf("%s: %q, want %q (%d to %s)", request, got, cookie, a.status, a.header.Get("Location"))
			}
			if clears := a.header.Get("Clear-Site-Data") == `"storage"`; clears != (path == "/end") {
				t.Errorf("%s clears what scripts had kept: %v", request, clears)
			}
		}
	}
}

func TestLanguage(t *testing.T) {
	s := serve(t, []web.Route{public("GET /page", page)})
	for _, tt := range []struct{ cookie, accept, want string }{
		{"", "", "fr"}, {"en", "fr", "en"}, {"fr", "en", "fr"}, {"", "en-GB,en;q=0.9", "en"}, {"tlh", "en", "en"}, {"<script>", "", "fr"}, {"", ";;;", "fr"},
	} {
		a := s.ask("GET", "/page", "Accept-Language", tt.accept, "Cookie", "cenacle-language="+tt.cookie)
		uitest.Parse(t, strings.NewReader(a.body)).One("html").Is("lang", tt.want)
	}
}

func TestCrossOriginRequestsAreRefused(t *testing.T) {
	done := 0
	s := serve(t, []web.Route{public("POST /act", func(*web.Request) (web.Answer, error) { done++; return web.See("/"), nil })})
	for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		if a := s.ask("POST", "/act", headers...); a.status != 403 || done != 0 {
			t.Errorf("%q: %d, done %d times", headers, a.status, done)
		}
	}
	for _, headers := range [][]string{{"Sec-Fetch-Site", "same-origin"}, {"Origin", s.url}, nil} {
		if a := s.ask("POST", "/act", headers...); a.status != 303 {
			t.Errorf("%q: %d", headers, a.status)
		}
	}
}
