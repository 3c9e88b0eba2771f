package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// bench is the folder of one case: files that settings may name.
type bench struct {
	t   *testing.T
	dir string
}

func (b bench) path(name string) string { return filepath.Join(b.dir, name) }

func (b bench) file(name, text string, mode os.FileMode) string {
	return write(b.t, b.path(name), text, mode)
}

func (b bench) folder(name string, mode os.FileMode) string {
	if err := os.MkdirAll(b.path(name), 0o700); err != nil {
		b.t.Fatal(err)
	}
	if err := os.Chmod(b.path(name), mode); err != nil {
		b.t.Fatal(err)
	}
	return b.path(name)
}

// certificate makes a key pair for a host and returns both paths.
func (b bench) certificate(name, host string) (certificate, key string) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &k.PublicKey, k)
	if err != nil {
		b.t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.file(name+".pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})), 0o644),
		b.file(name+".key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})), 0o600)
}

func (b bench) behindProxy(c *Config) {
	c.Listen, c.URL, c.TrustedProxies = "0.0.0.0:8080", "https://espace.example", []string{"10.0.0.2"}
}

func (b bench) automatic(c *Config) {
	c.Listen, c.URL = ":443", "https://espace.cabinet.fr"
	c.TLS.Mode, c.TLS.AcceptTerms, c.TLS.Contact, c.TLS.Redirect = TLSAuto, true, "informatique@cabinet.fr", ":80"
}

func (b bench) smtp(c *Config) {
	c.Mail.Host, c.Mail.From = "smtp.example", "espace@example.fr"
	c.Mail.UserName, c.Mail.PasswordFile = "espace", b.file("smtp", "a password", 0o600)
}

func (b bench) start(t *testing.T) *Config {
	c := Default()
	c.Data = b.path("data")
	return c
}

func TestCFG01_GoodConfigurationsAreAccepted(t *testing.T) {
	cases := map[string]func(bench, *Config){
		"as it comes":    func(bench, *Config) {},
		"behind a proxy": func(b bench, c *Config) { b.behindProxy(c) },
		"proxy, same host": func(b bench, c *Config) {
			b.behindProxy(c)
			c.Listen, c.TrustedProxies = "127.0.0.1:8080", []string{"127.0.0.1"}
		},
		"own certificate": func(b bench, c *Config) {
			c.Listen, c.URL, c.TLS.Mode = ":8443", "https://espace.example", TLSFiles
			c.TLS.Certificate, c.TLS.Key = b.certificate("site", "espace.example")
		},
		"automatic certificates": func(b bench, c *Config) { b.automatic(c) },
		"an authority of the house": func(b bench, c *Config) {
			b.automatic(c)
			c.URL, c.TLS.Directory, c.TLS.Contact = "https://espace.cabinet.internal", "https://ca.cabinet.internal/acme/directory", ""
			c.TLS.DirectoryRoots, _ = b.certificate("ca", "ca.cabinet.internal")
		},
		"a name with accents": func(b bench, c *Config) { b.automatic(c); c.URL = "https://cénacle.cabinet.fr" },
		"own certificate, plain requests redirected": func(b bench, c *Config) {
			c.Listen, c.URL, c.TLS.Mode, c.TLS.Redirect = ":8443", "https://espace.example", TLSFiles, "0.0.0.0:80"
			c.TLS.Certificate, c.TLS.Key = b.certificate("site", "espace.example")
		},
		"SMTP": func(b bench, c *Config) { b.smtp(c) },
		"SMTP on this machine": func(_ bench, c *Config) {
			c.Mail.Host, c.Mail.Port, c.Mail.Security, c.Mail.From = "127.0.0.1", 25, "none", "a@b.fr"
		},
		"PostgreSQL here":    func(_ bench, c *Config) { c.Database.URL = Secret{"postgres://app@127.0.0.1:5432/cenacle"} },
		"PostgreSQL, socket": func(_ bench, c *Config) { c.Database.URL = Secret{"postgres:///cenacle?host=/run/postgresql"} },
		"PostgreSQL elsewhere": func(_ bench, c *Config) {
			c.Database.URL = Secret{"postgres://app@db.example/cenacle?sslmode=verify-full"}
		},
		"PostgreSQL from files": func(b bench, c *Config) { c.Database.URLFile = b.file("db", "postgres://a:b@localhost/c", 0o400) },
		"passphrase in a file": func(b bench, c *Config) {
			c.Key.Provider, c.Key.File = KeyFromPassphraseFile, b.file("p", "quatre chats gris, six merles", 0o440)
		},
		"passphrase in the environment": func(_ bench, c *Config) {
			c.Key.Provider, c.Key.Passphrase = KeyFromPassphraseEnvironment, Secret{"quatre chats gris, six merles"}
		},
		"key and data present": func(b bench, c *Config) {
			b.folder("data", 0o700)
			b.file("data/directory.db", "x", 0o600)
			b.file("data/root.key", "x", 0o600)
		},
		"demonstration": func(_ bench, c *Config) { c.Demo = true; c.Log = "debug" },
		"IPv6":          func(_ bench, c *Config) { c.Listen = "[::1]:8080" },
		"localhost":     func(_ bench, c *Config) { c.Listen, c.URL = "localhost:0", "http://localhost:8080" },
		"quota":         func(_ bench, c *Config) { c.Limit.Quota = c.Limit.Upload },
		"figures here":  func(_ bench, c *Config) { c.Metrics.Listen = "127.0.0.1:9464" },
		"figures for who has the token": func(b bench, c *Config) {
			c.Metrics.Listen, c.Metrics.TokenFile = "0.0.0.0:9464", b.file("token", "0123456789abcdef0123", 0o600)
		},
		"a collector here": func(_ bench, c *Config) { c.Traces.Endpoint = "http://127.0.0.1:4318/v1/traces" },
		"a collector of the house, some requests": func(b bench, c *Config) {
			c.Traces = Traces{"http://10.0.0.7:4318/v1/traces", b.file("t", "a token", 0o440), 5}
		},
		"a collector elsewhere": func(_ bench, c *Config) { c.Traces.Endpoint = "https://otlp.example/v1/traces" },
		"a long end":            func(_ bench, c *Config) { c.Drain.Delay, c.Drain.Grace = 30, 600 },
		"own network to reach": func(_ bench, c *Config) {
			c.Outbound.Allow = []string{"10.0.0.0/24", "192.168.1.7", "127.0.0.0/8", "fd00::/8", "::1"}
		},
		"private network": func(b bench, c *Config) {
			b.behindProxy(c)
			c.TrustedProxies = []string{"10.0.0.0/8", "fd00::/8", "::1"}
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			b := bench{t, t.TempDir()}
			c := b.start(t)
			change(b, c)
			if err := c.Validate().Err(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Each case breaks one thing; the reasons must name the setting, and only
// settings that the case expects.
func TestCFG01_BadConfigurationsAreRefused(t *testing.T) {
	cases := []struct {
		name, setting string
		change        func(bench, *Config)
	}{
		{"no data folder", "data", func(_ bench, c *Config) { c.Data = " " }},
		{"data in the root", "data", func(_ bench, c *Config) { c.Data = "/" }},
		{"data is a file", "data", func(b bench, c *Config) { c.Data = b.file("f", "", 0o600) }},
		{"data under a file", "data", func(b bench, c *Config) { c.Data, c.Key.File = filepath.Join(b.file("f", "", 0o600), "d"), b.path("k") }},
		{"data writable by all", "data", func(b bench, c *Config) { b.folder("data", 0o777) }},
		{"data writable by its group", "data", func(b bench, c *Config) { b.folder("data", 0o770) }},

		{"unknown language", "language", func(_ bench, c *Config) { c.Language = "de" }},
		{"unknown level", "log", func(_ bench, c *Config) { c.Log = "loud" }},
		{"level with offset", "log", func(_ bench, c *Config) { c.Log = "info-8" }},
		{"debug for others", "log", func(b bench, c *Config) { b.behindProxy(c); c.Log = "debug" }},
		{"no upload", "limit.upload", func(_ bench, c *Config) { c.Limit.Upload = 0 }},
		{"negative upload", "limit.upload", func(_ bench, c *Config) { c.Limit.Upload = -1 }},
		{"negative quota", "limit.quota", func(_ bench, c *Config) { c.Limit.Quota = -1 }},
		{"negative documents", "limit.documents", func(_ bench, c *Config) { c.Limit.Documents = -1 }},
		{"negative requests", "limit.requests", func(_ bench, c *Config) { c.Limit.Requests = -1 }},
		{"quota below one file", "limit.quota", func(_ bench, c *Config) { c.Limit.Quota = 1 }},

		{"figures for the network", "metrics.listen", func(_ bench, c *Config) { c.Metrics.Listen = "0.0.0.0:9464" }},
		{"figures for the world", "metrics.listen", func(_ bench, c *Config) { c.Metrics.Listen = ":9464" }},
		{"figures without a port", "metrics.listen", func(_ bench, c *Config) { c.Metrics.Listen = "127.0.0.1" }},
		{"figures at a name", "metrics.listen", func(_ bench, c *Config) { c.Metrics.Listen = "figures.example:9464" }},
		{"figures at the site's address", "metrics.listen", func(_ bench, c *Config) { c.Metrics.Listen = c.Listen }},
		{"a token and no figures", "metrics.listen", func(b bench, c *Config) { c.Metrics.TokenFile = b.file("t", "0123456789abcdef0123", 0o600) }},
		{"a token that is short", "metrics.token_file", func(b bench, c *Config) {
			c.Metrics.Listen, c.Metrics.TokenFile = ":9464", b.file("t", "0123456789", 0o600)
		}},
		{"a token that others read", "metrics.token_file", func(b bench, c *Config) {
			c.Metrics.Listen, c.Metrics.TokenFile = ":9464", b.file("t", "0123456789abcdef0123", 0o644)
		}},
		{"a token that is not there", "metrics.token_file", func(b bench, c *Config) {
			c.Metrics.Listen, c.Metrics.TokenFile = ":9464", b.path("t")
		}},
		{"a negative delay", "drain.delay", func(_ bench, c *Config) { c.Drain.Delay = -1 }},
		{"a delay of days", "drain.delay", func(_ bench, c *Config) { c.Drain.Delay = 86400 }},
		{"no time to end", "drain.grace", func(_ bench, c *Config) { c.Drain.Grace = 0 }},

		{"demonstration for others", "demo", func(b bench, c *Config) { b.behindProxy(c); c.Demo = true }},
		{"demonstration at a public name", "demo", func(_ bench, c *Config) {
			c.Demo, c.URL, c.TrustedProxies = true, "https://espace.example", []string{"127.0.0.1"}
		}},

		{"listen without port", "listen", func(_ bench, c *Config) { c.Listen, c.URL = "127.0.0.1", "http://127.0.0.1" }},
		{"listen on a wrong port", "listen", func(_ bench, c *Config) { c.Listen = "127.0.0.1:70000" }},
		{"listen on a named port", "listen", func(_ bench, c *Config) { c.Listen = "127.0.0.1:http" }},
		{"listen on a foreign name", "listen", func(b bench, c *Config) { b.behindProxy(c); c.Listen = "espace.example:8080" }},
		{"unencrypted for others", "listen", func(_ bench, c *Config) { c.Listen, c.URL = "0.0.0.0:8080", "" }},
		{"unencrypted on every address", "listen", func(_ bench, c *Config) { c.Listen = ":8080" }},

		{"no address for links", "url", func(b bench, c *Config) { b.behindProxy(c); c.URL = "" }},
		{"address without scheme", "url", func(b bench, c *Config) { b.behindProxy(c); c.URL = "espace.example" }},
		{"address of another scheme", "url", func(b bench, c *Config) { b.behindProxy(c); c.URL = "ftp://espace.example" }},
		{"address with a path", "url", func(b bench, c *Config) { b.behindProxy(c); c.URL = "https://espace.example/a" }},
		{"address with a slash", "url", func(b bench, c *Config) { b.behindProxy(c); c.URL = "https://espace.example/" }},
		{"address with a user", "url", func(b bench, c *Config) { b.behindProxy(c); c.URL = "https://a@espace.example" }},
		{"address with a query", "url", func(b bench, c *Config) { b.behindProxy(c); c.URL = "https://espace.example?a" }},
		{"address without encryption", "url", func(b bench, c *Config) { b.behindProxy(c); c.URL = "http://espace.example" }},
		{"address of nobody", "url", func(b bench, c *Config) { b.behindProxy(c); c.URL = "https://0.0.0.0" }},
		{"address of the reader's machine", "url", func(b bench, c *Config) { b.behindProxy(c); c.URL = "https://localhost" }},
		{"https that nobody speaks", "url", func(_ bench, c *Config) { c.URL = "https://espace.example" }},
		{"http where https is spoken", "url", func(b bench, c *Config) {
			c.URL, c.TLS.Mode = "http://localhost:8080", TLSFiles
			c.TLS.Certificate, c.TLS.Key = b.certificate("l", "localhost")
		}},

		{"every proxy", "trusted_proxies", func(b bench, c *Config) { b.behindProxy(c); c.TrustedProxies = []string{"*"} }},
		{"every IPv4", "trusted_proxies", func(b bench, c *Config) { b.behindProxy(c); c.TrustedProxies = []string{"0.0.0.0/0"} }},
		{"every IPv6", "trusted_proxies", func(b bench, c *Config) { b.behindProxy(c); c.TrustedProxies = []string{"::/0"} }},
		{"half of IPv4", "trusted_proxies", func(b bench, c *Config) { b.behindProxy(c); c.TrustedProxies = []string{"128.0.0.0/1"} }},
		{"proxy by name", "trusted_proxies", func(b bench, c *Config) { b.behindProxy(c); c.TrustedProxies = []string{"proxy"} }},
		{"block with extra bits", "trusted_proxies", func(b bench, c *Config) { b.behindProxy(c); c.TrustedProxies = []string{"10.0.0.1/8"} }},
		{"IPv4 inside IPv6", "trusted_proxies", func(b bench, c *Config) { b.behindProxy(c); c.TrustedProxies = []string{"::ffff:10.0.0.1"} }},
		{"a scanner across the Internet", "clamd", func(_ bench, c *Config) { c.Clamd = "tcp://192.0.2.9:3310" }},
		{"a scanner without its kind", "clamd", func(_ bench, c *Config) { c.Clamd = "/run/clamav/clamd.ctl" }},
		{"a demand for a scan by nobody", "scan.demand", func(_ bench, c *Config) { c.Scan.Demand = true }},
		{"reaching everything", "outbound.allow", func(_ bench, c *Config) { c.Outbound.Allow = []string{"0.0.0.0/0"} }},
		{"reaching every IPv6", "outbound.allow", func(_ bench, c *Config) { c.Outbound.Allow = []string{"::/0"} }},
		{"reaching a name", "outbound.allow", func(_ bench, c *Config) { c.Outbound.Allow = []string{"gestion"} }},
		{"reaching a public address", "outbound.allow", func(_ bench, c *Config) { c.Outbound.Allow = []string{"9.9.9.9"} }},
		{"reaching the metadata of a cloud", "outbound.allow", func(_ bench, c *Config) { c.Outbound.Allow = []string{"169.254.169.254"} }},
		{"reaching more than a private block", "outbound.allow", func(_ bench, c *Config) { c.Outbound.Allow = []string{"10.0.0.0/7"} }},
		{"reaching extra bits", "outbound.allow", func(_ bench, c *Config) { c.Outbound.Allow = []string{"10.0.0.1/24"} }},
		{"a list at no address", "sanction.address", func(_ bench, c *Config) { c.Sanction.Address = "liste.json" }},
		{"a list over the open network", "sanction.address", func(_ bench, c *Config) { c.Sanction.Address = "http://liste.example/a.json" }},
		{"a list for a name and a password", "sanction.address", func(_ bench, c *Config) { c.Sanction.Address = "https://a:b@liste.example/a.json" }},
		{"a list at a piece of a page", "sanction.address", func(_ bench, c *Config) { c.Sanction.Address = "https://liste.example/a.json#b" }},
		{"a resolver by its name", "outbound.resolver", func(_ bench, c *Config) { c.Outbound.Resolver = "dns.example:53" }},
		{"a resolver without a port", "outbound.resolver", func(_ bench, c *Config) { c.Outbound.Resolver = "10.0.0.53" }},
		{"a resolver everywhere", "outbound.resolver", func(_ bench, c *Config) { c.Outbound.Resolver = "0.0.0.0:53" }},
		{"reaching IPv4 inside IPv6", "outbound.allow", func(_ bench, c *Config) { c.Outbound.Allow = []string{"::ffff:10.0.0.1"} }},
		{"empty proxy", "trusted_proxies", func(b bench, c *Config) { b.behindProxy(c); c.TrustedProxies = []string{""} }},

		{"unknown TLS mode", "tls.mode", func(_ bench, c *Config) { c.TLS.Mode = "maybe" }},
		{"unused certificate", "tls.mode", func(_ bench, c *Config) { c.TLS.Certificate = "c.pem" }},
		{"own certificate beside an obtained one", "tls.mode", func(b bench, c *Config) { b.automatic(c); c.TLS.Certificate = "c.pem" }},
		{"terms nobody accepted", "tls.accept_terms", func(b bench, c *Config) { b.automatic(c); c.TLS.AcceptTerms = false }},
		{"an authority in clear", "tls.directory", func(b bench, c *Config) { b.automatic(c); c.TLS.Directory = "http://ca.cabinet.fr/dir" }},
		{"an authority with a password", "tls.directory", func(b bench, c *Config) { b.automatic(c); c.TLS.Directory = "https://a:b@ca.cabinet.fr/dir" }},
		{"no file of roots", "tls.directory_roots", func(b bench, c *Config) { b.automatic(c); c.TLS.DirectoryRoots = b.path("none.pem") }},
		{"roots that are none", "tls.directory_roots", func(b bench, c *Config) { b.automatic(c); c.TLS.DirectoryRoots = b.file("r.pem", "text", 0o600) }},
		{"a contact that is none", "tls.contact", func(b bench, c *Config) { b.automatic(c); c.TLS.Contact = "Informatique <a@b.fr>" }},
		{"a certificate for an address", "url", func(b bench, c *Config) { b.automatic(c); c.URL = "https://192.0.2.7" }},
		{"a certificate for one word", "url", func(b bench, c *Config) { b.automatic(c); c.URL = "https://espace" }},
		{"a public certificate for a name of the house", "url", func(b bench, c *Config) { b.automatic(c); c.URL = "https://espace.cabinet.internal" }},
		{"a public certificate for a test", "url", func(b bench, c *Config) { b.automatic(c); c.URL = "https://espace.test" }},
		{"a certificate without a name", "url", func(b bench, c *Config) { b.automatic(c); c.Listen, c.URL = "127.0.0.1:443", "" }},
		{"terms accepted of nobody", "tls.mode", func(_ bench, c *Config) { c.TLS.AcceptTerms = true }},
		{"an authority that is not asked", "tls.mode", func(_ bench, c *Config) { c.TLS.Directory = "https://ca.cabinet.fr/dir" }},
		{"traces in clear to strangers", "traces.endpoint", func(_ bench, c *Config) { c.Traces.Endpoint = "http://otlp.example/v1/traces" }},
		{"traces to no path", "traces.endpoint", func(_ bench, c *Config) { c.Traces.Endpoint = "http://127.0.0.1:4318" }},
		{"traces to no address", "traces.endpoint", func(_ bench, c *Config) { c.Traces.Endpoint = "127.0.0.1:4317" }},
		{"a token that nobody is shown", "traces.endpoint", func(b bench, c *Config) { c.Traces.TokenFile = b.file("t", "a token", 0o600) }},
		{"a token that all may read", "traces.token_file", func(b bench, c *Config) {
			c.Traces = Traces{"https://otlp.example/v1/traces", b.file("t", "a token", 0o644), 100}
		}},
		{"more than all requests", "traces.share", func(_ bench, c *Config) { c.Traces.Share = 101 }},
		{"redirected to nobody", "tls.redirect", func(_ bench, c *Config) { c.TLS.Redirect = "127.0.0.1:80" }},
		{"redirected from no port", "tls.redirect", func(b bench, c *Config) { b.automatic(c); c.TLS.Redirect = "80" }},
		{"redirected from a name", "tls.redirect", func(b bench, c *Config) { b.automatic(c); c.TLS.Redirect = "espace.cabinet.fr:80" }},
		{"redirected from the site itself", "tls.redirect", func(b bench, c *Config) { b.automatic(c); c.TLS.Redirect = ":443" }},
		{"TLS without certificate", "tls", func(_ bench, c *Config) { c.TLS.Mode = TLSFiles }},
		{"absent certificate", "tls", func(b bench, c *Config) {
			c.TLS.Mode, c.TLS.Certificate, c.TLS.Key = TLSFiles, b.path("absent.pem"), b.path("absent.key")
		}},
		{"key of another certificate", "tls", func(b bench, c *Config) {
			c.TLS.Mode = TLSFiles
			c.TLS.Certificate, _ = b.certificate("one", "127.0.0.1")
			_, c.TLS.Key = b.certificate("two", "127.0.0.1")
		}},
		{"certificate key open to all", "tls.key", func(b bench, c *Config) {
			c.TLS.Mode = TLSFiles
			c.TLS.Certificate, c.TLS.Key = b.certificate("one", "127.0.0.1")
			if err := os.Chmod(c.TLS.Key, 0o644); err != nil {
				b.t.Fatal(err)
			}
		}},
		{"certificate of another host", "tls.certificate", func(b bench, c *Config) {
			c.Listen, c.URL, c.TLS.Mode = ":8443", "https://espace.example", TLSFiles
			c.TLS.Certificate, c.TLS.Key = b.certificate("one", "other.example")
		}},

		{"unknown key provider", "key.provider", func(_ bench, c *Config) { c.Key.Provider = "none" }},
		{"no key provider", "key.provider", func(_ bench, c *Config) { c.Key.Provider = "" }},
		{"passphrase that nobody reads", "key.provider", func(_ bench, c *Config) { c.Key.Passphrase = Secret{"quatre chats gris, six merles"} }},
		{"key open to all", "key.file", func(b bench, c *Config) { c.Key.File = b.file("k", "x", 0o644) }},
		{"key open to its group", "key.file", func(b bench, c *Config) { c.Key.File = b.file("k", "x", 0o640) }},
		{"key is a folder", "key.file", func(b bench, c *Config) { c.Key.File = b.folder("k", 0o700) }},
		{"data without its key", "key.file", func(b bench, c *Config) { b.folder("data", 0o700); b.file("data/directory.db", "", 0o600) }},
		{"firms without their key", "key.file", func(b bench, c *Config) { b.folder("data", 0o700); b.folder("data/firms", 0o700) }},
		{"no passphrase file", "key.file", func(_ bench, c *Config) { c.Key.Provider = KeyFromPassphraseFile }},
		{"absent passphrase file", "key.file", func(b bench, c *Config) { c.Key = Key{Provider: KeyFromPassphraseFile, File: b.path("p")} }},
		{"passphrase open to all", "key.file", func(b bench, c *Config) {
			c.Key = Key{Provider: KeyFromPassphraseFile, File: b.file("p", "quatre chats gris, six merles", 0o644)}
		}},
		{"empty passphrase", "key.file", func(b bench, c *Config) { c.Key = Key{Provider: KeyFromPassphraseFile, File: b.file("p", "\n", 0o600)} }},
		{"blank passphrase", "key.file", func(b bench, c *Config) {
			c.Key = Key{Provider: KeyFromPassphraseFile, File: b.file("p", strings.Repeat(" ", 20), 0o600)}
		}},
		{"short passphrase", "key.file", func(b bench, c *Config) {
			c.Key = Key{Provider: KeyFromPassphraseFile, File: b.file("p", "chats gris 12!", 0o600)}
		}},
		{"passphrase of the manual", "key.file", func(b bench, c *Config) {
			c.Key = Key{Provider: KeyFromPassphraseFile, File: b.file("p", "Change-Me-Please-2026", 0o600)}
		}},
		{"passphrase of one letter", "key.file", func(b bench, c *Config) {
			c.Key = Key{Provider: KeyFromPassphraseFile, File: b.file("p", strings.Repeat("ab", 20), 0o600)}
		}},
		{"no passphrase in the environment", "CENACLE_KEY_PASSPHRASE", func(_ bench, c *Config) { c.Key.Provider = KeyFromPassphraseEnvironment }},
		{"well-known passphrase in the environment", "CENACLE_KEY_PASSPHRASE", func(_ bench, c *Config) {
			c.Key = Key{Provider: KeyFromPassphraseEnvironment, Passphrase: Secret{"correct horse battery staple"}}
		}},
		{"passphrase file and environment", "key.file", func(b bench, c *Config) {
			c.Key = Key{Provider: KeyFromPassphraseEnvironment, File: b.path("p"), Passphrase: Secret{"quatre chats gris, six merles"}}
		}},

		{"database of another kind", "database.url", func(_ bench, c *Config) { c.Database.URL = Secret{"mysql://a@localhost/b"} }},
		{"database by key words", "database.url", func(_ bench, c *Config) { c.Database.URL = Secret{"host=localhost dbname=b"} }},
		{"database without name", "database.url", func(_ bench, c *Config) { c.Database.URL = Secret{"postgres://a@localhost"} }},
		{"database without TLS", "database.url", func(_ bench, c *Config) { c.Database.URL = Secret{"postgres://a@db.example/b?sslmode=disable"} }},
		{"database with TLS if possible", "database.url", func(_ bench, c *Config) { c.Database.URL = Secret{"postgres://a@db.example/b?sslmode=prefer"} }},
		{"database elsewhere by query", "database.url", func(_ bench, c *Config) { c.Database.URL = Secret{"postgres://a@localhost/b?host=db.example"} }},
		{"database twice", "database.url", func(b bench, c *Config) {
			c.Database = Database{URL: Secret{"postgres://a@localhost/b"}, URLFile: b.file("d", "postgres://a@localhost/b", 0o600)}
		}},
		{"database file open to all", "database.url_file", func(b bench, c *Config) {
			c.Database.URLFile = b.file("d", "postgres://a@localhost/b", 0o644)
		}},
		{"absent database file", "database.url_file", func(b bench, c *Config) { c.Database.URLFile = b.path("d") }},
		{"storage of another kind", "blobs", storage("gs://bucket")},
		{"storage without bucket", "blobs", storage("s3:///prefix")},
		{"bucket that is none", "blobs", storage("s3://Bucket_1")},
		{"key in the address", "blobs", storage("s3://key:secret@bucket")},
		{"prefix upwards", "blobs", storage("s3://bucket/../other")},
		{"storage with a slip", "blobs", storage("s3://bucket?endpiont=s3.example.org")},
		{"region twice", "blobs", storage("s3://bucket?region=a&region=b")},
		{"endpoint without TLS", "blobs", storage("s3://bucket?endpoint=http://s3.example.org")},
		{"endpoint without TLS on the network", "blobs", storage("s3://bucket?endpoint=http://10.0.0.2:9000")},
		{"endpoint with a path", "blobs", storage("s3://bucket?endpoint=s3.example.org/bucket")},
		{"path style of another kind", "blobs", storage("s3://bucket?path_style=perhaps")},
		{"storage without account", "s3.access_key", func(_ bench, c *Config) { c.Blobs, c.S3.SecretKey = "s3://bucket", Secret{"s"} }},
		{"account without secret", "s3.secret_key_file", func(_ bench, c *Config) { c.Blobs, c.S3.AccessKey = "s3://bucket", "a" }},
		{"secret twice", "s3.secret_key_file", func(b bench, c *Config) {
			storage("s3://bucket")(b, c)
			c.S3.SecretKeyFile = b.file("s", "s", 0o600)
		}},
		{"secret open to all", "s3.secret_key_file", func(b bench, c *Config) {
			c.Blobs, c.S3 = "s3://bucket", S3{AccessKey: "a", SecretKeyFile: b.file("s", "s", 0o644)}
		}},
		{"backups without account", "backup.access_key", func(_ bench, c *Config) { c.Backup.SecretKey = Secret{"s"} }},
		{"account of backups without secret", "backup.secret_key_file", func(_ bench, c *Config) { c.Backup.AccessKey = "a" }},
		{"secret of backups open to all", "backup.secret_key_file", func(b bench, c *Config) {
			c.Backup = S3{AccessKey: "a", SecretKeyFile: b.file("s", "s", 0o644)}
		}},
		{"account of no storage", "blobs", func(_ bench, c *Config) { c.S3.AccessKey = "a" }},
		{"no connections", "database.connections", func(_ bench, c *Config) { c.Database.Connections = 2 }},
		{"a standby without TLS", "database.url", func(_ bench, c *Config) {
			c.Database.URL = Secret{"postgres://app@/b?host=127.0.0.1,db2.example.org&port=5432,5433"}
		}},
		{"migrations of nothing", "database.migrate_url", func(_ bench, c *Config) { c.Database.MigrateURL = Secret{"postgres://o@localhost/b"} }},
		{"migrations without TLS", "database.migrate_url", func(_ bench, c *Config) {
			c.Database = Database{URL: Secret{"postgres://a@localhost/b"}, MigrateURL: Secret{"postgres://o@db.example/b"}}
		}},

		{"sender without address", "mail.from", func(_ bench, c *Config) { c.Mail.From = "" }},
		{"sender with a name", "mail.from", func(_ bench, c *Config) { c.Mail.From = "Cabinet <a@b.fr>" }},
		{"sender with a second line", "mail.from", func(_ bench, c *Config) { c.Mail.From = "a@b.fr\r\nBcc: c@d.fr" }},
		{"sender that does not exist", "mail.from", func(b bench, c *Config) { b.smtp(c); c.Mail.From = Default().Mail.From }},
		{"sender's name on two lines", "mail.from_name", func(_ bench, c *Config) { c.Mail.FromName = "Cabinet\nBcc: c@d.fr" }},
		{"account without server", "mail.host", func(_ bench, c *Config) { c.Mail.UserName = "a" }},
		{"server with a scheme", "mail.host", func(b bench, c *Config) { b.smtp(c); c.Mail.Host = "smtp://smtp.example" }},
		{"server with a port", "mail.host", func(b bench, c *Config) { b.smtp(c); c.Mail.Host = "smtp.example:587" }},
		{"no mail port", "mail.port", func(b bench, c *Config) { b.smtp(c); c.Mail.Port = 0 }},
		{"wrong mail port", "mail.port", func(b bench, c *Config) { b.smtp(c); c.Mail.Port = 65536 }},
		{"unknown protection", "mail.security", func(b bench, c *Config) { b.smtp(c); c.Mail.Security = "ssl" }},
		{"protection if possible", "mail.security", func(b bench, c *Config) { b.smtp(c); c.Mail.Security = "opportunistic" }},
		{"mail without TLS", "mail.security", func(b bench, c *Config) {
			b.smtp(c)
			c.Mail.Security, c.Mail.UserName, c.Mail.PasswordFile = "none", "", ""
		}},
		{"password without TLS", "mail.security", func(b bench, c *Config) { b.smtp(c); c.Mail.Host, c.Mail.Security = "localhost", "none" }},
		{"account without password", "mail.password_file", func(b bench, c *Config) { b.smtp(c); c.Mail.PasswordFile = "" }},
		{"password twice", "mail.password_file", func(b bench, c *Config) { b.smtp(c); c.Mail.Password = Secret{"x"} }},
		{"absent password file", "mail.password_file", func(b bench, c *Config) { b.smtp(c); c.Mail.PasswordFile = b.path("absent") }},
		{"empty password file", "mail.password_file", func(b bench, c *Config) { b.smtp(c); b.file("smtp", "", 0o600) }},
		{"password open to all", "mail.password_file", func(b bench, c *Config) { b.smtp(c); b.file("smtp", "x", 0o604) }},
		{"password writable by its group", "mail.password_file", func(b bench, c *Config) { b.smtp(c); b.file("smtp", "x", 0o660) }},
		{"provider of messages without address", "sms.url", func(_ bench, c *Config) { c.SMS.Body = "x" }},
		{"secret of messages without address", "sms.url", func(_ bench, c *Config) { c.SMS.Secret = Secret{"x"} }},
		{"messages over the open network", "sms.url", texts(func(_ bench, c *Config) { c.SMS.URL = "http://sms.example/send" })},
		{"messages to no host", "sms.url", texts(func(_ bench, c *Config) { c.SMS.URL = "/send" })},
		{"secret of messages in the address", "sms.url", texts(func(_ bench, c *Config) { c.SMS.URL = "https://a:b@sms.example/send" })},
		{"messages of another type", "sms.type", texts(func(_ bench, c *Config) { c.SMS.Type = "xml" })},
		{"messages without text", "sms.body", texts(func(_ bench, c *Config) { c.SMS.Body = `{"to":"{to}"}` })},
		{"messages with no header", "sms.headers", texts(func(_ bench, c *Config) { c.SMS.Headers = "Bearer {secret}" })},
		{"secret of messages unused", "sms.headers", texts(func(_ bench, c *Config) { c.SMS.Headers = "" })},
		{"secret of messages twice", "sms.secret_file", texts(func(b bench, c *Config) { c.SMS.SecretFile = b.file("sms", "x", 0o600) })},
		{"secret of messages open to all", "sms.secret_file", texts(func(b bench, c *Config) {
			c.SMS.Secret, c.SMS.SecretFile = Secret{}, b.file("sms", "x", 0o644)
		})},
		{"password without account", "mail.username", func(b bench, c *Config) { b.smtp(c); c.Mail.UserName = "" }},
	}
	for _, bad := range cases {
		t.Run(bad.name, func(t *testing.T) {
			b := bench{t, t.TempDir()}
			c := b.start(t)
			bad.change(b, c)
			refused(t, c.Validate(), bad.setting)
		})
	}
	if len(cases) < 60 {
		t.Errorf("%d bad configurations, want at least 60", len(cases))
	}
}

// refused checks that one of the reasons is about the setting and that each is
// a whole one.
func refused(t *testing.T, wrong Reasons, setting string) {
	t.Helper()
	found := false
	for _, r := range wrong {
		found = found || r.Setting == setting
		if r.Wrong == "" || r.Do == "" || strings.HasSuffix(r.Do, ".") {
			t.Errorf("half a reason: %+v", r)
		}
	}
	if !found {
		t.Errorf("no reason about %s in %v", setting, wrong)
	}
}

// texts changes a provider of short messages that is one.
func texts(change func(bench, *Config)) func(bench, *Config) {
	return func(b bench, c *Config) {
		c.SMS = SMS{URL: "https://sms.example/send", Type: "json", Body: `{"to":"{to}","text":"{text}"}`, Headers: "Authorization: Bearer {secret}", Secret: Secret{"s"}}
		change(b, c)
	}
}

// TestTexts: the provider of short messages that is described is the one that is asked.
func TestTexts(t *testing.T) {
	b := bench{t, t.TempDir()}
	c := b.start(t)
	if p, err := c.Texts(); p != nil || err != nil {
		t.Errorf("none is %+v: %v", p, err)
	}
	texts(func(b bench, c *Config) {
		c.SMS.Secret, c.SMS.SecretFile, c.SMS.Headers = Secret{}, b.file("sms", "secret\n", 0o600), "Authorization: Bearer {secret}\nX-A: b\n"
	})(b, c)
	if wrong := c.Validate(); len(wrong) > 0 {
		t.Fatal(wrong)
	}
	p, err := c.Texts()
	if err != nil || p.Secret != "secret" || len(p.Headers) != 2 || p.URL != c.SMS.URL || p.Body != c.SMS.Body || p.Type != "json" {
		t.Errorf("%+v: %v", p, err)
	}
	shown, err := c.Dump()
	if err != nil || strings.Contains(shown, "Bearer secret") {
		t.Errorf("%v\n%s", err, shown)
	}
}

// storage sets where blobs lie, with an account.
func storage(address string) func(bench, *Config) {
	return func(_ bench, c *Config) { c.Blobs, c.S3 = address, S3{AccessKey: "a", SecretKey: Secret{"s"}} }
}
