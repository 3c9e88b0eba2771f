package proof

import (
	"context"
	"slices"
	"strings"
	"time"

	"cenacle/internal/event"
	"cenacle/internal/id"
	"cenacle/internal/webhook"
)

// peer is an address that nothing is ever sent to: its name is this machine's.
const peer = "https://localhost/nouvelles"

// connect gives the firm a connection that is paused, so that it does nothing
// by itself.
func (s *scene) connect() {
	s.t.Helper()
	ctx := s.t.Context()
	w, _, err := s.server.Webhooks.Create(ctx, s.lead.actor, webhook.New{Address: peer, Kinds: []string{"memo"}})
	s.must(err)
	s.must(s.server.Webhooks.Pause(ctx, s.lead.actor, w.ID))
	s.ids["webhook"] = string(w.ID)
}

// alone ends every connection but that of the scene.
func (s *scene) alone() {
	s.t.Helper()
	all, err := s.server.Webhooks.List(s.t.Context(), s.lead.actor)
	s.must(err)
	for _, w := range all {
		if string(w.ID) != s.ids["webhook"] {
			s.must(s.server.Webhooks.End(s.t.Context(), s.lead.actor, w.ID))
		}
	}
	s.forget()
}

// forget takes away what waits to be sent.
func (s *scene) forget() {
	s.t.Helper()
	s.settle()
	db := s.behind()
	db.exec(`delete from job where kind in ('webhook.walk', 'webhook.send')`)
	db.exec(`delete from webhook_notice`)
}

func connectionSteps() []step {
	const all, one = "/f/{firm}/connections", "/f/{firm}/connections/{webhook}"
	today := time.Now().Format(time.DateOnly)
	return []step{
		plain(all, byLead, 200),
		form(all, byLead, 200, "address", peer, "kinds", "memo").then(func(s *scene, _ answer) { s.alone() }),
		plain(one, byLead, 200),
		form(one, byLead, 303, "address", peer, "chosen", "1", "kinds", "memo"),
		form(one+"/secret", byLead, 200),
		form(one+"/resume", byLead, 303), form(one+"/test", byLead, 303), form(one+"/replay", byLead, 303, "from", today),
		form(one+"/pause", byLead, 303).then(func(s *scene, _ answer) { s.forget() }),
		form(one+"/end", byLead, 303).then(func(s *scene, _ answer) { s.connect() }),
	}
}

// tells reads all events as a visitor: of items exactly those that she sees, and
// of what others do in a space nothing unless she is of the firm.
func (l *life) tells() {
	l.t.Helper()
	l.judge(pick(l, l.visitors))
	l.count["is told "+string(granted)]++
}

// judge compares the events that the use case gives a visitor with the oracle.
func (l *life) judge(v guestbook) []event.Event {
	l.t.Helper()
	ctx := l.t.Context()
	told := map[string]bool{}
	all := l.everything(ctx, v)
	for _, e := range all {
		noun, verb, _ := strings.Cut(e.Kind, ".")
		s := l.spaceOf(e.Space)
		switch {
		case e.Space == "" && l.o.roles[v.person][v.visitor.firm] != "admin", e.Space != "" && s == nil:
			l.t.Errorf("LEAK: %v is told of %s", v.visitor, e.Kind)
		case e.Space == "":
		case slices.Contains([]string{"document", "memo", "exhibit", "agenda"}, noun) && verb != "deleted" && verb != "served":
			told[e.Object] = true
			if _, known := l.o.items[e.Object]; !known || !l.o.sees(v.visitor, e.Object) {
				l.t.Errorf("LEAK: %v is told of %s of %s", v.visitor, e.Kind, e.Object)
			}
			if slices.Contains([]string{"read", "downloaded", "opened", "notified"}, verb) && !ofFirm(l.o.role(v.visitor, s.handle)) && e.Actor != v.actor.Person {
				l.t.Errorf("LEAK: %v is told who else has %s %s", v.visitor, verb, e.Object)
			}
		case noun == "slot" && l.o.seesSlots(v.visitor, e.Object), noun == "offer" && l.o.seesRound(v.visitor, e.Object):
		case !ofFirm(l.o.role(v.visitor, s.handle)) && e.Actor != v.actor.Person:
			l.t.Errorf("LEAK: %v is told of %s by another", v.visitor, e.Kind)
		}
	}
	for handle := range l.o.items {
		if l.o.sees(v.visitor, handle) && !told[handle] {
			l.t.Errorf("%v is told nothing of %s", v.visitor, handle)
		}
	}
	return all
}

func (l *life) everything(ctx context.Context, v guestbook) (out []event.Event) {
	l.t.Helper()
	f, err := l.server.Office.Store.Firm(ctx, v.actor.Firm)
	l.must(err)
	_, err = l.server.Office.Journal.Sequence(ctx, f)
	l.must(err)
	for q := (event.Query{Limit: 500}); ; {
		page, next, err := l.server.Events.Since(ctx, v.actor, q)
		l.must(err)
		out = append(out, page...)
		if next == q.After {
			return out
		}
		q.After = next
	}
}

func (l *life) spaceOf(of id.Space) *oracleRoom {
	for _, s := range l.spaces {
		if s.id == of {
			return s
		}
	}
	return nil
}
