package slot

import (
	"cenacle/internal/act"
	"cenacle/internal/id"
)

// Pass has the times that were proposed to one identity of a person in a space be those
// of another one of hers, answered or not. The lines of the journal keep who it was. The
// caller has decided the right and records the act.
func Pass(a *act.Act, in id.Space, from, to id.Person) error {
	var rows []row
	err := a.Each(selectProposedTo, []any{in, from}, func(scan func(...any) error) error {
		var r row
		err := scan(r.dest()...)
		rows = append(rows, r)
		return err
	})
	if err != nil || len(rows) == 0 {
		return err
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if _, err := r.open(a); err != nil {
			return err
		}
		r.Person = to
		if err := a.Write(updatePerson, r.ID, to, box.MAC("proposal", r.fields()...)); err != nil {
			return err
		}
	}
	return nil
}
