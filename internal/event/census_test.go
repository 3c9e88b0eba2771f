package event_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cenacle/internal/event"
)

var kindForm = regexp.MustCompile(`^[a-z]+\.[a-z_]+$`)

// TestEveryKindIsJudged compares the kinds that the program records with those
// that this package knows, both ways: a new kind needs its way in kind.go.
func TestEveryKindIsJudged(t *testing.T) {
	recorded := map[string]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() || d.Name() == "testdata" {
			return err
		}
		set := token.NewFileSet()
		names, err := filepath.Glob(filepath.Join(path, "*.go"))
		if err != nil {
			return err
		}
		var files []*ast.File
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(set, name, nil, 0)
			if err != nil {
				return err
			}
			files = append(files, file)
		}
		for kind, at := range recordedIn(files) {
			recorded[kind] = set.Position(at).String()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	known := event.Kinds()
	for kind, where := range recorded {
		if !slices.Contains(known, kind) {
			t.Errorf("%s records %s, over which nothing decides", where, kind)
		}
	}
	for _, kind := range known {
		if recorded[kind] == "" {
			t.Errorf("nothing records %s", kind)
		}
	}
}

// recordedIn finds the kinds that a package gives to act.Act.Record or to an
// item.Reading, or writes into a journal.Entry of its own: as a literal, as a constant
// of the package, or else every kind that the function names, itself or by such constants.
func recordedIn(files []*ast.File) map[string]token.Pos {
	out := map[string]token.Pos{}
	constants := constantsIn(files)
	fields := map[string]string{"Entry": "Kind", "Reading": "As"} // where a composite names its kind
	add := func(e ast.Expr, in ast.Node) {
		kinds := literals(e)
		if name, ok := e.(*ast.Ident); ok && constants[name.Name] != "" {
			kinds = []string{constants[name.Name]}
		} else if len(kinds) == 0 && in != nil {
			kinds = append(literals(in), named(in, constants)...)
		}
		for _, kind := range kinds {
			out[kind] = e.Pos()
		}
	}
	for _, file := range files {
		for _, decl := range file.Decls {
			ast.Inspect(decl, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Record" && len(n.Args) == 5 {
						add(n.Args[1], decl)
					}
				case *ast.CompositeLit:
					if sel, ok := n.Type.(*ast.SelectorExpr); ok && fields[sel.Sel.Name] != "" {
						for _, field := range n.Elts {
							if pair, ok := field.(*ast.KeyValueExpr); ok && isNamed(pair.Key, fields[sel.Sel.Name]) {
								add(pair.Value, nil)
							}
						}
					}
				}
				return true
			})
		}
	}
	return out
}

func isNamed(e ast.Expr, name string) bool {
	ident, ok := e.(*ast.Ident)
	return ok && ident.Name == name
}

// constantsIn are the kinds that a package has as constants, by name.
func constantsIn(files []*ast.File) map[string]string {
	out := map[string]string{}
	for _, file := range files {
		for _, decl := range file.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for _, spec := range group.Specs {
				v := spec.(*ast.ValueSpec) // the only kind a const declaration has
				for i, name := range v.Names {
					if i < len(v.Values) {
						if kinds := literals(v.Values[i]); len(kinds) == 1 {
							out[name.Name] = kinds[0]
						}
					}
				}
			}
		}
	}
	return out
}

// named are the kinds whose constants a function names.
func named(in ast.Node, constants map[string]string) (out []string) {
	ast.Inspect(in, func(n ast.Node) bool {
		if name, ok := n.(*ast.Ident); ok && constants[name.Name] != "" {
			out = append(out, constants[name.Name])
		}
		return true
	})
	return out
}

func literals(in ast.Node) (out []string) {
	ast.Inspect(in, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil && kindForm.MatchString(text) {
				out = append(out, text)
			}
		}
		return true
	})
	return out
}

var documentedKind = regexp.MustCompile("(?m)^\\| `([a-z]+\\.[a-z_]+)` \\| [^|]+ \\| [^|]+ \\|$")

// TestEveryKindIsDocumented: what programs may be told has its line in
// doc/webhooks.md, and nothing else has.
func TestEveryKindIsDocumented(t *testing.T) {
	raw, err := os.ReadFile("../../doc/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]int{}
	for _, m := range documentedKind.FindAllSubmatch(raw, -1) {
		lines[string(m[1])]++
	}
	for _, kind := range event.Kinds() {
		if lines[kind] != 1 {
			t.Errorf("%s has %d lines in doc/webhooks.md", kind, lines[kind])
		}
		delete(lines, kind)
	}
	for kind := range lines {
		t.Errorf("doc/webhooks.md has a line of %s, which is no kind", kind)
	}
}
