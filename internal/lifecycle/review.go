package lifecycle

import (
	"context"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/mail"
	"cenacle/internal/space"
)

// MostMonths is for how long an access can be kept without being looked at again.
const MostMonths = 36

// Review is somebody from outside the firm in a space that the actor answers for.
type Review struct {
	circle.Review
	Name, SpaceName string
	Late            bool // it is due
}

// reviewed is what the journal keeps of an access that was kept.
type reviewed struct {
	Until string `json:"until"`
}

// horizon is beyond every date that there can be.
const horizon = 100

// Reviews are the people from outside in the spaces that the actor answers for, whom
// she looks at again: the earliest first, at most fifty. What is beyond comes as these
// are settled.
func (s *Service) Reviews(ctx context.Context, by authz.Actor) (out []Review, err error) {
	defer fault.Op(&err, "lifecycle.Reviews")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := firm.Allow(a, by, authz.FirmEnter); err != nil {
			return err
		}
		found, err := circle.Reviews(a, by, a.Now.AddDate(horizon, 0, 0))
		if err != nil {
			return err
		}
		out, err = named(a, found)
		return err
	})
	return out, err
}

// named tells whom and where: the spaces are entered.
func named(a *act.Act, found []circle.Review) ([]Review, error) {
	var people []id.Person
	var spaces []id.Space
	for _, r := range found {
		people, spaces = append(people, r.Person), append(spaces, r.Space)
	}
	names, err := firm.Names(a, distinct(people))
	if err != nil {
		return nil, err
	}
	rooms, err := space.LoadAll(a, distinct(spaces))
	if err != nil {
		return nil, err
	}
	out := make([]Review, len(found))
	for i, r := range found {
		out[i] = Review{r, names[r.Person], rooms[r.Space].Name, !r.Due.After(a.Now)}
	}
	return out, nil
}

// distinct are some identifiers, each once.
func distinct[T ~string](all []T) []T { return slices.Compact(slices.Sorted(slices.Values(all))) }

// ReviewsIn are when the people from outside of a space are looked at again, for the
// firm's side of it.
func (s *Service) ReviewsIn(ctx context.Context, by authz.Actor, in id.Space) (out map[id.Person]time.Time, err error) {
	defer fault.Op(&err, "lifecycle.ReviewsIn(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.CircleSee); err != nil {
			return err
		}
		out, err = circle.ReviewsIn(a, in)
		return err
	})
	return out, err
}

// KeepAccess has somebody from outside stay in a space until she is looked at again, on
// a day from tomorrow to [MostMonths] from now. Invalid in the field "until".
func (s *Service) KeepAccess(ctx context.Context, by authz.Actor, in id.Space, person id.Person, until string) (err error) {
	defer fault.Op(&err, "lifecycle.KeepAccess(%s, %s)", in, person)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.ReviewKeep); err != nil {
			return err
		}
		day, err := reviewDay(until, a.Now)
		if err != nil {
			return err
		}
		if err := circle.Prolong(a, in, person, day); err != nil {
			return err
		}
		_, err = a.Record(by, "member.kept", in, string(person), reviewed{until})
		return err
	})
}

func reviewDay(until string, now time.Time) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, until)
	switch {
	case err != nil:
		return day, fault.New(fault.Invalid, "lifecycle.review_unreadable").In("until").Because(err)
	case !day.After(now):
		return day, fault.New(fault.Invalid, "lifecycle.review_past").In("until")
	case day.After(now.AddDate(0, MostMonths, 0)):
		return day, fault.New(fault.Invalid, "lifecycle.review_far", MostMonths).In("until")
	}
	return day, nil
}

// reviewing tells who answers for spaces that accesses are due, and plans to say so
// again.
func reviewing(n circle.ReviewNotice) errand {
	return errand{
		person: n.Person, say: func(path string) mail.Notice { return mail.AccessDue{Path: path} },
		waits: func(a *act.Act, by authz.Actor) error {
			due, err := circle.Reviews(a, by, a.Now)
			if err == nil && len(due) == 0 {
				return fault.Absent()
			}
			return err
		},
		left: func(a *act.Act, by authz.Actor) error { return circle.RemindAgain(a, by.Person) },
	}
}
