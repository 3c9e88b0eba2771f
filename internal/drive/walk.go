package drive

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/text/unicode/norm"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// level is how deep in the tree a folder stands.
type level int

const (
	atRoot level = iota
	atSpace
	atTray
	atFolder
	atScratch // a folder that a program made for itself
)

// place is a folder of any kind that exists.
type place struct {
	level    level
	path     Path // as shown
	space    id.Space
	facts    authz.Facts
	language i18n.Language
	tray     space.Tray
	folder   space.Folder
	scratch  id.Scratch
	begun    time.Time // of the space
	chain    []string  // what locks call each folder from the space to this one
}

// shelf names the folder to who looks for scratch in it.
func (p place) shelf() string {
	switch p.level {
	case atSpace:
		return "space"
	case atTray:
		return "tray/" + string(p.tray)
	case atFolder:
		return "folder/" + string(p.folder.ID)
	case atScratch:
		return "scratch/" + string(p.scratch)
	}
	return "root"
}

// documents is the folder to who looks for documents in it.
func (p place) documents() document.Shelf {
	return document.Shelf{Space: p.space, Tray: p.tray, Folder: p.folder.ID}
}

// holds reports whether documents can lie in the folder.
func (p place) holds() bool { return p.level == atTray || p.level == atFolder }

// below is the place of a folder inside p.
func (p place) below(name, lock string) place {
	n := p
	n.path = append(slices.Clone(p.path), name)
	n.chain = append(slices.Clone(p.chain), lock)
	return n
}

// spot is where a path leads: a folder, a document, scratch, or nothing yet.
type spot struct {
	in    place  // the folder that holds it; of the root: itself
	name  string // as asked
	at    *place // a folder
	entry *document.Entry
	row   *row // scratch, also when it covers a document of the same name
	away  *row // of the document that was here and is set aside
}

// errNowhere says that the folder of a path does not exist (RFC 4918, 9.7.1).
var errNowhere = errors.New("drive: there is no such folder")

func (s spot) exists() bool { return s.at != nil || s.entry != nil || s.row != nil }

// scratch reports whether something at the spot is, or would be, scratch.
func (s spot) scratch() bool { return s.in.level == atScratch || Scratch(s.name) }

// visit is a path followed in a running act.
type visit struct {
	*Service
	ctx     context.Context
	a       *act.Act
	by      authz.Actor
	shelves []space.Folder // of the space, those she may know of
	removed []row          // whose blobs go after the act
}

// see runs a visit that changes nothing.
func (s *Service) see(ctx context.Context, by authz.Actor, fn func(*visit) error) error {
	return s.office.See(ctx, by.Firm, func(a *act.Act) error {
		return fn(&visit{Service: s, ctx: ctx, a: a, by: by})
	})
}

// keep runs a visit that changes what is not evidence, and removes the bytes
// that nothing refers to afterwards.
func (s *Service) keep(ctx context.Context, by authz.Actor, fn func(*visit) error) error {
	var v *visit
	err := s.office.Keep(ctx, by.Firm, func(a *act.Act) error {
		v = &visit{Service: s, ctx: ctx, a: a, by: by}
		return fn(v)
	})
	if err != nil {
		return err
	}
	for _, r := range v.removed {
		if err := s.clear(context.WithoutCancel(ctx), by.Firm, r.id, r.blob); err != nil {
			return err
		}
	}
	return nil
}

// walk follows a path. Nothing at its end is no fault; a folder on the way that
// does not exist is absent, because of errNowhere.
func (v *visit) walk(p Path) (spot, error) {
	here := spot{at: &place{}}
	for _, name := range p {
		if here.at == nil {
			return spot{}, fault.Absent().Because(errNowhere)
		}
		next, err := v.find(*here.at, name)
		if err != nil {
			return spot{}, err
		}
		here = next
	}
	return here, nil
}

// find looks for one name in a folder.
func (v *visit) find(in place, name string) (spot, error) {
	s := spot{in: in, name: name}
	var err error
	switch in.level {
	case atRoot:
		s.at, err = v.space(in, name)
		return s, err
	case atSpace:
		s.at, err = v.tray(in, name)
	case atTray, atFolder:
		s.at, err = v.folder(in, name)
	}
	if err != nil || s.at != nil {
		return s, err
	}
	if s.row, err = v.rowAt(in, name); err != nil {
		return s, err
	}
	if s.row != nil && s.row.kind == scratchFolder {
		below := in.below(name, "scratch/"+string(s.row.id))
		below.level, below.scratch = atScratch, s.row.id
		s.at = &below
		return s, nil
	}
	if in.holds() {
		return s, v.document(&s)
	}
	return s, nil
}

func (v *visit) space(in place, name string) (*place, error) {
	sp, f, language, err := v.spaceNamed(v.ctx, v.a, v.by, name)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := in.below(name, "space")
	p.level, p.space, p.facts, p.language, p.begun = atSpace, sp.ID, f, language, sp.Created
	return &p, nil
}

// trayName is what a tray is called in a language, from the side of who looks.
func (s *Service) trayName(l i18n.Language, r authz.Role, t space.Tray) string {
	side := "client"
	if r.Inside() {
		side = "firm"
	}
	return element(s.config.Catalog.Printer(l, s.config.Zone).T("drive.tray." + side + "." + string(t)))
}

// tray finds a tray by its name in any language: a drive that was opened in
// another one goes on.
func (v *visit) tray(in place, name string) (*place, error) {
	trays, err := v.trays(in)
	if err != nil {
		return nil, err
	}
	for _, t := range trays {
		for _, l := range i18n.All() {
			if norm.NFC.String(v.trayName(l, in.facts.Role, t)) != name {
				continue
			}
			p := in.below(name, "tray/"+string(t))
			p.level, p.tray = atTray, t
			return &p, nil
		}
	}
	return nil, nil
}

// trays are those of a space that the actor finds there: the private one of her
// party, in a forum, besides the three.
func (v *visit) trays(in place) ([]space.Tray, error) {
	_, party, err := circle.PartyOf(v.a, in.facts)
	if err != nil || !party {
		return space.Trays(), err
	}
	return append(space.Trays(), space.PartyTray), nil
}

// brings reports whether a tray takes what comes from outside the firm: it is
// never replaced, a correction is another document.
func brings(t space.Tray) bool { return t == space.ClientTray || t == space.PartyTray }

func (v *visit) folder(in place, name string) (*place, error) {
	all, err := v.folders(in)
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		if f.Tray == in.tray && f.Parent == in.folder.ID && element(f.Name) == element(name) {
			p := v.into(in, f)
			return &p, nil
		}
	}
	return nil, nil
}

// into is the place of a folder inside another.
func (v *visit) into(in place, f space.Folder) place {
	p := in.below(element(f.Name), "folder/"+string(f.ID))
	p.level, p.folder = atFolder, f
	return p
}

// folders are those of the space that the actor may know of: the firm's side
// all of them, everybody else those of the client's tray and those in which she
// sees something.
func (v *visit) folders(in place) ([]space.Folder, error) {
	if v.shelves != nil {
		return v.shelves, nil
	}
	all, err := space.Folders(v.a, in.space)
	if err != nil {
		return nil, err
	}
	v.shelves = all
	if in.facts.Role.Inside() {
		return all, nil
	}
	known := map[id.Folder]bool{}
	for _, t := range []space.Tray{space.FirmTray, space.SharedTray} {
		used, err := document.FoldersInUse(v.a, v.by, in.space, t)
		if err != nil {
			return nil, err
		}
		for f := range used {
			known[f] = true
		}
	}
	for _, f := range slices.Backward(all) { // each stands before those it holds
		if known[f.ID] {
			known[f.Parent] = true
		}
	}
	v.shelves = slices.DeleteFunc(all, func(f space.Folder) bool { return f.Tray != space.ClientTray && !known[f.ID] })
	return v.shelves, nil
}

// document finds the document that a folder shows under a name, and whether it
// is set aside.
func (v *visit) document(s *spot) error {
	e, err := v.entry(s.in, s.name)
	if err != nil || e == nil {
		return err
	}
	away, err := v.asides(s.in.space)
	if err != nil {
		return err
	}
	for i := range away {
		if away[i].plan.Document == e.ID {
			s.away = &away[i]
			return nil
		}
	}
	s.entry = e
	return nil
}

// entry finds a document by the name that a folder shows, which has a number
// where several documents have the same.
func (v *visit) entry(in place, name string) (*document.Entry, error) {
	for _, base := range []func(string) (string, bool){plainly, unnumbered} {
		b, ok := base(name)
		if !ok {
			continue
		}
		same, err := document.EntriesNamed(v.a, v.by, in.facts, in.documents(), b)
		if err != nil {
			return nil, err
		}
		names, err := v.apart(in, element(b), len(same))
		if err != nil {
			return nil, err
		}
		if i := slices.Index(names, element(name)); i >= 0 {
			return &same[i], nil
		}
	}
	return nil, nil
}

func plainly(name string) (string, bool) { return name, true }

// apart names n documents of one name in a folder.
func (v *visit) apart(in place, name string, n int) ([]string, error) {
	return apart(name, n, brings(in.tray), func(candidate string) (bool, error) {
		held, err := v.folder(in, candidate)
		if err != nil || held != nil {
			return held != nil, err
		}
		if candidate == name {
			return false, nil
		}
		others, err := document.EntriesNamed(v.a, v.by, in.facts, in.documents(), candidate)
		return len(others) > 0, err
	})
}
