package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"
)

// hunted is what eight people who search at once wait for, and what a node holds
// that 500 pages listen to.
type hunted struct {
	firm, documents, space hunt
	memory                 float64 // MiB
	load                   string
}

// hunt is one kind of search.
type hunt struct {
	p50, p99  float64 // ms
	processor float64 // of the server, ms for one
}

const (
	hunters  = 8
	searches = 800
	pages    = 500
)

// search has eight people look for one or two words, as often as the language has
// them: on the page of the whole firm, which shows documents and memos, for documents
// alone by API, as many as that page shows, and on the page of one space.
func (b *bench) search(ctx context.Context, e *estate, her, tool *browser) (out hunted, err error) {
	f := &e.Firm
	room := f.Rooms["piece"].ID
	for i, h := range []struct {
		into *hunt
		by   *browser
		at   string
	}{
		{&out.firm, her, "/f/" + string(f.ID) + "/search?q="},
		{&out.documents, tool, "/api/v1/search?limit=20&q="},
		{&out.space, her, "/f/" + string(f.ID) + "/search?space=" + string(room) + "&q="},
	} {
		if *h.into, err = b.hunt(h.by, h.at, uint64(i)); err != nil {
			return out, err
		}
	}
	out.memory, err = b.listened(ctx, her, f.path(f.Rooms["piece"])+"/live")
	out.load = load()
	return out, err
}

// hunt asks what at begins with one or two words. Each has its own: what was found a
// moment ago is found more quickly.
func (b *bench) hunt(by *browser, at string, own uint64) (h hunt, err error) {
	asked := make([]*language, hunters)
	for i := range asked {
		asked[i] = speak(1000*(own+1) + uint64(i))
	}
	var mu sync.Mutex
	var took []time.Duration
	before, err := b.served.processor()
	if err != nil {
		return h, err
	}
	_, err = crowd(hunters, searches, func(client, i int) error {
		l := asked[client]
		text := l.word()
		if i%2 == 1 {
			text += " " + l.word()
		}
		began := time.Now()
		err := by.get(context.Background(), at+url.QueryEscape(text))
		mu.Lock()
		defer mu.Unlock()
		took = append(took, time.Since(began))
		return err
	})
	after, measured := b.served.processor()
	h.p50, h.p99, h.processor = ms(quantile(took, 0.5)), ms(quantile(took, 0.99)), ms(after-before)/searches
	return h, errors.Join(err, measured)
}

// listened is the memory of the server while 500 pages listen.
func (b *bench) listened(ctx context.Context, her *browser, path string) (float64, error) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	heard := make(chan time.Time, 64*pages)
	failed := make(chan error, pages)
	var open sync.WaitGroup
	for range pages {
		open.Go(func() { failed <- her.listen(ctx, path, heard) })
	}
	open.Wait()
	for range pages {
		if err := <-failed; err != nil {
			return 0, err
		}
	}
	time.Sleep(time.Second)
	now, _, err := b.served.memory()
	return now, err
}

func printHunted(all []grown) {
	rows := [][]string{{fmt.Sprintf("%d clients search at once", hunters), "page of the firm, p50 / p99, ms", "processor, ms", "documents by API", "processor, ms", "page of a space, p50 / p99, ms", "processor, ms", fmt.Sprintf("memory with %d live pages, MiB", pages), "load"}}
	for _, g := range all {
		h := g.hunted
		rows = append(rows, []string{
			fmt.Sprintf("%d spaces, %d documents", g.Spaces, g.Documents),
			amount(h.firm.p50) + " / " + amount(h.firm.p99), amount(h.firm.processor),
			amount(h.documents.p50) + " / " + amount(h.documents.p99), amount(h.documents.processor),
			amount(h.space.p50) + " / " + amount(h.space.p99), amount(h.space.processor), amount(h.memory), h.load,
		})
	}
	printRows(rows)
}
