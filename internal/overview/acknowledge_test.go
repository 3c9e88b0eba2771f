package overview_test

import (
	"slices"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/overview"
	"cenacle/internal/store"
)

// owes is a confirmation that somebody is expected to give.
type owes struct {
	who   id.Person
	count int
	last  id.Item
	by    string
	late  bool
}

// confirmations are those that somebody is told of.
func (r room) confirmations(by authz.Actor) (out []owes) {
	r.T.Helper()
	for _, w := range r.waits(by) {
		if w.Kind != overview.ToAcknowledge {
			continue
		}
		if w.Mine != (w.Who == by.Person) {
			r.T.Errorf("%s is told that it is hers: %v, %+v", by.Role, w.Mine, w)
		}
		out = append(out, owes{w.Who, w.Count, w.Item, w.By, w.Late})
	}
	slices.SortFunc(out, func(x, y owes) int {
		if x.who < y.who {
			return -1
		}
		return 1
	})
	return out
}

func (r room) acknowledge(by authz.Actor, m id.Item, said memo.Answer, note string) {
	r.T.Helper()
	r.Must(r.memos.Acknowledge(r.T.Context(), by, memo.Acknowledging{Space: r.space, Memo: m, Answer: said, Note: note, Wording: "Je valide."}))
}

var countAsking = store.ForFirm(`select count(*) from memo where firm_id = $1 and asks <> '' and acknowledged = 0`)

// open is how many memos are said to ask still, once the sweep has passed.
func (r room) open() (n int) {
	r.T.Helper()
	r.Must(r.memos.Sweep(r.T.Context(), r.Lead.Firm), r.Office.See(r.T.Context(), r.Lead.Firm, func(a *act.Act) error { return a.Row(countAsking, nil, &n) }))
	return n
}

// TestAcknowledgementWaits: what asks to be acknowledged waits for each of those whom
// it asks, with a date or without one, until she has said so; a written answer says
// something else.
func TestAcknowledgementWaits(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		guest := r.Member(r.Lead, r.space, authz.Guest, "Me Roux")
		tell := func(when string, by authz.Actor, want ...owes) {
			t.Helper()
			slices.SortFunc(want, func(x, y owes) int {
				if x.who < y.who {
					return -1
				}
				return 1
			})
			if got := r.confirmations(by); !slices.Equal(got, want) {
				t.Errorf("%s, %s is told %+v, want %+v", when, by.Role, got, want)
			}
		}
		first, thread := r.write(r.Lead, memo.New{Subject: "s", Body: "le projet", Circles: []id.Circle{r.is.All}, Asks: memo.Approved})
		second, _ := r.write(r.Lead, memo.New{Subject: "s", Body: "le calendrier", Circles: []id.Circle{r.is.Client}, Asks: memo.Understood, ReplyBy: r.in(3)})
		hers, his := owes{r.client.Person, 2, second, r.in(3), false}, owes{guest.Person, 1, first, "", false}
		tell("first", r.client, hers)
		tell("first", guest, his)
		tell("first", r.Lead, hers, his)
		tell("first", r.aide, hers, his)
		r.expectNone(r.client) // it is no reply that is awaited, of a side as a whole
		r.write(r.client, memo.New{Thread: thread, Body: "Je regarde."})
		tell("after a written answer", r.client, hers)
		r.Clock.Advance(4 * 24 * time.Hour)
		hers.late = true
		tell("late", r.client, hers)
		r.acknowledge(r.client, second, memo.Understood, "")
		tell("one given", r.client, owes{r.client.Person, 1, first, "", false})
		r.acknowledge(r.client, first, memo.Contested, "Article 4 inexact")
		tell("both given", r.client)
		tell("the other is awaited still", r.aide, his)
		if n := r.open(); n != 1 {
			t.Errorf("%d memos ask still, want the one that the guest has not acknowledged", n)
		}
		tell("swept", r.Lead, his)
		r.acknowledge(guest, first, memo.Approved, "")
		if n := r.open(); n != 0 {
			t.Errorf("%d memos ask still, want none", n)
		}
		tell("all given", r.Lead)
	})
}

// TestAcknowledgementAmongColleagues: what stays in the firm is asked of its people,
// and known to them and to who asks.
func TestAcknowledgementAmongColleagues(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		other := r.Member(r.Lead, r.space, authz.Colleague, "Me Autre")
		m, _ := r.write(r.Lead, memo.New{Subject: "s", Body: "entre nous", Internal: true, Asks: memo.WasRead})
		for name, tt := range map[string]struct {
			by   authz.Actor
			want []id.Person
		}{
			"the client": {r.client, nil}, "who is asked": {other, []id.Person{other.Person}},
			"who asks": {r.Lead, []id.Person{r.aide.Person, other.Person}},
		} {
			var got []id.Person
			for _, o := range r.confirmations(tt.by) {
				got = append(got, o.who)
			}
			slices.Sort(tt.want)
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s is told of %v, want %v", name, got, tt.want)
			}
		}
		r.acknowledge(other, m, memo.WasRead, "")
		if got := r.confirmations(r.Lead); len(got) != 1 || got[0].who != r.aide.Person {
			t.Errorf("she awaits %+v, want one of the assistant", got)
		}
	})
}

// TestAcknowledgementOfWhoIsOut: who has left is awaited no longer, and who is let in
// again after a freeze is again, whatever the sweep has seen meanwhile.
func TestAcknowledgementOfWhoIsOut(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		r.write(r.Lead, memo.New{Subject: "s", Body: "le projet", Circles: []id.Circle{r.is.Client}, Asks: memo.Approved})
		r.Clock.Advance(time.Minute)
		var kept []circle.Kept
		var frozen time.Time
		r.Must(r.Office.Keep(t.Context(), r.Lead.Firm, func(a *act.Act) (err error) {
			kept, err = circle.Suspend(a, r.space)
			frozen = store.Time(store.Micros(a.Now))
			return err
		}))
		r.open()
		if got := r.confirmations(r.Lead); len(got) != 0 {
			t.Errorf("she awaits of a client who is out: %+v", got)
		}
		r.Clock.Advance(time.Minute)
		r.Must(r.Office.Keep(t.Context(), r.Lead.Firm, func(a *act.Act) error { return circle.Restore(a, r.space, frozen, kept) }))
		for _, by := range []authz.Actor{r.Lead, r.client} {
			if got := r.confirmations(by); len(got) != 1 {
				t.Errorf("%s is told %+v once the client is back, want one", by.Role, got)
			}
		}
		r.Leave(r.client, r.space)
		if got := r.confirmations(r.Lead); len(got) != 0 {
			t.Errorf("she awaits of a client who has left: %+v", got)
		}
	})
}
