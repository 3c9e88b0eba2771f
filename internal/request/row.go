package request

import (
	"errors"
	"strconv"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// row is a request as it is stored.
type row struct {
	Request
	avoided, reminders, reminded, created, changed int64
	name, note, reason, mac                        []byte
}

func (r *row) dest() []any {
	return []any{&r.ID, &r.Space, &r.Person, &r.Author, &r.Position, &r.State, &r.name, &r.note, &r.reason, &r.Due,
		&r.avoided, &r.reminders, &r.reminded, &r.created, &r.changed, &r.mac}
}

// open checks the row and opens its texts.
func (r *row) open(box *vault.Box) (q Request, err error) {
	q = r.Request
	q.Avoided, q.Reminders = r.avoided == 1, int(r.reminders)
	q.Reminded, q.Created, q.Changed = store.Time(r.reminded), store.Time(r.created), store.Time(r.changed)
	if err := box.CheckMAC(r.mac, "request", q.fields()...); err != nil {
		return q, err
	}
	for column, text := range map[string]struct {
		sealed []byte
		to     *string
	}{"name": {r.name, &q.Name}, "note": {r.note, &q.Note}, "reason": {r.reason, &q.Reason}} {
		if *text.to, err = box.OpenText(place(column, q.ID), text.sealed); err != nil {
			return q, err
		}
	}
	return q, nil
}

// fields are those that the MAC of the row covers.
func (r Request) fields() []string {
	return []string{string(r.ID), string(r.Space), string(r.Person), string(r.Author), string(r.State), r.Due,
		strconv.FormatInt(store.Micros(r.Changed), 10)}
}

// insert writes a new request.
func insert(a *act.Act, r Request) error {
	box, err := a.SpaceBox(r.Space)
	if err != nil {
		return err
	}
	avoided := 0
	if r.Avoided {
		avoided = 1
	}
	return a.Write(insertRequest, r.ID, r.Space, r.Person, r.Author, r.Position, r.State,
		box.SealText(place("name", r.ID), r.Name), box.SealText(place("note", r.ID), r.Note), box.SealText(place("reason", r.ID), r.Reason),
		r.Due, avoided, store.Micros(r.Created), store.Micros(r.Changed), box.MAC("request", r.fields()...))
}

// keep writes where a request stands now.
func keep(a *act.Act, r Request) error {
	box, err := a.SpaceBox(r.Space)
	if err != nil {
		return err
	}
	return a.Write(updateState, r.ID, r.State, box.SealText(place("reason", r.ID), r.Reason), r.Reminders,
		store.Micros(r.Changed), box.MAC("request", r.fields()...))
}

// read reads the rows of one space.
func read(a *act.Act, in id.Space, stmt store.FirmStmt, args ...any) ([]Request, error) {
	var rows []row
	err := a.Each(stmt, args, func(scan func(...any) error) error {
		var r row
		err := scan(r.dest()...)
		rows = append(rows, r)
		return err
	})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return nil, err
	}
	out := make([]Request, len(rows))
	for i := range rows {
		if out[i], err = rows[i].open(box); err != nil {
			return nil, err
		}
		if err := conducted(a, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// load reads one request, locked.
func load(a *act.Act, of id.Ask) (authz.Locked[Request], id.Space, error) {
	var r row
	err := a.Row(selectOne, []any{of}, r.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		return authz.Locked[Request]{}, "", fault.Absent()
	}
	if err != nil {
		return authz.Locked[Request]{}, "", err
	}
	box, err := a.SpaceBox(r.Space)
	if err != nil {
		return authz.Locked[Request]{}, "", err
	}
	q, err := r.open(box)
	if err == nil {
		err = conducted(a, &q)
	}
	return authz.Lock(q, private(a, q)), q.Space, err
}

// conducted finds out whether an expert asks for something.
func conducted(a *act.Act, r *Request) (err error) {
	r.Before, err = circle.Conducts(a, r.Space, r.Author)
	return err
}

// Open loads a request and opens it for an actor and an action, in an act.
func Open(a *act.Act, by authz.Actor, of id.Ask, do authz.Action) (Request, authz.Facts, error) {
	locked, in, err := load(a, of)
	if err != nil {
		return Request{}, authz.Facts{}, err
	}
	f, err := circle.Facts(a, by, in)
	if err != nil {
		return Request{}, f, err
	}
	r, err := authz.Open(locked, by, do, f)
	return r, f, err
}

// private is a request as the rule sees it.
func private(a *act.Act, r Request) authz.Resource {
	return authz.Resource{Kind: authz.OfPrivate, Firm: a.Firm(), Space: r.Space, Owner: r.Person, Conducted: r.Before}
}
