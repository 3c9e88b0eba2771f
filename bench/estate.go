package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/config"
	"cenacle/internal/document"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	"cenacle/internal/search"
	"cenacle/internal/server"
	"cenacle/internal/space"
	"cenacle/internal/token"
)

// extent is how large a firm is.
type extent struct{ Spaces, Documents int }

func (e extent) String() string { return fmt.Sprintf("%d-%d", e.Spaces, e.Documents) }

// extents are the sizes at which a firm is measured.
var extents = []extent{{30, 1000}, {300, 10_000}, {3000, 100_000}, {10_000, 1_000_000}}

// estate is a firm of one size, made once and kept in a folder of its own: what
// was done is written down, so that who was interrupted goes on.
type estate struct {
	extent
	Firm                      firm
	Opened                    int  // spaces that are filled
	Filed                     int  // documents in them
	Worded                    int  // spaces whose words the register knows
	Filled, Registered, Ready bool // what is done of it

	dir string
}

const (
	fillers  = 48  // spaces that are filled at once
	pieceIn  = 100 // documents of the room that is read, the same at each size
	awaiting = 30  // spaces in which something waits for each side, likewise
	waitIn   = 3   // documents that wait there for each side
)

func openEstate(root string, of extent) (*estate, error) {
	e := &estate{extent: of, dir: filepath.Join(root, of.String())}
	raw, err := os.ReadFile(e.note())
	if errors.Is(err, fs.ErrNotExist) {
		return e, os.MkdirAll(e.dir, 0o700)
	}
	if err != nil {
		return nil, err
	}
	return e, json.Unmarshal(raw, e)
}

func (e *estate) note() string { return filepath.Join(e.dir, "estate.json") }
func (e *estate) data() string { return filepath.Join(e.dir, "data") }

func (e *estate) save() error {
	raw, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if err := os.WriteFile(e.note()+".new", raw, 0o600); err != nil {
		return err
	}
	return os.Rename(e.note()+".new", e.note())
}

// make brings an estate to its extent by the use cases of the product, in a
// process that waits for no disk, and long ago: what its acts made due is done.
func (e *estate) make(ctx context.Context) error {
	if err := careless(); err != nil {
		return err
	}
	c := config.Default()
	c.Data = e.data()
	then := clock{ago: age}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	s, err := server.New(ctx, c, server.Options{Clock: then.now, Log: log})
	if err != nil {
		return err
	}
	for _, step := range []struct {
		done *bool
		do   func(context.Context, *server.Server) error
	}{{&e.Filled, e.fill}, {&e.Registered, e.register}, {&e.Ready, settle}} {
		if *step.done {
			continue
		}
		if step.done == &e.Ready {
			then.turn()
		}
		if err = step.do(ctx, s); err != nil {
			break
		}
		*step.done = true
		if err = e.save(); err != nil {
			break
		}
	}
	return errors.Join(err, s.Close())
}

// maker fills an estate.
type maker struct {
	e *estate
	s *server.Server

	mu     sync.Mutex
	next   int
	failed error
}

// fill opens the spaces that are missing and files what is in them.
func (e *estate) fill(ctx context.Context, s *server.Server) error {
	m := &maker{e: e, s: s}
	return m.all(ctx)
}

func (m *maker) all(ctx context.Context) error {
	if m.e.Firm.ID == "" {
		if err := m.found(ctx); err != nil {
			return err
		}
	}
	m.next = m.e.Opened
	began, from := time.Now(), m.e.Filed
	fmt.Printf("%s: from %d spaces, %d documents\n", m.e, m.e.Opened, m.e.Filed)
	done := make(chan struct{})
	go m.watch(done, began, from)
	var work sync.WaitGroup
	for hand := range fillers {
		work.Go(func() { m.fill(ctx, speak(uint64(hand+m.e.Opened))) })
	}
	work.Wait()
	close(done)
	fmt.Printf("%s: %d documents in %s\n", m.e, m.e.Filed-from, time.Since(began).Round(time.Second))
	return errors.Join(m.failed, m.e.save())
}

// watch notes how far the work is.
func (m *maker) watch(done chan struct{}, began time.Time, from int) {
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		m.mu.Lock()
		rate := float64(m.e.Filed-from) / time.Since(began).Seconds()
		fmt.Printf("%s: %d spaces, %d documents, %.0f /s, load %s\n", m.e, m.e.Opened, m.e.Filed, rate, load())
		m.failed = errors.Join(m.failed, m.e.save())
		m.mu.Unlock()
	}
}

// found opens the firm, the room that will be read, and the token of a program.
func (m *maker) found(ctx context.Context) error {
	b := builder{ctx: ctx, s: m.s}
	f := b.found("growth")
	piece := plot{maker: m, firm: &f, language: speak(0), number: -1, documents: pieceIn}
	if b.err == nil {
		b.err = piece.fill(ctx)
		f.Rooms["piece"] = piece.room
	}
	b.try(func() (err error) {
		f.Lawyer.Token, _, err = m.s.Tokens.IssueFor(ctx, f.ID, f.Lawyer.Actor.Person, token.New{Use: token.API, Name: "bench", Life: 90 * 24 * time.Hour})
		return err
	})
	if b.err == nil {
		m.e.Firm = f
		b.err = m.e.save()
	}
	return b.err
}

// fill takes one space after the other.
func (m *maker) fill(ctx context.Context, l *language) {
	for {
		m.mu.Lock()
		i := m.next
		if i >= m.e.Spaces || m.failed != nil || ctx.Err() != nil {
			m.failed = errors.Join(m.failed, ctx.Err())
			m.mu.Unlock()
			return
		}
		m.next++
		m.mu.Unlock()
		each := (i+1)*m.e.Documents/m.e.Spaces - i*m.e.Documents/m.e.Spaces
		p := plot{maker: m, firm: &m.e.Firm, language: l, number: i, documents: each}
		if m.e.Spaces-i <= awaiting {
			p.waiting = 2 * waitIn
		}
		err := p.fill(ctx)
		m.mu.Lock()
		if err != nil {
			m.failed = errors.Join(m.failed, err)
		} else {
			m.e.Opened++
			m.e.Filed += each
		}
		m.mu.Unlock()
	}
}

// plot is one space that is being filled.
type plot struct {
	*maker
	firm      *firm
	language  *language
	number    int
	documents int
	waiting   int // the last ones, that nobody has opened
	room      room
}

// letter is a document that is about to be found by its words.
type letter struct {
	of          id.Item
	by          authz.Actor // who reads it
	title, text string
}

func (p *plot) fill(ctx context.Context) error {
	b := builder{ctx: ctx, s: p.s}
	p.room = b.bare(p.firm, p.number)
	if b.err != nil {
		return b.err
	}
	all := make([]letter, p.documents)
	for i := range all {
		all[i] = letter{title: p.language.title(i), text: p.language.text()}
		if i == 0 && p.number < 0 {
			all[i].title = "Testament olographe.txt"
		}
		if err := p.file(ctx, i, &all[i]); err != nil {
			return err
		}
	}
	if err := p.s.Office.Keep(ctx, p.firm.ID, func(a *act.Act) error { return p.read(a, all) }); err != nil {
		return err
	}
	return p.talk(ctx, all)
}

// file files a document: even ones come from the client.
func (p *plot) file(ctx context.Context, i int, l *letter) error {
	in := document.BeginUpload{Space: p.room.ID, Tray: space.ClientTray, Name: l.title, Size: int64(len(l.text))}
	by := p.room.Client
	l.by = p.firm.Lawyer.Actor
	if i%2 == 1 {
		in.Tray, in.Circles = space.FirmTray, []id.Circle{p.room.House.Firm, p.room.House.Client}
		by, l.by = l.by, by
	}
	u, err := p.s.Documents.Put(ctx, by, in, bytes.NewReader([]byte(l.text)))
	l.of = u.Document
	return err
}

// read has documents found by what they contain, as the job of the product does
// that starts a process for each, and opened by the other side, but for the last.
func (p *plot) read(a *act.Act, all []letter) error {
	box, err := a.SpaceBox(p.room.ID)
	if err != nil {
		return err
	}
	for i, l := range all {
		if err := search.IndexContents(a.Tx, box, p.room.ID, l.of, l.title, l.text); err != nil {
			return err
		}
		if i >= len(all)-p.waiting {
			continue
		}
		if _, err := item.MarkRead(a, l.by, l.of); err != nil {
			return err
		}
	}
	return nil
}

// talk has the lawyer ask for an answer beside a document, and the client give it.
func (p *plot) talk(ctx context.Context, all []letter) error {
	lawyer := p.firm.Lawyer.Actor
	said := memo.New{Space: p.room.ID, Document: all[0].of, Body: p.language.text(), Circles: []id.Circle{p.room.House.Client}}
	asked := said
	asked.ReplyBy = time.Now().Format(time.DateOnly)
	question, err := p.s.Memos.Write(ctx, lawyer, asked)
	if err != nil {
		return err
	}
	answer, err := p.s.Memos.Write(ctx, p.room.Client, said)
	if err != nil {
		return err
	}
	return p.s.Office.Keep(ctx, p.firm.ID, func(a *act.Act) error {
		if _, err := item.MarkRead(a, p.room.Client, question); err != nil {
			return err
		}
		_, err := item.MarkRead(a, lawyer, answer)
		return err
	})
}

// bare opens a space without a document.
func (b *builder) bare(f *firm, i int) (r room) {
	email := fmt.Sprintf("client%d@growth.example", i)
	b.try(func() error {
		model, err := b.s.Spaces.Model("divorce")
		if err != nil {
			return err
		}
		opened, err := b.s.Lifecycle.OpenSpace(b.ctx, f.Lawyer.Actor, lifecycle.NewSpace{
			ClientName: who(i), ClientEmail: email, Model: model, Profile: model.Profile, Language: i18n.French,
		})
		r.ID = opened.ID
		return err
	})
	b.try(func() error {
		known, err := b.s.Accounts.Find(b.ctx, email)
		r.Client = authz.Actor{Person: known.ID, Firm: f.ID, Role: authz.Outsider, Via: authz.ViaCommand}
		return err
	})
	b.try(func() (err error) {
		r.House, err = b.house(f.Lawyer.Actor, r.ID)
		return err
	})
	return r
}

// who is the i-th client, called as nobody else and as no word of the language.
func who(i int) string {
	r := rand.New(rand.NewPCG(3, uint64(i)))
	return "Mme " + name(r) + "ard " + name(r) + "ette"
}
