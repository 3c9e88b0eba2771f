package overview_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

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
	"cenacle/internal/space"
)

type room struct {
	*documenttest.House
	space    id.Space
	is       circle.House
	client   authz.Actor
	aide     authz.Actor
	memos    *memo.Service
	overview *overview.Service
}

func each(t *testing.T, run func(t *testing.T, r room)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		of := h.Space(h.Lead, "Mme Petit")
		run(t, room{
			House: h, space: of, is: h.Circles(h.Lead, of), client: h.Member(h.Lead, of, authz.Client, "Mme Petit"),
			aide: h.Member(h.Lead, of, authz.Assistant, "Inès Fabre"), memos: memo.NewService(h.Office), overview: overview.New(h.Office),
		})
	})
}

func (r room) waits(by authz.Actor) []overview.Wait {
	r.T.Helper()
	found, err := r.overview.Space(context.Background(), by, r.space)
	r.Must(err)
	return found
}

func (r room) write(by authz.Actor, n memo.New) (id.Item, id.Thread) {
	r.T.Helper()
	n.Space = r.space
	m, err := r.memos.Write(context.Background(), by, n)
	r.Must(err)
	talk, _, err := r.memos.Conversation(context.Background(), by, memo.Query{Space: r.space, Limit: 50})
	r.Must(err)
	for _, th := range talk {
		if slices.ContainsFunc(th.Memos, func(one memo.Memo) bool { return one.ID == m }) {
			return m, th.ID
		}
	}
	r.T.Fatal("a memo is not where it was written")
	return "", ""
}

// answers are the waits for an answer.
func answers(all []overview.Wait) []overview.Wait {
	return slices.DeleteFunc(slices.Clone(all), func(w overview.Wait) bool { return w.Kind != overview.ToAnswer })
}

// expect wants one answer to be awaited, of the actor's side or of the other.
func (r room) expect(by authz.Actor, m id.Item, mine, late bool) {
	r.T.Helper()
	got := answers(r.waits(by))
	if len(got) != 1 || got[0].Item != m || got[0].Mine != mine || got[0].Late != late || got[0].Who != "" || got[0].Count != 1 {
		r.T.Errorf("%s is told %+v, want one answer to %s, mine %v, late %v", by.Role, got, m, mine, late)
	}
}

func (r room) expectNone(by authz.Actor) {
	r.T.Helper()
	if got := answers(r.waits(by)); len(got) != 0 {
		r.T.Errorf("%s is told %+v, want nothing", by.Role, got)
	}
}

func (r room) in(days int) string { return r.Clock.Now().AddDate(0, 0, days).Format(time.DateOnly) }

func TestFirmAwaitsAnAnswer(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		asked, thread := r.write(r.Lead, memo.New{Subject: "s", Body: "?", ReplyBy: r.in(3), Circles: []id.Circle{r.is.Client}})
		for range 2 {
			r.expect(r.client, asked, true, false)
			r.expect(r.Lead, asked, false, false)
			r.expect(r.aide, asked, false, false)
			r.write(r.aide, memo.New{Thread: thread, Body: "Elle tarde.", Internal: true}) // none of this answers
			r.write(r.Lead, memo.New{Thread: thread, Body: "Je me permets d’insister.", Circles: []id.Circle{r.is.Client}})
			r.write(r.client, memo.New{Subject: "autre chose", Body: "Bonjour"})
		}
		r.Clock.Advance(3 * 24 * time.Hour)
		r.expect(r.client, asked, true, false) // all of the day is left
		r.Clock.Advance(24 * time.Hour)
		r.expect(r.client, asked, true, true)
		r.expect(r.Lead, asked, false, true)
		answer, _ := r.write(r.client, memo.New{Thread: thread, Body: "Voici."})
		r.expectNone(r.client)
		r.expectNone(r.Lead)
		r.Must(r.Office.Keep(t.Context(), r.Lead.Firm, func(a *act.Act) error { return item.Delete(a, r.Lead.Person, answer) }))
		r.expect(r.Lead, asked, false, true)
	})
}

func TestClientAwaitsAnAnswer(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		asked, thread := r.write(r.client, memo.New{Subject: "s", Body: "?", ReplyBy: r.in(1)})
		r.expect(r.client, asked, false, false)
		r.expect(r.Lead, asked, true, false)
		r.expect(r.aide, asked, true, false)
		r.write(r.aide, memo.New{Thread: thread, Body: "Que répondre ?", Internal: true})
		r.expect(r.client, asked, false, false)
		r.write(r.aide, memo.New{Thread: thread, Body: "Oui.", Circles: []id.Circle{r.is.Client}})
		r.expectNone(r.client)
		r.expectNone(r.Lead)
	})
}

// TestInternalNeverCounts: among colleagues, even a question with a date is
// nothing to the client's side.
func TestInternalNeverCounts(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		before := r.waits(r.client)
		r.write(r.Lead, memo.New{Subject: "s", Body: "?", ReplyBy: r.in(1), Internal: true})
		r.File(r.Lead, r.space, "Note.pdf", []byte("note"))
		if got := r.waits(r.client); !slices.Equal(got, before) {
			t.Errorf("the client is told %+v", got)
		}
		for _, w := range r.waits(r.Lead) {
			if !w.Mine {
				t.Errorf("somebody is said to be awaited: %+v", w)
			}
		}
		if got := r.waits(r.aide); len(got) != 2 {
			t.Errorf("the assistant is told %+v, want a memo and a document to read", got)
		}
	})
}

func TestWhoMayAsk(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		stranger := r.Found("Cabinet Rival", "Me Rival")
		for name, err := range map[string]error{
			"another firm's space": second(r.overview.Space(t.Context(), stranger, r.space)),
			"the client's desk":    second(r.overview.Desk(t.Context(), r.client, space.Page{Limit: 5})),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestDeskPages(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		want := []id.Space{r.space}
		for i := range 4 {
			of := r.Space(r.Lead, fmt.Sprint("Client ", i))
			r.Member(r.Lead, of, authz.Client, fmt.Sprint("M. ", i))
			want = append(want, of)
		}
		r.File(r.Lead, r.space, "Projet.pdf", []byte("projet"), r.is.Client) // waits in the last space of all
		for _, limit := range []int{1, 2, 5, 9} {
			var got []id.Space
			for page := (&space.Page{Limit: limit}); page != nil; {
				d, err := r.overview.Desk(t.Context(), r.Lead, *page)
				r.Must(err)
				for _, row := range d.Rows {
					got = append(got, row.ID)
					if len(row.Clients) != 1 || (len(row.Waits) > 0) != (row.ID == r.space) {
						t.Errorf("row of %s: %+v", row.Name, row)
					}
				}
				if len(d.Waits) != 1 || d.Spaces[d.Waits[0].Space].Name != "Mme Petit" || d.Names[d.Waits[0].Who] != "Mme Petit" {
					t.Errorf("pages of %d: what waits is %+v", limit, d.Waits)
				}
				page = d.More
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("pages of %d show %d spaces, want %d", limit, len(got), len(want))
			}
		}
	})
}

// TestNewVersionWaitsAgain has a document read, replaced and read again.
func TestNewVersionWaitsAgain(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		doc := r.File(r.Lead, r.space, "convention.pdf", []byte("first"), r.is.Client).Document
		unread := func(want int) {
			t.Helper()
			for _, by := range []authz.Actor{r.client, r.Lead} {
				n := 0
				for _, w := range r.waits(by) {
					if w.Who == r.client.Person {
						n += w.Count
					}
				}
				if n != want {
					t.Errorf("%s is told that the client has %d to read, want %d", by.Role, n, want)
				}
			}
		}
		unread(1)
		r.Read(r.client, doc, "")
		unread(0)
		r.Upload(r.Lead, document.BeginUpload{Space: r.space, Replaces: doc, Name: "convention.pdf"}, []byte("second"))
		unread(1)
		r.Read(r.client, doc, "")
		unread(0)
	})
}

// line is what somebody has not read: Who is empty for the actor herself.
type line struct {
	space id.Space
	who   id.Person
	what  item.Kind
}

// life is a random one of a firm: spaces, people who come and go, items of
// every nature to any circle.
type life struct {
	room
	rng    *rand.Rand
	spaces []id.Space
	is     map[id.Space]circle.House
	people []authz.Actor
	order  []id.Item // in which they were made, so that a seed says it all
	items  map[id.Item]id.Space
	kinds  map[id.Item]item.Kind
}

// TestNumbersEqualCounting compares what a person is told with deciding one by
// one, over random lives.
func TestNumbersEqualCounting(t *testing.T) {
	seed := seedtest.Of(t)
	each(t, func(t *testing.T, r room) {
		l := &life{
			room: r, rng: rand.New(rand.NewPCG(seed, 2)), spaces: []id.Space{r.space, r.Space(r.Lead, "M. Martin")},
			is: map[id.Space]circle.House{}, people: []authz.Actor{r.Lead, r.client, r.aide}, items: map[id.Item]id.Space{}, kinds: map[id.Item]item.Kind{},
		}
		for _, s := range l.spaces {
			l.is[s] = r.Circles(r.Lead, s)
		}
		for range 150 {
			l.Must(l.step())
		}
		for _, by := range l.people {
			l.compare(by)
		}
	})
}

func pick[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }

func (l *life) step() error {
	of, by := pick(l.rng, l.spaces...), pick(l.rng, l.people...)
	keep := func(fn func(a *act.Act) error) error {
		err := l.Office.Keep(context.Background(), l.Lead.Firm, fn)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
			return nil // who left cannot leave, who is in cannot join, what is deleted stays so
		}
		return err
	}
	switch l.rng.IntN(10) {
	case 0:
		role := pick(l.rng, authz.Client, authz.Guest, authz.Reader, authz.Colleague)
		l.people = append(l.people, l.Member(l.Lead, of, role, "N"))
	case 1:
		if by == l.Lead {
			return nil
		}
		return keep(func(a *act.Act) error { return circle.Leave(a, of, by.Person) })
	case 2:
		role := pick(l.rng, authz.Client, authz.Guest, authz.Reader)
		if by.Role.Inside() {
			role = authz.Colleague
		}
		return keep(func(a *act.Act) error { return circle.Join(a, of, by.Person, role) })
	case 3, 4, 5, 6:
		if len(l.order) > 0 {
			return keep(func(a *act.Act) error { return l.change(a, by, pick(l.rng, l.order...)) })
		}
	default:
		n := item.New{
			Space: of, Kind: pick(l.rng, item.Document, item.Memo), Internal: l.rng.IntN(5) == 0,
			Nature: pick(l.rng, authz.NatureNone, authz.NatureNone, authz.NatureBetween, authz.NatureAdvice, authz.NatureOfficial, "inconnue"),
		}
		return keep(func(a *act.Act) error {
			it, err := item.Create(a, by, n, []id.Circle{l.circle(of)})
			if err == nil {
				l.order, l.items[it], l.kinds[it] = append(l.order, it), of, n.Kind
			}
			return err
		})
	}
	return nil
}

func (l *life) change(a *act.Act, by authz.Actor, it id.Item) error {
	switch of := l.items[it]; l.rng.IntN(6) {
	case 0:
		return item.Delete(a, l.Lead.Person, it)
	case 1, 2:
		return item.Address(a, l.Lead, item.Header{ID: it, Space: of}, []id.Circle{l.circle(of)}, l.rng.IntN(2) == 0)
	}
	_, err := item.MarkRead(a, by, it)
	return err
}

func (l *life) circle(of id.Space) id.Circle {
	return pick(l.rng, l.is[of].Firm, l.is[of].Client, l.is[of].All)
}

// counted decides one by one.
func (l *life) counted(by authz.Actor) map[line]int {
	l.T.Helper()
	out := map[line]int{}
	l.Must(l.Office.See(context.Background(), by.Firm, func(a *act.Act) error {
		for it, of := range l.items {
			sees := func(p authz.Actor) (item.Header, bool) {
				do := map[item.Kind]authz.Action{item.Document: authz.DocumentRead, item.Memo: authz.MemoRead}[l.kinds[it]]
				h, _, err := item.Open(a, p, of, l.kinds[it], it, do)
				if err != nil && !fault.Is(err, fault.NotFound) {
					l.Must(err)
				}
				return h, err == nil
			}
			h, seen := sees(by)
			if !seen {
				continue
			}
			reads, err := item.Reads(a, it)
			if err != nil {
				return err
			}
			for _, p := range l.people {
				if p != by && (!by.Role.Inside() || p.Role.Inside()) {
					continue
				}
				_, hers := sees(p)
				if _, read := reads[p.Person]; !hers || read || h.Author == p.Person {
					continue
				}
				out[line{of, p.Person, l.kinds[it]}]++
			}
		}
		return nil
	}))
	return out
}

func (l *life) compare(by authz.Actor) {
	l.T.Helper()
	want := l.counted(by)
	for _, of := range l.spaces {
		found, err := l.overview.Space(context.Background(), by, of)
		if fault.Is(err, fault.NotFound) {
			continue // not a member: nothing is counted of it either, as the map shows
		}
		l.Must(err)
		for _, w := range found {
			key := line{w.Space, w.Who, w.What}
			if w.Count != want[key] || w.Mine != (w.Who == by.Person) || w.Space != of {
				l.T.Errorf("%s is told %+v, counting gives %d", by.Role, w, want[key])
			}
			delete(want, key)
		}
	}
	for key, n := range want {
		l.T.Errorf("%s is not told of %d unread: %+v", by.Role, n, key)
	}
}
