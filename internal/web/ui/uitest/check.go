// Package uitest checks pages as a test sees them: that a template fits its
// struct, that both languages have its messages, and that the HTML has the
// structure it should.
//
// It refuses to compare whole pages as text: such tests fail at each change of
// wording and hide what they protect. Start reading at [Check] and [Parse].
package uitest

import (
	"html/template"
	"reflect"
	"strings"
	"testing"
	"text/template/parse"
	"time"

	"github.com/jba/templatecheck"

	"cenacle/internal/i18n"
	"cenacle/internal/web/ui"
)

// Printer returns a printer of l with Paris time, from the embedded catalogs.
func Printer(t testing.TB, l i18n.Language) *i18n.Printer {
	t.Helper()
	catalog := i18n.Load()
	zone, err := time.LoadLocation(i18n.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return catalog.Printer(l, zone)
}

// Check fails the test when a template uses a field that its page or component
// does not have, or a message that the catalogs do not have, and when a field of
// the page hides one that its frame reads.
func Check[P ui.Page](t testing.TB, tmpl *ui.Template[P]) {
	t.Helper()
	set, err := tmpl.Clone()
	if err != nil {
		t.Fatal(err)
	}
	var page P
	if err := templatecheck.CheckHTML(set, page); err != nil {
		t.Errorf("the template does not fit %T: %v", page, err)
	}
	for _, name := range hidden(reflect.TypeFor[P]()) {
		t.Errorf("%T: its field %s hides that of ui.Base, which the frame shows", page, name)
	}
	p := Printer(t, i18n.French)
	reflect.ValueOf(&page).Elem().FieldByName("Base").Set(reflect.ValueOf(ui.Base{Printer: p}))
	if err := tmpl.Planned(page); err != nil {
		t.Errorf("%T is not written by a plan: %v", page, err)
	}
	for _, key := range messages(set) {
		if !p.Has(key) {
			t.Errorf("%T: the catalogs have no message %q", page, key)
		}
	}
}

// hidden lists the fields of a page that bear the name of a field or method of
// [ui.Base].
func hidden(page reflect.Type) (names []string) {
	frame := reflect.TypeFor[ui.Base]()
	for field := range page.Fields() {
		if field.Anonymous {
			continue
		}
		_, isField := frame.FieldByName(field.Name)
		_, isMethod := frame.MethodByName(field.Name)
		if isField || isMethod {
			names = append(names, field.Name)
		}
	}
	return names
}

// messages lists the catalog keys written in the templates of set.
func messages(set *template.Template) []string {
	var keys []string
	for _, t := range set.Templates() {
		if t.Tree != nil {
			walk(t.Tree.Root, func(c *parse.CommandNode) {
				if key, ok := message(c); ok {
					keys = append(keys, key)
				}
			})
		}
	}
	return keys
}

// message reads the key of t "key", n "key", .T "key" and .N "key".
func message(c *parse.CommandNode) (string, bool) {
	if len(c.Args) < 2 {
		return "", false
	}
	word := c.Args[0].String()
	if i := strings.LastIndexByte(word, '.'); i >= 0 {
		word = strings.ToLower(word[i+1:])
	}
	key, ok := c.Args[1].(*parse.StringNode)
	if !ok || word != "t" && word != "n" {
		return "", false
	}
	return key.Text, true
}

func walk(n parse.Node, visit func(*parse.CommandNode)) {
	branch := func(b parse.BranchNode) {
		walk(b.Pipe, visit)
		walk(b.List, visit)
		if b.ElseList != nil {
			walk(b.ElseList, visit)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, child := range n.Nodes {
			walk(child, visit)
		}
	case *parse.ActionNode:
		walk(n.Pipe, visit)
	case *parse.TemplateNode:
		walk(n.Pipe, visit)
	case *parse.IfNode:
		branch(n.BranchNode)
	case *parse.RangeNode:
		branch(n.BranchNode)
	case *parse.WithNode:
		branch(n.BranchNode)
	case *parse.PipeNode:
		if n == nil {
			return
		}
		for _, c := range n.Cmds {
			visit(c)
			for _, argument := range c.Args {
				walk(argument, visit)
			}
		}
	}
}
