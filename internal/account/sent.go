package account

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/store"
)

const (
	// CodeLife is how long a code that was sent opens something.
	CodeLife = 10 * time.Minute
	// CodeTries is how many codes are tried in the place of one that was sent.
	CodeTries = 5

	sentDigits = 6
)

var (
	// sentBrake is how many codes are sent to one person, whoever asks and wherever.
	sentBrake = Brake{Name: "sent.person", Limit: 5, Window: time.Hour, Rolling: true}
	// triesBrake counts what is tried of one code; it outlives the code.
	triesBrake = Brake{Name: "sent.code", Limit: CodeTries, Window: 2 * CodeLife}
)

// sent is what a session knows of the code that was sent to its person.
type sent struct {
	ID   string `json:"id"`   // what is tried of it is counted under
	Hash []byte `json:"hash"` // keyed, over the code, the session and the person
}

// errLinked is of a session that a code would add nothing to.
var errLinked = errors.New("account: no session of a link alone")

// NewCode makes the code that the person of a link's session is about to be sent, in the
// place of the one before, and returns it: it is kept nowhere. Faults: absent for a session
// that needs none; Busy past five in an hour.
func (s *Service) NewCode(ctx context.Context, in Session) (code string, err error) {
	defer fault.Op(&err, "account.NewCode(%s)", in.Person)
	if in.Via != authz.ViaLink {
		return "", fault.Absent().Because(errLinked)
	}
	if code, err = digits(sentDigits); err != nil {
		return "", err
	}
	return code, s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		row, err := s.byID(tx, in.Person)
		if err != nil {
			return err
		}
		if err := s.spend(tx, Charge{sentBrake, string(row.ID)}, s.office.Clock()); err != nil {
			return err
		}
		if err := tx.Write(deleteChallenge, s.sentKey(in)); err != nil {
			return err
		}
		return s.raiseAt(tx, s.sentKey(in), row, forSent, sent{NewToken(), s.sentHash(in, code)}, CodeLife)
	})
}

// ForgetCode takes back the code of a session, which did not reach its person and is not
// counted as sent: who waits for a provider that comes back is not locked out by it.
func (s *Service) ForgetCode(ctx context.Context, in Session) error {
	return s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		return errors.Join(
			tx.Write(deleteChallenge, s.sentKey(in)),
			tx.Write(refundAttempt, s.chargeHash(Charge{sentBrake, string(in.Person)})))
	})
}

// CodeAwaited reports until when the session awaits a code; the zero time when none was
// sent, or what was sent opens nothing any more.
func (s *Service) CodeAwaited(ctx context.Context, in Session) (until time.Time, err error) {
	defer fault.Op(&err, "account.CodeAwaited(%s)", in.Person)
	err = s.directory().View(ctx, func(tx *store.DirectoryTx) error {
		until = time.Time{}
		c, _, err := s.raisedAt(tx, s.sentKey(in), forSent, &sent{})
		if err == nil {
			until = store.Time(c.expires)
		}
		return err
	})
	if fault.Is(err, fault.Unauthenticated) {
		err = nil
	}
	return until, err
}

// Spent is the cause of the fault of a code that was tried too often just now: it is void,
// and whoever is told of it is the only one.
type Spent struct{}

func (Spent) Error() string { return "account: a code was tried too often" }

// UseCode takes the code that was sent to the person of a session, once. Every code that
// does not open it, wrong, late, used or tried too often, gets the same fault Invalid
// "account.sent_wrong"; one of those has the cause [Spent] when it was the last to be tried.
func (s *Service) UseCode(ctx context.Context, in Session, code string) (err error) {
	defer fault.Op(&err, "account.UseCode(%s)", in.Person)
	tried, err := s.tried(ctx, in)
	if err != nil {
		return notSent(err)
	}
	right := false
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		var is sent
		c, _, err := s.raisedAt(tx, s.sentKey(in), forSent, &is)
		if err != nil {
			return err
		}
		right = is.ID == tried && subtle.ConstantTimeCompare(is.Hash, s.sentHash(in, spelt(code))) == 1
		if is.ID != tried || !right && s.more(tx, tried) {
			return fault.New(fault.Invalid, "account.sent_wrong")
		}
		return useUp(tx, c) // it was right, or the last one that was tried
	})
	if err == nil && !right {
		err = fault.New(fault.Invalid, "account.sent_wrong").Because(Spent{})
	}
	return notSent(err)
}

// tried counts an attempt before anything is compared, of those that come at once too, and
// says at which code.
func (s *Service) tried(ctx context.Context, in Session) (at string, err error) {
	return at, s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		var is sent
		if _, _, err := s.raisedAt(tx, s.sentKey(in), forSent, &is); err != nil {
			return err
		}
		at = is.ID
		return s.spend(tx, Charge{triesBrake, at}, s.office.Clock())
	})
}

// more reports whether another attempt at a code would be compared.
func (s *Service) more(tx *store.DirectoryTx, at string) bool {
	var tries, end int64
	err := tx.Row(selectAttempt, []any{s.chargeHash(Charge{triesBrake, at})}, &tries, &end)
	return err == nil && tries < CodeTries
}

// notSent is one fault for every code that opens nothing.
func notSent(err error) error {
	if fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.Busy) {
		return fault.New(fault.Invalid, "account.sent_wrong").Because(err)
	}
	return err
}

// Confirm opens, in the place of a link's session, the one of who has shown besides the
// code that was sent to her. Package invitation has decided that she has.
func (s *Service) Confirm(ctx context.Context, in Session, from Source) (token string, _ Session, err error) {
	defer fault.Op(&err, "account.Confirm(%s)", in.Person)
	var out entrance
	err = s.directory().Update(ctx, func(tx *store.DirectoryTx) error {
		row, err := s.byID(tx, in.Person)
		if err != nil {
			return err
		}
		was, err := s.visit(tx, s.tokenHash(from.Former))
		if errors.Is(err, store.ErrNoRow) || err == nil && was.ID != in.ID {
			return signedOut(err) // it ended meanwhile
		}
		if err != nil {
			return err
		}
		out, err = s.admit(tx, row, way{Via: authz.ViaLinkSent, Firm: in.Firm, Space: in.Space}, from)
		return err
	})
	return out.answer(err)
}

func (s *Service) sentKey(in Session) []byte { return s.box().Lookup("challenge.sent", in.ID) }

func (s *Service) sentHash(in Session, code string) []byte {
	return s.box().Lookup("sent", in.ID+" "+string(in.Person)+" "+code)
}
