package drive

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// Look returns what a path leads to; nothing there is absent.
func (s *Service) Look(ctx context.Context, by authz.Actor, p Path) (n Node, err error) {
	defer fault.Op(&err, "drive.Look")
	err = s.see(ctx, by, func(v *visit) error {
		at, err := v.walk(p)
		if err != nil {
			return err
		}
		if !at.exists() {
			return fault.Absent()
		}
		n, err = v.node(at)
		return err
	})
	return n, err
}

// List is Look with what lies in a folder, sorted by name.
func (s *Service) List(ctx context.Context, by authz.Actor, p Path) (n Node, within []Node, err error) {
	defer fault.Op(&err, "drive.List")
	err = s.see(ctx, by, func(v *visit) error {
		at, err := v.walk(p)
		if err != nil {
			return err
		}
		if !at.exists() {
			return fault.Absent()
		}
		if n, err = v.node(at); err != nil || at.at == nil {
			return err
		}
		within, err = v.within(*at.at)
		return err
	})
	return n, within, err
}

// node is a spot that exists, with the locks that hold there.
func (v *visit) node(at spot) (Node, error) {
	n := v.bare(at)
	if at.home() == "" {
		return n, nil
	}
	held, err := v.locks(at.home())
	if err != nil || len(held) == 0 {
		return n, err
	}
	chain, err := v.chain(at)
	if err != nil {
		return n, err
	}
	n.Locks, err = v.seen(held, chain, at.path())
	return n, err
}

// bare is a spot that exists.
func (v *visit) bare(at spot) Node {
	switch {
	case at.at != nil:
		return at.at.node()
	case at.row != nil:
		return scratchNode(at.in, at.row)
	}
	return entryNode(at.in, *at.entry, at.name)
}

// node is a folder. Folders have no dates of their own: they show since when
// their space is there, which says nothing of what happens in it.
func (p *place) node() Node {
	n := Node{Path: p.path, Collection: true, Created: p.begun, Modified: p.begun}
	if len(p.chain) > 0 {
		n.self = p.chain[len(p.chain)-1]
	}
	return n
}

func scratchNode(in place, r *row) Node {
	n := Node{
		Path: append(slices.Clone(in.path), r.plan.Name), Collection: r.kind == scratchFolder,
		Created: r.made, Modified: r.touched, self: r.lock(),
	}
	if !n.Collection {
		n.Size, n.Media = r.size, "application/octet-stream"
		n.ETag = `"` + string(r.id) + "-" + r.touched.UTC().Format("150405.000000") + `"`
	}
	return n
}

func entryNode(in place, e document.Entry, name string) Node {
	return Node{
		Path: append(slices.Clone(in.path), name), Size: e.Size, Media: e.Media,
		ETag: `"` + string(e.Version) + `"`, Created: e.Created, Modified: e.Modified, self: lockOf(e.ID),
	}
}

// within lists a folder.
func (v *visit) within(in place) (out []Node, err error) {
	switch in.level {
	case atRoot:
		out, err = v.rootNodes()
		slices.SortFunc(out, func(x, y Node) int { return strings.Compare(x.Name(), y.Name()) })
		return out, err
	case atSpace:
		trays, err := v.trays(in)
		if err != nil {
			return nil, err
		}
		for _, t := range trays {
			name := v.trayName(in.language, in.facts.Role, t)
			p := in.below(name, "tray/"+string(t))
			out = append(out, p.node())
		}
	case atTray, atFolder:
		if out, err = v.folderNodes(in); err != nil {
			return nil, err
		}
	}
	if out, err = v.withScratch(in, out); err != nil {
		return nil, err
	}
	slices.SortStableFunc(out, func(x, y Node) int { return strings.Compare(x.Name(), y.Name()) })
	return out, v.lockAll(in, out)
}

func (v *visit) rootNodes() ([]Node, error) {
	top, err := v.top(v.ctx, v.a, v.by)
	if err != nil {
		return nil, err
	}
	name := map[id.Space]string{}
	for n, of := range top.names {
		name[of] = n
	}
	out := make([]Node, len(top.spaces))
	for i, sp := range top.spaces {
		out[i] = Node{Path: Path{name[sp.ID]}, Collection: true, Created: sp.Created, Modified: sp.Created}
	}
	return out, nil
}

// folderNodes lists the folders and documents of a tray or a folder.
func (v *visit) folderNodes(in place) (out []Node, err error) {
	all, err := v.folders(in)
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	for _, f := range all {
		if f.Tray == in.tray && f.Parent == in.folder.ID && !taken[element(f.Name)] {
			taken[element(f.Name)] = true
			p := v.into(in, f)
			out = append(out, p.node())
		}
	}
	found, err := document.Entries(v.a, v.by, in.facts, in.documents())
	if err != nil {
		return nil, err
	}
	names, err := nameAll(found, brings(in.tray), taken)
	if err != nil {
		return nil, err
	}
	away, err := v.asides(in.space)
	if err != nil {
		return nil, err
	}
	for i, e := range found {
		if !slices.ContainsFunc(away, func(r row) bool { return r.plan.Document == e.ID }) {
			out = append(out, entryNode(in, e, names[i]))
		}
	}
	return out, nil
}

// nameAll names the documents of a folder, given oldest first; taken are the
// names of its folders.
func nameAll(found []document.Entry, deposits bool, taken map[string]bool) ([]string, error) {
	same := make(map[string][]int, len(found))
	for i, e := range found {
		same[e.Name] = append(same[e.Name], i)
	}
	names := make([]string, len(found))
	for name, group := range same {
		if len(group) == 1 && !taken[name] {
			names[group[0]] = name
			continue
		}
		apart, err := apart(name, len(group), deposits, func(candidate string) (bool, error) {
			return taken[candidate] || candidate != name && same[candidate] != nil, nil
		})
		if err != nil {
			return nil, err
		}
		for k, i := range group {
			names[i] = apart[k]
		}
	}
	return names, nil
}

// withScratch adds what lies in a folder for the actor alone; it covers what
// has the same name.
func (v *visit) withScratch(in place, out []Node) ([]Node, error) {
	box, err := v.a.SpaceBox(in.space)
	if err != nil {
		return nil, err
	}
	hers, err := rows(v.a, in.space, selectShelf, shelfHash(box, v.by.Person, in.shelf()))
	if err != nil || len(hers) == 0 {
		return out, err
	}
	covered := map[string]bool{}
	var added []Node
	for i := range hers {
		covered[hers[i].plan.Name] = true
		added = append(added, scratchNode(in, &hers[i]))
	}
	out = slices.DeleteFunc(out, func(n Node) bool { return !n.Collection && covered[n.Name()] })
	return append(out, added...), nil
}

// lockAll writes the locks that hold on each of a listing.
func (v *visit) lockAll(in place, out []Node) error {
	held, err := v.locks(in.space)
	if err != nil || len(held) == 0 {
		return err
	}
	for i, n := range out {
		if out[i].Locks, err = v.seen(held, append(slices.Clone(in.chain), n.self), n.Path); err != nil {
			return err
		}
	}
	return nil
}

// home is the space the spot is in, "" for the root.
func (s spot) home() id.Space {
	if s.at != nil {
		return s.at.space
	}
	return s.in.space
}

// path is where the spot is, as shown.
func (s spot) path() Path {
	if s.at != nil {
		return s.at.path
	}
	return append(slices.Clone(s.in.path), s.name)
}

// chain is what locks call the spot and all that holds it, from the space on.
func (v *visit) chain(s spot) ([]string, error) {
	if s.at != nil {
		return s.at.chain, nil
	}
	self := ""
	switch {
	case s.entry != nil:
		self = lockOf(s.entry.ID)
	case s.away != nil:
		self = lockOf(s.away.plan.Document)
	case s.row != nil:
		self = s.row.lock()
	}
	if self == "" {
		box, err := v.a.SpaceBox(s.in.space)
		if err != nil {
			return nil, err
		}
		self = "name/" + hex.EncodeToString(box.Lookup("drive.name", s.in.shelf()+"/"+s.name))
	}
	return append(slices.Clone(s.in.chain), self), nil
}

// lock is what locks call a row, "" when they call it by its name.
func (r *row) lock() string {
	switch {
	case r.kind == empty && r.plan.Document != "":
		return lockOf(r.plan.Document)
	case r.kind == empty:
		return ""
	}
	return "scratch/" + string(r.id)
}

func lockOf(d id.Item) string { return "document/" + string(d) }
