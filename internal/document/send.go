package document

import (
	"context"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/guard"
	"cenacle/internal/id"
	"cenacle/internal/item"
)

// Outside are those of some readers who are not of the firm, as the guard sees
// them.
func Outside(people []Recipient) (out []guard.Recipient) {
	for _, p := range people {
		if !p.Role.Inside() {
			out = append(out, guard.Recipient{Person: p.Person, Name: p.Name})
		}
	}
	return out
}

// Examine tells, before a document is sent to circles, what looks like the
// wrong recipient.
func (s *Service) Examine(ctx context.Context, by authz.Actor, of id.Item, circles []id.Circle) (found []guard.Finding, err error) {
	defer fault.Op(&err, "document.Examine(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		h, _, err := item.Open(a, by, "", item.Document, of, authz.DocumentAddress)
		if err != nil {
			return err
		}
		known, err := circle.List(a, h.Space)
		if err != nil {
			return err
		}
		for _, c := range circles {
			if !slices.ContainsFunc(known, func(k circle.Circle) bool { return k.ID == c }) {
				return fault.New(fault.Invalid, "item.unknown_circle").In("circle")
			}
		}
		found, err = examine(a, by, h, circles)
		return err
	})
	return found, err
}

// examine asks the guard about an opened document and the circles it is to go
// to besides.
func examine(a *act.Act, by authz.Actor, h item.Header, circles []id.Circle) ([]guard.Finding, error) {
	d, err := one(a, by, h)
	if err != nil {
		return nil, err
	}
	all, err := versions(a, h)
	if err != nil {
		return nil, err
	}
	before, err := Recipients(a, resource(a, h))
	if err != nil {
		return nil, err
	}
	for _, c := range circles {
		h.Audience = append(slices.Clone(h.Audience), authz.Address{Circle: c, Sent: a.Now})
	}
	after, err := Recipients(a, resource(a, h))
	if err != nil {
		return nil, err
	}
	return guard.Check(a, by, guard.Sending{
		Space: h.Space, To: Outside(without(after.Will, before.Will)), Titles: []string{d.Title}, Digests: [][32]byte{all[0].SHA256},
	})
}

// overridden is what the journal keeps of a sending that goes on although the
// guard has stopped it, or of one that it has kept inside.
type overridden struct {
	Reasons []guard.Reason `json:"reasons"`
}

// insist demands that what the guard finds was confirmed, and records it.
func insist(a *act.Act, by authz.Actor, h item.Header, circles []id.Circle, confirmed []string) error {
	found, err := examine(a, by, h, circles)
	if err != nil || len(found) == 0 {
		return err
	}
	gone, err := guard.Demand(found, confirmed)
	if err != nil {
		return err
	}
	_, err = a.Record(by, "guard.overridden", h.Space, string(h.ID), overridden{gone})
	return err
}

// suspect asks the guard about a file that arrives addressed to people outside
// the firm: whoever sends it cannot be asked any more, so it stays inside and is
// sent from its page, for the reasons that are shown there.
func suspect(a *act.Act, by authz.Actor, u arrival, f found) ([]guard.Reason, error) {
	out, err := circle.Beyond(a, u.Space, u.Circles)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	reach, err := Recipients(a, sentTo(a, u.Space, u.Circles))
	if err != nil {
		return nil, err
	}
	found, err := guard.Check(a, by, guard.Sending{Space: u.Space, To: Outside(reach.Will), Titles: []string{u.Name}, Digests: [][32]byte{f.sum}})
	var reasons []guard.Reason
	for _, one := range found {
		reasons = append(reasons, one.Reason)
	}
	return reasons, err
}

// catchUp lets the guard learn what earlier programs filed.
func (s *Service) catchUp(ctx context.Context, firm id.Firm) error {
	for {
		done := false
		err := s.office.Keep(ctx, firm, func(a *act.Act) error {
			after, all, err := guard.CatchUp(a, swept)
			if err != nil {
				return err
			}
			n, last, err := learnAfter(a, after)
			if err != nil {
				return err
			}
			if last != after {
				if err := guard.MarkBytes(a, last); err != nil {
					return err
				}
			}
			done = all && n < swept
			return nil
		})
		if err != nil || done {
			return err
		}
	}
}

// learnAfter learns the bytes of the next versions.
func learnAfter(a *act.Act, after id.Version) (n int, last id.Version, err error) {
	type held struct {
		version id.Version
		of      id.Item
		in      id.Space
		deposit id.Deposit
		digest  []byte
	}
	var page []held
	last = after
	err = a.Each(selectUnlearnt, []any{after, swept}, func(scan func(...any) error) error {
		var v held
		err := scan(&v.version, &v.of, &v.in, &v.deposit, &v.digest)
		page = append(page, v)
		return err
	})
	if err != nil {
		return 0, after, err
	}
	for _, v := range page {
		last = v.version
		box, err := a.SpaceBox(v.in)
		if fault.Is(err, fault.NotFound) {
			continue // the space was erased
		}
		if err != nil {
			return 0, after, err
		}
		raw, err := box.Open(versionPlace("digest", v.version), v.digest)
		if err != nil || len(raw) != 32 {
			continue // a row that does not pass is told when it is read
		}
		if err := guard.LearnBytes(a, v.in, v.of, [32]byte(raw), v.deposit != ""); err != nil {
			return 0, after, err
		}
	}
	return len(page), last, nil
}

// DigestsOf returns the SHA-256 of the current bytes of documents that the
// caller has opened.
func DigestsOf(a *act.Act, in id.Space, of []id.Item) ([][32]byte, error) {
	var out [][32]byte
	for _, it := range of {
		all, err := versions(a, item.Header{ID: it, Space: in})
		if err != nil {
			return nil, err
		}
		out = append(out, all[0].SHA256)
	}
	return out, nil
}
