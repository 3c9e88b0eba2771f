package document

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Recall is a document that was taken back from everybody outside the firm, and
// what is certain of each: never opened, or opened when. Entry is the line of
// the journal that proves it.
type Recall struct {
	ID      id.Recall
	Entry   id.Entry
	By      id.Person
	ByName  string
	At      time.Time
	SHA256  string
	Outcome []Opened
}

// Opened is one person from whom a document was taken back; At is when she
// first opened it, zero when she never did.
type Opened struct {
	Person id.Person
	Name   string
	At     time.Time
}

// recalled is what the journal keeps of a recall, and what its row has sealed.
// A time is in microseconds, 0 for never.
type recalled struct {
	Version id.Version          `json:"version"`
	SHA256  string              `json:"sha256"`
	Circles []id.Circle         `json:"circles"`
	Opened  map[id.Person]int64 `json:"opened"`
}

// Recall takes a document back from everybody outside the firm, at once, and
// says for each of them whether it was ever opened. A reading that is going on
// at this moment has either been recorded, and is told, or finds nothing: both
// are acts of one database, and one comes first. Nobody outside the firm has
// it: fault.Conflict.
func (s *Service) Recall(ctx context.Context, by authz.Actor, of id.Item) (r Recall, err error) {
	defer fault.Op(&err, "document.Recall(%s)", of)
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		h, _, err := item.Open(a, by, "", item.Document, of, authz.DocumentAddress)
		if err != nil {
			return err
		}
		at, err := place(a, of)
		if err != nil {
			return err
		}
		if brought, err := fromOutside(a, h); err != nil || brought && at.Tray != space.ClientTray {
			return fault.New(fault.Forbidden, "document.of_party").Because(err)
		}
		all, err := versions(a, h)
		if err != nil {
			return err
		}
		out, err := circle.Beyond(a, h.Space, circlesOf(h.Audience))
		if err != nil {
			return err
		}
		kept := recalled{all[0].ID, hex.EncodeToString(all[0].SHA256[:]), out, map[id.Person]int64{}}
		if err := kept.whom(a, h); err != nil {
			return err
		}
		if len(out) == 0 {
			return fault.New(fault.Conflict, "document.nobody_outside")
		}
		r, err = s.takeBackFrom(a, by, h, kept)
		return err
	})
	return r, err
}

// whom notes for each reader outside the firm when she first opened it.
func (r *recalled) whom(a *act.Act, h item.Header) error {
	reach, err := Recipients(a, resource(a, h))
	if err != nil {
		return err
	}
	reads, err := item.Reads(a, h.ID)
	if err != nil {
		return err
	}
	for _, p := range reach.Will {
		if !p.Role.Inside() {
			r.Opened[p.Person] = store.Micros(reads[p.Person])
		}
	}
	return nil
}

func (s *Service) takeBackFrom(a *act.Act, by authz.Actor, h item.Header, kept recalled) (Recall, error) {
	r := Recall{ID: id.New[id.Recall](a.Now), By: by.Person, At: a.Now, SHA256: kept.SHA256}
	if err := withdraw(a, by, h, kept.Circles); err != nil {
		return r, err
	}
	asked, err := approvals(a, h.Space, h.ID)
	if err != nil {
		return r, err
	}
	for _, p := range asked {
		if p.State == Asked { // it would send what was just taken back
			p.State = void
			if err := p.settle(a); err != nil {
				return r, err
			}
		}
	}
	if err := revised(a, h.ID); err != nil {
		return r, err
	}
	if r.Entry, err = a.Record(by, "document.recalled", h.Space, string(h.ID), kept); err != nil {
		return r, err
	}
	box, err := a.SpaceBox(h.Space)
	if err != nil {
		return r, err
	}
	raw, err := json.Marshal(kept)
	if err != nil {
		return r, fmt.Errorf("document: outcome of a recall: %w", err)
	}
	a.Signal(h.Space, circlesOf(h.Audience)...)
	err = a.Write(insertRecall, r.ID, h.Space, h.ID, r.Entry, r.By, store.Micros(r.At), box.Seal(recallPlace(r.ID), raw), box.MAC("recall", r.fields(h.ID)...))
	return r, err
}

// withdraw takes an opened document back from circles; the firm keeps it, also
// when it had it by one of them.
func withdraw(a *act.Act, by authz.Actor, h item.Header, circles []id.Circle) error {
	house, err := circle.HouseOf(a, h.Space)
	if err != nil {
		return err
	}
	if !slices.Contains(circlesOf(h.Audience), house.Firm) {
		if err := item.Address(a, by, h, []id.Circle{house.Firm}, false); err != nil {
			return err
		}
	}
	return item.Withdraw(a, h, circles)
}

// recalls reads what was taken back of an opened document, the latest first.
func recalls(a *act.Act, h item.Header) (out []Recall, err error) {
	box, err := a.SpaceBox(h.Space)
	if err != nil {
		return nil, err
	}
	var people []id.Person
	err = a.Each(selectRecalls, []any{h.ID}, func(scan func(...any) error) error {
		var r Recall
		var at int64
		var sealed, mac []byte
		if err := scan(&r.ID, &r.Entry, &r.By, &at, &sealed, &mac); err != nil {
			return err
		}
		r.At = store.Time(at)
		if err := box.CheckMAC(mac, "recall", r.fields(h.ID)...); err != nil {
			return err
		}
		raw, err := box.Open(recallPlace(r.ID), sealed)
		if err != nil {
			return err
		}
		var kept recalled
		if err := json.Unmarshal(raw, &kept); err != nil {
			return fmt.Errorf("document: outcome of %s: %w", r.ID, err)
		}
		r.SHA256 = kept.SHA256
		for p, opened := range kept.Opened {
			r.Outcome = append(r.Outcome, Opened{Person: p, At: store.Time(opened)})
			people = append(people, p)
		}
		people = append(people, r.By)
		out = append(out, r)
		return nil
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	names, err := firm.Names(a, people)
	for i := range out {
		out[i].ByName = names[out[i].By]
		for j := range out[i].Outcome {
			out[i].Outcome[j].Name = names[out[i].Outcome[j].Person]
		}
		slices.SortFunc(out[i].Outcome, func(x, y Opened) int { return strings.Compare(x.Name, y.Name) })
	}
	return out, err
}

func (r Recall) fields(of id.Item) []string {
	return []string{string(r.ID), string(of), string(r.Entry), string(r.By), number(store.Micros(r.At))}
}

func recallPlace(r id.Recall) vault.Place {
	return vault.Place{Table: "recall", Column: "outcome", Row: string(r)}
}
