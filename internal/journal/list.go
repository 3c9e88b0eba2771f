package journal

import (
	"context"
	"encoding/json"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Filter chooses entries for a page of the journal. Both bounds are exclusive
// and may be empty.
type Filter struct {
	Space  id.Space // empty: all spaces and the firm's own acts
	Own    bool     // the firm's own acts alone, those without a space
	Host   bool     // what the operator did with the firm as a whole, alone
	Before id.Entry // older than this one
	After  id.Entry // newer than this one
	Limit  int      // 1 to 500, 100 when 0
}

// Record is an entry as it is read back. Of an erased space only ID, At,
// Kind, Space and Position are left.
type Record struct {
	ID       id.Entry
	At       time.Time
	Kind     string
	Actor    id.Person
	Via      string
	Space    id.Space
	Object   string
	Details  json.RawMessage
	Position int64    // -1: not sequenced yet
	Leaf     [32]byte // what the tree holds of it
	Erased   bool     // the key of its space is destroyed
}

var (
	selectOfFirm = store.ForFirm(`
		select id, space_id, kind, record, leaf, coalesce(position, -1), created_at, mac from journal_entry
		where firm_id = $1 and id < $2 and id > $3 order by id desc limit $4`)
	// Of identifiers alone SQLite takes the index of the space, and not the journal of the firm.
	selectOfSpace = store.ForFirm(`
		select id, space_id, kind, record, leaf, coalesce(position, -1), created_at, mac from journal_entry
		where firm_id = $1 and id in (
		  select id from journal_entry where firm_id = $1 and space_id = $5 and id < $2 and id > $3 order by id desc limit $4)
		order by id desc`)
	selectOfHost = store.ForFirm(`
		select id, space_id, kind, record, leaf, coalesce(position, -1), created_at, mac from journal_entry
		where firm_id = $1 and kind in ('firm.exported', 'installation.restored', 'support.examined', 'token.lent') and id < $2 and id > $3 order by id desc limit $4`)
)

// afterAll sorts after every identifier, whose first digit is at most 7.
const afterAll = "8"

// List returns the entries that the filter chooses, newest first. Each is
// checked as it is opened: one that was touched fails the page with
// "journal.broken" rather than being shown.
func (j *Journal) List(ctx context.Context, f *store.Firm, c Filter) (out []Record, err error) {
	defer fault.Op(&err, "journal.List(%s)", f.ID())
	if c.Limit < 1 {
		c.Limit = 100
	}
	if c.Before == "" {
		c.Before = afterAll
	}
	err = f.View(ctx, func(tx *store.Tx) error {
		rows, err := chosenRows(tx, c)
		if err != nil {
			return err
		}
		boxes, err := j.boxes(tx)
		if err != nil {
			return err
		}
		out = make([]Record, 0, len(rows))
		for _, r := range rows {
			o, erased, err := boxes.check(r)
			if err != nil {
				return entryError(r, err)
			}
			out = append(out, readable(r, o, erased))
		}
		return nil
	})
	return out, err
}

func chosenRows(tx *store.Tx, c Filter) ([]row, error) {
	statement := selectOfFirm
	args := []any{c.Before, c.After, min(c.Limit, 500)}
	switch {
	case c.Host:
		statement = selectOfHost
	case c.Space != "" || c.Own:
		statement, args = selectOfSpace, append(args, c.Space)
	}
	return placedRows(tx, statement, args...)
}

// placedRows reads rows with their position.
func placedRows(tx *store.Tx, s store.FirmStmt, args ...any) (rows []row, err error) {
	err = tx.Each(s, args, func(scan func(...any) error) error {
		var r row
		if err := scan(&r.id, &r.space, &r.kind, &r.sealed, &r.leaf, &r.position, &r.at, &r.mac); err != nil {
			return err
		}
		rows = append(rows, r)
		return nil
	})
	return rows, err
}

func readable(r row, o opened, erased bool) Record {
	out := Record{
		ID: r.id, At: store.Time(r.at), Kind: r.kind, Space: r.space, Position: r.position, Erased: erased,
		Actor: o.record.Actor, Via: o.record.Via, Object: o.record.Object, Details: o.record.Details,
	}
	copy(out.Leaf[:], r.leaf)
	return out
}
