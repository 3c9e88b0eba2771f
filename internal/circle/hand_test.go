package circle_test

import (
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

var spoilLead = store.ForFirm(`update space set lead_id = $3 where firm_id = $1 and id = $2`)

// TestHandOver: the roles change places at once, the rows bear their MACs, and the
// new lead is in every named circle from then on.
func TestHandOver(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		heir := r.who[authz.Colleague]
		named, err := circle.NewService(r.Office).Make(t.Context(), r.Lead, circle.New{Space: r.space, Name: "Experts", People: []id.Person{r.who[authz.Guest].Person}})
		r.Must(err)
		party, err := circle.NewService(r.Office).Make(t.Context(), r.Lead, circle.New{Space: r.space, Name: "Époux", Kind: circle.Party, People: []id.Person{r.who[authz.Guest].Person}})
		r.Must(err)
		hand := func(to id.Person) error {
			return r.keep(func(a *act.Act) error { return circle.HandOver(a, r.space, r.Lead.Person, to) })
		}
		for _, to := range []id.Person{r.who[authz.Client].Person, r.who[authz.Assistant].Person, r.Found("Rival", "Me Rival").Person} {
			if err := hand(to); !fault.Is(err, fault.Invalid) {
				t.Errorf("handed to somebody else: %v", err)
			}
		}
		before := r.facts(heir).Member
		r.Must(hand(heir.Person))
		is, was := r.facts(heir), r.facts(r.Lead)
		if is.Role != authz.Lead || was.Role != authz.Colleague || is.Member != before {
			t.Errorf("the roles are %s, since %v, and %s", is.Role, is.Member, was.Role)
		}
		if span := is.Circles[named.ID]; !span.Covers(is.Now) || !was.Circles[named.ID].Covers(was.Now) {
			t.Errorf("the new lead is in the circle of experts: %v", span)
		}
		if _, in := is.Circles[party.ID]; in {
			t.Error("the new lead is in a party")
		}
		if err := r.keep(func(a *act.Act) error { return circle.Raise(a, r.space, circle.Wall{Person: heir.Person}) }); !fault.Is(err, fault.Conflict) {
			t.Errorf("the new lead is kept out: %v", err)
		}
		r.Must(r.keep(func(a *act.Act) error { return circle.HandOver(a, r.space, heir.Person, r.Lead.Person) })) // and back
		r.Must(r.keep(func(a *act.Act) error {
			return a.Write(spoilLead, r.space, heir.Person)
		}))
		if err := r.enters(r.Lead); err == nil {
			t.Error("the row of the space says another lead, without a MAC")
		}
	})
}
