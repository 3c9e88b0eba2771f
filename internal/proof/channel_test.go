package proof

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"cenacle/internal/api"
	"cenacle/internal/authz"
	"cenacle/internal/dav"
	"cenacle/internal/id"
	"cenacle/internal/webhook"
)

// The openings for programs in ISO-01: whoever looks by the API, by a drive or
// by a webhook sees what the oracle lets her see by a page, neither more nor
// less.

// openings are the programs of a visitor.
type openings struct{ program, drive, diary browser }

// programsOf gives a visitor her programs at the first look; a link has no
// drive, and who is unknown to the firm has nothing.
func (l *life) programsOf(v guestbook) (openings, bool) {
	l.t.Helper()
	if have, known := l.openings[v.visitor]; known {
		return have, true
	}
	var o openings
	by := v.actor
	switch {
	case v.scope != "":
		o.program = l.bearing("link_" + v.browser.token)
	case l.o.roles[v.person][v.visitor.firm] == "":
		return o, false
	default:
		if by.Firm != l.firms[v.visitor.firm].id {
			by = authz.Actor{Person: by.Person, Firm: l.firms[v.visitor.firm].id, Role: authz.Outsider, Via: authz.ViaPassword}
		}
		o.program, o.drive, o.diary = l.program(by), l.drive(by), l.diary(by, authz.Pass{})
	}
	l.openings[v.visitor] = o
	return o, true
}

// lookBy is one attempt to read by a program.
func (l *life) lookBy(v guestbook, s *oracleRoom) {
	l.t.Helper()
	o, has := l.programsOf(v)
	if !has {
		return
	}
	switch p := o.program; l.r.IntN(12) {
	case 0:
		l.spaceBy(v, p, s)
	case 1:
		l.listBy(v, p, s, "documents")
	case 2:
		l.listBy(v, p, s, "memos")
	case 3, 4:
		if doc := l.document(s); doc != nil {
			l.documentBy(v, p, doc)
		}
	case 5:
		l.deskBy(v, p)
	case 6:
		l.slipBy(v, p)
	case 7:
		l.eventsBy(v, p)
	case 8:
		if o.drive.app != "" {
			l.driveBy(v, o.drive)
		}
	case 9:
		l.datesBy(v, p, s)
	case 10:
		l.roundsBy(v, p)
	case 11:
		if o.diary.app != "" {
			l.calendarBy(v, o.diary)
		}
	}
}

// grants compares a program's answer with the verdict. A link to a space that
// is no longer hers opens nothing: it may as well be no token at all.
func (l *life) grants(what string, v guestbook, want verdict, a answer) bool {
	l.t.Helper()
	l.count["program: "+what+" "+string(want)]++
	status := map[verdict]int{granted: http.StatusOK, refused: http.StatusForbidden, absent: http.StatusNotFound}[want]
	if l.closed(v) && (a.status == http.StatusUnauthorized || a.status == http.StatusNotFound) {
		return false
	}
	if a.status != status {
		l.t.Errorf("%v, program, %s %s %s: %d, the oracle says %s\n%s", v.visitor, what, a.method, a.path, a.status, want, l.o.tell(v.visitor))
	}
	return want == granted && a.status == http.StatusOK
}

// closed reports a link to a space that is no longer hers.
func (l *life) closed(v guestbook) bool { return v.scope != "" && l.o.role(v.visitor, v.scope) == "" }

func (l *life) spaceBy(v guestbook, p browser, s *oracleRoom) {
	l.t.Helper()
	root := api.Root + "/spaces/" + string(s.id)
	a := p.do(get(root))
	if l.grants("space", v, l.o.ask(v.visitor, "see", s.handle), a) {
		_, may := l.words(v.visitor, s)
		may[s.token] = "the space"
		l.shows("program: space", v, a, nil, may)
	}
	for part, do := range map[string]string{"/journal": "manage", "/waits": "see"} {
		a := p.do(get(root + part))
		if l.grants(part, v, l.o.ask(v.visitor, do, s.handle), a) {
			must, may := l.words(v.visitor, s)
			maps.Copy(may, must)
			may[s.token] = "the space"
			if part == "/journal" {
				may = map[string]string{s.token: "the space"}
			}
			l.shows("program: "+part, v, a, nil, may)
		}
	}
}

// listBy goes through a list by small pages: what comes is exactly what she
// sees, each once.
func (l *life) listBy(v guestbook, p browser, s *oracleRoom, list string) {
	l.t.Helper()
	want := map[string]bool{}
	for _, it := range l.items {
		if it.space == s.handle && (len(it.versions) > 0) == (list == "documents") && l.o.sees(v.visitor, it.handle) {
			want[it.handle] = true
		}
	}
	page := fmt.Sprintf("%s/spaces/%s/%s?limit=%d", api.Root, s.id, list, 1+l.r.IntN(40))
	for cursor := ""; ; {
		a := p.do(get(page + cursor))
		if !l.grants(list, v, l.o.ask(v.visitor, "see", s.handle), a) {
			return
		}
		var got struct {
			Documents []struct{ ID string }
			Threads   []struct{ Memos []struct{ ID string } }
			Next      string
		}
		l.must(json.Unmarshal(a.body, &got))
		for _, t := range got.Threads {
			got.Documents = append(got.Documents, t.Memos...)
		}
		for _, d := range got.Documents {
			if !want[d.ID] {
				l.t.Errorf("LEAK, or twice: %v is given %s in %s", v.visitor, d.ID, a.path)
			}
			delete(want, d.ID)
		}
		if got.Next == "" {
			break
		}
		cursor = "&cursor=" + url.QueryEscape(got.Next)
	}
	if len(want) > 0 {
		l.t.Errorf("%v is not given %v of %s", v.visitor, want, s.handle)
	}
}

func (l *life) documentBy(v guestbook, p browser, doc *thing) {
	l.t.Helper()
	want := l.o.askItem(v.visitor, "see", doc.handle)
	root := api.Root + "/documents/" + string(doc.id)
	a := p.do(get(root))
	if l.grants("document", v, want, a) {
		var d struct{ Versions []struct{ ID string } }
		l.must(json.Unmarshal(a.body, &d))
		var shown []string
		for n, version := range doc.versions {
			if l.o.seesVersion(v.visitor, doc.handle, n) {
				shown = append(shown, string(version))
			}
		}
		for _, one := range d.Versions {
			if !slices.Contains(shown, one.ID) {
				l.t.Errorf("LEAK: %v is told of the version %s", v.visitor, one.ID)
			}
		}
		if len(shown) != len(d.Versions) {
			l.t.Errorf("%v is told of %d versions of %d", v.visitor, len(d.Versions), len(shown))
		}
	}
	n := l.r.IntN(len(doc.versions))
	if l.r.IntN(2) == 0 {
		l.bytesBy(v, want, p.do(get(root+"/content")), doc.content[len(doc.content)-1])
		return
	}
	if want == granted && !l.o.seesVersion(v.visitor, doc.handle, n) {
		want = absent
	}
	l.bytesBy(v, want, p.do(get(root+"/versions/"+string(doc.versions[n])+"/content")), doc.content[n])
}

func (l *life) bytesBy(v guestbook, want verdict, a answer, content []byte) {
	l.t.Helper()
	if l.grants("bytes", v, want, a) && string(a.body) != string(content) {
		l.t.Errorf("%v, %s: other bytes", v.visitor, a.path)
	}
	if want != granted && (strings.Contains(string(a.body), "contenu de preuve") || a.header.Get("Content-Range") != "" || a.header.Get("ETag") != "") {
		l.t.Errorf("LEAK: %v, %s: %v", v.visitor, a.path, a.header)
	}
}

// deskBy is the list of her spaces, what waits in them, and a search over all.
func (l *life) deskBy(v guestbook, p browser) {
	l.t.Helper()
	mine, may := map[string]bool{}, map[string]string{}
	for _, s := range l.spaces {
		if l.o.role(v.visitor, s.handle) == "" {
			continue
		}
		mine[string(s.id)] = true
		must, some := l.words(v.visitor, s)
		maps.Copy(may, must)
		maps.Copy(may, some)
		may[s.token] = "the space"
	}
	a := p.do(get(api.Root + "/spaces?limit=1000"))
	if !l.grants("spaces", v, granted, a) {
		return
	}
	var got struct{ Spaces []struct{ ID string } }
	l.must(json.Unmarshal(a.body, &got))
	for _, s := range got.Spaces {
		if !mine[s.ID] {
			l.t.Errorf("LEAK: %v is given the space %s", v.visitor, s.ID)
		}
	}
	if len(got.Spaces) != len(mine) {
		l.t.Errorf("%v is given %d spaces of %d", v.visitor, len(got.Spaces), len(mine))
	}
	for _, path := range []string{"/desk", "/search?q=piece"} {
		want := granted
		if path == "/desk" && (v.scope != "" || !staff(l.o.roles[v.person][v.visitor.firm])) {
			want = absent // it is the firm's own
		}
		if a := p.do(get(api.Root + path)); l.grants(path, v, want, a) {
			l.shows("program: "+path, v, a, nil, may)
		}
	}
}

func (l *life) slipBy(v guestbook, p browser) {
	l.t.Helper()
	if len(l.receipts) > 0 {
		one, want := pick(l, l.receipts), absent
		if l.o.seesReceipt(v.visitor, one.handle) {
			want = granted
		}
		l.grants("receipt", v, want, p.do(get(api.Root+"/receipts/"+one.id+pick(l, []string{"", "/file"}))))
	}
	if len(l.pending) > 0 {
		one, want := pick(l, l.pending), absent
		if l.o.uploads[one.handle][1] == v.person {
			do := "manage"
			if !staff(l.o.roles[v.person][v.visitor.firm]) {
				do = "deposit"
			}
			want = l.o.ask(v.visitor, do, one.space)
		}
		l.grants("upload", v, want, p.do(call{method: http.MethodHead, path: api.Root + "/uploads/" + one.id}.with("Tus-Resumable", tus)))
	}
}

// eventsBy reads all events by small pages: no more and no fewer than the use
// case gives, which tells judges.
func (l *life) eventsBy(v guestbook, p browser) {
	l.t.Helper()
	if v.actor.Firm != l.firms[v.visitor.firm].id {
		return
	}
	if l.closed(v) {
		if a := p.do(get(api.Root + "/events")); a.status == http.StatusOK && strings.Contains(string(a.body), `"id"`) {
			l.t.Errorf("LEAK: %v is told %s", v.visitor, a.body)
		}
		return
	}
	want := l.judge(v)
	least := len(want)
	var got []string
	for cursor := ""; ; {
		a := p.do(get(api.Root + "/events?limit=500" + cursor))
		var page struct {
			Events []struct{ ID string }
			Next   string
			More   bool
		}
		if !l.grants("events", v, granted, a) || json.Unmarshal(a.body, &page) != nil {
			return
		}
		for _, e := range page.Events {
			got = append(got, e.ID)
		}
		if !page.More {
			break
		}
		cursor = "&cursor=" + url.QueryEscape(page.Next)
	}
	if len(got) > len(want) {
		want = l.judge(v) // some were placed in the journal meanwhile
	}
	for i, e := range want[:min(len(got), len(want))] {
		if got[i] != string(e.ID) {
			l.t.Errorf("event %d that %v is told of by a program is %s, and %s otherwise", i, v.visitor, got[i], e.ID)
			return
		}
	}
	if len(got) < least {
		l.t.Errorf("%v is told of %d events by a program and of %d otherwise", v.visitor, len(got), least)
	}
	if len(got) > len(want) {
		l.t.Errorf("LEAK: %v is told of %d events by a program and of %d otherwise", v.visitor, len(got), len(want))
	}
}

// driveBy walks a whole drive: the files on it are the documents she sees, each
// once, with the sizes and bytes of their last versions.
func (l *life) driveBy(v guestbook, d browser) {
	l.t.Helper()
	want, may, rooms := map[string]*thing{}, map[string]bool{}, 0
	for _, s := range l.spaces {
		if l.o.role(v.visitor, s.handle) != "" {
			rooms++
			may[s.token] = true
		}
	}
	for _, it := range l.items {
		if len(it.versions) > 0 && l.o.sees(v.visitor, it.handle) && l.o.spaces[it.space].firm == v.visitor.firm {
			want[it.title] = it
		}
	}
	l.count["program: drive "+string(granted)]++
	top := d.lists(dav.Root)
	if len(top) != rooms {
		l.t.Errorf("LEAK, or less: %v has %d spaces on her drive, not %d", v.visitor, len(top), rooms)
	}
	todo := slices.Collect(maps.Values(top))
	for len(todo) > 0 {
		n := todo[0]
		todo = todo[1:]
		if n.Prop.Is != nil {
			todo = slices.AppendSeq(todo, maps.Values(d.lists(n.Href)))
			for _, word := range planted.FindAllString(n.Href, -1) {
				if !may[word] {
					l.t.Errorf("LEAK: %v has %s on her drive", v.visitor, n.Href)
				}
			}
			continue
		}
		names := n.names()
		word := planted.FindString(names[len(names)-1])
		it := want[word]
		if it == nil {
			l.t.Errorf("LEAK, or twice: %v has %s on her drive, %s", v.visitor, n.Href, l.whose(word))
			continue
		}
		last := it.content[len(it.content)-1]
		if n.Prop.Size != fmt.Sprint(len(last)) || !strings.Contains(n.Prop.Tag, string(it.versions[len(it.versions)-1])) {
			l.t.Errorf("%v: %s has %s bytes, %s", v.visitor, n.Href, n.Prop.Size, n.Prop.Tag)
		}
		if l.r.IntN(20) == 0 {
			if a := d.do(get(n.Href)); a.status != http.StatusOK || string(a.body) != string(last) {
				l.t.Errorf("%v: %s: %d, other bytes", v.visitor, n.Href, a.status)
			}
		}
		delete(want, word)
	}
	if len(want) > 0 {
		l.t.Errorf("%v has not on her drive %v", v.visitor, slices.Collect(maps.Keys(want)))
	}
}

// hook is a program that one firm's administrator has told of everything.
type hook struct {
	owner guestbook
	mu    sync.Mutex
	raw   []string
	told  map[string]bool
	seen  map[string]bool // items that she saw at some time since the last comparison
	never map[string]bool // items that she did not see at some time before she was told
}

func (h *hook) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body) // a part of it is compared like the whole
	h.mu.Lock()
	defer h.mu.Unlock()
	h.raw = append(h.raw, string(raw))
}

// connect tells a program of each firm.
func (l *life) connect() {
	l.t.Helper()
	for firm, c := range l.firms {
		h := &hook{told: map[string]bool{}, seen: map[string]bool{}, never: map[string]bool{}}
		i := slices.IndexFunc(l.visitors, func(v guestbook) bool { return v.visitor == visitor{firm + "/admin", firm, ""} })
		h.owner = l.visitors[i]
		at := httptest.NewServer(h)
		l.t.(interface{ Cleanup(func()) }).Cleanup(at.Close)
		_, _, err := l.server.Webhooks.Create(l.t.Context(), c.admin.actor, webhook.New{Address: at.URL})
		l.must(err)
		l.hooks = append(l.hooks, h)
	}
}

// watch notes what the owners of webhooks see now.
func (l *life) watch() {
	for _, h := range l.hooks {
		for handle := range l.o.items {
			if l.o.sees(h.owner.visitor, handle) {
				h.seen[handle] = true
			} else if !h.told[handle] {
				h.never[handle] = true
			}
		}
	}
}

// overhear compares what webhooks were told with what their owners saw since
// the last time.
func (l *life) overhear() {
	l.t.Helper()
	for _, h := range l.hooks {
		var waits []string
		for late := time.Now().Add(10 * time.Second); time.Now().Before(late); time.Sleep(20 * time.Millisecond) {
			l.settle()
			if waits = l.catchUp(h); len(waits) == 0 {
				break
			}
		}
		if len(waits) > 0 {
			l.t.Errorf("the webhook of %v was told nothing of %v", h.owner.visitor, waits)
		}
	}
	for _, h := range l.hooks {
		h.seen = map[string]bool{}
	}
	l.watch()
}

// catchUp judges what has come, and names what should and has not.
func (l *life) catchUp(h *hook) (waits []string) {
	l.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, raw := range h.raw {
		l.overheard(h, raw)
	}
	l.count["webhook "+string(granted)] += len(h.raw)
	h.raw = nil
	for handle := range l.o.items {
		if l.o.sees(h.owner.visitor, handle) && !h.told[handle] && !h.never[handle] {
			waits = append(waits, handle)
		}
	}
	return waits
}

func (l *life) overheard(h *hook, raw string) {
	l.t.Helper()
	var m struct {
		Type string
		Data struct{ Firm, Object string }
	}
	l.must(json.Unmarshal([]byte(raw), &m))
	noun, verb, _ := strings.Cut(m.Type, ".")
	if planted.MatchString(raw) || m.Data.Firm != string(h.owner.actor.Firm) {
		l.t.Errorf("LEAK: the webhook of %v was told %s", h.owner.visitor, raw)
	}
	if (noun == "document" || noun == "memo" || noun == "agenda") && verb != "deleted" {
		h.told[m.Data.Object] = true
		if !h.seen[m.Data.Object] {
			l.t.Errorf("LEAK: the webhook of %v was told of %s", h.owner.visitor, raw)
		}
	}
	if _, err := id.Parse[id.Entry](m.Data.Object); err != nil {
		l.t.Errorf("the webhook of %v was told of %q", h.owner.visitor, m.Data.Object)
	}
}
