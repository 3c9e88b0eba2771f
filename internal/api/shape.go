package api

import (
	"cmp"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// shape is what an operation takes, read from the tags of a struct: path,
// query and header name a parameter, json a member of the body. A member
// without omitempty or omitzero must be there.
type shape struct {
	typ    reflect.Type
	params []field
	body   bool              // it takes one
	whole  bool              // a member of it must be there
	places map[string]string // what use cases call a field, and where it stands
}

// field is one parameter, or one member of an object.
type field struct {
	name     string
	where    string // path, query, header; empty: the body
	index    []int
	typ      reflect.Type
	optional bool
	doc      string
	enum     []string
	min, max int64 // of a number; 0, 0: any
}

// idPackage is where the types of identifiers come from.
const idPackage = "cenacle/internal/id"

func isInstant(t reflect.Type) bool { return t == reflect.TypeFor[Instant]() }

// shapeLater reads the shape when it is first asked for: of five hundred operations
// most are not, on most days.
func shapeLater(t reflect.Type) func() *shape {
	return sync.OnceValue(func() *shape { return shapeOf(t) })
}

func shapeOf(t reflect.Type) *shape {
	s := &shape{typ: t, places: map[string]string{}}
	for _, f := range fieldsOf(t) {
		if f.where == "" {
			s.body = true
			s.whole = s.whole || !f.optional
			continue
		}
		s.params = append(s.params, f)
		s.places[f.name] = "?" + f.name
	}
	s.locate(t, "")
	return s
}

// locate notes where members stand; the outer ones come first.
func (s *shape) locate(t reflect.Type, at string) {
	var inner []field
	for _, f := range fieldsOf(t) {
		if f.where != "" {
			continue
		}
		pointer := at + "/" + f.name
		called := cmp.Or(t.FieldByIndex(f.index).Tag.Get("fault"), f.name)
		if _, taken := s.places[called]; !taken {
			s.places[called] = pointer
		}
		inner = append(inner, f)
	}
	for _, f := range inner {
		if f.typ.Kind() == reflect.Struct && !isInstant(f.typ) {
			s.locate(f.typ, at+"/"+f.name)
		}
	}
}

// fieldsOf reads the members of a struct, those of embedded ones among them.
func fieldsOf(t reflect.Type) (out []field) {
	for _, sf := range reflect.VisibleFields(t) {
		f := field{index: sf.Index, typ: sf.Type, doc: sf.Tag.Get("doc")}
		if enum := sf.Tag.Get("enum"); enum != "" {
			f.enum = strings.Fields(enum)
		}
		// A tag that is no number reads as 0, no bound: the schema shows it.
		f.min, _ = strconv.ParseInt(sf.Tag.Get("min"), 10, 64)
		f.max, _ = strconv.ParseInt(sf.Tag.Get("max"), 10, 64)
		for _, where := range []string{"path", "query", "header"} {
			if name := sf.Tag.Get(where); name != "" {
				f.name, f.where, f.optional = name, where, where != "path" && sf.Tag.Get("must") == ""
			}
		}
		if tag, found := sf.Tag.Lookup("json"); found && f.name == "" {
			name, options, _ := strings.Cut(tag, ",")
			f.name, f.optional = name, options != ""
		}
		if f.name != "" && f.name != "-" {
			out = append(out, f)
		}
	}
	return out
}

// parameters reads what the path, the query and the headers say. An unknown
// name in the query is refused like one in a body.
func (s *shape) parameters(r *Request, into reflect.Value) error {
	var wrong fault.Fields
	query := r.URL.Query()
	for _, f := range s.params {
		v := into.FieldByIndex(f.index)
		switch f.where {
		case "path":
			if !f.text(v, r.PathValue(f.name)) {
				return fault.Absent()
			}
		case "query":
			f.values(v, query[f.name], &wrong)
			delete(query, f.name)
		case "header":
			f.values(v, r.Header[http.CanonicalHeaderKey(f.name)], &wrong)
		}
	}
	for name := range query {
		wrong.Add("?"+name, "api.unknown_parameter")
	}
	return wrong.Err()
}

func (f field) values(into reflect.Value, given []string, wrong *fault.Fields) {
	if f.typ.Kind() == reflect.Slice {
		for _, text := range given {
			v := reflect.New(f.typ.Elem()).Elem()
			if !f.text(v, text) {
				wrong.Add("?"+f.name, "api.parameter")
				return
			}
			into.Set(reflect.Append(into, v))
		}
		return
	}
	switch {
	case len(given) > 1 || len(given) == 1 && !f.text(into, given[0]):
		wrong.Add("?"+f.name, "api.parameter")
	case len(given) == 0 && !f.optional:
		wrong.Add("?"+f.name, "api.missing")
	}
}

// text reads one value of a parameter.
func (f field) text(into reflect.Value, text string) bool {
	switch into.Kind() {
	case reflect.String:
		into.SetString(text)
		return f.allows(into)
	case reflect.Bool:
		into.SetBool(text == "true")
		return text == "true" || text == "false"
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		into.SetInt(n)
		return err == nil && f.within(n)
	}
	return false
}

func (f field) within(n int64) bool { return f.min == 0 && f.max == 0 || n >= f.min && n <= f.max }

// allows checks a text: one of a list, or an identifier.
func (f field) allows(v reflect.Value) bool {
	text := v.String()
	if text == "" && f.optional {
		return true
	}
	if f.enum != nil {
		for _, one := range f.enum {
			if one == text {
				return true
			}
		}
		return false
	}
	if v.Type().PkgPath() == idPackage {
		_, err := id.Parse[string](text)
		return err == nil
	}
	return true
}

// fill reads a body; everything that is wrong with it comes back at once.
func (s *shape) fill(into reflect.Value, raw []byte) error {
	if len(raw) == 0 && !s.whole {
		return nil
	}
	if len(raw) == 0 {
		return fault.New(fault.Malformed, "api.json")
	}
	tree, err := parse(raw)
	if err != nil {
		return err
	}
	var wrong fault.Fields
	fillObject(into, tree, "", &wrong)
	return wrong.Err()
}

func fillObject(into reflect.Value, node any, at string, wrong *fault.Fields) {
	members, ok := node.(map[string]any)
	if !ok {
		wrong.Add(cmp.Or(at, "/"), "api.type", "object")
		return
	}
	left := make(map[string]any, len(members))
	for name, v := range members {
		left[name] = v
	}
	for _, f := range fieldsOf(into.Type()) {
		if f.where != "" {
			continue
		}
		pointer := at + "/" + escape(f.name)
		v, there := left[f.name]
		delete(left, f.name)
		switch {
		case there && !(v == nil && f.optional):
			f.member(into.FieldByIndex(f.index), v, pointer, wrong)
		case !there && !f.optional:
			wrong.Add(pointer, "api.missing")
		}
	}
	for name := range left {
		wrong.Add(at+"/"+escape(name), "api.unknown")
	}
}

// maxElements is how many values a list of a body may have.
const maxElements = 1000

func (f field) member(into reflect.Value, node any, at string, wrong *fault.Fields) {
	switch {
	case isInstant(into.Type()):
		text, _ := node.(string)
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			wrong.Add(at, "api.type", "string, RFC 3339")
		}
		into.Set(reflect.ValueOf(Instant(t)))
	case into.Kind() == reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		f.member(into.Elem(), node, at, wrong)
	case into.Kind() == reflect.Struct:
		fillObject(into, node, at, wrong)
	case into.Kind() == reflect.Slice:
		f.elements(into, node, at, wrong)
	default:
		f.scalar(into, node, at, wrong)
	}
}

func (f field) elements(into reflect.Value, node any, at string, wrong *fault.Fields) {
	list, ok := node.([]any)
	if !ok {
		wrong.Add(at, "api.type", "array")
		return
	}
	if len(list) > maxElements {
		wrong.Add(at, "api.many", maxElements)
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(list), len(list)))
	one := f
	one.optional = false
	for i, v := range list {
		one.member(into.Index(i), v, at+"/"+strconv.Itoa(i), wrong)
	}
}

func (f field) scalar(into reflect.Value, node any, at string, wrong *fault.Fields) {
	switch into.Kind() {
	case reflect.String:
		text, ok := node.(string)
		into.SetString(text)
		if !ok {
			wrong.Add(at, "api.type", "string")
		} else if !f.allows(into) {
			f.refuse(at, wrong)
		}
	case reflect.Bool:
		yes, ok := node.(bool)
		into.SetBool(yes)
		if !ok {
			wrong.Add(at, "api.type", "boolean")
		}
	default:
		number, _ := node.(json.Number)
		n, err := number.Int64()
		if err != nil {
			wrong.Add(at, "api.type", "integer")
			return
		}
		into.SetInt(n)
		if !f.within(n) {
			wrong.Add(at, "api.range", int(f.min), int(f.max))
		}
	}
}

func (f field) refuse(at string, wrong *fault.Fields) {
	if f.enum != nil {
		wrong.Add(at, "api.enum", strings.Join(f.enum, ", "))
		return
	}
	wrong.Add(at, "api.identifier")
}

// escape writes a name as one step of a JSON Pointer (RFC 6901, 3).
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
