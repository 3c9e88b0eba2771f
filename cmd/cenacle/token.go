package main

import (
	"context"
	"fmt"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/server"
	"cenacle/internal/token"
)

// tokenCreate prints the text of a new token alone on standard output, so that
// it goes into a file or another program without being looked at.
func tokenCreate(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "token create")
	set := settingsOf(f)
	of := f.String("firm", "", "`id` of the firm")
	email := f.String("email", "", "`address` of the person the program acts for")
	use := f.String("use", string(token.API), "what it opens: api, drive or `calendar`")
	name := f.String("name", "Command line", "`name` by which she recognizes it")
	readOnly := f.Bool("read-only", false, "it changes nothing")
	days := f.Int("days", int(token.Life/(24*time.Hour)), "`days` it lives")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	c, err := set.load(t)
	if err != nil {
		return err
	}
	firm, err := id.Parse[id.Firm](*of)
	if err != nil {
		return fmt.Errorf("firm %q: %w", *of, errUsage)
	}
	if *days < 1 {
		return fmt.Errorf("%d days: %w", *days, errUsage)
	}
	return open(ctx, t, c, func(s *server.Server) error {
		p, err := s.Accounts.Find(ctx, *email)
		if err != nil {
			return plain(err)
		}
		sayToken(t, p.Email, firm, *use, *days, *readOnly)
		if err := retyped(t, p.Email); err != nil {
			return err
		}
		text, made, err := s.Tokens.IssueFor(ctx, firm, p.ID, token.New{
			Use: token.Use(*use), Name: *name, Pass: authz.Pass{ReadOnly: *readOnly}, Life: time.Duration(*days) * 24 * time.Hour,
		})
		if err != nil {
			return plain(err)
		}
		fmt.Fprintf(t.err, "Good until %s; shown this once.\n", made.Expires.Format(time.RFC3339))
		_, err = fmt.Fprintln(t.out, text)
		return err
	})
}

func sayToken(t *terminal, email string, firm id.Firm, use string, days int, readOnly bool) {
	does := "reads and changes"
	if readOnly {
		does = "reads"
	}
	fmt.Fprintf(t.err, "Whoever has the token (%s) %s all that %s may in firm %s, for %d days, without her password or her second factor.\n", use, does, email, firm, days)
	fmt.Fprintln(t.err, "She is told by the firm's journal, and every client of the firm reads that the host made it.")
	fmt.Fprintln(t.err, "Be sure who asks. Type her address again and press Enter to make it:")
}
