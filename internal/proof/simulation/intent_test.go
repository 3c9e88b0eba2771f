package simulation

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/space"
)

// intent is what somebody wants done once, and asks for until she is told that it
// is. Its name is in what it makes, and in nothing else.
type intent struct {
	name    string
	by      authz.Actor
	after   *intent // what it is done to
	try     func(ctx context.Context, n *node, in *intent) (object string, err error)
	content []byte
	private bool    // for the firm's side alone
	gives   *intent // whose upload it gives up

	task   *task // of the attempt that she waits for
	done   bool
	object string
	upload id.Upload
	given  bool // up, before it was done
}

// intend draws what people want in this run.
func (w *world) intend() {
	who := []string{"lead", "colleague"}
	for n := range 5 {
		in := &intent{name: fmt.Sprintf("memo%d", n), by: w.people[[]string{"lead", "colleague", "client"}[n%3]], try: w.write}
		in.private = n%3 != 2 && w.dice.IntN(3) == 0
		w.intents = append(w.intents, in)
	}
	for n := range 5 {
		in := &intent{name: fmt.Sprintf("acte%d", n), by: w.people[pick(w, who)], try: w.file}
		if n%2 == 0 {
			in.try = w.carry
		}
		in.private = w.dice.IntN(3) == 0
		in.content = letters(w.dice, 20+w.dice.IntN(150_000))
		w.intents = append(w.intents, in)
		if n > 2 {
			continue
		}
		change := &intent{name: in.name + []string{" again", " renamed", " deleted"}[n], by: w.people["lead"], after: in}
		change.try = []func(context.Context, *node, *intent) (string, error){w.rename, w.rename, w.remove}[n]
		w.intents = append(w.intents, change)
	}
	for n := range 2 {
		in := &intent{name: fmt.Sprintf("acte%d", 5+n), by: w.people["lead"], try: w.carry, content: letters(w.dice, 20+w.dice.IntN(150_000))}
		w.intents = append(w.intents, in, &intent{name: in.name + " given up", by: in.by, try: w.giveUp, gives: in})
	}
	for _, in := range w.intents {
		in.by.Once = authz.Once{Key: in.name, Request: in.name}
	}
}

// letters is a content that is like no other.
func letters(dice *rand.Rand, size int) []byte {
	out := make([]byte, size)
	for i := range out {
		out[i] = byte('a' + dice.IntN(26))
	}
	return out
}

func (w *world) circles(in *intent) []id.Circle {
	if in.private {
		return []id.Circle{w.house.Firm}
	}
	return []id.Circle{w.house.Firm, w.house.Client}
}

func (w *world) write(ctx context.Context, n *node, in *intent) (string, error) {
	return n.once(ctx, in.by, func() (string, error) {
		m, err := n.memos.Write(ctx, in.by, memo.New{
			Space: w.room, Subject: "sujet", Body: in.name, Internal: in.private, Circles: w.circles(in),
		})
		return string(m), err
	})
}

// file sends a file in one piece.
func (w *world) file(ctx context.Context, n *node, in *intent) (string, error) {
	return n.once(ctx, in.by, func() (string, error) {
		u, err := n.documents.File(ctx, in.by, w.begun(in), w.body(ctx, n, in.content))
		return string(u.Document), err
	})
}

func (w *world) begun(in *intent) document.BeginUpload {
	return document.BeginUpload{
		Space: w.room, Tray: space.FirmTray, Name: in.name + ".txt", Size: int64(len(in.content)), Circles: w.circles(in),
	}
}

// carry announces a file, then asks how far it is and goes on from there, on
// whichever node.
func (w *world) carry(ctx context.Context, n *node, in *intent) (string, error) {
	if in.upload == "" {
		u, err := n.once(ctx, in.by, func() (string, error) {
			u, err := n.documents.Begin(ctx, in.by, w.begun(in))
			return string(u.ID), err
		})
		if err != nil {
			return "", err
		}
		in.upload = id.Upload(u)
	}
	by := in.by
	by.Once = authz.Once{}
	u, err := n.documents.Resume(ctx, by, in.upload)
	if err == nil && !u.Done {
		u, err = n.documents.Append(ctx, by, in.upload, u.Offset, w.body(ctx, n, in.content[u.Offset:]))
	}
	if err == nil && !u.Done {
		err = fault.New(fault.Unavailable, "document.upload_cut")
	}
	return string(u.Document), err
}

// givenUp is how a run tells that an upload came to that end.
const givenUp = "comes to nothing"

// giveUp cancels an upload, wherever it is under way. She who sends it is always in the
// space: what is absent is what she has given up before, unheard.
func (w *world) giveUp(ctx context.Context, n *node, in *intent) (string, error) {
	err := n.documents.Cancel(ctx, in.by, in.gives.upload)
	switch {
	case err == nil || fault.Is(err, fault.NotFound) && !in.gives.done:
		return string(in.gives.upload), nil
	case fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict):
		return "", nil // it is done
	}
	return "", err
}

func (w *world) rename(ctx context.Context, n *node, in *intent) (string, error) {
	return n.once(ctx, in.by, func() (string, error) {
		return in.after.object, n.documents.Rename(ctx, in.by, id.Item(in.after.object), in.name)
	})
}

func (w *world) remove(ctx context.Context, n *node, in *intent) (string, error) {
	return n.once(ctx, in.by, func() (string, error) {
		return in.after.object, n.documents.Delete(ctx, in.by, id.Item(in.after.object))
	})
}

// body is what comes from the network: others go on before each part, and it may
// break off.
func (w *world) body(ctx context.Context, n *node, content []byte) io.Reader {
	return &body{w: w, ctx: ctx, n: n, rest: bytes.NewReader(content)}
}

type body struct {
	w    *world
	ctx  context.Context
	n    *node
	rest *bytes.Reader
}

func (b *body) Read(p []byte) (int, error) {
	b.w.pause(b.ctx)
	if b.n.dead || b.w.chance(12) {
		return 0, io.ErrUnexpectedEOF
	}
	return b.rest.Read(p[:min(len(p), 50_000)])
}

// attempt has somebody ask for what she wants, for the first time or again.
func (w *world) attempt() {
	var open []*intent
	for _, in := range w.intents {
		if !in.done && in.task == nil && (in.after == nil || in.after.done) && (in.gives == nil || in.gives.upload != "") {
			open = append(open, in)
		}
	}
	n := pick(w, w.nodes)
	if len(open) == 0 || n.frozen || w.busy() >= crowd {
		return
	}
	in := pick(w, open)
	w.say("%s is asked of %d", in.name, n.place)
	if w.plant == keylessRetry {
		in.by.Once = authz.Once{}
	}
	w.begin(in.name, n, func(ctx context.Context) func() {
		object, err := in.try(ctx, n, in)
		return func() { w.answered(in, object, err) }
	})
	if k := w.tasks[len(w.tasks)-1]; !k.over {
		in.task = k
	}
}

func (w *world) busy() (count int) {
	for _, k := range w.tasks {
		if !k.over {
			count++
		}
	}
	return count
}

// answered is what somebody hears. Whatever it is but a success, she asks again.
func (w *world) answered(in *intent, object string, err error) {
	in.task = nil
	w.say("%s: %v", in.name, kind(err))
	if fault.Is(err, fault.Internal) {
		w.fail("%s: %v", in.name, err)
	}
	if err != nil {
		return
	}
	if in.given {
		w.fail("%s was given up, and is done", in.name)
	}
	in.done, in.object = true, object
	if of := in.gives; of != nil && object != "" {
		if of.done {
			w.fail("%s was done, and is given up", of.name)
		}
		of.done, of.given = true, true
		w.say("%s %s", of.name, givenUp)
	}
}

func kind(err error) string {
	if err == nil {
		return "done"
	}
	return fault.KindOf(err).String()
}

// abandon has those who waited for a node ask another one.
func (w *world) abandon(n *node) {
	for _, in := range w.intents {
		if in.task != nil && in.task.on == n {
			in.task.left, in.task = true, nil
		}
	}
}

// leave has somebody lose patience with an answer that may yet come.
func (w *world) leave() {
	for _, in := range w.intents {
		if in.task != nil && !in.task.over {
			w.say("%s waits no longer", in.name)
			in.task.left, in.task = true, nil
			return
		}
	}
}

// move changes who is in the space. It is far enough from everything else for
// clocks that do not agree to tell its order.
func (w *world) move() {
	n, lead := pick(w, w.nodes), w.people["lead"]
	if n.frozen {
		return
	}
	what := pick(w, []string{"remove", "admit", "freeze", "thaw"})
	w.pass(5 * time.Second)
	w.say("%s at %d", what, n.place)
	w.begin(what, n, func(ctx context.Context) func() {
		err := w.moved(ctx, n, lead, what)
		return func() {
			w.say("%s: %v", what, kind(err))
			if fault.Is(err, fault.Internal) {
				w.fail("%s: %v", what, err)
			}
		}
	})
	w.pass(5 * time.Second)
}

func (w *world) moved(ctx context.Context, n *node, lead authz.Actor, what string) error {
	switch what {
	case "remove":
		return n.spaces.RemoveMember(ctx, lead, w.room, w.people["colleague"].Person)
	case "admit":
		return n.spaces.AddColleague(ctx, lead, w.room, w.people["colleague"].Person)
	case "freeze":
		return n.freezes.Freeze(ctx, lead, w.room)
	}
	return n.freezes.Thaw(ctx, lead, w.room, "fini")
}

// sequence has a node give positions in the journal and sign its head.
func (w *world) sequence() {
	n := pick(w, w.nodes)
	if n.frozen {
		return
	}
	w.say("%d sequences", n.place)
	w.begin("sequence", n, func(ctx context.Context) func() {
		f, err := n.office.Store.Firm(ctx, w.people["lead"].Firm)
		if err != nil {
			return func() {}
		}
		head, err := n.office.Journal.Sequence(ctx, f)
		return func() {
			if err != nil {
				w.fail("the journal is not sequenced: %v", err)
			} else if head.Checkpoint != "" {
				w.heads = append(w.heads, head.Checkpoint)
			}
		}
	})
}

// sweep has a node clean up, beside everything else.
func (w *world) sweep() {
	n := pick(w, w.nodes)
	if n.frozen {
		return
	}
	w.say("%d sweeps", n.place)
	w.begin("sweep", n, func(ctx context.Context) func() {
		err := n.documents.Sweep(ctx, w.people["lead"].Firm)
		return func() {
			if fault.Is(err, fault.Internal) {
				w.fail("a sweep: %v", err)
			}
		}
	})
}

// base is the name of the intent that made what is called so.
func base(title string) string {
	name, _, _ := strings.Cut(strings.TrimSuffix(title, ".txt"), " ")
	return name
}
