package document

import (
	"bytes"
	"context"
	"errors"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/outbox"
	"cenacle/internal/scan"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// ScreenJob asks the scanner about what it has not been able to look at yet.
const ScreenJob = "document.screen"

const (
	screenedAtOnce = 10          // versions that one job looks at
	askAgain       = time.Minute // after a scanner did not answer
)

// Screening is what a scanner said of the bytes of a version. The zero value:
// nothing was asked, because there was no scanner.
type Screening struct {
	State  scan.State
	Why    scan.Why
	Held   bool // nobody opens the bytes, and they are sent to nobody
	Found  string
	Engine string
	At     time.Time
}

// screened is what the journal keeps of a verdict.
type screened struct {
	Version id.Version `json:"version,omitempty"`
	State   scan.State `json:"state"`
	Why     scan.Why   `json:"why,omitempty"`
	Found   string     `json:"found,omitempty"`
	Engine  string     `json:"engine,omitempty"`
	Held    bool       `json:"held"`
}

func screenedOf(c Screening) *screened {
	if c.State == "" {
		return nil
	}
	return &screened{State: c.State, Why: c.Why, Found: c.Found, Engine: c.Engine, Held: c.Held}
}

// quarantine adds to an arrival the line that says it is harmful.
func quarantine(a *act.Act, by authz.Actor, u arrival, c Screening) error {
	if c.State != scan.Infected {
		return nil
	}
	details := screenedOf(c)
	details.Version = u.Version
	_, err := a.Record(by, "document.quarantined", u.Space, string(u.Document), details)
	return err
}

// screening is a verdict with what the house makes of it: what is harmful is
// held, and what could not be looked at where that is demanded.
func (s *Service) screening(v scan.Verdict, at time.Time) Screening {
	c := Screening{State: v.State, Why: v.Why, Found: v.Found, Engine: v.Engine, At: at}
	c.Held = c.State == scan.Infected || c.State == scan.Unscanned && s.config.Demand
	return c
}

// screen asks about bytes that are sealed.
func (s *Service) screen(ctx context.Context, ref blob.Ref, key vault.Key, size int64) (v scan.Verdict, err error) {
	if s.config.Scanner == nil {
		return v, nil
	}
	r, err := s.blobs.Open(ctx, ref, key, size)
	if err != nil {
		return v, err
	}
	v, err = s.config.Scanner.Scan(ctx, r)
	return v, errors.Join(err, r.Close())
}

// screenWhole asks about the bytes of a small file.
func (s *Service) screenWhole(ctx context.Context, content []byte) (v scan.Verdict, err error) {
	if s.config.Scanner == nil {
		return v, nil
	}
	return s.config.Scanner.Scan(ctx, bytes.NewReader(content))
}

// pronounce writes what was said of a version, and has it asked again when
// nobody answered.
func (s *Service) pronounce(a *act.Act, in id.Space, of id.Item, v id.Version, c Screening) error {
	if c.State == "" {
		return nil
	}
	box, err := a.SpaceBox(in)
	if err != nil {
		return err
	}
	found := box.SealText(screeningPlace(v), c.Found)
	held, at := int64(0), store.Micros(c.At)
	if c.Held {
		held = 1
	}
	err = a.Write(upsertScreening, v, of, in, c.State, c.Why, held, found, c.Engine, at,
		box.MAC("screening", screeningFields(v, of, in, c, found)...))
	if err != nil {
		return err
	}
	if c.Why == scan.Away {
		return a.Follow(ScreenJob, "all", a.Now.Add(askAgain), nil)
	}
	return a.Write(updateScreened, v)
}

func screeningFields(v id.Version, of id.Item, in id.Space, c Screening, found []byte) []string {
	held := "0"
	if c.Held {
		held = "1"
	}
	return []string{string(v), string(of), string(in), string(c.State), string(c.Why), held, string(found), c.Engine, number(store.Micros(c.At))}
}

func screeningPlace(v id.Version) vault.Place {
	return vault.Place{Table: "screening", Column: "found", Row: string(v)}
}

// screenings adds what was said of some versions.
func screenings(a *act.Act, into map[id.Version]Screening, stmt store.FirmStmt, args ...any) error {
	type row struct {
		Screening
		version    id.Version
		of         id.Item
		in         id.Space
		found, mac []byte
	}
	var rows []row
	err := a.Each(stmt, args, func(scan func(...any) error) error {
		var r row
		var held, at int64
		err := scan(&r.version, &r.of, &r.in, &r.State, &r.Why, &held, &r.found, &r.Engine, &at, &r.mac)
		r.Held, r.At = held == 1, store.Time(at)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		box, err := a.SpaceBox(r.in)
		if err != nil {
			return err
		}
		if err := box.CheckMAC(r.mac, "screening", screeningFields(r.version, r.of, r.in, r.Screening, r.found)...); err != nil {
			return err
		}
		if r.Found, err = box.OpenText(screeningPlace(r.version), r.found); err != nil {
			return err
		}
		into[r.version] = r.Screening
	}
	return nil
}

// openable refuses bytes that are held, and where screening is demanded those
// about which nothing is known.
func (s *Service) openable(a *act.Act, v id.Version) error {
	all := map[id.Version]Screening{}
	if err := screenings(a, all, selectScreening, v); err != nil {
		return err
	}
	c, known := all[v]
	switch {
	case c.State == scan.Infected:
		return fault.New(fault.Forbidden, "document.quarantined", c.Found)
	case c.Why == scan.Large && (c.Held || s.config.Demand):
		return fault.New(fault.Forbidden, "document.unscanned_large")
	case c.Held, s.config.Demand && (!known || c.State != scan.Clean):
		return fault.New(fault.Forbidden, "document.unscanned")
	}
	return nil
}

// sendable refuses to send a document whose current bytes nobody may open.
func (s *Service) sendable(a *act.Act, h item.Header) error {
	var current id.Version
	if err := a.Row(selectCurrent, []any{h.ID}, &current); err != nil {
		return err
	}
	err := s.openable(a, current)
	if f := fault.KindOf(err); f == fault.Forbidden {
		return fault.New(fault.Conflict, "document.held_back").Because(err)
	}
	return err
}

// Screen is the handler of [ScreenJob]: it asks the scanner about versions that
// it has not looked at, those that came before it was there among them. Nobody
// asks for the bytes by that: they go to the scanner and nowhere else.
func (s *Service) Screen(ctx context.Context, of id.Firm, _ outbox.Job) (err error) {
	defer fault.Op(&err, "document.Screen")
	if s.config.Scanner == nil {
		return nil
	}
	all, err := s.unscreened(ctx, of)
	if err != nil {
		return err
	}
	for _, u := range all {
		away, err := s.rescreen(ctx, of, u)
		if err != nil || away {
			return err // the job that asks again is written
		}
	}
	if len(all) < screenedAtOnce {
		return nil
	}
	return s.office.Keep(ctx, of, func(a *act.Act) error { return a.Follow(ScreenJob, "all", a.Now, nil) })
}

type unscreened struct {
	version id.Version
	author  id.Person // of the version
	of      id.Item
	in      id.Space
}

func (s *Service) unscreened(ctx context.Context, of id.Firm) (out []unscreened, err error) {
	err = s.office.See(ctx, of, func(a *act.Act) error {
		return a.Each(selectUnscreened, []any{screenedAtOnce}, func(scan func(...any) error) error {
			var u unscreened
			err := scan(&u.version, &u.author, &u.of, &u.in)
			out = append(out, u)
			return err
		})
	})
	return out, err
}

// rescreen asks about one version and keeps the answer. away: nobody answered.
func (s *Service) rescreen(ctx context.Context, of id.Firm, u unscreened) (away bool, err error) {
	var v stored
	var key vault.Key
	err = s.office.See(ctx, of, func(a *act.Act) (err error) {
		v, key, err = sealedBytes(a, u)
		return err
	})
	defer key.Wipe()
	if errors.Is(err, store.ErrNoRow) || fault.Is(err, fault.NotFound) {
		return false, nil // erased meanwhile
	}
	if err != nil {
		return false, err
	}
	verdict, err := s.screen(ctx, blob.Ref{Firm: of, Space: u.in, Document: u.of, Version: v.ID, Blob: v.blob}, key, v.Size)
	if err != nil {
		return false, err
	}
	return verdict.Why == scan.Away, s.office.Keep(ctx, of, func(a *act.Act) error {
		return s.relearn(a, u, s.screening(verdict, a.Now))
	})
}

// sealedBytes finds the bytes of a version, of a document in the trash too.
func sealedBytes(a *act.Act, u unscreened) (v stored, key vault.Key, err error) {
	all, err := versions(a, item.Header{ID: u.of, Space: u.in})
	if err != nil {
		return v, key, err
	}
	for _, one := range all {
		if one.ID == u.version {
			v = one
		}
	}
	if v.ID == "" {
		return v, key, fault.Absent()
	}
	box, err := a.SpaceBox(u.in)
	if err != nil {
		return v, key, err
	}
	key, err = box.UnwrapKey(versionPlace("key", v.ID), v.wrapped)
	return v, key, err
}

// relearn keeps a later answer. What was held and is clean is told now to whom
// it was addressed.
func (s *Service) relearn(a *act.Act, u unscreened, now Screening) error {
	before := map[id.Version]Screening{}
	if err := screenings(a, before, selectScreening, u.version); err != nil {
		return err
	}
	was := before[u.version]
	if now.State == scan.Unscanned && was.Held {
		now.Held = true // a setting that changed meanwhile releases nothing
	}
	if err := s.pronounce(a, u.in, u.of, u.version, now); err != nil {
		return err
	}
	if now.State == was.State && now.Why == was.Why && now.Held == was.Held {
		return nil
	}
	by := authz.Actor{Person: u.author, Firm: a.Firm(), Role: authz.Outsider, Via: authz.ViaJob}
	details := screenedOf(now)
	details.Version = u.version
	if _, err := a.Record(by, "document.screened", u.in, string(u.of), details); err != nil {
		return err
	}
	return s.released(a, u, was.Held && !now.Held)
}

// released refreshes the pages on which a document stands, and tells of one
// that can be opened now.
func (s *Service) released(a *act.Act, u unscreened, free bool) error {
	on, err := item.Standing(a, u.of)
	if fault.Is(err, fault.NotFound) {
		return nil // in the trash
	}
	if err != nil {
		return err
	}
	a.Signal(u.in, circlesOf(on.Audience)...)
	r, err := readableOf(a, u.of)
	if err != nil {
		return err
	}
	r.key.Wipe()
	if !free || r.version.ID != u.version {
		return nil
	}
	if err := s.findableAnew(a, u.in, u.of, r.title); err != nil {
		return err
	}
	return s.tell(a, authz.Actor{Person: u.author, Firm: a.Firm()}, u.of, on, nil)
}

// rescreening has the scanner asked about what it has not looked at.
func (s *Service) rescreening(ctx context.Context, of id.Firm) error {
	if s.config.Scanner == nil {
		return nil
	}
	all, err := s.unscreened(ctx, of)
	if err != nil || len(all) == 0 {
		return err
	}
	return s.office.Keep(ctx, of, func(a *act.Act) error { return a.Follow(ScreenJob, "all", a.Now, nil) })
}

var (
	upsertScreening = store.ForFirm(`
insert into screening (firm_id, version_id, document_id, space_id, state, why, held, found, engine, screened_at, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (firm_id, version_id) do update set state = excluded.state, why = excluded.why, held = excluded.held,
  found = excluded.found, engine = excluded.engine, screened_at = excluded.screened_at, mac = excluded.mac`)

	selectScreening = store.ForFirm(`
select version_id, document_id, space_id, state, why, held, found, engine, screened_at, mac from screening
where firm_id = $1 and version_id = $2`)

	selectScreenings = store.ForFirm(`
select version_id, document_id, space_id, state, why, held, found, engine, screened_at, mac from screening
where firm_id = $1 and document_id = $2`)

	// Of several versions, of whatever spaces.
	selectScreeningOf = store.ForFirm(`
select version_id, document_id, space_id, state, why, held, found, engine, screened_at, mac from screening
where firm_id = $1 and version_id in ` + several)

	// $3 and $4: of documents between.
	selectScreened = store.ForFirm(`
select version_id, document_id, space_id, state, why, held, found, engine, screened_at, mac from screening
where firm_id = $1 and space_id = $2 and document_id >= $3 and document_id <= $4`)

	updateScreened = store.ForFirm(`update version set screened = 1 where firm_id = $1 and id = $2`)

	selectUnscreened = store.ForFirm(`
select v.id, v.author_id, v.document_id, d.space_id from version v
join document d on d.firm_id = $1 and d.id = v.document_id
where v.firm_id = $1 and v.screened = 0 order by v.id limit $2`)

	deleteScreenings = store.ForFirm(`delete from screening where firm_id = $1 and document_id = $2`)
)
