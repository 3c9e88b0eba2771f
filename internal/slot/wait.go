package slot

import (
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// Wait is proposals that wait for one person's answer in one space.
type Wait struct {
	Space  id.Space
	Person id.Person
	Count  int
	Since  time.Time // the oldest
	Until  time.Time // when the first of them can no longer be answered
}

// WaitsIn returns what waits in one entered space, or in all those the actor is a
// member of: on the firm's side of whomever, for everybody else her own. A hint, like
// every list over many spaces: whoever opens one decides again.
func WaitsIn(a *act.Act, by authz.Actor, from, to id.Space) (out []Wait, err error) {
	stmt := selectWaiting
	if from != to {
		many, err := space.Many(a, by)
		if err != nil {
			return nil, err
		}
		if many {
			stmt = selectWaitingOfMany
		}
	}
	err = a.Each(stmt, []any{by.Person, store.Micros(a.Now), from, to}, func(scan func(...any) error) error {
		var w Wait
		var since, until int64
		err := scan(&w.Space, &w.Person, &w.Count, &since, &until)
		w.Since, w.Until = store.Time(since), store.Time(until)
		out = append(out, w)
		return err
	})
	return out, err
}
