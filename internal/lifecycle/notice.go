package lifecycle

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/item"
	"cenacle/internal/mail"
	"cenacle/internal/notice"
	"cenacle/internal/outbox"
	"cenacle/internal/store"
)

// Handlers are the jobs that mail notices. Each looks again, when it sends, at
// whether its reader is still there and may still see what it is about; when
// not, nothing leaves and the job is done. A link is made at that moment, so
// that its token is in the mail and nowhere else; a second attempt at the same
// job voids the link of the first and sends the same Message-ID.
func (s *Service) Handlers(composer *mail.Composer, sender mail.Sender, files Encloser) map[string]outbox.Handler {
	p := post{s, composer, sender, files}
	plans := plans()
	out := map[string]outbox.Handler{notice.GatherJob: p.gathers(plans)}
	for kind, read := range plans {
		out[kind] = p.handle(read)
	}
	return out
}

// errand is one mail to one person about one space, or about the firm when
// space is empty.
type errand struct {
	person id.Person
	space  id.Space
	kind   kind
	latest time.Time // waits for no hour of hers beyond; zero: for any
	alone  bool      // it is to the lawyer who answers for the space, and to nobody else
	link   bool      // always with a link, though she has a password
	at     string    // a page of hers, to which nobody is ever mailed a link; empty for the space or the firm
	joins  bool      // says nothing that a mail with a link she has not used yet does not say
	say    func(path string) mail.Notice
	// mailbox is another one than hers, with the path that it is mailed; nil for hers.
	mailbox func(context.Context, *account.Service) (to, path string, err error)
	issue   func(*act.Act, authz.Actor) (path string, err error) // makes the link; nil: one that opens the space
	waits   func(*act.Act, authz.Actor) error                    // absent when there is nothing to say any more; may be nil
	left    func(*act.Act, authz.Actor) error                    // keeps that the mail has left; may be nil
	titles  func(*act.Act, authz.Actor) (titled, error)          // what may be said of it; may be nil
	// demands is absent unless something that is expected of her waits among the
	// news; nil: nothing ever does.
	demands func(*act.Act, authz.Actor) error
}

// kind is what a person may decide about a mail to her.
type kind int

const (
	prompt kind = iota // nothing: she waits for it, or it guards her access or a space
	owed               // its hour: something is expected of her
	news               // its hour, and that she wants none of a space
)

// plan reads what to tell out of the payload of a job.
type plan func(payload []byte) (errand, error)

// of is the plan of jobs whose payload is a T.
func of[T any](tell func(T) errand) plan {
	return func(raw []byte) (errand, error) {
		var payload T
		if err := json.Unmarshal(raw, &payload); err != nil {
			return errand{}, fmt.Errorf("payload: %w", err)
		}
		return tell(payload), nil
	}
}

// post composes and hands over.
type post struct {
	*Service
	composer *mail.Composer
	sender   mail.Sender
	files    Encloser
}

// handle makes the handler of the jobs of a plan.
func (p post) handle(read plan) outbox.Handler {
	return func(ctx context.Context, f id.Firm, j outbox.Job) (err error) {
		defer fault.Op(&err, "lifecycle.%s(%s)", j.Kind, j.ID)
		e, err := read(j.Payload)
		if err != nil {
			return err
		}
		err = p.deliver(ctx, f, j, e)
		if fault.Is(err, fault.NotFound) {
			return nil // whom or what it was about is gone, or no longer for her
		}
		return err
	}
}

// deliver sends the mail, or has it wait for an hour of hers.
func (p post) deliver(ctx context.Context, f id.Firm, j outbox.Job, e errand) error {
	var by authz.Actor
	var waits bool
	err := p.office.Keep(ctx, f, func(a *act.Act) (err error) {
		if e, err = e.deputed(a); err != nil {
			return err
		}
		if by, err = e.reader(a); err != nil {
			return err
		}
		if waits, err = e.keeps(a, j); err != nil || waits {
			return err
		}
		return e.begins(a)
	})
	if err != nil || waits {
		return err
	}
	return p.send(ctx, by, j, e)
}

// keeps holds the job of a mail whose hour has not come, or that others like it are about
// to leave with.
func (e errand) keeps(a *act.Act, j outbox.Job) (bool, error) {
	if e.kind == prompt {
		return false, nil
	}
	from, leaving := a.Now, false
	if j.Attempt == 1 { // a later one is at a mail that has begun its pause itself
		var err error
		if leaving, err = notice.Leaving(a, e.person); err != nil {
			return false, err
		}
		if from, err = notice.Rested(a, e.space, e.person); err != nil {
			return false, err
		}
	}
	at, err := notice.Hour(a, e.person, from)
	if at = e.inTime(a, at); err != nil || !leaving && !at.After(a.Now) {
		return false, err
	}
	return true, notice.Hold(a, e.person, j, at)
}

// begins keeps that a mail about the space leaves now, before it does: of two at the same
// moment one waits for the other. An attempt that fails begins no pause anew.
func (e errand) begins(a *act.Act) error {
	if e.kind == prompt || e.space == "" {
		return nil
	}
	return notice.Begin(a, e.space, e.person)
}

// deputed is the errand to who stands in for the lawyer who answers for a space, where
// it is to her alone.
func (e errand) deputed(a *act.Act) (errand, error) {
	if !e.alone || e.space == "" {
		return e, nil
	}
	deputy, err := circle.DeputyOf(a, e.space, e.person)
	if deputy != "" {
		e.person = deputy
	}
	return e, err
}

// inTime is an hour, or now where that would be too late.
func (e errand) inTime(a *act.Act, at time.Time) time.Time {
	if !e.latest.IsZero() && at.After(e.latest) {
		return a.Now
	}
	return at
}

// send composes the mail to who was found to be its reader, and hands it over. What is
// new is not sent to a mailbox that refused the last mail; what she waits for is, as
// the gesture that tries it again.
func (p post) send(ctx context.Context, by authz.Actor, j outbox.Job, e errand) error {
	person, err := p.accounts.Person(ctx, e.person)
	if err != nil {
		return err
	}
	if tied, err := p.accounts.Affiliated(ctx, e.person, by.Firm); err != nil || !tied {
		return err
	}
	var profile firm.Profile
	var refused bool
	err = p.office.See(ctx, by.Firm, func(a *act.Act) (err error) {
		if profile, err = firm.ProfileOf(a); err != nil {
			return err
		}
		_, refused, err = notice.RefusalOf(a, e.person, person.Email)
		return err
	})
	if err != nil || refused && e.kind != prompt {
		return err
	}
	to, said, err := p.addressed(ctx, by, j, e, person)
	if err != nil {
		return err
	}
	if said, err = p.name(ctx, by, e, said); err != nil {
		return err
	}
	envelope := mail.Envelope{Job: j.ID, Date: p.office.Clock(), To: to, Language: person.Language, Of: by.Firm, Firm: profile.Name}
	for {
		m, err := p.composer.Compose(envelope, said)
		if err != nil {
			return err
		}
		err = p.hand(ctx, by, e, m, refused && to == person.Email)
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		lighter, less, failed := p.lighten(ctx, by, e, said)
		if !less || failed != nil {
			return errors.Join(err, failed)
		}
		said = lighter
	}
}

// hand gives a mail to the post, and keeps what came of it: that a mailbox of hers
// refuses mail, which no other attempt would change, or takes it again.
func (p post) hand(ctx context.Context, by authz.Actor, e errand, m mail.Message, refused bool) error {
	err := p.sender.Send(ctx, m)
	if none, ok := errors.AsType[*mail.NoMailbox](err); ok && e.mailbox == nil {
		return p.office.Do(ctx, by.Firm, func(a *act.Act) error { return notice.Refused(a, by, m.To, none.Code) })
	}
	if err == nil && refused {
		err = p.office.Do(ctx, by.Firm, func(a *act.Act) error { return notice.Accepted(a, by) })
	}
	if err != nil || e.left == nil {
		return err
	}
	return p.office.Keep(ctx, by.Firm, func(a *act.Act) error { return e.left(a, by) })
}

// addressed is where a mail goes, and what it says.
func (p post) addressed(ctx context.Context, by authz.Actor, j outbox.Job, e errand, person account.Person) (to string, _ mail.Notice, err error) {
	if e.mailbox == nil {
		said, err := p.say(ctx, by, e, j, person.Password && person.Proven)
		return person.Email, said, err
	}
	to, path, err := e.mailbox(ctx, p.accounts)
	return to, e.say(path), err
}

// reader is whom the mail is for, as the actor she would be, if there still is
// something that she may read.
func (e errand) reader(a *act.Act) (authz.Actor, error) {
	card, err := firm.ActiveCard(a, e.person)
	if err != nil {
		return authz.Actor{}, err
	}
	by := authz.Actor{Person: e.person, Firm: a.Firm(), Role: card.Role, Via: authz.ViaJob}
	if e.at != "" {
		return by, nil // about herself: she has a card, and nothing of the firm's is said
	}
	if e.space == "" {
		if err := firm.Allow(a, by, authz.FirmEnter); err != nil {
			return by, err
		}
		return by, e.stands(a, by)
	}
	if _, err := circle.Enter(a, by, e.space, authz.SpaceSee); err != nil {
		return by, err
	}
	if by.Role.Inside() {
		if deputy, err := circle.DeputyOf(a, e.space, e.person); err != nil || deputy != "" {
			return by, cmp.Or(err, error(fault.Absent())) // she is away: who stands in is told
		}
	}
	return by, e.stands(a, by)
}

// stands demands that there is something to say to her, who may have muted the space.
func (e errand) stands(a *act.Act, by authz.Actor) error {
	if e.kind == news {
		muted, err := notice.Muted(a, e.space, e.person)
		switch {
		case err != nil:
			return err
		case muted && e.demands == nil:
			return fault.Absent()
		case muted:
			return e.demands(a, by)
		}
	}
	if e.waits == nil {
		return nil
	}
	return e.waits(a, by)
}

// say is the notice with the path it leads to. Whoever can sign in is sent to
// the place itself; a client who cannot gets a link that opens it, and so does
// everyone whose errand is the link. The right is read again in the act that
// makes it. Absent when a link she has says it already.
func (p post) say(ctx context.Context, by authz.Actor, e errand, j outbox.Job, signsIn bool) (mail.Notice, error) {
	if e.at != "" {
		return mail.AtSignIn{Notice: e.say(e.at)}, nil
	}
	if !e.link && (signsIn || by.Role.Inside()) {
		return mail.AtSignIn{Notice: e.say(place(by.Firm, e.space))}, nil
	}
	var path string
	err := p.office.Do(ctx, by.Firm, func(a *act.Act) error {
		by, err := e.reader(a)
		if err != nil {
			return err
		}
		// At a later attempt, the link that waits may be this job's own, which was
		// never mailed.
		if e.joins && j.Attempt == 1 {
			if told, err := invitation.Waits(a, e.space, e.person, j.RunAt); err != nil {
				return err
			} else if told {
				return fault.Absent()
			}
		}
		if e.issue != nil {
			path, err = e.issue(a, by)
			return err
		}
		token, err := invitation.Issue(a, by, e.space, e.person)
		path = invitation.Path(a.Firm(), e.space, token)
		return err
	})
	return e.say(path), err
}

// place is where somebody who is signed in finds a space, or the firm when
// there is none.
func place(of id.Firm, in id.Space) string {
	if in == "" {
		return "/f/" + string(of)
	}
	return "/f/" + string(of) + "/spaces/" + string(in)
}

// waiting demands that a person has something new to read: the item she is to
// be told of or a later one, which its author has not taken back, which is
// still for her and which she has not read meanwhile; or, of those that candidates
// finds instead, any.
func waiting(a *act.Act, by authz.Actor, candidates store.FirmStmt, n item.Notice) error {
	kinds := map[id.Item]item.Kind{}
	err := a.Each(candidates, []any{by.Person, store.Micros(a.Now), n.Space, n.Item}, func(scan func(...any) error) error {
		var it id.Item
		var kind item.Kind
		err := scan(&it, &kind)
		kinds[it] = kind
		return err
	})
	if err != nil {
		return err
	}
	for it, kind := range kinds {
		if _, _, err := item.Open(a, by, n.Space, kind, it, kind.Reading()); !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return fault.Absent()
}
