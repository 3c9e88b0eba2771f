package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/config"
	"cenacle/internal/document"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	"cenacle/internal/server"
	"cenacle/internal/space"
	"cenacle/internal/token"
)

// person is somebody who can sign in.
type person struct {
	Email, Password string
	Token           string // of a program that may do all that she may
	Actor           authz.Actor
}

// firm is one firm of the fixture.
type firm struct {
	ID     id.Firm
	Lawyer person
	Client person
	Rooms  map[string]room
	Desks  []room
}

// room is a space of the fixture.
type room struct {
	ID    id.Space
	House circle.House

	Client authz.Actor // of a firm that grows
}

// world is the data that everything is measured on.
type world struct {
	Dir   string
	Small firm // rooms of several sizes, and thirty spaces of 100 documents
	Large firm // thirty spaces of 1,000 documents
}

const (
	deskCount = 30 // spaces of a desk
	smallIn   = 100
	largeIn   = 1000
	depth     = 2 << 10 // bytes of a document whose size does not matter
)

// unreadIn is how many of each side's documents the other side has not opened,
// except where nobody has opened anything.
const unreadIn = 5

// furnish makes the fixture, or takes a copy of the one that was kept.
func (b *bench) furnish(ctx context.Context) (w world, err error) {
	kept := b.fixture
	if kept == "" {
		kept = filepath.Join(b.dir, "fixture")
	}
	raw, err := os.ReadFile(filepath.Join(kept, "world.json"))
	if errors.Is(err, os.ErrNotExist) {
		raw, err = b.build(ctx, kept)
	}
	if err != nil {
		return w, err
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return w, err
	}
	w.Dir = filepath.Join(b.dir, "data")
	if b.fixture == "" {
		err = os.Rename(filepath.Join(kept, "data"), w.Dir)
	} else {
		err = duplicate(ctx, filepath.Join(kept, "data"), w.Dir)
	}
	return w, errors.Join(err, exec.CommandContext(ctx, "sync").Run())
}

// build makes the fixture by the use cases of the product: in memory, where a
// commit costs nothing, then copied to the disk.
func (b *bench) build(ctx context.Context, into string) (raw []byte, err error) {
	memory := "/dev/shm"
	if _, err := os.Stat(memory); err != nil {
		memory = b.dir
	}
	draft, err := os.MkdirTemp(memory, "cenacle-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(draft)) }()
	c := config.Default()
	c.Data = filepath.Join(draft, "data")
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	then := clock{ago: age}
	s, err := server.New(ctx, c, server.Options{Clock: then.now, Log: log})
	if err != nil {
		return nil, err
	}
	var w world
	err = b.fill(ctx, s, &w)
	then.turn()
	err = errors.Join(err, arm(ctx, s, &w))
	if err := errors.Join(err, settle(ctx, s), s.Close()); err != nil {
		return nil, err
	}
	if raw, err = json.Marshal(w); err != nil {
		return nil, err
	}
	if err := errors.Join(os.MkdirAll(into, 0o700), duplicate(ctx, c.Data, filepath.Join(into, "data"))); err != nil {
		return nil, err
	}
	return raw, os.WriteFile(filepath.Join(into, "world.json"), raw, 0o600)
}

// arm gives people of the fixture tokens for programs.
func arm(ctx context.Context, s *server.Server, w *world) error {
	var errs []error
	for _, p := range []*person{&w.Small.Lawyer, &w.Small.Client, &w.Large.Lawyer} {
		text, _, err := s.Tokens.IssueFor(ctx, p.Actor.Firm, p.Actor.Person, token.New{Use: token.API, Name: "bench", Life: 90 * 24 * time.Hour})
		p.Token = text
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// age is how old the fixture is: all that its acts made due is done.
const age = 30 * 24 * time.Hour

// clock is late while the fixture is made, and then right.
type clock struct {
	mu  sync.Mutex
	ago time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(-c.ago)
}

func (c *clock) turn() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ago = 0
}

// settle sends what waits to be sent and signs the journals, so that a measure
// finds a server at rest.
func settle(ctx context.Context, s *server.Server) error {
	ctx, end := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.Outbox.Run(ctx) }()
	errs := []error{s.Outbox.Idle(ctx)}
	end()
	errs = append(errs, <-done)
	firms, err := s.Office.Store.Firms(context.WithoutCancel(ctx))
	errs = append(errs, err)
	for _, f := range firms {
		handle, err := s.Office.Store.Firm(context.WithoutCancel(ctx), f)
		if err == nil {
			_, err = s.Office.Journal.Sequence(context.WithoutCancel(ctx), handle)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// duplicate copies a folder with the modes of its files, which the product
// looks at.
func duplicate(ctx context.Context, from, to string) error {
	if out, err := exec.CommandContext(ctx, "cp", "-a", from, to).CombinedOutput(); err != nil {
		return fmt.Errorf("copying %s: %w: %s", from, err, out)
	}
	return nil
}

// fill makes the two firms side by side: each has its own writer.
func (b *bench) fill(ctx context.Context, s *server.Server, w *world) error {
	number := func(n int) int { return int(float64(n) * b.scale) }
	var work sync.WaitGroup
	small, large := builder{ctx: ctx, s: s, paper: b.noise[:depth]}, builder{ctx: ctx, s: s, paper: b.noise[:depth]}
	work.Go(func() {
		w.Small = small.found("small")
		for name, n := range map[string]int{"deposit": 0, "ten": 10, "thousand": 1000, "unopened": 1000, "many": number(10000)} {
			w.Small.Rooms[name] = small.open(&w.Small, place{name, w.Small.Client.Email, n, name != "unopened"})
		}
		small.desk(&w.Small, number(smallIn))
	})
	work.Go(func() {
		w.Large = large.found("large")
		large.desk(&w.Large, number(largeIn))
	})
	work.Wait()
	return errors.Join(small.err, large.err)
}

// builder keeps the first error, so that the making reads as a list.
type builder struct {
	ctx context.Context
	s   *server.Server
	err error

	paper []byte
}

func (b *builder) try(do func() error) {
	if b.err == nil {
		b.err = do()
	}
}

// found opens a firm with its lawyer, and a client who will have a password.
func (b *builder) found(name string) (f firm) {
	f.Rooms = map[string]room{}
	f.Lawyer = person{Email: "avocate@" + name + ".example", Password: rand.Text()}
	f.Client = person{Email: "cliente@" + name + ".example", Password: rand.Text()}
	b.try(func() error {
		made, err := b.s.Lifecycle.SignUp(b.ctx, lifecycle.SignUp{
			FirmName: "Cabinet " + name, Name: "Me Claire Delmas", Email: f.Lawyer.Email, Password: f.Lawyer.Password, Language: i18n.French,
		})
		f.ID = made.Firm
		f.Lawyer.Actor = authz.Actor{Person: made.Person, Firm: made.Firm, Role: authz.Admin, Via: authz.ViaCommand}
		return err
	})
	b.try(func() error {
		whose, _, err := b.s.Accounts.Ensure(b.ctx, f.Client.Email, i18n.French)
		if err != nil {
			return err
		}
		f.Client.Actor = authz.Actor{Person: whose, Firm: f.ID, Role: authz.Outsider, Via: authz.ViaCommand}
		chosen, err := b.s.Accounts.NewPassword(b.ctx, f.Client.Password)
		if err != nil {
			return err
		}
		_, _, err = b.s.Accounts.ChoosePassword(b.ctx, whose, chosen, account.Source{Agent: "bench"})
		return err
	})
	return f
}

// desk opens the spaces of a desk, each with a client of its own.
func (b *builder) desk(f *firm, documents int) {
	for i := range deskCount {
		email := fmt.Sprintf("client%d@%s.example", i, f.ID)
		f.Desks = append(f.Desks, b.open(f, place{fmt.Sprintf("Client %d", i), email, documents, true}))
	}
}

// place is a space to be opened.
type place struct {
	name, email string
	documents   int
	opened      bool // each side has opened what came from the other but the last
}

// open opens a space and puts documents into it, half of them in each tray, and
// a short conversation.
func (b *builder) open(f *firm, p place) (r room) {
	var client authz.Actor
	b.try(func() error {
		model, err := b.s.Spaces.Model("divorce")
		if err != nil {
			return err
		}
		opened, err := b.s.Lifecycle.OpenSpace(b.ctx, f.Lawyer.Actor, lifecycle.NewSpace{
			ClientName: p.name, ClientEmail: p.email, Model: model, Profile: model.Profile, Language: i18n.French,
		})
		r.ID = opened.ID
		return err
	})
	b.try(func() error {
		known, err := b.s.Accounts.Find(b.ctx, p.email)
		client = authz.Actor{Person: known.ID, Firm: f.ID, Role: authz.Outsider, Via: authz.ViaCommand}
		return err
	})
	b.try(func() (err error) {
		r.House, err = b.house(f.Lawyer.Actor, r.ID)
		return err
	})
	var filed []id.Item
	for i := range p.documents {
		filed = append(filed, b.file(f, r, client, i))
	}
	if p.opened {
		b.read(f, client, filed)
	}
	for i := range 12 {
		b.try(func() error {
			by := []authz.Actor{f.Lawyer.Actor, client}[i%2]
			_, err := b.s.Memos.Write(b.ctx, by, memo.New{
				Space: r.ID, Subject: fmt.Sprintf("Question %d", i), Body: "Avez-vous reçu la pièce ? Elle doit partir avant vendredi.",
				Circles: []id.Circle{r.House.Client},
			})
			return err
		})
	}
	return r
}

// house finds the circles of a space.
func (b *builder) house(by authz.Actor, of id.Space) (h circle.House, err error) {
	shown, err := b.s.Spaces.Show(b.ctx, by, of)
	for _, c := range shown.Circles {
		switch c.Kind {
		case circle.Firm:
			h.Firm = c.ID
		case circle.Client:
			h.Client = c.ID
		case circle.All:
			h.All = c.ID
		}
	}
	return h, err
}

// file puts the i-th document into a space: even ones come from the client.
func (b *builder) file(f *firm, r room, client authz.Actor, i int) (made id.Item) {
	in := document.BeginUpload{Space: r.ID, Tray: space.ClientTray, Name: fmt.Sprintf("Pièce n° %d – attestation de l’employeur.pdf", i)}
	by := client
	if i%2 == 1 {
		in.Tray, in.Circles, by = space.FirmTray, []id.Circle{r.House.Firm, r.House.Client}, f.Lawyer.Actor
		in.Name = fmt.Sprintf("Projet %d – convention commentée.pdf", i)
	}
	b.try(func() error {
		u, err := b.s.Documents.File(b.ctx, by, in, bytes.NewReader(b.paper))
		made = u.Document
		return err
	})
	return made
}

// read marks what each side has opened, in one transaction.
func (b *builder) read(f *firm, client authz.Actor, filed []id.Item) {
	b.try(func() error {
		return b.s.Office.Keep(b.ctx, f.ID, func(a *act.Act) error {
			for i, it := range filed[:max(0, len(filed)-2*unreadIn)] {
				if _, err := item.MarkRead(a, []authz.Actor{f.Lawyer.Actor, client}[i%2], it); err != nil {
					return err
				}
			}
			return nil
		})
	})
}
