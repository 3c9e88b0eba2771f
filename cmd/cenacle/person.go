package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"cenacle/internal/account"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/lifecycle"
	"cenacle/internal/server"
)

// personReset takes what a person shows besides her password, for one who has
// lost it with her recovery codes. It says what it will do, and does it when her
// address is typed again.
func personReset(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "person reset-factors")
	set := settingsOf(f)
	email := f.String("email", "", "her e-mail `address`")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	c, err := set.load(t)
	if err != nil {
		return err
	}
	return open(ctx, t, c, func(s *server.Server) error {
		p, err := s.Accounts.Find(ctx, *email)
		if err != nil {
			return plain(err)
		}
		has, err := s.Accounts.Factors(ctx, p.ID)
		if err != nil {
			return plain(err)
		}
		if len(has.Own) == 0 {
			return fmt.Errorf("%s has no second factor: there is nothing to take", p.Email)
		}
		sayReset(t, p, has)
		if err := retyped(t, p.Email); err != nil {
			return err
		}
		if err := s.Accounts.ResetFactors(ctx, p.ID); err != nil {
			return plain(err)
		}
		if err := s.Lifecycle.FactorsChanged(ctx, p.ID, authz.ViaCommand, lifecycle.FactorsReset); err != nil {
			return plain(err)
		}
		_, err = fmt.Fprintln(t.out, "done")
		return err
	})
}

// retyped demands that the address stands once more on standard input.
func retyped(t *terminal, address string) error {
	line, err := bufio.NewReader(t.in).ReadString('\n')
	if err != nil && line == "" {
		return fmt.Errorf("reading the address from standard input: %w", err)
	}
	if strings.TrimSpace(line) != address {
		return fmt.Errorf("that is not %s: nothing was changed", address)
	}
	return nil
}

func sayReset(t *terminal, p account.Person, has account.Factors) {
	fmt.Fprintf(t.err, "This will be taken from %s:\n", p.Email)
	for _, f := range has.Own {
		fmt.Fprintf(t.err, "  %s %q, added %s\n", f.Kind, f.Name, f.Created.UTC().Format("2006-01-02"))
	}
	fmt.Fprintf(t.err, "  %d recovery codes\n", has.Recovery)
	fmt.Fprintln(t.err, "Her sessions end. Then her password alone, or a link to her mailbox, lets her in.")
	if has.Brief {
		fmt.Fprintln(t.err, "Her password is too short to stand alone and goes too: she asks for a link on the sign-in page.")
	}
	fmt.Fprintln(t.err, "Each firm she belongs to records it, and she is told by mail.")
	fmt.Fprintln(t.err, "Be sure who asks: by voice or in person, never by mail. Type her address again and press Enter to do it:")
}

// personMove gives another mailbox to a person who has lost hers and has no second
// factor with which she could do so herself.
func personMove(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "person move")
	set := settingsOf(f)
	email, to := f.String("email", "", "her e-mail `address`"), f.String("to", "", "the `address` that is to be hers")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	c, err := set.load(t)
	if err != nil {
		return err
	}
	return open(ctx, t, c, func(s *server.Server) error {
		p, err := s.Accounts.Find(ctx, *email)
		if fault.Is(err, fault.NotFound) {
			return fmt.Errorf("nobody is known by the address %s", *email)
		}
		if err != nil {
			return plain(err)
		}
		fmt.Fprintf(t.err, "%s will be reached, and sign in, at %s. Her sessions end; links that were mailed to her open nothing.\n", p.Email, *to)
		fmt.Fprintln(t.err, "Each firm she belongs to records it. Be sure who asks: by voice or in person, never by mail.")
		fmt.Fprintln(t.err, "Type the new address again and press Enter to do it:")
		if err := retyped(t, *to); err != nil {
			return err
		}
		if err := s.Lifecycle.MoveTo(ctx, p.ID, *to); err != nil {
			return plain(err)
		}
		_, err = fmt.Fprintln(t.out, "done")
		return err
	})
}
