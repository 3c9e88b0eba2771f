package overview

import (
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// oldestRows is how many rows are looked at next for what has waited longest.
const oldestRows = 64

var (
	// What people outside the firm have not read in the spaces $4 to $19.
	selectUnreadInSome = store.ForFirm(unreadByOthers + `
from membership o cross join membership h cross join unread u cross join item i
where o.space_id in ($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) and` + ofOthers)

	// What has waited longest for them where the actor ($2, at $3) may be a member: the
	// rows after item $4 and person $5.
	selectOldest = store.ForFirm(`
select u.item_id, u.person_id, u.space_id from unread u
where u.firm_id = $1 and u.item_id >= $4 and (u.item_id > $4 or u.person_id > $5)
  and u.person_id not in (select k.person_id from card k where k.firm_id = $1 and k.role <> 'outsider')
  and exists (
    select 1 from membership h where h.firm_id = $1 and h.space_id = u.space_id and h.person_id = $2
      and h.since <= $3 and (h.until = 0 or h.until > $3))
order by u.item_id, u.person_id limit $6`)
)

// othersUnread adds what people outside the firm have not read.
func othersUnread(a *act.Act, by authz.Actor, ask asking, args []any, out []Wait) ([]Wait, error) {
	if ask.many {
		return unreadInMany(a, by, ask.page, out)
	}
	return unreadBy(a, ask.unreadByOthers, args, out)
}

// unreadInMany adds what people outside the firm have not read, for an actor who is in
// many spaces: all of it in those of a page, and of the rest what a desk shows, which
// is what has waited longest.
func unreadInMany(a *act.Act, by authz.Actor, page []id.Space, out []Wait) ([]Wait, error) {
	w := longest{act: a, by: by, before: len(out), out: out, seen: map[id.Space]bool{}}
	if only := by.Only(); only != nil {
		page = only
	}
	if err := w.read(page); err != nil || by.Only() != nil {
		return w.out, err
	}
	for {
		in, err := w.next()
		if err != nil {
			return nil, err
		}
		if err := w.read(in); err != nil {
			return nil, err
		}
		if w.ended || w.enough() {
			return w.out, nil
		}
	}
}

func idsOf(spaces []space.Space) (out []id.Space) {
	for _, sp := range spaces {
		out = append(out, sp.ID)
	}
	return out
}

// longest is the search for what has waited longest.
type longest struct {
	act    *act.Act
	by     authz.Actor
	before int    // lines that are of something else
	out    []Wait // those, and what was found
	seen   map[id.Space]bool
	item   id.Item // the last row that was looked at
	person id.Person
	ended  bool
}

// read adds what waits in some spaces.
func (w *longest) read(in []id.Space) (err error) {
	in = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(in))), func(of id.Space) bool { return w.seen[of] })
	for _, of := range in {
		w.seen[of] = true
	}
	for some := range store.Batches(in) {
		args := append([]any{w.by.Person, store.Micros(w.act.Now)}, some...)
		if w.out, err = unreadBy(w.act, selectUnreadInSome, args, w.out); err != nil {
			return err
		}
	}
	return nil
}

// next gives the spaces of the next rows.
func (w *longest) next() (in []id.Space, err error) {
	n := 0
	args := []any{w.by.Person, store.Micros(w.act.Now), w.item, w.person, oldestRows}
	err = w.act.Each(selectOldest, args, func(scan func(...any) error) error {
		var of id.Space
		err := scan(&w.item, &w.person, &of)
		in = append(in, of)
		n++
		return err
	})
	w.ended = n < oldestRows
	return in, err
}

// enough reports whether as much was found as a desk shows that is older than the rows
// which were not looked at.
func (w *longest) enough() bool {
	found := len(w.out) - w.before
	if found < mostWaits {
		return false
	}
	since := make([]time.Time, found)
	for i, one := range w.out[w.before:] {
		since[i] = one.Since
	}
	slices.SortFunc(since, time.Time.Compare)
	return id.Earliest[id.Item](since[mostWaits-1].Add(time.Millisecond)) <= w.item
}
