package vault

import (
	"fmt"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// A key of a firm or of a space is replaced in three steps, each a transaction
// that can be repeated and that whoever takes it up again reads from the rows:
//
//   - [Ring.Begin] makes the next generation, which waits: every node must be able
//     to open what is sealed under it before anybody seals. It carries, sealed,
//     what is left of all before it: the keys that seal texts, look up and
//     authenticate rows. The key that wraps is not among them.
//   - [Ring.Use], more than [Recheck] later, puts it to use: what is sealed and
//     authenticated from now on is beyond whoever had the old key, and [Ring.Wrap]
//     wraps under it. Then everything that the old key wraps is wrapped again, with
//     [Ring.Rewrap] and [Ring.RewrapSpaces].
//   - [Ring.Retire], when a whole pass found nothing left under the old key, and
//     more than [Recheck] later, destroys it.
//
// Look-ups stay under the first generation: a blind index is found again by
// equality, and making it anew would need every text.

// Stage is how far the rotation of a key has come. The row of its newest generation
// says it.
type Stage int64

// The stages.
const (
	Steady  Stage = 0 // there is one generation
	Waiting Stage = 1 // a new one is there and not in use
	Used    Stage = 2 // a new one is in use, and an old one may wrap something still
)

var (
	turnFirmKey  = store.ForFirm(`update firm_key set turn = $3 where firm_id = $1 and generation = $2`)
	turnSpaceKey = store.ForFirm(`update space_key set turn = $4 where firm_id = $1 and space_id = $2 and generation = $3`)

	retireFirmKeys  = store.ForFirm(`delete from firm_key where firm_id = $1 and generation < $2`)
	retireSpaceKeys = store.ForFirm(`delete from space_key where firm_id = $1 and space_id = $2 and generation < $3`)

	countTurning = store.ForFirm(`select (select count(*) from firm_key where firm_id = $1 and turn <> 0)
		+ (select count(*) from space_key where firm_id = $1 and turn <> 0)`)

	selectSpaces = store.ForFirm(`select distinct space_id from space_key
		where firm_id = $1 and space_id > $2 order by space_id limit 256`)

	selectSpaceKeys = store.ForFirm(`select space_id, generation, wrapped from space_key
		where firm_id = $1 and (space_id, generation) > ($2, $3) order by space_id, generation limit 256`)
	rewrapSpaceKey = store.ForFirm(`update space_key set wrapped = $4 where firm_id = $1 and space_id = $2 and generation = $3`)
)

// Stage reports how far the rotation of the key of a space has come, of the firm's
// key for "", and when its newest generation was made.
func (r *Ring) Stage(tx *store.Tx, s id.Space) (_ Stage, made time.Time, err error) {
	defer fault.Op(&err, "vault.Stage(%s)", s)
	rows, err := generations(tx, address{firm: tx.Firm(), space: s})
	if err != nil {
		return Steady, made, err
	}
	return rows.newest().turn, store.Time(rows.newest().created), nil
}

// UnderWay counts the keys of the transaction's firm whose rotation has not ended.
func (r *Ring) UnderWay(tx *store.Tx) (n int64, err error) {
	defer fault.Op(&err, "vault.UnderWay(%s)", tx.Firm())
	err = tx.Row(countTurning, nil, &n)
	return n, err
}

// Begin makes the next generation of the key of a space, or of the firm's for "";
// fault.Conflict while one is under way.
func (r *Ring) Begin(tx *store.Tx, s id.Space, now time.Time) (err error) {
	defer fault.Op(&err, "vault.Begin(%s)", s)
	at := address{firm: tx.Firm(), space: s}
	rows, err := generations(tx, at)
	if err != nil {
		return err
	}
	last := rows.newest()
	if last.turn != Steady {
		return fault.New(fault.Conflict, "vault.rotating").Because(fmt.Errorf("%d generations", len(rows)))
	}
	old, err := r.key(tx, at, last)
	if err != nil {
		return err
	}
	defer old.Wipe()
	raw := old.Bytes()
	defer clear(raw[:])
	var kept []byte
	if last.generation > firstGeneration {
		if kept, err = openKept(newBox(old, at.scope()), at, last); err != nil {
			return err
		}
	}
	kept = append(kept, keep(raw[:])...)
	defer clear(kept)
	key := NewKey()
	defer key.Wipe()
	next := last.generation + 1
	sealed := sealKept(newBox(key, at.scope()), at, next, kept)
	r.changed(tx, at)
	if s == "" {
		return tx.Write(writeFirmKey, next, r.vault.wrap(at.place(next), key), store.Micros(now), sealed, int64(Waiting))
	}
	firm, err := r.look(tx, address{firm: at.firm})
	if err != nil {
		return err
	}
	return tx.Write(writeSpaceKey, string(s), next, firm.WrapKey(at.place(next), key), store.Micros(now), sealed, int64(Waiting))
}

// Use puts the generation that waits to use; without one it does nothing.
func (r *Ring) Use(tx *store.Tx, s id.Space) (err error) {
	defer fault.Op(&err, "vault.Use(%s)", s)
	at := address{firm: tx.Firm(), space: s}
	rows, err := generations(tx, at)
	if err != nil || rows.newest().turn != Waiting {
		return err
	}
	return r.setTurn(tx, at, rows.newest().generation, Used)
}

func (r *Ring) setTurn(tx *store.Tx, at address, generation int64, to Stage) (err error) {
	r.changed(tx, at)
	if at.space == "" {
		err = tx.Write(turnFirmKey, generation, int64(to))
	} else {
		err = tx.Write(turnSpaceKey, string(at.space), generation, int64(to))
	}
	return err
}

// Retire destroys the generations before the one in use. Nothing is wrapped under
// them any more: the caller has looked at everything.
func (r *Ring) Retire(tx *store.Tx, s id.Space) (err error) {
	defer fault.Op(&err, "vault.Retire(%s)", s)
	at := address{firm: tx.Firm(), space: s}
	rows, err := generations(tx, at)
	if err != nil {
		return err
	}
	last := rows.newest()
	if last.turn == Waiting {
		return fault.New(fault.Conflict, "vault.rotating")
	}
	if s == "" {
		err = tx.Write(retireFirmKeys, last.generation)
	} else {
		err = tx.Write(retireSpaceKeys, string(s), last.generation)
	}
	if err != nil {
		return err
	}
	return r.setTurn(tx, at, last.generation, Steady)
}

// changed has this process look again at once.
func (r *Ring) changed(tx *store.Tx, at address) {
	tx.AfterCommit(func() { r.cache.drop(at) })
}

// Rewrap wraps a key of a row, wrapped under any generation of the key of a
// space, under the one in use; nil when it is already.
func (r *Ring) Rewrap(tx *store.Tx, s id.Space, p Place, wrapped []byte) (_ []byte, err error) {
	defer fault.Op(&err, "vault.Rewrap(%s)", s)
	box, err := r.look(tx, address{firm: tx.Firm(), space: s})
	if err != nil {
		return nil, err
	}
	return box.rewrap(p, wrapped)
}

func (b *Box) rewrap(p Place, wrapped []byte) ([]byte, error) {
	if plain, err := b.open(b.wrap, p, wrapped); err == nil {
		clear(plain)
		return nil, nil
	}
	key, err := b.UnwrapKey(p, wrapped)
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	return b.WrapKey(p, key), nil
}

// Spaces are the next spaces of the transaction's firm after one that have a key.
func (r *Ring) Spaces(tx *store.Tx, after id.Space) (page []id.Space, err error) {
	defer fault.Op(&err, "vault.Spaces(%s)", tx.Firm())
	err = tx.Each(selectSpaces, []any{string(after)}, func(scan func(...any) error) error {
		var s id.Space
		err := scan(&s)
		page = append(page, s)
		return err
	})
	return page, err
}

// Mark is where a pass over the keys of spaces has come; the zero Mark is before
// the first.
type Mark struct {
	Space      id.Space
	Generation int64
}

// RewrapSpaces wraps the next keys of spaces after a mark under the firm's key in
// use. It returns how many it looked at, none at the end, how many of them were
// under another, and where to go on.
func (r *Ring) RewrapSpaces(tx *store.Tx, after Mark) (seen, moved int, next Mark, err error) {
	defer fault.Op(&err, "vault.RewrapSpaces(%s)", tx.Firm())
	firm, err := r.look(tx, address{firm: tx.Firm()})
	if err != nil {
		return 0, 0, after, err
	}
	type found struct {
		Mark
		wrapped []byte
	}
	var all []found
	err = tx.Each(selectSpaceKeys, []any{string(after.Space), after.Generation}, func(scan func(...any) error) error {
		var f found
		err := scan(&f.Space, &f.Generation, &f.wrapped)
		all = append(all, f)
		return err
	})
	if err != nil {
		return 0, 0, after, err
	}
	next = after
	for _, f := range all {
		next = f.Mark
		again, err := firm.rewrap(spacePlace(f.Space, f.Generation), f.wrapped)
		if err != nil {
			return 0, 0, after, err
		}
		if again == nil {
			continue
		}
		if err := tx.Write(rewrapSpaceKey, string(f.Space), f.Generation, again); err != nil {
			return 0, 0, after, err
		}
		moved++
	}
	return len(all), moved, next, nil
}
