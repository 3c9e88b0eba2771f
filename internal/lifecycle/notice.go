package lifecycle

import (
	"context"
	"encoding/json"
	"fmt"

	"cenacle/internal/act"
	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/deposit"
	"cenacle/internal/depositlink"
	"cenacle/internal/document"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/freeze"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/item"
	"cenacle/internal/mail"
	"cenacle/internal/outbox"
	"cenacle/internal/request"
	"cenacle/internal/store"
)

// Handlers are the jobs that mail notices. Each looks again, when it sends, at
// whether its reader is still there and may still see what it is about; when
// not, nothing leaves and the job is done. A link is made at that moment, so
// that its token is in the mail and nowhere else; a second attempt at the same
// job voids the link of the first and sends the same Message-ID.
func (s *Service) Handlers(composer *mail.Composer, sender mail.Sender) map[string]outbox.Handler {
	p := post{s, composer, sender}
	return map[string]outbox.Handler{
		"notice.space-opened": handle(p, func(n invitation.Notice) errand {
			return errand{person: n.Person, space: n.Space, say: func(path string) mail.Notice { return mail.SpaceOpened{Path: path} }}
		}),
		"notice.link": handle(p, func(n invitation.Notice) errand {
			return errand{person: n.Person, space: n.Space, link: true, say: func(path string) mail.Notice { return mail.LinkRenewed{Path: path} }}
		}),
		"notice.colleague": handle(p, func(n firm.ColleagueNotice) errand {
			return errand{person: n.Person, link: true, say: func(path string) mail.Notice { return mail.ColleagueInvited{Path: path} }}
		}),
		"notice.welcome": handle(p, func(n invitation.Notice) errand {
			return errand{person: n.Person, say: func(path string) mail.Notice { return mail.Welcome{Path: path} }}
		}),
		"notice.factor": handle(p, func(n invitation.Notice) errand {
			return errand{person: n.Person, at: "/account/factors", say: func(path string) mail.Notice { return mail.FactorsChanged{Path: path} }}
		}),
		"notice.device": handle(p, func(n invitation.Notice) errand {
			return errand{person: n.Person, at: "/account", say: func(path string) mail.Notice { return mail.DeviceMet{Path: path} }}
		}),
		document.HasteJob: handle(p, func(n document.HasteNotice) errand {
			if n.Space == "" {
				return errand{person: n.Person, at: "/account", say: func(path string) mail.Notice { return mail.ManyTaken{Path: path} }}
			}
			return errand{person: n.Person, space: n.Space, say: func(path string) mail.Notice { return mail.ManyTakenHere{Path: path} }}
		}),
		freeze.NoticeJob: handle(p, func(n invitation.Notice) errand {
			return errand{person: n.Person, space: n.Space, say: func(path string) mail.Notice { return mail.SpaceFrozen{Path: path} }}
		}),
		deposit.NoticeJob: handle(p, func(n deposit.Notice) errand {
			return errand{person: n.Person, space: n.Space, say: func(path string) mail.Notice { return mail.DepositReceived{Path: path} }}
		}),
		depositlink.NoticeJob: handle(p, func(n depositlink.Notice) errand {
			return errand{
				person: n.Person, space: n.Space, link: true, say: func(path string) mail.Notice { return mail.DepositLink{Path: path} },
				waits: func(a *act.Act, _ authz.Actor) error { return depositlink.Waits(a, n.Link) },
				issue: func(a *act.Act, by authz.Actor) (string, error) {
					token, err := depositlink.Issue(a, by, n.Link)
					return depositlink.Path(a.Firm(), token), err
				},
			}
		}),
		request.NoticeJob:   handle(p, asked(func(path string) mail.Notice { return mail.NewItem{Path: path} }, true)),
		request.ReminderJob: handle(p, asked(func(path string) mail.Notice { return mail.PapersAwaited{Path: path} }, false)),
		request.OverdueJob:  handle(p, overdue),
		item.NoticeJob:      handle(p, newItem),
		agenda.NoticeJob: handle(p, func(n agenda.Notice) errand {
			return errand{
				person: n.Person, space: n.Space, say: func(path string) mail.Notice { return mail.DateNear{Path: path} },
				waits: func(a *act.Act, by authz.Actor) error { return agenda.Near(a, by, n) },
			}
		}),
	}
}

func newItem(n item.Notice) errand {
	return errand{
		person: n.Person, space: n.Space, joins: true,
		say:   func(path string) mail.Notice { return mail.NewItem{Path: path} },
		waits: func(a *act.Act, by authz.Actor) error { return waiting(a, by, n.Space, n.Item) },
		left:  func(a *act.Act, by authz.Actor) error { return exhibit.Notify(a, by, n.Space) },
	}
}

// asked tells a person that papers are asked of her, or still are: one mail for
// all of them.
func asked(say func(path string) mail.Notice, joins bool) func(request.Notice) errand {
	return func(n request.Notice) errand {
		return errand{
			person: n.Person, space: n.Space, joins: joins, say: say,
			waits: func(a *act.Act, by authz.Actor) error { return request.Waits(a, by, n.Space) },
		}
	}
}

func overdue(n request.Overdue) errand {
	return errand{
		person: n.Person, space: n.Space,
		say:   func(path string) mail.Notice { return mail.AnswerOverdue{Path: path} },
		waits: func(a *act.Act, by authz.Actor) error { return request.WaitsFor(a, by, n) },
	}
}

// errand is one mail to one person about one space, or about the firm when
// space is empty.
type errand struct {
	person id.Person
	space  id.Space
	link   bool   // always with a link, though she has a password
	at     string // a page of hers, to which nobody is ever mailed a link; empty for the space or the firm
	joins  bool   // says nothing that a mail with a link she has not used yet does not say
	say    func(path string) mail.Notice
	issue  func(*act.Act, authz.Actor) (path string, err error) // makes the link; nil: one that opens the space
	waits  func(*act.Act, authz.Actor) error                    // absent when there is nothing to say any more; may be nil
	left   func(*act.Act, authz.Actor) error                    // keeps that the mail has left; may be nil
}

// post composes and hands over.
type post struct {
	*Service
	composer *mail.Composer
	sender   mail.Sender
}

// handle makes the handler of jobs whose payload is a T.
func handle[T any](p post, plan func(T) errand) outbox.Handler {
	return func(ctx context.Context, f id.Firm, j outbox.Job) (err error) {
		defer fault.Op(&err, "lifecycle.%s(%s)", j.Kind, j.ID)
		var payload T
		if err := json.Unmarshal(j.Payload, &payload); err != nil {
			return fmt.Errorf("payload: %w", err)
		}
		err = p.deliver(ctx, f, j, plan(payload))
		if fault.Is(err, fault.NotFound) {
			return nil // whom or what it was about is gone, or no longer for her
		}
		return err
	}
}

func (p post) deliver(ctx context.Context, f id.Firm, j outbox.Job, e errand) error {
	var profile firm.Profile
	var by authz.Actor
	err := p.office.See(ctx, f, func(a *act.Act) (err error) {
		if profile, err = firm.ProfileOf(a); err != nil {
			return err
		}
		by, err = e.reader(a)
		return err
	})
	if err != nil {
		return err
	}
	person, err := p.accounts.Person(ctx, e.person)
	if err != nil {
		return err
	}
	if tied, err := p.accounts.Affiliated(ctx, e.person, f); err != nil || !tied {
		return err
	}
	said, err := p.say(ctx, by, e, j, person.Password && person.Proven)
	if err != nil {
		return err
	}
	m, err := p.composer.Compose(mail.Envelope{
		Job: j.ID, Date: p.office.Clock(), To: person.Email, Language: person.Language, Firm: profile.Name,
	}, said)
	if err != nil {
		return err
	}
	if err := p.sender.Send(ctx, m); err != nil || e.left == nil {
		return err
	}
	return p.office.Keep(ctx, f, func(a *act.Act) error { return e.left(a, by) })
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
		return by, firm.Allow(a, by, authz.FirmEnter)
	}
	if _, err := circle.Enter(a, by, e.space, authz.SpaceSee); err != nil || e.waits == nil {
		return by, err
	}
	return by, e.waits(a, by)
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
// still for her and which she has not read meanwhile.
func waiting(a *act.Act, by authz.Actor, in id.Space, from id.Item) error {
	kinds := map[id.Item]item.Kind{}
	err := a.Each(selectNews, []any{by.Person, store.Micros(a.Now), in, from}, func(scan func(...any) error) error {
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
		if _, _, err := item.Open(a, by, in, kind, it, kind.Reading()); !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return fault.Absent()
}
