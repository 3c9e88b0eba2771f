package document

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/outbox"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// ReleaseJob puts onto the common table what somebody had come there at an instant, all
// of it in one act; its payload is a [Due].
const ReleaseJob = "document.release"

// Due names what somebody had come onto the table of a space at an instant.
type Due struct {
	Space  id.Space
	Person id.Person
	At     int64 // µs
}

// Timed is a release that was set for an instant. Stopped is the word for why it did
// not happen, empty while it is still to be.
type Timed struct {
	By      id.Person
	At      time.Time
	Stopped string
}

// The words for why a release did not happen.
const (
	stoppedParty = "party" // a party would not have had it
	stoppedRight = "right" // who set it may no longer
	stoppedOther = "other" // something else stands against it now
)

// horizon is how far ahead a release is set.
const horizon = 366 * 24 * time.Hour

// timed is a [Timed] as it is stored.
type timed struct {
	Timed
	item      id.Item
	space     id.Space
	replaces  id.Item
	confirmed []string
	entry     id.Entry
}

func (t timed) fields() []string {
	return []string{string(t.item), string(t.space), string(t.By), number(store.Micros(t.At)), string(t.replaces), t.Stopped, string(t.entry)}
}

// ReleaseAt has a document come onto the common table at an instant: until then nobody
// sees more of it than before, and then all do at once. Its rights, the guard's findings
// and who would be reached are looked at now, as by [Service.Release], and again at that
// moment; what one person has set for one instant comes in one act, or nothing of it. It
// takes the place of what was set before. Invalid in the field at.
func (s *Service) ReleaseAt(ctx context.Context, by authz.Actor, in Releasing, at time.Time) (err error) {
	defer fault.Op(&err, "document.ReleaseAt(%s)", in.Document)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if !at.After(a.Now) || at.After(a.Now.Add(horizon)) {
			return fault.New(fault.Invalid, "document.release_when").In("at")
		}
		h, side, err := s.readyToRelease(a, by, in)
		if err != nil {
			return err
		}
		if err := exhibit.Replaceable(a, h.Space, in.Replaces, side); err != nil {
			return err
		}
		if err := a.Write(deletePlan, h.ID); err != nil {
			return err
		}
		t := timed{Timed: Timed{By: by.Person, At: at}, item: h.ID, space: h.Space, replaces: in.Replaces, confirmed: in.Confirm}
		if t.entry, err = a.Record(by, "release.set", h.Space, string(h.ID), releasing{at.UTC()}); err != nil {
			return err
		}
		if err := t.insert(a); err != nil {
			return err
		}
		due := Due{h.Space, by.Person, store.Micros(at)}
		return a.Follow(ReleaseJob, string(due.Space)+string(due.Person)+number(due.At), at, due)
	})
}

// releasing is what the journal keeps of a release that is to be.
type releasing struct {
	At time.Time `json:"at"`
}

// CancelRelease takes back that a document comes onto the common table by itself. Absent when it
// does not.
func (s *Service) CancelRelease(ctx context.Context, by authz.Actor, of id.Item) (err error) {
	defer fault.Op(&err, "document.CancelRelease(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		h, _, err := item.Open(a, by, "", item.Document, of, authz.DocumentRelease)
		if err != nil {
			return err
		}
		n, err := a.Exec(deletePlan, h.ID)
		if err == nil && n == 0 {
			err = fault.Absent()
		}
		if err != nil {
			return err
		}
		_, err = a.Record(by, "release.cancelled", h.Space, string(h.ID), nil)
		return err
	})
}

// Reschedule has what anybody set for an instant in an entered space come onto the table
// at another one, or not by itself at all when that is zero. Each keeps who set it, and is
// decided again for her. The caller has decided the right.
func Reschedule(a *act.Act, by authz.Actor, in id.Space, from, to time.Time) error {
	all, err := plans(a, in, selectSet, []any{in, store.Micros(from)})
	if err != nil {
		return err
	}
	for _, t := range all {
		if err := a.Write(deletePlan, t.item); err != nil {
			return err
		}
		if to.IsZero() {
			if _, err := a.Record(by, "release.cancelled", in, string(t.item), nil); err != nil {
				return err
			}
			continue
		}
		t.At = to
		if t.entry, err = a.Record(by, "release.set", in, string(t.item), releasing{to.UTC()}); err != nil {
			return err
		}
		if err := t.insert(a); err != nil {
			return err
		}
		due := Due{in, t.By, store.Micros(to)}
		if err := a.Follow(ReleaseJob, string(due.Space)+string(due.Person)+number(due.At), to, due); err != nil {
			return err
		}
	}
	return nil
}

// Due is the handler of [ReleaseJob]. What cannot come, and all that was to come with
// it, stays where it is, and its page says why.
func (s *Service) Due(ctx context.Context, of id.Firm, j outbox.Job) (err error) {
	defer fault.Op(&err, "document.Due")
	var d Due
	if err := json.Unmarshal(j.Payload, &d); err != nil {
		return fmt.Errorf("document: payload of %s: %w", ReleaseJob, err)
	}
	err = s.office.Do(ctx, of, func(a *act.Act) error { return s.bringDue(a, d) })
	if errors.Is(err, errNothingDue) {
		return nil // taken back, set for another instant, or here already
	}
	switch fault.KindOf(err) {
	case fault.Conflict, fault.Forbidden, fault.NotFound, fault.Invalid:
		return s.stop(ctx, of, d, err)
	}
	return err
}

var errNothingDue = errors.New("document: nothing is due")

// bringDue puts all that is due onto the table.
func (s *Service) bringDue(a *act.Act, d Due) error {
	all, err := due(a, d)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errNothingDue
	}
	card, err := firm.ActiveCard(a, d.Person)
	if err != nil {
		return err
	}
	by := authz.Actor{Person: d.Person, Firm: a.Firm(), Role: card.Role, Via: authz.ViaJob}
	for _, t := range all {
		if err := s.bring(a, by, Releasing{Document: t.item, Replaces: t.replaces, Confirm: t.confirmed}); err != nil {
			return err
		}
	}
	return nil
}

// stop keeps why what was due did not come.
func (s *Service) stop(ctx context.Context, of id.Firm, d Due, because error) error {
	why := stoppedOther
	var refused *fault.Error
	switch {
	case errors.As(because, &refused) && (refused.Key == "exhibit.unreached" || refused.Key == "exhibit.unreached_somewhere"):
		why = stoppedParty
	case fault.Is(because, fault.Forbidden) || fault.Is(because, fault.NotFound):
		why = stoppedRight
	}
	err := s.office.Do(ctx, of, func(a *act.Act) error {
		all, err := due(a, d)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return errNothingDue
		}
		by := authz.Actor{Person: d.Person, Firm: of, Via: authz.ViaJob}
		for _, t := range all {
			t.Stopped = why
			if err := a.Write(deletePlan, t.item); err != nil {
				return err
			}
			if err := t.insert(a); err != nil {
				return err
			}
			if _, err := a.Record(by, "release.stopped", t.space, string(t.item), halted{why}); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, errNothingDue) || fault.Is(err, fault.NotFound) {
		return nil // taken back meanwhile, or the whole space is erased
	}
	return err
}

// halted is what the journal keeps of a release that did not happen.
type halted struct {
	Why string `json:"why"`
}

// due reads what somebody has set for an instant and what nothing has stopped.
func due(a *act.Act, d Due) ([]timed, error) {
	return plans(a, d.Space, selectDue, []any{d.Space, d.Person, d.At})
}

// timedOf is what was set for an opened document, nil when nothing is.
func timedOf(a *act.Act, h item.Header) (*Timed, error) {
	all, err := plans(a, h.Space, selectPlan, []any{h.ID})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0].Timed, nil
}

func plans(a *act.Act, in id.Space, stmt store.FirmStmt, args []any) (out []timed, err error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return nil, err
	}
	err = a.Each(stmt, args, func(scan func(...any) error) error {
		var t timed
		var at int64
		var confirmed, mac []byte
		if err := scan(&t.item, &t.space, &t.By, &at, &t.replaces, &confirmed, &t.Stopped, &t.entry, &mac); err != nil {
			return err
		}
		t.At = store.Time(at)
		if err := box.CheckMAC(mac, "release_plan", t.fields()...); err != nil {
			return err
		}
		raw, err := box.Open(planPlace(t.item), confirmed)
		if err != nil {
			return err
		}
		out = append(out, t)
		return json.Unmarshal(raw, &out[len(out)-1].confirmed)
	})
	return out, err
}

// PlannedBy counts what somebody has set to come onto the common table of a space, and
// that has not yet. The caller has decided that it may be said.
func PlannedBy(a *act.Act, in id.Space, by id.Person) (n int, err error) {
	return n, a.Row(countPlansBy, []any{in, by}, &n)
}

func (t timed) insert(a *act.Act) error {
	box, err := a.SpaceBox(t.space)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(t.confirmed)
	if err != nil {
		return fmt.Errorf("document: what was confirmed for %s: %w", t.item, err)
	}
	return a.Write(insertPlan, t.item, t.space, t.By, store.Micros(t.At), t.replaces, box.Seal(planPlace(t.item), raw), t.Stopped, t.entry,
		box.MAC("release_plan", t.fields()...))
}

func planPlace(of id.Item) vault.Place {
	return vault.Place{Table: "release_plan", Column: "confirmed", Row: string(of)}
}

const planColumns = `select item_id, space_id, person_id, at, replaces, confirmed, stopped, entry_id, mac from release_plan `

var (
	insertPlan = store.ForFirm(`
insert into release_plan (firm_id, item_id, space_id, person_id, at, replaces, confirmed, stopped, entry_id, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)

	countPlansBy = store.ForFirm(`
select count(*) from release_plan where firm_id = $1 and space_id = $2 and person_id = $3 and stopped = ''`)

	deletePlan = store.ForFirm(`delete from release_plan where firm_id = $1 and item_id = $2`)

	selectPlan = store.ForFirm(planColumns + `where firm_id = $1 and item_id = $2`)

	selectSet = store.ForFirm(planColumns + `where firm_id = $1 and space_id = $2 and at = $3 and stopped = '' order by space_id, person_id, at, item_id`)

	selectDue = store.ForFirm(planColumns + `
where firm_id = $1 and space_id = $2 and person_id = $3 and at = $4 and stopped = '' order by item_id`)
)
