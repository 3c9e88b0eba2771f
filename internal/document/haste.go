package document

import (
	"context"
	"errors"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// haste is the time in which the documents that a person opens or takes by a
// browser are counted together.
const haste = 10 * time.Minute

// HasteJob mails that a great many documents were opened by one access at once: to
// the person whose access it is, and to the lawyer who answers for the space of
// the last one.
const HasteJob = "notice.haste"

// HasteNotice is the payload of [HasteJob]. Space is empty for her whose access it
// is.
type HasteNotice struct {
	Person id.Person `json:"person"`
	Space  id.Space  `json:"space,omitempty"`
}

var (
	insertTaken = store.ForFirm(`
insert into taken (firm_id, person_id, item_id, at) values ($1, $2, $3, $4)
on conflict (firm_id, person_id, item_id) do update set at = excluded.at`)

	selectTaken = store.ForFirm(`select at from taken where firm_id = $1 and person_id = $2 and item_id = $3`)

	// One more than so many: nothing is counted beyond.
	selectBeyond = store.ForFirm(`
select at from taken where firm_id = $1 and person_id = $2 and at > $3 and item_id <> '' order by at limit 1 offset $4`)

	deleteTaken = store.ForFirm(`delete from taken where firm_id = $1 and at < $2`)
)

// counted reports whether what an actor takes is counted: by a browser, that is,
// which may have been stolen with its session. A program has a token of its own,
// with bounds of its own.
func (s *Service) counted(by authz.Actor) bool {
	return s.config.Haste > 0 && by.Pass == nil && (by.Via.Own() || by.Via.Linked() || by.Via.Vouched())
}

// lately reports whether an actor took something in the time that is counted; the
// empty item is when it was last told.
func lately(a *act.Act, by authz.Actor, of id.Item) (bool, error) {
	var at int64
	err := a.Row(selectTaken, []any{by.Person, of}, &at)
	if errors.Is(err, store.ErrNoRow) {
		return false, nil
	}
	return at > store.Micros(a.Now.Add(-haste)), err
}

// hasty reports whether an actor would take more than is usual, with so many more.
func (s *Service) hasty(a *act.Act, by authz.Actor, more int) (bool, error) {
	if !s.counted(by) {
		return false, nil
	}
	if more > s.config.Haste {
		return true, nil
	}
	var at int64
	err := a.Row(selectBeyond, []any{by.Person, store.Micros(a.Now.Add(-haste)), s.config.Haste - more}, &at)
	if errors.Is(err, store.ErrNoRow) {
		return false, nil
	}
	return err == nil, err
}

// Hasty tells the page of a document whether opening it would be refused for having
// opened a great many, and as what. It counts nothing.
func (s *Service) Hasty(ctx context.Context, by authz.Actor, of id.Item) (refused, err error) {
	if !s.counted(by) {
		return nil, nil
	}
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		known, err := lately(a, by, of)
		if err != nil || known {
			return err
		}
		hasty, err := s.hasty(a, by, 1)
		if hasty {
			refused = authz.Brake(by, authz.DocumentRead)
		}
		return err
	})
	return refused, err
}

// tally counts one more document. Beyond what is usual it tells, and says whether
// the rule refuses it.
func (s *Service) tally(a *act.Act, by authz.Actor, in id.Space, of id.Item) (refused, err error) {
	if !s.counted(by) {
		return nil, nil
	}
	known, err := lately(a, by, of)
	if err != nil {
		return nil, err
	}
	more := 1
	if known {
		more = 0
	}
	hasty, err := s.hasty(a, by, more)
	if err != nil {
		return nil, err
	}
	if hasty {
		if err := alarm(a, by, in); err != nil {
			return nil, err
		}
		if refused := authz.Brake(by, authz.DocumentRead); refused != nil {
			return refused, nil
		}
	}
	err = a.Write(insertTaken, by.Person, of, store.Micros(a.Now))
	return nil, err
}

// Many refuses, as [Service.Pack] does, that somebody takes so many documents of a
// space at once where one by one they would be refused on the way.
func (s *Service) Many(ctx context.Context, by authz.Actor, in id.Space, n int) (err error) {
	hasty := false
	err = s.office.See(ctx, by.Firm, func(a *act.Act) (err error) {
		hasty, err = s.hasty(a, by, n)
		return err
	})
	if err == nil && hasty {
		err = s.burst(ctx, by, in)
	}
	return err
}

// burst tells that a great many documents are to be packed at once, and refuses it
// where one by one they would be refused on the way.
func (s *Service) burst(ctx context.Context, by authz.Actor, in id.Space) error {
	err := s.office.Keep(ctx, by.Firm, func(a *act.Act) error { return alarm(a, by, in) })
	return errors.Join(err, authz.Brake(by, authz.DocumentRead))
}

// alarm records once in a while that documents leave in haste, and has it told.
func alarm(a *act.Act, by authz.Actor, in id.Space) error {
	told, err := lately(a, by, "")
	if err != nil || told {
		return err
	}
	if err := a.Write(insertTaken, by.Person, "", store.Micros(a.Now)); err != nil {
		return err
	}
	if _, err := a.Record(by, "document.haste", in, "", nil); err != nil {
		return err
	}
	if err := a.Follow(HasteJob, string(by.Person), a.Now, HasteNotice{Person: by.Person}); err != nil {
		return err
	}
	sp, err := space.Load(a, in)
	if err != nil || sp.Lead == by.Person {
		return err
	}
	return a.Follow(HasteJob, string(in), a.Now, HasteNotice{Person: sp.Lead, Space: in})
}

// slow forgets what is counted no more.
func (s *Service) slow(ctx context.Context, firm id.Firm) error {
	return s.office.Keep(ctx, firm, func(a *act.Act) error {
		return a.Write(deleteTaken, store.Micros(a.Now.Add(-haste)))
	})
}
