package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/outbound/dnstest"
)

// trap listens where nobody may come: on one port of the machine, at its own
// addresses of both families. It counts who comes all the same.
type trap struct {
	port  string
	count atomic.Int64
}

func newTrap(t *testing.T) *trap {
	t.Helper()
	first, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(first.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := &trap{port: port}
	all := []net.Listener{first}
	if six, err := net.Listen("tcp6", "[::1]:"+port); err == nil {
		all = append(all, six)
	} else {
		t.Log("no IPv6 here: ", err)
	}
	for _, l := range all {
		go func() {
			for {
				one, err := l.Accept()
				if err != nil {
					return
				}
				c.count.Add(1)
				_ = one.Close() // it was counted, which is all
			}
		}()
		t.Cleanup(func() { _ = l.Close() }) // ends the loop
	}
	return c
}

// spellings are ways of writing an address of this machine or its network.
func spellings() []string {
	out := []string{
		"127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "127.255.255.254", "2130706433", "017700000001", "0x7f000001", "0x7f.1", "0x7F.0x0.0x0.0x1",
		"0177.0.0.1", "0177.0.0.01", "127.0.0.1.nip", "00000127.0.0.1", "127.00.00.01", "１２７.０.０.１", "127。0。0。1", "①②⑦.⓪.⓪.①", "localhost", "localhost.",
		"LOCALHOST", "localhost.localdomain", "ip6-localhost", "0", "0.0.0.0", "0x0", "00", "0.0.0.0.", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::0001]", "[0000::1]",
		"[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]",
		"[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:7f00:1::1]", "[2001:0:7f00:1::]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[::1%25lo]", "[fe80::1%25lo]",
		"[fe80::1%25eth0]", "[fe80::1]", "[fc00::1]", "[fd12:3456::1]", "[fec0::1]", "[ff02::1]", "[100::1]", "[fd00:ec2::254]", "10.0.0.1", "10.255.255.254",
		"172.16.0.1", "172.31.255.254", "192.168.0.1", "169.254.169.254", "169.254.169.254.", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "100.64.0.1",
		"100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
		"loop.test", "LOOP.test", "loop6.test", "mapped.test", "private.test", "meta.test", "many.test", "again.test", "hex.test", "nothing.test", "bücher.test",
	}
	return out
}

// urls are more than 400 addresses that must lead nowhere.
func urls(port string) []string {
	var out []string
	for _, host := range spellings() {
		for _, form := range []string{
			"http://%s:%s/", "https://%s:%s/", "https://%s:%s/latest/meta-data/?x=1", "https://user:secret@%s:%s/", "https://good.example@%s:%s/", "HTTPS://%s:%s/#good.example",
		} {
			out = append(out, fmt.Sprintf(form, host, port))
		}
	}
	for _, form := range []string{
		"ftp://127.0.0.1:%s/", "file:///etc/passwd?%s", "gopher://127.0.0.1:%s/_GET", "dict://127.0.0.1:%s/d", "ldap://127.0.0.1:%s/", "unix:///run/x.sock:%s", "jar:http://127.0.0.1:%s!/",
		"//127.0.0.1:%s/", "127.0.0.1:%s", "https:127.0.0.1:%s", "https:///127.0.0.1:%s", "https://127.0.0.1:%s\\@good.example/", "https://good.example\\@127.0.0.1:%s/",
		"https://127.0.0.1:%s\t/", "https://127.0.0.1\n:%s/", "https://[127.0.0.1]:%s/", "https://127.0.0.1:%s:443/", "https://%%31%%32%%37.0.0.1:%s/", "https://127.0.0.1%%00.good.example:%s/",
		"data:text/html,%s", "javascript:%s", "", "https://", "http://:%s/", "https://:%s@/", "https://[::1:%s/",
	} {
		out = append(out, strings.ReplaceAll(strings.ReplaceAll(form, "%s", port), "%%", "%"))
	}
	return out
}

// hostile asks a name server that leads to this machine and its network in many ways.
func hostile(t *testing.T) *net.Resolver {
	t.Helper()
	s := dnstest.Start(t)
	for name, lists := range map[string][][]netip.Addr{
		"loop.test": {addresses("127.0.0.1")}, "loop6.test": {addresses("::1")}, "mapped.test": {addresses("::ffff:127.0.0.1")},
		"private.test": {addresses("10.0.0.1", "192.168.1.1", "172.16.0.1")}, "meta.test": {addresses("169.254.169.254", "fd00:ec2::254")},
		"many.test": {addresses("0.0.0.0", "127.0.0.1", "::", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1")}, "again.test": {nil, addresses("127.0.0.1")},
		"hex.test": {addresses("127.0.0.53")}, "nothing.test": {nil}, "xn--bcher-kva.test": {addresses("127.0.0.1")},
		"localhost": {addresses("127.0.0.1")}, "127.0.0.1.nip": {addresses("127.0.0.1")},
	} {
		s.Lead(name, lists...)
	}
	return s.Resolver()
}

func addresses(text ...string) []netip.Addr { return dnstest.Addresses(text...) }

// SSRF-01: no address of this machine and its network is connected to, however
// it is written and whatever a name server says; neither when it was checked
// before nor when nobody has checked it.
func TestSSRF01(t *testing.T) {
	catch := newTrap(t)
	all := urls(catch.port)
	if len(all) < 400 {
		t.Fatalf("%d addresses, want 400", len(all))
	}
	for name, allow := range map[string][]netip.Prefix{"nothing allowed": nil, "another network allowed": {netip.MustParsePrefix("10.99.0.0/16")}} {
		t.Run(name, func(t *testing.T) {
			c := New(Config{Allow: allow, Resolver: hostile(t)})
			var tried sync.WaitGroup
			slots := make(chan struct{}, 32)
			for _, address := range all {
				tried.Go(func() {
					slots <- struct{}{}
					defer func() { <-slots }()
					for _, checked := range []bool{true, false} {
						post := c.post
						if checked {
							post = c.Post
						}
						a, err := post(t.Context(), Message{Address: address})
						var failure *Error
						if !errors.As(err, &failure) || a.Status != 0 {
							t.Errorf("%q is answered %d, %v", address, a.Status, err)
							return
						}
						if f := failure.Failure; f != Forbidden && f != Unknown && (checked || f != Wrong) {
							t.Errorf("%q: %s (%v), and should not even be tried", address, f, failure.cause)
						}
					}
				})
			}
			tried.Wait()
		})
	}
	time.Sleep(50 * time.Millisecond) // for a connection that is on its way
	if n := catch.count.Load(); n != 0 {
		t.Errorf("%d connections were made, want 0", n)
	}
}

// own is a server in a network that the configuration allows, 127.0.0.2, on
// the same port as the trap.
func own(t *testing.T, port string, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.2:"+port)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(h)
	_ = s.Listener.Close() // ours takes its place
	s.Listener = l
	t.Cleanup(s.Close)
	return s
}

var second = []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}

// SSRF-01, a name that changes: what was looked up for the last request, or
// stands beside a good address, gives no right to connect.
func TestSSRF01_Rebinding(t *testing.T) {
	catch := newTrap(t)
	good, bad := addresses("127.0.0.2"), addresses("127.0.0.1")
	n := dnstest.Start(t)
	n.Lead("turns.test", good, bad)
	n.Lead("both.test", addresses("127.0.0.1", "127.0.0.2", "::1"))
	n.Lead("other.test", addresses("127.0.0.2", "127.0.0.1"))
	var came atomic.Int64
	s := own(t, catch.port, func(http.ResponseWriter, *http.Request) { came.Add(1) })
	s.Start()
	c := New(Config{Allow: second, Resolver: n.Resolver()})
	at := func(host string) Message { return Message{Address: "http://" + host + ":" + catch.port + "/"} }
	if a, err := c.Post(t.Context(), at("turns.test")); err != nil || a.Status != http.StatusOK {
		t.Errorf("the good address answers %d, %v", a.Status, err)
	}
	for range 5 {
		var failure *Error
		if _, err := c.Post(t.Context(), at("turns.test")); !errors.As(err, &failure) || failure.Failure != Forbidden {
			t.Errorf("the name that has turned: %v, want it forbidden", err)
		}
		for _, host := range []string{"both.test", "other.test"} {
			if a, err := c.Post(t.Context(), at(host)); err == nil && a.Status != http.StatusOK {
				t.Errorf("%s: %d", host, a.Status)
			}
		}
	}
	if n := catch.count.Load(); n != 0 || came.Load() == 0 {
		t.Errorf("%d connections to the forbidden address, %d to the good one", n, came.Load())
	}
}

// SSRF-01 and SSRF-03, redirects: none is followed, whatever its kind, and what
// was sent is sent nowhere else.
func TestSSRF01_Redirects(t *testing.T) {
	catch := newTrap(t)
	var came atomic.Int64
	s := own(t, catch.port, func(w http.ResponseWriter, r *http.Request) {
		came.Add(1)
		status := http.StatusFound
		if _, err := fmt.Sscanf(r.URL.Path, "/%d", &status); err != nil {
			t.Error(err)
		}
		w.Header().Set("Location", r.URL.Query().Get("to"))
		w.Header().Set("Refresh", "0;url="+r.URL.Query().Get("to"))
		w.Header().Set("Alt-Svc", `h2="127.0.0.1:`+catch.port+`"`)
		http.SetCookie(w, &http.Cookie{Name: "stay", Value: "1"})
		w.WriteHeader(status)
	})
	s.Start()
	c := New(Config{Allow: second, Resolver: hostile(t)})
	for _, status := range []int{201, 300, 301, 302, 303, 305, 307, 308, 401, 407} {
		for _, to := range []string{"http://127.0.0.1:", "//127.0.0.1:", "http://loop.test:", "https://[::1]:"} {
			address := fmt.Sprintf("http://127.0.0.2:%s/%d?to=%s%s/", catch.port, status, to, catch.port)
			a, err := c.Post(t.Context(), Message{Address: address, Header: map[string]string{"Webhook-Signature": "secret"}})
			if err != nil || a.Status != status {
				t.Errorf("%s: %d, %v", address, a.Status, err)
			}
		}
	}
	if n := catch.count.Load(); n != 0 || came.Load() != 40 {
		t.Errorf("%d connections to where redirects lead, %d requests to the peer itself, want 0 and 40", n, came.Load())
	}
}

// The environment's proxy would be a way round the check of addresses.
func TestNoProxy(t *testing.T) {
	catch := newTrap(t)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"} {
		t.Setenv(name, "http://127.0.0.1:"+catch.port)
	}
	s := own(t, catch.port, func(http.ResponseWriter, *http.Request) {})
	s.Start()
	c := New(Config{Allow: second})
	if a, err := c.Post(t.Context(), Message{Address: "http://127.0.0.2:" + catch.port + "/"}); err != nil || a.Status != http.StatusOK {
		t.Errorf("%d, %v", a.Status, err)
	}
	if n := catch.count.Load(); n != 0 {
		t.Errorf("%d connections to the proxy", n)
	}
}

func TestWhatIsSent(t *testing.T) {
	got := make(chan *http.Request, 1)
	body := make(chan string, 1)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body) // what is missing fails the comparison
		got <- r
		body <- string(raw)
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "thanks") // read below
	}))
	s.Config.ErrorLog = log.New(t.Output(), "", 0)
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	loop := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	a, err := New(Config{Allow: loop, Roots: roots}).Post(t.Context(), Message{
		Address: s.URL + "/in?x=1", Header: map[string]string{"Content-Type": "application/json", "webhook-id": "1"}, Body: []byte(`{"a":1}`),
	})
	if err != nil || a.Status != http.StatusAccepted || string(a.Body) != "thanks" {
		t.Fatalf("answer %d %q, %v", a.Status, a.Body, err)
	}
	r := <-got
	if r.Method != http.MethodPost || r.URL.String() != "/in?x=1" || <-body != `{"a":1}` || r.Header.Get("Webhook-Id") != "1" || r.Header.Get("User-Agent") != "Cenacle" {
		t.Errorf("sent %s %s %v", r.Method, r.URL, r.Header)
	}
	for _, header := range []string{"Cookie", "Authorization", "Referer", "Accept-Encoding"} {
		if r.Header.Get(header) != "" {
			t.Errorf("sent %s: %s", header, r.Header.Get(header))
		}
	}
	if r.TLS.Version < tls.VersionTLS12 || r.TLS.DidResume {
		t.Errorf("TLS %x, resumed %v", r.TLS.Version, r.TLS.DidResume)
	}
	var failure *Error
	if _, err := New(Config{Allow: loop}).Post(t.Context(), Message{Address: s.URL}); !errors.As(err, &failure) || failure.Failure != Untrusted {
		t.Errorf("a certificate of nobody: %v, want it untrusted", err)
	}
	if strings.Contains(failure.Error(), "127.0.0.1") {
		t.Errorf("the error names the address: %v", failure)
	}
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.Config.ErrorLog = log.New(t.Output(), "", 0)
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11}
	old.StartTLS()
	defer old.Close()
	roots.AddCert(old.Certificate())
	if _, err := New(Config{Allow: loop, Roots: roots}).Post(t.Context(), Message{Address: old.URL}); !errors.As(err, &failure) || failure.Failure != Untrusted {
		t.Errorf("TLS 1.1: %v, want it untrusted", err)
	}
}

// TestResolver: the name server that was named is asked, and no other.
func TestResolver(t *testing.T) {
	zone := dnstest.Start(t)
	zone.Write("_x.delmas.example", "a=b")
	zone.Lead("gestion.delmas.example", dnstest.Addresses("127.0.0.1"))
	at := peer(t, say(ok+"Content-Length: 2\r\n\r\nhi"))
	c := New(Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Resolver: Resolver(zone.At())})
	if texts, err := c.TXT(t.Context(), "_x.delmas.example"); err != nil || len(texts) != 1 || texts[0] != "a=b" {
		t.Errorf("%q, %v", texts, err)
	}
	_, port, _ := net.SplitHostPort(at)
	if a, err := c.Post(t.Context(), Message{Address: "http://gestion.delmas.example:" + port}); err != nil || string(a.Body) != "hi" {
		t.Errorf("%q, %v", a.Body, err)
	}
	if Resolver("") != nil {
		t.Error("without one, the system's is not taken")
	}
}
