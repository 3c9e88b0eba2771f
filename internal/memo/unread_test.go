package memo_test

import (
	"slices"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/memo"
)

// TestUnreadAreThoseWhoSee: whoever came after a memo, left, or is kept out is not said
// to have left it unread, whatever circle it went to.
func TestUnreadAreThoseWhoSee(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		m := r.write(t, r.lead, memo.New{Subject: "Avant", Body: "b", Circles: []id.Circle{r.circles.All}})
		r.Clock.Advance(time.Hour)
		late := r.Member(r.lead, r.space, authz.Client, "Tard venue")
		unread := func(by authz.Actor) (out []id.Person) {
			t.Helper()
			threads, _, err := r.memos.Conversation(t.Context(), by, memo.Query{Space: r.space, Limit: 10})
			r.Must(err)
			for _, th := range threads {
				for _, m := range th.Memos {
					for _, to := range m.Unread() {
						out = append(out, to.Person)
					}
				}
			}
			slices.Sort(out)
			return out
		}
		among := func(of ...authz.Actor) (out []id.Person) {
			for _, p := range of {
				out = append(out, p.Person)
			}
			slices.Sort(out)
			return out
		}
		if got, want := unread(r.lead), among(r.client, r.guest, r.aide); !slices.Equal(got, want) {
			t.Errorf("not read by %v, want %v (came late: %s)", got, want, late.Person)
		}
		r.Must(r.memos.Read(t.Context(), r.client, r.space, []id.Item{m}))
		r.Leave(r.guest, r.space)
		if got, want := unread(r.lead), among(r.aide); !slices.Equal(got, want) {
			t.Errorf("then by %v, want %v", got, want)
		}
		if got := unread(r.client); len(got) > 0 {
			t.Errorf("a client is told who has not read: %v", got)
		}
		inside := r.write(t, r.aide, memo.New{Subject: "Entre nous", Body: "b", Internal: true})
		r.Must(r.memos.Read(t.Context(), r.aide, r.space, []id.Item{m}))
		if got, want := unread(r.aide), among(r.lead); !slices.Equal(got, want) {
			t.Errorf("%s among colleagues is not read by %v, want %v", inside, got, want)
		}
	})
}
