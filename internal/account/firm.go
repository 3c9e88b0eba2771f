package account

import (
	"cmp"
	"context"
	"errors"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Affiliate notes that a person has to do with a firm, so that she finds it
// after signing in. It gives no right: only the firm's card does.
func (s *Service) Affiliate(ctx context.Context, p id.Person, firm id.Firm) (err error) {
	defer fault.Op(&err, "account.Affiliate(%s, %s)", p, firm)
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		return tx.Write(insertAffiliation, p, firm, store.Micros(s.office.Clock()))
	})
}

// Affiliated reports whether the firm is open and the person has to do with it.
func (s *Service) Affiliated(ctx context.Context, p id.Person, firm id.Firm) (bool, error) {
	var n int64
	err := s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		return tx.Row(countAffiliation, []any{p, firm}, &n)
	})
	return n > 0, err
}

// Era counts how often the tokens of a person's programs were ended with her
// password: one that was made in an earlier era opens nothing. fault.Absent when
// she has nothing to do with the firm, or it is not open.
func (s *Service) Era(ctx context.Context, p id.Person, firm id.Firm) (era int64, err error) {
	era, _, err = s.Bearer(ctx, p, firm)
	return era, err
}

// Bearer is [Service.Era], and whether she has a second factor.
func (s *Service) Bearer(ctx context.Context, p id.Person, firm id.Firm) (era int64, guarded bool, err error) {
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		var ties int64
		if err := tx.Row(countAffiliation, []any{p, firm}, &ties); err != nil || ties == 0 {
			return cmp.Or(err, store.ErrNoRow)
		}
		row, err := s.byID(tx, p)
		era, guarded = row.era, row.Guarded
		return err
	})
	if errors.Is(err, store.ErrNoRow) {
		return 0, false, fault.Absent().Because(err)
	}
	return era, guarded, err
}

// Firms lists the open firms a person has to do with, the oldest tie first. Her
// card in one of them may be missing or disabled.
func (s *Service) Firms(ctx context.Context, p id.Person) (out []id.Firm, err error) {
	defer fault.Op(&err, "account.Firms(%s)", p)
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		out = nil
		return tx.Each(selectFirms, []any{p}, func(scan func(...any) error) error {
			var f id.Firm
			err := scan(&f)
			out = append(out, f)
			return err
		})
	})
	return out, err
}

// Free reports, as the fault Conflict "account.unusable" in the field "email",
// that a mailbox has a password or another way in, and must sign in instead of
// up.
func (s *Service) Free(ctx context.Context, email string) error {
	p, err := s.Find(ctx, email)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err == nil && (p.Password || p.Guarded) {
		return unusable()
	}
	return err
}

func unusable() error { return fault.New(fault.Conflict, "account.unusable").In("email") }

// Opening is the last step of founding a firm.
type Opening struct {
	Firm     id.Firm
	Founder  id.Person
	Password *Password // nil when she has one
	From     *Source   // where she signs up from, and is signed in; nil opens no session
}

// OpenFirm registers a firm, ties its founder to it, gives her the password of
// the sign-up and signs her in, in one transaction: until then nothing of the
// firm is reachable. Of two sign-ups with one mailbox the second is Conflict
// "account.unusable".
//
// Nobody has shown yet that the mailbox is hers, so the password is unproven.
func (s *Service) OpenFirm(ctx context.Context, o Opening) (token string, _ Session, err error) {
	defer fault.Op(&err, "account.OpenFirm(%s)", o.Firm)
	v := visit{Session: Session{Person: o.Founder, Via: authz.ViaPassword}}
	err = s.change(ctx, o.Founder, func(tx *store.DirectoryTx, row *identity) error {
		if o.Password != nil {
			if row.Password || row.Guarded {
				return unusable()
			}
			if err := s.keep(row, *o.Password, false); err != nil {
				return err
			}
		}
		now := store.Micros(s.office.Clock())
		if err := tx.Write(insertFirm, o.Firm, now); err != nil {
			return err
		}
		if err := tx.Write(insertAffiliation, o.Founder, o.Firm, now); err != nil || o.From == nil {
			return err
		}
		v.epoch, v.Proven = row.epoch, row.Proven
		if _, err := s.meet(tx, row.ID, *o.From); err != nil {
			return err
		}
		token, err = s.open(tx, &v, *o.From)
		return err
	})
	return token, v.Session, err
}

// Sweep deletes sessions, challenges and brakes that are over, and forgets
// browsers that are used no more.
func (s *Service) Sweep(ctx context.Context) (err error) {
	defer fault.Op(&err, "account.Sweep")
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		now := s.office.Clock()
		if err := tx.Write(deleteExpired, store.Micros(now), store.Micros(now.Add(-Idle))); err != nil {
			return err
		}
		over := tx.Write(deleteChallenges, store.Micros(now))
		gone := tx.Write(deleteDevices, store.Micros(now.Add(-DeviceLife)))
		late := tx.Write(deleteOldMoves, store.Micros(now.Add(-MoveLife)))
		old := tx.Write(deleteOldMergers, store.Micros(now.Add(-MergeLife)))
		err := tx.Write(deleteAttempts, store.Micros(now))
		return errors.Join(over, gone, late, old, err)
	})
}
