package circle

import (
	"context"
	"slices"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// ReviewJob tells who answers for spaces that some from outside are to be looked at
// again; payload [ReviewNotice].
const ReviewJob = "notice.review"

// ReviewNotice names whom to tell. Whether anything is due is decided again when the
// mail is composed.
type ReviewNotice struct{ Person id.Person }

// Review is that somebody from outside the firm is in a space, and from when on whoever
// answers for it says again whether she stays. Nothing ends by itself: who is in the
// middle of her case is not shut out because her lawyer is away.
type Review struct {
	Space id.Space
	Member
	Due time.Time
}

// mostReviews is how many are read at a time.
const mostReviews = 50

// Reviews are the next of an actor's, the earliest first and at most fifty, up to an
// instant. Each is decided, over the row that bears the MAC.
func Reviews(a *act.Act, by authz.Actor, until time.Time) (out []Review, err error) {
	var found []Review
	err = a.Each(selectReviews, []any{by.Person, store.Micros(until), mostReviews}, func(scan func(...any) error) error {
		var r Review
		var due int64
		err := scan(&r.Space, &r.Person, &due)
		r.Due = store.Time(due)
		found = append(found, r)
		return err
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	hers, err := kept(a, by, found)
	if err != nil {
		return nil, err
	}
	members, err := MembersIn(a, hers)
	if err != nil {
		return nil, err
	}
	for _, r := range found {
		for _, m := range members[r.Space] {
			if m.Person == r.Person && !m.Role.Inside() && m.Active(a.Now) {
				out = append(out, Review{r.Space, m, r.Due})
			}
		}
	}
	return out, nil
}

// kept are the spaces of reviews that the actor does answer for: the hint says so, and
// the rule decides.
func kept(a *act.Act, by authz.Actor, found []Review) (out []id.Space, err error) {
	var spaces []id.Space
	for _, r := range found {
		spaces = append(spaces, r.Space)
	}
	slices.Sort(spaces)
	spaces = slices.Compact(spaces)
	if err := Prepare(a, by, spaces); err != nil {
		return nil, err
	}
	for _, of := range spaces {
		_, err := Enter(a, by, of, authz.ReviewKeep)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, of)
	}
	return out, nil
}

// ReviewsIn are when the people from outside of one space are looked at again. The
// caller has entered it.
func ReviewsIn(a *act.Act, space id.Space) (map[id.Person]time.Time, error) {
	out := map[id.Person]time.Time{}
	err := a.Each(selectReviewsIn, []any{space}, func(scan func(...any) error) error {
		var person id.Person
		var due int64
		err := scan(&person, &due)
		out[person] = store.Time(due)
		return err
	})
	return out, err
}

// Prolong has somebody from outside stay in a space, and be looked at again on a day.
// Absent for who is not there, or is of the firm. The caller has decided the right and
// records it.
func Prolong(a *act.Act, space id.Space, person id.Person, day time.Time) error {
	m, found, err := membership(a, space, person)
	if err != nil {
		return err
	}
	if !found || !m.Active(a.Now) || m.Role.Inside() {
		return fault.Absent()
	}
	return plan(a, space, person, day)
}

// plan writes when somebody is looked at again, and by whom: who answers for the space.
func plan(a *act.Act, space id.Space, person id.Person, due time.Time) error {
	s, err := standing(a, space)
	if err != nil {
		return err
	}
	if err := a.Write(updateReview, space, person, store.Micros(due), s.Lead); err != nil {
		return err
	}
	return remind(a, s.Lead, due)
}

// planNew gives somebody who has just joined her date.
func planNew(a *act.Act, space id.Space, person id.Person, since time.Time) error {
	months, err := firm.ReviewMonths(a)
	if err != nil {
		return err
	}
	return plan(a, space, person, since.AddDate(0, months, 0))
}

// passReviews has those of a space looked at by who answers for it now.
func passReviews(a *act.Act, space id.Space, lead id.Person) error {
	if err := a.Write(updateReviewer, space, lead); err != nil {
		return err
	}
	due, err := ReviewsIn(a, space)
	for _, at := range due {
		if err := remind(a, lead, at); err != nil {
			return err
		}
	}
	return err
}

// again is after how long the next reminder may leave: four weeks less a day, since it
// then waits for a Monday.
const again = 27 * 24 * time.Hour

// remind plans the mail about what is due at an instant. It leaves on a Monday, so that
// all that is due to one person in a week makes one.
func remind(a *act.Act, lead id.Person, due time.Time) error {
	if due.Before(a.Now) {
		due = a.Now
	}
	at := monday(due)
	return a.Follow(ReviewJob, string(lead)+at.Format(time.DateOnly), at, ReviewNotice{lead})
}

// RemindAgain plans the next mail about what is still due to a person.
func RemindAgain(a *act.Act, lead id.Person) error { return remind(a, lead, a.Now.Add(again)) }

// monday is the first one not before an instant, at eight o'clock (UTC).
func monday(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	at := time.Date(y, m, d+(8-int(t.UTC().Weekday()))%7, 8, 0, 0, 0, time.UTC)
	if at.Before(t) {
		at = at.AddDate(0, 0, 7)
	}
	return at
}

// planned is how many memberships one transaction of a sweep gives a date.
const planned = 200

// erased stands in the place of the date in a space whose key is destroyed.
const erased = -1

// Sweep gives those from outside a date who joined while an earlier program ran. Run it
// hourly; it is safe beside everything else.
func (s *Service) Sweep(ctx context.Context, of id.Firm) (err error) {
	defer fault.Op(&err, "circle.Sweep(%s)", of)
	for n := planned; n == planned; {
		err := s.office.Keep(ctx, of, func(a *act.Act) (err error) {
			n, err = planSome(a)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func planSome(a *act.Act) (int, error) {
	type row struct {
		space  id.Space
		person id.Person
		since  int64
	}
	var rows []row
	err := a.Each(selectUnplanned, []any{planned}, func(scan func(...any) error) error {
		var r row
		err := scan(&r.space, &r.person, &r.since)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		err := planNew(a, r.space, r.person, store.Time(r.since))
		if fault.Is(err, fault.NotFound) {
			err = a.Write(updateReview, r.space, r.person, erased, "")
		}
		if err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}
