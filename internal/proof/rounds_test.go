package proof

import (
	"encoding/json"
	"slices"
	"time"

	"cenacle/internal/api"
	"cenacle/internal/id"
	"cenacle/internal/offer"
)

// What the oracle knows of sealed offers: a round is for its parties and for the firm's
// side, and what is offered is nobody's to read before all of it is opened.

// oracleRound is a round of sealed offers. A party is a circle, the firm's own for the firm
// and its clients.
type oracleRound struct {
	space   string
	parties []string
	in      map[string]bool // which have put one in
	keys    map[string]bool // which have handed in their secrets
}

func (r *oracleRound) locked() bool { return len(r.in) == len(r.parties) }
func (r *oracleRound) opened() bool { return len(r.keys) == len(r.parties) }

// asksRound is the verdict on beginning a round: for lawyers there.
func (o *oracle) asksRound(v visitor, space string, parties []string) verdict {
	role, card := o.role(v, space), o.roles[v.person][v.firm]
	switch {
	case role == "":
		return absent
	case role != "lead" && role != "colleague" || card != "admin" && card != "lawyer":
		return refused
	case len(parties) < 2 || slices.ContainsFunc(parties, func(c string) bool { return c != "firm" && !o.spaces[space].party[c] }):
		return useless
	}
	return granted
}

// seesRound: whoever is of one of its parties now, and the firm's side.
func (o *oracle) seesRound(v visitor, round string) bool {
	r := o.rounds[round]
	for _, c := range append([]string{"firm"}, r.parties...) {
		if o.in(v.person, r.space, c) || c == "firm" && slices.Contains(r.parties, c) && o.in(v.person, r.space, "client") {
			return o.role(v, r.space) != ""
		}
	}
	return false
}

// sideOf is the party that somebody stands for, or "".
func (o *oracle) sideOf(v visitor, space string) string {
	if party := o.partyOf(v.person, space); party != "" {
		return party
	}
	if role := o.role(v, space); ofFirm(role) || role == "client" {
		return "firm"
	}
	return ""
}

// bids is the verdict on acting for one's party of a round, unless things stand against it.
func (o *oracle) bids(v visitor, round string, against func(r *oracleRound, side string) bool) verdict {
	r, card := o.rounds[round], o.roles[v.person][v.firm]
	role, side := o.role(v, r.space), o.sideOf(v, r.space)
	lawyer := (role == "lead" || role == "colleague") && (card == "admin" || card == "lawyer")
	switch {
	case !o.seesRound(v, round):
		return absent
	case role != "guest" && !lawyer, !slices.Contains(r.parties, side):
		return refused
	case against(r, side):
		return clashes
	}
	return granted
}

// bidding is a round, with what its parties keep to themselves.
type bidding struct {
	handle, space, subject string
	id                     id.Round
	secrets                map[string]offer.Secret // of each party that has put one in
	terms                  map[string]string       // the word in its terms
}

// agreed adds the words of a round that a visitor may read: the terms once it is opened.
func (l *life) agreed(v visitor, r *bidding, to map[string]string) {
	if !l.o.seesRound(v, r.handle) {
		return
	}
	to[r.subject] = "round " + r.handle
	if l.o.rounds[r.handle].opened() {
		for party, word := range r.terms {
			to[word] = "terms of " + party
		}
	}
}

// named adds the names of the parties of a forum's rounds that a visitor sees: each knows
// whom she bids against.
func (l *life) named(v visitor, space string, to map[string]string) {
	for _, r := range l.rounds {
		if r.space != space || !l.o.seesRound(v, r.handle) {
			continue
		}
		for _, party := range l.o.rounds[r.handle].parties {
			if word := l.circles[party]; word != "" {
				to[word] = "party " + party
			}
		}
	}
}

// unseals is how the opening of all offers of a round is counted.
const unseals = "opens sealed offers "

// bid is a step of a round in a forum, or the beginning of one.
func (l *life) bid(v guestbook) {
	l.t.Helper()
	var forums []*oracleRoom
	for _, s := range l.spaces {
		if l.o.forum(s.handle) {
			forums = append(forums, s)
		}
	}
	s := pick(l, forums)
	open := slices.DeleteFunc(slices.Clone(l.rounds), func(r *bidding) bool { return l.o.rounds[r.handle].opened() })
	if len(open) < 2 || l.r.IntN(12) == 0 {
		l.askRound(v, s)
		return
	}
	r := pick(l, open)
	is := l.o.rounds[r.handle]
	v = l.bidder(v, r)
	switch n := l.r.IntN(8); {
	case n == 0:
		l.takeBack(v, r)
	case n < 7 == is.locked():
		l.unlock(v, r)
	default:
		l.put(v, r)
	}
}

// bidder is mostly somebody whose turn it is in a round.
func (l *life) bidder(v guestbook, r *bidding) guestbook {
	var of []guestbook
	for _, one := range l.visitors {
		if l.o.bids(one.visitor, r.handle, func(is *oracleRound, side string) bool { return is.in[side] && !is.locked() || is.keys[side] }) == granted {
			of = append(of, one)
		}
	}
	if len(of) > 0 && l.r.IntN(4) > 0 {
		return pick(l, of)
	}
	if s := l.roomOf(r.space); v.visitor.firm != s.firm { // acts of another firm cannot be said
		return pick(l, slices.DeleteFunc(slices.Clone(l.visitors), func(g guestbook) bool { return g.visitor.firm != s.firm }))
	}
	return v
}

func (l *life) askRound(v guestbook, s *oracleRoom) {
	l.t.Helper()
	lead := slices.IndexFunc(l.visitors, func(g guestbook) bool { return g.visitor == visitor{l.o.spaces[s.handle].lead, s.firm, ""} })
	if v.visitor.firm != s.firm || l.r.IntN(3) > 0 {
		v = l.visitors[lead]
	}
	parties := slices.DeleteFunc(l.o.circlesOf(s.handle), func(c string) bool { return c != "firm" && !l.o.spaces[s.handle].party[c] })
	if l.r.IntN(3) == 0 {
		parties = some(l, l.o.circlesOf(s.handle)...)
	}
	token := l.word()
	made, err := l.server.Offers.Ask(l.t.Context(), v.actor, offer.Asking{
		Space: s.id, Subject: "Offres " + token, Until: l.clock.now().Add(48 * time.Hour), Parties: s.circles(parties),
	})
	if l.judged("asks for sealed offers", v.visitor, l.o.asksRound(v.visitor, s.handle, parties), err) {
		l.rounds = append(l.rounds, &bidding{string(made.ID), s.handle, token, made.ID, map[string]offer.Secret{}, map[string]string{}})
		l.o.rounds[string(made.ID)] = &oracleRound{s.handle, parties, map[string]bool{}, map[string]bool{}}
		l.o.tick()
	}
}

func (l *life) put(v guestbook, r *bidding) {
	l.t.Helper()
	s, side, token := l.roomOf(r.space), l.o.sideOf(v.visitor, r.space), l.word()
	var secret offer.Secret
	for i := range secret {
		secret[i] = byte(l.r.IntN(256))
	}
	var party id.Circle
	if side != "" {
		party = s.circles([]string{side})[0]
	}
	sealed, err := offer.Seal(r.id, party, secret, offer.Terms{Words: "Nous offrons " + token})
	l.must(err)
	want := l.o.bids(v.visitor, r.handle, func(is *oracleRound, side string) bool { return is.in[side] || is.locked() })
	_, err = l.server.Offers.Put(l.t.Context(), v.actor, offer.Putting{Space: s.id, Round: r.id, Envelope: sealed})
	if l.judged("puts in a sealed offer", v.visitor, want, err) {
		r.secrets[side], r.terms[side] = secret, token
		l.o.rounds[r.handle].in[side] = true
	}
}

func (l *life) takeBack(v guestbook, r *bidding) {
	l.t.Helper()
	want := l.o.bids(v.visitor, r.handle, func(is *oracleRound, side string) bool { return !is.in[side] || is.locked() })
	if l.judged("takes a sealed offer back", v.visitor, want, l.server.Offers.Withdraw(l.t.Context(), v.actor, l.roomOf(r.space).id, r.id)) {
		side := l.o.sideOf(v.visitor, r.space)
		delete(r.secrets, side)
		delete(r.terms, side)
		delete(l.o.rounds[r.handle].in, side)
	}
}

func (l *life) unlock(v guestbook, r *bidding) {
	l.t.Helper()
	side, is := l.o.sideOf(v.visitor, r.space), l.o.rounds[r.handle]
	want := l.o.bids(v.visitor, r.handle, func(is *oracleRound, side string) bool { return !is.locked() || is.keys[side] })
	_, err := l.server.Offers.Unlock(l.t.Context(), v.actor, l.roomOf(r.space).id, r.id, r.secrets[side].String())
	if !l.judged("hands in a secret", v.visitor, want, err) {
		return
	}
	if is.keys[side] = true; is.opened() {
		l.count[unseals+string(granted)]++
	}
}

// readRounds reads the sealed offers of a forum by a page, or one round of them: once it is
// opened, with all that was offered.
func (l *life) readRounds(v guestbook) {
	l.t.Helper()
	if len(l.rounds) == 0 {
		return
	}
	r := pick(l, l.rounds)
	s := l.roomOf(r.space)
	if v.scope == "" {
		v.visitor.firm = s.firm
	}
	_, may := l.words(v.visitor, s)
	may[s.token] = "the space"
	l.named(v.visitor, s.handle, may)
	must := map[string]string{}
	if l.r.IntN(2) == 0 {
		for _, one := range l.rounds {
			if one.space == s.handle && l.o.seesRound(v.visitor, one.handle) {
				must[one.subject] = "round " + one.handle
			}
		}
		if a := v.do(get(l.at(s, "offers"))); l.ends("sealed offers", v, l.o.ask(v.visitor, "see", s.handle), a) {
			l.shows("sealed offers", v, a, must, may)
		}
		return
	}
	if l.agreed(v.visitor, r, must); len(must) > 0 {
		l.ends("a round", v, granted, v.do(get(l.at(s, "offers", r.handle))))
		l.shows("a round", v, v.do(get(l.at(s, "offers", r.handle))), must, may)
		return
	}
	l.ends("a round", v, absent, v.do(get(l.at(s, "offers", r.handle))))
}

// roundsBy asks a program for the rounds of a forum.
func (l *life) roundsBy(v guestbook, p browser) {
	l.t.Helper()
	if len(l.rounds) == 0 {
		return
	}
	r := pick(l, l.rounds)
	s, must := l.roomOf(r.space), map[string]string{}
	root := api.Root + "/spaces/" + string(s.id) + "/offers"
	if a := p.do(get(root)); l.grants("rounds", v, l.o.ask(v.visitor, "see", s.handle), a) {
		var got struct{ Rounds []struct{ ID string } }
		l.must(json.Unmarshal(a.body, &got))
		var ids []string
		for _, one := range got.Rounds {
			ids = append(ids, one.ID)
		}
		want := map[string]bool{}
		for _, one := range l.rounds {
			if one.space == s.handle && l.o.seesRound(v.visitor, one.handle) {
				want[one.handle] = true
			}
		}
		l.exactly("rounds", v, ids, want)
	}
	want := granted
	if l.agreed(v.visitor, r, must); len(must) == 0 {
		want = absent
	}
	_, may := l.words(v.visitor, s)
	l.named(v.visitor, s.handle, may)
	if a := p.do(get(root + "/" + r.handle)); l.grants("a round", v, want, a) {
		l.shows("program: a round", v, a, must, may)
	}
}
