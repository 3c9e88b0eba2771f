package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"cenacle/internal/id"
)

// note is the form of a memo to the client.
func note(r room, i int) url.Values {
	return url.Values{
		"subject": {fmt.Sprintf("Point %d", i)}, "circle": {string(r.House.Client)},
		"body": {"Le rendez-vous est confirmé ; merci d’apporter l’original de l’acte. " + strings.Repeat("Bien à vous. ", 10)},
	}
}

// memos measures acts that are journalled, sealed and durable.
func (b *bench) memos(ctx context.Context) error {
	bareServer, err := b.bareClient(ctx)
	if err != nil {
		return err
	}
	small := b.world.Small
	ours := func(client, i int) error { return b.memo(ctx, client, i) }
	bare := func(int, int) error { return bareServer.noteBare(ctx, bareMemo("memo")) }
	var here, there weighed
	for range b.rounds {
		if err := b.weigh(&here, b.served.meter, 1000, ours); err != nil {
			return err
		}
		if err := b.weigh(&there, meter{b.limit.command.Process.Pid}, 2000, bare); err != nil {
			return err
		}
	}
	b.compare("written by API, 8 clients", here, there, atLeast(0.6), atLeast(0.85))
	form, err := crowd(8, 600, func(client, i int) error {
		r := small.Desks[client]
		return b.lawyer.post(ctx, small.path(r)+"/memos", note(r, i))
	})
	b.sheet.add(figure{what: "written by form, 8 clients", unit: "/s", got: form})
	return err
}

// memo is written by the program of the lawyer in the space of one client of the bench.
func (b *bench) memo(ctx context.Context, client, i int) error {
	r := b.world.Small.Desks[client]
	raw, err := json.Marshal(map[string]any{"subject": fmt.Sprintf("Point %d", i), "body": memoText(), "circles": []id.Circle{r.House.Client}})
	if err == nil {
		_, err = b.tool.send(ctx, "/api/v1/spaces/"+string(r.ID)+"/memos", "application/json", "", bytes.NewReader(raw), int64(len(raw)))
	}
	return err
}

// weighed is the rate of an act by eight clients, and what one costs.
type weighed struct{ rate, spent, flushed []float64 }

// weigh has eight clients do an act n times.
func (b *bench) weigh(into *weighed, m meter, n int, do func(client, i int) error) error {
	before, err := m.processor()
	if err != nil {
		return err
	}
	kept := flushes(b.dir)
	rate, err := crowd(8, n, do)
	if err != nil {
		return err
	}
	after, err := m.processor()
	into.rate = append(into.rate, rate)
	into.spent = append(into.spent, ms(after-before)/float64(n))
	into.flushed = append(into.flushed, (flushes(b.dir)-kept)/float64(n))
	return err
}

// compare adds the lines of an act beside the bare server's.
func (b *bench) compare(what string, here, there weighed, a, next aim) {
	b.sheet.add(figure{what: what, unit: "/s", got: middle(here.rate), limit: middle(there.rate), aim: a, next: next})
	b.sheet.add(figure{what: what + ", processor", unit: "ms", got: middle(here.spent), limit: middle(there.spent)})
	b.sheet.add(figure{what: what + ", flushes of the disk", unit: "", got: middle(here.flushed), limit: middle(there.flushed)})
}

const paperSize = 50_000

// paper is the i-th small file: no two are alike.
func (b *bench) paper(i int) []byte {
	at := (i * 4099) % (len(b.noise) - paperSize)
	return b.noise[at : at+paperSize]
}

// file is put in by the program of the lawyer; set tells files of one i apart.
func (b *bench) file(ctx context.Context, set string, i int) (made string, err error) {
	r := b.world.Small.Rooms["deposit"]
	path := "/api/v1/spaces/" + string(r.ID) + "/documents?circle=" + string(r.House.Client)
	name := fmt.Sprintf(`attachment; filename="Justificatif %s-%d.pdf"`, set, i)
	return b.tool.send(ctx, path, "application/octet-stream", name, bytes.NewReader(b.paper(i)), paperSize)
}

// deposits measures many small files from eight clients, and how they go out.
func (b *bench) deposits(ctx context.Context) error {
	const files = 2000
	bareServer, err := b.bareClient(ctx)
	if err != nil {
		return err
	}
	var in, out, bareIn, bareOut weighed
	bareMeter := meter{b.limit.command.Process.Pid}
	for round := range b.rounds {
		made := make([]string, files)
		err := b.weigh(&in, b.served.meter, files, func(_, i int) (err error) {
			made[i], err = b.file(ctx, strconv.Itoa(round), i)
			return err
		})
		if err != nil {
			return err
		}
		name := func(i int) string { return fmt.Sprintf("/sealed/round-%d/paper-%d", round, i) }
		err = errors.Join(
			b.weigh(&bareIn, bareMeter, files, func(_, i int) error {
				return bareServer.put(ctx, name(i), bytes.NewReader(b.paper(i)), paperSize)
			}),
			b.weigh(&out, b.served.meter, files, func(_, i int) error {
				return b.tool.get(ctx, "/api/v1/documents/"+made[i*797%files]+"/content")
			}),
			b.weigh(&bareOut, bareMeter, files, func(_, i int) error { return bareServer.get(ctx, name(i*797%files)) }))
		if err != nil {
			return err
		}
	}
	b.compare("in by API, one request each, 8 clients", in, bareIn, atLeast(0.7), atLeast(0.85))
	b.compare("out by API, each recorded, 8 clients", out, bareOut, atLeast(0.7), atLeast(0.85))
	return b.forms(ctx, middle(bareIn.rate))
}

// forms is the same by the two ways of a browser.
func (b *bench) forms(ctx context.Context, bare float64) error {
	const files = 1000
	space := b.world.Small.path(b.world.Small.Rooms["deposit"])
	form, err := crowd(8, files, func(_, i int) error {
		return b.client.hand(ctx, space, fmt.Sprintf("Justificatif %d.pdf", i), b.paper(i))
	})
	if err != nil {
		return err
	}
	script, err := crowd(8, files, func(_, i int) error {
		at, err := b.client.announce(ctx, space, paperSize, map[string]string{"filename": fmt.Sprintf("Photo %d.jpg", i), "tray": "client"})
		if err != nil {
			return err
		}
		_, err = b.client.patch(ctx, at, 0, bytes.NewReader(b.paper(i)), paperSize)
		return err
	})
	b.sheet.add(figure{what: "in by plain form, 8 clients", unit: "/s", got: form, limit: bare})
	b.sheet.add(figure{what: "in by the resumable protocol, two requests each", unit: "/s", got: script, limit: bare})
	return err
}

// lives measures open pages: what they hold, and how soon they hear of a memo.
func (b *bench) lives(ctx context.Context) error {
	const pages = 500
	small := b.world.Small
	r := small.Rooms["ten"]
	if err := b.again(ctx); err != nil {
		return err
	}
	if err := b.lawyer.get(ctx, small.path(r)); err != nil {
		return err
	}
	before, _, err := b.served.memory()
	if err != nil {
		return err
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	heard := make(chan time.Time, 64*pages)
	var open sync.WaitGroup
	failed := make(chan error, pages)
	for range pages {
		open.Go(func() {
			if err := b.client.listen(ctx, small.path(r)+"/live", heard); err != nil {
				failed <- err
			}
		})
	}
	open.Wait()
	close(failed)
	if err := <-failed; err != nil {
		return err
	}
	time.Sleep(time.Second)
	with, _, err := b.served.memory()
	if err != nil {
		return err
	}
	var delays []time.Duration
	for i := range 10 * b.rounds {
		began := time.Now()
		if err := b.lawyer.post(ctx, small.path(r)+"/memos", note(r, i)); err != nil {
			return err
		}
		for range pages {
			select {
			case at := <-heard:
				delays = append(delays, at.Sub(began))
			case <-time.After(5 * time.Second):
				return errors.New("a page was not told of a memo")
			}
		}
	}
	b.sheet.add(figure{what: "memory for one of 500", unit: "KiB", got: (with - before) * 1024 / pages})
	b.sheet.add(figure{what: "memory with 500", unit: "MiB", got: with, aim: most(256, "MiB")})
	b.sheet.add(figure{what: "memo sent → signal on 500 pages, p50", unit: "ms", got: ms(middle(delays))})
	b.sheet.add(figure{what: "memo sent → signal on 500 pages, p99", unit: "ms", got: ms(quantile(delays, 0.99))})
	return nil
}

// listen opens one stream of signals and returns once it is open; what it hears
// goes to heard until ctx ends.
func (br *browser) listen(ctx context.Context, path string, heard chan<- time.Time) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, br.base+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "text/event-stream")
	answer, err := br.http.Do(r)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(answer.Body)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), "retry") {
		return errors.Join(fmt.Errorf("the stream of %s does not begin: %s", path, answer.Status), answer.Body.Close())
	}
	go func() {
		defer answer.Body.Close() // the stream ends with the measure
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "event: signal") {
				heard <- time.Now()
			}
		}
	}()
	return nil
}
