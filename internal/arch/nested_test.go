package arch

import (
	"fmt"
	"go/ast"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// A statement while the rows of another are being read is refused (store.ErrNested): who is
// given rows keeps them, and asks when they are read. It goes unnoticed for as long as a node
// remembers what is asked for, as it does the key of a space; so the source is read instead,
// each function with all that it calls by name.
func TestNothingIsAskedWhileRowsAreRead(t *testing.T) {
	found, err := packagesOf()
	if err != nil {
		t.Fatal(err)
	}
	b := book{calls: map[string][]string{}, hands: map[string]bool{}}
	for known := -1; known != len(b.hands); { // until no more functions hand rows on
		known, b.given = len(b.hands), nil
		for _, p := range found {
			for _, file := range p.Syntax {
				for _, d := range file.Decls {
					if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
						b.read(p, f)
					}
				}
			}
		}
	}
	asks := b.asking()
	for _, g := range b.given {
		for _, name := range g.calls {
			if statement(name) || asks[name] {
				t.Errorf("%s: while rows are read, %s may ask for more", g.where, name)
			}
		}
	}
	if len(b.given) < 150 || len(asks) < 1000 {
		t.Errorf("only %d functions are given rows, and %d ask", len(b.given), len(asks))
	}
}

// book is what the functions of the program say of each other.
type book struct {
	calls map[string][]string // by a function's name, whom it calls
	hands map[string]bool     // functions that hand rows to one they are given, beside those of store
	given []given
}

// given is a function that is given rows.
type given struct {
	where string
	calls []string
}

// statement reports a way to ask the database.
func statement(name string) bool {
	of, method, _ := strings.Cut(strings.TrimPrefix(name, "(*cenacle/internal/store."), ").")
	return (of == "Tx" || of == "DirectoryTx") && slices.Contains([]string{"Each", "Row", "Exec", "Write"}, method)
}

// The key of the firm is there from the beginning of an act (act.Office), which a call
// chain does not show.
const firmBox = "(*cenacle/internal/act.Act).FirmBox"

// read takes in one function.
func (b *book) read(p *packages.Package, f *ast.FuncDecl) {
	own := p.TypesInfo.Defs[f.Name].(*types.Func).FullName()
	b.calls[own] = callees(p, f.Body)
	ast.Inspect(f.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if name := callee(p, call); !b.hands[name] && !(statement(name) && strings.HasSuffix(name, ".Each")) {
			return true
		}
		at := p.Fset.Position(call.Pos())
		for _, arg := range call.Args {
			body := bodyOf(f, arg)
			if body == nil {
				continue
			}
			where := fmt.Sprintf("%s:%d", filepath.Join(strings.TrimPrefix(p.PkgPath, "cenacle/"), filepath.Base(at.Filename)), at.Line)
			b.given = append(b.given, given{where, callees(p, body)})
			if callsParameter(p, f, body) {
				b.hands[own] = true
			}
		}
		return true
	})
}

// asking are the functions that ask the database, or call one that does.
func (b *book) asking() map[string]bool {
	out := map[string]bool{}
	for known := -1; known != len(out); {
		known = len(out)
		for f, to := range b.calls {
			if f != firmBox && slices.ContainsFunc(to, func(c string) bool { return statement(c) || out[c] }) {
				out[f] = true
			}
		}
	}
	return out
}

// callee is the full name of the function or method that is called, "" of what has none.
func callee(p *packages.Package, call *ast.CallExpr) string {
	fun := ast.Unparen(call.Fun)
	switch of := fun.(type) { // with types in brackets
	case *ast.IndexExpr:
		fun = of.X
	case *ast.IndexListExpr:
		fun = of.X
	}
	var name *ast.Ident
	switch of := fun.(type) {
	case *ast.Ident:
		name = of
	case *ast.SelectorExpr:
		name = of.Sel
	default:
		return ""
	}
	if f, ok := p.TypesInfo.Uses[name].(*types.Func); ok {
		return f.Origin().FullName()
	}
	return ""
}

func callees(p *packages.Package, in ast.Node) (out []string) {
	ast.Inspect(in, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if name := callee(p, call); name != "" {
				out = append(out, name)
			}
		}
		return true
	})
	return out
}

// bodyOf is the body of a function that is written as an argument, or a few lines before
// under a name.
func bodyOf(f *ast.FuncDecl, arg ast.Expr) (body *ast.BlockStmt) {
	switch of := arg.(type) {
	case *ast.FuncLit:
		return of.Body
	case *ast.Ident:
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if a, ok := n.(*ast.AssignStmt); ok && len(a.Lhs) == 1 {
				to, named := a.Lhs[0].(*ast.Ident)
				if lit, ok := a.Rhs[0].(*ast.FuncLit); ok && named && to.Name == of.Name {
					body = lit.Body
				}
			}
			return true
		})
	}
	return body
}

// callsParameter reports whether a body calls a function that f was given.
func callsParameter(p *packages.Package, f *ast.FuncDecl, body ast.Node) (found bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name, ok := call.Fun.(*ast.Ident)
		if !ok {
			return true
		}
		v, ok := p.TypesInfo.Uses[name].(*types.Var)
		found = found || ok && f.Type.Params.Pos() <= v.Pos() && v.Pos() < f.Type.Params.End()
		return true
	})
	return found
}
