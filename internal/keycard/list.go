package keycard

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// list is a revocation list (RFC 5280, section 5), whole by itself.
type list struct {
	*x509.RevocationList
	numbers map[string]bool // of what is revoked
	points  []string        // where it is published, if it is for what names that place alone
}

// The extensions of a list that change what it says (RFC 5280, sections 5.2.4, 5.2.5).
var (
	oidDelta = asn1.ObjectIdentifier{2, 5, 29, 27}
	oidPoint = asn1.ObjectIdentifier{2, 5, 29, 28}
)

// issuingPoint is the extension that says for what a list is.
type issuingPoint struct {
	Point      pointName      `asn1:"optional,tag:0"`
	User       bool           `asn1:"optional,tag:1"`
	Authority  bool           `asn1:"optional,tag:2"`
	Reasons    asn1.BitString `asn1:"optional,tag:3"`
	Indirect   bool           `asn1:"optional,tag:4"`
	Attributes bool           `asn1:"optional,tag:5"`
}

type pointName struct {
	Full     []asn1.RawValue `asn1:"optional,tag:0"`
	Relative asn1.RawValue   `asn1:"optional,tag:1"`
}

// uriTag is that of an address among the names of a place (GeneralName).
const uriTag = 6

var errPartial = errors.New("keycard: the list is not whole by itself")

// readLists reads a file of lists: one in DER, or some in PEM.
func readLists(path string) (out []*list, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	ders := [][]byte{raw}
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("-----BEGIN")) {
		ders = nil
		for block, rest := pem.Decode(raw); block != nil; block, rest = pem.Decode(rest) {
			if block.Type == "X509 CRL" {
				ders = append(ders, block.Bytes)
			}
		}
	}
	for _, der := range ders {
		l, err := readList(der)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		out = append(out, l)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("keycard: %s holds no list", path)
	}
	return out, nil
}

func readList(der []byte) (*list, error) {
	parsed, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, err
	}
	l := &list{RevocationList: parsed, numbers: map[string]bool{}}
	for _, e := range parsed.Extensions {
		switch {
		case e.Id.Equal(oidPoint):
			if l.points, err = points(e.Value); err != nil {
				return nil, err
			}
		case e.Id.Equal(oidDelta) || e.Critical:
			return nil, errPartial
		}
	}
	for _, one := range parsed.RevokedCertificateEntries {
		for _, e := range one.Extensions {
			if e.Critical { // it may be somebody else's certificate
				return nil, errPartial
			}
		}
		l.numbers[one.SerialNumber.Text(16)] = true
	}
	return l, nil
}

// points are the places for which a list is, none for all.
func points(raw []byte) (out []string, err error) {
	var p issuingPoint
	if rest, err := asn1.Unmarshal(raw, &p); err != nil || len(rest) > 0 {
		return nil, errors.Join(errPartial, err)
	}
	if p.Authority || p.Attributes || p.Indirect || p.Reasons.BitLength > 0 || len(p.Point.Relative.FullBytes) > 0 {
		return nil, errPartial
	}
	for _, n := range p.Point.Full {
		if n.Class == asn1.ClassContextSpecific && n.Tag == uriTag {
			out = append(out, string(n.Bytes))
		}
	}
	if len(p.Point.Full) > 0 && len(out) == 0 {
		return nil, errPartial
	}
	return out, nil
}

// covers reports whether a list is for a certificate: for all, or for the place that the
// certificate names.
func (l *list) covers(shown *x509.Certificate) bool {
	return len(l.points) == 0 || slices.ContainsFunc(l.points, func(p string) bool { return slices.Contains(shown.CRLDistributionPoints, p) })
}

// current reports whether a list is good at an instant; one that names no next one is
// never.
func (l *list) current(at time.Time) bool {
	return !at.Before(l.ThisUpdate) && at.Before(l.NextUpdate)
}

var errOld = errors.New("keycard: no list of the issuer for it is current")

// check holds a certificate against the lists of who issued it. Even an old list
// revokes; only a current one clears.
func (i *issuer) check(shown *x509.Certificate, now time.Time) error {
	clear := false
	for _, l := range i.lists {
		if l.numbers[shown.SerialNumber.Text(16)] {
			return refused("revoked", nil)
		}
		clear = clear || l.covers(shown) && l.current(now)
	}
	if !clear {
		return unlisted(errOld)
	}
	return nil
}

// Standing is how an issuer stands. Until is when the first of its lists ends, the
// zero time without any; Ends is when the issuer's own certificate does.
type Standing struct {
	Name  string
	Lists int
	Until time.Time
	Ends  time.Time
}

// Standings are those of all issuers; an error is of the files.
func (c *Checker) Standings() (out []Standing, err error) {
	k, err := c.known()
	if err != nil {
		return nil, err
	}
	for _, i := range k.issuers {
		s := Standing{Name: name(i.Certificate), Lists: len(i.lists), Ends: i.NotAfter}
		for _, l := range i.lists {
			if s.Until.IsZero() || l.NextUpdate.Before(s.Until) {
				s.Until = l.NextUpdate
			}
		}
		out = append(out, s)
	}
	return out, nil
}
