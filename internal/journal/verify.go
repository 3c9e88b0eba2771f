package journal

import (
	"context"
	"errors"
	"fmt"
	"math"

	"golang.org/x/mod/sumdb/tlog"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// What a [Fault] can be: keys of the catalog.
const (
	FaultAltered  = "journal.fault.altered"  // the stored row is not the one that was written
	FaultSealed   = "journal.fault.sealed"   // the record does not open
	FaultRecommit = "journal.fault.recommit" // the record is not the one committed to
	FaultMissing  = "journal.fault.missing"  // positions without an entry
	FaultPosition = "journal.fault.position" // a position that cannot be
	FaultHash     = "journal.fault.hash"     // the stored tree is not the tree of the entries
	FaultHead     = "journal.fault.head"     // a checkpoint that was not signed for this tree
	FaultTail     = "journal.fault.tail"     // a checkpoint counts more entries than there are
	FaultUnsigned = "journal.fault.unsigned" // entries with a position that no checkpoint covers
	FaultSurplus  = "journal.fault.surplus"  // stored hashes that belong to no entry
)

// Fault is one thing that does not hold. Entry is empty when there is none at
// that place; Position is -1 for an entry that waits for one.
type Fault struct {
	Entry    id.Entry
	Position int64
	What     string
	Cause    error // for the log
}

// Summary is the outcome of a verification.
type Summary struct {
	Entries int64  // with a position
	Waiting int64  // without one yet: checked one by one, not yet in the tree
	Erased  int64  // whose space's key is destroyed; their leaves are proven all the same
	Heads   int64  // checkpoints whose signature and root hold
	Head    Head   // the last of them
	Faults  int64  // how many were reported
	First   *Fault // the first broken place, nil when all holds
}

// Holds says that nothing was found.
func (s Summary) Holds() bool { return s.First == nil }

var (
	selectPlaced = store.ForFirm(`
		select id, space_id, kind, record, leaf, position, created_at, mac from journal_entry
		where firm_id = $1 and position is not null and position > $2 order by position limit $3`)
	selectHashRange = store.ForFirm(`
		select position, hash from journal_hash
		where firm_id = $1 and position >= $2 and position < $3 order by position`)
	selectFirstHash = store.ForFirm(`
		select position from journal_hash where firm_id = $1 order by position limit 1`)
	selectLastHash = store.ForFirm(`
		select position from journal_hash where firm_id = $1 order by position desc limit 1`)
	selectHeads = store.ForFirm(`
		select size, checkpoint, created_at from journal_head
		where firm_id = $1 and size > $2 order by size limit $3`)
)

// Verify recomputes the whole journal of a firm from one snapshot: positions
// are contiguous; each row is the one that was written; each record opens and
// fits its leaf; the tree over the leaves is the stored one; each checkpoint
// is signed by the firm and has the root of that tree; none counts more
// entries than there are, and the last one counts them all.
//
// Each fault goes to report (which may be nil) in the order of positions;
// once the tree is broken, only rows and signatures are judged further on.
// The error is about the verification not being possible: findings are in the
// Summary. Memory stays bounded, whatever the length of the journal.
//
// Three things it cannot see alone: a waiting entry deleted before it was
// sequenced (a second at most), a checkpoint missing between two others (on
// which nothing rests), and everything rolled back at once ([Journal.Extends]).
func (j *Journal) Verify(ctx context.Context, f *store.Firm, report func(Fault)) (s Summary, err error) {
	defer fault.Op(&err, "journal.Verify(%s)", f.ID())
	err = f.View(ctx, func(tx *store.Tx) (err error) {
		s, err = j.audit(tx, report)
		return err
	})
	return s, err
}

// VerifyIn is Verify of what a transaction has written and has not committed.
func (j *Journal) VerifyIn(tx *store.Tx) (s Summary, err error) {
	defer fault.Op(&err, "journal.VerifyIn(%s)", tx.Firm())
	return j.audit(tx, nil)
}

func (j *Journal) audit(tx *store.Tx, report func(Fault)) (Summary, error) {
	k, err := j.verifier(tx)
	if err != nil {
		return Summary{}, err
	}
	boxes, err := j.boxes(tx)
	if err != nil {
		return Summary{}, err
	}
	a := audit{tx: tx, boxes: boxes, key: k, report: report, sound: true, lastHead: math.MinInt64}
	err = a.run()
	return a.Summary, err
}

// audit is one verification under way.
type audit struct {
	Summary
	tx       *store.Tx
	boxes    *boxes
	key      key
	report   func(Fault)
	tree     frontier
	sound    bool  // the tree holds up to next
	next     int64 // the position that must come
	heads    []storedHead
	lastHead int64 // size of the last head read
}

type storedHead struct {
	size       int64
	checkpoint string
	at         int64
}

func (a *audit) run() error {
	for _, step := range []func() error{a.placed, a.end, a.waiting} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (a *audit) found(f Fault) {
	a.Faults++
	if a.First == nil {
		a.First = &f
	}
	if a.report != nil {
		a.report(f)
	}
}

// placed walks all entries with a position, a page at a time.
func (a *audit) placed() error {
	after := int64(math.MinInt64)
	for {
		rows, err := placedRows(a.tx, selectPlaced, after, page)
		if err != nil || len(rows) == 0 {
			return err
		}
		stored, err := a.storedRange(a.next, int64(len(rows)))
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := a.entry(r, stored); err != nil {
				return err
			}
		}
		after = rows[len(rows)-1].position
	}
}

func (a *audit) storedRange(first, n int64) (map[int64]string, error) {
	stored := make(map[int64]string, 2*n)
	if !a.sound {
		return stored, nil
	}
	bounds := []any{tlog.StoredHashIndex(0, first), tlog.StoredHashIndex(0, first+n)}
	err := a.tx.Each(selectHashRange, bounds, func(scan func(...any) error) error {
		var index int64
		var hash []byte
		err := scan(&index, &hash)
		stored[index] = string(hash)
		return err
	})
	return stored, err
}

func (a *audit) entry(r row, stored map[int64]string) error {
	a.Entries++
	if r.position < a.next || r.position >= sizeLimit {
		a.found(Fault{r.id, r.position, FaultPosition, fmt.Errorf("journal: position %d where %d is due", r.position, a.next)})
		return a.row(r)
	}
	if r.position > a.next {
		a.found(Fault{"", a.next, FaultMissing, fmt.Errorf("journal: positions %d to %d", a.next, r.position-1)})
		a.sound, a.next = false, r.position
	}
	if err := a.row(r); err != nil {
		return err
	}
	if a.sound {
		a.grow(r, stored)
	}
	a.next++
	return a.headsUpTo(r.id, a.next)
}

// row checks one entry by itself.
func (a *audit) row(r row) error {
	_, erased, err := a.boxes.check(r)
	if erased {
		a.Erased++
	}
	var f *finding
	if errors.As(err, &f) {
		a.found(Fault{r.id, r.position, f.what, f.cause})
		return nil
	}
	return err
}

// grow adds the entry's leaf to the recomputed tree and compares what it adds
// with what is stored.
func (a *audit) grow(r row, stored map[int64]string) {
	grown, err := tlog.StoredHashes(a.next, r.leaf, &a.tree)
	if err != nil {
		a.sound = false
		a.found(Fault{r.id, r.position, FaultHash, err})
		return
	}
	first := tlog.StoredHashIndex(0, a.next)
	for level, hash := range grown {
		if stored[first+int64(level)] != string(hash[:]) {
			a.sound = false
			a.found(Fault{r.id, r.position, FaultHash, fmt.Errorf("journal: stored hash %d differs", first+int64(level))})
			return
		}
		a.tree[level] = node{n: a.next >> level, hash: hash}
	}
}

// headsUpTo judges the heads of at most size entries; last is the entry that
// made the tree so large.
func (a *audit) headsUpTo(last id.Entry, size int64) error {
	for {
		h, ok, err := a.peekHead()
		if err != nil || !ok || h.size > size {
			return err
		}
		a.heads = a.heads[1:]
		if err := a.head(h, size); err != nil {
			a.found(Fault{last, size - 1, FaultHead, err})
		}
	}
}

func (a *audit) head(h storedHead, size int64) error {
	t, err := openCheckpoint(h.checkpoint, a.key.verifier)
	if err != nil {
		return err
	}
	if t.size != h.size || h.size != size {
		return fmt.Errorf("journal: head %d at size %d holds the checkpoint of %d", h.size, size, t.size)
	}
	if !a.sound {
		return nil
	}
	root, err := tlog.TreeHash(size, &a.tree)
	if err != nil {
		return err
	}
	if root != t.root {
		return fmt.Errorf("journal: head %d has another root", size)
	}
	a.Heads++
	a.Head = Head{Size: size, Root: root, Checkpoint: h.checkpoint, Verifier: a.key.text, At: store.Time(h.at)}
	return nil
}

func (a *audit) peekHead() (h storedHead, ok bool, err error) {
	if len(a.heads) == 0 {
		args := []any{a.lastHead, page}
		err = a.tx.Each(selectHeads, args, func(scan func(...any) error) error {
			var h storedHead
			err := scan(&h.size, &h.checkpoint, &h.at)
			a.heads, a.lastHead = append(a.heads, h), h.size
			return err
		})
	}
	if err != nil || len(a.heads) == 0 {
		return storedHead{}, false, err
	}
	return a.heads[0], true, nil
}

// end looks at what lies beyond the last entry.
func (a *audit) end() error {
	if err := a.headsUpTo("", a.next); err != nil {
		return err
	}
	h, more, err := a.peekHead()
	if err != nil {
		return err
	}
	if more {
		a.found(Fault{"", a.next, FaultTail, fmt.Errorf("journal: %d entries, a head of %d", a.next, h.size)})
	}
	if a.sound && a.Head.Size < a.next {
		a.found(Fault{"", a.Head.Size, FaultUnsigned, fmt.Errorf("journal: %d entries, %d signed", a.next, a.Head.Size)})
	}
	return a.surplus()
}

// surplus looks for stored hashes outside the tree; those inside were compared.
func (a *audit) surplus() error {
	count := tlog.StoredHashCount(a.next)
	for _, end := range []store.FirmStmt{selectFirstHash, selectLastHash} {
		var index int64
		err := a.tx.Row(end, nil, &index)
		if errors.Is(err, store.ErrNoRow) {
			return nil
		}
		if err != nil {
			return err
		}
		if index < 0 || index >= count {
			a.found(Fault{"", a.next, FaultSurplus, fmt.Errorf("journal: hash %d of a tree of %d", index, a.next)})
			return nil
		}
	}
	return nil
}

func (a *audit) waiting() error {
	after := ""
	for {
		rows, err := waitingRows(a.tx, after, page)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			a.Waiting++
			r.position = -1
			if err := a.row(r); err != nil {
				return err
			}
			after = string(r.id)
		}
	}
}

// frontier holds the last complete hash of each level: all that is needed to
// grow a tree and to know its root.
type frontier [64]node

type node struct {
	n    int64
	hash tlog.Hash
}

// ReadHashes implements tlog.HashReader for the right edge of the tree.
func (f *frontier) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		if f[level].n != n {
			return nil, fmt.Errorf("journal: hash (%d, %d) is not on the edge", level, n)
		}
		out[i] = f[level].hash
	}
	return out, nil
}
