package proof

import (
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// OUT-07: no other site makes somebody's browser act.
func TestOUT07(t *testing.T) {
	either(t, func(w *world) {
		s := stage(w)
		var tried int
		for _, st := range book() {
			method, _, _ := strings.Cut(st.route, " ")
			if method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions {
				s.play(st)
				continue
			}
			who, c := st.who(s), st.send(s.ids)
			before := s.still()
			for _, from := range [][]string{
				{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "cross-site", "Origin", w.base},
				{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Origin", strings.Replace(w.base, "http:", "https:", 1) + "0"},
			} {
				if a := who.do(c.with(from...)); a.status != http.StatusForbidden {
					t.Errorf("%s from another site (%v): %d", st.route, from, a.status)
				}
				tried++
			}
			if changed := before.changed(s.behind().state()); len(changed) > 0 {
				t.Errorf("%s from another site changed %v", st.route, changed)
			}
			st.send = func(ids) call { return c.with("Sec-Fetch-Site", "same-origin", "Origin", w.base) }
			st.who = func(*scene) browser { return who }
			s.play(st) // and from ours it does what it says
		}
		t.Logf("%d requests from other sites", tried)
	})
}

// evidence are the tables that looking may change: the marks and the lines of
// the journal which say that somebody has opened the bytes of a document.
var evidence = [...]string{"journal_entry", "journal_hash", "journal_head", "read_mark", "unread"}

// OUT-07: looking changes nothing, however much one looks.
func TestOUT07Crawl(t *testing.T) {
	either(t, func(w *world) {
		s := stage(w)
		w.must(w.server.Invitations.Invite(t.Context(), s.lead.actor, s.room.id, s.client.id))
		s.ids["token"] = s.mailed("/l/", s.client.email)
		s.ids["session"] = s.ids["document"]
		before := s.behind().state()
		var bytes []string
		seen := map[string]bool{}
		for _, who := range []browser{s.lead.browser, s.client.browser, s.opponent.browser, s.nobody()} {
			bytes = append(bytes, s.crawl(who, seen)...)
		}
		s.settle()
		if changed := before.changed(s.behind().state()); len(changed) > 0 {
			t.Errorf("reading %d pages changed %v", len(seen), changed)
		}
		if len(seen) < 60 || len(bytes) < 4 {
			t.Errorf("only %d pages and %d files were found", len(seen), len(bytes))
		}
		for _, path := range bytes {
			s.lead.do(get(path))
		}
		s.settle()
		changed := before.changed(s.behind().state())
		if !slices.Contains(changed, "read_mark") || slices.ContainsFunc(changed, func(table string) bool { return !slices.Contains(evidence[:], table) }) {
			t.Errorf("opening documents changed %v, and may change %v", changed, evidence)
		}
		s.nobody().want(http.StatusSeeOther, post(s.ids.path(" /l/{firm}/{token}"))) // the link that was looked at still opens
	})
}

var href = regexp.MustCompile(`(?:href|src|data-src)="(/[^"#]*)`)

// mostQueries is how many queries one page is asked with: a calendar has no last month.
const mostQueries = 5

// crawl asks for every GET route and for every address on every page, by GET
// and by HEAD, and returns those that give bytes of documents, which it leaves.
func (s *scene) crawl(who browser, seen map[string]bool) (bytes []string) {
	s.t.Helper()
	var todo []string
	for _, r := range routes() {
		if path, found := strings.CutPrefix(r.Pattern, "GET "); found {
			todo = append(todo, s.ids.path(" "+path))
		}
	}
	asked := map[string]int{}
	for len(todo) > 0 {
		path := html.UnescapeString(todo[0])
		todo = todo[1:]
		key := who.token + path
		page, _, _ := strings.Cut(path, "?")
		if seen[key] || strings.HasPrefix(path, "/assets/") || asked[page] == mostQueries {
			continue
		}
		seen[key] = true
		asked[page]++
		if ofDocument.MatchString(path) {
			bytes = append(bytes, path)
			continue
		}
		who.do(call{method: http.MethodHead, path: path})
		for _, found := range href.FindAllSubmatch(who.do(get(path)).body, -1) {
			todo = append(todo, string(found[1]))
		}
	}
	return bytes
}

var ofDocument = regexp.MustCompile(`/documents/[^?]*/(file|view)$`)
