package door_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"cenacle/internal/web/webtest"
)

// TestProve: what is grave asks a browser that was left open to show again who
// sits before it, keeps what she wrote, and is done once, by a new session.
func TestProve(t *testing.T) {
	h := open(t)
	b := h.Browser()
	signedIn := func() {
		if page := b.Post("/signin", "email", founderEmail, "password", password); page.Status != http.StatusSeeOther {
			t.Fatalf("signing in answers %d", page.Status)
		}
	}
	signedIn()
	people := "/f/" + string(h.by.Firm) + "/people"
	form := []string{"name", "Me Paul Leroy", "email", "paul@delmas.example"}
	if page := b.Post(people, "name", "Me Anne Roy", "email", "anne@delmas.example"); page.Location != "/done" {
		t.Fatalf("right after signing in: %d", page.Status)
	}
	h.Clock.Advance(6 * time.Minute)
	page := b.Post(people, form...)
	asked(t, page, http.StatusForbidden)
	for _, wrong := range []string{"", "une autre phrase"} {
		page = b.Post("/account/prove", kept(page, "current", wrong)...)
		asked(t, page, http.StatusUnprocessableEntity)
		page.One("#f-current-error")
	}
	page = b.Post("/account/prove", kept(page, "current", password)...)
	if page.Status != http.StatusTemporaryRedirect || page.Location != people {
		t.Fatalf("the right password: %d to %q", page.Status, page.Location)
	}
	if page = b.Post(people, form...); page.Location != "/done" { // as a browser does on 307
		t.Fatalf("once proven: %d", page.Status)
	}
	if n := len(h.sessions()); n != 1 {
		t.Errorf("%d sessions, want the new one in the place of the old", n)
	}
}

// TestProveForAFile: whoever is stopped at a file proves, and goes back to the page
// of it; a script is told and shown nothing.
func TestProveForAFile(t *testing.T) {
	h := open(t)
	b := h.Browser()
	b.Post("/signin", "email", founderEmail, "password", password)
	paper := h.spacePath() + "/documents/d"
	file := paper + "/versions/v/file"
	b.Get(file).Answers(t, http.StatusSeeOther, "/taken")
	h.Clock.Advance(6 * time.Minute)
	page := b.Get(file).Answers(t, http.StatusForbidden, "")
	page.One("h1").Says("Confirmez que c’est bien vous")
	page = b.Post("/account/prove", kept(page, "current", "une autre phrase")...).Answers(t, http.StatusUnprocessableEntity, "")
	b.Post("/account/prove", kept(page, "current", password)...).Answers(t, http.StatusSeeOther, paper+"?done=proven")
	b.Get(file).Answers(t, http.StatusSeeOther, "/taken")
}

// TestProveBeforeAFile: a file that was sent does not wait; she goes back to the page
// where she chose it.
func TestProveBeforeAFile(t *testing.T) {
	h := open(t)
	b := h.Browser()
	b.Post("/signin", "email", founderEmail, "password", password)
	h.Clock.Advance(6 * time.Minute)
	people := "/f/" + string(h.by.Firm) + "/people"
	page := b.Upload(people, "file", "liste.json", "{}").Answers(t, http.StatusForbidden, "")
	page.One(".door").Says("vous choisirez le fichier de nouveau")
	b.Post("/account/prove", kept(page, "current", password)...).Answers(t, http.StatusSeeOther, people+"?done=proven")
}

// TestProveLeadsNowhereElse: what waited is of this site, and is no proof itself.
func TestProveLeadsNowhereElse(t *testing.T) {
	h := open(t)
	b := h.Browser()
	b.Post("/signin", "email", founderEmail, "password", password)
	for _, path := range []string{"", "https://elsewhere.example/", "//elsewhere.example/", "/account/prove"} {
		for _, field := range []string{"prove-for", "prove-see"} {
			if page := b.Post("/account/prove", field, path, "current", password); page.Status != http.StatusNotFound {
				t.Errorf("%s %q: %d", field, path, page.Status)
			}
		}
	}
	if page := h.Browser().Post("/account/prove", "prove-for", "/enter", "current", password); page.Status == http.StatusTemporaryRedirect {
		t.Error("a stranger proves something")
	}
}

// TestProveWithoutPassword: who has none is asked for none.
func TestProveWithoutPassword(t *testing.T) {
	h := open(t)
	page := h.visitor().Post("/account/prove", "prove-for", "/enter", "name", "Me Paul Leroy", "current", password)
	if page.Status < 400 || page.Status >= 500 {
		t.Fatalf("answered %d to %q", page.Status, page.Location)
	}
	page.One("h1").Says("Confirmez que c’est bien vous")
	page.Lacks("input[type=password]")
	page.One(".notice-danger")
	page.One("a[href='/enter'].button")
}

// asked checks the page that asks for the proof.
func asked(t *testing.T, page webtest.Page, status int) {
	t.Helper()
	if page.Status != status {
		t.Fatalf("answered %d, want %d", page.Status, status)
	}
	page.One("h1").Says("Confirmez que c’est bien vous")
	page.One("input[name=name]").Is("value", "Me Paul Leroy")
	page.One("input[name=email]").Is("value", "paul@delmas.example")
	if page.One("input[type=password]").Attr("value") != "" {
		t.Error("the page repeats a password")
	}
}

// kept is the form of that page as a browser sends it, with more.
func kept(page webtest.Page, more ...string) []string {
	form := url.Values{}
	for _, in := range page.All("form[action='/account/prove'] input[type=hidden]") {
		form.Add(in.Attr("name"), in.Attr("value"))
	}
	for name, values := range form {
		for _, v := range values {
			more = append(more, name, v)
		}
	}
	return more
}
