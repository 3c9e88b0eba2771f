package circle_test

import (
	"cmp"
	"errors"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// forgery is what somebody who writes into the database does to one row, and
// who finds out: whoever the row would have helped, at her next step.
type forgery struct {
	name string
	stmt store.FirmStmt
	args func(r room) []any
	use  func(r room) error
}

func enters(role authz.Role) func(room) error {
	return func(r room) error {
		enter := func(a *act.Act) error { _, err := circle.Enter(a, r.who[role], r.space, authz.SpaceSee); return err }
		alone := r.see(enter)
		among := r.see(func(a *act.Act) error {
			return cmp.Or(circle.Prepare(a, r.who[role], []id.Space{r.space}), enter(a))
		})
		if (alone == nil) != (among == nil) {
			r.t.Errorf("%s enters alone: %v, among others: %v", role, alone, among)
		}
		return alone
	}
}

func lists[T any](list func(*act.Act, room) (T, error)) func(room) error {
	return func(r room) error {
		return r.see(func(a *act.Act) error { _, err := list(a, r); return err })
	}
}

var (
	listed   = lists(func(a *act.Act, r room) ([]circle.Circle, error) { return circle.List(a, r.space) })
	members  = lists(func(a *act.Act, r room) ([]circle.Member, error) { return circle.Members(a, r.space) })
	presence = lists(func(a *act.Act, r room) ([]circle.Presence, error) { return circle.Presences(a, r.space) })
)

// of gives a statement the space, a person and what else it needs.
func of(role authz.Role, more ...func(room) any) func(room) []any {
	return func(r room) []any {
		args := []any{r.space, r.who[role].Person}
		for _, m := range more {
			args = append(args, m(r))
		}
		return args
	}
}

func theirs(role authz.Role) func(room) any { return func(r room) any { return r.who[role].Person } }
func firmCircle(r room) any                 { return r.is.Firm }
func clientCircle(r room) any               { return r.is.Client }
func allCircle(r room) any                  { return r.is.All }
func elsewhere(r room) any                  { return r.Space(r.Lead, "M. Martin") }

// The rows of a membership and of a circle membership, by $2 space, $3 person.
var forgeries = []forgery{
	{"a reader becomes lead", store.ForFirm(`update membership set role = 'lead' where firm_id = $1 and space_id = $2 and person_id = $3`), of(authz.Reader), enters(authz.Reader)},
	{"a client was there before", store.ForFirm(`update membership set since = since - 1000000 where firm_id = $1 and space_id = $2 and person_id = $3`), of(authz.Client), enters(authz.Client)},
	{"a membership ends later", store.ForFirm(`update membership set until = since + 900000000000 where firm_id = $1 and space_id = $2 and person_id = $3`), of(authz.Client), members},
	{"a membership with the seal of another row", store.ForFirm(`
update membership set mac = (select m.mac from membership m where m.firm_id = $1 and m.space_id = $2 and m.person_id = $4)
where firm_id = $1 and space_id = $2 and person_id = $3`), of(authz.Client, theirs(authz.Lead)), enters(authz.Client)},
	{"a membership moved into another space", store.ForFirm(`
update membership set space_id = $4 where firm_id = $1 and space_id = $2 and person_id = $3`), of(authz.Client, elsewhere), entersWhereTold},
	{"a client in the firm's circle", store.ForFirm(`
update circle_member set circle_id = $4 where firm_id = $1 and space_id = $2 and person_id = $3 and circle_id = $5`), of(authz.Client, firmCircle, clientCircle), enters(authz.Client)},
	{"a reader in the client's place", store.ForFirm(`
update circle_member set person_id = $4 where firm_id = $1 and space_id = $2 and person_id = $3 and circle_id = $5`), of(authz.Client, theirs(authz.Reader), clientCircle), enters(authz.Reader)},
	{"a guest in a circle since before", store.ForFirm(`
update circle_member set since = since - 1000000 where firm_id = $1 and space_id = $2 and person_id = $3`), of(authz.Guest), enters(authz.Guest)},
	{"a circle membership ends later", store.ForFirm(`
update circle_member set until = since + 900000000000 where firm_id = $1 and space_id = $2 and person_id = $3`), of(authz.Guest), presence},
	{"a row of a circle made by hand", store.ForFirm(`
insert into circle_member (firm_id, circle_id, person_id, space_id, since, until, mac)
select $1, $4, person_id, space_id, since, 0, mac from circle_member
where firm_id = $1 and space_id = $2 and person_id = $3 and circle_id = $5`), of(authz.Guest, clientCircle, allCircle), enters(authz.Guest)},
	{"a space is closed", store.ForFirm(`update space set state = 'closed' where firm_id = $1 and id = $2 and $3 <> ''`), of(authz.Client), enters(authz.Client)},
	{"a space has another lead", store.ForFirm(`update space set lead_id = $3 where firm_id = $1 and id = $2`), of(authz.Guest), enters(authz.Client)},
	{"a space whose notices say more", store.ForFirm(`update space set notice = 'titre' where firm_id = $1 and id = $2 and $3 <> ''`), of(authz.Client), enters(authz.Client)},
	{"a space without its MAC", store.ForFirm(`update space set mac = '' where firm_id = $1 and id = $2 and $3 <> ''`), of(authz.Client), enters(authz.Client)},
	{"a space with the MAC of another", store.ForFirm(`
update space set mac = (select o.mac from space o where o.firm_id = $1 and o.id = $4) where firm_id = $1 and id = $2 and $3 <> ''`), of(authz.Client, elsewhere), enters(authz.Client)},
	{"a space whose MAC is no text of one", store.ForFirm(`update space set mac = '?' where firm_id = $1 and id = $2 and $3 <> ''`), of(authz.Client), enters(authz.Client)},
	{"the client's circle becomes the firm's", store.ForFirm(`update circle set kind = 'firm' where firm_id = $1 and space_id = $2 and id = $4 and $3 <> ''`), of(authz.Client, clientCircle), listed},
	{"a circle of another space", store.ForFirm(`update circle set space_id = $2 where firm_id = $1 and space_id = $4 and kind = 'client' and $3 <> ''`), of(authz.Client, elsewhere), listed},
	{"the name of another circle", store.ForFirm(`
update circle set name = (select c.name from circle c where c.firm_id = $1 and c.id = $4)
where firm_id = $1 and space_id = $2 and id = $5 and $3 <> ''`), of(authz.Client, clientCircle, allCircle), listed},
}

// entersWhereTold goes to the space that the client's membership names.
func entersWhereTold(r room) error {
	return r.see(func(a *act.Act) error {
		var told id.Space
		if err := a.Row(selectMoved, []any{r.who[authz.Client].Person}, &told); err != nil {
			return err
		}
		_, err := circle.Enter(a, r.who[authz.Client], told, authz.SpaceSee)
		return err
	})
}

var selectMoved = store.ForFirm(`select space_id from membership where firm_id = $1 and person_id = $2`)

// TestCRY03_ForgedRows (small): every row that carries a right is refused at
// its next use once somebody has touched it.
func TestCRY03_ForgedRows(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		for _, f := range forgeries {
			t.Run(f.name, func(t *testing.T) {
				one := r
				one.t, one.space = t, r.Space(r.Lead, "Forge")
				one.who = map[authz.Role]authz.Actor{authz.Lead: r.Lead}
				one.is = r.Circles(r.Lead, one.space)
				for _, role := range []authz.Role{authz.Client, authz.Guest, authz.Reader} {
					one.who[role] = r.Member(r.Lead, one.space, role, string(role))
				}
				if err := f.use(one); err != nil {
					t.Fatalf("before the forgery: %v", err)
				}
				args := f.args(one)
				r.Must(r.Office.Keep(t.Context(), r.Lead.Firm, func(a *act.Act) error {
					n, err := a.Exec(f.stmt, args...)
					if err == nil && n == 0 {
						t.Error("nothing was forged")
					}
					return err
				}))
				if err := f.use(one); !errors.Is(err, vault.ErrTampered) {
					t.Errorf("it passes: %v", err)
				}
			})
		}
	})
}
