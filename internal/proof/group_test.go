package proof

import (
	"slices"

	"cenacle/internal/id"
)

// oracleGroup is a group of a firm's own people. What it gives somebody in a space is a
// stay that says which groups hold it; one that none holds is her own.
type oracleGroup struct {
	firm   string
	people map[string]bool
	in     map[string]string // space, the circle that its people are in there
	circle map[string]string // the same, also once it has gone
}

// keeps is the verdict on changing the groups of a firm: for who administers it.
func (o *oracle) keeps(v visitor) verdict {
	switch role := o.roles[v.person][v.firm]; {
	case v.scope != "" || !staff(role):
		return absent
	case role != "admin":
		return refused
	}
	return granted
}

// admits is the verdict on letting somebody into a group.
func (o *oracle) admits(v visitor, group, person string) verdict {
	g := o.groups[group]
	switch asked := o.keeps(v); {
	case asked != granted:
		return asked
	case !staff(o.roles[person][g.firm]):
		return useless
	case g.people[person] || person == v.person && len(g.in) > 0:
		return clashes
	}
	return granted
}

// places is the verdict on putting a group into a space, or taking it out: for lawyers there.
func (o *oracle) places(v visitor, space, group string, out bool) verdict {
	g, role, card := o.groups[group], o.role(v, space), o.roles[v.person][v.firm]
	_, there := g.in[space]
	circle, known := g.circle[space]
	switch {
	case role == "":
		return absent
	case role != "lead" && role != "colleague" || card != "admin" && card != "lawyer":
		return refused
	case out && !there:
		return absent
	case !out && (there || known && !o.in(v.person, space, circle)):
		return clashes
	}
	return granted
}

// byGroup says whether somebody is in a space, or in a circle of it, by groups alone.
func (s stay) byGroup() bool { return !s.over && len(s.by) > 0 }

// sits has a group put one of its people into a space.
func (o *oracle) sits(group, space, person string, at int) {
	s, c := o.spaces[space], o.groups[group].in[space]
	if s.walls[person] {
		return
	}
	fresh := !o.member(space, person)
	if fresh {
		o.joins(space, person, o.roleFor(person, s.firm), at)
	}
	if m := s.members[person]; fresh || m.byGroup() {
		m.by = append(slices.Clone(m.by), group)
		s.members[person] = m
	}
	for _, name := range []string{"all", "firm", c} {
		in, known := s.circles[name][person]
		if entered := fresh && name != c; entered || !known || in.over {
			if !entered {
				in = stay{since: at}
			}
			in.by = []string{group}
		} else if in.byGroup() {
			in.by = append(slices.Clone(in.by), group)
		}
		s.circles[name][person] = in
	}
}

// rises ends what a group alone gave somebody in a space.
func (o *oracle) rises(group, space, person string) {
	s := o.spaces[space]
	without := func(in stay) (stay, bool) {
		if !in.byGroup() || !slices.Contains(in.by, group) {
			return in, false
		}
		in.by = slices.DeleteFunc(slices.Clone(in.by), func(g string) bool { return g == group })
		return in, len(in.by) == 0
	}
	m, ends := without(s.members[person])
	if s.members[person] = m; ends {
		o.leaves(space, person)
		return
	}
	for _, circle := range s.circles {
		if in, known := circle[person]; known {
			if in, ends = without(in); ends {
				in.over = true
			}
			circle[person] = in
		}
	}
}

// remains makes her place in a space her own.
func (o *oracle) remains(space, person string) {
	s := o.spaces[space]
	for _, in := range []map[string]stay{s.members, s.circles["all"], s.circles["firm"]} {
		one := in[person]
		one.by = nil
		in[person] = one
	}
}

// group does something to a group of the firm of a space.
func (l *life) group(v guestbook, s *oracleRoom) {
	l.t.Helper()
	var of []string
	for handle, g := range l.o.groups {
		if g.firm == s.firm {
			of = append(of, handle)
		}
	}
	slices.Sort(of)
	if len(of) < 2 {
		l.makeGroup(v, s.firm)
		return
	}
	g := pick(l, of)
	switch n := l.r.IntN(20); {
	case n < 7:
		l.admitToGroup(v, s, g)
	case n < 10:
		l.dismissFromGroup(v, s, g)
	case n < 16:
		l.attach(v, s, g)
	case n < 19:
		l.detach(v, s, g)
	default:
		l.dissolve(v, g)
	}
}

func (l *life) makeGroup(v guestbook, firm string) {
	l.t.Helper()
	token := l.word()
	made, err := l.server.Groups.Make(l.t.Context(), v.actor, "Groupe "+token)
	if l.judged("makes a group", v.visitor, l.o.keeps(v.visitor), err) {
		l.groups[string(made.ID)] = token
		l.o.groups[string(made.ID)] = &oracleGroup{firm, map[string]bool{}, map[string]string{}, map[string]string{}}
	}
}

func (l *life) admitToGroup(v guestbook, s *oracleRoom, of string) {
	l.t.Helper()
	p := s.firm + "/" + pick(l, []string{"admin", "lawyer", "colleague", "assistant"})
	if l.r.IntN(6) == 0 {
		p = l.stranger()
	}
	want := l.o.admits(v.visitor, of, p)
	if !l.judged("lets somebody into a group", v.visitor, want, l.server.Groups.Admit(l.t.Context(), v.actor, id.Group(of), l.people[p].id)) {
		return
	}
	g, at := l.o.groups[of], l.o.tick()
	g.people[p] = true
	for space := range g.in {
		l.o.sits(of, space, p, at)
	}
}

func (l *life) dismissFromGroup(v guestbook, s *oracleRoom, of string) {
	l.t.Helper()
	p, g := s.firm+"/"+pick(l, []string{"admin", "lawyer", "colleague", "assistant"}), l.o.groups[of]
	want := l.o.keeps(v.visitor)
	if want == granted && !g.people[p] {
		want = absent
	}
	if !l.judged("takes somebody out of a group", v.visitor, want, l.server.Groups.Dismiss(l.t.Context(), v.actor, id.Group(of), l.people[p].id)) {
		return
	}
	l.o.tick()
	delete(g.people, p)
	for space := range g.in {
		l.o.rises(of, space, p)
	}
}

func (l *life) attach(v guestbook, s *oracleRoom, of string) {
	l.t.Helper()
	want, g := l.o.places(v.visitor, s.handle, of, false), l.o.groups[of]
	x, err := l.server.Groups.Attach(l.t.Context(), v.actor, s.id, id.Group(of))
	if !l.judged("puts a group into a space", v.visitor, want, err) {
		return
	}
	if _, known := g.circle[s.handle]; !known {
		l.circles[string(x.Circle)] = l.groups[of]
		g.circle[s.handle] = string(x.Circle)
		l.o.names(s.handle, string(x.Circle), "inner", nil, v.person)
	}
	g.in[s.handle] = string(x.Circle)
	at := l.o.tick()
	for p := range g.people {
		l.o.sits(of, s.handle, p, at)
	}
}

func (l *life) detach(v guestbook, s *oracleRoom, of string) {
	l.t.Helper()
	want, g := l.o.places(v.visitor, s.handle, of, true), l.o.groups[of]
	if !l.judged("takes a group out of a space", v.visitor, want, l.server.Groups.Detach(l.t.Context(), v.actor, s.id, id.Group(of))) {
		return
	}
	l.o.tick()
	delete(g.in, s.handle)
	for p := range g.people {
		l.o.rises(of, s.handle, p)
	}
}

func (l *life) dissolve(v guestbook, of string) {
	l.t.Helper()
	if !l.judged("dissolves a group", v.visitor, l.o.keeps(v.visitor), l.server.Groups.Dissolve(l.t.Context(), v.actor, id.Group(of))) {
		return
	}
	g := l.o.groups[of]
	l.o.tick()
	for space := range g.in {
		for p := range g.people {
			l.o.rises(of, space, p)
		}
	}
	delete(l.o.groups, of)
}
