// Package documenttest is a small firm with spaces and people, on a real store
// with real blobs, for tests of documents and of what stands on them.
//
// It refuses to be a second way into the house: everything it makes, it makes
// through the packages of the house. Start at [Each].
package documenttest

import (
	"bytes"
	"context"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/circle"
	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/live"
	"cenacle/internal/outbox"
	"cenacle/internal/paper"
	"cenacle/internal/request"
	"cenacle/internal/scan"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/vault"
	"cenacle/internal/worker"
)

// Clock is a clock that tests turn.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now reads the clock. Each look moves it by a millisecond, so that what
// happens later is later.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

// Advance turns the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// House is one running installation with its services.
type House struct {
	T         testing.TB
	Dir       string // data folder of the blobs
	Store     *store.Store
	Office    *act.Office
	Blobs     *blob.Store
	Documents *document.Service
	Deposits  *deposit.Service
	Requests  *request.Service
	Clock     *Clock
	Lead      authz.Actor  // who founded the first firm
	Stored    store.Config // of the database

	config document.Config
	root   vault.Key
	disk   *blob.Disk
}

// Each runs a test in a fresh house on each engine.
func Each(t *testing.T, c document.Config, run func(t *testing.T, h *House)) {
	t.Helper()
	storetest.EachConfig(t, func(t *testing.T, s store.Config) { run(t, New(t, s, c)) })
}

// New opens a fresh house and founds its first firm.
func New(t testing.TB, s store.Config, c document.Config) *House {
	t.Helper()
	h := &House{
		T: t, Dir: t.TempDir(), Stored: s, config: c, root: vault.NewKey(),
		Clock: &Clock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)},
	}
	h.config.Deposit, h.config.Admit, h.config.Answer = deposit.Attach, request.Admit, request.Fulfil
	h.open()
	h.Lead = h.Found("Cabinet Delmas & Associés", "Me Claire Delmas")
	return h
}

// Restart opens the same house anew, as after the end of its process.
func (h *House) Restart() *House {
	h.T.Helper()
	h.Must(h.Store.Close(), h.disk.Close())
	n := *h
	n.open()
	return &n
}

// Beside opens a second process on the same house.
func (h *House) Beside() *House {
	h.T.Helper()
	n := *h
	n.open()
	return &n
}

// Reading is the same house with readers of documents, in the same process.
func (h *House) Reading(with *worker.Pool) *House {
	n := *h
	n.config.Readers = with
	n.Documents = document.New(n.Office, n.Blobs, n.config)
	return &n
}

// Scanning is the same house with a virus scanner, or without one.
func (h *House) Scanning(with *scan.Scanner, demand bool) *House {
	n := *h
	n.config.Scanner, n.config.Demand = with, demand
	n.Documents = document.New(n.Office, n.Blobs, n.config)
	return &n
}

// Root is the key that opens the house, for those who open it by themselves.
func (h *House) Root() vault.Key { return h.root }

func (h *House) open() {
	h.T.Helper()
	ctx := context.Background()
	h.Store = storetest.Open(h.T, h.Stored)
	v := vault.New(h.root)
	h.Must(v.EnsureInstallation(ctx, h.Store.Directory(), h.Clock.Now()))
	ring, err := vault.NewRing(v, h.Store.Directory())
	h.Must(err)
	h.Office = &act.Office{
		Store: h.Store, Ring: ring, Journal: journal.New(ring, h.Clock.Now), Live: live.NewHub(),
		Clock: h.Clock.Now, Woken: func(id.Firm) {},
	}
	h.disk, err = blob.OpenDisk(h.Dir)
	h.Must(err)
	h.Blobs = blob.New(h.disk)
	h.Documents = document.New(h.Office, h.Blobs, h.config)
	h.Deposits = deposit.New(h.Office, request.Answering)
	h.Requests = request.New(h.Office, h.Documents, paper.Lazy())
}

// Must ends the test at the first error.
func (h *House) Must(errs ...error) {
	h.T.Helper()
	for _, err := range errs {
		if err != nil {
			h.T.Fatal(err)
		}
	}
}

// Found founds another firm and returns its founder.
func (h *House) Found(name, founder string) authz.Actor {
	h.T.Helper()
	ctx := context.Background()
	f, err := h.Store.CreateFirm(ctx, id.New[id.Firm](h.Clock.Now()))
	h.Must(err)
	by := authz.Actor{Person: id.New[id.Person](h.Clock.Now()), Firm: f.ID(), Role: authz.Admin, Via: authz.ViaPassword}
	h.Must(h.Office.Do(ctx, by.Firm, func(a *act.Act) error {
		return firm.New(h.Office, nil).Found(a, by, name, firm.Card{
			Person: by.Person, Role: authz.Admin, State: firm.Active, Name: founder, Email: "founder@example.org",
		})
	}))
	return by
}

// Space opens a space of the actor's firm, which she leads.
func (h *House) Space(by authz.Actor, name string) id.Space {
	h.T.Helper()
	models, err := space.LoadModels()
	h.Must(err)
	languages := i18n.All()
	var out id.Space
	h.Must(h.Office.Do(context.Background(), by.Firm, func(a *act.Act) error {
		s, err := space.Create(a, by, space.New{
			Name: name, Model: models[0], Profile: space.Individual, Lead: by.Person, Language: languages[0],
		})
		if err != nil {
			return err
		}
		out = s.ID
		_, err = a.Record(by, "space.opened", s.ID, string(s.ID), nil)
		return err
	}))
	return out
}

// Member gives a new person a card and a place in a space.
func (h *House) Member(by authz.Actor, in id.Space, role authz.Role, name string) authz.Actor {
	h.T.Helper()
	p := authz.Actor{Person: id.New[id.Person](h.Clock.Now()), Firm: by.Firm, Role: authz.Outsider, Via: authz.ViaPassword}
	if role.Inside() {
		p.Role = authz.Lawyer
	}
	h.keep(by.Firm, func(a *act.Act) error {
		return firm.PutCard(a, by, firm.Card{Person: p.Person, Role: p.Role, State: firm.Active, Name: name, Email: "person@example.org"})
	})
	h.Join(p, in, role)
	return p
}

// Join makes a person who has a card a member of a space.
func (h *House) Join(p authz.Actor, in id.Space, role authz.Role) {
	h.T.Helper()
	h.keep(p.Firm, func(a *act.Act) error { return circle.Join(a, in, p.Person, role) })
}

// Leave ends a membership.
func (h *House) Leave(p authz.Actor, in id.Space) {
	h.T.Helper()
	h.keep(p.Firm, func(a *act.Act) error { return circle.Leave(a, in, p.Person) })
}

func (h *House) keep(f id.Firm, fn func(*act.Act) error) {
	h.T.Helper()
	h.Must(h.Office.Keep(context.Background(), f, fn))
}

// Circles returns the three circles of a space.
func (h *House) Circles(by authz.Actor, in id.Space) (c circle.House) {
	h.T.Helper()
	h.Must(h.Office.See(context.Background(), by.Firm, func(a *act.Act) (err error) {
		c, err = circle.HouseOf(a, in)
		return err
	}))
	return c
}

// File puts a document of the firm into its tray.
func (h *House) File(by authz.Actor, in id.Space, name string, content []byte, circles ...id.Circle) document.Upload {
	h.T.Helper()
	return h.Upload(by, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: name, Circles: circles}, content)
}

// Deposit puts a document of a client into hers.
func (h *House) Deposit(by authz.Actor, in id.Space, name string, content []byte) document.Upload {
	h.T.Helper()
	return h.Upload(by, document.BeginUpload{Space: in, Tray: space.ClientTray, Name: name}, content)
}

// Upload carries a whole upload through.
func (h *House) Upload(by authz.Actor, in document.BeginUpload, content []byte) document.Upload {
	h.T.Helper()
	in.Size = int64(len(content))
	u, err := h.Documents.Begin(context.Background(), by, in)
	h.Must(err)
	if !u.Done {
		u, err = h.Documents.Append(context.Background(), by, u.ID, 0, bytes.NewReader(content))
		h.Must(err)
	}
	if !u.Done {
		h.T.Fatalf("an upload of %d bytes is not done at %d", u.Size, u.Offset)
	}
	return u
}

// Read returns all bytes of a document.
func (h *House) Read(by authz.Actor, of id.Item, version id.Version) []byte {
	h.T.Helper()
	c, err := h.Documents.Content(context.Background(), by, document.Want{Item: of, Version: version, Purpose: document.Preview})
	h.Must(err)
	raw, err := io.ReadAll(c.Reader)
	h.Must(err, c.Reader.Close())
	return raw
}

// Journal returns the records of the firm, oldest first.
func (h *House) Journal(by authz.Actor) []journal.Record {
	h.T.Helper()
	f, err := h.Store.Firm(context.Background(), by.Firm)
	h.Must(err)
	var out []journal.Record
	var before id.Entry
	for {
		page, err := h.Office.Journal.List(context.Background(), f, journal.Filter{Before: before, Limit: 500})
		h.Must(err)
		out = append(out, page...)
		if len(page) < 500 {
			slices.Reverse(out)
			return out
		}
		before = page[len(page)-1].ID
	}
}

// Kinds counts the firm's journal by kind.
func (h *House) Kinds(by authz.Actor) map[string]int {
	h.T.Helper()
	out := map[string]int{}
	for _, r := range h.Journal(by) {
		out[r.Kind]++
	}
	return out
}

var selectJobs = store.ForFirm(`
select id, kind, payload, run_at from job where firm_id = $1 and kind = $2 and state = 'waiting' order by run_at, id`)

// Jobs are those of a kind that wait in the lead's firm, as the runner would hand
// them over.
func (h *House) Jobs(kind string) (out []outbox.Job) {
	h.T.Helper()
	h.Must(h.Office.See(h.T.Context(), h.Lead.Firm, func(a *act.Act) error {
		box, err := a.FirmBox()
		if err != nil {
			return err
		}
		return a.Each(selectJobs, []any{kind}, func(scan func(...any) error) error {
			var j outbox.Job
			var sealed []byte
			var at int64
			if err := scan(&j.ID, &j.Kind, &sealed, &at); err != nil {
				return err
			}
			j.RunAt = store.Time(at)
			j.Payload, err = box.Open(vault.Place{Table: "job", Column: "payload", Row: string(j.ID)}, sealed)
			out = append(out, j)
			return err
		})
	}))
	return out
}
