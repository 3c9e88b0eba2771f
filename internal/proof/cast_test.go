package proof

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/space"
)

// person is somebody with her browser.
type person struct {
	browser
	id    id.Person
	name  string
	email string
	actor authz.Actor // in the firm she was made in
}

// cabinet is one firm and the person who founded it.
type cabinet struct {
	w     *world
	id    id.Firm
	admin *person
}

func (w *world) nobody() browser { return browser{t: w.t, base: cmp.Or(w.front, w.base)} }

// found opens a firm.
func (w *world) found(name, founder, email string) *cabinet {
	w.t.Helper()
	made, err := w.server.Lifecycle.SignUp(w.t.Context(), lifecycle.SignUp{
		FirmName: name, Name: founder, Email: email, Password: password, Language: i18n.French,
	})
	w.must(err)
	c := &cabinet{w: w, id: made.Firm}
	c.admin = c.enter(founder, email, made.Person)
	return c
}

// enter gives a person of the firm a password and a browser that is signed in.
func (c *cabinet) enter(name, email string, who id.Person) *person {
	c.w.t.Helper()
	p := &person{id: who, name: name, email: email, browser: c.w.nobody()}
	p.token = c.w.signIn(who)
	session, err := c.w.server.Accounts.Resume(c.w.t.Context(), p.token)
	c.w.must(err)
	stands, err := c.w.server.Firms.Stand(c.w.t.Context(), session, c.id)
	c.w.must(err)
	p.actor = stands.Actor
	return p
}

// colleague adds one of the firm's own people.
func (c *cabinet) colleague(name, email string, role authz.FirmRole) *person {
	c.w.t.Helper()
	card, err := c.w.server.Firms.AddColleague(c.w.t.Context(), c.admin.actor, firm.Colleague{Name: name, Email: email, Role: role, Language: i18n.French})
	c.w.must(err)
	return c.enter(name, email, card.Person)
}

// room is one space with what is needed to act in it.
type room struct {
	id    id.Space
	house circle.House
	shelf id.Folder // of the firm's tray
}

// open opens a space; its client signs in with a password.
func (c *cabinet) open(by *person, client, email string, team ...*person) (room, *person) {
	c.w.t.Helper()
	models := c.w.server.Spaces.Models()
	in := lifecycle.NewSpace{ClientName: client, ClientEmail: email, Model: models[0], Profile: models[0].Profile, Language: i18n.French, Lead: by.id}
	for _, p := range team {
		in.Colleagues = append(in.Colleagues, p.id)
	}
	opened, err := c.w.server.Lifecycle.OpenSpace(c.w.t.Context(), by.actor, in)
	c.w.must(err)
	known, err := c.w.server.Accounts.Find(c.w.t.Context(), email)
	c.w.must(err)
	return c.furnish(by, opened.ID), c.enter(client, email, known.ID)
}

func (c *cabinet) furnish(by *person, of id.Space) room {
	c.w.t.Helper()
	seen, err := c.w.server.Spaces.Show(c.w.t.Context(), by.actor, of)
	c.w.must(err)
	r := room{id: of}
	for _, one := range seen.Circles {
		switch one.Kind {
		case circle.Firm:
			r.house.Firm = one.ID
		case circle.Client:
			r.house.Client = one.ID
		case circle.All:
			r.house.All = one.ID
		}
	}
	i := slices.IndexFunc(seen.Folders, func(f space.Folder) bool { return f.Tray == space.FirmTray })
	r.shelf = seen.Folders[i].ID
	return r
}

// guest lets somebody from outside into a space, with a browser.
func (c *cabinet) guest(by *person, to room, name, email string, role authz.Role) *person {
	c.w.t.Helper()
	p, err := c.w.server.Lifecycle.AddGuest(c.w.t.Context(), by.actor, to.id, lifecycle.Guest{Name: name, Email: email, Role: role, Language: i18n.French})
	c.w.must(err)
	return c.enter(name, email, p)
}

// through is a browser that came by a mailed link to a space.
func (c *cabinet) through(p *person, to id.Space) browser {
	c.w.t.Helper()
	b := c.w.nobody()
	var err error
	b.token, _, err = c.w.server.Accounts.OpenLinkSession(c.w.t.Context(), p.id, c.id, to, here())
	c.w.must(err)
	return b
}

// file puts a document into a tray and returns its identifier.
func (c *cabinet) file(by *person, in document.BeginUpload, content []byte) (id.Item, error) {
	in.Size = int64(len(content))
	u, err := c.w.server.Documents.Begin(c.w.t.Context(), by.actor, in)
	if err != nil || in.Size == 0 {
		return u.Document, err
	}
	u, err = c.w.server.Documents.Append(c.w.t.Context(), by.actor, u.ID, 0, bytes.NewReader(content))
	return u.Document, err
}

func (c *cabinet) path(segments ...string) string {
	return "/f/" + string(c.id) + strings.Join(append([]string{""}, segments...), "/")
}
