package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"cenacle/internal/config"
	"cenacle/internal/id"
	"cenacle/internal/quota"
	"cenacle/internal/server"
)

// firmPlan says what every firm may use and uses, or sets what one of them may,
// beside servers that run.
func firmPlan(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "firm plan")
	set := settingsOf(f)
	of := f.String("firm", "", "`id` of the one firm")
	f.String("spaces", "", "open `spaces` it may have: a number, none (no limit) or usual (what every firm has)")
	f.String("colleagues", "", "`people` of its own; likewise")
	f.String("storage", "", "`size` of its documents, such as 200 GB; likewise")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	typed := map[string]string{}
	f.Visit(func(one *flag.Flag) {
		if n := one.Name; n == "spaces" || n == "colleagues" || n == "storage" {
			typed[n] = one.Value.String()
		}
	})
	if *of == "" && len(typed) > 0 {
		return fmt.Errorf("of which firm? --firm: %w", errUsage)
	}
	c, err := set.load(t)
	if err != nil {
		return err
	}
	if *of == "" {
		return open(ctx, t, c, func(s *server.Server) error { return sayPlans(ctx, t.out, s) })
	}
	firm, err := id.Parse[id.Firm](*of)
	if err != nil {
		return fmt.Errorf("firm %q: %w", *of, errUsage)
	}
	return open(ctx, t, c, func(s *server.Server) error {
		if len(typed) > 0 {
			if err := setPlan(ctx, t, s, firm, typed); err != nil {
				return err
			}
		}
		return sayPlans(ctx, t.out, s, firm)
	})
}

// setPlan changes what was typed and leaves the rest as it is.
func setPlan(ctx context.Context, t *terminal, s *server.Server, of id.Firm, typed map[string]string) error {
	st, err := s.Plans.Examine(ctx, of)
	if err != nil {
		return plain(err)
	}
	p := st.Own
	for name, into := range map[string]*int64{"spaces": &p.Spaces, "colleagues": &p.Colleagues, "storage": &p.Storage} {
		if text, given := typed[name]; given {
			if *into, err = limitOf(name, text); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(t.err, "Setting the plan of firm %s. Nothing that is there is taken away; the firm's administrators see it, and its journal says so.\n", of)
	if err := s.Plans.Set(ctx, of, p); err != nil {
		return plain(err)
	}
	return nil
}

// limitOf reads one limit as it is typed.
func limitOf(name, text string) (int64, error) {
	switch text {
	case "none":
		return 0, nil
	case "usual":
		return quota.Usual, nil
	}
	var size config.Size
	n, err := strconv.ParseInt(text, 10, 64)
	if name == "storage" {
		err = size.UnmarshalText([]byte(text))
		n = int64(size)
	}
	if err == nil && n <= 0 {
		err = errors.New("a limit is above 0; none is written none")
	}
	if err != nil {
		return 0, fmt.Errorf("--%s %q: %w", name, text, errors.Join(err, errUsage))
	}
	return n, nil
}

// sayPlans writes one line for each of some firms, or of all.
func sayPlans(ctx context.Context, out io.Writer, s *server.Server, some ...id.Firm) error {
	var err error
	if len(some) == 0 {
		if some, err = s.Office.Store.Firms(ctx); err != nil {
			return err
		}
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FIRM\tSPACES\tCOLLEAGUES\tSTORAGE")
	for _, f := range some {
		st, err := s.Plans.Examine(ctx, f)
		if err != nil {
			return plain(err)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f, share(st.Used.Spaces, st.Plan.Spaces, count), share(st.Used.Colleagues, st.Plan.Colleagues, count), share(st.Used.Storage, st.Plan.Storage, size))
	}
	return w.Flush()
}

func share(used, limit int64, write func(int64) string) string {
	if limit == 0 {
		return "any"
	}
	return write(used) + " of " + write(limit)
}

func count(n int64) string { return strconv.FormatInt(n, 10) }

// size rounds to the megabyte, so that a line can be read.
func size(n int64) string {
	const mega = 1e6
	if n > mega {
		n = n / mega * mega
	}
	text, _ := config.Size(n).MarshalText() // never fails
	return string(text)
}
