package storetest

import (
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/tools/go/packages"
)

const storePath = "cenacle/internal/store"

// Statement is one call of store.ForFirm or store.ForDirectory in the program.
type Statement struct {
	Firm   bool   // false: of the directory
	Text   string // the SQL
	Where  string // file:line, relative to the folder that was searched
	Inside bool   // the call stands inside a function instead of a package variable
}

// Program reads the packages below dir, the root of the module, with the types of what
// they say; test files are not read. A package that does not compile is an error:
// nothing may be missed.
func Program(dir string) ([]*packages.Package, error) {
	load := &packages.Config{Dir: dir, Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax |
		packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports}
	found, err := packages.Load(load, "./...")
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, p := range found {
		for _, e := range p.Errors {
			errs = append(errs, e)
		}
	}
	return found, errors.Join(errs...)
}

// Statements finds every statement of a program that was read from dir. A use of the two
// functions that is not a call is an error.
func Statements(dir string, program []*packages.Package) ([]Statement, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	var all []Statement
	var errs []error
	for _, p := range program {
		for _, file := range p.Syntax {
			c := census{pkg: p, root: root}
			ast.PreorderStack(file, nil, c.visit)
			all = append(all, c.found...)
			errs = append(errs, c.errs...)
		}
	}
	return all, errors.Join(errs...)
}

// census reads one file.
type census struct {
	pkg   *packages.Package
	root  string
	found []Statement
	errs  []error
}

func (c *census) visit(n ast.Node, stack []ast.Node) bool {
	name, ok := n.(*ast.Ident)
	if !ok {
		return true
	}
	f, ok := c.pkg.TypesInfo.Uses[name].(*types.Func)
	if !ok || f.Pkg() == nil || f.Pkg().Path() != storePath || f.Signature().Recv() != nil {
		return true
	}
	if f.Name() != "ForFirm" && f.Name() != "ForDirectory" {
		return true
	}
	call := callOf(name, stack)
	if call == nil {
		c.errs = append(c.errs, fmt.Errorf("%s: %s is used without being called", c.place(name.Pos()), f.Name()))
		return true
	}
	value := c.pkg.TypesInfo.Types[call.Args[0]].Value
	if value == nil || value.Kind() != constant.String {
		c.errs = append(c.errs, fmt.Errorf("%s: the text is no constant", c.place(name.Pos())))
		return true
	}
	s := Statement{Firm: f.Name() == "ForFirm", Text: constant.StringVal(value), Where: c.place(name.Pos())}
	for _, above := range stack {
		switch above.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			s.Inside = true
		}
	}
	c.found = append(c.found, s)
	return true
}

// callOf is the call whose function is the name, as store.ForFirm or ForFirm.
func callOf(name *ast.Ident, stack []ast.Node) *ast.CallExpr {
	var callee ast.Node = name
	for i := len(stack) - 1; i >= 0; i-- {
		switch above := stack[i].(type) {
		case *ast.SelectorExpr, *ast.ParenExpr:
			callee = above
		case *ast.CallExpr:
			if above.Fun == callee {
				return above
			}
			return nil
		default:
			return nil
		}
	}
	return nil
}

func (c *census) place(pos token.Pos) string {
	at := c.pkg.Fset.Position(pos)
	name, err := filepath.Rel(c.root, at.Filename)
	if err != nil {
		name = at.Filename
	}
	return fmt.Sprintf("%s:%d", name, at.Line)
}

// refused is what does not mean the same on both engines, or hides what is read.
var refused = []struct {
	found *regexp.Regexp
	why   string
}{
	{regexp.MustCompile(`\bselect\s+(distinct\s+)?\*|\.\*|\breturning\s+\*`), "name the columns"},
	{regexp.MustCompile(`\b(now|date|datetime|strftime|clock_timestamp)\s*\(|\bcurrent_(date|time|timestamp)\b`), "pass the instant as an argument"},
	{regexp.MustCompile(`\b(ilike|glob)\b|\b(lower|upper)\s*\(`), "fold in Go"},
	{regexp.MustCompile(`::|\bcast\s*\(`), "convert in Go"},
	{regexp.MustCompile(`\barray\b|\[|\b(any|unnest|json_each)\s*\(`), "no arrays"},
	{regexp.MustCompile(`\bor\s+(ignore|replace|abort|fail|rollback)\b|\browid\b`), "SQLite only"},
	{regexp.MustCompile(`\bfor\s+update\b|\bilike\b|\bdistinct\s+on\b`), "PostgreSQL only"},
	{regexp.MustCompile(`\brandom\s*\(|\bgen_random`), "make it in Go"},
	{regexp.MustCompile(`"`), `no quoted names, and ' for literals`},
	{regexp.MustCompile(`;`), "one statement"},
}

var (
	firmColumn   = regexp.MustCompile(`\bfirm_id\b`)
	firmArgument = regexp.MustCompile(`\$1\b`)
)

// Faults lists the house rules that the text breaks.
func (s Statement) Faults() []string {
	var faults []string
	text := strings.ToLower(s.Text)
	for _, r := range refused {
		if hit := r.found.FindString(text); hit != "" {
			faults = append(faults, fmt.Sprintf("%q: %s", hit, r.why))
		}
	}
	if s.Firm && !firmColumn.MatchString(text) {
		faults = append(faults, "does not mention firm_id")
	}
	if s.Firm && !firmArgument.MatchString(text) {
		faults = append(faults, "does not mention $1")
	}
	if s.Firm {
		faults = append(faults, unbound(s.Text)...)
	}
	if s.Inside {
		faults = append(faults, "make it a package variable")
	}
	return faults
}
