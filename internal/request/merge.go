package request

import (
	"cenacle/internal/act"
	"cenacle/internal/id"
)

// Pass has what is asked of one identity of a person in a space be asked of another one
// of hers, answered or not. The lines of the journal keep who it was. The caller has
// decided the right and records the act.
func Pass(a *act.Act, in id.Space, from, to id.Person) error {
	all, err := read(a, in, selectAskedOf, in, from)
	if err != nil || len(all) == 0 {
		return err
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return err
	}
	for _, r := range all {
		r.Person = to
		if err := a.Write(updatePerson, r.ID, to, box.MAC("request", r.fields()...)); err != nil {
			return err
		}
	}
	return nil
}
