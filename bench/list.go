package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// seen is what somebody looks at.
type seen struct {
	what string
	who  *browser
	path string
}

// lists measures the list of a thousand documents as programs read it, beside
// the bare server's.
func (b *bench) lists(ctx context.Context) error {
	small := b.world.Small
	bareList, err := b.stockFiles(ctx)
	if err != nil {
		return err
	}
	thousand := small.Rooms["thousand"]
	list := seen{"list by API", b.tool, "/api/v1/spaces/" + string(thousand.ID) + "/documents?limit=1000"}
	if err := b.beside(ctx, list, bareList, atLeast(0.7), atLeast(1)); err != nil {
		return err
	}
	short := seen{"list by API, name, size and day alone", b.tool, list.path + "&fields=title,version.size,created_at"}
	return b.beside(ctx, short, bareList, atLeast(0.7), atLeast(1))
}

// pages measures the page of a space of a thousand documents as both sides see
// it, beside the bare server's, and those of other spaces alone.
func (b *bench) pages(ctx context.Context) error {
	small := b.world.Small
	barePage, err := b.stockMemos(ctx)
	if err != nil {
		return err
	}
	thousand := small.Rooms["thousand"]
	page := seen{"page of the space, lawyer", b.lawyer, small.path(thousand)}
	if err := b.beside(ctx, page, barePage, atLeast(0.5), atLeast(0.8)); err != nil {
		return err
	}
	page = seen{"page of the space, client", b.client, small.path(thousand)}
	if err := b.beside(ctx, page, barePage, aim{}, aim{}); err != nil {
		return err
	}
	for _, v := range []seen{
		{"page, lawyer, 10 documents", b.lawyer, small.path(small.Rooms["ten"])},
		{"page, lawyer, 10,000 documents", b.lawyer, small.path(small.Rooms["many"])},
		{"page, client, none ever opened", b.client, small.path(small.Rooms["unopened"])},
	} {
		if err := b.look(ctx, v, 200, most(20, "ms")); err != nil {
			return err
		}
	}
	return nil
}

// stockFiles puts a thousand files into the bare server.
func (b *bench) stockFiles(ctx context.Context) (list seen, err error) {
	bareServer, err := b.bareClient(ctx)
	if err != nil {
		return list, err
	}
	_, err = crowd(8, 1000, func(_, i int) error {
		return bareServer.put(ctx, fmt.Sprintf("/sealed/list/paper-%d", i), bytes.NewReader(b.paper(i)[:1<<10]), 1<<10)
	})
	return seen{"", bareServer, "/list/list"}, err
}

// stockMemos puts sixty memos there.
func (b *bench) stockMemos(ctx context.Context) (page seen, err error) {
	bareServer, err := b.bareClient(ctx)
	if err != nil {
		return page, err
	}
	_, err = crowd(8, 60, func(_, _ int) error { return bareServer.noteBare(ctx, bareMemo("page")) })
	return seen{"", bareServer, "/page/page"}, err
}

// beside has one and eight clients ask for a thing and for the bare one in turn.
func (b *bench) beside(ctx context.Context, v, limit seen, a, next aim) error {
	const asked = 400
	var alone, bareAlone []time.Duration
	var rate, bareRate, spent, bareSpent []float64
	for range b.rounds {
		for _, one := range []struct {
			seen
			meter
			alone       *[]time.Duration
			rate, spent *[]float64
		}{{v, b.served.meter, &alone, &rate, &spent}, {limit, meter{b.limit.command.Process.Pid}, &bareAlone, &bareRate, &bareSpent}} {
			took, err := times(40, func(int) error { return one.who.get(ctx, one.path) })
			if err != nil {
				return err
			}
			before, err := one.processor()
			if err != nil {
				return err
			}
			r, err := crowd(8, asked, func(int, int) error { return one.who.get(ctx, one.path) })
			if err != nil {
				return err
			}
			after, err := one.processor()
			if err != nil {
				return err
			}
			*one.alone, *one.rate = append(*one.alone, middle(took)), append(*one.rate, r)
			*one.spent = append(*one.spent, ms(after-before)/asked)
		}
	}
	size, err := v.who.size(ctx, v.path)
	if err != nil {
		return err
	}
	bareSize, err := limit.who.size(ctx, limit.path)
	b.sheet.add(figure{what: v.what + ", 8 clients", unit: "/s", got: middle(rate), limit: middle(bareRate), aim: a, next: next})
	b.sheet.add(figure{what: v.what + ", alone", unit: "ms", got: ms(middle(alone)), limit: ms(middle(bareAlone))})
	b.sheet.add(figure{what: v.what + ", processor", unit: "ms", got: middle(spent), limit: middle(bareSpent)})
	b.sheet.add(figure{what: v.what + ", answer", unit: "KiB", got: size, limit: bareSize})
	return err
}

// size is that of an answer in KiB.
func (br *browser) size(ctx context.Context, path string) (float64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, br.base+path, nil)
	if err != nil {
		return 0, err
	}
	n, err := br.count(r)
	return float64(n) / 1024, err
}

func bareMemo(space string) string {
	return `{"space":"` + space + `","body":"` + memoText() + `"}`
}

// memoText is a memo of some two hundred letters.
func memoText() string {
	return "Le rendez-vous est confirmé ; merci d’apporter l’original de l’acte. " + strings.Repeat("Bien à vous. ", 10)
}
