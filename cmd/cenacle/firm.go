package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"cenacle/internal/config"
	"cenacle/internal/i18n"
	"cenacle/internal/lifecycle"
	"cenacle/internal/sample"
	"cenacle/internal/server"
)

// open opens a server that does not listen, for one command, which may take longer than
// it takes another one to replace the root key.
func open(ctx context.Context, t *terminal, c *config.Config, do func(*server.Server) error) error {
	s, err := server.New(ctx, c, server.Options{Clock: time.Now, Log: logger(t, c)})
	if err != nil {
		return err
	}
	learning, stop := context.WithCancel(ctx)
	var learns sync.WaitGroup
	learns.Go(func() { s.LearnKeys(learning) })
	err = do(s)
	stop()
	learns.Wait()
	return errors.Join(err, s.Close())
}

func firmCreate(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "firm create")
	set := settingsOf(f)
	name := f.String("name", "", "name of the `firm`")
	lawyer := f.String("lawyer", "", "`name` of its first lawyer")
	email := f.String("email", "", "her e-mail `address`")
	language := f.String("language", "fr", "her `language`: fr or en")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	spoken, known := i18n.Parse(*language)
	if !known {
		return fmt.Errorf("language %q: %w", *language, errUsage)
	}
	c, err := set.load(t)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.err, "Opening the firm %q in %s, with %s as its first lawyer.\n", *name, where(c), *lawyer)
	fmt.Fprintln(t.err, "Type her first password (15 characters or more) and press Enter:")
	line, err := bufio.NewReader(t.in).ReadString('\n')
	if err != nil && line == "" {
		return fmt.Errorf("reading the password from standard input: %w", err)
	}
	return open(ctx, t, c, func(s *server.Server) error {
		founded, err := s.Lifecycle.SignUp(ctx, lifecycle.SignUp{
			FirmName: *name, Name: *lawyer, Email: *email, Password: strings.TrimRight(line, "\r\n"), Language: spoken,
		})
		if err != nil {
			return plain(err)
		}
		_, err = fmt.Fprintln(t.out, founded.Firm)
		return err
	})
}

// plain says a fault in English, with its cause.
func plain(err error) error { return fmt.Errorf("%s (%w)", english().Fault(err), err) }

// english speaks to the operator.
func english() *i18n.Printer { return i18n.Load().Printer(i18n.English, time.UTC) }

func demo(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "demo")
	set := settingsOf(f)
	asJSON := f.Bool("json", false, "print the people with their passwords and new tokens as JSON")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	*set.demo = true
	c, err := set.load(t)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.err, "Making the demonstration firm in %s, unless it is there.\n", where(c))
	return open(ctx, t, c, func(s *server.Server) error {
		people, err := sample.Ensure(ctx, s)
		if err != nil {
			return plain(err)
		}
		if *asJSON {
			if err := sample.Programs(ctx, s, people); err != nil {
				return plain(err)
			}
			out := json.NewEncoder(t.out)
			out.SetIndent("", "  ")
			return out.Encode(people)
		}
		printPeople(t.out, c.Base().String(), people)
		return nil
	})
}
