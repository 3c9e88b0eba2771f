// Package webtest serves pages to tests the way a browser gets them: a real
// server on a real store, with cookies, and answers taken apart by structure.
//
// It refuses to sign anyone in by itself; tests go through the doors of the
// house. Start at [New].
package webtest

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/act/acttest"
	"cenacle/internal/depositlink"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/front"
	"cenacle/internal/i18n"
	"cenacle/internal/invitation"
	"cenacle/internal/lifecycle"
	"cenacle/internal/oidc"
	"cenacle/internal/outbound"
	"cenacle/internal/provider"
	"cenacle/internal/quota"
	"cenacle/internal/store/storetest"
	"cenacle/internal/token"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
	"cenacle/internal/web/ui/uitest"
)

// Site is a running server with the use cases behind its pages.
type Site struct {
	T           testing.TB
	Office      *act.Office
	Clock       *acttest.Clock
	Accounts    *account.Service
	Plans       *quota.Service
	Firms       *firm.Service
	Tokens      *token.Service
	Invitations *invitation.Service
	Letterboxes *depositlink.Service
	Lifecycle   *lifecycle.Service
	Providers   *provider.Service
	Prove       web.Handler // what a grave act asks for first; a table may bring it
	URL         string
}

// New starts a server on SQLite with the given table. It ends with the test.
func New(t testing.TB, table func(*Site) []web.Route) *Site {
	t.Helper()
	s := &Site{T: t}
	s.Office, s.Clock = acttest.New(t, storetest.New(t))
	s.Accounts = account.New(s.Office)
	s.Accounts.Lighten()
	s.Plans = quota.New(s.Office, quota.Plan{})
	s.Firms = firm.New(s.Office, s.Accounts)
	s.Firms.Within(s.Plans)
	s.Tokens = token.NewService(s.Office, s.Accounts)
	s.Invitations = invitation.New(s.Office, s.Accounts)
	s.Letterboxes = depositlink.New(s.Office, s.Accounts)
	s.Lifecycle = lifecycle.New(s.Office, s.Accounts, s.Invitations)
	s.Lifecycle.Within(s.Plans)
	out := outbound.New(outbound.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	server := httptest.NewUnstartedServer(nil)
	s.URL = "http://" + server.Listener.Addr().String()
	c := s.config()
	s.Providers = provider.NewService(s.Office, s.Accounts, oidc.New(out, s.Clock.Now), c.Base)
	s.Firms.Believe(s.Providers.Vouch)
	handler, err := c.Handler(table(s), http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = c.Guard(handler)
	server.Start()
	t.Cleanup(server.Close)
	return s
}

func (s *Site) config() *web.Config {
	s.T.Helper()
	catalog := i18n.Load()
	zone, err := time.LoadLocation(i18n.Zone)
	if err != nil {
		s.T.Fatal(err)
	}
	base, err := url.Parse(s.URL)
	if err != nil {
		s.T.Fatal(err)
	}
	return &web.Config{
		Config:  &front.Config{Base: base, Clock: s.Clock.Now, Until: until, Log: slog.New(slog.NewTextHandler(s.T.Output(), nil))},
		Catalog: catalog, Zone: zone, Accounts: s.Accounts, Firms: s.Firms, Legal: func(*i18n.Printer) []ui.Link { return nil },
		Prove: func(r *web.Request) (web.Answer, error) {
			if s.Prove == nil {
				return nil, fault.New(fault.Forbidden, "fault.stale")
			}
			return s.Prove(r)
		},
	}
}

// until is by the machine's own clock, which the connections of a test live by.
func until(d time.Duration) time.Time { return time.Now().Add(d) }

// Browser keeps its own cookies, speaks French and follows no redirect.
type Browser struct {
	site   *Site
	client http.Client
}

// Browser returns a fresh one.
func (s *Site) Browser() *Browser {
	s.T.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.T.Fatal(err)
	}
	return &Browser{s, http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Page is an answer. Its Node is that of an empty page when it is no HTML.
type Page struct {
	uitest.Node
	Status   int
	Header   http.Header
	Body     string
	Location string
}

// Get asks for a page.
func (b *Browser) Get(path string) Page { return b.do(http.MethodGet, path, nil) }

// Head asks for the headers of a page.
func (b *Browser) Head(path string) Page { return b.do(http.MethodHead, path, nil) }

// Post sends a form: names and values in turn.
func (b *Browser) Post(path string, form ...string) Page {
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	return b.do(http.MethodPost, path, values)
}

// Upload sends a form with a file, after the names and values that stand before it.
func (b *Browser) Upload(path, field, name, content string, form ...string) Page {
	b.site.T.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	var err error
	for i := 0; i+1 < len(form); i += 2 {
		err = errors.Join(err, w.WriteField(form[i], form[i+1]))
	}
	if content == "" { // nothing was chosen
		name = ""
	}
	part, failed := w.CreateFormFile(field, name)
	b.site.must(errors.Join(err, failed))
	_, err = io.WriteString(part, content)
	b.site.must(errors.Join(err, w.Close()))
	return b.ask(http.MethodPost, path, w.FormDataContentType(), &body)
}

func (b *Browser) do(method, path string, form url.Values) Page {
	b.site.T.Helper()
	media := ""
	if form != nil {
		media = "application/x-www-form-urlencoded"
	}
	return b.ask(method, path, media, strings.NewReader(form.Encode()))
}

func (b *Browser) ask(method, path, media string, sent io.Reader) Page {
	t := b.site.T
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, b.site.URL+path, sent)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept-Language", "fr")
	if media != "" {
		request.Header.Set("Content-Type", media)
	}
	answer, err := b.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return Page{uitest.Parse(t, strings.NewReader(string(body))), answer.StatusCode, answer.Header, string(body), answer.Header.Get("Location")}
}

// Answers expects a status and, for a redirect, where it leads; else it stops
// the test.
func (p Page) Answers(t testing.TB, status int, location string) Page {
	t.Helper()
	if p.Status != status || p.Location != location {
		t.Fatalf("answer %d to %q, want %d to %q\n%s", p.Status, p.Location, status, location, p.Body)
	}
	return p
}
