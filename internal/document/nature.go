package document

import (
	"context"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
)

// Turn is what would become of a document's readers with another nature.
type Turn struct {
	Nature authz.Nature
	Lose   []Recipient // who sees it and would not any more
	Gain   []Recipient // who does not, and would
	Read   []Recipient // of those who would lose it, who has opened it already
}

// Turns tells who would lose and gain a document with each nature, the present
// one included, to a lawyer who may decide it.
func (s *Service) Turns(ctx context.Context, by authz.Actor, of id.Item) (out []Turn, err error) {
	defer fault.Op(&err, "document.Turns(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		h, err := classifiable(a, by, of)
		if err != nil {
			return err
		}
		reads, err := item.Reads(a, of)
		if err != nil {
			return err
		}
		for _, n := range authz.Natures() {
			t, err := turn(a, h, n)
			if err != nil {
				return err
			}
			for _, p := range t.Lose {
				if _, read := reads[p.Person]; read {
					t.Read = append(t.Read, p)
				}
			}
			out = append(out, t)
		}
		return nil
	})
	return out, err
}

func turn(a *act.Act, h item.Header, n authz.Nature) (t Turn, err error) {
	before, err := Recipients(a, resource(a, h))
	if err != nil {
		return t, err
	}
	h.Nature = n
	after, err := Recipients(a, resource(a, h))
	t.Nature, t.Lose, t.Gain = n, without(before.Will, after.Will), without(after.Will, before.Will)
	return t, err
}

// without returns those of some people who are not among others.
func without(some, others []Recipient) (out []Recipient) {
	for _, p := range some {
		if !slices.ContainsFunc(others, func(o Recipient) bool { return o.Person == p.Person }) {
			out = append(out, p)
		}
	}
	return out
}

// classified is what the journal keeps of a decision.
type classified struct {
	From authz.Nature `json:"from"`
	To   authz.Nature `json:"to"`
}

// Classify decides the nature of a document: from that moment it is with those
// whom the nature lets, on every channel. Who sees it for the first time is
// told. The nature it has already is no fault and no act.
func (s *Service) Classify(ctx context.Context, by authz.Actor, of id.Item, n authz.Nature) (err error) {
	defer fault.Op(&err, "document.Classify(%s)", of)
	if !n.Known() {
		return fault.New(fault.Invalid, "document.unknown_nature").In("nature")
	}
	same := false
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		h, err := classifiable(a, by, of)
		same = h.Nature == n
		return err
	})
	if err != nil || same {
		return err
	}
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		h, err := classifiable(a, by, of)
		if err != nil {
			return err
		}
		return s.classify(a, by, h, n)
	})
}

// classifiable opens a document to who decides its nature.
func classifiable(a *act.Act, by authz.Actor, of id.Item) (item.Header, error) {
	h, _, err := item.Open(a, by, "", item.Document, of, authz.DocumentClassify)
	return h, err
}

func (s *Service) classify(a *act.Act, by authz.Actor, h item.Header, n authz.Nature) error {
	if h.Nature.Takes(authz.WayForum) {
		if err := item.Tabled(a, h.Space, n, circlesOf(h.Audience)); err != nil {
			return fault.New(fault.Conflict, "document.on_table").In("nature").Because(err)
		}
	}
	before, err := Recipients(a, resource(a, h))
	if err != nil {
		return err
	}
	if err := item.Reclassify(a, h, n); err != nil {
		return err
	}
	if err := revised(a, h.ID); err != nil {
		return err
	}
	if _, err := a.Record(by, "document.classified", h.Space, string(h.ID), classified{h.Nature, n}); err != nil {
		return err
	}
	h.Nature = n
	if seen, err := beforeParty(a, h); err != nil {
		return err
	} else if seen {
		if err := tabled(a, by, h, circlesOf(h.Audience)); err != nil {
			return err
		}
	}
	a.Signal(h.Space, circlesOf(h.Audience)...)
	if err := space.Touch(a, h.Space); err != nil {
		return err
	}
	return s.tell(a, by, h.ID, resource(a, h), before.Will)
}

// beforeParty reports whether somebody of a party sees an opened document: what was
// sent to all before there were parties is not before them.
func beforeParty(a *act.Act, h item.Header) (bool, error) {
	parties, err := circle.Parties(a, h.Space)
	if err != nil || len(parties) == 0 {
		return false, err
	}
	circles, err := circlesByPerson(a, h.Space)
	if err != nil {
		return false, err
	}
	reach, err := Recipients(a, resource(a, h))
	return slices.ContainsFunc(reach.Will, func(to Recipient) bool {
		return slices.ContainsFunc(parties, func(p circle.Circle) bool {
			stay, in := circles[to.Person][p.ID]
			return in && stay.Covers(a.Now)
		})
	}), err
}
