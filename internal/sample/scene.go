package sample

import (
	"slices"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/law"
	"cenacle/internal/memo"
	"cenacle/internal/request"
	"cenacle/internal/space"
)

// house finds the circles and folders of a space, by the eyes of the lawyer.
func (st *stage) house(of id.Space) (circle.House, map[string]id.Folder, error) {
	room, err := st.s.Spaces.Show(st.ctx, st.lawyer, of)
	if err != nil {
		return circle.House{}, nil, err
	}
	var h circle.House
	for _, c := range room.Circles {
		switch c.Kind {
		case circle.Firm:
			h.Firm = c.ID
		case circle.Client:
			h.Client = c.ID
		case circle.All:
			h.All = c.ID
		}
	}
	folders := map[string]id.Folder{}
	for _, f := range room.Folders {
		folders[f.Name] = f.ID
	}
	return h, folders, nil
}

// divorce is a matter in which both sides have written: two documents to read,
// a question with its date, a deposit with its receipt.
func (st *stage) divorce() error {
	sp, err := st.open(st.people[3], "divorce")
	if err != nil {
		return err
	}
	house, folders, err := st.house(sp.ID)
	if err != nil {
		return err
	}
	draft, err := st.file(st.lawyer, document.BeginUpload{
		Space: sp.ID, Tray: space.FirmTray, Folder: folders["Convention de divorce"], Name: "Projet de convention de divorce.pdf",
		Circles: []id.Circle{house.Firm, house.Client},
	}, agreement())
	if err != nil {
		return err
	}
	_, err = st.file(st.lawyer, document.BeginUpload{
		Space: sp.ID, Tray: space.FirmTray, Folder: folders["Courriers"], Name: "Note interne – points à vérifier.pdf",
		Circles: []id.Circle{house.Firm},
	}, note())
	if err != nil {
		return err
	}
	client, err := st.as(st.people[3], authz.Outsider)
	if err != nil {
		return err
	}
	if err := st.deposit(client, sp.ID, "Livret de famille.pdf", "Bulletin de paie – octobre 2026.pdf"); err != nil {
		return err
	}
	if err := st.judge(client, sp.ID); err != nil {
		return err
	}
	if err := st.dates(sp.ID, house, client); err != nil {
		return err
	}
	return st.talk(sp.ID, house, client, draft)
}

// dates are what comes next; the client has taken note of it.
func (st *stage) dates(of id.Space, house circle.House, client authz.Actor) error {
	there, _, err := st.s.Agendas.List(st.ctx, client, agenda.Query{Space: of, Limit: most})
	if err != nil || len(there) > 0 {
		return err
	}
	for _, e := range []agenda.Adding{
		{
			Ground: &agenda.Ground{Case: law.Case{Rule: "divorce_reflection", Fact: st.day(0)}},
			Entry:  agenda.Entry{Title: "Fin du délai de réflexion", Note: "La convention ne peut être signée avant."},
		},
		{Entry: agenda.Entry{Kind: agenda.Meeting, Title: "Signature de la convention", Place: "Au cabinet, salle du premier étage", Note: "Venez avec votre pièce d’identité.\nLes deux époux et leurs avocats seront là.", When: agenda.When{Day: st.day(18), Start: "14:30", End: "15:30"}}},
	} {
		e.Space, e.Circles = of, []id.Circle{house.Client}
		made, err := st.s.Agendas.Add(st.ctx, st.lawyer, e)
		if err != nil {
			return err
		}
		if err := st.s.Agendas.Read(st.ctx, client, of, []id.Item{made.ID}); err != nil {
			return err
		}
	}
	return nil
}

func (st *stage) deposit(client authz.Actor, of id.Space, names ...string) error {
	before, err := st.s.Deposits.List(st.ctx, client, deposit.Query{Space: of, Limit: most})
	if err != nil || slices.ContainsFunc(before, func(d deposit.Deposit) bool { return d.Receipt != "" }) {
		return err
	}
	wanted, err := st.asked(client, of)
	if err != nil {
		return err
	}
	for i, name := range names {
		in := document.BeginUpload{Space: of, Tray: space.ClientTray, Name: name, Request: wanted[answers[i%len(answers)]].ID}
		if _, err := st.file(client, in, paper(name)); err != nil {
			return err
		}
	}
	_, err = st.s.Deposits.Close(st.ctx, client, deposit.Finish{Space: of, LeavePending: true})
	return err
}

// answers are the papers that the first deposit hands in.
var answers = []string{"Livret de famille", "Trois derniers bulletins de salaire"}

// asked are the papers that are asked of a client, by their names.
func (st *stage) asked(client authz.Actor, of id.Space) (map[string]request.Request, error) {
	all, err := st.s.Requests.List(st.ctx, client, of)
	out := map[string]request.Request{}
	for _, r := range all {
		out[r.Name] = r
	}
	return out, err
}

// judge looks at what came: one paper is enough, one is sent back, and one does
// not exist.
func (st *stage) judge(client authz.Actor, of id.Space) error {
	wanted, err := st.asked(client, of)
	if err != nil {
		return err
	}
	if r := wanted[answers[0]]; r.State == request.Deposited {
		if err := st.s.Requests.Accept(st.ctx, st.lawyer, r.ID); err != nil {
			return err
		}
	}
	if r := wanted[answers[1]]; r.State == request.Deposited {
		if err := st.s.Requests.Return(st.ctx, st.lawyer, r.ID, "Il manque août et septembre : envoyez les trois mois, s’il vous plaît."); err != nil {
			return err
		}
	}
	if r := wanted["Contrat de mariage"]; r.State == request.Asked {
		return st.s.Requests.Lack(st.ctx, client, r.ID, "Nous nous sommes mariés sans contrat.")
	}
	return nil
}

func (st *stage) talk(of id.Space, house circle.House, client authz.Actor, draft id.Item) error {
	talk, _, err := st.s.Memos.Conversation(st.ctx, st.lawyer, memo.Query{Space: of, Limit: most})
	if err != nil {
		return err
	}
	answerBy := st.s.Office.Clock().Add(9 * 24 * time.Hour).Format(time.DateOnly)
	for _, m := range []struct {
		by authz.Actor
		memo.New
	}{
		{st.lawyer, memo.New{
			Subject: "Votre projet de convention", Circles: []id.Circle{house.Client}, References: []id.Item{draft}, ReplyBy: answerBy,
			Body: "Chère Madame,\n\nVoici le projet de convention. Prenez le temps de le lire : rien ne se signe avant quinze jours.\n\nDites-moi en particulier si les dates de vacances vous conviennent.",
		}},
		{client, memo.New{
			Subject: "Attestation d’assurance", Body: "Bonjour Maître,\n\nFaut-il aussi l’attestation d’assurance du logement ? Je l’ai demandée, elle arrive dans la semaine.",
		}},
		{st.lawyer, memo.New{
			Subject: "Prestation compensatoire", Internal: true, Circles: []id.Circle{house.Firm},
			Body: "Karim, peux-tu refaire le calcul avec les derniers bulletins avant mercredi ? La cliente n’en est pas encore informée.",
		}},
	} {
		if slices.ContainsFunc(talk, func(th memo.Thread) bool { return th.Subject == m.Subject }) {
			continue
		}
		m.Space = of
		if _, err := st.s.Memos.Write(st.ctx, m.by, m.New); err != nil {
			return err
		}
	}
	return nil
}

// recovery is a matter that has just begun.
func (st *stage) recovery() error {
	sp, err := st.open(st.people[4], "recouvrement")
	if err != nil {
		return err
	}
	house, folders, err := st.house(sp.ID)
	if err != nil {
		return err
	}
	_, err = st.file(st.lawyer, document.BeginUpload{
		Space: sp.ID, Tray: space.FirmTray, Folder: folders["Mises en demeure"], Name: "Mise en demeure – société Bâtir Sud.pdf",
		Circles: []id.Circle{house.Firm, house.Client},
	}, demand())
	return err
}
