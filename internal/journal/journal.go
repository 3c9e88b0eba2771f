// Package journal is the evidence of a firm: every act leaves one entry, in
// the transaction of the act, and nobody can later change, drop, add or move
// an entry without the signed tree showing it.
//
// An entry is a canonical record sealed with a random salt under the key of
// its space. What the tree holds is only a commitment to it, so that erasing a
// space leaves every proof standing. A sequencer gives contiguous positions,
// grows an RFC 6962 tree (golang.org/x/mod/sumdb/tlog) and signs checkpoints in
// the public formats (c2sp.org: signed-note, tlog-checkpoint, tlog-proof), so
// that programs of others verify them.
//
// It refuses to write an act without its entry, to sign on top of a tree that
// does not agree with what was signed before, to hand out a proof that it has
// not checked, and to hold names, titles or texts: details are identifiers,
// hashes, counts and instants. What it cannot see alone is the whole database
// rolled back; receipts in the hands of clients show that (see [Journal.Extends]).
//
// Start at [Journal.Append], then [Journal.Sequence]; [Journal.Verify] says
// what must hold; [VerifyReceipt] is the offline half, specified in
// doc/receipt-format.md.
package journal

import (
	"context"
	"hash/fnv"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Journal appends, sequences, proves and verifies the entries of all firms.
// It is safe for concurrent use, and for use by several processes at once.
type Journal struct {
	ring  *vault.Ring
	clock func() time.Time
	// turns keep the sequencers of one process out of each other's way, so
	// that the database arbitrates between processes only. A firm has the turn
	// of its hash.
	turns [64]chan struct{}
	order order
}

// New makes a journal that opens keys with ring; clock dates checkpoints.
func New(ring *vault.Ring, clock func() time.Time) *Journal {
	j := &Journal{ring: ring, clock: clock}
	for i := range j.turns {
		j.turns[i] = make(chan struct{}, 1)
	}
	return j
}

// Head is a signed state of a firm's tree. The zero Head is the empty tree,
// which is never signed.
type Head struct {
	Size       int64     // entries in the tree
	Root       tlog.Hash // RFC 6962 root over them
	Checkpoint string    // C2SP tlog-checkpoint, a signed note
	Verifier   string    // public key of the note, "<name>+<hash>+<key>"
	At         time.Time // when it was signed, by the clock of this installation
}

// Origin is the name of a firm's log: first line of its checkpoints and name
// of its key.
func Origin(f id.Firm) string { return "cenacle/" + string(f) }

// Head returns the latest signed head of the firm, the zero Head when nothing
// has been sequenced yet.
func (j *Journal) Head(ctx context.Context, f *store.Firm) (h Head, err error) {
	defer fault.Op(&err, "journal.Head(%s)", f.ID())
	err = f.View(ctx, func(tx *store.Tx) error {
		h, err = j.HeadIn(tx)
		return err
	})
	return h, err
}

// HeadIn is Head in a transaction.
func (j *Journal) HeadIn(tx *store.Tx) (Head, error) {
	k, err := j.verifier(tx)
	if err != nil {
		return Head{}, err
	}
	return latestHead(tx, k)
}

// turn waits for the firm's turn in this process; the caller gives it back.
func (j *Journal) turn(ctx context.Context, f id.Firm) (giveBack func(), err error) {
	h := fnv.New32a()
	h.Write([]byte(f)) // never fails
	c := j.turns[h.Sum32()%uint32(len(j.turns))]
	select {
	case c <- struct{}{}:
		return func() { <-c }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// broken says that the stored journal contradicts itself. The person learns
// that nothing can be proven now; the log learns why.
func broken(cause error) error {
	return fault.New(fault.Internal, "journal.broken").Because(cause)
}
