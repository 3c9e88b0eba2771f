package overview

import (
	"context"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/deposit"
	"cenacle/internal/diffusion"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/offer"
	"cenacle/internal/request"
	"cenacle/internal/slot"
	"cenacle/internal/space"
)

// Screen is what the first page of a space shows to one of its members, all of
// one moment and read in one act.
type Screen struct {
	Room      space.Room
	Waits     []Wait
	Documents map[space.Tray][]document.Document
	Pending   []document.Upload // unfinished uploads of the actor
	Threads   []memo.Thread
	Before    id.Item                       // where the conversation goes on, or empty
	Named     map[id.Item]document.Document // documents that the conversation points to
	Draft     memo.Draft                    // of a new thread
	Receipts  []deposit.Receipt
	Deposit   deposit.Deposit // the open one of a depositor
	Requests  []request.Request
	Rule      deposit.Rule // whether the space takes deposits
	Dates     []agenda.Event
	Slots     []slot.Proposal          // made to the actor, who is not of the firm
	Offers    []offer.Round            // of her party, in a forum
	Sent      map[id.Item]id.Diffusion // which of her memos a diffusion of hers has put there
}

// Sources are the services that a screen reads through.
type Sources struct {
	Documents *document.Service // remembers documents
	Requests  *request.Service
}

// ScreenQuery says how much of it.
type ScreenQuery struct {
	Space  id.Space
	After  map[space.Tray]id.Item // the last document shown of a tray
	Rows   int                    // documents of a tray
	Before id.Item                // the memo to go on before
	Memos  int
}

// Screen reads the first page of a space.
func (s *Service) Screen(ctx context.Context, by authz.Actor, from Sources, q ScreenQuery) (out Screen, err error) {
	defer fault.Op(&err, "overview.Screen(%s)", q.Space)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, err = s.screen(a, by, from, q)
		return err
	})
	return out, err
}

// screen is Screen inside a running act.
func (s *Service) screen(a *act.Act, by authz.Actor, from Sources, q ScreenQuery) (out Screen, err error) {
	out = Screen{Documents: map[space.Tray][]document.Document{}, Named: map[id.Item]document.Document{}}
	if out.Room, err = space.Enter(a, by, q.Space, authz.SpaceSee); err != nil {
		return out, err
	}
	if err := out.papers(a, by, from.Documents, q); err != nil {
		return out, err
	}
	if out.Threads, out.Before, err = memo.In(a, by, memo.Query{Space: q.Space, Before: q.Before, Limit: q.Memos}); err != nil {
		return out, err
	}
	if err := out.name(a, by, from.Documents); err != nil {
		return out, err
	}
	if out.Sent, err = diffusion.Origins(a, by, out.written(by)); err != nil {
		return out, err
	}
	if out.Draft, err = memo.DraftIn(a, by, q.Space, ""); err != nil {
		return out, err
	}
	if out.Requests, err = from.Requests.ListIn(a, by, q.Space); err != nil {
		return out, err
	}
	if out.Rule, err = deposit.RuleIn(a, q.Space); err != nil {
		return out, err
	}
	if out.Dates, _, err = agenda.ListIn(a, by, agenda.Query{Space: q.Space, From: a.Now, Limit: mostDates, As: agenda.Next}); err != nil {
		return out, err
	}
	if !out.Room.Mine.Inside() {
		if out.Slots, err = slot.ListIn(a, by, q.Space); err != nil {
			return out, err
		}
	}
	if out.Room.Party.ID != "" {
		if out.Offers, err = offer.ListIn(a, by, q.Space); err != nil {
			return out, err
		}
	}
	out.Waits, err = waits(a, by, q.Space, nil)
	return out, err
}

// written are the memos that are of the actor, who is of the firm.
func (s *Screen) written(by authz.Actor) (out []id.Item) {
	if !s.Room.Mine.Inside() {
		return nil
	}
	for _, t := range s.Threads {
		for _, m := range t.Memos {
			if m.Author == by.Person {
				out = append(out, m.ID)
			}
		}
	}
	return out
}

// papers reads documents, uploads and deposits.
func (s *Screen) papers(a *act.Act, by authz.Actor, documents *document.Service, q ScreenQuery) (err error) {
	trays := space.Trays()
	if s.Room.Party.ID != "" {
		trays = append(trays, space.PartyTray)
	}
	for _, tray := range trays {
		s.Documents[tray], err = documents.ListIn(a, by, document.ListQuery{Space: q.Space, Tray: tray, After: q.After[tray], Limit: q.Rows})
		if err != nil {
			return err
		}
	}
	if s.Receipts, err = deposit.ReceiptsIn(a, by, q.Space); err != nil {
		return err
	}
	if s.Room.Mine == authz.Client || s.Room.Mine == authz.Guest || s.Room.Mine == authz.Expert {
		if s.Deposit, err = deposit.OpenIn(a, by, q.Space); fault.Is(err, fault.Forbidden) {
			err = nil // a closed space takes nothing any more
		}
		if err != nil {
			return err
		}
	}
	s.Pending, err = document.PendingIn(a, q.Space, by.Person)
	return err
}

// name finds the documents that the conversation points to.
func (s *Screen) name(a *act.Act, by authz.Actor, documents *document.Service) error {
	var of []id.Item
	for _, t := range s.Threads {
		if t.Document != "" {
			of = append(of, t.Document)
		}
		for _, m := range t.Memos {
			of = append(of, m.References...)
		}
	}
	slices.Sort(of)
	found, err := documents.NamedIn(a, by, s.Room.ID, slices.Compact(of))
	for _, d := range found {
		s.Named[d.ID] = d
	}
	return err
}
