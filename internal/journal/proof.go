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

// Proof shows that an entry is in a signed tree. It was checked before it was
// handed out.
type Proof struct {
	Entry    id.Entry
	Index    int64    // position of the entry, from 0
	Leaf     [32]byte // what the tree holds of it
	Text     string   // C2SP tlog-proof, with the checkpoint
	Head     Head
	Verifier string // key of the checkpoint
}

const proofFormat = "c2sp.org/tlog-proof@v1"

// formatProof writes a C2SP tlog-proof without extra data.
func formatProof(index int64, path tlog.RecordProof, checkpoint string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nindex %d\n", proofFormat, index)
	for _, h := range path {
		fmt.Fprintf(&b, "%s\n", h)
	}
	b.WriteString("\n" + checkpoint)
	return b.String()
}

var errProof = errors.New("journal: malformed proof")

// parseProof reads what formatProof writes, in its one spelling. Extra data is
// refused: nothing authenticates it.
func parseProof(text string) (index int64, path tlog.RecordProof, checkpoint string, err error) {
	head, checkpoint, ok := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || len(lines) < 2 || len(lines) > 2+64 || lines[0] != proofFormat {
		return 0, nil, "", errProof
	}
	number, ok := strings.CutPrefix(lines[1], "index ")
	if !ok {
		return 0, nil, "", errProof
	}
	if index, err = parseCount(number); err != nil {
		return 0, nil, "", errProof
	}
	for _, line := range lines[2:] {
		h, err := parseHash(line)
		if err != nil {
			return 0, nil, "", errProof
		}
		path = append(path, h)
	}
	return index, path, checkpoint, nil
}

var selectEntry = store.ForFirm(`
	select id, space_id, kind, record, leaf, coalesce(position, -1), created_at, mac from journal_entry
	where firm_id = $1 and id = $2`)

func entryRow(tx *store.Tx, e id.Entry) (r row, err error) {
	err = tx.Row(selectEntry, []any{e}, &r.id, &r.space, &r.kind, &r.sealed, &r.leaf, &r.position, &r.at, &r.mac)
	if errors.Is(err, store.ErrNoRow) {
		return row{}, fault.Absent()
	}
	return r, err
}

// Proof proves an entry of the firm in the latest signed tree. An entry that
// still waits for its position is sequenced first. An unknown entry is
// fault.Absent; a journal that contradicts itself "journal.broken".
func (j *Journal) Proof(ctx context.Context, f *store.Firm, e id.Entry) (p Proof, err error) {
	defer fault.Op(&err, "journal.Proof(%s)", e)
	p, _, err = j.prove(ctx, f, e)
	return p, err
}

// prove returns the stored row with its proof.
func (j *Journal) prove(ctx context.Context, f *store.Firm, e id.Entry) (p Proof, r row, err error) {
	read := func(tx *store.Tx) (err error) {
		if r, err = entryRow(tx, e); err != nil || r.position < 0 {
			return err
		}
		p, err = j.proofOf(tx, r)
		return err
	}
	if err = f.View(ctx, read); err != nil {
		return Proof{}, row{}, err
	}
	if r.position >= 0 {
		return p, r, nil
	}
	if _, err = j.Sequence(ctx, f); err != nil {
		return Proof{}, row{}, err
	}
	if err = f.View(ctx, read); err != nil {
		return Proof{}, row{}, err
	}
	if r.position < 0 {
		return Proof{}, row{}, broken(fmt.Errorf("journal: entry %s found no position", e))
	}
	return p, r, nil
}

func (j *Journal) proofOf(tx *store.Tx, r row) (Proof, error) {
	k, err := j.verifier(tx)
	if err != nil {
		return Proof{}, err
	}
	h, err := latestHead(tx, k)
	if err != nil {
		return Proof{}, err
	}
	if r.position >= h.Size || len(r.leaf) != tlog.HashSize {
		return Proof{}, broken(fmt.Errorf("journal: entry %s is outside the signed tree", r.id))
	}
	path, err := tlog.ProveRecord(h.Size, r.position, storedHashes(tx))
	if err != nil {
		return Proof{}, err
	}
	if err := tlog.CheckRecord(path, h.Size, h.Root, r.position, tlog.RecordHash(r.leaf)); err != nil {
		return Proof{}, broken(fmt.Errorf("journal: entry %s: %w", r.id, err))
	}
	return Proof{
		Entry: r.id, Index: r.position, Leaf: [32]byte(r.leaf), Head: h, Verifier: k.text,
		Text: formatProof(r.position, path, h.Checkpoint),
	}, nil
}

// Growth shows that a later head of a journal holds everything that an earlier
// one held, at the same positions: an RFC 6962 consistency proof.
type Growth struct {
	From, To Head
	Path     []tlog.Hash
}

// Extends proves that the firm's journal of today contains the one that signed
// the given checkpoint, for example that of a receipt. It is how a database
// that was rolled back or replaced is found out: then, as for a checkpoint
// that the firm's key never signed, it fails with "journal.diverged".
func (j *Journal) Extends(ctx context.Context, f *store.Firm, checkpoint string) (g Growth, err error) {
	defer fault.Op(&err, "journal.Extends(%s)", f.ID())
	err = f.View(ctx, func(tx *store.Tx) error {
		k, err := j.verifier(tx)
		if err != nil {
			return err
		}
		older, err := openCheckpoint(checkpoint, k.verifier)
		if err != nil {
			return diverged(err)
		}
		if g.To, err = latestHead(tx, k); err != nil {
			return err
		}
		g.From = Head{Size: older.size, Root: older.root, Checkpoint: checkpoint, Verifier: k.text}
		if older.size < 1 || older.size > g.To.Size {
			return diverged(fmt.Errorf("journal: checkpoint of %d, journal of %d", older.size, g.To.Size))
		}
		if g.Path, err = tlog.ProveTree(g.To.Size, older.size, storedHashes(tx)); err != nil {
			return err
		}
		return CheckGrowth(g)
	})
	if err != nil {
		return Growth{}, err
	}
	return g, nil
}

// CheckGrowth verifies both signatures and the path of a growth: pure, for
// whoever holds two checkpoints of the same journal.
func CheckGrowth(g Growth) error {
	if g.From.Verifier != g.To.Verifier {
		return diverged(errors.New("journal: the two heads have two keys"))
	}
	v, err := openVerifier(g.To.Verifier)
	if err != nil {
		return diverged(err)
	}
	from, err := openCheckpoint(g.From.Checkpoint, v)
	if err != nil {
		return diverged(err)
	}
	to, err := openCheckpoint(g.To.Checkpoint, v)
	if err != nil {
		return diverged(err)
	}
	if err := tlog.CheckTree(g.Path, to.size, to.root, from.size, from.root); err != nil {
		return diverged(err)
	}
	return nil
}

func diverged(cause error) error {
	return fault.New(fault.Conflict, "journal.diverged").Because(cause)
}
