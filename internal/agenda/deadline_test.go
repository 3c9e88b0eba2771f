package agenda_test

import (
	"errors"
	"slices"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/law"
	"cenacle/internal/store"
)

// reckon adds a deadline that rests on a rule.
func (r room) reckon(t *testing.T, by authz.Actor, g agenda.Ground, e agenda.Entry, circles ...id.Circle) agenda.Event {
	t.Helper()
	made, err := r.agendas.Add(t.Context(), by, agenda.Adding{Space: r.space, Entry: e, Ground: &g, Circles: circles})
	if err != nil {
		t.Fatalf("reckon %q: %v", e.Title, err)
	}
	return made
}

func (r room) show(t *testing.T, by authz.Actor, of id.Item) agenda.Detail {
	t.Helper()
	d, err := r.agendas.Show(t.Context(), by, r.space, of)
	r.Must(err)
	return d
}

// field is the field that an error finds fault with, or its kind.
func field(err error) string {
	var many fault.Fields
	var one *fault.Error
	switch {
	case errors.As(err, &many):
		return many[0].Field
	case errors.As(err, &one) && one.Field != "":
		return one.Field
	}
	return fault.KindOf(err).String()
}

func ground(rule, fact string) agenda.Ground {
	return agenda.Ground{Case: law.Case{Rule: rule, Fact: fact}}
}

// TestDeadline: the day is the one reckoned; another one needs a reason, which stays
// beside it; another fact moves it.
func TestDeadline(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		appeal, words := ground("appeal", "2026-12-03"), agenda.Entry{Title: "Appel"}
		e := r.reckon(t, r.Lead, appeal, words, r.circles.Client)
		if e.Kind != agenda.Deadline || e.Day != "2027-01-04" || e.Start != "" || e.Basis.Due != e.Day || e.Basis.Since == "" {
			t.Fatalf("reckoned: %+v on %+v", e.Entry, e.Basis)
		}
		if d := r.show(t, r.client, e.ID); d.Basis.Fact != "2026-12-03" || d.Resting.Reckoning.Due != e.Day || d.Resting.Stale {
			t.Errorf("the client reads %+v", d.Basis)
		}
		vote := r.reckon(t, r.Lead, ground("electronic_vote", "2027-06-15"), agenda.Entry{Title: "Vote"}, r.circles.Firm)
		if vote.Day != "2027-06-14" || vote.Start != "15:00" {
			t.Errorf("until an hour: %+v", vote.When)
		}
		other := words
		other.Day = "2026-12-31"
		for name, c := range map[string]struct {
			g    agenda.Ground
			e    agenda.Entry
			want string
		}{
			"another day without a reason": {appeal, other, "why"}, "an unknown rule": {ground("revenge", "2026-12-03"), words, "rule"},
			"no fact": {ground("appeal", ""), words, "fact"}, "no title": {appeal, agenda.Entry{}, "title"},
			"another kind": {appeal, agenda.Entry{Kind: agenda.Hearing, Title: "Appel"}, ""}, // it is a deadline all the same
		} {
			made, err := r.agendas.Add(t.Context(), r.Lead, agenda.Adding{Space: r.space, Entry: c.e, Ground: &c.g, Circles: []id.Circle{r.circles.Firm}})
			if got := field(err); err != nil && got != c.want || err == nil && (c.want != "" || made.Kind != agenda.Deadline) {
				t.Errorf("%s: a fault in %q, %v", name, got, err)
			}
		}
		if _, _, err := r.agendas.Reckon(t.Context(), r.client, r.space, appeal); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the client reckons: %v", err)
		}

		c := agenda.Changing{Space: r.space, Event: e.ID, Revision: 1, Entry: e.Entry}
		c.Day = "2026-12-30"
		if err := r.agendas.Change(t.Context(), r.Lead, c); field(err) != "why" {
			t.Errorf("another day without a reason: %v", err)
		}
		c.Why = " Congés du greffe "
		r.Must(r.agendas.Change(t.Context(), r.Lead, c))
		if d := r.show(t, r.client, e.ID); d.Day != "2026-12-30" || d.Basis.Why != "Congés du greffe" || d.Basis.Due != "2027-01-04" || d.Past[0].Basis.Why != "" {
			t.Errorf("kept by hand: %+v on %+v", d.Entry, d.Basis)
		}
		c.Revision, c.Day, c.Fact, c.Why = 2, "2026-12-30", "2026-12-10", ""
		next, err := r.agendas.Foresee(t.Context(), r.Lead, c)
		if err != nil || next.Is.Day != "2027-01-11" || !slices.Equal(next.Differs, []agenda.Difference{"when", "fact", "why"}) {
			t.Errorf("another fact would make it %+v, %v, %v", next.Is.Entry, next.Differs, err)
		}
		r.Must(r.agendas.Change(t.Context(), r.Lead, c))
		if d := r.show(t, r.Lead, e.ID); d.Day != "2027-01-11" || d.Basis.Fact != "2026-12-10" || d.Basis.Why != "" || d.Past[0].Basis.Fact != "2026-12-03" {
			t.Errorf("by another fact: %+v on %+v", d.Entry, d.Basis)
		}
		c.Revision, c.Kind, c.Day, c.Fact = 3, agenda.Meeting, "2027-01-11", ""
		if err := r.agendas.Change(t.Context(), r.Lead, c); field(err) != "kind" {
			t.Errorf("no longer a deadline: %v", err)
		}
		plain := r.add(t, r.hearing("Audience", 5), r.circles.Firm)
		if err := r.agendas.Change(t.Context(), r.Lead, agenda.Changing{Space: r.space, Event: plain.ID, Revision: 1, Entry: plain.Entry, Fact: "2026-12-10"}); field(err) != "fact" {
			t.Errorf("the fact of what was not reckoned: %v", err)
		}
	})
}

// TestFollow: when a hearing moves, what is reckoned from it moves in the same act, as
// far as its writer sees it; what was kept by hand stays, with its reason, and what
// could not follow says so.
func TestFollow(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx := t.Context()
		colleague := r.Member(r.Lead, r.space, authz.Colleague, "Me Tard")
		core, err := circle.NewService(r.Office).Make(ctx, r.aide, circle.New{Space: r.space, Name: "Fond", Kind: circle.Inner})
		r.Must(err)
		hearing := r.add(t, agenda.Entry{Kind: agenda.Hearing, Title: "Audience", When: agenda.When{Day: "2027-01-20", Start: "14:00"}}, r.circles.Client)
		of := func(rule string, from id.Item, why string) agenda.Ground {
			return agenda.Ground{Case: law.Case{Rule: rule}, Origin: from, Why: why}
		}
		filing := r.reckon(t, r.Lead, of("filing", hearing.ID, ""), agenda.Entry{Title: "Remise"}, r.circles.Client)
		further := r.reckon(t, r.Lead, of("divorce_notary", filing.ID, ""), agenda.Entry{Title: "Suite"}, r.circles.Firm)
		kept := r.reckon(t, r.Lead, of("electronic_vote", hearing.ID, "Prudence"), agenda.Entry{Title: "À la main", When: agenda.When{Day: "2027-01-15"}}, r.circles.Firm)
		off := r.reckon(t, r.Lead, of("filing", hearing.ID, ""), agenda.Entry{Title: "Annulée"}, r.circles.Firm)
		r.Must(r.agendas.Cancel(ctx, r.Lead, agenda.Cancelling{Space: r.space, Event: off.ID, Revision: 1}))
		hidden := r.reckon(t, r.aide, of("filing", hearing.ID, ""), agenda.Entry{Title: "Entre deux"}, core.ID)
		if filing.Day != "2027-01-04" || further.Day != "2027-01-11" || filing.Basis.Fact != "2027-01-20" {
			t.Fatalf("reckoned: %s, %s", filing.Day, further.Day)
		}
		r.Must(r.agendas.Read(ctx, r.client, r.space, []id.Item{hearing.ID, filing.ID}))

		c := agenda.Changing{Space: r.space, Event: hearing.ID, Revision: 1, Entry: hearing.Entry}
		c.Day = "2027-01-27"
		next, err := r.agendas.Foresee(ctx, colleague, c)
		r.Must(err)
		var seen []string
		for _, f := range next.Follows {
			seen = append(seen, f.Was.Title+" "+f.Is.Day)
		}
		if want := []string{"Remise 2027-01-11", "Suite 2027-01-18", "À la main 2027-01-15"}; !slices.Equal(seen, want) {
			t.Errorf("would follow: %v, want %v", seen, want)
		}
		if d := r.show(t, r.Lead, filing.ID); d.Revision != 1 {
			t.Error("what is foreseen is done")
		}
		r.Must(r.agendas.Change(ctx, colleague, c))
		for _, want := range []struct {
			of       id.Item
			day, due string
			revision int
			stale    bool
		}{
			{filing.ID, "2027-01-11", "2027-01-11", 2, false}, {further.ID, "2027-01-18", "2027-01-18", 2, false}, {kept.ID, "2027-01-15", "2027-01-26", 2, false},
			{off.ID, "2027-01-04", "2027-01-04", 2, true}, {hidden.ID, "2027-01-04", "2027-01-04", 1, true},
		} {
			if d := r.show(t, r.Lead, want.of); d.Day != want.day || d.Basis.Due != want.due || d.Revision != want.revision || d.Resting.Stale != want.stale {
				t.Errorf("%s is on %s, reckoned %s, revision %d, stale %t; want %+v", d.Title, d.Day, d.Basis.Due, d.Revision, d.Resting.Stale, want)
			}
		}
		if d := r.show(t, r.client, filing.ID); d.Read || d.By != colleague.Person || d.Past[0].Day != "2027-01-04" || d.Resting.Origin == nil {
			t.Errorf("the client reads %+v", d)
		}
		if d := r.show(t, r.client, hearing.ID); len(d.Follows) != 1 || d.Follows[0].ID != filing.ID {
			t.Errorf("the client reads what follows: %d", len(d.Follows))
		}
		for _, one := range []struct {
			by   authz.Actor
			want []string
		}{
			{r.Lead, []string{"Remise 2027-01-04 2027-01-11", "Suite 2027-01-11 2027-01-18", "À la main 2027-01-15 2027-01-15"}},
			{r.client, []string{"Remise 2027-01-04 2027-01-11"}},
		} {
			var moved []string
			for _, s := range r.show(t, one.by, hearing.ID).Past[0].Follows {
				moved = append(moved, s.Is.Title+" "+s.Was.Day+" "+s.Is.Day)
			}
			slices.Sort(moved)
			slices.Sort(one.want)
			if !slices.Equal(moved, one.want) {
				t.Errorf("what moved with it: %v, want %v", moved, one.want)
			}
		}
		if n := r.Kinds(r.Lead)["agenda.changed"]; n != 4 {
			t.Errorf("the journal knows %d changes, want that of the hearing and of three", n)
		}
		d := r.show(t, r.Lead, hidden.ID)
		catch := agenda.Changing{Space: r.space, Event: hidden.ID, Revision: 1, Entry: d.Entry, Fact: "2027-02-01"}
		if err := r.agendas.Change(ctx, r.Lead, catch); field(err) != "fact" {
			t.Errorf("another fact than the day of the hearing: %v", err)
		}
		catch.Fact = "2027-01-27"
		r.Must(r.agendas.Change(ctx, r.Lead, catch))
		if d := r.show(t, r.Lead, hidden.ID); d.Day != "2027-01-11" || d.Resting.Stale {
			t.Errorf("caught up: %s, %t", d.Day, d.Resting.Stale)
		}
		c.Revision, c.Day = 2, "2019-01-01"
		if err := r.agendas.Change(ctx, r.Lead, c); field(err) != "day" {
			t.Errorf("to a time of which the table knows nothing: %v", err)
		}
	})
}

var misled = store.ForFirm(`update event set origin_id = $3 where firm_id = $1 and id = $2`)

// TestGroundsOfOthers: an origin is an event of the space that the actor sees; and the
// column that finds what follows moves nothing by itself.
func TestGroundsOfOthers(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx := t.Context()
		hearing := r.add(t, agenda.Entry{Kind: agenda.Hearing, Title: "Audience", When: agenda.When{Day: "2027-01-20"}}, r.circles.Firm)
		other := r.Space(r.Lead, "M. Martin")
		g := agenda.Ground{Case: law.Case{Rule: "filing"}, Origin: hearing.ID}
		if _, err := r.agendas.Add(ctx, r.Lead, agenda.Adding{Space: other, Ground: &g, Entry: agenda.Entry{Title: "x"}, Circles: []id.Circle{r.Circles(r.Lead, other).Firm}}); !fault.Is(err, fault.NotFound) {
			t.Errorf("from an event of another space: %v", err)
		}
		apart := r.reckon(t, r.Lead, ground("appeal", "2026-12-03"), agenda.Entry{Title: "Appel"}, r.circles.Firm)
		r.Must(r.Office.Keep(ctx, r.Lead.Firm, func(a *act.Act) error {
			n, err := a.Exec(misled, apart.ID, hearing.ID)
			if n != 1 {
				t.Errorf("%d rows were forged", n)
			}
			return err
		}))
		c := agenda.Changing{Space: r.space, Event: hearing.ID, Revision: 1, Entry: hearing.Entry}
		c.Day = "2027-01-27"
		r.Must(r.agendas.Change(ctx, r.Lead, c))
		if d := r.show(t, r.Lead, apart.ID); d.Revision != 1 || len(r.show(t, r.Lead, hearing.ID).Follows) != 0 {
			t.Error("a deadline follows what it does not rest on")
		}
		r.Must(r.agendas.Cancel(ctx, r.Lead, agenda.Cancelling{Space: r.space, Event: hearing.ID, Revision: 2}))
		if _, _, err := r.agendas.Reckon(ctx, r.Lead, r.space, g); !fault.Is(err, fault.Conflict) {
			t.Errorf("from what does not take place: %v", err)
		}
	})
}
