package journal

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// FirmOf reads whose journal a checkpoint is of, without judging its signature.
func FirmOf(checkpoint string) (id.Firm, error) {
	t, err := parseTree(checkpoint)
	if err != nil {
		return "", err
	}
	f, ours := strings.CutPrefix(t.origin, Origin(""))
	if !ours {
		return "", errCheckpoint
	}
	return id.Parse[id.Firm](f)
}

// Witness compares the firm's journal with a head that somebody else kept. It
// returns that head, and whether the journal has everything that it had: not so
// when the database is older than the head, or went another way since. A
// checkpoint that the firm's key never signed is "journal.diverged".
func (j *Journal) Witness(ctx context.Context, f *store.Firm, checkpoint string) (seen Head, continues bool, err error) {
	defer fault.Op(&err, "journal.Witness(%s)", f.ID())
	err = f.View(ctx, func(tx *store.Tx) error {
		k, err := j.verifier(tx)
		if err != nil {
			return err
		}
		t, err := openCheckpoint(checkpoint, k.verifier)
		if err != nil {
			return diverged(err)
		}
		seen = Head{Size: t.size, Root: t.root, Checkpoint: checkpoint, Verifier: k.text}
		now, err := latestHead(tx, k)
		if err != nil || t.size > now.Size {
			return err
		}
		if t.size < 1 {
			return diverged(fmt.Errorf("journal: checkpoint of %d entries", t.size))
		}
		path, err := tlog.ProveTree(now.Size, t.size, storedHashes(tx))
		if err != nil {
			return err
		}
		continues = tlog.CheckTree(path, now.Size, now.Root, t.size, t.root) == nil
		return nil
	})
	if err != nil {
		return Head{}, false, err
	}
	return seen, continues, nil
}

// Checkpoint reads the signed head out of what a witness kept: a receipt, which
// must hold, or the checkpoint itself, whose signature [Journal.Witness] judges.
func Checkpoint(raw []byte) (string, error) {
	if len(raw) == 0 {
		return "", errCheckpoint
	}
	if raw[0] != '{' {
		_, err := FirmOf(string(raw))
		return string(raw), err
	}
	r, err := VerifyReceipt(raw, "")
	if err != nil {
		return "", err
	}
	if r.Checkpoint == "" {
		return "", errors.New("journal: a receipt without checkpoint")
	}
	return r.Checkpoint, nil
}
