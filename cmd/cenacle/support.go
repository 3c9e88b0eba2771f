package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/overview"
	"cenacle/internal/server"
	"cenacle/internal/space"
	"cenacle/internal/support"
)

// supportList says which firms and spaces have let the people of the host look, and why.
func supportList(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "support list")
	set := settingsOf(f)
	if err := parse(f, args, 0); err != nil {
		return err
	}
	c, err := set.load(t)
	if err != nil {
		return err
	}
	return open(ctx, t, c, func(s *server.Server) error {
		firms, err := s.Office.Store.Firms(ctx)
		if err != nil {
			return plain(err)
		}
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "FIRM\tPERMISSION\tOF\tUNTIL\tREASON")
		for _, of := range firms {
			all, err := s.Supports.Standing(ctx, of)
			if err != nil {
				return plain(err)
			}
			for _, p := range all {
				what := "settings"
				if p.Space != "" {
					what = "space " + string(p.Space)
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%q\n", of, p.ID, what, p.Until.UTC().Format(time.RFC3339), p.Reason)
			}
		}
		return w.Flush()
	})
}

// supportLook shows what a permission lets the people of the host look at. The firm's
// journal says so first.
func supportLook(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "support look")
	set := settingsOf(f)
	of := f.String("firm", "", "`id` of the firm")
	by := f.String("permission", "", "`id` of the permission: cenacle support list")
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
	permission, err := id.Parse[id.Support](*by)
	if err != nil {
		return fmt.Errorf("permission %q: %w", *by, errUsage)
	}
	return open(ctx, t, c, func(s *server.Server) error {
		all, err := s.Supports.Standing(ctx, firm)
		if err != nil {
			return plain(err)
		}
		for _, p := range all {
			if p.ID == permission {
				fmt.Fprintln(t.err, "Those who gave this permission are told of this look at once.")
				return look(ctx, t.out, s, firm, p)
			}
		}
		return fmt.Errorf("no such permission stands: cenacle support list")
	})
}

// how much of a space a look shows.
const (
	lookRows  = 100 // documents of each tray
	lookMemos = 50
)

func look(ctx context.Context, out io.Writer, s *server.Server, firm id.Firm, p support.Permission) error {
	if p.Space == "" {
		seen, err := s.Supports.Examine(ctx, firm, p.ID)
		if err != nil {
			return plain(err)
		}
		return saySettings(out, seen)
	}
	seen, err := s.Supports.LookInto(ctx, firm, p.ID, overview.Sources{Documents: s.Documents, Requests: s.Requests},
		overview.ScreenQuery{After: map[space.Tray]id.Item{}, Rows: lookRows, Memos: lookMemos})
	if err != nil {
		return plain(err)
	}
	return saySpace(out, seen)
}

func saySettings(out io.Writer, seen support.Settings) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "firm\t%q\tsince %s\n", seen.Profile.Name, seen.Profile.Created.UTC().Format(time.DateOnly))
	if from := seen.Profile.Factors.From; !from.IsZero() {
		fmt.Fprintf(w, "second factor\tdemanded from %s\n", from.UTC().Format(time.RFC3339))
	}
	for _, c := range seen.People {
		fmt.Fprintf(w, "%s\t%s\t%s\t%q\n", c.Person, c.Role, c.State, c.Name)
	}
	for _, e := range seen.Acts {
		fmt.Fprintf(w, "%s\t%s\t%s\t%q\n", e.At.UTC().Format(time.RFC3339), e.Kind, e.Via, e.ActorName)
	}
	return w.Flush()
}

func saySpace(out io.Writer, seen overview.Seen) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "space\t%s\t%q\n", seen.Room.ID, seen.Room.Name)
	for _, c := range seen.Room.Circles {
		fmt.Fprintf(w, "circle\t%s\t%s\n", c.ID, c.Kind)
	}
	for _, tray := range space.Trays() {
		for _, d := range seen.Documents[tray] {
			fmt.Fprintf(w, "document\t%s\t%s\t%q\n", d.ID, tray, d.Title)
		}
	}
	for _, t := range seen.Threads {
		for _, m := range t.Memos {
			fmt.Fprintf(w, "memo\t%s\t%q\t%q\n", m.ID, t.Subject, m.Body)
		}
	}
	for _, q := range seen.Requests {
		fmt.Fprintf(w, "paper\t%s\t%s\t%q\n", q.ID, q.State, q.Name)
	}
	for _, e := range seen.Dates {
		fmt.Fprintf(w, "date\t%s\t%q\n", e.ID, e.Title)
	}
	return w.Flush()
}
