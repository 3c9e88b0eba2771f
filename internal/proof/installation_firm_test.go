package proof

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"cenacle/internal/store/storetest"
)

// A firm with its own PostgreSQL and certificate, as doc/installation/firm has it:
// the roles by its SQL, the secrets by its unit, then another PostgreSQL on a bare
// machine, to which a backup comes back.
func TestInstallation_Firm(t *testing.T) {
	t.Parallel()
	const host, base, word = "espace.cabinet-martin.fr", "https://espace.cabinet-martin.fr", "quatre chats gris, six merles"
	site, plain, figures := freePort(t), freePort(t), freePort(t)
	in := install(t, "firm", `listen = ":443"`, `listen = "`+site+`"`, `redirect = ":80"`, `redirect = "`+plain+`"`, "127.0.0.1:9464", figures)
	in.verified("cenacle.service")
	config := in.put("cenacle.toml", "etc/cenacle.toml", 0o600)
	roots := in.certified(host)
	in.keep("smtp", "a password of the mail server\n")
	// Made once, on the first machine, and kept at another place.
	in.environ = []string{"CENACLE_DATA=" + in.path("first")}
	in.tell("", "demo", "--data", in.path("first"))
	key, err := os.ReadFile(in.path("first", "root.key"))
	in.must(err)
	in.environ = nil
	in.keep("root.key", string(key))

	in.roles(storetest.NewCluster(t))
	heard := in.manager()
	p := in.run("cenacle.service")
	hears(t, heard, "READY=1", p)
	in.tell(word+"\n", "firm", "create", "--config", config, "--name", "Cabinet Martin", "--lawyer", "Me Claire Martin", "--email", "claire@cabinet-martin.fr")
	her := guest(t, roots, map[string]string{"443": site, "80": plain})
	enters(t, her, base, "claire@cabinet-martin.fr", word)
	if header, _ := visit(t, her, "http://"+host+"/", http.StatusPermanentRedirect, time.Second); header.Get("Location") != base+"/" {
		t.Errorf("a plain request leads to %s", header.Get("Location"))
	}
	if said := in.tell("", "backup", "--config", config, "--to", in.path("backups"), "--verify"); !strings.Contains(said, "is complete: 1 firms") || !strings.Contains(said, "PostgreSQL and") {
		t.Fatalf("the backup says %s", said)
	}
	p.end()
	hears(t, heard, "STOPPING=1", p)

	in.must(os.RemoveAll(in.path("state")))
	in.must(os.Mkdir(in.path("state"), 0o700))
	other := storetest.NewCluster(t)
	in.roles(other)
	if said := in.tell("", "restore", "--config", config, "--from", in.path("backups")); !strings.Contains(said, "is restored: 1 firms") {
		t.Errorf("the restore says %s", said)
	}
	in.analyzed(other)
	if out, err := in.command("restore", "--config", config, "--from", in.path("backups")).CombinedOutput(); err == nil || !strings.Contains(string(out), "already") {
		t.Errorf("a second restore: %v\n%s", err, out)
	}
	again := in.run("cenacle.service")
	hears(t, heard, "READY=1", again)
	enters(t, guest(t, roots, map[string]string{"443": site}), base, "claire@cabinet-martin.fr", word)
	in.allMet("/var/backups/cenacle")
}

// analyzed wants the planner to know how many acts the restored journal has.
func (in *installation) analyzed(on *storetest.Cluster) {
	in.t.Helper()
	out, err := exec.Command("psql", "-X", "-A", "-t", "-c", "select reltuples > 0 from pg_class where relname = 'journal_entry'",
		"postgres://cenacle@"+on.Address()+"/cenacle").CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "t" {
		in.t.Errorf("the statistics of the restored rows: %v, %s", err, out)
	}
}

// roles makes the roles and the database by the SQL of the installation, and writes
// down where they are.
func (in *installation) roles(on *storetest.Cluster) {
	in.t.Helper()
	sql := in.put("roles.sql", "etc/roles.sql", 0o600)
	out, err := exec.Command("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", "owner='owner-owner'", "-v", "app='app-app'", "-f", sql,
		"postgres://cenacle@"+on.Address()+"/postgres").CombinedOutput()
	if err != nil || len(out) > 0 {
		in.t.Fatalf("roles.sql: %v\n%s", err, out)
	}
	in.keep("database", "postgres://cenacle_app:app-app@"+on.Address()+"/cenacle?sslmode=disable\n")
	in.keep("database-owner", "postgres://cenacle_owner:owner-owner@"+on.Address()+"/cenacle?sslmode=disable\n")
}

// certified gives the installation a certificate of its own for a host; it returns
// who vouches for it.
func (in *installation) certified(host string) *x509.CertPool {
	in.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	in.must(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{host}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour),
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	in.must(err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	in.must(err)
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
	in.must(os.WriteFile(in.path("etc", "tls.pem"), certificate, 0o644))
	in.keep("tls.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificate)
	return roots
}
