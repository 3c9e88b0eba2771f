package plan

import (
	"fmt"
	"html/template"
	"reflect"
	"text/template/parse"
)

// compiler makes the routines of one page.
type compiler struct {
	set   *template.Template
	words template.FuncMap
	made  map[routineKey]*routine
}

// routineKey is a template with the type it is called with.
type routineKey struct {
	name string
	dot  reflect.Type
}

// scope is where names of variables are known: one routine, or a part of it.
type scope struct {
	of    *routine
	names map[string]variable
}

type variable struct {
	slot int
	typ  reflect.Type
}

func (s scope) inner() scope {
	names := make(map[string]variable, len(s.names))
	for name, v := range s.names {
		names[name] = v
	}
	return scope{s.of, names}
}

func (s scope) declare(name string, t reflect.Type) int {
	slot := s.of.slots
	s.of.slots++
	s.names[name] = variable{slot, t}
	return slot
}

// routine makes a template ready for one type, once: one that calls itself
// finds itself.
func (c *compiler) routine(name string, dot reflect.Type) (*routine, error) {
	key := routineKey{name, dot}
	if known := c.made[key]; known != nil {
		return known, nil
	}
	t := c.set.Lookup(name)
	if t == nil || t.Tree == nil || t.Tree.Root == nil {
		return nil, fmt.Errorf("%w: no template %q", ErrUnplanned, name)
	}
	made := &routine{}
	c.made[key] = made
	s := scope{made, map[string]variable{}}
	s.declare("$", dot)
	steps, err := c.list(t.Tree.Root, dot, s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	made.steps = steps
	return made, nil
}

// list compiles nodes one after the other; neighbouring constants become one.
func (c *compiler) list(nodes *parse.ListNode, dot reflect.Type, s scope) ([]step, error) {
	if nodes == nil {
		return nil, nil
	}
	var out []step
	var constant string
	flush := func() {
		if text := constant; text != "" {
			out = append(out, func(r *run, _ reflect.Value) { r.out = append(r.out, text...) })
		}
		constant = ""
	}
	for _, n := range nodes.Nodes {
		text, do, err := c.node(n, dot, s)
		if err != nil {
			return nil, err
		}
		constant += text
		if do != nil {
			flush()
			out = append(out, do)
		}
	}
	flush()
	return out, nil
}

// node compiles one node into a constant or a step.
func (c *compiler) node(n parse.Node, dot reflect.Type, s scope) (string, step, error) {
	switch n := n.(type) {
	case *parse.TextNode:
		return string(n.Text), nil, nil
	case *parse.CommentNode:
		return "", nil, nil
	case *parse.ActionNode:
		return c.action(n, dot, s)
	case *parse.ListNode:
		steps, err := c.list(n, dot, s)
		return "", func(r *run, dot reflect.Value) { r.all(steps, dot) }, err
	case *parse.IfNode:
		do, err := c.branch(&n.BranchNode, dot, s.inner(), false)
		return "", do, err
	case *parse.WithNode:
		do, err := c.branch(&n.BranchNode, dot, s.inner(), true)
		return "", do, err
	case *parse.RangeNode:
		do, err := c.loop(n, dot, s.inner())
		return "", do, err
	case *parse.TemplateNode:
		do, err := c.template(n, dot, s)
		return "", do, err
	}
	return "", nil, fmt.Errorf("%w: %v", ErrUnplanned, n)
}

// action compiles {{…}}: a declaration, or a value to be written.
func (c *compiler) action(n *parse.ActionNode, dot reflect.Type, s scope) (string, step, error) {
	if len(n.Pipe.Decl) > 0 {
		do, err := c.declaration(n, dot, s)
		return "", do, err
	}
	value, escapes, err := c.written(n.Pipe, dot, s)
	if err != nil {
		return "", nil, err
	}
	escape, err := escaper(escapes, value.typ)
	if err != nil {
		return "", nil, fmt.Errorf("%v: %w", n, err)
	}
	text, err := value.asText()
	if err != nil {
		return "", nil, fmt.Errorf("%v: %w", n, err)
	}
	if value.constant != nil {
		return string(escape(nil, *value.constant)), nil, nil
	}
	return "", func(r *run, dot reflect.Value) { r.out = escape(r.out, text(r, dot)) }, nil
}

func (c *compiler) declaration(n *parse.ActionNode, dot reflect.Type, s scope) (step, error) {
	if len(n.Pipe.Decl) != 1 || n.Pipe.IsAssign {
		return nil, fmt.Errorf("%w: %v", ErrUnplanned, n)
	}
	value, err := c.pipe(n.Pipe, dot, s)
	if err != nil {
		return nil, err
	}
	slot := s.declare(n.Pipe.Decl[0].Ident[0], value.typ)
	return func(r *run, dot reflect.Value) { r.vars[r.base+slot] = value.get(r, dot) }, nil
}

// branch compiles if and with.
func (c *compiler) branch(n *parse.BranchNode, dot reflect.Type, s scope, with bool) (step, error) {
	if len(n.Pipe.Decl) > 0 {
		return nil, fmt.Errorf("%w: %v", ErrUnplanned, n.Pipe)
	}
	value, err := c.pipe(n.Pipe, dot, s)
	if err != nil {
		return nil, err
	}
	inside := dot
	if with {
		inside = value.typ
	}
	then, err := c.list(n.List, inside, s.inner())
	if err != nil {
		return nil, err
	}
	otherwise, err := c.list(n.ElseList, dot, s.inner())
	if err != nil {
		return nil, err
	}
	if !with {
		holds, err := value.asTruth()
		if err != nil {
			return nil, err
		}
		return func(r *run, dot reflect.Value) {
			if holds(r, dot) {
				r.all(then, dot)
			} else {
				r.all(otherwise, dot)
			}
		}, nil
	}
	return func(r *run, dot reflect.Value) {
		if v := value.get(r, dot); truth(v) {
			r.all(then, v)
		} else {
			r.all(otherwise, dot)
		}
	}, nil
}

// loop compiles range over a slice.
func (c *compiler) loop(n *parse.RangeNode, dot reflect.Type, s scope) (step, error) {
	value, err := c.pipe(n.Pipe, dot, s)
	if err != nil {
		return nil, err
	}
	if value.typ.Kind() != reflect.Slice {
		return nil, fmt.Errorf("%w: range over %v", ErrUnplanned, value.typ)
	}
	number, slot := -1, -1
	if names := n.Pipe.Decl; len(names) > 0 {
		slot = s.declare(names[len(names)-1].Ident[0], value.typ.Elem())
		if len(names) > 1 {
			number = s.declare(names[0].Ident[0], reflect.TypeFor[int]())
		}
	}
	body, err := c.list(n.List, value.typ.Elem(), s.inner())
	if err != nil {
		return nil, err
	}
	none, err := c.list(n.ElseList, dot, s.inner())
	if err != nil {
		return nil, err
	}
	return func(r *run, dot reflect.Value) {
		all := value.get(r, dot)
		if all.Len() == 0 {
			r.all(none, dot)
		}
		for i := 0; i < all.Len() && r.err == nil; i++ {
			one := all.Index(i)
			if slot >= 0 {
				r.vars[r.base+slot] = one
			}
			if number >= 0 {
				r.vars[r.base+number] = reflect.ValueOf(i)
			}
			r.all(body, one)
		}
	}, nil
}

func (c *compiler) template(n *parse.TemplateNode, dot reflect.Type, s scope) (step, error) {
	if n.Pipe == nil { // called with nothing, of which it can ask nothing
		to, err := c.routine(n.Name, reflect.TypeFor[struct{}]())
		return func(r *run, _ reflect.Value) { r.call(to, reflect.ValueOf(struct{}{})) }, err
	}
	value, err := c.pipe(n.Pipe, dot, s)
	if err != nil {
		return nil, err
	}
	to, err := c.routine(n.Name, value.typ)
	if err != nil {
		return nil, err
	}
	return func(r *run, dot reflect.Value) { r.call(to, value.get(r, dot)) }, nil
}
