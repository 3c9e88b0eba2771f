package proof

import (
	"strings"
	"testing"

	"cenacle/internal/id"
)

// OUT-05: a mail says that something waits, and where; never what, about whom,
// or in whose name but the firm's.
func TestOUT05(t *testing.T) {
	either(t, func(w *world) {
		g := grow(w)
		mails, err := w.server.Mailbox.List(t.Context(), 500)
		w.must(err)
		subjects := map[string]int{}
		for _, m := range mails {
			subjects[m.Subject]++
			for part, text := range map[string]string{"subject": m.Subject, "text": m.Text, "HTML": m.HTML, "Message-ID": m.ID, "sender": m.From} {
				if found := finds([]byte(text), traces(stem)); len(found) > 0 {
					w.t.Errorf("the %s of a mail to %s holds a planted text %v", part, m.To, found)
				}
			}
			if what := g.planted[strings.TrimPrefix(m.FromName, "Cabinet ")]; what != "firm" {
				w.t.Errorf("a mail comes from %q, which is a %s", m.FromName, what)
			}
			if what := g.planted[m.To[:strings.IndexByte(m.To, '@')]]; what != "e-mail" {
				w.t.Errorf("a mail goes to %s, which is a %s", m.To, what)
			}
			if _, err := id.Parse[id.Job](string(m.Job())); err != nil {
				w.t.Errorf("the Message-ID %s tells more than a job", m.ID)
			}
		}
		if len(mails) < 20 || len(subjects) < 5 {
			w.t.Errorf("only %d mails of the kinds %v were sent", len(mails), subjects)
		}
		for what, raw := range g.elsewhere() {
			if found := finds(raw, traces(stem)); len(found) > 0 {
				w.t.Errorf("%s holds a planted text %v", what, found)
			}
		}
		w.t.Log(subjects)
	}, open, withReaders)
}
