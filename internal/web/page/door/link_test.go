package door_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cenacle/internal/invitation"
)

func TestLinkOpensByAGestureAlone(t *testing.T) {
	h := open(t)
	path := h.link(h.space, h.client)
	scanner := h.Browser()
	for range 2 {
		scanner.Head(path).Answers(t, http.StatusOK, "")
		scanner.Get(path).Answers(t, http.StatusOK, "")
	}
	b := h.Browser()
	page := b.Get(path)
	page.One("h1").Says("Cabinet Delmas & Associés vous attend")
	page.One("main form").Is("action", path)
	page.One("main button").Says("Ouvrir mon espace")
	page.Silent("Claire", "Petit", clientEmail)
	b.Get("/account").Answers(t, http.StatusSeeOther, "/signin?next=%2Faccount")
	b.Post(path).Answers(t, http.StatusSeeOther, h.spacePath())
	b.Get("/enter").Answers(t, http.StatusSeeOther, h.spacePath())

	again := h.Browser().Post(path).Answers(t, http.StatusGone, "")
	again.One("main form").Is("action", path+"/renew")
	again.Lacks("main a[href=/enter]")
	b.Get(path).Answers(t, http.StatusGone, "").One("main a[href=/enter]")
}

func TestSpentLinksLookAlike(t *testing.T) {
	h := open(t)
	used, expired := h.link(h.space, h.client), ""
	h.Browser().Post(used).Answers(t, http.StatusSeeOther, h.spacePath())
	expired = h.link(h.space, h.client)
	h.Clock.Advance(invitation.SpaceLife + time.Minute)
	foreign := strings.Replace(used, string(h.by.Firm), "01jd"+strings.Repeat("0", 22), 1)
	seen := map[string]string{}
	for _, path := range []string{used, expired, h.unknown(), foreign, "/l/nothing/at-all", "/p/" + strings.TrimPrefix(h.unknown(), "/l/")} {
		page := h.Browser().Get(path).Answers(t, http.StatusGone, "")
		page.One("main button").Says("Recevoir un nouveau lien")
		rest := strings.TrimPrefix(strings.TrimPrefix(path, "/l/"), "/p/")
		body := strings.ReplaceAll(page.Body, "/l/"+rest, "PATH")
		seen[strings.ReplaceAll(body, strings.ReplaceAll("/l/"+rest, "/", "%2F"), "PATH")] = path
		h.Browser().Post("/l/"+rest).Answers(t, http.StatusGone, "")
	}
	if len(seen) != 1 {
		t.Errorf("%d different pages for spent links: %q", len(seen), seen)
	}
}

func TestRenewTellsNothing(t *testing.T) {
	h := open(t)
	used := h.link(h.space, h.client)
	h.Browser().Post(used).Answers(t, http.StatusSeeOther, h.spacePath())
	for _, path := range []string{used, h.unknown(), "/l/nothing/at-all"} {
		h.Browser().Get(path+"/renew").Answers(t, http.StatusNotFound, "")
		h.Browser().Post(path+"/renew").Answers(t, http.StatusSeeOther, "/signin?sent=link")
	}
	h.Browser().Get("/signin?sent=link").One("main").Says("un message vient de partir")
	for range 4 {
		h.Browser().Post(used+"/renew").Answers(t, http.StatusSeeOther, "/signin?sent=link")
	}
	late := h.Browser().Post(used+"/renew").Answers(t, http.StatusTooManyRequests, "")
	late.One(".notice-danger").Says("Trop de tentatives")
	if late.Header.Get("Retry-After") == "" {
		t.Error("429 does not say when to come back")
	}
}

func TestColleagueChoosesHerPassword(t *testing.T) {
	h := open(t)
	card := h.colleague("paul@delmas.example")
	path := h.link("", card.Person)
	b := h.Browser()
	b.Get("/l/"+strings.TrimPrefix(path, "/p/")).Answers(t, http.StatusSeeOther, path)
	toSpace := strings.TrimPrefix(h.link(h.space, h.client), "/l/")
	b.Get("/p/"+toSpace).Answers(t, http.StatusSeeOther, "/l/"+toSpace)
	page := b.Get(path).Answers(t, http.StatusOK, "")
	page.One("main").Says("Cabinet Delmas & Associés vous invite")
	page.One("input[autocomplete=username]").Is("value", "paul@delmas.example")
	page.One("#f-password[autocomplete=new-password]").Is("aria-describedby", "f-password-hint")
	page.One("#f-password-hint").Says("15 caractères au moins")

	page = b.Post(path, "password", "court").Answers(t, http.StatusUnprocessableEntity, "")
	page.One("#f-password-error").Says("15 caractères")
	page.One("input[autocomplete=username]").Is("value", "paul@delmas.example")
	b.Post(path, "password", other).Answers(t, http.StatusSeeOther, "/f/"+string(h.by.Firm)+"?done=password_chosen")
	b.Get("/enter").Answers(t, http.StatusSeeOther, "/f/"+string(h.by.Firm))
	h.Browser().Post(path, "password", password).Answers(t, http.StatusGone, "")
	h.Browser().Get(path).Answers(t, http.StatusGone, "").One("main form").Is("action", "/l/"+strings.TrimPrefix(path, "/p/")+"/renew")
	h.Browser().Post("/signin", "email", "paul@delmas.example", "password", other).Answers(t, http.StatusSeeOther, "/enter")
}
