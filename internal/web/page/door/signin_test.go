package door_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/store"
	"cenacle/internal/web/webtest"
)

func TestSignInLeadsOn(t *testing.T) {
	h := open(t)
	b := h.Browser()
	page := b.Get("/signin").Answers(t, http.StatusOK, "")
	page.One("form[action=/signin] input[name=email][autocomplete=username][autofocus]")
	page.One("form[action=/signin] c-reveal input[type=password][autocomplete=current-password]")
	page.One("form[action=/signin/link] input[name=email]")
	page.Lacks("input[name=next]")
	b.Get("/account").Answers(t, http.StatusSeeOther, "/signin?next=%2Faccount")
	b.Post("/signin", "email", " Helene@Delmas.example", "password", password, "next", "/account").Answers(t, http.StatusSeeOther, "/account")
	b.Get("/account").Answers(t, http.StatusOK, "")
	b.Get("/signin").Answers(t, http.StatusSeeOther, "/enter")
	b.Get("/enter").Answers(t, http.StatusSeeOther, "/f/"+string(h.by.Firm))
	b.Post("/signout").Answers(t, http.StatusSeeOther, "/signin?done=signed_out")
	b.Get("/signin?done=signed_out").One("#flash").Says("session est fermée")
	b.Get("/account").Answers(t, http.StatusSeeOther, "/signin?next=%2Faccount")
}

func TestSignInLeadsNowhereElse(t *testing.T) {
	h := open(t)
	b := h.Browser()
	abroad := []string{"//evil.example", `/\evil.example`, "https://evil.example/", "javascript:alert(1)", "/\t/evil.example", "/%2Fevil.example", "evil", "/\r\nX: y"}
	for _, next := range abroad {
		b.Get("/signin?next="+url.QueryEscape(next)).Answers(t, http.StatusOK, "").Lacks("input[name=next]")
	}
	page := b.Get("/signin?next=" + url.QueryEscape("/f/1?a=b"))
	page.One("form[action=/signin] input[name=next]").Is("value", "/f/1?a=b")
	b.Post("/signin", "email", founderEmail, "password", password, "next", abroad[0]).Answers(t, http.StatusSeeOther, "/enter")
	for _, next := range abroad {
		b.Get("/signin?next="+url.QueryEscape(next)).Answers(t, http.StatusSeeOther, "/enter")
	}
	b.Get("/signin?next="+url.QueryEscape("/f/1?a=b")).Answers(t, http.StatusSeeOther, "/f/1?a=b")
}

func TestSignInTellsNobodyWhoIsKnown(t *testing.T) {
	h := open(t)
	for _, path := range []string{"/signin", "/signin/link"} {
		answers := map[string]string{}
		for _, address := range []string{founderEmail, clientEmail, "nobody@nowhere.example"} {
			page := h.Browser().Post(path, "email", address, "password", "ce n’est pas le bon mot de passe")
			answers[address] = http.StatusText(page.Status) + page.Location + strings.ReplaceAll(page.Body, address, "ADDRESS")
			if path == "/signin" {
				page.Answers(t, http.StatusUnauthorized, "")
				page.One("#f-email").Is("value", address)
				page.One("#f-password[autofocus]").Is("aria-describedby", "f-password-error")
				page.Lacks("#f-password[value]")
			}
		}
		if answers[founderEmail] != answers["nobody@nowhere.example"] || answers[clientEmail] != answers["nobody@nowhere.example"] {
			t.Errorf("%s answers differ: %q", path, answers)
		}
	}
	page := h.Browser().Post("/signin/link", "email", "nobody@nowhere.example").Answers(t, http.StatusSeeOther, "/signin?sent=address")
	h.Browser().Get(page.Location).One("main").Says("Si cette adresse est connue, un message vient de partir.")
}

func TestSignInComesBackFilled(t *testing.T) {
	h := open(t)
	page := h.Browser().Post("/signin", "email", "no address", "password", password, "next", "/account").Answers(t, http.StatusUnprocessableEntity, "")
	page.One("#f-email[autofocus]").Is("value", "no address")
	page.One("#f-email-error")
	page.One("form[action=/signin] input[name=next]").Is("value", "/account")
	page.Lacks("#f-address-error")
	page = h.Browser().Post("/signin/link", "email", "no address").Answers(t, http.StatusUnprocessableEntity, "")
	page.One("#f-address[autofocus]").Is("value", "no address")
	page.Lacks("#f-email-error")
	page.One("nav.languages a[lang=en]").Is("href", "/language/en?next=%2Fsignin")
}

func TestSignInIsBraked(t *testing.T) {
	h := open(t)
	try := func() webtest.Page { return h.Browser().Post("/signin", "email", founderEmail, "password", "faux") }
	for range 10 {
		try().Answers(t, http.StatusUnauthorized, "")
	}
	page := try().Answers(t, http.StatusTooManyRequests, "")
	page.One("#f-email").Is("value", founderEmail)
	if page.Header.Get("Retry-After") == "" {
		t.Error("429 does not say when to come back")
	}
	h.Clock.Advance(2 * time.Hour)
	h.Browser().Post("/signin", "email", founderEmail, "password", password).Answers(t, http.StatusSeeOther, "/enter")
}

// TestStrangeBrowserIsTold: the first sign-in from a browser is written down and
// plans a mail, the next ones do not; the founder's own browser is known.
func TestStrangeBrowserIsTold(t *testing.T) {
	h := open(t)
	planned := func(want int) {
		t.Helper()
		lines, jobs := 0, 0
		h.must(h.Office.See(t.Context(), h.by.Firm, func(a *act.Act) error {
			return a.Row(countDeviceNotices, nil, &lines, &jobs)
		}))
		if lines != want || jobs != min(want, 1) {
			t.Errorf("%d lines and %d jobs, want %d lines", lines, jobs, want)
		}
	}
	b := h.Browser()
	b.Post("/signin", "email", founderEmail, "password", other)
	planned(0) // whoever guesses makes nobody anxious
	b.Post("/signin", "email", founderEmail, "password", password).Answers(t, http.StatusSeeOther, "/enter")
	planned(1)
	b.Post("/signout")
	b.Post("/signin", "email", founderEmail, "password", password).Answers(t, http.StatusSeeOther, "/enter")
	planned(1)
	h.Browser().Post("/signin", "email", founderEmail, "password", password)
	planned(2)
	mine := h.Browser()
	mine.Post("/signup", "firm", "Cabinet Ortie", "name", "Me Yann Ortie", "email", "yann@ortie.example", "password", "sept mouettes boudent encore le phare blanc")
	mine.Post("/signout")
	mine.Post("/signin", "email", "yann@ortie.example", "password", "sept mouettes boudent encore le phare blanc").Answers(t, http.StatusSeeOther, "/enter")
	planned(2)
}

var countDeviceNotices = store.ForFirm(`
select (select count(*) from journal_entry where firm_id = $1 and kind = 'device.met'),
  (select count(*) from job where firm_id = $1 and kind = 'notice.device')`)
