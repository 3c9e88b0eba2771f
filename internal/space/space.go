// Package space holds the secure room between the firm and one client: the
// space itself, its matters and its folders, and the models it opens from.
// Who belongs to it is package circle; what lies in it are items.
//
// A space's name is that of a client and is sealed like everything else; no
// list of all spaces exists, only of those one is a member of. Start at
// [Create] and [Service.Show].
package space

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Space is one secure room. Name is the client's, as the firm writes it.
type Space struct {
	ID      id.Space
	Name    string
	Profile Profile
	Model   ModelKey
	State   string // open · closed
	Notice  string // what notices may say, as circle.Standing has it; see Space.Level
	Lead    id.Person
	Created time.Time
	Changed time.Time // last act that the firm's side may see
}

// Matter is one affair inside a space.
type Matter struct {
	ID    id.Matter
	Name  string
	State string
}

// Folder is a shelf of one tray of a matter. Parent is the folder that holds
// it, empty in the tray itself.
type Folder struct {
	ID     id.Folder
	Matter id.Matter
	Parent id.Folder
	Tray   Tray
	Name   string
}

// New is a space about to open.
type New struct {
	Name     string
	Model    Model
	Profile  Profile
	Lead     id.Person
	Language i18n.Language // in which its matter and folders are named
}

// MaxName is the longest name of a space, in characters.
const MaxName = 160

// clean is a name as it is kept; what is wrong with it goes to the field name.
func clean(typed string, wrong *fault.Fields) string {
	name := fold.Name(typed)
	switch {
	case name == "":
		wrong.Add("name", "space.name_missing")
	case utf8.RuneCountInString(strings.TrimSpace(typed)) > MaxName:
		wrong.Add("name", "space.name_long", MaxName)
	}
	return name
}

// check cleans the name and says all that is wrong.
func (n *New) check() error {
	var wrong fault.Fields
	n.Name = clean(n.Name, &wrong)
	if !slices.Contains(Profiles(), n.Profile) {
		wrong.Add("profile", "space.profile_unknown")
	}
	if n.Model.Key == "" {
		wrong.Add("model", "space.model_unknown")
	}
	return wrong.Err()
}

// Level is what notices of the space may say.
func (s Space) Level() circle.Level {
	level, _ := circle.LevelIn(s.Notice)
	return level
}

// Create opens a space with its key, its three circles, its first matter, its
// folders and its lead. It is a step of lifecycle.OpenSpace, which joins the
// client and records the act.
func Create(a *act.Act, by authz.Actor, n New) (Space, error) {
	if err := n.check(); err != nil {
		return Space{}, err
	}
	s := Space{
		ID: id.New[id.Space](a.Now), Name: n.Name, Profile: n.Profile, Model: n.Model.Key,
		State: "open", Notice: circle.NoticeOf(n.Profile.Demand()), Lead: n.Lead, Created: a.Now, Changed: a.Now,
	}
	box, err := a.Ring().CreateSpace(a.Tx, s.ID, a.Now)
	if err != nil {
		return Space{}, err
	}
	stands := circle.Standing{State: s.State, Notice: s.Notice, Lead: s.Lead}
	err = a.Write(insertSpace, s.ID, box.SealText(namePlace(s.ID), s.Name), s.Profile, s.Model,
		s.State, s.Notice, s.Lead, store.Micros(a.Now), stands.MAC(box, s.ID))
	if err != nil {
		return Space{}, err
	}
	if _, err := circle.CreateHouse(a, s.ID); err != nil {
		return Space{}, err
	}
	if err := circle.Join(a, s.ID, s.Lead, authz.Lead); err != nil {
		return Space{}, err
	}
	return s, openMatter(a, box, s.ID, n)
}

func openMatter(a *act.Act, box *vault.Box, s id.Space, n New) error {
	m := id.New[id.Matter](a.Now)
	name := box.SealText(vault.Place{Table: "matter", Column: "name", Row: string(m)}, n.Model.Matter.in(n.Language))
	if err := a.Write(insertMatter, m, s, name, store.Micros(a.Now)); err != nil {
		return err
	}
	for i, shelf := range n.Model.Folders {
		f := id.New[id.Folder](a.Now)
		name := box.SealText(vault.Place{Table: "folder", Column: "name", Row: string(f)}, shelf.Name.in(n.Language))
		if err := a.Write(insertFolder, f, s, m, "", shelf.Tray, name, i); err != nil {
			return err
		}
	}
	return nil
}

// Touch moves a space to the top of its people's desks. It is never shown to
// the client's side, to whom it would tell that something happened.
func Touch(a *act.Act, s id.Space) error {
	return a.Write(updateChanged, s, store.Micros(a.Now))
}

// Changed is [Touch], and tells the open pages of everybody in the space.
func Changed(a *act.Act, s id.Space) error {
	if err := Touch(a, s); err != nil {
		return err
	}
	return circle.Announce(a, s)
}

// Load reads a space that the caller has entered through circle.Enter.
func Load(a *act.Act, s id.Space) (Space, error) {
	out := Space{ID: s}
	var name []byte
	var created, changed int64
	err := a.Row(selectSpace, []any{s}, &name, &out.Profile, &out.Model, &out.State, &out.Notice, &out.Lead, &created, &changed)
	if errors.Is(err, store.ErrNoRow) {
		return Space{}, fault.Absent()
	}
	if err != nil {
		return Space{}, err
	}
	return unseal(a, out, name, created, changed)
}

// LoadAll is [Load] of several spaces, each of which the caller has entered.
func LoadAll(a *act.Act, spaces []id.Space) (map[id.Space]Space, error) {
	out := make(map[id.Space]Space, len(spaces))
	for in := range store.Batches(spaces) {
		var rows []row
		err := a.Each(selectSpaces, in, func(scan func(...any) error) error {
			var r row
			err := scan(r.dest()...)
			rows = append(rows, r)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if out[r.ID], err = unseal(a, r.Space, r.name, r.created, r.changed); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func unseal(a *act.Act, s Space, name []byte, created, changed int64) (Space, error) {
	box, err := a.SpaceBox(s.ID)
	if err != nil {
		return Space{}, err
	}
	s.Name, err = box.OpenText(namePlace(s.ID), name)
	s.Created, s.Changed = store.Time(created), store.Time(changed)
	return s, err
}

func namePlace(s id.Space) vault.Place {
	return vault.Place{Table: "space", Column: "name", Row: string(s)}
}

// Matters returns the matters of an entered space, oldest first.
func Matters(a *act.Act, s id.Space) ([]Matter, error) {
	box, err := a.SpaceBox(s)
	if err != nil {
		return nil, err
	}
	var out []Matter
	err = a.Each(selectMatters, []any{s}, func(scan func(...any) error) error {
		var m Matter
		var name []byte
		if err := scan(&m.ID, &name, &m.State); err != nil {
			return err
		}
		m.Name, err = box.OpenText(vault.Place{Table: "matter", Column: "name", Row: string(m.ID)}, name)
		out = append(out, m)
		return err
	})
	return out, err
}
