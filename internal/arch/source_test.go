package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// root is the folder of the module, seen from this package.
const root = "../.."

// source is one Go file of the tree.
type source struct {
	path  string // from the root, with slashes
	test  bool   // a test file, or a file of a package made for tests
	lines int
	set   *token.FileSet
	file  *ast.File
}

// offender is a fault at a place, as the tests print it.
type offender struct {
	path string
	line int
	says string
}

func (o offender) String() string { return fmt.Sprintf("%s:%d: %s", o.path, o.line, o.says) }

// at makes an offender out of a node of s.
func (s *source) at(n ast.Node, format string, args ...any) offender {
	return offender{s.path, s.line(n), fmt.Sprintf(format, args...)}
}

func (s *source) line(n ast.Node) int { return s.set.Position(n.Pos()).Line }

// folder is the package's folder from the root.
func (s *source) folder() string { return path.Dir(s.path) }

// named returns the name under which s imports the package, "" when it does not.
func (s *source) named(importPath string) string {
	for _, i := range s.file.Imports {
		if strings.Trim(i.Path.Value, `"`) != importPath {
			continue
		}
		if i.Name != nil {
			return i.Name.Name
		}
		return path.Base(importPath)
	}
	return ""
}

// isMember reports whether e is one of the names of the imported package.
func (s *source) isMember(e ast.Expr, importPath string, names ...string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name != "" && x.Name == s.named(importPath) && slices.Contains(names, sel.Sel.Name)
}

// sourceOf reads one file of Go text as if it stood at name.
func sourceOf(name string, text []byte) (*source, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &source{
		path:  name,
		test:  strings.HasSuffix(name, "_test.go") || forTests(path.Dir(name)),
		lines: strings.Count(string(text), "\n"),
		set:   set,
		file:  file,
	}, nil
}

// forTests tells packages such as store/storetest, which only tests import.
func forTests(folder string) bool {
	parent, name := path.Split(folder)
	return strings.HasPrefix(folder, "internal/") && strings.HasSuffix(name, "test") && strings.Count(parent, "/") > 1
}

// ignored are folders that are not ours: built, fetched or written by tests.
func ignored(name string) bool {
	return strings.HasPrefix(name, ".") || slices.Contains([]string{"node_modules", "bin", "data", "dist", "testdata"}, name)
}

// walk calls each for every file of the tree whose name ends with one of the
// suffixes.
func walk(suffixes []string, each func(name string, text []byte) error) error {
	return filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if p != root && ignored(d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(d.Name(), s) }) {
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		return each(filepath.ToSlash(name), text)
	})
}

var sources = sync.OnceValues(func() (all []*source, err error) {
	err = walk([]string{".go"}, func(name string, text []byte) error {
		s, err := sourceOf(name, text)
		if err == nil {
			all = append(all, s)
		}
		return err
	})
	return all, err
})

// tree returns every Go file, or fails.
func tree(t *testing.T) []*source {
	t.Helper()
	all, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d Go files found under %s", len(all), root)
	}
	return all
}

// folders groups files by package folder.
func folders(all []*source) map[string][]*source {
	out := make(map[string][]*source)
	for _, s := range all {
		out[s.folder()] = append(out[s.folder()], s)
	}
	return out
}

// report fails the test once for each offender.
func report(t *testing.T, found []offender) {
	t.Helper()
	for _, o := range found {
		t.Error(o)
	}
}

// snippet is a piece of Go to try a rule on: the lines marked "// bad" must be
// reported, and no other.
type snippet struct{ path, text string }

func (sn snippet) check(t *testing.T, rule func([]*source) []offender) {
	t.Helper()
	s, err := sourceOf(sn.path, []byte(sn.text))
	if err != nil {
		t.Fatal(err)
	}
	var got, want []int
	for _, o := range rule([]*source{s}) {
		if !slices.Contains(got, o.line) {
			got = append(got, o.line)
		}
	}
	for i, line := range strings.Split(sn.text, "\n") {
		if strings.Contains(line, "// bad") {
			want = append(want, i+1)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s: lines %v are reported, want %v:\n%s", sn.path, got, want, sn.text)
	}
}

// each turns a rule on one file into one on many.
func each(rule func(*source) []offender) func([]*source) []offender {
	return func(all []*source) (out []offender) {
		for _, s := range all {
			out = append(out, rule(s)...)
		}
		return out
	}
}
