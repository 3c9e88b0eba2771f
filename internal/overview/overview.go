// Package overview is what a person sees first: on the firm's side « qui
// attend quoi » over all her spaces, on the client's side what is new, what is
// expected and until when. It reads across nouns and writes nothing.
//
// Everything it counts went through the rule of package authz, so that a
// number never tells of what may not be seen. Start at [Service.Desk] and
// [Service.Space].
package overview

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/request"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// Kind is what is waited for.
type Kind string

const (
	ToRead   Kind = "read"   // items somebody has not opened
	ToAnswer Kind = "answer" // a memo whose reply date was given
	// ToAcknowledge is a memo that asks each of its readers to say so.
	ToAcknowledge Kind = "acknowledge"
	// Mentioned is a memo that names the actor and that she has not read.
	Mentioned Kind = "mention"
	// ToApprove is a document that waits to leave the firm.
	ToApprove Kind = "approve"
	ToHandIn  Kind = "hand_in" // papers that were asked for
	ToCheck   Kind = "check"   // papers that came, or will not come
	ToChoose  Kind = "choose"  // times for a meeting that were proposed
	ToSettle  Kind = "settle"  // lines of dires that parties have filed
)

// Papers is what waits when it is requests, which are no items.
const Papers item.Kind = "request"

// Asked is what waits when it is questions of parties of a forum, which are no items.
const Asked item.Kind = "question"

// Slots is what waits when it is times for a meeting, which are no items either.
const Slots item.Kind = "slot"

// Dires is what waits when it is lines of dires.
const Dires item.Kind = "dire"

// Wait is one line of « qui attend quoi »: Who is expected to do Kind.
type Wait struct {
	Space id.Space
	Kind  Kind
	What  item.Kind // documents, memos, events, [Papers], [Slots], [Dires] or [Asked]
	Who   id.Person // empty when it is the firm's side as a whole
	Mine  bool      // the actor, or her side, is the one expected
	Count int
	Item  id.Item // the newest unread or to acknowledge, or the memo to answer
	By    string  // civil date of the expected answer, or empty
	Since time.Time
	Late  bool // By has passed
	// Silent: she has read nothing of it for so long that another way to reach her is due.
	Silent bool
}

// Silence is after how long what somebody from outside the firm has not read is worth
// another way to reach her: a call, a new link.
const Silence = 3 * 24 * time.Hour

// Row is one space of the desk.
type Row struct {
	space.Space
	Clients []string
	Unread  int // of the actor's own
	Waits   []Wait
}

// Desk is the actor's spaces, the last changed first, and what waits in them:
// what waits for her side first, by date, at most mostWaits of each side.
type Desk struct {
	Rows    []Row
	Waits   []Wait
	Spaces  map[id.Space]space.Space // those of Rows, Waits and Dates
	Clients map[id.Space][]string    // their names, of the same spaces
	Names   map[id.Person]string
	Dates   []agenda.Event // what comes next, of all of her spaces
	Due     int            // accesses from outside that she is to look at again, fifty at most
	Avoided int            // requests that papers already there have spared
	More    *space.Page    // the next page, or nil
}

// mostWaits is how many lines of « qui attend quoi » a desk opens for each
// side; what is beyond shows on the rows of its spaces.
const mostWaits = 60

// beyond sorts after every identifier, whose first digit is at most 7.
const beyond = id.Space("8")

// Service reads overviews.
type Service struct{ office *act.Office }

// New returns the overviews over an office.
func New(office *act.Office) *Service { return &Service{office} }

// Desk returns the desk of one of the firm's people.
func (s *Service) Desk(ctx context.Context, by authz.Actor, page space.Page) (d Desk, err error) {
	defer fault.Op(&err, "overview.Desk")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := authz.Open(authz.Lock(0, authz.Resource{Kind: authz.OfFirm, Firm: a.Firm()}), by, authz.FirmEnter, authz.Facts{}); err != nil {
			return err
		}
		d, err = desk(a, by, page)
		return err
	})
	return d, err
}

func desk(a *act.Act, by authz.Actor, page space.Page) (d Desk, err error) {
	limit := page.Limit
	page.Limit++
	spaces, err := space.Own(a, by, page)
	if err != nil {
		return Desk{}, err
	}
	if len(spaces) > limit {
		spaces = spaces[:limit]
		last := spaces[limit-1]
		d.More = &space.Page{Changed: last.Changed, After: last.ID, Limit: limit}
	}
	all, err := waits(a, by, "", idsOf(spaces))
	if err != nil {
		return Desk{}, err
	}
	if err := d.place(a, by, spaces, all); err != nil {
		return Desk{}, err
	}
	all = slices.DeleteFunc(all, func(w Wait) bool { _, placed := d.Spaces[w.Space]; return !placed })
	people, err := clients(a, d.Spaces)
	if err != nil {
		return Desk{}, err
	}
	if d.Names, err = names(a, people, all); err != nil {
		return Desk{}, err
	}
	d.Clients = make(map[id.Space][]string, len(people))
	for sp, of := range people {
		for _, p := range of {
			d.Clients[sp] = append(d.Clients[sp], d.Names[p])
		}
	}
	for _, sp := range spaces {
		d.Rows = append(d.Rows, d.row(sp, all))
	}
	if err := d.next(a, by); err != nil {
		return Desk{}, err
	}
	due, err := circle.Reviews(a, by, a.Now)
	if err != nil {
		return Desk{}, err
	}
	d.Due = len(due)
	d.Avoided, err = request.Avoided(a, by)
	return d, err
}

// mostDates is how many of the coming dates a first screen shows.
const mostDates = 5

// next adds the coming dates, with the names of the spaces they are in.
func (d *Desk) next(a *act.Act, by authz.Actor) (err error) {
	if d.Dates, _, err = agenda.ListIn(a, by, agenda.Query{From: a.Now, Limit: mostDates, As: agenda.Next}); err != nil {
		return err
	}
	var more []id.Space
	for _, e := range d.Dates {
		if _, there := d.Spaces[e.Space]; !there {
			more = append(more, e.Space)
		}
	}
	slices.Sort(more)
	named, err := space.LoadAll(a, slices.Compact(more))
	maps.Copy(d.Spaces, named)
	return err
}

func (d *Desk) row(sp space.Space, all []Wait) Row {
	row := Row{Space: sp, Clients: d.Clients[sp.ID]}
	for _, w := range all {
		if w.Space == sp.ID {
			row.Waits = append(row.Waits, w)
			if w.Mine && w.Kind == ToRead {
				row.Unread += w.Count
			}
		}
	}
	return row
}

// place keeps of all that waits what a desk shows, with the spaces it is in. The
// membership of each is decided, with its MAC, before its name is opened.
func (d *Desk) place(a *act.Act, by authz.Actor, spaces []space.Space, all []Wait) (err error) {
	shown := make(map[id.Space]bool, len(spaces))
	for _, sp := range spaces {
		shown[sp.ID] = true
	}
	if err := circle.Prepare(a, by, further(all, shown)); err != nil {
		return err
	}
	var more []id.Space
	count := map[bool]int{}
	for _, w := range all {
		if count[w.Mine] == mostWaits {
			continue
		}
		if !shown[w.Space] {
			_, err := circle.Enter(a, by, w.Space, authz.SpaceSee)
			if fault.Is(err, fault.NotFound) {
				continue // the row says member, the rule says no
			}
			if err != nil {
				return err
			}
			shown[w.Space] = true
			more = append(more, w.Space)
		}
		count[w.Mine]++
		d.Waits = append(d.Waits, w)
	}
	if d.Spaces, err = space.LoadAll(a, more); err != nil {
		return err
	}
	for _, sp := range spaces {
		d.Spaces[sp.ID] = sp
	}
	return nil
}

// further are the spaces beside those that are shown already in which the first
// lines of both sides wait.
func further(all []Wait, shown map[id.Space]bool) []id.Space {
	var out []id.Space
	count := map[bool]int{}
	for _, w := range all {
		if count[w.Mine]++; count[w.Mine] <= mostWaits && !shown[w.Space] {
			out = append(out, w.Space)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func clients(a *act.Act, spaces map[id.Space]space.Space) (map[id.Space][]id.Person, error) {
	members, err := circle.MembersIn(a, slices.Sorted(maps.Keys(spaces)))
	out := map[id.Space][]id.Person{}
	for sp, all := range members {
		for _, m := range all {
			if m.Role == authz.Client && m.Active(a.Now) {
				out[sp] = append(out[sp], m.Person)
			}
		}
	}
	return out, err
}

func names(a *act.Act, people map[id.Space][]id.Person, waits []Wait) (map[id.Person]string, error) {
	var ids []id.Person
	for _, p := range people {
		ids = append(ids, p...)
	}
	for _, w := range waits {
		if w.Who != "" {
			ids = append(ids, w.Who)
		}
	}
	slices.Sort(ids)
	return firm.Names(a, slices.Compact(ids))
}

// Space returns what waits in one space for the person who looks, and, for the
// firm's side, for everybody outside it.
func (s *Service) Space(ctx context.Context, by authz.Actor, of id.Space) (out []Wait, err error) {
	defer fault.Op(&err, "overview.Space(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, of, authz.SpaceSee); err != nil {
			return err
		}
		out, err = waits(a, by, of, nil)
		return err
	})
	return out, err
}

// reading is the action that a pass must leave for what waits to count.
func reading(what item.Kind) authz.Action {
	switch what {
	case Papers:
		return authz.RequestSee
	case Slots:
		return authz.SlotSee
	case Dires:
		return authz.DireSee
	case Asked:
		return authz.QuestionSee
	}
	return what.Reading()
}

// waits reads what waits in one entered space, or in all of a firm's person: if these
// are many, what others have not read in the spaces of a page, and what has waited
// longest.
func waits(a *act.Act, by authz.Actor, of id.Space, page []id.Space) ([]Wait, error) {
	from, to := of, of
	if of == "" {
		to = beyond
	}
	args := []any{by.Person, store.Micros(a.Now), from, to}
	ask, err := way(a, by, of, page)
	if err != nil {
		return nil, err
	}
	var out []Wait
	err = a.Each(selectUnread, args, func(scan func(...any) error) error {
		w := Wait{Kind: ToRead, Mine: true, Who: by.Person}
		var since int64
		err := scan(&w.Space, &w.What, &w.Count, &since, &w.Item)
		w.Since = store.Time(since)
		out = append(out, w)
		return err
	})
	if err != nil {
		return nil, err
	}
	if out, err = mentioned(a, by, args, out); err != nil {
		return nil, err
	}
	if by.Role.Inside() {
		if out, err = othersUnread(a, by, ask, args, out); err != nil {
			return nil, err
		}
	}
	if out, err = awaited(a, by, ask.awaited, args, out); err != nil {
		return nil, err
	}
	if out, err = toAcknowledge(a, by, ask.unacknowledged, args, out); err != nil {
		return nil, err
	}
	if by.Role == authz.Admin || by.Role == authz.Lawyer {
		if out, err = toApprove(a, by, ask.toApprove, args, out); err != nil {
			return nil, err
		}
	}
	if out, err = papers(a, by, args, out); err != nil {
		return nil, err
	}
	if out, err = toChoose(a, by, args, out); err != nil {
		return nil, err
	}
	if out, err = toSettle(a, by, args, out); err != nil {
		return nil, err
	}
	if out, err = toReply(a, by, args, out); err != nil {
		return nil, err
	}
	out = slices.DeleteFunc(out, func(w Wait) bool { return !by.Pass.Takes(reading(w.What)) })
	slices.SortStableFunc(out, func(x, y Wait) int {
		return cmp.Or(order(y.Mine, x.Mine), order(x.By == "", y.By == ""), cmp.Compare(x.By, y.By), x.Since.Compare(y.Since))
	})
	return out, nil
}

// mentioned adds the memos that name the actor, until she has read them.
func mentioned(a *act.Act, by authz.Actor, args []any, out []Wait) ([]Wait, error) {
	err := a.Each(selectMentioned, args, func(scan func(...any) error) error {
		w := Wait{Kind: Mentioned, What: item.Memo, Mine: true, Who: by.Person}
		var since int64
		err := scan(&w.Space, &w.Count, &since, &w.Item)
		w.Since = store.Time(since)
		out = append(out, w)
		return err
	})
	return out, err
}

func unreadBy(a *act.Act, others store.FirmStmt, args []any, out []Wait) ([]Wait, error) {
	err := a.Each(others, args, func(scan func(...any) error) error {
		w := Wait{Kind: ToRead}
		var since int64
		err := scan(&w.Space, &w.Who, &w.What, &w.Count, &since, &w.Item)
		w.Since = store.Time(since)
		w.Silent = a.Now.Sub(w.Since) >= Silence
		out = append(out, w)
		return err
	})
	return out, err
}

// toApprove adds what a lawyer is asked to approve in the spaces that she
// answers for.
func toApprove(a *act.Act, by authz.Actor, asked store.FirmStmt, args []any, out []Wait) ([]Wait, error) {
	err := a.Each(asked, args, func(scan func(...any) error) error {
		w := Wait{Kind: ToApprove, What: item.Document, Who: by.Person, Mine: true}
		var since int64
		err := scan(&w.Space, &w.Count, &since, &w.Item)
		w.Since = store.Time(since)
		out = append(out, w)
		return err
	})
	return out, err
}

func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
