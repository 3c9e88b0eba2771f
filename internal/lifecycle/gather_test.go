package lifecycle_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/deposit"
	"cenacle/internal/fault"
	"cenacle/internal/freeze"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/item"
	"cenacle/internal/law"
	"cenacle/internal/mail"
	"cenacle/internal/memo"
	"cenacle/internal/notice"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// ourTime sets the clocks of the house to its zone.
func (w *world) ourTime() *time.Location {
	w.Helper()
	zone, err := time.LoadLocation(i18n.Zone)
	w.must(err)
	w.office.Clock = func() time.Time { return w.clock.Now().In(zone) }
	return zone
}

// until lets time pass to an hour of a day from now on.
func (w *world) until(days, hour, minute int) {
	w.Helper()
	y, m, d := w.office.Clock().Date()
	at := time.Date(y, m, d+days, hour, minute, 0, 0, w.office.Clock().Location())
	if at.Before(w.clock.Now()) {
		w.Fatalf("%s is past", at)
	}
	w.clock.Advance(at.Sub(w.clock.Now()))
	w.runner.Wake(w.firm)
}

// signed is a colleague in spaces of the lawyer's, whose own mails are counted from
// now on.
func (w *world) signed(email string, in ...space.Space) (authz.Actor, func() int) {
	w.Helper()
	paul := w.colleague("Paul Leroy", email, authz.FirmColleague)
	for _, sp := range in {
		w.keep(func(a *act.Act) error { return circle.Join(a, sp.ID, paul.Person, authz.Colleague) })
	}
	w.clock.Advance(time.Minute)
	before := len(w.mails(email))
	return paul, func() int { return len(w.mails(email)) - before }
}

// follow has a job run at once.
func (w *world) follow(kind string, payload any) {
	w.Helper()
	w.keep(func(a *act.Act) error { return a.Follow(kind, "", a.Now, payload) })
	w.runner.Wake(w.firm)
}

func (w *world) markRead(by authz.Actor, it id.Item) {
	w.Helper()
	w.keep(func(a *act.Act) error {
		_, err := item.MarkRead(a, by, it)
		return err
	})
}

const paulAt = "paul@delmas.example"

// TestOneMailInTheMorning: what comes at a quiet hour waits for its end and is one
// mail, which says of how many spaces, and of none which.
func TestOneMailInTheMorning(t *testing.T) {
	each(t, func(w *world) {
		w.ourTime()
		notices := notice.NewService(w.office)
		a, b := w.opens("Claire Petit", client), w.opens("Jean Grand", "jean.grand@exemple.fr")
		paul, mailed := w.signed(paulAt, a, b)
		w.must(notices.Choose(w.Context(), paul, notice.Choice{Daily: notice.AtOnce, From: 20, To: 8}))

		w.publishes(a.ID, true)
		w.later()
		if n := mailed(); n != 1 {
			w.Fatalf("%d mails by day, want one at once", n)
		}
		w.until(0, 21, 0)
		for range 5 {
			w.publishes(a.ID, true)
			w.publishes(b.ID, true)
			w.later() // each is past the minute in which notices join
		}
		w.follow(deposit.NoticeJob, deposit.Notice{Space: b.ID, Person: paul.Person})
		w.until(1, 7, 59)
		if n := mailed(); n != 1 {
			w.Fatalf("%d mails by night", n-1)
		}
		w.until(0, 8, 0)
		all := w.mails(paulAt)
		if n := mailed(); n != 2 {
			w.Fatalf("%d mails in the morning, want one", n-1)
		}
		if m := all[len(all)-1]; !strings.Contains(m.Text, "dans 2 espaces sécurisés") || w.path(m) != "/f/"+string(w.firm) {
			w.Errorf("in the morning: %q", m.Text)
		}
		if n := w.count(countWaiting); n != 0 {
			w.Errorf("%d notices wait still", n)
		}
		w.until(1, 9, 0)
		if n := mailed(); n != 2 {
			w.Errorf("%d mails on the next day", n-2)
		}
	})
}

var countWaiting = store.ForFirm(`select count(*) from notice_waiting where firm_id = $1`)

// TestBurst: a conversation of forty minutes about one space is a mail at once and then
// one every ten minutes, the last of which has not waited longer; another space is told
// meanwhile.
func TestBurst(t *testing.T) {
	each(t, func(w *world) {
		sp, other := w.opens("Claire Petit", client), w.opens("Jean Grand", "jean.grand@exemple.fr")
		_, mailed := w.signed(paulAt, sp, other)
		var at []int // the minutes at which a mail had left
		last := 0
		minute := func(m int) {
			w.clock.Advance(time.Minute)
			w.runner.Wake(w.firm)
			if n := mailed(); n != last {
				at, last = append(at, m), n
			}
		}
		for m := range 40 {
			w.publishes(sp.ID, true)
			minute(m)
		}
		for m := range 20 {
			minute(40 + m)
		}
		if last != 5 || at[0] > 1 || at[len(at)-1] > 51 {
			w.Fatalf("%d mails, at the minutes %v", last, at)
		}
		for i := range at[1:] {
			if at[i+1]-at[i] < 10 {
				w.Errorf("mails at the minutes %v", at)
			}
		}
		w.publishes(sp.ID, true)
		minute(60)
		minute(61)
		w.publishes(other.ID, true)
		minute(62)
		minute(63)
		if last != 7 {
			w.Errorf("%d mails, want one more of each space", last-5)
		}
		if n := w.count(countWaiting); n != 0 {
			w.Errorf("%d notices wait still", n)
		}
	})
}

// down is a post that takes nothing for a while.
type down struct {
	mail.Sender
	is   atomic.Bool
	took atomic.Int64 // for Paul
}

func (d *down) Send(ctx context.Context, m mail.Message) error {
	if m.To != paulAt {
		return d.Sender.Send(ctx, m)
	}
	if d.is.Load() {
		return errors.New("nobody answers")
	}
	d.took.Add(1)
	return d.Sender.Send(ctx, m)
}

// TestRetryKeepsHours: a mail that could not leave is tried again though its own first
// attempt began a pause, but not within her quiet hours.
func TestRetryKeepsHours(t *testing.T) {
	post := new(down)
	eachPost(t, func(s mail.Sender) mail.Sender { post.Sender = s; return post }, func(w *world) {
		w.ourTime()
		sp := w.opens("Claire Petit", client)
		paul, _ := w.signed(paulAt, sp)
		w.must(notice.NewService(w.office).Choose(w.Context(), paul, notice.Choice{Daily: notice.AtOnce, From: 20, To: 8}))
		post.took.Store(0)
		at := func(days, hour, minute int, isDown bool, want int64) {
			w.Helper()
			post.is.Store(isDown)
			w.until(days, hour, minute)
			w.must(w.runner.Idle(w.Context()))
			if n := post.took.Load(); n != want {
				w.Errorf("at %d:%02d: %d mails, want %d", hour, minute, n, want)
			}
		}
		w.publishes(sp.ID, true)
		at(0, 19, 30, true, 0)
		at(0, 19, 35, false, 1)
		w.clock.Advance(15 * time.Minute)
		w.publishes(sp.ID, true)
		at(0, 19, 58, true, 1)
		at(0, 22, 0, false, 1)
		at(1, 8, 0, false, 2)
	})
}

// TestOneMailADay: of one space alone it says what it would have said at once.
func TestOneMailADay(t *testing.T) {
	each(t, func(w *world) {
		w.ourTime()
		notices := notice.NewService(w.office)
		sp := w.opens("Claire Petit", client)
		paul, mailed := w.signed(paulAt, sp)
		w.must(notices.Choose(w.Context(), paul, notice.Choice{Daily: 18}))
		for range 10 {
			w.publishes(sp.ID, true)
			w.later()
		}
		if n := mailed(); n != 0 {
			w.Fatalf("%d mails before the hour", n)
		}
		w.until(0, 18, 0)
		if n := mailed(); n != 1 {
			w.Fatalf("%d mails for ten acts, want one", n)
		}
		all := w.mails(paulAt)
		if m := all[len(all)-1]; w.path(m) != "/f/"+string(w.firm)+"/spaces/"+string(sp.ID) {
			w.Errorf("she is sent to %s", w.path(m))
		}

		// What she changes her mind about is told by the new choice, and once.
		w.publishes(sp.ID, true)
		w.later()
		w.must(notices.Choose(w.Context(), paul, notice.Choice{Daily: 20}))
		w.until(0, 19, 59)
		if n := mailed(); n != 1 {
			w.Fatalf("%d mails before the new hour", n)
		}
		w.must(notices.Choose(w.Context(), paul, notice.Choice{Daily: notice.AtOnce}))
		w.runner.Wake(w.firm)
		if n := mailed(); n != 2 {
			w.Fatalf("%d mails once she wants them at once", n)
		}
		w.until(1, 21, 0)
		if n := mailed(); n != 2 {
			w.Errorf("%d mails at hours that she has left", n-2)
		}
		s, err := notices.Show(w.Context(), paul)
		w.must(err)
		if s.Choice != (notice.Choice{Daily: notice.AtOnce}) || len(s.Muted) != 0 || w.count(countEntries, "notice.chosen") != 3 {
			w.Errorf("she chose %+v", s)
		}
	})
}

// ISO-07: what she may no longer see when her hour comes is not told, nor what she
// has read.
func TestISO07_WaitingIsDecidedAgain(t *testing.T) {
	each(t, func(w *world) {
		w.ourTime()
		notices := notice.NewService(w.office)
		kept, lost, read := w.opens("A", "a@exemple.fr"), w.opens("B", "b@exemple.fr"), w.opens("C", "c@exemple.fr")
		paul, mailed := w.signed(paulAt, kept, lost, read)
		w.must(notices.Choose(w.Context(), paul, notice.Choice{Daily: 18}))
		w.publishes(lost.ID, true)
		it := w.publishes(read.ID, true)
		w.later()
		if m, n := mailed(), w.count(countWaiting); m != 0 || n != 2 {
			w.Fatalf("%d mails, and %d notices wait", m, n)
		}
		w.must(w.life.RemoveMember(w.Context(), w.lawyer, lost.ID, paul.Person))
		w.markRead(paul, it)
		w.until(0, 18, 0)
		if n := mailed(); n != 0 {
			w.Fatalf("%d mails of what she may no longer see, or has seen", n)
		}
		w.publishes(kept.ID, true)
		w.later()
		mailed() // it waits
		w.until(1, 18, 0)
		if n := mailed(); n != 1 {
			w.Errorf("%d mails of what is hers", n)
		}
	})
}

// TestMuted: of a space that she has muted she is told only what is expected of her.
func TestMuted(t *testing.T) {
	each(t, func(w *world) {
		notices := notice.NewService(w.office)
		sp, other := w.opens("Claire Petit", client), w.opens("Jean Grand", "jean.grand@exemple.fr")
		paul, mailed := w.signed(paulAt, sp, other)
		w.must(notices.Mute(w.Context(), paul, sp.ID))
		w.must(notices.Mute(w.Context(), paul, sp.ID)) // once
		tell := func(want int, what string, happens func()) {
			w.Helper()
			before := mailed()
			happens()
			w.later()
			if n := mailed() - before; n != want {
				w.Errorf("%s: %d mails, want %d", what, n, want)
			}
		}
		memos := memo.NewService(w.office)
		tell(0, "a document of the space", func() { w.publishes(sp.ID, true) })
		tell(0, "a deposit there", func() { w.follow(deposit.NoticeJob, deposit.Notice{Space: sp.ID, Person: paul.Person}) })
		tell(1, "another space", func() { w.publishes(other.ID, true) })
		tell(0, "a memo", func() { w.writes(memos, sp.ID, "") })
		tell(1, "a memo to acknowledge", func() { w.writes(memos, sp.ID, memo.Understood) })
		tell(0, "one that she has acknowledged before the mail", func() {
			it := w.writes(memos, sp.ID, memo.WasRead)
			w.must(memos.Acknowledge(w.Context(), paul, memo.Acknowledging{Space: sp.ID, Memo: it, Answer: memo.WasRead, Wording: "Lu"}))
		})
		tell(1, "the space was frozen", func() { w.follow(freeze.NoticeJob, invitation.Notice{Space: sp.ID, Person: paul.Person}) })
		tell(1, "her own access", func() { w.follow("notice.device", invitation.Notice{Person: paul.Person}) })

		in, err := notices.MutedIn(w.Context(), w.lawyer, sp.ID)
		w.must(err)
		if len(in) != 1 || in[paul.Person].IsZero() {
			w.Errorf("the firm's side sees %v", in)
		}
		w.must(notices.Unmute(w.Context(), paul, sp.ID))
		tell(1, "a document, once she wants it again", func() { w.publishes(sp.ID, true) })
		if n, m := w.count(countEntries, "notice.muted"), w.count(countEntries, "notice.unmuted"); n != 1 || m != 1 {
			w.Errorf("%d lines that she muted it, %d that she did not", n, m)
		}
	})
}

// writes sends a memo among colleagues, and asks for an answer unless that is empty.
func (w *world) writes(memos *memo.Service, in id.Space, asks memo.Answer) id.Item {
	w.Helper()
	w.clock.Advance(time.Millisecond)
	it, err := memos.Write(w.Context(), w.lawyer, memo.New{Space: in, Subject: "Note", Body: "Une note.", Circles: w.firmOf(in), Asks: asks})
	w.must(err)
	return it
}

// TestPromptWaitsForNoHour: what she waits for, and what guards her access, leaves at
// any hour; a reminder of a date never after it.
func TestPromptWaitsForNoHour(t *testing.T) {
	each(t, func(w *world) {
		w.ourTime()
		notices := notice.NewService(w.office)
		sp := w.opens("Claire Petit", client)
		paul, mailed := w.signed(paulAt, sp)
		w.must(notices.Choose(w.Context(), paul, notice.Choice{Daily: 18}))
		for _, kind := range []string{"notice.device", "notice.factor", "notice.link"} {
			before := mailed()
			w.follow(kind, invitation.Notice{Space: sp.ID, Person: paul.Person})
			if n := mailed() - before; n != 1 {
				w.Errorf("%s: %d mails at once", kind, n)
			}
		}
		periods, err := law.Load()
		w.must(err)
		agendas := agenda.New(w.office, w.office.Clock().Location(), periods)
		before := mailed()
		for _, begins := range []struct {
			days, want int
		}{{0, 1}, {4, 0}} { // today at noon; after the hour of her mail
			day := w.office.Clock().AddDate(0, 0, begins.days).Format(time.DateOnly)
			e, err := agendas.Add(w.Context(), w.lawyer, agenda.Adding{
				Space: sp.ID, Circles: w.firmOf(sp.ID),
				Entry: agenda.Entry{Kind: agenda.Hearing, Title: "Audience", When: agenda.When{Day: day, Start: "12:00"}},
			})
			w.must(err)
			w.markRead(paul, e.ID)
			w.follow(agenda.NoticeJob, agenda.Notice{Reminder: agenda.Reminder{Space: sp.ID, Event: e.ID, From: store.Micros(e.From)}, Person: paul.Person})
			if n := mailed() - before; n != begins.want {
				w.Errorf("a reminder of a date in %d days: %d mails at once, want %d", begins.days, n, begins.want)
			}
			before = mailed()
		}
	})
}

func (w *world) firmOf(in id.Space) (out []id.Circle) {
	w.Helper()
	w.must(w.office.See(w.Context(), w.firm, func(a *act.Act) error {
		h, err := circle.HouseOf(a, in)
		out = []id.Circle{h.Firm}
		return err
	}))
	return out
}

// TestNoticeToAuthor: of a date that somebody wrote she is told by mail once another has
// changed it; not of what she changed herself, and not of a document of hers.
func TestNoticeToAuthor(t *testing.T) {
	each(t, func(w *world) {
		sp := w.opens("Claire Petit", client)
		paul, sent := w.signed("paul@delmas.example", sp)
		to := w.firmOf(sp.ID)
		makes := func(kind item.Kind) (it id.Item) {
			w.clock.Advance(time.Millisecond) // identifiers sort by age
			w.keep(func(a *act.Act) (err error) {
				it, err = item.Create(a, paul, item.New{Space: sp.ID, Kind: kind}, to)
				return err
			})
			return it
		}
		change := func(by authz.Actor, it id.Item) {
			w.keep(func(a *act.Act) error {
				return errors.Join(item.Renew(a, by, it), item.AwaitAuthor(a, by, it), item.Notify(a, by, sp.ID, it, to))
			})
			w.later()
		}
		date, paper := makes(item.Event), makes(item.Document)
		change(paul, date)
		change(w.lawyer, paper)
		if n := sent(); n != 0 {
			w.Errorf("%d mails of what he has changed himself, and of his document", n)
		}
		change(w.lawyer, date)
		if n := sent(); n != 1 {
			w.Errorf("%d mails once another has changed his date, want 1", n)
		}
		w.markRead(paul, date)
		change(paul, date)
		if n := sent(); n != 1 {
			w.Errorf("%d mails after he has changed it again, want 1", n)
		}
	})
}

// TestForwardedMailMutesNothing: whoever came by a mailed link decides nothing about
// the mails of its person, and nobody about a space that is not hers.
func TestForwardedMailMutesNothing(t *testing.T) {
	each(t, func(w *world) {
		notices := notice.NewService(w.office)
		sp := w.opens("Claire Petit", client)
		linked := authz.Actor{Person: w.find(client).ID, Firm: w.firm, Role: authz.Outsider, Scope: sp.ID, Via: authz.ViaLink}
		paul, _ := w.signed(paulAt)
		wants := func(err error) {
			w.Helper()
			if !fault.Is(err, fault.NotFound) {
				w.Errorf("got %v", err)
			}
		}
		wants(notices.Mute(w.Context(), linked, sp.ID))
		wants(notices.Unmute(w.Context(), linked, sp.ID))
		wants(notices.Choose(w.Context(), linked, notice.Choice{Daily: 18}))
		_, err := notices.Show(w.Context(), linked)
		wants(err)
		wants(notices.Mute(w.Context(), paul, sp.ID))
		_, err = notices.MutedIn(w.Context(), paul, sp.ID)
		wants(err)

		linked.Scope, linked.Via = "", authz.ViaPassword // herself
		w.must(notices.Mute(w.Context(), linked, sp.ID))
		s, err := notices.Show(w.Context(), linked)
		w.must(err)
		if len(s.Muted) != 1 {
			w.Errorf("she muted %v", s.Muted)
		}
		w.must(w.life.RemoveMember(w.Context(), w.lawyer, sp.ID, linked.Person))
		if s, err = notices.Show(w.Context(), linked); err != nil || len(s.Muted) != 0 {
			w.Errorf("of a space that she left: %v, %v", s.Muted, err)
		}
	})
}
