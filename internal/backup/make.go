package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"cenacle/internal/blob"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Options of [Make].
type Options struct {
	Verify bool // read again what is there already, and all that was written
	Keep   int  // how many backups stay, the newest; 0: all
}

// attempts at a backup while acts remove what it is about to copy.
const attempts = 3

// errMoved says that the installation changed under the backup in a way that
// makes it begin again.
var errMoved = errors.New("backup: the installation moved on")

// Make copies a running or stopped installation to a shelf: a consistent
// snapshot of each firm's database, then the blobs that it names, then the
// directory, which therefore knows everybody the firms know. Nothing in it is
// in clear and the root key is not in it. Blobs that an earlier backup on the
// shelf has are not copied again.
//
// The backup exists once its manifest has its name; until then Make can be cut
// at any moment, and the next one removes what it left. Faults: "backup.busy",
// "backup.other" (a shelf with backups of another installation),
// "backup.inside", "backup.blob" (bytes that the installation itself has lost).
// An installation on PostgreSQL has the same backups: its rows are written into
// the files that the embedded engine would have.
func Make(ctx context.Context, h House, to Shelf, o Options) (r Report, err error) {
	defer fault.Op(&err, "backup.Make")
	defer full(&err)
	if dir, ok := to.(Folder); ok {
		if to, err = outside(dir, h.Data); err != nil {
			return r, err
		}
	}
	ctx, release, err := to.Lock(ctx)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, release()) }()
	for n := 1; ; n++ {
		k := &making{House: h, to: to, options: o}
		r, err = k.run(ctx)
		if !errors.Is(err, errMoved) || n == attempts {
			return r, err
		}
	}
}

// outside refuses a folder that the data folder holds.
func outside(dir Folder, data string) (Folder, error) {
	to, err := filepath.Abs(string(dir))
	if err != nil {
		return "", err
	}
	data, err = filepath.Abs(data)
	if err != nil {
		return "", err
	}
	if to == data || strings.HasPrefix(to, data+string(filepath.Separator)) {
		return "", fault.New(fault.Invalid, "backup.inside", to)
	}
	return Folder(to), nil
}

// making is one backup on its way.
type making struct {
	House
	to      Shelf
	base    string // folder in which this backup is put together
	here    bool   // it is on the shelf already
	options Options
	prior   Manifest // the one before; empty when there is none to be trusted
	snap    *store.Store

	mu     sync.Mutex // what several hands write
	placed []string   // blobs that are not durable yet
	report Report
}

func (k *making) run(ctx context.Context) (_ Report, err error) {
	m := Manifest{Format: manifestFormat, Program: k.Program}
	if m.Installation, err = vault.Installation(ctx, k.Office.Store.Directory()); err != nil {
		return Report{}, err
	}
	if err := k.before(ctx, m.Installation); err != nil {
		return Report{}, err
	}
	now := instant(k.Office.Clock())
	m.ID, m.At = id.New[string](now), now
	if k.base, k.here, err = k.to.Stage(m.ID); err != nil {
		return Report{}, err
	}
	defer func() {
		if err != nil || !k.here {
			err = errors.Join(err, os.RemoveAll(k.base))
		}
	}()
	if m.Schema, err = store.Schema(); err != nil {
		return Report{}, err
	}
	firms, err := k.snapshots(ctx)
	if err != nil {
		return Report{}, err
	}
	if m.Firms, err = k.firms(ctx, firms); err != nil {
		return Report{}, err
	}
	if m.Files, err = hashFiles(ctx, k.base); err != nil {
		return Report{}, err
	}
	if m, err = m.sign(k.Office.Ring.Directory()); err != nil {
		return Report{}, err
	}
	k.report.Manifest = m
	return k.report, k.complete(ctx, m)
}

// before looks at what the shelf holds already, and removes what was never
// finished.
func (k *making) before(ctx context.Context, name string) error {
	made, left, err := folders(ctx, k.to)
	if err != nil {
		return err
	}
	for _, l := range left {
		if err := clearAway(ctx, k.to, l); err != nil {
			return err
		}
	}
	if len(made) == 0 {
		return nil
	}
	m, err := read(ctx, k.to, made[len(made)-1])
	if err != nil {
		return err
	}
	if m.Installation != name {
		return fault.New(fault.Conflict, "backup.other", k.to.String())
	}
	if m.check(k.Office.Ring.Directory()) == nil {
		k.prior = m
	}
	return nil
}

// snapshots copies the databases: the firms first, so that the directory knows
// every person and firm that they know.
func (k *making) snapshots(ctx context.Context) ([]id.Firm, error) {
	var done []id.Firm
	for {
		firms, err := k.Office.Store.Firms(ctx)
		if err != nil {
			return nil, err
		}
		if len(done) > 0 && slices.Equal(firms, done) {
			break
		}
		for _, f := range firms {
			if slices.Contains(done, f) {
				continue
			}
			live, err := k.Office.Store.Firm(ctx, f)
			if err != nil {
				return nil, err
			}
			if err := live.Snapshot(ctx, filepath.Join(k.base, firmFolder(f), firmName)); err != nil {
				return nil, err
			}
		}
		path := filepath.Join(k.base, directoryName)
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err := k.Office.Store.Directory().Snapshot(ctx, path); err != nil {
			return nil, err
		}
		if done = firms; len(done) == 0 {
			break
		}
	}
	return done, k.salt()
}

// salt copies the salt of a passphrase: no secret, but without it the
// passphrase opens nothing.
func (k *making) salt() error {
	raw, err := os.ReadFile(filepath.Join(k.Data, saltName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return create(filepath.Join(k.base, saltName), func(w io.Writer) error {
		_, err := w.Write(raw)
		return err
	})
}

// firms reads the snapshots, as a restore would, and copies what they name.
func (k *making) firms(ctx context.Context, all []id.Firm) (out []Firm, err error) {
	if k.snap, err = store.Open(ctx, store.Config{Dir: k.base}); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, k.snap.Close(), closed(k.base)) }()
	for _, f := range all {
		entry, err := k.firm(ctx, f)
		if err != nil {
			return nil, err
		}
		out = append(out, entry)
	}
	return out, nil
}

// closed makes sure that nothing of a database is left in its log.
func closed(base string) error {
	return filepath.WalkDir(base, func(path string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, "-wal") {
			err = fmt.Errorf("backup: %s is left of a database that was closed", path)
		}
		return err
	})
}

func (k *making) firm(ctx context.Context, f id.Firm) (entry Firm, err error) {
	defer fault.Op(&err, "firm %s", f)
	entry.ID = f
	snapshot, err := k.snap.Firm(ctx, f)
	if err != nil {
		return entry, err
	}
	head, err := k.Office.Journal.Head(ctx, snapshot)
	if err != nil {
		return entry, err
	}
	entry.Head = headOf(head)
	c := &copying{making: k, firm: f, there: map[id.Blob]int64{}}
	if c.old, err = k.known(ctx, f); err != nil {
		return entry, err
	}
	defer c.old.close()
	err = k.to.Each(ctx, path.Join(blobFolder, string(f)), func(name string, size int64) error {
		c.there[id.Blob(path.Base(name))] = size
		return nil
	})
	if err != nil {
		return entry, err
	}
	err = create(filepath.Join(k.base, firmFolder(f), blobList), func(w io.Writer) error {
		out := json.NewEncoder(w)
		return eachPage(ctx, snapshot, func(page []version) error {
			blobs, err := c.page(ctx, page)
			for _, b := range blobs {
				entry.Blobs++
				entry.Bytes += b.Size
				err = errors.Join(err, out.Encode(b))
			}
			return err
		})
	})
	return entry, err
}

// complete makes the backup one.
func (k *making) complete(ctx context.Context, m Manifest) error {
	if !k.here {
		for _, f := range m.Files {
			if err := k.deliver(ctx, path.Join(m.ID, f.Path), filepath.Join(k.base, f.Path)); err != nil {
				return err
			}
		}
	}
	if k.options.Verify {
		if err := m.compare(ctx, k.to); err != nil {
			return err
		}
	}
	raw, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	if err := k.to.Settle(ctx, nil); err != nil { // is it still ours?
		return err
	}
	name := path.Join(m.ID, manifestName)
	if err := k.to.Put(ctx, name, int64(len(raw)), bytes.NewReader(raw)); err != nil {
		return err
	}
	if err := k.to.Settle(ctx, []string{name, m.ID}); err != nil {
		return err
	}
	if k.options.Keep > 0 {
		return prune(ctx, k.to, k.options.Keep)
	}
	return nil
}

// deliver brings one file to the shelf.
func (k *making) deliver(ctx context.Context, name, from string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close() // read only: nothing can be lost
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return k.to.Put(ctx, name, info.Size(), f)
}

// version is what a backup needs to know of one.
type version struct {
	id   id.Version
	blob id.Blob
	size int64 // of the plaintext
}

const versionPage = together

var (
	selectVersions = store.ForFirm(`
select id, blob_id, size from version where firm_id = $1 and id > $2 order by id limit $3`)
	countVersion = store.ForFirm(`
select count(*) from version where firm_id = $1 and id = $2 and blob_id = $3`)
)

// eachPage visits the versions of a firm in their order, many at once; visit may
// take its time.
func eachPage(ctx context.Context, f *store.Firm, visit func([]version) error) error {
	after := id.Version("")
	for {
		var page []version
		err := f.View(ctx, func(tx *store.Tx) error {
			page = page[:0]
			return tx.Each(selectVersions, []any{after, versionPage}, func(scan func(...any) error) error {
				var v version
				err := scan(&v.id, &v.blob, &v.size)
				page = append(page, v)
				return err
			})
		})
		if err != nil {
			return err
		}
		if err := visit(page); err != nil {
			return err
		}
		if len(page) < versionPage {
			return nil
		}
		after = page[len(page)-1].id
	}
}

// lost tells bytes that an act removed since the snapshot from bytes that the
// installation lost.
func (h House) lost(ctx context.Context, f id.Firm, v version, cause error) error {
	if !errors.Is(cause, blob.ErrMissing) {
		return cause
	}
	live, err := h.Office.Store.Firm(ctx, f)
	if err != nil {
		return err
	}
	var n int
	err = live.View(ctx, func(tx *store.Tx) error { return tx.Row(countVersion, []any{v.id, v.blob}, &n) })
	if err != nil {
		return err
	}
	if n == 0 {
		return errMoved
	}
	return fault.New(fault.Internal, "backup.blob", string(v.blob), string(f)).Because(cause)
}
