package circle

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Standing is what of a space decides: whether it is open, what notices of it may
// say and what entering it demands (both in Notice), and who answers for it. Its row bears
// a MAC over them.
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
	level, since, _ := words(notice)
	return level, since
}

// Demand is what entering the space demands. It stands in the same column, so that taking
// it away by hand is found; a word that this program does not know demands the most.
func (s Standing) Demand() authz.Assurance {
	_, _, demand := words(s.Notice)
	return demand
}

// words reads the column: a level, since when where it says something, and a demand where
// there is one.
func words(column string) (level Level, since time.Time, demand authz.Assurance) {
	level = Neutral
	all := strings.Fields(column)
	if len(all) == 0 {
		return level, since, demand
	}
	word, rest := Level(all[0]), all[1:]
	if len(rest) > 0 {
		if at, err := strconv.ParseInt(rest[0], 10, 64); err == nil {
			rest = rest[1:]
			if word.Names() {
				level, since = word, store.Time(at)
			}
		}
	}
	if len(rest) == 0 {
		return level, since, demand
	}
	demand, known := authz.ParseAssurance(rest[0])
	if !known {
		demand = authz.Keyed
	}
	return level, since, demand
}

// NoticeOf is the column of a space that opens: its notices are neutral, and entering it
// demands this.
func NoticeOf(demand authz.Assurance) string { return column(Neutral, time.Time{}, demand) }

// column writes what [words] reads.
func column(level Level, since time.Time, demand authz.Assurance) string {
	out := string(Neutral)
	if level.Names() {
		out = string(level) + " " + micros(store.Micros(since))
	}
	if demand > authz.Single {
		out += " " + demand.String()
	}
	return out
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
	return s.say(a, of, column(to, a.Now, s.Demand()))
}

// SetDemand says what entering it demands from now on. The caller has decided the right
// and records it.
func SetDemand(a *act.Act, of id.Space, to authz.Assurance) error {
	s, err := standing(a, of)
	if err != nil {
		return err
	}
	level, since := s.Level()
	return s.say(a, of, column(level, since, to))
}

// DemandOf is what entering an entered space demands.
func DemandOf(a *act.Act, of id.Space) (authz.Assurance, error) {
	s, err := standing(a, of)
	return s.Demand(), err
}

func (s Standing) say(a *act.Act, of id.Space, notice string) error {
	box, err := a.SpaceBox(of)
	if err != nil {
		return err
	}
	s.Notice = notice
	return a.Write(updateNotice, of, s.Notice, s.MAC(box, of))
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
	return a.Write(updateStanding, of, s.MAC(box, of))
}
