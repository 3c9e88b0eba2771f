// Package support is the permissions by which the people of the host look at something,
// for as long as somebody whose it is has said.
//
// A permission is of one space, given by one of its lawyers or by its client, or of the
// settings of the firm, given by who administers it. It has a reason and an end of its
// own, and is ended at once by whoever sees it. It opens the view of who gave it, reading
// and no more: what she has lost since, it has lost; what is hers alone and what is
// privileged (authz.WaySupport) it never shows. Each look is written into the journal
// before anything is read, and stands in « Mes accès » of who the space is for.
//
// It keeps no door: the command line of the server asks [Service.LookInto] and
// [Service.Examine], and nothing else does. A host who holds the keys of a running server
// can do more than that, and leave no line (doc/security.md); what this package gives is
// the way that needs no such thing. Start at [Service.Give].
package support

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

const (
	// MaxLife is the longest that a permission stands.
	MaxLife = 14 * 24 * time.Hour

	maxReason = 500 // characters
	listed    = 100 // permissions, the latest
)

// Permission is one permission. Space is empty for that of the firm's settings.
type Permission struct {
	ID          id.Support
	Space       id.Space
	By          id.Person
	ByName      string
	Reason      string
	At, Until   time.Time
	Ended       time.Time // by hand; zero: by itself
	EndedBy     id.Person
	EndedByName string
}

// Stands reports whether it opens anything at an instant.
func (p Permission) Stands(at time.Time) bool { return p.Ended.IsZero() && at.Before(p.Until) }

// New is a permission about to be given; Space is empty for the firm's settings.
type New struct {
	Space  id.Space
	Reason string
	Life   time.Duration // to a minute
}

// check says at once all that is wrong with it.
func (n *New) check() error {
	var wrong fault.Fields
	n.Reason = strings.TrimSpace(n.Reason)
	switch {
	case n.Reason == "" || !utf8.ValidString(n.Reason):
		wrong.Add("reason", "support.reason_missing")
	case utf8.RuneCountInString(n.Reason) > maxReason:
		wrong.Add("reason", "support.reason_long", maxReason)
	}
	if n.Life < time.Minute || n.Life > MaxLife {
		wrong.Add("life", "support.life", int(MaxLife.Hours()/24))
	}
	return wrong.Err()
}

// given and looked are what the journal keeps: until when, and whose permission.
type given struct {
	Until time.Time `json:"until"`
}

type looked struct {
	Person id.Person `json:"person"`
}

// box seals what belongs to a permission: the space, or the firm.
func box(a *act.Act, of id.Space) (*vault.Box, error) {
	if of == "" {
		return a.FirmBox()
	}
	return a.SpaceBox(of)
}

// allow demands that the actor may do something about the permissions of a space, or of
// the firm's settings.
func allow(a *act.Act, by authz.Actor, of id.Space, space, whole authz.Action) error {
	if of == "" {
		return firm.Allow(a, by, whole)
	}
	_, err := circle.Enter(a, by, of, space)
	return err
}

// row is a permission as it is stored. Instants are as stored, so that they can be signed.
type row struct {
	p                Permission
	at, until, ended int64
	why, mac         []byte
}

func (r *row) dest() []any {
	return []any{&r.p.ID, &r.p.Space, &r.p.By, &r.at, &r.until, &r.why, &r.p.EndedBy, &r.ended, &r.mac}
}

// open checks a row and opens its text.
func (r row) open(a *act.Act) (Permission, error) {
	p := r.p
	p.At, p.Until, p.Ended = store.Time(r.at), store.Time(r.until), store.Time(r.ended)
	b, err := box(a, p.Space)
	if err != nil {
		return p, err
	}
	if err := b.CheckMAC(r.mac, "support", p.fields()...); err != nil {
		return p, err
	}
	p.Reason, err = b.OpenText(place(p.ID), r.why)
	return p, err
}

func one(a *act.Act, of id.Support) (Permission, error) {
	var r row
	if err := a.Row(selectOne, []any{of}, r.dest()...); errors.Is(err, store.ErrNoRow) {
		return Permission{}, fault.Absent()
	} else if err != nil {
		return Permission{}, err
	}
	return r.open(a)
}

// some are the permissions that a statement finds. One of a space whose key is destroyed is
// gone with it.
func some(a *act.Act, stmt store.FirmStmt, args ...any) (out []Permission, err error) {
	var rows []row
	err = a.Each(stmt, args, func(scan func(...any) error) error {
		var r row
		err := scan(r.dest()...)
		rows = append(rows, r)
		return err
	})
	for _, r := range rows {
		p, unread := r.open(a)
		if fault.Is(unread, fault.NotFound) {
			continue
		}
		if err = errors.Join(err, unread); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, err
}

// sign writes the names of who gave and ended them.
func sign(a *act.Act, page []Permission) error {
	var people []id.Person
	for _, p := range page {
		people = append(people, p.By, p.EndedBy)
	}
	names, err := firm.Names(a, people)
	for i := range page {
		page[i].ByName, page[i].EndedByName = names[page[i].By], names[page[i].EndedBy]
	}
	return err
}

// fields are those that the MAC of the row covers.
func (p Permission) fields() []string {
	return []string{string(p.ID), string(p.Space), string(p.By), micros(p.At), micros(p.Until), string(p.EndedBy), micros(p.Ended)}
}

func micros(t time.Time) string { return strconv.FormatInt(store.Micros(t), 10) }

func place(of id.Support) vault.Place {
	return vault.Place{Table: "support", Column: "reason", Row: string(of)}
}

var (
	insertOne = store.ForFirm(`
insert into support (firm_id, id, space_id, given_by, given_at, until, reason, ended_by, ended_at, mac)
values ($1, $2, $3, $4, $5, $6, $7, '', 0, $8)`)

	selectOne = store.ForFirm(`
select id, space_id, given_by, given_at, until, reason, ended_by, ended_at, mac
from support where firm_id = $1 and id = $2`)

	selectAll = store.ForFirm(`
select id, space_id, given_by, given_at, until, reason, ended_by, ended_at, mac
from support where firm_id = $1 and space_id = $2 order by id desc limit $3`)

	selectStanding = store.ForFirm(`
select id, space_id, given_by, given_at, until, reason, ended_by, ended_at, mac
from support where firm_id = $1 and until > $2 and ended_at = 0 order by until, id limit $3`)

	endOne = store.ForFirm(`
update support set ended_by = $3, ended_at = $4, mac = $5 where firm_id = $1 and id = $2`)
)
