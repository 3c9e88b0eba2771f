package provider_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/provider"
)

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
			if _, err := w.all.Register(w.Context(), by, provider.New{}); !fault.Is(err, fault.Forbidden) {
				w.Errorf("%s is told what is wrong with the form: %v", what, err)
			}
			if p, err := w.all.Show(w.Context(), by, w.of.ID); what != "stale" && (!fault.Is(err, fault.Forbidden) || p.ID != "") {
				w.Errorf("%s is shown one: %v", what, err)
			}
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
