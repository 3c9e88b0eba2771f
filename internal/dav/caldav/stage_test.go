package caldav_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/dav/caldav"
	"cenacle/internal/front"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/token"
	"cenacle/internal/web"
	"cenacle/internal/web/webtest"
)

// stage is the calendars of a firm, over a real socket.
type stage struct {
	*webtest.Cast
	t      testing.TB
	host   string // scheme, host and port
	tokens *token.Service
}

func open(t testing.TB) *stage {
	t.Helper()
	s := &stage{t: t, Cast: webtest.NewCast(t, func(*webtest.Cast) []web.Route { return nil })}
	catalog := i18n.Load()
	zone, err := time.LoadLocation(i18n.Zone)
	s.must(err)
	s.tokens = token.NewService(s.Office, s.Accounts)
	server := httptest.NewUnstartedServer(nil)
	s.host = "http://" + server.Listener.Addr().String()
	base, err := url.Parse(s.host)
	s.must(err)
	f := &front.Config{
		Base: base, Clock: s.Clock.Now, Until: func(d time.Duration) time.Time { return time.Now().Add(d) },
		Log: slog.New(slog.DiscardHandler),
	}
	d := caldav.New(&caldav.Config{Config: f, Catalog: catalog, Zone: zone, Agendas: s.Agendas, Tokens: s.tokens})
	server.Config.Handler = f.Guard(d.Beside(http.NotFoundHandler()))
	server.Start()
	t.Cleanup(server.Close)
	return s
}

func (s *stage) must(errs ...error) {
	s.t.Helper()
	for _, err := range errs {
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

// add puts an event into the agenda of the space.
func (s *stage) add(e agenda.Entry, circles ...id.Circle) agenda.Event {
	s.t.Helper()
	if len(circles) == 0 {
		circles = []id.Circle{s.House.Client}
	}
	n := agenda.Adding{Space: s.Space, Entry: e, Circles: circles}
	made, err := s.Agendas.Add(s.t.Context(), s.Lead.Actor, n)
	s.must(err)
	return made
}

// on is a day, so many from the clock of the cast.
func (s *stage) on(days int) string { return s.Clock.Now().AddDate(0, 0, days).Format(time.DateOnly) }

// hearing is an entry full of words that nobody outside must read.
func (s *stage) hearing(days int) agenda.Entry {
	return agenda.Entry{
		Kind: agenda.Hearing, Title: "CANARI Petit contre Petit", Place: "CANARI tribunal", Note: "CANARI apporter le livret",
		When: agenda.When{Day: s.on(days), Start: "14:00", End: "15:30"},
	}
}

// client is somebody's calendar.
type client struct {
	*stage
	password string
	home     string // her calendar's address
}

func (s *stage) calendar(of *webtest.Player) client { return s.narrow(of, authz.Pass{}) }

func (s *stage) narrow(of *webtest.Player, pass authz.Pass) client {
	s.t.Helper()
	text, _, err := s.tokens.Issue(s.t.Context(), of.Actor, token.New{Use: token.Calendar, Name: "essai", Pass: pass})
	s.must(err)
	return client{s, text, caldav.Root + string(of.Actor.Firm) + "/calendars/all/"}
}

// reply is an answer with its whole body.
type reply struct {
	status int
	header http.Header
	body   string
}

// ask sends one request; headers are names and values in turn.
func (c client) ask(method, path, body string, headers ...string) reply {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.host+path, strings.NewReader(body))
	c.must(err)
	if c.password != "" {
		r.SetBasicAuth("claire", c.password)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	c.must(err)
	raw, err := io.ReadAll(answer.Body)
	c.must(err, answer.Body.Close())
	return reply{answer.StatusCode, answer.Header, string(raw)}
}

func (c client) wants(what string, got reply, status int) reply {
	c.t.Helper()
	if got.status != status {
		c.t.Fatalf("%s: %d, want %d: %s", what, got.status, status, got.body)
	}
	return got
}

// component is a part of a calendar as the other parser reads it.
type component struct {
	Name       string
	Properties map[string][]string
	Within     []component
	Errors     [][]string
}

// parsed is a calendar as a parser reads it that shares nothing with ours.
func parsed(t testing.TB, text string) (out []component) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "/usr/bin/python3", "testdata/read.py")
	c.Stdin, c.Stderr = strings.NewReader(text), os.Stderr
	raw, err := c.Output()
	if err != nil {
		t.Fatalf("%v: tools/provide calendars installs it", err)
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
