package provider_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/act/acttest"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/oidc"
	"cenacle/internal/oidc/oidctest"
	"cenacle/internal/outbound"
	"cenacle/internal/provider"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/totp"
	"cenacle/internal/vault"
)

const secret = "kormoran-zeltplane-41-violett"

// world is a firm whose administrator trusts a real provider.
type world struct {
	*testing.T
	real     *oidctest.Provider
	office   *act.Office
	clock    *acttest.Clock
	accounts *account.Service
	firms    *firm.Service
	all      *provider.Service
	firm     id.Firm
	by       authz.Actor // the administrator
	of       provider.Provider
}

// people are those whom the provider knows.
func people() map[string]oidctest.Person {
	return map[string]oidctest.Person{
		"karim": {Email: "karim@delmas.example", Verified: true}, "jean": {Email: "jean@delmas.example"},
		"nobody": {Email: "nobody@delmas.example", Verified: true}, "compta": {Email: "compta@bati.example", Verified: true},
		"mallory": {Email: "Karim@Delmas.example", Verified: true},
	}
}

// real is one provider for all tests, as a firm has one: it takes a second to start.
var real *oidctest.Provider

func TestMain(m *testing.M) {
	p, stop, err := oidctest.Run(people())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	real = p
	code := m.Run()
	stop()
	os.Exit(code)
}

// each runs a test on both engines.
func each(t *testing.T, run func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { run(open(t, s)) })
}

// one runs it on SQLite.
func one(t *testing.T, run func(w *world)) {
	t.Helper()
	run(open(t, storetest.New(t)))
}

func open(t *testing.T, s *store.Store) *world {
	t.Helper()
	base, err := url.Parse("https://cenacle.example")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, real: real}
	w.office, w.clock = acttest.New(t, s)
	w.clock.Advance(time.Since(w.clock.Now())) // the provider has a clock of its own
	w.accounts = account.New(w.office)
	w.firms = firm.New(w.office, w.accounts)
	out := outbound.New(outbound.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	w.all = provider.NewService(w.office, w.accounts, oidc.New(out, w.clock.Now), base)
	w.firms.Believe(w.all.Vouch)
	w.firm, w.by = w.found("Cabinet Delmas", "claire@delmas.example")
	w.of = w.register(provider.New{Name: "Compte Delmas", Issuer: real.Issuer, Audience: provider.Staff, Domains: "delmas.example", Trusted: true})
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) found(name, email string) (id.Firm, authz.Actor) {
	w.Helper()
	p, _, err := w.accounts.Ensure(w.Context(), email, i18n.French)
	w.must(err)
	f := id.New[id.Firm](w.clock.Now())
	_, err = w.office.Store.CreateFirm(w.Context(), f)
	w.must(err)
	by := authz.Actor{Person: p, Firm: f, Role: authz.Admin, Via: authz.ViaPassword}
	w.must(w.office.Do(w.Context(), f, func(a *act.Act) error {
		return w.firms.Found(a, by, name, firm.Card{Person: p, Role: authz.Admin, State: firm.Active, Name: name, Email: email})
	}))
	_, _, err = w.accounts.OpenFirm(w.Context(), account.Opening{Firm: f, Founder: p})
	w.must(err)
	return f, by
}

// register has a provider of the firm vouch.
func (w *world) register(n provider.New) provider.Provider {
	w.Helper()
	p, err := w.all.Register(w.Context(), w.by, n)
	w.must(err)
	client, secret := w.real.Client(w, w.all.Redirect(w.firm, p.ID))
	w.must(w.all.Introduce(w.Context(), w.by, p.ID, client, secret))
	return p
}

// invite gives somebody a card, which is all that being invited takes.
func (w *world) invite(email string, role authz.FirmRole) id.Person {
	w.Helper()
	p, err := w.firms.Tie(w.Context(), w.firm, email, i18n.French)
	w.must(err)
	w.card(firm.Card{Person: p.ID, Role: role, State: firm.Active, Name: email, Email: email})
	return p.ID
}

func (w *world) card(c firm.Card) {
	w.Helper()
	w.must(w.office.Do(w.Context(), w.firm, func(a *act.Act) error {
		if err := firm.PutCard(a, w.by, c); err != nil {
			return err
		}
		_, err := a.Record(w.by, "firm.colleague_added", "", string(c.Person), nil)
		return err
	}))
}

var source = account.Source{Addr: netip.MustParseAddr("192.0.2.7"), Agent: "test"}

// enter sets out, signs in at the provider as somebody, and comes back.
func (w *world) enter(way provider.Way, as string) (provider.Entered, error) {
	w.Helper()
	if way.Firm == "" {
		way.Firm = w.firm
	}
	if way.Provider == "" {
		way.Provider = w.of.ID
	}
	address, challenge, err := w.all.Enter(w.Context(), way, source)
	if err != nil {
		return provider.Entered{}, err
	}
	return w.all.Arrive(w.Context(), w.back(way, address, challenge, as), source)
}

func (w *world) back(way provider.Way, address, challenge, as string) provider.Return {
	w.Helper()
	got := w.real.Browser(w).SignIn(w, address, as)
	return provider.Return{
		Firm: way.Firm, Provider: way.Provider, Challenge: challenge,
		Answer: oidc.Answer{Code: got.Get("code"), State: got.Get("state"), Issuer: got.Get("iss"), Error: got.Get("error")},
	}
}

// stands reports whether a session opens the firm.
func (w *world) stands(s account.Session, f id.Firm) bool {
	w.Helper()
	_, _, err := w.firms.Actor(w.Context(), s, f)
	if err != nil && !fault.Is(err, fault.NotFound) {
		w.Fatal(err)
	}
	return err == nil
}

func (w *world) refused(what string, err error) {
	w.Helper()
	if !fault.Is(err, fault.Unauthenticated) || !strings.Contains(err.Error(), "provider.refused") {
		w.Errorf("%s: %v, want the one calm answer", what, err)
	}
}

// password gives somebody a password of hers and a session by it.
func (w *world) password(p id.Person) account.Session {
	w.Helper()
	chosen, err := w.accounts.NewPassword(w.Context(), secret)
	w.must(err)
	_, s, err := w.accounts.ChoosePassword(w.Context(), p, chosen, source)
	w.must(err)
	return s
}

// Somebody invited, with nothing of her own, enters by the verified address of a
// trusted provider the first time, and by its word for her from then on; whoever
// comes with the same address under another name is nobody.
func TestFirstComing(t *testing.T) {
	each(t, func(w *world) {
		_, err := w.enter(provider.Way{}, "karim")
		w.refused("not invited", err)
		karim := w.invite("karim@delmas.example", authz.Lawyer)
		in, err := w.enter(provider.Way{}, "karim")
		w.must(err)
		if in.Session.Person != karim || in.Session.Via != authz.ViaProvider || in.Session.Firm != w.firm || !in.Session.Strange {
			w.Errorf("%+v", in.Session)
		}
		st, err := w.firms.Stand(w.Context(), in.Session, w.firm)
		w.must(err)
		if st.Actor.Role != authz.Lawyer || st.Actor.Scope != "" {
			w.Errorf("she stands as %+v", st.Actor)
		}
		_, err = w.enter(provider.Way{}, "mallory")
		w.refused("the same address under another name", err)
		again, err := w.enter(provider.Way{}, "karim")
		w.must(err)
		if again.Session.Person != karim {
			w.Errorf("she is %s", again.Session.Person)
		}
		w.invite("jean@delmas.example", authz.FirmAssistant)
		_, err = w.enter(provider.Way{}, "jean")
		w.refused("an address that nobody verified", err)
		_, err = w.enter(provider.Way{}, "nobody")
		w.refused("nobody here", err)
		if w.count(`provider.tied`) != 1 {
			w.Error("one tie leaves one line")
		}
		shown, err := w.all.Show(w.Context(), w.by, w.of.ID)
		w.must(err)
		if shown.People != 1 || shown.State != provider.Active {
			w.Errorf("%+v", shown)
		}
	})
}

var countKind = store.ForFirm(`select count(*) from journal_entry where firm_id = $1 and kind = $2`)

func (w *world) count(kind string) (n int) {
	w.Helper()
	w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) error { return a.Row(countKind, []any{kind}, &n) }))
	return n
}

// Whoever has a way in of her own is never taken over by an address: she ties the
// provider herself, in a session of hers that is fresh.
func TestTie(t *testing.T) {
	one(t, func(w *world) {
		karim := w.invite("karim@delmas.example", authz.Lawyer)
		own := w.password(karim)
		_, err := w.enter(provider.Way{}, "karim")
		w.refused("she has a password", err)
		long := own
		long.Created = long.Created.Add(-6 * time.Minute)
		if _, err := w.enter(provider.Way{Of: &long, Tie: true}, "karim"); !authz.Stale(err) {
			w.Errorf("tied by a session that is not fresh: %v", err)
		}
		if tied, err := w.enter(provider.Way{Of: &own, Tie: true}, "mallory"); err != nil || !tied.Tied || tied.Token != "" {
			w.Fatalf("what she chooses there is what is tied: %+v, %v", tied, err)
		}
		in, err := w.enter(provider.Way{}, "mallory")
		w.must(err)
		if in.Session.Person != karim {
			w.Errorf("%+v", in.Session)
		}
		_, err = w.enter(provider.Way{}, "karim")
		w.refused("not the one that was tied", err)
		jean := w.invite("jean@delmas.example", authz.Lawyer)
		other := w.password(jean)
		if _, err := w.enter(provider.Way{Of: &other, Tie: true}, "mallory"); !fault.Is(err, fault.Conflict) {
			w.Errorf("one account there for two people here: %v", err)
		}
		if _, err := w.enter(provider.Way{Of: &in.Session, Tie: true}, "karim"); !fault.Is(err, fault.NotFound) {
			w.Errorf("one provider brings in the next: %v", err)
		}
		mine, err := w.all.Mine(w.Context(), w.firm, own)
		w.must(err)
		if len(mine) != 1 || !mine[0].Tied || mine[0].Name != "Compte Delmas" {
			w.Errorf("%+v", mine)
		}
	})
}

// AUT-05: signing in by a provider is no weaker path than any other, whatever state
// she, her card, the firm or the provider is in.
func TestAUT05_Provider(t *testing.T) {
	one(t, func(w *world) {
		karim := w.invite("karim@delmas.example", authz.Lawyer)
		in, err := w.enter(provider.Way{}, "karim")
		w.must(err)

		other, admin := w.found("Cabinet Ortie", "yann@ortie.example")
		w.must(w.accounts.Affiliate(w.Context(), karim, other))
		w.must(w.office.Do(w.Context(), other, func(a *act.Act) error {
			if err := firm.PutCard(a, admin, firm.Card{Person: karim, Role: authz.Lawyer, State: firm.Active, Name: "Karim", Email: "karim@delmas.example"}); err != nil {
				return err
			}
			_, err := a.Record(admin, "firm.colleague_added", "", string(karim), nil)
			return err
		}))
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

// guard gives somebody a second factor.
func (w *world) guard(p id.Person) {
	w.Helper()
	own := w.password(p)
	challenge, key, err := w.accounts.NewTOTP(w.Context(), own)
	w.must(err)
	_, _, err = w.accounts.AddTOTP(w.Context(), own, challenge, key.Code(totp.StepAt(w.clock.Now())), "phone", source)
	w.must(err)
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

// People of a client enter by the domain of their mailboxes, and the firm's public
// door does not say whose lawyers these are.
func TestClients(t *testing.T) {
	each(t, func(w *world) {
		bati := w.register(provider.New{Name: "Bâti SA", Issuer: w.real.Issuer, Audience: provider.Clients, Domains: "@BATI.example, bati.example", Trusted: true})
		if !slices.Equal(bati.Domains, []string{"bati.example"}) {
			w.Errorf("%q", bati.Domains)
		}
		door, err := w.all.At(w.Context(), w.firm)
		w.must(err)
		if len(door.Offers) != 1 || door.Offers[0].ID != w.of.ID || door.Firm != "Cabinet Delmas" {
			w.Errorf("%+v", door)
		}
		behind, err := w.all.Behind(w.Context(), w.firm, bati.ID)
		w.must(err)
		if behind.Offers[0].Name != "Bâti SA" {
			w.Errorf("%+v", behind)
		}
		compta := w.invite("compta@bati.example", authz.Outsider)
		w.invite("karim@delmas.example", authz.Outsider)
		way := provider.Way{Provider: bati.ID}
		in, err := w.enter(way, "compta")
		w.must(err)
		if in.Session.Person != compta || !w.stands(in.Session, w.firm) {
			w.Errorf("%+v", in.Session)
		}
		_, err = w.enter(way, "karim")
		w.refused("a client of another domain", err)
		_, err = w.enter(provider.Way{}, "compta")
		w.refused("a client at the door of the staff", err)
	})
}

// She shows once more that it is she where she always does; somebody else in her
// browser does not.
func TestAgain(t *testing.T) {
	one(t, func(w *world) {
		w.invite("karim@delmas.example", authz.Lawyer)
		in, err := w.enter(provider.Way{}, "karim")
		w.must(err)
		if in.Session.Fresh(w.clock.Now()) {
			w.Error("fresh, and the provider does not say since when it knows her")
		}
		fresh, err := w.enter(provider.Way{Of: &in.Session, Again: true, Kept: []byte("kept")}, "karim")
		w.must(err)
		if !fresh.Again || string(fresh.Kept) != "kept" || !fresh.Session.Fresh(w.clock.Now()) || fresh.Session.Fresh(w.clock.Now().Add(5*time.Minute)) {
			w.Errorf("%+v", fresh)
		}
		_, err = w.enter(provider.Way{Of: &in.Session, Again: true}, "mallory")
		w.refused("somebody else", err)
	})
}

// What is typed comes back by its field, and only an administrator who has just
// shown who she is has anybody vouch.
func TestRegister(t *testing.T) {
	one(t, func(w *world) {
		good := provider.New{Name: "X", Issuer: w.real.Issuer, Audience: provider.Staff}
		for field, change := range map[string]func(*provider.New){
			"(name)": func(n *provider.New) { n.Name = " " }, "(audience)": func(n *provider.New) { n.Audience = "all" },
			"(issuer)": func(n *provider.New) { n.Issuer = w.real.Issuer + "/nothing" }, "provider.domain_bad": func(n *provider.New) { n.Domains = "not a domain" },
			"provider.domain_missing": func(n *provider.New) { n.Audience = provider.Clients }, "provider.domain_trusted": func(n *provider.New) { n.Trusted = true },
		} {
			n := good
			change(&n)
			if _, err := w.all.Register(w.Context(), w.by, n); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), field) {
				w.Errorf("%s: %v", field, err)
			}
		}
		if err := w.all.Introduce(w.Context(), w.by, w.of.ID, " ", ""); err == nil || !strings.Contains(err.Error(), "client_missing") || !strings.Contains(err.Error(), "secret_missing") {
			w.Errorf("nothing typed: %v", err)
		}
		draft, err := w.all.Register(w.Context(), w.by, good)
		w.must(err)
		if _, _, err := w.all.Enter(w.Context(), provider.Way{Firm: w.firm, Provider: draft.ID}, source); !fault.Is(err, fault.NotFound) {
			w.Errorf("by a draft: %v", err)
		}
		stale, lawyer, program := w.by, w.by, w.by
		stale.Stale, lawyer.Role, program.Pass, program.Via = true, authz.Lawyer, &authz.Pass{}, authz.ViaToken
		for what, by := range map[string]authz.Actor{"stale": stale, "a lawyer": lawyer, "a program": program} {
			if _, err := w.all.Register(w.Context(), by, good); err == nil {
				w.Errorf("%s registers", what)
			}
			if err := w.all.Introduce(w.Context(), by, w.of.ID, "a", "b"); err == nil {
				w.Errorf("%s introduces", what)
			}
			if what == "stale" {
				continue
			}
			if _, err := w.all.List(w.Context(), by); err == nil {
				w.Errorf("%s lists", what)
			}
			if err := w.all.End(w.Context(), by, w.of.ID); err == nil {
				w.Errorf("%s ends", what)
			}
		}
	})
}

var stored = store.ForFirm(`select p.data, t.subject from provider p join provider_person t on t.firm_id = p.firm_id and t.provider_id = p.id where p.firm_id = $1`)

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

var forge = map[string]store.FirmStmt{
	"trusted":  store.ForFirm(`update provider set trusted = 1 - trusted where firm_id = $1`),
	"audience": store.ForFirm(`update provider set audience = 'clients' where firm_id = $1`),
	"person":   store.ForFirm(`update provider_person set person_id = $2 where firm_id = $1`),
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
				if _, err := a.Exec(stmt, args...); err != nil {
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
