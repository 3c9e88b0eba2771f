package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestKeysRotate refuses what it cannot do, and says what it would do without doing it;
// what it does is shown by TestCRY05.
func TestKeysRotate(t *testing.T) {
	data := t.TempDir()
	root, other := filepath.Join(data, "root.key"), filepath.Join(t.TempDir(), "other.key")
	if err := typing("").run(t, "keys", "rotate", "--data", data, "--root", "--new-key", other); err == nil || !strings.Contains(err.Error(), "no installation") {
		t.Errorf("an empty folder: %v", err)
	}
	if err := typing("").run(t, "demo", "--data", data); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{}, {"--root"}, {"--root", "--firm", "01k"}, {"--space", "all"}, {"--root", "--new-key", other, "--space", "all"}, {"--firm", "01k"},
	} {
		err := typing("").run(t, append([]string{"keys", "rotate", "--data", data}, args...)...)
		if !errors.Is(err, errUsage) {
			t.Errorf("%v: %v", args, err)
		}
	}
	firms, err := os.ReadDir(filepath.Join(data, "firms"))
	if err != nil || len(firms) != 1 {
		t.Fatal(firms, err)
	}
	firm := firms[0].Name()
	err = typing("").run(t, "keys", "rotate", "--data", data, "--firm", firm, "--space", "01k")
	if err == nil || !strings.Contains(err.Error(), "has no space") {
		t.Errorf("a space that is not there: %v", err)
	}
	says(t, "", "Nothing was changed", "keys", "rotate", "--data", data, "--firm", firm, "--space", "all", "--dry-run")
	says(t, "", "Nothing was changed", "keys", "rotate", "--data", data, "--root", "--new-key", other, "--dry-run")
	if _, err := os.Stat(other); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a dry run made a key: %v", err)
	}
	says(t, "", "nothing to do", "keys", "rotate", "--data", data, "--root", "--new-key", root)
	if err := os.Rename(root, other); err != nil {
		t.Fatal(err)
	}
	err = typing("").run(t, "keys", "rotate", "--data", data, "--root", "--new-key", other)
	if err == nil {
		t.Error("a key is replaced without the one that is there")
	}
}

// TestKeysRotatePassphrase goes from one passphrase to another: until the end both open
// the installation, then the new one alone; one that no server would start with is
// refused before anything is touched.
func TestKeysRotatePassphrase(t *testing.T) {
	data := t.TempDir()
	under := func(phrase string) []string {
		return []string{"CENACLE_KEY_PROVIDER=passphrase-environment", "CENACLE_KEY_PASSPHRASE=" + phrase}
	}
	old, fresh := "cinq mots sans aucun rapport", "quatre autres mots choisis au hasard"
	rotate, verify := []string{"keys", "rotate", "--data", data, "--root"}, []string{"journal", "verify", "--data", data}
	for _, step := range []struct {
		under, typed string
		args         []string
		says, fails  string
	}{
		{old, "kormoran-zeltplane-41-violett\n", []string{"firm", "create", "--data", data, "--name", "Cabinet", "--lawyer", "Me Neuf", "--email", "neuf@neuf.example"}, "", ""},
		{old, "trop court\n", rotate, "", "fewer than 15"},
		{old, "aaaaaaaaaaaaaaaaaaaa\n", rotate, "", "everybody knows"},
		{old, "", rotate, "", "empty"},
		{old, old + "\n", rotate, "nothing to do", ""},
		{old, fresh + "\r\n", rotate, "Give the new passphrase to every node", ""},
		{old, "", verify, "", ""},
		{fresh, "", verify, "", ""},
		{fresh, fresh, rotate, "opens nothing here any more", ""},
		{fresh, "", verify, "", ""},
		{old, "", verify, "", "vault.wrong_key"},
	} {
		c := typing(step.typed, under(step.under)...)
		err := c.run(t, step.args...)
		if step.fails != "" {
			if err == nil || !strings.Contains(err.Error(), step.fails) {
				t.Fatalf("%v, under %q, typed %q: %v", step.args, step.under, step.typed, err)
			}
			continue
		}
		if said := c.out.String() + c.err.String(); err != nil || !strings.Contains(said, step.says) {
			t.Fatalf("%v, under %q, typed %q: %v\n%s", step.args, step.under, step.typed, err, said)
		}
	}
}
