package proof

import (
	"fmt"
	"html"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"cenacle/internal/id"
	"cenacle/internal/seedtest"
)

// attempts is how often one life of ISO-01 tries something. A longer one would have more
// in a space than its page shows at once, so that there are several of them.
const (
	attempts      = 3000
	everyAttempts = 20_000 // every day on SQLite, and one life on PostgreSQL
	allAttempts   = 100_000
)

// ISO-01: two firms, sixteen people, twelve spaces, lives at random; whatever
// anybody reads, does or tries, on every channel, ends as the oracle says. On
// PostgreSQL everything is read from another node than the one that changes it:
// nothing that a node remembers shows what is no longer, or who may no longer.
func TestISO01(t *testing.T) {
	had := experience{count: map[string]int{}}
	t.Cleanup(func() { had.demand(t) })
	many := everyAttempts
	if long() {
		many = allAttempts
	}
	for n := 0; n < many; n += attempts {
		on := either
		if n == 0 {
			on = each
		}
		t.Run(strconv.Itoa(n), func(t *testing.T) { lifeAtRandom(t, on, &had) })
	}
}

// experience is what happens seldom, in all lives together.
type experience struct {
	mu    sync.Mutex
	count map[string]int
}

// seldom are acts and readings that a life may do without.
var seldom = []string{
	"partys a document ", tabled, exhibited, unseals, chose, "program: calendar, 1 dates ",
}

func (e *experience) add(of map[string]int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, what := range seldom {
		e.count[what] += of[what+string(granted)]
	}
}

// demand wants all of it to have happened.
func (e *experience) demand(t *testing.T) {
	e.mu.Lock()
	defer e.mu.Unlock()
	t.Log(e.count)
	for what, n := range e.count {
		if n == 0 {
			t.Errorf("nobody %s", what)
		}
	}
}

// lifeAtRandom is one life on the engines of on.
func lifeAtRandom(t *testing.T, on func(*testing.T, func(*world), ...string), had *experience) {
	environ := []string{"CENACLE_OUTBOUND_ALLOW=127.0.0.0/30", "CENACLE_LIMIT_REQUESTS=0"}
	on(t, func(w *world) {
		if w.store.PostgresURL != "" {
			w.neighboured(environ...)
		}
		seed := seedtest.Of(w.t)
		l := &life{
			world: w, r: rand.New(rand.NewPCG(seed, 1)), o: newOracle(), firms: map[string]*cabinet{}, people: map[string]*person{},
			threads: map[string]id.Thread{}, drafts: map[[2]string]string{}, count: map[string]int{},
			openings: map[visitor]openings{}, circles: map[string]string{}, groups: map[string]string{},
		}
		l.settleIn()
		l.connect()
		for len(l.spaces) < 8 {
			l.open(pick(l, l.visitors))
		}
		for _, s := range l.spaces[:3] {
			l.confer(s)
		}
		for n := range attempts {
			if n%3 == 0 || n < attempts/10 {
				l.act()
				l.watch()
			} else {
				l.look()
			}
			if n%(attempts/6) == attempts/6-1 {
				l.overhear()
			}
			if w.t.Failed() {
				w.t.Fatalf("CENACLE_TEST_SEED=%d, attempt %d", seed, n)
			}
		}
		for _, v := range l.visitors {
			l.readExhibits(v)
		}
		l.listen()
		l.balance()
		had.add(l.count)
	}, environ...)
}

// balance demands that the life was worth the name: most kinds of act ended
// in every way that they can.
func (l *life) balance() {
	l.t.Helper()
	ends := map[verdict]int{}
	for what, n := range l.count {
		ends[verdict(what[strings.LastIndexByte(what, ' ')+1:])] += n
	}
	l.t.Logf("%d spaces, %d things, %d ends: %v", len(l.spaces), len(l.items), len(l.count), ends)
	if ends[granted] < 600 || ends[absent] < 600 || ends[refused] < 100 {
		l.t.Errorf("too little was granted, refused or absent to prove anything: %v", l.count)
	}
}

// look is one attempt to read, by anybody, on any channel.
func (l *life) look() {
	l.t.Helper()
	v, s := l.anybody()
	if l.r.IntN(4) == 0 {
		l.lookBy(v, s)
		return
	}
	if v.scope == "" {
		v.visitor.firm = s.firm // a password opens every firm that knows her, and no other
	}
	switch l.r.IntN(17) {
	case 0, 1, 2:
		l.readSpace(v, s)
	case 3, 4, 5:
		if doc := l.document(s); doc != nil {
			l.readDocument(v, s, doc)
		}
	case 6:
		l.readPart(v, s, "journal")
	case 7:
		l.readPart(v, s, "people")
	case 8:
		l.search(v)
	case 9:
		l.desk(v)
	case 10:
		l.readSlips(v, l.receipts, "receipts")
	case 11:
		l.readSlips(v, l.pending, "uploads")
	case 12:
		l.tells()
	case 13:
		l.readExhibits(pick(l, l.visitors))
	case 14, 15:
		l.readDates(v, s)
	case 16:
		l.readRounds(v)
	}
}

func (l *life) at(s *oracleRoom, segments ...string) string {
	return l.firms[s.firm].path(append([]string{"spaces", string(s.id)}, segments...)...)
}

// ends compares a page's status with the verdict, and reports whether it was
// shown.
func (l *life) ends(what string, v guestbook, want verdict, a answer) bool {
	l.t.Helper()
	l.count[what+" "+string(want)]++
	status := map[verdict]int{granted: http.StatusOK, refused: http.StatusForbidden, absent: http.StatusNotFound}[want]
	if a.status != status {
		l.t.Errorf("%v, %s, %s %s: %d, the oracle says %s\n%s", v.visitor, what, a.method, a.path, a.status, want, l.o.tell(v.visitor))
	}
	return want == granted && a.status == http.StatusOK
}

// planted words begin with letters that no identifier has together.
var planted = regexp.MustCompile(`luli[a-z]{12}`)

// shows compares the planted words on a page with those that must and those
// that may stand there.
func (l *life) shows(what string, v guestbook, a answer, must, may map[string]string) {
	l.t.Helper()
	seen := map[string]bool{}
	for _, word := range planted.FindAllString(string(a.body), -1) {
		seen[word] = true
		if must[word] == "" && may[word] == "" {
			l.t.Errorf("LEAK: %v, %s %s shows %s, %s", v.visitor, what, a.path, word, l.whose(word))
		}
	}
	for word, of := range must {
		if !seen[word] {
			l.t.Errorf("%v, %s %s does not show %s of %s", v.visitor, what, a.path, word, of)
		}
	}
}

// whose says what a planted word belongs to.
func (l *life) whose(word string) string {
	for _, it := range l.items {
		if it.title == word || it.former == word || it.subject == word || slices.Contains(it.names, word) {
			return fmt.Sprintf("of %+v", *l.o.items[it.handle])
		}
	}
	for _, s := range l.spaces {
		if s.token == word {
			return "of the space " + s.handle
		}
	}
	for _, d := range l.dates {
		if d.title == word || slices.Contains(d.names, word) {
			return fmt.Sprintf("of the date %+v", *l.o.items[d.handle])
		}
	}
	for _, p := range l.slots {
		if p.words[0] == word {
			return fmt.Sprintf("of the times %+v", *l.o.slots[p.handle])
		}
	}
	for _, r := range l.rounds {
		if r.subject == word || slices.Contains(slices.Collect(maps.Values(r.terms)), word) {
			return fmt.Sprintf("of the round %+v", *l.o.rounds[r.handle])
		}
	}
	return "of no item"
}

// words are what a visitor must and may read in a space.
func (l *life) words(v visitor, s *oracleRoom) (must, may map[string]string) {
	must, may = map[string]string{}, map[string]string{}
	for _, it := range l.items {
		if it.space != s.handle || !l.o.sees(v, it.handle) {
			continue
		}
		must[it.title] = "item " + it.handle
		for _, n := range it.names {
			may[n] = "file name of " + it.handle
		}
		if t := l.o.threads[it.thread]; t != nil && t.about == "" {
			for _, first := range l.items {
				if first.thread == it.thread && first.subject != "" {
					must[first.subject] = "thread " + it.thread
				}
			}
		}
	}
	if ofFirm(l.o.role(v, s.handle)) {
		must[s.token] = "the space"
	}
	maps.Copy(may, l.circleWords(v, s))
	maps.Copy(may, l.arranged(v, s))
	may[l.drafts[[2]string{s.handle, v.person}]] = "her draft"
	for _, u := range l.pending {
		if l.o.uploads[u.handle] == [2]string{s.handle, v.person} {
			may[u.words[0]] = "her upload"
		}
	}
	for _, word := range l.basket(v, s) {
		may[word] = "her deposit"
	}
	return must, may
}

func (l *life) readSpace(v guestbook, s *oracleRoom) {
	l.t.Helper()
	a := v.do(get(l.at(s)))
	if l.ends("space", v, l.o.ask(v.visitor, "see", s.handle), a) {
		must, may := l.words(v.visitor, s)
		l.shows("space", v, a, must, may)
	}
}

func (l *life) readPart(v guestbook, s *oracleRoom, part string) {
	l.t.Helper()
	want := l.o.ask(v.visitor, "manage", s.handle)
	a := v.do(get(l.at(s, part)))
	if l.ends(part, v, want, a) {
		may := l.circleWords(v.visitor, s)
		may[s.token] = "the space"
		l.shows(part, v, a, nil, may)
	}
}

func (l *life) readDocument(v guestbook, s *oracleRoom, doc *thing) {
	l.t.Helper()
	want := l.o.askItem(v.visitor, "see", doc.handle)
	path := l.at(s, "documents", string(doc.id))
	version := l.r.IntN(len(doc.versions))
	switch l.r.IntN(4) {
	case 0:
		a := v.do(get(path))
		if l.ends("document", v, want, a) {
			must, may := l.words(v.visitor, s)
			maps.Copy(may, must)
			if l.o.askItem(v.visitor, "manage", doc.handle) == granted {
				may[doc.former] = "its title before"
			}
			l.shows("document", v, a, map[string]string{doc.title: "its title"}, may)
		}
	case 1:
		l.same(v, want, v.do(get(path+"/view")), doc.content[len(doc.content)-1])
	case 2:
		l.same(v, want, v.do(get(path+"/file")), doc.content[len(doc.content)-1])
	case 3:
		if want == granted && !l.o.seesVersion(v.visitor, doc.handle, version) {
			want = absent
		}
		l.same(v, want, v.do(get(path+"/versions/"+string(doc.versions[version])+"/file")), doc.content[version])
	}
}

// same compares the bytes that came with those that were given.
func (l *life) same(v guestbook, want verdict, a answer, content []byte) {
	l.t.Helper()
	if l.ends("bytes", v, want, a) && string(a.body) != string(content) {
		l.t.Errorf("%v, %s: other bytes", v.visitor, a.path)
	}
	if want != granted && strings.Contains(string(a.body), "contenu de preuve") {
		l.t.Errorf("LEAK: %v, %s: bytes", v.visitor, a.path)
	}
}

var (
	hit     = regexp.MustCompile(`/documents/([0-9a-z]{26})"`)
	further = regexp.MustCompile(`href="([^"]*/search\?[^"]*after=[^"]*)"`)
)

// search looks for one title, or for the word that all titles have.
func (l *life) search(v guestbook) {
	l.t.Helper()
	query := "pièce"
	if len(l.items) > 0 && l.r.IntN(2) == 0 {
		query = pick(l, l.items).title
	}
	want := map[string]string{}
	for _, it := range l.items {
		if len(it.versions) > 0 && (query == "pièce" || query == it.title) && l.o.sees(v.visitor, it.handle) {
			want[it.handle] = it.title
		}
	}
	a := v.do(get(l.firms[v.visitor.firm].path("search") + "?q=" + query))
	verdict := granted
	if l.o.roles[v.person][v.visitor.firm] == "" || v.scope != "" && l.o.role(v.visitor, v.scope) == "" {
		verdict = absent // a link to a space that is no longer hers opens nothing at all
	}
	if !l.ends("search", v, verdict, a) {
		return
	}
	for {
		for _, found := range hit.FindAllStringSubmatch(string(a.body), -1) {
			if want[found[1]] == "" {
				l.t.Errorf("LEAK: %v finds %s by %q", v.visitor, found[1], query)
			}
			delete(want, found[1])
		}
		more := further.FindStringSubmatch(string(a.body))
		if more == nil {
			break
		}
		a = v.do(get(html.UnescapeString(more[1])))
	}
	if len(want) > 0 {
		l.t.Errorf("%v does not find %v by %q", v.visitor, want, query)
	}
}

// desk is the list of one's spaces, or the way to the only one.
func (l *life) desk(v guestbook) {
	l.t.Helper()
	must, may := map[string]string{}, map[string]string{}
	var only string
	for _, s := range l.spaces {
		if l.o.role(v.visitor, s.handle) != "" {
			must[s.token], only = s.handle, l.at(s)
			maps.Copy(may, l.arranged(v.visitor, s))
		}
	}
	a := v.do(get(l.firms[v.visitor.firm].path()))
	role := l.o.roles[v.person][v.visitor.firm]
	switch {
	case role == "":
		l.ends("desk", v, absent, a)
	case v.scope != "" || role == "outsider" && len(must) == 1:
		if v.scope != "" {
			only = l.at(l.roomOf(v.scope))
		}
		if a.status != http.StatusSeeOther || a.header.Get("Location") != only {
			l.t.Errorf("%v is led from the desk to %d %s, not to %s", v.visitor, a.status, a.header.Get("Location"), only)
		}
	case l.ends("desk", v, granted, a):
		l.shows("desk", v, a, must, may)
	}
}

// readSlips asks for a receipt, or for an upload on its way, which is its
// sender's alone.
func (l *life) readSlips(v guestbook, of []*slip, kind string) {
	l.t.Helper()
	if len(of) == 0 {
		return
	}
	one := pick(l, of)
	s := l.roomOf(one.space)
	if v.scope == "" {
		v.visitor.firm = s.firm
	}
	path := l.at(s, kind, one.id)
	want := absent
	if kind == "uploads" {
		do := "manage"
		if !staff(l.o.roles[v.person][s.firm]) {
			do = "deposit"
		}
		if l.o.uploads[one.handle][1] == v.person {
			want = l.o.ask(v.visitor, do, s.handle)
		}
		l.ends(kind, v, want, v.do(call{method: http.MethodHead, path: path}.with("Tus-Resumable", tus)))
		return
	}
	if l.o.seesReceipt(v.visitor, one.handle) {
		want = granted
	}
	a := v.do(get(path + pick(l, []string{"", "/file"})))
	if l.ends(kind, v, want, a) {
		may := map[string]string{s.token: "the space"}
		for _, word := range one.words {
			may[word] = "its line"
		}
		l.shows(kind, v, a, nil, may)
	}
}

// tell is what the oracle knows of a visitor, for a failed proof.
func (o *oracle) tell(v visitor) string {
	out := fmt.Sprintf("in the firm: %q", o.roles[v.person][v.firm])
	for handle, s := range o.spaces {
		if m, known := s.members[v.person]; known && s.firm == v.firm {
			out += fmt.Sprintf("\n  %s: %+v, wall %v, circles", handle, m, s.walls[v.person])
			for name, c := range s.circles {
				out += fmt.Sprintf(" %s %+v", name, c[v.person])
			}
		}
	}
	return out
}
