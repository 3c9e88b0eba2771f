package proof

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	"cenacle/internal/space"
)

// life is two firms living at random, beside an oracle that is told what was
// done and asked what must come of it.
type life struct {
	*world
	r        *rand.Rand
	o        *oracle
	firms    map[string]*cabinet
	people   map[string]*person // by handle; of the firm's own people and of everybody else
	visitors []guestbook
	spaces   []*oracleRoom
	items    []*thing
	threads  map[string]id.Thread
	receipts []*slip
	pending  []*slip // unfinished uploads
	drafts   map[[2]string]string
	count    map[string]int // of attempts, by what and how they ended
	openings map[visitor]openings
	hooks    []*hook
	circles  map[string]string // the word in the name of each named circle
	groups   map[string]string // and of each group
	dates    []*thing
	slots    []*slip
	rounds   []*bidding
}

// guestbook is one visitor with her browser.
type guestbook struct {
	visitor
	browser
	actor authz.Actor
}

// oracleRoom ties a handle to what the product made of it.
type oracleRoom struct {
	handle, firm, token string // token: the word in its name that nothing else has
	room
}

type thing struct {
	handle, space string
	id            id.Item
	title         string   // the word in the title, or in a memo's text
	former        string   // the word in the title before, which who may give it back reads
	names         []string // words of the files' names
	subject       string   // of a memo that opened a thread
	versions      []id.Version
	content       [][]byte
	thread        string
}

// slip is a receipt or an unfinished upload.
type slip struct {
	handle, space string
	id            string
	words         []string // that it shows
}

// word makes one that occurs nowhere else.
func (l *life) word() string {
	raw := make([]byte, 12)
	for i := range raw {
		raw[i] = byte('a' + l.r.IntN(26))
	}
	return "luli" + string(raw)
}

func pick[T any](l *life, of []T) T { return of[l.r.IntN(len(of))] }

// some picks each with the chance of one half.
func some[T any](l *life, of ...T) (out []T) {
	for _, one := range of {
		if l.r.IntN(2) == 0 {
			out = append(out, one)
		}
	}
	return out
}

// verdictOf says in the oracle's words how the product ended an act.
func verdictOf(err error) verdict {
	switch {
	case err == nil:
		return granted
	case fault.Is(err, fault.NotFound):
		return absent
	case fault.Is(err, fault.Forbidden):
		return refused
	case fault.Is(err, fault.Invalid):
		return useless
	case fault.Is(err, fault.Conflict):
		return clashes
	}
	return verdict(err.Error())
}

// judged compares the end of an act with what the oracle said, and reports
// whether it was done.
func (l *life) judged(what string, v visitor, want verdict, err error) bool {
	l.t.Helper()
	got := verdictOf(err)
	l.count[what+" "+string(want)]++
	if got != want {
		l.t.Errorf("%v %s: %s (%v), the oracle says %s", v, what, got, err, want)
	}
	return got == granted && want == granted
}

// settleIn founds two firms with four people of their own each, and seven
// people from outside, of whom one is known to both.
func (l *life) settleIn() {
	l.t.Helper()
	for n, firm := range []string{"F", "G"} {
		c := l.found("Cabinet "+firm, "Me "+firm, fmt.Sprintf("admin@%s.example", firm))
		l.firms[firm] = c
		l.admit(firm+"/admin", firm, "admin", c.admin)
		for _, role := range []authz.FirmRole{authz.Lawyer, authz.FirmColleague, authz.FirmAssistant} {
			l.admit(firm+"/"+string(role), firm, string(role), c.colleague("Me "+string(role), fmt.Sprintf("%s@%s.example", role, firm), role))
		}
		for i := range 4 - n {
			l.outside(fmt.Sprintf("%s/outside%d", firm, i))
		}
	}
	for _, p := range l.people {
		if p.actor.Person == "" { // from outside: she tries both doors
			for firm, c := range l.firms {
				l.visits(visitor{person: l.handle(p), firm: firm}, p.browser, authz.Actor{Person: p.id, Firm: c.id, Role: authz.Outsider, Via: authz.ViaPassword})
			}
		}
	}
	slices.SortFunc(l.visitors, func(a, b guestbook) int { return strings.Compare(a.person+a.visitor.firm, b.person+b.visitor.firm) })
}

func (l *life) handle(p *person) string {
	for h, other := range l.people {
		if other == p {
			return h
		}
	}
	return ""
}

func (l *life) admit(handle, firm, role string, p *person) {
	l.people[handle] = p
	l.o.roles[handle] = map[string]string{firm: role}
	l.visits(visitor{person: handle, firm: firm}, p.browser, p.actor)
}

func (l *life) visits(v visitor, b browser, a authz.Actor) {
	l.visitors = append(l.visitors, guestbook{v, b, a})
}

// outside is somebody whom no firm knows yet.
func (l *life) outside(handle string) {
	l.t.Helper()
	email := strings.ReplaceAll(handle, "/", "-") + "@dehors.example"
	made, _, err := l.server.Accounts.Ensure(l.t.Context(), email, i18n.French)
	l.must(err)
	p := &person{browser: l.nobody(), id: made, name: "M. " + handle, email: email}
	p.token = l.signIn(made)
	l.people[handle] = p
	l.o.roles[handle] = map[string]string{}
}

// anybody picks a space and a visitor: every other time one who is in it.
func (l *life) anybody() (guestbook, *oracleRoom) {
	s, v := pick(l, l.spaces), pick(l, l.visitors)
	if l.r.IntN(2) == 0 {
		for range 20 {
			if v.visitor.firm == s.firm && l.o.role(v.visitor, s.handle) != "" {
				break
			}
			v = pick(l, l.visitors)
		}
	}
	return v, s
}

// act does one thing at random. The acts of somebody in another firm cannot
// even be said to the product's use cases; those are tried by HTTP (look).
func (l *life) act() {
	l.t.Helper()
	v, s := l.anybody()
	if v.visitor.firm != s.firm {
		return
	}
	if l.r.IntN(5) == 0 {
		l.arrange(v, s)
		return
	}
	doc := l.document(s)
	switch n := l.r.IntN(100); {
	case n < 3:
		l.open(v)
	case n < 6:
		l.group(v, s)
	case n < 12:
		l.join(v, s)
	case n < 18:
		l.remove(v, s)
	case n < 20:
		l.wall(v, s)
	case n < 23:
		l.comeByLink(s)
	case n < 28:
		l.tend(v, s)
	case n < 30:
		l.group(v, s)
	case n < 35:
		l.fileDocument(v, s)
	case n < 40:
		l.fileForParty(v, s)
	case n < 50:
		l.depositDocument(v, s)
	case n < 56:
		l.finish(v, s)
	case n < 74:
		l.write(v, s)
	case n < 77:
		l.beginUpload(v, s)
	case n < 80:
		l.draft(v, s)
	case doc == nil:
		l.fileDocument(v, s)
	case n < 84:
		l.address(v, doc)
	case n < 86:
		l.release(v, doc)
	case n < 90:
		l.replace(v, doc)
	case n < 94:
		l.rename(v, doc)
	default:
		l.deleteOrRestore(v, doc)
	}
}

// document picks one of a space, deleted or not; nil when there is none.
func (l *life) document(s *oracleRoom) *thing {
	var of []*thing
	for _, it := range l.items {
		if it.space == s.handle && len(it.versions) > 0 {
			of = append(of, it)
		}
	}
	if len(of) == 0 {
		return nil
	}
	return pick(l, of)
}

const mostSpaces = 6 // of a firm

func (l *life) open(v guestbook) {
	l.t.Helper()
	firm, mine := v.visitor.firm, 0
	for _, s := range l.spaces {
		if s.firm == firm {
			mine++
		}
	}
	if mine >= mostSpaces {
		return
	}
	lead, client := pick(l, []string{"admin", "lawyer"}), l.stranger()
	role := l.o.roles[v.person][firm]
	if role == "admin" || role == "lawyer" {
		lead = role
	}
	team := some(l, firm+"/lawyer", firm+"/colleague", firm+"/assistant")
	models := l.server.Spaces.Models()
	token := l.word()
	in := lifecycle.NewSpace{
		Name: "Affaire " + token, ClientName: l.people[client].name, ClientEmail: l.people[client].email, Model: models[0], Profile: models[0].Profile,
		Language: i18n.French, Lead: l.people[firm+"/"+lead].id,
	}
	for _, p := range team {
		in.Colleagues = append(in.Colleagues, l.people[p].id)
	}
	opened, err := l.server.Lifecycle.OpenSpace(l.t.Context(), v.actor, in)
	want := granted
	if !staff(role) || v.scope != "" {
		want = absent
	}
	if !l.judged("opens a space", v.visitor, want, err) {
		return
	}
	handle := string(opened.ID)
	members := slices.DeleteFunc(append(team, v.person), func(p string) bool { return p == firm+"/"+lead })
	slices.Sort(members)
	l.o.opens(handle, firm, firm+"/"+lead, slices.Compact(members), client)
	l.spaces = append(l.spaces, &oracleRoom{handle, firm, token, l.firms[firm].furnish(l.people[firm+"/"+lead], opened.ID)})
}

// stranger picks somebody from outside.
func (l *life) stranger() string {
	var of []string
	for h := range l.people {
		if strings.Contains(h, "outside") {
			of = append(of, h)
		}
	}
	slices.Sort(of)
	return pick(l, of)
}

func (l *life) join(v guestbook, s *oracleRoom) {
	l.t.Helper()
	ctx, at := l.t.Context(), 0
	if l.r.IntN(3) == 0 {
		p := s.firm + "/" + pick(l, []string{"admin", "lawyer", "colleague", "assistant"})
		err := l.server.Lifecycle.AddColleague(ctx, v.actor, s.id, l.people[p].id)
		if l.judged("lets a colleague in", v.visitor, l.o.join(v.visitor, s.handle, p), err) {
			if at = l.o.tick(); l.o.member(s.handle, p) {
				l.o.remains(s.handle, p)
				return
			}
			l.o.joins(s.handle, p, l.o.roleFor(p, s.firm), at)
		}
		return
	}
	p, role := l.stranger(), pick(l, []string{"client", "client", "guest", "reader"})
	want := l.o.join(v.visitor, s.handle, p)
	_, err := l.server.Lifecycle.AddGuest(ctx, v.actor, s.id, lifecycle.Guest{
		Name: l.people[p].name, Email: l.people[p].email, Role: authz.Role(role), Language: i18n.French,
	})
	if l.judged("lets a guest in", v.visitor, want, err) {
		at = l.o.tick()
		l.o.card(p, s.firm)
		l.o.joins(s.handle, p, role, at)
	}
}

func (l *life) remove(v guestbook, s *oracleRoom) {
	l.t.Helper()
	var of []string
	for p := range l.o.spaces[s.handle].members {
		of = append(of, p)
	}
	slices.Sort(of)
	p := pick(l, of)
	err := l.server.Lifecycle.RemoveMember(l.t.Context(), v.actor, s.id, l.people[p].id)
	if l.judged("removes a member", v.visitor, l.o.remove(v.visitor, s.handle, p), err) {
		l.o.tick()
		l.o.leaves(s.handle, p)
	}
}

// wall keeps somebody out of a space, or lets her be added again.
func (l *life) wall(v guestbook, s *oracleRoom) {
	l.t.Helper()
	var of []string
	for p := range l.people {
		of = append(of, p)
	}
	slices.Sort(of)
	p, walls := pick(l, of), l.o.spaces[s.handle].walls
	want := l.o.wall(v.visitor, s.handle, p)
	if walls[p] {
		err := l.server.Lifecycle.LiftWall(l.t.Context(), v.actor, s.id, l.people[p].id)
		if l.judged("lifts a wall", v.visitor, want, err) {
			walls[p] = false
		}
		return
	}
	err := l.server.Lifecycle.RaiseWall(l.t.Context(), v.actor, lifecycle.NewWall{Space: s.id, Person: l.people[p].id, Reason: "Conflit d’intérêts"})
	if l.judged("raises a wall", v.visitor, want, err) {
		if walls[p] = true; l.o.member(s.handle, p) {
			l.o.tick()
			l.o.leaves(s.handle, p)
		}
	}
}

// comeByLink adds a visitor who is confined to one space.
func (l *life) comeByLink(s *oracleRoom) {
	l.t.Helper()
	var of []string
	for p, m := range l.o.spaces[s.handle].members {
		if !m.over && !ofFirm(m.role) {
			of = append(of, p)
		}
	}
	if len(of) == 0 || len(l.visitors) > 60 {
		return
	}
	slices.Sort(of)
	p, c := pick(l, of), l.firms[s.firm]
	b := c.through(l.people[p], s.id)
	l.visits(visitor{p, s.firm, s.handle}, b, authz.Actor{Person: l.people[p].id, Firm: c.id, Role: authz.Outsider, Scope: s.id, Via: authz.ViaLink})
}

// circles turns the oracle's names into identifiers.
func (s *oracleRoom) circles(names []string) (out []id.Circle) {
	for _, n := range names {
		if c, ok := map[string]id.Circle{"firm": s.house.Firm, "client": s.house.Client, "all": s.house.All}[n]; ok {
			out = append(out, c)
		} else {
			out = append(out, id.Circle(n))
		}
	}
	return out
}

func (l *life) bytes() []byte {
	return content(l.word(), 20+l.r.IntN(3000))
}

func (l *life) fileDocument(v guestbook, s *oracleRoom) {
	l.t.Helper()
	circles := some(l, l.o.circlesOf(s.handle)...)
	l.store(v, s, document.BeginUpload{Space: s.id, Tray: "firm", Circles: s.circles(circles)}, "manage", circles)
}

func (l *life) depositDocument(v guestbook, s *oracleRoom) {
	l.t.Helper()
	circles := []string{"firm", "client"}
	if l.o.role(v.visitor, s.handle) == "guest" {
		circles = []string{"firm"}
	}
	if l.store(v, s, document.BeginUpload{Space: s.id, Tray: "client"}, "deposit", circles) {
		l.o.deposits[[2]string{s.handle, v.person}] = true
	}
}

func (l *life) store(v guestbook, s *oracleRoom, in document.BeginUpload, do string, circles []string) bool {
	l.t.Helper()
	token, raw := l.word(), l.bytes()
	in.Name = "Piece " + token + ".txt"
	of, err := l.firms[s.firm].file(&person{actor: v.actor}, in, raw)
	want := l.o.ask(v.visitor, do, s.handle)
	if do == "manage" && want == granted && !l.o.among(v.person, s.handle, withFirmToo(circles)) {
		want = useless // nobody files what she could not see
	}
	if do == "manage" && want == granted && l.o.beforeParties(s.handle, circles) {
		want = clashes
	}
	if do == "party" {
		want = l.o.askParty(v.visitor, s.handle)
	}
	if !l.judged(do+"s a document", v.visitor, want, err) {
		return false
	}
	t := &thing{handle: string(of), space: s.handle, id: of, title: token, names: []string{token}, content: [][]byte{raw}}
	t.versions = append(t.versions, id.Version(l.asked(s, selectVersionOf, of)))
	l.items = append(l.items, t)
	l.o.adds(t.handle, oracleItem{space: s.handle, author: v.person, deposited: do == "deposit", brought: do == "party", made: []int{0}}, circles)
	return true
}

func (l *life) beginUpload(v guestbook, s *oracleRoom) {
	l.t.Helper()
	tray, do := "firm", "manage"
	if !staff(l.o.roles[v.person][s.firm]) {
		tray, do = "client", "deposit"
	}
	token := l.word()
	u, err := l.server.Documents.Begin(l.t.Context(), v.actor, document.BeginUpload{Space: s.id, Tray: space.Tray(tray), Name: token + ".zip", Size: 1 << 20})
	if l.judged("begins an upload", v.visitor, l.o.ask(v.visitor, do, s.handle), err) {
		l.o.uploads[string(u.ID)] = [2]string{s.handle, v.person}
		l.pending = append(l.pending, &slip{string(u.ID), s.handle, string(u.ID), []string{token}})
	}
}

func (l *life) draft(v guestbook, s *oracleRoom) {
	l.t.Helper()
	token := l.word()
	err := l.server.Memos.SaveDraft(l.t.Context(), v.actor, memo.Draft{Space: s.id, Body: token})
	if l.judged("saves a draft", v.visitor, l.o.ask(v.visitor, "write", s.handle), err) {
		l.drafts[[2]string{s.handle, v.person}] = token
	}
}

func (l *life) finish(v guestbook, s *oracleRoom) {
	l.t.Helper()
	leave := l.r.IntN(2) == 0
	want := l.o.close(v.visitor, s.handle, leave)
	key := [2]string{s.handle, v.person}
	words := l.basket(v.visitor, s)
	made, err := l.server.Deposits.Close(l.t.Context(), v.actor, deposit.Finish{Space: s.id, LeavePending: leave})
	if !l.judged("closes her deposit", v.visitor, want, err) {
		return
	}
	delete(l.o.deposits, key)
	for _, it := range l.items {
		if i := l.o.items[it.handle]; i.deposited && i.author == v.person && it.space == s.handle {
			it.thread = "closed" // no longer in her basket
		}
	}
	l.o.receipts[string(made.ID)] = key
	l.receipts = append(l.receipts, &slip{string(made.ID), s.handle, string(made.ID), words})
}

// basket is the words of what lies in somebody's open deposit.
func (l *life) basket(v visitor, s *oracleRoom) (out []string) {
	for _, it := range l.items {
		if i := l.o.items[it.handle]; i.deposited && i.author == v.person && it.space == s.handle && it.thread != "closed" {
			out = append(out, it.names[0])
		}
	}
	return out
}
