// Package backup carries installations and firms: copies of a running
// installation into a folder or a bucket ([Make], [Check], [Restore]), and one firm from an
// installation to another ([Export], [Import]).
//
// It refuses to copy a key: what is in a backup is sealed, and an archive is
// sealed to its recipient. It refuses to restore over anything, to use a byte
// before its hash was compared, to call something complete before all of it is
// on the disk, and to bring back an upload that was under way, whose next bytes
// would break the cipher (doc/decisions/001-blob-format.md).
//
// Start at [Make], then [Restore]; [Manifest] is what makes a backup one, and
// [Archive] an archive.
package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/blob"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/vault"
)

// House is an open installation.
type House struct {
	Office   *act.Office
	Accounts *account.Service
	Blobs    *blob.Store
	Data     string // folder
	Program  string // version of the program
}

// Head is a signed head as a backup or an archive writes it down.
type Head struct {
	Size       int64  `json:"size"` // entries; 0 before the first signature, without the rest
	Root       string `json:"root"` // base64
	Checkpoint string `json:"checkpoint"`
	Verifier   string `json:"verifier"`
}

func headOf(h journal.Head) Head {
	if h.Size == 0 {
		return Head{}
	}
	return Head{h.Size, h.Root.String(), h.Checkpoint, h.Verifier}
}

// File is one file of a backup: its path below the backup, its bytes, and their
// SHA-256 in hexadecimal.
type File struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Firm is one firm of a backup. Its blobs are listed in the file
// firms/<id>/blobs.jsonl, one [Blob] a line in the order of versions.
type Firm struct {
	ID    id.Firm `json:"id"`
	Head  Head    `json:"head"`
	Blobs int64   `json:"blobs"`
	Bytes int64   `json:"bytes"` // of the blobs, sealed
}

// Blob is the sealed bytes of a version, which stand once on the shelf for all
// backups that name them: blobs/<firm>/<last two letters>/<blob>.
type Blob struct {
	Version id.Version `json:"version"`
	Blob    id.Blob    `json:"blob"`
	Size    int64      `json:"size"`
	SHA256  string     `json:"sha256"`
}

const (
	manifestFormat = "cenacle/backup@v1"
	manifestName   = "manifest.json"
	blobList       = "blobs.jsonl"
	saltName       = "passphrase.salt"
	directoryName  = "directory.db"
	firmName       = "firm.db"
)

// Manifest names all that belongs to one backup. There is a backup where there
// is a manifest, and nowhere else.
type Manifest struct {
	Format       string    `json:"format"`
	ID           string    `json:"id"`
	At           time.Time `json:"at"`
	Program      string    `json:"program"`
	Schema       string    `json:"schema"` // see store.Schema
	Installation string    `json:"installation"`
	Firms        []Firm    `json:"firms"`
	Files        []File    `json:"files"`
	// MAC is the installation's own, in hexadecimal over all the rest: whoever
	// has its key knows that the list is the one that was made.
	MAC string `json:"mac"`
}

// digest is what the MAC is over.
func (m Manifest) digest() (string, error) {
	m.MAC = ""
	raw, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}

func (m Manifest) sign(box *vault.Box) (Manifest, error) {
	sum, err := m.digest()
	m.MAC = hex.EncodeToString(box.MAC("backup", sum))
	return m, err
}

// check refuses a manifest that the installation of box did not make.
func (m Manifest) check(box *vault.Box) error {
	sum, err := m.digest()
	if err != nil {
		return err
	}
	mac, err := hex.DecodeString(m.MAC)
	if err == nil {
		err = box.CheckMAC(mac, "backup", sum)
	}
	if err != nil {
		return fault.New(fault.Invalid, "backup.altered", m.ID).Because(err)
	}
	return nil
}

// longestManifest is that of a hundred thousand firms.
const longestManifest = 128 << 20

// readAll reads a file that is not longer than most.
func readAll(ctx context.Context, from Source, name string, most int64) ([]byte, error) {
	f, size, err := from.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer f.Close() // read only: nothing can be lost
	if size > most {
		return nil, damaged(name, fmt.Errorf("%d bytes", size))
	}
	raw := make([]byte, size)
	_, err = io.ReadFull(patient{ctx, f}, raw)
	return raw, err
}

// read reads the manifest of a backup.
func read(ctx context.Context, from Source, backup string) (Manifest, error) {
	raw, err := readAll(ctx, from, path.Join(backup, manifestName), longestManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, fault.New(fault.NotFound, "backup.none", from.String()).Because(err)
	}
	if err != nil {
		return Manifest{}, err
	}
	var m Manifest
	if err := json.Unmarshal(raw, &m); err != nil || m.Format != manifestFormat || m.ID != backup {
		return Manifest{}, damaged(path.Join(backup, manifestName), err)
	}
	for _, f := range m.Files {
		if !filepath.IsLocal(f.Path) || f.Size < 0 {
			return Manifest{}, damaged(path.Join(backup, manifestName), nil)
		}
	}
	for _, f := range m.Firms {
		if _, err := id.Parse[id.Firm](string(f.ID)); err != nil {
			return Manifest{}, damaged(path.Join(backup, manifestName), err)
		}
	}
	return m, nil
}

// List returns the backups of a shelf, oldest first; those that were never
// finished are none.
func List(ctx context.Context, from Source) (all []Manifest, err error) {
	names, _, err := folders(ctx, from)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		m, err := read(ctx, from, name)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// Find returns the backup with an identifier, the newest for an empty one.
func Find(ctx context.Context, from Source, backup string) (Manifest, error) {
	names, _, err := folders(ctx, from)
	if err != nil {
		return Manifest{}, err
	}
	at := len(names) - 1
	if backup != "" {
		at = slices.Index(names, backup)
	}
	if at < 0 {
		return Manifest{}, fault.New(fault.NotFound, "backup.none", from.String())
	}
	return read(ctx, from, names[at])
}

// folders are the backups of a shelf, oldest first, and what others left
// unfinished.
func folders(ctx context.Context, from Source) (made, left []string, err error) {
	names, err := from.Names(ctx)
	if err != nil {
		return nil, nil, err
	}
	slices.Sort(names)
	for _, name := range names {
		if _, err := id.Parse[string](name); err != nil {
			continue
		}
		f, _, err := from.Open(ctx, path.Join(name, manifestName))
		switch {
		case err == nil:
			made, err = append(made, name), f.Close()
		case errors.Is(err, fs.ErrNotExist):
			left, err = append(left, name), nil
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return made, left, nil
}

func damaged(path string, cause error) error {
	return fault.New(fault.Invalid, "backup.damaged", path).Because(cause)
}

func firmFolder(f id.Firm) string { return path.Join("firms", string(f)) }

const blobFolder = "blobs"

func blobPath(f id.Firm, b id.Blob) string {
	return path.Join(blobFolder, string(f), string(b[id.Length-2:]), string(b))
}

// Report is what a command did.
type Report struct {
	Manifest Manifest
	Copied   int64 // blobs
	Bytes    int64 // of them
}

// Check reads every byte of a backup again and compares; it needs no key. It
// stops at the first file that is not what the manifest says: "backup.damaged".
func Check(ctx context.Context, from Source, backup string) (m Manifest, err error) {
	defer fault.Op(&err, "backup.Check")
	if m, err = Find(ctx, from, backup); err != nil {
		return m, err
	}
	return m, m.compare(ctx, from)
}

func (m Manifest) compare(ctx context.Context, from Source) error {
	for _, f := range m.Files {
		if err := compare(ctx, from, path.Join(m.ID, f.Path), f.Size, f.SHA256); err != nil {
			return err
		}
	}
	for _, f := range m.Firms {
		err := inGroups(ctx, from, path.Join(m.ID, firmFolder(f.ID), blobList), func(group []Blob) error {
			return crowd(ctx, group, func(b Blob) error { return compare(ctx, from, blobPath(f.ID, b.Blob), b.Size, b.SHA256) })
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func compare(ctx context.Context, from Source, name string, size int64, sum string) error {
	got, err := hashOf(ctx, from, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err != nil || got.Size != size || got.SHA256 != sum {
		return damaged(name, errors.Join(err, fmt.Errorf("%d bytes, SHA-256 %s, instead of %s bytes, %s",
			got.Size, got.SHA256, strconv.FormatInt(size, 10), sum)))
	}
	return nil
}

// hashOf measures one file of a source.
func hashOf(ctx context.Context, from Source, name string) (File, error) {
	f, _, err := from.Open(ctx, name)
	if err != nil {
		return File{}, err
	}
	defer f.Close() // read only: nothing can be lost
	m := newMeasure()
	err = copyAll(ctx, m, f)
	return File{name, m.size, m.sum()}, err
}

// Blobs is how many blobs the firms of a backup have together.
func (m Manifest) Blobs() (n int64) {
	for _, f := range m.Firms {
		n += f.Blobs
	}
	return n
}
