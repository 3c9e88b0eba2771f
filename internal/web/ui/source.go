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

// set makes named templates executable with the words of a language. The trees
// are copied, since the escaper writes into its own.
func (s source) set(words template.FuncMap, names []string) (*template.Template, error) {
	out := template.New("page").Funcs(words)
	for _, name := range names {
		tree := s.all.Lookup(name).Tree.Copy()
		s.join(tree.Root)
		if _, err := out.AddParseTree(name, tree); err != nil {
			return nil, fmt.Errorf("ui: taking %s: %w", name, err)
		}
	}
	return out.Lookup("html"), nil
}

// join takes templates that are only a part of a tag, and are called with the
// same dot, into the one that calls them: html/template would make a copy of
// each for its place, which only it can find.
func (s source) join(n parse.Node) {
	branch := func(b parse.BranchNode) {
		s.join(b.List)
		if b.ElseList != nil {
			s.join(b.ElseList)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for i, inner := range n.Nodes {
			call, ok := inner.(*parse.TemplateNode)
			if !ok {
				s.join(inner)
			} else if part := s.all.Lookup(call.Name); call.Pipe != nil && call.Pipe.String() == "." && part != nil && partial(part.Tree) {
				n.Nodes[i] = part.Tree.Root.CopyList()
			}
		}
	case *parse.IfNode:
		branch(n.BranchNode)
	case *parse.RangeNode:
		branch(n.BranchNode)
	case *parse.WithNode:
		branch(n.BranchNode)
	}
}

// partial reports a template without a tag and without variables.
func partial(t *parse.Tree) bool { return !strings.ContainsAny(t.Root.String(), "<$") }
