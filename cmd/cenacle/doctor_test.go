package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDoctor examines an installation by the command, in both languages, with
// its three exit codes.
func TestDoctor(t *testing.T) {
	data := t.TempDir()
	if err := typing("").run(t, "demo", "--json", "--data", data); err != nil {
		t.Fatal(err)
	}
	examine := func(code int, says string, environ []string, args ...string) string {
		t.Helper()
		c := typing("", environ...)
		err := c.run(t, append([]string{"doctor", "--data", data}, args...)...)
		got := 0
		if err != nil {
			got = exitCode(err)
		}
		if got != code || !strings.Contains(c.out.String(), says) {
			t.Errorf("%v %v: code %d, want %d and %q\n%s", environ, args, got, code, says, c.out)
		}
		return c.out.String()
	}
	for _, environ := range [][]string{{"LANG=fr_FR.UTF-8"}, {"LANG=en_US.UTF-8", "LC_ALL=fr_BE"}, {"LC_MESSAGES=fr", "LANG=C"}} {
		examine(1, "aucun serveur de courriel", environ)
	}
	for _, environ := range [][]string{nil, {"LANG=C.UTF-8"}, {"LANG=de_DE"}, {"LC_ALL=en_GB", "LANG=fr_FR"}} {
		examine(1, "no mail server", environ)
	}
	examine(1, "no mail server", []string{"LANG=fr_FR"}, "--language", "en")
	examine(0, "12 in order", nil, "--demo")
	var report struct{ Level string }
	if err := json.Unmarshal([]byte(examine(1, "{", nil, "--json")), &report); err != nil || report.Level != "warning" {
		t.Errorf("as JSON: %v, %v", report, err)
	}
	examine(2, "", nil, "--language", "de")
	examine(2, "there is no such variable", []string{"CENACLE_COLOUR=red"})
	examine(2, "ERROR", nil, "--listen", "0.0.0.0:80")
	if err := os.Remove(filepath.Join(data, "root.key")); err != nil {
		t.Fatal(err)
	}
	examine(2, "Put the key back from its copy", nil)
}
