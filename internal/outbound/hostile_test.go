package outbound

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/outbound/dnstest"
)

// peer takes connections and does with each as it likes.
func peer(t *testing.T, act func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // ends the loop
	go func() {
		for {
			one, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer one.Close()                                              // whatever became of it
				_ = one.SetDeadline(time.Now().Add(Patience + 10*time.Second)) // so that the test ends
				act(one)
			}()
		}
	}()
	return l.Addr().String()
}

// say answers once the request's headers have come.
func say(text string) func(net.Conn) {
	return func(c net.Conn) {
		buf := make([]byte, 4096)
		if _, err := c.Read(buf); err == nil {
			_, _ = io.WriteString(c, text) // the client may have gone, which is the point
		}
	}
}

const ok = "HTTP/1.1 200 OK\r\nConnection: close\r\n"

// drip sends a byte now and then, for ever.
func drip(begin string) func(net.Conn) {
	return func(c net.Conn) {
		say(begin)(c)
		for {
			if _, err := c.Write([]byte("x")); err != nil {
				return
			}
			time.Sleep(200 * time.Millisecond)
		}
	}
}

func flood(begin, more string) func(net.Conn) {
	return func(c net.Conn) {
		say(begin)(c)
		for {
			if _, err := io.WriteString(c, more); err != nil {
				return
			}
		}
	}
}

// SSRF-03: peers that answer slowly, hugely or wrongly cost ten seconds and a
// mebibyte, and are told apart.
func TestSSRF03(t *testing.T) {
	silent := peer(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }) // until it is left
	long := strings.Repeat("x", 64<<10)
	cases := []struct {
		name, address string
		want          Failure
		status        int
	}{
		{"silent", "http://" + silent, Slow, 0},
		{"silent in TLS", "https://" + silent, Slow, 0},
		{"headers byte by byte", "http://" + peer(t, drip(ok+"X-Slow: ")), Slow, 0},
		{"body byte by byte", "http://" + peer(t, drip(ok+"\r\n")), Slow, 200},
		{"body without end", "http://" + peer(t, flood(ok+"\r\n", long)), Large, 200},
		{"chunks without end", "http://" + peer(t, flood(ok+"Transfer-Encoding: chunked\r\n\r\n", "10000\r\n"+long+"\r\n")), Large, 200},
		{"headers without end", "http://" + peer(t, flood(ok, "X-Long: "+long+"\r\n")), Wrong, 0},
		{"interim answers without end", "http://" + peer(t, flood("", "HTTP/1.1 103 Early Hints\r\nX-Long: "+long[:1000]+"\r\n\r\n")), Wrong, 0},
		{"closes at once", "http://" + peer(t, func(net.Conn) {}), Wrong, 0},
		{"closes in the middle", "http://" + peer(t, say(ok+"Content-Length: 100\r\n\r\nhalf")), Wrong, 200},
		{"no HTTP", "http://" + peer(t, say("220 mail.example ESMTP\r\n")), Wrong, 0},
		{"no TLS", "https://" + peer(t, say("HTTP/1.1 400 Bad Request\r\n\r\n")), Wrong, 0},
		{"two lengths", "http://" + peer(t, say(ok+"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx")), Wrong, 0},
		{"not there", "http://" + absent(t), Unreachable, 0},
		{"no name", "http://nothing.invalid/", Unknown, 0},
	}
	client := New(Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Resolver: dnstest.Start(t).Resolver()})
	var asked sync.WaitGroup
	for _, one := range cases {
		asked.Go(func() {
			begun := time.Now()
			a, err := client.Post(t.Context(), Message{Address: one.address, Body: []byte("{}")})
			var failure *Error
			if !errors.As(err, &failure) || failure.Failure != one.want || a.Status != one.status || len(a.Body) > MaxAnswer {
				t.Errorf("%s: %d with %d bytes, %v, want %d, %s", one.name, a.Status, len(a.Body), err, one.status, one.want)
			}
			if took := time.Since(begun); took > Patience+2*time.Second {
				t.Errorf("%s: took %v", one.name, took)
			}
		})
	}
	asked.Wait()
}

// absent is an address at which nobody listens any more.
func absent(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // so that nobody does
	return l.Addr().String()
}

// A compressed answer would be larger than what was read of it.
func TestNothingIsDecompressed(t *testing.T) {
	at := peer(t, say(ok+"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00"))
	a, err := New(Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}).Post(t.Context(), Message{Address: "http://" + at})
	if err != nil || a.Status != http.StatusOK || string(a.Body) != "\x1f\x8b\x08\x00" {
		t.Errorf("%d %q, %v", a.Status, a.Body, err)
	}
}

func TestCheck(t *testing.T) {
	c := New(Config{Allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}})
	for typed, want := range map[string]string{
		" https://gestion.example/x ": "https://gestion.example/x", "https://GESTION.example:8443": "https://gestion.example:8443/",
		"https://müller.example/?a=b": "https://xn--mller-kva.example/?a=b", "http://10.1.2.3:8080/in": "http://10.1.2.3:8080/in",
		"https://10.1.2.3/": "https://10.1.2.3/", "https://[2a00:1450::1]/": "https://[2a00:1450::1]/", "http://serveur/": "http://serveur/",
		"https://example.org./": "https://example.org/", "https://9.9.9.9/": "https://9.9.9.9/",
	} {
		if got, err := c.Check(typed); got != want || err != nil {
			t.Errorf("%q: %q, %v, want %q", typed, got, err, want)
		}
	}
	for typed, want := range map[string]string{
		"gestion.example": "address_bad", "https://": "address_bad", "https://a b/": "address_bad", "https://x:0/": "address_bad", "https://x:99999/": "address_bad",
		"https://127.1/": "address_bad", "https://x_y.example/": "address_bad", "https://" + strings.Repeat("x", 2001): "address_bad", "https://x:/": "address_bad",
		"ftp://gestion.example/": "address_open", "https://u@x.example/": "address_parts", "https://x.example/#a": "address_parts",
		"http://9.9.9.9/": "address_forbidden", "http://10.2.0.1/": "address_forbidden", "https://10.2.0.1/": "address_forbidden", "https://[::1]/": "address_forbidden",
	} {
		if got, err := c.Check(typed); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %q, %v, want %s", typed, got, err, want)
		}
	}
	if _, err := New(Config{}).Check("http://gestion.example/"); err == nil || !strings.Contains(err.Error(), "address_open") {
		t.Errorf("plain http without a network of one's own: %v", err)
	}
}

func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2a00:1450::1": true, "192.0.1.1": true, "172.32.0.1": true, "2606:4700::1": true,
		"10.0.0.1": false, "0.1.2.3": false, "169.254.1.1": false, "223.255.255.255": true, "224.0.0.1": false, "255.255.255.255": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "64:ff9b::808:808": false, "2002:808:808::": false, "2001::1": false, "::ffff:8.8.8.8": false, "4000::1": false,
	} {
		if got := Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: public %v, want %v", text, got, want)
		}
	}
}
