package mutation

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mutant is one check that was broken.
type mutant struct {
	number int
	where  string // file:line
	what   string // in words, the same whatever else changes in the file
}

// name is how a list of mutants calls it, without the line, which moves.
func (m mutant) name() string {
	file, _, _ := strings.Cut(m.where, ":")
	return file + ": " + m.what
}

// breeder writes mutants into copies of files.
type breeder struct {
	root  string
	kinds map[string]string // of each action, by the name of its constant
	found []mutant
	file  string
	text  []byte
	in    string // the function that is being read
	set   *token.FileSet
	edits []edit
}

// edit puts words into a file, where they were not or instead of others.
type edit struct {
	from, to int
	with     string
}

// breed returns the text of a file with all of its mutants in it.
func (b *breeder) breed(file string, find func(*breeder, ast.Node) bool) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(b.root, file))
	if err != nil {
		return nil, err
	}
	b.file, b.text, b.set, b.edits = file, text, token.NewFileSet(), nil
	tree, err := parser.ParseFile(b.set, file, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	before := len(b.found)
	for _, d := range tree.Decls {
		b.in = ""
		if f, ok := d.(*ast.FuncDecl); ok {
			b.in = f.Name.Name + ": "
		}
		ast.Inspect(d, func(n ast.Node) bool { return find(b, n) })
	}
	if len(b.found) == before {
		return text, nil
	}
	at := b.offset(tree.Name.End())
	b.edits = append(b.edits, edit{at, at, "\n\nimport \"cenacle/internal/mutant\"\n"}, edit{len(text), len(text), "\nvar _ = mutant.On\n"})
	slices.SortStableFunc(b.edits, func(a, c edit) int { return c.from - a.from })
	for _, e := range b.edits {
		text = slices.Concat(text[:e.from], []byte(e.with), text[e.to:])
	}
	return text, nil
}

func (b *breeder) offset(p token.Pos) int { return b.set.Position(p).Offset }

// source is a piece of the file as it is written.
func (b *breeder) source(n ast.Node) string {
	return string(b.text[b.offset(n.Pos()):b.offset(n.End())])
}

// born gives a mutant its number.
func (b *breeder) born(at ast.Node, what string) int {
	m := mutant{len(b.found) + 1, fmt.Sprintf("%s:%d", b.file, b.set.Position(at.Pos()).Line), b.in + what}
	b.found = append(b.found, m)
	return m.number
}

// replace puts an expression in the place of a node.
func (b *breeder) replace(n ast.Node, with string) {
	b.edits = append(b.edits, edit{b.offset(n.Pos()), b.offset(n.End()), with})
}

// condition makes two mutants of each part of a condition: always, and never true.
// What stands before and after it is evaluated as before.
func (b *breeder) condition(e ast.Expr) {
	switch x := e.(type) {
	case *ast.ParenExpr:
		b.condition(x.X)
		return
	case *ast.BinaryExpr:
		if x.Op == token.LAND || x.Op == token.LOR {
			b.condition(x.X)
			b.condition(x.Y)
			return
		}
	}
	always, never := b.born(e, "always "+b.source(e)), b.born(e, "never "+b.source(e))
	b.replace(e, fmt.Sprintf("(mutant.On(%d) || !mutant.On(%d) && (%s))", always, never, b.source(e)))
}

// rule finds what decides in package authz: conditions, and the rows of its tables.
func (b *breeder) rule(n ast.Node) bool {
	switch x := n.(type) {
	case *ast.IfStmt:
		b.condition(x.Cond)
	case *ast.SwitchStmt:
		if x.Tag == nil {
			for _, c := range x.Body.List {
				for _, e := range c.(*ast.CaseClause).List {
					b.condition(e)
				}
			}
		}
	case *ast.FuncDecl:
		return x.Name.Name != "Only" // which decides nothing
	case *ast.ReturnStmt:
		if len(x.Results) == 1 && decides(x.Results[0]) {
			b.condition(x.Results[0])
		}
	case *ast.ValueSpec:
		for i, name := range x.Names {
			if i < len(x.Values) {
				b.table(name.Name, x.Values[i])
			}
		}
		return false
	}
	return true
}

// decides reports whether an expression is a condition by its form.
func decides(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.BinaryExpr:
		return slices.Contains([]token.Token{token.LAND, token.LOR, token.EQL, token.NEQ}, x.Op)
	case *ast.UnaryExpr:
		return x.Op == token.NOT
	case *ast.CallExpr:
		f, ok := x.Fun.(*ast.SelectorExpr)
		return ok && f.Sel.Name == "Contains"
	}
	return false
}

// table makes mutants of the rows of the policy.
func (b *breeder) table(name string, value ast.Expr) {
	rows, ok := value.(*ast.CompositeLit)
	if !ok {
		return
	}
	for _, e := range rows.Elts {
		row, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key := b.source(row.Key)
		switch name {
		case "rules":
			for _, f := range row.Value.(*ast.CompositeLit).Elts {
				b.cell(key, f.(*ast.KeyValueExpr))
			}
		case "barred", "closed":
			b.shorter(name+" "+key, row.Value, map[string]string{"barred": "Role", "closed": "Nature"}[name])
		}
	}
}

// cell makes mutants of one column of a rule.
func (b *breeder) cell(act string, f *ast.KeyValueExpr) {
	column, value := b.source(f.Key), b.source(f.Value)
	say := act + " " + column + " " + value
	switch column {
	case "writes", "reads", "inSelf", "grave":
		b.replace(f.Value, fmt.Sprintf("!mutant.On(%d)", b.born(f, say+": forgotten")))
	case "others":
		b.replace(f.Value, fmt.Sprintf("mutant.Pick(%d, mutant.Pick(%d, %s, nil), all)", b.born(f, say+": everybody"), b.born(f, say+": nobody"), value))
	case "firm", "space":
		typed, everybody := "FirmRole", "anyone"
		if column == "space" {
			typed, everybody = "Role", "all"
		}
		less := b.born(f, say+": one fewer")
		with := fmt.Sprintf("mutant.Less(%d, []%s(%s))", less, typed, value)
		if value != everybody {
			with = fmt.Sprintf("mutant.Pick(%d, %s, %s)", b.born(f, say+": everybody"), with, everybody)
		}
		b.replace(f.Value, with)
	}
}

// shorter makes a mutant of each entry of a list of refusals: it is forgotten.
func (b *breeder) shorter(name string, value ast.Expr, typed string) {
	list, ok := value.(*ast.CompositeLit)
	if !ok {
		return
	}
	with := "[]" + typed + b.source(list)
	for i, e := range list.Elts {
		with = fmt.Sprintf("mutant.Without(%d, %s, %d)", b.born(e, name+": lets "+b.source(e)), with, i)
	}
	b.replace(value, with)
}

// weakest is the least that may be asked of what an action is done to.
func weakest(act, kind string) string {
	switch {
	case strings.HasPrefix(act, "Memo") && kind == "OfItem":
		return "MemoRead"
	case strings.HasPrefix(act, "Agenda") && kind == "OfItem":
		return "AgendaSee"
	}
	return map[string]string{"OfFirm": "FirmEnter", "OfSpace": "SpaceSee", "OfItem": "DocumentRead"}[kind]
}

// call finds where a use case asks the rule: it opens without asking, or asks less.
func (b *breeder) call(n ast.Node) bool {
	x, ok := n.(*ast.CallExpr)
	if !ok {
		return true
	}
	if f, ok := x.Fun.(*ast.SelectorExpr); ok && b.source(f.X) == "authz" && (f.Sel.Name == "Open" || f.Sel.Name == "Decide") {
		b.replace(f.Sel, f.Sel.Name+"Mutant")
		at := b.offset(x.Lparen) + 1
		b.edits = append(b.edits, edit{at, at, fmt.Sprintf("%d, ", b.born(x, "unasked "+b.source(x)))})
	}
	for _, arg := range x.Args {
		s, ok := arg.(*ast.SelectorExpr)
		if !ok || b.source(s.X) != "authz" {
			continue
		}
		less := weakest(s.Sel.Name, b.kinds[s.Sel.Name])
		if less == "" || less == s.Sel.Name {
			continue
		}
		b.replace(s, fmt.Sprintf("mutant.Pick(%d, %s, authz.%s)", b.born(s, "asks "+less+" instead: "+b.source(x)), b.source(s), less))
	}
	return true
}
