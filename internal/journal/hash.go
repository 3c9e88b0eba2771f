package journal

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"cenacle/internal/fault"
	"cenacle/internal/store"
)

// Thirty-two at a time: a proof in a tree of a billion entries is two reads.
const readWidth = 32

var (
	insertHash   = store.ForFirm(`insert into journal_hash (firm_id, position, hash) values ($1, $2, $3)`)
	selectHashes = store.ForFirm(`
		select position, hash from journal_hash where firm_id = $1 and position in (
			$2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
			$18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)`)
)

// hashes reads the stored hashes of a tree (tlog.StoredHashIndex) through a
// transaction, each once: those that a sequencer needs for the next entries
// are those it read to check the last head.
type hashes struct {
	tx   *store.Tx
	have map[int64]tlog.Hash
}

func storedHashes(tx *store.Tx) *hashes { return &hashes{tx: tx, have: map[int64]tlog.Hash{}} }

// ReadHashes implements tlog.HashReader; a hash that is not stored is an error.
func (h *hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var missing []int64
	for _, i := range indexes {
		if _, ok := h.have[i]; !ok {
			missing = append(missing, i)
		}
	}
	for len(missing) > 0 {
		n := min(len(missing), readWidth)
		if err := h.load(missing[:n]); err != nil {
			return nil, err
		}
		missing = missing[n:]
	}
	out := make([]tlog.Hash, len(indexes))
	for n, i := range indexes {
		hash, ok := h.have[i]
		if !ok {
			return nil, broken(fmt.Errorf("journal: hash %d is not stored", i))
		}
		out[n] = hash
	}
	return out, nil
}

func (h *hashes) load(indexes []int64) error {
	args := make([]any, readWidth)
	for n := range args {
		args[n] = indexes[min(n, len(indexes)-1)]
	}
	return h.tx.Each(selectHashes, args, func(scan func(...any) error) error {
		var index int64
		var raw []byte
		if err := scan(&index, &raw); err != nil {
			return err
		}
		if len(raw) != tlog.HashSize {
			return broken(fmt.Errorf("journal: hash %d has %d bytes", index, len(raw)))
		}
		h.have[index] = tlog.Hash(raw)
		return nil
	})
}

// add stores the hashes that entry n with this leaf adds to the tree.
func (h *hashes) add(n int64, leaf []byte) error {
	grown, err := tlog.StoredHashes(n, leaf, h)
	if err != nil {
		return err
	}
	first := tlog.StoredHashIndex(0, n)
	for i, hash := range grown {
		_, err := h.tx.Exec(insertHash, first+int64(i), hash[:])
		if fault.Is(err, fault.Conflict) {
			return broken(fmt.Errorf("journal: hash %d is there before its entry: %w", first+int64(i), err))
		}
		if err != nil {
			return err
		}
		h.have[first+int64(i)] = hash
	}
	return nil
}
