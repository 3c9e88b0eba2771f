package config

import (
	"os"
	"slices"
	"testing"
	"time"

	"cenacle/internal/keycard/keycardtest"
)

// keyed reads the keys of an authority on a listener of its own.
func (b bench) keyed(c *Config) {
	b.t.Helper()
	a := keycardtest.New(b.t, "Autorité", time.Now)
	c.Keycard = Keycard{
		Listen: "127.0.0.1:8443", URL: "https://localhost:8443", Issuers: a.Files().Issuers, Lists: a.Files().Lists, Policies: []string{keycardtest.Policy},
	}
	c.Keycard.Certificate, c.Keycard.Key = b.certificate("keycard", "localhost")
}

// CFG-01, of keys: what would let the wrong ones in, or nobody, is refused.
func TestCFG01_Keycards(t *testing.T) {
	b := bench{t, t.TempDir()}
	c := b.start(t)
	b.keyed(c)
	if err := c.Validate().Err(); err != nil {
		t.Fatal(err)
	}
	if len(c.Keycard.OIDs()) != 1 || c.Keycard.Base() == nil {
		t.Errorf("%v at %v", c.Keycard.OIDs(), c.Keycard.Base())
	}
	for what, tt := range map[string]struct {
		setting string
		change  func(*Config)
	}{
		"nothing listens":               {"keycard.listen", func(c *Config) { c.Keycard.Listen = "" }},
		"no port":                       {"keycard.listen", func(c *Config) { c.Keycard.Listen = "8443" }},
		"a name":                        {"keycard.listen", func(c *Config) { c.Keycard.Listen = "espace.cabinet.fr:8443" }},
		"the site's listener":           {"keycard.listen", func(c *Config) { c.Keycard.Listen = c.Listen }},
		"no address":                    {"keycard.url", func(c *Config) { c.Keycard.URL = "" }},
		"an address in clear":           {"keycard.url", func(c *Config) { c.Keycard.URL = "http://localhost:8443" }},
		"an address with a path":        {"keycard.url", func(c *Config) { c.Keycard.URL = "https://localhost:8443/" }},
		"the site's address":            {"keycard.url", func(c *Config) { c.Keycard.URL = "https://" + c.Base().Host }},
		"no issuers":                    {"keycard.issuers", func(c *Config) { c.Keycard.Issuers = "" }},
		"issuers that are none":         {"keycard.issuers", func(c *Config) { c.Keycard.Issuers = b.file("none.pem", "text", 0o600) }},
		"somebody who issues nothing":   {"keycard.issuers", func(c *Config) { c.Keycard.Issuers = c.Keycard.Certificate }},
		"no lists":                      {"keycard.lists", func(c *Config) { c.Keycard.Lists = nil }},
		"any device":                    {"keycard.policies", func(c *Config) { c.Keycard.Policies = nil }},
		"a policy that is none":         {"keycard.policies", func(c *Config) { c.Keycard.Policies = []string{"NCP+"} }},
		"nobody encrypts":               {"keycard.certificate", func(c *Config) { c.Keycard.Certificate, c.Keycard.Key = "", "" }},
		"a certificate without its key": {"keycard.certificate", func(c *Config) { c.Keycard.Key = "" }},
		"a certificate for another":     {"keycard.certificate", func(c *Config) { c.Keycard.URL = "https://127.0.0.1:8443" }},
		"a key for all": {"keycard.key", func(c *Config) {
			if err := os.Chmod(c.Keycard.Key, 0o644); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		c := b.start(t)
		b.keyed(c)
		tt.change(c)
		if wrong := c.Validate(); !slices.ContainsFunc(wrong, func(r Reason) bool { return r.Setting == tt.setting }) {
			t.Errorf("%s: %v, want %s", what, wrong, tt.setting)
		}
	}
}
