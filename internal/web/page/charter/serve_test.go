package charter_test

import (
	"net/http"
	"net/url"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/lifecycle"
	"cenacle/internal/web"
	"cenacle/internal/web/page/charter"
	"cenacle/internal/web/page/door"
	"cenacle/internal/web/webtest"
)

const password = "le tilleul penche vers la berge"

func routes(s *webtest.Site) []web.Route {
	p := &charter.Pages{Firms: s.Firms}
	d := &door.Pages{Accounts: s.Accounts, Firms: s.Firms, Tokens: s.Tokens, Invitations: s.Invitations, Lifecycle: s.Lifecycle, Providers: s.Providers}
	member := func(pattern string, do authz.Action, h web.Handler) web.Route {
		return web.Route{Pattern: pattern, Door: web.Member, Action: do, Handle: h}
	}
	return []web.Route{
		{Pattern: "POST /signin", Handle: d.DoSignIn, Why: "a test"},
		member("GET /f/{firm}/charter", authz.CharterRead, p.Show), member("POST /f/{firm}/charter", authz.CharterAnswer, p.DoAnswer),
		member("GET /f/{firm}/charter/edit", authz.CharterSee, p.Edit), member("POST /f/{firm}/charter/edit", authz.CharterPublish, p.DoPublish),
		member("GET /f/{firm}", authz.FirmEnter, func(r *web.Request) (web.Answer, error) { return web.See("/in"), nil }),
		member("POST /f/{firm}/spaces/new", authz.SpaceOpen, func(r *web.Request) (web.Answer, error) {
			_, err := s.Lifecycle.OpenSpace(r.Context(), r.Actor, lifecycle.NewSpace{ClientName: "Mme Petit", ClientEmail: "claire@petit.example"})
			return web.See("/opened"), err
		}),
	}
}

// TestCharter: who is asked is led to the charter before any page, once; she goes on to
// where she was going, whatever she answers, and finds it in the menu of her name.
func TestCharter(t *testing.T) {
	h := webtest.New(t, routes)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	founded, err := h.Lifecycle.SignUp(t.Context(), lifecycle.SignUp{
		FirmName: "Cabinet Delmas", Name: "Me Hélène Delmas", Email: "helene@delmas.example", Password: password, Language: i18n.French,
	})
	must(err)
	path := "/f/" + string(founded.Firm)
	admin := h.Browser()
	admin.Post("/signin", "email", "helene@delmas.example", "password", password).Answers(t, http.StatusSeeOther, "/enter")
	admin.Get(path+"/charter").Answers(t, http.StatusOK, "").One("main").Says("Aucune charte")
	admin.Get(path+"/charter").One("main a").Is("href", path+"/charter/edit")
	admin.Post(path+"/charter/edit", "text", " ", "audience", "all").Answers(t, http.StatusUnprocessableEntity, "").One("#f-text-error")
	admin.Get(path).Answers(t, http.StatusSeeOther, "/in")

	// Somebody else who administers the firm publishes it, so that she is asked.
	other, _, err := h.Accounts.Ensure(t.Context(), "paul@delmas.example", i18n.French)
	must(err)
	by := authz.Actor{Person: founded.Person, Firm: founded.Firm, Role: authz.Admin, Via: authz.ViaPassword}
	card, err := h.Firms.AddColleague(t.Context(), by, firm.Colleague{Name: "Me Paul Leroy", Email: "paul@delmas.example", Role: authz.Admin, Language: i18n.French})
	must(err)
	if card.Person != other {
		t.Fatal("two people of one mailbox")
	}
	must(h.Firms.Publish(t.Context(), authz.Actor{Person: other, Firm: founded.Firm, Role: authz.Admin, Via: authz.ViaPassword}, "Un.\n\nDeux.", firm.Everyone))

	asked := path + "/charter?next=" + url.QueryEscape(path)
	admin.Get(path).Answers(t, http.StatusSeeOther, asked)
	admin.Post(path+"/spaces/new").Answers(t, http.StatusForbidden, "").One("main").Says("accord sur la charte")
	page := admin.Get(asked).Answers(t, http.StatusOK, "")
	if got := len(page.All("article p")); got != 2 {
		t.Errorf("%d paragraphs", got)
	}
	page.One("form input[name=next]").Is("value", path)
	page.One("button[value=decline]")
	admin.Get(path+"/charter/edit").Answers(t, http.StatusOK, "").One("main").Says("Me Paul Leroy")
	admin.Post(path+"/charter", "version", "7", "answer", "accept", "next", path).Answers(t, http.StatusSeeOther, asked)
	admin.Post(path+"/charter", "version", "1", "answer", "decline", "next", path).Answers(t, http.StatusSeeOther, path+"?done=charter_declined")
	admin.Get(path).Answers(t, http.StatusSeeOther, "/in")
	admin.Post(path+"/spaces/new").Answers(t, http.StatusForbidden, "")
	page = admin.Get(path + "/charter")
	page.Lacks("button[value=decline]")
	page.One("main").Says("Vous n’avez pas accepté")
	admin.Post(path+"/charter", "version", "1", "answer", "accept", "next", "https://evil.example/").Answers(t, http.StatusSeeOther, path+"/charter?done=charter_accepted")
	admin.Get(path + "/charter").Lacks("form[method=post] button[value=accept]")
	admin.Post(path+"/spaces/new").Answers(t, http.StatusUnprocessableEntity, "")
}
