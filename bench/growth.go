package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
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
	"cenacle/internal/server"
	"cenacle/internal/space"
	"cenacle/internal/token"
)

// growth is how large a firm becomes: four sizes, each about the same factor from
// the one before, from 30 spaces and 1,000 documents to the largest asked for.
type growth struct {
	spaces, documents int           // the largest
	budget            time.Duration // for filling; what does not fit is left out and said
}

const (
	leastSpaces    = 30
	leastDocuments = 1000
	sizes          = 4
	fillers        = 16
	pieceIn        = 100 // documents of the room that is read, the same at each size
	recent         = 200 // documents that nobody has opened yet, the same at each size
)

// grown is one size, and what each measure took there: milliseconds of the server's
// processor for one, which other programs of the machine do not change, and of the
// clock.
type grown struct {
	spaces, documents int
	processor, clock  map[string]float64
}

// grow measures the same acts while the firm around them grows: it reads one room
// that stays as it is, and writes into one that is new at each size. All but the
// latest documents were opened by the other side, as in a firm that lives.
func (b *bench) grow(ctx context.Context) error {
	b.world.Dir = filepath.Join(b.dir, "growth")
	f := &firm{}
	var all []grown
	ends := time.Now().Add(b.growth.budget)
	for i := range sizes {
		g := grown{spaces: step(leastSpaces, b.growth.spaces, i), documents: step(leastDocuments, b.growth.documents, i)}
		began := time.Now()
		if err := b.enlarge(ctx, f, &g, ends); err != nil {
			return err
		}
		if len(all) > 0 && g.documents <= all[len(all)-1].documents {
			fmt.Printf("No time is left to make a larger firm: -growth-time.\n")
			break
		}
		fmt.Printf("%d spaces, %d documents: made in %s, load %s\n", g.spaces, g.documents, time.Since(began).Round(time.Second), load())
		if err := b.feel(ctx, f, &g); err != nil {
			return err
		}
		all = append(all, g)
	}
	printGrowth(all)
	return nil
}

// step is the i-th of the sizes between two.
func step(least, most, i int) int {
	return int(math.Round(float64(least) * math.Pow(float64(most)/float64(least), float64(i)/(sizes-1))))
}

// enlarge brings the firm to a size by the use cases of the product, as far as
// there is time, and notes the size that was reached.
func (b *bench) enlarge(ctx context.Context, f *firm, g *grown, ends time.Time) error {
	c := config.Default()
	c.Data = b.world.Dir
	s, err := server.New(ctx, c, server.Options{Clock: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return err
	}
	maker := builder{ctx: ctx, s: s, paper: b.noise[:depth]}
	if f.ID == "" {
		*f = maker.found("growth")
		f.Rooms["piece"] = maker.open(f, place{"Mme Pièce", f.Client.Email, pieceIn, true})
		maker.try(func() error {
			_, err := s.Documents.File(ctx, f.Lawyer.Actor, document.BeginUpload{
				Space: f.Rooms["piece"].ID, Tray: space.FirmTray, Name: "Testament olographe.pdf", Size: depth,
			}, bytes.NewReader(maker.paper))
			return err
		})
		maker.try(func() (err error) {
			f.Lawyer.Token, _, err = s.Tokens.IssueFor(ctx, f.ID, f.Lawyer.Actor.Person, token.New{Use: token.API, Name: "bench", Life: 24 * time.Hour})
			return err
		})
	}
	f.Rooms["fresh"] = maker.bare(f, f.opened)
	f.opened++
	err = errors.Join(maker.err, spread(ctx, s, f, g, ends, b.noise[:depth]))
	return errors.Join(err, settle(ctx, s), s.Close())
}

// spread opens the spaces that are missing, then files the documents that are, one
// after the other in each, from several hands at once.
func spread(ctx context.Context, s *server.Server, f *firm, g *grown, ends time.Time, paper []byte) error {
	var mu sync.Mutex
	var failed error
	hands := func(from, to int, do func(b *builder, i int)) (reached int) {
		next := from
		var work sync.WaitGroup
		for range fillers {
			work.Go(func() {
				b := builder{ctx: ctx, s: s, paper: paper}
				for {
					mu.Lock()
					i := next
					if i >= to || failed != nil || time.Now().After(ends) {
						mu.Unlock()
						break
					}
					next++
					mu.Unlock()
					do(&b, i)
				}
				mu.Lock()
				failed = errors.Join(failed, b.err)
				mu.Unlock()
			})
		}
		work.Wait()
		return next
	}
	g.spaces = hands(len(f.Desks), g.spaces, func(b *builder, i int) {
		mu.Lock()
		n := f.opened
		f.opened++
		mu.Unlock()
		r := b.bare(f, n)
		mu.Lock()
		f.Desks = append(f.Desks, r)
		mu.Unlock()
	})
	opened, places := make([]id.Item, max(0, g.documents-f.filed)), make([]room, max(0, g.documents-f.filed))
	from := f.filed
	g.documents = hands(f.filed, g.documents, func(b *builder, i int) {
		mu.Lock()
		r := f.Desks[i%len(f.Desks)]
		places[i-from] = r
		mu.Unlock()
		opened[i-from] = b.file(f, r, r.Client, i)
	})
	f.filed = g.documents
	if failed != nil {
		return failed
	}
	return opens(ctx, s, f, opened[:f.filed-from], places)
}

// opens marks as opened by the other side what was filed, but the latest.
func opens(ctx context.Context, s *server.Server, f *firm, filed []id.Item, places []room) error {
	for i, it := range filed {
		by := f.Lawyer.Actor
		if (f.filed-len(filed)+i)%2 == 1 {
			by = places[i].Client
		}
		f.unseen = append(f.unseen, unseen{it, by})
	}
	for len(f.unseen) > recent {
		part := f.unseen[:min(500, len(f.unseen)-recent)]
		err := s.Office.Keep(ctx, f.ID, func(a *act.Act) error {
			for _, u := range part {
				if _, err := item.MarkRead(a, u.by, u.item); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		f.unseen = f.unseen[len(part):]
	}
	return nil
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
			ClientName: fmt.Sprintf("Client %d", i), ClientEmail: email, Model: model, Profile: model.Profile, Language: i18n.French,
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

// feel measures at one size.
func (b *bench) feel(ctx context.Context, f *firm, g *grown) (err error) {
	if b.served, err = b.spawn(ctx, b.world.Dir); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, b.served.stop())
		b.served = nil
	}()
	her, err := b.signIn(ctx, f.Lawyer)
	if err != nil {
		return err
	}
	tool, err := newBrowser(b.served.base)
	if err != nil {
		return err
	}
	tool.token = f.Lawyer.Token
	g.processor, g.clock = map[string]float64{}, map[string]float64{}
	for _, m := range b.felt(ctx, f, her, tool) {
		if err := b.once(g, m); err != nil {
			return fmt.Errorf("%s: %w", m.what, err)
		}
	}
	return nil
}

// gesture is one of the acts that are to cost the same at each size.
type gesture struct {
	what string
	do   func(i int) error
}

func (b *bench) felt(ctx context.Context, f *firm, her, tool *browser) []gesture {
	r, fresh := f.Rooms["piece"], f.Rooms["fresh"]
	in, into := "/api/v1/spaces/"+string(r.ID), "/api/v1/spaces/"+string(fresh.ID)
	return []gesture{
		{"page of a space", func(int) error { return her.get(ctx, f.path(r)) }},
		{"page of the desk", func(int) error { return her.get(ctx, "/f/"+string(f.ID)) }},
		{"list of 50 documents", func(int) error { return tool.get(ctx, in+"/documents?limit=50") }},
		{"list of 25 spaces", func(int) error { return tool.get(ctx, "/api/v1/spaces?limit=25") }},
		{"search in the firm", func(int) error { return her.get(ctx, "/f/"+string(f.ID)+"/search?q=testament") }},
		{"search in a space", func(int) error { return her.get(ctx, f.path(r)+"?q=testament") }},
		{"memo", func(i int) error {
			raw, err := json.Marshal(map[string]any{"subject": fmt.Sprintf("Point %d", i), "body": memoText(), "circles": []id.Circle{fresh.House.Client}})
			if err == nil {
				_, err = tool.send(ctx, into+"/memos", "application/json", "", bytes.NewReader(raw), int64(len(raw)))
			}
			return err
		}},
		{"deposit of 50 KB", func(i int) error {
			name := fmt.Sprintf(`attachment; filename="Justificatif %d.pdf"`, i)
			_, err := tool.send(ctx, into+"/documents?circle="+string(fresh.House.Client), "application/octet-stream", name, bytes.NewReader(b.paper(i)), paperSize)
			return err
		}},
	}
}

// once notes the least of some rounds: what else the machine does only adds.
func (b *bench) once(g *grown, m gesture) error {
	const often, rounds = 100, 5
	if _, err := times(10, m.do); err != nil {
		return err
	}
	spent, took := math.Inf(1), math.Inf(1)
	for range rounds {
		before, err := b.served.processor()
		if err != nil {
			return err
		}
		all, err := times(often, m.do)
		if err != nil {
			return err
		}
		after, err := b.served.processor()
		if err != nil {
			return err
		}
		spent, took = min(spent, ms(after-before)/often), min(took, ms(middle(all)))
	}
	g.processor[m.what], g.clock[m.what] = spent, took
	return nil
}

// printGrowth says for each measure what it took at each size, and the exponent by
// which it follows the number of documents: 0 is flat, 1 a scan.
func printGrowth(all []grown) {
	if len(all) < 2 {
		return
	}
	first, last := all[0], all[len(all)-1]
	header := []string{"processor of the server, ms for one"}
	for _, g := range all {
		header = append(header, fmt.Sprintf("%d / %d", g.spaces, g.documents))
	}
	rows := [][]string{append(header, "last ÷ first", "exponent", "clock, last ÷ first", "")}
	var b bench
	for _, m := range b.felt(context.Background(), &firm{}, nil, nil) {
		row := []string{m.what}
		for _, g := range all {
			row = append(row, amount(g.processor[m.what]))
		}
		times := last.processor[m.what] / first.processor[m.what]
		exponent := math.Log(times) / math.Log(float64(last.documents)/float64(first.documents))
		verdict := "flat"
		if times > 1.2 {
			verdict = "GROWS"
		}
		rows = append(rows, append(row, fmt.Sprintf("%.2f", times), fmt.Sprintf("%.3f", exponent), fmt.Sprintf("%.2f", last.clock[m.what]/first.clock[m.what]), verdict))
	}
	printRows(rows)
}
