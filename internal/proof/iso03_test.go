package proof

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/web"
)

// ISO-03 and ISO-04: whoever has no business with a thing gets, to each request
// that succeeds for those who have, the answer that a thing which does not
// exist would give, and changes nothing by asking.
func TestISO03(t *testing.T) {
	each(t, func(w *world) {
		s := stage(w)
		for _, st := range book() {
			s.play(st)
		}
		var asked int
		for _, one := range s.intruders() {
			asked += s.intrude(one)
		}
		w.t.Logf("%d requests replayed", asked)
		if asked < 300 {
			w.t.Errorf("only %d requests were replayed", asked)
		}
	})
}

// inside are the identifiers of a space and of what lies in it.
var inside = [...]string{"space", "document", "inner", "version", "receipt", "deposit", "memo", "thread", "folder", "circle", "all", "person", "upload", "hold", "party", "named", "alias", "ask", "came", "lacking", "link", "event", "slot", "round", "dire", "question", "support"}

// intruder asks with true identifiers and with invented ones.
type intruder struct {
	name         string
	by           browser
	true, untrue ids
	firm         bool     // also what has no space in its path
	own          []string // tables of her own that such a request may change
}

// intruders are everybody without business in the room. Nested are true
// identifiers below a space that is the intruder's own.
func (s *scene) intruders() []intruder {
	absent := s.ids.invented(inside[:]...)
	nowhere := absent.invented("firm")
	link := s.firm.through(s.client, s.beside.id)
	gone := s.firm.through(s.client, s.room.id)
	gone.want(http.StatusSeeOther, post("/signout"))
	nested := func(by browser, of *cabinet, at room, name string) intruder {
		return intruder{name: name + ", under a space of her own", by: by, own: []string{"memo_draft"},
			true:   s.ids.but("firm", string(of.id), "space", string(at.id)),
			untrue: absent.but("firm", string(of.id), "space", string(at.id)),
		}
	}
	return []intruder{
		{name: "a lawyer of the firm, not of the room", by: s.stranger.browser, true: s.ids, untrue: absent},
		nested(s.stranger.browser, s.firm, s.beside, "a lawyer of the firm"),
		{name: "a client of another room", by: s.neighbour.browser, true: s.ids, untrue: absent},
		nested(s.neighbour.browser, s.firm, s.beside, "a client of another room"),
		{name: "a former colleague of the room", by: s.former.browser, true: s.ids, untrue: absent},
		{name: "a former client of the room", by: s.formerClient.browser, true: s.ids, untrue: absent},
		{name: "a client by a link to another room of hers", by: link, true: s.ids, untrue: absent},
		nested(link, s.firm, s.beside, "a client by a link to another room of hers"),
		{name: "another firm's administrator", by: s.opponent.browser, firm: true, true: s.ids, untrue: nowhere},
		nested(s.opponent.browser, s.other, s.away, "another firm's administrator"),
		{name: "nobody", by: s.nobody(), firm: true, true: s.ids, untrue: nowhere},
		{name: "a session that was ended", by: gone, firm: true, true: s.ids, untrue: nowhere},
		{name: "a session that expired", by: s.expired(), firm: true, true: s.ids, untrue: nowhere},
	}
}

// expired is a session of the lead that nobody used for half an hour, while
// everybody else kept hers alive.
func (s *scene) expired() browser {
	s.t.Helper()
	b := s.nobody()
	var err error
	b.token, _, err = s.server.Accounts.SignIn(s.t.Context(), s.lead.email, password, here())
	s.must(err)
	b.want(http.StatusOK, get(s.firm.path()))
	for range 2 {
		s.pass(16 * time.Minute)
		for _, p := range []*person{s.lead, s.stranger, s.neighbour, s.former, s.formerClient, s.opponent, s.client} {
			p.do(get("/account"))
		}
	}
	return b
}

// intrude replays the book and returns how many requests it was.
func (s *scene) intrude(one intruder) (asked int) {
	s.t.Helper()
	doors := map[string]web.Door{}
	for _, r := range routes() {
		doors[r.Pattern] = r.Door
	}
	s.settle()
	before := s.behind().state()
	one.true, one.untrue = one.true.but("fresh", "nouveau"), one.untrue.but("fresh", "nouveau")
	for _, st := range book() {
		if doors[st.route] != web.Member || !one.firm && !strings.Contains(st.route, "{space}") {
			continue
		}
		real, false := st.send(one.true), st.send(one.untrue)
		if real.path == false.path && string(real.body) == string(false.body) && maps.Equal(real.header, false.header) {
			continue // nothing in it is anybody else's
		}
		got, want := one.by.do(bare(real)), one.by.do(bare(false))
		asked++
		if got.status < 300 && len(one.own) == 0 && got.method != http.MethodOptions { // which says what is spoken, to everybody
			s.t.Errorf("%s gets %d to %s", one.name, got.status, st.route)
		}
		compare(s, one, st.route, got, want)
	}
	changed := slices.DeleteFunc(before.changed(s.behind().state()), func(table string) bool { return slices.Contains(one.own, table) })
	if len(changed) > 0 {
		s.t.Errorf("%s changed %v", one.name, changed)
	}
	return asked
}

// bare gives a form that was sent as several parts the border of every other.
func bare(c call) call {
	if _, border, found := strings.Cut(c.header["Content-Type"], "boundary="); found {
		c.body = []byte(strings.ReplaceAll(string(c.body), border, "border"))
		c = c.with("Content-Type", "multipart/form-data; boundary=border")
	}
	return c
}

// compare demands that two answers are one, but for the identifiers asked for.
func compare(s *scene, one intruder, route string, got, want answer) {
	s.t.Helper()
	if got.status != want.status {
		s.t.Errorf("%s, %s: %d to a true identifier, %d to an invented one: %s", one.name, route, got.status, want.status, got.text())
		return
	}
	g, w := got.header.Clone(), want.header.Clone()
	for _, varies := range []string{"Date", "Content-Length", "RateLimit"} {
		g.Del(varies)
		w.Del(varies)
	}
	for name := range w {
		if steady(one.untrue.mask(w.Get(name))) != steady(one.true.mask(g.Get(name))) {
			s.t.Errorf("%s, %s: header %s is %q, and %q for what does not exist", one.name, route, name, g.Get(name), w.Get(name))
		}
		g.Del(name)
	}
	if len(g) > 0 {
		s.t.Errorf("%s, %s: more headers than for what does not exist: %v", one.name, route, g)
	}
	if a, b := steady(one.true.mask(string(got.body))), steady(one.untrue.mask(string(want.body))); a != b {
		s.t.Errorf("%s, %s: the body differs from that of what does not exist:\n%s\n%s", one.name, route, a, b)
	}
}

// steady hides what is new in every answer: by which number the log knows the
// request, the token of a lock just made, the tag of what a program just left.
func steady(text string) string { return numbered.ReplaceAllString(text, "$1") }

var numbered = regexp.MustCompile(`(urn:cenacle:request:|opaquelocktoken:|")[0-9a-z]{26}(?:-\d{6}\.\d{6})?`)

// mask hides the identifiers in a text behind their names.
func (i ids) mask(text string) string {
	for _, key := range slices.Sorted(maps.Keys(i)) {
		if len(i[key]) >= id.Length {
			text = strings.ReplaceAll(text, i[key], "{"+key+"}")
		}
	}
	return text
}
