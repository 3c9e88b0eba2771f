package web_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/web"
)

const size = 1 << 20

// paperwork is the bytes of a file.
func paperwork() string { return strings.Repeat("0123456789abcdef", size/16) }

func file(change func(*web.File)) web.Handler {
	return func(*web.Request) (web.Answer, error) {
		f := web.File{
			Content: strings.NewReader(paperwork()), Name: "Pièce n° 3.html", Media: "text/html", ETag: `"v1"`,
			Modified: time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC),
		}
		change(&f)
		return f, nil
	}
}

func long(pattern string, handle web.Handler) web.Route {
	r := public(pattern, handle)
	r.Long = true
	return r
}

func TestFile(t *testing.T) {
	s := serve(t, []web.Route{long("GET /file", file(func(*web.File) {})), long("GET /view", file(func(f *web.File) { f.Inline = true }))})
	whole := paperwork()
	for _, tt := range []struct {
		headers []string
		status  int
		want    string
		span    string
	}{
		{nil, 200, whole, ""}, {[]string{"Range", "bytes=5-9"}, 206, whole[5:10], "bytes 5-9/1048576"}, {[]string{"Range", "bytes=-3"}, 206, whole[size-3:], "bytes 1048573-1048575/1048576"},
		{[]string{"Range", "bytes=1048576-"}, 416, "", "bytes */1048576"}, {[]string{"If-None-Match", `"v1"`}, 304, "", ""},
		{[]string{"Range", "bytes=5-9", "If-Range", `"v0"`}, 200, whole, ""}, {[]string{"If-Match", `"v0"`}, 412, "", ""},
	} {
		a := s.ask("GET", "/file", tt.headers...)
		if a.status != tt.status || a.header.Get("Content-Range") != tt.span || tt.want != "" && a.body != tt.want {
			t.Errorf("%q: %d, %d bytes, %q", tt.headers, a.status, len(a.body), a.header.Get("Content-Range"))
		}
		if csp := a.header.Get("Content-Security-Policy"); csp != "default-src 'none'; sandbox" {
			t.Errorf("%q: people's bytes come with %q", tt.headers, csp)
		}
	}
	a := s.ask("HEAD", "/file")
	if a.header.Get("Content-Length") != "1048576" || a.header.Get("Content-Type") != "text/html" || a.header.Get("ETag") != `"v1"` {
		t.Errorf("headers: %v", a.header)
	}
	if d := a.header.Get("Content-Disposition"); d != "attachment; filename*=utf-8''Pi%C3%A8ce%20n%C2%B0%203.html" {
		t.Errorf("it is %s", d)
	}
	if d := s.ask("HEAD", "/view").header.Get("Content-Disposition"); !strings.HasPrefix(d, "inline; ") {
		t.Errorf("what a page draws is %s", d)
	}
}

// broken can be read half.
type broken struct{ *strings.Reader }

func (b broken) Read(into []byte) (int, error) {
	if b.Len() <= size/2 {
		return 0, errors.New("the seal of segment 8 is broken")
	}
	return b.Reader.Read(into)
}

func TestUnreadableFileIsCutAndLogged(t *testing.T) {
	s := serve(t, []web.Route{long("GET /file", file(func(f *web.File) { f.Content = broken{strings.NewReader(paperwork())} }))})
	a := s.ask("GET", "/file")
	if a.err == nil || len(a.body) > size/2 {
		t.Errorf("%d bytes arrive, %v", len(a.body), a.err)
	}
	if log := s.log.String(); !strings.Contains(log, "segment 8") || !strings.Contains(log, "ERROR") {
		t.Errorf("the log: %s", log)
	}
}

// TestRevokedStreamIsCut lets five seconds pass between two writes.
func TestRevokedStreamIsCut(t *testing.T) {
	var asked, elapsed atomic.Int64
	revoked := file(func(f *web.File) {
		f.Recheck = func() error {
			if asked.Add(1) > 2 {
				return fault.Absent()
			}
			return nil
		}
	})
	s := serve(t, []web.Route{long("GET /file", revoked)}, func(c *web.Config) {
		c.Until = func(d time.Duration) time.Time { return time.Now().Add(d + time.Duration(elapsed.Add(3))*time.Second) }
	})
	a := s.ask("GET", "/file")
	if a.err == nil || len(a.body) == 0 || len(a.body) > size/2 {
		t.Errorf("%d bytes arrive after the right has ended, %v", len(a.body), a.err)
	}
	if n := asked.Load(); n != 3 {
		t.Errorf("the right was asked for %d times, want 3", n)
	}
	if log := s.log.String(); !strings.Contains(log, "not found") {
		t.Errorf("the log: %s", log)
	}
}

// TestDeadlines has a second of the house last two milliseconds.
func TestDeadlines(t *testing.T) {
	slow := func(*web.Request) (web.Answer, error) {
		return web.Answering(func(w http.ResponseWriter, _ *web.Request) error {
			time.Sleep(300 * time.Millisecond)
			_, err := io.WriteString(w, strings.Repeat("x", 64<<10))
			return err
		}), nil
	}
	s := serve(t, []web.Route{public("GET /page", slow), long("GET /stream", slow)}, func(c *web.Config) {
		c.Until = func(d time.Duration) time.Time { return time.Now().Add(d / 500) }
	})
	if a := s.ask("GET", "/page"); a.err == nil {
		t.Errorf("a page may take longer than its deadline: %d", a.status)
	}
	if a := s.ask("GET", "/stream"); a.err != nil || len(a.body) != 64<<10 {
		t.Errorf("a stream has the deadline of a page: %v", a.err)
	}
}

func TestAttachment(t *testing.T) {
	s := serve(t, []web.Route{public("GET /a", func(*web.Request) (web.Answer, error) {
		return web.Attachment([]byte("{}"), "Récépissé 1.json", "application/json"), nil
	})})
	a := s.ask("GET", "/a", "Accept-Encoding", "gzip")
	if a.body != "{}" || a.header.Get("Content-Length") != "2" || a.header.Get("Content-Type") != "application/json" ||
		a.header.Get("Content-Disposition") != "attachment; filename*=utf-8''R%C3%A9c%C3%A9piss%C3%A9%201.json" {
		t.Errorf("%q with %v", a.body, a.header)
	}
}
