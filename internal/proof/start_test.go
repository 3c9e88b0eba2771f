package proof

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// CFG-01, through the real program: it refuses to start where it could not keep
// its promises, says why and what to do, and ends with an error.
func TestCFG01(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(t *testing.T, data string) []string // of the environment, or "--flag value"
		says   []string
	}{
		"the key is gone": {func(t *testing.T, data string) []string {
			lose(t, os.Remove(filepath.Join(data, "root.key")))
			return nil
		}, []string{"root.key is missing", "put the key back"}},
		"everybody may read the key": {func(t *testing.T, data string) []string {
			lose(t, os.Chmod(filepath.Join(data, "root.key"), 0o644))
			return nil
		}, []string{"other accounts may open the key", "chmod 600"}},
		"it is another key": {func(t *testing.T, data string) []string {
			lose(t, os.WriteFile(filepath.Join(data, "root.key"), []byte(strings.Repeat("k", 32)), 0o600))
			return nil
		}, []string{"key"}},
		"it is the key of another installation": {func(t *testing.T, data string) []string {
			raw, err := os.ReadFile(filepath.Join(installed(t), "root.key"))
			lose(t, err)
			lose(t, os.WriteFile(filepath.Join(data, "root.key"), raw, 0o600))
			return nil
		}, []string{"not the key of this installation"}},
		"passwords would cross the network": {func(*testing.T, string) []string {
			return []string{"CENACLE_LISTEN=0.0.0.0:0", "CENACLE_URL=https://espace.delmas.example"}
		}, []string{"unencrypted", "trusted_proxies"}},
		"links would be unencrypted": {func(*testing.T, string) []string {
			return []string{"CENACLE_URL=http://espace.delmas.example"}
		}, []string{"url", "unencrypted"}},
		"everybody is a trusted proxy": {func(*testing.T, string) []string {
			return []string{"CENACLE_TRUSTED_PROXIES=0.0.0.0/0"}
		}, []string{"trusted_proxies", "strangers"}},
		"a demonstration for the world": {func(*testing.T, string) []string {
			return []string{"CENACLE_DEMO=true", "CENACLE_LISTEN=0.0.0.0:0", "CENACLE_URL=https://espace.delmas.example", "CENACLE_TRUSTED_PROXIES=10.0.0.1"}
		}, []string{"demo"}},
		"a misspelt setting in the file": {func(t *testing.T, data string) []string {
			return []string{"CENACLE_CONFIG=" + written(t, "lisen = \"127.0.0.1:1\"\n", 0o600)}
		}, []string{"lisen", "no such setting"}},
		"a misspelt section in the file": {func(t *testing.T, data string) []string {
			return []string{"CENACLE_CONFIG=" + written(t, "[tsl]\nmode = \"files\"\n", 0o600)}
		}, []string{"tsl", "no such setting"}},
		"a file that others may change": {func(t *testing.T, data string) []string {
			return []string{"CENACLE_CONFIG=" + written(t, "language = \"fr\"\n", 0o666)}
		}, []string{"other accounts may change"}},
		"a misspelt variable": {func(*testing.T, string) []string { return []string{"CENACLE_LISEN=127.0.0.1:1"} }, []string{"CENACLE_LISEN", "no such variable"}},
		"a folder that others may change": {func(t *testing.T, data string) []string {
			lose(t, os.Chmod(data, 0o777))
			return nil
		}, []string{"go-w"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := installed(t)
			settings := append(environ(temporary(t), data, freePort(t)), c.change(t, data)...)
			said, code := tell(t, settings, "serve")
			if code != 1 {
				t.Errorf("the program ended with %d: %s", code, said)
			}
			for _, words := range c.says {
				if !strings.Contains(said, words) {
					t.Errorf("it does not say %q: %s", words, said)
				}
			}
			if strings.Contains(said, "goroutine") || strings.Contains(said, "listening") {
				t.Errorf("it says: %s", said)
			}
		})
	}
	t.Run("a command that does not exist", func(t *testing.T) {
		if said, code := tell(t, nil, "server"); code != 2 || !strings.Contains(said, "unknown command") {
			t.Errorf("%d: %s", code, said)
		}
	})
}

func lose(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// written is a configuration file.
func written(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cenacle.toml")
	lose(t, os.WriteFile(path, []byte(text), mode))
	lose(t, os.Chmod(path, mode)) // whatever the mask
	return path
}

// installed is the data folder of a program that has run once.
func installed(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	listen := freePort(t)
	p := serve(t, listen, environ(temporary(t), data, listen))
	p.ready(10 * time.Second)
	p.kill()
	key, err := os.Stat(filepath.Join(data, "root.key"))
	lose(t, err)
	if key.Mode().Perm() != 0o600 || !strings.Contains(string(p.out.read()), "Copy it now") {
		t.Errorf("the new key has mode %v, and the program says %s", key.Mode(), p.out.read())
	}
	return data
}

// CFG-01 on PostgreSQL: a database that is another installation's, that a later
// program has changed, or whose role no wall binds, is refused with the reason, and
// nothing in it is changed.
func TestCFG01Database(t *testing.T) {
	t.Parallel()
	c := storetest.Postgres(t)
	data, listen := filepath.Join(t.TempDir(), "data"), freePort(t)
	p := serve(t, listen, environ(c, data, listen))
	p.ready(20 * time.Second)
	p.kill()
	db := storetest.Superuser(t, c)
	unsafe := c
	unsafe.PostgresURL, unsafe.MigrateURL = c.MigrateURL, ""
	for _, tt := range []struct {
		name   string
		at     store.Config
		data   string
		before string // done to the database first
		says   string
	}{
		{"another installation's", c, filepath.Join(t.TempDir(), "data"), "", "not the key of this installation"},
		{"the owner works", unsafe, data, "", "role"},
		{"a later program's", c, data, `insert into schema_migration (scope, number, name, sum) values ('directory', 99, 'later.sql', '')`, "later version"},
	} {
		if _, err := db.ExecContext(t.Context(), cmp.Or(tt.before, "select 1")); err != nil {
			t.Fatal(err)
		}
		said, code := tell(t, environ(tt.at, tt.data, listen), "serve")
		if code != 1 || !strings.Contains(said, tt.says) {
			t.Errorf("%s: the program ended with %d: %s", tt.name, code, said)
		}
	}
}
