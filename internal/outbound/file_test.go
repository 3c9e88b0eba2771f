package outbound

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func failureOf(err error) Failure {
	if failed, ok := errors.AsType[*Error](err); ok {
		return failed.Failure
	}
	return ""
}

// SSRF-01: a file is asked for nowhere either that Post would not go, and no redirect leads
// to it.
func TestSSRF01_Files(t *testing.T) {
	catch := newTrap(t)
	c := New(Config{Allow: second, Resolver: hostile(t)})
	for _, address := range urls(catch.port) {
		if file, err := c.Open(t.Context(), File{Address: address, Most: 1 << 10, Patience: Patience}); err == nil {
			t.Errorf("%q is opened", address)
			_ = file.Close() // whatever it was
		}
	}
	s := own(t, catch.port, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:"+catch.port+"/", http.StatusFound)
	})
	s.Start()
	if _, err := c.Open(t.Context(), File{Address: "http://127.0.0.2:" + catch.port, Most: 1 << 10, Patience: Patience}); failureOf(err) != Wrong {
		t.Errorf("a redirect: %v", err)
	}
	if n := catch.count.Load(); n != 0 {
		t.Errorf("%d connections to where nobody may go", n)
	}
}

// SSRF-03: a file costs what its caller said at most, in bytes and in time, and one that is
// cut off is none.
func TestSSRF03_Files(t *testing.T) {
	c := New(Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	long := strings.Repeat("x", 3<<20)
	for name, tt := range map[string]struct {
		at       string
		most     int64
		patience time.Duration
		want     Failure
		read     int
	}{
		"larger than an answer": {peer(t, say(ok+"Content-Length: 3145728\r\n\r\n"+long)), 3 << 20, Patience, "", 3 << 20},
		"one byte too many":     {peer(t, say(ok+"Content-Length: 3145728\r\n\r\n"+long)), 3<<20 - 1, Patience, Large, 3<<20 - 1},
		"without end":           {peer(t, flood(ok+"\r\n", long)), 5 << 20, Patience, Large, 5 << 20},
		"byte by byte":          {peer(t, drip(ok+"\r\n")), 3 << 20, time.Second, Slow, -1},
		"cut off":               {peer(t, say(ok+"Content-Length: 100\r\n\r\nhalf")), 3 << 20, Patience, Wrong, 4},
		"compressed":            {peer(t, say(ok+"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00")), 3 << 20, Patience, "", 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, err := c.Open(t.Context(), File{Address: "http://" + tt.at, Most: tt.most, Patience: tt.patience})
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			_, err = io.Copy(&got, file)
			if failureOf(err) != tt.want || err != nil && tt.want == "" || tt.read >= 0 && got.Len() != tt.read {
				t.Errorf("%d bytes, %v, want %d, %q", got.Len(), err, tt.read, tt.want)
			}
			if tt.want == Wrong && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("who reads it cannot tell that it is cut off: %v", err)
			}
			if err := file.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	for status, want := range map[string]Failure{"404 Not Found": Wrong, "206 Partial Content": Wrong} {
		at := peer(t, say("HTTP/1.1 "+status+"\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"))
		if _, err := c.Open(t.Context(), File{Address: "http://" + at, Most: 1 << 10, Patience: Patience}); failureOf(err) != want {
			t.Errorf("%s: %v", status, err)
		}
	}
}
