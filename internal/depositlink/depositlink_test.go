package depositlink_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/deposit"
	"cenacle/internal/depositlink"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	"cenacle/internal/request"
	"cenacle/internal/space"
)

// post is the house of documents with what stands around a deposit link.
type post struct {
	*documenttest.House
	t        *testing.T
	links    *depositlink.Service
	deposits *deposit.Service
	asks     *request.Service
	in       id.Space
	client   authz.Actor
}

var here = account.Source{Addr: netip.MustParseAddr("192.0.2.7")}

func each(t *testing.T, test func(*post)) {
	documenttest.Each(t, document.Config{Deposit: deposit.Attach, Admit: request.Admit, Answer: request.Fulfil}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		test(&post{
			House: h, t: t, links: depositlink.New(h.Office, account.New(h.Office)), deposits: deposit.New(h.Office, nil),
			asks: request.New(h.Office, h.Documents, nil), in: in, client: h.Member(h.Lead, in, authz.Client, "Mme Petit"),
		})
	})
}

// link makes a link as the lead does, and its token as the job that mails it.
func (p *post) link(of depositlink.Making) (depositlink.Link, string) {
	p.t.Helper()
	of.Space = p.in
	l, err := p.links.Make(p.t.Context(), p.Lead, of)
	p.Must(err)
	return l, p.issue(l.ID)
}

func (p *post) issue(of id.DepositLink) (token string) {
	p.t.Helper()
	p.Must(p.Office.Do(p.t.Context(), p.Lead.Firm, func(a *act.Act) (err error) {
		token, err = depositlink.Issue(a, p.Lead, of)
		return err
	}))
	return token
}

func (p *post) enter(token string) (authz.Actor, error) {
	_, by, err := p.links.Enter(p.t.Context(), p.Lead.Firm, token, here)
	return by, err
}

// TestLNK04_BoundToOnePerson: what comes by a link is filed under the person it
// names, answers what is asked of her, and gives a receipt in her name; the same
// actor reads nothing and does nothing else.
func TestLNK04_BoundToOnePerson(t *testing.T) {
	each(t, func(p *post) {
		ctx := t.Context()
		asked, err := p.asks.Ask(ctx, p.Lead, request.Asking{Space: p.in, Person: p.client.Person, Papers: []request.Paper{{Name: "Passeport"}}})
		p.Must(err)
		secret := p.Deposit(p.client, p.in, "Secret.txt", []byte("secret")).Document
		_, err = p.deposits.Close(ctx, p.client, deposit.Finish{Space: p.in})
		p.Must(err)
		_, token := p.link(depositlink.Making{Request: asked[0]})
		by, err := p.enter(token)
		p.Must(err)
		u, err := p.Documents.File(ctx, by, document.BeginUpload{Space: p.in, Tray: space.ClientTray, Name: "Passeport.pdf", Request: asked[0]}, strings.NewReader("passeport"))
		p.Must(err)
		d, err := p.Documents.Show(ctx, p.Lead, u.Document)
		p.Must(err)
		if d.Author != p.client.Person || d.Tray != space.ClientTray {
			t.Errorf("it is filed under %s in %s", d.Author, d.Tray)
		}
		found, err := p.asks.List(ctx, by, p.in)
		p.Must(err)
		if len(found) != 1 || found[0].State != request.Deposited || len(found[0].Documents) != 0 {
			t.Errorf("what was asked is %+v", found)
		}
		r, err := p.deposits.Close(ctx, by, deposit.Finish{Space: p.in})
		p.Must(err)
		v, err := p.deposits.Receipt(ctx, by, r.ID)
		p.Must(err)
		if v.Contents.Person != "Mme Petit" || len(v.Contents.Items) != 1 {
			t.Errorf("the receipt says %+v", v.Contents)
		}

		other := p.Space(p.Lead, "Martin")
		p.Member(p.Lead, other, authz.Client, "M. Martin")
		_, shown := p.Documents.Show(ctx, by, secret)
		_, read := p.Documents.Content(ctx, by, document.Want{Item: secret, Purpose: document.Download})
		if listed, err := p.Documents.List(ctx, by, document.ListQuery{Space: p.in, Limit: 10}); err == nil && len(listed) > 0 {
			t.Errorf("by a link she lists %d documents", len(listed))
		}
		_, known := p.Documents.Begin(ctx, by, document.BeginUpload{Space: p.in, Tray: space.ClientTray, Name: "x", Size: 6, SHA256: "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"})
		_, elsewhere := p.Documents.Begin(ctx, by, document.BeginUpload{Space: other, Tray: space.ClientTray, Name: "x", Size: 1})
		_, ours := p.Documents.Begin(ctx, by, document.BeginUpload{Space: p.in, Tray: space.FirmTray, Name: "x", Size: 1})
		_, wrote := memo.NewService(p.Office).Write(ctx, by, memo.New{Space: p.in, Subject: "x", Body: "x", Circles: []id.Circle{p.Circles(p.Lead, p.in).Client}})
		_, made := p.links.Make(ctx, by, depositlink.Making{Space: p.in, Person: p.client.Person})
		for what, err := range map[string]error{
			"shows a document": shown, "reads one": read, "deposits elsewhere": elsewhere,
			"files for the firm": ours, "writes a memo": wrote, "makes a link": made,
		} {
			if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("by a link she %s: %v", what, err)
			}
		}
		if known != nil {
			t.Errorf("by a link she is told of bytes that are there: %v", known)
		}
	})
}

// TestLNK01_EndsAndGuesses: a link that expired, was revoked, replaced or is of
// somebody who left opens nothing, like one that never was; who guesses is slowed.
func TestLNK01_EndsAndGuesses(t *testing.T) {
	each(t, func(p *post) {
		ctx := t.Context()
		absent := func(why, token string) {
			t.Helper()
			if _, err := p.enter(token); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", why, err)
			}
		}
		l, token := p.link(depositlink.Making{Person: p.client.Person, Life: 2 * time.Hour})
		_, err := p.enter(token)
		p.Must(err)
		again := p.issue(l.ID)
		absent("replaced by a newer mail", token)
		_, err = p.enter(again)
		p.Must(err)
		p.Clock.Advance(2*time.Hour - time.Second)
		_, err = p.enter(again)
		p.Must(err)
		p.Clock.Advance(time.Second)
		absent("expired", again)
		if err := p.links.Revoke(ctx, p.Lead, l.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("an expired link is revoked: %v", err)
		}

		l, token = p.link(depositlink.Making{Person: p.client.Person})
		p.Must(p.links.Revoke(ctx, p.Lead, l.ID))
		absent("revoked", token)
		all, err := p.links.List(ctx, p.Lead, p.in)
		p.Must(err)
		if states := []depositlink.State{all[0].State, all[1].State}; !slices.Equal(states, []depositlink.State{depositlink.Revoked, depositlink.Expired}) || all[0].PersonName != "Mme Petit" {
			t.Errorf("the list has %+v", all)
		}
		absent("of another form", "abc")
		absent("never issued", account.NewToken())
		for range 30 {
			_, err = p.enter(account.NewToken())
		}
		if !fault.Is(err, fault.Busy) {
			t.Errorf("thirty guesses are answered with %v", err)
		}
		_, _, err = p.links.Enter(ctx, p.Lead.Firm, account.NewToken(), account.Source{Addr: netip.MustParseAddr("192.0.2.8")})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("another source is slowed with her: %v", err)
		}
	})
}

// TestMakeRefuses: no link for somebody who cannot deposit, for a paper that is
// not awaited, for ever, nor into a space that takes nothing; a client makes none.
func TestMakeRefuses(t *testing.T) {
	each(t, func(p *post) {
		ctx := t.Context()
		reader := p.Member(p.Lead, p.in, authz.Reader, "M. Lecteur")
		asked, err := p.asks.Ask(ctx, p.Lead, request.Asking{Space: p.in, Person: p.client.Person, Papers: []request.Paper{{Name: "Passeport"}}})
		p.Must(err)
		p.Must(p.asks.Waive(ctx, p.Lead, asked[0], ""))
		for why, in := range map[string]depositlink.Making{
			"a reader":               {Space: p.in, Person: reader.Person},
			"the lead herself":       {Space: p.in, Person: p.Lead.Person},
			"nobody":                 {Space: p.in},
			"a paper that is waived": {Space: p.in, Request: asked[0]},
			"for ever":               {Space: p.in, Person: p.client.Person, Life: 365 * 24 * time.Hour},
		} {
			if _, err := p.links.Make(ctx, p.Lead, in); !fault.Is(err, fault.Invalid) {
				t.Errorf("a link for %s: %v", why, err)
			}
		}
		if _, err := p.links.Make(ctx, p.client, depositlink.Making{Space: p.in, Person: p.client.Person}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a client makes a link: %v", err)
		}
		p.Must(p.deposits.Switch(ctx, p.Lead, p.in, deposit.Rule{Closed: true, Sentence: "Par la poste."}))
		if _, err := p.links.Make(ctx, p.Lead, depositlink.Making{Space: p.in, Person: p.client.Person}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a link into a space that takes nothing: %v", err)
		}
	})
}

// TestWhoKeepsLinks: deposit links are listed, sent again and ended by the firm's side, and
// by nobody from outside it, whom they name or not.
func TestWhoKeepsLinks(t *testing.T) {
	each(t, func(p *post) {
		l, _ := p.link(depositlink.Making{Person: p.client.Person})
		program := p.Lead
		program.Via, program.Pass = authz.ViaToken, &authz.Pass{ReadOnly: true}
		guest := p.Member(p.Lead, p.in, authz.Guest, "Me Roux")
		for who, by := range map[string]authz.Actor{"whom it names": p.client, "a guest": guest, "a program that only reads": program} {
			if all, err := p.links.List(p.t.Context(), by, p.in); !fault.Is(err, fault.Forbidden) || len(all) > 0 {
				p.t.Errorf("%s lists %d: %v", who, len(all), err)
			}
			if err := p.links.Revoke(p.t.Context(), by, l.ID); !fault.Is(err, fault.Forbidden) {
				p.t.Errorf("%s ends it: %v", who, err)
			}
		}
		all, err := p.links.List(p.t.Context(), p.Member(p.Lead, p.in, authz.Assistant, "M. Aide"), p.in)
		p.Must(err)
		if len(all) != 1 || all[0].State != depositlink.Standing {
			p.t.Errorf("%+v", all)
		}
	})
}

// TestDemandedOfALink: where a space demands more than a link shows, none is made, and those that
// stand lead nowhere until it demands it no more.
func TestDemandedOfALink(t *testing.T) {
	each(t, func(p *post) {
		ctx := p.t.Context()
		life := lifecycle.New(p.Office, account.New(p.Office), nil)
		_, token := p.link(depositlink.Making{Person: p.client.Person})
		p.Must(life.SetDemand(ctx, p.Lead, p.in, authz.Confirmed))
		if _, err := p.enter(token); !fault.Is(err, fault.NotFound) {
			p.t.Errorf("one that stands: %v", err)
		}
		_, err := p.links.Make(ctx, p.Lead, depositlink.Making{Space: p.in, Person: p.client.Person})
		f, _ := errors.AsType[*fault.Error](err)
		if f == nil || f.Kind != fault.Conflict || f.Key != "depositlink.demanded" {
			p.t.Errorf("a new one: %v", err)
		}
		p.Must(life.SetDemand(ctx, p.Lead, p.in, authz.Single))
		_, err = p.enter(token)
		p.Must(err)
	})
}
