package dav_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/dav"
	"cenacle/internal/drive"
	"cenacle/internal/front"
	"cenacle/internal/i18n"
	"cenacle/internal/token"
	"cenacle/internal/web"
	"cenacle/internal/web/webtest"
)

// stage is the drives of a firm, over a real socket, everybody with an app
// password.
type stage struct {
	*webtest.Cast
	t      testing.TB
	host   string // scheme, host and port
	drives *drive.Service
	tokens *token.Service
}

// open starts the drives; with deletes they may delete.
func open(t testing.TB, deletes bool) *stage {
	t.Helper()
	s := &stage{t: t, Cast: webtest.NewCast(t, func(*webtest.Cast) []web.Route { return nil })}
	disk, err := blob.OpenDisk(t.TempDir())
	s.must(err)
	catalog := i18n.Load()
	zone, err := time.LoadLocation(i18n.Zone)
	s.must(err)
	s.tokens = token.NewService(s.Office, s.Accounts)
	s.drives = drive.New(s.Office, blob.New(disk), s.Documents, s.Spaces, drive.Config{
		Catalog: catalog, Zone: zone, Accounts: s.Accounts, Limit: webtest.Limit, Delete: deletes,
	})
	server := httptest.NewUnstartedServer(nil)
	s.host = "http://" + server.Listener.Addr().String()
	base, err := url.Parse(s.host)
	s.must(err)
	f := &front.Config{
		Base: base, Clock: s.Clock.Now, Until: func(d time.Duration) time.Time { return time.Now().Add(d) },
		Log: slog.New(slog.DiscardHandler),
	}
	d := dav.New(&dav.Config{Config: f, Catalog: catalog, Zone: zone, Drives: s.drives, Tokens: s.tokens})
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

// password makes an app password of somebody.
func (s *stage) password(of *webtest.Player, pass authz.Pass) string {
	s.t.Helper()
	text, _, err := s.tokens.Issue(s.t.Context(), of.Actor, token.New{Use: token.Drive, Name: "essai", Pass: pass})
	s.must(err)
	return text
}

// at is the address of names below the root of drives.
func (s *stage) at(names ...string) string {
	var b strings.Builder
	b.WriteString(s.host + "/dav")
	for _, n := range names {
		b.WriteString("/" + url.PathEscape(n))
	}
	return b.String()
}

// client is somebody's drive.
type client struct {
	*stage
	password string
}

func (s *stage) drive(of *webtest.Player) client { return client{s, s.password(of, authz.Pass{})} }

// reply is an answer with its whole body.
type reply struct {
	status int
	header http.Header
	body   string
}

// ask sends one request; headers are names and values in turn.
func (c client) ask(method, address, body string, headers ...string) reply {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, address, strings.NewReader(body))
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

// listen opens a port of this machine for the test.
func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// raw sends a request line exactly as it is, which no library would, and reads
// the whole answer.
func (c client) raw(method, path, destination string) string {
	c.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.host, "http://"))
	c.must(err)
	defer func() { c.must(conn.Close()) }()
	basic := base64.StdEncoding.EncodeToString([]byte("x:" + c.password))
	_, err = fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Basic %s\r\nDepth: 0\r\nDestination: %s\r\nConnection: close\r\n\r\n",
		method, path, strings.TrimPrefix(c.host, "http://"), basic, destination)
	c.must(err)
	answer, err := io.ReadAll(conn)
	c.must(err)
	return string(answer)
}
