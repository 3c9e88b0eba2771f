package circle

import (
	"cenacle/internal/act"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// ArrivedJob tells package absence that somebody who is away has come into a space, with an
// [Arrived]: who stands in for her does there too.
const ArrivedJob = "absence.cover"

// Arrived is one of the firm's people who has come into a space.
type Arrived struct {
	Space  id.Space  `json:"space"`
	Person id.Person `json:"person"`
}

// countAway is in how many absences somebody ($2) is away at $3 from all that is hers.
var countAway = store.ForFirm(`
select count(*) from absence
where firm_id = $1 and person_id = $2 and starts <= $3 and ends > $3 and over_at = 0 and spaces = ''`)

// arrives plans that who stands in for one of the firm's people comes into a space too, of
// which she has just become a member.
func arrives(a *act.Act, space id.Space, person id.Person) error {
	var away int
	if err := a.Row(countAway, []any{person, store.Micros(a.Now)}, &away); err != nil || away == 0 {
		return err
	}
	return a.Follow(ArrivedJob, string(space)+string(person), a.Now, Arrived{space, person})
}
