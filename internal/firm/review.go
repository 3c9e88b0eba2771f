package firm

import (
	"context"
	"errors"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/store"
)

// usualReview is after how many months a firm that has chosen nothing looks again at
// who is in its spaces from outside.
const usualReview = 12

// ReviewChoices are the months that a firm chooses among.
func ReviewChoices() []int { return []int{3, 6, usualReview, 24} }

var (
	selectReviewRule = store.ForFirm(`select months from review_rule where firm_id = $1`)

	putReviewRule = store.ForFirm(`
insert into review_rule (firm_id, months, set_by, set_at) values ($1, $2, $3, $4)
on conflict (firm_id) do update set months = excluded.months, set_by = excluded.set_by, set_at = excluded.set_at`)
)

// ReviewMonths is after how many months somebody from outside who joins a space now is
// looked at again.
func ReviewMonths(a *act.Act) (months int, err error) {
	err = a.Row(selectReviewRule, nil, &months)
	if errors.Is(err, store.ErrNoRow) {
		return usualReview, nil
	}
	return months, err
}

// ReviewEvery is [ReviewMonths] for the firm's people.
func (s *Service) ReviewEvery(ctx context.Context, by authz.Actor) (months int, err error) {
	defer fault.Op(&err, "firm.ReviewEvery")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := Allow(a, by, authz.FirmPeopleSee); err != nil {
			return err
		}
		months, err = ReviewMonths(a)
		return err
	})
	return months, err
}

// ChooseReview decides it for whoever joins from now on; the dates that stand stay.
// Invalid in the field "months" for what is none of [ReviewChoices].
func (s *Service) ChooseReview(ctx context.Context, by authz.Actor, months int) (err error) {
	defer fault.Op(&err, "firm.ChooseReview(%d)", months)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := Allow(a, by, authz.FirmReview); err != nil {
			return err
		}
		if !slices.Contains(ReviewChoices(), months) {
			return fault.New(fault.Invalid, "firm.review_months").In("months")
		}
		if err := a.Write(putReviewRule, months, by.Person, store.Micros(a.Now)); err != nil {
			return err
		}
		_, err := a.Record(by, "firm.review_chosen", "", string(by.Firm), map[string]int{"months": months})
		return err
	})
}
