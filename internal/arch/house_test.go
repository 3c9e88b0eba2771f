package arch

import (
	"go/ast"
	"regexp"
	"strings"
	"testing"
)

// The figures above which code is a fault; what is good is much less.
const (
	maxFile      = 800 // lines
	maxFunction  = 100 // lines
	maxInterface = 6   // methods
)

func TestHouse(t *testing.T) {
	all := tree(t)
	for name, rule := range map[string]func(*source) []offender{
		"sizes": sizes, "clocks": clocks, "starts": starts, "skips": skips, "contexts": contexts, "hashes": hashes,
	} {
		t.Run(name, func(t *testing.T) { report(t, each(rule)(all)) })
	}
	t.Run("comments", func(t *testing.T) { report(t, packageComments(all)) })
}

func TestHouseRules(t *testing.T) {
	long := "package a\nfunc f() { // bad\n" + strings.Repeat("\n", 99) + "}\nfunc g() {\n" + strings.Repeat("\n", 98) + "}\n"
	snippet{"internal/id/a.go", long}.check(t, each(sizes))
	table := "package a\nfunc f() { // bad\n_ = []int{" + strings.Repeat("\n", 99) + "}\n}\n"
	snippet{"internal/id/a.go", table}.check(t, each(sizes))
	snippet{"internal/id/a_test.go", strings.Replace(table, "// bad", "", 1)}.check(t, each(sizes))
	snippet{"internal/id/a.go", "package a // bad\n" + strings.Repeat("\n", 800)}.check(t, each(sizes))
	snippet{"internal/id/a.go", "package a\n" + strings.Repeat("\n", 799)}.check(t, each(sizes))
	snippet{"internal/id/a.go", "package a\ntype a interface { // bad\nA()\nB()\nC()\nD()\nE()\nF()\nG()\n}\ntype b interface {\na\nA()\n}\ntype c interface{ ~int | ~string }"}.check(t, each(sizes))

	now := "package a\nimport \"time\"\nvar f = time.Now // bad\nfunc g(t time.Time) {\n_ = time.Since(t) // bad\n_ = t.Sub(t)\n}"
	snippet{"internal/id/a.go", now}.check(t, each(clocks))
	snippet{"internal/id/a.go", "package a\nimport clock \"time\"\nvar t = clock.Now() // bad"}.check(t, each(clocks))
	for _, allowed := range []string{"cmd/cenacle/a.go", "internal/server/a.go", "internal/id/a_test.go"} {
		snippet{allowed, strings.ReplaceAll(now, "// bad", "")}.check(t, each(clocks))
	}

	snippet{"internal/id/a.go", "package a\nfunc init() { // bad\n}\ntype t int\nfunc (t) init() {}"}.check(t, each(starts))
	snippet{"internal/id/a_test.go", "package a\nfunc f(t *testing.T) {\nt.Skip(\"x\") // bad\nt.SkipNow() // bad\nif testing.Short() { // bad\n}\ns.scanner.Skip()\n}"}.check(t, each(skips))
	snippet{"internal/id/a.go", "package a\nimport \"context\"\nvar _ = context.WithValue(nil, 1, 2) // bad\nvar _ = context.WithCancel"}.check(t, each(contexts))

	lighten := "package a\nfunc f(s *account.Service) {\ns.Lighten() // bad\n}"
	snippet{"internal/server/a.go", lighten}.check(t, each(hashes))
	snippet{"internal/server/a_test.go", strings.ReplaceAll(lighten, "// bad", "")}.check(t, each(hashes))

	good := "// Package a keeps what must be kept and nothing more, so that the rest forgets it.\n//\n// Start reading at [B].\npackage a"
	snippet{"internal/id/a.go", good}.check(t, packageComments)
	snippet{"internal/id/a.go", "package a // bad"}.check(t, packageComments)
	snippet{"internal/id/a.go", "// Package a is short.\npackage a // bad"}.check(t, packageComments)
	snippet{"internal/id/a.go", strings.Replace(good, "Package a", "This", 1) + " // bad"}.check(t, packageComments)
}

func sizes(s *source) (out []offender) {
	if s.lines > maxFile {
		out = append(out, s.at(s.file.Name, "%d lines, %d at most", s.lines, maxFile))
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			long := s.length(n)
			if s.test {
				long -= s.table(n)
			}
			if long > maxFunction {
				out = append(out, s.at(n, "%s has %d lines, %d at most", n.Name.Name, long, maxFunction))
			}
		case *ast.TypeSpec:
			if i, ok := n.Type.(*ast.InterfaceType); ok && methods(i) > maxInterface {
				out = append(out, s.at(n, "interface %s has %d methods, %d at most", n.Name.Name, methods(i), maxInterface))
			}
		}
		return true
	})
	return out
}

func (s *source) length(n ast.Node) int { return s.set.Position(n.End()).Line - s.line(n) + 1 }

// table returns the length of the longest literal in f: a table of cases in a
// test reads like a list, however long it is.
func (s *source) table(f *ast.FuncDecl) (longest int) {
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.CompositeLit); ok {
			longest = max(longest, s.length(lit))
		}
		return true
	})
	return longest
}

func methods(i *ast.InterfaceType) (n int) {
	for _, f := range i.Methods.List {
		n += max(1, len(f.Names)) // an embedded interface counts as one
	}
	return n
}

func clocks(s *source) (out []offender) {
	if s.test || !strings.HasPrefix(s.path, "internal/") || strings.HasPrefix(s.path, "internal/server/") {
		return nil
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok && s.isMember(e, "time", "Now", "Since", "Until") {
			out = append(out, s.at(n, "the clock is a parameter"))
		}
		return true
	})
	return out
}

func starts(s *source) (out []offender) {
	for _, d := range s.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			out = append(out, s.at(f, "nothing happens before main"))
		}
	}
	return out
}

// hashes finds what ships and has passwords hashed as tests do.
func hashes(s *source) (out []offender) {
	if s.test {
		return nil
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Lighten" {
			out = append(out, s.at(n, "passwords are hashed at full cost"))
		}
		return true
	})
	return out
}

// skips finds tests that do not run: Skip and its kin on a plain variable, and
// what asks for the short run.
func skips(s *source) (out []offender) {
	if !s.test {
		return nil
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, plain := sel.X.(*ast.Ident)
		switch name := sel.Sel.Name; {
		case plain && (name == "Skip" || name == "Skipf" || name == "SkipNow"),
			plain && x.Name == "testing" && name == "Short":
			out = append(out, s.at(n, "a test that does not run proves nothing"))
		}
		return true
	})
	return out
}

// contexts keeps values out of contexts; the transport alone may pass the number
// of the request on, and trace the span that is under way.
func contexts(s *source) (out []offender) {
	if s.test || strings.HasPrefix(s.path, "internal/web/") || strings.HasPrefix(s.path, "internal/trace/") {
		return nil
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok && s.isMember(e, "context", "WithValue") {
			out = append(out, s.at(n, "what a function needs is a parameter"))
		}
		return true
	})
	return out
}

// packageComments wants one comment for each package that tells more than its
// name.
func packageComments(all []*source) (out []offender) {
	for _, files := range folders(all) {
		var shipped, documented []*source
		for _, s := range files {
			if !strings.HasSuffix(s.path, "_test.go") {
				shipped = append(shipped, s)
			}
		}
		for _, s := range shipped {
			if s.file.Doc != nil {
				documented = append(documented, s)
			}
		}
		switch {
		case len(shipped) == 0:
		case len(documented) == 0:
			out = append(out, shipped[0].at(shipped[0].file.Name, "package %s has no comment", shipped[0].file.Name.Name))
		case len(documented) > 1:
			out = append(out, documented[1].at(documented[1].file.Name, "a second comment of the package, the first is in %s", documented[0].path))
		default:
			s := documented[0]
			words := s.file.Doc.Text()
			begins := strings.HasPrefix(words, "Package "+s.file.Name.Name+" ") || s.file.Name.Name == "main" && strings.HasPrefix(words, "Command ")
			if !begins || len(words) < 100 {
				out = append(out, s.at(s.file.Name, "the comment must begin with the package's name and say what it is for, what it refuses and where to start"))
			}
		}
	}
	return out
}

var undone = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b|\.skip\(|test\.fix` + `me`)

// TestNothingIsLeftUndone reads every text of the tree for marks of work that
// somebody left for later, and scripts for tests that do not run.
func TestNothingIsLeftUndone(t *testing.T) {
	err := walk([]string{".go", ".tmpl", ".html", ".txt", ".css", ".js", ".mjs", ".ts", ".sql", ".json", ".md", ".sh", "Makefile"}, func(name string, text []byte) error {
		if name == "package-lock.json" {
			return nil
		}
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			if mark := undone.FindString(line); mark != "" && !(strings.HasSuffix(name, ".go") && strings.HasPrefix(mark, ".skip")) {
				t.Error(offender{name, number, "left undone: " + mark})
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, mark := range []string{"// TO" + "DO: later", "FIX" + "ME", "it.skip('x')"} {
		if !undone.MatchString(mark) {
			t.Errorf("the rule does not see %q", mark)
		}
	}
}
