package account

import (
	"context"
	"errors"
	"strings"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

const (
	// MergeStep is how long she has, once she has shown one of her two identities, to
	// show the other one in the same browser.
	MergeStep = 30 * time.Minute
	// MergeLife is how long the mailbox of the one that ends has to agree, and how long
	// what came of it is kept.
	MergeLife = 24 * time.Hour
)

// Merger is a person's wish that one of her two identities ends and the other one takes
// its place, or what came of it.
type Merger struct {
	ID       string
	Former   id.Person // the one that ends
	Kept     id.Person
	From, To string // their mailboxes; To is empty once it was read after the end of Kept
	Language i18n.Language
	Via      authz.Via // how the former was shown
	Asked    time.Time
	Sure     bool      // the mailbox of the former agrees
	Under    bool      // the former has ended: see Left
	Left     []id.Firm // where nothing has passed yet
}

// merger is a row, checked.
type merger struct {
	Merger
	formerEpoch, keptEpoch int64
	state                  string
	firms                  string
	address, hash          []byte
	sure, asked            int64
}

// What a merger is about.
const (
	mergeAsked   = "asked"
	mergeRunning = "running"
	mergeDone    = "done"
)

func (m merger) fields() []string {
	return []string{
		string(m.Former), string(m.Kept), m.ID, m.state, number(m.formerEpoch), number(m.keptEpoch), string(m.Via), string(m.Language),
		m.firms, string(m.address), string(m.hash), number(m.sure), number(m.asked),
	}
}

const mergerColumns = `
select former_id, kept_id, id, state, former_epoch, kept_epoch, via, language, firms, address, token_hash, sure_at, asked_at, mac from merger `

var (
	putMerger = store.ForDirectory(`
insert into merger (former_id, kept_id, id, state, former_epoch, kept_epoch, via, language, firms, address, token_hash, sure_at, asked_at, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
on conflict (former_id) do update set kept_id = $2, id = $3, state = $4, former_epoch = $5, kept_epoch = $6, via = $7, language = $8,
  firms = $9, address = $10, token_hash = $11, sure_at = $12, asked_at = $13, mac = $14`)

	selectMerger = store.ForDirectory(mergerColumns + `where former_id = $1`)

	selectMergerByToken = store.ForDirectory(mergerColumns + `where token_hash = $1`)

	// Those that nothing is missing of but the work.
	selectDueMergers = store.ForDirectory(mergerColumns + `where state = 'running' or state = 'asked' and sure_at > 0 order by asked_at limit 100`)

	countMergersInto = store.ForDirectory(`select count(*) from merger where kept_id = $1 and state = 'running'`)

	deleteMerger = store.ForDirectory(`delete from merger where former_id = $1 and id = $2`)

	deleteOldMergers = store.ForDirectory(`delete from merger where asked_at <= $1 and (state = 'done' or state = 'asked')`)

	deleteChallengesOf = store.ForDirectory(`delete from challenge where person_id = $1`)

	deleteMoveOf = store.ForDirectory(`delete from mailbox_move where person_id = $1`)

	deleteTiesOf = store.ForDirectory(`delete from affiliation where person_id = $1`)

	selectAllTies = store.ForDirectory(`
select a.firm_id, f.state from affiliation a join firm f on f.id = a.firm_id where a.person_id = $1 order by a.created_at, a.firm_id`)
)

// mergers is how often one person asks for it.
var mergers = Brake{Name: "merge", Limit: 5, Window: time.Hour}

// BeginMerge notes, for the browser that holds the challenge, that a person has lately
// shown the identity that she keeps, by what is hers alone. Nothing changes. Faults:
// those of [Service.MayChange].
func (s *Service) BeginMerge(ctx context.Context, in Session) (challenge string, err error) {
	defer fault.Op(&err, "account.BeginMerge(%s)", in.Person)
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		row, err := s.byID(tx, in.Person)
		if err != nil {
			return err
		}
		if !in.Via.Own() {
			return fault.New(fault.Forbidden, "account.not_fresh")
		}
		if err := s.mayChange(in, row); err != nil {
			return err
		}
		challenge, err = s.raiseFor(tx, row, forMerge, struct{}{}, MergeStep)
		return err
	})
	return challenge, err
}

// Merging is whose identity is kept, by the challenge of [Service.BeginMerge];
// Unauthenticated "account.too_late" for what is none any more.
func (s *Service) Merging(ctx context.Context, challenge string) (kept Person, err error) {
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		_, row, err := s.raised(tx, challenge, forMerge, &struct{}{})
		kept = row.Person
		return err
	})
	return kept, err
}

// AskMerge notes that the identity of a session is to end, and the one of the challenge
// to take its place. It is [Merger.Sure] at once for who has just used a link that was
// mailed there and has nothing better; everybody else's mailbox is asked. Faults:
// Unauthenticated "account.too_late"; Invalid "account.merge_same" for one identity;
// Conflict "account.merge_running"; those of [Service.MayChange]; Busy.
func (s *Service) AskMerge(ctx context.Context, in Session, challenge string) (out Merger, err error) {
	defer fault.Op(&err, "account.AskMerge(%s)", in.Person)
	if err := s.demand(ctx, in); err != nil {
		return Merger{}, err
	}
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		c, kept, err := s.raised(tx, challenge, forMerge, &struct{}{})
		if err != nil {
			return err
		}
		row, err := s.byID(tx, in.Person)
		if err != nil {
			return err
		}
		if err := s.mayMerge(tx, in, row, kept); err != nil {
			return err
		}
		now := s.office.Clock()
		if err := errors.Join(useUp(tx, c), s.spend(tx, Charge{mergers, string(row.ID)}, now)); err != nil {
			return err
		}
		m := merger{Merger: Merger{ID: id.New[string](now), Former: row.ID, Kept: kept.ID, Language: row.Language, Via: in.Via}, state: mergeAsked}
		m.formerEpoch, m.keptEpoch, m.asked = row.epoch, kept.epoch, store.Micros(now)
		m.address = s.box().SealText(mergePlace(m.ID), row.Email)
		if in.Via.Linked() && now.Before(in.Created.Add(freshFor)) {
			m.sure = m.asked
		}
		out = m.shown(row.Email, kept.Email)
		return s.writeMerger(tx, m)
	})
	return out, err
}

func (s *Service) mayMerge(tx *store.DirectoryTx, in Session, row, kept identity) error {
	if kept.ID == row.ID {
		return fault.New(fault.Invalid, "account.merge_same")
	}
	if err := s.mayChange(in, row); err != nil {
		return err
	}
	return s.settled(tx, row.ID)
}

// settled demands that nothing is passing to an identity that is to end.
func (s *Service) settled(tx *store.DirectoryTx, former id.Person) error {
	var running int
	if err := tx.Row(countMergersInto, []any{former}, &running); err != nil {
		return err
	}
	if running > 0 {
		return fault.New(fault.Conflict, "account.merge_running")
	}
	return nil
}

func mergePlace(merger string) vault.Place {
	return vault.Place{Table: "merger", Column: "address", Row: merger}
}

func (s *Service) writeMerger(tx *store.DirectoryTx, m merger) error {
	return tx.Write(putMerger, m.Former, m.Kept, m.ID, m.state, m.formerEpoch, m.keptEpoch, m.Via, m.Language, m.firms, m.address, m.hash,
		m.sure, m.asked, s.box().MAC("merger", m.fields()...))
}

// shown is a merger as its person knows it.
func (m merger) shown(from, to string) Merger {
	out := m.Merger
	out.From, out.To, out.Asked, out.Sure, out.Under = from, to, store.Time(m.asked), m.sure > 0, m.state != mergeAsked
	for f := range strings.FieldsSeq(m.firms) {
		out.Left = append(out.Left, id.Firm(f))
	}
	return out
}

func (s *Service) readMerger(scan func(...any) error) (m merger, err error) {
	var mac []byte
	err = scan(&m.Former, &m.Kept, &m.ID, &m.state, &m.formerEpoch, &m.keptEpoch, &m.Via, &m.Language, &m.firms, &m.address, &m.hash, &m.sure, &m.asked, &mac)
	if err != nil {
		return m, err
	}
	return m, s.box().CheckMAC(mac, "merger", m.fields()...)
}

// mergerBy reads a merger; absent when there is none.
func (s *Service) mergerBy(tx *store.DirectoryTx, stmt store.DirectoryStmt, key any) (m merger, out Merger, err error) {
	if m, err = s.readMerger(func(dest ...any) error { return tx.Row(stmt, []any{key}, dest...) }); err != nil {
		return m, out, gone(err)
	}
	from, err := s.box().OpenText(mergePlace(m.ID), m.address)
	if err != nil {
		return m, out, err
	}
	return m, m.shown(from, ""), nil
}

// wished reads a merger that is asked and still stands, with the identity that is kept;
// absent otherwise. A sign of either that she has changed her means of signing in, or
// has signed out everywhere, ends it.
func (s *Service) wished(tx *store.DirectoryTx, stmt store.DirectoryStmt, key any) (m merger, out Merger, err error) {
	if m, out, err = s.mergerBy(tx, stmt, key); err != nil {
		return m, out, err
	}
	former, err := s.byID(tx, m.Former)
	if err != nil {
		return m, out, gone(err)
	}
	kept, err := s.byID(tx, m.Kept)
	if err != nil {
		return m, out, gone(err)
	}
	over := !s.office.Clock().Before(store.Time(m.asked).Add(MergeLife))
	if m.state != mergeAsked || former.epoch != m.formerEpoch || kept.epoch != m.keptEpoch || over {
		return m, out, fault.Absent()
	}
	out.To = kept.Email
	return m, out, nil
}

// MergerOf is the wish that an identity ends, or what came of it; absent when there is
// none.
func (s *Service) MergerOf(ctx context.Context, former id.Person) (out Merger, err error) {
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		_, out, err = s.mergerBy(tx, selectMerger, former)
		return err
	})
	return out, err
}

// Merge is the wish of somebody who is signed in that stands; absent when there is none.
func (s *Service) Merge(ctx context.Context, former id.Person) (out Merger, err error) {
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		_, out, err = s.wished(tx, selectMerger, former)
		return err
	})
	return out, err
}

// IssueMerge makes the token that the mailbox of the former identity is mailed, which
// voids an earlier one; absent for a wish that stands no more, and for one that is sure.
func (s *Service) IssueMerge(ctx context.Context, former id.Person, wish string) (token string, out Merger, err error) {
	defer fault.Op(&err, "account.IssueMerge(%s)", former)
	token = NewToken()
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		m, seen, err := s.wished(tx, selectMerger, former)
		if err != nil {
			return err
		}
		if m.ID != wish || m.sure > 0 {
			return fault.Absent()
		}
		m.hash, out = s.mergeHash(token), seen
		return s.writeMerger(tx, m)
	})
	return token, out, err
}

func (s *Service) mergeHash(token string) []byte { return s.box().Lookup("merger", token) }

// PeekMerge tells what a mailed token is of and changes nothing; everything that is none
// is absent.
func (s *Service) PeekMerge(ctx context.Context, token string) (out Merger, err error) {
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		_, out, err = s.byMergeToken(tx, token)
		return err
	})
	return out, err
}

func (s *Service) byMergeToken(tx *store.DirectoryTx, token string) (m merger, out Merger, err error) {
	if len(token) != TokenLength {
		return m, out, fault.Absent()
	}
	return s.wished(tx, selectMergerByToken, s.mergeHash(token))
}

// AgreeMerge notes that the mailbox of the former identity agrees; its token is used up.
// See [Service.Absorb] for what is then to be done.
func (s *Service) AgreeMerge(ctx context.Context, token string) (out Merger, err error) {
	defer fault.Op(&err, "account.AgreeMerge")
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		m, seen, err := s.byMergeToken(tx, token)
		if err != nil {
			return err
		}
		m.sure, m.hash = store.Micros(s.office.Clock()), nil
		out, out.Sure = seen, true
		return s.writeMerger(tx, m)
	})
	return out, err
}

// RefuseMerge ends a wish by the token of the mailbox.
func (s *Service) RefuseMerge(ctx context.Context, token string) (out Merger, err error) {
	defer fault.Op(&err, "account.RefuseMerge")
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		m, seen, err := s.byMergeToken(tx, token)
		if err != nil {
			return err
		}
		out = seen
		return tx.Write(deleteMerger, m.Former, m.ID)
	})
	return out, err
}

// CancelMerge ends a person's own wish that her identity ends; none is no fault.
func (s *Service) CancelMerge(ctx context.Context, former id.Person) (err error) {
	defer fault.Op(&err, "account.CancelMerge(%s)", former)
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		m, _, err := s.wished(tx, selectMerger, former)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return tx.Write(deleteMerger, m.Former, m.ID)
	})
}

// Absorb ends an identity whose mailbox agrees, in one transaction: its sessions on every
// node, its password and factors, what was under way, and the row itself, so that its
// mailbox is nobody's. The other is tied to the same firms, which opens nothing by
// itself; what passes there is to be done firm by firm ([Service.Passed]). Doing it again
// is no fault. Absent for a wish that stands no more or is not sure; Conflict
// "account.merge_running" while something passes to the identity that ends.
func (s *Service) Absorb(ctx context.Context, former id.Person) (out Merger, err error) {
	defer fault.Op(&err, "account.Absorb(%s)", former)
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		m, seen, err := s.mergerBy(tx, selectMerger, former)
		if err != nil {
			return err
		}
		if m.state != mergeAsked {
			out = seen
			return nil
		}
		if m, seen, err = s.wished(tx, selectMerger, former); err != nil {
			return err
		}
		if m.sure == 0 {
			return fault.Absent()
		}
		if err := s.settled(tx, m.Former); err != nil {
			return err
		}
		if m.firms, err = s.handTies(tx, m); err != nil {
			return err
		}
		for _, stmt := range []store.DirectoryStmt{deleteSessions, deleteFactors, deleteDevicesOf, deleteChallengesOf, deleteMoveOf, deleteTiesOf, deletePerson} {
			if err := tx.Write(stmt, m.Former); err != nil {
				return err
			}
		}
		m.state, m.hash = mergeRunning, nil
		out = m.shown(seen.From, seen.To)
		return s.writeMerger(tx, m)
	})
	return out, err
}

// handTies ties the one who is kept to the firms of the other, and returns those that are
// open here.
func (s *Service) handTies(tx *store.DirectoryTx, m merger) (firms string, err error) {
	var open []string
	err = tx.Each(selectAllTies, []any{m.Former}, func(scan func(...any) error) error {
		var f, state string
		err := scan(&f, &state)
		if state == "open" {
			open = append(open, f)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	for _, f := range open {
		if err := tx.Write(insertAffiliation, m.Kept, f, store.Micros(s.office.Clock())); err != nil {
			return "", err
		}
	}
	return strings.Join(open, " "), nil
}

// Passed notes that all has passed in one firm of a merger.
func (s *Service) Passed(ctx context.Context, former id.Person, in id.Firm) (err error) {
	defer fault.Op(&err, "account.Passed(%s, %s)", former, in)
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		m, _, err := s.mergerBy(tx, selectMerger, former)
		if err != nil || m.state != mergeRunning {
			return err
		}
		var left []string
		for f := range strings.FieldsSeq(m.firms) {
			if f != string(in) {
				left = append(left, f)
			}
		}
		m.firms = strings.Join(left, " ")
		return s.writeMerger(tx, m)
	})
}

// EndMerge notes that nothing is left to be done.
func (s *Service) EndMerge(ctx context.Context, former id.Person) (err error) {
	defer fault.Op(&err, "account.EndMerge(%s)", former)
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		m, _, err := s.mergerBy(tx, selectMerger, former)
		if err != nil || m.state != mergeRunning || m.firms != "" {
			return err
		}
		m.state = mergeDone
		return s.writeMerger(tx, m)
	})
}

// DueMergers are those that nothing is missing of but the work: what a crash has left.
func (s *Service) DueMergers(ctx context.Context) (out []Merger, err error) {
	defer fault.Op(&err, "account.DueMergers")
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		out = nil
		return tx.Each(selectDueMergers, nil, func(scan func(...any) error) error {
			m, err := s.readMerger(scan)
			out = append(out, m.shown("", ""))
			return err
		})
	})
	return out, err
}
