package certificate_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/certificate"
	"cenacle/internal/certificate/acmetest"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/vault"
)

const host = "espace.cabinet.example"

// house is an installation on one store, with an authority that asks at the two
// listeners of a node which is not the one that orders.
type house struct {
	t      *testing.T
	store  *store.Store
	box    *vault.Box
	ports  acmetest.Ports
	secure net.Listener // where the authority asks by TLS-ALPN-01
	plain  net.Listener // where it asks by HTTP-01
	*acmetest.Authority
	roots *x509.CertPool
}

func newHouse(t *testing.T, s *store.Store, life time.Duration) *house {
	t.Helper()
	root, err := vault.KeyFile{Path: t.TempDir() + "/root.key", Create: true}.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	keys := vault.New(root)
	if err := keys.EnsureInstallation(t.Context(), s.Directory(), time.Now()); err != nil {
		t.Fatal(err)
	}
	ring, err := vault.NewRing(keys, s.Directory())
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, store: s, box: ring.Directory()}
	h.secure, h.plain = listen(t), listen(t)
	h.ports = acmetest.Ports{TLS: port(h.secure), HTTP: port(h.plain)}
	h.Authority = acmetest.Start(t, h.ports, life)
	raw, err := os.ReadFile(h.Roots)
	h.roots = x509.NewCertPool()
	if err != nil || !h.roots.AppendCertsFromPEM(raw) {
		t.Fatal("no roots", err)
	}
	return h
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // its server may have closed it
	return l
}

func port(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }

func (h *house) keeper() *certificate.Keeper {
	return certificate.New(certificate.Config{
		Directory: h.store.Directory(), Box: h.box, Clock: time.Now, Log: slog.New(slog.NewTextHandler(h.t.Output(), nil)),
		Host: host, Authority: h.Directory, Contact: "informatique@cabinet.example", Roots: h.roots,
	})
}

// serveTLS has a node answer handshakes at a listener.
func (h *house) serveTLS(k *certificate.Keeper, l net.Listener) {
	s := &http.Server{Handler: http.NotFoundHandler(), ErrorLog: slog.NewLogLogger(slog.NewTextHandler(h.t.Output(), nil), slog.LevelInfo), TLSConfig: k.TLS()}
	h.serve(s, func() error { return s.ServeTLS(l, "", "") })
}

func (h *house) servePlain(k *certificate.Keeper, l net.Listener) {
	s := &http.Server{Handler: k.Challenges(http.NotFoundHandler())}
	h.serve(s, func() error { return s.Serve(l) })
}

func (h *house) serve(s *http.Server, run func() error) {
	ended := make(chan error, 1)
	go func() { ended <- run() }()
	h.t.Cleanup(func() {
		_ = s.Close() // what is left is asked below
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			h.t.Error(err)
		}
	})
}

// run has a node obtain what it needs, until the test ends.
func (h *house) run(k *certificate.Keeper) {
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		if err := k.Run(ctx); err != nil {
			h.t.Error(err)
		}
	})
	h.t.Cleanup(func() { stop(); work.Wait() })
}

// shown is the certificate that a client of the site gets, which must be one of
// the authority's for our host.
func (h *house) shown(l net.Listener, most time.Duration) *x509.Certificate {
	h.t.Helper()
	c := &tls.Config{ServerName: host, RootCAs: h.Root(h.t)}
	var err error
	for start := time.Now(); time.Since(start) < most; time.Sleep(50 * time.Millisecond) {
		var conn *tls.Conn
		if conn, err = tls.Dial("tcp", l.Addr().String(), c); err == nil {
			_ = conn.Close() // nothing was sent
			return conn.ConnectionState().PeerCertificates[0]
		}
	}
	h.t.Fatalf("no certificate after %v: %v\n%s", most, err, h.Said())
	return nil
}

// Another node than the one that orders is asked by the authority: it answers,
// presents the same certificate, and a node that starts later orders nothing.
func TestNodesShare(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s, time.Hour)
		orders, answers := h.keeper(), h.keeper()
		h.serveTLS(answers, h.secure)
		other := listen(t)
		h.serveTLS(orders, other)
		h.run(orders)
		first := h.shown(other, 30*time.Second)
		if got := h.shown(h.secure, 10*time.Second); !got.Equal(first) {
			t.Error("two nodes present two certificates")
		}
		later := h.keeper()
		third := listen(t)
		h.serveTLS(later, third)
		h.run(later)
		if got := h.shown(third, 10*time.Second); !got.Equal(first) || later.Left() <= 0 {
			t.Error("a node that started later presents another certificate")
		}
		if h.Issued() != 1 {
			t.Errorf("%d certificates were issued\n%s", h.Issued(), h.Said())
		}
		held, err := certificate.Held(t.Context(), s.Directory(), h.box, host)
		if err != nil || !held.Equal(first) {
			t.Errorf("what is held is another one: %v", err)
		}
		h.nothingInClear(first)
	})
}

var allHeld = store.ForDirectory(`select hash, sealed from certificate order by hash`)

// nothingInClear looks at the rows as whoever has the database does.
func (h *house) nothingInClear(c *x509.Certificate) {
	h.t.Helper()
	rows := 0
	err := h.store.Directory().View(h.t.Context(), func(tx *store.DirectoryTx) error {
		return tx.Each(allHeld, nil, func(scan func(...any) error) error {
			var hash, sealed []byte
			err := scan(&hash, &sealed)
			rows++
			for _, secret := range [][]byte{[]byte("PRIVATE KEY"), []byte(host), c.Raw[:16], pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})[:64]} {
				if bytes.Contains(hash, secret) || bytes.Contains(sealed, secret) {
					h.t.Errorf("a row shows %q", secret)
				}
			}
			return err
		})
	})
	if err != nil || rows < 2 { // the account and the certificate
		h.t.Errorf("%d rows: %v", rows, err)
	}
}

// Several nodes that start at once order once.
func TestOneOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s, time.Hour)
		var nodes []*certificate.Keeper
		for range 3 {
			nodes = append(nodes, h.keeper())
		}
		h.serveTLS(nodes[0], h.secure)
		for _, k := range nodes {
			h.run(k)
		}
		first := h.shown(h.secure, 30*time.Second)
		for _, k := range nodes[1:] {
			l := listen(t)
			h.serveTLS(k, l)
			if !h.shown(l, 10*time.Second).Equal(first) {
				t.Error("another certificate")
			}
		}
		if h.Issued() != 1 {
			t.Errorf("%d certificates were issued", h.Issued())
		}
	})
}

// Where TLS ends before us, the authority asks by a plain request.
func TestPlainRequests(t *testing.T) {
	h := newHouse(t, storetest.New(t), time.Hour)
	orders, answers := h.keeper(), h.keeper()
	h.servePlain(answers, h.plain)
	orders.Challenges(http.NotFoundHandler()) // it has a way for plain requests too
	_ = h.secure.Close()                      // nobody answers there
	site := listen(t)
	h.serveTLS(orders, site)
	h.run(orders)
	h.shown(site, 60*time.Second)
	for path, want := range map[string]int{"/": 404, "/.well-known/acme-challenge/none": 404} {
		for _, name := range []string{host, strings.ToUpper(host)} {
			if got := h.ask(h.plain, name, path); got != want {
				t.Errorf("%s of %s: %d", path, name, got)
			}
		}
	}
	if got := h.ask(h.plain, "other.example", "/.well-known/acme-challenge/x"); got != 403 {
		t.Errorf("a challenge for another host: %d", got)
	}
}

func (h *house) ask(l net.Listener, name, path string) int {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, "http://"+l.Addr().String()+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Host = name
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	_ = answer.Body.Close() // nothing is read from it
	return answer.StatusCode
}

// A certificate is renewed before it ends, without a handshake failing meanwhile.
func TestRenewal(t *testing.T) {
	h := newHouse(t, storetest.New(t), 24*time.Second)
	k := h.keeper()
	h.serveTLS(k, h.secure)
	h.run(k)
	first := h.shown(h.secure, 30*time.Second)
	for end := first.NotAfter.Add(-time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if got := h.shown(h.secure, time.Second); !got.Equal(first) {
			if left := time.Until(first.NotAfter); left > 12*time.Second {
				t.Errorf("renewed %v before its end", left)
			}
			return
		}
	}
	t.Error("it was not renewed")
}

// Names that are told of later are obtained beside the host's, each shown to who asks
// for it; a stranger's name orders nothing, and one that was given up is shown while it is good.
func TestNames(t *testing.T) {
	h := newHouse(t, storetest.New(t), time.Hour)
	var names, former atomic.Pointer[[]string]
	names.Store(&[]string{})
	former.Store(&[]string{})
	k := certificate.New(certificate.Config{
		Directory: h.store.Directory(), Box: h.box, Clock: time.Now, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Host: host, Authority: h.Directory, Roots: h.roots,
		Names: func() []string { return *names.Load() }, Former: func() []string { return *former.Load() },
	})
	h.serveTLS(k, h.secure)
	h.run(k)
	first := h.shown(h.secure, 30*time.Second)
	const own = "espace.delmas.example"
	if c := h.named(own); c == nil || !c.Equal(first) {
		t.Error("a stranger's name is answered by something else than the host's certificate")
	}
	if h.Issued() != 1 {
		t.Errorf("%d certificates before any name", h.Issued())
	}
	names.Store(&[]string{own})
	var got *x509.Certificate
	for start := time.Now(); time.Since(start) < 30*time.Second; time.Sleep(50 * time.Millisecond) {
		if got = h.named(own); got != nil && got.VerifyHostname(own) == nil {
			break
		}
	}
	if got == nil || got.VerifyHostname(own) != nil || h.Issued() != 2 {
		t.Fatalf("no certificate of the name; %d issued\n%s", h.Issued(), h.Said())
	}
	if c := h.named(host); !c.Equal(first) {
		t.Error("the host has another certificate")
	}
	names.Store(&[]string{})
	former.Store(&[]string{own})
	if c := h.named(own); c == nil || !c.Equal(got) {
		t.Error("a former name is not shown with its certificate")
	}
	if c := h.named("x." + own); !c.Equal(first) || h.Issued() != 2 {
		t.Errorf("a stranger's name: %d issued", h.Issued())
	}
}

// named is the certificate that is shown to who asks for a name, whatever it says; nil
// where the handshake fails.
func (h *house) named(name string) *x509.Certificate {
	conn, err := tls.Dial("tcp", h.secure.Addr().String(), &tls.Config{ServerName: name, InsecureSkipVerify: true})
	if err != nil {
		return nil
	}
	_ = conn.Close() // nothing was sent
	return conn.ConnectionState().PeerCertificates[0]
}

// A handshake makes nobody order, whatever name it asks for.
func TestStrangersOrderNothing(t *testing.T) {
	h := newHouse(t, storetest.New(t), time.Hour)
	h.serveTLS(h.keeper(), h.secure)
	for _, name := range []string{host, "other.cabinet.example", "127.0.0.1"} {
		if conn, err := tls.Dial("tcp", h.secure.Addr().String(), &tls.Config{ServerName: name, InsecureSkipVerify: true}); err == nil {
			_ = conn.Close() // it should not be there
			t.Errorf("%s: a handshake without a certificate", name)
		}
	}
	if strings.Contains(h.Said(), "order-plz") || h.Issued() != 0 {
		t.Errorf("the authority was asked:\n%s", h.Said())
	}
}
