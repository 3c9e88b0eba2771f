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
