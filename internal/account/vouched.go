package account

import (
	"context"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// vouchers is how often one source may set out for a provider: each time is a row,
// and a question to somebody else. A whole firm may arrive at nine.
var vouchers = Brake{Name: "voucher.source", Limit: 100, Window: 10 * time.Minute}

// SetOut counts one more way to a provider: Busy for a source that sets out too
// often.
func (s *Service) SetOut(ctx context.Context, from Source) error {
	return s.Spend(ctx, Charge{vouchers, from.Key()})
}

// Await keeps what the answer of a provider needs, for the browser that is led
// there, and returns the challenge with which it comes back within [StepLife]. of is
// who sets out, empty for somebody who is not known yet.
func (s *Service) Await(ctx context.Context, of id.Person, data any) (challenge string, err error) {
	defer fault.Op(&err, "account.Await(%s)", of)
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		var row identity
		if of != "" {
			if row, err = s.byID(tx, of); err != nil {
				return err
			}
		}
		challenge, err = s.raise(tx, row, forVoucher, data)
		return err
	})
	return challenge, err
}

// Return takes a challenge of [Service.Await] back, once, and reads what was kept.
// of is who set out, empty for somebody who was not known. Every challenge that is
// none, or over, is Unauthenticated "account.too_late".
func (s *Service) Return(ctx context.Context, challenge string, data any) (of id.Person, err error) {
	defer fault.Op(&err, "account.Return")
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		c, row, err := s.raised(tx, challenge, forVoucher, data)
		if err != nil {
			return err
		}
		of = row.ID
		return useUp(tx, c)
	})
	return of, err
}

// Voucher is what a provider of a firm has said of a person; package provider has
// decided that it is to be believed. By is [authz.ViaProvider], or [authz.ViaKeycard].
type Voucher struct {
	By       authz.Via
	Person   id.Person
	Firm     id.Firm
	Provider id.Provider
	Shown    time.Time // when she last showed it that it is she; the zero time: it did not say
}

// OpenVouched starts the session of a person for whom a provider vouched, in the
// firm whose provider it is, or asks for her second factor as [Service.SignIn] does.
func (s *Service) OpenVouched(ctx context.Context, v Voucher, from Source) (token string, _ Session, err error) {
	defer fault.Op(&err, "account.OpenVouched(%s)", v.Person)
	if v.Firm == "" || v.Provider == "" || !v.By.Vouched() {
		return "", Session{}, fault.Absent()
	}
	var in entrance
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		row, err := s.byID(tx, v.Person)
		if err != nil {
			return err
		}
		in, err = s.admit(tx, row, way{Via: v.By, Firm: v.Firm, Provider: v.Provider, Shown: v.Shown}, from)
		return err
	})
	return in.answer(err)
}

// EndVouched ends the sessions for whom a provider vouched: those of one person, or
// of all for "". They open nothing in the firm any more in any case.
func (s *Service) EndVouched(ctx context.Context, by id.Provider, of id.Person) (err error) {
	defer fault.Op(&err, "account.EndVouched(%s)", by)
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		if of == "" {
			return tx.Write(deleteVouched, by)
		}
		return tx.Write(deleteVouchedOf, by, of)
	})
}
