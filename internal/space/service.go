package space

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Service is the use cases of spaces.
type Service struct {
	office *act.Office
	models []Model
}

// NewService returns the use cases over an office, with the models on offer.
func NewService(office *act.Office, models []Model) *Service {
	return &Service{office: office, models: models}
}

// Models returns the models of matter in the order they are offered.
func (s *Service) Models() []Model { return s.models }

// Model finds a model by its key.
func (s *Service) Model(key ModelKey) (Model, error) {
	for _, m := range s.models {
		if m.Key == key {
			return m, nil
		}
	}
	return Model{}, fault.New(fault.Invalid, "space.model_unknown").In("model")
}

// Person is a member with the name the firm knows her by.
type Person struct {
	circle.Member
	Name string
}

// CircleView is a circle with the people who are in it now, and how each is.
type CircleView struct {
	circle.Circle
	People []Person
	Stays  []circle.Presence // of each of them
}

// Room is a space as one of its members sees it. People and Circles are those
// she may know of: the firm's side sees everyone; who is outside it sees the
// circles she is in, and of the active members those whom she is acquainted with
// (circle.Acquainted).
type Room struct {
	Space
	Matters []Matter
	Folders []Folder
	People  []Person
	Circles []CircleView
	Mine    authz.Role
	Facts   authz.Facts
	Forum   bool             // it has parties
	Party   circle.Circle    // the one that she is in, or the zero value
	StandIn []circle.StandIn // who stands in for whom among People
	names   map[id.Person]string
}

// Called is how the firm calls somebody who is or was in the space: for what she
// wrote, wherever that may be read.
func (r Room) Called(of id.Person) string { return r.names[of] }

// Show returns the space to one of its members.
func (s *Service) Show(ctx context.Context, by authz.Actor, of id.Space) (room Room, err error) {
	defer fault.Op(&err, "space.Show(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		room, err = Enter(a, by, of, authz.SpaceSee)
		return err
	})
	return room, err
}

// Census returns the space with everyone who is or was in it, to those who may
// know.
func (s *Service) Census(ctx context.Context, by authz.Actor, of id.Space) (room Room, err error) {
	defer fault.Op(&err, "space.Census(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		room, err = Enter(a, by, of, authz.CircleSee)
		return err
	})
	return room, err
}

// Enter opens a space for an action inside a running act and reads it.
func Enter(a *act.Act, by authz.Actor, of id.Space, do authz.Action) (Room, error) {
	facts, err := circle.Enter(a, by, of, do)
	if err != nil {
		return Room{}, err
	}
	room := Room{Mine: facts.Role, Facts: facts}
	if room.Space, err = Load(a, of); err != nil {
		return Room{}, err
	}
	if room.Matters, err = Matters(a, of); err != nil {
		return Room{}, err
	}
	if room.Folders, err = Folders(a, of); err != nil {
		return Room{}, err
	}
	return room, room.populate(a, by)
}

func (r *Room) populate(a *act.Act, by authz.Actor) error {
	members, err := circle.Members(a, r.ID)
	if err != nil {
		return err
	}
	ids := make([]id.Person, len(members))
	for i, m := range members {
		ids[i] = m.Person
	}
	names, err := firm.Names(a, ids)
	if err != nil {
		return err
	}
	parties, err := circle.Parties(a, r.ID)
	if err != nil {
		return err
	}
	r.names, r.Forum = names, len(parties) > 0
	knows := func(id.Person) bool { return true }
	if !r.Mine.Inside() {
		if r.Party, _, err = circle.PartyOf(a, r.Facts); err != nil {
			return err
		}
		if knows, err = circle.Acquainted(a, by, r.Facts); err != nil {
			return err
		}
	}
	here := map[id.Person]Person{}
	for _, m := range members {
		p := Person{m, names[m.Person]}
		if !knows(m.Person) {
			continue
		}
		if m.Active(a.Now) {
			here[m.Person] = p
		}
		if m.Active(a.Now) || r.Mine.Inside() {
			r.People = append(r.People, p)
		}
	}
	if r.StandIn, err = standIns(a, r.ID, knows); err != nil {
		return err
	}
	return r.gather(a, here)
}

// standIns are those now of people whom the reader knows.
func standIns(a *act.Act, of id.Space, knows func(id.Person) bool) ([]circle.StandIn, error) {
	all, err := circle.StandIns(a, of)
	return slices.DeleteFunc(all, func(s circle.StandIn) bool {
		return !a.Now.Before(s.Until) || !knows(s.Person) || !knows(s.Away)
	}), err
}

func (r *Room) gather(a *act.Act, here map[id.Person]Person) error {
	circles, err := circle.List(a, r.ID)
	if err != nil {
		return err
	}
	presences, err := circle.Presences(a, r.ID)
	if err != nil {
		return err
	}
	for _, c := range circles {
		span, in := r.Facts.Circles[c.ID]
		if !r.Mine.Inside() && !(in && span.Covers(a.Now)) {
			continue
		}
		view := CircleView{Circle: c}
		for _, p := range presences {
			if person, ok := here[p.Person]; ok && p.Circle == c.ID && p.Span.Covers(a.Now) {
				view.People, view.Stays = append(view.People, person), append(view.Stays, p)
			}
		}
		r.Circles = append(r.Circles, view)
	}
	return nil
}

// levelled is what the journal keeps of a choice of level.
type levelled struct {
	Level circle.Level `json:"level"`
}

// Tell chooses what notices of a space may say of what is sent from now on; what was
// sent before is told as it would have been. Raising it is left to who answers for the
// space; anybody of the firm's side takes it back. Invalid in the field level.
func (s *Service) Tell(ctx context.Context, by authz.Actor, of id.Space, to circle.Level) (err error) {
	defer fault.Op(&err, "space.Tell(%s)", of)
	do := authz.SpaceManage
	switch to {
	case circle.Neutral:
	case circle.Titles, circle.Enclosed:
		do = authz.SpaceTell
	default:
		return fault.New(fault.Invalid, "space.level_unknown").In("level")
	}
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, of, do); err != nil {
			return err
		}
		if err := circle.SetLevel(a, of, to); err != nil {
			return err
		}
		_, err := a.Record(by, "space.level_chosen", of, string(of), levelled{to})
		return err
	})
}

// Page asks for a page of one's spaces: Limit of them, after the one that was
// shown last (zero values for the first page).
type Page struct {
	Changed time.Time
	After   id.Space
	Limit   int
}

// List returns the actor's own spaces, the last changed first.
func (s *Service) List(ctx context.Context, by authz.Actor, p Page) (out []Space, err error) {
	defer fault.Op(&err, "space.List")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, err = Own(a, by, p)
		return err
	})
	return out, err
}

// Own is List inside a running act. The membership of each space is decided
// again, with its MAC, before its name is opened; a page is full unless it is
// the last.
func Own(a *act.Act, by authz.Actor, p Page) ([]Space, error) {
	if only := by.Only(); only != nil {
		return among(a, by, only, p)
	}
	var out []Space
	for len(out) < p.Limit {
		rows, err := own(a, by, p)
		if err != nil {
			return nil, err
		}
		if err := circle.Prepare(a, by, idsOf(rows)); err != nil {
			return nil, err
		}
		for _, r := range rows {
			p.Changed, p.After = store.Time(r.changed), r.ID
			if _, err := circle.Enter(a, by, r.ID, authz.SpaceSee); fault.Is(err, fault.NotFound) {
				continue // the row says member, the rule says no: a link's scope, or the wrong side
			} else if err != nil {
				return nil, err
			}
			sp, err := unseal(a, r.Space, r.name, r.created, r.changed)
			if err != nil {
				return nil, err
			}
			if out = append(out, sp); len(out) == p.Limit {
				break
			}
		}
		if len(rows) < p.Limit {
			break
		}
	}
	return out, nil
}

// shutMost is how many spaces that demand something are looked at.
const shutMost = 50

// Shut returns those spaces of the actor that are left out of her lists because they
// demand that she shows more surely who she is. Of who has very many of them nothing is
// said.
func (s *Service) Shut(ctx context.Context, by authz.Actor) (out []id.Space, err error) {
	defer fault.Op(&err, "space.Shut")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if many, err := Many(a, by); err != nil || many || by.Shown() == authz.Keyed {
			return err
		}
		some, err := spaces(a, selectDemanding, []any{by.Person, store.Micros(a.Now), shutMost})
		if err != nil {
			return err
		}
		for _, of := range some {
			_, err := circle.Enter(a, by, of, authz.SpaceSee)
			switch {
			case authz.Demanded(err) > authz.Single:
				out = append(out, of)
			case err != nil && !fault.Is(err, fault.NotFound):
				return err
			}
		}
		return nil
	})
	return out, err
}

// Hers returns the spaces that an actor may be a member of, by their rows alone: it
// says where to look, and decides nothing. It begins after one of them ("": with
// the first). One who is confined to a few spaces asks with [HersAmong].
func Hers(a *act.Act, by authz.Actor, after id.Space, limit int) ([]id.Space, error) {
	return spaces(a, selectHers, []any{by.Person, store.Micros(a.Now), after, limit})
}

// HersAmong returns those of some spaces that an actor may be a member of.
func HersAmong(a *act.Act, by authz.Actor, of []id.Space) (out []id.Space, err error) {
	of = slices.Compact(slices.Sorted(slices.Values(of)))
	if only := by.Only(); only != nil {
		of = slices.DeleteFunc(of, func(s id.Space) bool { return !slices.Contains(only, s) })
	}
	for in := range store.Batches(of) {
		some, err := spaces(a, selectHersAmong, append([]any{by.Person, store.Micros(a.Now)}, in...))
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// AtMost returns the spaces of an actor who has no more than some, and whether
// she has more.
func AtMost(a *act.Act, by authz.Actor, some int) (out []id.Space, more bool, err error) {
	of := by.Only()
	if of == nil {
		if of, err = spaces(a, selectSome, []any{by.Person, some + 1}); err != nil || len(of) > some {
			return nil, true, err
		}
	}
	out, err = HersAmong(a, by, of)
	return out, false, err
}

func spaces(a *act.Act, s store.FirmStmt, args []any) (out []id.Space, err error) {
	err = a.Each(s, args, func(scan func(...any) error) error {
		var of id.Space
		err := scan(&of)
		out = append(out, of)
		return err
	})
	return out, err
}

// among is Own for an actor who is confined to a few spaces: it looks at those
// and at no other, however many there are.
func among(a *act.Act, by authz.Actor, only []id.Space, p Page) ([]Space, error) {
	var out []Space
	for _, of := range only {
		_, err := circle.Enter(a, by, of, authz.SpaceSee)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		sp, err := Load(a, of)
		if err != nil {
			return nil, err
		}
		if p.Changed.IsZero() || later(Space{ID: p.After, Changed: p.Changed}, sp) < 0 {
			out = append(out, sp)
		}
	}
	slices.SortFunc(out, later)
	out = slices.CompactFunc(out, func(x, y Space) bool { return x.ID == y.ID })
	return out[:min(len(out), max(p.Limit, 0))], nil
}

// later orders spaces like a desk: the last changed first.
func later(x, y Space) int {
	return cmp.Or(y.Changed.Compare(x.Changed), cmp.Compare(y.ID, x.ID))
}

// row is a space as it is stored.
type row struct {
	Space
	name             []byte
	created, changed int64
}

func (r *row) dest() []any {
	return []any{&r.ID, &r.name, &r.Profile, &r.Model, &r.State, &r.Notice, &r.Lead, &r.created, &r.changed}
}

func idsOf(rows []row) []id.Space {
	out := make([]id.Space, len(rows))
	for i, r := range rows {
		out[i] = r.ID
	}
	return out
}

// many is from how many memberships on the last changed of hers are looked for
// among the last changed of the firm, instead of sorting all of hers.
const many = 200

// Many reports whether an actor has so many spaces that a list over them begins
// better from what is listed than from them.
func Many(a *act.Act, by authz.Actor) (bool, error) {
	return act.Seen(a, manyOf{by.Person}, func() (bool, error) {
		n := 0
		err := a.Each(selectSome, []any{by.Person, many}, func(func(...any) error) error { n++; return nil })
		return n == many, err
	})
}

type manyOf struct{ person id.Person }

// own reads the rows of a page, which nobody may see yet.
func own(a *act.Act, by authz.Actor, p Page) (rows []row, err error) {
	before := store.Micros(p.Changed)
	if p.Changed.IsZero() {
		before = math.MaxInt64
	}
	stmt := selectOwn
	if p.Limit < many {
		if lots, err := Many(a, by); err != nil {
			return nil, err
		} else if lots {
			stmt = selectOwnOfMany
		}
	}
	args := []any{by.Person, store.Micros(a.Now), before, p.After, p.Limit}
	err = a.Each(stmt, args, func(scan func(...any) error) error {
		var r row
		err := scan(r.dest()...)
		rows = append(rows, r)
		return err
	})
	return rows, err
}

// Rename gives the space another name.
func (s *Service) Rename(ctx context.Context, by authz.Actor, of id.Space, name string) (err error) {
	defer fault.Op(&err, "space.Rename(%s)", of)
	var wrong fault.Fields
	name = clean(name, &wrong)
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, of, authz.SpaceManage); err != nil {
			return err
		}
		box, err := a.SpaceBox(of)
		if err != nil {
			return err
		}
		if err := a.Write(updateName, of, box.SealText(namePlace(of), name), store.Micros(a.Now)); err != nil {
			return err
		}
		_, err = a.Record(by, "space.renamed", of, string(of), nil)
		return err
	})
}

// Open counts the firm's open spaces, for the limits of its plan.
func Open(a *act.Act) (int, error) {
	var n int
	err := a.Row(countOpen, nil, &n)
	return n, err
}

// Heard returns the circles whose signals the actor may hear in a space: those
// she is in now.
func (s *Service) Heard(ctx context.Context, by authz.Actor, of id.Space) (heard []id.Circle, err error) {
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		facts, err := circle.Enter(a, by, of, authz.SpaceSee)
		if err != nil {
			return err
		}
		heard = nil
		for c, span := range facts.Circles {
			if span.Covers(a.Now) {
				heard = append(heard, c)
			}
		}
		return nil
	})
	return heard, err
}
