package circle

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

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

// Level is what the notices of a space may say of what they tell.
type Level string

const (
	Neutral Level = "neutre" // that something waits
	Titles  Level = "titre"  // what it is called as well: to whom, and of what natures, authz allows it
	// Enclosed: besides, the documents themselves, of the natures that authz allows.
	Enclosed Level = "piece_jointe"
)

// Names reports whether notices may say what things are called.
func (l Level) Names() bool { return l == Titles || l == Enclosed }

// Level is what notices may say, and since when; one that this program does not know
// says nothing. Both stand in one column, so that the MAC that earlier programs check
// is over both.
func (s Standing) Level() (Level, time.Time) { return LevelIn(s.Notice) }

// LevelIn reads that column.
func LevelIn(notice string) (Level, time.Time) {
	word, at, _ := strings.Cut(notice, " ")
	since, err := strconv.ParseInt(at, 10, 64)
	if level := Level(word); level.Names() && err == nil {
		return level, store.Time(since)
	}
	return Neutral, time.Time{}
}

// LevelOf is the level of a space now.
func LevelOf(a *act.Act, of id.Space) (Level, time.Time, error) {
	s, err := standing(a, of)
	level, since := s.Level()
	return level, since, err
}

// SetLevel chooses it from now on. The caller has decided the right and records it.
func SetLevel(a *act.Act, of id.Space, to Level) error {
	s, err := standing(a, of)
	if err != nil {
		return err
	}
	box, err := a.SpaceBox(of)
	if err != nil {
		return err
	}
	if s.Notice = string(Neutral); to.Names() {
		s.Notice = string(to) + " " + micros(store.Micros(a.Now))
	}
	_, err = a.Exec(updateNotice, of, s.Notice, s.MAC(box, of))
	return err
}

// standing reads the row of a space, and checks it.
func standing(a *act.Act, of id.Space) (Standing, error) {
	var s Standing
	err := a.Row(selectBare, []any{of}, s.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		return Standing{}, fault.Absent()
	}
	if err != nil {
		return Standing{}, err
	}
	return s, s.check(a, of)
}

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
	s, err := standing(a, of)
	if err != nil || s.mac != "" {
		return err
	}
	box, err := a.SpaceBox(of)
	if err != nil {
		return err
	}
	_, err = a.Exec(updateStanding, of, s.MAC(box, of))
	return err
}
