package lifecycle

import (
	"context"
	"errors"
	"slices"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/depositlink"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/fold"
	"cenacle/internal/freeze"
	"cenacle/internal/guard"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/request"
	"cenacle/internal/space"
)

// NewSpace is the one form that opens a space for a client. Name is the
// space's, the client's own when empty; Lead answers for it, the acting lawyer
// when empty.
type NewSpace struct {
	ClientName  string
	ClientEmail string
	Mobile      string // the client's, at which she is sent codes; may be empty
	Model       space.Model
	Profile     space.Profile
	Name        string
	Lead        id.Person
	Colleagues  []id.Person
	Language    i18n.Language // of its folders and, for a new person, of her mails
	// Checklist asks the client for the papers of the model from the start.
	Checklist bool
}

// OpenSpace opens a space with its circles, folders and first matter, lets in
// its lead, the chosen colleagues, whoever opens it and the client, and mails
// the client her link. Faults in the fields name, email, model, profile, lead
// and colleague and mobile; Conflict when the plan is full ([plan.Service.Space]).
func (s *Service) OpenSpace(ctx context.Context, by authz.Actor, n NewSpace) (opened space.Space, err error) {
	defer fault.Op(&err, "lifecycle.OpenSpace")
	if err := s.mayOpen(ctx, by, &n); err != nil {
		return space.Space{}, err
	}
	client, err := s.firms.Tie(ctx, by.Firm, n.ClientEmail, n.Language)
	if err != nil {
		return space.Space{}, err
	}
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		opened, err = s.openSpace(a, by, n, client)
		return err
	})
	return opened, err
}

// mayOpen checks the right, the room and the form before anything is written; all that is
// wrong with the form comes back at once.
func (s *Service) mayOpen(ctx context.Context, by authz.Actor, n *NewSpace) error {
	err := s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.SpaceOpen); err != nil {
			return err
		}
		return s.plans.Space(a)
	})
	if err != nil {
		return err
	}
	var wrong fault.Fields
	n.ClientName = firm.Name(n.ClientName, "name", &wrong)
	if n.Name == "" {
		n.Name = n.ClientName
	}
	var one *fault.Error
	if _, err := fold.Email(n.ClientEmail); errors.As(err, &one) {
		wrong = append(wrong, one.In("email"))
	}
	n.Mobile = mobileField(n.Mobile, &wrong)
	if n.Model.Key == "" {
		wrong.Add("model", "space.model_unknown")
	}
	if !slices.Contains(space.Profiles(), n.Profile) {
		wrong.Add("profile", "space.profile_unknown")
	}
	if n.Lead == "" && leads(by.Role) {
		n.Lead = by.Person
	}
	if n.Lead == "" {
		wrong.Add("lead", "lifecycle.lead_missing")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.office.See(ctx, by.Firm, func(a *act.Act) error { return staffed(a, by, *n) })
}

// staffed demands that the firm has those who are to work in a space: before its
// client becomes a person, and again in the act.
func staffed(a *act.Act, by authz.Actor, n NewSpace) error {
	if lead, err := firm.ActiveCard(a, n.Lead); err != nil || !leads(lead.Role) {
		return fault.New(fault.Invalid, "lifecycle.lead_missing").In("lead").Because(err)
	}
	for _, p := range team(by, n) {
		if _, err := insider(a, p); err != nil {
			return err
		}
	}
	return nil
}

func leads(r authz.FirmRole) bool { return r == authz.Admin || r == authz.Lawyer }

func (s *Service) openSpace(a *act.Act, by authz.Actor, n NewSpace, client account.Person) (space.Space, error) {
	if err := firm.Allow(a, by, authz.SpaceOpen); err != nil {
		return space.Space{}, err
	}
	if err := staffed(a, by, n); err != nil {
		return space.Space{}, err
	}
	if err := s.plans.Space(a); err != nil {
		return space.Space{}, err
	}
	sp, err := space.Create(a, by, space.New{Name: n.Name, Model: n.Model, Profile: n.Profile, Lead: n.Lead, Language: n.Language})
	if err != nil {
		return space.Space{}, err
	}
	_, err = a.Record(by, "space.opened", sp.ID, string(sp.ID), map[string]any{
		"model": sp.Model, "profile": sp.Profile, "notice": sp.Notice, "lead": sp.Lead,
	})
	if err != nil {
		return space.Space{}, err
	}
	for _, p := range team(by, n) {
		if err := admit(a, by, sp.ID, p); err != nil {
			return space.Space{}, err
		}
	}
	if err := receive(a, by, sp.ID, Guest{Name: n.ClientName, Mobile: n.Mobile, Role: authz.Client}, client); err != nil || !n.Checklist {
		return sp, err
	}
	return sp, begin(a, by, sp.ID, client.ID, n)
}

// begin asks the client for the papers of the model.
func begin(a *act.Act, by authz.Actor, in id.Space, client id.Person, n NewSpace) error {
	asking := request.Asking{Space: in, Person: client}
	for _, p := range n.Model.Checklist(n.Language) {
		asking.Papers = append(asking.Papers, request.Paper{Name: p.Name, Note: p.Note})
	}
	return request.Begin(a, by, asking)
}

// team is who joins beside the lead, each once.
func team(by authz.Actor, n NewSpace) []id.Person {
	var out []id.Person
	for _, p := range append([]id.Person{by.Person}, n.Colleagues...) {
		if p != n.Lead && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// admit lets one of the firm's own people into a space, in the role that goes
// with her card.
func admit(a *act.Act, by authz.Actor, to id.Space, person id.Person) error {
	card, err := insider(a, person)
	if err != nil {
		return err
	}
	role := authz.Colleague
	if card.Role == authz.FirmAssistant {
		role = authz.Assistant
	}
	return join(a, by, to, person, role)
}

// insider is the card of one of the firm's own people.
func insider(a *act.Act, person id.Person) (firm.Card, error) {
	card, err := firm.ActiveCard(a, person)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return card, err
	}
	if err != nil || !card.Role.Inside() {
		return card, fault.New(fault.Invalid, "lifecycle.not_colleague").In("colleague").Because(err)
	}
	return card, nil
}

// receive lets someone from outside into a space, with a card if the firm does
// not know her yet, and plans the mail with her link.
func receive(a *act.Act, by authz.Actor, to id.Space, g Guest, p account.Person) error {
	if err := freeze.Stands(a, to); err != nil {
		return err
	}
	card, err := firm.CardOf(a, p.ID)
	switch {
	case fault.Is(err, fault.NotFound):
		card = firm.Card{Person: p.ID, Role: authz.Outsider, State: firm.Active, Name: g.Name, Email: p.Email}
		err = firm.PutCard(a, by, card)
	case err == nil && card.Role.Inside():
		err = fault.New(fault.Conflict, "lifecycle.is_colleague").In("email")
	case err == nil && card.State != firm.Active:
		err = fault.New(fault.Conflict, "lifecycle.card_disabled").In("email")
	}
	if err != nil {
		return err
	}
	if err := join(a, by, to, p.ID, g.Role); err != nil {
		return err
	}
	if err := firstMobile(a, by, to, p.ID, g.Mobile); err != nil {
		return err
	}
	if g.Role == authz.Client {
		if err := guard.Learn(a, to, card.Name); err != nil {
			return err
		}
	}
	return a.Follow("notice.space-opened", string(to)+"/"+string(p.ID), a.Now, invitation.Notice{Space: to, Person: p.ID})
}

func join(a *act.Act, by authz.Actor, to id.Space, person id.Person, role authz.Role) error {
	if err := circle.Join(a, to, person, role); err != nil {
		return err
	}
	_, err := a.Record(by, "member.joined", to, string(person), map[string]any{"role": role})
	return err
}

// Guest is someone from outside the firm about to join a space: a client, a
// guest, a reader; in a forum an expert or the clerk of a judge.
type Guest struct {
	Name     string
	Email    string
	Mobile   string // at which she is sent codes; may be empty
	Role     authz.Role
	Language i18n.Language // of her mails, when she is new
}

// AddGuest lets someone from outside the firm into a space and mails her a
// link. Faults in the fields name, email, mobile and role; Conflict when she is a
// member already or belongs to the firm.
func (s *Service) AddGuest(ctx context.Context, by authz.Actor, to id.Space, g Guest) (_ id.Person, err error) {
	defer fault.Op(&err, "lifecycle.AddGuest(%s)", to)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		_, err := circle.Enter(a, by, to, authz.SpaceManage)
		return err
	})
	if err != nil {
		return "", err
	}
	var wrong fault.Fields
	g.Name = firm.Name(g.Name, "name", &wrong)
	g.Mobile = mobileField(g.Mobile, &wrong)
	if !slices.Contains([]authz.Role{authz.Client, authz.Guest, authz.Reader, authz.Expert, authz.Clerk}, g.Role) {
		wrong.Add("role", "lifecycle.role_unknown")
	}
	if err := wrong.Err(); err != nil {
		return "", err
	}
	p, err := s.firms.Tie(ctx, by.Firm, g.Email, g.Language)
	if err != nil {
		return "", err
	}
	return p.ID, s.manage(ctx, by, to, func(a *act.Act) error { return receive(a, by, to, g, p) })
}

// AddColleague lets one of the firm's own people into a space. Fault in the
// field colleague when she is none of them; Conflict when she is in already.
func (s *Service) AddColleague(ctx context.Context, by authz.Actor, to id.Space, person id.Person) (err error) {
	defer fault.Op(&err, "lifecycle.AddColleague(%s, %s)", to, person)
	return s.manage(ctx, by, to, func(a *act.Act) error { return admit(a, by, to, person) })
}

// RemoveMember ends a membership from now on and voids its links. The lead
// stays: a space is never without the lawyer who answers for it. Who that is,
// the membership says, which bears a MAC.
func (s *Service) RemoveMember(ctx context.Context, by authz.Actor, from id.Space, person id.Person) (err error) {
	defer fault.Op(&err, "lifecycle.RemoveMember(%s, %s)", from, person)
	return s.manage(ctx, by, from, func(a *act.Act) error {
		members, err := circle.Members(a, from)
		if err != nil {
			return err
		}
		stands, err := circle.Stands(a, from, person)
		if err != nil {
			return err
		}
		lead := func(m circle.Member) bool {
			return m.Person == person && m.Role == authz.Lead && m.Active(a.Now) && !stands
		}
		if slices.ContainsFunc(members, lead) {
			return fault.New(fault.Conflict, "lifecycle.lead_stays")
		}
		if err := circle.Leave(a, from, person); err != nil {
			return err
		}
		if err := unlink(a, by, from, person); err != nil {
			return err
		}
		_, err = a.Record(by, "member.left", from, string(person), nil)
		return err
	})
}

// unlink ends the links of somebody who is out of a space: should she come back one
// day, it is not by a link of before.
func unlink(a *act.Act, by authz.Actor, in id.Space, person id.Person) error {
	return errors.Join(invitation.Void(a, in, person), depositlink.EndAll(a, by, in, person))
}

// manage runs an act on the members of a space and tells its open pages.
func (s *Service) manage(ctx context.Context, by authz.Actor, of id.Space, do func(*act.Act) error) error {
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, of, authz.SpaceManage); err != nil {
			return err
		}
		if err := do(a); err != nil {
			return err
		}
		return circle.Announce(a, of)
	})
}
