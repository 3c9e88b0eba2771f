package lifecycle_test

import (
	"context"
	"sync"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/invitation"
	"cenacle/internal/mail"
	"cenacle/internal/notice"
)

// picky is a post that answers for some addresses as a mail server does that knows no
// such mailbox, and counts how often it is asked.
type picky struct {
	mail.Sender
	mu      sync.Mutex
	refuses map[string]bool
	asked   map[string]int
}

func (p *picky) Send(ctx context.Context, m mail.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked[m.To]++
	if p.refuses[m.To] {
		return fault.New(fault.Invalid, "mail.refused").Because(&mail.NoMailbox{Code: 550, Status: "5.1.1"})
	}
	return p.Sender.Send(ctx, m)
}

func (p *picky) set(to string, refuses bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuses[to] = refuses
}

func (p *picky) times(to string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[to]
}

// TestMailboxThatRefuses: an address that no mailbox stands behind is asked once, is
// shown to the firm's side and no longer written to, until it is tried again or the
// mailbox is another.
func TestMailboxThatRefuses(t *testing.T) {
	post := &picky{refuses: map[string]bool{}, asked: map[string]int{}}
	eachPost(t, func(s mail.Sender) mail.Sender { post.Sender = s; return post }, func(w *world) {
		notices := notice.NewService(w.office)
		sp := w.opens("Claire Petit", client)
		_, mailed := w.signed(paulAt, sp)
		refused := func(want bool) {
			w.Helper()
			all, err := notices.RefusedIn(w.Context(), w.lawyer, sp.ID)
			w.must(err)
			if r, stands := all[w.find(paulAt).ID]; stands != want || want && (r.Code != 550 || r.At.IsZero()) {
				w.Errorf("the firm's side is shown %v", all)
			}
		}
		refused(false)
		post.set(paulAt, true)
		asked := post.times(paulAt)
		for range 3 {
			w.publishes(sp.ID, true)
			w.later()
			mailed()
		}
		if n := post.times(paulAt) - asked; n != 1 {
			w.Errorf("an address that refused is asked %d times", n)
		}
		refused(true)

		// What she waits for herself tries it, and is refused again.
		w.follow("notice.device", invitation.Notice{Person: w.find(paulAt).ID})
		w.later()
		mailed()
		if n := post.times(paulAt) - asked; n != 2 {
			w.Errorf("%d attempts", n)
		}

		post.set(paulAt, false)
		before := mailed()
		w.must(notices.Retry(w.Context(), w.lawyer, sp.ID, w.find(paulAt).ID))
		w.later()
		if n := mailed() - before; n != 1 {
			w.Errorf("%d mails of what she has not read, once it is tried again", n)
		}
		refused(false)
		w.must(notices.Retry(w.Context(), w.lawyer, sp.ID, w.find(paulAt).ID)) // nothing to try

		post.set(paulAt, true)
		w.publishes(sp.ID, true)
		w.later()
		mailed()
		refused(true)
		post.set(paulAt, false)
		w.follow("notice.device", invitation.Notice{Person: w.find(paulAt).ID})
		w.later()
		mailed()
		refused(false) // it has taken one
		for kind, want := range map[string]int{"notice.refused": 3, "notice.accepted": 1, "notice.retried": 1} {
			if n := w.count(countEntries, kind); n != want {
				w.Errorf("%d lines %s, want %d", n, kind, want)
			}
		}

		outsider := authz.Actor{Person: w.find(client).ID, Firm: w.firm, Role: authz.Outsider, Via: authz.ViaPassword}
		if _, err := notices.RefusedIn(w.Context(), outsider, sp.ID); !fault.Is(err, fault.Forbidden) {
			w.Errorf("a client asks whom no mail reaches: %v", err)
		}
		if err := notices.Retry(w.Context(), outsider, sp.ID, outsider.Person); !fault.Is(err, fault.Forbidden) {
			w.Errorf("a client tries an address: %v", err)
		}
		if err := notices.Retry(w.Context(), w.lawyer, sp.ID, "nobody"); !fault.Is(err, fault.NotFound) {
			w.Errorf("of nobody: %v", err)
		}
	})
}
