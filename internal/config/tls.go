package config

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// TLS says who encrypts the connections: nobody here ("off"; a reverse proxy
// does, or nobody leaves the machine), this program with a certificate that
// somebody else renews ("files"), or with one that it obtains itself ("auto").
type TLS struct {
	Mode        string `toml:"mode"`
	Certificate string `toml:"certificate"` // files: PEM, the chain included
	Key         string `toml:"key"`         // files: PEM

	// Redirect is an address and port of its own, such as ":80", where plain
	// requests are sent on to the public address, and where an authority may ask.
	Redirect string `toml:"redirect"`

	// Directory is the authority's own address (ACME); empty means PublicAuthority.
	Directory string `toml:"directory"`
	// DirectoryRoots is a PEM file of who vouches for Directory, when the system
	// does not know them: an authority of the house.
	DirectoryRoots string `toml:"directory_roots"`
	// Contact is an address of mail for the authority's warnings; may be empty.
	Contact string `toml:"contact"`
	// AcceptTerms says that the operator has read and accepts the authority's
	// terms of service, which nobody can do in her place.
	AcceptTerms bool `toml:"accept_terms"`
}

// The modes of TLS.
const (
	TLSOff   = "off"
	TLSFiles = "files"
	TLSAuto  = "auto"
)

// PublicAuthority is where certificates come from unless another one is named.
const PublicAuthority = "https://acme-v02.api.letsencrypt.org/directory"

// On reports whether this program encrypts.
func (t TLS) On() bool { return t.Mode == TLSFiles || t.Mode == TLSAuto }

// Authority is the address of the authority that is asked.
func (t TLS) Authority() string {
	if t.Directory == "" {
		return PublicAuthority
	}
	return t.Directory
}

// Host is the public host as certificates write it.
func (c *Config) Host() string {
	base := c.Base()
	if base == nil {
		return ""
	}
	host, err := idna.Lookup.ToASCII(base.Hostname())
	if err != nil {
		return ""
	}
	return host
}

// Roots are those of tls.directory_roots; nil means the system's.
func (t TLS) Roots() (*x509.CertPool, error) {
	if t.DirectoryRoots == "" {
		return nil, nil
	}
	text, err := os.ReadFile(t.DirectoryRoots)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New("it holds no certificate")
	}
	return pool, nil
}

func (c *Config) checkTLS(wrong *Reasons) {
	t := c.TLS
	switch t.Mode {
	case TLSOff:
		if t.Redirect != "" {
			wrong.add("tls.redirect", "plain requests would be sent to nobody who encrypts", "set tls.mode, or have the reverse proxy redirect")
		}
	case TLSFiles:
		c.checkCertificate(wrong)
	case TLSAuto:
		c.checkAutomatic(wrong)
	default:
		wrong.add("tls.mode", "there is no such mode", `write "off", "files" or "auto"`)
		return
	}
	if t.Mode != TLSFiles && (t.Certificate != "" || t.Key != "") {
		wrong.add("tls.mode", "a certificate is named but not used", `write "files", or remove tls.certificate and tls.key`)
	}
	if t.Mode != TLSAuto && (t.AcceptTerms || t.Contact != "" || t.DirectoryRoots != "" || t.Directory != "") {
		wrong.add("tls.mode", "an authority is spoken of but not asked", `write "auto", or remove its settings`)
	}
	if t.Redirect != "" {
		c.checkRedirect(wrong)
	}
}

func (c *Config) checkCertificate(wrong *Reasons) {
	if c.TLS.Certificate == "" || c.TLS.Key == "" {
		wrong.add("tls", "the certificate or its key is not named", "set tls.certificate and tls.key")
		return
	}
	if info, err := os.Stat(c.TLS.Key); err == nil && info.Mode().Perm()&0o007 != 0 {
		wrong.add("tls.key", "every account may open the key of the certificate", "run: chmod o-rwx "+c.TLS.Key)
		return
	}
	pair, err := tls.LoadX509KeyPair(c.TLS.Certificate, c.TLS.Key)
	if err != nil {
		wrong.add("tls", "certificate and key cannot be used together: "+plainly(err), "check both files")
		return
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		wrong.add("tls.certificate", "the certificate cannot be read", "check the file")
		return
	}
	if base := c.Base(); base != nil && leaf.VerifyHostname(base.Hostname()) != nil {
		wrong.add("tls.certificate", "the certificate is not for "+base.Hostname(), "use one that names the host of url")
	}
}

// Names that no public authority knows (RFC 2606, 6761, 6762, 7686, 9476; ICANN
// for the last one).
var nobodys = [...]string{"example", "invalid", "localhost", "test", "local", "onion", "alt", "arpa", "internal"}

func (c *Config) checkAutomatic(wrong *Reasons) {
	t := c.TLS
	if !t.AcceptTerms {
		wrong.add("tls.accept_terms", "nobody has accepted the terms of the authority", "read them, then write accept_terms = true")
	}
	if u, err := url.Parse(t.Authority()); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		wrong.add("tls.directory", "this is no address of an authority", "write its address, which starts with https://")
	}
	if _, err := t.Roots(); err != nil {
		wrong.add("tls.directory_roots", "the file cannot be used: "+plainly(err), "name a PEM file of certificates")
	}
	if t.Contact != "" {
		if a, err := mail.ParseAddress(t.Contact); err != nil || a.Address != t.Contact {
			wrong.add("tls.contact", "this is no address of mail", `write for example "informatique@cabinet.fr", or nothing`)
		}
	}
	if c.URL == "" {
		wrong.add("url", "no name is given to obtain a certificate for", `write for example "https://espace.cabinet.fr"`)
		return
	}
	base, host := c.Base(), c.Host()
	if base == nil {
		return // said of url
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	_, err := netip.ParseAddr(base.Hostname())
	switch {
	case err == nil:
		wrong.add("url", "certificates are obtained for names, not for addresses", "write the name that people type")
	case !strings.Contains(host, "."):
		wrong.add("url", "no authority gives a certificate for this name", "write the whole name, with its domain")
	case t.Authority() == PublicAuthority && slices.Contains(nobodys[:], last):
		wrong.add("url", "no public authority gives a certificate for a name under ."+last, `write a public name, or name the authority of your house in tls.directory`)
	}
}

func (c *Config) checkRedirect(wrong *Reasons) {
	host, port, err := net.SplitHostPort(c.TLS.Redirect)
	number, bad := strconv.ParseUint(port, 10, 16)
	if err != nil || bad != nil || strconv.FormatUint(number, 10) != port {
		wrong.add("tls.redirect", "this is no address with a port", `write for example ":80"`)
		return
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && host != "localhost" {
		wrong.add("tls.redirect", "the host is not an address of this machine", `write for example ":80"`)
	}
	if number != 0 && (c.TLS.Redirect == c.Listen || c.TLS.Redirect == c.Metrics.Listen) {
		wrong.add("tls.redirect", "something else listens there", "choose another port")
	}
}
