package backup

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"filippo.io/age"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// ExportedKind is the journal's line of an export, the last one but for what
// happens meanwhile.
const ExportedKind = "firm.exported"

// Exporting is what [Export] needs.
type Exporting struct {
	Firm       id.Firm
	To         string   // file; TO.partial is a folder until it is complete
	Recipients []string // age1…, who can open it
	Close      bool     // nobody enters the firm here any more, from before the copy on
	Step       int64    // bytes of blobs that a cut may cost; 64 MiB when 0
}

// Export writes one firm into an archive sealed to its recipients: the rows of
// one consistent snapshot, the firm's key, the people it knows, then the blobs
// as they are. The journal says that it left, to whom.
//
// It may be cut at any moment and run again with the same recipients: what is
// durable of the blobs is kept, and the snapshot is that of the first run; an
// export cut before its rows were complete begins anew. The file appears under
// its name when it is complete. Faults: "backup.there", "backup.recipient",
// "backup.other_export", "backup.busy", "backup.blob".
func Export(ctx context.Context, h House, e Exporting) (_ Archive, err error) {
	defer fault.Op(&err, "backup.Export(%s)", e.Firm)
	defer full(&err)
	recipients, err := parseRecipients(e.Recipients)
	if err != nil {
		return Archive{}, err
	}
	if _, err := os.Lstat(e.To); !errors.Is(err, fs.ErrNotExist) {
		return Archive{}, fault.New(fault.Conflict, "backup.there", e.To).Because(err)
	}
	live, err := h.Office.Store.Firm(ctx, e.Firm)
	if err != nil {
		return Archive{}, err
	}
	dir := e.To + ".partial"
	if err := folder(dir); err != nil {
		return Archive{}, err
	}
	release, err := lock(dir)
	if err != nil {
		return Archive{}, err
	}
	defer func() { err = errors.Join(err, release()) }()
	for n := 1; ; n++ {
		x := &export{House: h, Exporting: e, live: live, dir: dir, recipients: recipients}
		m, err := x.run(ctx)
		if !errors.Is(err, errMoved) || n == attempts {
			return m, err
		}
		if err := os.Remove(filepath.Join(dir, progressName)); err != nil { // so that it begins anew
			return m, err
		}
	}
}

func parseRecipients(texts []string) (out []age.Recipient, err error) {
	for _, text := range texts {
		r, err := age.ParseX25519Recipient(text)
		if err != nil {
			return nil, fault.New(fault.Invalid, "backup.recipient", text).Because(err)
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, "backup.recipient", "")
	}
	return out, nil
}

const (
	partName     = "archive"
	progressName = "progress.json"
	usualStep    = 64 << 20
)

// progress is how far an export came: everything before Size is durable.
type progress struct {
	Archive    Archive  `json:"archive"`
	Recipients []string `json:"recipients"`
	Closed     bool     `json:"closed"` // the firm was shut before the rows were read
	Size       int64    `json:"size"`
	SHA256     string   `json:"sha256"`
	Blobs      int64    `json:"blobs"` // written, in the order of the list
}

// export is one on its way.
type export struct {
	House
	Exporting
	live       *store.Firm
	dir        string
	recipients []age.Recipient
	out        *writer
	done       progress
	synced     int64 // size at the last durable step
}

func (x *export) path(name string) string { return filepath.Join(x.dir, name) }

func (x *export) run(ctx context.Context) (_ Archive, err error) {
	file, err := os.OpenFile(x.path(partName), os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return Archive{}, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	x.out = newWriter(file, x.recipients)
	resumed, err := x.resume(ctx)
	if err == nil && !resumed {
		err = x.begin(ctx)
	}
	if err != nil {
		return Archive{}, err
	}
	if err := x.blobs(ctx); err != nil {
		return Archive{}, err
	}
	if err := x.out.finish(x.done.Archive); err != nil {
		return Archive{}, err
	}
	if err := file.Sync(); err != nil {
		return Archive{}, err
	}
	return x.done.Archive, x.complete()
}

// complete gives the archive its name. What is left is removed; it can be in
// nobody's way.
func (x *export) complete() error {
	if err := os.Rename(x.path(partName), x.To); err != nil { // a disk to carry about may know no links
		return err
	}
	if err := syncPath(filepath.Dir(x.To)); err != nil {
		return err
	}
	return os.RemoveAll(x.dir)
}

// resume takes up an export that was cut.
func (x *export) resume(ctx context.Context) (bool, error) {
	raw, err := os.ReadFile(x.path(progressName))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var p progress
	if err := json.Unmarshal(raw, &p); err != nil {
		return false, nil // not ours, or damaged: it begins anew
	}
	if p.Archive.Firm != x.Firm || !slices.Equal(p.Recipients, x.Recipients) {
		return false, fault.New(fault.Conflict, "backup.other_export", x.dir)
	}
	if x.Close && !p.Closed {
		return false, nil // what happened since would be lost
	}
	m := newMeasure()
	if err := copyAll(ctx, m, io.NewSectionReader(x.out.file, 0, p.Size)); err != nil {
		return false, err
	}
	if m.size != p.Size || m.sum() != p.SHA256 {
		return false, nil
	}
	if err := x.out.file.Truncate(p.Size); err != nil {
		return false, err
	}
	_, err = x.out.file.Seek(p.Size, io.SeekStart)
	x.out.hash, x.out.size = m.hash, p.Size
	x.done, x.synced = p, p.Size
	return true, err
}

// step makes what was written durable and notes it.
func (x *export) step() error {
	if err := x.out.file.Sync(); err != nil {
		return err
	}
	x.done.Size, x.done.SHA256, x.synced = x.out.size, hex.EncodeToString(x.out.hash.Sum(nil)), x.out.size
	return create(x.path(progressName), func(w io.Writer) error { return json.NewEncoder(w).Encode(x.done) })
}

// begin writes everything but the blobs.
func (x *export) begin(ctx context.Context) error {
	err := errors.Join(x.out.file.Truncate(0), x.out.add(aboutName, int64(len(about)), newText(about)))
	if err != nil {
		return err
	}
	schema, err := store.Schema()
	if err != nil {
		return err
	}
	now := instant(x.Office.Clock())
	x.done = progress{Recipients: x.Recipients, Closed: x.Close, Archive: Archive{
		Format: archiveFormat, ID: id.New[string](now), At: now, Program: x.Program, Schema: schema,
		Firm: x.Firm, Rows: map[string]int64{},
	}}
	if x.Close {
		if err := x.Accounts.CloseFirm(ctx, x.Firm); err != nil {
			return err
		}
	}
	if err := x.record(ctx); err != nil {
		return err
	}
	if err := x.rows(ctx); err != nil {
		return err
	}
	return x.step()
}

// leaving is what the journal keeps of an export.
type leaving struct {
	Archive    string   `json:"archive"`
	Recipients []string `json:"recipients"`
	Closed     bool     `json:"closed"`
}

func (x *export) record(ctx context.Context) error {
	err := x.Office.Do(ctx, x.Firm, func(a *act.Act) error {
		by := authz.Actor{Firm: x.Firm, Via: authz.ViaCommand}
		_, err := a.Record(by, ExportedKind, "", x.done.Archive.ID, leaving{x.done.Archive.ID, x.Recipients, x.Close})
		return err
	})
	if err != nil {
		return err
	}
	_, err = x.Office.Journal.Sequence(ctx, x.live)
	return err
}

// blobs writes the blobs that are not written yet.
func (x *export) blobs(ctx context.Context) error {
	n := int64(0)
	err := eachBlob(ctx, Folder(x.path("")), blobList, func(b Blob) error {
		if n++; n <= x.done.Blobs {
			return nil
		}
		if err := x.blob(ctx, b); err != nil {
			return err
		}
		x.done.Blobs++
		if x.out.size-x.synced < cmp.Or(x.Step, usualStep) {
			return nil
		}
		return x.step()
	})
	if err == nil && n != x.done.Archive.Blobs {
		err = damaged(x.path(blobList), fmt.Errorf("%d blobs of %d", n, x.done.Archive.Blobs))
	}
	return err
}

func (x *export) blob(ctx context.Context, b Blob) error {
	v := version{id: b.Version, blob: b.Blob}
	bytes, err := x.Blobs.OpenSealed(ctx, x.Firm, b.Blob)
	if err != nil {
		return x.lost(ctx, x.Firm, v, err)
	}
	defer bytes.Close() // read only: nothing can be lost
	if bytes.Size() != b.Size {
		return x.lost(ctx, x.Firm, v, fmt.Errorf("%d bytes instead of %d: %w", bytes.Size(), b.Size, blob.ErrMissing))
	}
	return x.out.add(blobsFolder+string(b.Blob), b.Size, patient{ctx, io.NewSectionReader(bytes, 0, b.Size)})
}

// Fingerprint is the SHA-256 of a whole file in hexadecimal, which the one who
// receives it can compare.
func Fingerprint(ctx context.Context, path string) (string, error) {
	f, err := hashFile(ctx, path)
	return f.SHA256, err
}
