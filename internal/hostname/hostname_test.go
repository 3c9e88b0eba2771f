package hostname_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/act/acttest"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/hostname"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/outbound"
	"cenacle/internal/outbound/dnstest"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

func TestParse(t *testing.T) {
	for typed, want := range map[string]string{
		" espace.cabinet.fr ": "espace.cabinet.fr", "Espace.Cabinet.FR.": "espace.cabinet.fr", "https://espace.cabinet.fr/": "espace.cabinet.fr",
		"espace.dupré.fr": "espace.xn--dupr-epa.fr", "cabinet.fr": "cabinet.fr",
	} {
		if got, err := hostname.Parse(typed); err != nil || got != want {
			t.Errorf("%q is %q, %v", typed, got, err)
		}
	}
	for _, bad := range []string{
		"", "localhost", "127.0.0.1", "::1", "[::1]", "espace.cabinet.fr:8443", "https://espace.cabinet.fr/door", "ftp://espace.cabinet.fr", "a b.fr", "espace..fr",
		"https://u@espace.cabinet.fr", "espace_.cabinet.fr", "-a.fr", "127.1", "0x7f.1", strings.Repeat("x", 64) + ".fr", strings.Repeat("x.", 120) + "fr", "a.fr\r\nX: y", "*.cabinet.fr",
	} {
		if got, err := hostname.Parse(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q is taken for %q, %v", bad, got, err)
		}
	}
}

// here is where the listener of a test is.
func here() []netip.Addr { return dnstest.Addresses("127.0.0.1") }

// world is two firms in one house, with a DNS and a listener where its names lead.
type world struct {
	*testing.T
	zone     *dnstest.Server
	office   *act.Office
	clock    *acttest.Clock
	accounts *account.Service
	all      *hostname.Service
	config   hostname.Config
	says     func(http.ResponseWriter, *http.Request) // at the listener; nil: as the house does
	delmas   authz.Actor
	ortie    authz.Actor
}

func each(t *testing.T, run func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { run(open(t, s)) })
}

func open(t *testing.T, s *store.Store) *world {
	t.Helper()
	w := &world{T: t, zone: dnstest.Start(t)}
	at := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if w.says != nil {
			w.says(out, r)
			return
		}
		name, _, _ := strings.Cut(r.Host, ":")
		_, _ = fmt.Fprintln(out, w.all.Proof(name, strings.TrimPrefix(r.URL.Path, hostname.ProofPath))) // who asked is the test itself
	}))
	t.Cleanup(at.Close)
	_, port, _ := net.SplitHostPort(at.Listener.Addr().String())
	base, err := url.Parse("http://cenacle.example:" + port)
	if err != nil {
		t.Fatal(err)
	}
	w.office, w.clock = acttest.New(t, s)
	w.accounts = account.New(w.office)
	w.accounts.Lighten()
	w.config = hostname.Config{
		Base: base, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Asker: outbound.New(outbound.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Resolver: w.zone.Resolver()}),
	}
	w.all = hostname.New(w.office, w.accounts, w.config)
	w.delmas, w.ortie = w.found("Cabinet Delmas", "claire@delmas.example"), w.found("Cabinet Ortie", "yann@ortie.example")
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) found(name, email string) authz.Actor {
	w.Helper()
	p, _, err := w.accounts.Ensure(w.Context(), email, i18n.French)
	w.must(err)
	f := id.New[id.Firm](w.clock.Now())
	_, err = w.office.Store.CreateFirm(w.Context(), f)
	w.must(err)
	by := authz.Actor{Person: p, Firm: f, Role: authz.Admin, Via: authz.ViaPassword}
	w.must(w.office.Do(w.Context(), f, func(a *act.Act) error {
		return firm.New(w.office, w.accounts).Found(a, by, name, firm.Card{Person: p, Role: authz.Admin, State: firm.Active, Name: name, Email: email})
	}))
	_, _, err = w.accounts.OpenFirm(w.Context(), account.Opening{Firm: f, Founder: p})
	w.must(err)
	return by
}

// refused wants the one fault of a key.
func (w *world) refused(what string, err error, key string) {
	w.Helper()
	f, _ := errors.AsType[*fault.Error](err)
	if f == nil || f.Key != key {
		w.Errorf("%s: %v, want %s", what, err, key)
	}
}

const name = "espace.delmas.example"

// own makes the name the firm's, by all its steps.
func (w *world) own(by authz.Actor, name string) {
	w.Helper()
	w.must(w.all.Claim(w.Context(), by, name))
	v, err := w.all.Show(w.Context(), by)
	w.must(err)
	w.zone.Lead(name, here())
	w.zone.Write(v.Record.Name, append(w.zone.Texts(v.Record.Name), "v=spf1 -all", v.Record.Value)...)
	w.must(w.all.Check(w.Context(), by))
}

func (w *world) host(name string) string { return name + ":" + w.config.Base.Port() }

// at says what is at a name, to a node that reads the directory.
func (w *world) at(name string) (hostname.At, bool) {
	w.Helper()
	node := hostname.New(w.office, w.accounts, w.config)
	w.must(node.Load(w.Context()))
	return node.Find(w.host(name))
}

// A name is active after the record and the answer, in this order, and nothing less.
func TestCheck(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		if err := w.all.Check(ctx, w.delmas); !fault.Is(err, fault.NotFound) {
			w.Errorf("nothing is claimed: %v", err)
		}
		w.must(w.all.Claim(ctx, w.delmas, "https://Espace.Delmas.example/"))
		v, err := w.all.Show(ctx, w.delmas)
		w.must(err)
		if v.Active != nil || v.Claimed == nil || v.Claimed.Name != name || v.Record.Name != "_cenacle."+name || v.Record.Host != "cenacle.example" {
			w.Fatalf("%+v", v)
		}
		w.zone.Lead(name, here())
		w.refused("without a record", w.all.Check(ctx, w.delmas), "hostname.record")
		w.zone.Write(v.Record.Name, v.Record.Value+"0", "cenacle=")
		w.refused("another value", w.all.Check(ctx, w.delmas), "hostname.record")
		w.zone.Write(v.Record.Name, v.Record.Value)
		w.zone.Lead(name)
		w.refused("it leads nowhere", w.all.Check(ctx, w.delmas), "hostname.elsewhere")
		w.zone.Lead(name, here())
		for what, says := range map[string]func(http.ResponseWriter, *http.Request){
			"somebody else's page": func(out http.ResponseWriter, _ *http.Request) { _, _ = out.Write([]byte("ok\n")) },
			"nothing there":        http.NotFound,
			"sent elsewhere": func(out http.ResponseWriter, r *http.Request) {
				http.Redirect(out, r, "http://cenacle.example"+r.URL.Path, http.StatusFound)
			},
			"the answer to another name": func(out http.ResponseWriter, r *http.Request) {
				_, _ = out.Write([]byte(w.all.Proof("x.example", strings.TrimPrefix(r.URL.Path, hostname.ProofPath))))
			},
			"the answer to another question": func(out http.ResponseWriter, r *http.Request) { _, _ = out.Write([]byte(w.all.Proof(name, "x"))) },
		} {
			w.says = says
			w.refused(what, w.all.Check(ctx, w.delmas), "hostname.elsewhere")
		}
		w.says = nil
		if _, there := w.at(name); there {
			w.Error("it is there before it was checked")
		}
		w.must(w.all.Check(ctx, w.delmas))
		if at, there := w.at("ESPACE.delmas.example"); !there || at != (hostname.At{Firm: w.delmas.Firm}) {
			w.Errorf("it is %+v, %v", at, there)
		}
		for _, other := range []string{"x." + name, "delmas.example", name + "."} {
			if _, there := w.at(other); there {
				w.Errorf("%s is somebody's", other)
			}
		}
		if _, there := w.all.Find(name); there {
			w.Error("at another port")
		}
		if base := w.all.Of(w.delmas.Firm); base == nil || base.String() != "http://"+w.host(name) || w.all.Of(w.ortie.Firm) != nil {
			w.Errorf("its address is %v", base)
		}
		w.refused("claimed again", w.all.Claim(ctx, w.delmas, name), "hostname.yours")
		w.refused("the house's", w.all.Claim(ctx, w.delmas, "cenacle.example"), "hostname.house")
	})
}

// Nobody learns of another firm's name what she could not read in the DNS, and nobody
// takes it: not while it is active, nor for [hostname.Rest] after.
func TestTaken(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.own(w.delmas, name)
		w.must(w.all.Claim(ctx, w.ortie, name))
		w.refused("the record is the other firm's", w.all.Check(ctx, w.ortie), "hostname.record")
		v, err := w.all.Show(ctx, w.ortie)
		w.must(err)
		w.zone.Write(v.Record.Name, append(w.zone.Texts(v.Record.Name), v.Record.Value)...)
		w.refused("it is in use", w.all.Check(ctx, w.ortie), "hostname.taken")
		w.refused("by the operator, too", w.all.Give(ctx, w.ortie.Firm, name), "hostname.taken")
		w.must(w.all.End(ctx, w.delmas))
		if at, there := w.at(name); !there || at != (hostname.At{Firm: w.delmas.Firm, Former: true}) || w.all.Of(w.delmas.Firm) != nil {
			w.Errorf("given up, it is %+v, %v", at, there)
		}
		w.clock.Advance(hostname.Rest - time.Hour)
		w.refused("it rests", w.all.Check(ctx, w.ortie), "hostname.taken")
		w.must(w.all.Claim(ctx, w.delmas, name))
		w.must(w.all.Check(ctx, w.delmas)) // her own again
		w.must(w.all.End(ctx, w.delmas))
		w.clock.Advance(hostname.Rest + time.Minute)
		w.must(w.all.Sweep(ctx))
		if _, there := w.at(name); there {
			w.Error("it is sent on from for ever")
		}
		w.must(w.all.Claim(ctx, w.ortie, name))
		w.must(w.all.Check(ctx, w.ortie))
		if at, there := w.at(name); !there || at.Firm != w.ortie.Firm {
			w.Errorf("then it is %+v, %v", at, there)
		}
	})
}

// A firm that moves to another name is at one of them, and sent on from the other.
func TestAnother(t *testing.T) {
	each(t, func(w *world) {
		w.own(w.delmas, name)
		w.own(w.delmas, "clients.delmas.example")
		if at, there := w.at(name); !there || !at.Former {
			w.Errorf("the first is %+v, %v", at, there)
		}
		if at, there := w.at("clients.delmas.example"); !there || at.Former {
			w.Errorf("the second is %+v, %v", at, there)
		}
		v, err := w.all.Show(w.Context(), w.delmas)
		w.must(err)
		if v.Active == nil || v.Claimed != nil || len(v.Former) != 1 || strings.Join(w.all.Names(), " ") != "clients.delmas.example" {
			w.Errorf("%+v, %v", v, w.all.Names())
		}
		w.must(w.all.Claim(w.Context(), w.delmas, "x.delmas.example"))
		w.must(w.all.Drop(w.Context(), w.delmas))
		if err := w.all.Drop(w.Context(), w.delmas); !fault.Is(err, fault.NotFound) {
			w.Errorf("dropped twice: %v", err)
		}
		if v, err = w.all.Show(w.Context(), w.delmas); err != nil || v.Active == nil || v.Claimed != nil {
			w.Errorf("%+v, %v", v, err)
		}
		w.must(w.accounts.CloseFirm(w.Context(), w.delmas.Firm))
		if _, there := w.at("clients.delmas.example"); there {
			w.Error("a firm that was closed is at its name")
		}
	})
}

// Its administrator decides, who has just shown that it is she.
func TestWho(t *testing.T) {
	w := open(t, storetest.New(t))
	stale, lawyer, client, reading := w.delmas, w.delmas, w.delmas, w.delmas
	stale.Stale, lawyer.Role, client.Role = true, authz.Lawyer, authz.Outsider
	reading.Pass, reading.Via = &authz.Pass{ReadOnly: true}, authz.ViaToken
	for what, by := range map[string]authz.Actor{"stale": stale, "a lawyer": lawyer, "a client": client, "a program that reads": reading} {
		for act, err := range map[string]error{
			"claims": w.all.Claim(w.Context(), by, name), "checks": w.all.Check(w.Context(), by), "ends": w.all.End(w.Context(), by), "drops": w.all.Drop(w.Context(), by),
		} {
			if err == nil || fault.Is(err, fault.Internal) {
				t.Errorf("%s %s: %v", what, act, err)
			}
		}
		for act, err := range map[string]error{ // what she may not do is not looked at either
			"claims no name": w.all.Claim(w.Context(), by, "espace"), "checks nothing": w.all.Check(w.Context(), by),
			"ends nothing": w.all.End(w.Context(), by), "drops nothing": w.all.Drop(w.Context(), by),
		} {
			if fault.Is(err, fault.Invalid) || what != "a client" && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s %s: %v", what, act, err)
			}
		}
		if _, err := w.all.Show(w.Context(), by); (err == nil) != (what == "stale" || what == "a program that reads") {
			t.Errorf("%s looks: %v", what, err)
		}
	}
}

// Who writes into the database gives nobody a name, and takes it from no other firm.
func TestAltered(t *testing.T) {
	each(t, func(w *world) {
		w.own(w.delmas, name)
		w.own(w.ortie, "espace.ortie.example")
		for _, change := range []store.DirectoryStmt{moveName, ageName} {
			err := w.office.Store.Directory().Update(w.Context(), func(tx *store.DirectoryTx) error {
				return tx.Write(change, w.delmas.Firm)
			})
			w.must(err)
			node := hostname.New(w.office, w.accounts, w.config)
			if err := node.Load(w.Context()); err == nil {
				w.Error("an altered row is not told")
			}
			if _, there := node.Find(w.host(name)); there {
				w.Error("an altered row is believed")
			}
			if at, there := node.Find(w.host("espace.ortie.example")); !there || at.Firm != w.ortie.Firm {
				w.Error("another firm's row is lost with it")
			}
		}
	})
}

var (
	moveName = store.ForDirectory(`update hostname set state = 'former' where firm_id = $1`)
	ageName  = store.ForDirectory(`update hostname set state = 'active', since = since + 1 where firm_id = $1`)
)

// Another node knows within the time that it reads its table again.
func TestNodes(t *testing.T) {
	w := open(t, storetest.New(t))
	node := hostname.New(w.office, w.accounts, w.config)
	ctx, stop := context.WithCancel(w.Context())
	ended := make(chan error, 1)
	go func() { ended <- node.Run(ctx) }()
	defer func() { stop(); w.must(<-ended) }()
	knows := func(want bool) {
		w.Helper()
		for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
			if _, there := node.Find(w.host(name)); there == want {
				return
			}
			if time.Since(start) > 5*time.Second {
				w.Fatalf("after 5 s another node knows the name: %v", !want)
			}
		}
	}
	w.own(w.delmas, name)
	knows(true)
	w.must(w.accounts.CloseFirm(w.Context(), w.delmas.Firm))
	knows(false)
}

// The brakes: each start is an order of a certificate.
func TestHaste(t *testing.T) {
	w := open(t, storetest.New(t))
	for i := range 5 {
		w.own(w.delmas, fmt.Sprintf("n%d.delmas.example", i))
	}
	w.must(w.all.Claim(w.Context(), w.delmas, name))
	v, err := w.all.Show(w.Context(), w.delmas)
	w.must(err)
	w.zone.Lead(name, here())
	w.zone.Write(v.Record.Name, v.Record.Value)
	if err := w.all.Check(w.Context(), w.delmas); !fault.Is(err, fault.Busy) {
		t.Errorf("a sixth name within a week: %v", err)
	}
	w.zone.Write(v.Record.Name)
	for range 24 {
		w.refused("no record", w.all.Check(w.Context(), w.delmas), "hostname.record")
	}
	if err := w.all.Check(w.Context(), w.delmas); !fault.Is(err, fault.Busy) {
		t.Errorf("a thirty-first check within an hour: %v", err)
	}
}
