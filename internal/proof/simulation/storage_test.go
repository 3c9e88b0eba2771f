package simulation

import (
	"context"

	"cenacle/internal/blob"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// hand is how a node reaches the storage: others go on meanwhile, requests fail,
// and answers are lost.
type hand struct {
	w *world
	n *node
}

var _ blob.Bucket = (*hand)(nil)

func (h *hand) ask(ctx context.Context, do func() error) error {
	h.w.pause(ctx)
	if h.n.dead || h.n.frozen || h.w.chance(30) {
		return unreachable()
	}
	err := do()
	h.w.pause(ctx)
	if h.n.dead || h.w.chance(30) {
		return unreachable()
	}
	return err
}

func unreachable() error { return fault.New(fault.Unavailable, "blob.unavailable") }

func (h *hand) Append(ctx context.Context, n blob.Name, offset int64, parts ...[]byte) error {
	return h.ask(ctx, func() error { return h.w.storage.Append(ctx, n, offset, parts...) })
}

func (h *hand) Finish(ctx context.Context, n blob.Name, size int64) error {
	return h.ask(ctx, func() error {
		err := h.w.storage.Finish(ctx, n, size)
		if err == nil && h.w.plant == forgetfulStorage && h.w.dice.IntN(4) == 0 {
			return h.w.storage.Remove(ctx, n)
		}
		return err
	})
}

func (h *hand) Open(ctx context.Context, n blob.Name) (o blob.Object, err error) {
	err = h.ask(ctx, func() error {
		o, err = h.w.storage.Open(ctx, n)
		return err
	})
	return o, err
}

func (h *hand) Discard(ctx context.Context, n blob.Name) error {
	return h.ask(ctx, func() error { return h.w.storage.Discard(ctx, n) })
}

func (h *hand) Remove(ctx context.Context, n blob.Name) error {
	return h.ask(ctx, func() error { return h.w.storage.Remove(ctx, n) })
}

func (h *hand) Each(ctx context.Context, f id.Firm, s blob.Stage, visit func(id.Blob) error) error {
	return h.ask(ctx, func() error { return h.w.storage.Each(ctx, f, s, visit) })
}

// wire carries what nodes say to each other: see world.deliver.
type wire struct {
	w *world
	n *node
}

// letter is a line on its way to a node.
type letter struct {
	to   *node
	line string
}

func (x *wire) Announce(_ context.Context, lines []string) error {
	for _, to := range x.w.nodes {
		for _, line := range lines {
			x.w.mail = append(x.w.mail, letter{to, line})
		}
	}
	return nil
}

func (x *wire) Listen(ctx context.Context, heard func(string), begun func()) error {
	x.n.heard, x.n.begun = heard, begun
	begun()
	<-ctx.Done()
	return nil
}
