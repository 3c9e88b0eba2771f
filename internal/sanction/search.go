package sanction

import (
	"context"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/likeness"
)

// Report is what a list says of somebody who was looked for.
type Report struct {
	Asked Party
	List  Use
	Hits  []Hit // the most alike first
	More  bool  // there are further ones, less alike
	At    time.Time
	Entry id.Entry // of the journal
}

const (
	maxName  = 200 // characters of a name that is looked for
	mostHits = 50
)

// Search looks for somebody in the list that the firm works with. Every search is recorded,
// with a keyed hash of the name, so that having made it can be proved; it says nothing of
// any file. Faults in the fields "name", "birth" and "kind"; Conflict where there is no list.
func (s *Service) Search(ctx context.Context, by authz.Actor, of Party) (r Report, err error) {
	defer fault.Op(&err, "sanction.Search")
	allowed := func(a *act.Act) error {
		r.At = a.Now
		return firm.Allow(a, by, authz.SanctionSearch)
	}
	if err := s.office.See(ctx, by.Firm, allowed); err != nil {
		return r, err
	}
	if r.Asked, err = of.clean(r.At); err != nil {
		return r, err
	}
	book, err := s.Current(ctx, by.Firm)
	if err == nil && book == nil {
		err = fault.New(fault.Conflict, "sanction.none_text")
	}
	if err == nil {
		r.List, err = s.InUse(ctx, by.Firm)
	}
	if err != nil {
		return r, err
	}
	if r.Hits = book.Find(r.Asked); len(r.Hits) > mostHits {
		r.Hits, r.More = r.Hits[:mostHits], true
	}
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if err := allowed(a); err != nil {
			return err
		}
		r.Entry, err = r.record(a, by, book.SHA256)
		return err
	})
	return r, err
}

// clean reads whom somebody typed.
func (p Party) clean(now time.Time) (Party, error) {
	var wrong fault.Fields
	p.Name = strings.Join(strings.Fields(p.Name), " ")
	if !utf8.ValidString(p.Name) || utf8.RuneCountInString(p.Name) > maxName || likeness.Romanised(p.Name).Empty() {
		wrong.Add("name", "sanction.name")
	}
	if p.Birth = strings.TrimSpace(p.Birth); p.Birth != "" {
		born, err := time.Parse(time.DateOnly, p.Birth)
		if err != nil || born.Year() < 1800 || born.After(now) {
			wrong.Add("birth", "sanction.birth")
		}
	}
	switch p.Kind {
	case "", Human, Company, Ship:
	default:
		wrong.Add("kind", "sanction.kind")
	}
	return p, wrong.Err()
}

// searched is what the journal keeps.
type searched struct {
	Name  string         `json:"name"` // keyed hash of the folded name
	List  string         `json:"list"` // SHA-256 of its file
	Found map[string]int `json:"found"`
}

func (r *Report) record(a *act.Act, by authz.Actor, list string) (id.Entry, error) {
	box, err := a.FirmBox()
	if err != nil {
		return "", err
	}
	said := searched{Name: hex.EncodeToString(box.Lookup("sanction.name", fold.Key(r.Asked.Name))), List: list, Found: map[string]int{}}
	for _, h := range r.Hits {
		said.Found[h.Level.String()]++
	}
	return a.Record(by, "sanction.searched", "", string(a.Firm()), said)
}
