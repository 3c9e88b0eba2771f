package deposit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/outbox"
	"cenacle/internal/scan"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// Close ends a deposit and answers with its receipt; the firm gets one notice.
// However often and at once it is asked, a deposit has one receipt. Faults:
// Invalid when nothing was deposited; Conflict while an upload is unfinished,
// unless it is to be left for the next deposit.
func (s *Service) Close(ctx context.Context, by authz.Actor, in Finish) (r Receipt, err error) {
	defer fault.Op(&err, "deposit.Close(%s)", in.Space)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		r, err = finish(a, by, in)
		return err
	})
	if errors.Is(err, errClosed) {
		return s.answered(ctx, by, in)
	}
	return r, err
}

func finish(a *act.Act, by authz.Actor, in Finish) (Receipt, error) {
	if _, err := circle.Enter(a, by, in.Space, authz.DepositMake); err != nil {
		return Receipt{}, err
	}
	if in.Deposit != "" {
		asked, err := one(a, in.Space, in.Deposit)
		if err != nil {
			return Receipt{}, err
		}
		if asked.Person != by.Person {
			return Receipt{}, fault.Absent()
		}
		if !asked.Closed.IsZero() {
			return Receipt{}, errClosed
		}
	}
	d, found, err := open(a, in.Space, by.Person)
	if err != nil {
		return Receipt{}, err
	}
	if !found {
		return Receipt{}, fault.New(fault.Invalid, "deposit.empty")
	}
	pending, err := document.PendingIn(a, in.Space, by.Person)
	if err != nil {
		return Receipt{}, err
	}
	if len(pending) > 0 && !in.LeavePending {
		return Receipt{}, fault.New(fault.Conflict, "deposit.pending", len(pending))
	}
	return settle(a, by, d)
}

// closed is what the journal keeps of a deposit. The statement's digest binds
// every word of the receipt to the entry.
type closed struct {
	Statement string     `json:"statement"`
	Receipt   id.Receipt `json:"receipt"`
	Number    int64      `json:"number"`
	Count     int        `json:"count"`
	Size      int64      `json:"size"`
	Notice    string     `json:"notice"` // how much the notice says
	// Screening is what the virus scanner has said of each document, in their
	// order, where there is one.
	Screening []scan.State `json:"screening,omitempty"`
}

// settle closes an open deposit and writes its receipt.
func settle(a *act.Act, by authz.Actor, d Deposit) (Receipt, error) {
	r := Receipt{ID: id.New[id.Receipt](a.Now), Space: d.Space, Person: d.Person, Deposit: d.ID, Closed: a.Now}
	var last int64
	if err := a.Row(lastNumber, []any{d.Space}, &last); err != nil {
		return r, err
	}
	r.Number = last + 1
	items, err := document.OfDeposit(a, d.Space, d.ID)
	if err != nil {
		return r, err
	}
	statement, size, err := state(a, d, r.Number, items)
	if err != nil {
		return r, err
	}
	n, err := a.Exec(updateClosed, d.ID, store.Micros(a.Now))
	if err == nil && n == 0 {
		err = errClosed
	}
	if err != nil {
		return r, err
	}
	sp, err := space.Load(a, d.Space)
	if err != nil {
		return r, err
	}
	r.Entry, err = a.Record(by, "deposit.closed", d.Space, string(d.ID), closed{
		statement.Digest(), r.ID, r.Number, len(items), size, sp.Notice, screened(items),
	})
	if err != nil {
		return r, err
	}
	if err := keep(a, r, statement); err != nil {
		return r, err
	}
	return r, announce(a, r)
}

// state puts into words what was deposited: all of it, also what the firm has
// taken away since.
func state(a *act.Act, d Deposit, number int64, items []document.Deposited) (journal.Statement, int64, error) {
	profile, err := firm.ProfileOf(a)
	if err != nil {
		return journal.Statement{}, 0, err
	}
	names, err := firm.Names(a, []id.Person{d.Person})
	if err != nil {
		return journal.Statement{}, 0, err
	}
	c := journal.Contents{
		Firm: profile.Name, Person: names[d.Person], Number: number, OpenedAt: d.Opened, ClosedAt: a.Now,
	}
	var size int64
	for _, i := range items {
		size += i.Size
		c.Items = append(c.Items, journal.Item{
			Name: i.Name, Size: i.Size, SHA256: i.SHA256, Media: i.Media, DepositedAt: i.At,
		})
	}
	s, err := journal.NewStatement(c)
	return s, size, err
}

// screened are the verdicts on the documents of a deposit, nil where nothing
// was asked.
func screened(items []document.Deposited) (out []scan.State) {
	for _, i := range items {
		if i.Screening.State == "" {
			return nil
		}
		out = append(out, i.Screening.State)
	}
	return out
}

// keep writes the receipt with its statement, sealed: names change later.
func keep(a *act.Act, r Receipt, s journal.Statement) error {
	box, err := a.SpaceBox(r.Space)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("deposit: statement: %w", err)
	}
	return a.Write(insertReceipt, r.ID, r.Space, r.Person, r.Deposit, r.Number, r.Entry,
		box.Seal(statementPlace(r.ID), raw), store.Micros(r.Closed))
}

// announce tells each lawyer of the space once, and the open pages.
func announce(a *act.Act, r Receipt) error {
	members, err := circle.Members(a, r.Space)
	if err != nil {
		return err
	}
	for _, m := range members {
		if !m.Active(a.Now) || m.Role != authz.Lead && m.Role != authz.Colleague {
			continue
		}
		n := Notice{Space: r.Space, Person: m.Person, Deposit: r.Deposit}
		if err := a.Follow(NoticeJob, string(r.Deposit)+string(m.Person), a.Now, n); err != nil {
			return err
		}
	}
	house, err := circle.HouseOf(a, r.Space)
	if err != nil {
		return err
	}
	a.Signal(r.Space, house.Firm, house.Client)
	return space.Touch(a, r.Space)
}

// answered returns the receipt that a closed deposit has.
func (s *Service) answered(ctx context.Context, by authz.Actor, in Finish) (r Receipt, err error) {
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		f, err := circle.Facts(a, by, in.Space)
		if err != nil {
			return err
		}
		d, err := one(a, in.Space, in.Deposit)
		if err != nil {
			return err
		}
		if _, err := authz.Open(authz.Lock(d, private(a, in.Space, d.Person)), by, authz.ReceiptRead, f); err != nil {
			return err
		}
		v, _, err := receipt(a, d.Receipt)
		r = v.Receipt
		return err
	})
	return r, err
}

// Lapse is the handler of [LapseJob]: it closes a deposit in which nothing has
// happened for a day and puts the question off otherwise. It reads nothing out
// and asks for no right: who left the deposit open may have left the space,
// and the firm must still be told.
func (s *Service) Lapse(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "deposit.Lapse")
	var l Lapse
	if err := json.Unmarshal(j.Payload, &l); err != nil {
		return fmt.Errorf("deposit: payload of %s: %w", LapseJob, err)
	}
	by := authz.Actor{Person: l.Person, Firm: of, Role: authz.Outsider, Via: authz.ViaJob}
	err = s.office.Keep(ctx, of, func(a *act.Act) error {
		d, err := one(a, l.Space, l.Deposit)
		if err != nil || !d.Closed.IsZero() {
			return err
		}
		last, err := lastSign(a, d)
		if err != nil {
			return err
		}
		if until := last.Add(quiet); a.Now.Before(until) {
			return a.Follow(LapseJob, string(d.ID), until, l)
		}
		_, err = settle(a, by, d)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return nil // the space was erased, and the deposit with it
	}
	return err
}

// lastSign is when the depositor last did something: a document that came, an
// upload that went on.
func lastSign(a *act.Act, d Deposit) (time.Time, error) {
	items, err := document.OfDeposit(a, d.Space, d.ID)
	if err != nil {
		return time.Time{}, err
	}
	pending, err := document.PendingIn(a, d.Space, d.Person)
	if err != nil {
		return time.Time{}, err
	}
	last := d.Opened
	for _, i := range items {
		last = later(last, i.At)
	}
	for _, u := range pending {
		last = later(last, u.Touched)
	}
	return last, nil
}

func later(x, y time.Time) time.Time {
	if x.Before(y) {
		return y
	}
	return x
}
