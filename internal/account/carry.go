package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Carried is a person on her way to another installation, with one of her
// firms. Her password does not come along: it opens other firms too, and who
// keeps the other installation shall not have it.
type Carried struct {
	ID       id.Person
	Email    string
	Language i18n.Language
	Era      int64     // of her programs' tokens
	Created  time.Time // her identity
	Tied     time.Time // to the firm; the zero time for one who has no tie
}

var (
	selectTies = store.ForDirectory(`
select person_id, created_at from affiliation where firm_id = $1 order by person_id`)

	countTies = store.ForDirectory(`select count(*) from affiliation where person_id = $1`)

	deletePerson = store.ForDirectory(`delete from person where id = $1`)

	countFirm = store.ForDirectory(`select count(*) from firm where id = $1`)

	shutFirm = store.ForDirectory(`update firm set state = 'closed' where id = $1`)
)

// Carry returns the people whom a firm needs elsewhere: those tied to it, and
// those it knows besides; one of these whom the directory does not know is left
// out.
func (s *Service) Carry(ctx context.Context, firm id.Firm, known []id.Person) (out []Carried, err error) {
	defer fault.Op(&err, "account.Carry(%s)", firm)
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		ties := map[id.Person]int64{}
		err := tx.Each(selectTies, []any{firm}, func(scan func(...any) error) error {
			var p id.Person
			var since int64
			err := scan(&p, &since)
			ties[p] = since
			return err
		})
		if err != nil {
			return err
		}
		for _, p := range known {
			if _, tied := ties[p]; !tied {
				ties[p] = 0
			}
		}
		out = make([]Carried, 0, len(ties))
		for p, since := range ties {
			row, err := s.byID(tx, p)
			if errors.Is(err, store.ErrNoRow) {
				continue
			}
			if err != nil {
				return err
			}
			out = append(out, Carried{p, row.Email, row.Language, row.era, store.Time(row.created), store.Time(since)})
		}
		return nil
	})
	slices.SortFunc(out, func(a, b Carried) int { return cmp.Compare(a.ID, b.ID) })
	return out, err
}

// Adoptable reports in advance why [Service.Adopt] would refuse.
func (s *Service) Adoptable(ctx context.Context, firm id.Firm, people []Carried) (err error) {
	defer fault.Op(&err, "account.Adoptable(%s)", firm)
	return s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		_, err := s.newcomers(tx, firm, people)
		return err
	})
}

// Adopt registers a firm that comes from another installation, with its people,
// in one transaction: until then nothing of the firm is reachable. One who is
// here already under the same identifier and mailbox is the same person and
// keeps what she has here; the others come without password. Nobody else can be
// anybody here: a mailbox that belongs to another identity, and an identity that
// has another mailbox, are Conflict "account.other_identity"; a firm that is
// here is Conflict "account.firm_known".
func (s *Service) Adopt(ctx context.Context, firm id.Firm, people []Carried) (err error) {
	defer fault.Op(&err, "account.Adopt(%s)", firm)
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		fresh, err := s.newcomers(tx, firm, people)
		if err != nil {
			return err
		}
		if err := tx.Write(insertFirm, firm, store.Micros(s.office.Clock())); err != nil {
			return err
		}
		for _, c := range people {
			if err := s.adopt(tx, firm, c, fresh[c.ID]); err != nil {
				return err
			}
		}
		return nil
	})
}

// newcomers says of each person how she comes.
func (s *Service) newcomers(tx *store.DirectoryTx, firm id.Firm, people []Carried) (map[id.Person]newcomer, error) {
	var known int
	if err := tx.Row(countFirm, []any{firm}, &known); err != nil {
		return nil, err
	}
	if known > 0 {
		return nil, fault.New(fault.Conflict, "account.firm_known", string(firm))
	}
	out := map[id.Person]newcomer{}
	var clashes []error
	for _, c := range people {
		n, err := s.newcomer(tx, c)
		if fault.Is(err, fault.Conflict) {
			clashes = append(clashes, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		out[c.ID] = n
	}
	if len(clashes) > 0 {
		return nil, fault.New(fault.Conflict, "account.other_identity", len(clashes)).Because(errors.Join(clashes...))
	}
	return out, nil
}

// maxEra is more eras than anybody changes her password.
const maxEra = 1 << 32

// newcomer is whether somebody is new here, and the identity that has her
// mailbox and leads nowhere, whose place she takes.
type newcomer struct {
	new   bool
	shell id.Person
}

func (s *Service) newcomer(tx *store.DirectoryTx, c Carried) (newcomer, error) {
	canonical, err := fold.Email(c.Email)
	if err != nil || canonical != c.Email || c.Era < 0 || c.Era > maxEra {
		return newcomer{}, fault.New(fault.Invalid, "account.carried").Because(errors.Join(err, fmt.Errorf("person %s", c.ID)))
	}
	here, err := s.byID(tx, c.ID)
	if err == nil && here.Email == c.Email {
		return newcomer{}, nil
	}
	if err == nil {
		return newcomer{}, fault.New(fault.Conflict, "account.other_identity", 1).Because(fmt.Errorf("person %s has another mailbox", c.ID))
	}
	if !errors.Is(err, store.ErrNoRow) {
		return newcomer{}, err
	}
	other, err := s.byEmail(tx, c.Email)
	if errors.Is(err, store.ErrNoRow) {
		return newcomer{new: true}, nil
	}
	if err != nil {
		return newcomer{}, err
	}
	var ties int
	if err := tx.Row(countTies, []any{other.ID}, &ties); err != nil {
		return newcomer{}, err
	}
	if ties > 0 || other.Password || other.Guarded {
		return newcomer{}, fault.New(fault.Conflict, "account.other_identity", 1).Because(fmt.Errorf("person %s is %s here", c.ID, other.ID))
	}
	return newcomer{true, other.ID}, nil
}

func (s *Service) adopt(tx *store.DirectoryTx, firm id.Firm, c Carried, n newcomer) error {
	if n.shell != "" {
		if err := tx.Write(deleteSessions, n.shell); err != nil {
			return err
		}
		if err := tx.Write(deletePerson, n.shell); err != nil {
			return err
		}
	}
	if err := s.settle(tx, c, n.new); err != nil || c.Tied.IsZero() {
		return err
	}
	return tx.Write(insertAffiliation, c.ID, firm, store.Micros(c.Tied))
}

// settle writes a new person, or brings the era of a known one past both: a
// token that was ended with her password in one place lives in neither.
func (s *Service) settle(tx *store.DirectoryTx, c Carried, fresh bool) error {
	if fresh {
		p := identity{Person: Person{ID: c.ID, Email: c.Email, Language: c.Language}, era: c.Era, created: store.Micros(c.Created)}
		p.hash = s.box().Lookup("email", c.Email)
		p.email = s.box().SealText(place("email", p.ID), c.Email)
		return tx.Write(insertPerson, p.ID, p.hash, p.email, p.password, p.Language, p.Proven, p.epoch, p.era, p.created, s.mac(p))
	}
	row, err := s.byID(tx, c.ID)
	if err != nil || row.era == c.Era {
		return err
	}
	row.era = max(row.era, c.Era) + 1
	return s.write(tx, row)
}

// CloseFirm shuts a firm that moves to another installation: nobody enters it
// here any more, at once. Closing it again is no fault.
func (s *Service) CloseFirm(ctx context.Context, firm id.Firm) (err error) {
	defer fault.Op(&err, "account.CloseFirm(%s)", firm)
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		n, err := tx.Exec(shutFirm, firm)
		if err == nil && n == 0 {
			return fault.Absent()
		}
		return err
	})
}
