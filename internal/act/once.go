package act

import (
	"context"
	"errors"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// onceLife is how long a key is remembered.
const onceLife = 24 * time.Hour

var (
	insertOnce = store.ForFirm(`
insert into once (firm_id, person_id, key, request, object, created_at) values ($1, $2, $3, $4, $5, $6)`)

	selectOnce = store.ForFirm(`
select request, object from once where firm_id = $1 and person_id = $2 and key = $3 and created_at > $4`)

	deleteOnce    = store.ForFirm(`delete from once where firm_id = $1 and created_at <= $2`)
	deleteOnceKey = store.ForFirm(`delete from once where firm_id = $1 and person_id = $2 and key = $3 and created_at <= $4`)
)

// Settle keeps, with what the act does, the key its actor brought, so that the
// act happens once: a second one with the same key is fault.Conflict and is
// undone whole. [Act.Record] settles by itself; only what is not recorded
// (an upload that begins) calls it.
func (a *Act) Settle(by authz.Actor, object string) error {
	if by.Once.Key == "" || a.settled {
		return nil
	}
	a.settled = true
	if err := a.Write(deleteOnceKey, by.Person, by.Once.Key, store.Micros(a.Now.Add(-onceLife))); err != nil {
		return err
	}
	_, err := a.Exec(insertOnce, by.Person, by.Once.Key, by.Once.Request, object, store.Micros(a.Now))
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "act.once").Because(err)
	}
	return err
}

// Settled returns what an act that carried this key of the actor made or
// changed; done is false when there was none within a day. A key that comes
// back with another request is fault.Invalid.
func (o *Office) Settled(ctx context.Context, by authz.Actor) (object string, done bool, err error) {
	defer fault.Op(&err, "act.Settled")
	var request string
	err = o.See(ctx, by.Firm, func(a *Act) error {
		since := store.Micros(a.Now.Add(-onceLife))
		return a.Row(selectOnce, []any{by.Person, by.Once.Key, since}, &request, &object)
	})
	switch {
	case errors.Is(err, store.ErrNoRow):
		return "", false, nil
	case err != nil:
		return "", false, err
	case request != by.Once.Request:
		return "", false, fault.New(fault.Invalid, "act.once_other")
	}
	return object, true, nil
}

// Sweep forgets keys of more than a day.
func (o *Office) Sweep(ctx context.Context, firm id.Firm) error {
	return o.Keep(ctx, firm, func(a *Act) error {
		return a.Write(deleteOnce, store.Micros(a.Now.Add(-onceLife)))
	})
}
