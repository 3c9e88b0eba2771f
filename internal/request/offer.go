package request

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/paper"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// Bounds of one look for papers that are there.
const (
	maxElsewhere = 20   // spaces of the same client
	maxLooked    = 1000 // newest documents of each
	maxOffers    = 3    // of one paper
)

// Wanted is what somebody is about to ask for: papers by name, or the text of a
// memo.
type Wanted struct {
	Space id.Space
	Names []string
	Text  string
}

// Offer is a document that answers something that is wanted: « Déjà transmis
// le … ».
type Offer struct {
	Name      string // what was wanted; of a memo, what the paper is called
	Document  id.Item
	Title     string
	Space     id.Space
	SpaceName string // unless it is the space where it is wanted
	Came      time.Time
	How       paper.How
}

// Offers looks, before anything is asked, for papers that are there: in this
// space and in the others of the same client, among the documents that the
// person who asks may see. The newest come first, three of each at most.
func (s *Service) Offers(ctx context.Context, by authz.Actor, w Wanted) (out []Offer, err error) {
	defer fault.Op(&err, "request.Offers(%s)", w.Space)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		out, err = s.offersIn(a, by, w)
		return err
	})
	return out, err
}

// want is one paper that is looked for.
type want struct {
	name string
	read paper.Name
}

func (s *Service) wants(w Wanted) (out []want) {
	for _, name := range w.Names {
		if name = strings.TrimSpace(name); name != "" && len(out) < maxAtOnce {
			out = append(out, want{name, s.papers().Read(name)})
		}
	}
	for _, n := range s.papers().Wants(w.Text) {
		if len(out) < maxAtOnce {
			out = append(out, want{s.papers().Label(n.Kinds[0]), n})
		}
	}
	return out
}

func (s *Service) offersIn(a *act.Act, by authz.Actor, w Wanted) ([]Offer, error) {
	if _, err := circle.Enter(a, by, w.Space, authz.RequestSeek); err != nil {
		return nil, err
	}
	wanted := s.wants(w)
	if len(wanted) == 0 {
		return nil, nil
	}
	there, err := s.there(a, by, w.Space)
	if err != nil {
		return nil, err
	}
	var out []Offer
	for _, one := range wanted {
		count := 0
		for _, have := range there {
			reason, ok := s.answered(one.read, have, a.Now)
			if !ok || slices.ContainsFunc(out, func(o Offer) bool { return o.Document == have.doc.ID && o.Name == one.name }) {
				continue
			}
			if count++; count > maxOffers {
				break
			}
			out = append(out, Offer{one.name, have.doc.ID, have.doc.Title, have.doc.Space, have.space, have.doc.Created, reason.How})
		}
	}
	return out, nil
}

// answered tries each name that a document goes by.
func (s *Service) answered(want paper.Name, have found, now time.Time) (paper.Reason, bool) {
	for _, name := range have.reads {
		if reason, ok := s.papers().Answers(want, name, have.doc.Created, now); ok {
			return reason, true
		}
	}
	return paper.Reason{}, false
}

// found is a document with its names read as those of papers: its title, and
// the requests that it answers, since a photograph is called IMG_2041.
type found struct {
	doc   document.Document
	space string
	reads []paper.Name
}

// there are the documents of the client that the actor may see, those of this
// space first.
func (s *Service) there(a *act.Act, by authz.Actor, in id.Space) ([]found, error) {
	spaces := []id.Space{in}
	err := a.Each(selectElsewhere, []any{in, maxElsewhere}, func(scan func(...any) error) error {
		var other id.Space
		err := scan(&other)
		spaces = append(spaces, other)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []found
	for i, of := range spaces {
		listed, err := s.documents.ListIn(a, by, document.ListQuery{Space: of, Limit: maxLooked})
		if i > 0 && fault.Is(err, fault.NotFound) {
			continue // she is not in that space: what lies there is none of her business
		}
		if err != nil {
			return nil, err
		}
		name := ""
		if i > 0 && len(listed) > 0 {
			sp, err := space.Load(a, of)
			if err != nil {
				return nil, err
			}
			name = sp.Name
		}
		called, err := s.called(a, of)
		if err != nil {
			return nil, err
		}
		for _, d := range listed {
			out = append(out, found{d, name, append([]paper.Name{s.papers().Read(d.Title)}, called[d.ID]...)})
		}
	}
	return out, nil
}

// called are the papers that the documents of a space were handed in as; one that
// was sent back is none. The caller has listed the space for one of the firm's
// side, who sees all of its requests.
func (s *Service) called(a *act.Act, of id.Space) (map[id.Item][]paper.Name, error) {
	asked, err := read(a, of, selectSpace, of, maxOpen)
	if err != nil {
		return nil, err
	}
	names := map[id.Ask]string{}
	for _, r := range asked {
		if r.State == Accepted || r.State == Deposited {
			names[r.ID] = r.Name
		}
	}
	out := map[id.Item][]paper.Name{}
	err = a.Each(selectAnswers, []any{of}, func(scan func(...any) error) error {
		var of id.Ask
		var doc id.Item
		var added int64
		err := scan(&of, &doc, &added)
		if name := names[of]; name != "" {
			out[doc] = append(out[doc], s.papers().Read(name))
		}
		return err
	})
	return out, err
}

// Reusing is an offer that was accepted instead of asking.
type Reusing struct {
	Space    id.Space
	Person   id.Person // of whom the paper would have been asked
	Name     string
	Document id.Item
}

// Reuse takes a paper that is there instead of asking for it: the request is
// born answered, and counted as one that was avoided. A document of another
// space is copied into the firm's tray of this one, for the firm alone; both
// journals say so.
func (s *Service) Reuse(ctx context.Context, by authz.Actor, in Reusing) (made id.Ask, err error) {
	defer fault.Op(&err, "request.Reuse(%s)", in.Space)
	once := by.Once
	by.Once = authz.Once{} // the copy is no act of its own
	doc, err := s.here(ctx, by, in)
	if err != nil {
		return "", err
	}
	by.Once = once
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		made, err = s.reuse(a, by, in, doc)
		return err
	})
	return made, err
}

func (s *Service) reuse(a *act.Act, by authz.Actor, in Reusing, doc id.Item) (id.Ask, error) {
	if _, err := circle.Enter(a, by, in.Space, authz.RequestSeek); err != nil {
		return "", err
	}
	if _, _, err := item.Open(a, by, in.Space, item.Document, doc, authz.DocumentRead); err != nil {
		return "", fault.New(fault.Invalid, "request.document_absent").In("document").Because(err)
	}
	papers, err := check([]Paper{{Name: in.Name}}, "", a.Now)
	if err != nil {
		return "", err
	}
	if err := askable(a, in.Space, in.Person); err != nil {
		return "", err
	}
	last, err := room(a, in.Space, 1)
	if err != nil {
		return "", err
	}
	r := Request{
		ID: id.New[id.Ask](a.Now), Space: in.Space, Person: in.Person, Author: by.Person, Position: last + 1,
		State: Accepted, Name: papers[0].Name, Avoided: true, Created: a.Now, Changed: a.Now,
	}
	if err := insert(a, r); err != nil {
		return "", err
	}
	if err := attach(a, r.ID, doc); err != nil {
		return "", err
	}
	if _, err := a.Record(by, "request.avoided", in.Space, string(r.ID), answered{in.Person, doc}); err != nil {
		return "", err
	}
	return r.ID, space.Changed(a, in.Space)
}

// here is the document in the space where it is wanted: itself, or a copy.
func (s *Service) here(ctx context.Context, by authz.Actor, in Reusing) (id.Item, error) {
	var from id.Space
	var title string
	err := s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in.Space, authz.RequestSeek); err != nil {
			return err
		}
		h, _, err := item.Open(a, by, "", item.Document, in.Document, authz.DocumentRead)
		if err != nil {
			return fault.New(fault.Invalid, "request.document_absent").In("document").Because(err)
		}
		d, err := document.ShowIn(a, by, in.Document)
		if err == nil && d.Current.Screening.Held {
			err = fault.New(fault.Invalid, "request.document_held").In("document")
		}
		from, title = h.Space, d.Title
		return err
	})
	if err != nil || from == in.Space {
		return in.Document, err
	}
	c, err := s.documents.Content(ctx, by, document.Want{Item: in.Document, Purpose: document.Download})
	if err != nil {
		return "", err
	}
	copied, err := s.documents.Put(ctx, by, document.BeginUpload{Space: in.Space, Tray: space.FirmTray, Name: title, Size: c.Size}, c.Reader)
	return copied.Document, errors.Join(err, c.Reader.Close())
}

// Avoided counts the requests that offers have spared, in the spaces that the
// actor is a member of.
func Avoided(a *act.Act, by authz.Actor) (n int, err error) {
	if !by.Pass.Takes(authz.RequestSee) || by.Only() != nil {
		return 0, nil
	}
	many, err := space.Many(a, by)
	if err != nil {
		return 0, err
	}
	stmt := countAvoided
	if many {
		stmt = countAvoidedOfMany
	}
	err = a.Row(stmt, []any{by.Person, store.Micros(a.Now)}, &n)
	return n, err
}
