package config

import (
	"bytes"

	"github.com/BurntSushi/toml"
)

// Dump writes the configuration in force as TOML, defaults included, which Load
// reads again once the secrets are filled in.
func (c *Config) Dump() (string, error) {
	shown := *c
	if base := c.Base(); base != nil {
		shown.URL = base.Redacted()
	}
	shown.Key.File = c.KeyFile()
	var out bytes.Buffer
	e := toml.NewEncoder(&out)
	e.Indent = ""
	err := e.Encode(shown)
	return out.String(), err
}
