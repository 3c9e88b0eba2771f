package group_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/absence"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/group"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/store"
)

// house is a firm with a lawyer who leads a space, and two colleagues who are in none of
// its spaces but one of their own.
type house struct {
	*documenttest.House
	t           *testing.T
	groups      *group.Service
	paul, odile authz.Actor
	led         id.Space
	early       id.Item // filed in led before anybody came
}

func each(t *testing.T, run func(h *house)) {
	documenttest.Each(t, document.Config{Limit: 1 << 30, Quota: 1 << 30}, func(t *testing.T, base *documenttest.House) {
		h := &house{House: base, t: t, groups: group.NewService(base.Office)}
		h.led = h.Space(h.Lead, "Corail")
		h.early = h.File(h.Lead, h.led, "ancien.txt", []byte("ancien")).Document
		own := h.Space(h.Lead, "Autre")
		h.paul = h.Member(h.Lead, own, authz.Colleague, "Me Paul Petit")
		h.odile = h.Member(h.Lead, own, authz.Colleague, "Me Odile Roy")
		run(h)
	})
}

// group makes one with some people in it.
func (h *house) group(name string, people ...authz.Actor) id.Group {
	h.t.Helper()
	g, err := h.groups.Make(h.t.Context(), h.Lead, name)
	h.Must(err)
	for _, p := range people {
		h.Must(h.groups.Admit(h.t.Context(), h.Lead, g.ID, p.Person))
	}
	return g.ID
}

func (h *house) attach(of id.Group, in id.Space) group.Attached {
	h.t.Helper()
	x, err := h.groups.Attach(h.t.Context(), h.Lead, in, of)
	h.Must(err)
	return x
}

// file puts a document into the space that is led, for some circles besides the firm's.
func (h *house) file(name string, circles ...id.Circle) id.Item {
	h.t.Helper()
	return h.File(h.Lead, h.led, name, []byte(name), circles...).Document
}

// sees reports a wrong answer to whether somebody may read a document.
func (h *house) sees(what string, by authz.Actor, of id.Item, want bool) {
	h.t.Helper()
	d, err := h.Documents.Show(h.t.Context(), by, of)
	if err != nil && !fault.Is(err, fault.NotFound) {
		h.t.Fatal(err)
	}
	if got := err == nil; got != want {
		h.t.Errorf("%s: she sees it: %v, want %v", what, got, want)
	}
	if err == nil {
		list, err := h.Documents.List(h.t.Context(), by, document.ListQuery{Space: d.Space, Limit: 100})
		h.Must(err)
		if !slices.ContainsFunc(list, func(x document.Document) bool { return x.ID == of }) {
			h.t.Errorf("%s: the list does not say what the page does", what)
		}
	}
}

// facts is all that a person has in the space that is led now, as a text.
func (h *house) facts(of authz.Actor) string {
	h.t.Helper()
	var out []string
	h.Must(h.Office.See(h.t.Context(), of.Firm, func(a *act.Act) error {
		f, err := circle.Facts(a, of, h.led)
		if f.Role != "" && f.Member.Covers(f.Now) {
			out = append(out, fmt.Sprint(f.Role, f.Member, f.For))
		}
		for c, span := range f.Circles {
			if span.Covers(f.Now) {
				out = append(out, fmt.Sprint(c, span))
			}
		}
		return err
	}))
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func (h *house) here() group.Present {
	h.t.Helper()
	p, err := h.groups.Here(h.t.Context(), h.Lead, h.led)
	h.Must(err)
	return p
}

func (h *house) wall(of authz.Actor) {
	h.t.Helper()
	h.Must(h.Office.Keep(h.t.Context(), h.Lead.Firm, func(a *act.Act) error {
		return circle.Raise(a, h.led, circle.Wall{Person: of.Person, By: h.Lead.Person, Reason: "conflit"})
	}))
}

// TestEntersAndLeaves: who is in a group is in its spaces from then on and not before, in
// its circle too; who leaves it is in them no more, and comes back from then on.
func TestEntersAndLeaves(t *testing.T) {
	each(t, func(h *house) {
		g := h.group("Pôle social", h.paul)
		x := h.attach(g, h.led)
		h.sees("what came before the group", h.paul, h.early, false)
		inner := h.file("au pôle.txt", x.Circle)
		h.sees("what the group is sent", h.paul, inner, true)
		h.sees("who is not in the group", h.odile, inner, false)
		h.Must(h.groups.Admit(t.Context(), h.Lead, g, h.odile.Person))
		h.sees("a newcomer of the group, what came before her", h.odile, inner, false)
		h.Must(h.Documents.Address(t.Context(), h.Lead, document.Send{Item: h.early, Circles: []id.Circle{x.Circle}, Extended: true}))
		h.sees("what was extended to newcomers", h.odile, h.early, true)
		later := h.file("plus tard.txt", x.Circle)
		h.sees("what came after her", h.odile, later, true)
		if got := h.here().Place(h.member(h.odile)); len(got) != 1 || got[0] != "Pôle social" {
			t.Errorf("she is there by %v", got)
		}

		h.Must(h.groups.Dismiss(t.Context(), h.Lead, g, h.odile.Person))
		if got := h.facts(h.odile); got != "" {
			t.Errorf("once she has left she has\n%s", got)
		}
		h.sees("who left the group", h.odile, later, false)
		h.sees("who stayed in it", h.paul, later, true)
		h.Must(h.groups.Admit(t.Context(), h.Lead, g, h.odile.Person))
		h.sees("who came back, what came before", h.odile, later, false)

		h.Must(h.groups.Detach(t.Context(), h.Lead, h.led, g))
		h.sees("once the group is detached", h.paul, later, false)
		if again := h.attach(g, h.led); again.Circle != x.Circle {
			t.Error("a group that comes back has another circle")
		}
		h.sees("once it is attached again", h.paul, later, false)
		h.Must(h.groups.Dissolve(t.Context(), h.Lead, g))
		if got := h.facts(h.paul); got != "" {
			t.Errorf("once the group is dissolved she has\n%s", got)
		}
		if p := h.here(); len(p.Attached)+len(p.Seats) != 0 {
			t.Errorf("a dissolved group is in the space: %+v", p)
		}
		kinds := h.Kinds(h.Lead)
		for kind, want := range map[string]int{"group.made": 1, "group.entered": 3, "group.left": 1, "group.attached": 2, "group.detached": 1, "group.dissolved": 1, "member.left": 5} {
			if kinds[kind] != want {
				t.Errorf("the journal has %d of %s, want %d", kinds[kind], kind, want)
			}
		}
	})
}

func (h *house) member(of authz.Actor) (m circle.Member) {
	h.t.Helper()
	h.Must(h.Office.See(h.t.Context(), of.Firm, func(a *act.Act) error {
		all, err := circle.Members(a, h.led)
		for _, one := range all {
			if one.Person == of.Person {
				m = one
			}
		}
		return err
	}))
	return m
}

// TestOwnPlace: what somebody has in a space in her own right, before the group came or
// by what was done since, is hers when the group leaves, with its own beginning.
func TestOwnPlace(t *testing.T) {
	for name, c := range map[string]struct {
		own   func(h *house, c id.Circle) // done while the group is there
		early bool                        // she was a member before
		keeps bool                        // she still is one afterwards
	}{
		"a member already":              {early: true, keeps: true},
		"by the group alone":            {},
		"added to the space meanwhile":  {own: func(h *house, _ id.Circle) { h.Join(h.odile, h.led, authz.Colleague) }, keeps: true},
		"let into the circle meanwhile": {own: (*house).admitted, early: true, keeps: true},
		"answers for it meanwhile":      {own: func(h *house, _ id.Circle) { h.handOver(h.odile) }, keeps: true},
		"taken out meanwhile":           {own: func(h *house, _ id.Circle) { h.Leave(h.odile, h.led) }, early: true},
		"walled meanwhile":              {own: func(h *house, _ id.Circle) { h.wall(h.odile) }, early: true},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(h *house) {
				if c.early {
					h.Join(h.odile, h.led, authz.Colleague)
				}
				before := h.facts(h.odile)
				g := h.group("Pôle social", h.odile)
				x := h.attach(g, h.led)
				if c.own != nil {
					c.own(h, x.Circle)
				}
				if c.own != nil && c.keeps {
					before = h.facts(h.odile)
				}
				if !c.keeps {
					before = ""
				}
				if name == "added to the space meanwhile" { // to the space, not to the circle
					before = h.without(before, x.Circle)
				}
				h.Must(h.groups.Dismiss(t.Context(), h.Lead, g, h.odile.Person))
				if after := h.facts(h.odile); after != before {
					t.Errorf("she has\n%s\nwant\n%s", after, before)
				}
			})
		})
	}
}

func (h *house) without(facts string, c id.Circle) string {
	lines := strings.Split(facts, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, string(c)) }), "\n")
}

func (h *house) admitted(c id.Circle) {
	h.Must(circle.NewService(h.Office).Admit(h.t.Context(), h.Lead, h.led, c, h.odile.Person))
	if err := circle.NewService(h.Office).Admit(h.t.Context(), h.Lead, h.led, c, h.odile.Person); !fault.Is(err, fault.Conflict) {
		h.t.Errorf("she is let in twice: %v", err)
	}
}

func (h *house) handOver(to authz.Actor) {
	h.Must(h.Office.Keep(h.t.Context(), h.Lead.Firm, func(a *act.Act) error {
		return circle.HandOver(a, h.led, h.Lead.Person, to.Person)
	}))
}

// TestTwoGroups: what two groups give somebody ends when both have ended, in either order.
func TestTwoGroups(t *testing.T) {
	for _, first := range []bool{true, false} {
		each(t, func(h *house) {
			g, other := h.group("Pôle social", h.paul), h.group("Pôle fiscal", h.paul)
			x := h.attach(g, h.led)
			y := h.attach(other, h.led)
			mine := h.file("au premier.txt", x.Circle)
			theirs := h.file("au second.txt", y.Circle)
			all := h.file("à tous.txt")
			leaves, stays := g, other
			if !first {
				leaves, stays = other, g
			}
			h.Must(h.groups.Dismiss(t.Context(), h.Lead, leaves, h.paul.Person))
			h.sees("the firm's, once one has ended", h.paul, all, true)
			h.sees("the circle of the first", h.paul, mine, !first)
			h.sees("the circle of the second", h.paul, theirs, first)
			h.Must(h.groups.Dismiss(t.Context(), h.Lead, stays, h.paul.Person))
			h.sees("once both have ended", h.paul, all, false)
			if in := h.facts(h.paul); in != "" {
				t.Errorf("once both have ended she has\n%s", in)
			}
		})
	}
}

// TestWall: a wall bars whatever a group says, one that is over too; lifting it gives
// nothing back.
func TestWall(t *testing.T) {
	each(t, func(h *house) {
		h.wall(h.paul)
		g := h.group("Pôle social", h.paul, h.odile)
		h.attach(g, h.led)
		paper := h.file("après.txt")
		h.sees("behind a wall", h.paul, paper, false)
		h.sees("beside it", h.odile, paper, true)
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error { return circle.Unwall(a, h.led, h.paul.Person) }))
		h.sees("once it is lifted", h.paul, paper, false)
		h.wall(h.odile)
		h.sees("once one is raised", h.odile, paper, false)
		h.Must(h.groups.Dismiss(t.Context(), h.Lead, g, h.odile.Person), h.groups.Admit(t.Context(), h.Lead, g, h.odile.Person))
		h.sees("once she has come back to the group", h.odile, h.file("encore.txt"), false)
	})
}

// TestAbsence: who stands in for another has her place by a group before and after, and
// loses what the other loses by hers.
func TestAbsence(t *testing.T) {
	each(t, func(h *house) {
		away := absence.NewService(h.Office, time.UTC)
		x, err := away.Announce(t.Context(), h.Lead, absence.New{Deputy: h.odile.Person, First: "2026-11-23", Last: "2026-11-25"})
		h.Must(err)
		for _, j := range h.Jobs(absence.BeginJob) {
			h.Must(away.Begin(t.Context(), h.Lead.Firm, j))
		}
		h.sees("standing in", h.odile, h.early, true)
		g := h.group("Pôle social", h.odile)
		h.attach(g, h.led)
		h.sees("standing in, the group besides", h.odile, h.early, true)
		during := h.file("pendant.txt")
		h.Must(away.End(t.Context(), h.odile, x.ID))
		h.sees("by the group, what came before it", h.odile, h.early, false)
		h.sees("by the group, what came since", h.odile, during, true)

		h.Must(h.groups.Admit(t.Context(), h.Lead, g, h.paul.Person))
		mine := h.file("au pôle.txt", h.here().Attached[0].Circle)
		other := h.Member(h.Lead, h.Space(h.Lead, "Tiers"), authz.Colleague, "Me Jeanne Bec")
		_, err = away.Announce(t.Context(), h.paul, absence.New{Deputy: other.Person, First: "2026-11-23", Last: "2026-11-25"})
		h.Must(err)
		for _, j := range h.Jobs(absence.BeginJob) {
			h.Must(away.Begin(t.Context(), h.Lead.Firm, j))
		}
		h.sees("in the place of who is there by a group", other, mine, true)
		h.Must(h.groups.Dismiss(t.Context(), h.Lead, g, h.paul.Person))
		h.sees("once that one has left it", other, mine, false)
	})
}

// TestDeputyOfCircle: who stands in for somebody who loses a circle by a group, and keeps
// her place, loses the circle too.
func TestDeputyOfCircle(t *testing.T) {
	each(t, func(h *house) {
		h.Join(h.paul, h.led, authz.Colleague)
		g := h.group("Pôle social", h.paul)
		c := h.attach(g, h.led).Circle
		away := absence.NewService(h.Office, time.UTC)
		_, err := away.Announce(t.Context(), h.paul, absence.New{Deputy: h.odile.Person, First: "2026-11-23", Last: "2026-11-25"})
		h.Must(err)
		for _, j := range h.Jobs(absence.BeginJob) {
			h.Must(away.Begin(t.Context(), h.Lead.Firm, j))
		}
		if !strings.Contains(h.facts(h.odile), string(c)) {
			t.Fatal("the deputy is not in the circle of the group")
		}
		h.Must(h.groups.Dismiss(t.Context(), h.Lead, g, h.paul.Person))
		if in := h.facts(h.odile); strings.Contains(in, string(c)) || in == "" {
			t.Errorf("the deputy has\n%s", in)
		}
	})
}

// TestManySpaces: who joins a group that is in more spaces than one transaction changes
// is in all of them, and in none once she has left, within five seconds.
func TestManySpaces(t *testing.T) {
	const many = 85
	each(t, func(h *house) {
		g := h.group("Pôle social", h.odile)
		for n := range many {
			h.attach(g, h.Space(h.Lead, fmt.Sprintf("Dossier %d", n)))
		}
		runner := outbox.NewRunner(outbox.Config{
			Store: h.Store, Ring: h.Office.Ring, Clock: h.Clock.Now, Log: slog.New(slog.DiscardHandler),
			Handlers: map[string]outbox.Handler{group.EnterJob: h.groups.Enter, group.LeaveJob: h.groups.Leave},
		})
		ctx, stop := context.WithCancel(t.Context())
		over := make(chan error)
		go func() { over <- runner.Run(ctx) }()
		t.Cleanup(func() {
			stop()
			if err := <-over; err != nil {
				t.Error(err)
			}
		})
		begun := time.Now()
		in := func(what string, want int) {
			t.Helper()
			runner.Wake(h.Lead.Firm)
			h.Must(runner.Idle(t.Context()))
			n := 0
			h.Must(h.Office.See(t.Context(), h.Lead.Firm, func(a *act.Act) error {
				held, _, err := circle.HeldBy(a, h.paul.Person, "", 500)
				n = len(held)
				return err
			}))
			if n != want {
				t.Errorf("%s: she is in %d spaces, want %d", what, n, want)
			}
			t.Logf("%s: %v", what, time.Since(begun))
			if time.Since(begun) > 5*time.Second {
				t.Errorf("%s: that took %v", what, time.Since(begun))
			}
			begun = time.Now()
		}
		h.Must(h.groups.Admit(t.Context(), h.Lead, g, h.paul.Person))
		in("in the group", many+1) // with her own
		h.Must(h.groups.Dismiss(t.Context(), h.Lead, g, h.paul.Person))
		h.Must(h.groups.Admit(t.Context(), h.Lead, g, h.paul.Person)) // before the job has ended
		in("back at once", many+1)
		for _, s := range h.held(h.paul) {
			if s.Since.Before(h.since(g, h.paul)) && s.Space != h.own(h.paul) {
				t.Errorf("in %s she is since before she came back", s.Space)
			}
		}
		h.Must(h.groups.Dissolve(t.Context(), h.Lead, g))
		in("dissolved", 1)
	})
}

func (h *house) held(of authz.Actor) (out []circle.Held) {
	h.t.Helper()
	h.Must(h.Office.See(h.t.Context(), of.Firm, func(a *act.Act) (err error) {
		out, _, err = circle.HeldBy(a, of.Person, "", 500)
		return err
	}))
	return out
}

// own is the space in which somebody is without a group: the first of hers.
func (h *house) own(of authz.Actor) id.Space {
	return slices.MinFunc(h.held(of), func(x, y circle.Held) int { return x.Since.Compare(y.Since) }).Space
}

func (h *house) since(g id.Group, of authz.Actor) time.Time {
	h.t.Helper()
	v, err := h.groups.List(h.t.Context(), h.Lead)
	h.Must(err)
	found, _ := v.Find(g)
	for _, p := range found.People {
		if p.Person == of.Person {
			return p.Since
		}
	}
	h.t.Fatal("she is not in the group")
	return time.Time{}
}

// TestRefused: who may not, does not; what is wrong is said beside its field; and nobody
// lets herself into a group that is in a space.
func TestRefused(t *testing.T) {
	each(t, func(h *house) {
		ctx := t.Context()
		g := h.group("Pôle social", h.paul)
		client := h.Member(h.Lead, h.led, authz.Client, "Mme Corail")
		wrong := func(what, field string, kind fault.Kind, err error) {
			t.Helper()
			if !fault.Is(err, kind) || field != "" && !strings.Contains(fmt.Sprintf("%+v", err), field) {
				t.Errorf("%s: %v, want %v in %q", what, err, kind, field)
			}
		}
		stale, program := h.Lead, h.Lead
		stale.Stale, program.Pass = true, &authz.Pass{ReadOnly: true}
		_, err := h.groups.Make(ctx, h.Lead, " ")
		wrong("no name", "name", fault.Invalid, err)
		_, err = h.groups.Make(ctx, h.Lead, strings.Repeat("n", group.MaxName+1))
		wrong("a long name", "name", fault.Invalid, err)
		_, err = h.groups.Make(ctx, h.Lead, "pole SOCIAL")
		wrong("a name that is taken", "name", fault.Conflict, err)
		_, err = h.groups.Make(ctx, h.paul, "Autre")
		wrong("a lawyer makes one", "", fault.Forbidden, err)
		_, err = h.groups.List(ctx, client)
		wrong("a client reads them", "", fault.NotFound, err)
		wrong("a session of yesterday admits", "", fault.Forbidden, h.groups.Admit(ctx, stale, g, h.odile.Person))
		wrong("a program that reads admits", "", fault.Forbidden, h.groups.Admit(ctx, program, g, h.odile.Person))
		wrong("a client is let in", "person", fault.Invalid, h.groups.Admit(ctx, h.Lead, g, client.Person))
		wrong("somebody twice", "person", fault.Conflict, h.groups.Admit(ctx, h.Lead, g, h.paul.Person))
		wrong("who is not in it leaves", "", fault.NotFound, h.groups.Dismiss(ctx, h.Lead, g, h.odile.Person))
		wrong("no such group", "", fault.NotFound, h.groups.Rename(ctx, h.Lead, id.New[id.Group](h.Clock.Now()), "Nom"))

		_, err = h.groups.Attach(ctx, h.paul, h.led, g)
		wrong("a stranger of the space attaches", "", fault.NotFound, err)
		_, err = h.groups.Attach(ctx, stale, h.led, g)
		wrong("a session of yesterday attaches", "", fault.Forbidden, err)
		_, err = h.groups.Attach(ctx, h.Lead, h.led, "none")
		wrong("no such group is attached", "group", fault.Invalid, err)
		h.attach(g, h.led)
		_, err = h.groups.Attach(ctx, h.Lead, h.led, g)
		wrong("attached twice", "group", fault.Conflict, err)
		wrong("an administrator lets herself in", "person", fault.Conflict, h.groups.Admit(ctx, h.Lead, g, h.Lead.Person))
		_, err = h.groups.Here(ctx, h.odile, h.led)
		wrong("who is not in the space reads its groups", "", fault.NotFound, err)
		v, err := h.groups.List(ctx, h.paul)
		h.Must(err)
		if one, _ := v.Find(g); one.Spaces != 0 || one.Own != 1 || v.Staff != nil || one.People[0].Name != "Me Paul Petit" {
			t.Errorf("a colleague reads %+v", v)
		}
	})
}

// TestForged: rows that were written or changed by hand are nobody's.
func TestForged(t *testing.T) {
	for name, stmt := range map[string]store.FirmStmt{
		"the group of an attachment": store.ForFirm(`update group_space set circle_id = $2 where firm_id = $1`),
		"who is in a group":          store.ForFirm(`update group_member set person_id = $2 where firm_id = $1`),
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(h *house) {
				g := h.group("Pôle social", h.paul)
				h.attach(g, h.led)
				h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
					return a.Write(stmt, h.odile.Person)
				}))
				if err := h.groups.Admit(t.Context(), h.Lead, g, h.odile.Person); err == nil {
					t.Error("a row that was changed by hand is believed")
				}
				h.sees("by such a row", h.odile, h.file("après.txt"), false)
			})
		})
	}
}

// TestSeatForged: a seat that was changed by hand takes nothing from anybody.
func TestSeatForged(t *testing.T) {
	each(t, func(h *house) {
		h.Join(h.paul, h.led, authz.Colleague)
		g := h.group("Pôle social", h.paul)
		h.attach(g, h.led)
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
			return a.Write(store.ForFirm(`update group_seat set gave = '{"member":1}' where firm_id = $1`))
		}))
		before := h.facts(h.paul)
		if err := h.groups.Dismiss(t.Context(), h.Lead, g, h.paul.Person); err == nil {
			t.Error("a seat that was changed by hand is believed")
		}
		if after := h.facts(h.paul); after != before {
			t.Errorf("she has\n%s\nand had\n%s", after, before)
		}
	})
}

// TestLeftTheFirm: who leaves the firm is in none of its groups, and a group gives nothing
// to who has left.
func TestLeftTheFirm(t *testing.T) {
	each(t, func(h *house) {
		g := h.group("Pôle social", h.paul, h.odile)
		h.Must(h.Office.Do(t.Context(), h.Lead.Firm, func(a *act.Act) error {
			card, err := firm.CardOf(a, h.paul.Person)
			if err != nil {
				return err
			}
			if err := firm.Dismiss(a, h.Lead, card); err != nil {
				return err
			}
			return group.Part(a, h.Lead, h.paul.Person)
		}))
		h.attach(g, h.led)
		if in := h.facts(h.paul); in != "" {
			t.Errorf("who has left the firm has\n%s", in)
		}
		v, err := h.groups.List(t.Context(), h.Lead)
		h.Must(err)
		if one, _ := v.Find(g); len(one.People) != 1 || one.People[0].Person != h.odile.Person {
			t.Errorf("the group has %+v", one.People)
		}
	})
}
