package config

import (
	"bytes"
	"fmt"
	"strings"
)

// Passphrase reads the passphrase of the key provider, without the line end of
// its file. The caller may clear it.
func (c *Config) Passphrase() ([]byte, error) {
	if c.Key.Provider == KeyFromPassphraseEnvironment {
		return []byte(c.Key.Passphrase.text), nil
	}
	text, err := readSecret(c.Key.File)
	return []byte(text.text), err
}

// MailPassword reads the password of the SMTP server; empty without
// authentication.
func (c *Config) MailPassword() (Secret, error) {
	return either(c.Mail.Password, c.Mail.PasswordFile)
}

// DatabaseURL reads the URL of PostgreSQL; empty for the embedded engine.
func (c *Config) DatabaseURL() (Secret, error) {
	return either(c.Database.URL, c.Database.URLFile)
}

// MigrateURL reads the URL of the role that owns the tables; may be empty.
func (c *Config) MigrateURL() (Secret, error) {
	return either(c.Database.MigrateURL, c.Database.MigrateURLFile)
}

func either(s Secret, file string) (Secret, error) {
	if file == "" {
		return s, nil
	}
	return readSecret(file)
}

func readSecret(path string) (Secret, error) {
	raw, err := readSmall(path)
	if err != nil {
		return Secret{}, fmt.Errorf("config: %s: %w", path, err)
	}
	text := strings.TrimRight(string(bytes.TrimPrefix(raw, []byte("\ufeff"))), "\r\n")
	return Secret{text}, nil
}
