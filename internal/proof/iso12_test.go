package proof

import (
	"bytes"
	"net/http"
	"testing"

	"cenacle/internal/api"
	"cenacle/internal/authz"
	"cenacle/internal/lifecycle"
	"cenacle/internal/token"
)

// ISO-12: who worked in a file and is kept out of it by a wall finds nothing of it any
// more: each request that succeeds for others gets the answer of what does not exist,
// and no list, search, calendar, stream or drive of hers says that it is there.
func TestISO12(t *testing.T) {
	t.Parallel()
	s := stage(begin(t, temporary(t)))
	for _, st := range book() {
		s.play(st)
	}
	her := s.colleague
	before, _ := s.learns(her)
	if before < 4 {
		t.Fatalf("while she works there she reads only %d words of the file", before)
	}
	s.must(s.server.Lifecycle.RaiseWall(t.Context(), s.lead.actor, lifecycle.NewWall{Space: s.room.id, Person: her.id, Reason: "Conflit d’intérêts"}))
	absent := s.ids.invented(inside[:]...)
	if asked := s.intrude(intruder{name: "a colleague behind a wall", by: her.browser, true: s.ids, untrue: absent}); asked < 60 {
		t.Errorf("only %d requests were replayed", asked)
	}
	if n, where := s.learns(her); n > 0 {
		t.Errorf("behind the wall she reads words of the file at %v", where)
	}
}

// learns counts the words of the room that somebody reads in all that is hers alone, and
// where.
func (s *scene) learns(her *person) (n int, where []string) {
	s.t.Helper()
	drive, _ := s.issue(her.actor, token.Drive, authz.Pass{})
	p, d := s.program(her.actor), s.driving(drive)
	var all []answer
	for _, path := range []string{"", "agenda", "journal", "people", "search?q=projet", "search?q=livret", "conflicts", "programs"} {
		all = append(all, her.do(get(s.firm.path(path))))
	}
	for _, path := range []string{"/spaces", "/search?q=projet", "/events", "/me", "/waiting", "/agenda"} {
		all = append(all, p.do(get(api.Root+path)))
	}
	all = append(all, d.do(call{method: "PROPFIND", path: at("")}.with("Depth", "1")), her.do(post(s.firm.path("conflicts"), "name", "Petit")))
	for _, a := range all {
		if a.status >= 500 {
			s.t.Errorf("%s %s: %d", a.method, a.path, a.status)
		}
		for _, word := range []string{"Projet de convention", "Projet 2", "Note interne", "Livret", "Votre projet", "Sophie Petit", string(s.room.id)} {
			if a.status < http.StatusBadRequest && bytes.Contains(a.body, []byte(word)) {
				n++
				where = append(where, a.path+": "+word)
			}
		}
	}
	return n, where
}
