package forum

import (
	"context"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// Register is what became of each exhibit at each party that received it.
type Register struct {
	Side    id.Circle // of which alone it tells; empty: of all
	Parties []Party   // whose reception it tells, the firm's side first
	Lines   []Line
}

// Line is one exhibit; Cells are those of the parties of the register, in their order.
type Line struct {
	Party Party // that communicated it
	Piece
	Cells []Cell
}

// Cell is what became of an exhibit at a party: zero instants for what has not
// happened. Own says that the party communicated it itself.
type Cell struct {
	Own              bool
	Notified, Opened time.Time
	NotifiedEntry    id.Entry // the line of the journal that proves it
	OpenedEntry      id.Entry
	Paper            *exhibit.Paper
}

// Delay is the time between the common table and the first opening.
func (l Line) Delay(c Cell) (time.Duration, bool) {
	return c.Opened.Sub(l.Released), !c.Opened.IsZero()
}

// Register returns the register of a forum. The firm's side, which keeps the forum,
// reads what became of everything everywhere. Whoever stands for a party reads what
// her own party was given, and when it was notified and opened it; of other parties
// not even that they are there. An expert and the clerk of a judge read what became of
// everything, as they may know of all; who else stands for no party is refused.
func (s *Service) Register(ctx context.Context, by authz.Actor, in id.Space) (out Register, err error) {
	defer fault.Op(&err, "forum.Register(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, err = RegisterIn(a, by, in, authz.RegisterSee)
		return err
	})
	return out, err
}

// RegisterIn is Register inside a running act, for what is to be done with it.
func RegisterIn(a *act.Act, by authz.Actor, in id.Space, do authz.Action) (out Register, err error) {
	f, err := circle.Enter(a, by, in, do)
	if err != nil {
		return out, err
	}
	side, stands, err := exhibit.Side(a, f)
	if err != nil {
		return out, err
	}
	whole := f.Role.Inside() || f.Role.Neutral()
	if !stands && !whole {
		return out, fault.New(fault.Forbidden, "fault.forbidden")
	}
	if out.Parties, err = parties(a, in); err != nil {
		return out, err
	}
	if whole {
		err = reachedOnPaper(a, in, out.Parties)
	} else {
		out.Side = side
		out.Parties = slices.DeleteFunc(out.Parties, func(p Party) bool { return p.ID != side })
	}
	if err != nil {
		return out, err
	}
	return out, out.fill(a, by, f)
}

// reachedOnPaper adds to parties how they are reached beside their readers.
func reachedOnPaper(a *act.Act, in id.Space, all []Party) error {
	paper, err := exhibit.Branches(a, in)
	for i, p := range all {
		if b, chosen := paper[p.ID]; chosen {
			all[i].Paper = &b
		}
	}
	return err
}

func (r *Register) fill(a *act.Act, by authz.Actor, f authz.Facts) error {
	all, err := lists(a, by, f)
	if err != nil {
		return err
	}
	services, err := exhibit.Services(a, f.Space)
	if err != nil {
		return err
	}
	cells := map[at]Cell{}
	for _, s := range services {
		c := cells[at{s.Version, s.Party}]
		switch s.What {
		case exhibit.Notified:
			c.Notified, c.NotifiedEntry = s.At, s.Entry
		case exhibit.Opened:
			c.Opened, c.OpenedEntry = s.At, s.Entry
		}
		cells[at{s.Version, s.Party}] = c
	}
	handed, err := exhibit.Papers(a, f.Space)
	if err != nil {
		return err
	}
	for _, p := range handed {
		c := cells[at{p.Version, p.Party}]
		c.Paper = &p
		cells[at{p.Version, p.Party}] = c
	}
	r.write(all, cells)
	return nil
}

// at is where a cell stands.
type at struct {
	version id.Version
	party   id.Circle
}

// write puts cells into the lines of a register.
func (r *Register) write(all []List, cells map[at]Cell) {
	for _, l := range all {
		if len(r.Parties) == 1 && r.Parties[0].ID == l.Party.ID {
			continue // nobody is told what she gave herself
		}
		for _, p := range l.Pieces {
			line := Line{Party: l.Party, Piece: p}
			for _, to := range r.Parties {
				c := cells[at{p.Version, to.ID}]
				c.Own = to.ID == p.Party
				line.Cells = append(line.Cells, c)
			}
			r.Lines = append(r.Lines, line)
		}
	}
}
