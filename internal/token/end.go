package token

import (
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
)

// Unended returns the tokens of a person that were not revoked and have not
// expired. The caller has decided the right.
func Unended(a *act.Act, of id.Person) (out []Token, err error) {
	err = eachUnended(a, of, func(_ row, t Token) error {
		if t.Live(a.Now) {
			out = append(out, t)
		}
		return nil
	})
	return slices.Clip(out), err
}

// EndAll revokes every token of a person in the firm, with a line for each. The
// caller has decided the right.
func EndAll(a *act.Act, by authz.Actor, of id.Person) error {
	var rows []row
	err := eachUnended(a, of, func(r row, _ Token) error {
		rows = append(rows, r)
		return nil
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := r.end(a); err != nil {
			return err
		}
		if _, err := a.Record(by, "token.revoked", "", string(r.id), map[string]any{"person": of}); err != nil {
			return err
		}
	}
	return nil
}

func eachUnended(a *act.Act, of id.Person, do func(row, Token) error) error {
	return a.Each(selectUnended, []any{of}, func(scan func(...any) error) error {
		r, t, err := read(a, scan)
		if err != nil {
			return err
		}
		return do(r, t)
	})
}
