package lifecycle

import (
	"context"
	"errors"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/deposit"
	"cenacle/internal/dire"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/freeze"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/mail"
	"cenacle/internal/memo"
	"cenacle/internal/provider"
	"cenacle/internal/request"
	"cenacle/internal/slot"
	"cenacle/internal/token"
)

// MergeJob mails one side of a merger of two identities; payload [MergeNotice].
const MergeJob = "notice.merger"

// MergeNotice names the merger by the identity that ends, who is asked or told, and what:
// the former mailbox is asked before, and each of the two is told after.
type MergeNotice struct {
	Person id.Person
	Former id.Person
	Merger string
	Left   bool // the mailbox of the former, and not the reader's own
}

// MergePath is where the mailbox of an identity that is to end agrees or refuses.
func MergePath(token string) string { return "/r/" + token }

// Merging is what would pass, and what stands in its way.
type Merging struct {
	Kept, Former account.Person
	Firms        []MergingFirm
}

// MergingFirm is what of it is in one firm where the former identity has access.
type MergingFirm struct {
	Firm   firm.Profile
	Spaces int
	Drafts int   // that are lost
	Bars   []Bar // what keeps the two from being made one
}

// Bar is a reason for which two identities are not made one, before anything is done.
type Bar string

const (
	BarInside  Bar = "inside"  // the former is one of the firm's own people
	BarSides   Bar = "sides"   // the one who is kept is, and the former is from outside
	BarClosed  Bar = "closed"  // the firm has closed the access of the one who is kept
	BarRole    Bar = "role"    // both are in one space, in different roles
	BarParties Bar = "parties" // or of different parties
	BarFrozen  Bar = "frozen"  // a space of the former's is frozen
	BarPlanned Bar = "planned" // the former has set a document to come onto a common table
	BarUnknown Bar = "unknown" // the former has nothing but mailed links, and the firm has not invited the other
)

// Barred reports whether anything stands in the way.
func (m Merging) Barred() bool {
	for _, f := range m.Firms {
		if len(f.Bars) > 0 {
			return true
		}
	}
	return false
}

// ForeseeMerge tells who has shown both identities what would become of the one. It says
// nothing of walls: whom one keeps out is not told.
func (s *Service) ForeseeMerge(ctx context.Context, former, kept id.Person) (out Merging, err error) {
	defer fault.Op(&err, "lifecycle.ForeseeMerge(%s)", former)
	if out.Former, err = s.accounts.Person(ctx, former); err != nil {
		return out, err
	}
	if out.Kept, err = s.accounts.Person(ctx, kept); err != nil {
		return out, err
	}
	firms, err := s.accounts.Firms(ctx, former)
	if err != nil {
		return out, err
	}
	for _, f := range firms {
		var one MergingFirm
		err := s.office.See(ctx, f, func(a *act.Act) error {
			one, err = foresee(a, out.Former, kept)
			return err
		})
		if fault.Is(err, fault.NotFound) {
			continue // a tie without an active card
		}
		if err != nil {
			return out, err
		}
		out.Firms = append(out.Firms, one)
	}
	return out, nil
}

func foresee(a *act.Act, of account.Person, kept id.Person) (out MergingFirm, err error) {
	former := of.ID
	was, err := firm.ActiveCard(a, former)
	if err != nil {
		return out, err
	}
	if out.Firm, err = firm.ProfileOf(a); err != nil {
		return out, err
	}
	bar, err := barOf(a, was, kept, !of.Proven && !of.Guarded)
	if err != nil {
		return out, err
	}
	if bar != "" {
		out.Bars = append(out.Bars, bar)
	}
	if out.Drafts, err = drafts(a, former); err != nil || bar == BarInside {
		return out, err
	}
	bars, err := frozen(a, former)
	out.Bars = append(out.Bars, bars...)
	if err != nil {
		return out, err
	}
	held, err := heldBy(a, former)
	out.Spaces = len(held)
	for _, h := range held {
		bars, failed := barsIn(a, h.Space, former, kept)
		out.Bars, err = append(out.Bars, bars...), errors.Join(err, failed)
	}
	return out, err
}

// barOf is what the cards of the two in a firm say against it, or "". By links alone nobody
// whom the firm has not invited takes the place of the former for good: whoever holds her
// mailbox would.
func barOf(a *act.Act, was firm.Card, kept id.Person, links bool) (Bar, error) {
	is, err := firm.CardOf(a, kept)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	known := err == nil
	switch {
	case was.Role.Inside():
		return BarInside, nil
	case known && is.State != firm.Active:
		return BarClosed, nil
	case known && is.Role.Inside():
		return BarSides, nil
	case !known && links:
		return BarUnknown, nil
	}
	return "", nil
}

// frozen finds out whether a space that somebody is or was in is frozen: what she was
// there is kept aside, under who she is now.
func frozen(a *act.Act, former id.Person) ([]Bar, error) {
	all, err := circle.SpacesOf(a, former)
	for _, of := range all {
		switch stands := freeze.Stands(a, of); {
		case fault.Is(stands, fault.Conflict):
			return []Bar{BarFrozen}, err
		case stands != nil && !fault.Is(stands, fault.NotFound):
			return nil, stands
		}
	}
	return nil, err
}

func barsIn(a *act.Act, in id.Space, former, kept id.Person) (out []Bar, err error) {
	clash, err := circle.ClashIn(a, in, former, kept)
	if err != nil {
		return nil, err
	}
	switch clash {
	case circle.ClashRole:
		out = append(out, BarRole)
	case circle.ClashParties:
		out = append(out, BarParties)
	}
	planned, err := document.PlannedBy(a, in, former)
	if planned > 0 {
		out = append(out, BarPlanned)
	}
	return out, err
}

// heldBy are all the memberships of somebody that hold now.
func heldBy(a *act.Act, person id.Person) (out []circle.Held, err error) {
	for after, more := id.Space(""), true; more; more = after != "" {
		var held []circle.Held
		if held, after, err = circle.HeldBy(a, person, after, 500); err != nil {
			return nil, err
		}
		out = append(out, held...)
	}
	return out, nil
}

// AskMerge has the identity of a session end and the one of the challenge take its
// place, as soon as the mailbox of the former agrees: at once for who has just come by a
// link that was mailed there, which done says. Faults: those of account.Service.AskMerge,
// and Conflict "lifecycle.merge_barred" for what [Service.ForeseeMerge] tells.
func (s *Service) AskMerge(ctx context.Context, in account.Session, challenge string) (done bool, err error) {
	defer fault.Op(&err, "lifecycle.AskMerge(%s)", in.Person)
	kept, err := s.accounts.Merging(ctx, challenge)
	if err != nil {
		return false, err
	}
	if kept.ID != in.Person {
		foreseen, err := s.ForeseeMerge(ctx, in.Person, kept.ID)
		if err != nil {
			return false, err
		}
		if foreseen.Barred() {
			return false, fault.New(fault.Conflict, "lifecycle.merge_barred")
		}
	}
	m, err := s.accounts.AskMerge(ctx, in, challenge)
	if err != nil {
		return false, err
	}
	err = s.tell(ctx, in.Person, func(a *act.Act, card firm.Card, told bool) error {
		by := authz.Actor{Person: in.Person, Firm: a.Firm(), Role: card.Role, Via: in.Via}
		if _, err := a.Record(by, "identity.merger_asked", "", string(in.Person), nil); err != nil || told || m.Sure {
			return err
		}
		return a.Follow(MergeJob, m.ID, a.Now, MergeNotice{in.Person, m.Former, m.ID, true})
	})
	if err != nil || !m.Sure {
		return false, err
	}
	return true, s.merge(ctx, m.Former)
}

// mergerOf is the mail of a merger: its token is made as it is mailed.
func mergerOf(n MergeNotice) errand {
	e := errand{person: n.Person, at: "/account", say: func(path string) mail.Notice { return mail.IdentityEnded{Path: path} }}
	switch {
	case n.Person == n.Former:
		e.say = func(path string) mail.Notice { return mail.MergerAsked{Path: path} }
		e.mailbox = func(ctx context.Context, accounts *account.Service) (string, string, error) {
			token, m, err := accounts.IssueMerge(ctx, n.Former, n.Merger)
			return m.From, MergePath(token), err
		}
	case n.Left:
		e.mailbox = func(ctx context.Context, accounts *account.Service) (string, string, error) {
			m, err := accounts.MergerOf(ctx, n.Former)
			return m.From, "/account", err
		}
	}
	return e
}

// AgreeMerge takes the word of the mailbox of the identity that is to end, and makes the
// two one.
func (s *Service) AgreeMerge(ctx context.Context, token string) (err error) {
	defer fault.Op(&err, "lifecycle.AgreeMerge")
	m, err := s.accounts.PeekMerge(ctx, token)
	if err != nil {
		return err
	}
	foreseen, err := s.ForeseeMerge(ctx, m.Former, m.Kept)
	if err != nil {
		return err
	}
	if foreseen.Barred() {
		return fault.New(fault.Conflict, "lifecycle.merge_barred")
	}
	if m, err = s.accounts.AgreeMerge(ctx, token); err != nil {
		return err
	}
	return s.merge(ctx, m.Former)
}

// RefuseMerge ends the wish by the word of that mailbox.
func (s *Service) RefuseMerge(ctx context.Context, token string) (err error) {
	defer fault.Op(&err, "lifecycle.RefuseMerge")
	m, err := s.accounts.RefuseMerge(ctx, token)
	if err != nil {
		return err
	}
	return s.tell(ctx, m.Former, func(a *act.Act, card firm.Card, _ bool) error {
		by := authz.Actor{Person: m.Former, Firm: a.Firm(), Role: card.Role, Via: authz.ViaLink}
		_, err := a.Record(by, "identity.merger_refused", "", string(m.Former), nil)
		return err
	})
}

// SettleMergers goes on with what a crash has left; one that fails keeps no other waiting.
func (s *Service) SettleMergers(ctx context.Context) error {
	due, err := s.accounts.DueMergers(ctx)
	if err != nil {
		return err
	}
	for _, m := range due {
		failed := s.merge(ctx, m.Former)
		if !fault.Is(failed, fault.NotFound) && !fault.Is(failed, fault.Conflict) {
			err = errors.Join(err, failed)
		}
	}
	return err
}

// merge ends an identity, and then has what was its be the other's, firm by firm. From
// the first step on the former opens nothing; until the last one the other has less than
// she will, never more. A crash leaves the firms that are left, and doing it again does no
// harm.
func (s *Service) merge(ctx context.Context, former id.Person) error {
	m, err := s.accounts.Absorb(ctx, former)
	if err != nil {
		return err
	}
	kept, err := s.accounts.Person(ctx, m.Kept)
	if err != nil {
		return err
	}
	for _, f := range m.Left {
		if err := s.mergeIn(ctx, f, m, kept); err != nil {
			return err
		}
		if err := s.accounts.Passed(ctx, former, f); err != nil {
			return err
		}
	}
	if err := s.tellMerged(ctx, m); err != nil {
		return err
	}
	return s.accounts.EndMerge(ctx, former)
}

// errPassed is of a firm where nothing is left to be done.
var errPassed = errors.New("lifecycle: it has passed there")

// mergeIn has what one identity had in a firm be the other's, in one act.
func (s *Service) mergeIn(ctx context.Context, in id.Firm, m account.Merger, kept account.Person) error {
	err := s.office.Do(ctx, in, func(a *act.Act) error {
		was, err := firm.ActiveCard(a, m.Former)
		if fault.Is(err, fault.NotFound) {
			return errPassed
		}
		if err != nil {
			return err
		}
		by := authz.Actor{Person: m.Former, Firm: in, Role: was.Role, Via: m.Via}
		return succession{by, was, kept}.do(a)
	})
	if errors.Is(err, errPassed) {
		return nil
	}
	return err
}

// succession is that one identity takes the place of another in one firm.
type succession struct {
	by   authz.Actor // the former
	was  firm.Card
	kept account.Person
}

// merged is what the journal keeps of it: who was somebody else until now.
type merged struct {
	Former id.Person `json:"former"`
	Spaces int       `json:"spaces,omitempty"` // whose member she is by it
}

func (s succession) do(a *act.Act) error {
	bar, err := barOf(a, s.was, s.kept.ID, false)
	if err != nil {
		return err
	}
	if bar == BarInside {
		return errPassed // she became one since it was decided: an administrator closes her access
	}
	if bar == "" {
		err = errors.Join(s.card(a), s.mobile(a))
	}
	if err := errors.Join(err, s.walls(a)); err != nil {
		return err
	}
	n, err := s.spaces(a, bar == "")
	if err != nil {
		return err
	}
	s.was.State = firm.Disabled
	if err := firm.PutCard(a, s.by, s.was); err != nil {
		return err
	}
	ends := errors.Join(invitation.Void(a, "", s.was.Person), token.EndAll(a, s.by, s.was.Person), provider.Forget(a, s.was.Person))
	_, err = a.Record(s.by, "identity.merged", "", string(s.kept.ID), merged{s.was.Person, n})
	return errors.Join(ends, err)
}

// card gives the one who is kept a card where she has none, in the words that the firm
// has for her.
func (s succession) card(a *act.Act) error {
	_, err := firm.CardOf(a, s.kept.ID)
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	return firm.PutCard(a, s.by, firm.Card{Person: s.kept.ID, Role: s.was.Role, State: firm.Active, Name: s.was.Name, Email: s.kept.Email})
}

// mobile has codes go where they went, unless the firm knows another telephone of the one
// who is kept.
func (s succession) mobile(a *act.Act) error {
	number, err := firm.MobileOf(a, s.was.Person)
	if err != nil || number == "" {
		return err
	}
	known, err := firm.MobileOf(a, s.kept.ID)
	if err == nil && known == "" {
		err = firm.PutMobile(a, s.kept.ID, number)
	}
	return errors.Join(err, firm.PutMobile(a, s.was.Person, ""))
}

// walls has each wall against the former stand against the other.
func (s succession) walls(a *act.Act) error {
	all, err := circle.WalledFrom(a, s.was.Person)
	if err != nil {
		return err
	}
	for _, of := range all {
		raised, err := circle.ShareWall(a, of, s.was.Person, s.kept.ID)
		if fault.Is(err, fault.NotFound) || err == nil && raised == "" {
			continue // a space that is erased, or one that she is kept out of already
		}
		if err != nil {
			return err
		}
		by := authz.Actor{Person: raised, Firm: a.Firm(), Via: authz.ViaJob}
		if err := unlink(a, by, of, s.kept.ID); err != nil {
			return err
		}
		if _, err := a.Record(by, "wall.raised", of, string(s.kept.ID), walled{}); err != nil {
			return err
		}
	}
	return nil
}

// spaces passes on what the former had in each, and returns in how many.
func (s succession) spaces(a *act.Act, pass bool) (n int, err error) {
	held, err := heldBy(a, s.was.Person)
	for _, h := range held {
		passed := false
		if pass {
			passed, err = circle.Merge(a, h.Space, s.was.Person, s.kept.ID)
		} else {
			err = circle.Leave(a, h.Space, s.was.Person)
		}
		if err != nil {
			return n, err
		}
		if passed {
			n++
		}
		if err := s.space(a, h.Space, passed); err != nil {
			return n, err
		}
	}
	return n, err
}

// space ends what of the former's stands in a space, and passes on what awaited her.
func (s succession) space(a *act.Act, in id.Space, passed bool) error {
	if err := errors.Join(unlink(a, s.by, in, s.was.Person), memo.Discard(a, in, s.was.Person), dire.Discard(a, in, s.was.Person)); err != nil {
		return err
	}
	if !passed {
		if _, err := a.Record(s.by, "member.left", in, string(s.was.Person), nil); err != nil {
			return err
		}
		return circle.Announce(a, in)
	}
	if err := errors.Join(request.Pass(a, in, s.was.Person, s.kept.ID), slot.Pass(a, in, s.was.Person, s.kept.ID), deposit.Pass(a, s.by, in, s.kept.ID)); err != nil {
		return err
	}
	if _, err := a.Record(s.by, "identity.merged", in, string(s.kept.ID), merged{Former: s.was.Person}); err != nil {
		return err
	}
	return circle.Announce(a, in)
}

// tellMerged mails both mailboxes, from a firm that the one who is kept has access to.
func (s *Service) tellMerged(ctx context.Context, m account.Merger) error {
	firms, err := s.accounts.Firms(ctx, m.Kept)
	if err != nil {
		return err
	}
	for _, f := range firms {
		err := s.office.Keep(ctx, f, func(a *act.Act) error {
			if _, err := firm.ActiveCard(a, m.Kept); err != nil {
				return err
			}
			hers := a.Follow(MergeJob, m.ID+"kept", a.Now, MergeNotice{m.Kept, m.Former, m.ID, false})
			return errors.Join(hers, a.Follow(MergeJob, m.ID+"left", a.Now, MergeNotice{m.Kept, m.Former, m.ID, true}))
		})
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}
