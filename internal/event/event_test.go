package event_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/event"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/memo"
	"cenacle/internal/seedtest"
	"cenacle/internal/store"
)

// firm is a house with two spaces, and people who stand in them.
type firm struct {
	*documenttest.House
	t       *testing.T
	events  *event.Service
	memos   *memo.Service
	spaces  []id.Space
	houses  map[id.Space]circle.House
	lead    authz.Actor
	members []member
}

type member struct {
	authz.Actor
	in id.Space // the space she was put in
}

func open(t *testing.T, h *documenttest.House) *firm {
	f := &firm{House: h, t: t, events: event.New(h.Office), memos: memo.NewService(h.Office), lead: h.Lead, houses: map[id.Space]circle.House{}}
	for _, name := range []string{"Mme Petit", "M. Martin"} {
		s := h.Space(h.Lead, name)
		f.spaces = append(f.spaces, s)
		f.houses[s] = h.Circles(h.Lead, s)
		for _, r := range []authz.Role{authz.Colleague, authz.Assistant, authz.Client, authz.Client, authz.Guest, authz.Reader} {
			f.members = append(f.members, member{h.Member(h.Lead, s, r, string(r)), s})
		}
	}
	f.members = append(f.members, member{h.Lead, f.spaces[0]})
	return f
}

func each(t *testing.T, run func(t *testing.T, f *firm)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) { run(t, open(t, h)) })
}

func (f *firm) sequence() {
	f.t.Helper()
	handle, err := f.Store.Firm(f.t.Context(), f.lead.Firm)
	f.Must(err)
	_, err = f.Office.Journal.Sequence(f.t.Context(), handle)
	f.Must(err)
}

// all reads everything from a place on, in pages of a size.
func (f *firm) all(by authz.Actor, q event.Query) (out []event.Event, next int64) {
	f.t.Helper()
	for {
		page, next, err := f.events.Since(f.t.Context(), by, q)
		f.Must(err)
		if q.Limit > 0 && len(page) > q.Limit {
			f.t.Fatalf("%d events on a page of %d", len(page), q.Limit)
		}
		out = append(out, page...)
		if next == q.After {
			return out, next
		}
		q.After = next
	}
}

func kindsOf(events []event.Event) (out []string) {
	for _, e := range events {
		out = append(out, e.Kind)
	}
	return out
}

// sees is the property by other means: what the pages of the product show her.
func (f *firm) sees(by authz.Actor, r journal.Record) bool {
	f.t.Helper()
	ctx := f.t.Context()
	inside, member := false, false
	if r.Space != "" {
		heard, err := f.standing(by, r.Space)
		member, inside = heard, heard && by.Role.Inside()
		f.Must(err)
	}
	own := r.Actor == by.Person && member
	noun, verb, _ := strings.Cut(r.Kind, ".")
	switch {
	case r.Space == "":
		return by.Role == authz.Admin
	case noun == "deposit":
		return inside || own
	case noun == "memo":
		if !f.readsMemo(by, r.Space, id.Item(r.Object)) {
			return false
		}
		return verb == "written" || inside || own
	case noun != "document" || verb == "deleted":
		return inside || own
	}
	_, err := f.Documents.Show(ctx, by, id.Item(r.Object))
	if fault.Is(err, fault.NotFound) {
		return false
	}
	f.Must(err)
	switch verb {
	case "read", "downloaded":
		return inside || own
	case "addressed":
		return inside || own || f.sentToHer(by, r)
	}
	return true
}

func (f *firm) standing(by authz.Actor, in id.Space) (bool, error) {
	err := f.Office.See(f.t.Context(), by.Firm, func(a *act.Act) error {
		_, err := circle.Enter(a, by, in, authz.SpaceSee)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

func (f *firm) readsMemo(by authz.Actor, in id.Space, m id.Item) bool {
	f.t.Helper()
	threads, _, err := f.memos.Conversation(f.t.Context(), by, memo.Query{Space: in, Limit: 1000})
	if fault.Is(err, fault.NotFound) {
		return false
	}
	f.Must(err)
	for _, th := range threads {
		for _, one := range th.Memos {
			if one.ID == m {
				return true
			}
		}
	}
	return false
}

// sentToHer reads the circles of an addressing in the text of its details.
func (f *firm) sentToHer(by authz.Actor, r journal.Record) bool {
	f.t.Helper()
	found := false
	f.Must(f.Office.See(f.t.Context(), by.Firm, func(a *act.Act) error {
		all, err := circle.Presences(a, r.Space)
		for _, p := range all {
			found = found || p.Person == by.Person && p.Span.Covers(a.Now) && strings.Contains(string(r.Details), string(p.Circle))
		}
		return err
	}))
	return found
}

// An event is given exactly when what it is about is visible one by one.
// Memos among colleagues never show to a client, nor does a gap where they are.
func TestISO01_EventsAreWhatIsVisible(t *testing.T) {
	each(t, func(t *testing.T, f *firm) {
		r := rand.New(rand.NewPCG(seedtest.Of(t), 3))
		var docs []id.Item
		for n := range 240 {
			f.live(r, &docs)
			if n%60 != 59 {
				continue
			}
			f.sequence()
			records := f.Journal(f.lead)
			given := 0
			for _, m := range f.members {
				var want []id.Entry
				for _, rec := range records {
					if f.sees(m.Actor, rec) {
						want = append(want, rec.ID)
					}
				}
				events, next := f.all(m.Actor, event.Query{Limit: 1 + r.IntN(9)})
				f.compare(m.Actor, events, want, records)
				given += len(events)
				if next != int64(len(records)) {
					t.Errorf("%s stands at %d of %d at the end", m.Role, next, len(records))
				}
			}
			if given < 40 {
				t.Errorf("only %d events were given, too few to prove anything", given)
			}
		}
	})
}

func (f *firm) compare(by authz.Actor, events []event.Event, want []id.Entry, records []journal.Record) {
	f.t.Helper()
	var got []id.Entry
	for _, e := range events {
		got = append(got, e.ID)
	}
	for _, rec := range records {
		in, out := slices.Contains(got, rec.ID), slices.Contains(want, rec.ID)
		if in && !out {
			f.t.Errorf("LEAK: %s is told of %s of %s by %s", by.Role, rec.Kind, rec.Object, rec.Actor)
		} else if out && !in {
			f.t.Errorf("%s is not told of %s of %s", by.Role, rec.Kind, rec.Object)
		}
	}
	if len(got) != len(slices.Compact(got)) {
		f.t.Errorf("%s is told of something twice", by.Role)
	}
}

// try ends the test at what is no refusal.
func (f *firm) try(err error) {
	f.t.Helper()
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
		f.t.Fatal(err)
	}
}

// live does one thing at random.
func (f *firm) live(r *rand.Rand, docs *[]id.Item) {
	f.t.Helper()
	ctx := f.t.Context()
	s := f.spaces[r.IntN(len(f.spaces))]
	house := f.houses[s]
	var circles []id.Circle
	for _, c := range []id.Circle{house.Firm, house.Client, house.All} {
		if r.IntN(2) == 0 {
			circles = append(circles, c)
		}
	}
	who := f.members[r.IntN(len(f.members))]
	var doc id.Item
	if len(*docs) > 0 {
		doc = (*docs)[r.IntN(len(*docs))]
	}
	switch r.IntN(14) { // the rest in goOn
	case 0, 1:
		*docs = append(*docs, f.File(f.lead, s, "a.txt", []byte("a"), circles...).Document)
	case 2:
		if who.in == s && (who.Role == authz.Outsider) {
			if u, err := f.Documents.Begin(ctx, who.Actor, document.BeginUpload{Space: s, Tray: "client", Name: "b.txt", Size: 0}); err == nil {
				*docs = append(*docs, u.Document)
			}
		}
	case 3:
		_, err := f.Deposits.Close(ctx, who.Actor, deposit.Finish{Space: s, LeavePending: true})
		f.try(err)
	default:
		f.goOn(r, who, s, circles, doc)
	}
	f.Clock.Advance(time.Second)
}

// goOn is the other half of live.
func (f *firm) goOn(r *rand.Rand, who member, s id.Space, circles []id.Circle, doc id.Item) {
	f.t.Helper()
	ctx := f.t.Context()
	switch r.IntN(10) {
	case 0, 1, 2:
		_, err := f.memos.Write(ctx, who.Actor, memo.New{Space: s, Subject: "s", Body: "b", Circles: circles, Internal: r.IntN(3) == 0})
		f.try(err)
	case 3:
		threads, _, err := f.memos.Conversation(ctx, who.Actor, memo.Query{Space: s, Limit: 50})
		f.try(err)
		for _, th := range threads {
			f.try(f.memos.Read(ctx, who.Actor, s, []id.Item{th.Memos[0].ID}))
		}
	case 4, 5, 6:
		if len(circles) > 0 && doc != "" {
			f.try(f.Documents.Address(ctx, f.lead, document.Send{Item: doc, Circles: circles, Extended: r.IntN(2) == 0}))
		}
	case 7:
		if c, err := f.Documents.Content(ctx, who.Actor, document.Want{Item: doc, Purpose: document.Download}); err == nil {
			f.Must(c.Reader.Close())
		}
	case 8:
		f.try(f.Documents.Rename(ctx, f.lead, doc, "c.txt"))
		if r.IntN(3) == 0 {
			f.try(f.Documents.Delete(ctx, f.lead, doc))
		} else if r.IntN(2) == 0 {
			f.try(f.Documents.Restore(ctx, f.lead, doc))
		}
	case 9:
		f.comeAndGo(r, who)
	}
}

func (f *firm) comeAndGo(r *rand.Rand, who member) {
	f.t.Helper()
	if who.Person == f.lead.Person || r.IntN(2) == 0 {
		return
	}
	if in, err := f.standing(who.Actor, who.in); err == nil && in {
		f.Leave(who.Actor, who.in)
	} else {
		role := authz.Client
		if who.Role.Inside() {
			role = authz.Colleague
		}
		f.Join(who.Actor, who.in, role)
	}
}

// A pass takes events away as it takes away what they are about.
func TestPasses(t *testing.T) {
	f := open(t, documenttest.New(t, store.Config{Dir: t.TempDir()}, document.Config{}))
	f.File(f.lead, f.spaces[0], "a.txt", []byte("a"))
	f.File(f.lead, f.spaces[1], "b.txt", []byte("b"))
	_, err := f.memos.Write(t.Context(), f.lead, memo.New{Space: f.spaces[0], Subject: "s", Body: "b"})
	f.Must(err)
	f.sequence()
	count := func(p *authz.Pass, q event.Query) map[string]int {
		by := f.lead
		by.Pass = p
		events, _ := f.all(by, q)
		out := map[string]int{}
		for _, k := range kindsOf(events) {
			out[k]++
		}
		return out
	}
	whole := count(nil, event.Query{})
	if whole["document.filed"] != 2 || whole["memo.written"] != 1 || whole["space.opened"] != 2 || whole["firm.founded"] != 1 {
		t.Errorf("without a pass: %v", whole)
	}
	for name, p := range map[string]*authz.Pass{"read only": {ReadOnly: true}, "whole": {}} {
		if got := count(p, event.Query{}); len(got) != len(whole) {
			t.Errorf("%s: %v, want %v", name, got, whole)
		}
	}
	if got := count(&authz.Pass{Spaces: f.spaces[:1]}, event.Query{}); got["document.filed"] != 1 || got["space.opened"] != 1 || got["firm.founded"] != 0 {
		t.Errorf("one space: %v", got)
	}
	if got := count(&authz.Pass{Kinds: []string{"document"}}, event.Query{}); len(got) != 1 || got["document.filed"] != 2 {
		t.Errorf("documents alone: %v", got)
	}
	if got := count(nil, event.Query{Kinds: []string{"memo", "space.opened"}}); len(got) != 2 {
		t.Errorf("filtered by kinds: %v", got)
	}
	if got := count(nil, event.Query{Space: f.spaces[1]}); got["document.filed"] != 1 || len(got) != 2 {
		t.Errorf("filtered by space: %v", got)
	}
}

func TestRefusals(t *testing.T) {
	f := open(t, documenttest.New(t, store.Config{Dir: t.TempDir()}, document.Config{}))
	f.sequence()
	client := f.members[2]
	for name, q := range map[string]event.Query{
		"a space of others": {Space: f.spaces[1]}, "no space": {Space: "nothing"},
	} {
		if _, _, err := f.events.Since(t.Context(), client.Actor, q); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v, want it absent", name, err)
		}
	}
	for _, k := range []string{"document.stolen", "doc", "", "document."} {
		if _, _, err := f.events.Since(t.Context(), client.Actor, event.Query{Kinds: []string{k}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("kind %q: %v, want it refused", k, err)
		}
	}
	other := f.Found("Cabinet Rival", "Me Rival")
	stray := f.lead
	stray.Firm = other.Firm
	if events, _ := f.all(stray, event.Query{}); len(events) != 0 {
		t.Errorf("another firm's person is told %v", kindsOf(events))
	}
	f.Must(f.Office.Do(t.Context(), f.lead.Firm, func(a *act.Act) error {
		_, err := a.Record(f.lead, "something.new", f.spaces[0], "x", nil)
		return err
	}))
	f.sequence()
	if events, _ := f.all(f.lead, event.Query{}); slices.Contains(kindsOf(events), "something.new") {
		t.Error("a kind that nobody has judged is given")
	}
}

// One call costs what a window holds, however much there is.
func TestBoundedWork(t *testing.T) {
	f := open(t, documenttest.New(t, store.Config{Dir: t.TempDir()}, document.Config{}))
	f.Must(f.Office.Do(t.Context(), f.lead.Firm, func(a *act.Act) error {
		for range 1200 {
			if _, err := a.Record(f.lead, "space.renamed", f.spaces[1], string(f.spaces[1]), nil); err != nil {
				return err
			}
		}
		return nil
	}))
	f.sequence()
	client := f.members[2]
	calls, last := 0, int64(-1)
	for after := int64(0); after != last; calls++ {
		events, next, err := f.events.Since(t.Context(), client.Actor, event.Query{After: after})
		f.Must(err)
		if len(events) != 0 {
			t.Errorf("the client is told %v", kindsOf(events))
		}
		if next-after > 500 {
			t.Errorf("one call looked at %d entries", next-after)
		}
		last, after = after, next
	}
	if calls != 4 {
		t.Errorf("%d calls for 1,204 entries, want 4", calls)
	}
	now, err := f.events.Now(t.Context(), client.Actor)
	if f.Must(err); now != last {
		t.Errorf("now is %d, the end %d", now, last)
	}
}

func TestListen(t *testing.T) {
	f := open(t, documenttest.New(t, store.Config{Dir: t.TempDir()}, document.Config{}))
	sub, beside := f.events.Listen(f.lead), f.events.Listen(authz.Actor{Firm: "another"})
	defer sub.Close()
	defer beside.Close()
	for range 3 {
		f.Must(f.events.Placed(t.Context(), f.lead.Firm, 1))
	}
	<-sub.Changed()
	if len(sub.Changed()) != 0 || len(beside.Changed()) != 0 {
		t.Error("signals pile up, or reach another firm")
	}
}
