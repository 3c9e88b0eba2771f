// Package item is what documents, memos and events have in common: anything that
// belongs to one space and is addressed to circles. It writes the address and
// reads it back as the resource that package authz decides on.
//
// It holds no content: titles, bytes and texts are those of the noun. Start at
// [Create] and [Open].
package item

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Kind tells which noun holds the rest of the item.
type Kind string

const (
	Document Kind = "document"
	Memo     Kind = "memo"
	Event    Kind = "event" // of an agenda
)

// Reading is the action that lets somebody read an item of a kind; none of a kind
// that there is not.
func (k Kind) Reading() authz.Action {
	switch k {
	case Document:
		return authz.DocumentRead
	case Memo:
		return authz.MemoRead
	case Event:
		return authz.AgendaSee
	}
	return ""
}

// New is an item about to exist. A caller who must know the identifier
// beforehand (an upload seals it into the bytes) sets ID.
type New struct {
	ID       id.Item
	Space    id.Space
	Matter   id.Matter
	Kind     Kind
	Nature   authz.Nature
	Internal bool // never reaches a role outside the firm, whatever the circle
}

// Create writes an item and its first address. Circles must belong to the
// space; an item without a circle would be nobody's and is refused. The caller
// has opened the space for the action and records the act.
func Create(a *act.Act, by authz.Actor, n New, circles []id.Circle) (id.Item, error) {
	if len(circles) == 0 {
		return "", fault.New(fault.Invalid, "item.no_circle").In("circle")
	}
	if n.ID == "" {
		n.ID = id.New[id.Item](a.Now)
	}
	if n.Kind == Document && by.Role.Inside() {
		if err := Tabled(a, n.Space, n.Nature, circles); err != nil {
			return "", err
		}
	}
	box, err := a.SpaceBox(n.Space)
	if err != nil {
		return "", err
	}
	err = a.Write(insertItem, n.ID, n.Space, n.Matter, n.Kind, by.Person, n.Nature, flag(n.Internal),
		store.Micros(a.Now), box.MAC("item", Header{
			ID: n.ID, Space: n.Space, Kind: n.Kind, Author: by.Person, Nature: n.Nature, Internal: n.Internal,
		}.fields()...))
	if err != nil {
		return "", err
	}
	return n.ID, address(a, by, n.Space, n.ID, circles, false)
}

// Tabled refuses, in a forum, what may not come before its parties: of documents
// those alone do that a lawyer has said were made to be shown (authz.WayForum).
func Tabled(a *act.Act, space id.Space, n authz.Nature, circles []id.Circle) error {
	parties, err := circle.Parties(a, space)
	if err != nil || len(parties) == 0 || n.Takes(authz.WayForum) {
		return err
	}
	house, err := circle.HouseOf(a, space)
	if err != nil {
		return err
	}
	before := append([]circle.Circle{{ID: house.All}}, parties...)
	if slices.ContainsFunc(before, func(c circle.Circle) bool { return slices.Contains(circles, c.ID) }) {
		return fault.New(fault.Conflict, "item.not_for_forum").In("circle")
	}
	return nil
}

// Address sends an item to further circles of its space; one it was already
// sent to keeps its first date. With extended, those who join a circle later
// see it too, and who has joined one it was already sent to. The caller has
// decided the right and records the act.
func Address(a *act.Act, by authz.Actor, h Header, circles []id.Circle, extended bool) error {
	if h.Kind == Document {
		if err := Tabled(a, h.Space, h.Nature, circles); err != nil {
			return err
		}
	}
	return address(a, by, h.Space, h.ID, circles, extended)
}

func address(a *act.Act, by authz.Actor, space id.Space, it id.Item, circles []id.Circle, extended bool) error {
	known, err := circle.List(a, space)
	if err != nil {
		return err
	}
	box, err := a.SpaceBox(space)
	if err != nil {
		return err
	}
	for _, c := range circles {
		if !slices.ContainsFunc(known, func(k circle.Circle) bool { return k.ID == c }) {
			return fault.New(fault.Invalid, "item.unknown_circle").In("circle")
		}
		sent := store.Micros(a.Now)
		mac := box.MAC("audience", string(it), string(c), number(sent), number(flag(extended)))
		if err := a.Write(insertAudience, it, c, sent, flag(extended), by.Person, mac); err != nil {
			return err
		}
	}
	if extended {
		if err := extend(a, space, it, circles); err != nil {
			return err
		}
	}
	a.Signal(space, circles...)
	return Await(a, it)
}

// extend opens an item to newcomers of circles that it was sent to before.
func extend(a *act.Act, space id.Space, it id.Item, circles []id.Circle) error {
	box, err := a.SpaceBox(space)
	if err != nil {
		return err
	}
	sent, err := audience(a, space, it)
	if err != nil {
		return err
	}
	for _, to := range sent {
		if to.Extended || !slices.Contains(circles, to.Circle) {
			continue
		}
		mac := box.MAC("audience", string(it), string(to.Circle), number(store.Micros(to.Sent)), number(1))
		if err := a.Write(updateExtended, it, to.Circle, mac); err != nil {
			return err
		}
	}
	return nil
}

// Await notes for whom an item waits to be read: after it was sent, and after
// it has become new again.
func Await(a *act.Act, it id.Item) error {
	return a.Write(insertUnread, it, store.Micros(a.Now))
}

// Renew makes an opened item new again for everybody but who has just changed it.
func Renew(a *act.Act, by authz.Actor, it id.Item) error {
	if err := a.Write(deleteReadsOfOthers, it, by.Person); err != nil {
		return err
	}
	return Await(a, it)
}

// AwaitAuthor has a renewed item wait for its author too, when somebody else has changed
// what she wrote: she reads her own things as they are, not as others make them.
func AwaitAuthor(a *act.Act, by authz.Actor, it id.Item) error {
	return a.Write(insertUnreadByAuthor, it, store.Micros(a.Now), by.Person)
}

// Reclassify gives an opened item another nature. The caller has decided the
// right and records the act.
func Reclassify(a *act.Act, h Header, n authz.Nature) error {
	box, err := a.SpaceBox(h.Space)
	if err != nil {
		return err
	}
	h.Nature = n
	if err := a.Write(updateNature, h.ID, n, box.MAC("item", h.fields()...)); err != nil {
		return err
	}
	return Await(a, h.ID)
}

// Header is what an item says of itself without its content.
type Header struct {
	ID       id.Item
	Space    id.Space
	Kind     Kind
	Author   id.Person
	Nature   authz.Nature
	Internal bool
	Created  time.Time
	Audience []authz.Address
}

// Load reads an item, locked. One that does not exist, or is of another kind
// or space than asked, is absent. space may be empty when it is not known yet.
func Load(a *act.Act, space id.Space, kind Kind, it id.Item) (authz.Locked[Header], id.Space, error) {
	h, deleted, err := load(a, it)
	if err == nil && (h.Kind != kind || space != "" && h.Space != space) {
		err = fault.Absent()
	}
	if err != nil {
		return authz.Locked[Header]{}, "", err
	}
	on := resource(a, h)
	on.Deleted = deleted
	return authz.Lock(h, on), h.Space, nil
}

// LoadAll is [Load] of several items of one kind with few statements, each locked
// for itself; those that are absent are left out.
func LoadAll(a *act.Act, kind Kind, of []id.Item) (map[id.Item]authz.Locked[Header], error) {
	headers := map[id.Item]*Header{}
	deleted := map[id.Item]bool{}
	for some := range store.Batches(of) {
		macs := map[id.Item][]byte{}
		err := a.Each(selectItems, some, func(scan func(...any) error) error {
			h := &Header{}
			var internal, created, gone int64
			var mac []byte
			err := scan(&h.ID, &h.Space, &h.Kind, &h.Author, &h.Nature, &internal, &created, &gone, &mac)
			h.Internal, h.Created = internal == 1, store.Time(created)
			headers[h.ID], deleted[h.ID], macs[h.ID] = h, gone != 0, mac
			return err
		})
		if err != nil {
			return nil, err
		}
		boxes := make(map[id.Item]*vault.Box, len(macs))
		for it, mac := range macs {
			if boxes[it], err = a.SpaceBox(headers[it].Space); err != nil {
				return nil, err
			}
			if err := Verify(boxes[it], *headers[it], mac); err != nil {
				return nil, err
			}
		}
		if err := addresses(a, some, headers, boxes); err != nil {
			return nil, err
		}
	}
	out := make(map[id.Item]authz.Locked[Header], len(headers))
	for it, h := range headers {
		if h.Kind == kind {
			on := resource(a, *h)
			on.Deleted = deleted[it]
			out[it] = authz.Lock(*h, on)
		}
	}
	return out, nil
}

// addresses adds to headers to whom the items were sent, whose rows open with boxes.
func addresses(a *act.Act, some []any, headers map[id.Item]*Header, boxes map[id.Item]*vault.Box) error {
	return a.Each(selectAudiences, some, func(scan func(...any) error) error {
		var it id.Item
		var to authz.Address
		var sent, extended int64
		var mac []byte
		if err := scan(&it, &to.Circle, &sent, &extended, &mac); err != nil {
			return err
		}
		h := headers[it]
		if h == nil {
			return nil
		}
		to.Sent, to.Extended = store.Time(sent), extended == 1
		h.Audience = append(h.Audience, to)
		return VerifyAddress(boxes[it], it, to, mac)
	})
}

// load reads an item and checks its rows.
func load(a *act.Act, it id.Item) (h Header, deleted bool, err error) {
	h.ID = it
	var internal, created, gone int64
	var mac []byte
	err = a.Row(selectItem, []any{it}, &h.Space, &h.Kind, &h.Author, &h.Nature, &internal, &created, &gone, &mac)
	if errors.Is(err, store.ErrNoRow) { // to whom it went is asked all the same, as of what is hidden
		if err := a.Each(selectAudience, []any{it}, func(func(...any) error) error { return nil }); err != nil {
			return h, false, err
		}
		return h, false, fault.Absent()
	}
	if err != nil {
		return h, false, err
	}
	box, err := a.SpaceBox(h.Space)
	if err != nil {
		return h, false, err
	}
	h.Internal, h.Created = internal == 1, store.Time(created)
	if err := Verify(box, h, mac); err != nil {
		return h, false, err
	}
	h.Audience, err = audience(a, h.Space, it)
	return h, gone != 0, err
}

func resource(a *act.Act, h Header) authz.Resource {
	return authz.Resource{
		Kind: authz.OfItem, Firm: a.Firm(), Space: h.Space, Owner: h.Author, Nature: h.Nature,
		Internal: h.Internal, Audience: h.Audience,
	}
}

// Spaces are those that items are in; what is erased is in none. It decides nothing.
func Spaces(a *act.Act, of []id.Item) (map[id.Item]id.Space, error) {
	out := make(map[id.Item]id.Space, len(of))
	for some := range store.Batches(of) {
		err := a.Each(selectSpaces, some, func(scan func(...any) error) error {
			var it id.Item
			var in id.Space
			var age int64
			err := scan(&it, &in, &age)
			out[it] = in
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Standing is an item that is not deleted, as the rule sees it, for a job that
// asks whom it concerns and gives nothing of it to anybody.
func Standing(a *act.Act, it id.Item) (authz.Resource, error) {
	h, deleted, err := load(a, it)
	if err == nil && deleted {
		err = fault.Absent()
	}
	return resource(a, h), err
}

// Open loads an item and opens it for an actor and an action: the usual way
// in. It also returns the facts, for further decisions in the same act.
func Open(a *act.Act, by authz.Actor, space id.Space, kind Kind, it id.Item, do authz.Action) (Header, authz.Facts, error) {
	locked, of, err := Load(a, space, kind, it)
	if fault.Is(err, fault.NotFound) {
		return Header{}, authz.Facts{}, feign(a, by, it, err)
	}
	if err != nil {
		return Header{}, authz.Facts{}, err
	}
	f, err := circle.Facts(a, by, of)
	if err != nil {
		return Header{}, f, err
	}
	h, err := authz.Open(locked, by, do, f)
	return h, f, err
}

// feign takes, for what is not there, the last step of refusing what is: how long an
// answer takes must not tell them apart. absent is the answer.
func feign(a *act.Act, by authz.Actor, it id.Item, absent error) error {
	if _, err := circle.Facts(a, by, id.Space(it)); err != nil && !fault.Is(err, fault.NotFound) { // it is no space
		return err
	}
	return absent
}

func audience(a *act.Act, space id.Space, it id.Item) ([]authz.Address, error) {
	box, err := a.SpaceBox(space)
	if err != nil {
		return nil, err
	}
	var out []authz.Address
	err = a.Each(selectAudience, []any{it}, func(scan func(...any) error) error {
		var to authz.Address
		var sent, extended int64
		var mac []byte
		if err := scan(&to.Circle, &sent, &extended, &mac); err != nil {
			return err
		}
		to.Sent, to.Extended = store.Time(sent), extended == 1
		out = append(out, to)
		return box.CheckMAC(mac, "audience", string(it), string(to.Circle), number(sent), number(extended))
	})
	return out, err
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
