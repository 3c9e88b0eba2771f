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
	"os"
	"os/exec"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/config"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/server"
	"cenacle/internal/store"
)

// growth is what the command line says of a firm that grows.
type growth struct {
	wanted bool
	most   int    // documents of the largest firm
	root   string // folder of the firms, which are made once
	make   string // the extent that this process makes, and nothing else
}

// grown is one size, and what each measure took there: milliseconds of the server's
// processor for one, which other programs of the machine do not change, and of the
// clock.
type grown struct {
	extent
	processor, clock map[string]float64
	hunted           hunted
}

// turns is how often all sizes are measured, one after the other: a machine that is
// slower for a while is so for all of them.
const turns = 3

// least has of each gesture what it took when it took least.
func (g grown) least(before grown) grown {
	for what := range before.processor {
		g.processor[what] = min(g.processor[what], before.processor[what])
		g.clock[what] = min(g.clock[what], before.clock[what])
	}
	return g
}

// grow measures the same acts in firms of several sizes: it reads one room of a
// hundred documents and writes into one that is new. All but a hundred and eighty
// documents were opened by the other side, as in a firm that lives.
func (b *bench) grow(ctx context.Context) error {
	if b.growth.make != "" {
		return b.growth.produce(ctx)
	}
	var estates []*estate
	for _, of := range extents {
		if of.Documents > b.growth.most {
			break
		}
		e, err := b.estate(ctx, of)
		if err != nil {
			return err
		}
		estates = append(estates, e)
	}
	all := make([]grown, len(estates))
	for turn := range turns {
		for i, e := range estates {
			g := grown{extent: e.extent}
			if err := b.feel(ctx, e, &g, turn == turns-1); err != nil {
				return err
			}
			all[i] = g.least(all[i])
		}
	}
	printGrowth(all)
	printHunted(all)
	return nil
}

// produce makes one estate in this process.
func (g growth) produce(ctx context.Context) error {
	for _, of := range extents {
		if of.String() != g.make {
			continue
		}
		e, err := openEstate(g.root, of)
		if err != nil {
			return err
		}
		return e.make(ctx)
	}
	return fmt.Errorf("no firm has the size %q", g.make)
}

// estate opens an estate, which another process of this program makes if nobody
// has.
func (b *bench) estate(ctx context.Context, of extent) (*estate, error) {
	e, err := openEstate(b.growth.root, of)
	if err != nil || e.Ready {
		return e, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, self, "-growth", "-growth-house", b.growth.root, "-growth-make", of.String())
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("making a firm of %s: %w", of, err)
	}
	return openEstate(b.growth.root, of)
}

// firstScreen is how many memos the page of a space shows at first.
const firstScreen = 60

// memos counts those of a room that its first screen shows.
func (b *builder) memos(f *firm, in room) (n int) {
	b.try(func() error {
		threads, _, err := b.s.Memos.Conversation(b.ctx, f.Lawyer.Actor, memo.Query{Space: in.ID, Limit: firstScreen})
		for _, t := range threads {
			n += len(t.Memos)
		}
		return err
	})
	return n
}

// room opens the room that is written into, new each time.
func (e *estate) room(ctx context.Context) (err error) {
	c := config.Default()
	c.Data = e.data()
	s, err := server.New(ctx, c, server.Options{Clock: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return err
	}
	// In the room that is read people have written from the firm's beginning to this day, as
	// much as its page shows.
	maker, read := builder{ctx: ctx, s: s}, e.Firm.Rooms["piece"]
	for range firstScreen - maker.memos(&e.Firm, read) {
		maker.try(func() error {
			_, err := s.Memos.Write(ctx, e.Firm.Lawyer.Actor, memo.New{Space: read.ID, Subject: "Point", Body: memoText(), Circles: []id.Circle{read.House.Client}})
			return err
		})
	}
	// Who measured before has written into a room that nobody looked at: it is seen.
	for _, before := range e.Firm.Rooms {
		maker.try(func() error {
			return s.Office.Keep(ctx, e.Firm.ID, func(a *act.Act) error {
				_, err := a.Exec(deleteUnread, before.ID)
				return err
			})
		})
	}
	if maker.err != nil {
		return errors.Join(maker.err, s.Close())
	}
	e.Firm.Rooms["fresh"] = maker.bare(&e.Firm, int(time.Now().Unix()))
	return errors.Join(maker.err, settle(ctx, s), e.save(), s.Close())
}

var deleteUnread = store.ForFirm(`
delete from unread where firm_id = $1 and space_id = $2
  and person_id in (select person_id from membership where firm_id = $1 and space_id = $2)`)

// feel measures at one size, with many who search at once if it is asked to.
func (b *bench) feel(ctx context.Context, e *estate, g *grown, searched bool) (err error) {
	if err := e.room(ctx); err != nil {
		return err
	}
	f := &e.Firm
	if b.served, err = b.spawn(ctx, e.data()); err != nil {
		return err
	}
	if err := b.quiet(ctx); err != nil {
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
	if searched {
		g.hunted, err = b.search(ctx, e, her, tool)
	}
	return err
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
		{"journal of a space", func(int) error { return her.get(ctx, f.path(r)+"/journal") }},
		{"list of 50 documents", func(int) error { return tool.get(ctx, in+"/documents?limit=50") }},
		{"list of 25 spaces", func(int) error { return tool.get(ctx, "/api/v1/spaces?limit=25") }},
		{"search in the firm, a rare word", func(int) error { return her.get(ctx, "/f/"+string(f.ID)+"/search?q=olographe") }},
		{"search in the firm, a common word", func(int) error { return her.get(ctx, "/f/"+string(f.ID)+"/search?q=avec") }},
		{"search in a space", func(int) error { return her.get(ctx, "/f/"+string(f.ID)+"/search?q=olographe&space="+string(r.ID)) }},
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
	const often, rounds = 50, 3
	if _, err := times(5, m.do); err != nil {
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
		header = append(header, fmt.Sprintf("%d / %d", g.Spaces, g.Documents))
	}
	rows := [][]string{append(header, "last ÷ first", "exponent", "clock, last ÷ first", "")}
	var b bench
	for _, m := range b.felt(context.Background(), &firm{}, nil, nil) {
		row := []string{m.what}
		for _, g := range all {
			row = append(row, amount(g.processor[m.what]))
		}
		times := last.processor[m.what] / first.processor[m.what]
		exponent := math.Log(times) / math.Log(float64(last.Documents)/float64(first.Documents))
		verdict := "flat"
		if times > 1.2 {
			verdict = "GROWS"
		}
		rows = append(rows, append(row, fmt.Sprintf("%.2f", times), fmt.Sprintf("%.3f", exponent), fmt.Sprintf("%.2f", last.clock[m.what]/first.clock[m.what]), verdict))
	}
	printRows(rows)
}
