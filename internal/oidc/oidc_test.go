package oidc

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"cenacle/internal/oidc/oidctest"
	"cenacle/internal/outbound"
)

func open(clock func() time.Time) *Client {
	return New(outbound.New(outbound.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}), clock)
}

// TestRealProvider goes the whole way with a provider that others have written.
func TestRealProvider(t *testing.T) {
	const back = "https://cenacle.example/door/f/p/back"
	real := oidctest.Start(t, map[string]oidctest.Person{
		"karim": {Email: "karim@delmas.example", Verified: true}, "jean": {Email: "jean@delmas.example"},
	})
	c := open(time.Now)
	i, err := c.Discover(t.Context(), real.Issuer+"/")
	if err != nil || i.URL != real.Issuer {
		t.Fatal(i.URL, err)
	}
	client, secret := real.Client(t, back)
	party := Party{client, secret, back}
	browser := real.Browser(t)
	ask := func(again bool, as string) (Request, Answer) {
		r := c.NewRequest(again)
		got := browser.SignIn(t, c.Address(i, party, r), as)
		return r, Answer{got.Get("code"), got.Get("state"), got.Get("iss"), got.Get("error")}
	}
	r, a := ask(false, "karim")
	said, err := c.Redeem(t.Context(), i, party, r, a)
	if err != nil || said.Subject != "karim" || said.Email != "karim@delmas.example" {
		t.Fatalf("%+v, %v", said, err)
	}
	if _, err := c.Redeem(t.Context(), i, party, r, a); err == nil {
		t.Error("a code is taken twice")
	}
	r, a = ask(false, "nobody is asked: she is known there")
	if said, err = c.Redeem(t.Context(), i, party, r, a); err != nil || said.Subject != "karim" {
		t.Errorf("%+v, %v", said, err)
	}
	other := r
	other.Verifier = c.NewRequest(false).Verifier
	r, a = ask(false, "")
	other.State, other.Nonce = r.State, r.Nonce
	if _, err := c.Redeem(t.Context(), i, party, other, a); err == nil {
		t.Error("a stolen code is taken without its proof")
	}
	r, a = ask(true, "karim")
	if said, err = c.Redeem(t.Context(), i, party, r, a); err != nil || time.Since(said.Shown) > time.Minute {
		t.Errorf("shown again: %+v, %v", said, err)
	}
	browser = real.Browser(t)
	r, a = ask(false, "jean")
	if said, err = c.Redeem(t.Context(), i, party, r, a); err != nil || said.Email != "" {
		t.Errorf("an address that nobody verified: %+v, %v", said, err)
	}
	r, a = ask(false, "")
	party.Secret += "x"
	if _, err := c.Redeem(t.Context(), i, party, r, a); err == nil || strings.Contains(err.Error(), "client") {
		t.Errorf("a wrong secret: %v", err)
	}
}
