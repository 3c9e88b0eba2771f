// Package keycardtest is an authority that gives people certificates on keys, revokes
// them and publishes its list: real certificates, for tests. It refuses nothing that a
// test asks of it. Start at [New].
package keycardtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cenacle/internal/keycard"
)

// Policy is the one under which the authority's keys ask for a code.
const Policy = "1.3.6.1.4.1.99999.1.1"

// Authority issues certificates. Its files are those of an operator who trusts it.
type Authority struct {
	t       testing.TB
	clock   func() time.Time
	Own     *x509.Certificate
	key     crypto.Signer
	numbers int64
	gone    []x509.RevocationListEntry
	issuers string
	list    string
}

// New is an authority of a name, with an empty list that is good for a day.
func New(t testing.TB, name string, clock func() time.Time) *Authority {
	t.Helper()
	dir := t.TempDir()
	a := &Authority{t: t, clock: clock, numbers: 1000, issuers: filepath.Join(dir, "issuers.pem"), list: filepath.Join(dir, "list.crl")}
	a.key = a.newKey()
	now := clock()
	a.Own = a.sign(&x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}, nil, a.key.Public())
	a.write(a.issuers, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Own.Raw}))
	a.Publish(24 * time.Hour)
	return a
}

func (a *Authority) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *Authority) newKey() crypto.Signer {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	a.must(err)
	return key
}

func (a *Authority) sign(template, parent *x509.Certificate, public any) *x509.Certificate {
	a.t.Helper()
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, a.key)
	a.must(err)
	c, err := x509.ParseCertificate(der)
	a.must(err)
	return c
}

func (a *Authority) write(path string, raw []byte) {
	a.t.Helper()
	a.must(os.WriteFile(path+".new", raw, 0o600))
	a.must(os.Rename(path+".new", path))
}

// Files are those of an operator who takes its certificates.
func (a *Authority) Files() keycard.Files {
	return keycard.Files{Issuers: a.issuers, Lists: []string{a.list}}
}

// Policies are those of that operator.
func (a *Authority) Policies() []x509.OID {
	oid, err := x509.ParseOID(Policy)
	a.must(err)
	return []x509.OID{oid}
}

// Checker is one over its files.
func (a *Authority) Checker() *keycard.Checker {
	return keycard.NewChecker(a.Files(), a.Policies(), a.clock)
}

// Key gives somebody a key; change makes its certificate another one than usual.
func (a *Authority) Key(holder string, change ...func(*x509.Certificate)) tls.Certificate {
	a.t.Helper()
	a.numbers++
	now := a.clock()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(a.numbers), Subject: pkix.Name{CommonName: holder}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, Policies: a.Policies(),
	}
	key := a.newKey()
	for _, one := range change {
		one(template)
	}
	c := a.sign(template, a.Own, key.Public())
	return tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: key, Leaf: c}
}

// Myself is a certificate of the same words as another one, the authority's name among
// them, which its holder has signed herself.
func (a *Authority) Myself(like tls.Certificate) tls.Certificate {
	a.t.Helper()
	key := a.newKey()
	der, err := x509.CreateCertificate(rand.Reader, like.Leaf, &x509.Certificate{RawSubject: a.Own.RawSubject, PublicKey: key.Public()}, key.Public(), key)
	a.must(err)
	c, err := x509.ParseCertificate(der)
	a.must(err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: c}
}

// Revoke publishes a list with one certificate more.
func (a *Authority) Revoke(c tls.Certificate) {
	a.t.Helper()
	a.gone = append(a.gone, x509.RevocationListEntry{SerialNumber: c.Leaf.SerialNumber, RevocationTime: a.clock()})
	a.Publish(24 * time.Hour)
}

// Publish publishes the list, good for a time; change makes it another one than usual.
func (a *Authority) Publish(life time.Duration, change ...func(*x509.RevocationList)) {
	a.t.Helper()
	a.numbers++
	now := a.clock()
	l := &x509.RevocationList{
		Number: big.NewInt(a.numbers), ThisUpdate: now.Add(-time.Minute), NextUpdate: now.Add(life), RevokedCertificateEntries: a.gone,
	}
	for _, one := range change {
		one(l)
	}
	der, err := x509.CreateRevocationList(rand.Reader, l, a.Own, a.key)
	a.must(err)
	a.write(a.list, der)
}

// Withdraw removes the list.
func (a *Authority) Withdraw() { a.must(os.Remove(a.list)) }

// Site is a certificate for a listener at a host, by the authority, and who trusts it.
func (a *Authority) Site(host string) (tls.Certificate, *x509.CertPool) {
	a.t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(a.Own)
	return a.Key(host, func(c *x509.Certificate) {
		c.DNSNames, c.ExtKeyUsage = []string{host}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}), roots
}
