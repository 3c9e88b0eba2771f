package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"strings"
	"time"

	"filippo.io/age"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// An archive is a tar file: the text about.txt, the sealed rows (rows/000001.age
// and so on), the blobs as they are stored (blobs/<id>), and last the sealed
// manifest.age, without which there is no archive. What is sealed is standard
// age; the format is described in doc/decisions/012-moving-a-firm.md.
const (
	archiveFormat = "cenacle/archive@v1"
	aboutName     = "about.txt"
	rowsFolder    = "rows/"
	blobsFolder   = "blobs/"
	sealedName    = "manifest.age"
	block         = 512     // of a tar file
	manifestLimit = 1 << 20 // bytes of the sealed manifest
	rowsLimit     = 64 << 20
)

const about = `This is one law firm that left an installation of Cénacle, complete.

manifest.age and the files in rows/ are sealed with age (age-encryption.org) to
the person for whom this archive was made. rows/ holds the rows of each table as
lines of JSON, and the key of the firm. The files in blobs/ are documents, sealed
under keys that the rows hold, in the Tink AES-256-GCM-HKDF streaming format.

"cenacle import" brings the firm into another installation.
`

// Archive is the sealed manifest of an archive.
type Archive struct {
	Format  string           `json:"format"`
	ID      string           `json:"id"`
	At      time.Time        `json:"at"`
	Program string           `json:"program"`
	Schema  string           `json:"schema"` // see store.Schema: rows fit that structure and no other
	Firm    id.Firm          `json:"firm"`
	Head    Head             `json:"head"`
	Waiting int64            `json:"waiting"` // entries that no head covers yet
	Rows    map[string]int64 `json:"rows"`    // by table
	People  int64            `json:"people"`
	Blobs   int64            `json:"blobs"`
	Bytes   int64            `json:"bytes"` // of the blobs
	// Prefix and SHA256 are of everything before this manifest.
	Prefix int64  `json:"prefix"`
	SHA256 string `json:"sha256"`
}

// writer writes an archive and knows the hash of what it wrote.
type writer struct {
	file       *os.File
	hash       hash.Hash
	size       int64
	tar        *tar.Writer
	recipients []age.Recipient
	parts      int
}

func newWriter(f *os.File, recipients []age.Recipient) *writer {
	w := &writer{file: f, hash: sha256.New(), recipients: recipients}
	w.tar = tar.NewWriter(w)
	return w
}

// Write is for the tar writer alone.
func (w *writer) Write(p []byte) (int, error) {
	n, err := w.file.Write(p)
	w.hash.Write(p[:n]) // a hash never fails
	w.size += int64(n)
	return n, err
}

func header(name string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: fileMode, Format: tar.FormatPAX}
}

// add writes one file of the archive, of exactly size bytes.
func (w *writer) add(name string, size int64, r io.Reader) error {
	if err := w.tar.WriteHeader(header(name, size)); err != nil {
		return err
	}
	if n, err := io.Copy(w.tar, r); err != nil || n != size {
		return errors.Join(err, fmt.Errorf("backup: %s has %d bytes of %d", name, n, size))
	}
	return w.tar.Flush()
}

// seal encrypts some bytes to the recipients.
func (w *writer) seal(plain []byte) ([]byte, error) {
	var out bytes.Buffer
	in, err := age.Encrypt(&out, w.recipients...)
	if err != nil {
		return nil, err
	}
	_, err = in.Write(plain)
	err = errors.Join(err, in.Close()) // which writes the end
	return out.Bytes(), err
}

// rows writes the next part of the rows.
func (w *writer) rows(plain []byte) error {
	sealed, err := w.seal(plain)
	if err != nil {
		return err
	}
	w.parts++
	return w.add(fmt.Sprintf("%s%06d.age", rowsFolder, w.parts), int64(len(sealed)), bytes.NewReader(sealed))
}

// finish writes the manifest, which covers all that came before.
func (w *writer) finish(m Archive) error {
	m.Prefix, m.SHA256 = w.size, hex.EncodeToString(w.hash.Sum(nil))
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	sealed, err := w.seal(raw)
	if err != nil {
		return err
	}
	if err := w.add(sealedName, int64(len(sealed)), bytes.NewReader(sealed)); err != nil {
		return err
	}
	return w.tar.Close()
}

// reader reads an archive that was checked whole.
type reader struct {
	Archive
	file       *os.File
	identities []age.Identity
}

// openArchive checks every byte of an archive before anything of it is used:
// that its manifest opens, that all before it is what the manifest says, that
// nothing comes after. Faults: "backup.identity" (sealed to somebody else),
// "backup.archive" (cut, altered, or no archive).
func openArchive(ctx context.Context, path string, identities []age.Identity) (_ *reader, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	r := &reader{file: f, identities: identities}
	at, sealed, err := lastEntry(f)
	if err != nil {
		return nil, notArchive(path, err)
	}
	raw, err := r.open(sealed, manifestLimit)
	if err != nil {
		return nil, opening(path, err)
	}
	if err := json.Unmarshal(raw, &r.Archive); err != nil || r.Format != archiveFormat {
		return nil, notArchive(path, errors.Join(err, fmt.Errorf("format %q", r.Format)))
	}
	if _, err := id.Parse[id.Firm](string(r.Firm)); err != nil {
		return nil, notArchive(path, err)
	}
	if err := r.compare(ctx, at, sealed); err != nil {
		return nil, notArchive(path, err)
	}
	return r, nil
}

func (r *reader) close() { _ = r.file.Close() } // read only: nothing can be lost

func notArchive(path string, cause error) error {
	if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return fault.New(fault.Invalid, "backup.archive", path).Because(cause)
}

// opening tells an archive for somebody else from one that was altered.
func opening(path string, err error) error {
	if _, ok := errors.AsType[*age.NoIdentityMatchError](err); ok {
		return fault.New(fault.Invalid, "backup.identity", path).Because(err)
	}
	return notArchive(path, err)
}

// lastEntry finds the manifest at the end: where its header begins, and its
// bytes. It reads headers only.
func lastEntry(f *os.File) (at int64, sealed []byte, err error) {
	t := tar.NewReader(f)
	for {
		h, err := t.Next()
		if err != nil {
			return 0, nil, fmt.Errorf("before its manifest: %w", err)
		}
		if h.Name != sealedName {
			continue
		}
		if h.Size > manifestLimit {
			return 0, nil, fmt.Errorf("a manifest of %d bytes", h.Size)
		}
		data, err := f.Seek(0, io.SeekCurrent)
		if err != nil {
			return 0, nil, err
		}
		sealed = make([]byte, h.Size)
		_, err = f.ReadAt(sealed, data)
		return data - block, sealed, err
	}
}

// compare reads the whole file.
func (r *reader) compare(ctx context.Context, at int64, sealed []byte) error {
	if r.Prefix != at {
		return fmt.Errorf("the manifest begins at %d, not at %d", at, r.Prefix)
	}
	m := newMeasure()
	if err := copyAll(ctx, m, io.NewSectionReader(r.file, 0, at)); err != nil {
		return err
	}
	if m.size != at || m.sum() != r.SHA256 {
		return errors.New("the bytes are not those that were written")
	}
	var tail bytes.Buffer
	t := tar.NewWriter(&tail)
	if err := t.WriteHeader(header(sealedName, int64(len(sealed)))); err != nil {
		return err
	}
	_, err := t.Write(sealed)
	if err := errors.Join(err, t.Close()); err != nil {
		return err
	}
	got, err := io.ReadAll(io.NewSectionReader(r.file, at, int64(tail.Len())+1))
	if err != nil {
		return err
	}
	if !bytes.Equal(got, tail.Bytes()) {
		return errors.New("something stands after the manifest")
	}
	return nil
}

func (r *reader) open(sealed []byte, limit int64) ([]byte, error) {
	plain, err := age.Decrypt(bytes.NewReader(sealed), r.identities...)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(plain, limit+1))
	if err == nil && int64(len(raw)) > limit {
		err = errors.New("larger than anything that is written")
	}
	return raw, err
}

// each visits the files before the manifest, in order; content is theirs until
// visit returns.
func (r *reader) each(ctx context.Context, visit func(name string, size int64, content io.Reader) error) error {
	t := tar.NewReader(io.NewSectionReader(r.file, 0, r.Prefix))
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := visit(h.Name, h.Size, patient{ctx, t}); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
}

// lines visits the rows line by line, in the order they were written.
func (r *reader) lines(ctx context.Context, visit func([]byte) error) error {
	return r.each(ctx, func(name string, size int64, content io.Reader) error {
		if !strings.HasPrefix(name, rowsFolder) {
			return nil
		}
		if size > rowsLimit {
			return fmt.Errorf("%d bytes of rows at once", size)
		}
		sealed, err := io.ReadAll(content)
		if err != nil {
			return err
		}
		plain, err := r.open(sealed, rowsLimit)
		if err != nil {
			return err
		}
		defer clear(plain) // the key of the firm is in it
		for line := range bytes.Lines(plain) {
			if err := visit(line); err != nil {
				return err
			}
		}
		return nil
	})
}
