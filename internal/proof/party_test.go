package proof

import (
	"slices"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/forum"
	"cenacle/internal/i18n"
	"cenacle/internal/lifecycle"
	"cenacle/internal/space"
)

// What the oracle knows of forums: a party has what it keeps to itself until it
// puts it onto the common table, and nothing but exhibits comes before parties.

// partyOf is the party that somebody is in now, or "".
func (o *oracle) partyOf(person, space string) string {
	for c := range o.spaces[space].party {
		if o.spaces[space].party[c] && o.in(person, space, c) {
			return c
		}
	}
	return ""
}

func (o *oracle) forum(space string) bool {
	for _, is := range o.spaces[space].party {
		if is {
			return true
		}
	}
	return false
}

// beforeParties says whether circles would put something before the parties of a
// forum.
func (o *oracle) beforeParties(space string, circles []string) bool {
	return o.forum(space) && slices.ContainsFunc(circles, func(c string) bool { return c == "all" || o.spaces[space].party[c] })
}

// askParty is the verdict on filing into the private tray of one's own party: it
// exists for its people alone, and its readers read.
func (o *oracle) askParty(v visitor, space string) verdict {
	switch role := o.role(v, space); {
	case role == "" || o.partyOf(v.person, space) == "":
		return absent
	case role != "guest":
		return refused
	}
	return granted
}

// askRelease is the verdict on putting a document onto the common table.
func (o *oracle) askRelease(v visitor, item string) verdict {
	i := o.items[item]
	if !o.sees(v, item) {
		return absent
	}
	role := o.role(v, i.space)
	lawyer := o.roles[v.person][v.firm] == "admin" || o.roles[v.person][v.firm] == "lawyer"
	switch {
	case role != "guest" && !(lawyer && (role == "lead" || role == "colleague")):
		return refused
	case !o.forum(i.space) || slices.ContainsFunc(i.to, func(to sending) bool { return to.circle == "all" }):
		return clashes
	case role == "guest" && !i.brought:
		return refused
	case o.silent(i.space, o.partyOf(v.person, i.space)):
		return clashes // a party would not have it
	}
	return granted
}

// silent says whether nobody reads for a party of a space, besides one.
func (o *oracle) silent(space, but string) bool {
	s := o.spaces[space]
	for c, is := range s.party {
		reads := false
		for p := range s.circles[c] {
			reads = reads || o.in(p, space, c)
		}
		if is && c != but && !reads {
			return true
		}
	}
	return false
}

// partisans leaves of some people, mostly, those whom a party takes.
func (l *life) partisans(s *oracleRoom, of []string) []string {
	if l.r.IntN(4) == 0 {
		return of
	}
	return slices.DeleteFunc(of, func(p string) bool {
		role := l.o.spaces[s.handle].members[p].role
		return role != "guest" && role != "reader" || !l.o.member(s.handle, p) || l.o.partyOf(p, s.handle) != ""
	})
}

// tabled is how a release is counted, before how it ended.
const tabled = "puts a document onto the common table "

// confer makes a space a forum of two parties, of a guest and a reader each.
func (l *life) confer(s *oracleRoom) {
	l.t.Helper()
	i := slices.IndexFunc(l.visitors, func(v guestbook) bool { return v.visitor == visitor{l.o.spaces[s.handle].lead, s.firm, ""} })
	lead := l.visitors[i].actor
	for range 2 {
		n := circle.New{Space: s.id, Kind: circle.Party}
		var people []string
		for _, role := range []string{"guest", "reader"} {
			p := l.stranger()
			for l.o.member(s.handle, p) {
				p = l.stranger()
			}
			_, err := l.server.Lifecycle.AddGuest(l.t.Context(), lead, s.id, lifecycle.Guest{
				Name: l.people[p].name, Email: l.people[p].email, Role: authz.Role(role), Language: i18n.French,
			})
			l.must(err)
			l.o.card(p, s.firm)
			l.o.joins(s.handle, p, role, l.o.tick())
			people, n.People = append(people, p), append(n.People, l.people[p].id)
		}
		token := l.word()
		n.Name = "Partie " + token
		made, err := l.server.Circles.Make(l.t.Context(), lead, n)
		l.must(err)
		l.circles[string(made.ID)] = token
		l.o.names(s.handle, string(made.ID), circle.Party, people, "")
	}
}

// partisan is mostly somebody who acts for a party of a space, where there is one.
func (l *life) partisan(v guestbook, s *oracleRoom) guestbook {
	var of []guestbook
	for _, one := range l.visitors {
		if l.o.askParty(one.visitor, s.handle) == granted {
			of = append(of, one)
		}
	}
	if len(of) == 0 || l.r.IntN(4) == 0 {
		return v
	}
	return pick(l, of)
}

func (l *life) fileForParty(v guestbook, s *oracleRoom) {
	l.t.Helper()
	var forums []*oracleRoom
	for _, one := range l.spaces {
		if one.firm == s.firm && l.o.forum(one.handle) {
			forums = append(forums, one)
		}
	}
	if len(forums) > 0 {
		s = pick(l, forums)
	}
	v = l.partisan(v, s)
	kept := l.store(v, s, document.BeginUpload{Space: s.id, Tray: space.PartyTray}, "party", []string{l.o.partyOf(v.person, s.handle)})
	if kept && (l.count[tabled+string(granted)] == 0 || l.r.IntN(2) == 0) {
		l.release(v, l.items[len(l.items)-1])
	}
}

func (l *life) release(v guestbook, doc *thing) {
	l.t.Helper()
	v = l.partisan(v, l.roomOf(doc.space))
	want := l.o.askRelease(v.visitor, doc.handle)
	if l.judged(strings.TrimSpace(tabled), v.visitor, want, l.server.Documents.Release(l.t.Context(), v.actor, document.Releasing{Document: doc.id, Confirm: []string{"wide"}})) {
		l.o.sends(doc.handle, []string{"all"}, false)
		l.o.items[doc.handle].exhibit = true
	}
}

// exhibited is how what somebody is told of an exhibit is counted.
const exhibited = "is told of an exhibit "

// readExhibits reads what the parties of a forum have communicated, and the register,
// as a visitor: of exhibits exactly those that she sees, in the versions that she sees,
// and of receptions those of her own side unless she is of the firm.
func (l *life) readExhibits(v guestbook) {
	l.t.Helper()
	var forums []*oracleRoom
	for _, s := range l.spaces {
		if l.o.forum(s.handle) {
			forums = append(forums, s)
		}
	}
	s := pick(l, forums)
	role, party := l.o.role(v.visitor, s.handle), l.o.partyOf(v.person, s.handle)
	want := granted
	if role == "" {
		want = absent
	}
	all, err := l.server.Forums.Lists(l.t.Context(), v.actor, s.id)
	if !l.judged("reads the exhibits", v.visitor, want, err) {
		all = nil
	}
	listed := map[string]bool{}
	for _, one := range all {
		for _, p := range one.Pieces {
			l.readExhibit(v, p)
			listed[string(p.Item)] = true
		}
	}
	for handle, i := range l.o.items {
		if i.space == s.handle && i.exhibit && want == granted && l.o.sees(v.visitor, handle) && !listed[handle] {
			l.t.Errorf("%v is not told of the exhibit %s", v.visitor, handle)
		}
	}
	if want == granted && !ofFirm(role) && role != "client" && party == "" {
		want = refused
	}
	r, err := l.server.Forums.Register(l.t.Context(), v.actor, s.id)
	if !l.judged("reads the register", v.visitor, want, err) {
		return
	}
	if own := len(r.Parties) == 1 && (party == "" || string(r.Parties[0].ID) == party); !ofFirm(role) && !own {
		l.t.Errorf("LEAK: %v reads of the parties %+v", v.visitor, r.Parties)
	}
	for _, line := range r.Lines {
		l.readExhibit(v, line.Piece)
	}
}

// readExhibit demands that a visitor sees the very bytes that she is told of; of what was
// taken away the firm's side knows the number alone.
func (l *life) readExhibit(v guestbook, p forum.Piece) {
	l.t.Helper()
	i := slices.IndexFunc(l.items, func(it *thing) bool { return it.handle == string(p.Item) })
	if p.Title == "" && ofFirm(l.o.role(v.visitor, l.o.items[string(p.Item)].space)) {
		return
	}
	if i < 0 || !l.o.seesVersion(v.visitor, string(p.Item), slices.Index(l.items[i].versions, p.Version)) {
		l.t.Errorf("LEAK: %v is told of the exhibit %s, version %s", v.visitor, p.Label(), p.Version)
	}
	l.count[exhibited+string(granted)]++
}
