package program_test

import (
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/token"
	"cenacle/internal/web"
	"cenacle/internal/web/page/program"
	"cenacle/internal/web/webtest"
)

const word = "kormoran-zeltplane-41-violett" // the password of the whole cast

func open(t *testing.T) (*webtest.Cast, string) {
	t.Helper()
	c := webtest.NewCast(t, func(c *webtest.Cast) []web.Route {
		p := &program.Pages{Accounts: c.Accounts, Firms: c.Firms, Tokens: c.Tokens, Spaces: c.Spaces}
		member := func(pattern string, h web.Handler) web.Route {
			return web.Route{Pattern: pattern, Door: web.Member, Action: authz.TokenKeep, Handle: h}
		}
		return []web.Route{
			member("GET /f/{firm}/programs", p.Show), member("POST /f/{firm}/programs", p.DoMake),
			member("POST /f/{firm}/programs/{program}/revoke", p.DoRevoke),
		}
	})
	return c, "/f/" + string(c.Firm) + "/programs"
}

// form is what a person sends, with changes by name; one to "" leaves it out.
func form(changes ...string) []string {
	values := []string{"name", "Sauvegarde", "use", "api", "access", "read", "reach", "all", "life", "90"}
	for i := 0; i+1 < len(changes); i += 2 {
		at := -1
		for j := 0; j < len(values); j += 2 {
			if values[j] == changes[i] {
				at = j
			}
		}
		switch {
		case at < 0:
			values = append(values, changes[i], changes[i+1])
		case changes[i+1] == "":
			values = slices.Delete(values, at, at+2)
		default:
			values[at+1] = changes[i+1]
		}
	}
	return values
}

var written = regexp.MustCompile(`cenacle_[0-9a-z]{26}_[A-Za-z0-9_-]{43}`)

func made(t *testing.T, page webtest.Page) string {
	t.Helper()
	page.Answers(t, http.StatusOK, "").One("section.program-made")
	text := written.FindString(page.Body)
	if text == "" {
		t.Fatal("the page does not show the new access")
	}
	return text
}

func enter(c *webtest.Cast, text string, use token.Use) (token.Standing, error) {
	return c.Tokens.Enter(c.T.Context(), text, use, account.Source{Addr: netip.MustParseAddr("192.0.2.7")})
}

// A reload of the page that shows a new access sends its form again.
func TestReloadMakesNothingMore(t *testing.T) {
	c, path := open(t)
	once := c.Client.Get(path).Answers(t, http.StatusOK, "").One("input[name=once]").Attr("value")
	text := made(t, c.Client.Post(path, form("once", once)...))
	page := c.Client.Post(path, form("once", once)...).Answers(t, http.StatusConflict, "")
	page.One(".summary").Says("déjà créé")
	page.Silent(text)
	if n := len(page.All("#programs .program")); n != 1 {
		t.Errorf("%d accesses", n)
	}
	again := page.One("input[name=once]").Attr("value")
	if again == once {
		t.Error("the form that came back makes nothing")
	}
	made(t, c.Client.Post(path, form("once", again)...))
}

func TestShownOnce(t *testing.T) {
	c, path := open(t)
	page := c.Client.Get(path).Answers(t, http.StatusOK, "")
	page.One(".empty").Says("Aucun logiciel n’a accès")
	page.Lacks("#team")
	page.One("select[name=life] option[selected]").Is("value", "90")
	page.One("input[name=access][checked]").Is("value", "read")

	text := made(t, c.Client.Post(path, form()...))
	st, err := enter(c, text, token.API)
	if err != nil || st.Actor.Person != c.Client.Actor.Person || !st.Actor.Pass.ReadOnly || st.Actor.Pass.Spaces != nil {
		t.Fatalf("it opens %+v, %v", st.Actor, err)
	}
	page = c.Client.Get(path).Answers(t, http.StatusOK, "")
	if written.MatchString(page.Body) {
		t.Error("it is shown a second time")
	}
	line := page.One("#programs li")
	line.Says("Sauvegarde")
	line.Says("lit seulement")
	line.Says("Dans tous vos espaces")
	line.Says("Dernière utilisation")
	c.Client.Post(line.One(".no-js form").Attr("action")).Answers(t, http.StatusSeeOther, path+"?done=program_revoked")
	if _, err := enter(c, text, token.API); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("revoked, it opens: %v", err)
	}
	page = c.Client.Get(path+"?done=program_revoked").Answers(t, http.StatusOK, "")
	page.One("#flash").Says("L’accès est révoqué")
	page.Lacks("#programs")
}

func TestDriveInOneSpace(t *testing.T) {
	c, path := open(t)
	page := c.Lead.Post(path, form("use", "drive", "access", "all", "reach", "some", "spaces", string(c.Space), "life", "30")...)
	text := made(t, page)
	said := page.One("section.program-made")
	said.Says("/dav/")
	said.Says("claire@delmas.example")
	st, err := enter(c, text, token.Drive)
	pass := st.Actor.Pass
	if err != nil || pass.ReadOnly || len(pass.Spaces) != 1 || pass.Spaces[0] != c.Space || st.Token.Expires.Sub(st.Token.Created) != 30*24*time.Hour {
		t.Fatalf("it opens %+v, %v", st.Token, err)
	}
	page.One("#programs li").Says("Seulement dans Petit c. Petit")
}

func TestCalendarOnlyReads(t *testing.T) {
	c, path := open(t)
	page := c.Client.Post(path, form("use", "calendar", "access", "all")...)
	text := made(t, page)
	said := page.One("section.program-made")
	for _, word := range []string{"/caldav/", "/caldav/agenda.ics", "iPhone", "DAVx⁵"} {
		said.Says(word)
	}
	st, err := enter(c, text, token.Calendar)
	if pass := st.Actor.Pass; err != nil || !pass.ReadOnly || pass.Takes(authz.DocumentRead) || !pass.Takes(authz.AgendaSee) || pass.Takes(authz.AgendaAdd) {
		t.Fatalf("it opens %+v, %v", st.Token, err)
	}
	page.One("#programs li").Says("dit quand, jamais quoi")
}

func TestRefused(t *testing.T) {
	c, path := open(t)
	for field, changes := range map[string][]string{
		"name":     {"name", "\u200b"},
		"use":      {"use", "magic"},
		"life":     {"life", "3650"},
		"spaces":   {"reach", "some"},
		"spaces ":  {"reach", "some", "spaces", "elsewhere"},
		"spaces  ": {"reach", ""}, // what is not said is the narrower
	} {
		field = strings.TrimSpace(field)
		page := c.Lead.Post(path, form(changes...)...).Answers(t, http.StatusUnprocessableEntity, "")
		page.One(".summary a[href=#f-" + field + "]")
		page.One("#f-" + field + "-error")
		page.Lacks("section.program-made")
	}
	text := made(t, c.Lead.Post(path, form("access", "")...))
	if st, err := enter(c, text, token.API); err != nil || !st.Actor.Pass.ReadOnly {
		t.Errorf("an access without a word on what it may do: %+v, %v", st.Actor, err)
	}
}

// TestProofAgain: a browser that was left open makes no access, and takes one away.
func TestProofAgain(t *testing.T) {
	c, path := open(t)
	st, err := enter(c, made(t, c.Lead.Post(path, form()...)), token.API)
	if err != nil {
		t.Fatal(err)
	}
	c.Clock.Advance(10 * time.Minute)
	c.Lead.Post(path, form()...).Answers(t, http.StatusForbidden, "")
	c.Lead.Post(path+"/"+string(st.Token.ID)+"/revoke").Answers(t, http.StatusSeeOther, path+"?done=program_revoked")
}

func TestTeam(t *testing.T) {
	c, path := open(t)
	hers := made(t, c.Colleague.Post(path, form("name", "Outil de gestion", "reach", "some", "spaces", string(c.Space))...))
	clients := made(t, c.Client.Post(path, form()...))
	for _, p := range []*webtest.Player{c.Colleague, c.Client} {
		p.Get(path).Answers(t, http.StatusOK, "").Lacks("#team")
	}
	page := c.Lead.Get(path).Answers(t, http.StatusOK, "")
	page.Lacks("#programs")
	line := page.One("section[aria-labelledby=team] li")
	line.Says("Outil de gestion")
	line.Says("Me Karim Leroy")
	line.Says("Seulement dans 1 espace")
	c.Lead.Post(line.One(".no-js form").Attr("action")).Answers(t, http.StatusSeeOther, path+"?done=program_revoked")
	if _, err := enter(c, hers, token.API); err == nil {
		t.Error("revoked by the administrator, it opens")
	}
	st, err := enter(c, clients, token.API)
	if err != nil {
		t.Fatal(err)
	}
	end := path + "/" + string(st.Token.ID) + "/revoke"
	for _, p := range []*webtest.Player{c.Lead, c.Colleague, c.Guest} {
		p.Post(end).Answers(t, http.StatusNotFound, "")
	}
	c.Client.Post(path+"/"+string(id.New[id.Token](c.Clock.Now()))+"/revoke").Answers(t, http.StatusNotFound, "")
	c.Client.Post(end).Answers(t, http.StatusSeeOther, path+"?done=program_revoked")
}

// TestByLink: who came by a mailed link has no such page.
func TestByLink(t *testing.T) {
	c, path := open(t)
	session, _, err := c.Accounts.OpenLinkSession(t.Context(), c.Client.Actor.Person, c.Firm, c.Space, account.Source{})
	if err != nil {
		t.Fatal(err)
	}
	link := *c.Client
	link.Token = session
	link.Get(path).Answers(t, http.StatusNotFound, "")
	link.Post(path, form()...).Answers(t, http.StatusNotFound, "")
}

func TestExpiredStaysForAWhile(t *testing.T) {
	c, path := open(t)
	made(t, c.Lead.Post(path, form("life", "30")...))
	c.Clock.Advance(31 * 24 * time.Hour)
	again, _, err := c.Accounts.SignIn(t.Context(), "claire@delmas.example", word, account.Source{})
	if err != nil {
		t.Fatal(err)
	}
	c.Lead.Token = again
	c.Lead.Get(path).Answers(t, http.StatusOK, "").One("#programs li .badge-danger").Says("Expiré")
}
