package deposit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/store"
)

// Receipt returns a receipt to its depositor and to the firm's side of the
// space. Its entry takes its place in the journal first when it still waits.
func (s *Service) Receipt(ctx context.Context, by authz.Actor, of id.Receipt) (v ReceiptView, err error) {
	defer fault.Op(&err, "deposit.Receipt(%s)", of)
	v, _, err = s.open(ctx, by, of)
	if err != nil {
		return ReceiptView{}, err
	}
	f, err := s.office.Store.Firm(ctx, by.Firm)
	if err != nil {
		return ReceiptView{}, err
	}
	proof, err := s.office.Journal.Proof(ctx, f, v.Entry)
	if err != nil {
		return ReceiptView{}, err
	}
	v.Root = proof.Head.Root
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		items, err := document.OfDeposit(a, v.Space, v.Deposit)
		if err != nil {
			return err
		}
		v.Screened = map[[32]byte]document.Screening{}
		for _, i := range items {
			if i.Screening.State != "" {
				v.Screened[i.SHA256] = i.Screening
			}
		}
		if s.naming != nil && by.Pass.Takes(authz.RequestSee) {
			v.Answered, err = s.answeredBy(a, v.Receipt, items)
		}
		return err
	})
	return v, err
}

// answeredBy reads what a deposit answered; the receipt was opened for the actor.
func (s *Service) answeredBy(a *act.Act, r Receipt, items []document.Deposited) (out []Answered, err error) {
	names, err := s.naming(a, r.Space, r.Person)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	for _, i := range items {
		for _, name := range names[i.Document] {
			out = append(out, Answered{i.Document, i.Name, name})
		}
	}
	return out, err
}

// Receipts returns the receipts of a space, at most the last 200, oldest first:
// the firm's side sees all, everybody else her own.
func (s *Service) Receipts(ctx context.Context, by authz.Actor, in id.Space) (out []Receipt, err error) {
	defer fault.Op(&err, "deposit.Receipts(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, err = ReceiptsIn(a, by, in)
		return err
	})
	return out, err
}

// ReceiptsIn is Receipts inside a running act.
func ReceiptsIn(a *act.Act, by authz.Actor, in id.Space) (out []Receipt, err error) {
	f, err := circle.Enter(a, by, in, authz.SpaceSee)
	if err != nil {
		return nil, err
	}
	whose := by.Person
	if f.Role.Inside() {
		whose = ""
	}
	err = a.Each(selectReceipts, []any{in, whose, maxPage}, func(scan func(...any) error) error {
		r := Receipt{Space: in}
		var closed int64
		err := scan(&r.ID, &r.Person, &r.Deposit, &r.Number, &r.Entry, &closed)
		r.Closed = store.Time(closed)
		if err == nil && authz.Decide(by, authz.ReceiptRead, private(a, in, r.Person), f).Allowed {
			out = append(out, r)
		}
		return err
	})
	slices.Reverse(out)
	return out, err
}

// ReceiptFile returns the receipt as one self-contained file, and its name:
// with the journal entry, the proof that it is in the signed tree, and the key
// to check both. It verifies when nothing else is left (journal.VerifyReceipt).
func (s *Service) ReceiptFile(ctx context.Context, by authz.Actor, of id.Receipt) (file []byte, name string, err error) {
	defer fault.Op(&err, "deposit.ReceiptFile(%s)", of)
	v, statement, err := s.open(ctx, by, of)
	if err != nil {
		return nil, "", err
	}
	f, err := s.office.Store.Firm(ctx, by.Firm)
	if err != nil {
		return nil, "", err
	}
	r, err := s.office.Journal.Receipt(ctx, f, v.Entry, statement)
	if err != nil {
		return nil, "", err
	}
	file, err = r.Encode()
	return file, "depot-" + strconv.FormatInt(v.Number, 10) + journal.ReceiptExtension, err
}

func (s *Service) open(ctx context.Context, by authz.Actor, of id.Receipt) (v ReceiptView, st journal.Statement, err error) {
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		read, statement, err := receipt(a, of)
		if err != nil {
			return err
		}
		f, err := circle.Facts(a, by, read.Space)
		if err != nil {
			return err
		}
		v, err = authz.Open(authz.Lock(read, private(a, read.Space, read.Person)), by, authz.ReceiptRead, f)
		st = statement
		return err
	})
	return v, st, err
}

// receipt reads a receipt for the rule to decide on.
func receipt(a *act.Act, of id.Receipt) (v ReceiptView, st journal.Statement, err error) {
	v.ID = of
	var sealed []byte
	var created int64
	err = a.Row(selectReceipt, []any{of}, &v.Space, &v.Person, &v.Deposit, &v.Number, &v.Entry, &sealed, &created)
	if errors.Is(err, store.ErrNoRow) {
		return v, st, fault.Absent()
	}
	if err != nil {
		return v, st, err
	}
	v.Closed = store.Time(created)
	box, err := a.SpaceBox(v.Space)
	if err != nil {
		return v, st, err
	}
	raw, err := box.Open(statementPlace(of), sealed)
	if err != nil {
		return v, st, err
	}
	if err := json.Unmarshal(raw, &st); err != nil {
		return v, st, fmt.Errorf("deposit: statement of %s: %w", of, err)
	}
	v.Contents = st.Contents()
	return v, st, nil
}
