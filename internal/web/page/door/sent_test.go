package door_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/i18n"
	"cenacle/internal/invitation"
	"cenacle/internal/mail"
)

// post keeps the last mail, or fails.
type post struct {
	last mail.Message
	n    int
	fail error
}

func (p *post) Send(_ context.Context, m mail.Message) error {
	if p.fail == nil {
		p.last, p.n = m, p.n+1
	}
	return p.fail
}

// TestCodeSentPage: who came by a link is led to where a code is sent to her, by a gesture
// alone; what opens nothing is one calm page with one way on; the right one leads her back to
// the page that she wanted.
func TestCodeSentPage(t *testing.T) {
	h := open(t)
	catalog := i18n.Load()
	composer, err := mail.NewComposer(catalog, mail.Sending{Base: &url.URL{Scheme: "https", Host: "espace.example"}, From: "espace@cabinet.example"})
	h.must(err)
	p := &post{}
	h.Invitations.Through(invitation.Post{Composer: composer, Mails: p})
	b := h.Browser()
	b.Post(h.link(h.space, h.client)).Answers(t, http.StatusSeeOther, h.spacePath())
	b.Get("/account/code").Answers(t, http.StatusSeeOther, "/enter") // nothing demands one
	h.must(h.Lifecycle.SetDemand(t.Context(), h.by, h.space, authz.Confirmed))

	wanted := h.spacePath() + "?a=1&b=2"
	at := "/account/code?next=" + url.QueryEscape(wanted)
	b.Get(wanted).Answers(t, http.StatusSeeOther, at)
	if refused := b.Post(h.spacePath()); refused.Status != http.StatusForbidden {
		t.Errorf("a form is answered with %d", refused.Status)
	}
	page := b.Get(at)
	page.One("h1").Says("Un code vous est demandé")
	page.One("main").Says("c•••@mail.example")
	page.Lacks("input[name=code]")
	if p.n != 0 {
		t.Fatalf("a page sent %d mails", p.n)
	}
	p.fail = errors.New("down")
	failed := b.Post("/account/code/send", "next", wanted)
	if failed.Status != http.StatusServiceUnavailable {
		t.Errorf("no post: %d", failed.Status)
	}
	failed.One(".notice").Says("n’a pas pu partir")
	failed.One("form[action='/account/code/send'] button").Says("Réessayer")
	failed.Lacks("input[name=code]")
	p.fail = nil
	b.Post("/account/code/send", "next", wanted).Answers(t, http.StatusSeeOther, at)
	page = b.Get(at)
	page.One("h1").Says("Un code vous est envoyé")
	page.One("input[name=code][inputmode=numeric][autocomplete=one-time-code]")
	code := regexp.MustCompile(`\b[0-9]{6}\b`).FindString(p.last.Text)
	wrong := "000000"
	if wrong == code {
		wrong = "000001"
	}
	var bodies []string
	for _, typed := range []string{wrong, "", "abc"} {
		back := b.Post("/account/code", "code", typed, "next", wanted)
		if back.Status != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", typed, back.Status)
		}
		back.One(".field-error").Says("n’ouvre rien")
		bodies = append(bodies, back.One("main").Text())
	}
	if bodies[0] != bodies[1] || bodies[0] != bodies[2] {
		t.Errorf("a wrong code reads otherwise than none: %q", bodies)
	}
	b.Get(h.spacePath()).Answers(t, http.StatusSeeOther, "/account/code?next="+url.QueryEscape(h.spacePath()))
	account := b.Get("/account")
	account.Lacks("form[action='/account/password']")
	account.One("main").Says("demande un code en plus du lien")
	b.Get("/account/factors").One(".notice").Says("demande un code en plus du lien")
	b.Post("/account/code", "code", code, "next", wanted).Answers(t, http.StatusSeeOther, wanted)
	b.Get("/account").One("form[action='/account/password']")
	b.Get(at).Answers(t, http.StatusSeeOther, wanted)

	c := h.Browser()
	c.Post(h.link(h.space, h.client)).Answers(t, http.StatusSeeOther, h.spacePath())
	void := c.Post("/account/code", "code", code, "next", "https://elsewhere.example/")
	if void.Status != http.StatusUnprocessableEntity { // none was sent to this one: the same page
		t.Errorf("%d", void.Status)
	}
	void.One(".door-act input[name=next][value='/enter']")
	for range 4 { // the one that did not leave is not counted
		c.Post("/account/code/send").Answers(t, http.StatusSeeOther, "/account/code?next=%2Fenter")
	}
	late := c.Post("/account/code/send")
	if late.Status != http.StatusTooManyRequests {
		t.Errorf("the sixth of the hour: %d", late.Status)
	}
	late.One(".notice")
}
