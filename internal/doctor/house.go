package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"cenacle/internal/config"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/outbox"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// open opens the database to look at it, and the key; it reports whether there
// is a database to go on with.
func (e *examination) open(ctx context.Context) bool {
	url, err := e.config.DatabaseURL()
	if err != nil {
		return false // said by the configuration
	}
	e.store, err = store.Inspect(ctx, store.Config{Dir: e.config.Data, PostgresURL: url.Reveal()})
	if err == nil {
		e.firms, err = e.store.Firms(ctx)
	}
	if err != nil {
		e.closed(err)
		return false
	}
	e.key(ctx)
	return true
}

// closed says why the database cannot be opened.
func (e *examination) closed(err error) {
	switch key := keyOf(err); {
	case errors.Is(err, fs.ErrNotExist):
		e.add("database", Warning, "database_none", e.config.Data)
	case store.Damaged(err):
		e.add("database", Error, "database_damaged", cause(err))
	case key == "store.newer", key == "store.edited", key == "store.behind", key == "store.role":
		e.add("database", Error, "database_refused", err)
	default:
		e.add("database", Error, "database_unreachable", cause(err))
	}
}

// key looks for the root key and tries it on the directory.
func (e *examination) key(ctx context.Context) {
	provider, there := e.provider()
	if !there {
		return
	}
	root, err := provider.Root(ctx)
	if err != nil {
		e.add("key", Error, "key_refused", err)
		return
	}
	ring, err := vault.NewRing(vault.New(root), e.store.Directory())
	switch {
	case errors.Is(err, store.ErrNoRow):
		e.add("key", Warning, "key_unused")
	case keyOf(err) == "vault.wrong_key":
		e.add("key", Error, "key_wrong")
	case err != nil:
		e.add("key", Error, "key_refused", err)
	default:
		e.ring, e.journal = ring, journal.New(ring, e.Clock)
		e.add("key", Fine, "key_fine")
		e.rotations(ctx)
	}
}

// rotations finds keys whose replacement has not ended. Everything opens meanwhile.
func (e *examination) rotations(ctx context.Context) {
	roots, err := e.ring.Vault().Roots(ctx, e.store.Directory())
	switch {
	case err != nil:
		e.add("key", Error, "key_refused", err)
	case roots.Two && roots.Newer:
		e.add("key", Warning, "key_root_ends")
	case roots.Two:
		e.add("key", Warning, "key_root_begun")
	}
	e.each(ctx, func(ctx context.Context, f *store.Firm) error { // the database says which firm does not answer
		return f.View(ctx, func(tx *store.Tx) error {
			n, err := e.ring.UnderWay(tx)
			if n > 0 {
				e.add("key", Warning, "key_rotating", n, string(f.ID()))
			}
			return err
		})
	})
}

// provider is that of the configuration, which is never asked to make a key.
func (e *examination) provider() (_ vault.Provider, there bool) {
	if e.config.Key.Provider == config.KeyFromFile {
		path := e.config.KeyFile()
		if _, err := os.Stat(path); err != nil {
			e.add("key", Error, "key_missing", path)
			return nil, false
		}
		return vault.KeyFile{Path: path}, true
	}
	salt := filepath.Join(e.config.Data, "passphrase.salt")
	if _, err := os.Stat(salt); err != nil {
		e.add("key", Error, "key_salt", salt)
		return nil, false
	}
	return vault.Passphrase{Read: e.config.Passphrase, SaltPath: salt}, true
}

// failure is what one firm answers instead.
type failure struct {
	firm  id.Firm
	cause error
}

// each visits the firms until a share of the budget is spent. It returns how
// many were well, and what the others answer, those left out that the database
// has spoken of.
func (e *examination) each(ctx context.Context, visit func(context.Context, *store.Firm) error) (well int64, ill []failure) {
	ctx, cancel := context.WithTimeout(ctx, e.Budget/3)
	defer cancel()
	for _, f := range e.firms {
		if e.lost[f] {
			continue
		}
		handle, err := e.store.Firm(ctx, f)
		if err == nil {
			err = visit(ctx, handle)
		}
		switch {
		case ctx.Err() != nil:
			return well, ill
		case err != nil:
			ill = append(ill, failure{f, err})
		default:
			well++
		}
	}
	return well, ill
}

// database reads the files of the embedded engine, or asks PostgreSQL whether
// each firm is behind its wall.
func (e *examination) database(ctx context.Context) {
	tables, err := e.store.Unwalled(ctx)
	switch {
	case err != nil:
		e.add("database", Error, "database_unreachable", cause(err))
		return
	case len(tables) > 0:
		e.add("database", Error, "database_unwalled", tables)
		return
	}
	if err := e.examineDirectory(ctx); err != nil {
		e.add("database", Error, "database_damaged", cause(err))
		return
	}
	well, ill := e.each(ctx, func(ctx context.Context, f *store.Firm) error { return f.Examine(ctx) })
	for _, f := range ill {
		e.lost[f.firm] = true
		e.firm(f)
	}
	switch came := well + int64(len(ill)); {
	case came < int64(len(e.firms)):
		e.add("database", Warning, "database_partly", came, int64(len(e.firms)))
	case len(ill) == 0:
		e.add("database", Fine, "database_fine", well)
	}
}

func (e *examination) examineDirectory(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, e.Budget/3)
	defer cancel()
	err := e.store.Directory().Examine(ctx)
	if ctx.Err() != nil {
		return nil // more than the time given: the firms say how far it came
	}
	return err
}

// firm says that the database of one firm is not whole, or does not answer.
func (e *examination) firm(f failure) {
	switch key := keyOf(f.cause); {
	case key == "store.behind":
		e.add("database", Warning, "database_firm_behind", string(f.firm))
	case key == "store.newer", key == "store.edited":
		e.add("database", Error, "database_firm_refused", string(f.firm), f.cause)
	case store.Damaged(f.cause):
		e.add("database", Error, "database_firm_damaged", string(f.firm), cause(f.cause))
	case fault.Is(f.cause, fault.NotFound):
		e.add("database", Error, "database_firm_missing", string(f.firm))
	default:
		e.add("database", Error, "database_firm", string(f.firm), cause(f.cause))
	}
}

// journals verifies the end of each firm's journal: its last head is signed by
// the firm and is that of the tree.
func (e *examination) journals(ctx context.Context) {
	found := len(e.Findings)
	var entries int64
	well, ill := e.each(ctx, func(ctx context.Context, f *store.Firm) error {
		head, err := e.journal.CheckHead(ctx, f)
		if err != nil {
			return err
		}
		entries += head.Size
		e.remembers(head.At)
		lag, err := e.journal.Lag(ctx, f)
		if err == nil && lag.Entries > 0 && e.Clock().Sub(lag.Since) > largeDrift {
			e.add("journal", Warning, "journal_waiting", lag.Entries, string(f.ID()))
		}
		return err
	})
	for _, f := range ill {
		e.add("journal", Error, "journal_broken", string(f.firm), cause(f.cause))
	}
	if len(e.Findings) == found {
		e.add("journal", Fine, "journal_fine", well, entries)
	}
}

// overdue is how late a job is when something holds it up.
const overdue = time.Hour

// jobs counts what the outbox has given up, and what is late.
func (e *examination) jobs(ctx context.Context) {
	runner := outbox.NewRunner(outbox.Config{Store: e.store})
	var waiting, dead int64
	var late time.Duration
	e.each(ctx, func(ctx context.Context, f *store.Firm) error { // the journals have said which firm does not answer
		c, err := runner.Counts(ctx, f.ID())
		waiting, dead = waiting+c.Waiting, dead+c.Dead
		if c.Waiting > 0 {
			late = max(late, e.Clock().Sub(c.Oldest))
		}
		return err
	})
	if dead > 0 {
		e.add("jobs", Warning, "jobs_dead", dead)
	}
	if late > overdue {
		e.add("jobs", Warning, "jobs_late", late.Round(time.Minute))
	}
	if dead == 0 && late <= overdue {
		e.add("jobs", Fine, "jobs_fine", waiting)
	}
}
