// Package hold is what keeps documents from being erased: a dated, reasoned
// hold on a space or on one document, placed and lifted by a lawyer of the
// space, both written into the journal. While one stands, the shelf life of
// what it covers does not run out (package document asks [Stops]).
//
// It gives nobody a right, and keeps nobody from deleting: what is deleted
// leaves every eye at once and lies in the trash for as long as the hold
// stands. Start at [Service.Place].
package hold

import (
	"context"
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
	"cenacle/internal/item"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// maxReason is the most characters of a reason.
const maxReason = 500

// Hold is one hold. Lifted is zero while it stands.
type Hold struct {
	ID           id.Hold
	Space        id.Space
	Document     id.Item // empty for the whole space
	Reason       string
	By           id.Person
	ByName       string
	At           time.Time
	Lifted       time.Time
	LiftedBy     id.Person
	LiftedByName string
	LiftReason   string
}

// New is a hold about to be placed; Document is empty for the whole space.
type New struct {
	Space    id.Space
	Document id.Item
	Reason   string
}

// Service is the use cases of holds. Safe for concurrent use.
type Service struct{ office *act.Office }

// NewService returns the use cases over an office.
func NewService(office *act.Office) *Service { return &Service{office} }

// placed is what the journal keeps of a hold: what it covers, never why in
// words of a file.
type placed struct {
	Document id.Item `json:"document,omitempty"`
}

// Place keeps a space, or one document of it, from being erased. A document
// that lies in the trash can be held too. Fault in the field reason.
func (s *Service) Place(ctx context.Context, by authz.Actor, n New) (h Hold, err error) {
	defer fault.Op(&err, "hold.Place(%s)", n.Space)
	if n.Reason, err = reason(n.Reason); err != nil {
		return h, err
	}
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, n.Space, authz.HoldKeep); err != nil {
			return err
		}
		if err := covers(a, by, n); err != nil {
			return err
		}
		h = Hold{ID: id.New[id.Hold](a.Now), Space: n.Space, Document: n.Document, Reason: n.Reason, By: by.Person, At: a.Now}
		box, err := a.SpaceBox(n.Space)
		if err != nil {
			return err
		}
		err = a.Write(insertHold, h.ID, h.Space, h.Document, h.By, store.Micros(h.At), box.SealText(place("reason", h.ID), h.Reason),
			box.SealText(place("lift_reason", h.ID), ""), box.MAC("hold", h.fields()...))
		if err != nil {
			return err
		}
		_, err = a.Record(by, "hold.placed", h.Space, string(h.ID), placed{h.Document})
		return err
	})
	return h, err
}

// covers demands that a document is one of the space that the actor may read,
// or could were it not deleted.
func covers(a *act.Act, by authz.Actor, n New) error {
	if n.Document == "" {
		return nil
	}
	_, _, err := item.Open(a, by, n.Space, item.Document, n.Document, authz.DocumentRead)
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	t, err := item.OpenDiscarded(a, by, item.Document, n.Document, authz.DocumentRead)
	if err == nil && t.Space != n.Space {
		err = fault.Absent()
	}
	return err
}

// Lift ends a hold, for a reason. One that is lifted already is fault.Conflict.
func (s *Service) Lift(ctx context.Context, by authz.Actor, of id.Hold, why string) (err error) {
	defer fault.Op(&err, "hold.Lift(%s)", of)
	if why, err = reason(why); err != nil {
		return err
	}
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		h, err := one(a, of)
		if err != nil {
			return err
		}
		if _, err := circle.Enter(a, by, h.Space, authz.HoldKeep); err != nil {
			return err
		}
		if !h.Lifted.IsZero() {
			return fault.New(fault.Conflict, "hold.lifted")
		}
		box, err := a.SpaceBox(h.Space)
		if err != nil {
			return err
		}
		h.Lifted, h.LiftedBy = a.Now, by.Person
		err = a.Write(updateLifted, h.ID, h.LiftedBy, store.Micros(h.Lifted), box.SealText(place("lift_reason", h.ID), why), box.MAC("hold", h.fields()...))
		if err != nil {
			return err
		}
		_, err = a.Record(by, "hold.lifted", h.Space, string(h.ID), placed{h.Document})
		return err
	})
}

// List returns the holds of a space to its lawyers and their colleagues, the
// latest first, those that were lifted included.
func (s *Service) List(ctx context.Context, by authz.Actor, in id.Space) (out []Hold, err error) {
	defer fault.Op(&err, "hold.List(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.HoldSee); err != nil {
			return err
		}
		if out, err = all(a, in); err != nil {
			return err
		}
		return sign(a, out)
	})
	return out, err
}

// Show returns one hold to who may see those of its space.
func (s *Service) Show(ctx context.Context, by authz.Actor, of id.Hold) (h Hold, err error) {
	defer fault.Op(&err, "hold.Show(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if h, err = one(a, of); err != nil {
			return err
		}
		if _, err := circle.Enter(a, by, h.Space, authz.HoldSee); err != nil {
			return err
		}
		page := []Hold{h}
		err = sign(a, page)
		h = page[0]
		return err
	})
	return h, err
}

// Stops returns the holds of a space that stand, for who is about to erase
// something of it.
func Stops(a *act.Act, in id.Space) (Standing, error) {
	found, err := all(a, in)
	out := Standing{}
	for _, h := range found {
		if h.Lifted.IsZero() {
			out[h.Document] = true
		}
	}
	return out, err
}

// Standing is what the standing holds of a space cover.
type Standing map[id.Item]bool

// Covers reports whether a document may not be erased.
func (s Standing) Covers(of id.Item) bool { return s[""] || s[of] }

func reason(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || !utf8.ValidString(text) {
		return "", fault.New(fault.Invalid, "hold.reason_missing").In("reason")
	}
	if utf8.RuneCountInString(text) > maxReason {
		return "", fault.New(fault.Invalid, "hold.reason_long", maxReason).In("reason")
	}
	return text, nil
}

func all(a *act.Act, in id.Space) (out []Hold, err error) {
	var rows []row
	err = a.Each(selectHolds, []any{in}, func(scan func(...any) error) error {
		var r row
		err := scan(r.dest()...)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		h, err := r.open(a)
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}

func one(a *act.Act, of id.Hold) (h Hold, err error) {
	var r row
	err = a.Row(selectHold, []any{of}, r.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		return h, fault.Absent()
	}
	if err != nil {
		return h, err
	}
	return r.open(a)
}

// row is a hold as it is stored.
type row struct {
	Hold
	placed, lifted    int64
	why, liftWhy, mac []byte
}

func (r *row) dest() []any {
	return []any{&r.ID, &r.Space, &r.Document, &r.By, &r.placed, &r.why, &r.LiftedBy, &r.lifted, &r.liftWhy, &r.mac}
}

// open checks the row and opens its words.
func (r row) open(a *act.Act) (h Hold, err error) {
	h = r.Hold
	h.At, h.Lifted = store.Time(r.placed), store.Time(r.lifted)
	box, err := a.SpaceBox(h.Space)
	if err != nil {
		return h, err
	}
	if err := box.CheckMAC(r.mac, "hold", h.fields()...); err != nil {
		return h, err
	}
	if h.Reason, err = box.OpenText(place("reason", h.ID), r.why); err != nil {
		return h, err
	}
	h.LiftReason, err = box.OpenText(place("lift_reason", h.ID), r.liftWhy)
	return h, err
}

// sign writes the names of who placed and lifted.
func sign(a *act.Act, page []Hold) error {
	var people []id.Person
	for _, h := range page {
		people = append(people, h.By, h.LiftedBy)
	}
	names, err := firm.Names(a, people)
	for i := range page {
		page[i].ByName, page[i].LiftedByName = names[page[i].By], names[page[i].LiftedBy]
	}
	return err
}

// fields are those that the MAC of the row covers.
func (h Hold) fields() []string {
	return []string{
		string(h.ID), string(h.Space), string(h.Document), string(h.By), micros(h.At), string(h.LiftedBy), micros(h.Lifted),
	}
}

func micros(t time.Time) string { return strconv.FormatInt(store.Micros(t), 10) }

func place(column string, h id.Hold) vault.Place {
	return vault.Place{Table: "hold", Column: column, Row: string(h)}
}
