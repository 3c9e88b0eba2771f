package guard

import (
	"context"
	"errors"
	"slices"
	"strings"
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

// Learn remembers that a client of a space is called so. The caller has decided
// the right.
func Learn(a *act.Act, in id.Space, name string) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	for _, k := range answering(name) {
		if err := a.Write(insertName, nameHash(box, k), in); err != nil {
			return err
		}
	}
	return nil
}

// LearnBytes remembers where bytes lie, and whether a client put them there.
func LearnBytes(a *act.Act, in id.Space, of id.Item, sum [32]byte, deposited bool) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	put := 0
	if deposited {
		put = 1
	}
	return a.Write(insertBytes, bytesHash(box, sum), of, in, put)
}

// ForgetBytes forgets where the bytes of an erased document lay.
func ForgetBytes(a *act.Act, of id.Item) error {
	return a.Write(deleteBytes, of)
}

// CatchUp learns the clients of the next spaces, and hands back the version
// after which bytes are still to be learnt by who can read them. done is true
// when no space was left.
func CatchUp(a *act.Act, limit int) (after id.Version, done bool, err error) {
	var from id.Space
	var by int
	err = a.Row(selectMark, nil, &from, &after, &by)
	if err != nil && !errors.Is(err, store.ErrNoRow) {
		return "", false, err
	}
	if by != rule {
		from = "" // what a former rule has learnt answers to fewer names
	}
	var spaces []id.Space
	err = a.Each(selectSpaces, []any{from, limit}, func(scan func(...any) error) error {
		var s id.Space
		err := scan(&s)
		spaces = append(spaces, s)
		return err
	})
	if err != nil {
		return "", false, err
	}
	for _, s := range spaces {
		if err := learnSpace(a, s); err != nil {
			return "", false, err
		}
		from = s
	}
	err = a.Write(upsertMark, from, after, rule)
	return after, len(spaces) < limit, err
}

// MarkBytes keeps up to which version bytes have been learnt.
func MarkBytes(a *act.Act, after id.Version) error {
	return a.Write(updateMark, after)
}

func learnSpace(a *act.Act, in id.Space) error {
	members, err := circle.Members(a, in)
	if fault.Is(err, fault.NotFound) {
		return nil // it was erased
	}
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.Role != authz.Client {
			continue
		}
		card, err := firm.CardOf(a, m.Person)
		if err != nil {
			return err
		}
		if err := Learn(a, in, card.Name); err != nil {
			return err
		}
	}
	return nil
}

// Party is an adverse party of a space.
type Party struct {
	ID   id.Party
	Name string
}

const (
	maxParties = 50
	maxName    = 200
)

// Service is the use cases of adverse parties.
type Service struct{ office *act.Office }

// NewService returns the use cases over an office.
func NewService(office *act.Office) *Service { return &Service{office} }

// Add names an adverse party of a space. Fault in the field name.
func (s *Service) Add(ctx context.Context, by authz.Actor, in id.Space, name string) (p Party, err error) {
	defer fault.Op(&err, "guard.Add(%s)", in)
	name = strings.TrimSpace(name)
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > maxName || len(keysOf(name)) == 0 {
		return p, fault.New(fault.Invalid, "guard.name").In("name")
	}
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.SpaceManage); err != nil {
			return err
		}
		known, err := Parties(a, in)
		if err != nil {
			return err
		}
		if len(known) >= maxParties {
			return fault.New(fault.Conflict, "guard.many", maxParties).In("name")
		}
		box, err := a.SpaceBox(in)
		if err != nil {
			return err
		}
		p = Party{id.New[id.Party](a.Now), name}
		if err := a.Write(insertParty, p.ID, in, box.SealText(partyPlace(p.ID), name), by.Person, store.Micros(a.Now), partyMAC(box, p.ID, in)); err != nil {
			return err
		}
		_, err = a.Record(by, "party.added", in, string(p.ID), nil)
		return err
	})
	return p, err
}

// Remove takes a party away. One that is gone already is absent.
func (s *Service) Remove(ctx context.Context, by authz.Actor, in id.Space, of id.Party) (err error) {
	defer fault.Op(&err, "guard.Remove(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.SpaceManage); err != nil {
			return err
		}
		known, err := Parties(a, in)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(known, func(p Party) bool { return p.ID == of }) {
			return fault.Absent()
		}
		if err := a.Write(deleteParty, of); err != nil {
			return err
		}
		_, err = a.Record(by, "party.removed", in, string(of), nil)
		return err
	})
}

// List returns the adverse parties of a space to the firm's side.
func (s *Service) List(ctx context.Context, by authz.Actor, in id.Space) (out []Party, err error) {
	defer fault.Op(&err, "guard.List(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.CircleSee); err != nil {
			return err
		}
		out, err = Parties(a, in)
		return err
	})
	return out, err
}

// Parties reads the adverse parties of an entered space.
func Parties(a *act.Act, in id.Space) (out []Party, err error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return nil, err
	}
	err = a.Each(selectParties, []any{in}, func(scan func(...any) error) error {
		var p Party
		var name, mac []byte
		if err := scan(&p.ID, &name, &mac); err != nil {
			return err
		}
		if err := box.CheckMAC(mac, "party", string(p.ID), string(in)); err != nil {
			return err
		}
		p.Name, err = box.OpenText(partyPlace(p.ID), name)
		out = append(out, p)
		return err
	})
	return out, err
}

func partyMAC(box *vault.Box, p id.Party, in id.Space) []byte {
	return box.MAC("party", string(p), string(in))
}

func partyPlace(p id.Party) vault.Place {
	return vault.Place{Table: "party", Column: "name", Row: string(p)}
}
