package account

import (
	"context"
	"errors"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

const (
	// MoveLife is how long a wish for another mailbox stands.
	MoveLife = 7 * 24 * time.Hour
	// MoveDelay is how long the former mailbox may refuse what its owner, who has shown
	// a second factor, can confirm without it.
	MoveDelay = 72 * time.Hour
)

// Side is one of the two mailboxes of a move.
type Side string

const (
	NewMailbox Side = "new"
	OldMailbox Side = "old"
)

// Move is a person's wish for another mailbox, and who has confirmed it.
type Move struct {
	ID       string
	Person   id.Person
	From, To string
	Language i18n.Language
	Asked    time.Time
	Twofold  bool // it does not need the former mailbox, which may refuse it
	New, Old bool // confirmed from there
}

// Ready reports whether all that it takes is there.
func (m Move) Ready(at time.Time) bool {
	return m.New && (m.Old || m.Twofold && !at.Before(m.Due()))
}

// Due is when it happens without the former mailbox, for one that is [Move.Twofold].
func (m Move) Due() time.Time { return m.Asked.Add(MoveDelay) }

// move is a row, checked.
type move struct {
	Move
	epoch            int64
	address          []byte
	newHash, oldHash []byte
	newAt, oldAt     int64
	asked            int64
}

func (m move) fields() []string {
	twofold := "0"
	if m.Twofold {
		twofold = "1"
	}
	return []string{
		string(m.Person), m.ID, number(m.epoch), twofold, string(m.address), string(m.newHash), string(m.oldHash),
		number(m.newAt), number(m.oldAt), number(m.asked),
	}
}

var (
	putMove = store.ForDirectory(`
insert into mailbox_move (person_id, id, epoch, twofold, address, new_hash, old_hash, new_at, old_at, asked_at, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (person_id) do update set id = $2, epoch = $3, twofold = $4, address = $5, new_hash = $6, old_hash = $7,
  new_at = $8, old_at = $9, asked_at = $10, mac = $11`)

	selectMove = store.ForDirectory(`
select person_id, id, epoch, twofold, address, new_hash, old_hash, new_at, old_at, asked_at, mac
from mailbox_move where person_id = $1`)

	selectMoveByToken = store.ForDirectory(`
select person_id, id, epoch, twofold, address, new_hash, old_hash, new_at, old_at, asked_at, mac
from mailbox_move where new_hash = $1 or old_hash = $1`)

	// Those that wait for nothing but the delay, which ended at $1.
	selectDueMoves = store.ForDirectory(`
select person_id, id, epoch, twofold, address, new_hash, old_hash, new_at, old_at, asked_at, mac
from mailbox_move where asked_at <= $1 and twofold = 1 and new_at > 0 order by asked_at limit 100`)

	deleteMove = store.ForDirectory(`delete from mailbox_move where person_id = $1 and id = $2`)

	deleteOldMoves = store.ForDirectory(`delete from mailbox_move where asked_at <= $1`)

	updateMailbox = store.ForDirectory(`update person set email_hash = $2, email = $3, epoch = $4, mac = $5 where id = $1`)
)

// moves is how many mails of that kind one person, or one mailbox, is sent.
var moves = Brake{Name: "mailbox.move", Limit: 5, Window: time.Hour}

// AskMove notes that a person wishes for another mailbox, in the place of any earlier
// wish. Nothing changes until it is confirmed from there, and from the one that she has;
// who signed in with two things may do without that, which can refuse for [MoveDelay].
// A mailbox that belongs to somebody is not told apart: nothing is mailed to it.
// Faults: those of fold.Email, and Invalid "account.same_mailbox", in the field "email";
// Forbidden "account.not_fresh" and "account.mailbox_unproven"; Busy.
func (s *Service) AskMove(ctx context.Context, in Session, email string) (out Move, err error) {
	defer fault.Op(&err, "account.AskMove(%s)", in.Person)
	to, err := canonical(email)
	if err != nil {
		return Move{}, err
	}
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		row, err := s.byID(tx, in.Person)
		if err != nil {
			return err
		}
		if !in.Via.Own() {
			return fault.New(fault.Forbidden, "account.not_fresh")
		}
		if !in.Proven {
			return fault.New(fault.Forbidden, "account.mailbox_unproven")
		}
		if err := s.mayChange(in, row); err != nil {
			return err
		}
		if to == row.Email {
			return fault.New(fault.Invalid, "account.same_mailbox").In("email")
		}
		now := s.office.Clock()
		for _, key := range []string{string(in.Person), to} {
			if err := s.spend(tx, Charge{moves, key}, now); err != nil {
				return err
			}
		}
		m := move{Move: Move{ID: id.New[string](now), Person: row.ID, To: to, Twofold: in.Via.Twofold()}, epoch: row.epoch, asked: store.Micros(now)}
		m.address = s.box().SealText(movePlace(m.ID), to)
		out, err = s.shown(m, row), s.writeMove(tx, m)
		return err
	})
	return out, err
}

func movePlace(move string) vault.Place {
	return vault.Place{Table: "mailbox_move", Column: "address", Row: move}
}

func (s *Service) writeMove(tx *store.DirectoryTx, m move) error {
	return tx.Write(putMove, m.Person, m.ID, m.epoch, m.Twofold, m.address, m.newHash, m.oldHash, m.newAt, m.oldAt, m.asked,
		s.box().MAC("mailbox_move", m.fields()...))
}

// shown is a move as its person knows it.
func (s *Service) shown(m move, of identity) Move {
	out := m.Move
	out.From, out.Language, out.Asked, out.New, out.Old = of.Email, of.Language, store.Time(m.asked), m.newAt > 0, m.oldAt > 0
	return out
}

// standing reads a move that still stands, with its person; absent otherwise.
func (s *Service) standing(tx *store.DirectoryTx, stmt store.DirectoryStmt, key any) (m move, of identity, err error) {
	if m, err = s.readMove(func(dest ...any) error { return tx.Row(stmt, []any{key}, dest...) }); err != nil {
		return m, of, gone(err)
	}
	if of, err = s.byID(tx, m.Person); err != nil {
		return m, of, gone(err)
	}
	if of.epoch != m.epoch || !s.office.Clock().Before(store.Time(m.asked).Add(MoveLife)) {
		return m, of, fault.Absent()
	}
	return m, of, nil
}

func gone(err error) error {
	if errors.Is(err, store.ErrNoRow) {
		return fault.Absent().Because(err)
	}
	return err
}

func (s *Service) readMove(scan func(...any) error) (m move, err error) {
	var twofold int64
	var mac []byte
	err = scan(&m.Person, &m.ID, &m.epoch, &twofold, &m.address, &m.newHash, &m.oldHash, &m.newAt, &m.oldAt, &m.asked, &mac)
	if err != nil {
		return m, err
	}
	m.Twofold = twofold == 1
	if err := s.box().CheckMAC(mac, "mailbox_move", m.fields()...); err != nil {
		return m, err
	}
	m.To, err = s.box().OpenText(movePlace(m.ID), m.address)
	return m, err
}

// Moving returns the wish of a person that stands; absent when there is none.
func (s *Service) Moving(ctx context.Context, of id.Person) (out Move, err error) {
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		m, row, err := s.standing(tx, selectMove, of)
		out = s.shown(m, row)
		return err
	})
	return out, err
}

// IssueMove makes the token that one of the two mailboxes is mailed, which voids an
// earlier one; absent for a wish that stands no more, for a side that has confirmed, and
// for a mailbox that is somebody's.
func (s *Service) IssueMove(ctx context.Context, of id.Person, wish string, side Side) (token string, out Move, err error) {
	defer fault.Op(&err, "account.IssueMove(%s, %s)", of, side)
	token = NewToken()
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		m, row, err := s.standing(tx, selectMove, of)
		if err != nil {
			return err
		}
		if taken, err := s.taken(tx, m.To); err != nil || taken || m.ID != wish {
			return errors.Join(err, fault.Absent())
		}
		hash, at := &m.newHash, m.newAt
		if side == OldMailbox {
			hash, at = &m.oldHash, m.oldAt
		}
		if at > 0 {
			return fault.Absent()
		}
		*hash = s.moveHash(token)
		out = s.shown(m, row)
		return s.writeMove(tx, m)
	})
	return token, out, err
}

func (s *Service) moveHash(token string) []byte { return s.box().Lookup("mailbox_move", token) }

func (s *Service) taken(tx *store.DirectoryTx, mailbox string) (bool, error) {
	_, err := s.byEmail(tx, mailbox)
	if errors.Is(err, store.ErrNoRow) {
		return false, nil
	}
	return err == nil, err
}

// byToken is the move that a mailed token is of, and the side that it was mailed to.
func (s *Service) byToken(tx *store.DirectoryTx, token string) (m move, of identity, side Side, err error) {
	if len(token) != TokenLength {
		return m, of, "", fault.Absent()
	}
	hash := s.moveHash(token)
	m, of, err = s.standing(tx, selectMoveByToken, hash)
	side = NewMailbox
	if string(m.oldHash) == string(hash) {
		side = OldMailbox
	}
	return m, of, side, err
}

// PeekMove tells what a token is of and changes nothing; everything that is none is
// absent.
func (s *Service) PeekMove(ctx context.Context, token string) (out Move, side Side, err error) {
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		m, row, of, err := s.byToken(tx, token)
		out, side = s.shown(m, row), of
		return err
	})
	return out, side, err
}

// ConfirmMove notes that the owner of one mailbox agrees; its token is used up. What is
// then [Move.Ready] still is to be done: see [Service.Relocate].
func (s *Service) ConfirmMove(ctx context.Context, token string) (out Move, err error) {
	defer fault.Op(&err, "account.ConfirmMove")
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		m, row, side, err := s.byToken(tx, token)
		if err != nil {
			return err
		}
		now := store.Micros(s.office.Clock())
		if side == NewMailbox {
			m.newAt, m.newHash = now, nil
		} else {
			m.oldAt, m.oldHash = now, nil
		}
		out = s.shown(m, row)
		return s.writeMove(tx, m)
	})
	return out, err
}

// RefuseMove ends a wish by the token of either mailbox.
func (s *Service) RefuseMove(ctx context.Context, token string) (out Move, err error) {
	defer fault.Op(&err, "account.RefuseMove")
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		m, row, _, err := s.byToken(tx, token)
		if err != nil {
			return err
		}
		out = s.shown(m, row)
		return tx.Write(deleteMove, m.Person, m.ID)
	})
	return out, err
}

// CancelMove ends a person's own wish; none is no fault.
func (s *Service) CancelMove(ctx context.Context, of id.Person) (err error) {
	defer fault.Op(&err, "account.CancelMove(%s)", of)
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		m, _, err := s.standing(tx, selectMove, of)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return tx.Write(deleteMove, m.Person, m.ID)
	})
}

// DueMoves are those that the former mailbox has not refused in time.
func (s *Service) DueMoves(ctx context.Context) (out []Move, err error) {
	defer fault.Op(&err, "account.DueMoves")
	now := s.office.Clock()
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		var due []id.Person
		err := tx.Each(selectDueMoves, []any{store.Micros(now.Add(-MoveDelay))}, func(scan func(...any) error) error {
			m, err := s.readMove(scan)
			due = append(due, m.Person)
			return err
		})
		if err != nil {
			return err
		}
		out = nil
		for _, p := range due {
			m, row, err := s.standing(tx, selectMove, p)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			out = append(out, s.shown(m, row))
		}
		return nil
	})
	return out, err
}

// Relocate gives a person the mailbox that she wished for, and ends her sessions. It
// finds out again that all that it takes is there: absent otherwise. A mailbox that has
// become somebody's meanwhile ends the wish: Conflict "account.unusable".
func (s *Service) Relocate(ctx context.Context, wish Move) (err error) {
	defer fault.Op(&err, "account.Relocate(%s)", wish.Person)
	taken := false
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		m, row, err := s.standing(tx, selectMove, wish.Person)
		if err != nil {
			return err
		}
		if m.ID != wish.ID || !s.shown(m, row).Ready(s.office.Clock()) {
			return fault.Absent()
		}
		if err := tx.Write(deleteMove, m.Person, m.ID); err != nil {
			return err
		}
		if taken, err = s.taken(tx, m.To); err != nil || taken {
			return err
		}
		return s.relocate(tx, row, m.To)
	})
	if err == nil && taken {
		return unusable()
	}
	return err
}

func (s *Service) relocate(tx *store.DirectoryTx, row identity, to string) error {
	row.Email, row.hash, row.email = to, s.box().Lookup("email", to), s.box().SealText(place("email", row.ID), to)
	if err := expel(tx, &row); err != nil {
		return err
	}
	return tx.Write(updateMailbox, row.ID, row.hash, row.email, row.epoch, s.mac(row))
}

// MoveTo gives a person another mailbox at the operator's word, who knows that it is
// she: for one who has lost hers and has no second factor. Conflict "account.unusable"
// when the mailbox is somebody's.
func (s *Service) MoveTo(ctx context.Context, of id.Person, email string) (err error) {
	defer fault.Op(&err, "account.MoveTo(%s)", of)
	to, err := canonical(email)
	if err != nil {
		return err
	}
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		row, err := s.byID(tx, of)
		if err != nil {
			return gone(err)
		}
		if taken, err := s.taken(tx, to); err != nil {
			return err
		} else if taken {
			return unusable()
		}
		return s.relocate(tx, row, to)
	})
}
