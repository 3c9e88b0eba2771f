package circle

import (
	"encoding/base64"
	"errors"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Wall keeps a person out of a space, whatever else is given to her there. It
// ends her membership, whose row bears a MAC: whoever takes the row of a wall out
// of the database lets nobody in by that.
type Wall struct {
	Person id.Person
	By     id.Person
	At     time.Time
	Until  string // civil date, the last day; empty: until it is lifted
	Reason string
}

// Over reports whether the last day of a wall has passed. She is kept out all
// the same until somebody lets her in, which then nothing stops.
func (w Wall) Over(now time.Time) bool {
	return w.Until != "" && now.UTC().Format(time.DateOnly) > w.Until
}

// Walls returns those of a space, the oldest first. Callers have opened the
// space for who may see them.
func Walls(a *act.Act, space id.Space) (out []Wall, err error) {
	box, err := a.SpaceBox(space)
	if err != nil {
		return nil, err
	}
	err = a.Each(selectWalls, []any{space}, func(scan func(...any) error) error {
		var r wallRow
		if err := scan(r.dest()...); err != nil {
			return err
		}
		w, err := r.open(box, space)
		out = append(out, w)
		return err
	})
	return out, err
}

// Raise puts a wall between a person and a space and ends her membership, if she
// has one, from now. Conflict when one stands, or when she answers for the space.
func Raise(a *act.Act, space id.Space, w Wall) error {
	switch _, found, err := wallOf(a, space, w.Person); {
	case err != nil:
		return err
	case found:
		return fault.New(fault.Conflict, "circle.walled_already").In("person")
	}
	m, found, err := membership(a, space, w.Person)
	if err != nil {
		return err
	}
	stands, err := Stands(a, space, w.Person)
	if err != nil {
		return err
	}
	if active := found && m.Active(a.Now); active && m.Role == authz.Lead && !stands {
		return fault.New(fault.Conflict, "circle.lead_walled").In("person")
	} else if active {
		if err := Leave(a, space, w.Person); err != nil {
			return err
		}
	}
	box, err := a.SpaceBox(space)
	if err != nil {
		return err
	}
	w.At = a.Now
	reason := base64.StdEncoding.EncodeToString(box.SealText(wallPlace(space, w.Person), w.Reason))
	r := wallRow{w, store.Micros(w.At), reason, nil}
	return a.Write(insertWall, space, w.Person, r.at, w.By, w.Until, reason, box.MAC("wall", r.fields(space)...))
}

// Unwall takes a wall away and gives nothing back: whoever is to come in again is
// let in again. Absent when none stands.
func Unwall(a *act.Act, space id.Space, person id.Person) error {
	_, found, err := wallOf(a, space, person)
	if err != nil {
		return err
	}
	if !found {
		return fault.Absent()
	}
	return a.Write(deleteWall, space, person)
}

// passable refuses to let somebody in whom a wall keeps out; one whose last day
// has passed is taken away.
func passable(a *act.Act, space id.Space, person id.Person) error {
	w, found, err := wallOf(a, space, person)
	if err != nil || !found {
		return err
	}
	if !w.Over(a.Now) {
		return fault.New(fault.Conflict, "circle.walled")
	}
	return a.Write(deleteWall, space, person)
}

func wallOf(a *act.Act, space id.Space, person id.Person) (Wall, bool, error) {
	var r wallRow
	err := a.Row(selectWall, []any{space, person}, r.dest()...)
	if errors.Is(err, store.ErrNoRow) {
		return Wall{}, false, nil
	}
	if err != nil {
		return Wall{}, false, err
	}
	box, err := a.SpaceBox(space)
	if err != nil {
		return Wall{}, false, err
	}
	w, err := r.open(box, space)
	return w, err == nil, err
}

// walled are those whom a wall keeps out of a space.
func walled(a *act.Act, space id.Space) ([]id.Person, error) {
	all, err := Walls(a, space)
	out := make([]id.Person, len(all))
	for i, w := range all {
		out[i] = w.Person
	}
	return slices.Clip(out), err
}

// wallRow is a wall as it is stored.
type wallRow struct {
	Wall
	at     int64
	sealed string
	mac    []byte
}

func (r *wallRow) dest() []any { return []any{&r.Person, &r.at, &r.By, &r.Until, &r.sealed, &r.mac} }

// fields are those that the MAC of the row covers.
func (r *wallRow) fields(space id.Space) []string {
	return []string{string(space), string(r.Person), micros(r.at), string(r.By), r.Until, r.sealed}
}

func (r *wallRow) open(box *vault.Box, space id.Space) (w Wall, err error) {
	if err := box.CheckMAC(r.mac, "wall", r.fields(space)...); err != nil {
		return w, err
	}
	w = r.Wall
	w.At = store.Time(r.at)
	sealed, err := base64.StdEncoding.DecodeString(r.sealed)
	if err != nil {
		return w, err
	}
	w.Reason, err = box.OpenText(wallPlace(space, w.Person), sealed)
	return w, err
}

func wallPlace(space id.Space, person id.Person) vault.Place {
	return vault.Place{Table: "wall", Column: "reason", Row: string(space) + "/" + string(person)}
}
