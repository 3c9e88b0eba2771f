// Package doctor examines a whole installation and says what to do: its
// configuration, key, clock, disk, storage, database, journals, documents, jobs,
// readers of documents, mail server, provider of short messages, certificate, address and backups.
//
// It refuses to change anything but small files that it writes and removes to
// feel the disk and the storage, to send a mail, to wait for a lock, and to print
// a name, an address of mail or a secret: a firm is its identifier. So it runs
// beside a server as well as without one.
//
// Start at [Examine]; each check is a method of examination that adds what it
// found. The words stand in the catalog doctor.json: "doctor.found." says what
// is, "doctor.do." what to do about it.
package doctor

import (
	"context"
	"crypto/x509"
	"errors"
	"strings"
	"time"

	"cenacle/internal/backup"
	"cenacle/internal/config"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Level is how bad a finding is.
type Level int

// The levels, and the exit codes of the command.
const (
	Fine Level = iota
	Warning
	Error
)

func (l Level) String() string { return [...]string{"ok", "warning", "error"}[l] }

// Finding is one thing that was looked at. Name is the last word of its keys in
// the catalog; Args are what its sentences take.
type Finding struct {
	Check string
	Level Level
	Name  string
	Args  []any
}

// Report is all that was found, in the order it was looked at.
type Report struct{ Findings []Finding }

// Level is that of the worst finding.
func (r Report) Level() (worst Level) {
	for _, f := range r.Findings {
		worst = max(worst, f.Level)
	}
	return worst
}

// Count is how many findings have a level.
func (r Report) Count(l Level) (n int) {
	for _, f := range r.Findings {
		if f.Level == l {
			n++
		}
	}
	return n
}

// Options are what is asked for besides the configuration. Clock and Uptime are
// needed.
type Options struct {
	Clock  func() time.Time
	Uptime func() time.Duration // since any instant, by a clock that nobody sets
	Reach  bool                 // ask the public address from here
	Backup backup.Source        // where the backups are, nil for none
	Budget time.Duration        // for what grows with the installation; 0: a minute
	Roots  *x509.CertPool       // who may vouch for servers; nil: the system's
	// Program is this program's file, to start a reader of documents from; "":
	// readers are not looked at.
	Program string
}

// examination is one under way.
type examination struct {
	Options
	Report
	config *config.Config
	began  time.Time
	ran    time.Duration // Uptime at began

	store   *store.Store
	ring    *vault.Ring
	journal *journal.Journal
	firms   []id.Firm
	lost    map[id.Firm]bool // whose database is not whole
}

const budget = time.Minute

// Examine looks at everything it can reach. What cannot be looked at because
// something before it is broken is left out; the report says what is broken.
func Examine(ctx context.Context, c *config.Config, o Options) Report {
	if o.Budget <= 0 {
		o.Budget = budget
	}
	e := &examination{Options: o, config: c, lost: map[id.Firm]bool{}, began: o.Clock(), ran: o.Uptime()}
	e.configuration()
	e.disk()
	e.storage(ctx)
	if e.open(ctx) {
		e.database(ctx)
		if e.ring != nil {
			e.journals(ctx)
		}
		e.documents(ctx)
		e.jobs(ctx)
	}
	e.readers(ctx)
	e.scanner(ctx)
	e.mail(ctx)
	e.texts(ctx)
	e.certificate(ctx)
	e.keycards()
	e.sanctions(ctx)
	e.address(ctx)
	e.hosts(ctx)
	e.backup(ctx)
	e.clock(ctx)
	if e.store != nil {
		if err := e.store.Close(); err != nil {
			e.add("database", Warning, "database_closed", cause(err))
		}
	}
	return e.Report
}

// Refused is the report of a configuration that could not even be read.
func Refused(reasons config.Reasons) Report {
	e := &examination{}
	for _, r := range reasons {
		e.add("configuration", Error, "configuration_refused", r.Setting, r.Wrong, r.Do)
	}
	return e.Report
}

func (e *examination) add(check string, l Level, name string, args ...any) {
	e.Findings = append(e.Findings, Finding{check, l, name, args})
}

func (e *examination) configuration() {
	reasons := e.config.Validate()
	for _, r := range reasons {
		e.add("configuration", Error, "configuration_refused", r.Setting, r.Wrong, r.Do)
	}
	if len(reasons) == 0 {
		e.add("configuration", Fine, "configuration_fine")
	}
}

// keyOf is the catalog's key of the first fault in a chain, "" without one.
func keyOf(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Key
	}
	return ""
}

// cause is what an engineer reads of an error, in one line.
func cause(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
