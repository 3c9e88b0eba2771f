package account

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// linked is somebody who came by a link to the space "space", and her token.
func (w *world) linked(email string) (token string, _ Session) {
	w.Helper()
	token, s, err := w.OpenLinkSession(w.Context(), w.stranger(email), "firm", "space", at("192.0.2.1"))
	w.must(err)
	return token, s
}

func (w *world) sends(in Session) string {
	w.Helper()
	code, err := w.NewCode(w.Context(), in)
	w.must(err)
	if len(code) != sentDigits {
		w.Fatalf("a code is %q", code)
	}
	return code
}

// wrongs are other codes than one.
func wrongs(code string, n int) (out []string) {
	for i := 0; len(out) < n; i++ {
		if other := fmt.Sprintf("%06d", i); other != code {
			out = append(out, other)
		}
	}
	return out
}

// AUT-05: a code that was sent is right once, within ten minutes, for the session and the
// person that it was made for, and not after five others were tried; whatever it is not
// good for looks the same.
func TestAUT05_SentCode(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		token, in := w.linked(claire)
		_, other := w.linked(claire)
		_, stranger := w.linked("paul@exemple.fr")
		wrong := func(in Session, code string) error {
			w.Helper()
			err := w.UseCode(ctx, in, code)
			w.wants(err, fault.Invalid, "account.sent_wrong")
			return err
		}
		wrong(in, "000000") // none was sent
		code := w.sends(in)
		if until, err := w.CodeAwaited(ctx, in); err != nil || !until.Equal(store.Time(store.Micros(w.clock.Now().Add(CodeLife)))) {
			t.Errorf("it is awaited until %s: %v", until, err)
		}
		for _, of := range []Session{other, stranger} {
			wrong(of, code)
			if until, err := w.CodeAwaited(ctx, of); err != nil || !until.IsZero() {
				t.Errorf("another session awaits it: %s %v", until, err)
			}
		}
		for i, typed := range wrongs(code, CodeTries-1) {
			if err := wrong(in, typed); errors.As(err, new(Spent)) {
				t.Errorf("spent at the attempt %d", i+1)
			}
		}
		w.must(w.UseCode(ctx, in, " "+code[:3]+" "+code[3:]))
		wrong(in, code)

		code = w.sends(in)
		former := code
		code = w.sends(in)
		if former != code {
			wrong(in, former)
		}
		w.clock.Advance(CodeLife)
		wrong(in, code)

		code = w.sends(in)
		for i, typed := range wrongs(code, CodeTries) {
			if err := wrong(in, typed); errors.As(err, new(Spent)) != (i == CodeTries-1) {
				t.Errorf("attempt %d: %v", i+1, err)
			}
		}
		if err := wrong(in, code); errors.As(err, new(Spent)) {
			t.Error("spent twice")
		}

		for range CodeTries { // what did not leave is not counted
			code = w.sends(in)
			w.must(w.ForgetCode(ctx, in))
			wrong(in, code)
		}
		w.sends(in)
		_, err := w.NewCode(ctx, in)
		w.wants(err, fault.Busy, "fault.busy")
		_, err = w.NewCode(ctx, other) // her, from elsewhere
		w.wants(err, fault.Busy, "fault.busy")
		w.sends(stranger)
		w.clock.Advance(time.Hour)
		_, err = w.Resume(ctx, token)
		w.wants(err, fault.Unauthenticated, "account.signed_out")
	})
}

// AUT-05: of five hundred attempts at once five are compared, and one right code opens once.
func TestAUT05_SentCodeAtOnce(t *testing.T) {
	each(t, func(w *world) {
		_, in := w.linked(claire)
		for name, tt := range map[string]struct {
			typed func(code string) string
			right int32
			spent int32
		}{
			"right": {func(code string) string { return code }, 1, 0},
			"wrong": {func(code string) string { return wrongs(code, 1)[0] }, 0, 1},
		} {
			typed := tt.typed(w.sends(in))
			var right, spent atomic.Int32
			var all sync.WaitGroup
			for range 500 {
				all.Go(func() {
					switch err := w.UseCode(w.Context(), in, typed); {
					case err == nil:
						right.Add(1)
					case errors.As(err, new(Spent)):
						spent.Add(1)
					case !fault.Is(err, fault.Invalid):
						t.Errorf("%s: %v", name, err)
					}
				})
			}
			all.Wait()
			if right.Load() != tt.right || spent.Load() != tt.spent {
				t.Errorf("%s: %d right, %d spent", name, right.Load(), spent.Load())
			}
		}
	})
}

// TestConfirm: who has shown her code goes on in another session, confined as before, which
// says by what; the one of the link is over. Nobody else is sent a code.
func TestConfirm(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		token, in := w.linked(claire)
		next, s, err := w.Confirm(ctx, in, Source{Former: token})
		w.must(err)
		if s.Via != authz.ViaLinkSent || s.Firm != in.Firm || s.Space != in.Space || s.Person != in.Person || !s.Proven || s.ID == in.ID || s.Via.Own() {
			t.Errorf("%+v", s)
		}
		w.alive(token, false)
		again, err := w.Resume(ctx, next)
		w.must(err)
		if again != s {
			t.Errorf("resumed as %+v", again)
		}
		_, _, err = w.Confirm(ctx, in, Source{Former: token})
		w.wants(err, fault.Unauthenticated, "account.signed_out")
		_, _, err = w.Confirm(ctx, in, Source{Former: next}) // that of another session
		w.wants(err, fault.Unauthenticated, "account.signed_out")
		for _, via := range []authz.Via{authz.ViaPassword, authz.ViaCode, authz.ViaPasskey, authz.ViaLinkCode, authz.ViaLinkSent, authz.ViaProvider, ""} {
			_, err := w.NewCode(ctx, Session{ID: "s", Person: in.Person, Via: via})
			w.wants(err, fault.NotFound, "fault.absent")
		}
		w.must(w.SignOutEverywhere(ctx, in.Person))
		w.alive(next, false)
	})
}

// TestSentCodeIsNowhere: neither the code nor anything that gives it away stands in a row.
func TestSentCodeIsNowhere(t *testing.T) {
	each(t, func(w *world) {
		_, in := w.linked(claire)
		code := w.sends(in)
		var data []byte
		var person id.Person
		w.must(w.directory().View(w.Context(), func(tx *store.DirectoryTx) error {
			return tx.Row(store.ForDirectory(`select person_id, data from challenge where kind = 'sent'`), nil, &person, &data)
		}))
		if person != in.Person || bytes.Contains(data, []byte(code)) {
			t.Errorf("the row of %s holds %q", person, data)
		}
	})
}
