package room

import (
	"slices"
	"time"

	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/overview"
	"cenacle/internal/space"
	"cenacle/internal/web/ui"
)

// reaching is where another way to reach a member is found.
func (h here) reaching(person id.Person) string {
	return h.path("people") + "#person-" + string(person)
}

// elsewise proposes another way to reach somebody from outside the firm who has not
// read what was sent to her at an instant, once that is long ago.
func (h here) elsewise(person id.Person, sent time.Time) (l ui.Link, due bool) {
	if h.ofFirm(person) || h.r.Now.Sub(sent) < overview.Silence {
		return l, false
	}
	return ui.Link{Href: h.reaching(person), Label: h.r.Printer.T("room.silent", h.name(person))}, true
}

// silent are those who have not read a memo for long.
func (h here) silent(m memo.Memo) (out []ui.Link) {
	for _, to := range m.Unread() {
		if l, due := h.elsewise(to.Person, m.Created); due {
			out = append(out, l)
		}
	}
	return out
}

// unopened are those who have not opened a document for long: since its current version
// came, or since it was sent to a circle that they are in.
func (h here) unopened(d document.Detail, people []document.Recipient) (out []ui.Link) {
	for _, to := range people {
		var sent time.Time
		for _, a := range d.Audience {
			if h.isIn(to.Person, a.Circle) && (sent.IsZero() || a.Sent.Before(sent)) {
				sent = a.Sent
			}
		}
		if d.Current.Created.After(sent) {
			sent = d.Current.Created
		}
		if l, due := h.elsewise(to.Person, sent); due {
			out = append(out, l)
		}
	}
	return out
}

func (h here) isIn(person id.Person, c id.Circle) bool {
	return slices.ContainsFunc(h.room.Circles, func(view space.CircleView) bool {
		return view.ID == c && slices.ContainsFunc(view.People, func(p space.Person) bool { return p.Person == person })
	})
}
