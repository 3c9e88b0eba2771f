package overview

import (
	"context"
	"encoding/json"
	"fmt"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/journal"
)

// Entry is an entry of the journal with the names of the people in it, as the
// firm writes them today. AboutName is whom the act was about, when the entry
// says so; both are empty for a person whom the firm does not know.
type Entry struct {
	journal.Record
	ActorName string
	ForName   string // whom she stood in for, who was away; or empty
	AboutName string
}

// JournalQuery asks for a page of a journal, newest first: Limit entries (1 to
// 500) older than Before, which is empty for the first page.
type JournalQuery struct {
	Before id.Entry
	Limit  int
}

// Journal returns the acts of the firm itself, never those inside a space.
func (s *Service) Journal(ctx context.Context, by authz.Actor, q JournalQuery) (out []Entry, err error) {
	defer fault.Op(&err, "overview.Journal")
	allowed := func(a *act.Act) error { return firm.Allow(a, by, authz.FirmJournal) }
	return s.entries(ctx, by, allowed, journal.Filter{Own: true, Before: q.Before, Limit: q.Limit})
}

// SpaceJournal returns the acts inside one space.
func (s *Service) SpaceJournal(ctx context.Context, by authz.Actor, of id.Space, q JournalQuery) (out []Entry, err error) {
	defer fault.Op(&err, "overview.SpaceJournal(%s)", of)
	if of == "" {
		return nil, fault.Absent()
	}
	allowed := func(a *act.Act) error {
		_, err := circle.Enter(a, by, of, authz.SpaceJournal)
		return err
	}
	return s.entries(ctx, by, allowed, journal.Filter{Space: of, Before: q.Before, Limit: q.Limit})
}

// Head returns the latest signed state of the firm's journal, for those who may
// read it; the zero Head when nothing is signed yet.
func (s *Service) Head(ctx context.Context, by authz.Actor) (h journal.Head, err error) {
	defer fault.Op(&err, "overview.Head")
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error { return firm.Allow(a, by, authz.FirmJournal) })
	if err != nil {
		return journal.Head{}, err
	}
	f, err := s.office.Store.Firm(ctx, by.Firm)
	if err != nil {
		return journal.Head{}, err
	}
	return s.office.Journal.Head(ctx, f)
}

// Proof proves one entry to those who may read the journal it stands in: that of
// its space, or that of the firm. An entry that still waits for its place in
// the tree gets it first.
func (s *Service) Proof(ctx context.Context, by authz.Actor, of id.Entry) (p journal.Proof, err error) {
	defer fault.Op(&err, "overview.Proof(%s)", of)
	f, err := s.office.Store.Firm(ctx, by.Firm)
	if err != nil {
		return journal.Proof{}, err
	}
	// The newest entry before the one that would follow it at once is itself.
	found, err := s.office.Journal.List(ctx, f, journal.Filter{Before: of + "0", Limit: 1})
	if err == nil && (len(found) == 0 || found[0].ID != of) {
		err = fault.Absent()
	}
	if err != nil {
		return journal.Proof{}, err
	}
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if found[0].Space == "" {
			return firm.Allow(a, by, authz.FirmJournal)
		}
		_, err := circle.Enter(a, by, found[0].Space, authz.SpaceJournal)
		return err
	})
	if err != nil {
		return journal.Proof{}, err
	}
	return s.office.Journal.Proof(ctx, f, of)
}

// entries reads what the filter chooses once the right is given. The journal
// reads in a transaction of its own, so the right is decided again in the one
// that opens the names.
func (s *Service) entries(ctx context.Context, by authz.Actor, allowed func(*act.Act) error, chosen journal.Filter) ([]Entry, error) {
	if err := s.office.See(ctx, by.Firm, allowed); err != nil {
		return nil, err
	}
	f, err := s.office.Store.Firm(ctx, by.Firm)
	if err != nil {
		return nil, err
	}
	records, err := s.office.Journal.List(ctx, f, chosen)
	if err != nil {
		return nil, err
	}
	var out []Entry
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if err := allowed(a); err != nil {
			return err
		}
		out, err = named(a, records)
		return err
	})
	return out, err
}

func named(a *act.Act, records []journal.Record) ([]Entry, error) {
	people := make([]id.Person, 0, 3*len(records))
	away, about := make([]id.Person, len(records)), make([]id.Person, len(records))
	for i, r := range records {
		var err error
		if about[i], err = aboutWhom(r); err != nil {
			return nil, err
		}
		if away[i], err = forWhom(r); err != nil {
			return nil, err
		}
		people = append(people, r.Actor, about[i], away[i])
	}
	names, err := firm.Names(a, people)
	if err != nil {
		return nil, err
	}
	out := make([]Entry, len(records))
	for i, r := range records {
		out[i] = Entry{Record: r, ActorName: names[r.Actor], ForName: names[away[i]], AboutName: names[about[i]]}
	}
	return out, nil
}

// forWhom is the person who was away and for whom an act was done.
func forWhom(r journal.Record) (id.Person, error) {
	var details struct {
		For id.Person `json:"for"`
	}
	if r.Erased {
		return "", nil
	}
	if err := json.Unmarshal(r.Details, &details); err != nil {
		return "", fmt.Errorf("overview: details of %s: %w", r.ID, err)
	}
	return details.For, nil
}

// aboutWhom is the person an act was about, empty when it was about a thing.
func aboutWhom(r journal.Record) (id.Person, error) {
	switch r.Kind {
	case "firm.colleague_added", "firm.colleague_left", "firm.admin_given", "firm.admin_withdrawn", "member.joined", "member.left", "mobile.changed", "absence.stands_in", "absence.stood_down", "group.entered", "group.left", "space.seen_as", "link.asked", "factor.reset", "factor.copied", "device.met", "mailbox.asked", "mailbox.moved", "mailbox.refused":
		return id.Person(r.Object), nil
	case "link.issued", "token.revoked", "support.looked", "support.examined", "circle.entered", "circle.left",
		"depositlink.made", "depositlink.sent", "depositlink.asked", "depositlink.revoked", "slot.proposed", "slot.chosen", "slot.declined", "slot.withdrawn":
		var details struct {
			Person id.Person `json:"person"`
		}
		if r.Erased {
			return "", nil
		}
		if err := json.Unmarshal(r.Details, &details); err != nil {
			return "", fmt.Errorf("overview: details of %s: %w", r.ID, err)
		}
		return details.Person, nil
	}
	return "", nil
}
