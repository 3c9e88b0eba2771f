package depositlink

import (
	"context"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/deposit"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/request"
	"cenacle/internal/store"
)

// Service is the use cases of deposit links. Safe for concurrent use.
type Service struct {
	office   *act.Office
	accounts *account.Service
}

// New returns the use cases over an office.
func New(office *act.Office, accounts *account.Service) *Service { return &Service{office, accounts} }

// Making asks for a link: for one person, a client or guest of the space, and
// for one request of hers or, without one, for whatever is asked.
type Making struct {
	Space   id.Space
	Person  id.Person
	Request id.Ask
	Life    time.Duration // 0: [Life]
}

// Make makes a link and mails it to its person. Faults in the fields person,
// request and life; Conflict when the space takes no deposits, has too many
// links, or demands of who enters it more than a link shows.
func (s *Service) Make(ctx context.Context, by authz.Actor, in Making) (l Link, err error) {
	defer fault.Op(&err, "depositlink.Make(%s)", in.Space)
	if in.Life == 0 {
		in.Life = Life
	}
	if in.Life < time.Hour || in.Life > MaxLife {
		return l, fault.New(fault.Invalid, "depositlink.life", int(MaxLife.Hours()/24)).In("life")
	}
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		l, err = prepare(a, by, in)
		if err != nil {
			return err
		}
		return insert(a, by, l)
	})
	return l, err
}

func prepare(a *act.Act, by authz.Actor, in Making) (l Link, err error) {
	if _, err := circle.Enter(a, by, in.Space, authz.SpaceInvite); err != nil {
		return l, err
	}
	if in.Request != "" {
		if in.Person, err = request.AwaitedFrom(a, in.Space, in.Request); err != nil {
			return l, err
		}
	}
	if _, err := holder(a, in.Space, in.Person); authz.Demanded(err) > authz.Single {
		return l, fault.New(fault.Conflict, "depositlink.demanded")
	} else if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return l, fault.New(fault.Invalid, "depositlink.person").In("person")
	} else if err != nil {
		return l, err
	}
	if err := deposit.Taken(a, in.Space); err != nil {
		return l, err
	}
	all, err := list(a, in.Space)
	if err != nil {
		return l, err
	}
	standing := 0
	for _, other := range all {
		if other.State == Standing {
			standing++
		}
	}
	if standing >= maxStanding {
		return l, fault.New(fault.Conflict, "depositlink.many", maxStanding)
	}
	return Link{
		ID: id.New[id.DepositLink](a.Now), Space: in.Space, Person: in.Person, Request: in.Request, By: by.Person,
		Made: a.Now, Expires: a.Now.Add(in.Life), State: Standing,
	}, nil
}

func insert(a *act.Act, by authz.Actor, l Link) error {
	box, err := a.FirmBox()
	if err != nil {
		return err
	}
	r := row{
		hash: box.Lookup("deposit_link", account.NewToken()), link: l, // a token that nobody has: the mail makes the one that counts
		made: store.Micros(l.Made), expires: store.Micros(l.Expires),
	}
	err = a.Write(insertLink, l.ID, r.hash, l.Space, l.Person, l.Request, l.By, r.made, r.expires, r.revoked, box.MAC("deposit_link", r.fields()...))
	if err != nil {
		return err
	}
	if _, err := a.Record(by, "depositlink.made", l.Space, string(l.ID), named{l.Person, l.Expires}); err != nil {
		return err
	}
	return post(a, l)
}

func post(a *act.Act, l Link) error {
	return a.Follow(NoticeJob, string(l.ID), a.Now, Notice{l.Space, l.Person, l.ID})
}

// Revoke ends a link at once, and what is under way by it.
func (s *Service) Revoke(ctx context.Context, by authz.Actor, of id.DepositLink) (err error) {
	defer fault.Op(&err, "depositlink.Revoke(%s)", of)
	return s.change(ctx, by, of, func(a *act.Act, r row) error { return revoke(a, by, r) })
}

// EndAll revokes the links of a person in a space that stand. The caller has decided the
// right.
func EndAll(a *act.Act, by authz.Actor, in id.Space, person id.Person) error {
	all, err := list(a, in)
	if err != nil {
		return err
	}
	for _, l := range all {
		if l.Person != person || l.State != Standing {
			continue
		}
		r, err := read(a, selectLink, l.ID)
		if err == nil {
			err = revoke(a, by, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func revoke(a *act.Act, by authz.Actor, r row) error {
	r.revoked = store.Micros(a.Now)
	if err := write(a, r); err != nil {
		return err
	}
	_, err := a.Record(by, "depositlink.revoked", r.link.Space, string(r.link.ID), named{r.link.Person, r.link.Expires})
	return err
}

// Resend mails a link once more, with a fresh token: the one in the earlier mail
// opens nothing any more.
func (s *Service) Resend(ctx context.Context, by authz.Actor, of id.DepositLink) (err error) {
	defer fault.Op(&err, "depositlink.Resend(%s)", of)
	return s.change(ctx, by, of, func(a *act.Act, r row) error {
		if _, err := a.Record(by, "depositlink.asked", r.link.Space, string(of), named{r.link.Person, r.link.Expires}); err != nil {
			return err
		}
		return post(a, r.link)
	})
}

// change does something with a link that stands.
func (s *Service) change(ctx context.Context, by authz.Actor, of id.DepositLink, do func(*act.Act, row) error) error {
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		r, err := read(a, selectLink, of)
		if err != nil {
			return err
		}
		if _, err := circle.Enter(a, by, r.link.Space, authz.SpaceInvite); err != nil {
			return err
		}
		if r.link.State != Standing {
			return fault.New(fault.Conflict, "depositlink.over")
		}
		return do(a, r)
	})
}

// List returns the links of a space, the newest first, to those who make them.
func (s *Service) List(ctx context.Context, by authz.Actor, in id.Space) (out []Link, err error) {
	defer fault.Op(&err, "depositlink.List(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.SpaceInvite); err != nil {
			return err
		}
		out, err = list(a, in)
		return err
	})
	return out, err
}

func list(a *act.Act, in id.Space) (out []Link, err error) {
	var people []id.Person
	err = a.Each(selectSpace, []any{in, listed}, func(into func(...any) error) error {
		r, err := scan(a, into)
		out = append(out, r.link)
		people = append(people, r.link.Person)
		return err
	})
	if err != nil {
		return nil, err
	}
	names, err := firm.Names(a, people)
	for i := range out {
		out[i].PersonName = names[out[i].Person]
	}
	return out, err
}

// View is what the page behind a link shows.
type View struct {
	Link
	FirmName string
	Logos    firm.Logos
}

// Enter finds the standing link of a token and gives the actor that it makes of
// its person: one who deposits into one space, and nothing else. It changes
// nothing. Everything that is no such link is absent, and counted against its
// source; Busy when there were too many.
func (s *Service) Enter(ctx context.Context, of id.Firm, token string, from account.Source) (v View, by authz.Actor, err error) {
	defer fault.Op(&err, "depositlink.Enter(%s)", of)
	err = s.office.See(ctx, of, func(a *act.Act) error {
		v, by, err = enter(a, token)
		return err
	})
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		if late := s.accounts.Spend(ctx, account.Charge{Brake: guesses, Key: from.Key()}); late != nil {
			return View{}, authz.Actor{}, late
		}
		return View{}, authz.Actor{}, fault.Absent()
	}
	return v, by, err
}

func enter(a *act.Act, token string) (v View, by authz.Actor, err error) {
	if len(token) != account.TokenLength {
		return v, by, fault.Absent()
	}
	box, err := a.FirmBox()
	if err != nil {
		return v, by, err
	}
	r, err := read(a, selectHash, box.Lookup("deposit_link", token))
	if err != nil {
		return v, by, err
	}
	if r.link.State != Standing {
		return v, by, fault.Absent()
	}
	if by, err = holder(a, r.link.Space, r.link.Person); err != nil {
		return v, by, err
	}
	profile, err := firm.ProfileOf(a)
	if err != nil {
		return v, by, err
	}
	names, err := firm.Names(a, []id.Person{r.link.Person})
	v = View{Link: r.link, FirmName: profile.Name, Logos: profile.Logos}
	v.PersonName = names[r.link.Person]
	return v, by, err
}

// holder is whom a link makes of its person, while she may deposit there: an
// outsider whose pass leaves her depositing, her receipts and what is asked of
// her.
func holder(a *act.Act, in id.Space, person id.Person) (authz.Actor, error) {
	card, err := firm.ActiveCard(a, person)
	if err != nil {
		return authz.Actor{}, err
	}
	by := authz.Actor{
		Person: person, Firm: a.Firm(), Role: card.Role, Scope: in, Via: authz.ViaDepositLink,
		Pass: &authz.Pass{Spaces: []id.Space{in}, Kinds: []string{"deposit", "receipt", "request"}},
	}
	_, err = circle.Enter(a, by, in, authz.DepositMake)
	return by, err
}

var (
	// guesses is how many links that are none one source may try.
	guesses = account.Brake{Name: "deposit-link.source", Limit: 20, Window: 10 * time.Minute}
	// files is how many files one link takes in an hour.
	files = account.Brake{Name: "deposit-link.files", Limit: 300, Window: time.Hour, Rolling: true}
)

// Charge counts a file that is about to come by a link: Busy when there were too
// many of late.
func (s *Service) Charge(ctx context.Context, of id.DepositLink) error {
	return s.accounts.Spend(ctx, account.Charge{Brake: files, Key: string(of)})
}
