package dire

import (
	"context"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/forum"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// What is what became of a dire at a party that received it.
type What = exhibit.What

// What the register tells of dires, as of exhibits.
const (
	Notified = exhibit.Notified
	Opened   = exhibit.Opened
)

// service is the first time that something became of a dire at a party.
type service struct {
	dire   id.Dire
	party  id.Circle
	what   What
	space  id.Space
	person id.Person
	at     int64
	entry  id.Entry
}

func (s service) fields() []string {
	return []string{string(s.dire), string(s.party), string(s.what), string(s.space), string(s.person), number(s.at), string(s.entry)}
}

// served is what the journal keeps of it.
type served struct {
	Party id.Circle `json:"party"`
}

// note keeps, and records, what became of a dire at the side of whom it happened to,
// the first time; of her own side's, and of who stands for no side, nothing.
func note(a *act.Act, by authz.Actor, f authz.Facts, d Dire, what What) error {
	side, stands, err := exhibit.Side(a, f)
	if err != nil || !stands || side == d.Party {
		return err
	}
	var before int64
	if err := a.Row(countService, []any{d.ID, side, what}, &before); err != nil || before > 0 {
		return err
	}
	s := service{dire: d.ID, party: side, what: what, space: d.Space, person: by.Person, at: store.Micros(a.Now)}
	kind := "dire.opened"
	if what == Notified {
		kind = "dire.notified"
	}
	if s.entry, err = a.Record(by, kind, d.Space, string(d.ID), served{side}); err != nil {
		return err
	}
	box, err := a.SpaceBox(d.Space)
	if err != nil {
		return err
	}
	return a.Write(insertService, s.dire, s.party, s.what, s.space, s.person, s.at, s.entry, box.MAC("dire_service", s.fields()...))
}

// Notify keeps that a notice has left for somebody.
func Notify(a *act.Act, by authz.Actor, n Notice) error {
	if n.Dire == "" {
		return nil
	}
	f, d, err := opened(a, by, n.Space, n.Dire)
	if err != nil {
		return err
	}
	return note(a, by, f, d, Notified)
}

// Register is what became of each dire at each party that received it, as the register
// of exhibits is ([forum.Register]).
type Register struct {
	Parties []forum.Party
	Lines   []Entry
	Own     int // dires of the reader's own party, of which it does not tell
}

// Entry is one dire; Cells are those of the parties of the register, in their order.
type Entry struct {
	Dire
	Cells []forum.Cell
}

// Delay is the time between the filing and the first opening.
func (e Entry) Delay(c forum.Cell) (time.Duration, bool) {
	return c.Opened.Sub(e.Filed), !c.Opened.IsZero()
}

// Register returns what the register of a forum says of its dires, to whoever reads the
// register and as far as she does.
func (s *Service) Register(ctx context.Context, by authz.Actor, in id.Space) (out Register, err error) {
	defer fault.Op(&err, "dire.Register(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, err = RegisterOf(a, by, in)
		return err
	})
	return out, err
}

// RegisterOf is Register inside a running act.
func RegisterOf(a *act.Act, by authz.Actor, in id.Space) (out Register, err error) {
	exhibits, err := forum.RegisterIn(a, by, in, authz.RegisterSee)
	if err != nil {
		return out, err
	}
	return RegisterIn(a, by, in, exhibits)
}

// RegisterIn is Register inside a running act, beside what it says of exhibits. Nobody is
// told what she said herself.
func RegisterIn(a *act.Act, by authz.Actor, in id.Space, beside forum.Register) (Register, error) {
	out, err := WholeIn(a, by, in, beside)
	all := len(out.Lines)
	out.Lines = slices.DeleteFunc(out.Lines, func(e Entry) bool { return e.Party == beside.Side })
	out.Own = all - len(out.Lines)
	return out, err
}

// WholeIn is RegisterIn with what the reader's own party said too: of that, what was
// answered, and nothing of its reception.
func WholeIn(a *act.Act, by authz.Actor, in id.Space, beside forum.Register) (out Register, err error) {
	f, err := circle.Enter(a, by, in, authz.RegisterSee)
	if err != nil {
		return out, err
	}
	found, err := direIn(a, by, f)
	if err != nil {
		return out, err
	}
	cells, err := services(a, in)
	if err != nil {
		return out, err
	}
	out.Parties = beside.Parties
	for _, d := range found {
		e := Entry{Dire: d}
		for _, p := range out.Parties {
			c := cells[at{d.ID, p.ID}]
			c.Own = p.ID == d.Party
			e.Cells = append(e.Cells, c)
		}
		out.Lines = append(out.Lines, e)
	}
	return out, nil
}

// at is where a cell stands.
type at struct {
	dire  id.Dire
	party id.Circle
}

func services(a *act.Act, in id.Space) (map[at]forum.Cell, error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return nil, err
	}
	out := map[at]forum.Cell{}
	return out, a.Each(selectServices, []any{in}, func(scan func(...any) error) error {
		s := service{space: in}
		var mac []byte
		if err := scan(&s.dire, &s.party, &s.what, &s.person, &s.at, &s.entry, &mac); err != nil {
			return err
		}
		c := out[at{s.dire, s.party}]
		switch s.what {
		case Notified:
			c.Notified, c.NotifiedEntry = store.Time(s.at), s.entry
		case Opened:
			c.Opened, c.OpenedEntry = store.Time(s.at), s.entry
		}
		out[at{s.dire, s.party}] = c
		return box.CheckMAC(mac, "dire_service", s.fields()...)
	})
}

// Wait is lines of dires of parties that are open in a space.
type Wait struct {
	Space id.Space
	Count int
	Since time.Time // when the oldest was filed
	Ours  bool      // the actor answers them, or somebody of her side
}

// WaitsIn returns what is open in the spaces of an actor from one to another.
func WaitsIn(a *act.Act, by authz.Actor, from, to id.Space) (out []Wait, err error) {
	stmt := selectWaiting
	if from != to {
		many, err := space.Many(a, by)
		if err != nil {
			return nil, err
		}
		if many {
			stmt = selectWaitingOfMany
		}
	}
	err = a.Each(stmt, []any{by.Person, store.Micros(a.Now), from, to}, func(scan func(...any) error) error {
		var w Wait
		var role authz.Role
		var since int64
		var experts int
		err := scan(&w.Space, &role, &w.Count, &since, &experts)
		w.Since, w.Ours = store.Time(since), role == authz.Expert || role.Inside() && experts == 0
		out = append(out, w)
		return err
	})
	return out, err
}
