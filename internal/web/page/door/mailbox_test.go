package door_test

import (
	"net/http"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/id"
)

// mailed is the path that one of the two mailboxes is sent.
func (h house) mailed(of id.Person, side account.Side) string {
	h.T.Helper()
	m, err := h.Accounts.Moving(h.T.Context(), of)
	h.must(err)
	token, _, err := h.Accounts.IssueMove(h.T.Context(), of, m.ID, side)
	h.must(err)
	return "/e/" + token
}

// TestMailboxPages: she asks, each mailbox confirms by a gesture and never by looking, and
// she signs in with the new one.
func TestMailboxPages(t *testing.T) {
	h := open(t)
	h.Browser().Post(h.link(h.space, h.client)).Answers(t, http.StatusSeeOther, h.spacePath())
	card := h.colleague("paul@delmas.example")
	b := h.Browser()
	b.Post(h.link("", card.Person), "password", other)
	b.Get("/account").One("#mailbox")
	b.Post("/account/mailbox", "email", "paul").Answers(t, http.StatusUnprocessableEntity, "").One("#f-mailbox-error")
	b.Post("/account/mailbox", "email", "PAUL@delmas.example").Answers(t, http.StatusUnprocessableEntity, "").One("#f-mailbox-error").Says("déjà votre adresse")
	b.Post("/account/mailbox", "email", "paul@ailleurs.example").Answers(t, http.StatusSeeOther, "/account?done=mailbox_asked")
	page := b.Get("/account")
	page.One("form[action=/account/mailbox/cancel]")
	page.One("main").Says("paul@ailleurs.example")

	there, here := h.mailed(card.Person, account.NewMailbox), h.mailed(card.Person, account.OldMailbox)
	for range 3 {
		h.Browser().Head(there).Answers(t, http.StatusOK, "")
		h.Browser().Get(there).Answers(t, http.StatusOK, "").Silent("paul@delmas.example", "Leroy")
	}
	h.Browser().Get(here).One("main").Says("paul@ailleurs.example")
	h.Browser().Post(there, "do", "confirm").Answers(t, http.StatusOK, "").One("h1").Says("C’est confirmé")
	h.Browser().Get(there).Answers(t, http.StatusGone, "").One("h1").Says("n’ouvre plus rien")
	b.Get("/account").One("main").Says("La nouvelle adresse a confirmé")
	h.Browser().Post(here, "do", "confirm").Answers(t, http.StatusOK, "").One("h1").Says("Votre adresse a changé")
	b.Get("/account").Answers(t, http.StatusSeeOther, "/signin?next=%2Faccount")
	b.Post("/signin", "email", "paul@delmas.example", "password", other).Answers(t, http.StatusUnauthorized, "")
	b.Post("/signin", "email", "paul@ailleurs.example", "password", other).Answers(t, http.StatusSeeOther, "/enter")

	h.Clock.Advance(6 * time.Minute)
	b.Post("/account/mailbox", "email", "paul@delmas.example").Answers(t, http.StatusForbidden, "").One("form[action=/account/prove]")
	for _, nothing := range []string{"/e/x", "/e/" + account.NewToken()} {
		h.Browser().Get(nothing).Answers(t, http.StatusGone, "")
		h.Browser().Post(nothing, "do", "confirm").Answers(t, http.StatusGone, "")
	}
}

// TestMailboxIsKept: refused from the former, withdrawn by herself; who came by a link is
// not asked.
func TestMailboxIsKept(t *testing.T) {
	h := open(t)
	linked := h.Browser()
	linked.Post(h.link(h.space, h.client)).Answers(t, http.StatusSeeOther, h.spacePath())
	linked.Get("/account").Lacks("#mailbox")
	linked.Post("/account/mailbox", "email", "x@ailleurs.example").Answers(t, http.StatusForbidden, "")
	card := h.colleague("paul@delmas.example")
	b := h.Browser()
	b.Post(h.link("", card.Person), "password", other)
	b.Post("/account/mailbox", "email", "eve@ailleurs.example").Answers(t, http.StatusSeeOther, "/account?done=mailbox_asked")
	here := h.mailed(card.Person, account.OldMailbox)
	h.Browser().Post(here, "do", "refuse").Answers(t, http.StatusOK, "").One("h1").Says("refusé")
	b.Get("/account").Lacks("form[action=/account/mailbox/cancel]")
	b.Post("/account/mailbox", "email", "eve@ailleurs.example")
	b.Post("/account/mailbox/cancel").Answers(t, http.StatusSeeOther, "/account?done=mailbox_kept")
	b.Get("/account").Lacks("form[action=/account/mailbox/cancel]")
}
