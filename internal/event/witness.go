package event

import (
	"encoding/json"
	"fmt"
	"slices"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/journal"
)

// witness asks package authz what one actor may see, each space and item once.
type witness struct {
	act    *act.Act
	by     authz.Actor
	spaces map[id.Space]*authz.Facts // nil: absent
	items  map[string]bool
}

func newWitness(a *act.Act, by authz.Actor) *witness {
	return &witness{a, by, map[id.Space]*authz.Facts{}, map[string]bool{}}
}

func (w *witness) sees(r journal.Record) (bool, error) {
	k, known := kinds[r.Kind]
	if !known || r.Erased {
		return false, nil
	}
	if r.Space == "" {
		return w.may(authz.FirmJournal, authz.Resource{Kind: authz.OfFirm}, authz.Facts{Now: w.act.Now}), nil
	}
	f, err := w.facts(r.Space)
	if err != nil || f == nil {
		return false, err
	}
	switch k.way {
	case deposits:
		return w.may(k.do, authz.Resource{Kind: authz.OfPrivate, Space: r.Space, Owner: r.Actor}, *f), nil
	case requests:
		return w.asked(r, k, *f)
	case acts:
		return w.witnessed(r, *f), nil
	}
	visible, err := w.item(r, k, *f)
	if err != nil || !visible || k.way == items || w.witnessed(r, *f) {
		return visible, err
	}
	if k.way == traces {
		return r.Actor == w.by.Person, nil
	}
	return reached(r, *f)
}

func (w *witness) may(do authz.Action, on authz.Resource, f authz.Facts) bool {
	on.Firm = w.act.Firm()
	return authz.Decide(w.by, do, on, f).Allowed
}

// asked decides on the request that a record is about: its person and the
// firm's side see it.
func (w *witness) asked(r journal.Record, k kind, f authz.Facts) (bool, error) {
	var to struct {
		Person id.Person `json:"person"`
	}
	if err := json.Unmarshal(r.Details, &to); err != nil {
		return false, fmt.Errorf("event: details of %s: %w", r.ID, err)
	}
	return w.may(k.do, authz.Resource{Kind: authz.OfPrivate, Space: r.Space, Owner: to.Person}, f), nil
}

// witnessed reports whether she may read the journal of the space, or did it
// herself and is still there.
func (w *witness) witnessed(r journal.Record, f authz.Facts) bool {
	space := authz.Resource{Kind: authz.OfSpace, Space: r.Space}
	if w.may(authz.SpaceJournal, space, f) {
		return true
	}
	return r.Actor == w.by.Person && w.by.Pass.Takes(authz.SpaceJournal) && w.may(authz.SpaceSee, space, f)
}

// facts are nil for a space that is erased.
func (w *witness) facts(s id.Space) (*authz.Facts, error) {
	if f, known := w.spaces[s]; known {
		return f, nil
	}
	f, err := circle.Facts(w.act, w.by, s)
	switch {
	case fault.Is(err, fault.NotFound):
		w.spaces[s] = nil
	case err != nil:
		return nil, err
	default:
		w.spaces[s] = &f
	}
	return w.spaces[s], nil
}

// item decides on the item that a record is about.
func (w *witness) item(r journal.Record, k kind, f authz.Facts) (bool, error) {
	key := string(k.do) + " " + r.Object
	if seen, known := w.items[key]; known {
		return seen, nil
	}
	locked, _, err := item.Load(w.act, r.Space, k.item, id.Item(r.Object))
	if err == nil {
		_, err = authz.Open(locked, w.by, k.do, f)
	}
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
		return false, err
	}
	w.items[key] = err == nil
	return err == nil, nil
}

// reached reports whether an item was sent to a circle that she is in now.
func reached(r journal.Record, f authz.Facts) (bool, error) {
	var sent struct {
		Circles []id.Circle `json:"circles"`
	}
	if err := json.Unmarshal(r.Details, &sent); err != nil {
		return false, fmt.Errorf("event: details of %s: %w", r.ID, err)
	}
	return slices.ContainsFunc(sent.Circles, func(c id.Circle) bool {
		span, in := f.Circles[c]
		return in && span.Covers(f.Now)
	}), nil
}
