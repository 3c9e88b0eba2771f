package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
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
	small := b.world.Small
	var alone, together, limits, spent []float64
	write := func(n int) func(client, i int) error {
		return func(client, i int) error {
			r := small.Desks[client]
			return b.lawyer.post(ctx, small.path(r)+"/memos", note(r, i))
		}
	}
	for range b.rounds {
		one, err := crowd(1, 200, write(0))
		if err != nil {
			return err
		}
		before, err := b.served.processor()
		if err != nil {
			return err
		}
		eight, err := crowd(8, 600, write(200))
		if err != nil {
			return err
		}
		after, err := b.served.processor()
		if err != nil {
			return err
		}
		bare, err := b.commits(ctx, 600)
		if err != nil {
			return err
		}
		alone, together, limits = append(alone, one), append(together, eight), append(limits, bare)
		spent = append(spent, ms(after-before)/600)
	}
	b.sheet.add(figure{what: "1 client (limit: bare commits of SQLite)", unit: "/s", got: middle(alone), limit: middle(limits)})
	b.sheet.add(figure{what: "8 clients (the same limit)", unit: "/s", got: middle(together), limit: middle(limits), aim: atLeast(0.6)})
	b.sheet.add(figure{what: "processor for one memo", unit: "ms", got: middle(spent)})
	return nil
}

const paperSize = 50 << 10

// paper is the i-th small file: no two are alike.
func (b *bench) paper(i int) []byte {
	at := (i * 4099) % (len(b.noise) - paperSize)
	return b.noise[at : at+paperSize]
}

// deposits measures many small files from eight clients, by both ways in, and
// how they go out again.
func (b *bench) deposits(ctx context.Context) error {
	const files, clients = 2000, 8
	small := b.world.Small
	space := small.path(small.Rooms["deposit"])
	bareServer, err := b.bareClient(ctx)
	if err != nil {
		return err
	}
	bare, err := crowd(clients, files, func(_, i int) error {
		return bareServer.put(ctx, fmt.Sprintf("/sealed/paper-%d", i), bytes.NewReader(b.paper(i)), paperSize)
	})
	if err != nil {
		return err
	}
	before, err := b.served.processor()
	if err != nil {
		return err
	}
	form, err := crowd(clients, files, func(_, i int) error {
		return b.client.hand(ctx, space, fmt.Sprintf("Justificatif %d.pdf", i), b.paper(i))
	})
	if err != nil {
		return err
	}
	after, err := b.served.processor()
	if err != nil {
		return err
	}
	script, err := crowd(clients, files, func(_, i int) error {
		at, err := b.client.announce(ctx, space, paperSize, map[string]string{"filename": fmt.Sprintf("Photo %d.jpg", i), "tray": "client"})
		if err != nil {
			return err
		}
		_, err = b.client.patch(ctx, at, 0, bytes.NewReader(b.paper(i)), paperSize)
		return err
	})
	b.sheet.add(figure{what: "plain form, 8 clients", unit: "/s", got: form, limit: bare, aim: atLeast(0.7)})
	b.sheet.add(figure{what: "resumable protocol, two requests each, 8 clients", unit: "/s", got: script, limit: bare})
	b.sheet.add(figure{what: "processor for one deposit by form", unit: "ms", got: ms(after-before) / files})
	return err
}

// lives measures open pages: what they hold, and how soon they hear of a memo.
func (b *bench) lives(ctx context.Context) error {
	const pages = 200
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
	b.sheet.add(figure{what: "memory for one of 200", unit: "KiB", got: (with - before) * 1024 / pages})
	b.sheet.add(figure{what: "memory with 200", unit: "MiB", got: with})
	b.sheet.add(figure{what: "memo sent → signal on 200 pages, p50", unit: "ms", got: ms(middle(delays))})
	b.sheet.add(figure{what: "memo sent → signal on 200 pages, p99", unit: "ms", got: ms(quantile(delays, 0.99))})
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
