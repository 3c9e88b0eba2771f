// Command cenacle serves a secure extranet for law firms and does what its
// operator and its auditors need at the command line. Run it without arguments
// for the list.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	_ "time/tzdata" // Europe/Paris on machines that have no zone files
)

// version is that of the next release until it is made.
const version = "0.1.0-dev"

// command is one word of the command line.
type command struct {
	name, args, about string
	run               func(context.Context, *terminal, []string) error
}

// terminal is what a command may read and write.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	environ  []string
}

func commands() []command {
	return []command{
		{"serve", "[--config FILE] [--data DIR] [--listen ADDR] [--demo]", "serve the extranet", serve},
		{"demo", "[--data DIR] [--json]", "create the demonstration firm and say who can sign in", demo},
		{"firm create", "[--data DIR] --name FIRM --lawyer NAME --email ADDRESS", "open a firm; its first password is read from standard input", firmCreate},
		{"verify", "[--key VERIFIER|FINGERPRINT] FILE", "verify a receipt, without any server", verify},
		{"journal verify", "[--data DIR] [--firm ID]", "verify the whole evidence journal of a stopped or running server's folder", journalVerify},
		{"config", "[--config FILE]", "show the configuration, secrets left out, and what is wrong with it", showConfig},
		{"version", "", "print the version", showVersion},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	t := &terminal{os.Stdin, os.Stdout, os.Stderr, os.Environ()}
	if err := run(ctx, t, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "cenacle:", err)
		stop()
		os.Exit(exitCode(err))
	}
}

// errUsage is a mistake in the command line itself.
var errUsage = errors.New("see cenacle help")

func exitCode(err error) int {
	if errors.Is(err, errUsage) {
		return 2
	}
	return 1
}

func run(ctx context.Context, t *terminal, args []string) error {
	for _, c := range commands() {
		if rest, ok := matches(c.name, args); ok {
			err := c.run(ctx, t, rest)
			if errors.Is(err, flag.ErrHelp) {
				return nil
			}
			return err
		}
	}
	usage(t.out)
	if len(args) == 0 || args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		return nil
	}
	return fmt.Errorf("unknown command %q: %w", args[0], errUsage)
}

// matches reports whether args begin with the words of name.
func matches(name string, args []string) ([]string, bool) {
	var first, second string
	if _, err := fmt.Sscanf(name, "%s %s", &first, &second); err != nil {
		if len(args) > 0 && args[0] == name {
			return args[1:], true
		}
		return nil, false
	}
	if len(args) > 1 && args[0] == first && args[1] == second {
		return args[2:], true
	}
	return nil, false
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "Usage: cenacle COMMAND [OPTIONS]")
	fmt.Fprintln(w)
	for _, c := range commands() {
		fmt.Fprintf(w, "  %s %s\n        %s\n", c.name, c.args, c.about)
	}
}

func showVersion(_ context.Context, t *terminal, _ []string) error {
	_, err := fmt.Fprintln(t.out, "cenacle", version, runtime.Version())
	return err
}

// flags makes the options of a command, whose mistakes print its usage.
func flags(t *terminal, name string) *flag.FlagSet {
	f := flag.NewFlagSet("cenacle "+name, flag.ContinueOnError)
	f.SetOutput(t.err)
	return f
}
