// Package store keeps the rows: one SQLite file for the directory and one per
// firm, or one PostgreSQL database for all. The SQL text is the same on both;
// what differs is in embedded.go and postgres.go and nowhere else.
//
// It refuses:
//   - to reach a firm's rows other than through a handle of that firm: the
//     handle, never the caller, supplies $1 of every firm statement;
//   - to run SQL that is not a constant of the program;
//   - to write in a View, to go on in a transaction after a failed statement,
//     to open a schema that is newer than the program or was edited;
//   - to start on a PostgreSQL role that row-level security does not bind.
//
// Start reading at [Store], then [Firm.Update] and [Tx]. Tests use package
// storetest, which runs them on both engines.
package store

import (
	"context"
	"errors"
	"sync"

	"cenacle/internal/id"
)

// Config says where the rows are.
type Config struct {
	// Dir is the data folder. The embedded engine keeps directory.db and
	// firms/<id>/firm.db there; PostgreSQL does not use it.
	Dir string
	// PostgresURL is the connection of the application role, which owns nothing
	// and cannot bypass row-level security; empty chooses the embedded engine.
	PostgresURL string
	// MigrateURL is the connection of the role that owns the tables. It is used
	// during Open only. Empty: the schema must already be up to date.
	MigrateURL string
	// Connections is how many this process holds to PostgreSQL at most for its
	// transactions, half of them for the directory; 0: 32. A few more carry
	// signals and turns.
	Connections int
}

// Store is the open database of an installation. It is safe for concurrent use.
type Store struct {
	engine engine
	tally  *tally

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

// engine is where databases come from. A base that was lent must be released.
type engine interface {
	directory() *base
	firm(ctx context.Context, f id.Firm) (*base, func(), error)
	create(ctx context.Context, f id.Firm) error
	open() opened
	waits() uint64 // that its driver counted
	close() error
}

// opened is what an engine holds: files of firms, or connections.
type opened struct{ firms, busy, idle int }

// errClosed says that the store was closed before.
var errClosed = errors.New("store: closed")

// Open opens the directory, creating or migrating it first, and on PostgreSQL
// the tables of the firms too; embedded firms are migrated when they are first
// opened. The caller closes the Store.
//
// It fails with the key store.newer when the schema was made by a later
// program, store.edited when an applied migration was changed, store.behind
// when migrations are missing and MigrateURL is empty, and store.role when the
// PostgreSQL role could see more than its firm.
func Open(ctx context.Context, c Config) (*Store, error) {
	t := &tally{}
	var e engine
	var err error
	if c.PostgresURL == "" {
		e, err = openEmbedded(ctx, c.Dir, t)
	} else {
		e, err = openPostgres(ctx, c, t)
	}
	if err != nil {
		return nil, err
	}
	return &Store{engine: e, tally: t}, nil
}

// Close waits for the running transactions, then closes every database. Later
// calls of any method fail as unavailable.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.running.Wait()
	return s.engine.close()
}

// enter counts the caller among those whom Close waits for.
func (s *Store) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return unavailable(errClosed)
	}
	s.running.Add(1)
	return nil
}

// Directory is the database of people, sessions and the registry of firms.
func (s *Store) Directory() *Directory { return &Directory{store: s} }

// Firm returns the handle of a firm; it needs no closing. A firm that was
// never created is fault.Absent.
func (s *Store) Firm(ctx context.Context, f id.Firm) (*Firm, error) {
	h := &Firm{store: s, id: f}
	if err := h.with(ctx, func(*base) error { return nil }); err != nil {
		return nil, err
	}
	return h, nil
}

// CreateFirm makes the database of a firm, or finds it. It writes nothing in
// the directory: registering the firm there is the caller's act.
func (s *Store) CreateFirm(ctx context.Context, f id.Firm) (*Firm, error) {
	if _, err := id.Parse[id.Firm](string(f)); err != nil {
		return nil, err
	}
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.running.Done()
	if err := s.engine.create(ctx, f); err != nil {
		return nil, classify(err)
	}
	return &Firm{store: s, id: f}, nil
}

var registered = ForDirectory(`select id from firm order by id`)

// Firms lists the firms that the directory has registered, oldest first.
func (s *Store) Firms(ctx context.Context) ([]id.Firm, error) {
	var firms []id.Firm
	err := s.Directory().View(ctx, func(tx *DirectoryTx) error {
		firms = nil
		return tx.Each(registered, nil, func(scan func(...any) error) error {
			var f id.Firm
			if err := scan(&f); err != nil {
				return err
			}
			firms = append(firms, f)
			return nil
		})
	})
	return firms, err
}

// Stats are counts since Open.
type Stats struct {
	Updates   uint64 // updates that became durable
	Commits   uint64 // transactions that carried them: fewer where they met
	Retried   uint64 // attempts that a serialization failure, a deadlock or a lost group made repeat
	Exhausted uint64 // updates given up after the last attempt
	Waits     uint64 // transactions that found every connection, or the turn to write, taken
	OpenFirms int    // embedded firm files open now; 0 on PostgreSQL

	Busy, Idle int // connections to PostgreSQL; 0 embedded

	Statements uint64 // run by all transactions, those that begin and end them included
}

// Stats reads the counts.
func (s *Store) Stats() Stats {
	now := s.engine.open()
	return Stats{
		Updates:   s.tally.updates.Load(),
		Commits:   s.tally.commits.Load(),
		Retried:   s.tally.retried.Load(),
		Exhausted: s.tally.exhausted.Load(),
		Waits:     s.tally.waits.Load() + s.engine.waits(),
		OpenFirms: now.firms,

		Busy: now.busy, Idle: now.idle,

		Statements: s.tally.statements.Load(),
	}
}
