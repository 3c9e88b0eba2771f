package offer_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/offer"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// table is a forum of the firm with its client and two parties, of whom one has a
// lawyer and somebody who only reads; a third party and an expert have no part in it.
type table struct {
	*documenttest.House
	ctx                                          context.Context
	in                                           id.Space
	offers                                       *offer.Service
	buyer, seller, other                         id.Circle
	anne, paul, reads, client, expert, elsewhere authz.Actor
	house                                        circle.House
}

func each(t *testing.T, run func(t *testing.T, x table)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x := table{House: h, ctx: t.Context(), in: h.Space(h.Lead, "Cession Tilleuls"), offers: offer.New(h.Office)}
		x.house = h.Circles(h.Lead, x.in)
		x.client, x.expert = h.Member(h.Lead, x.in, authz.Client, "Mme Petit"), h.Member(h.Lead, x.in, authz.Guest, "M. Expert")
		x.anne, x.paul, x.elsewhere = h.Member(h.Lead, x.in, authz.Guest, "Me Roux"), h.Member(h.Lead, x.in, authz.Guest, "Me Noir"), h.Member(h.Lead, x.in, authz.Guest, "Me Blanc")
		x.reads = h.Member(h.Lead, x.in, authz.Reader, "M. Garnier")
		x.buyer, x.seller, x.other = x.party("Acquéreur", x.anne), x.party("Vendeur", x.paul, x.reads), x.party("Assureur", x.elsewhere)
		run(t, x)
	})
}

func (x table) party(name string, people ...authz.Actor) id.Circle {
	n := circle.New{Space: x.in, Name: name, Kind: circle.Party}
	for _, p := range people {
		n.People = append(n.People, p.Person)
	}
	c, err := circle.NewService(x.Office).Make(x.ctx, x.Lead, n)
	x.Must(err)
	return c.ID
}

func (x table) ask(parties ...id.Circle) offer.Round {
	r, err := x.offers.Ask(x.ctx, x.Lead, offer.Asking{Space: x.in, Subject: " Prix de cession ", Until: x.Clock.Now().Add(48 * time.Hour), Parties: parties})
	x.Must(err)
	return r
}

// secretOf is what a party of these tests keeps for itself.
func secretOf(party id.Circle) (s offer.Secret) {
	hash := sha256.Sum256([]byte(party))
	return offer.Secret(hash[:len(s)])
}

func (x table) sealed(r offer.Round, party id.Circle, words string) offer.Putting {
	e, err := offer.Seal(r.ID, party, secretOf(party), offer.Terms{Amount: 123_456_789, Priced: true, Words: words})
	x.Must(err)
	return offer.Putting{Space: x.in, Round: r.ID, Envelope: e}
}

func (x table) put(by authz.Actor, r offer.Round, party id.Circle, words string) {
	_, err := x.offers.Put(x.ctx, by, x.sealed(r, party, words))
	x.Must(err)
}

func (x table) unlock(by authz.Actor, r offer.Round, party id.Circle) (offer.Round, error) {
	return x.offers.Unlock(x.ctx, by, x.in, r.ID, secretOf(party).String())
}

// states is where everybody who sees a round reads that it stands.
func (x table) states(r offer.Round) (out []offer.State) {
	for _, by := range []authz.Actor{x.Lead, x.anne, x.paul, x.reads} {
		got, err := x.offers.Show(x.ctx, by, x.in, r.ID)
		x.Must(err)
		out = append(out, got.State)
	}
	return slices.Compact(out)
}

// TestTogether: each party reads that the other has committed itself, and to what
// commitment, and nothing of the terms; both are read by both in one moment.
func TestTogether(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		r := x.ask(x.buyer, x.seller)
		if n := len(x.Jobs(offer.NoticeJob)); n != 3 {
			t.Errorf("%d people are told that offers are awaited", n)
		}
		x.put(x.anne, r, x.buyer, "offre de l’acquéreur")
		if _, err := x.unlock(x.anne, r, x.buyer); !fault.Is(err, fault.Conflict) {
			t.Errorf("a secret before all are in: %v", err)
		}
		seen, err := x.offers.Show(x.ctx, x.paul, x.in, r.ID)
		x.Must(err)
		if hers := seen.Of(x.buyer); hers.In.IsZero() || hers.Commitment != x.sealed(r, x.buyer, "offre de l’acquéreur").Commitment || hers.Terms != nil || hers.Name != "Acquéreur" {
			t.Errorf("the other party reads an offer of %s at %s, with %v", hers.Name, hers.In, hers.Terms)
		}
		if _, err := x.offers.Put(x.ctx, x.anne, x.sealed(r, x.buyer, "une autre")); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second offer: %v", err)
		}
		x.put(x.paul, r, x.seller, "offre du vendeur")
		if err := x.offers.Withdraw(x.ctx, x.anne, x.in, r.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("taken back once all are in: %v", err)
		}
		if _, err := x.offers.Unlock(x.ctx, x.anne, x.in, r.ID, secretOf(x.seller).String()); !fault.Is(err, fault.Invalid) {
			t.Errorf("the secret of another offer: %v", err)
		}
		if got, err := x.unlock(x.anne, r, x.buyer); err != nil || got.State != offer.Locked {
			t.Fatalf("the first secret: %s, %v", got.State, err)
		}
		for _, by := range []authz.Actor{x.Lead, x.anne, x.paul, x.reads} {
			got, err := x.offers.Show(x.ctx, by, x.in, r.ID)
			x.Must(err)
			if got.State != offer.Locked || slices.ContainsFunc(got.Offers, func(o offer.Offer) bool { return o.Terms != nil }) {
				t.Errorf("with one secret %s reads %s", by.Person, got.State)
			}
		}
		if got, err := x.unlock(x.paul, r, x.seller); err != nil || got.State != offer.Opened {
			t.Fatalf("the last secret: %s, %v", got.State, err)
		}
		for _, by := range []authz.Actor{x.Lead, x.anne, x.paul, x.reads} {
			got, err := x.offers.List(x.ctx, by, x.in)
			x.Must(err)
			if len(got) != 1 || got[0].Subject != "Prix de cession" || got[0].Of(x.buyer).Terms.Words != "offre de l’acquéreur" || got[0].Of(x.seller).Terms.Amount != 123_456_789 {
				t.Errorf("%s reads %d rounds, or others", by.Person, len(got))
			}
		}
		want := map[string]int{"offer.asked": 1, "offer.put": 2, "offer.key": 2, "offer.opened": 1, "offer.altered": 0}
		for kind, n := range want {
			if got := x.Kinds(x.Lead)[kind]; got != n {
				t.Errorf("%s is %d times in the journal", kind, got)
			}
		}
	})
}

// TestNobodyElse: who is of no party of a round finds none; who only reads, and the
// firm's side when it is no party, act for nobody.
func TestNobodyElse(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		r := x.ask(x.buyer, x.seller)
		for name, by := range map[string]authz.Actor{"client": x.client, "expert": x.expert, "another party": x.elsewhere} {
			if got, err := x.offers.List(x.ctx, by, x.in); err != nil || len(got) != 0 {
				t.Errorf("%s reads %d rounds, %v", name, len(got), err)
			}
			if _, err := x.offers.Put(x.ctx, by, x.sealed(r, x.other, "x")); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s puts one in: %v", name, err)
			}
		}
		for name, by := range map[string]authz.Actor{"reader": x.reads, "firm": x.Lead} {
			if _, err := x.offers.Put(x.ctx, by, x.sealed(r, x.seller, "x")); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s puts one in: %v", name, err)
			}
		}
		own := x.ask(x.house.Firm, x.seller)
		if got, err := x.offers.Show(x.ctx, x.client, x.in, own.ID); err != nil || got.Side != x.house.Firm || got.Acts || !got.Offers[0].House {
			t.Errorf("the client of a firm that is a party: %s, %v", got.Side, err)
		}
		x.put(x.Lead, own, x.house.Firm, "offre du cabinet")
		if _, err := x.offers.Ask(x.ctx, x.anne, offer.Asking{Space: x.in}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a party begins a round: %v", err)
		}
		for field, n := range map[string]offer.Asking{
			"subject": {Until: x.Clock.Now().Add(time.Hour), Parties: []id.Circle{x.buyer, x.seller}},
			"day":     {Subject: "x", Until: x.Clock.Now(), Parties: []id.Circle{x.buyer, x.seller}},
			"party":   {Subject: "x", Until: x.Clock.Now().Add(time.Hour), Parties: []id.Circle{x.buyer, x.buyer}},
		} {
			n.Space = x.in
			if _, err := x.offers.Ask(x.ctx, x.Lead, n); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", field, err)
			}
		}
		if _, err := x.offers.Ask(x.ctx, x.Lead, offer.Asking{Space: x.in, Subject: "x", Until: x.Clock.Now().Add(time.Hour), Parties: []id.Circle{x.buyer, x.house.Client}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a circle that is no party: %v", err)
		}
	})
}

// TestActsOfAParty: who reads a round of her party's and does not act for it takes nothing
// back and hands nothing in; a program that is left documents sees no round.
func TestActsOfAParty(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		r := x.ask(x.buyer, x.seller)
		x.put(x.anne, r, x.buyer, "offre de l’acquéreur")
		x.put(x.paul, r, x.seller, "offre du vendeur")
		program, documents := x.paul, x.paul
		program.Via, program.Pass = authz.ViaToken, &authz.Pass{ReadOnly: true}
		documents.Via, documents.Pass = authz.ViaToken, &authz.Pass{Kinds: []string{"document"}}
		for name, who := range map[string]struct {
			by   authz.Actor
			want fault.Kind
		}{"a reader": {x.reads, fault.Forbidden}, "a program that only reads": {program, fault.NotFound}} {
			if err := x.offers.Withdraw(x.ctx, who.by, x.in, r.ID); !fault.Is(err, who.want) {
				t.Errorf("%s takes it back: %v", name, err)
			}
			if _, err := x.unlock(who.by, r, x.seller); !fault.Is(err, who.want) {
				t.Errorf("%s hands the secret in: %v", name, err)
			}
		}
		for _, party := range []struct {
			by authz.Actor
			of id.Circle
		}{{x.anne, x.buyer}, {x.paul, x.seller}} {
			_, err := x.unlock(party.by, r, party.of)
			x.Must(err)
		}
		told := func(by authz.Actor, state offer.State) error {
			return x.Office.See(x.ctx, by.Firm, func(a *act.Act) error {
				return offer.Waits(a, by, offer.Notice{Space: x.in, Person: by.Person, Round: r.ID, State: state})
			})
		}
		now, err := x.offers.Show(x.ctx, program, x.in, r.ID)
		x.Must(err, told(program, now.State))
		_, err = x.offers.Show(x.ctx, documents, x.in, r.ID)
		_, file := x.offers.File(x.ctx, documents, x.in, r.ID)
		for what, err := range map[string]error{"shows it": err, "has its file": file, "is told": told(documents, now.State)} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("a program for documents %s: %v", what, err)
			}
		}
		if all, err := x.offers.List(x.ctx, documents, x.in); err != nil || len(all) > 0 {
			t.Errorf("a program for documents lists %d: %v", len(all), err)
		}
	})
}

// TestOrNeither: an offer that did not come in time opens neither, nor does a secret;
// each party then takes its own away, and nothing of it is left but what the journal
// says.
func TestOrNeither(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		alone, silent := x.ask(x.buyer, x.seller), x.ask(x.buyer, x.seller)
		x.put(x.anne, alone, x.buyer, "seule")
		x.put(x.anne, silent, x.buyer, "sans suite")
		x.put(x.paul, silent, x.seller, "sans clé")
		_, err := x.unlock(x.anne, silent, x.buyer)
		x.Must(err)
		x.Clock.Advance(49 * time.Hour)
		if _, err := x.offers.Put(x.ctx, x.paul, x.sealed(alone, x.seller, "trop tard")); !fault.Is(err, fault.Conflict) {
			t.Errorf("an offer after its instant: %v", err)
		}
		if got := x.states(alone); !slices.Equal(got, []offer.State{offer.Lapsed}) {
			t.Errorf("one alone: %s", got)
		}
		x.Clock.Advance(offer.Patience)
		if _, err := x.unlock(x.paul, silent, x.seller); !fault.Is(err, fault.Conflict) {
			t.Errorf("a secret after its instant: %v", err)
		}
		for _, r := range []offer.Round{alone, silent} {
			if got := x.states(r); !slices.Equal(got, []offer.State{offer.Lapsed}) {
				t.Errorf("lapsed: %s", got)
			}
			x.Must(x.offers.Withdraw(x.ctx, x.anne, x.in, r.ID))
			if err := x.offers.Withdraw(x.ctx, x.anne, x.in, r.ID); !fault.Is(err, fault.Conflict) {
				t.Errorf("taken back twice: %v", err)
			}
			got, err := x.offers.Show(x.ctx, x.anne, x.in, r.ID)
			x.Must(err)
			if hers := got.Of(x.buyer); !hers.In.IsZero() || len(hers.Sealed) > 0 || !hers.Key.IsZero() || got.State != offer.Lapsed {
				t.Errorf("what is left: %d bytes, %s", len(hers.Sealed), got.State)
			}
		}
	})
}

var (
	selectCells = store.ForFirm(`select party_id, sealed, secret from offer where firm_id = $1 and round_id = $2`)

	forgeries = map[string]store.FirmStmt{
		"amends its commitment": store.ForFirm(`update offer set commitment = mark where firm_id = $1 and round_id = $2 and party_id = $3`),
		"amends its hash":       store.ForFirm(`update offer set digest = mark where firm_id = $1 and round_id = $2 and party_id = $3`),
		"says it came later":    store.ForFirm(`update offer set put_at = put_at + 1 where firm_id = $1 and round_id = $2 and party_id = $3`),
		"says that it is none":  store.ForFirm(`update offer set put_at = 0 where firm_id = $1 and round_id = $2 and party_id = $3`),
	}
	updateSealed = store.ForFirm(`update offer set sealed = $4 where firm_id = $1 and round_id = $2 and party_id = $3`)
)

// TestNobodyReadsBefore: with every key of the house, its whole database and disk, and
// all that its services say, nothing of an offer is found before its party hands its
// secret in.
func TestNobodyReadsBefore(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		const canary = "CANARI-4817-TERMES"
		r := x.ask(x.buyer, x.seller)
		x.put(x.anne, r, x.buyer, canary)
		x.put(x.paul, r, x.seller, canary+" du vendeur")
		found := 0
		look := func(where string, raw []byte) {
			found++
			for _, word := range []string{canary, "123456789"} {
				if bytes.Contains(raw, []byte(word)) {
					t.Errorf("%s says %s", where, word)
				}
			}
			for _, p := range []id.Circle{x.buyer, x.seller} {
				s := secretOf(p)
				if bytes.Contains(raw, s[:]) || bytes.Contains(raw, []byte(s.String())) {
					t.Errorf("%s has a secret", where)
				}
			}
		}
		x.Must(x.Office.See(x.ctx, x.Lead.Firm, func(a *act.Act) error {
			box, err := a.SpaceBox(x.in)
			x.Must(err)
			return a.Each(selectCells, []any{r.ID}, func(scan func(...any) error) error {
				var party id.Circle
				var sealed, secret []byte
				if err := scan(&party, &sealed, &secret); err != nil {
					return err
				}
				opened, err := box.Open(vault.Place{Table: "offer", Column: "sealed", Row: string(r.ID) + "/" + string(party)}, sealed)
				if err != nil || len(opened) != offer.SealedSize || len(secret) > 0 {
					t.Errorf("what the house has: %d bytes, %d of a secret, %v", len(opened), len(secret), err)
				}
				look("what the house opens with all its keys", opened)
				return nil
			})
		}))
		for _, by := range []authz.Actor{x.Lead, x.client, x.anne, x.paul, x.reads} {
			got, err := x.offers.List(x.ctx, by, x.in)
			x.Must(err)
			raw, err := json.Marshal(got)
			x.Must(err)
			look("what a service says", raw)
		}
		for _, line := range x.Journal(x.Lead) {
			look("the journal", line.Details)
		}
		for _, dir := range []string{x.Dir, x.Stored.Dir} {
			if dir == "" {
				continue // of the other engine
			}
			x.Must(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				raw, err := os.ReadFile(path)
				look(filepath.Base(path), raw)
				return err
			}))
		}
		if found < 10 {
			t.Errorf("%d places were looked at", found)
		}
	})
}

// TestCRY03_AlteredOffers: one byte of what a party committed itself to that is not as
// it was: everybody reads it, no secret opens anything any more, and the journal says
// so. The same for a row that was touched.
func TestCRY03_AlteredOffers(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		alter := map[string]func(a *act.Act, r offer.Round) error{}
		for name, stmt := range forgeries {
			alter[name] = func(a *act.Act, r offer.Round) error {
				return a.Write(stmt, r.ID, x.seller)
			}
		}
		of := func(r offer.Round) vault.Place {
			return vault.Place{Table: "offer", Column: "sealed", Row: string(r.ID) + "/" + string(x.seller)}
		}
		alter["by whoever has the disk"] = func(a *act.Act, r offer.Round) error {
			return a.Write(updateSealed, r.ID, x.seller, bytes.Repeat([]byte{1}, offer.SealedSize))
		}
		alter["by whoever has the keys of the house"] = func(a *act.Act, r offer.Round) error {
			box, err := a.SpaceBox(x.in)
			x.Must(err)
			e := x.sealed(r, x.seller, "offre du vendeur")
			e.Sealed[100] ^= 1
			return a.Write(updateSealed, r.ID, x.seller, box.Seal(of(r), e.Sealed))
		}
		for name, touch := range alter {
			r := x.ask(x.buyer, x.seller)
			x.put(x.anne, r, x.buyer, "offre de l’acquéreur")
			x.put(x.paul, r, x.seller, "offre du vendeur")
			_, err := x.unlock(x.anne, r, x.buyer)
			x.Must(err)
			x.Must(x.Office.Keep(x.ctx, x.Lead.Firm, func(a *act.Act) error { return touch(a, r) }))
			if got := x.states(r); !slices.Equal(got, []offer.State{offer.Altered}) {
				t.Errorf("%s: %s", name, got)
			}
			before := x.Kinds(x.Lead)["offer.altered"]
			if got, err := x.unlock(x.paul, r, x.seller); err != nil || got.State != offer.Altered {
				t.Errorf("%s: opened all the same: %s, %v", name, got.State, err)
			}
			if got := x.Kinds(x.Lead)["offer.altered"]; got != before+1 {
				t.Errorf("%s: the journal says it %d times", name, got-before)
			}
			for _, by := range []authz.Actor{x.Lead, x.anne, x.paul, x.reads} {
				got, err := x.offers.Show(x.ctx, by, x.in, r.ID)
				x.Must(err)
				if got.State != offer.Altered || got.Of(x.seller).Terms != nil || got.Of(x.buyer).Terms != nil {
					t.Errorf("%s: %s reads %s", name, by.Person, got.State)
				}
			}
			if _, err := x.unlock(x.paul, r, x.seller); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: once more: %v", name, err)
			}
		}
	})
}

// TestCheat: a party whose sealed bytes hold something else than it committed itself to
// opens nothing, and all read whose offer it is.
func TestCheat(t *testing.T) {
	each(t, func(t *testing.T, x table) {
		r := x.ask(x.buyer, x.seller)
		x.put(x.anne, r, x.buyer, "honnête")
		two := x.sealed(r, x.seller, "une offre")
		two.Sealed = x.sealed(r, x.seller, "une autre offre").Sealed
		_, err := x.offers.Put(x.ctx, x.paul, two)
		x.Must(err)
		if got, err := x.unlock(x.paul, r, x.seller); err != nil || got.State != offer.Altered || !got.Of(x.seller).Altered {
			t.Errorf("opened: %s, %v", got.State, err)
		}
		if got := x.states(r); !slices.Equal(got, []offer.State{offer.Altered}) {
			t.Errorf("%s", got)
		}
		for _, n := range []offer.Putting{{}, {Envelope: offer.Envelope{Sealed: []byte("en clair"), Commitment: two.Commitment, Mark: two.Mark}}} {
			n.Space, n.Round = x.in, x.ask(x.buyer, x.seller).ID
			if _, err := x.offers.Put(x.ctx, x.paul, n); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "sealed") {
				t.Errorf("what is not sealed is taken: %v", err)
			}
		}
	})
}
