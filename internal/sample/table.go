package sample

import (
	"slices"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/dire"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/space"
)

// expertise is an assessment that a judge ordered: the firm with its client, another party
// with its lawyer, and the expert before whom both lay their exhibits.
func (st *stage) expertise() error {
	sp, err := st.open(st.people[5], "expertise")
	if err != nil {
		return err
	}
	counsel, err := st.guest(sp.ID, st.people[6], authz.Guest)
	if err != nil {
		return err
	}
	expert, err := st.guest(sp.ID, st.people[7], authz.Expert)
	if err != nil {
		return err
	}
	if err := st.party(sp.ID, "Entreprise Durtain", counsel.Person); err != nil {
		return err
	}
	house, _, err := st.house(sp.ID)
	if err != nil {
		return err
	}
	for _, e := range []struct {
		by authz.Actor
		document.BeginUpload
	}{
		{st.lawyer, document.BeginUpload{Name: "Constat de commissaire de justice.pdf", Tray: space.FirmTray, Circles: []id.Circle{house.Firm}}},
		{st.lawyer, document.BeginUpload{Name: "Devis de reprise de l’étanchéité.pdf", Tray: space.FirmTray, Circles: []id.Circle{house.Firm}}},
		{counsel, document.BeginUpload{Name: "Procès-verbal de réception.pdf", Tray: space.PartyTray}},
	} {
		e.Space = sp.ID
		if err := st.communicate(e.by, e.BeginUpload); err != nil {
			return err
		}
	}
	if err := st.say(sp.ID, counsel, expert); err != nil {
		return err
	}
	return st.visits(sp.ID, house)
}

// guest is somebody from outside who is let into a space, unless she is there already.
func (st *stage) guest(to id.Space, p Person, role authz.Role) (authz.Actor, error) {
	_, err := st.s.Lifecycle.AddGuest(st.ctx, st.lawyer, to, lifecycle.Guest{Name: p.Name, Email: p.Email, Role: role, Language: i18n.French})
	if err != nil && !fault.Is(err, fault.Conflict) {
		return authz.Actor{}, err
	}
	return st.as(p, authz.Outsider)
}

// party gives a forum its other party, unless it has one.
func (st *stage) party(in id.Space, name string, people ...id.Person) error {
	room, err := st.s.Spaces.Show(st.ctx, st.lawyer, in)
	if err != nil || slices.ContainsFunc(room.Circles, func(c space.CircleView) bool { return c.Kind == circle.Party }) {
		return err
	}
	_, err = st.s.Circles.Make(st.ctx, st.lawyer, circle.New{Space: in, Name: name, Kind: circle.Party, People: people})
	return err
}

// communicate lays a new document before all parties, as an exhibit of whose it is.
func (st *stage) communicate(by authz.Actor, in document.BeginUpload) error {
	lists, err := st.s.Forums.Lists(st.ctx, by, in.Space)
	if err != nil {
		return err
	}
	for _, l := range lists {
		for _, e := range l.Pieces {
			if e.Title == in.Name {
				return nil
			}
		}
	}
	of, err := st.file(by, in, paper(in.Name))
	if err != nil {
		return err
	}
	return st.s.Documents.Release(st.ctx, by, document.Releasing{Document: of})
}

// say has the expert set the day until which the parties may write to her, and one of
// them write.
func (st *stage) say(in id.Space, counsel, expert authz.Actor) error {
	desk, err := st.s.Dires.List(st.ctx, expert, in)
	if err != nil {
		return err
	}
	if desk.Day.Last == "" {
		if err := st.s.Dires.SetDay(st.ctx, expert, in, st.day(30)); err != nil {
			return err
		}
	}
	if len(desk.Dires) > 0 {
		return nil
	}
	_, err = st.s.Dires.File(st.ctx, counsel, dire.Filing{Space: in, Draft: dire.Draft{
		Text: "1. Les infiltrations ont été signalées après la réception, prononcée sans réserve (pièce 1).\n\n" +
			"2. Le devis de reprise comprend la toiture, qui n’est pas dans la mission : il faut en distraire ce poste.",
	}})
	return err
}

// visits are the expert's meetings on the site, which come again.
func (st *stage) visits(in id.Space, house circle.House) error {
	there, _, err := st.s.Agendas.List(st.ctx, st.lawyer, agenda.Query{Space: in, Limit: most})
	if err != nil || len(there) > 0 {
		return err
	}
	_, err = st.s.Agendas.Add(st.ctx, st.lawyer, agenda.Adding{Space: in, Circles: []id.Circle{house.All}, Entry: agenda.Entry{
		Kind: agenda.Meeting, Title: "Réunion d’expertise sur place", Place: "Villa des Tilleuls",
		When:   agenda.When{Day: st.day(10), Start: "09:30", End: "12:00"},
		Repeat: agenda.Repeat{Every: agenda.Weekly, Interval: 2, Times: 3},
	}})
	return err
}

// day is a civil day from today on.
func (st *stage) day(n int) string { return st.s.Office.Clock().AddDate(0, 0, n).Format(time.DateOnly) }
