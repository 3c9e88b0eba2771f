package plan

import (
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"sync"
	"text/template/parse"
	"time"
)

// escapeMark begins the names of html/template's own escapers.
const escapeMark = "_html_template_"

// written splits a pipeline into the value and the escapers that html/template
// has put behind it.
func (c *compiler) written(n *parse.PipeNode, dot reflect.Type, s scope) (value, []string, error) {
	commands := n.Cmds
	var escapes []string
	for len(commands) > 1 {
		last := commands[len(commands)-1]
		word, ok := last.Args[0].(*parse.IdentifierNode)
		if !ok || !strings.HasPrefix(word.Ident, escapeMark) || len(last.Args) != 1 {
			break
		}
		escapes = append([]string{strings.TrimPrefix(word.Ident, escapeMark)}, escapes...)
		commands = commands[:len(commands)-1]
	}
	if len(escapes) == 0 {
		return value{}, nil, fmt.Errorf("%w: %v is not escaped", ErrUnplanned, n)
	}
	v, err := c.commands(commands, dot, s)
	return v, escapes, err
}

// pipe compiles a pipeline that is not written.
func (c *compiler) pipe(n *parse.PipeNode, dot reflect.Type, s scope) (value, error) {
	return c.commands(n.Cmds, dot, s)
}

func (c *compiler) commands(all []*parse.CommandNode, dot reflect.Type, s scope) (value, error) {
	if len(all) != 1 {
		return value{}, fmt.Errorf("%w: a pipeline", ErrUnplanned)
	}
	words := all[0].Args
	if len(words) == 1 {
		return c.argument(words[0], dot, s)
	}
	var args []value
	for _, word := range words[1:] {
		v, err := c.argument(word, dot, s)
		if err != nil {
			return v, err
		}
		args = append(args, v)
	}
	switch name := words[0].(type) {
	case *parse.IdentifierNode:
		return c.function(name.Ident, args)
	case *parse.FieldNode:
		return sentence(dot, name.Ident, args)
	}
	return value{}, fmt.Errorf("%w: %v", ErrUnplanned, all[0])
}

// sentence is .T of a page, which speaks its own language.
func sentence(dot reflect.Type, names []string, args []value) (value, error) {
	m, ok := dot.MethodByName(names[0])
	if !ok || len(names) != 1 || args[0].text == nil || m.Type.NumIn() != 3 || m.Type.NumOut() != 1 || m.Type.Out(0) != reflect.TypeFor[string]() {
		return value{}, fmt.Errorf("%w: %v of %v", ErrUnplanned, names, dot)
	}
	return computedText(reflect.TypeFor[string](), func(r *run, dot reflect.Value) string {
		say, ok := dot.Method(m.Index).Interface().(func(string, ...any) string)
		if !ok {
			r.fail(fmt.Errorf("%w: %s", ErrUnplanned, m.Name))
			return ""
		}
		return say(args[0].text(r, dot), values(r, dot, args[1:])...)
	}), nil
}

// function calls one of text/template's own words, or one of the page's.
func (c *compiler) function(name string, args []value) (value, error) {
	if f := c.words[name]; f != nil {
		return word(f, args)
	}
	switch {
	case name == "or" && len(args) > 0, name == "and" && len(args) > 0:
		return either(name == "or", args)
	case name == "not" && len(args) == 1:
		holds, err := args[0].asTruth()
		return computedTruth(func(r *run, dot reflect.Value) bool { return !holds(r, dot) }), err
	case name == "len" && len(args) == 1 && (args[0].typ.Kind() == reflect.Slice || args[0].typ.Kind() == reflect.String):
		get := args[0].get
		return value{typ: reflect.TypeFor[int](), get: func(r *run, dot reflect.Value) reflect.Value { return reflect.ValueOf(get(r, dot).Len()) }}, nil
	case len(args) == 2:
		return compare(name, args[0], args[1])
	}
	return value{}, fmt.Errorf("%w: %s of %d", ErrUnplanned, name, len(args))
}

// either is and, or: the first that decides, else the last.
func either(or bool, args []value) (value, error) {
	same := true
	var holds []func(r *run, dot reflect.Value) bool
	for _, a := range args {
		h, err := a.asTruth()
		if err != nil {
			return value{}, err
		}
		holds = append(holds, h)
		same = same && a.typ == args[0].typ
	}
	if !same || args[0].typ == reflect.TypeFor[bool]() { // only its truth can matter
		return computedTruth(func(r *run, dot reflect.Value) bool {
			for _, h := range holds {
				if h(r, dot) == or {
					return or
				}
			}
			return !or
		}), nil
	}
	return value{typ: args[0].typ, get: func(r *run, dot reflect.Value) reflect.Value {
		for _, a := range args[:len(args)-1] {
			if v := a.get(r, dot); truth(v) == or {
				return v
			}
		}
		return args[len(args)-1].get(r, dot)
	}}, nil
}

// compare is eq, ne and gt of two texts or two integers.
func compare(name string, a, b value) (value, error) {
	switch {
	case a.typ.Kind() == reflect.String && b.typ.Kind() == reflect.String && (name == "eq" || name == "ne"):
		x, errX := a.asText()
		y, errY := b.asText()
		if errX != nil || errY != nil {
			return value{}, fmt.Errorf("%w: %s of %v and %v", ErrUnplanned, name, a.typ, b.typ)
		}
		return computedTruth(func(r *run, dot reflect.Value) bool { return (x(r, dot) == y(r, dot)) == (name == "eq") }), nil
	case a.typ.Kind() >= reflect.Int && a.typ.Kind() <= reflect.Int64 && b.typ.Kind() >= reflect.Int && b.typ.Kind() <= reflect.Int64:
		x, y := a.get, b.get
		switch name {
		case "eq", "ne":
			return computedTruth(func(r *run, dot reflect.Value) bool { return (x(r, dot).Int() == y(r, dot).Int()) == (name == "eq") }), nil
		case "gt":
			return computedTruth(func(r *run, dot reflect.Value) bool { return x(r, dot).Int() > y(r, dot).Int() }), nil
		}
	}
	return value{}, fmt.Errorf("%w: %s of %v and %v", ErrUnplanned, name, a.typ, b.typ)
}

// word calls a function of the page; those of the common shapes without
// reflection.
func word(f any, args []value) (value, error) {
	switch f := f.(type) {
	case func(string, ...any) string:
		if len(args) >= 1 && args[0].text != nil {
			return phrase(args[0], args[1:], func(key string, _ int, rest []any) string { return f(key, rest...) }), nil
		}
	case func(string, int, ...any) string:
		if len(args) >= 2 && args[0].text != nil && args[1].typ == reflect.TypeFor[int]() {
			count := args[1].get
			return phraseOf(args[0], count, args[2:], f), nil
		}
	case func(time.Time) string:
		if len(args) == 1 && args[0].typ == reflect.TypeFor[time.Time]() {
			get := args[0].get
			return computedText(reflect.TypeFor[string](), func(r *run, dot reflect.Value) string {
				if at, ok := get(r, dot).Interface().(time.Time); ok {
					return f(at)
				}
				return ""
			}), nil
		}
	}
	return called(reflect.ValueOf(f), args)
}

// phrase is a sentence of the catalogs; without arguments it is constant.
func phrase(key value, args []value, say func(string, int, []any) string) value {
	if len(args) == 0 && key.constant != nil {
		return constantText(reflect.TypeFor[string](), say(*key.constant, 0, nil))
	}
	return computedText(reflect.TypeFor[string](), func(r *run, dot reflect.Value) string {
		return say(key.text(r, dot), 0, values(r, dot, args))
	})
}

func phraseOf(key value, count func(*run, reflect.Value) reflect.Value, args []value, say func(string, int, ...any) string) value {
	return computedText(reflect.TypeFor[string](), func(r *run, dot reflect.Value) string {
		return say(key.text(r, dot), int(count(r, dot).Int()), values(r, dot, args)...)
	})
}

func values(r *run, dot reflect.Value, args []value) []any {
	out := make([]any, len(args))
	for i, a := range args {
		if a.text != nil && a.typ == reflect.TypeFor[string]() {
			out[i] = a.text(r, dot)
		} else {
			out[i] = a.get(r, dot).Interface()
		}
	}
	return out
}

// called calls any other function of one argument, by reflection. What it makes
// of a short text (the icon of a name) is kept.
func called(f reflect.Value, args []value) (value, error) {
	t := f.Type()
	if len(args) != 1 || t.NumIn() != 1 || t.IsVariadic() || t.NumOut() == 0 || t.NumOut() > 2 ||
		t.NumOut() == 2 && t.Out(1) != reflect.TypeFor[error]() || !args[0].typ.AssignableTo(t.In(0)) && args[0].constant == nil {
		return value{}, fmt.Errorf("%w: a call of %v", ErrUnplanned, t)
	}
	in, out := t.In(0), t.Out(0)
	do := func(r *run, v reflect.Value) reflect.Value {
		if v.Type() != in {
			v = v.Convert(in)
		}
		made := f.Call([]reflect.Value{v})
		if len(made) == 2 && !made[1].IsNil() {
			r.fail(made[1].Interface().(error))
			return reflect.Zero(out)
		}
		return made[0]
	}
	get := args[0].get
	if out.Kind() != reflect.String {
		return value{typ: out, get: func(r *run, dot reflect.Value) reflect.Value { return do(r, get(r, dot)) }}, nil
	}
	if args[0].constant != nil {
		var r run
		text := do(&r, get(&r, reflect.Value{})).String()
		return constantText(out, text), r.err
	}
	if in.Kind() == reflect.String && out == reflect.TypeFor[template.HTML]() {
		return computedText(out, remembered(get, do)), nil
	}
	return computedText(out, func(r *run, dot reflect.Value) string { return do(r, get(r, dot)).String() }), nil
}

// mostRemembered bounds what one call keeps: there are some sixty icons.
const mostRemembered = 128

func remembered(get func(*run, reflect.Value) reflect.Value, do func(*run, reflect.Value) reflect.Value) func(*run, reflect.Value) string {
	var mu sync.RWMutex
	known := map[string]string{}
	return func(r *run, dot reflect.Value) string {
		v := get(r, dot)
		mu.RLock()
		text, ok := known[v.String()]
		mu.RUnlock()
		if ok {
			return text
		}
		text = do(r, v).String()
		if r.err == nil {
			mu.Lock()
			defer mu.Unlock()
			if len(known) < mostRemembered {
				known[v.String()] = text
			}
		}
		return text
	}
}

// isMarkup reports a type that html/template treats as safe in some context.
func isMarkup(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[template.HTML](), reflect.TypeFor[template.HTMLAttr](), reflect.TypeFor[template.CSS](), reflect.TypeFor[template.JS](),
		reflect.TypeFor[template.JSStr](), reflect.TypeFor[template.URL](), reflect.TypeFor[template.Srcset]():
		return true
	}
	return false
}
