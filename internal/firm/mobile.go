package firm

import (
	"errors"

	"cenacle/internal/act"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

var (
	selectMobile = store.ForFirm(`select number from mobile where firm_id = $1 and person_id = $2`)

	selectMobiles = store.ForFirm(`
select person_id, number from mobile
where firm_id = $1 and person_id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)

	putMobile = store.ForFirm(`
insert into mobile (firm_id, person_id, number) values ($1, $2, $3)
on conflict (firm_id, person_id) do update set number = excluded.number`)

	deleteMobile = store.ForFirm(`delete from mobile where firm_id = $1 and person_id = $2`)
)

func mobilePlace(p id.Person) vault.Place {
	return vault.Place{Table: "mobile", Column: "number", Row: string(p)}
}

// MobileOf is the number of the telephone at which a person is sent codes, E.164; "" when
// the firm knows none. The caller has decided what it is for.
func MobileOf(a *act.Act, p id.Person) (string, error) {
	var number []byte
	err := a.Row(selectMobile, []any{p}, &number)
	if errors.Is(err, store.ErrNoRow) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	box, err := a.FirmBox()
	if err != nil {
		return "", err
	}
	return box.OpenText(mobilePlace(p), number)
}

// Mobiles is [MobileOf] of several people with few statements; one of whom the firm knows
// none is missing.
func Mobiles(a *act.Act, people []id.Person) (map[id.Person]string, error) {
	box, err := a.FirmBox()
	if err != nil {
		return nil, err
	}
	out := map[id.Person]string{}
	for some := range store.Batches(people) {
		err := a.Each(selectMobiles, some, func(scan func(...any) error) error {
			var of id.Person
			var number []byte
			err := scan(&of, &number)
			if err == nil {
				out[of], err = box.OpenText(mobilePlace(of), number)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// PutMobile has a person who has a card be sent codes at a number, in E.164 (fold.Mobile);
// "" takes the one that is known away. The caller has decided the right and records it.
func PutMobile(a *act.Act, p id.Person, number string) error {
	if number == "" {
		return a.Write(deleteMobile, p)
	}
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	return a.Write(putMobile, p, box.SealText(mobilePlace(p), number))
}
