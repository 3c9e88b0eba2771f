package door_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestSignUpOpensAFirm(t *testing.T) {
	h := open(t)
	b := h.Browser()
	page := b.Get("/signup").Answers(t, http.StatusOK, "")
	for _, name := range []string{"firm", "name", "email", "password"} {
		page.One("form[action=/signup] input[name=" + name + "][required]")
	}
	page.One("#f-password-hint").Says("15 caractères au moins")
	done := b.Post("/signup", "firm", "Leroy Avocats", "name", "Me Paul Leroy", "email", "paul@leroy.example", "password", other)
	if done.Status != http.StatusSeeOther || !strings.HasPrefix(done.Location, "/f/") || !strings.HasSuffix(done.Location, "?done=firm_opened") {
		t.Fatalf("answer %d to %q", done.Status, done.Location)
	}
	firm, _, _ := strings.Cut(done.Location, "?")
	b.Get("/enter").Answers(t, http.StatusSeeOther, firm)
	b.Get("/signup").Answers(t, http.StatusSeeOther, "/enter")
	if firm == "/f/"+string(h.by.Firm) {
		t.Error("she stands in another's firm")
	}
}

func TestSignUpComesBackFilled(t *testing.T) {
	h := open(t)
	page := h.Browser().Post("/signup", "firm", " ", "name", "Me <Leroy>", "email", "paul", "password", "court").Answers(t, http.StatusUnprocessableEntity, "")
	page.One("#f-name").Is("value", "Me <Leroy>")
	page.One("#f-email").Is("value", "paul")
	page.Lacks("#f-password[value]")
	for _, name := range []string{"firm", "email", "password"} {
		page.One("#f-" + name + "-error")
		page.One(".summary a[href=#f-" + name + "]")
	}
	page.Lacks("#f-name-error")
	page = h.Browser().Post("/signup", "firm", "Deuxième", "name", "Me Delmas", "email", founderEmail, "password", other).Answers(t, http.StatusConflict, "")
	page.One("#f-email-error").Says("connectez-vous")
	page.One("#f-firm").Is("value", "Deuxième")
	page.Has("main a[href=/signin]")
}
