package journal

import (
	"errors"
	"fmt"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/store"
)

var selectPlaceOf = store.ForFirm(`
	select position from journal_entry
	where firm_id = $1 and id >= $2 and position is not null order by id limit 1`)

// Window is what to read of a journal in the order of positions.
type Window struct {
	From  int64 // the first position, 0 for the beginning
	Limit int   // how many entries are looked at
	// Wanted, unless nil, chooses from what is not sealed; the rest is passed
	// over without being opened.
	Wanted func(kind string, of id.Space) bool
}

// Since reads entries in the order of their positions, inside a transaction.
// next is where to go on from: positions are contiguous, so that nothing is
// ever missed. An entry without a position yet comes after all that have one.
func (j *Journal) Since(tx *store.Tx, w Window) (out []Record, next int64, err error) {
	rows, err := placedRows(tx, selectPlaced, w.From-1, w.Limit)
	if err != nil {
		return nil, 0, err
	}
	boxes, err := j.boxes(tx)
	if err != nil {
		return nil, 0, err
	}
	next = w.From
	for _, r := range rows {
		if r.position != next {
			return nil, 0, broken(fmt.Errorf("journal: position %d where %d is next", r.position, next))
		}
		next++
		if w.Wanted != nil && !w.Wanted(r.kind, r.space) {
			continue
		}
		o, erased, err := boxes.check(r)
		if err != nil {
			return nil, 0, entryError(r, err)
		}
		out = append(out, readable(r, o, erased))
	}
	return out, next, nil
}

// Size is how many entries have a position, which is the position of the next.
func (j *Journal) Size(tx *store.Tx) (int64, error) {
	last := int64(-1)
	err := tx.Row(selectLastPosition, nil, &last)
	if errors.Is(err, store.ErrNoRow) {
		err = nil
	}
	return last + 1, err
}

// margin covers acts that began before others and were committed after them.
const margin = time.Minute

// PlaceOf returns a position from which on every entry since an instant is
// found, with those of up to a minute before.
func (j *Journal) PlaceOf(tx *store.Tx, at time.Time) (int64, error) {
	first := id.New[id.Entry](at.Add(-margin))[:digitsOfTime]
	var place int64
	err := tx.Row(selectPlaceOf, []any{first}, &place)
	if errors.Is(err, store.ErrNoRow) {
		return j.Size(tx)
	}
	return place, err
}
