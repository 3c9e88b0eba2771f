package vault

import (
	"encoding/base64"
	"encoding/binary"
	"slices"

	"cenacle/internal/fault"
	"cenacle/internal/store"
)

// keyRow is one generation of a key as it is stored.
type keyRow struct {
	generation int64
	wrapped    []byte
	kept       string // what was kept of each generation before it, sealed under this one; empty for the first
	turn       Stage
	created    int64
}

func (k *keyRow) dest() []any {
	return []any{&k.generation, &k.wrapped, &k.kept, (*int64)(&k.turn), &k.created}
}

// keyRows are the generations of one key, oldest first.
type keyRows []keyRow

// text is what a box was opened from.
func (k keyRows) text() (text []byte) {
	for _, row := range k {
		text = binary.BigEndian.AppendUint64(text, uint64(row.generation)<<1|uint64(flag(row.turn == Waiting)))
		text = append(text, row.wrapped...)
	}
	return text
}

func (k keyRows) newest() keyRow { return k[len(k)-1] }

// used is the index of the generation in use: the newest that does not wait.
func (k keyRows) used() int {
	for i, row := range slices.Backward(k) {
		if row.turn != Waiting {
			return i
		}
	}
	return -1
}

// generations reads the rows of a key; fault.Absent when there are none.
func generations(tx *store.Tx, at address) (rows keyRows, err error) {
	stmt, args := readFirmKeys, []any(nil)
	if at.space != "" {
		stmt, args = readSpaceKey, []any{string(at.space)}
	}
	err = tx.Each(stmt, args, func(scan func(...any) error) error {
		var k keyRow
		err := scan(k.dest()...)
		rows = append(rows, k)
		return err
	})
	if err == nil && len(rows) == 0 {
		err = fault.Absent().Because(store.ErrNoRow)
	}
	return rows, err
}

func (at address) scope() scope {
	if at.space == "" {
		return scope{kind: "firm", firm: at.firm}
	}
	return scope{kind: "space", firm: at.firm, space: at.space}
}

// place is where a generation stands wrapped.
func (at address) place(generation int64) Place {
	if at.space == "" {
		return firmPlace(at.firm, generation)
	}
	return spacePlace(at.space, generation)
}

// keptPlace is where a generation keeps what is left of those before it.
func (at address) keptPlace(generation int64) Place {
	p := at.place(generation)
	p.Column = "kept"
	return p
}

// key unwraps one generation.
func (r *Ring) key(tx *store.Tx, at address, row keyRow) (Key, error) {
	if at.space == "" {
		return r.vault.unwrap(at.place(row.generation), row.wrapped)
	}
	firm, err := r.Firm(tx)
	if err != nil {
		return Key{}, err
	}
	key, err := firm.UnwrapKey(at.place(row.generation), row.wrapped)
	if err == nil {
		return key, nil
	}
	// The firm's key may have changed since the box was believed.
	if firm, err = r.look(tx, address{firm: at.firm}); err != nil {
		return Key{}, err
	}
	return firm.UnwrapKey(at.place(row.generation), row.wrapped)
}

// open makes the box of the generations of a key: it seals under the one in use
// and opens under all.
func (r *Ring) open(tx *store.Tx, at address, rows keyRows) (*Box, error) {
	used := rows.used()
	if used < 0 {
		return nil, tampered("every generation of the key waits")
	}
	boxes := map[int64]*Box{}
	var newest *Box
	for _, row := range rows {
		key, err := r.key(tx, at, row)
		if err != nil {
			return nil, err
		}
		newest = newBox(key, at.scope())
		key.Wipe()
		boxes[row.generation] = newest
	}
	last := rows.newest()
	first := last.generation
	if last.generation > firstGeneration {
		kept, err := openKept(newest, at, last)
		if err != nil {
			return nil, err
		}
		n := int64(len(kept) / keptSize)
		if len(kept)%keptSize != 0 || n >= last.generation {
			return nil, tampered("%d bytes kept of %d generations", len(kept), last.generation-firstGeneration)
		}
		first -= n
		for i, one := range slices.Collect(slices.Chunk(kept, keptSize)) {
			if g := first + int64(i); boxes[g] == nil {
				boxes[g] = keptBox(one, at.scope())
			}
		}
		clear(kept)
	}
	return joined(boxes, first, rows[used].generation, last.generation)
}

// joined makes one box of those of all generations.
func joined(boxes map[int64]*Box, first, used, last int64) (*Box, error) {
	for g := first; g <= last; g++ {
		if boxes[g] == nil {
			return nil, tampered("generation %d is missing", g)
		}
	}
	box := boxes[used]
	box.generation, box.lookup = used, boxes[first].lookup
	for g := last; g >= first; g-- {
		if g != used {
			box.others = append(box.others, boxes[g])
		}
	}
	return box, nil
}

// sealKept is what stands in the row of a generation of those before it.
func sealKept(box *Box, at address, generation int64, kept []byte) string {
	return base64.StdEncoding.EncodeToString(box.Seal(at.keptPlace(generation), kept))
}

func openKept(box *Box, at address, row keyRow) ([]byte, error) {
	sealed, err := base64.StdEncoding.DecodeString(row.kept)
	if err != nil {
		return nil, tampered("%s.kept is not base64", at.place(row.generation).Table)
	}
	return box.Open(at.keptPlace(row.generation), sealed)
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
