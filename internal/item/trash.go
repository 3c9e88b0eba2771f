package item

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Trashed is an item that was deleted and can still be brought back. Its
// Audience is the one it had.
type Trashed struct {
	Header
	By id.Person // who deleted it; empty when nobody knows any more
	At time.Time // since when its shelf life runs

	kept []addressed
}

// addressed is one row of audience as the trash keeps it: what is restored was
// sent by whom and when it was sent.
type addressed struct {
	Circle   id.Circle `json:"circle"`
	Sent     int64     `json:"sent"`
	Extended int64     `json:"extended,omitempty"`
	By       id.Person `json:"by"`
}

// Delete takes an opened item away from everybody at once. Its address leaves
// the table of addresses, sealed: whoever resets deleted_at in the database
// gives the item back to nobody. One that is deleted already is absent.
func Delete(a *act.Act, by id.Person, it id.Item) error {
	h, deleted, err := load(a, it)
	if err == nil && deleted {
		err = fault.Absent()
	}
	if err != nil {
		return err
	}
	if err := a.Write(updateDeleted, it, store.Micros(a.Now)); err != nil {
		return err
	}
	return discard(a, by, h)
}

func discard(a *act.Act, by id.Person, h Header) error {
	box, err := a.SpaceBox(h.Space)
	if err != nil {
		return err
	}
	var to []addressed
	err = a.Each(selectSenders, []any{h.ID}, func(scan func(...any) error) error {
		var one addressed
		err := scan(&one.Circle, &one.Sent, &one.Extended, &one.By)
		to = append(to, one)
		return err
	})
	if err != nil {
		return err
	}
	raw, err := json.Marshal(to)
	if err != nil {
		return fmt.Errorf("item: address of %s: %w", h.ID, err)
	}
	now := store.Micros(a.Now)
	err = a.Write(insertTrash, h.ID, h.Space, by, now, box.Seal(trashPlace(h.ID), raw), trashMAC(box, h.ID, h.Space, by, now))
	if err != nil {
		return err
	}
	return a.Write(deleteAudience, h.ID)
}

// Withdraw takes an opened item back from some of the circles it was sent to:
// from now on it was never sent to them.
func Withdraw(a *act.Act, h Header, circles []id.Circle) error {
	for _, c := range circles {
		if err := a.Write(deleteAddress, h.ID, c); err != nil {
			return err
		}
	}
	a.Signal(h.Space, circles...)
	return nil
}

// Restore brings a deleted item back to those it was addressed to. The caller
// decides afterwards, by the ordinary rule, whether the actor may have done so.
func Restore(a *act.Act, t Trashed) error {
	box, err := a.SpaceBox(t.Space)
	if err != nil {
		return err
	}
	for _, to := range t.kept {
		mac := box.MAC("audience", string(t.ID), string(to.Circle), number(to.Sent), number(to.Extended))
		if err := a.Write(insertAudience, t.ID, to.Circle, to.Sent, to.Extended, to.By, mac); err != nil {
			return err
		}
	}
	if err := a.Write(deleteTrash, t.ID); err != nil {
		return err
	}
	if err := a.Write(updateDeleted, t.ID, 0); err != nil {
		return err
	}
	return Await(a, t.ID)
}

// Discarded loads a deleted item, locked as it would be were it not deleted:
// whoever may manage it then may know of it now. One that is not in the trash
// is absent.
func Discarded(a *act.Act, kind Kind, of id.Item) (t Trashed, locked authz.Locked[Trashed], err error) {
	var r trashRow
	err = a.Row(selectTrash, []any{of}, r.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		return t, locked, fault.Absent()
	}
	if err != nil {
		return t, locked, err
	}
	t, err = r.open(a)
	if err == nil && t.Kind != kind {
		return t, locked, fault.Absent()
	}
	return t, authz.Lock(t, resource(a, t.Header)), err
}

// OpenDiscarded is [Open] of a deleted item.
func OpenDiscarded(a *act.Act, by authz.Actor, kind Kind, of id.Item, do authz.Action) (Trashed, error) {
	t, locked, err := Discarded(a, kind, of)
	if err != nil {
		return Trashed{}, err
	}
	f, err := circle.Facts(a, by, t.Space)
	if err != nil {
		return Trashed{}, err
	}
	return authz.Open(locked, by, do, f)
}

// After is where a page of the trash goes on; the zero value is its beginning.
type After struct {
	At time.Time
	ID id.Item
}

// Trash returns what was deleted from a space and may be managed by the actor
// whose facts these are, the last deleted first. more tells where to go on, and
// is zero on the last page. The caller has entered the space.
func Trash(a *act.Act, by authz.Actor, f authz.Facts, after After, limit int) (out []Trashed, more After, err error) {
	at := store.Micros(after.At)
	if after.At.IsZero() {
		at = math.MaxInt64 // not now: the clock of the node that deleted it may be ahead of ours
	}
	var rows []trashRow
	err = a.Each(selectTrashed, []any{f.Space, at, after.ID, limit}, func(scan func(...any) error) error {
		var r trashRow
		err := scan(r.dest()...)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return nil, more, err
	}
	var last Trashed
	for _, r := range rows {
		t, err := r.open(a)
		if err != nil {
			return nil, more, err
		}
		last = t
		if authz.Decide(by, authz.DocumentManage, resource(a, t.Header), f).Allowed {
			out = append(out, t)
		}
	}
	if len(rows) == limit {
		more = After{last.At, last.ID}
	}
	return out, more, nil
}

// Adopt puts what an earlier program deleted into the trash, at most limit
// items, and returns them: their shelf life begins now.
func Adopt(a *act.Act, limit int) ([]id.Item, error) {
	var loose []id.Item
	err := a.Each(selectLoose, []any{limit}, func(scan func(...any) error) error {
		var it id.Item
		err := scan(&it)
		loose = append(loose, it)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, it := range loose {
		h, _, err := load(a, it)
		if err != nil {
			return nil, err
		}
		if err := discard(a, "", h); err != nil {
			return nil, err
		}
	}
	return loose, nil
}

// Erase removes what is left of an item from every table of this package; its
// noun has removed what it holds of it.
func Erase(a *act.Act, t Trashed) error {
	for _, one := range []struct {
		stmt store.FirmStmt
		args []any
	}{
		{deleteReads, []any{t.ID}}, {deleteWaiting, []any{t.ID, t.Space}}, {deleteAudience, []any{t.ID}},
		{deleteTrash, []any{t.ID}}, {deleteItem, []any{t.ID}},
	} {
		if err := a.Write(one.stmt, one.args...); err != nil {
			return err
		}
	}
	return nil
}

// trashRow is a row of the trash beside that of its item, as they are stored.
type trashRow struct {
	Trashed
	deleted, internal, created int64
	sealed, mac, itemMAC       []byte
}

func (r *trashRow) dest() []any {
	h := &r.Header
	return []any{&h.ID, &h.Space, &r.By, &r.deleted, &r.sealed, &r.mac, &h.Kind, &h.Author, &h.Nature, &r.internal, &r.created, &r.itemMAC}
}

// open checks both MACs and opens the address.
func (r trashRow) open(a *act.Act) (Trashed, error) {
	t := r.Trashed
	h := &t.Header
	h.Internal, h.Created, t.At = r.internal == 1, store.Time(r.created), store.Time(r.deleted)
	box, err := a.SpaceBox(h.Space)
	if err != nil {
		return t, err
	}
	if err := Verify(box, *h, r.itemMAC); err != nil {
		return t, err
	}
	if err := checkTrash(box, r.mac, t); err != nil {
		return t, err
	}
	raw, err := box.Open(trashPlace(h.ID), r.sealed)
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(raw, &t.kept); err != nil {
		return t, fmt.Errorf("item: address of %s: %w", h.ID, err)
	}
	for _, one := range t.kept {
		h.Audience = append(h.Audience, authz.Address{Circle: one.Circle, Sent: store.Time(one.Sent), Extended: one.Extended == 1})
	}
	return t, nil
}

func trashFields(it id.Item, in id.Space, by id.Person, at int64) []string {
	return []string{string(it), string(in), string(by), number(at)}
}

func trashMAC(box *vault.Box, it id.Item, in id.Space, by id.Person, at int64) []byte {
	return box.MAC("trash", trashFields(it, in, by, at)...)
}

func checkTrash(box *vault.Box, mac []byte, t Trashed) error {
	return box.CheckMAC(mac, "trash", trashFields(t.ID, t.Space, t.By, store.Micros(t.At))...)
}

func trashPlace(it id.Item) vault.Place {
	return vault.Place{Table: "trash", Column: "audience", Row: string(it)}
}
