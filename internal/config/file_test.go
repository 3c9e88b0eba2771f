package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCFG01_BadFilesAreRefused(t *testing.T) {
	cases := []struct {
		name, setting, text string
		mode                os.FileMode
		environ             []string
	}{
		{"unknown key", "colour", `colour = "red"`, 0o600, nil},
		{"unknown key in a table", "mail.hots", "[mail]\nhots = \"a\"", 0o600, nil},
		{"unknown table", "smtp.host", "[smtp]\nhost = \"a\"", 0o600, nil},
		{"passphrase in the file", "key.passphrase", "[key]\npassphrase = \"a\"", 0o600, nil},
		{"SMTP password in the file", "mail.password", "[mail]\npassword = \"a\"", 0o600, nil},
		{"number for a text", "", `listen = 8080`, 0o600, nil},
		{"text for a number", "", "[mail]\nport = \"587\"", 0o600, nil},
		{"no TOML", "", "listen: 8080", 0o600, nil},
		{"key twice", "", "demo = true\ndemo = false", 0o600, nil},
		{"no size", "", "[limit]\nupload = \"many\"", 0o600, nil},
		{"unknown variable", "CENACLE_LISTENS", "", 0o600, []string{"CENACLE_LISTENS=x"}},
		{"variable of a table", "CENACLE_MAIL", "", 0o600, []string{"CENACLE_MAIL=x"}},
		{"variable in small letters", "CENACLE_listen", "", 0o600, []string{"CENACLE_listen=x"}},
		{"variable that is no truth", "CENACLE_DEMO", "", 0o600, []string{"CENACLE_DEMO=perhaps"}},
		{"variable that is no number", "CENACLE_MAIL_PORT", "", 0o600, []string{"CENACLE_MAIL_PORT=smtp"}},
		{"variable that is no size", "CENACLE_LIMIT_QUOTA", "", 0o600, []string{"CENACLE_LIMIT_QUOTA=1 Gb"}},
		{"file writable by all", "", "", 0o666, nil},
		{"file writable by its group", "", "", 0o660, nil},
		{"readable file with a password", "", "[database]\nurl = \"postgres://a:b@localhost/c\"", 0o644, nil},
		{"readable file with a password in the query", "", "[database]\nurl = \"postgres://a@localhost/c?password=b\"", 0o644, nil},
		{"readable file whose password is replaced", "", "[database]\nurl = \"postgres://a:b@localhost/c\"", 0o644,
			[]string{"CENACLE_DATABASE_URL=postgres://a@localhost/c"}},
	}
	for _, bad := range cases {
		t.Run(bad.name, func(t *testing.T) {
			path := write(t, filepath.Join(t.TempDir(), "c.toml"), bad.text, bad.mode)
			if bad.setting == "" {
				bad.setting = path
			}
			c, err := Load(path, bad.environ)
			if err == nil {
				err = c.Validate().Err()
			}
			wrong, ok := err.(Reasons)
			if !ok {
				t.Fatalf("error is %T: %v", err, err)
			}
			refused(t, wrong, bad.setting)
		})
	}
	if _, err := Load(filepath.Join(t.TempDir(), "absent.toml"), nil); err == nil {
		t.Error("an absent file was accepted")
	}
	if _, err := Load(t.TempDir(), nil); err == nil {
		t.Error("a folder was accepted")
	}
	if _, err := load(t, "# "+strings.Repeat("x", maxFile)); err == nil {
		t.Error("a huge file was accepted")
	}
}

// A file without a secret may be readable by everybody.
func TestReadableFileWithoutSecret(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "c.toml"), "[database]\nurl = \"postgres://a@localhost/c\"", 0o644)
	c, err := Load(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate().Err(); err != nil {
		t.Error(err)
	}
}

// All reasons come at once.
func TestAllReasonsTogether(t *testing.T) {
	c := Default()
	c.Data, c.Language, c.Log, c.Limit.Upload, c.Key.Provider, c.Mail.From = "", "de", "x", -1, "x", "x"
	if n := len(c.Validate()); n < 6 {
		t.Errorf("%d reasons, want at least 6: %v", n, c.Validate())
	}
	_, err := load(t, "a = 1\nb = 2", "CENACLE_X=1", "CENACLE_DEMO=x")
	if wrong, _ := err.(Reasons); len(wrong) != 4 {
		t.Errorf("want four reasons: %v", err)
	}
}

func TestParseErrorsNameTheLine(t *testing.T) {
	for text, want := range map[string]string{
		"\n[mail]\nport = \"x\"":    `line 3 (last key "mail.port") is of the wrong kind`,
		"\nlisten = = 3":            `line 2, after the key "listen"`,
		"[limit]\nupload = \"ten\"": `line 2, after the key "limit.upload"`,
	} {
		if _, err := load(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// What stands in a broken file is not repeated: it may be a secret.
func TestParseErrorsRepeatNoValue(t *testing.T) {
	const canary = "CANARY-51c0"
	for _, text := range []string{"[database]\nurl = " + canary, "[database]\nurl = [\"" + canary + "\"]", "demo = \"" + canary + "\"",
		"[limit]\nupload = \"" + canary + "\"", "x = \"" + canary + "\n", "\"" + canary} {
		_, err := load(t, text)
		if err == nil {
			t.Errorf("accepted: %s", text)
			continue
		}
		if strings.Contains(err.Error(), canary) {
			t.Errorf("%q repeats the value: %v", text, err)
		}
	}
}
