package config

import (
	"net"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shortestPassphrase is in characters: the root key is only as good.
const shortestPassphrase = 15

// wellKnown are passphrases of examples and manuals, without spaces, digits
// and punctuation, in lower case.
func wellKnown() []string {
	return []string{"changeme", "changemeplease", "password", "passphrase", "mypassphrase", "secret", "topsecret",
		"default", "example", "cenacle", "admin", "administrator", "motdepasse", "azerty", "qwerty", "correcthorsebatterystaple"}
}

func (c *Config) checkKey(wrong *Reasons) {
	if c.Key.Provider != KeyFromPassphraseEnvironment && !c.Key.Passphrase.Empty() {
		wrong.add("key.provider", "a passphrase is given but not used",
			`write "passphrase-environment", or remove `+variableOf("key.passphrase"))
	}
	switch c.Key.Provider {
	case KeyFromFile:
		c.checkKeyFile(wrong)
	case KeyFromPassphraseFile:
		if c.Key.File == "" {
			wrong.add("key.file", "no passphrase file is named", "write its path")
			return
		}
		if s, ok := checkSecretFile(wrong, "key.file", c.Key.File); ok {
			checkPassphrase(wrong, "key.file", s)
		}
	case KeyFromPassphraseEnvironment:
		if c.Key.File != "" {
			wrong.add("key.file", "a file is named but not used", "remove it, or change key.provider")
		}
		checkPassphrase(wrong, variableOf("key.passphrase"), c.Key.Passphrase)
	default:
		wrong.add("key.provider", "there is no such provider",
			`write "file", "passphrase-file" or "passphrase-environment"`)
	}
}

// checkKeyFile looks at the key. Of mode 0440 it is root's, and the service's, its
// group, to read.
func (c *Config) checkKeyFile(wrong *Reasons) {
	path := c.KeyFile()
	info, err := os.Stat(path)
	switch {
	case os.IsNotExist(err):
		if c.holdsData() {
			wrong.add("key.file", "the data folder holds data, but its key "+path+" is missing",
				"put the key back from its copy; a new one could not read anything")
		}
	case err != nil:
		wrong.add("key.file", "the key cannot be reached: "+plainly(err), "check that this account may read it")
	case !info.Mode().IsRegular():
		wrong.add("key.file", path+" is not a file", "name the key file")
	case info.Mode().Perm()&0o077 != 0 && info.Mode().Perm() != 0o440:
		wrong.add("key.file", "other accounts may open the key "+path, "run: chmod 600 "+path)
	}
}

// holdsData reports that an installation has been started in the data folder.
func (c *Config) holdsData() bool { return !c.FirstStart() }

// FirstStart reports that no installation has been started in the data folder.
// One that has its rows in PostgreSQL may have no more there than its key, or the
// salt of its passphrase.
func (c *Config) FirstStart() bool {
	marks := []string{filepath.Join(c.Data, "directory.db"), filepath.Join(c.Data, "firms")}
	if !c.Database.URL.Empty() || c.Database.URLFile != "" {
		marks = append(marks, filepath.Join(c.Data, "passphrase.salt"))
		if c.Key.Provider == KeyFromFile {
			marks = append(marks, c.KeyFile())
		}
	}
	for _, path := range marks {
		if _, err := os.Stat(path); err == nil {
			return false
		}
	}
	return true
}

// FitPassphrase says why a passphrase that is to be the root key may not: a
// [Reasons], as a start with it would.
func FitPassphrase(text string) error {
	var wrong Reasons
	checkPassphrase(&wrong, "passphrase", Secret{text})
	return wrong.Err()
}

func checkPassphrase(wrong *Reasons, setting string, s Secret) {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s.text)
	switch {
	case strings.TrimSpace(s.text) == "":
		wrong.add(setting, "the passphrase is empty", "write several words that nobody can guess")
	case slices.Contains(wellKnown(), letters) || distinct(s.text) < 5:
		wrong.add(setting, "the passphrase is one that everybody knows", "write several words that nobody can guess")
	case utf8.RuneCountInString(s.text) < shortestPassphrase:
		wrong.add(setting, "the passphrase has fewer than 15 characters", "write several words that nobody can guess")
	}
}

// distinct counts different characters.
func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

func (c *Config) checkDatabase(wrong *Reasons) {
	app := checkDatabaseURL(wrong, "database.url", c.Database.URL, c.Database.URLFile)
	owner := checkDatabaseURL(wrong, "database.migrate_url", c.Database.MigrateURL, c.Database.MigrateURLFile)
	if owner && !app && c.Database.URL.Empty() && c.Database.URLFile == "" {
		wrong.add("database.migrate_url", "a role for migrations is given without a database", "set database.url too")
	}
	if c.Database.Connections < leastConnections || c.Database.Connections > mostConnections {
		wrong.add("database.connections", "a node needs 4 connections and has no use for more than 1000", "write for example 32")
	}
}

const leastConnections, mostConnections = 4, 1000

// checkDatabaseURL reports whether a URL is given and can be used.
func checkDatabaseURL(wrong *Reasons, setting string, s Secret, file string) bool {
	if file != "" && !s.Empty() {
		wrong.add(setting, "the address is given twice", "keep it or its file, not both")
		return false
	}
	if file != "" {
		var ok bool
		if s, ok = checkSecretFile(wrong, setting+"_file", file); !ok {
			return false
		}
	}
	if s.Empty() {
		return false
	}
	u, err := url.Parse(s.text)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") || u.Path == "" || u.Path == "/" {
		wrong.add(setting, "this is no PostgreSQL address", `write postgres://role@host:5432/name`)
		return false
	}
	mode := u.Query().Get("sslmode")
	if remote(u) && mode != "require" && mode != "verify-ca" && mode != "verify-full" {
		wrong.add(setting, "data would cross the network unencrypted", "add sslmode=verify-full to the address")
		return false
	}
	return true
}

// remote reports a database of which one host is neither on a socket nor on
// loopback.
func remote(u *url.URL) bool {
	hosts := u.Host
	if q := u.Query().Get("host"); q != "" {
		hosts = q
	}
	for host := range strings.SplitSeq(hosts, ",") {
		if strings.HasPrefix(host, "/") || host == "" {
			continue
		}
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if !loopbackHost(strings.Trim(host, "[]")) {
			return true
		}
	}
	return false
}

func hasPassword(s Secret) bool {
	u, err := url.Parse(s.text)
	if err != nil {
		return true // in doubt, it has one
	}
	_, set := u.User.Password()
	return set || u.Query().Has("password") || u.Query().Has("sslpassword")
}

func (c *Config) checkMail(wrong *Reasons) {
	m := c.Mail
	if a, err := mail.ParseAddress(m.From); err != nil || a.Address != m.From || a.Name != "" {
		wrong.add("mail.from", "this is no plain address", `write for example "espace@cabinet.fr"`)
	}
	if strings.ContainsFunc(m.FromName, unicode.IsControl) || !utf8.ValidString(m.FromName) {
		wrong.add("mail.from_name", "the name has characters that cannot be shown", "write it on one line")
	}
	if m.Host == "" {
		if m.UserName != "" || m.PasswordFile != "" || !m.Password.Empty() {
			wrong.add("mail.host", "an account is given without a server", "set mail.host, or remove the account")
		}
		return
	}
	if strings.ContainsAny(m.Host, "/:@ \t\r\n") && net.ParseIP(m.Host) == nil {
		wrong.add("mail.host", "this is no host name", "write the name alone, without scheme or port")
	}
	if m.Port < 1 || m.Port > 65535 {
		wrong.add("mail.port", "the port is not a number from 1 to 65535", "write 587 for starttls or 465 for tls")
	}
	if c.Mail.From == Default().Mail.From {
		wrong.add("mail.from", "mails need a sender that exists", "write the address that sends")
	}
	m.checkSecurity(wrong)
	m.checkAccount(wrong)
}

func (m Mail) checkSecurity(wrong *Reasons) {
	switch m.Security {
	case "starttls", "tls":
	case "none":
		if !loopbackHost(m.Host) {
			wrong.add("mail.security", "notices and their links would cross the network unencrypted", `write "starttls" or "tls"`)
		}
		if m.UserName != "" {
			wrong.add("mail.security", "the password of the mail server would be sent unencrypted", `write "starttls" or "tls"`)
		}
	default:
		wrong.add("mail.security", "there is no such protection", `write "starttls" or "tls", or "none" for a server on this machine`)
	}
}

func (m Mail) checkAccount(wrong *Reasons) {
	given := !m.Password.Empty() || m.PasswordFile != ""
	switch {
	case !m.Password.Empty() && m.PasswordFile != "":
		wrong.add("mail.password_file", "the password is given twice", "keep the file or "+variableOf("mail.password")+", not both")
	case m.UserName == "" && given:
		wrong.add("mail.username", "a password is given without an account", "set mail.username, or remove the password")
	case m.UserName != "" && !given:
		wrong.add("mail.password_file", "an account is given without a password", "name the file that holds it")
	case m.PasswordFile != "":
		_, _ = checkSecretFile(wrong, "mail.password_file", m.PasswordFile) // its reasons are all we want
	}
}
