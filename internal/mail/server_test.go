package mail

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"cenacle/internal/id"
)

const (
	account  = "espace"
	password = "CANARY-password"
)

// post is an SMTP server in this process, with its own authority.
type post struct {
	Server                            // how to reach it
	fail   map[string]*smtp.SMTPError // by step: mail, rcpt, data, end
	signIn bool                       // MAIL needs AUTH

	mu      sync.Mutex
	letters []letterbox
	signed  []string // accounts that signed in, and whether encrypted
}

type letterbox struct {
	from, to string
	raw      []byte
}

// open starts the server; its own security may differ from what the client
// asks for.
func (p *post) open(t *testing.T, security Security) *post {
	t.Helper()
	certificate, roots := authority(t)
	settings := &tls.Config{Certificates: []tls.Certificate{certificate}}
	s := smtp.NewServer(p)
	s.Domain, s.EnableSMTPUTF8, s.AllowInsecureAuth = "post.example", true, true
	s.ErrorLog = log.New(io.Discard, "", 0)
	if security == StartTLS {
		s.TLSConfig = settings
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.Server = Server{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: security, Roots: roots}
	if security == TLS {
		l = tls.NewListener(l, settings)
	}
	go func() { _ = s.Serve(l) }() // ends with Close below
	t.Cleanup(func() { _ = s.Close() })
	return p
}

// authority makes a certificate for 127.0.0.1 and the pool that trusts it.
func authority(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0), IsCA: true, BasicConstraintsValid: true}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, roots
}

func (p *post) received() []letterbox {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]letterbox(nil), p.letters...)
}

func (p *post) signedIn() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.signed...)
}

// NewSession makes post an smtp.Backend.
func (p *post) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &visit{post: p, conn: c}, nil
}

// visit is one client's session.
type visit struct {
	post *post
	conn *smtp.Conn
	in   bool
	box  letterbox
}

func (v *visit) step(name string) error {
	if e := v.post.fail[name]; e != nil {
		return e
	}
	return nil
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }

func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, pass string) error {
		_, encrypted := v.conn.TLSConnectionState()
		line := user + " in clear"
		if encrypted {
			line = user + " encrypted"
		}
		v.post.mu.Lock()
		defer v.post.mu.Unlock()
		v.post.signed = append(v.post.signed, line)
		if user != account || pass != password {
			return smtp.ErrAuthFailed
		}
		v.in = true
		return nil
	}), nil
}

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	if v.post.signIn && !v.in {
		return smtp.ErrAuthRequired
	}
	v.box.from = from
	return v.step("mail")
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.box.to = to
	return v.step("rcpt")
}

func (v *visit) Data(r io.Reader) error {
	if err := v.step("data"); err != nil {
		return err
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := v.step("end"); err != nil {
		return err
	}
	v.box.raw = bytes.Clone(raw)
	v.post.mu.Lock()
	defer v.post.mu.Unlock()
	v.post.letters = append(v.post.letters, v.box)
	return nil
}

func (v *visit) Reset()        {}
func (v *visit) Logout() error { return nil }

// script is a server that writes raw lines, for what no real server does. It
// gives each connection to serve and closes it afterwards.
func script(t *testing.T, serve func(net.Conn)) Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				continue
			}
			all.Go(func() {
				defer c.Close()
				serve(c)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close() // ends Accept
		all.Wait()
	})
	return Server{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: Plain}
}

// sample is a message that every Sender accepts.
func sample() Message {
	at := time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)
	return Message{
		ID: string(id.New[id.Job](at)) + "@espace.example", Date: at,
		From: "espace@cabinet.example", FromName: "Cabinet Delmas & Associés", To: "petit@client.example",
		Subject: "Un nouvel élément vous attend", Text: "Bonjour.\n\nÀ bientôt.\n", HTML: "<p>À bientôt.</p>\n", Language: "fr",
	}
}
