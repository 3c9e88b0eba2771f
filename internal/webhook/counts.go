package webhook

import (
	"context"

	"cenacle/internal/act"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

var selectRunning = store.ForFirm(`select id from webhook where firm_id = $1 and state <> 'ended' order by id`)

// Counts is how the notices of all webhooks of a firm stand; those delivered are
// history.
type Counts struct{ Waiting, Failed int64 }

// Counts counts a firm's notices, for the operator: it says nothing of whom they
// are for and asks for no right.
func (s *Service) Counts(ctx context.Context, f id.Firm) (c Counts, err error) {
	defer fault.Op(&err, "webhook.Counts(%s)", f)
	err = s.office.See(ctx, f, func(a *act.Act) error {
		c = Counts{}
		var all []id.Webhook
		err := a.Each(selectRunning, nil, func(scan func(...any) error) error {
			var of id.Webhook
			err := scan(&of)
			all = append(all, of)
			return err
		})
		if err != nil {
			return err
		}
		for _, of := range all {
			var waiting, failed int64
			if err := a.Row(countWaiting, []any{of}, &waiting); err != nil {
				return err
			}
			if err := a.Row(countFailed, []any{of}, &failed); err != nil {
				return err
			}
			c.Waiting, c.Failed = c.Waiting+waiting, c.Failed+failed
		}
		return nil
	})
	return c, err
}
