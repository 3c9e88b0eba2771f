package deposit

import (
	"context"
	"errors"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Service is the use cases of deposits. Safe for concurrent use.
type Service struct {
	office *act.Office
	naming Naming
}

// Naming names the requests that the documents of a person answer, for her
// receipt; package request has it. nil: nothing is asked of anybody.
type Naming func(a *act.Act, in id.Space, person id.Person) (map[id.Item][]string, error)

// New returns the use cases over an office.
func New(office *act.Office, naming Naming) *Service { return &Service{office, naming} }

// Attach gives the deposit that the actor's document joins, in the act that
// files it: her open one, or a new one. It is document.Config.Deposit. The
// caller has decided the right.
func Attach(a *act.Act, by authz.Actor, in id.Space) (id.Deposit, error) {
	var d id.Deposit
	err := a.Row(selectOpenID, []any{in, by.Person}, &d)
	if !errors.Is(err, store.ErrNoRow) {
		return d, err
	}
	d = id.New[id.Deposit](a.Now)
	if err := a.Write(insertDeposit, d, in, by.Person, store.Micros(a.Now)); err != nil {
		return "", err
	}
	return d, a.Follow(LapseJob, string(d), a.Now.Add(quiet), Lapse{in, by.Person, d})
}

// Open returns the actor's open deposit in a space with what she has put into
// it and what is still on its way.
func (s *Service) Open(ctx context.Context, by authz.Actor, in id.Space) (d Deposit, err error) {
	defer fault.Op(&err, "deposit.Open(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		d, err = OpenIn(a, by, in)
		return err
	})
	return d, err
}

// OpenIn is Open inside a running act.
func OpenIn(a *act.Act, by authz.Actor, in id.Space) (d Deposit, err error) {
	if _, err := circle.Enter(a, by, in, authz.DepositMake); err != nil {
		return d, err
	}
	d, found, err := open(a, in, by.Person)
	if err != nil {
		return d, err
	}
	if found {
		if d.Items, err = document.OfDeposit(a, in, d.ID); err != nil {
			return d, err
		}
	}
	d.Pending, err = document.PendingIn(a, in, by.Person)
	return d, err
}

// Show returns a deposit with its documents to its depositor and to the firm's
// side of the space.
func (s *Service) Show(ctx context.Context, by authz.Actor, in id.Space, of id.Deposit) (d Deposit, err error) {
	defer fault.Op(&err, "deposit.Show(%s)", of)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		f, err := circle.Facts(a, by, in)
		if err != nil {
			return err
		}
		found, err := one(a, in, of)
		if err != nil {
			return err
		}
		if d, err = authz.Open(authz.Lock(found, private(a, in, found.Person)), by, authz.DepositSee, f); err != nil {
			return err
		}
		if d.Items, err = document.OfDeposit(a, in, of); err != nil {
			return err
		}
		return sign(a, &d)
	})
	return d, err
}

// Query asks for a page of the deposits of a space, Limit of them after After.
type Query struct {
	Space id.Space
	After id.Deposit
	Limit int
}

const maxPage = 200

// List returns deposits, the newest first: the firm's side sees all of the
// space, everybody else her own.
func (s *Service) List(ctx context.Context, by authz.Actor, q Query) (out []Deposit, err error) {
	defer fault.Op(&err, "deposit.List(%s)", q.Space)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, err = ListIn(a, by, q)
		return err
	})
	return out, err
}

// ListIn is List inside a running act.
func ListIn(a *act.Act, by authz.Actor, q Query) ([]Deposit, error) {
	f, err := circle.Enter(a, by, q.Space, authz.SpaceSee)
	if err != nil {
		return nil, err
	}
	whose := by.Person
	if f.Role.Inside() {
		whose = ""
	}
	after := string(q.After)
	if after == "" {
		after = beyond
	}
	limit := min(q.Limit, maxPage)
	if limit <= 0 {
		limit = maxPage
	}
	found, err := read(a, selectPage, q.Space, whose, after, limit)
	if err != nil {
		return nil, err
	}
	var out []Deposit
	for _, d := range found {
		if authz.Decide(by, authz.DepositSee, private(a, q.Space, d.Person), f).Allowed {
			out = append(out, d)
		}
	}
	for i := range out {
		if err := sign(a, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// private is a deposit or a receipt as the rule sees it.
func private(a *act.Act, in id.Space, owner id.Person) authz.Resource {
	return authz.Resource{Kind: authz.OfPrivate, Firm: a.Firm(), Space: in, Owner: owner}
}

func open(a *act.Act, in id.Space, person id.Person) (Deposit, bool, error) {
	found, err := read(a, selectOpen, in, person)
	if err != nil || len(found) == 0 {
		return Deposit{}, false, err
	}
	return found[0], true, nil
}

func one(a *act.Act, in id.Space, of id.Deposit) (Deposit, error) {
	found, err := read(a, selectOne, in, of)
	if err == nil && len(found) == 0 {
		err = fault.Absent()
	}
	if err != nil {
		return Deposit{}, err
	}
	return found[0], nil
}

func read(a *act.Act, stmt store.FirmStmt, in id.Space, rest ...any) ([]Deposit, error) {
	var out []Deposit
	err := a.Each(stmt, append([]any{in}, rest...), func(scan func(...any) error) error {
		d := Deposit{Space: in}
		var opened, closed int64
		err := scan(&d.ID, &d.Person, &opened, &closed, &d.Receipt, &d.Number, &d.Count, &d.Size)
		d.Opened, d.Closed = store.Time(opened), store.Time(closed)
		out = append(out, d)
		return err
	})
	return out, err
}

// sign writes the depositor's name.
func sign(a *act.Act, d *Deposit) error {
	names, err := firm.Names(a, []id.Person{d.Person})
	d.PersonName = names[d.Person]
	return err
}

var errClosed = errors.New("deposit: closed already")
