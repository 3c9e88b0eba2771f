package room_test

import (
	"net/http"
	"strings"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/firm"
	"cenacle/internal/group"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// TestGroups: a lawyer puts a group into the space; its people are said to be there by it,
// wherever the space says why somebody is there or sees something; whom a client is not
// told. Who is there by it alone can be given a place without it.
func TestGroups(t *testing.T) {
	s := open(t)
	groups := group.NewService(s.Office)
	newcomer := id.New[id.Person](s.Clock.Now())
	s.must(s.Office.Keep(t.Context(), s.Firm, func(a *act.Act) error {
		return firm.PutCard(a, s.Lead.Actor, firm.Card{Person: newcomer, Role: authz.Lawyer, State: firm.Active, Name: "Me Paul Ortie", Email: "ortie@delmas.example"})
	}))
	g, err := groups.Make(t.Context(), s.Lead.Actor, "Pôle social")
	s.must(err)
	s.must(groups.Admit(t.Context(), s.Lead.Actor, g.ID, newcomer))

	page := s.page(s.Lead, "people")
	page.One("#groups input[name=group][value=" + string(g.ID) + "]")
	page.One("#groups").Says("Me Paul Ortie")
	s.Lead.Post(s.Path("groups")).Answers(t, http.StatusUnprocessableEntity, "").One("#groups .summary").Says("Choisissez un groupe")
	s.Lead.Post(s.Path("groups"), "group", string(g.ID)).Answers(t, http.StatusSeeOther, s.Path("people")+"?done=group_attached")
	page = s.page(s.Lead, "people")
	page.One("#person-" + string(newcomer)).Says("par le groupe Pôle social")
	page.One("#groups").Says("Placé ici par")
	if strings.Contains(string(s.page(s.Client).Body), "Pôle social") {
		t.Error("a client reads the name of a group")
	}

	sent := s.File(s.Lead, document.BeginUpload{Tray: space.FirmTray, Name: "Note.txt"}, []byte("note"))
	s.page(s.Lead, "documents", string(sent), "why").One("#sees").Says("Par le groupe Pôle social, depuis le")
	for _, c := range s.page(s.Lead, "people").All("#circles a") {
		if href := c.Attr("href"); strings.Contains(href, "/circles/") {
			s.Lead.Get(href).One("main").Says("par le groupe Pôle social, depuis le")
		}
	}
	s.Lead.Post(s.Path("people"), "colleague", string(newcomer)).Answers(t, http.StatusSeeOther, s.Path("people")+"?done=member_added")
	if text := s.page(s.Lead, "people").One("#person-" + string(newcomer)).Text(); strings.Contains(text, "par le groupe") {
		t.Errorf("who was added to the space is said to be there %q", text)
	}
	s.Lead.Post(s.Path("groups", string(g.ID), "detach")).Answers(t, http.StatusSeeOther, s.Path("people")+"?done=group_detached")
	s.page(s.Lead, "people").One("#person-" + string(newcomer))
}
