package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cenacle/internal/fault"
)

// The two kinds of file that this package writes. Three lines: a header, the
// value in groups of hexadecimal digits, and a check that finds a truncated or
// mistyped copy.
const (
	keyHeader  = "cenacle root key 1"
	saltHeader = "cenacle passphrase salt 1"
)

const checkSize = 8

// maxFile bounds what is read; our files are about 120 bytes.
const maxFile = 4096

// KeyFile keeps the root key in a file that only its owner may read. Whoever
// has the file can read the whole installation; without it nothing can be read
// again: whoever wires the program tells the operator to copy it elsewhere.
type KeyFile struct {
	Path   string
	Create bool // write a fresh key when there is no file; an existing file is never replaced
}

// Root reads the key. Faults: "vault.key_missing", "vault.key_exposed" (any
// right of group or others), "vault.key_damaged" (truncated, mistyped, another
// kind of file).
func (f KeyFile) Root(context.Context) (_ Key, err error) {
	defer fault.Op(&err, "vault.KeyFile(%s)", f.Path)
	key, err := f.read()
	if !errors.Is(err, fs.ErrNotExist) || !f.Create {
		return key, err
	}
	raw := NewKey().Bytes()
	defer clear(raw[:])
	if err := writeNew(f.Path, encodeFile(keyHeader, raw[:])); err != nil && !errors.Is(err, fs.ErrExist) {
		return Key{}, err
	}
	return f.read() // also when another process was faster: its key is the key
}

// lent is the mode of a key that is root's, and the service's, its group, to read.
const lent = 0o440

func (f KeyFile) read() (Key, error) {
	text, mode, err := readSmall(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return Key{}, fault.New(fault.Invalid, "vault.key_missing", f.Path).Because(err)
	}
	if err != nil {
		return Key{}, err
	}
	defer clear(text)
	if mode.Perm()&0o077 != 0 && mode.Perm() != lent {
		return Key{}, fault.New(fault.Invalid, "vault.key_exposed", f.Path, fmt.Sprintf("%04o", mode.Perm()))
	}
	raw, err := decodeFile(keyHeader, text)
	if err == nil && len(raw) != KeySize {
		err = fmt.Errorf("key of %d bytes", len(raw))
	}
	if err != nil {
		return Key{}, fault.New(fault.Invalid, "vault.key_damaged", f.Path).Because(err)
	}
	defer clear(raw)
	return KeyOf([KeySize]byte(raw)), nil
}

// readSmall reads a regular file and the rights of the very file it read.
func readSmall(path string) (_ []byte, _ fs.FileMode, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close() // read only: nothing can be lost
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is no regular file", path)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	return text, info.Mode(), err
}

// writeNew makes a file of mode 0600 appear whole and durable, or not at all;
// fs.ErrExist when there is one already.
func writeNew(path string, content []byte) (err error) {
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, ".new-*") // created with mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil { // unlike a rename, refuses to replace
		return err
	}
	return syncFolder(folder)
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func encodeFile(header string, value []byte) []byte {
	digits := hex.EncodeToString(value)
	var groups []string
	for i := 0; i < len(digits); i += 8 {
		groups = append(groups, digits[i:i+8])
	}
	return fmt.Appendf(nil, "%s\n%s\ncheck %x\n", header, strings.Join(groups, " "), check(header, value))
}

// decodeFile accepts what encodeFile writes; line ends of any system, capitals
// and other grouping of the digits are forgiven because people copy keys by hand.
func decodeFile(header string, text []byte) ([]byte, error) {
	if len(text) == maxFile {
		return nil, errors.New("too long")
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 3 {
		return nil, fmt.Errorf("%d lines instead of 3", len(lines))
	}
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	if lines[0] != header {
		return nil, fmt.Errorf("the first line is not %q", header)
	}
	value, err := hex.DecodeString(strings.ReplaceAll(lines[1], " ", ""))
	if err != nil {
		return nil, errors.New("the second line is not hexadecimal") // the cause would quote a digit of the key
	}
	if want := fmt.Sprintf("check %x", check(header, value)); strings.ToLower(lines[2]) != want {
		return nil, errors.New("the check differs")
	}
	return value, nil
}

func check(header string, value []byte) []byte {
	sum := sha256.Sum256(append([]byte(header+"\n"), value...))
	return sum[:checkSize]
}
