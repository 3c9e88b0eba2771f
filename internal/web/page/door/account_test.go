package door_test

import (
	"net/http"
	"testing"

	"cenacle/internal/account"
	"cenacle/internal/token"
	"cenacle/internal/web/webtest"
)

// visitor comes by her link.
func (h house) visitor() (b *webtest.Browser) {
	h.T.Helper()
	b = h.Browser()
	b.Post(h.link(h.space, h.client)).Answers(h.T, http.StatusSeeOther, h.spacePath())
	return b
}

func TestVisitorMayChooseAPassword(t *testing.T) {
	h := open(t)
	b, elsewhere := h.visitor(), h.visitor()
	page := b.Get("/account").Answers(t, http.StatusOK, "")
	page.One("main").Says("Un mot de passe est facultatif")
	page.One("main").Says(clientEmail)
	page.One(".crumbs a[href=/enter]")
	page.Lacks("input[name=current]")
	page.Lacks("details[open] input[name=password]")
	page = b.Post("/account/password", "password", "Claire Petit Claire Petit").Answers(t, http.StatusUnprocessableEntity, "")
	page.One("details[open] #f-password[autofocus]").Is("aria-invalid", "true")
	page.One("nav.languages a[lang=en]").Is("href", "/language/en?next=%2Faccount")
	b.Post("/account/password", "password", other).Answers(t, http.StatusSeeOther, "/account?done=password_chosen")
	page = b.Get("/account?done=password_chosen").Answers(t, http.StatusOK, "")
	page.One("#flash").Says("enregistré")
	page.One("details input[name=current][autocomplete=current-password]")
	elsewhere.Get("/account").Answers(t, http.StatusSeeOther, "/signin?next=%2Faccount")
	h.Browser().Post("/signin", "email", clientEmail, "password", other).Answers(t, http.StatusSeeOther, "/enter")

	page = b.Post("/account/password", "current", password, "password", "une autre phrase bien à moi").Answers(t, http.StatusUnprocessableEntity, "")
	page.One("#f-current-error")
	page.Lacks("#f-password-error")
	page = b.Post("/account/password", "current", other, "password", "court").Answers(t, http.StatusUnprocessableEntity, "")
	page.One("#f-password-error")
	page.Lacks("#f-current-error")
	b.Post("/account/password", "current", other, "password", "une autre phrase bien à moi").Answers(t, http.StatusSeeOther, "/account?done=password_chosen")
}

func TestSessionsEnd(t *testing.T) {
	h := open(t)
	b, first, second := h.visitor(), h.visitor(), h.visitor()
	page := b.Get("/account").Answers(t, http.StatusOK, "")
	if n := len(page.All("li.session")); n != 3 {
		t.Fatalf("%d sessions, want 3", n)
	}
	page.One(".session .badge").Says("Cet appareil")
	page.Has(".session time")
	var others []string
	var mine string
	for _, s := range page.All("li.session") {
		s.Says("127.0.0.1")
		s.Says("Par un lien reçu")
		end := s.One("form").Attr("action")
		if len(s.All(".badge")) > 0 {
			mine = end
		} else {
			others = append(others, end)
		}
	}
	second.Post(mine).Answers(t, http.StatusSeeOther, "/account?done=session_ended")
	b.Get("/account").Answers(t, http.StatusSeeOther, "/signin?next=%2Faccount")
	stranger := h.Browser()
	stranger.Post("/signin", "email", founderEmail, "password", password).Answers(t, http.StatusSeeOther, "/enter")
	for _, end := range others {
		stranger.Post(end).Answers(t, http.StatusNotFound, "")
	}
	first.Post("/account/signout").Answers(t, http.StatusSeeOther, "/signin?done=signed_out_everywhere")
	for _, who := range []*webtest.Browser{first, second} {
		who.Get("/account").Answers(t, http.StatusSeeOther, "/signin?next=%2Faccount")
	}
	stranger.Get("/account").Answers(t, http.StatusOK, "")
}

func TestEndingOnesOwnSessionSignsOut(t *testing.T) {
	h := open(t)
	b := h.visitor()
	b.Post(b.Get("/account").One("li.session form").Attr("action")).Answers(t, http.StatusSeeOther, "/signin?done=signed_out")
	b.Get("/account").Answers(t, http.StatusSeeOther, "/signin?next=%2Faccount")
}

func TestEnterAsksOnlyWhereThereIsAChoice(t *testing.T) {
	h := open(t)
	b := h.Browser()
	b.Post("/signin", "email", founderEmail, "password", password).Answers(t, http.StatusSeeOther, "/enter")
	b.Get("/enter").Answers(t, http.StatusSeeOther, "/f/"+string(h.by.Firm))
	_, session, err := h.Accounts.SignIn(t.Context(), founderEmail, password, account.Source{})
	h.must(err)
	second, err := h.Lifecycle.OpenFirm(t.Context(), session, "Médiation Delmas", "Hélène Delmas")
	h.must(err)
	page := b.Get("/enter").Answers(t, http.StatusOK, "")
	page.One("main a[href=/f/" + string(h.by.Firm) + "]").Says("Cabinet Delmas & Associés")
	page.One("main a[href=/f/" + string(second.Firm) + "]").Says("Médiation Delmas")
	b.Get("/account").Answers(t, http.StatusOK, "").Has("main a[href=/f/" + string(second.Firm) + "]")
}

// TestPasswordAndPrograms: a new password ends the accesses of programs unless
// they are kept; signing out everywhere does not, and says so.
func TestPasswordAndPrograms(t *testing.T) {
	h := open(t)
	b := h.Browser()
	signIn := func(word string) {
		t.Helper()
		b.Post("/signin", "email", founderEmail, "password", word).Answers(t, http.StatusSeeOther, "/enter")
	}
	signIn(password)
	page := b.Get("/account").Answers(t, http.StatusOK, "")
	page.Lacks("input[name=keep]")
	page.One("main a[href=/f/" + string(h.by.Firm) + "/programs]").Says("Accès des logiciels")
	h.visitor().Get("/account").Answers(t, http.StatusOK, "").Lacks("#programs")

	text, _, err := h.Tokens.Issue(t.Context(), h.by, token.New{Use: token.API, Name: "Sauvegarde"})
	h.must(err)
	opens := func(want bool) {
		t.Helper()
		if _, err := h.Tokens.Enter(t.Context(), text, token.API, account.Source{}); (err == nil) != want {
			t.Errorf("the program enters: %v, want %v", err, want)
		}
	}
	page = b.Get("/account").Answers(t, http.StatusOK, "")
	page.One("input[name=keep]")
	page.Lacks("input[name=keep][checked]")
	page.One("#leave").Says("Les accès donnés à des logiciels continuent")
	page = b.Post("/account/password", "current", password, "password", "court", "keep", "1").Answers(t, http.StatusUnprocessableEntity, "")
	page.One("input[name=keep][checked]")
	opens(true)
	b.Post("/account/password", "current", password, "password", other, "keep", "1").Answers(t, http.StatusSeeOther, "/account?done=password_chosen")
	opens(true)
	b.Post("/account/signout").Answers(t, http.StatusSeeOther, "/signin?done=signed_out_everywhere")
	opens(true)
	signIn(other)
	b.Post("/account/password", "current", other, "password", password).Answers(t, http.StatusSeeOther, "/account?done=password_chosen")
	opens(false)
	b.Get("/account").Answers(t, http.StatusOK, "").Lacks("input[name=keep]")
}
