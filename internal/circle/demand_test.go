package circle_test

import (
	"errors"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

var spoilNotice = store.ForFirm(`update space set notice = $3 where firm_id = $1 and id = $2`)

// TestDemand: what entering a space demands and what its notices may say stand beside each
// other, and neither changes the other; taking the demand away by hand closes the space,
// and what no program knows demands the most.
func TestDemand(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		demands := func(to authz.Assurance) error {
			return r.keep(func(a *act.Act) error { return circle.SetDemand(a, r.space, to) })
		}
		tells := func(to circle.Level) {
			r.Must(r.keep(func(a *act.Act) error { return circle.SetLevel(a, r.space, to) }))
		}
		level := func() (of circle.Level) {
			r.Must(r.see(func(a *act.Act) (err error) { of, _, err = circle.LevelOf(a, r.space); return err }))
			return of
		}
		for _, need := range append(authz.Assurances(), authz.Twofold) {
			for _, says := range []circle.Level{circle.Titles, circle.Neutral, circle.Enclosed} {
				tells(says)
				r.Must(demands(need))
				many := authz.Facts{}
				r.Must(r.see(func(a *act.Act) error {
					if err := circle.Prepare(a, r.Lead, []id.Space{r.space}); err != nil {
						return err
					}
					f, err := circle.Facts(a, r.Lead, r.space)
					many = f
					return err
				}))
				if f := r.facts(r.Lead); f.Demand != need || many.Demand != need || level() != says {
					t.Errorf("%s beside %s: %s, %s, %s", need, says, f.Demand, many.Demand, level())
				}
			}
			tells(circle.Titles)
			if f := r.facts(r.Lead); f.Demand != need || level() != circle.Titles {
				t.Errorf("%s is %s once notices say titles", need, f.Demand)
			}
		}
		for _, column := range []string{"neutre", "titre 1", "neutre password"} {
			r.Must(r.keep(func(a *act.Act) error {
				return a.Write(spoilNotice, r.space, column)
			}))
			if err := r.enters(r.Lead); !errors.Is(err, vault.ErrTampered) {
				t.Errorf("%q by hand: %v", column, err)
			}
		}
		for column, want := range map[string]authz.Assurance{"": authz.Single, "neutre": authz.Single, "titre 12": authz.Single, "neutre second_factor": authz.Twofold, "titre 12 passkey": authz.Keyed, "neutre made_up": authz.Keyed} {
			if got := (circle.Standing{Notice: column}).Demand(); got != want {
				t.Errorf("%q demands %s", column, got)
			}
		}
	})
}
