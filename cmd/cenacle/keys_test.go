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
