package drive

import (
	"context"
	"slices"
	"strings"
	"sync"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// maxRoots is how many people's roots are remembered.
const maxRoots = 512

// roots remembers under which name each person's drive shows her spaces, so
// that a path does not cost her whole list. It gives no right and no certainty:
// the space that a name led to is entered, and its name read, at each use.
type roots struct {
	mu sync.Mutex
	of map[member]*root
}

type member struct {
	firm   id.Firm
	person id.Person
	scope  string // of her pass: two app passwords may see two roots
}

// root is the top of one drive.
type root struct {
	spaces   []space.Space // in the order of their age
	names    map[string]id.Space
	language i18n.Language
}

func newRoots() roots { return roots{of: map[member]*root{}} }

func (r *roots) get(m member) *root {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.of[m]
}

func (r *roots) put(m member, top *root) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.of) >= maxRoots {
		clear(r.of)
	}
	kept := *top
	kept.spaces = nil // only a listing needs them
	r.of[m] = &kept
}

func memberOf(by authz.Actor) member {
	m := member{firm: by.Firm, person: by.Person, scope: string(by.Scope)}
	if by.Pass != nil {
		for _, s := range by.Pass.Spaces {
			m.scope += "/" + string(s)
		}
	}
	return m
}

// top reads the root of the actor's drive and remembers it.
func (s *Service) top(ctx context.Context, a *act.Act, by authz.Actor) (*root, error) {
	top := &root{names: map[string]id.Space{}, language: s.language(ctx, by)}
	page := space.Page{Limit: 200}
	for {
		found, err := space.Own(a, by, page)
		if err != nil {
			return nil, err
		}
		top.spaces = append(top.spaces, found...)
		if len(found) < page.Limit {
			break
		}
		page.Changed, page.After = found[len(found)-1].Changed, found[len(found)-1].ID
	}
	slices.SortFunc(top.spaces, func(x, y space.Space) int { return strings.Compare(string(x.ID), string(y.ID)) })
	byName := map[string][]id.Space{}
	for _, sp := range top.spaces {
		byName[element(sp.Name)] = append(byName[element(sp.Name)], sp.ID)
	}
	for name, same := range byName {
		names, err := apart(name, len(same), false, func(n string) (bool, error) {
			_, used := byName[n]
			return used && n != name, nil
		})
		if err != nil {
			return nil, err
		}
		for i, n := range names {
			top.names[n] = same[i]
		}
	}
	s.roots.put(memberOf(by), top)
	return top, nil
}

// language is the one that the trays of her drive are named in.
func (s *Service) language(ctx context.Context, by authz.Actor) i18n.Language {
	if s.config.Accounts == nil {
		return i18n.French
	}
	p, err := s.config.Accounts.Person(ctx, by.Person)
	if err != nil {
		return i18n.French // the reference; a name is not worth a refusal
	}
	return p.Language
}

// spaceNamed enters the space that the root of a drive shows under a name, and
// returns the language its trays are named in.
func (s *Service) spaceNamed(ctx context.Context, a *act.Act, by authz.Actor, name string) (space.Space, authz.Facts, i18n.Language, error) {
	if top := s.roots.get(memberOf(by)); top != nil {
		if of, known := top.names[name]; known {
			sp, f, err := enter(a, by, of, name)
			if err == nil || !fault.Is(err, fault.NotFound) {
				return sp, f, top.language, err
			}
		}
	}
	top, err := s.top(ctx, a, by)
	if err != nil {
		return space.Space{}, authz.Facts{}, "", err
	}
	of, known := top.names[name]
	if !known {
		return space.Space{}, authz.Facts{}, "", fault.Absent()
	}
	sp, f, err := enter(a, by, of, name)
	return sp, f, top.language, err
}

// enter enters a space if it is still shown under a name, numbered or not.
func enter(a *act.Act, by authz.Actor, of id.Space, name string) (sp space.Space, f authz.Facts, err error) {
	if f, err = circle.Enter(a, by, of, authz.SpaceSee); err != nil {
		return sp, f, err
	}
	if sp, err = space.Load(a, of); err != nil {
		return sp, f, err
	}
	if base, ok := unnumbered(name); element(sp.Name) != name && !(ok && element(sp.Name) == base) {
		return sp, f, fault.Absent()
	}
	return sp, f, nil
}
