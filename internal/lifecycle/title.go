package lifecycle

import (
	"context"
	"errors"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/mail"
	"cenacle/internal/memo"
	"cenacle/internal/store"
)

// mostTitles is how many titles a mail says; there may be more behind its link.
const mostTitles = 10

// titled is what a mail says that things are called, and of which.
type titled struct {
	Items    []id.Item    `json:"items"`
	Level    circle.Level `json:"level"`
	titles   []string
	sender   id.Person // of the first
	enclosed []document.Enclosed
}

// errUnnamed ends an act that has nothing to say.
var errUnnamed = errors.New("lifecycle: nothing to be called by its name")

// name adds to a notice what may be said of it. The journal says so first, with whom
// and of what: in the act in which that is decided, and before each attempt to send it.
func (p post) name(ctx context.Context, by authz.Actor, e errand, said mail.Notice) (mail.Notice, error) {
	if e.titles == nil {
		return said, nil
	}
	var t titled
	read := func(a *act.Act) (err error) {
		if t, err = e.titles(a, by); err != nil {
			return err
		}
		if len(t.titles) == 0 {
			return errUnnamed
		}
		return p.enclosable(a, by, &t)
	}
	err := p.office.See(ctx, by.Firm, read)
	if errors.Is(err, errUnnamed) {
		return said, nil
	}
	if err != nil {
		return nil, err
	}
	files, err := p.enclose(ctx, by, t.enclosed)
	if err != nil {
		return nil, err
	}
	err = p.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := read(a); err != nil {
			return err
		}
		t.enclosed = slices.DeleteFunc(t.enclosed, func(e document.Enclosed) bool { _, here := files[e]; return !here })
		return t.record(a, by, e.space)
	})
	if errors.Is(err, errUnnamed) {
		return said, nil
	}
	return t.say(said, files), err
}

// record writes what is about to leave, and to whom.
func (t titled) record(a *act.Act, by authz.Actor, in id.Space) error {
	from := authz.Actor{Person: t.sender, Firm: by.Firm, Via: authz.ViaMail}
	if _, err := a.Record(from, "notice.titled", in, string(by.Person), t); err != nil || len(t.enclosed) == 0 {
		return err
	}
	from.Via = authz.ViaEnclosed
	_, err := a.Record(from, "notice.enclosed", in, string(by.Person), enclosing{t.enclosed, t.Level})
	return err
}

// titles are those of the news that a mail may say: in a space whose level says titles
// since before they were sent to her, of what the firm's own people sent to somebody
// outside, as far as their natures take that way.
func titles(a *act.Act, by authz.Actor, n item.Notice) (titled, error) {
	level, since, err := circle.LevelOf(a, n.Space)
	out := titled{Level: level}
	if err != nil || !level.Names() || by.Role.Inside() {
		return out, err
	}
	by.Via = authz.ViaMail
	type row struct {
		it   id.Item
		kind item.Kind
	}
	var rows []row
	err = a.Each(selectNews, []any{by.Person, store.Micros(a.Now), n.Space, n.Item}, func(scan func(...any) error) error {
		var r row
		err := scan(&r.it, &r.kind)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return out, err
	}
	for _, r := range rows {
		h, f, err := item.Open(a, by, n.Space, r.kind, r.it, r.kind.Reading())
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return out, err
		}
		ours, err := sentByFirm(a, h)
		if err != nil {
			return out, err
		}
		if !ours || sentBefore(h, f, since) || len(out.Items) == mostTitles {
			continue
		}
		title, err := called(a, h)
		if err != nil {
			return out, err
		}
		if len(out.Items) == 0 {
			out.sender = h.Author
		}
		out.Items, out.titles = append(out.Items, h.ID), append(out.titles, title)
	}
	return out, nil
}

// sentByFirm reports whether one of the firm's own people made an item: what others
// call theirs is not said in its name.
func sentByFirm(a *act.Act, h item.Header) (bool, error) {
	card, err := firm.CardOf(a, h.Author)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return card.Role.Inside(), err
}

// sentBefore reports whether an item was sent to a circle of hers before an instant.
func sentBefore(h item.Header, f authz.Facts, at time.Time) bool {
	for _, to := range h.Audience {
		if _, hers := f.Circles[to.Circle]; hers && to.Sent.Before(at) {
			return true
		}
	}
	return false
}

// called is the title of an item that was opened.
func called(a *act.Act, h item.Header) (string, error) {
	switch h.Kind {
	case item.Document:
		return document.Called(a, h)
	case item.Memo:
		return memo.Subject(a, h.Space, h.ID)
	}
	return agenda.Called(a, h.Space, h.ID)
}
