package absence

import (
	"errors"
	"strconv"

	"cenacle/internal/act"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

var (
	insertAbsence = store.ForFirm(`
insert into absence (firm_id, id, person_id, deputy_id, starts, ends, spaces, made_at, over_at, told_by, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)

	updateOver = store.ForFirm(`update absence set ends = $3, over_at = $4, mac = $5 where firm_id = $1 and id = $2`)

	selectAbsence = store.ForFirm(`
select id, person_id, deputy_id, starts, ends, spaces, made_at, over_at, told_by, mac from absence
where firm_id = $1 and id = $2`)

	// Those of person $2, and those in which she is to stand in, that end after $3.
	selectOwn = store.ForFirm(`
select id, person_id, deputy_id, starts, ends, spaces, made_at, over_at, told_by, mac from absence
where firm_id = $1 and person_id = $2 and ends > $3 order by ends, id`)

	selectFor = store.ForFirm(`
select id, person_id, deputy_id, starts, ends, spaces, made_at, over_at, told_by, mac from absence
where firm_id = $1 and deputy_id = $2 and ends > $3 order by ends, id`)
)

// row is an absence as it is stored.
type row struct {
	Absence
	starts, ends, made, over int64
	spaces                   string
	mac                      []byte
}

func (r *row) dest() []any {
	return []any{&r.ID, &r.Person, &r.Deputy, &r.starts, &r.ends, &r.spaces, &r.made, &r.over, &r.By, &r.mac}
}

func (r *row) fields() []string {
	n := func(n int64) string { return strconv.FormatInt(n, 10) }
	out := []string{string(r.ID), string(r.Person), string(r.Deputy), n(r.starts), n(r.ends), r.spaces, n(r.made), n(r.over)}
	if r.By != "" {
		out = append(out, string(r.By))
	}
	return out
}

func rowOf(x Absence) row {
	return row{
		Absence: x, starts: store.Micros(x.Starts), ends: store.Micros(x.Ends), made: store.Micros(x.Made), over: store.Micros(x.Over),
		spaces: joined(x.Spaces),
	}
}

func (r *row) open(a *act.Act) (Absence, error) {
	box, err := a.FirmBox()
	if err != nil {
		return Absence{}, err
	}
	if err := box.CheckMAC(r.mac, "absence", r.fields()...); err != nil {
		return Absence{}, err
	}
	x := r.Absence
	x.Starts, x.Ends, x.Made, x.Over = store.Time(r.starts), store.Time(r.ends), store.Time(r.made), store.Time(r.over)
	x.Spaces = split(r.spaces)
	return x, nil
}

func put(a *act.Act, x Absence) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	r := rowOf(x)
	return a.Write(insertAbsence, x.ID, x.Person, x.Deputy, r.starts, r.ends, r.spaces, r.made, r.over, x.By, box.MAC("absence", r.fields()...))
}

// finish writes that it is over.
func finish(a *act.Act, x Absence) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	r := rowOf(x)
	return a.Write(updateOver, x.ID, r.ends, r.over, box.MAC("absence", r.fields()...))
}

// load reads one; absent when there is none.
func load(a *act.Act, of id.Absence) (Absence, error) {
	var r row
	err := a.Row(selectAbsence, []any{of}, r.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		return Absence{}, fault.Absent()
	}
	if err != nil {
		return Absence{}, err
	}
	return r.open(a)
}

// standing reads those that still stand, by one of the two statements.
func standing(a *act.Act, stmt store.FirmStmt, person id.Person) (out []Absence, err error) {
	var rows []row
	err = a.Each(stmt, []any{person, store.Micros(a.Now)}, func(scan func(...any) error) error {
		var r row
		err := scan(r.dest()...)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		x, err := r.open(a)
		if err != nil {
			return nil, err
		}
		if x.Stands(a.Now) {
			out = append(out, x)
		}
	}
	return out, nil
}
