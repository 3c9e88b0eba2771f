package exhibit_test

import (
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/exhibit"
	"cenacle/internal/forum/forumtest"
)

// TestNotify: that a notice has left is kept of the exhibits that its reader may read on
// the way by which she is told, and of no other.
func TestNotify(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x := forumtest.Open(h)
		x.Bring(x.People[0], "Devis.pdf", []byte("devis"), "")
		program, host := x.People[1], x.People[1]
		program.Via, program.Pass = authz.ViaToken, &authz.Pass{Kinds: []string{"memo"}}
		host.Via = authz.ViaCalendar // shows no document
		for _, tt := range []struct {
			who  string
			by   authz.Actor
			want int // notices that are kept after it
		}{
			{"a program for memos", program, 0}, {"a calendar", host, 0}, {"who brought it", x.People[0], 0}, {"the other party", x.People[1], 1}, {"twice", x.People[1], 1},
		} {
			var kept int
			h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error { return exhibit.Notify(a, tt.by, x.In) }))
			h.Must(h.Office.See(t.Context(), h.Lead.Firm, func(a *act.Act) error {
				all, err := exhibit.Services(a, x.In)
				for _, s := range all {
					if s.What == exhibit.Notified && s.Party == x.Sides[1].ID {
						kept++
					}
				}
				return err
			}))
			if kept != tt.want {
				t.Errorf("%s: %d notices are kept, want %d", tt.who, kept, tt.want)
			}
		}
	})
}
