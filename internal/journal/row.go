package journal

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// row is a stored entry. position is meaningless while it waits for one.
type row struct {
	id       id.Entry
	space    id.Space
	kind     string
	sealed   []byte
	leaf     []byte
	position int64
	at       int64
	mac      []byte
}

// fields are what the row's MAC covers: all but the position, which the signed
// tree holds. Under the firm's key, it still stands when the space is erased
// and its record can no longer be opened.
func (r row) fields() []string {
	return []string{
		string(r.id), string(r.space), r.kind, string(r.sealed), string(r.leaf), strconv.FormatInt(r.at, 10),
	}
}

func (r row) seal(firm *vault.Box) []byte { return firm.MAC("journal_entry", r.fields()...) }

// boxes opens the rows of one transaction, each box once.
type boxes struct {
	ring   *vault.Ring
	tx     *store.Tx
	firm   *vault.Box
	spaces map[id.Space]*vault.Box // nil: erased
}

// boxesHeld bounds the boxes of one transaction, 2 KiB each.
const boxesHeld = 1024

func (j *Journal) boxes(tx *store.Tx) (*boxes, error) {
	firm, err := j.ring.Firm(tx)
	if err != nil {
		return nil, err
	}
	return &boxes{ring: j.ring, tx: tx, firm: firm, spaces: map[id.Space]*vault.Box{}}, nil
}

// of is the box that seals the entries of a space, or of the firm itself; nil
// when the key of the space is destroyed.
func (b *boxes) of(s id.Space) (*vault.Box, error) {
	if s == "" {
		return b.firm, nil
	}
	if box, ok := b.spaces[s]; ok {
		return box, nil
	}
	box, err := b.ring.Space(b.tx, s)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if len(b.spaces) >= boxesHeld {
		clear(b.spaces)
	}
	b.spaces[s] = box
	return box, nil
}

// finding is what is wrong with one entry: a message key for people and the
// cause for engineers.
type finding struct {
	what  string
	cause error
}

func (f *finding) Error() string { return fmt.Sprintf("%s: %v", f.what, f.cause) }
func (f *finding) Unwrap() error { return f.cause }

// check says what is wrong with a row; opened is empty with erased true when
// its space's key is destroyed: the row and its leaf are then proven, its
// content is gone. An error that is no finding says nothing about the row.
func (b *boxes) check(r row) (o opened, erased bool, err error) {
	if err := b.firm.CheckMAC(r.mac, "journal_entry", r.fields()...); err != nil {
		return opened{}, false, &finding{FaultAltered, err}
	}
	box, err := b.of(r.space)
	if err != nil || box == nil {
		return opened{}, err == nil, err
	}
	if o, err = openRecord(box, r.id, r.sealed); err != nil {
		return opened{}, false, &finding{FaultSealed, err}
	}
	if !bytes.Equal(o.leaf(), r.leaf) {
		return opened{}, false, &finding{FaultRecommit, errors.New("journal: leaf differs")}
	}
	if c := o.record; c.V != recordVersion || c.ID != r.id || c.Space != r.space || c.Kind != r.kind || c.At != r.at {
		return opened{}, false, &finding{FaultRecommit, errors.New("journal: columns differ from the record")}
	}
	return o, false, nil
}
