package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/blob/storage"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// RestoredKind is the journal's line of a restore.
const RestoredKind = "installation.restored"

// Restoring is what [Restore] needs.
type Restoring struct {
	From    Source   // with backups
	Backup  string   // identifier; the newest when empty
	To      string   // data folder, absent or empty but for the key
	Keep    []string // names of files in To that the operator has put there: the key
	Witness [][]byte // receipts, checkpoints or manifests that somebody kept
	// Into is the PostgreSQL that gets the rows, in which there is no installation
	// yet; nil: they stay in To. The blobs are in To in either case.
	Into *store.Store
	// Open opens the databases of a folder with the installation's key, which
	// it must not make. The caller of Restore does not see the office.
	Open func(ctx context.Context, dir string) (*act.Office, error)
	// Bucket opens where blobs go; a nil function or bucket is the data folder.
	Bucket func(ctx context.Context, office *act.Office) (storage.Bucket, error)
}

// Restored is a firm that was brought back.
type Restored struct {
	Firm    id.Firm
	Head    Head  // that it was restored to
	Entries int64 // of its journal
	Waiting int64 // not signed yet at the time of the backup
	Uploads int64 // that were under way and were dropped
	Older   *Head // a head that a witness knows and this journal does not have; nil: none
}

// Restore brings a backup back into an empty data folder. Every file is
// compared with the manifest before it is opened; the key must be the
// installation's; each journal is verified whole. Sessions end, uploads under
// way are dropped, and each firm's journal gets the line installation.restored,
// which says to what head, and which later one a witness knows.
//
// Until the last step the restored files stand in To/restoring, from where no
// server starts; Restore may be cut and run again. Faults: "backup.not_empty",
// "backup.damaged", "backup.altered", "backup.journal", "backup.witness",
// "backup.done", "store.occupied", "vault.wrong_key", "store.newer".
func Restore(ctx context.Context, r Restoring) (m Manifest, firms []Restored, err error) {
	defer fault.Op(&err, "backup.Restore")
	defer full(&err)
	if m, err = Find(ctx, r.From, r.Backup); err != nil {
		return m, nil, err
	}
	witnesses, err := r.witnesses(ctx, m)
	if err != nil {
		return m, nil, err
	}
	if err := r.vacant(ctx, m); err != nil {
		return m, nil, err
	}
	if err := r.prepare(); err != nil {
		return m, nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(r.stage()))
		}
	}()
	if err := r.databases(ctx, m); err != nil {
		return m, nil, err
	}
	if firms, err = r.revive(ctx, m, witnesses); err != nil {
		return m, nil, err
	}
	return m, firms, r.complete(ctx, m)
}

const stageName = "restoring"

func (r Restoring) stage() string { return filepath.Join(r.To, stageName) }

// Unfinished refuses a data folder in which a restore was cut before its last
// step, which is the directory's.
func Unfinished(data string) error {
	_, stage := os.Stat(filepath.Join(data, stageName))
	_, directory := os.Stat(filepath.Join(data, directoryName))
	if stage == nil && errors.Is(directory, fs.ErrNotExist) {
		return fault.New(fault.Conflict, "backup.unfinished", data)
	}
	return nil
}

// prepare refuses a folder that holds anything, and clears what a restore that
// was cut has left there: it had found the folder empty.
func (r Restoring) prepare() error {
	if err := folder(r.To); err != nil {
		return err
	}
	entries, err := os.ReadDir(r.To)
	if err != nil {
		return err
	}
	cut := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == stageName })
	for _, e := range entries {
		ours := cut && slices.Contains([]string{"firms", saltName}, e.Name())
		switch {
		case slices.Contains(r.Keep, e.Name()) || e.Name() == stageName:
		case ours:
			if err := os.RemoveAll(filepath.Join(r.To, e.Name())); err != nil {
				return err
			}
		default:
			return fault.New(fault.Conflict, "backup.not_empty", r.To, e.Name())
		}
	}
	if err := os.RemoveAll(r.stage()); err != nil {
		return err
	}
	return folder(r.stage())
}

// databases copies all but the blobs, comparing it on the way. Nothing of it has
// been opened yet.
func (r Restoring) databases(ctx context.Context, m Manifest) error {
	for _, f := range m.Files {
		to := filepath.Join(r.stage(), f.Path)
		err := create(to, func(w io.Writer) error {
			in, err := r.open(ctx, path.Join(m.ID, f.Path), f.Size, f.SHA256)
			if err != nil {
				return err
			}
			defer in.Close() // read only: nothing can be lost
			return copyExactly(ctx, w, in, f.Size)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// bucket opens where blobs go.
func (r Restoring) bucket(ctx context.Context, office *act.Office) (storage.Bucket, error) {
	if r.Bucket != nil {
		if b, err := r.Bucket(ctx, office); b != nil || err != nil {
			return b, err
		}
	}
	return blob.OpenDisk(r.stage())
}

// blobs copies the blobs. The lists of them are not part of a data folder.
func (r Restoring) blobs(ctx context.Context, m Manifest, office *act.Office) (err error) {
	bucket, err := r.bucket(ctx, office)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bucket.Close()) }()
	to := blob.New(bucket)
	for _, f := range m.Firms {
		list := path.Join(firmFolder(f.ID), blobList)
		err := inGroups(ctx, Folder(r.stage()), list, func(group []Blob) error {
			return crowd(ctx, group, func(b Blob) error { return r.blob(ctx, to, f.ID, b) })
		})
		if err != nil {
			return err
		}
		if err := os.Remove(filepath.Join(r.stage(), list)); err != nil {
			return err
		}
	}
	return nil
}

// open opens a file of the backup, which fails at its end, before the last byte is
// given, unless it is what the list says.
func (r Restoring) open(ctx context.Context, name string, size int64, sum string) (io.ReadCloser, error) {
	f, there, err := r.From.Open(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, damaged(name, err)
	}
	if err != nil {
		return nil, err
	}
	if there != size {
		return nil, errors.Join(damaged(name, fmt.Errorf("%d bytes instead of %d", there, size)), f.Close())
	}
	return &checked{ReadCloser: f, name: name, size: size, sum: sum, measure: newMeasure()}, nil
}

// checked gives bytes that may be used once all of them were read.
type checked struct {
	io.ReadCloser
	name    string
	size    int64
	sum     string
	measure *measure
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	_, _ = c.measure.Write(p[:n]) // a hash never fails
	if c.measure.size >= c.size && c.measure.sum() != c.sum {
		return 0, damaged(c.name, errors.New("other bytes than were noted"))
	}
	return n, err
}

// blob brings one blob back. It is compared before its storage calls it
// finished.
func (r Restoring) blob(ctx context.Context, to *blob.Store, f id.Firm, b Blob) error {
	raw, err := r.open(ctx, blobPath(f, b.Blob), b.Size, b.SHA256)
	if err != nil {
		return err
	}
	defer raw.Close() // read only: nothing can be lost
	there, err := to.OpenSealed(ctx, f, b.Blob)
	if errors.Is(err, blob.ErrMissing) {
		return to.PutSealed(ctx, f, b.Blob, b.Size, patient{ctx, raw})
	}
	if err != nil {
		return err
	}
	defer there.Close()                                                                // read only: nothing can be lost
	same, err := equal(patient{ctx, raw}, io.NewSectionReader(there, 0, there.Size())) // two versions of the same bytes, or a storage that has kept them
	if err == nil && !same {
		err = fault.New(fault.Conflict, "backup.remains", string(f)).Because(fmt.Errorf("blob %s has other bytes", b.Blob))
	}
	return err
}

// revive opens what was copied and makes it an installation of today.
func (r Restoring) revive(ctx context.Context, m Manifest, witnesses map[id.Firm][]witness) (out []Restored, err error) {
	office, err := r.Open(ctx, r.stage())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, office.Store.Close(), closed(r.stage())) }()
	if err := m.check(office.Ring.Directory()); err != nil {
		return nil, err
	}
	if err := r.blobs(ctx, m, office); err != nil {
		return nil, err
	}
	if err := office.Store.Directory().Update(ctx, endSessions); err != nil {
		return nil, err
	}
	firms, err := office.Store.Firms(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.EqualFunc(firms, m.Firms, func(f id.Firm, named Firm) bool { return f == named.ID }) {
		return nil, damaged(directoryName, fmt.Errorf("it knows the firms %v", firms))
	}
	for _, f := range m.Firms {
		one, err := revival{office, m, f}.run(ctx, witnesses[f.ID])
		if err != nil {
			return nil, fmt.Errorf("firm %s: %w", f.ID, err)
		}
		out = append(out, one)
	}
	return out, nil
}

var (
	deleteSessions = store.ForDirectory(`delete from session`)
	// What is under way or dropped; what is done is told to who asks again.
	deleteUploads = store.ForFirm(`
delete from upload where firm_id = $1 and touched_at >= 0 and state <> 'done'`)
	// Of drives: what they leave for a day, whose bytes are in no backup.
	deleteScratch = store.ForFirm(`delete from drive_scratch where firm_id = $1 and touched_at >= 0`)
	deleteLocks   = store.ForFirm(`delete from drive_lock where firm_id = $1 and expires_at >= 0`)
)

// endSessions keeps a session that was ended after the backup from coming back.
func endSessions(tx *store.DirectoryTx) error {
	return tx.Write(deleteSessions)
}

// revival is one firm that is brought back.
type revival struct {
	office *act.Office
	backup Manifest
	firm   Firm
}

func (v revival) run(ctx context.Context, witnesses []witness) (out Restored, err error) {
	f, err := v.office.Store.Firm(ctx, v.firm.ID)
	if err != nil {
		return out, err
	}
	s, err := v.office.Journal.Verify(ctx, f, nil)
	if err != nil {
		return out, err
	}
	if !s.Holds() {
		return out, fault.New(fault.Invalid, "backup.journal", string(v.firm.ID)).Because(s.First.Cause)
	}
	out = Restored{Firm: v.firm.ID, Head: v.firm.Head, Entries: s.Entries + s.Waiting, Waiting: s.Waiting}
	if head := headOf(s.Head); head != v.firm.Head {
		return out, damaged(manifestName, fmt.Errorf("the journal ends at %d, not at %d", head.Size, v.firm.Head.Size))
	}
	if out.Older, err = v.older(ctx, f, witnesses); err != nil {
		return out, err
	}
	err = v.office.Do(ctx, f.ID(), func(a *act.Act) error { return v.mark(a, &out) })
	if err != nil {
		return out, err
	}
	_, err = v.office.Journal.Sequence(ctx, f)
	return out, err
}

// older returns the latest head that a witness knows and the restored journal
// does not have.
func (v revival) older(ctx context.Context, f *store.Firm, witnesses []witness) (older *Head, err error) {
	for _, w := range witnesses {
		seen, continues, err := v.office.Journal.Witness(ctx, f, w.checkpoint)
		switch {
		case fault.Is(err, fault.Conflict) && !w.given:
			continue // beside the backup lies one that somebody altered
		case err != nil:
			return nil, fault.New(fault.Invalid, "backup.witness").Because(err)
		case !continues && (older == nil || older.Size < seen.Size):
			h := headOf(seen)
			older = &h
		}
	}
	return older, nil
}

// marking is what the journal keeps of a restore.
type marking struct {
	Backup    string `json:"backup"`
	At        int64  `json:"at"`   // of the backup, in microseconds
	Size      int64  `json:"size"` // of the journal restored to
	Root      string `json:"root"`
	Uploads   int64  `json:"uploads"`
	KnownSize int64  `json:"known_size,omitempty"` // of the later journal that a witness knows
	KnownRoot string `json:"known_root,omitempty"`
}

// mark drops the uploads and writes the line of the journal.
func (v revival) mark(a *act.Act, out *Restored) (err error) {
	if out.Uploads, err = a.Exec(deleteUploads); err != nil {
		return err
	}
	for _, s := range []store.FirmStmt{deleteScratch, deleteLocks} {
		if err := a.Write(s); err != nil {
			return err
		}
	}
	details := marking{
		Backup: v.backup.ID, At: store.Micros(v.backup.At), Size: out.Head.Size, Root: out.Head.Root, Uploads: out.Uploads,
	}
	if out.Older != nil {
		details.KnownSize, details.KnownRoot = out.Older.Size, out.Older.Root
	}
	by := authz.Actor{Firm: a.Firm(), Via: authz.ViaCommand}
	_, err = a.Record(by, RestoredKind, "", v.backup.ID, details)
	return err
}

// complete moves the restored files to their places, the directory last: until
// then there is no installation.
func (r Restoring) complete(ctx context.Context, m Manifest) error {
	if r.Into == nil {
		return r.move(directoryName)
	}
	return r.pour(ctx, m)
}

// pour brings the rows into PostgreSQL. The directory's are the last: until then
// nothing there is reachable, and all of it gives way to another attempt.
func (r Restoring) pour(ctx context.Context, m Manifest) error {
	err := r.staged(ctx, func(from *store.Store) error {
		for _, f := range m.Firms {
			if err := r.Into.ReceiveFirm(ctx, from, f.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range m.Firms {
		if err := os.Remove(filepath.Join(r.stage(), firmFolder(f.ID), firmName)); err != nil {
			return err
		}
	}
	if err := r.move(""); err != nil {
		return err
	}
	err = r.staged(ctx, func(from *store.Store) error { return r.Into.ReceiveDirectory(ctx, from) })
	if err != nil {
		return err
	}
	return os.RemoveAll(r.stage())
}

// staged opens the databases of the stage; closed, each is one file again.
func (r Restoring) staged(ctx context.Context, do func(*store.Store) error) error {
	from, err := store.Open(ctx, store.Config{Dir: r.stage()})
	if err != nil {
		return err
	}
	return errors.Join(do(from), from.Close(), closed(r.stage()))
}

// move brings the files of the stage to their places; last is the name of the
// one that goes last, and ends the stage. Without one, the directory stays.
func (r Restoring) move(last string) error {
	entries, err := os.ReadDir(r.stage())
	if err != nil {
		return err
	}
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), directoryName) {
			names = append(names, e.Name())
		}
	}
	if last != "" {
		names = append(names, last)
	}
	for _, name := range names {
		if err := os.Rename(filepath.Join(r.stage(), name), filepath.Join(r.To, name)); err != nil {
			return err
		}
		if err := syncPath(r.To); err != nil {
			return err
		}
	}
	if last == "" {
		return nil
	}
	if err := os.Remove(r.stage()); err != nil {
		return err
	}
	return syncPath(r.To)
}

// vacant refuses a database in which there is an installation. When it is the one
// that a restore into this folder brought there and was cut after its last step,
// what is left of that one goes.
func (r Restoring) vacant(ctx context.Context, m Manifest) error {
	if r.Into == nil {
		return nil
	}
	there, err := r.Into.Occupied(ctx)
	if err != nil || !there {
		return err
	}
	_, cut := os.Stat(r.stage())
	name, err := vault.Installation(ctx, r.Into.Directory())
	if err == nil && cut == nil && name == m.Installation {
		return errors.Join(os.RemoveAll(r.stage()), fault.New(fault.Conflict, "backup.done"))
	}
	return errors.Join(err, fault.New(fault.Conflict, "store.occupied"))
}
