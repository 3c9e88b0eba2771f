package vault

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"cenacle/internal/fault"
)

const vectorFile = `cenacle root key 1
00010203 04050607 08090a0b 0c0d0e0f 10111213 14151617 18191a1b 1c1d1e1f
check 752bab4d62c45836
`

func writeKey(t *testing.T, content string, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "root.key")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func wantFault(t *testing.T, what string, err error, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Key != key {
		t.Errorf("%s: %v, want the fault %s", what, err, key)
	}
}

func TestKeyFileIsCreatedOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root.key")
	first, err := KeyFile{Path: path, Create: true}.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	for _, create := range []bool{true, false} {
		again, err := KeyFile{Path: path, Create: create}.Root(t.Context())
		if err != nil || again.Bytes() != first.Bytes() {
			t.Errorf("create %v: another key, %v", create, err)
		}
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("left beside the key: %v, %v", left, err)
	}
}

func TestKeyFileCreatedByTwo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root.key")
	var group sync.WaitGroup
	keys := make([]Key, 8)
	for i := range keys {
		group.Go(func() {
			k, err := KeyFile{Path: path, Create: true}.Root(t.Context())
			if err != nil {
				t.Error(err)
			}
			keys[i] = k
		})
	}
	group.Wait()
	for _, k := range keys {
		if k.Bytes() != keys[0].Bytes() || !k.Valid() {
			t.Fatal("two processes have two keys")
		}
	}
}

func TestKeyFileVector(t *testing.T) {
	for what, content := range map[string]string{
		"as written":   vectorFile,
		"other system": strings.ReplaceAll(vectorFile, "\n", "\r\n"),
		"by hand":      strings.NewReplacer("00010203 ", " 000102 03", "0c0d0e0f", "0C0D0E0F", "b4d6", "B4D6").Replace(vectorFile),
		"no last line": strings.TrimSpace(vectorFile),
	} {
		k, err := KeyFile{Path: writeKey(t, content, 0o400)}.Root(t.Context())
		if err != nil || k.Bytes() != countingKey().Bytes() {
			t.Errorf("%s: %v", what, err)
		}
	}
	raw := countingKey().Bytes()
	if got := string(encodeFile(keyHeader, raw[:])); got != vectorFile {
		t.Errorf("encoded as\n%s", got)
	}
}

func TestKeyFileRefuses(t *testing.T) {
	_, err := KeyFile{Path: filepath.Join(t.TempDir(), "none")}.Root(t.Context())
	wantFault(t, "missing", err, "vault.key_missing")
	if _, err := (KeyFile{Path: writeKey(t, vectorFile, 0o440)}).Root(t.Context()); err != nil {
		t.Errorf("a key of root that its group may read: %v", err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o660, 0o666, 0o644, 0o601, 0o610, 0o620} {
		_, err := KeyFile{Path: writeKey(t, vectorFile, mode), Create: true}.Root(t.Context())
		wantFault(t, mode.String(), err, "vault.key_exposed")
	}
	if _, err := (KeyFile{Path: t.TempDir()}).Root(t.Context()); err == nil {
		t.Error("a folder is a key")
	}
}

// Every truncated copy and every copy with one wrong character is found.
func TestKeyFileDamaged(t *testing.T) {
	whole := strings.TrimSpace(vectorFile)
	for i := range whole {
		_, err := KeyFile{Path: writeKey(t, whole[:i], 0o600)}.Root(t.Context())
		wantFault(t, "cut at "+whole[:i], err, "vault.key_damaged")
		c := "0"
		if whole[i] == '0' {
			c = "1"
		}
		bad := whole[:i] + c + whole[i+1:]
		_, err = KeyFile{Path: writeKey(t, bad, 0o600)}.Root(t.Context())
		wantFault(t, bad, err, "vault.key_damaged")
	}
	short := encodeFile(keyHeader, make([]byte, 16))
	_, err := KeyFile{Path: writeKey(t, string(short), 0o600)}.Root(t.Context())
	wantFault(t, "short key with a right check", err, "vault.key_damaged")
	salt := encodeFile(saltHeader, make([]byte, 32))
	_, err = KeyFile{Path: writeKey(t, string(salt), 0o600)}.Root(t.Context())
	wantFault(t, "salt for a key", err, "vault.key_damaged")
	_, err = KeyFile{Path: writeKey(t, vectorFile+strings.Repeat("\n", 5000), 0o600)}.Root(t.Context())
	wantFault(t, "too long", err, "vault.key_damaged")
	_, err = KeyFile{Path: writeKey(t, "zz", 0o600)}.Root(t.Context())
	if err != nil && strings.Contains(err.Error(), "zz") {
		t.Errorf("the error quotes the file: %v", err)
	}
}

func typed(s string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(s), nil }
}

// The vector was computed with Python's cryptography module (Argon2id, RFC 9106).
func TestPassphraseVector(t *testing.T) {
	salt := writeKey(t, "cenacle passphrase salt 1\n00010203 04050607 08090a0b 0c0d0e0f\ncheck d16ea86ed5c7caa5\n", 0o644)
	k, err := Passphrase{Read: typed("cinq mots pris au hasard\r\n"), SaltPath: salt}.Root(t.Context())
	raw := k.Bytes()
	if got, want := hex.EncodeToString(raw[:]), "9230fa47ce44069d060a4a4674762313b4a3ced68c63d4134b69447157ca5982"; err != nil || got != want {
		t.Errorf("key %s, %v; want %s", got, err, want)
	}
}

func TestPassphrase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "salt")
	handed := []byte("une phrase assez longue\n")
	first, err := Passphrase{Read: func() ([]byte, error) { return handed, nil }, SaltPath: path}.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Trim(string(handed), "\x00") != "" {
		t.Error("the passphrase was not wiped")
	}
	again, err := Passphrase{Read: typed("une phrase assez longue"), SaltPath: path}.Root(t.Context())
	if err != nil || again.Bytes() != first.Bytes() {
		t.Errorf("the same passphrase gives another key: %v", err)
	}
	other, err := Passphrase{Read: typed("une phrase assez longuE"), SaltPath: path}.Root(t.Context())
	if err != nil || other.Bytes() == first.Bytes() {
		t.Errorf("another passphrase gives the same key: %v", err)
	}
	elsewhere, err := Passphrase{Read: typed("une phrase assez longue"), SaltPath: filepath.Join(t.TempDir(), "salt")}.Root(t.Context())
	if err != nil || elsewhere.Bytes() == first.Bytes() {
		t.Errorf("another salt gives the same key: %v", err)
	}
}

func TestPassphraseRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "salt")
	_, err := Passphrase{Read: typed("quinze lettres!\n"), SaltPath: path}.Root(t.Context())
	wantFault(t, "short", err, "vault.passphrase_short")
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a refused passphrase left a salt")
	}
	closed := errors.New("no terminal")
	_, err = Passphrase{Read: func() ([]byte, error) { return nil, closed }, SaltPath: path}.Root(t.Context())
	if !errors.Is(err, closed) {
		t.Errorf("the reader's failure became %v", err)
	}
	_, err = Passphrase{Read: typed("une phrase assez longue"), SaltPath: writeKey(t, "cenacle passphrase salt 1\n0001", 0o600)}.Root(t.Context())
	wantFault(t, "damaged salt", err, "vault.salt_damaged")
}
