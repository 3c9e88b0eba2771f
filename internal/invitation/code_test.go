package invitation_test

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"sync"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/invitation"
	"cenacle/internal/mail"
)

// posted is what left, by mail and by short message.
type posted struct {
	mu    sync.Mutex
	mails []mail.Message
	texts [][2]string // number, text
	fail  error
}

func (p *posted) Send(_ context.Context, m mail.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail == nil {
		p.mails = append(p.mails, m)
	}
	return p.fail
}

// phone is its other side.
type phone struct{ *posted }

func (p phone) Send(_ context.Context, to, text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail == nil {
		p.texts = append(p.texts, [2]string{to, text})
	}
	return p.fail
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// code is the one of the last message.
func (p *posted) code(t *testing.T, byText bool) string {
	t.Helper()
	text := ""
	if byText {
		text = p.texts[len(p.texts)-1][1]
	} else {
		text = p.mails[len(p.mails)-1].Text
	}
	found := sixDigits.FindAllString(text, -1)
	if len(found) != 1 {
		t.Fatalf("codes in %q: %v", text, found)
	}
	return found[0]
}

// posts has codes leave by mail, and by short messages where there is a provider.
func (w *world) posts(texts bool) *posted {
	w.Helper()
	catalog := i18n.Load()
	c, err := mail.NewComposer(catalog, mail.Sending{Base: &url.URL{Scheme: "https", Host: "espace.example"}, From: "espace@cabinet.example"})
	w.must(err)
	p := &posted{}
	post := invitation.Post{Composer: c, Mails: p}
	if texts {
		post.Texts = phone{p}
	}
	w.invitations.Through(post)
	return p
}

// came is the client in a session of her link, whose space demands a code.
func (w *world) came() (token string, in account.Session) {
	w.Helper()
	w.must(w.life.SetDemand(w.Context(), w.lawyer, w.space, authz.Confirmed))
	token, in, err := w.use(w.issue(w.space, w.client))
	w.must(err)
	return token, in
}

func (w *world) enters(in account.Session) error {
	by, _, err := w.firms.Actor(w.Context(), in, w.firm)
	w.must(err)
	_, err = w.life.Demand(w.Context(), by, w.space)
	return err
}

// wrong is another code than one.
func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

// AUT-05: where a space demands a code, a link alone opens nothing of it; the code goes to
// her mailbox, and her session goes on in another one that has shown it, at once.
func TestAUT05_CodeByMail(t *testing.T) {
	each(t, func(w *world) {
		p := w.posts(false)
		token, in := w.came()
		if err := w.enters(in); authz.Demanded(err) != authz.Confirmed {
			t.Fatalf("a link alone: %v", err)
		}
		c, err := w.invitations.CodeOf(w.Context(), in)
		w.must(err)
		if c.Channel != invitation.ByMail || c.Where != "c•••@exemple.fr" || !c.Until.IsZero() || len(p.mails) != 0 {
			t.Errorf("before: %+v, %d mails", c, len(p.mails))
		}
		_, err = w.invitations.SendCode(w.Context(), in)
		w.must(err)
		if c, err = w.invitations.CodeOf(w.Context(), in); err != nil || c.Until.IsZero() || len(p.mails) != 1 || p.mails[0].To != email || p.mails[0].FromName != "Cabinet Delmas" {
			t.Errorf("after: %+v, %v, %+v", c, err, p.mails)
		}
		code := p.code(t, false)
		_, _, err = w.invitations.UseCode(w.Context(), in, wrong(code), account.Source{Former: token})
		w.wants(err, fault.Invalid, "account.sent_wrong")
		next, on, err := w.invitations.UseCode(w.Context(), in, code, account.Source{Former: token})
		w.must(err)
		if on.Via != authz.ViaLinkSent {
			t.Errorf("she goes on by %s", on.Via)
		}
		w.must(w.enters(on))
		if again, err := w.accounts.Resume(w.Context(), next); err != nil || again.Via != authz.ViaLinkSent {
			t.Errorf("resumed: %+v %v", again, err)
		}
		_, _, err = w.invitations.UseCode(w.Context(), on, code, account.Source{Former: next})
		w.wants(err, fault.Conflict, "invitation.no_code")
		for _, none := range []account.Session{on, {Person: w.client, Via: authz.ViaPassword}, {}} {
			_, err = w.invitations.SendCode(w.Context(), none)
			w.wants(err, fault.Conflict, "invitation.no_code")
			_, err = w.invitations.CodeOf(w.Context(), none)
			w.wants(err, fault.Conflict, "invitation.no_code")
		}
		for kind, want := range map[string]int{"code.asked": 1, "code.confirmed": 1, "code.refused": 0, "forum.demanded": 1} {
			if n := w.count(countEntries, kind); n != want {
				t.Errorf("%d of %s", n, kind)
			}
		}
	})
}

// AUT-05: with a provider and a number that the firm knows, the code goes by short message,
// and by mail never: not when the provider fails either.
func TestAUT05_CodeByText(t *testing.T) {
	each(t, func(w *world) {
		p := w.posts(true)
		token, in := w.came()
		w.must(w.life.SetMobile(w.Context(), w.lawyer, w.space, w.client, "06 12 34 56 78"))
		p.fail = errors.New("down")
		c, err := w.invitations.SendCode(w.Context(), in)
		w.wants(err, fault.Unavailable, "invitation.code_unsent")
		for range 6 { // more than leave in an hour
			_, err = w.invitations.SendCode(w.Context(), in)
			w.wants(err, fault.Unavailable, "invitation.code_unsent")
		}
		if c.Channel != invitation.ByText || c.Where != "06 •• •• •• 78" {
			t.Errorf("%+v", c)
		}
		if until, err := w.accounts.CodeAwaited(w.Context(), in); err != nil || !until.IsZero() {
			t.Errorf("what did not leave is awaited: %s %v", until, err)
		}
		p.fail = nil
		_, err = w.invitations.SendCode(w.Context(), in)
		w.must(err)
		if len(p.mails) != 0 || len(p.texts) != 1 || p.texts[0][0] != "+33612345678" {
			t.Fatalf("%d mails, texts %v", len(p.mails), p.texts)
		}
		_, on, err := w.invitations.UseCode(w.Context(), in, p.code(t, true), account.Source{Former: token})
		w.must(err)
		w.must(w.enters(on))
	})
}

// AUT-05: five wrong codes void the one that was sent, which the journal says once; the link
// still opens nothing.
func TestAUT05_CodeTriedTooOften(t *testing.T) {
	each(t, func(w *world) {
		p := w.posts(false)
		token, in := w.came()
		_, err := w.invitations.SendCode(w.Context(), in)
		w.must(err)
		code := p.code(t, false)
		for range account.CodeTries + 2 {
			_, _, err := w.invitations.UseCode(w.Context(), in, wrong(code), account.Source{Former: token})
			w.wants(err, fault.Invalid, "account.sent_wrong")
		}
		_, _, err = w.invitations.UseCode(w.Context(), in, code, account.Source{Former: token})
		w.wants(err, fault.Invalid, "account.sent_wrong")
		if n := w.count(countEntries, "code.refused"); n != 1 {
			t.Errorf("%d lines of it", n)
		}
		if err := w.enters(in); authz.Demanded(err) != authz.Confirmed {
			t.Errorf("she enters: %v", err)
		}
	})
}

// TestCodeIsOfAMember: who was put out, whose card is shut, or whose space demands more, is
// sent no code, and one that she has opens nothing.
func TestCodeIsOfAMember(t *testing.T) {
	each(t, func(w *world) {
		p := w.posts(false)
		token, in := w.came()
		_, err := w.invitations.SendCode(w.Context(), in)
		w.must(err)
		code := p.code(t, false)
		guarded := w.lawyer
		guarded.Via = authz.ViaCode
		w.must(w.life.SetDemand(w.Context(), guarded, w.space, authz.Twofold))
		use := func() error {
			_, _, err := w.invitations.UseCode(w.Context(), in, code, account.Source{Former: token})
			return err
		}
		if err := use(); authz.Demanded(err) != authz.Twofold {
			t.Errorf("where two things are demanded: %v", err)
		}
		w.must(w.life.SetDemand(w.Context(), guarded, w.space, authz.Confirmed))
		w.must(w.life.RemoveMember(w.Context(), w.lawyer, w.space, w.client))
		w.wants(use(), fault.NotFound, "fault.absent")
		if _, err := w.invitations.SendCode(w.Context(), in); !fault.Is(err, fault.NotFound) || authz.Demanded(err) != authz.Single || len(p.mails) != 1 {
			t.Errorf("who was put out: %v", err)
		}
	})
}

// AUT-05: whoever has the link alone gives its person no other means of signing in, which
// would need no code, neither from this space nor by a link to another one.
func TestAUT05_NoWayAroundTheCode(t *testing.T) {
	each(t, func(w *world) {
		p := w.posts(false)
		second := w.opens(w.lawyer, email)
		other := w.found("noir@exemple.fr")
		w.opens(other, email)
		token, in := w.came()
		_, elsewhere, err := w.use(w.issue(second, w.client))
		w.must(err)
		for name, s := range map[string]account.Session{"its own": in, "that of another space": elsewhere} {
			w.wants(w.accounts.MayChange(w.Context(), s), fault.Forbidden, "account.code_first")
			_, _, err := w.accounts.NewTOTP(w.Context(), s)
			w.wants(err, fault.Forbidden, "account.code_first")
			_, _, err = w.accounts.AddTOTP(w.Context(), s, "", "", "", account.Source{})
			w.wants(err, fault.Forbidden, "account.code_first")
			_, err = w.accounts.AddPasskey(w.Context(), s, "", nil, "", account.Source{})
			w.wants(err, fault.Forbidden, "account.code_first")
			_, _, err = w.accounts.ChangePassword(w.Context(), s, account.Change{New: "quatre chats gris, six merles"}, account.Source{})
			w.wants(err, fault.Forbidden, "account.code_first")
			_, err = w.accounts.AskMerge(w.Context(), s, account.NewToken())
			w.wants(err, fault.Forbidden, "account.code_first")
			if !account.CodeOwed(err) {
				t.Errorf("%s: it is not known why: %v", name, err)
			}
		}
		_, err = w.invitations.SendCode(w.Context(), in)
		w.must(err)
		next, on, err := w.invitations.UseCode(w.Context(), in, p.code(t, false), account.Source{Former: token})
		w.must(err)
		_, own, err := w.accounts.ChangePassword(w.Context(), on, account.Change{New: "quatre chats gris, six merles"}, account.Source{Former: next})
		w.must(err)
		if !own.Proven {
			t.Errorf("%+v", own)
		}
	})
}

// TestWithoutPost: where nothing sends, nothing opens.
func TestWithoutPost(t *testing.T) {
	each(t, func(w *world) {
		_, in := w.came()
		_, err := w.invitations.SendCode(w.Context(), in)
		w.wants(err, fault.Unavailable, "invitation.code_unsent")
		w.clock.Advance(time.Minute)
		w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) error {
			number, err := firm.MobileOf(a, w.client)
			if number != "" {
				t.Errorf("a number of nobody: %s", number)
			}
			return err
		}))
	})
}
