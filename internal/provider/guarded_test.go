package provider_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/oidc"
	"cenacle/internal/provider"
	"cenacle/internal/vault"
)

// AUT-05: signing in by a provider is no weaker path than any other, whatever state
// she, her card, the firm or the provider is in.
func TestAUT05_Provider(t *testing.T) {
	one(t, func(w *world) {
		karim := w.invite("karim@delmas.example", authz.Lawyer)
		in, err := w.enter(provider.Way{}, "karim")
		w.must(err)

		other, _ := w.employed(karim)
		if w.stands(in.Session, other) || !w.stands(in.Session, w.firm) {
			w.Error("it opens one firm, its own")
		}
		if doors, err := w.firms.Doors(w.Context(), in.Session); err != nil || len(doors) != 1 {
			w.Errorf("%d doors, %v", len(doors), err)
		}
		if err := w.accounts.MayChange(w.Context(), in.Session); !fault.Is(err, fault.Forbidden) {
			w.Errorf("it changes what is hers alone: %v", err)
		}
		if _, _, err := w.accounts.ChangePassword(w.Context(), in.Session, account.Change{New: secret}, source); err == nil {
			w.Error("it chooses her password")
		}
		if _, _, err := w.accounts.Reprove(w.Context(), in.Session, "", source); err == nil {
			w.Error("it proves itself")
		}

		for range 10 { // whoever guesses at her password shuts that door alone
			err := w.accounts.Spend(w.Context(), account.Charge{Brake: account.Brake{Name: "sign-in.account", Limit: 10, Window: time.Hour, Rolling: true}, Key: "karim@delmas.example"})
			if err != nil && !fault.Is(err, fault.Busy) { // one was spent above
				w.Fatal(err)
			}
		}
		if _, _, err := w.accounts.SignIn(w.Context(), "karim@delmas.example", secret, source); !fault.Is(err, fault.Busy) {
			w.Errorf("locked: %v", err)
		}
		in, err = w.enter(provider.Way{}, "karim")
		w.must(err)

		w.card(firm.Card{Person: karim, Role: authz.Lawyer, State: firm.Disabled, Name: "Karim", Email: "karim@delmas.example"})
		_, err = w.enter(provider.Way{}, "karim")
		w.refused("disabled", err)
		if w.stands(in.Session, w.firm) {
			w.Error("disabled, her session stands")
		}
		w.card(firm.Card{Person: karim, Role: authz.Outsider, State: firm.Active, Name: "Karim", Email: "karim@delmas.example"})
		_, err = w.enter(provider.Way{}, "karim")
		w.refused("one of the staff no more", err)
		if w.stands(in.Session, w.firm) {
			w.Error("one of the staff no more, her session stands")
		}
		w.card(firm.Card{Person: karim, Role: authz.Lawyer, State: firm.Active, Name: "Karim", Email: "karim@delmas.example"})

		in, err = w.enter(provider.Way{}, "karim")
		w.must(err)
		if _, err := w.accounts.Resume(w.Context(), in.Token); err != nil {
			w.Error(err)
		}
		w.guard(w.by.Person)
		w.must(w.firms.DemandFactors(w.Context(), w.by, 0))
		if _, _, err := w.firms.Actor(w.Context(), in.Session, w.firm); !fault.Is(err, fault.Forbidden) {
			w.Errorf("the firm demands a second factor, and hers is the provider's word alone: %v", err)
		}
		w.guard(karim)
		if _, err := w.accounts.Resume(w.Context(), in.Token); !fault.Is(err, fault.Unauthenticated) {
			w.Errorf("she has a second factor now: %v", err)
		}
		_, err = w.enter(provider.Way{}, "karim")
		var half *account.Unfinished
		if !errors.As(err, &half) {
			w.Fatalf("a second factor is asked for: %v", err)
		}
		if _, _, err := w.accounts.Finish(w.Context(), half.Challenge, "000000", source); err == nil {
			w.Error("a wrong code is right")
		}

		w.must(w.accounts.CloseFirm(w.Context(), w.firm))
		if w.stands(in.Session, w.firm) {
			w.Error("the firm is closed, and she stands in it")
		}
	})
}

// AUT-10: what the browser brings back counts once, for the browser and the way it
// set out on.
func TestAUT10_Returns(t *testing.T) {
	one(t, func(w *world) {
		w.invite("karim@delmas.example", authz.Lawyer)
		second := w.register(provider.New{Name: "Autre", Issuer: w.real.Issuer, Audience: provider.Staff})
		way := provider.Way{Firm: w.firm, Provider: w.of.ID}
		set := func() (address, challenge string) {
			address, challenge, err := w.all.Enter(w.Context(), way, source)
			w.must(err)
			return address, challenge
		}
		address, challenge := set()
		came := w.back(way, address, challenge, "karim")
		changed := func(change func(*provider.Return)) provider.Return { c := came; change(&c); return c }
		_, foreign := set()
		for what, one := range map[string]provider.Return{
			"no challenge": changed(func(c *provider.Return) { c.Challenge = "" }), "cut": changed(func(c *provider.Return) { c.Challenge = c.Challenge[1:] }),
			"another browser's": changed(func(c *provider.Return) { c.Challenge = foreign }),
		} {
			_, err := w.all.Arrive(w.Context(), one, source)
			w.refused(what, err)
		}
		if _, err := w.all.Arrive(w.Context(), came, source); err != nil {
			w.Errorf("what is right: %v", err)
		}
		_, err := w.all.Arrive(w.Context(), came, source)
		w.refused("replayed", err)

		for what, change := range map[string]func(*provider.Return){
			"another provider's way": func(c *provider.Return) { c.Provider = second.ID }, "another firm's": func(c *provider.Return) { c.Firm = id.New[id.Firm](w.clock.Now()) },
			"another state": func(c *provider.Return) { c.Answer.State = "x" }, "another issuer": func(c *provider.Return) { c.Answer.Issuer = "https://evil.example" },
			"refused there": func(c *provider.Return) { c.Answer = oidc.Answer{State: c.Answer.State, Error: "access_denied"} },
		} {
			address, challenge := set()
			c := w.back(way, address, challenge, "karim")
			change(&c)
			_, err := w.all.Arrive(w.Context(), c, source)
			w.refused(what, err)
			_, err = w.all.Arrive(w.Context(), w.back(way, address, challenge, "karim"), source)
			w.refused(what+", and then right", err)
		}
		address, challenge = set()
		came = w.back(way, address, challenge, "karim")
		w.clock.Advance(account.StepLife)
		_, err = w.all.Arrive(w.Context(), came, source)
		w.refused("too late", err)
	})
}

// ISO-07: what a provider vouched for ends with it, with the tie and with her wish,
// at once and wherever the session is looked at.
func TestISO07_Cut(t *testing.T) {
	each(t, func(w *world) {
		karim := w.invite("karim@delmas.example", authz.Lawyer)
		in, err := w.enter(provider.Way{}, "karim")
		w.must(err)
		held := in.Session // as another node remembers it
		w.must(w.all.Part(w.Context(), w.firm, w.of.ID, in.Session))
		if w.stands(held, w.firm) {
			w.Error("untied, it opens the firm")
		}
		if _, err := w.accounts.Resume(w.Context(), in.Token); !fault.Is(err, fault.Unauthenticated) {
			w.Errorf("untied, it lives: %v", err)
		}
		in, err = w.enter(provider.Way{}, "karim")
		w.must(err)
		held = in.Session
		address, challenge, err := w.all.Enter(w.Context(), provider.Way{Firm: w.firm, Provider: w.of.ID}, source)
		w.must(err)
		w.must(w.all.End(w.Context(), w.by, w.of.ID))
		if w.stands(held, w.firm) {
			w.Error("ended, it opens the firm")
		}
		if _, err := w.accounts.Resume(w.Context(), in.Token); !fault.Is(err, fault.Unauthenticated) {
			w.Errorf("ended, it lives: %v", err)
		}
		way := provider.Way{Firm: w.firm, Provider: w.of.ID}
		_, err = w.all.Arrive(w.Context(), w.back(way, address, challenge, "karim"), source)
		w.refused("on her way when it ended", err)
		if _, err := w.all.At(w.Context(), w.firm); !fault.Is(err, fault.NotFound) {
			w.Errorf("a door without anybody: %v", err)
		}
		if s := w.password(karim); !w.stands(s, w.firm) {
			w.Error("her other ways went with it")
		}
	})
}

// ISO-13: nothing of a provider stands in the database in clear, and its secret is
// never given back.
func TestISO13_ProviderInClear(t *testing.T) {
	one(t, func(w *world) {
		w.invite("karim@delmas.example", authz.Lawyer)
		_, err := w.enter(provider.Way{}, "karim")
		w.must(err)
		w.must(w.all.Introduce(w.Context(), w.by, w.of.ID, "client-of-ours", "secret-of-ours"))
		var data, subject []byte
		w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) error { return a.Row(stored, nil, &data, &subject) }))
		shown, err := w.all.Show(w.Context(), w.by, w.of.ID)
		w.must(err)
		for _, clear := range []string{"Compte Delmas", w.real.Issuer, "client-of-ours", "secret-of-ours", "delmas.example", "karim"} {
			if bytes.Contains(data, []byte(clear)) || bytes.Contains(subject, []byte(clear)) {
				w.Errorf("%q is in clear", clear)
			}
		}
		if strings.Contains(fmt.Sprintf("%+v", shown), "secret-of-ours") || shown.Client != "client-of-ours" {
			w.Errorf("%+v", shown)
		}
	})
}

// CRY-03: who writes into the database has nobody vouch for anybody.
func TestCRY03_ProviderTampered(t *testing.T) {
	one(t, func(w *world) {
		w.invite("karim@delmas.example", authz.Lawyer)
		jean := w.invite("jean@delmas.example", authz.Lawyer)
		_, err := w.enter(provider.Way{}, "karim")
		w.must(err)
		for what, stmt := range forge {
			args := []any{}
			if what == "person" {
				args = []any{jean}
			}
			spoilt := errors.New("spoilt")
			err := w.office.Keep(w.Context(), w.firm, func(a *act.Act) error {
				if err := a.Write(stmt, args...); err != nil {
					return err
				}
				err := w.all.Vouch(a, account.Session{Person: jean, Firm: w.firm, Provider: w.of.ID, Via: authz.ViaProvider})
				if !errors.Is(err, vault.ErrTampered) {
					w.Errorf("%s: %v", what, err)
				}
				return spoilt
			})
			if !errors.Is(err, spoilt) {
				w.Error(err)
			}
		}
	})
}
