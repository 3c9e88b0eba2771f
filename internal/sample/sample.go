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
	"errors"
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

// most is more documents, memos or receipts than a space of the demonstration
// has while it is being made.
const most = 50

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
	Token    string `json:"token,omitempty"` // for the API
	Drive    string `json:"drive,omitempty"` // app password
}

// cast is everybody of the demonstration. The first founds the firm.
func cast() []Person {
	return []Person{
		{Name: "Me Claire Delmas", Role: "lawyer", Email: "claire.delmas@delmas.example"},
		{Name: "Me Karim Leroy", Role: "colleague", Email: "karim.leroy@delmas.example"},
		{Name: "Inès Fabre", Role: "assistant", Email: "ines.fabre@delmas.example"},
		{Name: "Mme Sophie Petit", Role: "client", Email: "sophie.petit@courriel.example"},
		{Name: "M. Paul Martin", Role: "client", Email: "paul.martin@martin-btp.example"},
		{Name: "Mme Nadia Berger", Role: "client", Email: "nadia.berger@tilleuls.example"},
		{Name: "Me Luc Roux", Role: "counsel", Email: "luc.roux@roux-avocat.example"},
		{Name: "Mme Odile Vidal", Role: "expert", Email: "odile.vidal@expert.example"},
	}
}

// Ensure makes the demonstration firm unless it is there already, and returns
// who can sign in, and how. What an interrupted start has left is completed;
// once it was complete, nothing that people changed since is put back.
func Ensure(ctx context.Context, s *server.Server) ([]Person, error) {
	st := stage{ctx: ctx, s: s, people: cast(), ids: map[string]id.Person{}}
	for i := range st.people[:3] {
		st.people[i].Password = password(s, st.people[i].Email)
	}
	if err := st.play(); err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	return st.people, nil
}

// password is different in every installation, and found again at each start
// without being written anywhere: it comes from the installation's key.
func password(s *server.Server, email string) string {
	raw := s.Office.Ring.Directory().Lookup("demonstration", email)
	text := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw[:10]))
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
}

// stage is the making of the firm, one gesture after the other. Each looks
// first whether it was made before.
type stage struct {
	ctx    context.Context
	s      *server.Server
	people []Person
	firm   id.Firm
	lawyer authz.Actor
	ids    map[string]id.Person
}

func (st *stage) play() error {
	if err := st.found(); err != nil {
		return err
	}
	for i := range st.people {
		st.people[i].Firm = string(st.firm)
	}
	if done, err := st.done(); done || err != nil {
		return err
	}
	for _, scene := range []func() error{st.team, st.divorce, st.recovery, st.expertise, st.keys} {
		if err := scene(); err != nil {
			return err
		}
	}
	return nil
}

// done reports whether the last gesture was made: the assistant has a password.
func (st *stage) done() (bool, error) {
	last, found, err := st.find(st.people[2])
	return found && last.Password, err
}

func (st *stage) find(p Person) (known account.Person, found bool, err error) {
	known, err = st.s.Accounts.Find(st.ctx, p.Email)
	if fault.Is(err, fault.NotFound) {
		return known, false, nil
	}
	return known, err == nil, err
}

// found signs the founder up, who has a password from the moment she has a firm.
func (st *stage) found() error {
	founder := st.people[0]
	known, found, err := st.find(founder)
	if err != nil {
		return err
	}
	if found && known.Password {
		firms, err := st.s.Accounts.Firms(st.ctx, known.ID)
		if err != nil || len(firms) == 0 {
			return errors.Join(err, errors.New("the founder has no firm"))
		}
		st.enter(firms[0], known.ID)
		return nil
	}
	made, err := st.s.Lifecycle.SignUp(st.ctx, lifecycle.SignUp{
		FirmName: FirmName, Name: founder.Name, Email: founder.Email, Password: founder.Password, Language: i18n.French,
	})
	st.enter(made.Firm, made.Person)
	return err
}

func (st *stage) enter(f id.Firm, founder id.Person) {
	st.firm = f
	st.lawyer = authz.Actor{Person: founder, Firm: f, Role: authz.Admin, Via: authz.ViaCommand}
}

func (st *stage) team() error {
	roles := []authz.FirmRole{authz.FirmColleague, authz.FirmAssistant}
	for i, p := range st.people[1:3] {
		_, err := st.s.Firms.AddColleague(st.ctx, st.lawyer, firm.Colleague{Name: p.Name, Email: p.Email, Role: roles[i], Language: i18n.French})
		if err != nil && !fault.Is(err, fault.Conflict) { // she is one already
			return err
		}
		known, err := st.s.Accounts.Find(st.ctx, p.Email)
		if err != nil {
			return err
		}
		st.ids[p.Email] = known.ID
	}
	return nil
}

// keys gives the team its passwords, which ends the making.
func (st *stage) keys() error {
	for _, p := range st.people[1:3] {
		chosen, err := st.s.Accounts.NewPassword(st.ctx, p.Password)
		if err != nil {
			return err
		}
		if err := st.s.Accounts.SetPassword(st.ctx, st.ids[p.Email], chosen); err != nil {
			return err
		}
	}
	return nil
}

// open opens a space for a client of the cast, with the whole team. She has no
// other one.
func (st *stage) open(client Person, model space.ModelKey) (space.Space, error) {
	known, found, err := st.find(client)
	if err != nil {
		return space.Space{}, err
	}
	if found {
		by := authz.Actor{Person: known.ID, Firm: st.firm, Role: authz.Outsider, Via: authz.ViaCommand}
		own, err := st.s.Spaces.List(st.ctx, by, space.Page{Limit: 1})
		if err != nil {
			return space.Space{}, err
		}
		if len(own) > 0 {
			return own[0], nil
		}
	}
	m, err := st.s.Spaces.Model(model)
	if err != nil {
		return space.Space{}, err
	}
	return st.s.Lifecycle.OpenSpace(st.ctx, st.lawyer, lifecycle.NewSpace{
		ClientName: client.Name, ClientEmail: client.Email, Model: m, Profile: m.Profile, Language: i18n.French, Checklist: true,
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
	there, err := st.s.Documents.List(st.ctx, by, document.ListQuery{Space: in.Space, Tray: in.Tray, Limit: most})
	if err != nil {
		return "", err
	}
	for _, d := range there {
		if d.Title == in.Name {
			return d.ID, nil
		}
	}
	in.Size = int64(len(raw))
	u, err := st.s.Documents.Begin(st.ctx, by, in)
	if err != nil {
		return "", err
	}
	u, err = st.s.Documents.Append(st.ctx, by, u.ID, 0, bytes.NewReader(raw))
	return u.Document, err
}
