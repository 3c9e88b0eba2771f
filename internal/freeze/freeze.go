// Package freeze is « Geler mon espace »: with one gesture a client, or somebody
// of the firm whom she called, shuts everyone outside the firm out of her space:
// sessions, links, programs, drives and notices, whoever holds her telephone. A
// lawyer of the space opens it again, who knows by voice whom he helps.
//
// It needs no rule of its own: the memberships of those outside end, and with
// them all that rests on them; thawing gives each back as it was, with what came
// meanwhile. It refuses to let in by any other way while it stands ([Stands]),
// and to be undone by who is shut out. Start at [Service.Freeze].
package freeze

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	"cenacle/internal/invitation"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// maxReason is the most characters of a reason.
const maxReason = 500

// NoticeJob mails the lawyer who answers for a space that it was frozen.
const NoticeJob = "notice.frozen"

// Freeze is one freeze. Thawed is zero while it stands.
type Freeze struct {
	ID     id.Freeze
	Space  id.Space
	By     id.Person
	ByName string
	At     time.Time
	People []id.Person // who was shut out
	Thawed time.Time

	thawedBy id.Person
	kept     []circle.Kept
	sealed   []byte // kept, as it is stored
}

// Service is the use cases of freezes. Safe for concurrent use.
type Service struct{ office *act.Office }

// NewService returns the use cases over an office.
func NewService(office *act.Office) *Service { return &Service{office} }

// Freeze shuts everyone outside the firm out of a space, from now on. Conflict
// "freeze.stands" when it is frozen already.
func (s *Service) Freeze(ctx context.Context, by authz.Actor, of id.Space) (err error) {
	defer fault.Op(&err, "freeze.Freeze(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, of, authz.SpaceFreeze); err != nil {
			return err
		}
		if err := Stands(a, of); err != nil {
			return err
		}
		kept, err := circle.Suspend(a, of)
		if err != nil {
			return err
		}
		for _, k := range kept {
			if err := invitation.Void(a, of, k.Person); err != nil {
				return err
			}
		}
		f := Freeze{ID: id.New[id.Freeze](a.Now), Space: of, By: by.Person, At: a.Now, kept: kept}
		if err := insert(a, f); err != nil {
			return err
		}
		if err := tell(a, by, of); err != nil {
			return err
		}
		_, err = a.Record(by, "space.frozen", of, string(f.ID), shut{len(kept)})
		return err
	})
}

// shut is what the journal keeps of a freeze.
type shut struct {
	People int `json:"people"`
}

// tell has open pages look again, and the lawyer who answers for the space know.
func tell(a *act.Act, by authz.Actor, of id.Space) error {
	sp, err := space.Load(a, of)
	if err != nil {
		return err
	}
	if sp.Lead != by.Person {
		err := a.Follow(NoticeJob, string(of), a.Now, invitation.Notice{Space: of, Person: sp.Lead})
		if err != nil {
			return err
		}
	}
	return circle.Announce(a, of)
}

// Thaw opens a frozen space again, for a reason: those who were shut out are what
// they were, and see what was sent to them meanwhile. Conflict "freeze.none" when
// it is not frozen; Invalid in the field "reason".
func (s *Service) Thaw(ctx context.Context, by authz.Actor, of id.Space, why string) (err error) {
	defer fault.Op(&err, "freeze.Thaw(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, of, authz.SpaceThaw); err != nil {
			return err
		}
		if why, err = reason(why); err != nil {
			return err
		}
		f, err := last(a, of)
		if err != nil {
			return err
		}
		if f == nil || !f.Thawed.IsZero() {
			return fault.New(fault.Conflict, "freeze.none")
		}
		f.Thawed, f.thawedBy = a.Now, by.Person
		if err := update(a, *f, why); err != nil {
			return err
		}
		if err := circle.Restore(a, of, f.At, f.kept); err != nil {
			return err
		}
		if err := circle.Announce(a, of); err != nil {
			return err
		}
		_, err = a.Record(by, "space.thawed", of, string(f.ID), shut{len(f.kept)})
		return err
	})
}

// Standing is the freeze of a space, for the firm's side; nil when there is none.
func (s *Service) Standing(ctx context.Context, by authz.Actor, of id.Space) (f *Freeze, err error) {
	defer fault.Op(&err, "freeze.Standing(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, of, authz.CircleSee); err != nil {
			return err
		}
		if f, err = last(a, of); err != nil || f == nil {
			return err
		}
		if !f.Thawed.IsZero() {
			f = nil
			return nil
		}
		for _, k := range f.kept {
			f.People = append(f.People, k.Person)
		}
		names, err := firm.Names(a, []id.Person{f.By})
		f.ByName = names[f.By]
		return err
	})
	return f, err
}

// Stands refuses what would let somebody into a frozen space: Conflict
// "freeze.stands".
func Stands(a *act.Act, of id.Space) error {
	f, err := last(a, of)
	if err == nil && f != nil && f.Thawed.IsZero() {
		return fault.New(fault.Conflict, "freeze.stands")
	}
	return err
}

func reason(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || !utf8.ValidString(text) {
		return "", fault.New(fault.Invalid, "freeze.reason_missing").In("reason")
	}
	if utf8.RuneCountInString(text) > maxReason {
		return "", fault.New(fault.Invalid, "freeze.reason_long", maxReason).In("reason")
	}
	return text, nil
}

func insert(a *act.Act, f Freeze) error {
	box, err := a.SpaceBox(f.Space)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(f.kept)
	if err != nil {
		return fmt.Errorf("freeze: %w", err)
	}
	f.sealed = box.Seal(place("kept", f.ID), raw)
	return a.Write(insertFreeze, f.ID, f.Space, f.By, store.Micros(f.At), f.sealed, box.SealText(place("reason", f.ID), ""), box.MAC("space_freeze", f.fields()...))
}

func update(a *act.Act, f Freeze, why string) error {
	box, err := a.SpaceBox(f.Space)
	if err != nil {
		return err
	}
	n, err := a.Exec(updateThawed, f.ID, f.thawedBy, store.Micros(f.Thawed), box.SealText(place("reason", f.ID), why), box.MAC("space_freeze", f.fields()...))
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "freeze.none")
	}
	return err
}

// last is the newest freeze of a space, nil when it never was frozen.
func last(a *act.Act, of id.Space) (*Freeze, error) {
	var f Freeze
	var at, thawed int64
	var why, mac []byte
	err := a.Row(selectLast, []any{of}, &f.ID, &f.Space, &f.By, &at, &f.sealed, &f.thawedBy, &thawed, &why, &mac)
	if errors.Is(err, store.ErrNoRow) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	f.At, f.Thawed = store.Time(at), store.Time(thawed)
	box, err := a.SpaceBox(of)
	if err != nil {
		return nil, err
	}
	if err := box.CheckMAC(mac, "space_freeze", f.fields()...); err != nil {
		return nil, err
	}
	raw, err := box.Open(place("kept", f.ID), f.sealed)
	if err != nil {
		return nil, err
	}
	return &f, json.Unmarshal(raw, &f.kept)
}

// fields are those that the MAC of the row covers.
func (f Freeze) fields() []string {
	return []string{
		string(f.ID), string(f.Space), string(f.By), micros(f.At), string(f.sealed), string(f.thawedBy), micros(f.Thawed),
	}
}

func micros(t time.Time) string { return strconv.FormatInt(store.Micros(t), 10) }

func place(column string, f id.Freeze) vault.Place {
	return vault.Place{Table: "space_freeze", Column: column, Row: string(f)}
}
