package proof

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/api"
	"cenacle/internal/authz"
	"cenacle/internal/dav/caldav"
	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
)

// two is somebody with two identities, and what she opens with each.
type two struct {
	*world
	c            *cabinet
	kept, former *person
	rooms        []room
	sent         int
	marks        map[*person]openings
}

// mark is a word that one item alone has in its name.
var mark = regexp.MustCompile(`zq\d+x`)

// sends brings a document, a memo and a date to a room, each to the client's circle.
func (s *two) sends(r room) {
	s.t.Helper()
	s.clock.advance(time.Minute)
	next := func() string { s.sent++; return fmt.Sprintf("zq%dx", s.sent) }
	to := []id.Circle{r.house.Client}
	name := next()
	_, err := s.c.file(s.c.admin, document.BeginUpload{Space: r.id, Tray: "firm", Name: name + ".txt", Circles: to}, []byte(name))
	s.must(err)
	_, err = s.server.Memos.Write(s.t.Context(), s.c.admin.actor, memo.New{Space: r.id, Subject: next(), Body: "Bonjour.", Circles: to})
	s.must(err)
	_, err = s.server.Agendas.Add(s.t.Context(), s.c.admin.actor, agenda.Adding{
		Space: r.id, Entry: agenda.Entry{Kind: agenda.Meeting, Title: next(), When: agenda.When{Day: "2027-03-09"}}, Circles: to,
	})
	s.must(err)
}

// adds lets one of her identities into a room.
func (s *two) adds(r room, p *person) {
	s.t.Helper()
	_, err := s.server.Lifecycle.AddGuest(s.t.Context(), s.c.admin.actor, r.id, lifecycle.Guest{Name: p.name, Email: p.email, Role: authz.Client, Language: "fr"})
	s.must(err)
}

// walls keeps one of her identities out of a room in which the other one is.
func (s *two) walls(r room, p *person) {
	s.t.Helper()
	s.adds(r, p)
	s.must(s.server.Lifecycle.RaiseWall(s.t.Context(), s.c.admin.actor, lifecycle.NewWall{Space: r.id, Person: p.id, Reason: "Conflit"}))
}

// ways are what somebody finds on each way into the rooms: the marks of items, and of a
// calendar the addresses of its dates.
func (s *two) ways(p *person) map[string][]string {
	s.t.Helper()
	out := map[string][]string{}
	find := func(way string, in ...string) {
		out[way] = append(out[way], in...)
		slices.Sort(out[way])
		out[way] = slices.Compact(out[way])
	}
	read := func(way string, b browser, path string) {
		find(way, mark.FindAllString(string(b.do(get(path)).body), -1)...)
	}
	o := s.marks[p]
	for _, r := range s.rooms {
		for _, part := range []string{"", "/list", "/agenda"} {
			read("page "+part, p.browser, s.c.path("spaces", string(r.id))+part)
		}
		for _, part := range []string{"/documents", "/memos", "/agenda"} {
			read("program "+part, o.program, api.Root+"/spaces/"+string(r.id)+part)
		}
	}
	for n := 1; n <= s.sent; n++ {
		read("program, search", o.program, api.Root+fmt.Sprintf("/search?q=zq%dx", n))
	}
	find("drive", s.walks(o.drive, at())...)
	dates := o.diary.do(call{method: "PROPFIND", path: caldav.Root + string(s.c.id) + "/calendars/all/"}.with("Depth", "1"))
	find("calendar", regexp.MustCompile(`[0-9a-z]{26}\.ics`).FindAllString(string(dates.body), -1)...)
	return out
}

// walks are the marks in all the folders of a drive.
func (s *two) walks(b browser, path string) (out []string) {
	s.t.Helper()
	for name, n := range b.lists(path) {
		out = append(out, mark.FindAllString(name, -1)...)
		if n.Prop.Is != nil {
			out = append(out, s.walks(b, at(n.names()...))...)
		}
	}
	return out
}

// shows has each of her identities be shown, and the mailbox agree.
func (s *two) merges() {
	s.t.Helper()
	session := func(p *person) (token string) {
		token, _, err := s.server.Accounts.SignIn(s.t.Context(), p.email, password, here())
		s.must(err)
		return token
	}
	in, err := s.server.Accounts.Resume(s.t.Context(), session(s.kept))
	s.must(err)
	challenge, err := s.server.Accounts.BeginMerge(s.t.Context(), in)
	s.must(err)
	in, err = s.server.Accounts.Resume(s.t.Context(), session(s.former))
	s.must(err)
	done, err := s.server.Lifecycle.AskMerge(s.t.Context(), in, challenge)
	if s.must(err); done {
		s.t.Fatal("a password was enough")
	}
	s.settle() // the token of the mail that leaves now is not the last one
	m, err := s.server.Accounts.Merge(s.t.Context(), s.former.id)
	s.must(err)
	token, _, err := s.server.Accounts.IssueMerge(s.t.Context(), s.former.id, m.ID)
	s.must(err)
	s.nobody().want(http.StatusOK, post(lifecycle.MergePath(token), "do", "confirm"))
}

// ISO-01: after two identities were made one, the one that is kept finds on every way what
// either found, but where a wall stands against either; the other opens nothing at all, by
// what it was given before; and a receipt of its deposit is hers to take, and verifies.
func TestISO01_TwoIdentitiesOnEveryWay(t *testing.T) {
	either(t, func(w *world) {
		s := &two{world: w, c: w.found("Cabinet Delmas", "Me Claire Delmas", "claire@delmas.example"), marks: map[*person]openings{}}
		one, kept := s.c.open(s.c.admin, "Garance Petit", "garance@exemple.fr")
		other, former := s.c.open(s.c.admin, "Garance Petit", "g.petit@travail.example")
		s.kept, s.former = kept, former
		third, _ := s.c.open(s.c.admin, "Petit et fils", "fils@exemple.fr")
		fourth, _ := s.c.open(s.c.admin, "Indivision Petit", "indivision@exemple.fr")
		fifth, _ := s.c.open(s.c.admin, "Succession Petit", "succession@exemple.fr")
		s.rooms = []room{one, other, third, fourth, fifth}
		for _, r := range s.rooms {
			s.sends(r)
		}
		s.adds(third, former) // the first who comes
		s.adds(fourth, former)
		s.adds(fifth, kept)
		for _, r := range s.rooms {
			s.sends(r)
		}
		s.adds(third, kept)
		for _, r := range s.rooms {
			s.sends(r)
		}
		s.walls(fourth, kept)
		s.walls(fifth, former)
		receipt, file := s.handsIn(other)
		for _, p := range []*person{kept, former} {
			s.marks[p] = openings{w.program(p.actor), w.drive(p.actor), w.diary(p.actor, authz.Pass{})}
		}
		w.settle()
		hers, theirs := s.ways(kept), s.ways(former)
		s.merges()
		w.settle()

		after := s.ways(kept)
		for _, way := range slices.Sorted(maps.Keys(after)) {
			want := s.without(way, hers[way], theirs[way])
			if !slices.Equal(after[way], want) || len(want) < 4 {
				t.Errorf("%s: she finds %v, want %v", way, after[way], want)
			}
		}
		s.opensNothing(other)
		again, _, err := w.server.Deposits.ReceiptFile(t.Context(), kept.actor, receipt)
		w.must(err)
		for what, raw := range map[string][]byte{"of before": file, "of after": again} {
			if _, err := journal.VerifyReceipt(raw, ""); err != nil {
				t.Errorf("a receipt %s: %v", what, err)
			}
		}
	})
}

// without are the marks that either identity found, but for those of the rooms that a wall
// keeps one of them out of.
func (s *two) without(way string, hers, theirs []string) []string {
	s.t.Helper()
	out := append(slices.Clone(hers), theirs...)
	slices.Sort(out)
	out = slices.Compact(out)
	walled := map[string]bool{}
	for round := range 3 {
		for _, place := range []int{3, 4} { // the fourth room and the fifth, three items each time
			for n := range 3 {
				walled[fmt.Sprintf("zq%dx", round*15+place*3+n+1)] = true
			}
		}
	}
	if way == "calendar" {
		return s.dates()
	}
	return slices.DeleteFunc(out, func(m string) bool { return walled[m] })
}

// dates are the addresses of the dates that she is to find.
func (s *two) dates() (out []string) {
	s.t.Helper()
	for _, r := range s.rooms[:3] {
		list := s.program(s.kept.actor).do(get(api.Root + "/spaces/" + string(r.id) + "/agenda"))
		for _, m := range regexp.MustCompile(`"id":\s*"([0-9a-z]{26})"`).FindAllStringSubmatch(string(list.body), -1) {
			out = append(out, m[1]+".ics")
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// handsIn has the former hand a paper in, and returns her receipt.
func (s *two) handsIn(r room) (id.Receipt, []byte) {
	s.t.Helper()
	_, err := s.c.file(s.former, document.BeginUpload{Space: r.id, Tray: "client", Name: "Livret.txt"}, []byte("Livret"))
	s.must(err)
	made, err := s.server.Deposits.Close(s.t.Context(), s.former.actor, deposit.Finish{Space: r.id})
	s.must(err)
	file, _, err := s.server.Deposits.ReceiptFile(s.t.Context(), s.former.actor, made.ID)
	s.must(err)
	return made.ID, file
}

// opensNothing: whatever the former held answers as what never was.
func (s *two) opensNothing(r room) {
	s.t.Helper()
	o := s.marks[s.former]
	if a := s.former.do(get(s.c.path("spaces", string(r.id)))); a.status != http.StatusSeeOther {
		s.t.Errorf("her browser: %d", a.status)
	}
	for what, a := range map[string]answer{
		"her program":  o.program.do(get(api.Root + "/spaces/" + string(r.id))),
		"her drive":    o.drive.do(call{method: "PROPFIND", path: at()}.with("Depth", "1")),
		"her calendar": o.diary.do(call{method: "PROPFIND", path: caldav.Root + string(s.c.id) + "/calendars/all/"}.with("Depth", "1")),
	} {
		if a.status != http.StatusUnauthorized {
			s.t.Errorf("%s: %d", what, a.status)
		}
	}
	if _, _, err := s.server.Accounts.SignIn(s.t.Context(), s.former.email, password, here()); err == nil {
		s.t.Error("she signs in")
	}
	if _, _, err := s.server.Accounts.OpenLinkSession(s.t.Context(), s.former.id, s.c.id, r.id, here()); err == nil {
		s.t.Error("a link lets her in")
	}
	if left := s.behind().count(`select count(*) from person where id = '` + string(s.former.id) + `'`); left != 0 {
		s.t.Error("the identity is there")
	}
	for _, m := range s.mailsTo(s.former.email) {
		if strings.Contains(m, "Petit") || strings.Contains(m, "exemple.fr") {
			s.t.Errorf("a mail names somebody: %s", m)
		}
	}
}

// mailsTo are the texts of all mails to an address.
func (s *two) mailsTo(address string) (out []string) {
	s.t.Helper()
	all, err := s.server.Mailbox.List(s.t.Context(), 500)
	s.must(err)
	for _, m := range all {
		if m.To == address {
			out = append(out, m.Subject+m.Text)
		}
	}
	if len(out) == 0 {
		s.t.Errorf("nobody told %s", address)
	}
	return out
}
