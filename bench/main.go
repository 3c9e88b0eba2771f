// Command bench measures the built program the way its users meet it: a real
// server process on the loopback, on SQLite, with its data on disk. It prints
// one table, each figure beside its aim and, where the machine has a limit of
// its own, beside that limit measured in the same run by a bare server that
// does only what cannot be left out.
//
// It adds nothing to the product and knows none of its secrets: it signs in
// like everybody. Figures of one run compare with each other; figures of two
// runs compare only on a quiet machine. It needs Linux (/proc) and about 12 GiB
// of disk for a while. Start at [bench.run]; doc/performance.md explains the
// figures.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are what the command line decides.
type options struct {
	bin     string
	dir     string
	fixture string
	only    string
	rounds  int
	size    int64
	scale   float64
	quick   bool
	inside  bool
	profile string
	growth  growth
}

func main() {
	var o options
	var limit string
	flag.StringVar(&o.bin, "bin", "bin/cenacle", "the program to measure")
	flag.StringVar(&o.dir, "dir", os.TempDir(), "folder on the `disk` to measure on")
	flag.StringVar(&o.fixture, "fixture", "", "`folder` to keep the fixture in and to find it again")
	flag.StringVar(&o.only, "only", "", "comma-separated `measures`: start, list, page, desk, signin, memo, live, deposit, rows, transfer, act")
	flag.IntVar(&o.rounds, "rounds", 3, "rounds of each measure; the table has their medians")
	flag.Int64Var(&o.size, "size", 1024, "`MiB` of the large file")
	flag.Float64Var(&o.scale, "scale", 1, "share of the documents of what is large in the fixture")
	flag.BoolVar(&o.quick, "quick", false, "one round, a tenth of the fixture, 256 MiB")
	flag.BoolVar(&o.inside, "inside", false, "serve from this process, to profile it; memory and processor figures then mean nothing")
	flag.StringVar(&o.profile, "profile", "", "with -inside, the `file` that takes a processor profile of the measures")
	flag.BoolVar(&o.growth.wanted, "growth", false, "measure firms of several sizes instead")
	flag.IntVar(&o.growth.most, "growth-documents", 100_000, "`documents` of the largest firm: 1000, 10000, 100000 or 1000000")
	flag.StringVar(&o.growth.root, "growth-house", filepath.Join(os.TempDir(), "cenacle-growth"), "`folder` to keep these firms in and to find them again")
	flag.StringVar(&o.growth.make, "growth-make", "", "make the firm of this `size` and end; bench starts itself so")
	flag.StringVar(&limit, "limit", "", "serve as the bare server in this `folder`; bench starts itself so")
	flag.Parse()
	if o.quick {
		o.rounds, o.scale, o.size = 1, 0.1, 256
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := start(ctx, o, limit); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

func start(ctx context.Context, o options, limit string) error {
	if limit != "" {
		return serveLimit(ctx, limit)
	}
	dir, err := os.MkdirTemp(o.dir, "cenacle-bench-")
	if err != nil {
		return err
	}
	b := &bench{options: o, dir: dir, noise: make([]byte, 32<<20)}
	rand.Read(b.noise) // never fails: crypto/rand ends the program instead
	return errors.Join(b.run(ctx), b.stop(), os.RemoveAll(dir))
}

// bench is one run.
type bench struct {
	options
	dir    string
	noise  []byte // what files are made of
	world  world
	served *served  // the server that is measured, nil before it starts
	limit  *process // the bare server, nil before it is needed
	lawyer *browser
	client *browser
	tool   *browser // a program of the lawyer's, through the API
	sheet  sheet
}

// chapter is one group of figures.
type chapter struct {
	name, title string
	measure     func(*bench, context.Context) error
}

// chapters come in an order in which none disturbs the next: what fills the
// page cache or the journal comes late.
func chapters() []chapter {
	return []chapter{
		{"start", "Start and rest", (*bench).starts},
		{"list", "A thousand documents, listed", (*bench).lists},
		{"page", "Pages of a space", (*bench).pages},
		{"desk", "Desk, read", (*bench).desks},
		{"signin", "Sign-in with a password", (*bench).signIns},
		{"memo", "Memos, written", (*bench).memos},
		{"live", "Live connections", (*bench).lives},
		{"deposit", "Deposits of 50 KB", (*bench).deposits},
		{"rows", "What an act leaves, written again", (*bench).rows},
		{"transfer", "One large file", (*bench).transfers},
		{"act", "One request, looked at from inside", (*bench).acts},
	}
}

// run measures chapter by chapter and prints each when it is done.
func (b *bench) run(ctx context.Context) (err error) {
	if b.growth.wanted {
		return b.grow(ctx)
	}
	began := time.Now()
	if b.world, err = b.furnish(ctx); err != nil {
		return fmt.Errorf("making the fixture: %w", err)
	}
	fmt.Printf("\nThe fixture took %s.\n", time.Since(began).Round(time.Second))
	if err := b.enter(ctx); err != nil {
		return err
	}
	wanted := strings.Split(b.only, ",")
	for _, c := range chapters() {
		if b.only != "" && !slices.Contains(wanted, c.name) {
			continue
		}
		if err := c.measure(b, ctx); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		b.sheet.print(c.title)
	}
	fmt.Printf("\nAll of it took %s; load of the machine now %s.\n", time.Since(began).Round(time.Second), load())
	return nil
}

// enter signs everybody in once; the sessions outlive the servers.
func (b *bench) enter(ctx context.Context) error {
	if err := b.serve(ctx); err != nil {
		return err
	}
	var err error
	if b.lawyer, err = b.signIn(ctx, b.world.Small.Lawyer); err != nil {
		return err
	}
	if b.client, err = b.signIn(ctx, b.world.Small.Client); err != nil {
		return err
	}
	b.tool, err = b.program(b.world.Small.Lawyer)
	return err
}

func (b *bench) stop() error {
	var errs []error
	if b.served != nil {
		errs = append(errs, b.served.stop())
	}
	if b.limit != nil {
		errs = append(errs, b.limit.stop())
	}
	b.served, b.limit = nil, nil
	return errors.Join(errs...)
}
