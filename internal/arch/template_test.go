package arch

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template/parse"
)

// markup is one template of the tree.
type markup struct{ path, text string }

func templates(t *testing.T) (out []markup) {
	t.Helper()
	err := walk([]string{".tmpl", ".html", ".txt"}, func(name string, text []byte) error {
		if strings.Contains(string(text), "{{") {
			out = append(out, markup{name, string(text)})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTemplatesHoldNoWords wants every word a person reads to come from the
// catalogs.
func TestTemplatesHoldNoWords(t *testing.T) {
	for _, m := range templates(t) {
		report(t, wordsIn(m))
	}
	for text, want := range map[string]int{
		"<p>{{t \"a.b\"}}</p>": 0, "<p>Bonjour {{.Name}}</p>": 1, `<img alt="Photo">`: 1, `<img alt="{{.Alt}}">`: 0,
		`{{define "a"}} aria-invalid="true" disabled{{end}}{{define "b"}}<p>Deux</p>{{end}}`: 1, `{{define "a"}}Bonjour{{end}}`: 1,
		"<title>{{.T}} – Cénacle</title>": 0, "<style>body{color:red}</style>": 0, "{{/* why */}}\n<b>·</b> n°": 0, `<a class="long" href="/deposer">{{.}}</a>`: 0,
	} {
		if got := wordsIn(markup{"a.tmpl", text}); len(got) != want {
			t.Errorf("%s: %v, want %d", text, got, want)
		}
	}
}

// TestPagesAreChecked wants each page to have a test: its templates are read when somebody
// first looks at it.
func TestPagesAreChecked(t *testing.T) {
	report(t, uncheckedPages(tree(t)))
	snippet{"internal/web/page/x/x.go", `package x
import "cenacle/internal/web/ui"
var one = ui.Parse[One](files, "one.tmpl") // bad
`}.check(t, uncheckedPages)
}

const uiPath = "cenacle/internal/web/ui"

// uncheckedPages finds the variables of ui.Parse that no test of their package gives to
// uitest.Check.
func uncheckedPages(all []*source) (out []offender) {
	for _, files := range folders(all) {
		checked := map[string]bool{}
		for _, s := range files {
			ast.Inspect(s.file, func(n ast.Node) bool {
				if c, ok := n.(*ast.CallExpr); ok && s.isMember(c.Fun, uiPath+"/uitest", "Check") && len(c.Args) == 2 {
					switch of := c.Args[1].(type) {
					case *ast.Ident:
						checked[of.Name] = true
					case *ast.SelectorExpr: // from beside the package
						checked[of.Sel.Name] = true
					}
				}
				return true
			})
		}
		for _, s := range files {
			for _, v := range pagesOf(s) {
				if !checked[v.Name] {
					out = append(out, s.at(v, "no test of the package gives %s to uitest.Check", v.Name))
				}
			}
		}
	}
	return out
}

// pagesOf are the variables that a file fills by ui.Parse.
func pagesOf(s *source) (names []*ast.Ident) {
	if s.test {
		return nil
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, value := range spec.Values {
			call, ok := value.(*ast.CallExpr)
			if !ok {
				continue
			}
			if of, ok := call.Fun.(*ast.IndexExpr); ok && s.isMember(of.X, uiPath, "Parse") {
				names = append(names, spec.Names[i])
			}
		}
		return false
	})
	return names
}

var (
	action = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	define = regexp.MustCompile(`\{\{-?\s*define\b`)
	unread = regexp.MustCompile(`(?is)<(style|script|svg|kbd)\b.*?</(style|script|svg|kbd)>|<!--.*?-->`)
	spoken = regexp.MustCompile(`(?i)\b(?:alt|title|placeholder|aria-label|aria-description|value)="([^"]*)"`)
	tag    = regexp.MustCompile(`(?s)<[^>]*>`)
	word   = regexp.MustCompile(`\pL{3,}`)
	spelt  = regexp.MustCompile(`\b\p{Lu}\pL{2,}|[^\x00-\x7f]\pL{2,}`)
	proper = regexp.MustCompile(`Cénacle|SHA-256|français|English`) // the same for every reader
	inked  = regexp.MustCompile(`[^\n]`)
)

// wordsIn finds the first word of each template that is not in a catalog, and
// those of attributes that are read aloud or shown.
func wordsIn(m markup) (out []offender) {
	borders := append([]int{0}, defines(m.text)...)
	for i, from := range borders {
		to := len(m.text)
		if i+1 < len(borders) {
			to = borders[i+1]
		}
		for _, at := range wordAt(m.text[from:to]) {
			line := 1 + strings.Count(m.text[:from+at[0]], "\n")
			out = append(out, offender{m.path, line, "the word " + m.text[from+at[0]:from+at[1]] + " belongs in a catalog"})
		}
	}
	return out
}

func defines(text string) (out []int) {
	for _, at := range define.FindAllStringIndex(text, -1) {
		out = append(out, at[0])
	}
	return out
}

// wordAt finds words in one template of a file. A template without any tag is
// often a piece of a tag: there only what is written like a sentence counts.
func wordAt(text string) (out [][]int) {
	blank := func(s string) string { // as many bytes, as many lines
		return inked.ReplaceAllStringFunc(s, func(r string) string { return strings.Repeat(" ", len(r)) })
	}
	fragment := !strings.Contains(text, "<")
	for _, form := range []*regexp.Regexp{action, unread, proper} {
		text = form.ReplaceAllStringFunc(text, blank)
	}
	for _, at := range spoken.FindAllStringSubmatchIndex(text, -1) {
		if w := word.FindStringIndex(text[at[2]:at[3]]); w != nil {
			out = append(out, []int{at[2] + w[0], at[2] + w[1]})
		}
	}
	form := word
	if fragment {
		form = spelt
	}
	return append(out, form.FindAllStringIndex(tag.ReplaceAllStringFunc(text, blank), 1)...)
}

// keysInTemplate finds keys after t and n, and after T and N of a printer.
func keysInTemplate(m markup) (out []mention, err error) {
	for _, tree := range parsed(m, &err) {
		commands(tree.Root, func(c *parse.CommandNode, piped bool) {
			if len(c.Args) < 2 || !slices.Contains([]string{"t", "n", "T", "N"}, called(c.Args[0])) {
				return
			}
			at := offender{m.path, 1 + strings.Count(m.text[:c.Position()], "\n"), ""}
			count := len(c.Args) - 2
			if piped {
				count = -1
			}
			switch key := c.Args[1].(type) {
			case *parse.StringNode:
				out = append(out, mention{at, key.Text, count})
			case *parse.PipeNode: // (printf "a.b.%s" .C)
				if inner := key.Cmds[0].Args; len(inner) > 1 && called(inner[0]) == "printf" {
					if format, ok := inner[1].(*parse.StringNode); ok {
						before, _, _ := strings.Cut(format.Text, "%")
						out = append(out, mention{at, before, -1})
					}
				}
			}
		})
	}
	return out, err
}

func parsed(m markup, err *error) map[string]*parse.Tree {
	trees := make(map[string]*parse.Tree)
	t := parse.New(m.path)
	t.Mode = parse.SkipFuncCheck
	if _, e := t.Parse(m.text, "{{", "}}", trees); e != nil {
		*err = e
	}
	return trees
}

// called is the name of what a command calls: t, .T, $.T, .Printer.T.
func called(n parse.Node) string {
	switch n := n.(type) {
	case *parse.IdentifierNode:
		return n.Ident
	case *parse.FieldNode:
		return n.Ident[len(n.Ident)-1]
	case *parse.VariableNode:
		return n.Ident[len(n.Ident)-1]
	case *parse.ChainNode:
		return n.Field[len(n.Field)-1]
	}
	return ""
}

// commands calls visit for every command under n; piped when it receives the
// result of another.
func commands(n parse.Node, visit func(c *parse.CommandNode, piped bool)) {
	list := func(l *parse.ListNode) {
		if l != nil {
			for _, child := range l.Nodes {
				commands(child, visit)
			}
		}
	}
	branch := func(b *parse.BranchNode) {
		commands(b.Pipe, visit)
		list(b.List)
		list(b.ElseList)
	}
	switch n := n.(type) {
	case *parse.ListNode:
		list(n)
	case *parse.ActionNode:
		commands(n.Pipe, visit)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.TemplateNode:
		commands(n.Pipe, visit)
	case *parse.PipeNode:
		if n == nil {
			return
		}
		for i, c := range n.Cmds {
			visit(c, i > 0)
			for _, arg := range c.Args {
				commands(arg, visit)
			}
		}
	}
}
