package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"filippo.io/age"

	"cenacle/internal/backup"
	"cenacle/internal/config"
	"cenacle/internal/id"
	"cenacle/internal/server"
)

// recipients are an option that may be repeated.
type recipients []string

func (r *recipients) String() string { return strings.Join(*r, " ") }

// Set adds one.
func (r *recipients) Set(text string) error {
	*r = append(*r, text)
	return nil
}

func export(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "export")
	set := settingsOf(f)
	firm := f.String("firm", "", "`identifier` of the firm")
	to := f.String("to", "", "`file` of the archive")
	var to1 recipients
	f.Var(&to1, "recipient", "age `recipient` (age1…) who can open it; may be repeated")
	closing := f.Bool("close", false, "shut the firm here first: it moves")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	of, err := id.Parse[id.Firm](*firm)
	if err != nil || *to == "" || len(to1) == 0 {
		return fmt.Errorf("export: --firm ID --to FILE --recipient age1…: %w", errUsage)
	}
	c, err := set.load(t)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.err, "Exporting firm %s to %s, sealed to %s.\n", of, *to, to1.String())
	if *closing {
		fmt.Fprintln(t.err, "Nobody enters it here any more, from now on.")
	}
	return house(ctx, t, c, func(h backup.House) error {
		m, err := backup.Export(ctx, h, backup.Exporting{Firm: of, To: *to, Recipients: to1, Close: *closing})
		if err != nil {
			return plain(err)
		}
		sum, err := backup.Fingerprint(ctx, *to)
		if err != nil {
			return err
		}
		printArchive(t, m)
		_, err = fmt.Fprintf(t.out, "%s  %s\n", sum, *to)
		return err
	})
}

func printArchive(t *terminal, m backup.Archive) {
	rows := int64(0)
	for _, n := range m.Rows {
		rows += n
	}
	fmt.Fprintf(t.out, "%s  %d rows, %d people, %d blobs (%d bytes), journal of %d, root %s\n", m.Firm, rows, m.People, m.Blobs, m.Bytes, m.Head.Size, m.Head.Root)
}

func importFirm(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "import")
	set := settingsOf(f)
	from := f.String("from", "", "`file` of the archive")
	identity := f.String("identity", "", "`file` with the age identity that opens it")
	key := f.String("key", "", "the firm's journal `key` or its fingerprint, if you have it from elsewhere")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	if *from == "" || *identity == "" {
		return fmt.Errorf("import: --from FILE --identity FILE: %w", errUsage)
	}
	c, err := set.load(t)
	if err != nil {
		return err
	}
	identities, err := readIdentities(*identity)
	if err != nil {
		return err
	}
	first := c.FirstStart()
	fmt.Fprintf(t.err, "Importing the firm of %s into the installation in %s; every byte is checked first.\n", *from, where(c))
	return open(ctx, t, c, func(s *server.Server) error {
		if first && c.Key.Provider == config.KeyFromFile {
			tellKey(t, c)
		}
		got, err := backup.Import(ctx, s.House(version), backup.Importing{From: *from, Identities: identities, Key: *key})
		if err != nil {
			return plain(err)
		}
		if err := server.Analyze(ctx, c); err != nil {
			return plain(err)
		}
		printArchive(t, got.Archive)
		_, err = fmt.Fprintf(t.out, "%s  is here, %d blobs copied now; journal key %s\n", got.Archive.Firm, got.Copied, got.Fingerprint)
		fmt.Fprintln(t.err, "Its people have no password here: each asks for a link on the sign-in page. A server that runs already takes its jobs up after a restart.")
		return err
	})
}

func readIdentities(path string) ([]age.Identity, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() // read only: nothing can be lost
	identities, err := age.ParseIdentities(file)
	if err != nil {
		return nil, fmt.Errorf("%s holds no age identity", path) // the cause would quote a line of it
	}
	return identities, nil
}
