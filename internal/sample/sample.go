// Package sample makes the demonstration firm, obviously fictitious, by the
// same use cases as everybody: a lawyer signs up, opens spaces, files, writes;
// clients open their links and deposit.
//
// It refuses to exist outside a demonstration: nothing else imports it but the
// command line. Start at [Ensure].
package sample

import (
	"bytes"
	"context"
	"encoding/base32"
	"fmt"
	"strings"

	"cenacle/internal/account"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/server"
	"cenacle/internal/space"
)

// FirmName is the demonstration firm's.
const FirmName = "Cabinet Delmas & Associés"

// Person is somebody of the demonstration, with what is needed to sign in. An
// empty password is that of a client who has not chosen one.
type Person struct {
	Name     string `json:"name"`
	Role     string `json:"role"`
	Email    string `json:"email"`
	Password string `json:"password"`
	Firm     string `json:"firm,omitempty"`
}

// cast is everybody of the demonstration. The first founds the firm.
func cast() []Person {
	return []Person{
		{Name: "Me Claire Delmas", Role: "lawyer", Email: "claire.delmas@delmas.example"},
		{Name: "Me Karim Leroy", Role: "colleague", Email: "karim.leroy@delmas.example"},
		{Name: "Inès Fabre", Role: "assistant", Email: "ines.fabre@delmas.example"},
		{Name: "Mme Sophie Petit", Role: "client", Email: "sophie.petit@courriel.example"},
		{Name: "M. Paul Martin", Role: "client", Email: "paul.martin@martin-btp.example"},
	}
}

// Ensure makes the demonstration firm unless it is there already, and returns
// who can sign in, and how.
func Ensure(ctx context.Context, s *server.Server) ([]Person, error) {
	people := cast()
	for i := range people[:3] {
		people[i].Password = password(s, people[i].Email)
	}
	founder, err := s.Accounts.Find(ctx, people[0].Email)
	switch {
	case err == nil && founder.Password:
		err = name(ctx, s, founder.ID, people)
		return people, err
	case err != nil && !fault.Is(err, fault.NotFound):
		return nil, err
	}
	st := stage{ctx: ctx, s: s, people: people}
	if err := st.play(); err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	return people, nil
}

// name adds the identifier of the firm that was made at an earlier start.
func name(ctx context.Context, s *server.Server, founder id.Person, people []Person) error {
	firms, err := s.Accounts.Firms(ctx, founder)
	if err != nil || len(firms) == 0 {
		return err
	}
	for i := range people {
		people[i].Firm = string(firms[0])
	}
	return nil
}

// password is different in every installation, and found again at each start
// without being written anywhere: it comes from the installation's key.
func password(s *server.Server, email string) string {
	raw := s.Office.Ring.Directory().Lookup("demonstration", email)
	text := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw[:10]))
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
}

// stage is the making of the firm, one gesture after the other.
type stage struct {
	ctx    context.Context
	s      *server.Server
	people []Person
	firm   id.Firm
	lawyer authz.Actor
	ids    map[string]id.Person
}

func (st *stage) play() error {
	for _, scene := range []func() error{st.found, st.team, st.divorce, st.recovery} {
		if err := scene(); err != nil {
			return err
		}
	}
	for i := range st.people {
		st.people[i].Firm = string(st.firm)
	}
	return nil
}

func (st *stage) found() error {
	founder := st.people[0]
	made, err := st.s.Lifecycle.SignUp(st.ctx, lifecycle.SignUp{
		FirmName: FirmName, Name: founder.Name, Email: founder.Email, Password: founder.Password, Language: i18n.French,
	})
	if err != nil {
		return err
	}
	st.firm = made.Firm
	st.lawyer = authz.Actor{Person: made.Person, Firm: made.Firm, Role: authz.Admin, Via: authz.ViaCommand}
	st.ids = map[string]id.Person{founder.Email: made.Person}
	return nil
}

func (st *stage) team() error {
	roles := []authz.FirmRole{authz.FirmColleague, authz.FirmAssistant}
	for i, p := range st.people[1:3] {
		card, err := st.s.Firms.AddColleague(st.ctx, st.lawyer, firm.Colleague{Name: p.Name, Email: p.Email, Role: roles[i], Language: i18n.French})
		if err != nil {
			return err
		}
		st.ids[p.Email] = card.Person
		chosen, err := st.s.Accounts.NewPassword(st.ctx, p.Password)
		if err != nil {
			return err
		}
		if _, _, err := st.s.Accounts.ChoosePassword(st.ctx, card.Person, chosen, account.Source{Agent: "demonstration"}); err != nil {
			return err
		}
	}
	return nil
}

// open opens a space for a client of the cast, with the whole team.
func (st *stage) open(client Person, model space.ModelKey) (space.Space, error) {
	m, err := st.s.Spaces.Model(model)
	if err != nil {
		return space.Space{}, err
	}
	return st.s.Lifecycle.OpenSpace(st.ctx, st.lawyer, lifecycle.NewSpace{
		ClientName: client.Name, ClientEmail: client.Email, Model: m, Profile: m.Profile, Language: i18n.French,
		Colleagues: []id.Person{st.ids[st.people[1].Email], st.ids[st.people[2].Email]},
	})
}

// as is one of the people acting in a space.
func (st *stage) as(p Person, role authz.FirmRole) (authz.Actor, error) {
	known, err := st.s.Accounts.Find(st.ctx, p.Email)
	return authz.Actor{Person: known.ID, Firm: st.firm, Role: role, Via: authz.ViaCommand}, err
}

// file puts a document into a tray.
func (st *stage) file(by authz.Actor, in document.BeginUpload, raw []byte) (id.Item, error) {
	in.Size = int64(len(raw))
	u, err := st.s.Documents.Begin(st.ctx, by, in)
	if err != nil {
		return "", err
	}
	u, err = st.s.Documents.Append(st.ctx, by, u.ID, 0, bytes.NewReader(raw))
	return u.Document, err
}
