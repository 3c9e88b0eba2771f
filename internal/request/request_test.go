package request_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/request"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

type room struct {
	*documenttest.House
	t      *testing.T
	space  id.Space
	client authz.Actor
}

func each(t *testing.T, run func(t *testing.T, r room)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		run(t, room{h, t, in, h.Member(h.Lead, in, authz.Client, "Mme Petit")})
	})
}

func (r room) ask(names ...string) []id.Ask {
	r.t.Helper()
	in := request.Asking{Space: r.space, Person: r.client.Person}
	for _, n := range names {
		in.Papers = append(in.Papers, request.Paper{Name: n})
	}
	out, err := r.Requests.Ask(r.t.Context(), r.Lead, in)
	r.Must(err)
	return out
}

func (r room) show(by authz.Actor, of id.Ask) request.Request {
	r.t.Helper()
	q, err := r.Requests.Show(r.t.Context(), by, of)
	r.Must(err)
	return q
}

// deposits answers a request with a file.
func (r room) deposits(of id.Ask, name, content string) id.Item {
	r.t.Helper()
	u, err := r.Documents.Put(r.t.Context(), r.client, document.BeginUpload{
		Space: r.space, Tray: space.ClientTray, Name: name, Size: int64(len(content)), Request: of,
	}, strings.NewReader(content))
	r.Must(err)
	return u.Document
}

// TestLife carries one request through everything that can become of it.
func TestLife(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx := t.Context()
		asked := r.ask("Livret de famille", "RIB", "Passeport")
		first := r.deposits(asked[0], "livret.jpg", "page 1")
		second := r.deposits(asked[0], "livret2.jpg", "page 2")
		q := r.show(r.client, asked[0])
		if q.State != request.Deposited || len(q.Documents) != 2 || q.Documents[0].Document != first || q.Documents[1].Document != second {
			t.Fatalf("%+v", q)
		}
		r.Must(r.Requests.Return(ctx, r.Lead, asked[0], "Illisible : la page 2 est floue."))
		if q = r.show(r.client, asked[0]); q.State != request.Redo || q.Reason != "Illisible : la page 2 est floue." {
			t.Errorf("sent back: %+v", q)
		}
		r.deposits(asked[0], "livret3.jpg", "page 2, nette")
		r.Must(r.Requests.Accept(ctx, r.Lead, asked[0]))
		r.Must(r.Requests.Lack(ctx, r.client, asked[1], "Je n’ai plus de compte."))
		r.Must(r.Requests.Waive(ctx, r.Lead, asked[2], "La carte d’identité suffit."))
		states := []request.State{}
		all, err := r.Requests.List(ctx, r.Lead, r.space)
		r.Must(err)
		for _, q := range all {
			states = append(states, q.State)
			if q.PersonName != "Mme Petit" {
				t.Errorf("of %q", q.PersonName)
			}
		}
		if !slices.Equal(states, []request.State{request.Accepted, request.Lacking, request.Waived}) {
			t.Errorf("%v", states)
		}
		if err := r.Requests.Accept(ctx, r.Lead, asked[2]); !fault.Is(err, fault.Conflict) {
			t.Errorf("a waived paper is accepted: %v", err)
		}
		receipt, err := r.Deposits.Close(ctx, r.client, deposit.Finish{Space: r.space})
		r.Must(err)
		view, err := r.Deposits.Receipt(ctx, r.client, receipt.ID)
		r.Must(err)
		if len(view.Answered) != 3 || view.Answered[0].Request != "Livret de famille" || view.Answered[0].File != "livret.jpg" {
			t.Errorf("the receipt says %+v", view.Answered)
		}
		want := map[string]int{"request.asked": 3, "request.answered": 3, "request.returned": 1, "request.accepted": 1, "request.lacking": 1, "request.waived": 1}
		kinds := r.Kinds(r.Lead)
		for kind, n := range want {
			if kinds[kind] != n {
				t.Errorf("%d lines of %s, want %d", kinds[kind], kind, n)
			}
		}
	})
}

// TestUpload refuses before the first byte what the last would not change, and
// loses no document that a settled request no longer wants.
func TestUpload(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx := t.Context()
		asked := r.ask("RIB", "K-bis")
		other := r.Member(r.Lead, r.space, authz.Client, "M. Petit")
		begin := func(by authz.Actor, of id.Ask) (document.Upload, error) {
			return r.Documents.Begin(ctx, by, document.BeginUpload{Space: r.space, Tray: space.ClientTray, Name: "rib.pdf", Size: 3, Request: of})
		}
		if _, err := begin(other, asked[0]); !fault.Is(err, fault.Invalid) {
			t.Errorf("another client answers: %v", err)
		}
		r.Must(r.Requests.Waive(ctx, r.Lead, asked[1], ""))
		if _, err := begin(r.client, asked[1]); !fault.Is(err, fault.Conflict) {
			t.Errorf("a waived request is answered: %v", err)
		}
		u, err := begin(r.client, asked[0])
		r.Must(err)
		r.Must(r.Requests.Waive(ctx, r.Lead, asked[0], ""))
		done, err := r.Documents.Append(ctx, r.client, u.ID, 0, strings.NewReader("abc"))
		r.Must(err)
		if !done.Done {
			t.Fatal("the bytes are lost")
		}
		if q := r.show(r.Lead, asked[0]); q.State != request.Waived || len(q.Documents) != 0 {
			t.Errorf("%+v", q)
		}
	})
}

// TestSwitchedOff keeps deposits out, in the firm's words, and lets them in again.
func TestSwitchedOff(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx := t.Context()
		in := document.BeginUpload{Space: r.space, Tray: space.ClientTray, Name: "rib.pdf", Size: 3}
		if err := r.Deposits.Switch(ctx, r.Lead, r.space, deposit.Rule{Closed: true}); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a sentence: %v", err)
		}
		if err := r.Deposits.Switch(ctx, r.client, r.space, deposit.Rule{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by a client: %v", err)
		}
		r.Must(r.Deposits.Switch(ctx, r.Lead, r.space, deposit.Rule{Closed: true, Sentence: "Par la poste, s’il vous plaît."}))
		_, err := r.Documents.Put(ctx, r.client, in, strings.NewReader("abc"))
		var f *fault.Error
		if !errors.As(err, &f) || f.Key != "deposit.switched_off" || f.Kind != fault.Forbidden {
			t.Errorf("deposited: %v", err)
		}
		rule, err := r.Deposits.RuleOf(ctx, r.client, r.space)
		if r.Must(err); !rule.Closed || rule.Sentence != "Par la poste, s’il vous plaît." {
			t.Errorf("%+v", rule)
		}
		r.Must(r.Deposits.Switch(ctx, r.Lead, r.space, deposit.Rule{}))
		r.deposits("", "rib.pdf", "abc")
	})
}

// TestRights is every use case by everybody.
func TestRights(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx := t.Context()
		elsewhere := r.Space(r.Lead, "Martin")
		one := r.ask("RIB")[0]
		doc := r.deposits("", "rib.pdf", "abc")
		link := r.client
		link.Scope, link.Via = r.space, authz.ViaLink
		gone := r.Member(r.Lead, r.space, authz.Client, "M. Parti")
		r.Leave(gone, r.space)
		const yes, hidden, no, standing = fault.Kind(255), fault.NotFound, fault.Forbidden, fault.Conflict
		who := []struct {
			name string
			by   authz.Actor
		}{
			{"lead", r.Lead}, {"client", r.client}, {"link", link},
			{"other client here", r.Member(r.Lead, r.space, authz.Client, "M. Petit")},
			{"guest", r.Member(r.Lead, r.space, authz.Guest, "M. Expert")}, {"reader", r.Member(r.Lead, r.space, authz.Reader, "M. Lecteur")},
			{"client elsewhere", r.Member(r.Lead, elsewhere, authz.Client, "M. Martin")}, {"gone", gone}, {"other firm", r.Found("Cabinet Voisin", "Me Voisin")},
		}
		for name, use := range map[string]struct {
			do   func(authz.Actor) error
			want [9]fault.Kind // as in who
		}{
			"show": {func(by authz.Actor) error { _, err := r.Requests.Show(ctx, by, one); return err },
				[9]fault.Kind{yes, yes, yes, hidden, hidden, hidden, hidden, hidden, hidden}},
			"list": {func(by authz.Actor) error {
				all, err := r.Requests.List(ctx, by, r.space)
				if err == nil && len(all) == 0 {
					return fault.Absent()
				}
				return err
			}, [9]fault.Kind{yes, yes, yes, hidden, hidden, hidden, hidden, hidden, hidden}},
			"ask": {func(by authz.Actor) error {
				_, err := r.Requests.Ask(ctx, by, request.Asking{Space: r.space, Person: r.client.Person, Papers: []request.Paper{{Name: "X"}}})
				return err
			}, [9]fault.Kind{yes, no, no, no, no, no, hidden, hidden, hidden}},
			"offers": {func(by authz.Actor) error {
				_, err := r.Requests.Offers(ctx, by, request.Wanted{Space: r.space, Names: []string{"RIB"}})
				return err
			}, [9]fault.Kind{yes, no, no, no, no, no, hidden, hidden, hidden}},
			"reuse": {func(by authz.Actor) error {
				_, err := r.Requests.Reuse(ctx, by, request.Reusing{Space: r.space, Person: r.client.Person, Name: "RIB", Document: doc})
				return err
			}, [9]fault.Kind{yes, no, no, no, no, no, hidden, hidden, hidden}},
			"return": {func(by authz.Actor) error { return r.Requests.Return(ctx, by, one, "x") },
				[9]fault.Kind{standing, no, no, hidden, hidden, hidden, hidden, hidden, hidden}},
			"renew": {func(by authz.Actor) error { return r.Requests.Renew(ctx, by, one) },
				[9]fault.Kind{standing, no, no, hidden, hidden, hidden, hidden, hidden, hidden}},
			"lack": {func(by authz.Actor) error { return r.Requests.Lack(ctx, by, one, "") },
				[9]fault.Kind{hidden, fault.Invalid, fault.Invalid, hidden, hidden, hidden, hidden, hidden, hidden}},
			"no such": {func(by authz.Actor) error {
				_, err := r.Requests.Show(ctx, by, id.New[id.Ask](time.Now()))
				return err
			}, [9]fault.Kind{hidden, hidden, hidden, hidden, hidden, hidden, hidden, hidden, hidden}},
		} {
			for i, w := range who {
				err := use.do(w.by)
				if (err == nil) != (use.want[i] == yes) || err != nil && fault.KindOf(err) != use.want[i] {
					t.Errorf("%s by %s: %v", name, w.name, err)
				}
			}
		}
		for _, w := range who[3:6] { // who may not be told, or cannot answer
			_, err := r.Requests.Ask(ctx, r.Lead, request.Asking{Space: elsewhere, Person: w.by.Person, Papers: []request.Paper{{Name: "X"}}})
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("asked of %s, who is not there: %v", w.name, err)
			}
		}
	})
}

// days lets days pass and the ladder be climbed each morning.
func (r room) days(n int) {
	r.t.Helper()
	raw, err := json.Marshal(request.Notice{Space: r.space, Person: r.client.Person})
	r.Must(err)
	for range n {
		r.Clock.Advance(24 * time.Hour)
		r.Must(r.Requests.Climb(r.t.Context(), r.Lead.Firm, outbox.Job{Kind: request.LadderJob, Payload: raw}))
	}
}

// TestReminders climbs the ladder: three mails for all that is asked, then one
// to the lawyer; and an answer, a lack or a waiver ends it.
func TestReminders(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx := t.Context()
		asked := r.ask("RIB", "K-bis", "Statuts")
		if due := r.Jobs(request.LadderJob); len(due) != 1 || due[0].RunAt.Sub(r.Clock.Now()) > 73*time.Hour {
			t.Errorf("the ladder begins with %d jobs", len(due))
		}
		count := func() int { return r.Kinds(r.Lead)["request.reminded"] }
		r.days(2)
		if count() != 0 {
			t.Errorf("%d reminders after two days", count())
		}
		r.days(2)
		if count() != 1 || len(r.Jobs(request.ReminderJob)) != 1 {
			t.Errorf("%d reminders after four days", count())
		}
		r.days(4)
		r.Must(r.Requests.Lack(ctx, r.client, asked[0], "perdu"))
		r.Must(r.Requests.Waive(ctx, r.Lead, asked[1], ""))
		r.days(7)
		if count() != 3 || len(r.Jobs(request.OverdueJob)) != 0 {
			t.Errorf("%d reminders after fifteen days, %d to the firm", count(), len(r.Jobs(request.OverdueJob)))
		}
		r.days(7)
		if count() != 3 || len(r.Jobs(request.OverdueJob)) != 1 {
			t.Errorf("%d reminders after twenty-two days, %d to the firm", count(), len(r.Jobs(request.OverdueJob)))
		}
		r.deposits(asked[2], "statuts.pdf", "abc")
		r.Must(r.Requests.Return(ctx, r.Lead, asked[2], "incomplets"))
		r.days(4)
		if count() != 4 {
			t.Errorf("%d reminders: what was sent back begins again", count())
		}
		if err := r.Requests.Remind(ctx, r.Lead, r.space, r.client.Person); err != nil && !fault.Is(err, fault.Busy) {
			t.Errorf("by hand: %v", err)
		}
		r.Clock.Advance(13 * time.Hour)
		r.Must(r.Requests.Remind(ctx, r.Lead, r.space, r.client.Person))
		if err := r.Requests.Remind(ctx, r.Lead, r.space, r.client.Person); !fault.Is(err, fault.Busy) {
			t.Errorf("twice by hand: %v", err)
		}
		r.deposits(asked[2], "statuts2.pdf", "abcd")
		if err := r.Requests.Remind(ctx, r.Lead, r.space, r.client.Person); !fault.Is(err, fault.Conflict) {
			t.Errorf("with nothing asked: %v", err)
		}
		before := count()
		r.days(30)
		if count() != before {
			t.Errorf("%d reminders after the last answer", count()-before)
		}
		broken := outbox.Job{Payload: []byte("{")}
		if err := r.Requests.Climb(ctx, r.Lead.Firm, broken); err == nil {
			t.Error("a broken payload passes")
		}
	})
}

// TestWhoIsTold: that something is still asked is told to whom it is asked of and to the
// firm's side of the space, as long as they are there.
func TestWhoIsTold(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		r.ask("RIB")
		colleague, other := r.Member(r.Lead, r.space, authz.Colleague, "Me Jeune"), r.Member(r.Lead, r.space, authz.Client, "M. Petit")
		gone := r.Member(r.Lead, r.space, authz.Colleague, "Me Parti")
		r.Leave(gone, r.space)
		told := func(who string, want bool, ask func(a *act.Act) error) {
			t.Helper()
			if err := r.Office.See(t.Context(), r.Lead.Firm, ask); (err == nil) != want || err != nil && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", who, err)
			}
		}
		of := func(by authz.Actor) func(a *act.Act) error {
			return func(a *act.Act) error {
				return request.WaitsFor(a, by, request.Overdue{Space: r.space, Of: r.client.Person})
			}
		}
		told("the client", true, func(a *act.Act) error { return request.Waits(a, r.client, r.space) })
		told("somebody of whom nothing is asked", false, func(a *act.Act) error { return request.Waits(a, other, r.space) })
		told("the lead", true, of(r.Lead))
		told("a colleague", true, of(colleague))
		told("a colleague who left", false, of(gone))
		told("another client", false, of(other))
		told("somebody of another space", false, of(r.Member(r.Lead, r.Space(r.Lead, "Martin"), authz.Colleague, "Me Ailleurs")))
	})
}

// TestOffers looks in this space and in the other ones of the same client,
// where the writer may look, and nowhere else.
func TestOffers(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx := t.Context()
		colleague := r.Member(r.Lead, r.space, authz.Colleague, "Me Jeune") // of this space alone
		rib := r.deposits("", "RIB_Petit.pdf", "iban")
		before := r.Space(r.Lead, "Petit, bail")
		r.Join(r.client, before, authz.Client)
		cgv, err := r.Documents.Put(ctx, r.client, document.BeginUpload{Space: before, Tray: space.ClientTray, Name: "CGV 2025.pdf", Size: 3}, strings.NewReader("cgv"))
		r.Must(err)
		foreign := r.Space(r.Lead, "Martin")
		martin := r.Member(r.Lead, foreign, authz.Client, "M. Martin")
		_, err = r.Documents.Put(ctx, martin, document.BeginUpload{Space: foreign, Tray: space.ClientTray, Name: "K-bis.pdf", Size: 3}, strings.NewReader("kbi"))
		r.Must(err)
		wanted := request.Wanted{Space: r.space, Names: []string{"Relevé d’identité bancaire", "Conditions générales de vente", "Extrait K-bis", "Livret de famille"}}
		offers, err := r.Requests.Offers(ctx, r.Lead, wanted)
		r.Must(err)
		if len(offers) != 2 || offers[0].Document != rib || offers[0].SpaceName != "" || offers[1].Document != cgv.Document || offers[1].SpaceName != "Petit, bail" {
			t.Fatalf("%+v", offers)
		}
		if offers, err = r.Requests.Offers(ctx, colleague, wanted); err != nil || len(offers) != 1 || offers[0].Document != rib {
			t.Errorf("a colleague is offered %+v, %v", offers, err)
		}
		offers, err = r.Requests.Offers(ctx, r.Lead, request.Wanted{Space: r.space, Text: "Merci de m’envoyer votre RIB et votre livret de famille."})
		if r.Must(err); len(offers) != 1 || offers[0].Document != rib {
			t.Errorf("a memo is offered %+v", offers)
		}
		photo := r.deposits(r.ask("Livret de famille")[0], "IMG_2041.jpg", "photo")
		offers, err = r.Requests.Offers(ctx, r.Lead, request.Wanted{Space: r.space, Names: []string{"copie du livret de famille"}})
		if r.Must(err); len(offers) != 1 || offers[0].Document != photo {
			t.Errorf("a photograph that answers a request is offered as %+v", offers)
		}
		for name, doc := range map[string]id.Item{"RIB": rib, "CGV": cgv.Document} {
			made, err := r.Requests.Reuse(ctx, r.Lead, request.Reusing{Space: r.space, Person: r.client.Person, Name: name, Document: doc})
			r.Must(err)
			q := r.show(r.Lead, made)
			if q.State != request.Accepted || !q.Avoided || len(q.Documents) != 1 || (q.Documents[0].Document == doc) != (doc == rib) {
				t.Errorf("%s: %+v", name, q)
			}
			if copied := r.show(r.client, made); doc != rib && len(copied.Documents) != 0 {
				t.Errorf("the copy was shared by adding it: %+v", copied.Documents)
			}
		}
		if _, err := r.Requests.Reuse(ctx, colleague, request.Reusing{Space: r.space, Person: r.client.Person, Name: "CGV", Document: cgv.Document}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a colleague takes what she may not see: %v", err)
		}
		count := func(by authz.Actor) (n int) {
			r.Must(r.Office.See(ctx, by.Firm, func(a *act.Act) (err error) { n, err = request.Avoided(a, by); return err }))
			return n
		}
		if count(r.Lead) != 2 || count(colleague) != 2 || count(martin) != 0 {
			t.Errorf("avoided: %d, %d, %d", count(r.Lead), count(colleague), count(martin))
		}
	})
}

var forgeries = map[string]store.FirmStmt{
	"person": store.ForFirm(`update request set person_id = 'another' where firm_id = $1 and id = $2`),
	"state":  store.ForFirm(`update request set state = 'accepted' where firm_id = $1 and id = $2`),
	"space":  store.ForFirm(`update request set due = '2030-01-01' where firm_id = $1 and id = $2`),
	"name":   store.ForFirm(`update request set name = note where firm_id = $1 and id = $2`),
}

// TestCRY03_ForgedRequests (small): a touched row opens nothing.
func TestCRY03_ForgedRequests(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		for name, stmt := range forgeries {
			one := r.ask("RIB")[0]
			r.Must(r.Office.Keep(t.Context(), r.Lead.Firm, func(a *act.Act) error { return a.Write(stmt, one) }))
			if _, err := r.Requests.Show(t.Context(), r.Lead, one); !errors.Is(err, vault.ErrTampered) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
