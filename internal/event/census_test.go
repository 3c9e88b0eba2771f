package event_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
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
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil {
				for _, kind := range recordedIn(f) {
					recorded[kind] = set.Position(f.Pos()).String()
				}
			}
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

// recordedIn finds the kinds that a function gives to act.Act.Record: as a
// literal, or else every kind that the function names.
func recordedIn(f *ast.FuncDecl) (out []string) {
	ast.Inspect(f.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 5 {
			return true
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); !ok || sel.Sel.Name != "Record" {
			return true
		}
		if kinds := literals(call.Args[1]); len(kinds) > 0 {
			out = append(out, kinds...)
		} else {
			out = append(out, literals(f.Body)...)
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
