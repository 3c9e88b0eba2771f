package proof

import (
	"slices"

	"cenacle/internal/circle"
)

// circlesOf are all circles of a space.
func (o *oracle) circlesOf(space string) (out []string) {
	for c := range o.spaces[space].circles {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}

func house(circle string) bool { return circle == "firm" || circle == "client" || circle == "all" }

// in says whether somebody is in a circle now.
func (o *oracle) in(person, space, circle string) bool {
	s, known := o.spaces[space].circles[circle][person]
	return known && !s.over
}

// among says whether somebody is in one of some circles.
func (o *oracle) among(person, space string, circles []string) bool {
	return slices.ContainsFunc(circles, func(c string) bool { return o.in(person, space, c) })
}

// admissible is the verdict on putting somebody into a circle of a kind: a party
// takes guests and readers who are of no other one.
func (o *oracle) admissible(space, person string, kind circle.Kind) verdict {
	s := o.spaces[space]
	role := s.members[person].role
	switch {
	case !o.member(space, person) || kind == circle.Inner && !ofFirm(role):
		return useless
	case kind == circle.Party && role != "guest" && role != "reader":
		return useless
	case kind == circle.Party && o.partyOf(person, space) != "":
		return clashes
	}
	return granted
}

// kind is that of a circle which is none of the house.
func (o *oracle) kind(space, of string) circle.Kind {
	switch s := o.spaces[space]; {
	case s.inner[of]:
		return circle.Inner
	case s.party[of]:
		return circle.Party
	}
	return circle.Named
}

// tends is the verdict on changing a circle: who is in it, of the firm's side.
func (o *oracle) tends(v visitor, space, circle string) verdict {
	switch role := o.role(v, space); {
	case role == "" || house(circle):
		return absent
	case !ofFirm(role) && o.spaces[space].party[circle] && o.in(v.person, space, circle):
		return refused // it is hers, and the firm keeps it
	case !ofFirm(role):
		return absent
	case o.spaces[space].party[circle]:
		return granted
	case !o.in(v.person, space, circle):
		return refused
	}
	return granted
}

// names makes a circle with whoever makes it, the lead and others; a party with
// its own people alone.
func (o *oracle) names(space, of string, kind circle.Kind, people []string, by string) {
	at := o.tick()
	s := o.spaces[space]
	s.circles[of], s.inner[of], s.party[of] = map[string]stay{}, kind == circle.Inner, kind == circle.Party
	if kind != circle.Party {
		people = append(people, by, s.lead)
	}
	for _, p := range people {
		s.circles[of][p] = stay{since: at}
	}
}

// oracleMemo is what decides whom a memo reaches, besides what was chosen.
type oracleMemo struct {
	internal      bool
	thread, about string
}

// memoCircles is whom a memo reaches. The firm chooses, and reads what it sends
// unless it goes to named circles of the writer alone; others answer in named
// circles, or write to the firm and the clients; a guest to everybody.
func (o *oracle) memoCircles(v visitor, space string, m oracleMemo, chosen []string) []string {
	s, role := o.spaces[space], o.role(v, space)
	if !ofFirm(role) {
		if party := o.partyOf(v.person, space); party != "" && slices.Contains(chosen, party) {
			return []string{party}
		}
		if to := o.spoken(v, space, m); len(to) > 0 {
			return to
		}
		if role == "client" {
			return []string{"firm", "client"}
		}
		return []string{"all"}
	}
	out := slices.Clone(chosen)
	if m.internal {
		out = slices.DeleteFunc(out, func(c string) bool { return c != "firm" && !s.inner[c] })
	}
	private := len(out) > 0
	for _, c := range out {
		private = private && !house(c) && o.in(v.person, space, c)
	}
	if !private && !slices.Contains(out, "firm") {
		out = append(out, "firm")
	}
	return out
}

// spoken are those circles of somebody in which she was spoken to, when the
// last thing that she sees of a conversation went to named ones alone.
func (o *oracle) spoken(v visitor, space string, m oracleMemo) (out []string) {
	about, last := m.about, -1
	if t := o.threads[m.thread]; t != nil {
		about = t.about
		for handle, i := range o.items {
			if i.thread == m.thread && o.sees(v, handle) && i.to[0].at > last {
				about, last = handle, i.to[0].at
			}
		}
	}
	if about == "" || !o.sees(v, about) {
		return nil
	}
	for _, to := range o.items[about].to {
		if house(to.circle) {
			return nil
		}
		if o.in(v.person, space, to.circle) {
			out = append(out, to.circle)
		}
	}
	return out
}

// circleWords are the names of the circles that a visitor may know of.
func (l *life) circleWords(v visitor, s *oracleRoom) map[string]string {
	out := map[string]string{}
	role := l.o.role(v, s.handle)
	for _, c := range l.o.circlesOf(s.handle) {
		if !house(c) && (ofFirm(role) || role != "" && l.o.in(v.person, s.handle, c)) {
			out[l.circles[c]] = "circle " + c
		}
	}
	for handle, g := range l.o.groups {
		if g.firm == s.firm && ofFirm(role) {
			out[l.groups[handle]] = "group " + handle
		}
	}
	return out
}

// tend names a circle, or lets somebody in or out of one.
func (l *life) tend(v guestbook, s *oracleRoom) {
	l.t.Helper()
	named := slices.DeleteFunc(l.o.circlesOf(s.handle), house)
	if len(named) < 2 && l.r.IntN(2) == 0 {
		l.name(v, s)
		return
	}
	var of []string
	for p := range l.o.spaces[s.handle].members {
		of = append(of, p)
	}
	slices.Sort(of)
	c, p := pick(l, l.o.circlesOf(s.handle)), pick(l, of)
	want := l.o.tends(v.visitor, s.handle, c)
	ctx, at := l.t.Context(), s.circles([]string{c})[0]
	if l.r.IntN(3) > 0 {
		if want == granted {
			if want = l.o.admissible(s.handle, p, l.o.kind(s.handle, c)); want == granted && l.o.in(p, s.handle, c) && !l.o.spaces[s.handle].circles[c][p].byGroup() {
				want = clashes
			}
		}
		if l.judged("lets somebody into a circle", v.visitor, want, l.server.Circles.Admit(ctx, v.actor, s.id, at, l.people[p].id)) {
			at := l.o.tick()
			if in := l.o.spaces[s.handle].circles[c][p]; in.byGroup() {
				at = in.since // and it is hers from now on
			}
			l.o.spaces[s.handle].circles[c][p] = stay{since: at}
		}
		return
	}
	if want == granted && !l.o.in(p, s.handle, c) {
		want = absent
	} else if want == granted && l.o.spaces[s.handle].lead == p {
		want = clashes
	}
	if l.judged("takes somebody out of a circle", v.visitor, want, l.server.Circles.Dismiss(ctx, v.actor, s.id, at, l.people[p].id)) {
		in := l.o.spaces[s.handle].circles[c][p]
		in.over = true
		l.o.spaces[s.handle].circles[c][p] = in
		l.o.tick()
	}
}

func (l *life) name(v guestbook, s *oracleRoom) {
	l.t.Helper()
	token := l.word()
	n := circle.New{Space: s.id, Name: "Cercle " + token, Kind: pick(l, []circle.Kind{circle.Named, circle.Inner, circle.Party})}
	want := l.o.ask(v.visitor, "manage", s.handle)
	var people []string
	for p := range l.o.spaces[s.handle].members {
		people = append(people, p)
	}
	slices.Sort(people)
	first := some(l, people...)
	if n.Kind == circle.Party {
		first = l.partisans(s, first)
	}
	for _, p := range first {
		n.People = append(n.People, l.people[p].id)
		if want == granted {
			want = l.o.admissible(s.handle, p, n.Kind)
		}
	}
	made, err := l.server.Circles.Make(l.t.Context(), v.actor, n)
	if l.judged("names a circle", v.visitor, want, err) {
		l.circles[string(made.ID)] = token
		l.o.names(s.handle, string(made.ID), n.Kind, first, v.person)
	}
}
