package conflict

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/likeness"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Kind says whose other name it is.
type Kind string

const (
	Birth    Kind = "birth"    // the name at birth
	Used     Kind = "used"     // by which somebody goes, a pseudonym, a trade name
	Company  Kind = "company"  // of the client, or of which she is a beneficial owner
	Relative Kind = "relative" // a spouse, a child, an heir
)

// Kinds are those there are, in the order in which they are offered.
func Kinds() []Kind { return []Kind{Birth, Used, Company, Relative} }

// Alias is another name under which the client's side of a space is known.
type Alias struct {
	ID   id.Alias
	Kind Kind
	Name string
}

const (
	maxAliases = 50
	maxName    = 200
)

// Add notes another name in a space. Faults in the fields name and kind.
func (s *Service) Add(ctx context.Context, by authz.Actor, in id.Space, kind Kind, name string) (n Alias, err error) {
	defer fault.Op(&err, "conflict.Add(%s)", in)
	var wrong fault.Fields
	name = strings.TrimSpace(name)
	if !readable(name) {
		wrong.Add("name", "conflict.name")
	}
	if !slices.Contains(Kinds(), kind) {
		wrong.Add("kind", "conflict.kind")
	}
	if err := wrong.Err(); err != nil {
		return n, err
	}
	err = s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.SpaceManage); err != nil {
			return err
		}
		known, err := aliases(a, in)
		if err != nil {
			return err
		}
		if len(known) >= maxAliases {
			return fault.New(fault.Conflict, "conflict.many", maxAliases).In("name")
		}
		box, err := a.SpaceBox(in)
		if err != nil {
			return err
		}
		n = Alias{id.New[id.Alias](a.Now), kind, name}
		err = a.Write(insertAlias, n.ID, in, kind, box.SealText(aliasPlace(n.ID), name), by.Person, store.Micros(a.Now), n.mac(box, in))
		if err != nil {
			return err
		}
		_, err = a.Record(by, "alias.added", in, string(n.ID), nil)
		return err
	})
	return n, err
}

// Remove takes one away. One that is gone already is absent.
func (s *Service) Remove(ctx context.Context, by authz.Actor, in id.Space, of id.Alias) (err error) {
	defer fault.Op(&err, "conflict.Remove(%s)", of)
	return s.office.Do(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.SpaceManage); err != nil {
			return err
		}
		known, err := aliases(a, in)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(known, func(n Alias) bool { return n.ID == of }) {
			return fault.Absent()
		}
		if err := a.Write(deleteAlias, of); err != nil {
			return err
		}
		_, err = a.Record(by, "alias.removed", in, string(of), nil)
		return err
	})
}

// List returns the other names of a space to the firm's side.
func (s *Service) List(ctx context.Context, by authz.Actor, in id.Space) (out []Alias, err error) {
	defer fault.Op(&err, "conflict.List(%s)", in)
	err = s.office.See(ctx, by.Firm, func(a *act.Act) error {
		if _, err := circle.Enter(a, by, in, authz.CircleSee); err != nil {
			return err
		}
		out, err = aliases(a, in)
		return err
	})
	return out, err
}

func aliases(a *act.Act, in id.Space) (out []Alias, err error) {
	box, err := a.SpaceBox(in)
	if err != nil {
		return nil, err
	}
	err = a.Each(selectAliases, []any{in}, func(scan func(...any) error) error {
		var n Alias
		var name, mac []byte
		if err := scan(&n.ID, &n.Kind, &name, &mac); err != nil {
			return err
		}
		if err := box.CheckMAC(mac, "alias", string(n.ID), string(in), string(n.Kind)); err != nil {
			return err
		}
		n.Name, err = box.OpenText(aliasPlace(n.ID), name)
		out = append(out, n)
		return err
	})
	return out, err
}

func (n Alias) mac(box *vault.Box, in id.Space) []byte {
	return box.MAC("alias", string(n.ID), string(in), string(n.Kind))
}

func aliasPlace(n id.Alias) vault.Place {
	return vault.Place{Table: "alias", Column: "name", Row: string(n)}
}

// readable reports a name that something can be compared with.
func readable(name string) bool {
	return utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxName && !likeness.Parse(name).Empty()
}
