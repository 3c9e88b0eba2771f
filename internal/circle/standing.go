package circle

import (
	"encoding/base64"
	"errors"

	"cenacle/internal/act"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Standing is what of a space decides: whether it is open, what notices of it may
// say, and who answers for it. Its row bears a MAC over them.
type Standing struct {
	State, Notice string
	Lead          id.Person

	mac string
}

func (s *Standing) dest() []any { return []any{&s.State, &s.Notice, &s.Lead, &s.mac} }

// MAC is that of the row of a space.
func (s Standing) MAC(box *vault.Box, of id.Space) string {
	return base64.StdEncoding.EncodeToString(box.MAC("space", s.fields(of)...))
}

func (s Standing) fields(of id.Space) []string {
	return []string{string(of), s.State, s.Notice, string(s.Lead)}
}

// check believes a row without a MAC under the first key of a space only.
func (s Standing) check(a *act.Act, of id.Space) error {
	box, err := a.SpaceBox(of)
	if err != nil {
		return err
	}
	if s.mac == "" && !box.Strict() {
		return nil
	}
	mac, err := base64.StdEncoding.DecodeString(s.mac)
	if err != nil {
		mac = nil // which is no row's
	}
	return box.CheckMAC(mac, "space", s.fields(of)...)
}

// SealStanding gives the row of a space that an earlier program opened its MAC, for
// whoever is about to replace its key.
func SealStanding(a *act.Act, of id.Space) error {
	var s Standing
	err := a.Row(selectBare, []any{of}, s.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		return fault.Absent()
	}
	if err != nil {
		return err
	}
	if err := s.check(a, of); err != nil || s.mac != "" {
		return err
	}
	box, err := a.SpaceBox(of)
	if err != nil {
		return err
	}
	_, err = a.Exec(updateStanding, of, s.MAC(box, of))
	return err
}
