package door_test

import (
	"net/http"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
)

// agreement is the path that the mailbox of an identity that is to end is sent.
func (h house) agreement(former id.Person) string {
	h.T.Helper()
	m, err := h.Accounts.Merge(h.T.Context(), former)
	h.must(err)
	token, _, err := h.Accounts.IssueMerge(h.T.Context(), former, m.ID)
	h.must(err)
	return lifecycle.MergePath(token)
}

// guest lets somebody into the space, and has her choose a password.
func (h house) guest(email string) (id.Person, string) {
	h.T.Helper()
	p, err := h.Lifecycle.AddGuest(h.T.Context(), h.by, h.space, lifecycle.Guest{Name: "Marc Roy", Email: email, Role: authz.Guest})
	h.must(err)
	return p, email
}

// TestMergePages: she shows the one that she keeps, then the other in the same browser, sees
// what passes, and its mailbox agrees by a gesture; the browser with the other is out.
func TestMergePages(t *testing.T) {
	h := open(t)
	const former = "marc@ailleurs.example"
	card := h.colleague("paul@delmas.example")
	marc, _ := h.guest(former)
	b := h.Browser()
	b.Post(h.link("", card.Person), "password", other)
	page := b.Get("/account")
	page.One("#merge")
	page.One("a[href=/account/merge]")
	b.Get("/account/merge").One("form[action=/account/merge]")

	// One of the firm's own people does not become one of its guests.
	b.Post("/account/merge").Answers(t, http.StatusSeeOther, "/account/merge")
	b.Get("/account/merge").One("main").Says("paul@delmas.example")
	b.Post(h.link(h.space, marc)).Answers(t, http.StatusSeeOther, h.spacePath())
	page = b.Get("/account/merge")
	page.Lacks("form[action=/account/merge/confirm]")
	page.One("main").Says("ne peuvent pas se confondre")
	b.Post("/account/merge/confirm").Answers(t, http.StatusConflict, "").One("main").Says("Rien n’a changé")

	// The guest chooses a password, and has another identity elsewhere.
	b.Post("/account/password", "password", other).Answers(t, http.StatusSeeOther, "/account?done=password_chosen")
	b.Post("/account/merge").Answers(t, http.StatusSeeOther, "/account/merge")
	b.Get("/account/merge").One("main").Says(former)
	second, _ := h.guest("m.roy@exemple.fr")
	b.Post(h.link(h.space, second)).Answers(t, http.StatusSeeOther, h.spacePath())
	page = b.Get("/account/merge")
	page.One("main").Says("m.roy@exemple.fr")
	page.One("main").Says("1 espace")
	page.One("#then")
	h.Clock.Advance(6 * time.Minute)
	b.Post("/account/merge/confirm").Answers(t, http.StatusSeeOther, "/account/merge?done=merger_asked")
	page = b.Get("/account/merge")
	page.One("form[action=/account/merge/cancel]")
	page.Lacks("form[action=/account/merge/confirm]")
	b.Post("/account/merge/cancel").Answers(t, http.StatusSeeOther, "/account?done=merger_kept")
	b.Get("/account/merge").Lacks("form[action=/account/merge/cancel]")
	b.Post("/account/merge/confirm").Answers(t, http.StatusUnauthorized, "").One("main").Says("déjà servi") // its challenge is used up

	h.Clock.Advance(2 * time.Hour)
	b.Post("/signin", "email", former, "password", other).Answers(t, http.StatusSeeOther, "/enter")
	b.Post("/account/merge").Answers(t, http.StatusSeeOther, "/account/merge")
	b.Post(h.link(h.space, second)).Answers(t, http.StatusSeeOther, h.spacePath())
	h.Clock.Advance(6 * time.Minute)
	b.Post("/account/merge/confirm").Answers(t, http.StatusSeeOther, "/account/merge?done=merger_asked")
	agree := h.agreement(second)
	for range 3 {
		h.Browser().Head(agree).Answers(t, http.StatusOK, "")
		h.Browser().Get(agree).Answers(t, http.StatusOK, "").One("main").Says("m.roy@exemple.fr")
	}
	h.Browser().Post(agree, "do", "confirm").Answers(t, http.StatusOK, "").One("h1").Says("n’en font plus qu’un")
	h.Browser().Get(agree).Answers(t, http.StatusGone, "").One("h1").Says("n’ouvre plus rien")
	b.Get("/account").Answers(t, http.StatusSeeOther, "/signin?next=%2Faccount")
	for _, nothing := range []string{"/r/x", "/r/" + account.NewToken()} {
		h.Browser().Get(nothing).Answers(t, http.StatusGone, "")
		h.Browser().Post(nothing, "do", "confirm").Answers(t, http.StatusGone, "")
		h.Browser().Post(nothing, "do", "refuse").Answers(t, http.StatusGone, "")
	}
}

// TestMergeByLink: who has just used a link that was mailed there, and has nothing better,
// is asked nothing more, and is out; another browser has nothing of what this one was shown.
func TestMergeByLink(t *testing.T) {
	h := open(t)
	marc, former := h.guest("marc@ailleurs.example")
	second, _ := h.guest("m.roy@exemple.fr")
	b := h.Browser()
	b.Post(h.link(h.space, marc))
	b.Get("/account/merge").Lacks("form[action=/account/merge]")
	b.Post("/account/merge").Answers(t, http.StatusForbidden, "")
	b.Post("/account/password", "password", other)
	b.Post("/account/merge")
	elsewhere := h.Browser()
	elsewhere.Post(h.link(h.space, second))
	elsewhere.Post("/account/merge/confirm").Answers(t, http.StatusUnauthorized, "")
	b.Post(h.link(h.space, second))
	b.Post("/account/merge/confirm").Answers(t, http.StatusOK, "").One("h1").Says("n’en font plus qu’un")
	b.Get("/account").Answers(t, http.StatusSeeOther, "/signin?next=%2Faccount")
	elsewhere.Get("/account").Answers(t, http.StatusSeeOther, "/signin?next=%2Faccount")
	b.Post("/signin", "email", former, "password", other).Answers(t, http.StatusSeeOther, "/enter")
	h.Clock.Advance(6 * time.Minute)
	b.Post("/account/merge").Answers(t, http.StatusForbidden, "").One("form[action=/account/prove]")
}
