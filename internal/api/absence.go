package api

import (
	"time"

	"cenacle/internal/absence"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// Absence is that one of the firm's people is away, and who stands in for her.
type Absence struct {
	ID         id.Absence `json:"id"`
	Person     id.Person  `json:"person" doc:"who is away"`
	PersonName string     `json:"person_name"`
	Deputy     id.Person  `json:"deputy" doc:"who stands in for her"`
	DeputyName string     `json:"deputy_name"`
	First      string     `json:"first" doc:"civil date (Europe/Paris): its first day"`
	Last       string     `json:"last" doc:"its last day"`
	Spaces     []id.Space `json:"spaces,omitempty" doc:"in which; absent: in all that are hers then"`
	Few        int        `json:"space_count,omitempty" doc:"to who administers the firm, and learns of none: in how many; absent: as spaces says"`
	By         id.Person  `json:"announced_by,omitempty" doc:"who administers the firm and announced it for her; absent: she did"`
}

// Absences are those that concern one and are not over.
type Absences struct {
	Own []Absence `json:"own" doc:"one’s own"`
	For []Absence `json:"for" doc:"those in which one stands in"`
}

// NewAbsence announces one’s own.
type NewAbsence struct {
	Deputy id.Person  `json:"deputy" fault:"deputy"`
	First  string     `json:"first" doc:"civil date (Europe/Paris)" fault:"first"`
	Last   string     `json:"last" doc:"civil date" fault:"last"`
	Spaces []id.Space `json:"spaces,omitempty" doc:"absent or empty: all of one’s own" fault:"space"`
}

// InAbsence names one.
type InAbsence struct {
	Absence id.Absence `path:"absence"`
}

func (n *Nouns) absenceOf(x absence.Absence) Absence {
	zone := n.Absences.Zone()
	return Absence{
		ID: x.ID, Person: x.Person, PersonName: x.PersonName, Deputy: x.Deputy, DeputyName: x.DeputyName,
		First: x.Starts.In(zone).Format(time.DateOnly), Last: x.Last(zone), Spaces: x.Spaces, Few: x.Few, By: x.By,
	}
}

func (n *Nouns) absences(r *Request, _ None) (Absences, error) {
	v, err := n.Absences.Show(r.Context(), r.Actor)
	out := Absences{Own: []Absence{}, For: []Absence{}}
	for _, x := range v.Own {
		out.Own = append(out.Own, n.absenceOf(x))
	}
	for _, x := range v.For {
		out.For = append(out.For, n.absenceOf(x))
	}
	return out, err
}

func (n *Nouns) announceAbsence(r *Request, in NewAbsence) (Absence, error) {
	x, err := n.Absences.Announce(r.Context(), r.Actor, absence.New{Deputy: in.Deputy, First: in.First, Last: in.Last, Spaces: in.Spaces})
	if err != nil {
		return Absence{}, err
	}
	return n.absenceOf(x), nil
}

func (n *Nouns) announcedAbsence(r *Request, _ NewAbsence, object string) (Absence, error) {
	all, err := n.absences(r, None{})
	if err != nil {
		return Absence{}, err
	}
	for _, x := range all.Own {
		if string(x.ID) == object {
			return x, nil
		}
	}
	return Absence{}, fault.Absent() // over meanwhile
}

// OtherAbsence announces one for somebody else.
type OtherAbsence struct {
	InStaff
	Deputy id.Person `json:"deputy" doc:"not oneself" fault:"deputy"`
	First  string    `json:"first" doc:"civil date (Europe/Paris)" fault:"first"`
	Last   string    `json:"last" doc:"civil date" fault:"last"`
}

// AbsencesOf are those of one person that are not over.
type AbsencesOf struct {
	Absences []Absence `json:"absences"`
}

func (n *Nouns) absencesOf(r *Request, in InStaff) (AbsencesOf, error) {
	v, err := n.Absences.Of(r.Context(), r.Actor, in.Colleague)
	out := AbsencesOf{Absences: []Absence{}}
	for _, x := range v.Own {
		out.Absences = append(out.Absences, n.absenceOf(x))
	}
	return out, err
}

func (n *Nouns) announceAbsenceFor(r *Request, in OtherAbsence) (Absence, error) {
	x, err := n.Absences.AnnounceFor(r.Context(), r.Actor, in.Colleague, absence.New{Deputy: in.Deputy, First: in.First, Last: in.Last})
	if err != nil {
		return Absence{}, err
	}
	return n.absenceOf(x), nil
}

func (n *Nouns) announcedAbsenceFor(r *Request, in OtherAbsence, object string) (Absence, error) {
	all, err := n.absencesOf(r, in.InStaff)
	if err != nil {
		return Absence{}, err
	}
	for _, x := range all.Absences {
		if string(x.ID) == object {
			return x, nil
		}
	}
	return Absence{}, fault.Absent() // over meanwhile
}

func (n *Nouns) endAbsence(r *Request, in InAbsence) (None, error) {
	return None{}, n.Absences.End(r.Context(), r.Actor, in.Absence)
}
