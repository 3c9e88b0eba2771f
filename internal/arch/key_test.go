package arch

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cenacle/internal/i18n"
)

// keyForm is what a catalog key looks like; prefixForm what the literal part of
// a key that is put together looks like, "mail.subject." + kind.
var (
	keyForm    = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_-]+)+$`)
	prefixForm = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_-]+)*\.$`)
)

// mention is a key in the source, at a place where a key must stand. It takes
// count arguments there; -1 when that cannot be read.
type mention struct {
	offender
	key   string
	count int
}

// TestKeysExist looks up every key that the code or a template names, and
// counts the arguments it is given.
func TestKeysExist(t *testing.T) {
	known := make(map[string]entry)
	for _, e := range entries(t) {
		known[e.key] = e
	}
	var all []mention
	for _, s := range tree(t) {
		if !s.test && strings.HasPrefix(s.path, "internal/") || strings.HasPrefix(s.path, "cmd/") {
			all = append(all, keysInGo(s)...)
		}
	}
	for _, m := range templates(t) {
		found, err := keysInTemplate(m)
		if err != nil {
			t.Error(err)
		}
		all = append(all, found...)
	}
	for _, m := range all {
		if says := unknown(m, known); says != "" {
			m.says = says
			t.Error(m.offender)
		}
	}
	if len(all) < 50 {
		t.Errorf("only %d keys found in the source", len(all))
	}
}

func unknown(m mention, known map[string]entry) string {
	if prefixForm.MatchString(m.key) {
		for key := range known {
			if strings.HasPrefix(key, m.key) {
				return ""
			}
		}
		return "no key begins with " + m.key
	}
	e, found := known[m.key]
	switch {
	case !found:
		return "no catalog has the key " + m.key
	case m.count >= 0 && m.count != e.arguments():
		return m.key + " is given " + strconv.Itoa(m.count) + " arguments, its texts take " + strconv.Itoa(e.arguments())
	}
	return ""
}

func TestKeyRules(t *testing.T) {
	s, err := sourceOf("internal/a/a.go", []byte(`package a
import "cenacle/internal/fault"
func f(p *i18n.Printer, form *fault.Fields, x string, more []any) {
	_ = fault.New(fault.Gone, "a.one", 1)
	form.Add("field", "a.two")
	_ = p.T("a.three", x, x) + p.N("a.four", 2, x) + p.T("a.five."+x)
	_ = p.T("a.six", more...)
	_ = i18n.Key("a.seven")
	_ = fault.Error{Key: "a.eight"}
	act.Record("space.opened")
}`))
	if err != nil {
		t.Fatal(err)
	}
	found, err := keysInTemplate(markup{"a.tmpl", `{{define "x"}}{{t "b.one"}}{{if .A}}{{n "b.two" .N .A}}{{else}}{{$.T "b.three" (print .A)}}{{end}}
{{range .A}}{{with .B}}{{template "y" (t (printf "b.four.%s" .C))}}{{end}}{{end}}<a title="{{.Printer.T "b.five"}}">{{.X | t "b.six"}}</a>{{end}}`})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range append(keysInGo(s), found...) {
		got = append(got, m.key+" "+strconv.Itoa(m.count)+" "+strconv.Itoa(m.line))
	}
	slices.Sort(got)
	want := strings.Split("a.eight -1 9|a.five. -1 6|a.four 2 6|a.one 1 4|a.seven 0 8|a.six -1 7|a.three 2 6|a.two 0 5|b.five 0 2|b.four. -1 2|b.one 0 1|b.six -1 2|b.three 1 1|b.two 2 1", "|")
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	known := map[string]entry{"a.b": {key: "a.b", texts: map[i18n.Language][]string{"fr": {"{0}"}}}}
	for _, m := range []mention{{key: "a.c"}, {key: "c."}, {key: "a.b", count: 0}, {key: "a.b", count: 2}} {
		if unknown(m, known) == "" {
			t.Errorf("%q with %d arguments passes", m.key, m.count)
		}
	}
}

// keysInGo finds keys in fault.New(kind, key, …), Add(field, key, …), T(key,
// …), N(key, n, …), Key(key) and in a field named Key.
func keysInGo(s *source) (out []mention) {
	add := func(e ast.Expr, count int) {
		if key, whole := literal(e); keyForm.MatchString(key) && whole || prefixForm.MatchString(key) {
			if !whole {
				count = -1
			}
			out = append(out, mention{s.at(e, ""), key, count})
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			if name, ok := n.Key.(*ast.Ident); ok && name.Name == "Key" {
				add(n.Value, -1)
			}
		case *ast.CallExpr:
			position := keyPosition(s, n)
			if position < 0 || position >= len(n.Args) {
				return true
			}
			count := len(n.Args) - position - 1
			if n.Ellipsis.IsValid() {
				count = -1
			}
			add(n.Args[position], count)
		}
		return true
	})
	return out
}

// keyPosition tells which argument of a call is a key, -1 when none is.
func keyPosition(s *source, call *ast.CallExpr) int {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	switch {
	case s.isMember(call.Fun, "cenacle/internal/fault", "New"), name == "Add" && len(call.Args) > 1:
		return 1
	case name == "T", name == "N", name == "Key":
		return 0
	}
	return -1
}

// literal returns the text of e, or the text it begins with when more is added
// to it.
func literal(e ast.Expr) (text string, whole bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, err := strconv.Unquote(e.Value)
			return text, err == nil
		}
	case *ast.BinaryExpr:
		text, _ = literal(e.X)
		return text, false
	}
	return "", false
}

var (
	quoted = regexp.MustCompile("[\"'`]([a-z][a-z0-9_.%-]*)[\"'`]")
	verb   = regexp.MustCompile(`%[sdvq]`)
)

// TestKeysAreUsed finds entries that nothing mentions any more. A key counts
// as used where it stands as a literal, where a literal that ends with a dot
// begins it, and where a format with %s makes it.
func TestKeysAreUsed(t *testing.T) {
	whole, prefixes, formats := literals(t)
	for _, e := range entries(t) {
		used := whole[e.key] ||
			slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(e.key, p) }) ||
			slices.ContainsFunc(formats, func(f *regexp.Regexp) bool { return f.MatchString(e.key) })
		if !used {
			t.Error(e.offends("nothing uses it"))
		}
	}
}

// literals gathers every quoted text of code, templates, scripts and data that
// is or makes a key.
func literals(t *testing.T) (whole map[string]bool, prefixes []string, formats []*regexp.Regexp) {
	t.Helper()
	whole = make(map[string]bool)
	err := walk([]string{".go", ".tmpl", ".html", ".txt", ".js", ".mjs", ".json"}, func(name string, text []byte) error {
		if strings.HasSuffix(name, "_test.go") || path.Dir(name) == catalogs || !strings.Contains(name, "/") {
			return nil
		}
		for _, match := range quoted.FindAllStringSubmatch(string(text), -1) {
			switch q := match[1]; {
			case keyForm.MatchString(q):
				whole[q] = true
			case prefixForm.MatchString(q):
				prefixes = append(prefixes, q)
			case verb.MatchString(q) && keyForm.MatchString(verb.ReplaceAllString(q, "x")):
				formats = append(formats, regexp.MustCompile("^"+verb.ReplaceAllString(regexp.QuoteMeta(q), "[a-z0-9_-]+")+"$"))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return whole, prefixes, formats
}
