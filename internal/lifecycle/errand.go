package lifecycle

import (
	"time"

	"cenacle/internal/act"
	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/deposit"
	"cenacle/internal/depositlink"
	"cenacle/internal/dire"
	"cenacle/internal/document"
	"cenacle/internal/exhibit"
	"cenacle/internal/firm"
	"cenacle/internal/forum"
	"cenacle/internal/freeze"
	"cenacle/internal/invitation"
	"cenacle/internal/item"
	"cenacle/internal/mail"
	"cenacle/internal/offer"
	"cenacle/internal/question"
	"cenacle/internal/request"
	"cenacle/internal/slot"
	"cenacle/internal/store"
	"cenacle/internal/vigilance"
)

// plans are the notices by the kinds of their jobs.
func plans() map[string]plan {
	return map[string]plan{
		"notice.space-opened": of(func(n invitation.Notice) errand {
			return errand{person: n.Person, space: n.Space, say: func(path string) mail.Notice { return mail.SpaceOpened{Path: path} }}
		}),
		"notice.link": of(func(n invitation.Notice) errand {
			return errand{person: n.Person, space: n.Space, link: true, say: func(path string) mail.Notice { return mail.LinkRenewed{Path: path} }}
		}),
		"notice.colleague": of(func(n firm.ColleagueNotice) errand {
			return errand{person: n.Person, link: true, say: func(path string) mail.Notice { return mail.ColleagueInvited{Path: path} }}
		}),
		"notice.welcome": of(func(n invitation.Notice) errand {
			return errand{person: n.Person, say: func(path string) mail.Notice { return mail.Welcome{Path: path} }}
		}),
		"notice.factor": of(func(n invitation.Notice) errand {
			return errand{person: n.Person, at: "/account/factors", say: func(path string) mail.Notice { return mail.FactorsChanged{Path: path} }}
		}),
		"notice.device": of(func(n invitation.Notice) errand {
			return errand{person: n.Person, at: "/account", say: func(path string) mail.Notice { return mail.DeviceMet{Path: path} }}
		}),
		MoveJob:  of(moving),
		MergeJob: of(mergerOf),
		document.HasteJob: of(func(n document.HasteNotice) errand {
			if n.Space == "" {
				return errand{person: n.Person, at: "/account", say: func(path string) mail.Notice { return mail.ManyTaken{Path: path} }}
			}
			return errand{person: n.Person, space: n.Space, alone: true, say: func(path string) mail.Notice { return mail.ManyTakenHere{Path: path} }}
		}),
		freeze.NoticeJob: of(func(n invitation.Notice) errand {
			return errand{person: n.Person, space: n.Space, alone: true, say: func(path string) mail.Notice { return mail.SpaceFrozen{Path: path} }}
		}),
		deposit.NoticeJob: of(func(n deposit.Notice) errand {
			return errand{
				person: n.Person, space: n.Space, kind: news, say: func(path string) mail.Notice { return mail.DepositReceived{Path: path} },
			}
		}),
		depositlink.NoticeJob: of(boxed),
		request.NoticeJob:     of(asked(func(path string) mail.Notice { return mail.NewItem{Path: path} }, true)),
		request.ReminderJob:   of(asked(func(path string) mail.Notice { return mail.PapersAwaited{Path: path} }, false)),
		request.OverdueJob:    of(overdue),
		item.NoticeJob:        of(newItem),
		agenda.NoticeJob:      of(near),
		offer.NoticeJob:       of(offered),
		forum.NoticeJob:       of(fixed),
		dire.NoticeJob:        of(observed),
		question.NoticeJob:    of(questioned),
		slot.NoticeJob:        of(proposed),
		slot.AnswerJob:        of(answered),
		circle.ReviewJob:      of(reviewing),
		vigilance.NoticeJob:   of(vigilant),
	}
}

func boxed(n depositlink.Notice) errand {
	return errand{
		person: n.Person, space: n.Space, link: true, say: func(path string) mail.Notice { return mail.DepositLink{Path: path} },
		waits: func(a *act.Act, _ authz.Actor) error { return depositlink.Waits(a, n.Link) },
		issue: func(a *act.Act, by authz.Actor) (string, error) {
			token, err := depositlink.Issue(a, by, n.Link)
			return depositlink.Path(a.Firm(), token), err
		},
	}
}

func newItem(n item.Notice) errand {
	return errand{
		person: n.Person, space: n.Space, kind: news, joins: true,
		say:     func(path string) mail.Notice { return mail.NewItem{Path: path} },
		waits:   func(a *act.Act, by authz.Actor) error { return waiting(a, by, selectNews, n) },
		demands: func(a *act.Act, by authz.Actor) error { return waiting(a, by, selectDemands, n) },
		titles:  func(a *act.Act, by authz.Actor) (titled, error) { return titles(a, by, n) },
		left:    func(a *act.Act, by authz.Actor) error { return exhibit.Notify(a, by, n.Space) },
	}
}

// sooner is how long before a date its reminder leaves at the latest, whatever hour
// it is.
const sooner = 3 * time.Hour

func near(n agenda.Notice) errand {
	return errand{
		person: n.Person, space: n.Space, kind: owed, latest: store.Time(n.From).Add(-sooner),
		say:   func(path string) mail.Notice { return mail.DateNear{Path: path} },
		waits: func(a *act.Act, by authz.Actor) error { return agenda.Near(a, by, n) },
	}
}

func offered(n offer.Notice) errand {
	return errand{
		person: n.Person, space: n.Space, kind: owed, say: func(path string) mail.Notice { return mail.OffersMoved{Path: path} },
		waits: func(a *act.Act, by authz.Actor) error { return offer.Waits(a, by, n) },
	}
}

func fixed(n forum.Notice) errand {
	return errand{
		person: n.Person, space: n.Space, kind: owed, say: func(path string) mail.Notice { return mail.OffersMoved{Path: path} },
		waits: func(a *act.Act, by authz.Actor) error { return forum.Waits(a, by, n) },
	}
}

func observed(n dire.Notice) errand {
	return errand{
		person: n.Person, space: n.Space, kind: owed, say: func(path string) mail.Notice { return mail.DiresMoved{Path: path} },
		waits: func(a *act.Act, by authz.Actor) error { return dire.Waits(a, by, n) },
		left:  func(a *act.Act, by authz.Actor) error { return dire.Notify(a, by, n) },
	}
}

func questioned(n question.Notice) errand {
	return errand{
		person: n.Person, space: n.Space, kind: owed, say: func(path string) mail.Notice { return mail.OffersMoved{Path: path} },
		waits: func(a *act.Act, by authz.Actor) error { return question.Waits(a, by, n) },
	}
}

func proposed(n slot.Notice) errand {
	return errand{
		person: n.Person, space: n.Space, kind: owed, say: func(path string) mail.Notice { return mail.SlotsProposed{Path: path} },
		waits: func(a *act.Act, by authz.Actor) error { return slot.Waits(a, by, n, slot.Waiting) },
	}
}

func answered(n slot.Notice) errand {
	return errand{
		person: n.Person, space: n.Space, kind: owed, say: func(path string) mail.Notice { return mail.SlotsAnswered{Path: path} },
		waits: func(a *act.Act, by authz.Actor) error { return slot.Waits(a, by, n, slot.Chosen, slot.Declined) },
	}
}

func vigilant(n vigilance.Notice) errand {
	return errand{
		person: n.Person, space: n.Space, kind: owed, alone: true, say: func(path string) mail.Notice { return mail.ReviewDue{Path: path} },
		waits: func(a *act.Act, by authz.Actor) error { return vigilance.Waits(a, by, n) },
	}
}

// asked tells a person that papers are asked of her, or still are: one mail for
// all of them.
func asked(say func(path string) mail.Notice, joins bool) func(request.Notice) errand {
	return func(n request.Notice) errand {
		return errand{
			person: n.Person, space: n.Space, kind: owed, joins: joins, say: say,
			waits: func(a *act.Act, by authz.Actor) error { return request.Waits(a, by, n.Space) },
		}
	}
}

func overdue(n request.Overdue) errand {
	return errand{
		person: n.Person, space: n.Space, kind: owed, alone: true,
		say:   func(path string) mail.Notice { return mail.AnswerOverdue{Path: path} },
		waits: func(a *act.Act, by authz.Actor) error { return request.WaitsFor(a, by, n) },
	}
}
