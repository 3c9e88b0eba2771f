package ui

import (
	"fmt"
	"html/template"
	"io/fs"
	"slices"
	"strings"
	"sync"
	text "text/template"
	"text/template/parse"

	"cenacle/internal/i18n"
)

// source is what a page is made of, parsed and never executed: its own files,
// and the layouts and components, whose trees all pages share.
type source struct {
	all  *text.Template
	used []string // the templates that "html" leads to, itself first
}

// common parses the layouts and components once for all pages.
var common = sync.OnceValues(func() (*text.Template, error) {
	return text.New("page").Funcs(functions(nil)).ParseFS(shared, "layout/*.tmpl", "component/*.tmpl")
})

func read(files fs.FS, names []string) (source, error) {
	known, err := common()
	if err != nil {
		return source{}, fmt.Errorf("ui: parsing the shared templates: %w", err)
	}
	all, err := known.Clone()
	if err == nil {
		all, err = all.ParseFS(files, names...)
	}
	if err != nil {
		return source{}, fmt.Errorf("ui: parsing %s: %w", strings.Join(names, ", "), err)
	}
	if all.Lookup("main") == nil {
		return source{}, fmt.Errorf("ui: none of %s defines \"main\"", strings.Join(names, ", "))
	}
	s := source{all: all}
	if err := s.reach("html"); err != nil {
		return source{}, fmt.Errorf("ui: %s: %w", strings.Join(names, ", "), err)
	}
	return s, nil
}

// reach notes a template and those it calls.
func (s *source) reach(name string) error {
	if slices.Contains(s.used, name) {
		return nil
	}
	t := s.all.Lookup(name)
	if t == nil || t.Tree == nil {
		return fmt.Errorf("there is no template %q", name)
	}
	s.used = append(s.used, name)
	var err error
	calls(t.Tree.Root, func(called string) {
		if err == nil {
			err = s.reach(called)
		}
	})
	return err
}

// calls visits the names that the template actions below a node call.
func calls(n parse.Node, visit func(string)) {
	branch := func(b parse.BranchNode) {
		calls(b.List, visit)
		if b.ElseList != nil {
			calls(b.ElseList, visit)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, inner := range n.Nodes {
			calls(inner, visit)
		}
	case *parse.IfNode:
		branch(n.BranchNode)
	case *parse.RangeNode:
		branch(n.BranchNode)
	case *parse.WithNode:
		branch(n.BranchNode)
	case *parse.TemplateNode:
		visit(n.Name)
	}
}

// set makes named templates executable in a printer's language. The trees are
// copied, since the escaper writes into its own.
func (s source) set(p *i18n.Printer, names []string) (*template.Template, error) {
	out := template.New("page").Funcs(functions(p))
	for _, name := range names {
		if _, err := out.AddParseTree(name, s.all.Lookup(name).Tree.Copy()); err != nil {
			return nil, fmt.Errorf("ui: taking %s: %w", name, err)
		}
	}
	return out.Lookup("html"), nil
}
