package config

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// write makes a file with the given mode, whatever the umask.
func write(t *testing.T, path, text string, mode os.FileMode) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, text string, environ ...string) (*Config, error) {
	t.Helper()
	return Load(write(t, filepath.Join(t.TempDir(), "cenacle.toml"), text, 0o600), environ)
}

func TestDefaultsAreAccepted(t *testing.T) {
	c, err := Load("", []string{"HOME=/root", "PATH=/bin", "NOT_CENACLE_X=1", "CENACLE_TEST_POSTGRES=x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate().Err(); err != nil {
		t.Error(err)
	}
	if got := c.Base().String(); got != "http://127.0.0.1:8080" {
		t.Errorf("Base = %s", got)
	}
	if got := c.KeyFile(); got != filepath.Join("data", "root.key") {
		t.Errorf("KeyFile = %s", got)
	}
	if c.Limit.Upload != 100e9 || c.Language != "fr" || c.Demo || c.File() != "" {
		t.Errorf("defaults: %+v", c)
	}
}

func TestFileThenEnvironmentThenFlag(t *testing.T) {
	c, err := load(t, `
listen = "127.0.0.1:1"
data = "from-file"
language = "en"
trusted_proxies = ["10.0.0.1"]
[limit]
upload = "2 GiB"
quota = 4294967296
[mail]
port = 25
`, "CENACLE_DATA=from-environment", "CENACLE_LISTEN=127.0.0.1:2", "CENACLE_TRUSTED_PROXIES=10.0.0.2, fd00::/8",
		"CENACLE_DEMO=true", "CENACLE_OUTBOUND_ALLOW=10.1.0.0/16", "CENACLE_MAIL_PORT=465", "CENACLE_LIMIT_UPLOAD=1 MiB", "CENACLE_MAIL_PASSWORD=pw")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Set("listen", "127.0.0.1:3"); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"listen": "127.0.0.1:3", "data": "from-environment", "language": "en", "demo": true,
		"upload": Size(1 << 20), "quota": Size(4 << 30), "port": 465, "password": "pw", "proxies": "[10.0.0.2/32 fd00::/8]", "networks": "[10.1.0.0/16]"}
	got := map[string]any{"listen": c.Listen, "data": c.Data, "language": c.Language, "demo": c.Demo,
		"upload": c.Limit.Upload, "quota": c.Limit.Quota, "port": c.Mail.Port, "password": c.Mail.Password.Reveal(), "proxies": fmt.Sprint(c.Proxies()), "networks": fmt.Sprint(c.Networks())}
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s = %v, want %v", name, got[name], want[name])
		}
	}
}

func TestPathFromTheEnvironment(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "c.toml"), `language = "en"`, 0o644)
	c, err := Load("", []string{"CENACLE_CONFIG=" + path})
	if err != nil {
		t.Fatal(err)
	}
	if c.Language != "en" || c.File() != path {
		t.Errorf("language %q from %q", c.Language, c.File())
	}
}

func TestSetRefuses(t *testing.T) {
	for _, name := range []string{"key.passphrase", "mail.password", "database.url", "database.migrate_url", "nothing", "", "mail", "limit"} {
		err := Default().Set(name, "hunter2")
		if err == nil {
			t.Errorf("Set(%q) was accepted", name)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Set(%q) repeats the value: %v", name, err)
		}
	}
	if slices.Contains(Names(), "mail.password") || !slices.Contains(Names(), "mail.host") {
		t.Errorf("Names = %v", Names())
	}
	for _, name := range Names() {
		if err := Default().Set(name, "1"); err != nil {
			t.Errorf("Set(%q): %v", name, err)
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	const canary = "CANARY-7c1e"
	c, err := load(t, `
[database]
url = "postgres://app:`+canary+`@127.0.0.1/cenacle"
migrate_url = "postgres://owner:`+canary+`@127.0.0.1/cenacle"
`, "CENACLE_KEY_PASSPHRASE="+canary, "CENACLE_MAIL_PASSWORD="+canary, "CENACLE_URL=https://user:"+canary+"@x.fr")
	if err != nil {
		t.Fatal(err)
	}
	dump, err := c.Dump()
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", c.Mail.Password, "config", c.Database)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", c.Mail.Password, "config", c.Database)
	s := c.Mail.Password
	for _, text := range []string{dump, log.String(), c.Validate().Error(),
		fmt.Sprintf("%v %+v %#v %s %q %x %d", s, s, s, s, s, s, s), fmt.Sprintf("%v %+v %#v", c.Mail, c.Database, c.Key)} {
		if strings.Contains(text, canary) || strings.Contains(text, fmt.Sprintf("%x", canary)) {
			t.Errorf("a secret is printed in:\n%s", text)
		}
	}
	if !strings.Contains(dump, hidden) {
		t.Errorf("the dump does not say that a secret is set:\n%s", dump)
	}
}

// A dump is read again to the same configuration.
func TestDumpRoundTrip(t *testing.T) {
	c := Default()
	c.TrustedProxies = []string{"10.0.0.1"}
	c.Limit.Quota = 5 << 40
	dump, err := c.Dump()
	if err != nil {
		t.Fatal(err)
	}
	again, err := load(t, dump)
	if err != nil {
		t.Fatalf("%v in\n%s", err, dump)
	}
	second, err := again.Dump()
	if err != nil {
		t.Fatal(err)
	}
	if dump != second {
		t.Errorf("dumps differ:\n%s\n%s", dump, second)
	}
	if !strings.Contains(dump, `upload = "100 GB"`) || !strings.Contains(dump, `quota = "5 TiB"`) {
		t.Errorf("sizes are not readable in\n%s", dump)
	}
}

func TestSizes(t *testing.T) {
	good := map[string]Size{"0": 0, "1": 1, "100 GiB": 100 << 30, "100GiB": 100 << 30, "3 GB": 3e9, "20 kB": 20e3, " 3 KiB ": 3 << 10, "2 TiB": 2 << 40, "-1": -1, "8388607 TiB": 8388607 << 40}
	for text, want := range good {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%q = %d, %v; want %d", text, s, err, want)
		}
	}
	for _, text := range []string{"", "GiB", "1.5 GiB", "1 Gb", "1 gib", "ten", "8388608 TiB", "99999999999999999999", "1 GiB GiB", "0x10"} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read as %d", text, s)
		}
	}
}

func TestSecretsFromFiles(t *testing.T) {
	dir := t.TempDir()
	c := Default()
	c.Key.Provider = KeyFromPassphraseFile
	c.Key.File = write(t, filepath.Join(dir, "p"), "  quatre chats et demi  \r\n", 0o600)
	c.Mail.PasswordFile = write(t, filepath.Join(dir, "m"), "pw\n", 0o600)
	c.Database.URLFile = write(t, filepath.Join(dir, "d"), "postgres://a@/b\n", 0o600)
	if p, err := c.Passphrase(); err != nil || string(p) != "  quatre chats et demi  " {
		t.Errorf("Passphrase = %q, %v", p, err)
	}
	if s, err := c.MailPassword(); err != nil || s.Reveal() != "pw" {
		t.Errorf("MailPassword = %q, %v", s.Reveal(), err)
	}
	if s, err := c.DatabaseURL(); err != nil || s.Reveal() != "postgres://a@/b" {
		t.Errorf("DatabaseURL = %q, %v", s.Reveal(), err)
	}
	if s, err := c.MigrateURL(); err != nil || !s.Empty() {
		t.Errorf("MigrateURL = %q, %v", s.Reveal(), err)
	}
	c.Key.File = filepath.Join(dir, "absent")
	if _, err := c.Passphrase(); err == nil {
		t.Error("an absent passphrase file was read")
	}
}
