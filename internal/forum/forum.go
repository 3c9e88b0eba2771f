// Package forum is what the parties of a space put before each other, read as a whole:
// the list of exhibits of each (« bordereau de pièces ») and the register of the
// adversarial exchange (« registre du contradictoire »), which says of each exhibit
// and party when it was notified and opened.
//
// It keeps nothing and numbers nothing: package exhibit does, in the acts by which
// documents come onto the common table. A list holds the documents that its reader
// may read, and so never tells of a private tray. Start at [Service.Lists].
package forum

import (
	"context"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
)

// Service is the use cases of forums.
type Service struct {
	office *act.Office
	zone   *time.Location
}

// New returns the use cases over an office; instants in files are written in zone.
func New(office *act.Office, zone *time.Location) *Service { return &Service{office, zone} }

// Party is a side of a forum. The side of the firm and its clients bears the firm's
// name.
type Party struct {
	ID      id.Circle
	Name    string
	House   bool
	Readers int // people who are in it now
	// Paper is how it is reached beside that, for the firm's side and who is of no side;
	// nil when it is not.
	Paper *exhibit.Branch
}

// Piece is an exhibit as one person sees it. Of what was taken away, and which the
// firm's side alone is told of, nothing but the exhibit is known.
type Piece struct {
	exhibit.Exhibit
	Title     string
	Media     string
	Size      int64 // bytes
	SHA256    [32]byte
	Filed     time.Time // when the bytes came
	Replaced  bool      // another one took its place
	Withdrawn bool      // it is not on the common table any more
}

// List is the exhibits of one party, in the order of their numbers.
type List struct {
	Party  Party
	Pieces []Piece
}

// Lists returns the exhibits of each party, the firm's side first, of which the actor
// may read any: a party that has communicated nothing is not named to others. None
// where there is no forum.
func (s *Service) Lists(ctx context.Context, by authz.Actor, in id.Space) (out []List, err error) {
	defer fault.Op(&err, "forum.Lists(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, err = ListsIn(a, by, in)
		return err
	})
	return out, err
}

// ListsIn is Lists inside a running act.
func ListsIn(a *act.Act, by authz.Actor, in id.Space) ([]List, error) {
	f, err := circle.Enter(a, by, in, authz.SpaceSee)
	if err != nil {
		return nil, err
	}
	return lists(a, by, f)
}

func lists(a *act.Act, by authz.Actor, f authz.Facts) ([]List, error) {
	known, err := exhibit.OfSpace(a, f.Space)
	if err != nil || len(known) == 0 {
		return nil, err
	}
	read, err := document.BroughtOf(a, by, f, known)
	if err != nil {
		return nil, err
	}
	sides, err := parties(a, f.Space)
	if err != nil {
		return nil, err
	}
	var out []List
	for _, p := range sides {
		l := List{Party: p}
		for i, e := range known {
			b, hers := read[e.Version]
			if e.Party != p.ID || !hers && !f.Role.Inside() {
				continue
			}
			next := i + 1 // they come in the order of numbers and ranks
			l.Pieces = append(l.Pieces, Piece{
				Exhibit: e, Title: b.Title, Media: b.Media, Size: b.Size, SHA256: b.SHA256, Filed: b.Created, Withdrawn: !b.Tabled,
				Replaced: next < len(known) && known[next].Party == e.Party && known[next].Number == e.Number,
			})
		}
		if len(l.Pieces) > 0 {
			out = append(out, l)
		}
	}
	return out, nil
}

// parties are the sides of a forum: the firm's, then the others, oldest first. None
// where there is no forum.
func parties(a *act.Act, in id.Space) ([]Party, error) {
	named, err := circle.Parties(a, in)
	if err != nil || len(named) == 0 {
		return nil, err
	}
	house, err := circle.HouseOf(a, in)
	if err != nil {
		return nil, err
	}
	there, err := circle.Presences(a, in)
	if err != nil {
		return nil, err
	}
	profile, err := firm.ProfileOf(a)
	if err != nil {
		return nil, err
	}
	out := []Party{{ID: house.Firm, Name: profile.Name, House: true}}
	for _, c := range named {
		out = append(out, Party{ID: c.ID, Name: c.Name})
	}
	for _, p := range there {
		at := slices.IndexFunc(out, func(o Party) bool { return o.ID == p.Circle })
		if at >= 0 && p.Span.Covers(a.Now) {
			out[at].Readers++
		}
	}
	return out, nil
}
