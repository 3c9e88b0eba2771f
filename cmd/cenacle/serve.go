package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"cenacle/internal/backup"
	"cenacle/internal/config"
	"cenacle/internal/fault"
	"cenacle/internal/sample"
	"cenacle/internal/server"
)

// settings are the options every command with a data folder has.
type settings struct {
	file, data, listen *string
	demo               *bool
}

func settingsOf(f *flag.FlagSet) settings {
	return settings{
		file:   f.String("config", "", "configuration `file`"),
		data:   f.String("data", "", "data `folder`"),
		listen: f.String("listen", "", "`address` and port to listen on"),
		demo:   f.Bool("demo", false, "serve the demonstration firm, on this machine only"),
	}
}

// load is read for a command that opens what is in the data folder.
func (s settings) load(t *terminal) (*config.Config, error) {
	c, err := s.read(t)
	if err != nil {
		return nil, err
	}
	if err := backup.Unfinished(c.Data); err != nil {
		return nil, plain(err)
	}
	return c, nil
}

// read reads file, environment and options, in this order, and refuses a
// configuration under which the product would not keep its promises.
func (s settings) read(t *terminal) (*config.Config, error) {
	c, err := config.Load(*s.file, t.environ)
	if err != nil {
		return nil, err
	}
	if err := s.apply(c); err != nil {
		return nil, err
	}
	return c, c.Validate().Err()
}

// apply sets what the options say.
func (s settings) apply(c *config.Config) error {
	for name, value := range map[string]string{"data": *s.data, "listen": *s.listen} {
		if value == "" {
			continue
		}
		if err := c.Set(name, value); err != nil {
			return err
		}
	}
	if *s.demo {
		c.Demo = true
	}
	return nil
}

func serve(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "serve")
	set := settingsOf(f)
	if err := parse(f, args, 0); err != nil {
		return err
	}
	c, err := set.load(t)
	if err != nil {
		return err
	}
	spare(t.environ)
	log := logger(t, c)
	_, missing := os.Stat(c.KeyFile())
	first := errors.Is(missing, fs.ErrNotExist) // there are no data then, or the configuration was refused
	self, err := os.Executable()
	if err != nil {
		return err
	}
	s, err := server.New(ctx, c, server.Options{Clock: time.Now, Log: log, Version: version, Program: self})
	if err != nil {
		return refused(err)
	}
	if err = refused(s.Timely(ctx)); err == nil {
		err = listen(ctx, t, c, s, log, first)
	}
	return errors.Join(err, s.Close())
}

// refused says why a start is refused, where that has words.
func refused(err error) error {
	if _, worded := errors.AsType[*fault.Error](err); worded {
		return plain(err)
	}
	return err
}

func listen(ctx context.Context, t *terminal, c *config.Config, s *server.Server, log *slog.Logger, first bool) error {
	if first {
		tellKey(t, c)
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	log.Info("listening", "address", l.Addr().String(), "url", c.Base().String(), "version", version)
	var aside sync.WaitGroup
	defer aside.Wait() // before the database is closed
	if c.Demo {
		aside.Go(func() { demonstrate(ctx, t, c, s, log) })
	} else if c.Mail.Host == "" {
		log.Warn("no mail server is configured: notices are kept as sealed files and reach nobody")
	}
	notify(t.environ, "READY=1")
	told := make(chan struct{})
	context.AfterFunc(ctx, func() {
		notify(t.environ, "STOPPING=1")
		close(told)
	})
	err = s.Run(ctx, l)
	if ctx.Err() != nil {
		<-told
	}
	return err
}

// tellKey has the operator copy a key that was just made.
func tellKey(t *terminal, c *config.Config) {
	fmt.Fprintf(t.err, "\n  A new root key was written to %s.\n  Whoever has this file and the data can read everything; without it nobody can.\n  Copy it now to a place that is not this machine.\n\n", c.KeyFile())
}

// demonstrate makes the demonstration firm at the first start, and says at
// every start who can sign in.
func demonstrate(ctx context.Context, t *terminal, c *config.Config, s *server.Server, log *slog.Logger) {
	people, err := sample.Ensure(ctx, s)
	if err != nil {
		if ctx.Err() == nil {
			log.Error("making the demonstration firm", "cause", err.Error())
		}
		return
	}
	printPeople(t.out, c.Base().String(), people)
}

func printPeople(w io.Writer, base string, people []sample.Person) {
	fmt.Fprintf(w, "\n  %s is ready: %s\n\n", sample.FirmName, base)
	for _, p := range people {
		how := "password  " + p.Password
		if p.Password == "" {
			how = "no password: opens the link in her mail"
		}
		fmt.Fprintf(w, "  %-18s %-12s %-32s %s\n", p.Name, p.Role, p.Email, how)
	}
	fmt.Fprintf(w, "\n  Mails: %s/demo/mails     Components: %s/styleguide\n\n", base, base)
}

func logger(t *terminal, c *config.Config) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Log)); err != nil {
		level = slog.LevelInfo // Validate has refused any other word
	}
	if c.Demo && level == slog.LevelInfo {
		level = slog.LevelWarn // the terminal of a demonstration is for the person
	}
	return slog.New(slog.NewJSONHandler(t.err, &slog.HandlerOptions{Level: level}))
}

func showConfig(_ context.Context, t *terminal, args []string) error {
	f := flags(t, "config")
	set := settingsOf(f)
	if err := parse(f, args, 0); err != nil {
		return err
	}
	c, err := config.Load(*set.file, t.environ)
	if err != nil {
		return err
	}
	text, err := c.Dump()
	if err != nil {
		return err
	}
	fmt.Fprint(t.out, text)
	return c.Validate().Err()
}
