package overview

import (
	"context"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/journal"
)

// Opening is one line of who opened a space, and what of it.
type Opening struct {
	Entry
	Side  Side
	Title string // of the document that was opened
}

// Side is on which side of a space somebody stands.
type Side string

const (
	OfHost   Side = "host" // the operator of the installation, at its command line
	OfFirm   Side = "firm"
	OfClient Side = "client"
)

// opened are the kinds of entries that tell who was in a space, and the kind of
// the item that was opened.
var opened = map[string]item.Kind{
	"document.read": item.Document, "document.downloaded": item.Document, "memo.read": item.Memo, "agenda.read": item.Event,
	"space.seen_as": "", "link.used": "", "code.confirmed": "", "code.refused": "", "mobile.changed": "", "member.joined": "", "member.left": "", "space.frozen": "", "space.thawed": "",
	"support.given": "", "support.looked": "", "support.ended": "",
}

const (
	leafed    = 200 // entries of a journal that are read at a time
	mostLeafs = 10  // times that a page reads on
)

// Openings returns who opened a space and what of it, newest first: to whom the
// space is for, and to the firm's side. Each sees the openings of what she may
// read herself; somebody outside the firm those of the firm, of the operator and
// her own. More is where the next page begins, empty at the end; a page may be
// short before.
func (s *Service) Openings(ctx context.Context, by authz.Actor, from Sources, of id.Space, q JournalQuery) (out []Opening, more id.Entry, err error) {
	defer fault.Op(&err, "overview.Openings(%s)", of)
	for range mostLeafs {
		var page []Opening
		if page, more, err = s.openings(ctx, by, from, of, q.Before); err != nil {
			return nil, "", err
		}
		out, q.Before = append(out, page...), more
		if len(out) > q.Limit {
			return out[:q.Limit], out[q.Limit-1].ID, nil
		}
		if more == "" {
			break
		}
	}
	return out, more, nil
}

// openings judges the entries of one stretch of the journal.
func (s *Service) openings(ctx context.Context, by authz.Actor, from Sources, of id.Space, before id.Entry) (out []Opening, more id.Entry, err error) {
	allowed := func(a *act.Act) error {
		_, err := circle.Enter(a, by, of, authz.SpaceAccess)
		return err
	}
	found, err := s.entries(ctx, by, allowed, journal.Filter{Space: of, Before: before, Limit: leafed})
	if err != nil {
		return nil, "", err
	}
	if len(found) == leafed {
		more = found[leafed-1].ID
	}
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := allowed(a); err != nil {
			return err
		}
		out, err = judge(a, by, from.Documents, of, found)
		return err
	})
	return out, more, err
}

func judge(a *act.Act, by authz.Actor, documents *document.Service, of id.Space, found []Entry) (out []Opening, err error) {
	members, err := circle.Members(a, of)
	if err != nil {
		return nil, err
	}
	hers := map[id.Item]bool{}
	for _, e := range found {
		kind, told := opened[e.Kind]
		if told {
			told, err = tells(members, by, e)
		}
		if err != nil {
			return nil, err
		}
		if !told {
			continue
		}
		if kind != "" {
			it := id.Item(e.Object)
			if _, asked := hers[it]; !asked {
				if hers[it], err = readable(a, by, of, kind, it); err != nil {
					return nil, err
				}
			}
			if !hers[it] {
				continue
			}
		}
		out = append(out, Opening{Entry: e, Side: sideOf(members, e)})
	}
	return out, title(a, by, documents, of, out)
}

// tells reports whether an entry is for an actor: not for somebody outside the
// firm when it is about another one outside it. What that one opens, and that he
// is there at all, is nobody else's news.
func tells(members []circle.Member, by authz.Actor, e Entry) (bool, error) {
	if by.Role.Inside() {
		return true, nil
	}
	about, err := aboutWhom(e.Record)
	return !slices.ContainsFunc(members, func(m circle.Member) bool {
		return !m.Role.Inside() && m.Person != by.Person && (m.Person == e.Actor || m.Person == about)
	}), err
}

// title names the documents that were opened.
func title(a *act.Act, by authz.Actor, documents *document.Service, of id.Space, page []Opening) error {
	var which []id.Item
	for _, o := range page {
		if it := id.Item(o.Object); opened[o.Kind] == item.Document && !slices.Contains(which, it) {
			which = append(which, it)
		}
	}
	found, err := documents.NamedIn(a, by, of, which)
	titles := map[string]string{}
	for _, d := range found {
		titles[string(d.ID)] = d.Title
	}
	for i, o := range page {
		page[i].Title = titles[o.Object]
	}
	return err
}

// sideOf is where who acted stands or stood; nobody but the operator acts upon a
// space without ever having been of it.
func sideOf(members []circle.Member, e Entry) Side {
	for _, m := range members {
		switch {
		case m.Person != e.Actor:
		case m.Role.Inside():
			return OfFirm
		default:
			return OfClient
		}
	}
	return OfHost
}

// readable reports whether the actor may read an item herself.
func readable(a *act.Act, by authz.Actor, of id.Space, kind item.Kind, it id.Item) (bool, error) {
	_, _, err := item.Open(a, by, of, kind, it, kind.Reading())
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return false, nil
	}
	return err == nil, err
}

// Hosted returns what the operator did with the firm as a whole, this space
// included, newest first, for whom [Service.Openings] is for.
func (s *Service) Hosted(ctx context.Context, by authz.Actor, of id.Space) (out []Entry, err error) {
	defer fault.Op(&err, "overview.Hosted(%s)", of)
	allowed := func(a *act.Act) error {
		_, err := circle.Enter(a, by, of, authz.SpaceAccess)
		return err
	}
	return s.entries(ctx, by, allowed, journal.Filter{Host: true})
}
