package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"cenacle/internal/hostname"
	"cenacle/internal/id"
	"cenacle/internal/server"
)

// firmHost says at which names firms are reached besides the public address, or gives a
// firm one on the operator's word, or takes it, beside servers that run.
func firmHost(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "firm host")
	set := settingsOf(f)
	of := f.String("firm", "", "`id` of the one firm")
	name := f.String("name", "", "`name` to give it, such as espace.cabinet.fr; you answer for it that the name is the firm's")
	anyway := f.Bool("unasked", false, "do not ask first whether the name leads here: some networks cannot see themselves from outside")
	end := f.Bool("end", false, "take its name: requests there are sent on to the public address for 90 days")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	if *of == "" && (*name != "" || *end) || *name != "" && *end || *anyway && *name == "" {
		return fmt.Errorf("say --firm with either --name or --end: %w", errUsage)
	}
	c, err := set.load(t)
	if err != nil {
		return err
	}
	if *of == "" {
		return open(ctx, t, c, func(s *server.Server) error { return sayHosts(ctx, t.out, s) })
	}
	firm, err := id.Parse[id.Firm](*of)
	if err != nil {
		return fmt.Errorf("firm %q: %w", *of, errUsage)
	}
	return open(ctx, t, c, func(s *server.Server) error {
		switch {
		case *end:
			fmt.Fprintf(t.err, "Taking the name of firm %s. Servers that run know within five seconds; its journal says so.\n", firm)
			err = s.Hosts.Take(ctx, firm)
		case *name != "":
			fmt.Fprintf(t.err, "Giving firm %s the name %s. Servers that run know within five seconds; its journal says so.\n", firm, *name)
			err = giveHost(ctx, s, firm, *name, *anyway)
		}
		if err != nil {
			return plain(err)
		}
		return sayHosts(ctx, t.out, s, firm)
	})
}

func giveHost(ctx context.Context, s *server.Server, of id.Firm, typed string, anyway bool) error {
	if !anyway {
		name, err := hostname.Parse(typed)
		if err != nil {
			return err
		}
		if err := s.Hosts.Arrives(ctx, name, s.Hosts.Obtains); err != nil {
			return err
		}
	}
	return s.Hosts.Give(ctx, of, typed)
}

// sayHosts writes a line for each name of some firms, or of all.
func sayHosts(ctx context.Context, out io.Writer, s *server.Server, some ...id.Firm) error {
	var err error
	if len(some) == 0 {
		if some, err = s.Office.Store.Firms(ctx); err != nil {
			return err
		}
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FIRM\tNAME\tSTATE\tSINCE")
	for _, f := range some {
		v, late := s.Hosts.Examine(ctx, f)
		err = errors.Join(err, late)
		var names []hostname.Name
		if v.Active != nil {
			names = append(names, *v.Active)
		}
		if v.Claimed != nil {
			names = append(names, *v.Claimed)
		}
		for _, n := range append(names, v.Former...) {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f, n.Name, n.State, n.Since.UTC().Format("2006-01-02 15:04"))
		}
	}
	return errors.Join(err, w.Flush())
}
