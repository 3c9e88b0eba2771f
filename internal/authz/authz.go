// Package authz decides who may do what, and is the only maker of the values
// that other packages may read. It is pure: it knows no database, no clock and
// no request; whoever asks brings the facts.
//
// A loader returns a [Locked] value; [Open] gives the value back only for an
// actor, an action and facts that allow it. Two refusals exist: what may not
// be seen is absent, exactly like what does not exist; what may be seen but
// not done is forbidden.
//
// Lists use the same rule as an SQL condition, [Visible]; a property test
// proves that a list equals what filtering one by one would give. Read rule.go
// top to bottom for the whole policy, then [Decide].
package authz

import (
	"errors"
	"slices"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// Address is one circle an item was sent to.
type Address struct {
	Circle   id.Circle
	Sent     time.Time
	Extended bool // newcomers of the circle see it too
}

// Resource is what an action is done to.
type Resource struct {
	Kind     Kind
	Firm     id.Firm
	Space    id.Space  // for everything but the firm itself
	Owner    id.Person // of a private thing
	Nature   Nature
	Internal bool
	Deleted  bool
	Audience []Address
	Circle   id.Circle // of a circle
	Party    bool      // the circle is a party of a forum
	// Conducted: whoever conducts the assessment has begun it, or it is asked of her, and
	// she sees it by her role, in no circle of it. Of a space: somebody conducts one there.
	Conducted bool
}

// Span is a time from which and until which something holds; a zero Until has
// no end.
type Span struct{ Since, Until time.Time }

// Covers reports whether t lies in the span.
func (s Span) Covers(t time.Time) bool {
	return !t.Before(s.Since) && (s.Until.IsZero() || t.Before(s.Until))
}

// Facts is what the decision rests on, read in the transaction of the act.
type Facts struct {
	Now     time.Time
	Space   id.Space
	Closed  bool      // the space is closed
	Demand  Assurance // what entering it demands
	Role    Role      // "" when the actor was never a member
	Member  Span
	Walled  bool
	Circles map[id.Circle]Span // the actor's circles in this space
	For     id.Person          // whom she stands in for in it, who is away; or empty
}

// Decision says whether, and why. Visible is false when the answer must be
// that of an absent thing.
type Decision struct {
	Allowed bool
	Visible bool
	Reason  string // a stable word for the journal and for « Pourquoi ? »
}

func absent(reason string) Decision    { return Decision{Reason: reason} }
func forbidden(reason string) Decision { return Decision{Visible: true, Reason: reason} }

// stale is the reason of what is allowed once she has shown again who she is.
const stale = "stale"

// unsigned is the reason of what waits for her answer to the firm's charter.
const unsigned = "charter"

// May reports what a page offers: whether [Decide] allows an act, or would once
// she has shown again who she is.
func May(a Actor, act Action, on Resource, f Facts) bool {
	a.Stale = false
	return Decide(a, act, on, f).Allowed
}

// Decide is the rule. Explicit denials come first; anything unknown is refused.
func Decide(a Actor, act Action, on Resource, f Facts) Decision {
	r, known := rules[act]
	if !known || r.kind != on.Kind {
		return absent("unknown-action")
	}
	if a.Person == "" || a.Firm == "" || a.Firm != on.Firm {
		return absent("other-firm")
	}
	if !a.Enters(on.Space) && on.Kind != OfFirm {
		return absent("scope")
	}
	if !a.Pass.Takes(act) {
		return refusedByPass(a, on, f)
	}
	d := decide(a, r, on, f)
	if d.Allowed && a.Unsigned && !r.reads && !r.bare {
		return forbidden(unsigned)
	}
	if d.Allowed && r.grave && a.Stale {
		return forbidden(stale)
	}
	return d
}

func decide(a Actor, r rule, on Resource, f Facts) Decision {
	if on.Kind == OfFirm {
		return decideFirm(a, r)
	}
	if d := enterSpace(a, on, f); !d.Allowed {
		return d
	}
	if d := assured(a, on, f); !d.Allowed {
		return d
	}
	switch on.Kind {
	case OfItem:
		if reason := hidden(a.Via, on, f); reason != "" && !conducts(on, f) {
			return absent(reason)
		}
	case OfPrivate:
		if on.Owner != a.Person && !slices.Contains(r.others, f.Role) && !conducts(on, f) {
			return absent("not-hers")
		}
	case OfCircle:
		if d := enterCircle(on, f); !d.Allowed {
			return d
		}
	}
	if !slices.Contains(r.space, f.Role) || r.firm != nil && !slices.Contains(r.firm, a.Role) {
		return forbidden("role")
	}
	if r.led && on.Conducted && f.Role != Expert {
		return forbidden("expert")
	}
	if r.writes && f.Closed {
		return forbidden("space-closed")
	}
	return Decision{Allowed: true, Visible: true, Reason: because[f.Role]}
}

// because are the reasons of what a role may do.
var because = map[Role]string{
	Lead: "role-lead", Colleague: "role-colleague", Assistant: "role-assistant",
	Client: "role-client", Guest: "role-guest", Reader: "role-reader", Expert: "role-expert", Clerk: "role-clerk",
}

func decideFirm(a Actor, r rule) Decision {
	switch {
	case a.Scope != "" && !r.linked:
		return absent("scope")
	case slices.Contains(r.firm, a.Role):
	case !a.Role.Inside():
		return absent("outsider")
	default:
		return forbidden("role")
	}
	return Decision{Allowed: true, Visible: true, Reason: "firm-" + string(a.Role)}
}

// refusedByPass keeps absent what the person herself may not see.
func refusedByPass(a Actor, on Resource, f Facts) Decision {
	hers := a
	hers.Pass = nil
	if on.Kind == OfFirm && hers.Role.Inside() || on.Kind == OfSpace && enterSpace(hers, on, f).Allowed {
		return forbidden("pass")
	}
	return absent("pass")
}

// enterSpace holds for everything inside a space: a wall and an active
// membership.
func enterSpace(a Actor, on Resource, f Facts) Decision {
	switch {
	case on.Space == "" || on.Space != f.Space:
		return absent("no-facts")
	case f.Walled:
		return absent("wall")
	case !slices.Contains(all, f.Role) || !f.Member.Covers(f.Now):
		return absent("not-member")
	case f.For != "" && a.Pass != nil:
		return absent("stands-in") // a person stands in for another, and no program of hers
	case f.Role.Inside() != a.Role.Inside():
		return absent("sides") // a card and a membership that disagree open nothing
	}
	return Decision{Allowed: true, Visible: true}
}

// conducts reports whether something is before the member because she conducts the
// assessment.
func conducts(on Resource, f Facts) bool { return on.Conducted && !on.Deleted && f.Role == Expert }

// enterCircle holds for everything done to a circle: nobody outside the firm
// knows of one as such. A party is the other way round: its own people are in it,
// and the firm's side, which keeps it without being in it, does not stand in their
// place.
func enterCircle(on Resource, f Facts) Decision {
	span, known := f.Circles[on.Circle]
	in := known && span.Covers(f.Now)
	switch {
	case on.Party && (in || f.Role.Inside()):
	case !f.Role.Inside():
		return absent("outsider")
	case !in:
		return forbidden("not-in-circle")
	}
	return Decision{Allowed: true, Visible: true}
}

// hidden says why an item is not for this member, or "" when it is.
func hidden(via Via, on Resource, f Facts) string {
	if on.Deleted {
		return "deleted"
	}
	if on.Internal && !f.Role.Inside() {
		return "internal"
	}
	if on.Nature.Bars(f.Role) {
		return "nature"
	}
	if via != "" && !on.Nature.Takes(ways[via]) {
		return "way"
	}
	reason := notAddressed
	for _, to := range on.Audience {
		why := shut(to, f)
		if why == "" {
			return ""
		}
		if reason == notAddressed {
			reason = why // the nearest miss, for who asks
		}
	}
	return reason
}

// notAddressed is the reason of an item that went to no circle of hers.
const notAddressed = "not-addressed"

// shut says why an address does not bring an item to this member, or "" when it
// does.
func shut(to Address, f Facts) string {
	stay, in := f.Circles[to.Circle]
	switch {
	case !in:
		return notAddressed
	case !stay.Covers(f.Now):
		return "left-circle"
	case !to.Extended && to.Sent.Before(stay.Since):
		return "sent-before"
	}
	return ""
}

// Ground is an address that a decision on an item rests on, and the actor's stay
// in its circle; the zero Span when she was never in it.
type Ground struct {
	Address
	Stay Span
}

// Explain is [Decide] with what it rests on: of an item that is allowed every
// address that brings it, of one that went past her those that do not, for the
// same reason. What is refused for another reason rests on no address.
func Explain(a Actor, act Action, on Resource, f Facts) (d Decision, grounds []Ground) {
	d = Decide(a, act, on, f)
	if on.Kind != OfItem {
		return d, nil
	}
	for _, to := range on.Audience {
		if why := shut(to, f); d.Allowed && why == "" || !d.Allowed && why == d.Reason {
			grounds = append(grounds, Ground{to, f.Circles[to.Circle]})
		}
	}
	return d, grounds
}

// Visible is the rule for items as an SQL condition, for an item with alias i,
// the firm as $1, the acting person as $2 and the instant (µs) as $3. It holds
// for a member whose entry into the space was decided by [Open]; the property
// test of package item compares it with [Decide].
const Visible = ` i.deleted_at = 0
and exists (
  select 1 from membership m
  where m.firm_id = $1 and m.space_id = i.space_id and m.person_id = $2
    and m.since <= $3 and (m.until = 0 or m.until > $3)
    and (i.internal = 0 or m.role in ('lead', 'colleague', 'assistant'))
    and (i.nature in ('', 'officielle', 'piece')
      or i.nature in ('defense', 'conseil', 'juriste') and m.role not in ('guest', 'reader', 'expert', 'clerk')
      or i.nature = 'entre_avocats' and m.role not in ('client', 'reader', 'expert', 'clerk')))
and exists (
  select 1 from audience a
  join circle_member c on c.firm_id = $1 and c.circle_id = a.circle_id and c.person_id = $2 and c.space_id = i.space_id
  where a.firm_id = $1 and a.item_id = i.id
    and (a.extended = 1 or c.since <= a.sent_at)
    and c.since <= $3 and (c.until = 0 or c.until > $3))
and not exists (
  select 1 from wall w
  where w.firm_id = $1 and w.space_id = i.space_id and w.person_id = $2) `

// Locked is a value nobody may read yet.
type Locked[T any] struct {
	value T
	on    Resource
}

// Lock is for loaders: it puts value behind the rule for on.
func Lock[T any](value T, on Resource) Locked[T] { return Locked[T]{value, on} }

// Open gives the value to an actor who may do act, and otherwise the fault
// that a transport shows: absent or forbidden, with the reason for the log.
func Open[T any](l Locked[T], a Actor, act Action, f Facts) (T, error) {
	if d := Decide(a, act, l.on, f); !d.Allowed {
		var none T
		return none, refusal(d, act)
	}
	return l.value, nil
}

func refusal(d Decision, act Action) error {
	why := refused{act, d.Reason}
	if !d.Visible {
		return fault.Absent().Because(why)
	}
	switch d.Reason {
	case "space-closed":
		return fault.New(fault.Forbidden, "fault.space_closed").Because(why)
	case unsigned:
		return fault.New(fault.Forbidden, "fault.charter").Because(why)
	case stale:
		return fault.New(fault.Forbidden, "fault.stale").Because(why)
	}
	return fault.New(fault.Forbidden, "fault.forbidden").Because(why)
}

// Brake refuses what is allowed and is too much at once: to a session whose person
// showed too long ago that it is she, until she shows it again; for now to one
// that came by a mailed link, which has nothing to show. See [Stale].
func Brake(a Actor, act Action) error {
	switch {
	case !a.Stale:
		return nil
	case a.Via.Linked():
		return fault.New(fault.Busy, "fault.hasty").Because(refused{act, "hasty"}).After(time.Minute)
	}
	return refusal(forbidden(stale), act)
}

// Stale reports whether an act was refused for that alone.
func Stale(err error) bool {
	why, ok := errors.AsType[refused](err)
	return ok && why.reason == stale
}

type refused struct {
	act    Action
	reason string
}

func (r refused) Error() string { return "authz: " + string(r.act) + " refused: " + r.reason }
