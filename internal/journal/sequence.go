package journal

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"cenacle/internal/fault"
	"cenacle/internal/store"
)

// batch is how many entries one transaction sequences: some 5 ms, for which
// those who write wait.
const batch = 128

// page is how many rows a verification holds: at most page × recordLimit bytes,
// 8 MiB.
const page = 512

var (
	selectAnyWaiting = store.ForFirm(`
		select id from journal_entry where firm_id = $1 and position is null limit 1`)
	selectWaiting = store.ForFirm(`
		select id, space_id, kind, record, leaf, created_at, mac from journal_entry
		where firm_id = $1 and position is null and id > $2 order by id limit $3`)
	selectLastPosition = store.ForFirm(`
		select position from journal_entry where firm_id = $1 and position is not null
		order by position desc limit 1`)
	// An update of one row that changes nothing: on both engines, a second
	// sequencer waits here or starts again.
	lockKey       = store.ForFirm(`update journal_key set verifier = verifier where firm_id = $1`)
	placeEntry    = store.ForFirm(`update journal_entry set position = $2 where firm_id = $1 and id = $3 and position is null`)
	errNoSequence = errors.New("journal: an entry took a position twice")
)

// Sequence gives every waiting entry the next position, in the order of their
// identifiers, stores the hashes that the tree gains and signs a checkpoint
// for each batch of 128. It returns the head that covers all entries that were
// waiting when it was called. With none waiting it writes nothing. It may be
// called at any time, by several processes: a crash leaves whole batches.
//
// It refuses with "journal.broken" to extend a tree that differs from the last
// checkpoint, and to sign an entry that does not check: see [Journal.Verify].
func (j *Journal) Sequence(ctx context.Context, f *store.Firm) (h Head, err error) {
	defer fault.Op(&err, "journal.Sequence(%s)", f.ID())
	giveBack, err := j.turn(ctx, f.ID())
	if err != nil {
		return Head{}, err
	}
	defer giveBack()
	h, waiting, err := j.waiting(ctx, f)
	for err == nil && waiting {
		err = f.Update(ctx, func(tx *store.Tx) (err error) {
			h, waiting, err = j.sequence(tx)
			return err
		})
	}
	if err != nil {
		return Head{}, err
	}
	return h, nil
}

func (j *Journal) waiting(ctx context.Context, f *store.Firm) (h Head, waiting bool, err error) {
	err = f.View(ctx, func(tx *store.Tx) error {
		var entry string
		err := tx.Row(selectAnyWaiting, nil, &entry)
		if waiting = err == nil; err != nil && !errors.Is(err, store.ErrNoRow) {
			return err
		}
		k, err := j.verifier(tx)
		if err != nil {
			return err
		}
		h, err = latestHead(tx, k)
		return err
	})
	return h, waiting, err
}

// sequence places one batch; more says that it was a full one.
func (j *Journal) sequence(tx *store.Tx) (h Head, more bool, err error) {
	if n, err := tx.Exec(lockKey); err != nil {
		return Head{}, false, err
	} else if n != 1 {
		return Head{}, false, fault.Absent()
	}
	k, err := j.verifier(tx)
	if err != nil {
		return Head{}, false, err
	}
	if h, err = latestHead(tx, k); err != nil {
		return Head{}, false, err
	}
	tree := storedHashes(tx)
	if err := checkHead(tx, h, tree); err != nil {
		return Head{}, false, err
	}
	rows, err := waitingRows(tx, "", batch)
	if err != nil || len(rows) == 0 {
		return h, false, err
	}
	if err := j.place(tx, h.Size, rows, tree); err != nil {
		return Head{}, false, err
	}
	h, err = j.sign(tx, k, h.Size+int64(len(rows)), tree)
	return h, len(rows) == batch, err
}

// checkHead refuses to build on a tree that is not the one last signed.
func checkHead(tx *store.Tx, h Head, tree *hashes) error {
	last := int64(-1)
	if err := tx.Row(selectLastPosition, nil, &last); err != nil && !errors.Is(err, store.ErrNoRow) {
		return err
	}
	if last != h.Size-1 {
		return broken(fmt.Errorf("journal: last position %d, signed size %d", last, h.Size))
	}
	if h.Size == 0 {
		return nil
	}
	root, err := tlog.TreeHash(h.Size, tree)
	if err != nil {
		return err
	}
	if root != h.Root {
		return broken(fmt.Errorf("journal: stored root of %d is not the signed one", h.Size))
	}
	return nil
}

func (j *Journal) place(tx *store.Tx, size int64, rows []row, tree *hashes) error {
	boxes, err := j.boxes(tx)
	if err != nil {
		return err
	}
	for i, r := range rows {
		if _, _, err := boxes.check(r); err != nil {
			return entryError(r, err)
		}
		position := size + int64(i)
		n, err := tx.Exec(placeEntry, position, r.id)
		if err != nil {
			return err
		}
		if n != 1 {
			return errNoSequence
		}
		if err := tree.add(position, r.leaf); err != nil {
			return err
		}
	}
	return nil
}

// entryError names the entry in the log when it is the entry that is wrong.
func entryError(r row, err error) error {
	var f *finding
	if errors.As(err, &f) {
		return broken(fmt.Errorf("entry %s: %w", r.id, f))
	}
	return err
}

func (j *Journal) sign(tx *store.Tx, k key, size int64, tree *hashes) (Head, error) {
	root, err := tlog.TreeHash(size, tree)
	if err != nil {
		return Head{}, err
	}
	checkpoint, err := signCheckpoint(k, size, root)
	if err != nil {
		return Head{}, err
	}
	now := j.clock()
	if err := tx.Write(insertHead, size, checkpoint, store.Micros(now)); err != nil {
		return Head{}, err
	}
	return Head{Size: size, Root: root, Checkpoint: checkpoint, Verifier: k.text, At: now}, nil
}

// waitingRows reads up to limit entries without a position, after one.
func waitingRows(tx *store.Tx, after string, limit int) ([]row, error) {
	var rows []row
	err := tx.Each(selectWaiting, []any{after, limit}, func(scan func(...any) error) error {
		var r row
		if err := scan(&r.id, &r.space, &r.kind, &r.sealed, &r.leaf, &r.at, &r.mac); err != nil {
			return err
		}
		rows = append(rows, r)
		return nil
	})
	return rows, err
}
