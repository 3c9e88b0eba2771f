package circle_test

import (
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/id"
)

// TestReviewsAreTheLeads: who is looked at again, and when, is told to who answers for the
// space and may decide it: to no program that only reads or is kept to other spaces, and
// not before she has accepted the firm's charter.
func TestReviewsAreTheLeads(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		reading, elsewhere, unsigned := r.Lead, r.Lead, r.Lead
		reading.Pass = &authz.Pass{ReadOnly: true}
		elsewhere.Pass = &authz.Pass{Spaces: []id.Space{r.Space(r.Lead, "M. Martin")}}
		unsigned.Unsigned = true
		for who, c := range map[string]struct {
			by   authz.Actor
			want int
		}{
			"the lead": {r.Lead, 3}, "a colleague": {r.who[authz.Colleague], 0}, "a program that only reads": {reading, 0},
			"a program kept to another space": {elsewhere, 0}, "before the charter": {unsigned, 0},
		} {
			var found []circle.Review
			r.Must(r.see(func(a *act.Act) (err error) {
				found, err = circle.Reviews(a, c.by, a.Now.AddDate(2, 0, 0))
				return err
			}))
			if len(found) != c.want {
				t.Errorf("%s is asked about %d people, want %d", who, len(found), c.want)
			}
		}
	})
}
