// Package keycard reads the certificates that people hold on keys of their own, such as
// the key of a French lawyer or an agent's card: client certificates of TLS, on a
// listener of their own. A certificate counts when one of the authorities that the
// operator has named issued it itself, when its own policies say that the operator
// takes it, and while a current list of that authority does not revoke it.
//
// It knows no person and no firm: who somebody is here is package provider's, by the
// certificate as a whole and by no name in it. It believes no header, since only the
// handshake shows that whoever comes has the key; it resumes no session of TLS; and
// it refuses everybody while a list is missing or old. What it shows to the site
// travels through the browser, sealed, for one minute and for the one way that the
// site began ([Reader.Hand]).
//
// Start at [Reader.TLS], then [Reader.Meet]; list.go has the revocation lists.
package keycard

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"cenacle/internal/fault"
)

// Files are what the operator keeps up to date. Each is read again when it changes, by
// whoever needs it next.
type Files struct {
	Issuers string   // PEM: the certificates of those who issue, and nobody above them
	Lists   []string // of what they revoked, in PEM or DER: at least one for each
}

// Checker says whether a certificate counts now. It is safe for concurrent use.
type Checker struct {
	files    Files
	policies []x509.OID
	clock    func() time.Time

	mu   sync.Mutex
	seen []os.FileInfo
	read known
	err  error // of the files as they were seen
}

// NewChecker returns one over files, which need not be there yet. A certificate must
// bear one of the policies.
func NewChecker(files Files, policies []x509.OID, clock func() time.Time) *Checker {
	return &Checker{files: files, policies: policies, clock: clock}
}

// known are the issuers with their lists, and who they are together.
type known struct {
	issuers []*issuer
	pool    *x509.CertPool
}

type issuer struct {
	*x509.Certificate
	lists []*list
}

// same reports whether files are as they were. One that was put in the place of another
// is another file, even within a tick of the clock.
func same(were, are []os.FileInfo) bool {
	return slices.EqualFunc(were, are, func(a, b os.FileInfo) bool {
		return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
	})
}

// known reads the files again where one of them has changed.
func (c *Checker) known() (known, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var now []os.FileInfo
	for _, path := range append([]string{c.files.Issuers}, c.files.Lists...) {
		info, err := os.Stat(path)
		if err != nil {
			c.seen = nil
			return known{}, err
		}
		now = append(now, info)
	}
	if !same(c.seen, now) {
		c.read, c.err = read(c.files)
		c.seen = now
	}
	return c.read, c.err
}

func read(files Files) (k known, err error) {
	if k.issuers, err = issuers(files.Issuers); err != nil {
		return known{}, err
	}
	k.pool = x509.NewCertPool()
	for _, i := range k.issuers {
		k.pool.AddCert(i.Certificate)
	}
	for _, path := range files.Lists {
		lists, err := readLists(path)
		if err != nil {
			return known{}, err
		}
		for _, l := range lists {
			if err := k.place(l); err != nil {
				return known{}, fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	return k, nil
}

// place gives a list to whoever signed it; that of a stranger is a mistake of the
// operator's, and refuses.
func (k known) place(l *list) error {
	for _, i := range k.issuers {
		if slices.Equal(l.RawIssuer, i.RawSubject) && l.CheckSignatureFrom(i.Certificate) == nil {
			i.lists = append(i.lists, l)
			return nil
		}
	}
	return errors.New("keycard: the list is signed by none of the issuers")
}

// Usable reports why a file of issuers cannot be used.
func Usable(path string) error {
	_, err := issuers(path)
	return err
}

func issuers(path string) (out []*issuer, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("keycard: %s holds a %s", path, block.Type)
		}
		one, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("keycard: %s: %w", path, err)
		}
		if !one.BasicConstraintsValid || !one.IsCA {
			return nil, fmt.Errorf("keycard: %s: %q may not issue certificates", path, one.Subject.CommonName)
		}
		out = append(out, &issuer{Certificate: one})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("keycard: %s holds no certificate", path)
	}
	return out, nil
}

// Names are those whose certificates are taken, as their own certificates call them.
func (c *Checker) Names() (out []string) {
	k, err := c.known()
	if err != nil {
		return nil
	}
	for _, i := range k.issuers {
		out = append(out, name(i.Certificate))
	}
	return out
}

func name(c *x509.Certificate) string {
	if c.Subject.CommonName != "" {
		return c.Subject.CommonName
	}
	return c.Subject.String()
}

// Check finds nothing against a certificate now. Faults: Unauthenticated
// "keycard.expired", "keycard.unfit" (what it is made for, its policies, a weak key),
// "keycard.stranger" (none of the issuers issued it), "keycard.revoked"; Unavailable
// "keycard.unlisted" while nobody can say whether it is.
func (c *Checker) Check(shown *x509.Certificate) error {
	now := c.clock()
	k, err := c.known()
	switch {
	case err != nil:
		return unlisted(err)
	case now.Before(shown.NotBefore) || now.After(shown.NotAfter):
		return refused("expired", nil)
	case !c.fit(shown):
		return refused("unfit", nil)
	}
	chains, err := shown.Verify(x509.VerifyOptions{
		Roots: k.pool, Intermediates: x509.NewCertPool(), CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return refused("stranger", err)
	}
	for _, chain := range chains {
		if i := k.of(chain); i != nil {
			return i.check(shown, now)
		}
	}
	return refused("stranger", nil)
}

// of is who issued the first of a chain, and nil where somebody stands between.
func (k known) of(chain []*x509.Certificate) *issuer {
	for _, i := range k.issuers {
		if len(chain) == 2 && chain[1].Equal(i.Certificate) {
			return i
		}
	}
	return nil
}

const leastModulus = 2048 // bits of an RSA key

// fit reports whether a certificate is one of a person's for signing in, under a policy
// that the operator takes.
func (c *Checker) fit(shown *x509.Certificate) bool {
	if key, ok := shown.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() < leastModulus {
		return false
	}
	signs := shown.KeyUsage == 0 || shown.KeyUsage&x509.KeyUsageDigitalSignature != 0
	bears := slices.ContainsFunc(shown.Policies, func(p x509.OID) bool { return slices.ContainsFunc(c.policies, p.Equal) })
	return !shown.IsCA && signs && bears && slices.Contains(shown.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
}

func refused(why string, cause error) error {
	return fault.New(fault.Unauthenticated, "keycard."+why).Because(cause)
}

func unlisted(cause error) error {
	return fault.New(fault.Unavailable, "keycard.unlisted").Because(cause)
}

// Identity is what a certificate is known by: who issued it, its number there, and its
// SHA-256. No name in it counts: an authority may give the same to two people, or
// to the next one.
func Identity(shown *x509.Certificate) string {
	sum := sha256.Sum256(shown.Raw)
	return hex.EncodeToString(shown.RawIssuer) + "\n" + shown.SerialNumber.Text(16) + "\n" + hex.EncodeToString(sum[:])
}

// TLS is how the listener of keys speaks, with the certificate of a site's: it asks for
// a certificate of the issuers without demanding one, so that whoever has none is
// told so in words. It resumes nothing: each visit shows the key.
func (c *Checker) TLS(site *tls.Config) *tls.Config {
	t := site.Clone()
	t.MinVersion = tls.VersionTLS12
	t.NextProtos = []string{"http/1.1"}
	t.ClientAuth = tls.RequestClientCert
	t.SessionTicketsDisabled = true
	t.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		one := t.Clone()
		one.GetConfigForClient = nil
		if k, err := c.known(); err == nil {
			one.ClientCAs = k.pool
		}
		return one, nil
	}
	return t
}

// Meet is the certificate that whoever is at the other end of a connection has shown to
// have, or why it does not count: the faults of [Checker.Check], and Unauthenticated
// "keycard.none".
func (c *Checker) Meet(at *tls.ConnectionState) (*x509.Certificate, error) {
	if at == nil || at.DidResume || len(at.PeerCertificates) == 0 {
		return nil, refused("none", nil)
	}
	return at.PeerCertificates[0], c.Check(at.PeerCertificates[0])
}
