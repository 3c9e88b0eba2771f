package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/vault"
)

// kept is how many messages a mailbox holds; older ones give way.
const kept = 500

const (
	suffix     = ".sealed"
	unfinished = ".new-" // begins the name of a file that a crash may leave
)

// Mailbox keeps messages as sealed files, one for each, named after their job:
// where no SMTP server is configured. The demonstration page reads them back.
// Safe for concurrent use within one process.
type Mailbox struct {
	folder string
	box    *vault.Box
	kept   int
	mu     sync.Mutex
}

var _ Sender = (*Mailbox)(nil)

// OpenMailbox uses the folder "mail" of the data folder, making it when it is
// missing. The box is the directory's.
func OpenMailbox(data string, box *vault.Box) (*Mailbox, error) {
	folder := filepath.Join(data, "mail")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("mail: open mailbox: %w", err)
	}
	leftovers, err := filepath.Glob(filepath.Join(folder, unfinished+"*"))
	for _, name := range leftovers {
		// A command that begins beside a server removes what that is about to rename:
		// the outbox sends such a message again.
		if gone := os.Remove(name); !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("mail: open mailbox: %w", err)
	}
	return &Mailbox{folder: folder, box: box, kept: kept}, nil
}

// Send keeps m durably. The same message sent twice is kept once.
func (b *Mailbox) Send(ctx context.Context, m Message) (err error) {
	defer fault.Op(&err, "mail.Mailbox.Send(%s)", m.Job())
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := m.Valid(); err != nil {
		return err
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.put(m.Job(), b.box.Seal(messagePlace(m.Job()), raw)); err != nil {
		return err
	}
	return b.trim()
}

// List returns up to limit messages, newest first; a mailbox holds at most 500.
func (b *Mailbox) List(ctx context.Context, limit int) (_ []Message, err error) {
	defer fault.Op(&err, "mail.Mailbox.List")
	b.mu.Lock()
	defer b.mu.Unlock()
	names, err := b.names()
	if err != nil {
		return nil, err
	}
	slices.Reverse(names)
	var found []Message
	for _, name := range names[:max(0, min(limit, len(names)))] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m, err := b.read(name)
		if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	return found, nil
}

// Read returns one message; fault.Absent when there is none.
func (b *Mailbox) Read(_ context.Context, job id.Job) (_ Message, err error) {
	defer fault.Op(&err, "mail.Mailbox.Read(%s)", job)
	if _, err := id.Parse[id.Job](string(job)); err != nil {
		return Message{}, fault.Absent().Because(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	m, err := b.read(job)
	if errors.Is(err, fs.ErrNotExist) {
		return Message{}, fault.Absent().Because(err)
	}
	return m, err
}

func messagePlace(job id.Job) vault.Place {
	return vault.Place{Table: "mail", Column: "message", Row: string(job)}
}

func (b *Mailbox) path(job id.Job) string { return filepath.Join(b.folder, string(job)+suffix) }

func (b *Mailbox) read(job id.Job) (Message, error) {
	sealed, err := os.ReadFile(b.path(job))
	if err != nil {
		return Message{}, err
	}
	raw, err := b.box.Open(messagePlace(job), sealed)
	if err != nil {
		return Message{}, err
	}
	var m Message
	err = json.Unmarshal(raw, &m)
	return m, err
}

// put writes, syncs, renames and syncs the folder: a crash leaves the whole
// message or none.
func (b *Mailbox) put(job id.Job, sealed []byte) (err error) {
	f, err := os.CreateTemp(b.folder, unfinished)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // OpenMailbox removes what stays
		}
	}()
	_, err = f.Write(sealed)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), b.path(job)); err != nil {
		return err
	}
	return syncFolder(b.folder)
}

func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// names lists the kept jobs, oldest first: identifiers sort by age.
func (b *Mailbox) names() ([]id.Job, error) {
	entries, err := os.ReadDir(b.folder)
	if err != nil {
		return nil, err
	}
	var jobs []id.Job
	for _, e := range entries {
		name, sealed := strings.CutSuffix(e.Name(), suffix)
		job, err := id.Parse[id.Job](name)
		if sealed && err == nil {
			jobs = append(jobs, job)
		}
	}
	return jobs, nil
}

// trim removes the oldest messages beyond what is kept.
func (b *Mailbox) trim() error {
	jobs, err := b.names()
	if err != nil {
		return err
	}
	for _, job := range jobs[:max(0, len(jobs)-b.kept)] {
		if err := os.Remove(b.path(job)); err != nil {
			return err
		}
	}
	return nil
}
