package proof

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/api"
	"cenacle/internal/dav/caldav"
	"cenacle/internal/id"
	"cenacle/internal/slot"
)

// What the oracle knows of agendas. A date is an item like any other, which the firm's
// side changes; times for a meeting are between the firm and the one person they were
// proposed to, whose choice makes such a date.

// oracleDate is what has become of a date.
type oracleDate struct {
	revision int
	off      bool
}

// oracleSlots is times that were proposed to somebody.
type oracleSlots struct {
	space, by, to string
	circles       []string
	state, event  string
	choice        int
}

// within says whether only the firm's own people can ever be in circles.
func (o *oracle) within(space string, circles []string) bool {
	return !slices.ContainsFunc(circles, func(c string) bool { return c != "firm" && !o.spaces[space].inner[c] })
}

// askDate is the verdict on putting a date into an agenda.
func (o *oracle) askDate(v visitor, space string, chosen []string) verdict {
	if asked := o.ask(v, "manage", space); asked != granted || len(chosen) > 0 {
		return asked
	}
	return useless
}

// turns is the verdict on moving a date, or cancelling it.
func (o *oracle) turns(v visitor, date string) verdict {
	asked := o.askItem(v, "manage", date)
	if asked == granted && o.dates[date].off {
		return clashes
	}
	return asked
}

// proposes is the verdict on proposing times to somebody: a client or guest who will see
// the meeting.
func (o *oracle) proposes(v visitor, space, to string, chosen []string) verdict {
	asked := o.askDate(v, space, chosen)
	role := o.spaces[space].members[to].role
	if asked == granted && (!o.member(space, to) || role != "client" && role != "guest" || o.within(space, chosen) || !o.among(to, space, chosen)) {
		return useless
	}
	return asked
}

// seesSlots: the firm's side sees all times that are proposed, others those that are to them.
func (o *oracle) seesSlots(v visitor, of string) bool {
	p := o.slots[of]
	role := o.role(v, p.space)
	return role != "" && (p.to == v.person || ofFirm(role))
}

// answers is the verdict on an answer to times: it is for the one they were proposed to,
// once, and a choice needs who proposed them to be there still.
func (o *oracle) answers(v visitor, of, as string, choice int) verdict {
	p := o.slots[of]
	maker := o.role(visitor{person: p.by, firm: v.firm}, p.space)
	switch role := o.role(v, p.space); {
	case !o.seesSlots(v, of):
		return absent
	case p.to != v.person || role != "client" && role != "guest":
		return refused
	case p.state == as && p.choice == choice:
		return granted
	case p.state != "waiting" || as == "chosen" && !ofFirm(maker):
		return clashes
	}
	return granted
}

// withdraws is the verdict on taking times back.
func (o *oracle) withdraws(v visitor, of string) verdict {
	p := o.slots[of]
	switch {
	case !o.seesSlots(v, of):
		return absent
	case !ofFirm(o.role(v, p.space)):
		return refused
	case p.state != "waiting" && p.state != "withdrawn":
		return clashes
	}
	return granted
}

// arranged are the words of dates, times and sealed offers that a visitor may read in a
// space.
func (l *life) arranged(v visitor, s *oracleRoom) map[string]string {
	out := map[string]string{}
	for _, d := range l.dates {
		if d.space != s.handle || !l.o.sees(v, d.handle) {
			continue
		}
		for _, word := range append([]string{d.title}, d.names...) {
			out[word] = "date " + d.handle
		}
	}
	for _, p := range l.slots {
		if p.space == s.handle && l.o.seesSlots(v, p.handle) {
			out[p.words[0]] = "times " + p.handle
		}
	}
	for _, r := range l.rounds {
		if r.space == s.handle {
			l.agreed(v, r, out)
		}
	}
	return out
}

// arrange does something to the agenda of a space, or to its sealed offers.
func (l *life) arrange(v guestbook, s *oracleRoom) {
	l.t.Helper()
	switch n := l.r.IntN(30); {
	case n < 5:
		l.addDate(v, s)
	case n < 8:
		l.turnDate(v, s, false)
	case n < 10:
		l.turnDate(v, s, true)
	case n < 14:
		l.propose(v, s)
	case n < 19:
		l.answer(v, s)
	case n < 20:
		l.withdraw(v, s)
	default:
		l.bid(v)
	}
}

// someday is one of the next days.
func (l *life) someday() agenda.When {
	return agenda.When{Day: l.clock.now().AddDate(0, 0, 2+l.r.IntN(20)).Format(time.DateOnly), Start: pick(l, []string{"", "09:30", "14:00"})}
}

func (l *life) entry(token string) agenda.Entry {
	return agenda.Entry{Kind: pick(l, []agenda.Kind{agenda.Meeting, agenda.Hearing}), Title: "Date " + token, When: l.someday()}
}

func (l *life) addDate(v guestbook, s *oracleRoom) {
	l.t.Helper()
	token, chosen := l.word(), some(l, l.o.circlesOf(s.handle)...)
	made, err := l.server.Agendas.Add(l.t.Context(), v.actor, agenda.Adding{
		Space: s.id, Entry: l.entry(token), Circles: s.circles(chosen), Confirm: []string{"wide"},
	})
	if l.judged("adds a date", v.visitor, l.o.askDate(v.visitor, s.handle, chosen), err) {
		l.dated(v.visitor, s, made.ID, token, chosen)
	}
}

// dated notes that a date is there.
func (l *life) dated(by visitor, s *oracleRoom, of id.Item, token string, chosen []string) {
	l.dates = append(l.dates, &thing{handle: string(of), space: s.handle, id: of, title: token})
	l.o.dates[string(of)] = &oracleDate{revision: 1}
	l.o.adds(string(of), oracleItem{
		space: s.handle, author: by.person, internal: l.o.within(s.handle, chosen),
	}, l.o.memoCircles(by, s.handle, oracleMemo{}, chosen))
}

// dateOf picks a date of a space; nil when there is none.
func (l *life) dateOf(s *oracleRoom) *thing {
	of := slices.DeleteFunc(slices.Clone(l.dates), func(d *thing) bool { return d.space != s.handle })
	if len(of) == 0 {
		return nil
	}
	return pick(l, of)
}

// turnDate moves and renames a date, or cancels it.
func (l *life) turnDate(v guestbook, s *oracleRoom, off bool) {
	l.t.Helper()
	d := l.dateOf(s)
	if d == nil {
		l.addDate(v, s)
		return
	}
	is, want := l.o.dates[d.handle], l.o.turns(v.visitor, d.handle)
	if off {
		err := l.server.Agendas.Cancel(l.t.Context(), v.actor, agenda.Cancelling{Space: s.id, Event: d.id, Revision: is.revision})
		if l.judged("cancels a date", v.visitor, want, err) {
			is.off, is.revision = true, is.revision+1
		}
		return
	}
	token := l.word()
	err := l.server.Agendas.Change(l.t.Context(), v.actor, agenda.Changing{
		Space: s.id, Event: d.id, Revision: is.revision, Entry: l.entry(token), Confirm: []string{"wide"},
	})
	if l.judged("changes a date", v.visitor, want, err) {
		d.names, d.title, is.revision = append(d.names, d.title), token, is.revision+1
	}
}

func (l *life) propose(v guestbook, s *oracleRoom) {
	l.t.Helper()
	var of []string
	for p := range l.o.spaces[s.handle].members {
		of = append(of, p)
	}
	slices.Sort(of)
	token, to, chosen, when := l.word(), pick(l, of), some(l, l.o.circlesOf(s.handle)...), l.someday()
	made, err := l.server.Slots.Propose(l.t.Context(), v.actor, slot.Proposing{
		Space: s.id, Person: l.people[to].id, Words: slot.Words{Title: "Rendez-vous " + token}, Confirm: []string{"wide"},
		Times: []agenda.When{when, {Day: when.Day, Start: "16:00"}}, Circles: s.circles(chosen),
	})
	if l.judged("proposes times", v.visitor, l.o.proposes(v.visitor, s.handle, to, chosen), err) {
		l.slots = append(l.slots, &slip{string(made.ID), s.handle, string(made.ID), []string{token}})
		l.o.slots[string(made.ID)] = &oracleSlots{space: s.handle, by: v.person, to: to, circles: l.o.memoCircles(v.visitor, s.handle, oracleMemo{}, chosen), state: "waiting"}
		l.o.tick()
	}
}

// slotsOf picks times that were proposed in a space, mostly some that wait; nil when there
// are none.
func (l *life) slotsOf(s *oracleRoom) *slip {
	of := slices.DeleteFunc(slices.Clone(l.slots), func(p *slip) bool { return p.space != s.handle })
	waiting := slices.DeleteFunc(slices.Clone(of), func(p *slip) bool { return l.o.slots[p.handle].state != "waiting" })
	if len(waiting) > 0 && l.r.IntN(4) > 0 {
		of = waiting
	}
	if len(of) == 0 {
		return nil
	}
	return pick(l, of)
}

// chose is how the choice of a time is counted.
const chose = "chooses a time "

// answer is an answer to times: mostly of the one they were proposed to.
func (l *life) answer(v guestbook, s *oracleRoom) {
	l.t.Helper()
	one := l.slotsOf(s)
	if one == nil {
		l.propose(v, s)
		return
	}
	p := l.o.slots[one.handle]
	if i := slices.IndexFunc(l.visitors, func(g guestbook) bool { return g.visitor.firm == s.firm && g.person == p.to }); i >= 0 && l.r.IntN(3) > 0 {
		v = l.visitors[i]
	}
	of, ctx := id.Proposal(one.id), l.t.Context()
	if l.r.IntN(4) == 0 {
		if l.judged("declines times", v.visitor, l.o.answers(v.visitor, one.handle, "declined", 0), l.server.Slots.Decline(ctx, v.actor, s.id, of)) {
			p.state = "declined"
		}
		return
	}
	choice := l.r.IntN(2)
	event, err := l.server.Slots.Choose(ctx, v.actor, slot.Choosing{Space: s.id, Proposal: of, Choice: choice})
	if !l.judged(chose[:len(chose)-1], v.visitor, l.o.answers(v.visitor, one.handle, "chosen", choice), err) {
		return
	}
	if p.state == "chosen" {
		if string(event) != p.event {
			l.t.Errorf("%v chooses the same twice: the meeting is %s, then %s", v.visitor, p.event, event)
		}
		return
	}
	p.state, p.choice, p.event = "chosen", choice, string(event)
	l.dated(visitor{person: p.by, firm: s.firm}, s, event, one.words[0], p.circles)
}

func (l *life) withdraw(v guestbook, s *oracleRoom) {
	l.t.Helper()
	if one := l.slotsOf(s); one != nil {
		if l.judged("takes times back", v.visitor, l.o.withdraws(v.visitor, one.handle), l.server.Slots.Withdraw(l.t.Context(), v.actor, s.id, id.Proposal(one.id))) {
			l.o.slots[one.handle].state = "withdrawn"
		}
	}
}

// readDates reads the agenda of a space, one of its dates, or the times that are proposed.
func (l *life) readDates(v guestbook, s *oracleRoom) {
	l.t.Helper()
	_, may := l.words(v.visitor, s)
	if ofFirm(l.o.role(v.visitor, s.handle)) {
		may[s.token] = "the space"
	}
	must, see := map[string]string{}, l.o.ask(v.visitor, "see", s.handle)
	switch d := l.dateOf(s); l.r.IntN(4) {
	case 0:
		for _, one := range l.dates {
			if one.space == s.handle && l.o.sees(v.visitor, one.handle) {
				must[one.title] = "date " + one.handle
			}
		}
		if a := v.do(get(l.at(s, "agenda"))); l.ends("agenda", v, see, a) {
			l.shows("agenda", v, a, must, may)
		}
	case 1:
		for _, one := range l.slots {
			if one.space == s.handle && l.o.slots[one.handle].state == "waiting" && l.o.seesSlots(v.visitor, one.handle) {
				must[one.words[0]] = "times " + one.handle
			}
		}
		if a := v.do(get(l.at(s, "slots"))); l.ends("times", v, see, a) {
			l.shows("times", v, a, must, may)
		}
	case 2:
		if d != nil {
			if a := v.do(get(l.at(s, "agenda", d.handle))); l.ends("date", v, l.o.askItem(v.visitor, "see", d.handle), a) {
				l.shows("date", v, a, map[string]string{d.title: "its title"}, may)
			}
		}
	case 3:
		if d != nil {
			if a := v.do(get(l.at(s, "agenda", d.handle, "why"))); l.ends("why a date", v, l.o.askItem(v.visitor, "manage", d.handle), a) {
				l.shows("why a date", v, a, map[string]string{d.title: "its title"}, may)
			}
		}
	}
}

// datesOf are the dates that a visitor sees, of one space or of all in her firm.
func (l *life) datesOf(v visitor, in string) map[string]bool {
	out := map[string]bool{}
	for _, d := range l.dates {
		if (in == "" || d.space == in) && l.o.spaces[d.space].firm == v.firm && l.o.sees(v, d.handle) {
			out[d.handle] = true
		}
	}
	return out
}

// exactly demands of what a visitor was given that it is what she sees, each once.
func (l *life) exactly(what string, v guestbook, got []string, want map[string]bool) {
	l.t.Helper()
	for _, one := range got {
		if !want[one] {
			l.t.Errorf("LEAK, or twice: %v is given %s in %s", v.visitor, one, what)
		}
		delete(want, one)
	}
	if len(want) > 0 {
		l.t.Errorf("%v is not given %v in %s", v.visitor, want, what)
	}
}

// datesBy asks a program for the agenda of a space, for all of them, for one date, or for
// the times that are proposed.
func (l *life) datesBy(v guestbook, p browser, s *oracleRoom) {
	l.t.Helper()
	root := api.Root + "/spaces/" + string(s.id)
	var got struct {
		Events    []struct{ ID string }
		Proposals []struct{ ID string }
	}
	ids := func(of []struct{ ID string }) (out []string) {
		for _, one := range of {
			out = append(out, one.ID)
		}
		return out
	}
	switch see := l.o.ask(v.visitor, "see", s.handle); l.r.IntN(4) {
	case 0:
		if a := p.do(get(root + "/agenda?limit=1000")); l.grants("agenda", v, see, a) {
			l.must(json.Unmarshal(a.body, &got))
			l.exactly("an agenda", v, ids(got.Events), l.datesOf(v.visitor, s.handle))
		}
	case 1:
		if a := p.do(get(api.Root + "/agenda?limit=1000")); l.grants("all agendas", v, granted, a) {
			l.must(json.Unmarshal(a.body, &got))
			l.exactly("all agendas", v, ids(got.Events), l.datesOf(v.visitor, v.scope))
		}
	case 2:
		if a := p.do(get(root + "/slots")); l.grants("times", v, see, a) {
			l.must(json.Unmarshal(a.body, &got))
			want := map[string]bool{}
			for _, one := range l.slots {
				want[one.handle] = one.space == s.handle && l.o.seesSlots(v.visitor, one.handle)
			}
			for handle, sees := range want {
				if !sees {
					delete(want, handle)
				}
			}
			l.exactly("times", v, ids(got.Proposals), want)
		}
	case 3:
		if d := l.dateOf(s); d != nil {
			_, may := l.words(v.visitor, s)
			if a := p.do(get(root + "/agenda/" + d.handle)); l.grants("date", v, l.o.askItem(v.visitor, "see", d.handle), a) {
				l.shows("program: date", v, a, map[string]string{d.title: "its title"}, may)
			}
		}
	}
}

var (
	uid    = regexp.MustCompile(`(?m)^UID:([0-9a-z]{26})`)
	linked = regexp.MustCompile(`([0-9a-z]{26})\.ics</`)
)

// calendarBy reads a calendar: its feed and its collection have the dates that she sees and
// no word of any; and one of them is there for her, or is not.
func (l *life) calendarBy(v guestbook, d browser) {
	l.t.Helper()
	home := caldav.Root + string(l.firms[v.visitor.firm].id) + "/calendars/all/"
	list := call{method: "PROPFIND", path: home, body: []byte(`<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>`)}.with("Depth", "1")
	for what, one := range map[string]struct {
		call   call
		status int
		id     *regexp.Regexp
	}{"feed": {get(caldav.Feed), http.StatusOK, uid}, "collection": {list, http.StatusMultiStatus, linked}} {
		a := d.want(one.status, one.call)
		var got []string
		for _, m := range one.id.FindAllSubmatch(a.body, -1) {
			got = append(got, string(m[1]))
		}
		l.exactly("the "+what+" of a calendar", v, got, l.datesOf(v.visitor, ""))
		l.shows("calendar: "+what, v, a, nil, nil)
		l.count[fmt.Sprintf("program: calendar, %d dates %s", min(len(got), 1), granted)]++
	}
	if len(l.dates) == 0 {
		return
	}
	one := pick(l, l.dates)
	want := absent
	if l.datesOf(v.visitor, "")[one.handle] {
		want = granted
	}
	a := d.do(get(home + one.handle + ".ics"))
	l.grants("calendar: a date", v, want, a)
	l.shows("calendar: a date", v, a, nil, nil)
}
