package memo_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/memo"
	"cenacle/internal/overview"
	"cenacle/internal/seedtest"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

type room struct {
	*documenttest.House
	space   id.Space
	circles circle.House
	memos   *memo.Service
	lead    authz.Actor
	client  authz.Actor
	guest   authz.Actor
	aide    authz.Actor
}

func each(t *testing.T, run func(t *testing.T, r room)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		s := h.Space(h.Lead, "Mme Petit")
		run(t, room{
			House: h, space: s, circles: h.Circles(h.Lead, s), memos: memo.NewService(h.Office), lead: h.Lead,
			client: h.Member(h.Lead, s, authz.Client, "Mme Petit"), guest: h.Member(h.Lead, s, authz.Guest, "Me Roux"),
			aide: h.Member(h.Lead, s, authz.Assistant, "Inès Fabre"),
		})
	})
}

func (r room) write(t *testing.T, by authz.Actor, n memo.New) id.Item {
	t.Helper()
	n.Space = r.space
	m, err := r.memos.Write(t.Context(), by, n)
	if err != nil {
		t.Fatalf("write %q: %v", n.Subject, err)
	}
	return m
}

// sees returns the bodies a person reads, oldest first, and the subjects.
func (r room) sees(t *testing.T, by authz.Actor) (bodies, subjects []string) {
	t.Helper()
	threads, _, err := r.memos.Conversation(t.Context(), by, memo.Query{Space: r.space, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, th := range threads {
		subjects = append(subjects, th.Subject)
		for _, m := range th.Memos {
			bodies = append(bodies, m.Body)
		}
	}
	slices.Sort(bodies)
	return bodies, subjects
}

func TestWhoReads(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		r.write(t, r.lead, memo.New{Subject: "s", Body: "for the client", Circles: []id.Circle{r.circles.Client}})
		r.write(t, r.lead, memo.New{Subject: "secret subject", Body: "among us", Internal: true})
		r.write(t, r.lead, memo.New{Subject: "s", Body: "for everyone", Circles: []id.Circle{r.circles.All}})
		r.write(t, r.client, memo.New{Subject: "s", Body: "from the client"})
		r.write(t, r.guest, memo.New{Subject: "s", Body: "from the guest"})
		for _, tt := range []struct {
			by   authz.Actor
			want []string
		}{
			{r.lead, []string{"among us", "for everyone", "for the client", "from the client", "from the guest"}},
			{r.aide, []string{"among us", "for everyone", "for the client", "from the client", "from the guest"}},
			{r.client, []string{"for everyone", "for the client", "from the client", "from the guest"}},
			{r.guest, []string{"for everyone", "from the guest"}},
		} {
			got, subjects := r.sees(t, tt.by)
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s reads %q, want %q", tt.by.Role, got, tt.want)
			}
			if !tt.by.Role.Inside() && slices.Contains(subjects, "secret subject") {
				t.Errorf("the subject of an internal memo shows")
			}
		}
	})
}

// TestWhy: the firm's side is told who sees a memo and why; nobody else is.
func TestWhy(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		among := r.write(t, r.lead, memo.New{Subject: "s", Body: "among us", Internal: true})
		out := r.write(t, r.lead, memo.New{Subject: "s", Body: "for the client", Circles: []id.Circle{r.circles.Client}})
		for m, want := range map[id.Item]map[id.Person]string{
			among: {r.lead.Person: "role-lead", r.aide.Person: "role-assistant", r.client.Person: "internal", r.guest.Person: "internal"},
			out:   {r.lead.Person: "role-lead", r.aide.Person: "role-assistant", r.client.Person: "role-client", r.guest.Person: "not-addressed"},
		} {
			got, err := r.memos.Why(t.Context(), r.aide, r.space, m)
			r.Must(err)
			if got.Author != r.lead.Person || got.Created.IsZero() || len(got.People) != len(want) {
				t.Errorf("%+v", got)
			}
			for _, p := range got.People {
				if p.Reason != want[p.Person] || p.Sees != strings.HasPrefix(p.Reason, "role-") {
					t.Errorf("%s sees it: %v, %s; want %s", p.Name, p.Sees, p.Reason, want[p.Person])
				}
			}
		}
		if _, err := r.memos.Why(t.Context(), r.client, r.space, out); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the client asks: %v", err)
		}
		if _, err := r.memos.Why(t.Context(), r.client, r.space, among); !fault.Is(err, fault.NotFound) {
			t.Errorf("the client asks about what is internal: %v", err)
		}
		if _, err := r.memos.Why(t.Context(), r.lead, r.Space(r.lead, "M. Martin"), out); !fault.Is(err, fault.NotFound) {
			t.Errorf("from another space: %v", err)
		}
	})
}

func TestWriteRefusals(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		internal := r.write(t, r.lead, memo.New{Subject: "among us", Body: "b", Internal: true})
		threads, _, err := r.memos.Conversation(t.Context(), r.lead, memo.Query{Space: r.space, Limit: 10})
		if err != nil || threads[0].Memos[0].ID != internal {
			t.Fatalf("the internal thread is not there: %v", err)
		}
		hidden := r.File(r.lead, r.space, "note.txt", []byte("x")).Document
		reader := r.Member(r.lead, r.space, authz.Reader, "Lecteur")
		stranger := r.Member(r.lead, r.Space(r.lead, "M. Martin"), authz.Client, "M. Martin")
		for _, tt := range []struct {
			name  string
			by    authz.Actor
			n     memo.New
			kind  fault.Kind
			field string
		}{
			{"no subject", r.lead, memo.New{Body: "b"}, fault.Invalid, "subject"},
			{"no body", r.lead, memo.New{Subject: "s", Body: " \n "}, fault.Invalid, "body"},
			{"long body", r.lead, memo.New{Subject: "s", Body: strings.Repeat("é", 20001)}, fault.Invalid, "body"},
			{"past reply date", r.lead, memo.New{Subject: "s", Body: "b", ReplyBy: "2020-01-01"}, fault.Invalid, "reply_by"},
			{"unreadable reply date", r.lead, memo.New{Subject: "s", Body: "b", ReplyBy: "demain"}, fault.Invalid, "reply_by"},
			{"unknown circle", r.lead, memo.New{Subject: "s", Body: "b", Circles: []id.Circle{"nowhere"}}, fault.Invalid, "circle"},
			{"client writes internally", r.client, memo.New{Subject: "s", Body: "b", Internal: true}, fault.Forbidden, ""},
			{"reader writes", reader, memo.New{Subject: "s", Body: "b"}, fault.Forbidden, ""},
			{"stranger writes", stranger, memo.New{Subject: "s", Body: "b"}, fault.NotFound, ""},
			{"client answers an internal thread", r.client, memo.New{Thread: threads[0].ID, Body: "b"}, fault.NotFound, ""},
			{"internal thread to the client", r.lead, memo.New{Thread: threads[0].ID, Body: "b", Circles: []id.Circle{r.circles.Client}}, fault.Conflict, ""},
			{"thread that is not", r.lead, memo.New{Thread: "nothing", Body: "b"}, fault.NotFound, ""},
			{"client cites a hidden document", r.client, memo.New{Subject: "s", Body: "b", References: []id.Item{hidden}}, fault.Invalid, "reference"},
			{"client speaks of a hidden document", r.client, memo.New{Document: hidden, Body: "b"}, fault.NotFound, ""},
		} {
			tt.n.Space = r.space
			before := r.Kinds(r.lead)["memo.written"]
			_, err := r.memos.Write(t.Context(), tt.by, tt.n)
			if !fault.Is(err, tt.kind) || tt.field != "" && !strings.Contains(err.Error(), "("+tt.field+")") {
				t.Errorf("%s: %v, want %s %s", tt.name, err, tt.kind, tt.field)
			}
			if after := r.Kinds(r.lead)["memo.written"]; after != before {
				t.Errorf("%s: was written all the same", tt.name)
			}
		}
	})
}

func TestThreadOfDocument(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		doc := r.File(r.lead, r.space, "bail.pdf", []byte("x"), r.circles.Client).Document
		r.write(t, r.client, memo.New{Document: doc, Body: "une question"})
		r.write(t, r.lead, memo.New{Document: doc, Body: "une réponse", Circles: []id.Circle{r.circles.Client}})
		threads, _, err := r.memos.Conversation(t.Context(), r.client, memo.Query{Space: r.space, Document: doc, Limit: 10})
		if err != nil || len(threads) != 1 || len(threads[0].Memos) != 2 || threads[0].Document != doc {
			t.Fatalf("conversation of the document: %+v, %v", threads, err)
		}
	})
}

func TestDraft(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		save := func(body string) {
			t.Helper()
			r.Must(r.memos.SaveDraft(t.Context(), r.client, memo.Draft{Space: r.space, Body: body}))
		}
		kept := func(by authz.Actor) string {
			t.Helper()
			d, err := r.memos.DraftOf(t.Context(), by, r.space, "")
			r.Must(err)
			return d.Body
		}
		save("à moit")
		save("à moitié écrit")
		if got := kept(r.client); got != "à moitié écrit" {
			t.Errorf("draft = %q", got)
		}
		if got := kept(r.lead); got != "" {
			t.Errorf("the lawyer reads the client's draft: %q", got)
		}
		r.write(t, r.client, memo.New{Subject: "s", Body: "écrit"})
		if got := kept(r.client); got != "" {
			t.Errorf("the draft of a sent memo stays: %q", got)
		}
		save("encore")
		save("  ")
		if got := kept(r.client); got != "" {
			t.Errorf("an emptied draft stays: %q", got)
		}
	})
}

func TestReadIsEvidenceOnce(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		m := r.write(t, r.lead, memo.New{Subject: "s", Body: "b", Circles: []id.Circle{r.circles.Client}})
		among := r.write(t, r.lead, memo.New{Subject: "s", Body: "b", Internal: true})
		for range 2 {
			r.Must(r.memos.Read(t.Context(), r.client, r.space, []id.Item{m, among}))
		}
		if n := r.Kinds(r.lead)["memo.read"]; n != 1 {
			t.Errorf("%d readings recorded, want 1: hers, once", n)
		}
		threads, _, err := r.memos.Conversation(t.Context(), r.lead, memo.Query{Space: r.space, Limit: 10})
		r.Must(err)
		for _, th := range threads {
			for _, one := range th.Memos {
				if readers := len(one.Readers); one.ID == m && readers != 1 || one.ID == among && readers != 0 {
					t.Errorf("memo %s has %d readers", one.ID, readers)
				}
			}
		}
	})
}

// TestListEqualsFilter lives random lives and compares every person's list with
// deciding memo by memo, and the overview's numbers with counting them.
func TestListEqualsFilter(t *testing.T) {
	seed := seedtest.Of(t)
	each(t, func(t *testing.T, r room) {
		rng := rand.New(rand.NewPCG(seed, 1))
		people := []authz.Actor{r.lead, r.aide, r.client, r.guest}
		var written []id.Item
		for step := range 60 {
			by := people[rng.IntN(len(people))]
			switch rng.IntN(8) {
			case 0:
				role := []authz.Role{authz.Client, authz.Guest, authz.Reader, authz.Colleague}[rng.IntN(4)]
				people = append(people, r.Member(r.lead, r.space, role, "N"))
			case 1:
				if victim := people[rng.IntN(len(people))]; victim != r.lead {
					// Whoever has left already cannot leave again; both are part of a life.
					err := r.Office.Keep(t.Context(), r.lead.Firm, func(a *act.Act) error { return circle.Leave(a, r.space, victim.Person) })
					if err != nil && !fault.Is(err, fault.NotFound) {
						t.Fatal(err)
					}
				}
			case 2:
				if len(written) > 0 {
					// To whoever has left, the space is absent.
					if err := r.memos.Read(t.Context(), by, r.space, written[rng.IntN(len(written)):][:1]); !fault.Is(err, fault.NotFound) {
						r.Must(err)
					}
				}
			default:
				n := memo.New{Space: r.space, Subject: "s", Body: "b", Internal: rng.IntN(4) == 0, Confirm: []string{"wide"}}
				n.Circles = [][]id.Circle{{r.circles.Client}, {r.circles.All}, {r.circles.Firm}}[rng.IntN(3)]
				m, err := r.memos.Write(t.Context(), by, n)
				if err == nil {
					written = append(written, m)
				} else if k := fault.KindOf(err); k != fault.Forbidden && k != fault.NotFound {
					t.Fatalf("step %d: %v", step, err)
				}
			}
		}
		for _, by := range people {
			r.compare(t, by, written)
		}
	})
}

func (r room) compare(t *testing.T, by authz.Actor, written []id.Item) {
	t.Helper()
	var want []id.Item
	unread := 0
	r.Must(r.Office.See(context.Background(), by.Firm, func(a *act.Act) error {
		for _, m := range written {
			h, _, err := item.Open(a, by, r.space, item.Memo, m, authz.MemoRead)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			reads, err := item.Reads(a, m)
			if err != nil {
				return err
			}
			if _, read := reads[by.Person]; !read && h.Author != by.Person {
				unread++
			}
			want = append(want, m)
		}
		return nil
	}))
	threads, _, err := r.memos.Conversation(t.Context(), by, memo.Query{Space: r.space, Limit: 500})
	if fault.Is(err, fault.NotFound) && len(want) == 0 {
		return // no longer a member: nothing one by one, and no list
	}
	r.Must(err)
	var got []id.Item
	for _, th := range threads {
		for _, m := range th.Memos {
			got = append(got, m.ID)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s lists %d memos, the rule allows %d", by.Role, len(got), len(want))
	}
	waits, err := overview.New(r.Office).Space(t.Context(), by, r.space)
	r.Must(err)
	counted := 0
	for _, w := range waits {
		if w.Kind == overview.ToRead && w.Mine {
			counted += w.Count
		}
	}
	if counted != unread {
		t.Errorf("%s is told of %d unread memos, has %d", by.Role, counted, unread)
	}
}

// A draft's place is kept in clear, so it is an identifier or nothing.
func TestISO13_DraftPlace(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		for _, place := range []string{"Petit c. Petit", "x", "01m82jkpt19g7x3t1mxa1sdfcI"} {
			err := r.memos.SaveDraft(t.Context(), r.client, memo.Draft{Space: r.space, Place: place, Body: "texte"})
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("a draft is kept at %q: %v", place, err)
			}
		}
	})
}

// TestNamedCircles: what is written in a named circle stays in it, the answer of
// somebody from outside too; what stays among colleagues never leaves them.
func TestNamedCircles(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx, circles := t.Context(), circle.NewService(r.Office)
		other := r.Member(r.lead, r.space, authz.Client, "M. Petit")
		pair, err := circles.Make(ctx, r.lead, circle.New{Space: r.space, Name: "Mme Petit seule", People: []id.Person{r.client.Person}})
		r.Must(err)
		core, err := circles.Make(ctx, r.aide, circle.New{Space: r.space, Name: "Fond", Kind: circle.Inner})
		r.Must(err)
		late := r.Member(r.lead, r.space, authz.Colleague, "Me Tard")
		first := r.write(t, r.lead, memo.New{Subject: "s", Body: "for her alone", Circles: []id.Circle{pair.ID}})
		doc := r.File(r.lead, r.space, "note.txt", []byte("x"), pair.ID).Document
		r.write(t, r.client, memo.New{Thread: r.threadOf(t, r.lead, first), Body: "her answer"})
		r.write(t, r.client, memo.New{Document: doc, Body: "her question about it"})
		r.write(t, r.client, memo.New{Subject: "s", Body: "to the firm"})
		r.write(t, r.aide, memo.New{Subject: "s", Body: "not of the circle", Circles: []id.Circle{pair.ID}})
		r.write(t, r.aide, memo.New{Subject: "s", Body: "at heart", Internal: true, Circles: []id.Circle{core.ID, pair.ID}})
		for _, tt := range []struct {
			by   authz.Actor
			want []string
		}{
			{r.lead, []string{"at heart", "for her alone", "her answer", "her question about it", "not of the circle", "to the firm"}},
			{r.client, []string{"for her alone", "her answer", "her question about it", "not of the circle", "to the firm"}},
			{r.aide, []string{"at heart", "not of the circle", "to the firm"}},
			{late, []string{"not of the circle", "to the firm"}},
			{other, []string{"to the firm"}},
			{r.guest, nil},
		} {
			if got, _ := r.sees(t, tt.by); !slices.Equal(got, tt.want) {
				t.Errorf("%s %s reads %q, want %q", tt.by.Role, tt.by.Person, got, tt.want)
			}
		}
	})
}

// threadOf is the thread of a memo.
func (r room) threadOf(t *testing.T, by authz.Actor, of id.Item) id.Thread {
	t.Helper()
	threads, _, err := r.memos.Conversation(t.Context(), by, memo.Query{Space: r.space, Limit: 100})
	r.Must(err)
	for _, th := range threads {
		if slices.ContainsFunc(th.Memos, func(m memo.Memo) bool { return m.ID == of }) {
			return th.ID
		}
	}
	t.Fatalf("no thread has %s", of)
	return ""
}

// TestAcknowledge: a memo that asks is answered once by each reader, with the
// words that she was shown; the firm reads all answers, she her own.
func TestAcknowledge(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx := t.Context()
		answer := func(by authz.Actor, m id.Item, a memo.Answer, note string) error {
			return r.memos.Acknowledge(ctx, by, memo.Acknowledging{Space: r.space, Memo: m, Answer: a, Wording: "Je valide.", Note: note})
		}
		asks := r.write(t, r.lead, memo.New{Subject: "s", Body: "le projet", Circles: []id.Circle{r.circles.All}, Asks: memo.Approved})
		silent := r.write(t, r.lead, memo.New{Subject: "s", Body: "pour information", Circles: []id.Circle{r.circles.All}})
		hers := r.write(t, r.client, memo.New{Subject: "s", Body: "elle demande", Asks: memo.Approved})
		within := r.write(t, r.lead, memo.New{Subject: "s", Body: "entre nous", Internal: true, Asks: memo.WasRead})
		for name, tt := range map[string]struct {
			err  error
			want fault.Kind
		}{
			"without a reason":      {answer(r.client, asks, memo.Contested, " "), fault.Invalid},
			"too long a reason":     {answer(r.client, asks, memo.Contested, strings.Repeat("x", 2001)), fault.Invalid},
			"something else":        {answer(r.client, asks, memo.WasRead, ""), fault.Invalid},
			"nothing is asked":      {answer(r.client, silent, memo.Approved, ""), fault.Conflict},
			"a client asks nothing": {answer(r.lead, hers, memo.Approved, ""), fault.Conflict},
			"her own":               {answer(r.lead, asks, memo.Approved, ""), fault.Conflict},
			"what she may not see":  {answer(r.client, within, memo.WasRead, ""), fault.NotFound},
			"by a stranger":         {answer(r.Found("Cabinet Rival", "Me Rival"), asks, memo.Approved, ""), fault.NotFound},
		} {
			if !fault.Is(tt.err, tt.want) {
				t.Errorf("%s: %v, want %v", name, tt.err, tt.want)
			}
		}
		if _, err := r.memos.Write(ctx, r.lead, memo.New{Space: r.space, Subject: "s", Body: "b", Asks: "everything"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("asks for anything: %v", err)
		}
		r.Must(answer(r.client, asks, memo.Approved, ""), answer(r.guest, asks, memo.Contested, "Article 4 inexact"), answer(r.aide, within, memo.WasRead, ""))
		if err := answer(r.client, asks, memo.Contested, "finalement"); !fault.Is(err, fault.Conflict) {
			t.Errorf("answered twice: %v", err)
		}
		for _, tt := range []struct {
			by   authz.Actor
			want string
		}{{r.lead, "approved+contested"}, {r.aide, "approved+contested"}, {r.client, "approved"}, {r.guest, "contested"}} {
			got := r.answersTo(t, tt.by, asks)
			if words := strings.Join(got, "+"); words != tt.want {
				t.Errorf("%s reads the answers %q, want %q", tt.by.Role, words, tt.want)
			}
		}
		r.Must(r.Office.Keep(ctx, r.lead.Firm, func(a *act.Act) error { return a.Write(forgeAnswer, asks) }))
		if _, _, err := r.memos.Conversation(ctx, r.lead, memo.Query{Space: r.space, Limit: 10}); !errors.Is(err, vault.ErrTampered) {
			t.Errorf("a forged answer is read: %v", err)
		}
	})
}

// TestWhoWrites: who reads a memo and leaves no word of hers answers none, keeps no draft
// and takes nothing back: the clerk of a judge, a program that only reads, and, of what a
// lawyer said, a client.
func TestWhoWrites(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		reader, clerk := r.Member(r.lead, r.space, authz.Reader, "M. Lenoir"), r.Member(r.lead, r.space, authz.Clerk, "Mme Greffe")
		program, lead := r.client, r.lead
		program.Pass, lead.Pass = &authz.Pass{ReadOnly: true}, &authz.Pass{ReadOnly: true}
		asks := r.write(t, r.lead, memo.New{Subject: "s", Body: "le projet", Circles: []id.Circle{r.circles.All}, Asks: memo.Approved})
		answers := func(by authz.Actor) error {
			return r.memos.Acknowledge(t.Context(), by, memo.Acknowledging{Space: r.space, Memo: asks, Answer: memo.Approved, Wording: "Je valide."})
		}
		drafts := func(by authz.Actor) error {
			return r.memos.SaveDraft(t.Context(), by, memo.Draft{Space: r.space, Body: "début"})
		}
		recalls := func(by authz.Actor) error {
			return r.Office.Do(t.Context(), by.Firm, func(a *act.Act) error { _, err := memo.RecallIn(a, by, r.space, asks); return err })
		}
		for what, tt := range map[string]struct {
			err  error
			kind fault.Kind
		}{
			"a clerk answers": {answers(clerk), fault.Forbidden}, "a program answers": {answers(program), fault.NotFound},
			"a reader drafts": {drafts(reader), fault.Forbidden}, "a clerk drafts": {drafts(clerk), fault.Forbidden}, "a program drafts": {drafts(program), fault.Forbidden},
			"a client recalls": {recalls(r.client), fault.Forbidden}, "a guest recalls": {recalls(r.guest), fault.Forbidden}, "a program recalls": {recalls(lead), fault.NotFound},
		} {
			if !fault.Is(tt.err, tt.kind) {
				t.Errorf("%s: %v", what, tt.err)
			}
		}
		r.Must(answers(reader), answers(r.client), drafts(r.client), recalls(r.aide))
		if got := r.answersTo(t, r.lead, asks); !slices.Equal(got, []string{"approved", "approved"}) {
			t.Errorf("it has the answers %v", got)
		}
	})
}

var forgeAnswer = store.ForFirm(`update acknowledgement set answer = 'approved' where firm_id = $1 and memo_id = $2`)

// answersTo are the answers that somebody reads below a memo.
func (r room) answersTo(t *testing.T, by authz.Actor, of id.Item) (out []string) {
	t.Helper()
	threads, _, err := r.memos.Conversation(t.Context(), by, memo.Query{Space: r.space, Limit: 100})
	r.Must(err)
	for _, th := range threads {
		for _, m := range th.Memos {
			for _, k := range m.Answers {
				if m.ID == of {
					out = append(out, string(k.Answer))
				}
				if k.Wording != "Je valide." || k.Entry == "" || k.At.IsZero() || (k.Answer == memo.Contested) != (k.Note != "") {
					t.Errorf("an answer says %+v", k)
				}
			}
		}
	}
	slices.Sort(out)
	return out
}
