package event

import (
	"maps"
	"slices"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/item"
)

// way is what decides over the entries of a kind.
type way uint8

const (
	acts      way = iota // the journal it stands in, that of its space or of the firm; and one's own act
	items                // the item that it is about
	traces               // the item, and the journal: what others do with it, unless it is one's own
	addresses            // the item, and the journal, or a circle of one's own that it was sent to
	deposits             // whose deposit it is
	requests             // of whom a paper is asked
)

type kind struct {
	way  way
	item item.Kind    // for those about an item
	do   authz.Action // what must be allowed to the item, or to the deposit
}

func document(w way) kind { return kind{w, item.Document, authz.DocumentRead} }

// kinds is every kind of entry that anybody is ever given. A kind that is not
// here is given to nobody.
var kinds = map[string]kind{
	"document.filed":      document(items),
	"document.deposited":  document(items),
	"document.replaced":   document(items),
	"document.renamed":    document(items),
	"document.restored":   document(items),
	"document.moved":      document(items),
	"document.classified": document(items),
	"document.addressed":  document(addresses),
	"document.released":   document(items),
	"release.set":         document(items), "release.cancelled": document(items), "release.stopped": document(items),
	"forum.instant": {}, "forum.pattern": {}, "forum.demanded": {}, "question.asked": {}, "question.answered": {}, "question.withdrawn": {},
	"exhibit.numbered":  document(items),
	"exhibit.notified":  document(traces),
	"exhibit.opened":    document(traces),
	"exchange.attested": {way: acts},
	"exhibit.packed":    {way: acts}, // of whose documents each is a download of its own
	"exhibit.served":    {way: acts}, "paper.chosen": {}, "paper.ended": {},
	"document.read":       document(traces),
	"document.downloaded": document(traces),
	"document.haste":      {way: acts}, // a great many at once, of which each is told by itself
	"document.deleted":    {way: acts}, // nobody sees the document itself any more
	"document.erased":     {way: acts},
	"document.screened":   {way: acts}, "document.quarantined": {way: acts},
	"hold.placed": {}, "hold.lifted": {},
	"document.recalled": {way: acts}, "guard.held": {way: acts}, "guard.overridden": {way: acts}, "memo.copied_out": {way: acts}, "memo.recalled": {way: acts}, "party.added": {}, "party.removed": {}, "alias.added": {}, "alias.removed": {},
	"approval.asked": {way: acts}, "approval.given": {way: acts}, "approval.refused": {way: acts}, "approval.demanded": {},
	"memo.written":        {items, item.Memo, authz.MemoRead},
	"memo.read":           {traces, item.Memo, authz.MemoRead},
	"memo.acknowledged":   {traces, item.Memo, authz.MemoRead},
	"diffusion.delivered": {way: acts},
	"agenda.added":        {items, item.Event, authz.AgendaSee},
	"agenda.changed":      {items, item.Event, authz.AgendaSee},
	"agenda.cancelled":    {items, item.Event, authz.AgendaSee},
	"agenda.reminded":     {items, item.Event, authz.AgendaSee},
	"agenda.read":         {traces, item.Event, authz.AgendaSee},
	"offer.asked":         {}, "offer.put": {}, "offer.withdrawn": {}, "offer.key": {}, "offer.opened": {}, "offer.altered": {},
	"dire.filed": {}, "dire.answered": {}, "dire.day_set": {}, "dire.notified": {}, "dire.opened": {},
	"vigilance.kept": {}, "vigilance.erased": {}, "vigilance.screened": {}, "vigilance.likeness_decided": {},
	"slot.proposed": {}, "slot.chosen": {}, "slot.declined": {}, "slot.withdrawn": {},
	"deposit.closed": {way: deposits, do: authz.DepositSee},
	"space.opened":   {}, "space.renamed": {}, "space.seen_as": {},
	"request.asked":    {way: requests, do: authz.RequestSee},
	"request.answered": {way: requests, do: authz.RequestSee},
	"request.lacking":  {way: requests, do: authz.RequestSee},
	"request.accepted": {way: requests, do: authz.RequestSee},
	"request.returned": {way: requests, do: authz.RequestSee},
	"request.waived":   {way: requests, do: authz.RequestSee},
	"request.renewed":  {way: requests, do: authz.RequestSee},
	"request.avoided":  {way: requests, do: authz.RequestSee},
	"request.reminded": {}, "deposit.switched_off": {}, "deposit.switched_on": {},
	"folder.addressed": {},
	"member.joined":    {}, "member.left": {}, "member.kept": {}, "wall.raised": {}, "wall.lifted": {},
	"space.handed_over": {}, "space.frozen": {}, "space.thawed": {},
	"circle.made": {}, "circle.renamed": {}, "circle.entered": {}, "circle.left": {},
	"depositlink.made": {}, "depositlink.sent": {}, "depositlink.asked": {}, "depositlink.revoked": {},
	"link.issued": {}, "link.asked": {}, "link.used": {},
	"code.asked": {}, "code.confirmed": {}, "code.refused": {}, "mobile.changed": {},
	"conflict.searched": {}, "sanction.imported": {}, "sanction.checked": {}, "sanction.searched": {},
	"firm.founded": {}, "firm.colleague_added": {}, "firm.plate_changed": {}, "firm.logo_changed": {}, "firm.review_chosen": {}, "firm.sizes_chosen": {}, "charter.published": {}, "charter.accepted": {}, "charter.declined": {}, "firm.colleague_left": {}, "firm.admin_given": {}, "firm.admin_withdrawn": {}, "installation.restored": {}, "firm.exported": {}, "firm.rekeyed": {}, "plan.changed": {},
	"token.issued": {}, "token.lent": {}, "token.revoked": {},
	"support.given": {}, "support.looked": {}, "support.ended": {}, "support.examined": {},
	"factor.added": {}, "factor.removed": {}, "factor.reset": {}, "factor.copied": {}, "factors.demanded": {}, "device.met": {},
	"diffusion.set": {}, "diffusion.cancelled": {}, "diffusion.left_out": {}, "diffusion.sent": {}, "diffusion.recalled": {},
	"absence.announced": {}, "absence.ended": {}, "absence.stands_in": {}, "absence.stood_down": {},
	"group.made": {}, "group.renamed": {}, "group.dissolved": {}, "group.entered": {}, "group.left": {}, "group.attached": {}, "group.detached": {},
	"notice.chosen": {}, "notice.muted": {}, "notice.unmuted": {}, "notice.titled": {}, "notice.enclosed": {}, "notice.lightened": {}, "notice.refused": {}, "notice.accepted": {}, "notice.retried": {}, "space.level_chosen": {},
	"mailbox.asked": {}, "mailbox.moved": {}, "mailbox.refused": {}, "identity.merger_asked": {}, "identity.merger_refused": {}, "identity.merged": {},
	"provider.registered": {}, "provider.introduced": {}, "provider.ended": {}, "provider.tied": {}, "provider.parted": {},
	"host.claimed": {}, "host.activated": {}, "host.dropped": {}, "host.ended": {},
	"webhook.created": {}, "webhook.changed": {}, "webhook.ended": {}, "webhook.replayed": {},
}

// Kinds lists every kind of event, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// Known reports whether a filter names a kind of event ("document.filed") or a
// noun, which stands for all of its kinds ("document").
func Known(filter string) bool {
	_, whole := kinds[filter]
	return whole || slices.ContainsFunc(Kinds(), func(k string) bool { return strings.HasPrefix(k, filter+".") })
}

// chosen reports whether filters leave a kind; none leave all.
func chosen(filters []string, kind string) bool {
	noun, _, _ := strings.Cut(kind, ".")
	return len(filters) == 0 || slices.Contains(filters, kind) || slices.Contains(filters, noun)
}
