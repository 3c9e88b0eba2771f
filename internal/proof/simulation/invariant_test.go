package simulation

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/live"
	"cenacle/internal/memo"
	"cenacle/internal/space"
)

// page is one that somebody has open on a node: it shows what was there when it was
// last told that something changed.
type page struct {
	place int
	who   string
	ears  *live.Subscription
	shown map[id.Item]string
	gone  bool // she was told that there is nothing for her; she would have to come back
	late  bool // it could not be brought up to date
}

func (w *world) openPages() {
	for n, who := range []string{"lead", "client", "colleague", "client"} {
		w.pages = append(w.pages, &page{place: n % nodes, who: who})
	}
	for _, p := range w.pages {
		w.visit(p)
	}
}

// visit opens a page anew.
func (w *world) visit(p *page) {
	p.ears = w.nodes[p.place].office.Live.Subscribe(w.people[p.who].Firm, w.room, nil)
	w.refresh(p)
}

// reload opens the pages again whose node has died.
func (w *world) reload(place int) {
	for _, p := range w.pages {
		if p.place == place {
			p.ears.Close()
			w.visit(p)
		}
	}
}

// refresh shows what is there now, and listens to what may change it.
func (w *world) refresh(p *page) {
	n, by := w.nodes[p.place], w.people[p.who]
	var mine []id.Circle
	err := n.office.See(n.ctx, by.Firm, func(a *act.Act) error {
		f, err := circle.Facts(a, by, w.room)
		for c, span := range f.Circles {
			if span.Covers(f.Now) {
				mine = append(mine, c)
			}
		}
		return err
	})
	if err == nil {
		p.ears.Replace(mine)
		p.shown, err = w.view(n.ctx, n, p.who)
	}
	p.gone, p.late = fault.Is(err, fault.NotFound), fault.Is(err, fault.Unavailable)
	if err != nil && !p.gone && !p.late {
		w.fail("the page of %s: %v", p.who, err)
	}
}

// hear brings those pages up to date that were told to.
func (w *world) hear() {
	for _, p := range w.pages {
		told := p.late
		select {
		case <-p.ears.Changed():
			told = true
		default:
		}
		if told {
			w.refresh(p)
		}
	}
}

// view is what somebody sees in the space: memos by their text, documents by their title.
func (w *world) view(ctx context.Context, n *node, who string) (map[id.Item]string, error) {
	out, by := map[id.Item]string{}, w.people[who]
	threads, _, err := n.memos.Conversation(ctx, by, memo.Query{Space: w.room, Limit: 100})
	if err != nil {
		return nil, err
	}
	for _, t := range threads {
		for _, m := range t.Memos {
			out[m.ID] = m.Body
		}
	}
	docs, err := n.documents.List(ctx, by, document.ListQuery{Space: w.room, Tray: space.FirmTray, Limit: 100})
	for _, d := range docs {
		out[d.ID] = d.Title
	}
	return out, err
}

// look has somebody read everything that she is shown.
func (w *world) look() {
	n := pick(w, w.nodes)
	who := pick(w, slices.Sorted(maps.Keys(w.people)))
	if !n.frozen {
		w.say("%s looks at %d", who, n.place)
		w.lookAt(n, who)
	}
}

func (w *world) lookAt(n *node, who string) {
	w.begin("look", n, func(ctx context.Context) func() {
		shown, err := w.view(ctx, n, who)
		var wrong []error
		for _, item := range slices.Sorted(maps.Keys(shown)) {
			if strings.HasPrefix(shown[item], "acte") {
				wrong = append(wrong, w.readable(ctx, n, who, item, shown[item]))
			}
		}
		return func() { w.looked(who, shown, err, wrong) }
	})
}

func (w *world) looked(who string, shown map[id.Item]string, err error, wrong []error) {
	if who == "stranger" && err == nil {
		w.fail("a stranger is let in")
	}
	for _, err := range append(wrong, err) {
		if fault.Is(err, fault.Internal) {
			w.fail("%s reads: %v", who, err)
		}
	}
	for _, in := range w.intents {
		for _, name := range shown {
			if in.after == nil && base(name) == in.name && in.private && who == "client" {
				w.fail("the client sees %s", name)
			}
		}
	}
}

// readable reads a document to its end: what is shown is there, and is what was sent.
func (w *world) readable(ctx context.Context, n *node, who string, item id.Item, title string) error {
	c, err := n.documents.Content(ctx, w.people[who], document.Want{Item: item, Purpose: document.Preview})
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(c.Reader)
	if closed := c.Reader.Close(); err == nil {
		err = closed
	}
	at := slices.IndexFunc(w.intents, func(in *intent) bool { return in.name == base(title) })
	if err == nil && !bytes.Equal(raw, w.intents[at].content) {
		w.fail("%s has other bytes than were sent", title)
	}
	return err
}

// drain lets all that was begun come to its end.
func (w *world) drain() {
	for tries := 0; w.busy() > 0 && tries < 20_000; tries++ {
		if waiting := w.waiting(); len(waiting) > 0 {
			w.resume(pick(w, waiting))
		} else {
			w.pass(time.Second)
		}
	}
	if w.busy() > 0 {
		w.fail("work does not come to its end")
	}
}

// settle ends the faults and sees that everything comes right by itself.
func (w *world) settle() {
	w.calm = true
	w.wake()
	w.drain()
	w.agree()
	w.current()
	for _, what := range []string{"thaw", "admit"} {
		w.pass(5 * time.Second)
		if err := w.moved(context.Background(), w.nodes[0], w.people["lead"], what); err != nil && !fault.Is(err, fault.Conflict) {
			w.fail("%s: %v", what, err)
		}
		w.pass(5 * time.Second)
	}
	open := func(in *intent) bool { return !in.done }
	for tries := 0; slices.ContainsFunc(w.intents, open) && tries < 300; tries++ {
		w.attempt()
		w.drain()
		w.current()
	}
	for _, in := range w.intents {
		if !in.done {
			w.fail("%s is never done", in.name)
		}
	}
	w.agree()
	w.single()
	w.verified()
	w.current()
}

// agree compares what each node shows to each person with what the journal says
// that she was sent.
func (w *world) agree() {
	for who := range w.people {
		expected := w.oracle(who)
		for _, n := range w.nodes {
			shown, err := w.view(n.ctx, n, who)
			if (err == nil) != (expected != nil) {
				w.fail("node %d lets %s in: %v, want %v", n.place, who, err, expected != nil)
			}
			if got := slices.Sorted(maps.Keys(shown)); err == nil && !slices.Equal(got, expected) {
				w.fail("node %d shows %d things to %s, want %d", n.place, len(got), who, len(expected))
			}
		}
	}
}

// records is the journal, oldest first.
func (w *world) records() []journal.Record {
	n := w.nodes[0]
	f, err := w.store.Firm(n.ctx, w.people["lead"].Firm)
	must(w.t, err)
	all, err := n.office.Journal.List(n.ctx, f, journal.Filter{Limit: 1000})
	must(w.t, err)
	slices.Reverse(all)
	slices.SortStableFunc(all, func(a, b journal.Record) int { return cmp.Compare(a.At.UnixMicro(), b.At.UnixMicro()) })
	return all
}

// oracle is what somebody must see, by the rules as they are told to people and by
// nothing but the journal: what was sent to a circle of hers while she was in it,
// nothing internal unless she is of the firm; nil when she must not come in.
func (w *world) oracle(who string) []id.Item {
	if who == "stranger" {
		return nil
	}
	in, mine, gone := true, map[id.Item]bool{}, map[id.Item]bool{}
	circles := []id.Circle{w.house.All, w.house.Firm}
	if who == "client" {
		circles[1] = w.house.Client
	}
	for _, r := range w.records() {
		of := who == "colleague" && r.Object == string(w.people[who].Person)
		switch {
		case r.Kind == "member.left" && of:
			in = false
			clear(mine)
		case r.Kind == "member.joined" && of:
			in = true
		case who == "client" && (r.Kind == "space.frozen" || r.Kind == "space.thawed"):
			in = r.Kind == "space.thawed"
		case r.Kind == "document.deleted":
			gone[id.Item(r.Object)] = true
		case r.Kind == "memo.written" || r.Kind == "document.filed":
			var sent struct {
				Circles  []id.Circle
				Internal bool
			}
			must(w.t, json.Unmarshal(r.Details, &sent))
			reaches := slices.ContainsFunc(sent.Circles, func(c id.Circle) bool { return slices.Contains(circles, c) })
			// One who is shut out by a freeze sees afterwards what was sent meanwhile.
			if reaches && (in || who == "client") && !(sent.Internal && who == "client") {
				mine[id.Item(r.Object)] = true
			}
		}
	}
	if !in {
		return nil
	}
	maps.DeleteFunc(mine, func(i id.Item, _ bool) bool { return gone[i] }) // clocks may say that this came first
	return append([]id.Item{}, slices.Sorted(maps.Keys(mine))...)
}

// single: what was wanted once was done once, and nothing of it is lost.
func (w *world) single() {
	n, lead := w.nodes[0], w.people["lead"]
	there := map[string]int{}
	shown, err := w.view(n.ctx, n, "lead")
	must(w.t, err)
	for _, name := range shown {
		there[base(name)]++
	}
	trash, _, err := n.documents.Trash(n.ctx, lead, document.TrashQuery{Space: w.room})
	must(w.t, err)
	for _, d := range trash {
		there[base(d.Title)]++
	}
	for _, in := range w.intents {
		times := 1
		if in.given {
			times = 0
		}
		if in.after == nil && in.gives == nil && there[in.name] != times {
			w.fail("%s is there %d times, want %d", in.name, there[in.name], times)
		}
		if in.after != nil && shown[id.Item(in.object)] != "" && shown[id.Item(in.object)] != in.name {
			w.fail("%s is called %q", in.name, shown[id.Item(in.object)])
		}
	}
	for _, who := range []string{"lead", "client", "colleague"} {
		w.lookAt(n, who)
		w.drain()
	}
}

// verified: the journal holds, with every entry in its place, and contains all
// that was ever signed of it.
func (w *world) verified() {
	n := w.nodes[0]
	f, err := w.store.Firm(n.ctx, w.people["lead"].Firm)
	must(w.t, err)
	_, err = n.office.Journal.Sequence(n.ctx, f)
	must(w.t, err)
	s, err := n.office.Journal.Verify(n.ctx, f, func(f journal.Fault) { w.fail("the journal: %s %v", f.What, f.Cause) })
	must(w.t, err)
	if !s.Holds() || s.Waiting != 0 {
		w.fail("the journal does not hold, or %d entries wait", s.Waiting)
	}
	for _, head := range w.heads {
		g, err := n.office.Journal.Extends(n.ctx, f, head)
		if err == nil {
			err = journal.CheckGrowth(g)
		}
		if err != nil {
			w.fail("a head that was signed is not of this journal: %v", err)
		}
	}
}

// current: once every line has come, or its loss is known, no open page is old.
func (w *world) current() {
	for len(w.mail) > 0 {
		w.deliver()
	}
	for _, n := range w.nodes {
		if w.deaf[n] && !n.frozen {
			w.listen(n)
		}
	}
	w.hear()
	for _, p := range w.pages {
		if w.nodes[p.place].frozen {
			continue
		}
		fresh, err := w.view(w.nodes[p.place].ctx, w.nodes[p.place], p.who)
		if err != nil && !fault.Is(err, fault.NotFound) {
			w.fail("a page of %s at %d: %v", p.who, p.place, err)
		}
		if !p.gone && (err != nil || !maps.Equal(fresh, p.shown)) {
			w.fail("a page of %s at %d shows %d of %d things, or old names", p.who, p.place, len(p.shown), len(fresh))
		}
	}
}
