package proof

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/dav/caldav"
	"cenacle/internal/id"
	"cenacle/internal/token"
)

// diary is somebody's calendar.
func (w *world) diary(by authz.Actor, pass authz.Pass) browser {
	w.t.Helper()
	text, _ := w.issue(by, token.Calendar, pass)
	return w.driving(text)
}

// questions are all ways to ask a calendar for one address.
func questions(path string) (out []call) {
	for _, method := range slices.Sorted(maps.Keys(caldav.Verbs())) {
		c := call{method: method, path: path, body: []byte(map[string]string{
			"REPORT": `<C:calendar-multiget xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns="DAV:"><prop><C:calendar-data/></prop><href>` + path + `</href></C:calendar-multiget>`,
		}[method])}.with("Depth", "0")
		if method == "REPORT" {
			c.path = path[:strings.LastIndexByte(path, '/')+1]
		}
		out = append(out, c, c.with("If-None-Match", "*"), c.with("If-Match", `"x"`), c.with("Depth", "1"))
	}
	return out
}

// ISO-02 and ISO-03 for calendars: every method of the table answers of an event to
// who has no business with it as it answers of what is not there, and changes
// nothing; and of all of them a calendar has none.
func TestISO03Calendars(t *testing.T) {
	either(t, func(w *world) {
		s := stage(w)
		made, err := s.server.Agendas.Add(t.Context(), s.lead.actor, agenda.Adding{
			Space: s.room.id, Entry: agenda.Entry{Kind: agenda.Meeting, Title: "Entre nous", When: agenda.When{Day: "2026-12-09"}},
			Circles: []id.Circle{s.room.house.Firm},
		})
		w.must(err)
		event := made.ID
		s.diary(s.lead.actor, authz.Pass{}).want(http.StatusOK, get(s.calendar(s.lead.actor)+string(event)+".ics"))
		asked := 0
		for who, by := range map[string]player{
			"a lawyer of the firm": {s.stranger.actor, authz.Pass{}}, "a client of another room": {s.neighbour.actor, authz.Pass{}},
			"a former colleague": {s.former.actor, authz.Pass{}}, "a former client": {s.formerClient.actor, authz.Pass{}}, "another firm": {s.opponent.actor, authz.Pass{}},
			"a client, of what stays in the firm": {s.client.actor, authz.Pass{}}, "a password for another room": {s.lead.actor, authz.Pass{Spaces: []id.Space{s.beside.id}}},
		} {
			d, never := s.diary(by.actor, by.pass), id.New[id.Item](s.clock.now())
			before := s.still()
			calls, others := questions(s.calendar(by.actor)+string(event)+".ics"), questions(s.calendar(by.actor)+string(never)+".ics")
			for i := range calls {
				got, want := d.do(calls[i]), d.do(others[i])
				got.body, want.body = bytes.ReplaceAll(got.body, []byte(event), []byte("EVENT")), bytes.ReplaceAll(want.body, []byte(never), []byte("EVENT"))
				compare(s, intruder{name: who}, got.method+" of an event", got, want)
				asked++
			}
			if all := d.want(http.StatusOK, get(caldav.Feed)); bytes.Contains(all.body, []byte(event)) {
				t.Errorf("LEAK: %s has it among all", who)
			}
			if changed := before.changed(s.behind().state()); len(changed) > 0 {
				t.Errorf("%s changed %v", who, changed)
			}
		}
		s.unknownCalendars()
		if asked < 300 {
			t.Errorf("only %d requests", asked)
		}
	})
}

// player is who asks, with a password for so much.
type player struct {
	actor authz.Actor
	pass  authz.Pass
}

// calendar is the address of somebody's calendar.
func (s *scene) calendar(of authz.Actor) string {
	return caldav.Root + string(of.Firm) + "/calendars/all/"
}

// unknownCalendars: one answer to every text that opens no calendar.
func (s *scene) unknownCalendars() {
	s.t.Helper()
	never := "cenacle_" + string(s.firm.id) + "_" + strings.Repeat("A", 42) + "E"
	api, _ := s.issue(s.lead.actor, token.API, authz.Pass{})
	drive, _ := s.issue(s.lead.actor, token.Drive, authz.Pass{})
	revoked, which := s.issue(s.lead.actor, token.Calendar, authz.Pass{})
	s.must(s.server.Tokens.Revoke(s.t.Context(), s.lead.actor, which.ID))
	for _, c := range questions(caldav.Feed) {
		if c.method == http.MethodOptions {
			continue
		}
		s.clock.advance(11 * time.Minute)
		want := s.driving(never).do(c)
		if want.status != http.StatusUnauthorized {
			s.t.Errorf("%s with a password that was never made: %d", c.method, want.status)
		}
		for what, text := range map[string]string{"of the API": api, "of a drive": drive, "revoked": revoked, "of a browser": s.lead.token} {
			compare(s, intruder{name: "a password " + what}, c.method, s.driving(text).do(c), want)
		}
	}
}
