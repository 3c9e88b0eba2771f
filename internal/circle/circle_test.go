package circle_test

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// room is a space with somebody in each role.
type room struct {
	*documenttest.House
	t     *testing.T
	space id.Space
	is    circle.House
	who   map[authz.Role]authz.Actor
}

func each(t *testing.T, run func(t *testing.T, r room)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		r := room{House: h, t: t, space: h.Space(h.Lead, "Mme Petit"), who: map[authz.Role]authz.Actor{authz.Lead: h.Lead}}
		r.is = h.Circles(h.Lead, r.space)
		for _, role := range []authz.Role{authz.Colleague, authz.Assistant, authz.Client, authz.Guest, authz.Reader} {
			r.who[role] = h.Member(h.Lead, r.space, role, string(role))
		}
		run(t, r)
	})
}

func (r room) see(read func(a *act.Act) error) error {
	return r.Office.See(context.Background(), r.Lead.Firm, read)
}

func (r room) facts(by authz.Actor) (f authz.Facts) {
	r.t.Helper()
	r.Must(r.see(func(a *act.Act) (err error) { f, err = circle.Facts(a, by, r.space); return err }))
	return f
}

// now are the circles that hold a person now, in words.
func (r room) now(by authz.Actor) string {
	r.t.Helper()
	f := r.facts(by)
	var names []string
	for c, span := range f.Circles {
		if span.Covers(f.Now) {
			names = append(names, map[id.Circle]string{r.is.Firm: "firm", r.is.Client: "client", r.is.All: "all"}[c])
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestRolesGoWithCircles(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		for role, want := range map[authz.Role]string{
			authz.Lead: "all firm", authz.Colleague: "all firm", authz.Assistant: "all firm",
			authz.Client: "all client", authz.Guest: "all", authz.Reader: "all",
		} {
			if got := r.now(r.who[role]); got != want {
				t.Errorf("%s is in %q, want %q", role, got, want)
			}
			if f := r.facts(r.who[role]); f.Role != role || !f.Member.Covers(f.Now) || f.Closed || f.Walled || f.Space != r.space {
				t.Errorf("facts of %s: %+v", role, f)
			}
		}
		stranger := r.Member(r.Lead, r.Space(r.Lead, "M. Martin"), authz.Client, "M. Martin")
		if f := r.facts(stranger); f.Role != "" || len(f.Circles) != 0 {
			t.Errorf("a stranger's facts: %+v", f)
		}
		for _, nowhere := range []id.Space{"", "nowhere", id.New[id.Space](time.Now())} {
			err := r.see(func(a *act.Act) error { _, err := circle.Facts(a, r.Lead, nowhere); return err })
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("facts of space %q: %v", nowhere, err)
			}
		}
	})
}

func TestEnter(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		elsewhere := r.Found("Cabinet Rival", "Me Rival")
		scoped := r.who[authz.Client]
		scoped.Scope = r.Space(r.Lead, "M. Martin")
		disagrees := r.who[authz.Client]
		disagrees.Role = authz.Lawyer
		for name, tt := range map[string]struct {
			by   authz.Actor
			do   authz.Action
			want fault.Kind
		}{
			"client sees":                  {r.who[authz.Client], authz.SpaceSee, 255},
			"lead manages":                 {r.who[authz.Lead], authz.SpaceManage, 255},
			"client manages":               {r.who[authz.Client], authz.SpaceManage, fault.Forbidden},
			"another firm":                 {elsewhere, authz.SpaceSee, fault.NotFound},
			"a link to elsewhere":          {scoped, authz.SpaceSee, fault.NotFound},
			"card and membership disagree": {disagrees, authz.SpaceSee, fault.NotFound},
			"an action on something else":  {r.who[authz.Lead], authz.DocumentRead, fault.NotFound},
		} {
			err := r.see(func(a *act.Act) error { _, err := circle.Enter(a, tt.by, r.space, tt.do); return err })
			if tt.want == 255 && err != nil || tt.want != 255 && !fault.Is(err, tt.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestEnterLed: what is left to whoever conducts an assessment is hers alone as soon as
// there is one, and until then that of the firm's lawyers.
func TestEnterLed(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		enter := func(by authz.Actor) error {
			return r.see(func(a *act.Act) error { _, err := circle.EnterLed(a, by, r.space, authz.SpaceDemand); return err })
		}
		stranger := r.Member(r.Lead, r.Space(r.Lead, "M. Martin"), authz.Colleague, "Me Ailleurs")
		refused := func(what string, kind fault.Kind, all ...authz.Actor) {
			t.Helper()
			for _, by := range all {
				if err := enter(by); !fault.Is(err, kind) {
					t.Errorf("%s, %s: %v", what, by.Role, err)
				}
			}
		}
		others := []authz.Actor{r.who[authz.Assistant], r.who[authz.Client], r.who[authz.Guest], r.who[authz.Reader]}
		r.Must(enter(r.Lead), enter(r.who[authz.Colleague]))
		refused("without an expert", fault.Forbidden, others...)
		refused("without an expert", fault.NotFound, stranger)
		expert := r.Member(r.Lead, r.space, authz.Expert, "Mme Expert")
		r.Must(enter(expert))
		refused("beside an expert", fault.Forbidden, append(others, r.Lead, r.who[authz.Colleague])...)
	})
}

func TestComingBack(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		client := r.who[authz.Client]
		before := r.File(r.Lead, r.space, "avant", []byte("avant"), r.is.Client).Document
		first := r.facts(client).Member.Since
		if err := r.Office.Keep(t.Context(), client.Firm, func(a *act.Act) error {
			return circle.Join(a, r.space, client.Person, authz.Client)
		}); !fault.Is(err, fault.Conflict) {
			t.Errorf("joining twice: %v", err)
		}
		r.Clock.Advance(time.Hour)
		r.Leave(client, r.space)
		if got := r.now(client); got != "" {
			t.Errorf("she left and is still in %q", got)
		}
		if f := r.facts(client); f.Member.Covers(f.Now) {
			t.Error("her membership holds on")
		}
		if err := r.Office.Keep(t.Context(), client.Firm, func(a *act.Act) error {
			return circle.Leave(a, r.space, client.Person)
		}); !fault.Is(err, fault.NotFound) {
			t.Errorf("leaving twice: %v", err)
		}
		r.Clock.Advance(time.Hour)
		between := r.File(r.Lead, r.space, "entre", []byte("entre"), r.is.Client).Document
		r.Clock.Advance(time.Hour)
		r.Join(client, r.space, authz.Client)
		after := r.File(r.Lead, r.space, "après", []byte("après"), r.is.Client).Document
		if since := r.facts(client).Member.Since; !since.After(first.Add(2 * time.Hour)) {
			t.Errorf("back since %v", since)
		}
		for doc, want := range map[id.Item]bool{before: false, between: false, after: true} {
			_, err := r.Documents.Show(t.Context(), client, doc)
			if got := err == nil; got != want || !got && !fault.Is(err, fault.NotFound) {
				t.Errorf("she sees it: %v, want %v (%v)", got, want, err)
			}
		}
		var members []circle.Member
		r.Must(r.see(func(a *act.Act) (err error) { members, err = circle.Members(a, r.space); return err }))
		if len(members) != 6 {
			t.Errorf("%d memberships, want one for each of six", len(members))
		}
	})
}

// TestLeaveEndsWhatWouldEndLater: a circle membership with an end to come ends
// with the rest.
func TestLeaveEndsWhatWouldEndLater(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		client := r.who[authz.Client]
		r.Must(r.Office.Keep(t.Context(), client.Firm, func(a *act.Act) error {
			box, err := a.SpaceBox(r.space)
			if err != nil {
				return err
			}
			since, until := r.facts(client).Circles[r.is.Client].Since, a.Now.Add(time.Hour)
			return a.Write(setSpan, r.is.Client, client.Person, store.Micros(since), store.Micros(until),
				box.MAC("circle_member", string(r.is.Client), string(client.Person), micros(since), micros(until)))
		}))
		if got := r.now(client); got != "all client" {
			t.Fatalf("she is in %q", got)
		}
		r.Leave(client, r.space)
		if got := r.now(client); got != "" {
			t.Errorf("she left and is still in %q", got)
		}
	})
}

// TestRoleChangesWithReturn: who was a client and comes back as a guest is no
// longer in the client's circle.
func TestRoleChangesWithReturn(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		client := r.who[authz.Client]
		r.Leave(client, r.space)
		r.Join(client, r.space, authz.Guest)
		if got := r.now(client); got != "all" {
			t.Errorf("a guest is in %q", got)
		}
	})
}

var setSpan = store.ForFirm(`
update circle_member set since = $4, until = $5, mac = $6 where firm_id = $1 and circle_id = $2 and person_id = $3`)

func micros(t time.Time) string { return strconv.FormatInt(store.Micros(t), 10) }

var insertWall = store.ForFirm(`insert into wall (firm_id, space_id, person_id, created_at, mac) values ($1, $2, $3, 0, $4)`)

// TestManySpacesAtOnce: facts that were read for many spaces together are those
// that are read for each, in more spaces than one statement takes.
func TestManySpacesAtOnce(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		client := r.who[authz.Client]
		spaces := []id.Space{r.space, "01000000-0000-7000-8000-000000000000"}
		for i := range 2*store.Batch + 3 {
			of := r.Space(r.Lead, strconv.Itoa(i))
			spaces = append(spaces, of)
			role := []authz.Role{authz.Client, authz.Guest, authz.Reader}[i%3]
			if i%5 != 0 {
				r.Join(client, of, role)
			}
			if i%7 == 0 {
				r.Must(r.Office.Keep(t.Context(), r.Lead.Firm, func(a *act.Act) error {
					return a.Write(insertWall, of, r.Lead.Person, []byte("x"))
				}))
			}
			switch i % 4 {
			case 1:
				r.Clock.Advance(time.Hour)
				if i%5 != 0 {
					r.Leave(client, of)
				}
			case 2:
				r.Must(r.Office.Keep(t.Context(), r.Lead.Firm, func(a *act.Act) error { return a.Ring().DestroySpace(a.Tx, of) }))
			}
		}
		for _, by := range []authz.Actor{r.Lead, client, r.Found("Rival", "Me Rival")} {
			by.Firm = r.Lead.Firm
			for _, of := range spaces {
				var alone, among authz.Facts
				first := r.see(func(a *act.Act) (err error) { alone, err = circle.Facts(a, by, of); return err })
				second := r.see(func(a *act.Act) (err error) {
					if err := circle.Prepare(a, by, spaces); err != nil {
						return err
					}
					before := a.Statements()
					among, err = circle.Facts(a, by, of)
					if more := a.Statements() - before; err == nil && more > 0 {
						t.Errorf("what was prepared took %d statements more", more)
					}
					return err
				})
				among.Now = alone.Now // the clock has gone on
				if fault.KindOf(first) != fault.KindOf(second) || first == nil && !reflect.DeepEqual(alone, among) {
					t.Errorf("%s: alone %+v, %v; among others %+v, %v", of, alone, first, among, second)
				}
			}
		}
		r.Must(r.see(func(a *act.Act) error {
			all, err := circle.MembersIn(a, []id.Space{spaces[0], spaces[2], spaces[3]})
			for of, got := range all {
				if want, err := circle.Members(a, of); err != nil || !slices.Equal(got, want) || len(got) == 0 {
					t.Errorf("members of %s: %v, want %v, %v", of, got, want, err)
				}
			}
			return err
		}))
	})
}
