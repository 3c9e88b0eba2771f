package quota_test

import (
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/act/acttest"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/quota"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

var raise = store.ForFirm(`update firm_plan set colleagues = 9 where firm_id = $1`)

// What a firm has of its own stands before what every firm has, limit by limit, and only
// the operator writes it: a row that somebody else changed opens nothing.
func TestPlan(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		office, clock := acttest.New(t, s)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		f, err := s.CreateFirm(t.Context(), id.New[id.Firm](clock.Now()))
		must(err)
		by := authz.Actor{Person: id.New[id.Person](clock.Now()), Firm: f.ID(), Role: authz.Admin, Via: authz.ViaPassword}
		must(office.Do(t.Context(), by.Firm, func(a *act.Act) error {
			return firm.New(office, nil).Found(a, by, "Cabinet Delmas", firm.Card{Person: by.Person, Role: authz.Admin, State: firm.Active, Name: "Me Delmas", Email: "d@delmas.example"})
		}))
		plans := quota.New(office, quota.Plan{Spaces: 10, Colleagues: 5})
		for _, tt := range []struct{ own, want quota.Plan }{
			{quota.Plan{Spaces: quota.Usual, Colleagues: quota.Usual, Storage: quota.Usual}, quota.Plan{Spaces: 10, Colleagues: 5}},
			{quota.Plan{Spaces: 3, Colleagues: quota.Usual, Storage: 1e9}, quota.Plan{Spaces: 3, Colleagues: 5, Storage: 1e9}},
			{quota.Plan{}, quota.Plan{}},
			{quota.Plan{Spaces: 3, Colleagues: 1}, quota.Plan{Spaces: 3, Colleagues: 1}},
		} {
			must(plans.Set(t.Context(), by.Firm, tt.own))
			if st, err := plans.Examine(t.Context(), by.Firm); err != nil || st.Plan != tt.want || st.Own != tt.own {
				t.Errorf("%+v gives %+v, %v", tt.own, st, err)
			}
		}
		st, err := plans.Standing(t.Context(), by)
		if err != nil || st.Used != (quota.Plan{Colleagues: 1}) {
			t.Errorf("used: %+v, %v", st, err)
		}
		client := by
		client.Role = authz.Outsider
		if _, err := plans.Standing(t.Context(), client); err == nil {
			t.Error("a client is told how much her lawyers use")
		}
		kept, reading := by, by
		kept.Pass, reading.Pass = &authz.Pass{Spaces: []id.Space{id.New[id.Space](clock.Now())}}, &authz.Pass{ReadOnly: true}
		if _, err := plans.Standing(t.Context(), kept); err == nil {
			t.Error("a program that is kept to a space is told how much the firm uses")
		}
		if err := plans.Opens(t.Context(), reading); err == nil {
			t.Error("a program that only reads is told that it may open a space")
		}
		if err := plans.Set(t.Context(), by.Firm, quota.Plan{Spaces: -2}); !fault.Is(err, fault.Invalid) {
			t.Errorf("fewer than none: %v", err)
		}
		must(office.Keep(t.Context(), by.Firm, func(a *act.Act) error { return a.Write(raise) }))
		if _, err := plans.Examine(t.Context(), by.Firm); err == nil {
			t.Error("a plan that was raised in the database is believed")
		}
	})
}
