package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

const (
	openLimit = 128         // firm files kept open, 0.5 MiB each; only files in use may exceed it
	roundTime = time.Minute // between two looks for idle files
	idleTime  = 5           // rounds without use after which a file is closed
	readerMax = 4           // readers per file, opened when they are needed
)

// pragmas of every connection. FULL makes a commit durable before it returns;
// secure_delete overwrites what is removed; temp_store keeps sorts off the disk;
// the cache is bounded to 1 MiB because many files are open at once.
const pragmas = "_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)" +
	"&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_pragma=temp_store(memory)" +
	"&_pragma=cache_size(-1024)&_pragma=journal_size_limit(4194304)&_pragma=trusted_schema(0)&_dqs=0"

// embedded keeps one file for the directory and one per firm. Firm files are
// opened when they are used and closed when they are idle.
type embedded struct {
	dir   string
	look  bool // opened by Inspect: nothing is created, migrated or written
	limit int  // openLimit, less in tests
	tally *tally
	roll  *file

	stop    chan struct{}
	stopped chan struct{}

	mu    sync.Mutex
	firms map[id.Firm]*handle
	clock uint64 // counts uses, for the order of the last one
	round uint64 // counts looks for idle files
}

// handle is one firm file. Its file and err are set once ready is closed.
type handle struct {
	firm        id.Firm
	ready       chan struct{}
	file        *file
	err         error
	users       int
	used, round uint64
}

func openEmbedded(ctx context.Context, dir string, t *tally) (*embedded, error) {
	if dir == "" {
		return nil, errors.New("store: no data folder")
	}
	if err := tuned(); err != nil {
		return nil, err
	}
	e := &embedded{dir: dir, limit: openLimit, tally: t, stop: make(chan struct{}), stopped: make(chan struct{}),
		firms: map[id.Firm]*handle{}}
	if err := createFile(e.register(), nil); err != nil {
		return nil, classify(err)
	}
	return e, e.start(ctx)
}

// register is the path of the directory's file.
func (e *embedded) register() string { return filepath.Join(e.dir, "directory.db") }

func (e *embedded) start(ctx context.Context) (err error) {
	if e.roll, err = e.openFile(ctx, e.register(), directoryScope); err != nil {
		return classify(err)
	}
	go e.keep(e.register())
	return nil
}

func (e *embedded) directory() *base { return &e.roll.base }

func (e *embedded) path(f id.Firm) string {
	return filepath.Join(e.dir, "firms", string(f), "firm.db")
}

func (e *embedded) create(ctx context.Context, f id.Firm) error {
	blank, err := blankFirm()
	if err != nil {
		return err
	}
	if err := createFile(e.path(f), blank); err != nil {
		return err
	}
	_, release, err := e.firm(ctx, f)
	if err == nil {
		release()
	}
	return err
}

// firm lends the firm's file, opening it when nobody has it open.
func (e *embedded) firm(ctx context.Context, f id.Firm) (*base, func(), error) {
	e.mu.Lock()
	h, ok := e.firms[f]
	if !ok {
		h = &handle{firm: f, ready: make(chan struct{})}
		e.firms[f] = h
	}
	h.users++
	old := e.evict()
	e.mu.Unlock()
	closeAll(old)
	if !ok {
		h.file, h.err = e.openFirm(ctx, f)
		close(h.ready)
	}
	select {
	case <-h.ready:
	case <-ctx.Done():
		e.release(h)
		return nil, nil, ctx.Err()
	}
	if h.err != nil {
		e.release(h)
		return nil, nil, h.err
	}
	return &h.file.base, sync.OnceFunc(func() { e.release(h) }), nil
}

// openFirm does not listen to the opener's context, since others wait for the
// same file; it is bounded instead.
func (e *embedded) openFirm(ctx context.Context, f id.Firm) (*file, error) {
	path := e.path(f)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Absent()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endingMax)
	defer cancel()
	return e.openFile(ctx, path, firmScope)
}

// release ends one use. A file that could not be opened is forgotten at once,
// so that the next caller tries again.
func (e *embedded) release(h *handle) {
	e.mu.Lock()
	h.users--
	e.clock++
	h.used, h.round = e.clock, e.round
	if h.failed() && e.firms[h.firm] == h {
		delete(e.firms, h.firm)
	}
	old := e.evict()
	e.mu.Unlock()
	closeAll(old)
}

// failed reports that opening ended with an error.
func (h *handle) failed() bool {
	select {
	case <-h.ready:
		return h.err != nil
	default:
		return false
	}
}

// evict takes the files least recently used out of the map until it fits; the
// caller holds the lock and closes them after it.
func (e *embedded) evict() []*handle {
	var old []*handle
	for len(e.firms) > e.limit {
		var oldest *handle
		for _, h := range e.firms {
			if h.users == 0 && (oldest == nil || h.used < oldest.used) {
				oldest = h
			}
		}
		if oldest == nil {
			break
		}
		delete(e.firms, oldest.firm)
		old = append(old, oldest)
	}
	return old
}

// keep closes idle files at each round, and sees to the directory's reserve:
// for the first time once the start is over.
func (e *embedded) keep(directory string) {
	defer close(e.stopped)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	soon := time.NewTimer(reserveAfter)
	defer soon.Stop()
	ticker := time.NewTicker(roundTime)
	defer ticker.Stop()
	for {
		select {
		case <-e.stop:
			return
		case <-soon.C:
		case <-ticker.C:
			closeAll(e.expire())
		}
		if !e.look {
			// A disk that is full has nothing to reserve; the next round tries again.
			_ = e.roll.reserve(ctx, directory)
		}
	}
}

// expire starts a round and takes out the files unused for idleTime rounds.
func (e *embedded) expire() []*handle {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.round++
	var old []*handle
	for f, h := range e.firms {
		if h.users == 0 && h.round+idleTime <= e.round {
			delete(e.firms, f)
			old = append(old, h)
		}
	}
	return old
}

// closeAll closes files that nobody can reach any more. What a close reports
// is lost on purpose: every commit was durable before it.
func closeAll(handles []*handle) {
	for _, h := range handles {
		if h.file != nil {
			_ = h.file.close()
		}
	}
}

func (e *embedded) open() opened {
	e.mu.Lock()
	defer e.mu.Unlock()
	return opened{firms: len(e.firms)}
}

func (e *embedded) waits() uint64 { return 0 } // each wait is counted where it happens

// close is called when no transaction runs.
func (e *embedded) close() error {
	close(e.stop)
	<-e.stopped
	e.mu.Lock()
	defer e.mu.Unlock()
	var errs []error
	for f, h := range e.firms {
		if h.file != nil {
			errs = append(errs, h.file.close())
		}
		delete(e.firms, f)
	}
	return errors.Join(append(errs, e.roll.close())...)
}

// file is one SQLite file with its writer and its readers.
type file struct {
	base
	db   *sql.DB
	near []*slots
}

func (e *embedded) openFile(ctx context.Context, path, scope string) (*file, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	name := url.URL{Scheme: "file", Path: absolute, RawQuery: "mode=rw&" + pragmas}
	if e.look {
		name.RawQuery = "mode=ro&" + looking
	}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxIdleConns(-1) // the slots hold the connections; one that is let go must close
	writer := newSlots(e.tally, 1, func(ctx context.Context) (*link, error) { return dial(ctx, db, e.tally, false) })
	readers := newSlots(e.tally, readerMax, func(ctx context.Context) (*link, error) { return dial(ctx, db, e.tally, true) })
	f := &file{db: db, near: []*slots{writer, readers}}
	f.base = base{writers: writer, readers: readers, tally: e.tally,
		words: words{update: "begin immediate", view: "begin"}}
	f.groups = &groups{base: &f.base, time: groupTime}
	ready := f.migrate
	if e.look {
		ready = f.current
	}
	if err := ready(ctx, scope); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", filepath.Base(path), err), f.close())
	}
	return f, nil
}

func (f *file) migrate(ctx context.Context, scope string) error {
	l, err := f.writers.take(ctx)
	if err != nil {
		return err
	}
	if err = migrate(ctx, l, liteDialect{}, scope); err == nil {
		_, err = l.conn.ExecContext(ctx, "pragma shrink_memory") // a new schema leaves 1 MiB of pages behind
	}
	f.writers.give(l, err == nil)
	return err
}

// What the directory keeps free for itself: pages in its file, bytes in its log.
const (
	reserveAfter = 2 * time.Second
	fewPages     = 128
	smallLog     = 3 << 20
	growPages    = "create table reserve (room blob); insert into reserve values (zeroblob(1048576)); drop table reserve"
	// All but the cache of it is written into the log before it is rolled back.
	growLog = "begin immediate; create table reserve (room blob); insert into reserve values (zeroblob(5242880)); rollback"
)

// reserve lets people sign in and out on a full disk: later writes reuse the
// room that is taken now.
func (f *file) reserve(ctx context.Context, path string) error {
	log, err := os.Stat(path + "-wal")
	if err != nil {
		return err
	}
	l, err := f.writers.take(ctx)
	if err != nil {
		return err
	}
	var free int
	err = l.conn.QueryRowContext(ctx, "pragma freelist_count").Scan(&free)
	if err == nil && free < fewPages {
		_, err = l.conn.ExecContext(ctx, growPages)
	}
	if err == nil && log.Size() < smallLog {
		_, err = l.conn.ExecContext(ctx, growLog+"; pragma shrink_memory")
	}
	f.writers.give(l, err == nil)
	return err
}

func (f *file) close() error {
	for _, s := range f.near {
		s.close()
	}
	return f.db.Close()
}

// dial opens a connection. Turning a new file to its log needs the file alone
// and does not wait for the process that does the same; so it is tried again.
func dial(ctx context.Context, db *sql.DB, t *tally, reader bool) (*link, error) {
	conn, err := db.Conn(ctx)
	for n, nap := 1, firstNap; n < attempts && fault.Is(classify(err), fault.Unavailable); n++ {
		if err := pause(ctx, nap); err != nil {
			return nil, err
		}
		nap = min(2*nap, longNap)
		conn, err = db.Conn(ctx)
	}
	if err != nil {
		return nil, err
	}
	own, err := newPrepared(conn)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	l := &link{conn, own, &t.statements}
	if reader {
		if _, err := conn.ExecContext(ctx, "pragma query_only(1)"); err != nil {
			l.drop()
			return nil, err
		}
	}
	return l, nil
}

// createFile makes a file of mode 0600 in folders of mode 0700, whole or not at all, and
// syncs what names them; an existing file is left alone. SQLite gives the mode
// of the file to its log and its index.
func createFile(path string, content []byte) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "new")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // what is left under its first name is in nobody's way
	_, err = f.Write(content)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) { // another process was faster
		return err
	}
	for _, d := range []string{dir, filepath.Dir(dir), filepath.Dir(filepath.Dir(dir))} {
		if err := syncFolder(d); err != nil {
			return err
		}
	}
	return nil
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a folder above the data folder, which was there before us
	}
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
