package token

import (
	"context"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/store"
)

// Standing is who a program acts for, and with which token.
type Standing struct {
	firm.Standing
	Token Token
}

const touchEvery = time.Minute

// guesses is how many texts that open nothing one source may try before it is
// told to wait. A good token is never kept waiting: the 256 bits of one are not
// guessed, and a whole office may share one address with a broken program.
var guesses = account.Brake{Name: "token.source", Limit: 20, Window: 10 * time.Minute}

// Enter finds who a program acts for by its token, and decides everything anew:
// that it is not revoked or expired, has not ended with her password and is for
// this use, that the firm is open and her card in it active.
//
// Every text that opens nothing gets one fault, Unauthenticated "token.refused";
// its time may tell whether a firm of this identifier exists, and nothing of its
// tokens. A source that shows too many such texts is fault.Busy.
//
// The use is noted at most once a minute, and leaves no line in the journal:
// what the program then does leaves its own.
func (s *Service) Enter(ctx context.Context, text string, use Use, from account.Source) (st Standing, err error) {
	defer fault.Op(&err, "token.Enter")
	st, err = s.stand(ctx, text, use)
	if err == nil && from.At != "" && from.At != st.Actor.Firm {
		err = fault.Absent() // at the name of a firm, those of the others are none
	}
	if fault.Is(err, fault.NotFound) {
		return Standing{}, s.refuse(ctx, err, from)
	}
	if err != nil {
		return Standing{}, err
	}
	return st, s.touch(ctx, &st)
}

// stand is Enter for whoever may; everything else is absent.
func (s *Service) stand(ctx context.Context, text string, use Use) (st Standing, err error) {
	of, ok := firmOf(text)
	if !ok || use.via() == "" {
		return Standing{}, fault.Absent()
	}
	var r row
	err = s.office.See(ctx, of, func(a *act.Act) error {
		st, r, err = standing(a, text, use)
		return err
	})
	if err != nil {
		return Standing{}, err
	}
	era, guarded, err := s.accounts.Bearer(ctx, st.Token.Person, of)
	if err != nil {
		return st, err
	}
	st.Actor.Guarded = guarded
	demanded := st.Card.Role.Inside() && st.Profile.Factors.Asks(s.office.Clock()) // a program is no way around it
	if era != r.era || demanded && !guarded {
		return st, fault.Absent()
	}
	return st, nil
}

func standing(a *act.Act, text string, use Use) (st Standing, r row, err error) {
	box, err := a.FirmBox()
	if err != nil {
		return Standing{}, row{}, err
	}
	r, st.Token, err = read(a, func(dest ...any) error {
		return a.Row(selectByHash, []any{hash(box, text)}, dest...)
	})
	if err != nil {
		return Standing{}, row{}, err
	}
	if !st.Token.Live(a.Now) || st.Token.Use != use {
		return Standing{}, row{}, fault.Absent()
	}
	if st.Profile, err = firm.ProfileOf(a); err != nil {
		return Standing{}, row{}, err
	}
	if st.Card, err = firm.ActiveCard(a, st.Token.Person); err != nil {
		return Standing{}, row{}, err
	}
	pass := st.Token.Pass
	st.Actor = authz.Actor{Person: st.Token.Person, Firm: a.Firm(), Role: st.Card.Role, Via: use.via(), Pass: &pass}
	_, _, err = firm.Bind(a, &st.Actor, st.Profile)
	return st, r, err
}

// refuse counts a text that opened nothing against its source.
func (s *Service) refuse(ctx context.Context, cause error, from account.Source) error {
	if late := s.accounts.Spend(ctx, account.Charge{Brake: guesses, Key: from.Key()}); late != nil {
		return late
	}
	return fault.New(fault.Unauthenticated, "token.refused").Because(cause)
}

// touch notes that a token was used.
func (s *Service) touch(ctx context.Context, st *Standing) error {
	now := store.Time(store.Micros(s.office.Clock()))
	if now.Sub(st.Token.Seen) < touchEvery {
		return nil
	}
	st.Token.Seen = now
	err := s.office.Keep(ctx, st.Profile.ID, func(a *act.Act) error {
		return a.Write(touchToken, st.Token.ID, store.Micros(now))
	})
	if fault.Is(err, fault.NoSpace) {
		return nil // a full disk must not keep a program from reading
	}
	return err
}
