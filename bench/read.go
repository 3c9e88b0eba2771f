package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// path is the address of a space.
func (f firm) path(r room) string { return "/f/" + string(f.ID) + "/spaces/" + string(r.ID) }

// starts measures from the start of the process to its first answer, and what
// it holds when nobody asks.
func (b *bench) starts(ctx context.Context) error {
	if b.inside {
		return nil
	}
	if err := b.served.stop(); err != nil {
		return err
	}
	b.served = nil
	var fresh, known, cold []float64
	for i := range 3 * b.rounds {
		empty := filepath.Join(b.dir, fmt.Sprintf("empty-%d", i))
		took, err := b.startOnce(ctx, empty)
		fresh = append(fresh, took)
		if err == nil {
			err = os.RemoveAll(empty)
		}
		if err != nil {
			return err
		}
		if took, err = b.startOnce(ctx, b.world.Dir); err != nil {
			return err
		}
		known = append(known, took)
	}
	for range b.rounds {
		if err := forget(ctx, b.bin, filepath.Join(b.world.Dir, "directory.db"), filepath.Join(b.world.Dir, "firms")); err != nil {
			return err
		}
		took, err := b.startOnce(ctx, b.world.Dir)
		if err != nil {
			return err
		}
		cold = append(cold, took)
	}
	bareStart, err := b.bareStart(ctx)
	if err != nil {
		return err
	}
	b.sheet.add(figure{what: "first answer, empty data folder", unit: "ms", got: middle(fresh)})
	b.sheet.add(figure{what: "first answer, firms with data", unit: "ms", got: middle(known), limit: bareStart, aim: most(60, "ms"), next: most(40, "ms")})
	b.sheet.add(figure{what: "first answer, files not in the page cache", unit: "ms", got: middle(cold)})
	return b.rest(ctx)
}

// bareStart is the same of the bare server, in ms.
func (b *bench) bareStart(ctx context.Context) (float64, error) {
	var took []float64
	for range 3 * b.rounds {
		if err := b.startBare(ctx); err != nil {
			return 0, err
		}
		took = append(took, ms(b.limit.took))
	}
	return middle(took), nil
}

func (b *bench) startOnce(ctx context.Context, data string) (float64, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return 0, err
	}
	s, err := b.spawn(ctx, data)
	if err != nil {
		return 0, err
	}
	return ms(s.took), s.stop()
}

// rest measures the memory of a server that was only started: one with nothing
// to do, and one that goes through its firms and reads what nobody has read yet.
func (b *bench) rest(ctx context.Context) error {
	idle, err := b.restOf(ctx, filepath.Join(b.dir, "rest"))
	if err != nil {
		return err
	}
	busy, err := b.restOf(ctx, b.world.Dir)
	if err != nil {
		return err
	}
	bare, _, err := meter{b.limit.command.Process.Pid}.memory()
	if err != nil {
		return err
	}
	info, err := os.Stat(b.bin)
	if err != nil {
		return err
	}
	b.sheet.add(figure{what: "memory 3 s after the start", unit: "MiB", got: idle, limit: bare, aim: most(30, "MiB"), next: most(25, "MiB")})
	b.sheet.add(figure{what: "– with firms whose documents wait to be read", unit: "MiB", got: busy})
	b.sheet.add(figure{what: "size of the program", unit: "MiB", got: float64(info.Size()) / (1 << 20)})
	if err := b.serve(ctx); err != nil {
		return err
	}
	b.follow()
	return nil
}

func (b *bench) restOf(ctx context.Context, data string) (float64, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return 0, err
	}
	s, err := b.spawn(ctx, data)
	if err != nil {
		return 0, err
	}
	time.Sleep(3 * time.Second)
	now, _, err := s.memory()
	return now, errors.Join(err, s.stop())
}

// look asks for a page again and again on one connection.
func (b *bench) look(ctx context.Context, v seen, n int, a aim) error {
	if _, err := times(20, func(int) error { return v.who.get(ctx, v.path) }); err != nil {
		return err
	}
	began, err := b.served.processor()
	if err != nil {
		return err
	}
	var p50, p99 []time.Duration
	for range b.rounds {
		took, err := times(n, func(int) error { return v.who.get(ctx, v.path) })
		if err != nil {
			return err
		}
		p50, p99 = append(p50, middle(took)), append(p99, quantile(took, 0.99))
	}
	ended, err := b.served.processor()
	b.sheet.add(figure{what: v.what + ", p50", unit: "ms", got: ms(middle(p50)), aim: a})
	b.sheet.add(figure{what: v.what + ", p99", unit: "ms", got: ms(middle(p99)), aim: a})
	b.sheet.add(figure{what: v.what + ", processor", unit: "ms", got: ms(ended-began) / float64(n*b.rounds)})
	return err
}

// desks measures « qui attend quoi » over thirty spaces.
func (b *bench) desks(ctx context.Context) error {
	other, err := b.signIn(ctx, b.world.Large.Lawyer)
	if err != nil {
		return err
	}
	path := func(f firm) string { return "/f/" + string(f.ID) }
	return errors.Join(
		b.look(ctx, seen{"30 spaces of 100 documents", b.lawyer, path(b.world.Small)}, 100, most(20, "ms")),
		b.look(ctx, seen{"30 spaces of 1,000 documents", other, path(b.world.Large)}, 100, most(20, "ms")),
	)
}

// signIns measures the door: Argon2id with 64 MiB, on purpose slow.
func (b *bench) signIns(ctx context.Context) error {
	who := b.world.Small.Lawyer
	form := url.Values{"email": {who.Email}, "password": {who.Password}}
	took, err := times(5*b.rounds, func(int) error {
		fresh, err := newBrowser(b.served.base)
		if err != nil {
			return err
		}
		return fresh.post(ctx, "/signin", form)
	})
	if err != nil {
		return err
	}
	b.sheet.add(figure{what: "p50", unit: "ms", got: ms(middle(took))})
	after, peak, err := b.served.memory()
	if err != nil {
		return err
	}
	if _, err := times(100, func(int) error { return b.lawyer.get(ctx, "/f/"+string(b.world.Small.ID)) }); err != nil {
		return err
	}
	time.Sleep(10 * time.Second)
	later, _, err := b.served.memory()
	b.sheet.add(figure{what: "memory at its highest so far", unit: "MiB", got: peak})
	b.sheet.add(figure{what: "memory right after", unit: "MiB", got: after})
	b.sheet.add(figure{what: "memory a hundred pages and ten seconds later", unit: "MiB", got: later})
	return err
}
