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
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // Europe/Paris on machines that have no zone files

	"cenacle/internal/worker"
	"cenacle/internal/worker/read"
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
		{"firm plan", "[--data DIR] [--firm ID [--spaces N|none|usual] [--colleagues N|none|usual] [--storage SIZE|none|usual]]", "say how much of the house each firm uses, or set how much one may", firmPlan},
		{"firm host", "[--data DIR] [--firm ID [--name NAME [--unasked] | --end]]", "say at which web addresses of their own firms are, or give one to a firm, or take it", firmHost},
		{"sanction import", "[--data DIR] [--from FILE [--smaller]]", "have every firm work with a list of frozen assets, or say which one is in use", sanctionImport},
		{"person reset-factors", "[--data DIR] --email ADDRESS", "take the second factors of a person who has lost them; says first what it will do", personReset},
		{"person move", "[--data DIR] --email ADDRESS --to ADDRESS", "give another mailbox to a person who has lost hers; says first what it will do", personMove},
		{"support list", "[--data DIR]", "say which firms and spaces have let the host look, why and until when", supportList},
		{"support look", "[--data DIR] --firm ID --permission ID", "look at what a permission opens, reading and no more; whoever gave it is told at once", supportLook},
		{"token create", "[--data DIR] --firm FIRM --email ADDRESS [--use api|drive] [--name NAME] [--read-only] [--days N]", "let a program act for a person; its token is printed once, and every client of the firm reads that the host made it", tokenCreate},
		{"verify", "[--key VERIFIER|FINGERPRINT] FILE", "verify a receipt, an attestation or a proof of delivery, without any server", verify},
		{"journal verify", "[--data DIR] [--firm ID]", "verify the whole evidence journal of a stopped or running server's folder", journalVerify},
		{"backup verify", "--from FOLDER|s3://… [--backup ID]", "read a backup again, byte by byte; needs no key", verifyBackup},
		{"backup", "[--data DIR] --to FOLDER|s3://… [--verify] [--keep N]", "back a running or stopped installation up, without its key", makeBackup},
		{"restore", "--from FOLDER|s3://… [--backup ID] --data DIR [--witness FILE]", "bring a backup back into an empty folder that holds the key", restore},
		{"migrate", "[--data DIR] [--dry-run]", "bring the databases up to date, beside servers that run or without; says first what it will change", migrateAll},
		{"keys rotate", "[--data DIR] [--dry-run] --root --new-key FILE | --firm ID [--space ID|all]", "replace the root key, a firm's key or its spaces' keys, beside servers that run; says first what it will do", keysRotate},
		{"export", "[--data DIR] --firm ID --to FILE --recipient age1… [--close]", "write one firm, complete, into an archive sealed to a recipient", export},
		{"import", "[--data DIR] --from FILE --identity FILE [--key FINGERPRINT]", "bring the firm of an archive into this installation", importFirm},
		{"doctor", "[--data DIR] [--reach] [--backup FOLDER|s3://…] [--language fr|en] [--json]", "examine an installation, beside its server or without, and say what to do", examine},
		{"config", "[--config FILE]", "show the configuration, secrets left out, and what is wrong with it", showConfig},
		{"version", "", "print the version", showVersion},
	}
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == worker.Word {
		os.Exit(worker.Child(os.Args[2:], read.Trade()))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends at once what the first one lets end
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
	if f, ok := errors.AsType[found](err); ok {
		return int(f.level)
	}
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
	if len(args) == 0 || args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		usage(t.out)
		return nil
	}
	usage(t.err)
	return fmt.Errorf("unknown command %q: %w", args[0], errUsage)
}

// matches reports whether args begin with the words of name.
func matches(name string, args []string) ([]string, bool) {
	words := strings.Fields(name)
	if len(args) < len(words) || !slices.Equal(args[:len(words)], words) {
		return nil, false
	}
	return args[len(words):], true
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

// parse reads the options of a command, and wants as many words after them as
// the command has a use for.
func parse(f *flag.FlagSet, args []string, words int) error {
	if err := f.Parse(args); err != nil {
		return errors.Join(err, errUsage)
	}
	if f.NArg() != words {
		return fmt.Errorf("%s: %d words after the options, %d wanted: %w", f.Name(), f.NArg(), words, errUsage)
	}
	return nil
}

// flags makes the options of a command, whose mistakes print its usage.
func flags(t *terminal, name string) *flag.FlagSet {
	f := flag.NewFlagSet("cenacle "+name, flag.ContinueOnError)
	f.SetOutput(t.err)
	return f
}
