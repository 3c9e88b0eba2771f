package provider_test

import (
	"fmt"
	"net/netip"
	"net/url"
	"os"
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
	w.accounts.Lighten()
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

var countKind = store.ForFirm(`select count(*) from journal_entry where firm_id = $1 and kind = $2`)

func (w *world) count(kind string) (n int) {
	w.Helper()
	w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) error { return a.Row(countKind, []any{kind}, &n) }))
	return n
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

var stored = store.ForFirm(`select p.data, t.subject from provider p join provider_person t on t.firm_id = p.firm_id and t.provider_id = p.id where p.firm_id = $1`)

var forge = map[string]store.FirmStmt{
	"trusted":  store.ForFirm(`update provider set trusted = 1 - trusted where firm_id = $1`),
	"audience": store.ForFirm(`update provider set audience = 'clients' where firm_id = $1`),
	"person":   store.ForFirm(`update provider_person set person_id = $2 where firm_id = $1`),
}

// employed has another firm take somebody on as a lawyer too.
func (w *world) employed(who id.Person) (other id.Firm, admin authz.Actor) {
	w.Helper()
	other, admin = w.found("Cabinet Ortie", "yann@ortie.example")
	w.must(w.accounts.Affiliate(w.Context(), who, other))
	w.must(w.office.Do(w.Context(), other, func(a *act.Act) error {
		if err := firm.PutCard(a, admin, firm.Card{Person: who, Role: authz.Lawyer, State: firm.Active, Name: "Karim", Email: "karim@delmas.example"}); err != nil {
			return err
		}
		_, err := a.Record(admin, "firm.colleague_added", "", string(who), nil)
		return err
	}))
	return other, admin
}
