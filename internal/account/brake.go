package account

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/store"
)

// Brake lets something happen Limit times in a Window that starts with the
// first. With Rolling, each time moves the end of the window: only a whole
// Window of quiet starts the count again, so that no hour, wherever it begins,
// sees more than Limit.
type Brake struct {
	Name    string
	Limit   int
	Window  time.Duration
	Rolling bool
}

var (
	accountBrake = Brake{Name: "sign-in.account", Limit: 10, Window: time.Hour, Rolling: true}
	sourceBrake  = Brake{Name: "sign-in.source", Limit: 20, Window: 10 * time.Minute}
)

// Charge is one use of a brake by whoever Key stands for; it is kept as a
// keyed hash.
type Charge struct {
	Brake Brake
	Key   string
}

// Spend counts each charge, or none of them when one has no use left:
// fault.Busy with RetryAfter.
func (s *Service) Spend(ctx context.Context, charges ...Charge) (err error) {
	defer fault.Op(&err, "account.Spend")
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		now := s.office.Clock()
		for _, c := range charges {
			if err := s.spend(tx, c, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) spend(tx *store.DirectoryTx, c Charge, now time.Time) error {
	hash := s.chargeHash(c)
	var tries int64
	err := tx.Row(spendAttempt, []any{hash, store.Micros(now), store.Micros(now.Add(c.Brake.Window)),
		c.Brake.Limit, c.Brake.Rolling}, &tries)
	if !errors.Is(err, store.ErrNoRow) {
		return err
	}
	var end int64
	if err := tx.Row(selectAttempt, []any{hash}, &tries, &end); err != nil {
		return err
	}
	return busy(end, now)
}

func busy(end int64, now time.Time) error {
	wait := store.Time(end).Sub(now)
	said := max(wait.Round(time.Minute), time.Minute)
	return fault.New(fault.Busy, "fault.busy", said).After(wait)
}

// left reports as fault.Busy that a charge has no use left, and counts nothing.
func (s *Service) left(ctx context.Context, c Charge) error {
	var tries, end int64
	err := s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		return tx.Row(selectAttempt, []any{s.chargeHash(c)}, &tries, &end)
	})
	if errors.Is(err, store.ErrNoRow) {
		return nil
	}
	now := s.office.Clock()
	if err != nil || tries < int64(c.Brake.Limit) || end <= store.Micros(now) {
		return err
	}
	return busy(end, now)
}

// Refund takes charges back that turned out not to count.
func (s *Service) Refund(ctx context.Context, charges ...Charge) (err error) {
	defer fault.Op(&err, "account.Refund")
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		for _, c := range charges {
			if err := tx.Write(refundAttempt, s.chargeHash(c)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) chargeHash(c Charge) []byte { return s.box().Lookup("attempt."+c.Brake.Name, c.Key) }

// Key is what a source is braked by: its address, or for IPv6 its /64, which
// one subscriber has to herself. Sources without an address share one key.
func (f Source) Key() string {
	a := f.Addr.Unmap().WithZone("")
	if a.Is6() {
		return netip.PrefixFrom(a, 64).Masked().String()
	}
	return a.String()
}
