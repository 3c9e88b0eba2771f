package outbound

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
)

// SSRF-01: a library that goes out by [Client.HTTP] reaches nothing either that Post
// would not, and is led nowhere.
func TestSSRF01_Libraries(t *testing.T) {
	catch := newTrap(t)
	c := New(Config{Allow: second, Resolver: hostile(t)})
	for _, address := range urls(catch.port) {
		back, err := c.HTTP().Get(address)
		if err == nil {
			t.Errorf("%q is answered %d", address, back.StatusCode)
			_ = back.Body.Close() // whatever it was
		}
	}
	var came atomic.Int64
	s := own(t, catch.port, func(w http.ResponseWriter, r *http.Request) {
		came.Add(1)
		if r.URL.Path == "/long" {
			_, _ = io.WriteString(w, strings.Repeat("x", MaxAnswer+1)) // who asked may have gone
			return
		}
		http.Redirect(w, r, "http://127.0.0.1:"+catch.port+"/", http.StatusTemporaryRedirect)
	})
	s.Start()
	at := "http://127.0.0.2:" + catch.port
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at, strings.NewReader("client_secret=x"))
	if err != nil {
		t.Fatal(err)
	}
	back, err := c.HTTP().Do(r)
	if err != nil || back.StatusCode != http.StatusTemporaryRedirect {
		t.Fatalf("%v, %v", back, err)
	}
	if err := back.Body.Close(); err != nil {
		t.Error(err)
	}
	var failure *Error
	if _, err := c.HTTP().Get(at + "/long"); !errors.As(err, &failure) || failure.Failure != Large {
		t.Errorf("an answer without end: %v", err)
	}
	if _, err := New(Config{Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}).HTTP().Get(at); !errors.As(err, &failure) || failure.Failure != Forbidden {
		t.Errorf("a network that is not allowed: %v", err)
	}
	if n := catch.count.Load(); n != 0 || came.Load() != 2 {
		t.Errorf("%d connections to where nobody may go, %d to the peer", n, came.Load())
	}
}
