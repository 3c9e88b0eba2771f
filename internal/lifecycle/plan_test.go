package lifecycle_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"cenacle/internal/account"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/lifecycle"
	"cenacle/internal/quota"
)

// plans has the world live within them.
func (w *world) plans(usual quota.Plan) *quota.Service {
	p := quota.New(w.office, usual)
	w.firms.Within(p)
	w.life.Within(p)
	return p
}

// insist does something again as long as the database was too busy with others.
func insist(do func() error) error {
	for range 50 {
		if err := do(); !fault.Is(err, fault.Unavailable) {
			return err
		}
	}
	return do()
}

// UPL-05: fifty ask at once for a space, and for a place in the team, where there are a
// few: exactly as many get one as the plan has, and nobody is left half admitted.
func TestUPL05_PlanAtOnce(t *testing.T) {
	each(t, func(w *world) {
		const spaces, colleagues = 3, 4
		plans := w.plans(quota.Plan{})
		w.must(plans.Set(w.Context(), w.firm, quota.Plan{Spaces: spaces, Colleagues: colleagues}))
		var opened, joined, refused atomic.Int64
		count := func(n *atomic.Int64, err error) {
			switch {
			case err == nil:
				n.Add(1)
			case fault.Is(err, fault.Conflict):
				refused.Add(1)
			default:
				w.Error(err)
			}
		}
		var wait sync.WaitGroup
		for i := range 50 {
			wait.Go(func() {
				if i%2 == 0 {
					count(&opened, insist(func() error {
						_, err := w.life.OpenSpace(w.Context(), w.lawyer, w.form("Cliente", fmt.Sprintf("cliente%d@exemple.fr", i)))
						return err
					}))
					return
				}
				count(&joined, insist(func() error {
					_, err := w.firms.AddColleague(w.Context(), w.lawyer, firm.Colleague{Name: "Collègue", Email: fmt.Sprintf("collegue%d@delmas.example", i), Role: authz.FirmColleague})
					return err
				}))
			})
		}
		wait.Wait()
		if opened.Load() != spaces || joined.Load() != colleagues-1 || refused.Load() != 50-spaces-colleagues+1 {
			w.Errorf("%d spaces and %d colleagues of %d and %d; %d refused", opened.Load(), joined.Load(), spaces, colleagues-1, refused.Load())
		}
		st, err := plans.Standing(w.Context(), w.lawyer)
		if err != nil || st.Used != (quota.Plan{Spaces: spaces, Colleagues: colleagues}) {
			w.Errorf("used: %+v, %v", st, err)
		}
	})
}

// A full plan says so before anybody becomes a person, and takes nothing away: who is
// there stays, who leaves makes room, who had left needs it.
func TestFullPlan(t *testing.T) {
	each(t, func(w *world) {
		plans := w.plans(quota.Plan{Spaces: 1, Colleagues: 2})
		paul := w.colleague("Paul Leroy", "paul@delmas.example", authz.Lawyer)
		sp := w.opens("Claire Petit", "claire@exemple.fr")
		_, err := w.life.OpenSpace(w.Context(), w.lawyer, w.form("Marc Noir", "marc@exemple.fr"))
		w.wants(err, fault.Conflict, "", "plan.spaces_full")
		w.wants(plans.Opens(w.Context(), w.lawyer), fault.Conflict, "", "plan.spaces_full")
		ines := firm.Colleague{Name: "Inès Roux", Email: "ines@delmas.example", Role: authz.FirmAssistant}
		_, err = w.firms.AddColleague(w.Context(), w.lawyer, ines)
		w.wants(err, fault.Conflict, "", "plan.colleagues_full")
		for _, nobody := range []string{"marc@exemple.fr", "ines@delmas.example"} {
			if p, err := w.accounts.Find(w.Context(), nobody); !fault.Is(err, fault.NotFound) {
				w.Errorf("%s became a person: %v, %v", nobody, p, err)
			}
		}
		if got := plans.Refused(); got != (quota.Refused{Spaces: 2, Colleagues: 1}) {
			w.Errorf("counted: %+v", got)
		}

		w.must(plans.Set(w.Context(), w.firm, quota.Plan{Spaces: 2, Colleagues: 1, Storage: quota.Usual}))
		w.opens("Marc Noir", "marc@exemple.fr")
		if len(w.roles(sp.ID)) != 2 {
			w.Error("a plan that was changed moved somebody")
		}
		if card, err := w.firms.Stand(w.Context(), account.Session{Person: paul.Person, Via: authz.ViaPassword, Proven: true}, w.firm); err != nil || card.Card.State != firm.Active {
			w.Errorf("a smaller plan shut a colleague out: %v", err)
		}
		w.must(plans.Set(w.Context(), w.firm, quota.Plan{Spaces: quota.Usual, Colleagues: quota.Usual, Storage: quota.Usual}))
		_, err = w.life.OpenSpace(w.Context(), w.lawyer, w.form("Marc Noir", "marc@exemple.fr"))
		w.wants(err, fault.Conflict, "", "plan.spaces_full") // what every firm has stands again
		w.must(w.life.Depart(w.Context(), w.lawyer, lifecycle.Departure{Person: paul.Person, Successor: w.lawyer.Person}))
		_, err = w.firms.AddColleague(w.Context(), w.lawyer, ines)
		w.must(err)
		_, err = w.firms.AddColleague(w.Context(), w.lawyer, firm.Colleague{Name: "Paul Leroy", Email: "paul@delmas.example", Role: authz.Lawyer})
		w.wants(err, fault.Conflict, "", "plan.colleagues_full")
		if n := w.count(countEntries, quota.Kind); n != 2 {
			w.Errorf("%d lines of the journal", n)
		}
	})
}
