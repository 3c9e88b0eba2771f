package arch

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
)

func TestNoPackageKeepsState(t *testing.T) {
	for _, files := range folders(tree(t)) {
		report(t, mutables(files))
	}
}

func TestStateRules(t *testing.T) {
	snippet{"internal/id/a.go", `package a

import (
	"embed"
	"errors"
	"regexp"
	"sync"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/store"
	"cenacle/internal/web/ui"
)

//go:embed x
var files embed.FS

var (
	ErrA    = errors.New("a")
	form    = regexp.MustCompile("a")
	insert  = store.ForFirm("a" + "b")
	gone    = fault.New(fault.Gone, "a.b")
	table   = map[string]int{"a": 1}
	names   = [...]string{"a"}
	once    = sync.OnceValue(func() int { return 1 })
	_ error = (*t)(nil)
	raw     = []byte("a")
	page    = ui.Parse[t](files, "a")
)

var count int // bad
var cache = map[string]int{} // bad
var seen = []string{"a"} // bad
var later = []string{"a"} // bad
var clock = time.Now // bad
var number = 3 // bad
var mu sync.Mutex // bad
var once2 = sync.Once{} // bad
var pointer = &t{} // bad
var made = make(map[string]int) // bad
var hook = func() {} // bad
var shared = [...]int{1} // bad
var swept = map[string]int{"a": 1} // bad

type t struct{}

func f() {
	cache["a"] = 1
	seen = append(seen, "b")
	later[0]++
	g(&shared)
	delete(swept, "a")
	fault.Mutable = 1 // bad
	store := t{}
	store.field = 1
	table := map[string]int{}
	table["b"] = 2
}
`}.check(t, mutables)
}

// variable is one package variable that holds a composite literal.
type variable struct {
	from *source
	name *ast.Ident
}

// mutables finds the package variables that can change after the program has
// started: anything but errors, statements, compiled forms, embedded files and
// tables that nobody writes to.
func mutables(files []*source) (out []offender) {
	tables := make(map[string]variable)
	for _, s := range files {
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
				out = append(out, declared(s, g, tables)...)
			}
		}
	}
	for _, s := range files {
		if !s.test {
			out = append(out, written(s, tables)...)
		}
	}
	return out
}

func declared(s *source, g *ast.GenDecl, tables map[string]variable) (out []offender) {
	for _, spec := range g.Specs {
		v := spec.(*ast.ValueSpec) // the only kind a var declaration has
		if embedded(g.Doc) || embedded(v.Doc) {
			continue
		}
		for i, name := range v.Names {
			var value ast.Expr
			if i < len(v.Values) {
				value = v.Values[i]
			}
			switch {
			case name.Name == "_" || fixed(s, value):
			case isTable(value):
				tables[name.Name] = variable{s, name}
			default:
				out = append(out, s.at(name, "%s can change: a package keeps no state", name.Name))
			}
		}
	}
	return out
}

func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// fixed reports whether value is made once and has nothing to write to.
func fixed(s *source, value ast.Expr) bool {
	call, ok := value.(*ast.CallExpr)
	if !ok {
		return false
	}
	switch f := call.Fun.(type) {
	case *ast.IndexExpr:
		return s.isMember(f.X, uiPath, "Parse")
	case *ast.Ident:
		return f.Name == "ForFirm" || f.Name == "ForDirectory" || f.Name == "must"
	case *ast.ArrayType:
		return true // the conversion of a constant
	case *ast.SelectorExpr:
		return strings.HasPrefix(f.Sel.Name, "Must") ||
			s.isMember(f, "errors", "New") || s.isMember(f, "fmt", "Errorf") ||
			s.isMember(f, "strings", "NewReplacer") || s.isMember(f, "sync", "OnceValue", "OnceValues") ||
			s.isMember(f, "cenacle/internal/store", "ForFirm", "ForDirectory") ||
			s.isMember(f, "cenacle/internal/fault", "New", "Absent")
	}
	return false
}

// isTable reports whether value is a literal map, array, slice or struct that
// is no lock.
func isTable(value ast.Expr) bool {
	lit, ok := value.(*ast.CompositeLit)
	if !ok {
		return false
	}
	if sel, ok := lit.Type.(*ast.SelectorExpr); ok {
		x, ok := sel.X.(*ast.Ident)
		return ok && x.Name != "sync" && x.Name != "atomic"
	}
	_, isMap := lit.Type.(*ast.MapType)
	return !isMap || len(lit.Elts) > 0 // an empty map waits to be filled
}

// written finds what changes a table, or a variable of another package.
func written(s *source, tables map[string]variable) (out []offender) {
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		local := locals(f)
		blame := func(e ast.Expr) {
			name, foreign := target(s, e)
			v, known := tables[name]
			switch {
			case local[name]:
			case foreign:
				out = append(out, s.at(e, "a variable of package %s is written to", name))
			case known:
				out = append(out, v.from.at(v.name, "%s is written to at %s:%d: a package keeps no state", name, s.path, s.line(e)))
			}
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, left := range n.Lhs {
						blame(left)
					}
				}
			case *ast.IncDecStmt:
				blame(n.X)
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					blame(n.X)
				}
			case *ast.CallExpr:
				if name, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 && (name.Name == "delete" || name.Name == "clear") {
					blame(n.Args[0])
				}
			}
			return true
		})
	}
	return out
}

// locals are the names a function declares itself, and which hide a variable
// of the package.
func locals(f *ast.FuncDecl) map[string]bool {
	out := make(map[string]bool)
	add := func(e ast.Expr) {
		if name, ok := e.(*ast.Ident); ok {
			out[name.Name] = true
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, left := range n.Lhs {
					add(left)
				}
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				add(n.Key)
				add(n.Value)
			}
		case *ast.ValueSpec:
			for _, name := range n.Names {
				add(name)
			}
		case *ast.Field:
			for _, name := range n.Names {
				add(name)
			}
		}
		return true
	})
	return out
}

// target returns the name that writing to e changes: x of x, x[i], x.f; it is
// foreign when that may be an imported package.
func target(s *source, e ast.Expr) (name string, foreign bool) {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x.Name, false
		case *ast.IndexExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.SelectorExpr:
			if p, ok := x.X.(*ast.Ident); ok && imports(s, p.Name) {
				return p.Name, true
			}
			e = x.X
		default:
			return "", false
		}
	}
}

func imports(s *source, name string) bool {
	return slices.ContainsFunc(s.file.Imports, func(i *ast.ImportSpec) bool {
		p := strings.Trim(i.Path.Value, `"`)
		if i.Name != nil {
			return i.Name.Name == name
		}
		return p[strings.LastIndexByte(p, '/')+1:] == name
	})
}
