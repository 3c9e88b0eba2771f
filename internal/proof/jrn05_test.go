package proof

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// journalled are the routes whose success is a line of the journal.
var journalled = [...]string{
	"POST /l/{firm}/{token}",
	"POST /f/{firm}/spaces/new", "POST /f/{firm}/people", "POST /f/{firm}/people/{colleague}/leave", "POST /f/{firm}/approval", "POST /f/{firm}/factors", "POST /f/{firm}/charter/edit", "POST /f/{firm}/reviews", "POST /f/{firm}/message-sizes", "POST /f/{firm}/spaces/{space}/people/{person}/review", "POST /f/{firm}/spaces/{space}/people/{person}/review/end",
	"POST /f/{firm}/spaces/{space}/name", "POST /f/{firm}/spaces/{space}/people",
	"POST /f/{firm}/spaces/{space}/folders", "POST /f/{firm}/spaces/{space}/folders/{folder}",
	"POST /f/{firm}/spaces/{space}/people/{person}/remove", "POST /f/{firm}/spaces/{space}/people/{person}/invite", "POST /f/{firm}/spaces/{space}/people/{person}/mobile", "POST /f/{firm}/spaces/{space}/demand",
	"POST /f/{firm}/groups", "POST /f/{firm}/groups/{group}", "POST /f/{firm}/groups/{group}/dissolve",
	"POST /f/{firm}/support", "POST /f/{firm}/support/{permission}/end", "POST /f/{firm}/spaces/{space}/support", "POST /f/{firm}/spaces/{space}/support/{support}/end",
	"POST /f/{firm}/absences", "POST /f/{firm}/absences/{absence}/end", "POST /f/{firm}/people/{colleague}/absence", "POST /f/{firm}/diffusions/{diffusion}/send", "POST /f/{firm}/diffusions/{diffusion}/cancel", "POST /f/{firm}/diffusions/{diffusion}/recall", "POST /f/{firm}/notices", "POST /f/{firm}/spaces/{space}/level", "POST /f/{firm}/spaces/{space}/mute",
	"POST /f/{firm}/spaces/{space}/freeze",
	"GET /f/{firm}/spaces/{space}/documents/{document}/view", "GET /f/{firm}/spaces/{space}/documents/{document}/file",
	"GET /f/{firm}/spaces/{space}/documents/{document}/versions/{version}/file",
	"POST /f/{firm}/spaces/{space}/documents/{document}/address", "POST /f/{firm}/spaces/{space}/documents/{document}/name",
	"POST /f/{firm}/spaces/{space}/documents/{document}/delete", "POST /f/{firm}/spaces/{space}/files",
	"POST /f/{firm}/spaces/{space}/people/{person}/see", "POST /f/{firm}/spaces/{space}/walls",
	"POST /f/{firm}/spaces/{space}/circles", "POST /f/{firm}/spaces/{space}/circles/{named}",
	"POST /f/{firm}/spaces/{space}/circles/{named}/people", "POST /f/{firm}/spaces/{space}/circles/{named}/people/{person}/remove",
	"POST /f/{firm}/entrance", "POST /f/{firm}/entrance/keys", "POST /f/{firm}/entrance/plate", "POST /f/{firm}/entrance/logo", "POST /f/{firm}/entrance/logo/remove", "POST /f/{firm}/entrance/host", "POST /f/{firm}/entrance/{provider}", "POST /f/{firm}/entrance/{provider}/end",
	"POST /f/{firm}/conflicts", "POST /f/{firm}/spaces/{space}/aliases", "POST /f/{firm}/spaces/{space}/aliases/{alias}/remove",
	"POST /f/{firm}/spaces/{space}/vigilance",
	"POST /f/{firm}/spaces/{space}/parties", "POST /f/{firm}/spaces/{space}/parties/{party}/remove",
	"POST /f/{firm}/spaces/{space}/documents/{document}/recall", "POST /f/{firm}/spaces/{space}/documents/{document}/nature", "POST /f/{firm}/spaces/{space}/approval", "POST /f/{firm}/spaces/{space}/holds", "POST /f/{firm}/spaces/{space}/holds/{hold}/lift",
	"POST /f/{firm}/spaces/{space}/requests", "POST /f/{firm}/spaces/{space}/requests/reuse", "POST /f/{firm}/spaces/{space}/requests/remind",
	"POST /f/{firm}/spaces/{space}/requests/{ask}/lack", "POST /f/{firm}/spaces/{space}/requests/{ask}/use",
	"POST /f/{firm}/spaces/{space}/requests/{ask}/accept", "POST /f/{firm}/spaces/{space}/requests/{ask}/return",
	"POST /f/{firm}/spaces/{space}/requests/{ask}/waive", "POST /f/{firm}/spaces/{space}/requests/{ask}/renew",
	"POST /f/{firm}/spaces/{space}/deposit/switch",
	"POST /f/{firm}/spaces/{space}/agenda", "POST /f/{firm}/spaces/{space}/agenda/deadline", "POST /f/{firm}/spaces/{space}/agenda/{event}", "POST /f/{firm}/spaces/{space}/agenda/{event}/cancel", "POST /f/{firm}/spaces/{space}/agenda/read",
	"POST /f/{firm}/spaces/{space}/slots", "POST /f/{firm}/spaces/{space}/slots/{slot}/choose", "POST /f/{firm}/spaces/{space}/slots/{slot}/decline", "POST /f/{firm}/spaces/{space}/slots/{slot}/withdraw",
	"POST /f/{firm}/spaces/{space}/deposit/close", "POST /f/{firm}/spaces/{space}/memos", "POST /f/{firm}/spaces/{space}/memos/{memo}/acknowledge", "POST /f/{firm}/spaces/{space}/memos/read",
}

// cut keeps a table from being written, as a fault of the database would;
// mend lets it go. On PostgreSQL the superuser does it behind the program's
// back.
func (w *world) cut(table string) {
	w.t.Helper()
	if w.store.PostgresURL == "" {
		w.behind().exec(`create trigger cut_` + table + ` before insert on ` + table + ` begin select raise(abort, 'cut'); end`)
		return
	}
	w.behind().exec(`create or replace function cut() returns trigger language plpgsql as $$ begin raise exception 'cut'; end $$`,
		`create trigger cut_`+table+` before insert on `+table+` for each row execute function cut()`)
}

func (w *world) mend(table string) {
	w.t.Helper()
	if w.store.PostgresURL == "" {
		w.behind().exec(`drop trigger if exists cut_` + table)
		return
	}
	w.behind().exec(`drop trigger cut_` + table + ` on ` + table)
}

// JRN-05: what cannot be written into the journal does not happen, and when it
// can be again, everything goes on by itself.
func TestJRN05(t *testing.T) {
	each(t, func(w *world) {
		s := stage(w)
		w.must(w.server.Invitations.Invite(t.Context(), s.lead.actor, s.room.id, s.client.id))
		s.ids["token"] = s.mailed("/l/", s.client.email)
		var acts []step
		for _, st := range book() {
			if slices.Contains(journalled[:], st.route) {
				acts = append(acts, st)
			}
		}
		if len(acts) != len(journalled) {
			w.t.Fatalf("%d of %d journalled routes are in the book", len(acts), len(journalled))
		}
		s.spread() // the people of the room are others since
		before := w.behind().state()
		w.cut("journal_entry")
		for _, st := range acts {
			a := st.who(s).do(st.send(s.ids))
			if a.status < http.StatusInternalServerError {
				w.t.Errorf("without a journal, %s: %d %s", st.route, a.status, a.text())
			}
			if strings.Contains(string(a.body), "contenu de preuve") {
				w.t.Errorf("without a journal, %s gives bytes", st.route)
			}
		}
		s.wholeUpload(false)
		w.server.Outbox.Wake(s.firm.id)
		w.mend("journal_entry")
		if changed := slices.DeleteFunc(before.changed(w.behind().state()), spared); len(changed) > 0 {
			w.t.Errorf("without a journal, %v changed", changed)
		}
		const restore, send = "POST /f/{firm}/spaces/{space}/documents/{document}/restore", "POST /f/{firm}/diffusions/{diffusion}/send"
		for _, st := range book() {
			if st.route == send {
				s.spread() // what is seen of it is another since
			}
			if st.route == restore || slices.Contains(journalled[:], st.route) {
				s.play(st)
			}
		}
		s.wholeUpload(true)
		s.settle()
	})
}

// spared are the tables that hold no act: the directory's people, who open
// nothing without an act of a firm; uploads on their way.
func spared(table string) bool {
	return slices.Contains([]string{"person", "affiliation", "upload", "attempt", "session"}, table)
}

// wholeUpload sends a file by the resumable protocol; its last piece makes the
// document.
func (s *scene) wholeUpload(works bool) {
	s.t.Helper()
	space := s.firm.path("spaces", string(s.room.id))
	raw := content("entier", 90_000)
	u := s.lead.want(http.StatusCreated, create(space+"/uploads", "90000", "filename", "Entier.txt", "tray", "firm"))
	a := s.lead.do(patch(u.header.Get("Location"), "0", raw))
	if works != (a.status == http.StatusNoContent) || !works && a.status < http.StatusInternalServerError {
		s.t.Errorf("an upload that ends: %d, and should work: %v", a.status, works)
	}
	if !works {
		s.ids["entire"] = u.header.Get("Location")
		return
	}
	first := s.lead.want(http.StatusOK, call{method: http.MethodHead, path: s.ids["entire"]}.with("Tus-Resumable", tus))
	if got := first.header.Get("X-Content-Sha256"); got != digest(raw) {
		s.t.Errorf("the upload whose document could not be journalled is at %s, its bytes are %q", first.header.Get("Upload-Offset"), got)
	}
}

// JRN-05: a journal that cannot be signed delays the proof, never the act.
func TestJRN05Sequencing(t *testing.T) {
	each(t, func(w *world) {
		s := stage(w)
		w.cut("journal_head")
		memo := func() int {
			return s.lead.do(post(s.firm.path("spaces", string(s.room.id), "memos"), "subject", "Question", "body", "Une question.", "circle", string(s.room.house.Client))).status
		}
		for range 3 {
			if got := memo(); got != http.StatusSeeOther {
				w.t.Errorf("a memo while nothing can be signed: %d", got)
			}
		}
		waiting := `select count(*) from journal_entry where position is null`
		if n := w.behind().count(waiting); n == 0 {
			w.t.Error("nothing waits: the cut does not cut")
		}
		w.mend("journal_head")
		s.settle()
	})
}
