package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBackupAndRestore takes a demonstration to another machine: the folder of
// backups and, by another way, the key.
func TestBackupAndRestore(t *testing.T) {
	data, to, there := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "data")
	if err := typing("").run(t, "demo", "--data", data); err != nil {
		t.Fatal(err)
	}
	c := typing("")
	if err := c.run(t, "backup", "--data", data, "--to", to, "--verify", "--keep", "3"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(c.out.String(), "is complete: 1 firms") || !strings.Contains(c.err.String(), "root.key is not in it") {
		t.Errorf("it says %s and %s", c.out, c.err)
	}
	c = typing("")
	if err := c.run(t, "backup", "verify", "--from", to); err != nil || !strings.Contains(c.out.String(), "holds: every byte") {
		t.Errorf("verifying it: %v, %s", err, c.out)
	}
	key, err := os.ReadFile(filepath.Join(data, "root.key"))
	if err = errors.Join(err, os.Mkdir(there, 0o700), os.WriteFile(filepath.Join(there, "root.key"), key, 0o600)); err != nil {
		t.Fatal(err)
	}
	c = typing("")
	if err := c.run(t, "restore", "--from", to, "--data", there); err != nil || !strings.Contains(c.out.String(), "is restored: 1 firms") {
		t.Fatalf("restoring it: %v, %s", err, c.out)
	}
	c = typing("")
	if err := c.run(t, "journal", "verify", "--data", there); err != nil || !strings.Contains(c.out.String(), "holds") {
		t.Errorf("the journal restored: %v, %s", err, c.out)
	}
	head := filepath.Join(t.TempDir(), "known")
	manifest, err := filepath.Glob(filepath.Join(to, "*", "manifest.json"))
	if err != nil || len(manifest) != 1 {
		t.Fatal(manifest, err)
	}
	// A second backup, of the restored one, knows a line more than the first.
	if err := typing("").run(t, "backup", "--data", there, "--to", head); err != nil {
		t.Fatal(err)
	}
	later, err := filepath.Glob(filepath.Join(head, "*", "manifest.json"))
	if err != nil || len(later) != 1 {
		t.Fatal(later, err)
	}
	again := filepath.Join(t.TempDir(), "again")
	if err := errors.Join(os.Mkdir(again, 0o700), os.WriteFile(filepath.Join(again, "root.key"), key, 0o600)); err != nil {
		t.Fatal(err)
	}
	c = typing("")
	err = c.run(t, "restore", "--from", to, "--data", again, "--witness", later[0])
	if err != nil || !strings.Contains(c.out.String(), "ACTS ARE LOST") || !strings.Contains(c.err.String(), "OLDER than what somebody has seen") {
		t.Errorf("an older state: %v, %s, %s", err, c.out, c.err)
	}
}

func TestBackupRefuses(t *testing.T) {
	empty, cut := t.TempDir(), t.TempDir()
	if err := os.Mkdir(filepath.Join(cut, "restoring"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args string
		code int
		says string
	}{
		"nowhere to":             {"backup --data " + empty, 2, "--to"},
		"fewer than none":        {"backup --to x --keep -1", 2, "--keep"},
		"no installation":        {"backup --data " + empty + " --to " + t.TempDir(), 1, "no installation"},
		"no backup to verify":    {"backup verify --from " + empty, 1, "no complete backup"},
		"nothing to verify":      {"backup verify", 2, "--from"},
		"nothing to restore":     {"restore --data " + empty, 2, "--from"},
		"no backup to restore":   {"restore --from " + empty + " --data " + empty, 1, "no complete backup"},
		"a witness that is none": {"restore --from x --witness /nowhere/receipt", 2, "nowhere"},
		"a restore that was cut": {"serve --data " + cut, 1, "A restore was cut"},
	} {
		c := typing("")
		if err := c.run(t, strings.Fields(tt.args)...); err == nil || exitCode(err) != tt.code || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(empty, "root.key")); err == nil {
			t.Errorf("%s: a key was made", name)
		}
	}
}

// A passphrase needs its salt, which the backup has; the passphrase it has not.
func TestBackupUnderAPassphrase(t *testing.T) {
	data, to, there := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "data")
	environ := []string{"CENACLE_KEY_PROVIDER=passphrase-environment", "CENACLE_KEY_PASSPHRASE=cinq mots sans aucun rapport"}
	for _, tt := range []struct {
		in   string
		args []string
	}{
		{"kormoran-zeltplane-41-violett\n", []string{"firm", "create", "--data", data, "--name", "Cabinet", "--lawyer", "Me Neuf", "--email", "neuf@neuf.example"}},
		{"", []string{"backup", "--data", data, "--to", to}},
		{"", []string{"restore", "--from", to, "--data", there}},
		{"", []string{"journal", "verify", "--data", there}},
	} {
		if err := typing(tt.in, environ...).run(t, tt.args...); err != nil {
			t.Fatalf("%v: %v", tt.args, err)
		}
	}
	other := typing("", environ[0], "CENACLE_KEY_PASSPHRASE=cinq autres mots sans rapport")
	elsewhere := filepath.Join(t.TempDir(), "data")
	if err := other.run(t, "restore", "--from", to, "--data", elsewhere); err == nil || !strings.Contains(err.Error(), "vault.wrong_key") {
		t.Errorf("another passphrase: %v", err)
	}
	if left, err := os.ReadDir(elsewhere); err != nil || len(left) != 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}
