package plan

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"text/template/parse"
)

// value is an expression of known type. One of get and text is set; constant is
// its text when it is the same for every page.
type value struct {
	typ      reflect.Type
	get      func(r *run, dot reflect.Value) reflect.Value
	text     func(r *run, dot reflect.Value) string // of a string kind
	truth    func(r *run, dot reflect.Value) bool   // of a bool
	constant *string
}

func constantText(t reflect.Type, s string) value {
	v := reflect.ValueOf(s).Convert(t)
	return value{
		typ: t, constant: &s,
		get:  func(*run, reflect.Value) reflect.Value { return v },
		text: func(*run, reflect.Value) string { return s },
	}
}

func computedText(t reflect.Type, text func(r *run, dot reflect.Value) string) value {
	return value{typ: t, text: text, get: func(r *run, dot reflect.Value) reflect.Value {
		v := reflect.ValueOf(text(r, dot))
		if t != reflect.TypeFor[string]() {
			v = v.Convert(t)
		}
		return v
	}}
}

func computedTruth(truth func(r *run, dot reflect.Value) bool) value {
	return value{typ: reflect.TypeFor[bool](), truth: truth, get: func(r *run, dot reflect.Value) reflect.Value {
		return reflect.ValueOf(truth(r, dot))
	}}
}

// asText writes a value as html/template would before it escapes.
func (v value) asText() (func(r *run, dot reflect.Value) string, error) {
	if v.text != nil {
		return v.text, nil
	}
	get := v.get
	if says := v.typ.Implements(reflect.TypeFor[fmt.Stringer]()) || v.typ.Implements(reflect.TypeFor[error]()) ||
		reflect.PointerTo(v.typ).Implements(reflect.TypeFor[fmt.Stringer]()) || reflect.PointerTo(v.typ).Implements(reflect.TypeFor[error]()); says {
		return nil, fmt.Errorf("%w: %v writes itself", ErrUnplanned, v.typ)
	}
	switch {
	case v.typ.Kind() == reflect.String:
		return func(r *run, dot reflect.Value) string { return get(r, dot).String() }, nil
	case v.typ.Kind() >= reflect.Int && v.typ.Kind() <= reflect.Int64:
		return func(r *run, dot reflect.Value) string { return strconv.FormatInt(get(r, dot).Int(), 10) }, nil
	}
	return nil, fmt.Errorf("%w: writing a %v", ErrUnplanned, v.typ)
}

// asTruth tells whether a value counts as true.
func (v value) asTruth() (func(r *run, dot reflect.Value) bool, error) {
	if v.truth != nil {
		return v.truth, nil
	}
	if text := v.text; text != nil {
		return func(r *run, dot reflect.Value) bool { return text(r, dot) != "" }, nil
	}
	get := v.get
	return func(r *run, dot reflect.Value) bool { return truth(get(r, dot)) }, nil
}

// truth follows text/template: a struct is true, an empty anything else is not.
func truth(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map:
		return v.Len() > 0
	case reflect.Struct:
		return true
	case reflect.Invalid:
		return false
	}
	return !v.IsZero()
}

var errNil = errors.New("plan: a field of nothing")

// field follows a name into a struct, or what a pointer to one points to.
func field(of value, name string) (value, error) {
	t := of.typ
	get := of.get
	if m, ok := t.MethodByName(name); ok {
		return method(of, m)
	}
	pointer := t.Kind() == reflect.Pointer
	if pointer {
		t = t.Elem()
	} else if _, ok := reflect.PointerTo(t).MethodByName(name); ok {
		return value{}, fmt.Errorf("%w: method %s needs a pointer", ErrUnplanned, name)
	}
	if t.Kind() != reflect.Struct {
		return value{}, fmt.Errorf("%w: %s of a %v", ErrUnplanned, name, t)
	}
	f, ok := t.FieldByName(name)
	if !ok || !f.IsExported() {
		return value{}, fmt.Errorf("%w: %v has no field %s", ErrUnplanned, t, name)
	}
	if len(f.Index) == 1 && !pointer {
		i := f.Index[0]
		return value{typ: f.Type, get: func(r *run, dot reflect.Value) reflect.Value { return get(r, dot).Field(i) }}, nil
	}
	zero := reflect.Zero(f.Type)
	return value{typ: f.Type, get: func(r *run, dot reflect.Value) reflect.Value {
		v := get(r, dot)
		if pointer {
			if v.IsNil() {
				r.fail(errNil)
				return zero
			}
			v = v.Elem()
		}
		found, err := v.FieldByIndexErr(f.Index)
		if err != nil {
			r.fail(err)
			return zero
		}
		return found
	}}, nil
}

// method calls one without arguments that gives one value.
func method(of value, m reflect.Method) (value, error) {
	if m.Type.NumIn() != 1 || m.Type.NumOut() != 1 {
		return value{}, fmt.Errorf("%w: method %s", ErrUnplanned, m.Name)
	}
	out, index := m.Type.Out(0), m.Index
	get, zero := of.get, reflect.Zero(out)
	return value{typ: out, get: func(r *run, dot reflect.Value) reflect.Value {
		v := get(r, dot)
		if v.Kind() == reflect.Pointer && v.IsNil() {
			r.fail(errNil)
			return zero
		}
		return v.Method(index).Call(nil)[0]
	}}, nil
}

// argument compiles one word of a command.
func (c *compiler) argument(n parse.Node, dot reflect.Type, s scope) (value, error) {
	switch n := n.(type) {
	case *parse.DotNode:
		return value{typ: dot, get: func(_ *run, dot reflect.Value) reflect.Value { return dot }}, nil
	case *parse.FieldNode:
		return fields(value{typ: dot, get: func(_ *run, dot reflect.Value) reflect.Value { return dot }}, n.Ident)
	case *parse.VariableNode:
		known, ok := s.names[n.Ident[0]]
		if !ok {
			return value{}, fmt.Errorf("%w: %v", ErrUnplanned, n)
		}
		v := value{typ: known.typ, get: func(r *run, _ reflect.Value) reflect.Value { return r.vars[r.base+known.slot] }}
		return fields(v, n.Ident[1:])
	case *parse.ChainNode:
		v, err := c.argument(n.Node, dot, s)
		if err != nil {
			return v, err
		}
		return fields(v, n.Field)
	case *parse.StringNode:
		return constantText(reflect.TypeFor[string](), n.Text), nil
	case *parse.NumberNode:
		if !n.IsInt {
			return value{}, fmt.Errorf("%w: %v", ErrUnplanned, n)
		}
		v := reflect.ValueOf(int(n.Int64))
		return value{typ: reflect.TypeFor[int](), get: func(*run, reflect.Value) reflect.Value { return v }}, nil
	case *parse.PipeNode:
		return c.pipe(n, dot, s)
	case *parse.IdentifierNode:
		return c.function(n.Ident, nil)
	}
	return value{}, fmt.Errorf("%w: %v", ErrUnplanned, n)
}

func fields(v value, names []string) (_ value, err error) {
	for _, name := range names {
		if v, err = field(v, name); err != nil {
			return v, err
		}
	}
	return v, nil
}
