package doctor

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"cenacle/internal/backup"
	"cenacle/internal/config"
	"cenacle/internal/i18n"
	"cenacle/internal/lifecycle"
	"cenacle/internal/store"
)

func TestDisk(t *testing.T) {
	p := newPatient(t)
	p.Data = p.path("absent")
	p.examine("disk_none", "database_none")

	p = newPatient(t)
	ticks := time.Duration(0)
	p.Uptime = func() time.Duration { ticks += 60 * time.Millisecond; return ticks } // a disk of a second a write
	p.examine("disk_slow", "clock_steps")

	// A file system that takes no files.
	e := &examination{Options: p.Options, config: &config.Config{Data: "/proc"}}
	e.disk()
	if !has(e, "disk_unwritable", Error) {
		t.Errorf("/proc: %+v", e.Findings)
	}
	for _, tt := range []struct {
		free       int64
		files, all uint64
		name       string
		level      Level
	}{
		{100 << 20, 1000, 1000, "disk_full", Error}, {1 << 30, 1000, 1000, "disk_low", Warning},
		{10 << 30, 10, 1000, "disk_files", Warning}, {10 << 30, 1000, 1000, "", Fine}, {10 << 30, 0, 0, "", Fine},
	} {
		e := &examination{}
		e.room(tt.free, tt.files, tt.all)
		if tt.name == "" && len(e.Findings) > 0 || tt.name != "" && !has(e, tt.name, tt.level) {
			t.Errorf("%+v: %+v", tt, e.Findings)
		}
	}
}

func has(e *examination, name string, l Level) bool {
	for _, f := range e.Findings {
		if f.Name == name && f.Level == l {
			return true
		}
	}
	return false
}

func TestClock(t *testing.T) {
	p := newPatient(t)
	p.Options.Clock = func() time.Time { return time.Now().Add(-time.Hour) }
	p.examine("clock_folder", "clock_behind")

	p = newPatient(t)
	asked := 0
	p.Options.Clock = func() time.Time { asked++; return time.Now().Add(time.Duration(asked) * time.Second) }
	p.examine("clock_steps")
}

// authority makes a certificate for 127.0.0.1 that vouches for itself.
func authority(t *testing.T, from, until time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: from, NotAfter: until, IsCA: true, BasicConstraintsValid: true}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(made)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key, Leaf: made}, roots
}

func days(n int) time.Time { return time.Now().Add(time.Duration(n)*24*time.Hour + time.Hour) }

func TestCertificate(t *testing.T) {
	for name, tt := range map[string]struct {
		from, until time.Time
		trusted     bool
		want        []string
	}{
		"good":    {days(-1), days(90), true, nil},
		"soon":    {days(-60), days(20), true, []string{"certificate_soon"}},
		"late":    {days(-60), days(2), true, []string{"certificate_soon"}},
		"expired": {days(-90), days(-3), true, []string{"certificate_expired"}},
		"early":   {days(3), days(90), true, []string{"certificate_early"}},
		"unknown": {days(-1), days(90), false, []string{"certificate_unknown"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPatient(t)
			pair, roots := authority(t, tt.from, tt.until)
			p.Roots = x509.NewCertPool()
			if tt.trusted {
				p.Roots = roots
			}
			key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
			p.must(err)
			p.TLS = config.TLS{Mode: config.TLSFiles, Certificate: filepath.Join(t.TempDir(), "c.pem"), Key: filepath.Join(t.TempDir(), "k.pem")}
			p.must(os.WriteFile(p.TLS.Certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}), 0o600),
				os.WriteFile(p.TLS.Key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600))
			r := p.examine(tt.want...)
			if bad := name == "late" || name == "expired" || name == "early"; bad != (r.Level() == Error) {
				t.Errorf("it is %s", r.Level())
			}
		})
	}
}

// post is a mail server that wants an account, and counts letters.
type post struct{ letters int }

type talk struct{ post *post }

func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return &talk{p}, nil }
func (*talk) AuthMechanisms() []string                      { return []string{sasl.Plain} }
func (*talk) Mail(string, *smtp.MailOptions) error          { return nil }
func (*talk) Rcpt(string, *smtp.RcptOptions) error          { return nil }
func (*talk) Reset()                                        {}
func (*talk) Logout() error                                 { return nil }
func (c *talk) Data(r io.Reader) error                      { c.post.letters++; return nil }
func (*talk) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, name, password string) error {
		if name != "espace" || password != "CANARY-password" {
			return errors.New("unknown")
		}
		return nil
	}), nil
}

func TestMail(t *testing.T) {
	pair, roots := authority(t, days(-1), days(90))
	server := &post{}
	s := smtp.NewServer(server)
	s.Domain, s.TLSConfig, s.ErrorLog = "127.0.0.1", &tls.Config{Certificates: []tls.Certificate{pair}}, log.New(io.Discard, "", 0)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(l) }()      // ends with Close below
	t.Cleanup(func() { _ = s.Close() }) // with its connections
	p := newPatient(t)
	p.Roots = roots
	p.Config.Mail.Host, p.Config.Mail.Port, p.Config.Mail.From = "127.0.0.1", l.Addr().(*net.TCPAddr).Port, "espace@cabinet.example"
	p.Config.Mail.UserName = "espace"
	p.must(p.Config.Mail.Password.UnmarshalText([]byte("CANARY-password")))
	p.examine()
	if server.letters > 0 {
		t.Error("a mail was sent")
	}
	p.must(p.Config.Mail.Password.UnmarshalText([]byte("CANARY-wrong")))
	r := p.examine("mail_unreachable")
	p.Roots = x509.NewCertPool()
	p.examine("mail_unreachable")
	p.must(s.Close())
	p.examine("mail_unreachable")
	p.Config.Mail = config.Default().Mail
	p.Demo = false
	p.examine("mail_none")
	catalog := i18n.Load()
	var out strings.Builder
	p.must(r.WriteJSON(&out, catalog.Printer(i18n.French, time.UTC)))
	if strings.Contains(out.String(), "CANARY") {
		t.Errorf("the report holds the password:\n%s", &out)
	}
}

func TestAddress(t *testing.T) {
	status, says := http.StatusOK, "ok\n"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			t.Errorf("it asks for %s", r.URL.Path)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, says) // whoever asked has gone
	}))
	defer s.Close()
	p := newPatient(t)
	p.URL, p.Reach = s.URL, true
	p.examine()
	status, says = http.StatusServiceUnavailable, "disk\n"
	p.examine("address_not_ready")
	status, says = http.StatusServiceUnavailable, "<html>"
	p.examine("address_other")
	status, says = http.StatusOK, "It works!"
	p.examine("address_other")
	s.Close()
	p.examine("address_unreachable")
	p.Reach = false
	p.examine()
}

func TestAddressCertificate(t *testing.T) {
	pair, roots := authority(t, days(-1), days(10))
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "ok\n") }))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	p := newPatient(t)
	p.URL, p.Reach, p.Roots, p.TrustedProxies = s.URL, true, roots, []string{"127.0.0.1"}
	p.examine("certificate_soon")
	p.Roots = x509.NewCertPool()
	p.examine("address_unreachable")
}

func TestBackup(t *testing.T) {
	p := newPatient(t)
	to := backup.Folder(filepath.Join(t.TempDir(), "backups"))
	p.Options.Backup = to
	p.examine("backup_none")
	s, err := begin(t.Context(), store.Config{Dir: p.Data})
	p.must(err)
	made, err := backup.Make(t.Context(), s.House("test"), to, backup.Options{})
	p.must(err)
	p.examine()
	_, err = s.Lifecycle.SignUp(t.Context(), lifecycle.SignUp{
		FirmName: "Cabinet Neuf", Name: "Me Neuf", Email: "neuf@neuf.example", Password: "kormoran-zeltplane-41-violett", Language: i18n.French,
	})
	p.must(err, sequence(t.Context(), s), s.Close())
	p.examine("backup_lacks")
	for ahead, level := range map[time.Duration]Level{30 * time.Hour: Warning, 10 * 24 * time.Hour: Error} {
		e := &examination{Options: p.Options}
		e.Clock = func() time.Time { return time.Now().Add(ahead) }
		e.backup(t.Context())
		if !has(e, "backup_old", level) {
			t.Errorf("after %v: %+v", ahead, e.Findings)
		}
	}
	p.must(os.WriteFile(filepath.Join(string(to), made.Manifest.ID, "manifest.json"), []byte("{"), 0o600))
	p.examine("backup_unreadable")
}
