package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"time"

	"cenacle/internal/config"
	"cenacle/internal/server"
)

// served is the product while it is measured: a process, or with -inside a part
// of this one.
type served struct {
	meter
	base string
	took time.Duration
	stop func() error
}

// serve starts the product on the fixture, once.
func (b *bench) serve(ctx context.Context) error {
	if b.served != nil {
		return nil
	}
	var err error
	if b.inside {
		b.served, err = b.within(ctx)
	} else {
		b.served, err = b.spawn(ctx, b.world.Dir)
	}
	return err
}

// again ends the product and starts it anew, without what it has learnt.
func (b *bench) again(ctx context.Context) error {
	if b.inside {
		return nil
	}
	if err := b.served.stop(); err != nil {
		return err
	}
	b.served = nil
	if err := b.serve(ctx); err != nil {
		return err
	}
	b.follow()
	return nil
}

// quiet waits until the server does nothing of its own: at its start it sweeps, and it
// reads the words of what was filed.
func (b *bench) quiet(ctx context.Context) error {
	for ctx.Err() == nil {
		before, err := b.served.processor()
		if err != nil {
			return err
		}
		time.Sleep(2 * time.Second)
		after, err := b.served.processor()
		if err != nil || after-before < 20*time.Millisecond {
			return err
		}
	}
	return ctx.Err()
}

// follow has everybody speak to the server that runs now.
func (b *bench) follow() {
	for _, who := range []*browser{b.lawyer, b.client, b.tool} {
		who.base = b.served.base
	}
}

// spawn starts the built program on a data folder.
func (b *bench) spawn(ctx context.Context, data string) (*served, error) {
	address, err := free()
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, b.bin, "serve")
	c.Env = append(os.Environ(), "CENACLE_DATA="+data, "CENACLE_LISTEN="+address, "CENACLE_LIMIT_REQUESTS=0")
	p, err := spawn(ctx, address, "/healthz", c, filepath.Join(b.dir, "server.log"))
	if err != nil {
		return nil, err
	}
	return &served{meter{c.Process.Pid}, p.base, p.took, p.stop}, nil
}

// value opens the product on the fixture as a value of this process.
func (b *bench) value(ctx context.Context, address string) (*server.Server, error) {
	c := config.Default()
	c.Data, c.Listen, c.Limit.Requests = b.world.Dir, address, 0
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	return server.New(ctx, c, server.Options{Clock: time.Now, Log: log})
}

// within serves the fixture from this process.
func (b *bench) within(ctx context.Context) (*served, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s, err := b.value(ctx, l.Addr().String())
	if err != nil {
		return nil, err
	}
	inner, end := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.Run(inner, l) }()
	finish, err := profile(b.profile)
	if err != nil {
		end()
		return nil, errors.Join(err, <-done, s.Close())
	}
	stop := func() error {
		end()
		return errors.Join(finish(), <-done, s.Close())
	}
	return &served{meter{os.Getpid()}, "http://" + l.Addr().String(), 0, stop}, nil
}

// profile begins a processor profile, unless there is no file for it.
func profile(name string) (finish func() error, err error) {
	if name == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}
