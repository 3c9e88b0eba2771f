package deposit

import (
	"errors"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
)

// Pass closes what one identity of a person has left open in a space, with its receipt,
// and has her deposits and receipts there be another one's of hers to see. What the
// receipts state is sealed, with their entries, and stays as it was. The caller has decided
// the right and records the act.
func Pass(a *act.Act, by authz.Actor, in id.Space, to id.Person) error {
	d, found, err := open(a, in, by.Person)
	if err != nil {
		return err
	}
	if found {
		if _, err := settle(a, by, d); err != nil {
			return err
		}
	}
	deposits := a.Write(updateDepositor, in, by.Person, to)
	receipts := a.Write(updateReceiver, in, by.Person, to)
	return errors.Join(deposits, receipts)
}
