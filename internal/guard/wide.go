package guard

import (
	"slices"
	"strconv"

	"cenacle/internal/act"
	"cenacle/internal/circle"
	"cenacle/internal/id"
)

const (
	looked = 20 // sendings of the space that say what is usual
	enough = 5  // fewer of them say nothing
	many   = 4  // readers outside the firm below which nothing is wide
	most   = 8  // from which on it is wide where nothing is usual yet
)

// wide notices far more readers outside the firm than the space usually has.
func wide(a *act.Act, s Sending) ([]Finding, error) {
	n := len(s.To)
	if n < many {
		return nil, nil
	}
	usual, known, err := usually(a, s.Space)
	if err != nil {
		return nil, err
	}
	if known && n > 2*usual || !known && n >= most {
		return []Finding{{Wide, strconv.Itoa(n)}}, nil
	}
	return nil, nil
}

// usually is the median of how many people outside the firm the last sendings
// of a space reached, as its circles stand now.
func usually(a *act.Act, in id.Space) (median int, known bool, err error) {
	sent := map[id.Item]map[id.Circle]bool{}
	err = a.Each(selectSent, []any{in, looked}, func(scan func(...any) error) error {
		var it id.Item
		var c id.Circle
		if err := scan(&it, &c); err != nil {
			return err
		}
		if sent[it] == nil {
			sent[it] = map[id.Circle]bool{}
		}
		sent[it][c] = true
		return nil
	})
	if err != nil {
		return 0, false, err
	}
	presences, err := circle.Presences(a, in)
	if err != nil {
		return 0, false, err
	}
	members, err := circle.Members(a, in)
	if err != nil {
		return 0, false, err
	}
	outside := map[id.Person]bool{}
	for _, m := range members {
		outside[m.Person] = !m.Role.Inside() && m.Active(a.Now)
	}
	var sizes []int
	for _, circles := range sent {
		reached := map[id.Person]bool{}
		for _, p := range presences {
			if circles[p.Circle] && outside[p.Person] {
				reached[p.Person] = true
			}
		}
		if len(reached) > 0 {
			sizes = append(sizes, len(reached))
		}
	}
	if len(sizes) < enough {
		return 0, false, nil
	}
	slices.Sort(sizes)
	return sizes[len(sizes)/2], true, nil
}
