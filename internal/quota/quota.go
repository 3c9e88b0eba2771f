// Package quota keeps the plans of firms: how much of the house one may use, in spaces
// that are open, people of its own and bytes of documents. The operator decides it, for
// every firm in the configuration and for one at the command line; nobody of a firm does.
//
// A full plan takes nothing away. It refuses one more space, one more colleague, and the
// firm's own further documents; what clients deposit is taken all the same, and all is
// read as before (doc/decisions/066-plans.md). Whoever adds something asks in the
// transaction in which it does, where what is used is counted: many at once cannot pass
// together. The package refuses to bound a client, and to say what is in a space.
//
// Start at [Service.Space] and [Service.Standing].
package quota

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Plan is how much there may be, or is, of each thing. As a limit, 0 is any number, and
// [Usual], in what a firm has of its own, what every firm has.
type Plan struct {
	Spaces     int64 // open
	Colleagues int64 // of the firm's own people, those who have not left
	Storage    int64 // bytes of all versions, what is being sent included
}

// Usual stands in a firm's own plan for what every firm has.
const Usual = -1

// Kind is the kind of the journal's line when the operator changes a plan.
const Kind = "plan.changed"

// over is p where something of the firm's own does not stand before it.
func (p Plan) over(usual Plan) Plan {
	either := func(own, usual int64) int64 {
		if own == Usual {
			return usual
		}
		return own
	}
	return Plan{either(p.Spaces, usual.Spaces), either(p.Colleagues, usual.Colleagues), either(p.Storage, usual.Storage)}
}

// None reports whether nothing is limited.
func (p Plan) None() bool { return p == Plan{} }

// Service is the use cases of plans. It is safe for concurrent use; the zero value, and
// nil, give every firm without a plan of its own any number of everything.
type Service struct {
	office  *act.Office
	usual   Plan
	refused [3]atomic.Uint64
}

// New returns the use cases over an office, with what every firm has.
func New(office *act.Office, usual Plan) *Service { return &Service{office: office, usual: usual} }

// Refused is how often a plan was full, since the start.
type Refused struct{ Spaces, Colleagues, Storage uint64 }

// Refused counts what this node refused.
func (s *Service) Refused() Refused {
	return Refused{s.refused[ofSpaces].Load(), s.refused[ofColleagues].Load(), s.refused[ofStorage].Load()}
}

const (
	ofSpaces = iota
	ofColleagues
	ofStorage
)

var (
	selectPlan = store.ForFirm(`
select spaces, colleagues, storage, set_at, mac from firm_plan where firm_id = $1`)

	putPlan = store.ForFirm(`
insert into firm_plan (firm_id, spaces, colleagues, storage, set_at, mac) values ($1, $2, $3, $4, $5, $6)
on conflict (firm_id) do update
set spaces = excluded.spaces, colleagues = excluded.colleagues, storage = excluded.storage, set_at = excluded.set_at, mac = excluded.mac`)

	// No further than it takes to know.
	countSpaces = store.ForFirm(`
select count(*) from (select id from space where firm_id = $1 and state = 'open' limit $2) as found`)

	countColleagues = store.ForFirm(`
select count(*) from (select person_id from card where firm_id = $1 and role <> 'outsider' and state = 'active' limit $2) as found`)

	sumSizes = store.ForFirm(`
select (select coalesce(sum(size), 0) from version where firm_id = $1)
  + (select coalesce(sum(size), 0) from upload where firm_id = $1 and state = 'open' and size > 0)`)
)

func fields(of id.Firm, p Plan, at int64) []string {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	return []string{string(of), number(p.Spaces), number(p.Colleagues), number(p.Storage), number(at)}
}

// own is what the operator decided for the act's firm alone.
func own(a *act.Act) (p Plan, err error) {
	var at int64
	var mac []byte
	err = a.Row(selectPlan, nil, &p.Spaces, &p.Colleagues, &p.Storage, &at, &mac)
	if errors.Is(err, store.ErrNoRow) {
		return Plan{Usual, Usual, Usual}, nil
	}
	if err != nil {
		return Plan{}, err
	}
	box, err := a.FirmBox()
	if err != nil {
		return Plan{}, err
	}
	return p, box.CheckMAC(mac, "firm_plan", fields(a.Firm(), p, at)...)
}

// of is the plan of the act's firm.
func (s *Service) of(a *act.Act) (Plan, error) {
	p, err := own(a)
	if s == nil {
		return p.over(Plan{}), err
	}
	return p.over(s.usual), err
}

// Space refuses one more open space: Conflict "plan.spaces_full". It is asked in the act
// that opens one.
func (s *Service) Space(a *act.Act) error {
	p, err := s.of(a)
	if err != nil || p.Spaces == 0 {
		return err
	}
	var used int64
	if err := a.Row(countSpaces, []any{p.Spaces}, &used); err != nil || used < p.Spaces {
		return err
	}
	return s.full(ofSpaces, fault.New(fault.Conflict, "plan.spaces_full", p.Spaces))
}

// Colleague refuses one more of the firm's own people: Conflict "plan.colleagues_full".
// It is asked in the act that admits her.
func (s *Service) Colleague(a *act.Act) error {
	p, err := s.of(a)
	if err != nil || p.Colleagues == 0 {
		return err
	}
	var used int64
	if err := a.Row(countColleagues, []any{p.Colleagues}, &used); err != nil || used < p.Colleagues {
		return err
	}
	return s.full(ofColleagues, fault.New(fault.Conflict, "plan.colleagues_full", p.Colleagues))
}

// Bytes refuses so many further bytes of the firm's own people: TooLarge
// "plan.storage_full" in the field "file". Nobody from outside is refused: a client
// whose firm has no room deposits all the same.
func (s *Service) Bytes(a *act.Act, by authz.Actor, size int64) error {
	if !by.Role.Inside() {
		return nil
	}
	p, err := s.of(a)
	if err != nil || p.Storage == 0 {
		return err
	}
	used, err := Stored(a)
	if err != nil || used+size <= p.Storage {
		return err
	}
	return s.full(ofStorage, fault.New(fault.TooLarge, "plan.storage_full", i18n.Size(p.Storage), i18n.Size(max(0, p.Storage-used))).In("file"))
}

// full counts a refusal. An act that runs again counts again.
func (s *Service) full(what int, err *fault.Error) error {
	if s != nil {
		s.refused[what].Add(1)
	}
	return err.Because(errFull)
}

// errFull is the cause of what a plan has no room for.
var errFull = errors.New("quota: the plan is full")

// Full reports whether that is why something was refused.
func Full(err error) bool { return errors.Is(err, errFull) }

// Stored is how many bytes the act's firm keeps. Announced ones count at once, so that
// uploads at the same time cannot pass together.
func Stored(a *act.Act) (used int64, err error) {
	err = a.Row(sumSizes, nil, &used)
	return used, err
}

// Standing is a plan and what is used of it.
type Standing struct {
	Plan Plan
	Own  Plan // what the operator decided for this firm alone
	Used Plan // of what is not limited, nothing is counted
}

// Standing shows her firm's to one of its own people.
func (s *Service) Standing(ctx context.Context, by authz.Actor) (st Standing, err error) {
	defer fault.Op(&err, "quota.Standing")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := allow(a, by, authz.FirmPeopleSee); err != nil {
			return err
		}
		st, err = s.standing(a)
		return err
	})
	return st, err
}

// Opens tells somebody who is about to open a space whether there is room for one; its
// faults are those of [Service.Space].
func (s *Service) Opens(ctx context.Context, by authz.Actor) (err error) {
	defer fault.Op(&err, "quota.Opens")
	return s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := allow(a, by, authz.SpaceOpen); err != nil {
			return err
		}
		return s.Space(a)
	})
}

func allow(a *act.Act, by authz.Actor, do authz.Action) error {
	_, err := authz.Open(authz.Lock(a.Firm(), authz.Resource{Kind: authz.OfFirm, Firm: a.Firm()}), by, do, authz.Facts{Now: a.Now})
	return err
}

// Examine is [Service.Standing] for the operator.
func (s *Service) Examine(ctx context.Context, of id.Firm) (st Standing, err error) {
	defer fault.Op(&err, "quota.Examine(%s)", of)
	err = s.office.See(ctx, of, func(a *act.Act) error {
		st, err = s.standing(a)
		return err
	})
	return st, err
}

func (s *Service) standing(a *act.Act) (st Standing, err error) {
	if st.Own, err = own(a); err != nil {
		return st, err
	}
	st.Plan = st.Own.over(s.usual)
	const all = 1 << 62
	for _, one := range []struct {
		limit, used *int64
		count       store.FirmStmt
		args        []any
	}{
		{&st.Plan.Spaces, &st.Used.Spaces, countSpaces, []any{int64(all)}},
		{&st.Plan.Colleagues, &st.Used.Colleagues, countColleagues, []any{int64(all)}},
		{&st.Plan.Storage, &st.Used.Storage, sumSizes, nil},
	} {
		if *one.limit == 0 {
			continue
		}
		if err := a.Row(one.count, one.args, one.used); err != nil {
			return st, err
		}
	}
	return st, nil
}

// Set is the operator's: the firm has this plan from now on. One that is smaller than
// what is used takes nothing away. Invalid "plan.negative" in the field.
func (s *Service) Set(ctx context.Context, of id.Firm, p Plan) (err error) {
	defer fault.Op(&err, "quota.Set(%s)", of)
	var wrong fault.Fields
	for field, n := range map[string]int64{"spaces": p.Spaces, "colleagues": p.Colleagues, "storage": p.Storage} {
		if n < Usual {
			wrong.Add(field, "plan.negative")
		}
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.office.Do(ctx, of, func(a *act.Act) error {
		box, err := a.FirmBox()
		if err != nil {
			return err
		}
		at := store.Micros(a.Now)
		if err := a.Write(putPlan, p.Spaces, p.Colleagues, p.Storage, at, box.MAC("firm_plan", fields(of, p, at)...)); err != nil {
			return err
		}
		by := authz.Actor{Firm: of, Via: authz.ViaCommand}
		_, err = a.Record(by, Kind, "", string(of), map[string]any{"spaces": p.Spaces, "colleagues": p.Colleagues, "storage": p.Storage})
		return err
	})
}
