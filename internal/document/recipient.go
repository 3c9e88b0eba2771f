package document

import (
	"context"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
)

// Recipient is a member of a space, as someone who will or will not see an
// item. Reason is the rule's word for it (authz.Decision), Grounds are the
// addresses that it rests on (authz.Explain).
type Recipient struct {
	Person  id.Person
	Name    string
	Role    authz.Role
	Stay    authz.Span // in the space
	Sees    bool
	Reason  string
	Grounds []authz.Ground
}

// Reach is who will see an item and who will not. Members who left are in
// neither.
type Reach struct {
	Circles []id.Circle // that it really goes to
	Will    []Recipient
	Wont    []Recipient
}

// Preview tells, before anything is sent, who will see a document of this
// space that goes to these circles, and who will not, and why.
func (s *Service) Preview(ctx context.Context, by authz.Actor, in id.Space, circles []id.Circle) (r Reach, err error) {
	defer fault.Op(&err, "document.Preview(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		f, err := circle.Enter(a, by, in, authz.CircleSee)
		if err != nil {
			return err
		}
		to, err := audienceOf(a, f, circles)
		if err != nil {
			return err
		}
		r, err = Recipients(a, sentTo(a, in, to))
		r.Circles = to
		return err
	})
	return r, err
}

// Why tells the firm's side for every member of the space, past ones included,
// whether she sees a document and what decides it.
func (s *Service) Why(ctx context.Context, by authz.Actor, of id.Item) (all []Recipient, err error) {
	defer fault.Op(&err, "document.Why(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		h, _, err := item.Open(a, by, "", item.Document, of, authz.DocumentWhy)
		if err != nil {
			return err
		}
		all, err = Explain(a, resource(a, h), authz.DocumentRead)
		return err
	})
	return all, err
}

// Recipients decides for every active member of a space whether she sees an
// item of it, by the rule that will decide when she asks. The caller has opened
// the space.
func Recipients(a *act.Act, on authz.Resource) (r Reach, err error) {
	all, err := Explain(a, on, authz.DocumentRead)
	for _, to := range all {
		switch {
		case !to.Stay.Covers(a.Now):
		case to.Sees:
			r.Will = append(r.Will, to)
		default:
			r.Wont = append(r.Wont, to)
		}
	}
	return r, err
}

// Explain decides for every member of a space, past ones included, whether she
// may read an item of it. The caller has opened the space.
func Explain(a *act.Act, on authz.Resource, read authz.Action) ([]Recipient, error) {
	c, err := CompanyOf(a, on.Space)
	return c.Explain(on, read), err
}

// Company is the members of a space, past ones included, with what the rule asks of
// each, for who decides over many items.
type Company struct{ members []companion }

type companion struct {
	Recipient
	actor authz.Actor
	facts authz.Facts
	gone  bool // a member whose card is not active
}

// CompanyOf reads the company of a space that the caller has opened.
func CompanyOf(a *act.Act, in id.Space) (c Company, err error) {
	members, err := circle.Members(a, in)
	if err != nil {
		return c, err
	}
	walled, err := walls(a, in)
	if err != nil {
		return c, err
	}
	circles, err := circlesByPerson(a, in)
	if err != nil {
		return c, err
	}
	people := make([]id.Person, len(members))
	for i, m := range members {
		people[i] = m.Person
	}
	cards, err := firm.Cards(a, people)
	if err != nil {
		return c, err
	}
	for _, m := range members {
		card := cards[m.Person] // nobody's, when the firm does not know her
		stay := authz.Span{Since: m.Since, Until: m.Until}
		c.members = append(c.members, companion{
			Recipient: Recipient{Person: m.Person, Name: card.Name, Role: m.Role, Stay: stay},
			actor:     authz.Actor{Person: m.Person, Firm: a.Firm(), Role: card.Role},
			facts:     authz.Facts{Now: a.Now, Space: in, Role: m.Role, Member: stay, Walled: walled[m.Person], Circles: circles[m.Person]},
			gone:      card.State != firm.Active && m.Active(a.Now),
		})
	}
	return c, nil
}

// Explain decides for each of a company whether she may read an item of its space.
func (c Company) Explain(on authz.Resource, read authz.Action) []Recipient {
	out := make([]Recipient, len(c.members))
	for i, m := range c.members {
		out[i] = m.Recipient
		if m.gone {
			out[i].Reason = "no-card"
			continue
		}
		d, grounds := authz.Explain(m.actor, read, on, m.facts)
		out[i].Sees, out[i].Reason, out[i].Grounds = d.Allowed, d.Reason, grounds
	}
	return out
}

// Unread are those members who see a document and have not read its current
// version, its author not counted.
func (d Detail) Unread() (out []Recipient) {
	for _, to := range d.Members {
		read := slices.ContainsFunc(d.Readers, func(r Reader) bool { return r.Person == to.Person })
		if to.Sees && !read && to.Person != d.Author {
			out = append(out, to)
		}
	}
	return out
}

func circlesByPerson(a *act.Act, in id.Space) (map[id.Person]map[id.Circle]authz.Span, error) {
	presences, err := circle.Presences(a, in)
	if err != nil {
		return nil, err
	}
	out := map[id.Person]map[id.Circle]authz.Span{}
	for _, p := range presences {
		if out[p.Person] == nil {
			out[p.Person] = map[id.Circle]authz.Span{}
		}
		out[p.Person][p.Circle] = p.Span
	}
	return out, nil
}

func walls(a *act.Act, in id.Space) (map[id.Person]bool, error) {
	out := map[id.Person]bool{}
	err := a.Each(selectWalled, []any{in}, func(scan func(...any) error) error {
		var p id.Person
		err := scan(&p)
		out[p] = true
		return err
	})
	return out, err
}

// tell plans one notice for each person outside the firm who sees the item now
// and did not before; several items within the delay make one mail. The firm's
// own people have their desk.
func (s *Service) tell(a *act.Act, by authz.Actor, it id.Item, now authz.Resource, before []Recipient) error {
	r, err := Recipients(a, now)
	if err != nil {
		return err
	}
	told := map[id.Person]bool{by.Person: true}
	for _, p := range before {
		told[p.Person] = true
	}
	for _, p := range r.Will {
		if told[p.Person] || p.Role.Inside() {
			continue
		}
		n := item.Notice{Space: now.Space, Person: p.Person, Item: it}
		if err := a.Follow(item.NoticeJob, string(now.Space)+string(p.Person), a.Now.Add(s.config.Delay), n); err != nil {
			return err
		}
	}
	return nil
}

// sentTo is an item about to be sent to circles of a space.
func sentTo(a *act.Act, in id.Space, circles []id.Circle) authz.Resource {
	on := authz.Resource{Kind: authz.OfItem, Firm: a.Firm(), Space: in}
	for _, c := range circles {
		on.Audience = append(on.Audience, authz.Address{Circle: c, Sent: a.Now})
	}
	return on
}

// resource is an opened item as the rule sees it.
func resource(a *act.Act, h item.Header) authz.Resource {
	return authz.Resource{
		Kind: authz.OfItem, Firm: a.Firm(), Space: h.Space, Owner: h.Author,
		Nature: h.Nature, Internal: h.Internal, Audience: h.Audience,
	}
}

func circlesOf(audience []authz.Address) []id.Circle {
	out := make([]id.Circle, len(audience))
	for i, to := range audience {
		out[i] = to.Circle
	}
	return out
}
