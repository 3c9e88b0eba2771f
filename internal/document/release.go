package document

import (
	"context"
	"encoding/hex"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
)

// Release puts a document onto the common table of a forum: from that moment all
// parties see it, with everybody else who is in the space. A guest releases what
// lies in the private tray of her own party; of the firm's side, a lawyer what
// the firm has. What had no nature that comes before parties is an exhibit from
// then on: whoever releases it says so. What the guard finds in the firm's own is to
// be confirmed, as in [Send]. Where the forum says that the firm alone sees what parties
// bring ([circle.Pattern]), a guest's document goes to the firm's side instead, of no
// number. An exhibit has its number from here ([exhibit.Give]).
// Conflict where there is no forum, when it lies there already, when another nature
// keeps it away, and when it would not reach a party ([exhibit.Reach]); Invalid in the field replaces.
func (s *Service) Release(ctx context.Context, by authz.Actor, in Releasing) (err error) {
	defer fault.Op(&err, "document.Release(%s)", in.Document)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error { return s.bring(a, by, in) })
}

// bring is Release inside a running act.
func (s *Service) bring(a *act.Act, by authz.Actor, in Releasing) error {
	h, side, err := s.readyToRelease(a, by, in)
	if err != nil {
		return err
	}
	if err := a.Write(deletePlan, h.ID); err != nil {
		return err
	}
	from, err := place(a, h.ID)
	if err != nil {
		return err
	}
	seen, err := contributed(a, by, h.Space)
	if err != nil {
		return err
	}
	if err := s.table(a, by, &h, from, seen); err != nil || seen == circle.ToFirm {
		return err
	}
	return communicate(a, by, h, side, in.Replaces)
}

// contributed is who sees what the actor brings now: of the firm's own, all; of a
// party's, what the forum says at this moment.
func contributed(a *act.Act, by authz.Actor, in id.Space) (circle.Seen, error) {
	if by.Role.Inside() {
		return circle.ByAll, nil
	}
	p, err := circle.PatternOf(a, in)
	return p.Contributions, err
}

// readyToRelease opens a document for its release, and demands that nothing stands
// against it.
func (s *Service) readyToRelease(a *act.Act, by authz.Actor, in Releasing) (h item.Header, side id.Circle, err error) {
	h, f, err := item.Open(a, by, "", item.Document, in.Document, authz.DocumentRelease)
	if err != nil {
		return h, "", err
	}
	from, err := place(a, h.ID)
	if err != nil {
		return h, "", err
	}
	if err := releasable(a, h, from.Tray, f); err != nil {
		return h, "", err
	}
	if side, _, err = exhibit.Side(a, f); err != nil {
		return h, "", err
	}
	if seen, err := contributed(a, by, h.Space); err != nil || seen == circle.ToFirm {
		return h, "", err // of what is a party's own the firm decides nothing
	}
	if err := exhibit.Reach(a, by, h.Space, side); err != nil {
		return h, "", err
	}
	return h, side, s.cleared(a, by, h, from, in.Confirm)
}

// cleared demands that a document may leave: that the scanner has passed it and, of the
// firm's own, that it is approved where the space demands that, and that what the guard
// finds was confirmed.
func (s *Service) cleared(a *act.Act, by authz.Actor, h item.Header, from Move, confirm []string) error {
	if err := s.sendable(a, h); err != nil || from.Tray == space.PartyTray { // of what is a party's own the firm decides nothing
		return err
	}
	house, err := circle.HouseOf(a, h.Space)
	if err != nil {
		return err
	}
	to := []id.Circle{house.All}
	all, err := versions(a, h)
	if err != nil {
		return err
	}
	wait, err := withheld(a, h.Space, h.ID, all[0].digestHash, to)
	if err != nil {
		return err
	}
	if len(wait) > 0 {
		return fault.New(fault.Conflict, "document.approve_first")
	}
	return insist(a, by, h, to, confirm)
}

// Releasing puts a document onto the common table.
type Releasing struct {
	Document id.Item
	Replaces id.Item  // a document of which an exhibit of the same party gives it its number; may be empty
	Confirm  []string // findings of the guard that the actor has read (guard.Finding.ID)
}

// communicate numbers what is on the common table of a forum as an exhibit of a
// party. A letter has no number.
func communicate(a *act.Act, by authz.Actor, h item.Header, party id.Circle, replaces id.Item) error {
	if h.Nature != authz.NatureExhibit {
		return nil
	}
	all, err := versions(a, h)
	if err != nil {
		return err
	}
	_, err = exhibit.Give(a, by, exhibit.New{
		Space: h.Space, Item: h.ID, Version: all[0].ID, Party: party, SHA256: hex.EncodeToString(all[0].SHA256[:]), Replaces: replaces,
	})
	return err
}

// tabled numbers what the firm has brought before parties otherwise than by a
// release: by sending it to all, or by saying that a letter before them is an exhibit.
func tabled(a *act.Act, by authz.Actor, h item.Header, to []id.Circle) error {
	parties, err := circle.Parties(a, h.Space)
	if err != nil || len(parties) == 0 {
		return err
	}
	house, err := circle.HouseOf(a, h.Space)
	if err != nil || h.Nature != authz.NatureExhibit || !slices.Contains(to, house.All) {
		return err
	}
	if err := exhibit.Reach(a, by, h.Space, house.Firm); err != nil {
		return err
	}
	return communicate(a, by, h, house.Firm, "")
}

// renumber gives the next rank of its number to an exhibit that has other bytes, as
// far as it is still before all. That waits for no reader: the bytes are here, and who
// had the former ones is to have these.
func renumber(a *act.Act, by authz.Actor, h item.Header) error {
	was, err := exhibit.OfItem(a, h.Space, h.ID)
	if err != nil || len(was) == 0 {
		return err
	}
	house, err := circle.HouseOf(a, h.Space)
	if err != nil || !slices.Contains(circlesOf(h.Audience), house.All) {
		return err
	}
	return communicate(a, by, h, house.Firm, "")
}

// releasable says what stands against putting a document onto the common table.
func releasable(a *act.Act, h item.Header, lies space.Tray, f authz.Facts) error {
	parties, err := circle.Parties(a, h.Space)
	if err != nil {
		return err
	}
	house, err := circle.HouseOf(a, h.Space)
	if err != nil {
		return err
	}
	tabled := slices.ContainsFunc(h.Audience, func(to authz.Address) bool { return to.Circle == house.All })
	switch {
	case len(parties) == 0:
		return fault.New(fault.Conflict, "document.no_forum")
	case tabled:
		return fault.New(fault.Conflict, "document.tabled_already")
	case !f.Role.Inside() && lies != space.PartyTray:
		return fault.New(fault.Forbidden, "fault.forbidden") // it is not her party's
	case h.Nature != authz.NatureNone && !h.Nature.Takes(authz.WayForum):
		return fault.New(fault.Conflict, "document.nature_stays")
	}
	return nil
}

// released is what the journal keeps of a release: which bytes came before whom.
type released struct {
	Version id.Version   `json:"version"`
	SHA256  string       `json:"sha256"`
	From    space.Tray   `json:"from"`
	Nature  authz.Nature `json:"nature"`
	Circles []id.Circle  `json:"circles"`
}

func (s *Service) table(a *act.Act, by authz.Actor, h *item.Header, from Move, seen circle.Seen) error {
	house, err := circle.HouseOf(a, h.Space)
	if err != nil {
		return err
	}
	to, tray := []id.Circle{house.All}, space.SharedTray
	if seen == circle.ToFirm {
		to, tray = []id.Circle{house.Firm}, space.ClientTray
	}
	all, err := versions(a, *h)
	if err != nil {
		return err
	}
	before, err := Recipients(a, resource(a, *h))
	if err != nil {
		return err
	}
	if seen == circle.ByAll && !h.Nature.Takes(authz.WayForum) {
		h.Nature = authz.NatureExhibit
		if err := item.Reclassify(a, *h, h.Nature); err != nil {
			return err
		}
	}
	if err := item.Address(a, by, *h, to, false); err != nil {
		return err
	}
	if from.Tray != space.ClientTray { // what a client deposited stays in her tray
		if err := a.Write(updatePlace, h.ID, tray, ""); err != nil {
			return err
		}
	}
	if err := revised(a, h.ID); err != nil {
		return err
	}
	_, err = a.Record(by, "document.released", h.Space, string(h.ID), released{
		all[0].ID, hex.EncodeToString(all[0].SHA256[:]), from.Tray, h.Nature, to,
	})
	if err != nil {
		return err
	}
	if err := space.Touch(a, h.Space); err != nil {
		return err
	}
	if !by.Role.Inside() { // the firm's side is told too, as of everything that comes from outside
		return item.Notify(a, by, h.Space, h.ID, to)
	}
	now := resource(a, *h)
	now.Audience = append(now.Audience, authz.Address{Circle: house.All, Sent: a.Now})
	return s.tell(a, by, h.ID, now, before.Will)
}

// fromOutside reports whether somebody outside the firm brought a document: it is
// hers, and the firm replaces nothing of it.
func fromOutside(a *act.Act, h item.Header) (bool, error) {
	members, err := circle.Members(a, h.Space)
	return slices.ContainsFunc(members, func(m circle.Member) bool { return m.Person == h.Author && !m.Role.Inside() }), err
}
