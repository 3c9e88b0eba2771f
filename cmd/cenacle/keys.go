package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cenacle/internal/config"
	"cenacle/internal/id"
	"cenacle/internal/rotation"
	"cenacle/internal/server"
	"cenacle/internal/vault"
)

// keysRotate replaces the root key, the key of a firm, or keys of spaces, beside
// servers that run. What was cut goes on when it is run again.
func keysRotate(ctx context.Context, t *terminal, args []string) error {
	f := flags(t, "keys rotate")
	set := settingsOf(f)
	var k rotating
	f.BoolVar(&k.root, "root", false, "replace the root key")
	f.StringVar(&k.file, "new-key", "", "`file` of the new root key, made if it is not there")
	f.StringVar(&k.firm, "firm", "", "replace the key of this `firm`")
	f.StringVar(&k.space, "space", "", "replace, instead, the key of this `space` of the firm, or of all of them")
	f.BoolVar(&k.dry, "dry-run", false, "say what would be done, and do nothing")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	if k.root == (k.firm != "") || k.space != "" && k.root {
		return fmt.Errorf("either --root or --firm: %w", errUsage)
	}
	c, err := set.load(t)
	if err != nil {
		return err
	}
	there, err := server.Started(ctx, c)
	if err != nil {
		return refused(err)
	}
	if !there {
		return fmt.Errorf("there is no installation in %s", where(c))
	}
	k.terminal, k.config = t, c
	return refused(open(ctx, t, c, func(s *server.Server) error {
		k.Rotation = s.Rotation()
		if k.root {
			return k.rotateRoot(ctx)
		}
		return k.rotateFirm(ctx)
	}))
}

// rotating is one run of the command.
type rotating struct {
	*terminal
	*rotation.Rotation
	config            *config.Config
	root, dry         bool
	file, firm, space string
}

func (k *rotating) rotateFirm(ctx context.Context) error {
	firm, err := id.Parse[id.Firm](k.firm)
	if err != nil {
		return fmt.Errorf("--firm: %w", errors.Join(err, errUsage))
	}
	if k.space == "" {
		fmt.Fprintf(k.err, "Replacing the key of firm %s: the keys of its spaces will be wrapped under a new one; no document is rewritten, servers go on.\n", firm)
		if k.dry {
			return k.nothing()
		}
		return k.done(k.Firm(ctx, firm))
	}
	spaces, err := k.spaces(ctx, firm)
	if err != nil {
		return err
	}
	fmt.Fprintf(k.err, "Replacing the keys of %d spaces of firm %s: the keys of their documents will be wrapped under new ones; no document is rewritten, servers go on.\n", len(spaces), firm)
	if k.dry {
		return k.nothing()
	}
	return k.done(k.Spaces(ctx, firm, spaces))
}

// spaces are those that the option names.
func (k *rotating) spaces(ctx context.Context, firm id.Firm) ([]id.Space, error) {
	all, err := k.All(ctx, firm)
	if err != nil || k.space == "all" {
		return all, err
	}
	for _, s := range all {
		if string(s) == k.space {
			return []id.Space{s}, nil
		}
	}
	return nil, fmt.Errorf("firm %s has no space %q with a key", firm, k.space)
}

func (k *rotating) nothing() error {
	_, err := fmt.Fprintln(k.err, "Nothing was changed.")
	return err
}

func (k *rotating) done(c rotation.Count, err error) error {
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(k.out, "%d keys replaced; %d keys under them, %d of them wrapped again; the old ones are destroyed\n", c.Keys, c.Under, c.Moved)
	return err
}

func (k *rotating) rotateRoot(ctx context.Context) error {
	old, err := server.Root(ctx, k.config)
	if err != nil {
		return err
	}
	defer old.Wipe()
	next, err := k.next(ctx)
	if err != nil {
		return err
	}
	if !next.Valid() { // a dry run, before there is one
		k.sayRoot()
		return k.nothing()
	}
	defer next.Wipe()
	stage, err := k.RootStage(ctx, next)
	if err != nil {
		return err
	}
	switch stage {
	case rotation.RootSame:
		_, err := fmt.Fprintln(k.err, "That is the root key of this installation already: there is nothing to do.")
		return err
	case rotation.RootEnds:
		fmt.Fprintln(k.err, "Ending the replacement of the root key: everything is looked at once more, then the old key opens nothing here.")
	default:
		k.sayRoot()
	}
	if k.dry {
		return k.nothing()
	}
	if stage == rotation.RootEnds {
		c, err := k.EndRoot(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(k.out, "%d of %d keys are under the new root key; the old one opens nothing here any more.\nBackups made until now may need it: keep it, elsewhere, until the last of them has gone.\n", c.Under, c.Under)
		return err
	}
	c, err := k.Root(ctx, old, next)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(k.out, "%d of %d keys are under the new root key; both keys open the installation.\n%s\n", c.Under, c.Under, k.then())
	return err
}

func (k *rotating) sayRoot() {
	fmt.Fprintf(k.err, "Replacing the root key of %s: the keys of the directory and of each firm will be wrapped under the new one; servers go on, and both keys open the installation until you end it.\n", where(k.config))
}

// then is what is left to do.
func (k *rotating) then() string {
	if k.config.Key.Provider == config.KeyFromFile {
		return fmt.Sprintf("Copy %s to a place that is not this machine. Put it in place of %s on every node, restart each, make a backup, and run this again.", k.file, k.config.KeyFile())
	}
	return "Give the new passphrase to every node in place of the old one, restart each, make a backup, and run this again."
}

// next is the key that is to be the root key; none for a dry run that would make it.
func (k *rotating) next(ctx context.Context) (vault.Key, error) {
	if k.config.Key.Provider != config.KeyFromFile {
		fmt.Fprintln(k.err, "Type the new passphrase and press Enter:")
		return vault.Passphrase{Read: k.phrase, SaltPath: filepath.Join(k.config.Data, "passphrase.salt")}.Root(ctx)
	}
	if k.file == "" {
		return vault.Key{}, fmt.Errorf("--new-key says where the new root key is, or is to be: %w", errUsage)
	}
	if _, err := os.Stat(k.file); k.dry && errors.Is(err, fs.ErrNotExist) {
		return vault.Key{}, nil
	}
	return vault.KeyFile{Path: k.file, Create: true}.Root(ctx)
}

// phrase reads a new passphrase, by the rule of those that servers start with.
func (k *rotating) phrase() ([]byte, error) {
	line, err := bufio.NewReader(k.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	line = strings.TrimRight(line, "\r\n")
	return []byte(line), config.FitPassphrase(line)
}
