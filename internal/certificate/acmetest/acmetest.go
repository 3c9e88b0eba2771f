// Package acmetest gives tests a real certificate authority: Pebble, the ACME
// server that Let's Encrypt makes for tests, built from the module of tools, as a
// process of its own, and a name server that leads every name to this machine.
//
// It refuses to skip: what cannot be built or started fails the test. Start
// reading at [Start].
package acmetest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Ports are where the authority asks: its own 443 and 80.
type Ports struct{ TLS, HTTP int }

// Authority is one that runs.
type Authority struct {
	Directory string // its address
	Roots     string // PEM file of who vouches for that address
	manage    string
	client    *http.Client
	said      *paper
}

// Start runs an authority whose certificates are good for life, until the end of
// the test.
func Start(t testing.TB, p Ports, life time.Duration) *Authority {
	t.Helper()
	dir := t.TempDir()
	own, key := identity(t, dir)
	listen, manage := free(t), free(t)
	settings := map[string]any{"pebble": map[string]any{
		"listenAddress": listen, "managementListenAddress": manage, "certificate": own, "privateKey": key,
		"httpPort": p.HTTP, "tlsPort": p.TLS, "retryAfter": map[string]int{"authz": 1, "order": 1},
		"profiles": map[string]any{"default": map[string]any{"description": "tests", "validityPeriod": int(life.Seconds())}},
	}}
	text, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "pebble.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	a := &Authority{Directory: "https://" + listen + "/dir", Roots: own, manage: "https://" + manage, said: &paper{}}
	pool := x509.NewCertPool()
	if raw, err := os.ReadFile(own); err != nil || !pool.AppendCertsFromPEM(raw) {
		t.Fatal("the authority's own certificate is not readable", err)
	}
	a.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}, Timeout: 5 * time.Second}
	c := exec.Command(built(t), "-config", file, "-dnsserver", names(t))
	c.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1")
	c.Stdout, c.Stderr = a.said, a.said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill() // it may have ended
		_ = c.Wait()         // killed
	})
	for range 200 {
		if answer, err := a.client.Get(a.Directory); err == nil {
			_ = answer.Body.Close() // nothing is read from it
			return a
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the authority does not answer:\n%s", a.Said())
	return nil
}

// Root vouches for what the authority issues.
func (a *Authority) Root(t testing.TB) *x509.CertPool {
	t.Helper()
	answer, err := a.client.Get(a.manage + "/roots/0")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close() // read to its end
	text, err := io.ReadAll(answer.Body)
	pool := x509.NewCertPool()
	if err != nil || !pool.AppendCertsFromPEM(text) {
		t.Fatalf("the authority's root is not readable: %v", err)
	}
	return pool
}

// Issued is how many certificates it has signed.
func (a *Authority) Issued() int { return strings.Count(a.Said(), "Issued certificate serial") }

// Said is all that it has written.
func (a *Authority) Said() string { return a.said.read() }

// built is the authority's program, made from the module of tools; after the
// first time the compiler finds all of it again.
func built(t testing.TB) string {
	t.Helper()
	root, err := filepath.Abs(".")
	for ; err == nil && root != "/"; root = filepath.Dir(root) {
		if _, gone := os.Stat(filepath.Join(root, "tools", "go.mod")); gone == nil {
			break
		}
	}
	path := filepath.Join(t.TempDir(), "pebble")
	c := exec.Command("go", "build", "-o", path, "github.com/letsencrypt/pebble/v2/cmd/pebble")
	c.Dir = filepath.Join(root, "tools")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("building the certificate authority of the tests: %v\n%s", err, out)
	}
	return path
}

// identity is the authority's own certificate, which vouches for itself.
func identity(t testing.TB, dir string) (certificate, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(dir, "own.pem"), filepath.Join(dir, "own.key")
	for path, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: raw}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key
}

// free is an address on the loopback that nothing listens at now.
func free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // so that the authority can have it
	return l.Addr().String()
}

// names answers that every name is this machine, over TCP, as the authority asks.
func names(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // ends the loop below
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go converse(c)
		}
	}()
	return l.Addr().String()
}

// converse answers questions until there are no more (RFC 1035, 4.2.2).
func converse(c net.Conn) {
	defer c.Close() // whoever asks will ask again
	for {
		var size uint16
		if err := binary.Read(c, binary.BigEndian, &size); err != nil {
			return
		}
		raw := make([]byte, size)
		if _, err := io.ReadFull(c, raw); err != nil {
			return
		}
		raw, err := answer(raw)
		if err != nil {
			return
		}
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(raw))), raw...)); err != nil {
			return
		}
	}
}

func answer(raw []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(raw); err != nil {
		return nil, err
	}
	if len(m.Questions) != 1 {
		return nil, fmt.Errorf("acmetest: %d questions", len(m.Questions))
	}
	q := m.Questions[0]
	out := dnsmessage.Message{Header: dnsmessage.Header{ID: m.ID, Response: true, RecursionAvailable: true}, Questions: m.Questions}
	if q.Type == dnsmessage.TypeA {
		head := dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET}
		out.Answers = append(out.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}})
	}
	return out.Pack()
}

// paper is what a process writes while others read it.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *paper) read() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}
