package group

import (
	"strconv"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

var (
	insertGroup = store.ForFirm(`insert into firm_group (firm_id, id, name, made_at, mac) values ($1, $2, $3, $4, $5)`)

	updateName = store.ForFirm(`update firm_group set name = $3 where firm_id = $1 and id = $2`)

	deleteGroup = store.ForFirm(`delete from firm_group where firm_id = $1 and id = $2`)

	selectGroups = store.ForFirm(`select id, name, made_at, mac from firm_group where firm_id = $1 order by id`)

	selectGroup = store.ForFirm(`select id, name, made_at, mac from firm_group where firm_id = $1 and id = $2`)

	insertMember = store.ForFirm(`
insert into group_member (firm_id, group_id, person_id, since, entered_by, mac) values ($1, $2, $3, $4, $5, $6)`)

	deleteMember = store.ForFirm(`delete from group_member where firm_id = $1 and group_id = $2 and person_id = $3`)

	deleteMembers = store.ForFirm(`delete from group_member where firm_id = $1 and group_id = $2`)

	selectMembers = store.ForFirm(`
select group_id, person_id, since, entered_by, mac from group_member
where firm_id = $1 and group_id = $2 order by since, person_id`)

	selectAllMembers = store.ForFirm(`
select group_id, person_id, since, entered_by, mac from group_member
where firm_id = $1 order by group_id, since, person_id`)

	selectMemberships = store.ForFirm(`
select group_id, person_id, since, entered_by, mac from group_member
where firm_id = $1 and person_id = $2 order by group_id`)

	insertAttached = store.ForFirm(`
insert into group_space (firm_id, space_id, group_id, circle_id, since, attached_by, mac) values ($1, $2, $3, $4, $5, $6, $7)`)

	deleteAttached = store.ForFirm(`delete from group_space where firm_id = $1 and space_id = $2 and group_id = $3`)

	deleteAllAttached = store.ForFirm(`delete from group_space where firm_id = $1 and group_id = $2`)

	selectAttachedIn = store.ForFirm(`
select space_id, group_id, circle_id, since, attached_by, mac from group_space
where firm_id = $1 and space_id = $2 order by since, group_id`)

	// Those of group $2, after space $3.
	selectAttached = store.ForFirm(`
select space_id, group_id, circle_id, since, attached_by, mac from group_space
where firm_id = $1 and group_id = $2 and space_id > $3 order by space_id limit $4`)

	countAttached = store.ForFirm(`select count(*) from group_space where firm_id = $1 and group_id = $2`)

	// In how many spaces of person $2 at $3 each group is.
	countOwn = store.ForFirm(`
select g.group_id, count(*) from membership m
cross join group_space g
where m.firm_id = $1 and m.person_id = $2 and m.since <= $3 and (m.until = 0 or m.until > $3)
  and g.firm_id = $1 and g.space_id = m.space_id
  and not exists (select 1 from wall w where w.firm_id = $1 and w.space_id = m.space_id and w.person_id = $2)
group by g.group_id`)
)

func micros(t time.Time) string { return strconv.FormatInt(store.Micros(t), 10) }

func namePlace(of id.Group) vault.Place {
	return vault.Place{Table: "firm_group", Column: "name", Row: string(of)}
}

func put(a *act.Act, g Group) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	mac := box.MAC("firm_group", string(g.ID), micros(g.Made))
	return a.Write(insertGroup, g.ID, box.SealText(namePlace(g.ID), g.Name), store.Micros(g.Made), mac)
}

// groups reads those that a statement finds, without their people.
func groups(a *act.Act, stmt store.FirmStmt, args ...any) (out []Group, err error) {
	box, err := a.FirmBox()
	if err != nil {
		return nil, err
	}
	err = a.Each(stmt, args, func(scan func(...any) error) error {
		var g Group
		var name, mac []byte
		var made int64
		if err := scan(&g.ID, &name, &made, &mac); err != nil {
			return err
		}
		g.Made = store.Time(made)
		if err := box.CheckMAC(mac, "firm_group", string(g.ID), micros(g.Made)); err != nil {
			return err
		}
		g.Name, err = box.OpenText(namePlace(g.ID), name)
		out = append(out, g)
		return err
	})
	return out, err
}

// load reads one with its people; absent when there is none.
func load(a *act.Act, of id.Group) (Group, error) {
	found, err := groups(a, selectGroup, of)
	if err == nil && len(found) == 0 {
		err = fault.Absent()
	}
	if err != nil {
		return Group{}, err
	}
	people, err := members(a, selectMembers, of)
	found[0].People = people[of]
	return found[0], err
}

// members reads who is in groups.
func members(a *act.Act, stmt store.FirmStmt, args ...any) (map[id.Group][]Person, error) {
	box, err := a.FirmBox()
	if err != nil {
		return nil, err
	}
	out := map[id.Group][]Person{}
	err = a.Each(stmt, args, func(scan func(...any) error) error {
		var of id.Group
		var p Person
		var since int64
		var mac []byte
		if err := scan(&of, &p.Person, &since, &p.By, &mac); err != nil {
			return err
		}
		p.Since = store.Time(since)
		out[of] = append(out[of], p)
		return box.CheckMAC(mac, "group_member", string(of), string(p.Person), micros(p.Since), string(p.By))
	})
	return out, err
}

func putMember(a *act.Act, of id.Group, p Person) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	mac := box.MAC("group_member", string(of), string(p.Person), micros(p.Since), string(p.By))
	return a.Write(insertMember, of, p.Person, store.Micros(p.Since), p.By, mac)
}

// attachedRow is a group in a space as it is stored.
type attachedRow struct {
	Attached
	since int64
	mac   []byte
}

func (x Attached) fields() []string {
	return []string{string(x.Space), string(x.Group), string(x.Circle), micros(x.Since), string(x.By)}
}

func putAttached(a *act.Act, x Attached) error {
	box, err := a.SpaceBox(x.Space)
	if err != nil {
		return err
	}
	return a.Write(insertAttached, x.Space, x.Group, x.Circle, store.Micros(x.Since), x.By, box.MAC("group_space", x.fields()...))
}

// attached reads where groups are; a space whose key is destroyed is not among them.
// Next is the last that was read, empty when there were fewer than limit.
func attached(a *act.Act, stmt store.FirmStmt, limit int, args ...any) (out []Attached, next id.Space, err error) {
	var rows []attachedRow
	err = a.Each(stmt, args, func(scan func(...any) error) error {
		var r attachedRow
		err := scan(&r.Space, &r.Group, &r.Circle, &r.since, &r.By, &r.mac)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	if len(rows) == limit && limit > 0 {
		next = rows[limit-1].Space
	}
	for _, r := range rows {
		r.Since = store.Time(r.since)
		box, err := a.SpaceBox(r.Space)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err == nil {
			err = box.CheckMAC(r.mac, "group_space", r.fields()...)
		}
		if err != nil {
			return nil, "", err
		}
		out = append(out, r.Attached)
	}
	return out, next, nil
}

// In returns the groups that are in a space, the first attached first. The caller has
// opened the space.
func In(a *act.Act, space id.Space) ([]Attached, error) {
	all, _, err := attached(a, selectAttachedIn, 0, space)
	return all, err
}

// Names are what groups are called; one that is no longer is missing.
func Names(a *act.Act) (map[id.Group]string, error) {
	all, err := groups(a, selectGroups)
	out := make(map[id.Group]string, len(all))
	for _, g := range all {
		out[g.ID] = g.Name
	}
	return out, err
}

// spacesOf is in how many spaces a group is.
func spacesOf(a *act.Act, of id.Group) (n int, err error) {
	err = a.Row(countAttached, []any{of}, &n)
	return n, err
}

// ownOf is in how many of somebody's spaces each group is, by their rows alone.
func ownOf(a *act.Act, person id.Person) (map[id.Group]int, error) {
	out := map[id.Group]int{}
	err := a.Each(countOwn, []any{person, store.Micros(a.Now)}, func(scan func(...any) error) error {
		var of id.Group
		var n int
		err := scan(&of, &n)
		out[of] = n
		return err
	})
	return out, err
}
