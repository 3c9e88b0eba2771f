package agenda_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/law"
	"cenacle/internal/overview"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

type room struct {
	*documenttest.House
	space   id.Space
	circles circle.House
	agendas *agenda.Service
	client  authz.Actor
	guest   authz.Actor
	aide    authz.Actor
}

func each(t *testing.T, run func(t *testing.T, r room)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		s := h.Space(h.Lead, "Mme Petit")
		run(t, room{
			House: h, space: s, circles: h.Circles(h.Lead, s), agendas: agenda.New(h.Office, paris(t), periods(t)),
			client: h.Member(h.Lead, s, authz.Client, "Mme Petit"), guest: h.Member(h.Lead, s, authz.Guest, "Me Roux"),
			aide: h.Member(h.Lead, s, authz.Assistant, "Inès Fabre"),
		})
	})
}

func periods(t testing.TB) *law.Book {
	t.Helper()
	b, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// hearing is an entry with a title, so many days from the clock of the house.
func (r room) hearing(title string, days int) agenda.Entry {
	return agenda.Entry{Kind: agenda.Hearing, Title: title, When: agenda.When{Day: r.Clock.Now().AddDate(0, 0, days).Format(time.DateOnly), Start: "14:00"}}
}

func (r room) add(t *testing.T, e agenda.Entry, circles ...id.Circle) agenda.Event {
	t.Helper()
	made, err := r.agendas.Add(t.Context(), r.Lead, agenda.Adding{Space: r.space, Entry: e, Circles: circles})
	if err != nil {
		t.Fatalf("add %q: %v", e.Title, err)
	}
	return made
}

// titles is what somebody reads, in the order of time.
func (r room) titles(t *testing.T, by authz.Actor, q agenda.Query) (out []string) {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	found, _, err := r.agendas.List(t.Context(), by, q)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range found {
		out = append(out, e.Title)
	}
	return out
}

// TestWhoSees: an event is for the circles it was sent to, in a space and over all.
func TestWhoSees(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		r.add(t, r.hearing("entre nous", 1), r.circles.Firm)
		r.add(t, r.hearing("avec le client", 2), r.circles.Client)
		r.add(t, r.hearing("avec tous", 3), r.circles.All)
		for _, c := range []struct {
			by   authz.Actor
			want []string
		}{
			{r.Lead, []string{"entre nous", "avec le client", "avec tous"}}, {r.aide, []string{"entre nous", "avec le client", "avec tous"}},
			{r.client, []string{"avec le client", "avec tous"}}, {r.guest, []string{"avec tous"}},
		} {
			for _, q := range []agenda.Query{{Space: r.space}, {}} {
				if got := r.titles(t, c.by, q); !slices.Equal(got, c.want) {
					t.Errorf("%s reads %v in %q, want %v", c.by.Role, got, q.Space, c.want)
				}
			}
		}
		r.Clock.Advance(time.Hour)
		late := r.Member(r.Lead, r.space, authz.Client, "M. Petit")
		if got := r.titles(t, late, agenda.Query{}); len(got) != 0 {
			t.Errorf("a newcomer reads what was sent before her: %v", got)
		}
		rival := r.Found("Cabinet Rival", "Me Rival")
		if _, _, err := r.agendas.List(t.Context(), rival, agenda.Query{Space: r.space, Limit: 1}); !fault.Is(err, fault.NotFound) {
			t.Errorf("another firm: %v", err)
		}
	})
}

// TestPages: a window of time, in its order, page after page, over several spaces.
func TestPages(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		other := r.Space(r.Lead, "M. Martin")
		for i, title := range []string{"cinq", "quatre", "trois", "deux", "un"} {
			in, circles := r.space, r.circles
			if i%2 == 1 {
				in, circles = other, r.Circles(r.Lead, other)
			}
			_, err := r.agendas.Add(t.Context(), r.Lead, agenda.Adding{Space: in, Entry: r.hearing(title, 5-i), Circles: []id.Circle{circles.Firm}})
			r.Must(err)
		}
		var got []string
		q := agenda.Query{Limit: 2}
		for {
			page, more, err := r.agendas.List(t.Context(), r.Lead, q)
			r.Must(err)
			for _, e := range page {
				got = append(got, e.Title)
			}
			if q.After = more; more.ID == "" {
				break
			}
		}
		if want := []string{"un", "deux", "trois", "quatre", "cinq"}; !slices.Equal(got, want) {
			t.Errorf("page after page: %v", got)
		}
		day := func(n int) time.Time { return r.Clock.Now().AddDate(0, 0, n) }
		if got := r.titles(t, r.Lead, agenda.Query{From: day(2).Truncate(24 * time.Hour), To: day(4).Truncate(24 * time.Hour)}); !slices.Equal(got, []string{"deux", "trois"}) {
			t.Errorf("from the second to the third day: %v", got)
		}
		only := r.Lead
		only.Pass = &authz.Pass{Spaces: []id.Space{other}}
		if got := r.titles(t, only, agenda.Query{}); !slices.Equal(got, []string{"deux", "quatre"}) {
			t.Errorf("a pass for one space: %v", got)
		}
		only.Pass = &authz.Pass{Kinds: []string{"memo"}}
		if got := r.titles(t, only, agenda.Query{}); len(got) != 0 {
			t.Errorf("a pass for memos: %v", got)
		}
		names, err := r.agendas.Spaces(t.Context(), r.Lead, []agenda.Event{{Space: other}})
		if err != nil || names[other].Name != "M. Martin" {
			t.Errorf("names: %v, %v", names, err)
		}
	})
}

// TestManySpaces: who is in many spaces reads what she would read in each, a long
// event that has begun and one that comes again included.
func TestManySpaces(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		var want []string
		for n := range 205 {
			of := r.Space(r.Lead, "M. Martin")
			if n%20 != 0 {
				continue
			}
			e := r.hearing(fmt.Sprint("Audience ", n), n/20-3)
			if n == 0 {
				e.Start, e.Day, e.LastDay = "", r.Clock.Now().AddDate(0, 0, -300).Format(time.DateOnly), r.Clock.Now().AddDate(0, 0, 2).Format(time.DateOnly)
			}
			if n == 100 {
				e.Repeat = agenda.Repeat{Every: agenda.Weekly, Times: 2}
			}
			_, err := r.agendas.Add(t.Context(), r.Lead, agenda.Adding{Space: of, Entry: e, Circles: []id.Circle{r.Circles(r.Lead, of).Firm}})
			r.Must(err)
			if n == 0 || n/20 >= 3 {
				want = append(want, e.Title)
			}
		}
		want = append(want, "Audience 100")
		midnight := r.Clock.Now().Truncate(24 * time.Hour)
		if got := r.titles(t, r.Lead, agenda.Query{From: midnight}); !slices.Equal(got, want) {
			t.Errorf("over many spaces: %v, want %v", got, want)
		}
		var got []string
		for q := (agenda.Query{From: midnight, Limit: 3}); ; {
			page, more, err := r.agendas.List(t.Context(), r.Lead, q)
			r.Must(err)
			for _, e := range page {
				got = append(got, e.Title)
			}
			if q.After = more; more.ID == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("page after page: %v, want %v", got, want)
		}
	})
}

// TestChange: what an event becomes is unread again, what it was stays, and of two
// who change it at once the second is refused.
func TestChange(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		e := r.add(t, r.hearing("Audience", 5), r.circles.Client)
		r.Must(r.agendas.Read(t.Context(), r.client, r.space, []id.Item{e.ID, "nothing"}))
		if d, err := r.agendas.Show(t.Context(), r.client, r.space, e.ID); err != nil || !d.Read || d.Change || len(d.Circles) != 0 {
			t.Fatalf("the client reads %+v, %v", d, err)
		}
		moved := r.hearing("Audience", 6)
		c := agenda.Changing{Space: r.space, Event: e.ID, Revision: 1, Entry: moved}
		if err := r.agendas.Change(t.Context(), r.client, c); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the client moves it: %v", err)
		}
		r.Must(r.agendas.Change(t.Context(), r.aide, c))
		if err := r.agendas.Change(t.Context(), r.Lead, c); !fault.Is(err, fault.Conflict) {
			t.Errorf("over the change of another: %v", err)
		}
		c.Revision = 2
		if err := r.agendas.Change(t.Context(), r.Lead, c); !fault.Is(err, fault.Conflict) {
			t.Errorf("nothing changes: %v", err)
		}
		d, err := r.agendas.Show(t.Context(), r.client, r.space, e.ID)
		r.Must(err)
		if d.Read || d.Day != moved.Day || d.Revision != 2 || d.By != r.aide.Person || len(d.Past) != 1 || d.Past[0].Day != e.Day || d.Past[0].By != r.aide.Person {
			t.Errorf("moved: %+v", d)
		}
		r.Must(r.agendas.Cancel(t.Context(), r.Lead, agenda.Cancelling{Space: r.space, Event: e.ID, Revision: 2, Reason: "Renvoi"}))
		d, err = r.agendas.Show(t.Context(), r.Lead, r.space, e.ID)
		if err != nil || !d.Cancelled || d.Reason != "Renvoi" || d.Change || len(d.Past) != 2 || d.Title != "Audience" {
			t.Errorf("cancelled: %+v, %v", d, err)
		}
		c.Revision = 3
		if err := r.agendas.Change(t.Context(), r.Lead, c); !fault.Is(err, fault.Conflict) {
			t.Errorf("after it was cancelled: %v", err)
		}
	})
}

// TestRefused: an event without words, without readers, by who may not.
func TestRefused(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		try := func(by authz.Actor, e agenda.Entry, circles ...id.Circle) error {
			_, err := r.agendas.Add(t.Context(), by, agenda.Adding{Space: r.space, Entry: e, Circles: circles})
			return err
		}
		good := r.hearing("Audience", 1)
		for name, err := range map[string]error{
			"without words":         try(r.Lead, agenda.Entry{}, r.circles.All),
			"without readers":       try(r.Lead, good),
			"for a circle unknown":  try(r.Lead, good, "nothing"),
			"of an unknown kind":    try(r.Lead, agenda.Entry{Kind: "fête", Title: "x", When: good.When}, r.circles.All),
			"with a note too long":  try(r.Lead, agenda.Entry{Kind: agenda.Meeting, Title: "x", Note: string(make([]byte, agenda.MaxNote+1)), When: good.When}, r.circles.All),
			"with a place no UTF-8": try(r.Lead, agenda.Entry{Kind: agenda.Meeting, Title: "x", Place: "\xff", When: good.When}, r.circles.All),
		} {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, by := range []authz.Actor{r.client, r.guest} {
			if err := try(by, good, r.circles.All); !fault.Is(err, fault.Forbidden) {
				t.Errorf("by the %s: %v", by.Role, err)
			}
		}
		if got := r.titles(t, r.Lead, agenda.Query{}); len(got) != 0 {
			t.Errorf("refused, and there: %v", got)
		}
	})
}

// TestFirstScreens: the desk and the space show what comes next, and that it is new.
func TestFirstScreens(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		r.add(t, r.hearing("passée", -3), r.circles.All)
		r.add(t, r.hearing("à venir", 3), r.circles.All)
		all := overview.New(r.Office)
		d, err := all.Desk(t.Context(), r.aide, space.Page{Limit: 1})
		r.Must(err)
		if len(d.Dates) != 1 || d.Dates[0].Title != "à venir" || d.Spaces[r.space].Name != "Mme Petit" {
			t.Errorf("the desk shows %+v", d.Dates)
		}
		if n := len(d.Rows); n != 1 || d.Rows[0].Unread != 2 {
			t.Errorf("two dates are new, and %+v", d.Rows)
		}
	})
}

var forgeries = map[string]store.FirmStmt{
	"moved":      store.ForFirm(`update event set starts_at = starts_at + 1 where firm_id = $1 and id = $2`),
	"longer":     store.ForFirm(`update event set ends_at = ends_at + 1 where firm_id = $1 and id = $2`),
	"cancelled":  store.ForFirm(`update event set cancelled = 1 where firm_id = $1 and id = $2`),
	"by another": store.ForFirm(`update event set changed_by = 'nobody' where firm_id = $1 and id = $2`),
	"elsewhere":  store.ForFirm(`update event set space_id = 'elsewhere' where firm_id = $1 and id = $2`),
	"other words": store.ForFirm(`
update event set content = (select o.content from event o where o.firm_id = $1 and o.id <> $2) where firm_id = $1 and id = $2`),
	"another past": store.ForFirm(`update event_past set changed_by = 'nobody' where firm_id = $1 and event_id = $2`),
}

// TestCRY03_ForgedEvents: an event whose row was touched is given to nobody.
func TestCRY03_ForgedEvents(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		r.add(t, r.hearing("Autre", 9), r.circles.Firm)
		for name, stmt := range forgeries {
			e := r.add(t, r.hearing("Audience", 5), r.circles.Firm)
			r.Must(r.agendas.Change(t.Context(), r.Lead, agenda.Changing{Space: r.space, Event: e.ID, Revision: 1, Entry: r.hearing("Audience", 6)}))
			r.Must(r.Office.Keep(t.Context(), r.Lead.Firm, func(a *act.Act) error {
				n, err := a.Exec(stmt, e.ID)
				if n != 1 {
					t.Errorf("%s: %d rows were forged", name, n)
				}
				return err
			}))
			if _, err := r.agendas.Show(t.Context(), r.Lead, r.space, e.ID); !errors.Is(err, vault.ErrTampered) {
				t.Errorf("%s: a forged row is shown: %v", name, err)
			}
			r.Must(r.Office.Keep(t.Context(), r.Lead.Firm, func(a *act.Act) error {
				if err := a.Write(deletePast, e.ID); err != nil {
					return err
				}
				return a.Write(deleteEvent, e.ID)
			}))
		}
	})
}

var (
	deletePast  = store.ForFirm(`delete from event_past where firm_id = $1 and event_id = $2`)
	deleteEvent = store.ForFirm(`delete from event where firm_id = $1 and id = $2`)
)

// TestAuthorIsTold: what another makes of somebody's date waits for her like for anybody
// who sees it, until she has read it; what she makes of it herself does not.
func TestAuthorIsTold(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx := t.Context()
		views := overview.New(r.Office)
		colleague := r.Member(r.Lead, r.space, authz.Colleague, "Me Roux")
		e := r.add(t, r.hearing("Audience", 9), r.circles.Firm)
		waits := func(who string, by authz.Actor, want int) {
			t.Helper()
			all, err := views.Space(ctx, by, r.space)
			r.Must(err)
			got := 0
			for _, w := range all {
				if w.Mine && w.Kind == overview.ToRead && w.What == item.Event {
					got += w.Count
				}
			}
			d, err := r.agendas.Show(ctx, by, r.space, e.ID)
			r.Must(err)
			if got != want || d.Read == (want > 0) {
				t.Errorf("%s: %d dates wait, want %d; read: %v", who, got, want, d.Read)
			}
		}
		change := func(by authz.Actor, revision, days int) {
			t.Helper()
			r.Must(r.agendas.Change(ctx, by, agenda.Changing{Space: r.space, Event: e.ID, Revision: revision, Entry: r.hearing("Audience", days)}))
		}
		waits("its author", r.Lead, 0)
		waits("her colleague", colleague, 1)
		change(r.Lead, 1, 10)
		waits("its author, who moved it", r.Lead, 0)
		change(colleague, 2, 11)
		waits("its author, once another moved it", r.Lead, 1)
		waits("who moved it", colleague, 0)
		r.Must(r.agendas.Read(ctx, r.Lead, r.space, []id.Item{e.ID}))
		waits("its author, who has read it", r.Lead, 0)
		r.Must(r.agendas.Cancel(ctx, colleague, agenda.Cancelling{Space: r.space, Event: e.ID, Revision: 3}))
		waits("its author, once another cancelled it", r.Lead, 1)
	})
}

// TestPickedByAStranger: a node that has not yet had the key of a space says of its dates
// that they are absent, as one that has it does.
func TestPickedByAStranger(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		e := r.add(t, r.hearing("Audience", 9), r.circles.Client)
		stranger := r.Member(r.Lead, r.Space(r.Lead, "M. Blanc"), authz.Client, "M. Blanc")
		got, err := agenda.New(r.Beside().Office, paris(t), periods(t)).Pick(t.Context(), stranger, []id.Item{e.ID})
		if err != nil || len(got) != 0 {
			t.Errorf("%v, %v", got, err)
		}
	})
}
