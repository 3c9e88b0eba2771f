package door_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net/http"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/oidc/oidctest"
	"cenacle/internal/provider"
	"cenacle/internal/web/webtest"
)

// vouched has a real provider vouch for the firm's own people.
func (h house) vouched() (*oidctest.Provider, provider.Provider, string) {
	h.T.Helper()
	h.Clock.Advance(time.Since(h.Clock.Now())) // the provider has a clock of its own
	real := oidctest.Start(h.T, map[string]oidctest.Person{
		"paul": {Email: "paul@delmas.example", Verified: true}, "helene": {Email: founderEmail, Verified: true},
	})
	p, err := h.Providers.Register(h.T.Context(), h.by, provider.New{
		Name: "Compte Delmas", Issuer: real.Issuer, Audience: provider.Staff, Domains: "delmas.example", Trusted: true,
	})
	h.must(err)
	door := "/door/" + string(h.by.Firm)
	h.Browser().Get(door).Answers(h.T, http.StatusNotFound, "")
	client, secret := real.Client(h.T, h.Providers.Redirect(h.by.Firm, p.ID))
	h.must(h.Providers.Introduce(h.T.Context(), h.by, p.ID, client, secret))
	return real, p, provider.Path(h.by.Firm, p.ID)
}

// away follows a page that leads to the provider, signs in there, and returns where
// the browser is sent back to.
func away(t *testing.T, page webtest.Page, at *oidctest.Browser, as, back string) string {
	t.Helper()
	page.Answers(t, http.StatusOK, "")
	to := page.One("main a.button-primary").Attr("href")
	if page.Header.Get("Refresh") != "0; url="+to {
		t.Fatalf("the browser is led to %q", page.Header.Get("Refresh"))
	}
	return back + "/back?" + at.SignIn(t, to, as).Encode()
}

// TestProviderLeadsIn goes through the firm's door by its provider, and through what
// such a session may and may not do.
func TestProviderLeadsIn(t *testing.T) {
	h := open(t)
	real, p, path := h.vouched()
	h.colleague("paul@delmas.example")
	b, at := h.Browser(), real.Browser(t)
	door := b.Get("/door/"+string(h.by.Firm)).Answers(t, http.StatusOK, "")
	door.One("main .lead").Says("Cabinet Delmas & Associés")
	door.One("form[action=" + path + "] button").Says("Entrer avec Compte Delmas")
	door.One("form[action=/signin] input[name=password]")
	b.Get(path).Answers(t, http.StatusOK, "").One("main .lead").Says("Cabinet Delmas & Associés vous attend")

	back := away(t, b.Post(path, "next", "/account"), at, "paul", path)
	h.Browser().Get(back).Answers(t, http.StatusUnauthorized, "").One(".notice-danger").Says("La connexion n’a pas abouti")
	b.Head(back).Answers(t, http.StatusUnauthorized, "")
	b.Get(back).Answers(t, http.StatusSeeOther, "/account")
	b.Get(back).Answers(t, http.StatusUnauthorized, "").One("form[action=" + path + "] button")

	page := b.Get("/account").Answers(t, http.StatusOK, "")
	page.One("section[aria-labelledby=vouchers] .session").Says("Compte Delmas")
	page.One("section[aria-labelledby=vouchers] .badge-new").Says("Relié")
	page.One("section[aria-labelledby=sessions] .session").Says("Par le compte de votre organisation")
	if len(page.All("[action$=/tie]")) > 0 {
		t.Error("one provider brings in the next")
	}
	b.Get("/enter").Answers(t, http.StatusSeeOther, "/f/"+string(h.by.Firm))
	b.Post("/account/providers/"+string(h.by.Firm)+"/"+string(p.ID)+"/part").Answers(t, http.StatusSeeOther, "/account?done=provider_parted")
	b.Get("/account").Answers(t, http.StatusSeeOther, "/signin?next=%2Faccount")
}

// TestProviderTiesAndProves: who has a password ties the provider herself; by it she
// shows again that it is she before what is grave, which waits for her.
func TestProviderTiesAndProves(t *testing.T) {
	h := open(t)
	real, p, path := h.vouched()
	chosen, err := h.Accounts.NewPassword(t.Context(), password)
	h.must(err)
	h.must(h.Accounts.SetPassword(t.Context(), h.by.Person, chosen))
	b, at := h.Browser(), real.Browser(t)
	back := away(t, b.Post(path), at, "helene", path)
	b.Get(back).Answers(t, http.StatusUnauthorized, "")
	b.Post("/signin", "email", founderEmail, "password", password).Answers(t, http.StatusSeeOther, "/enter")
	tie := "/account/providers/" + string(h.by.Firm) + "/" + string(p.ID) + "/tie"
	b.Get("/account").One("form[action=" + tie + "] button").Says("Relier")
	b.Get(away(t, b.Post(tie), at, "helene", path)).Answers(t, http.StatusSeeOther, "/account?done=provider_tied")
	b.Post("/signout")
	b.Get(away(t, b.Post(path), at, "helene", path)).Answers(t, http.StatusSeeOther, "/f/"+string(h.by.Firm))

	people := "/f/" + string(h.by.Firm) + "/people"
	page := b.Post(people, "name", "Me Anne Roy", "email", "anne@delmas.example").Answers(t, http.StatusForbidden, "")
	page.Lacks("input[name=current]")
	form := []string{}
	for _, f := range page.All("form[action=/account/prove/away] input[type=hidden]") {
		form = append(form, f.Attr("name"), f.Attr("value"))
	}
	page = b.Get(away(t, b.Post("/account/prove/away", form...), at, "helene", path)).Answers(t, http.StatusOK, "")
	page.One("h1").Says("C’est bien vous")
	page.One("form[action="+people+"] input[name=email]").Is("value", "anne@delmas.example")
	b.Post(people, "name", "Me Anne Roy", "email", "anne@delmas.example").Answers(t, http.StatusSeeOther, "/done")
}

// TestProviderAnswersCalmly: what is no provider is nowhere, and one that does not
// answer is said so, with another way.
func TestProviderAnswersCalmly(t *testing.T) {
	h := open(t)
	unknown := provider.Path(h.by.Firm, id.New[id.Provider](h.Clock.Now()))
	b := h.Browser()
	for _, path := range []string{"/door/x", "/door/" + string(h.by.Firm), unknown, "/door/x/y"} {
		b.Get(path).Answers(t, http.StatusNotFound, "")
	}
	b.Post(unknown).Answers(t, http.StatusNotFound, "")
	page := b.Get(unknown+"/back?code=x&state=y").Answers(t, http.StatusUnauthorized, "")
	page.One("main a[href=/signin]").Says("Entrer autrement")
	b.Post("/signin", "email", founderEmail, "password", password)
	b.Post("/account/prove/away", "prove-for", "/f/x").Answers(t, http.StatusNotFound, "")
	if authz.ViaProvider.Own() || authz.ViaProviderCode.Own() {
		t.Error("what a provider says is hers alone")
	}
}

// TestPlate: a firm opens its page to everybody, in its colour and with what the law
// wants read there; closed, it is nowhere.
func TestPlate(t *testing.T) {
	h := open(t)
	b, door := h.Browser(), "/door/"+string(h.by.Firm)
	b.Get(door).Answers(t, http.StatusNotFound, "")
	b.Get(door+"/accent.css").Answers(t, http.StatusNotFound, "")
	plate := firm.Plate{Open: true, Accent: "#7a1f3d", Notice: "Cabinet Delmas\n12 rue des Lices", Mediator: "Le médiateur <national>"}
	h.must(h.Firms.Hang(t.Context(), h.by, plate))
	page := b.Get(door).Answers(t, http.StatusOK, "")
	page.One("main .lead").Says("Cabinet Delmas & Associés")
	page.One("main .door-plate").Says("12 rue des Lices")
	page.One("main .door-plate").Says("Le médiateur <national>")
	page.One("link[href=" + door + "/accent.css]")
	if style := b.Get(door + "/accent.css"); style.Body != ":root { --firm-accent: #7a1f3d; }\n" || style.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%q as %s", style.Body, style.Header.Get("Content-Type"))
	}
	h.Firms.Draws(func(_ context.Context, sent []byte) ([]byte, error) { return sent, nil })
	var logo bytes.Buffer
	h.must(png.Encode(&logo, image.NewNRGBA(image.Rect(0, 0, 40, 20))))
	h.must(h.Firms.ShowLogo(t.Context(), h.by, false, logo.Bytes()))
	shown := b.Get(door).Answers(t, http.StatusOK, "").One(".mark .logo-light img")
	if shown.Attr("width") != "40" || shown.Attr("alt") != "" {
		t.Errorf("%q", shown.Text())
	}
	if picture := b.Get(shown.Attr("src")).Answers(t, http.StatusOK, ""); picture.Body != logo.String() || picture.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%d bytes as %s", len(picture.Body), picture.Header.Get("Content-Type"))
	}
	b.Get(door+"/logo-dark.png").Answers(t, http.StatusNotFound, "")
	plate.Open = false
	h.must(h.Firms.Hang(t.Context(), h.by, plate))
	b.Get(door).Answers(t, http.StatusNotFound, "")
}
