// Package forumtest is a forum as an expert assessment has it, in a house of package
// documenttest, for tests of what stands on forums.
//
// It refuses to be a second way into the house: everything it makes, it makes through
// the packages of the house. Start at [Open].
package forumtest

import (
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/forum"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// Expertise is a forum of four parties: the firm with its client, and three others, of
// which the last has nobody and is reached on paper. An expert is of none.
type Expertise struct {
	*documenttest.House
	In     id.Space
	Zone   *time.Location
	Forums *forum.Service
	All    id.Circle
	Client authz.Actor
	Expert authz.Actor
	Sides  []circle.Circle
	People []authz.Actor // who acts for each of them; the last has nobody
}

// Open makes one.
func Open(h *documenttest.House) *Expertise {
	paris, err := time.LoadLocation(i18n.Zone)
	h.Must(err)
	x := &Expertise{House: h, In: h.Space(h.Lead, "Expertise Tilleuls"), Zone: paris, Forums: forum.New(h.Office, paris)}
	x.All = h.Circles(h.Lead, x.In).All
	x.Client, x.Expert = h.Member(h.Lead, x.In, authz.Client, "Mme Petit"), h.Member(h.Lead, x.In, authz.Guest, "M. Expert")
	for _, side := range []struct{ name, counsel string }{{"Maître d’ouvrage", "Me Roux"}, {"Entreprise Durtain", "Me Noir"}, {"Assureur", ""}} {
		n := circle.New{Space: x.In, Name: side.name, Kind: circle.Party}
		who := authz.Actor{}
		if side.counsel != "" {
			who = h.Member(h.Lead, x.In, authz.Guest, side.counsel)
			n.People = []id.Person{who.Person}
		}
		c, err := circle.NewService(h.Office).Make(h.T.Context(), h.Lead, n)
		h.Must(err)
		x.Sides, x.People = append(x.Sides, c), append(x.People, who)
	}
	h.Must(x.Forums.Branch(h.T.Context(), h.Lead, forum.Branch{Space: x.In, Party: x.Sides[2].ID, Whom: "Assureur SA, Nantes"}))
	return x
}

// Bring puts a new document of somebody onto the common table, in the place of an
// exhibit where one is named.
func (x *Expertise) Bring(by authz.Actor, name string, content []byte, replaces id.Item) id.Item {
	x.Clock.Advance(time.Minute)
	in := document.BeginUpload{Space: x.In, Tray: space.PartyTray, Name: name}
	if by.Role.Inside() {
		in.Tray, in.Circles = space.FirmTray, []id.Circle{x.Circles(x.Lead, x.In).Firm}
	}
	of := x.Upload(by, in, content).Document
	x.Clock.Advance(time.Minute)
	x.Must(x.Documents.Release(x.T.Context(), by, document.Releasing{Document: of, Replaces: replaces}))
	return of
}
