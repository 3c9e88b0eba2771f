package config

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"cenacle/internal/keycard"
)

// Keycard is where people show the certificates on keys of their own (a lawyer's key, an
// agent's card), on a listener of its own. Without Listen nobody does.
type Keycard struct {
	// Listen is an address and port of its own, which browsers reach themselves: a
	// proxy in between passes the connection on and does not encrypt in our place.
	Listen string `toml:"listen"`
	// URL is the public scheme and host of that listener, with its port.
	URL string `toml:"url"`
	// Issuers is a PEM file of the authorities whose certificates are taken: those
	// which sign them themselves, and nobody above them.
	Issuers string `toml:"issuers"`
	// Lists are the files of their revocation lists, kept fresh by somebody else.
	Lists []string `toml:"lists"`
	// Policies are object identifiers, one of which a certificate bears: those under
	// which its key is on a device that asks for a code.
	Policies []string `toml:"policies"`
	// Certificate and Key are PEM files for the listener; empty: those of the site.
	Certificate string `toml:"certificate"`
	Key         string `toml:"key"`
}

// On reports whether keys are read.
func (k Keycard) On() bool { return k.Listen != "" }

// Files are what the operator keeps up to date.
func (k Keycard) Files() keycard.Files { return keycard.Files{Issuers: k.Issuers, Lists: k.Lists} }

// OIDs are the policies; those that are none were refused by Validate.
func (k Keycard) OIDs() (out []x509.OID) {
	for _, text := range k.Policies {
		if oid, err := x509.ParseOID(text); err == nil {
			out = append(out, oid)
		}
	}
	return out
}

// Base is the public address; nil for one that Validate refuses.
func (k Keycard) Base() *url.URL {
	u, err := url.Parse(k.URL)
	if err != nil || u.Host == "" {
		return nil
	}
	return u
}

func (c *Config) checkKeycard(wrong *Reasons) {
	k := c.Keycard
	if !k.On() {
		if k.URL != "" || k.Issuers != "" || k.Certificate != "" || k.Key != "" || len(k.Lists)+len(k.Policies) > 0 {
			wrong.add("keycard.listen", "keys are spoken of but nothing listens for them", "set keycard.listen, or remove the other settings of keycard")
		}
		return
	}
	c.checkKeycardPlace(wrong)
	if err := keycard.Usable(k.Issuers); err != nil {
		wrong.add("keycard.issuers", "the file cannot be used: "+plainly(err), "name a PEM file of the authorities that sign the certificates themselves")
	}
	if len(k.Lists) == 0 {
		wrong.add("keycard.lists", "nobody could say which keys are revoked", "name the file of a revocation list for each issuer")
	}
	if len(k.Policies) == 0 {
		wrong.add("keycard.policies", "any certificate of these issuers would open a firm, on whatever device its key is",
			"name the policies of those whose key asks for a code; openssl x509 -noout -text shows them")
	}
	for _, text := range k.Policies {
		if _, err := x509.ParseOID(text); err != nil {
			wrong.add("keycard.policies", "one entry is no object identifier", `write for example "0.4.0.2042.1.2"`)
		}
	}
	c.checkKeycardTLS(wrong)
}

// checkKeycardPlace looks at where the listener is.
func (c *Config) checkKeycardPlace(wrong *Reasons) {
	k := c.Keycard
	host, port, err := net.SplitHostPort(k.Listen)
	number, bad := strconv.ParseUint(port, 10, 16)
	if err != nil || bad != nil || strconv.FormatUint(number, 10) != port {
		wrong.add("keycard.listen", "this is no address with a port", `write for example "0.0.0.0:8443"`)
		return
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && host != "localhost" {
		wrong.add("keycard.listen", "the host is not an address of this machine", `write for example "0.0.0.0:8443"`)
	}
	if number != 0 && slices.Contains([]string{c.Listen, c.Metrics.Listen, c.TLS.Redirect}, k.Listen) {
		wrong.add("keycard.listen", "something else listens there", "choose another port")
	}
	u, err := url.Parse(k.URL)
	switch {
	case err != nil || u.Scheme != "https" || u.Hostname() == "" || u.Scheme+"://"+u.Host != k.URL || strings.TrimSpace(k.URL) != k.URL:
		wrong.add("keycard.url", "this is no address of a listener", `write for example "https://espace.cabinet.fr:8443"`)
	case c.Base() != nil && u.Host == c.Base().Host:
		wrong.add("keycard.url", "the site is there, which asks nobody for a certificate", "give the listener its own port or host")
	case c.TLS.Mode == TLSAuto && k.Certificate == "" && u.Hostname() != c.Base().Hostname():
		wrong.add("keycard.url", "the certificate that is obtained is not for "+u.Hostname(), "use the host of url with a port of its own, or name keycard.certificate")
	}
}

// checkKeycardTLS looks at the certificate by which the listener is known.
func (c *Config) checkKeycardTLS(wrong *Reasons) {
	k := c.Keycard
	if (k.Certificate == "") != (k.Key == "") {
		wrong.add("keycard.certificate", "the certificate or its key is not named", "set keycard.certificate and keycard.key, or neither")
		return
	}
	certificate, key := k.Certificate, k.Key
	if certificate == "" {
		switch c.TLS.Mode {
		case TLSOff:
			wrong.add("keycard.certificate", "nothing here encrypts, and keys are shown to this program itself", "name keycard.certificate and keycard.key")
			return
		case TLSAuto:
			return
		}
		certificate, key = c.TLS.Certificate, c.TLS.Key
	}
	if info, err := os.Stat(key); err == nil && info.Mode().Perm()&0o007 != 0 {
		wrong.add("keycard.key", "every account may open the key of the certificate", "run: chmod o-rwx "+key)
		return
	}
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		if k.Certificate != "" { // else it is said of tls
			wrong.add("keycard.certificate", "certificate and key cannot be used together: "+plainly(err), "check both files")
		}
		return
	}
	if leaf, err := x509.ParseCertificate(pair.Certificate[0]); err != nil || k.Base() != nil && leaf.VerifyHostname(k.Base().Hostname()) != nil {
		wrong.add("keycard.certificate", "the certificate is not for the host of keycard.url", "use one that names it")
	}
}
