package proof

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/id"
)

// AUT-05: what a forum demands holds on every way. To who has shown less than a passkey
// nothing of it is there: no page, no list or search over all spaces, no operation, drive
// or calendar gives a word of it; its pages lead to where she shows it, and back. Who has
// shown it finds all as it was.
func TestAUT05_ForumDemands(t *testing.T) {
	either(t, func(w *world) {
		s, ctx := stage(w), t.Context()
		drive, diary, program := w.drive(s.lead.actor), s.diary(s.lead.actor, authz.Pass{}), w.program(s.lead.actor)
		base := s.calendar(s.lead.actor)
		_, err := s.server.Circles.Make(ctx, s.lead.actor, circle.New{Space: s.room.id, Name: "Bailleur", Kind: circle.Party, People: []id.Person{s.guest.id}})
		w.must(err)
		keyed := s.lead.actor
		keyed.Via = authz.ViaPasskey
		w.must(s.server.Lifecycle.SetDemand(ctx, keyed, s.room.id, authz.Keyed))
		words := [][]byte{[]byte("Sophie Petit"), []byte("contenu de preuve"), []byte("Projet"), []byte("Livret.txt"), []byte("Note interne"), []byte("Point de situation")}
		silent := func(at string, a answer) {
			for _, word := range words {
				if bytes.Contains(a.body, word) {
					t.Errorf("%s says %s: %d", at, word, a.status)
				}
			}
		}
		const room = "GET /f/{firm}/spaces/{space}"
		led := 0
		for _, st := range book() {
			if !strings.HasPrefix(st.route, room) || st.who(s).token == "" {
				continue
			}
			a := st.who(s).do(st.send(s.ids))
			silent(st.route, a)
			if a.status < 300 {
				t.Errorf("%s: %d", st.route, a.status)
			}
			if to := a.header.Get("Location"); strings.HasPrefix(to, "/account/factors?ask=passkey&next=") {
				led++
			}
		}
		if led < 20 {
			t.Errorf("%d pages lead to where she shows it", led)
		}
		for _, path := range []string{"search?q=projet", "agenda", ""} {
			silent(path, s.lead.do(get(s.firm.path(path))))
		}
		all := w.spec()
		for _, o := range w.operations() {
			if o.method == http.MethodGet && len(o.Security) > 0 {
				a := program.do(all.whole(s.ids).request(o))
				silent(o.Name, a)
				if a.status < 300 && strings.Contains(o.path, "{space}") {
					t.Errorf("%s: %d", o.Name, a.status)
				}
			}
		}
		if tops := drive.lists("/dav/"); len(tops) != 0 {
			t.Errorf("the drive shows %v", tops)
		}
		for _, c := range questions(base + s.ids["event"] + ".ics") {
			silent(c.method, diary.do(c))
		}
		if _, err := s.server.Documents.Show(ctx, keyed, id.Item(s.ids["document"])); err != nil {
			t.Errorf("with a passkey: %v", err)
		}
		w.must(s.server.Lifecycle.SetDemand(ctx, keyed, s.room.id, authz.Single))
		s.lead.want(http.StatusOK, get(s.ids.path(room)))
	})
}

// AUT-05: where a space demands a code, a link alone opens no page of it, in whatever order and
// by whatever method; every page leads to where the code is asked for, which sends none by being
// looked at. Once it is shown, from the mailbox, all is as it was. Who signs in otherwise, and the
// programs, drives and calendars of who does, are asked for nothing.
func TestAUT05_CodeOfALink(t *testing.T) {
	either(t, func(w *world) {
		s, ctx := stage(w), t.Context()
		drive, diary, program := w.drive(s.lead.actor), s.diary(s.lead.actor, authz.Pass{}), w.program(s.lead.actor)
		base := s.calendar(s.lead.actor)
		link := s.mailedAnew()
		w.must(s.server.Lifecycle.SetDemand(ctx, s.lead.actor, s.room.id, authz.Confirmed))
		her := s.nobody()
		her.token = her.want(http.StatusSeeOther, post("/l/"+string(s.firm.id)+"/"+link)).session()
		const room = "GET /f/{firm}/spaces/{space}"
		words, led := [][]byte{[]byte("contenu de preuve"), []byte("Projet"), []byte("Livret.txt"), []byte("Note interne"), []byte("Point de situation")}, 0
		for _, st := range book() {
			if !strings.Contains(st.route, "/f/{firm}/spaces/{space}") || strings.HasPrefix(st.route, "OPTIONS ") { // which says what is spoken, everywhere
				continue
			}
			a := her.do(st.send(s.ids))
			if a.status < 300 {
				t.Errorf("%s: %d", st.route, a.status)
			}
			for _, word := range words {
				if bytes.Contains(a.body, word) {
					t.Errorf("%s says %s", st.route, word)
				}
			}
			if to := a.header.Get("Location"); strings.HasPrefix(to, "/account/code?next=") {
				led++
			}
		}
		if led < 20 {
			t.Errorf("%d pages lead to the code", led)
		}
		s.lead.want(http.StatusOK, get(s.ids.path(room)))
		if tops := drive.lists("/dav/"); len(tops) == 0 {
			t.Error("the drive of who signed in is empty")
		}
		if a := program.do(get("/api/v1/spaces/" + string(s.room.id))); a.status != http.StatusOK {
			t.Errorf("a program: %d", a.status)
		}
		for _, c := range questions(base + s.ids["event"] + ".ics") {
			if a := diary.do(c); a.status == http.StatusNotFound {
				t.Errorf("her calendar: %s %d", c.method, a.status)
			}
		}
		for range 3 {
			her.want(http.StatusOK, get("/account/code"))
		}
		code := func() (found []string) {
			all, err := s.server.Mailbox.List(ctx, 100)
			w.must(err)
			for _, m := range all {
				if m.To == s.client.email {
					found = append(found, regexp.MustCompile(`\b[0-9]{6}\b`).FindAllString(m.Text, -1)...)
				}
			}
			return found
		}
		if sent := code(); len(sent) != 0 {
			t.Fatalf("looking sent %v", sent)
		}
		her.want(http.StatusSeeOther, post("/account/code/send"))
		sent := code()
		if len(sent) != 1 {
			t.Fatalf("sent %v", sent)
		}
		her.token = her.want(http.StatusSeeOther, post("/account/code", "code", sent[0])).session()
		her.want(http.StatusOK, get(s.ids.path(room)))
		w.must(s.server.Lifecycle.SetDemand(ctx, s.lead.actor, s.room.id, authz.Single))
	})
}
