package uitest

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"cenacle/internal/web/ui"
)

// Node is an element of a parsed page and the test that looks at it. Every
// expectation that is not met fails that test and names the selector.
type Node struct {
	t    testing.TB
	node *html.Node
	path string
}

// Render renders page and parses what comes out.
func Render[P ui.Page](t testing.TB, tmpl *ui.Template[P], page P) Node {
	t.Helper()
	var b bytes.Buffer
	if err := tmpl.Render(&b, page); err != nil {
		t.Fatal(err)
	}
	if err := tmpl.Planned(page); err != nil {
		t.Errorf("%T is not written by a plan: %v", page, err)
	}
	return Parse(t, &b)
}

// Parse reads a page, such as the body of a recorded answer.
func Parse(t testing.TB, r io.Reader) Node {
	t.Helper()
	node, err := html.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	return Node{t: t, node: node, path: "page"}
}

// One returns the only element that matches the selector, else stops the test.
// A selector is tags, #ids, .classes and [attributes] or [attribute=value],
// nested by spaces: `form[action=/memo] input[name=subject]`.
func (n Node) One(selector string) Node {
	n.t.Helper()
	found := n.All(selector)
	if len(found) != 1 {
		n.t.Fatalf("%s: %d elements match %q, want one", n.path, len(found), selector)
	}
	return found[0]
}

// All returns the elements that match the selector, in the order of the page.
func (n Node) All(selector string) []Node {
	n.t.Helper()
	chain, err := compile(selector)
	if err != nil {
		n.t.Fatalf("%s: %v", n.path, err)
	}
	var found []Node
	for node := range n.node.Descendants() {
		if chain.matches(node, n.node) {
			found = append(found, Node{t: n.t, node: node, path: n.path + " " + selector})
		}
	}
	return found
}

// Has expects at least one element to match the selector.
func (n Node) Has(selector string) {
	n.t.Helper()
	if len(n.All(selector)) == 0 {
		n.t.Errorf("%s: nothing matches %q", n.path, selector)
	}
}

// Lacks expects no element to match the selector.
func (n Node) Lacks(selector string) {
	n.t.Helper()
	if found := n.All(selector); len(found) > 0 {
		n.t.Errorf("%s: %d elements match %q, want none", n.path, len(found), selector)
	}
}

// Text is what the element says, its spaces collapsed; no-break spaces stay.
func (n Node) Text() string {
	var b strings.Builder
	for node := range n.node.Descendants() {
		if node.Type == html.TextNode {
			b.WriteString(node.Data)
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.FieldsFunc(b.String(), func(r rune) bool {
		return r == ' ' || r == '\n' || r == '\t' || r == '\r'
	}), " ")
}

// Says expects the element's text to contain words.
func (n Node) Says(words string) {
	n.t.Helper()
	if text := n.Text(); !strings.Contains(text, words) {
		n.t.Errorf("%s: %q does not say %q", n.path, text, words)
	}
}

// Silent expects the element, attributes included, to contain none of words.
func (n Node) Silent(words ...string) {
	n.t.Helper()
	var b strings.Builder
	if err := html.Render(&b, n.node); err != nil {
		n.t.Fatal(err)
	}
	for _, word := range words {
		if strings.Contains(b.String(), html.EscapeString(word)) || strings.Contains(b.String(), word) {
			n.t.Errorf("%s: %q must not appear", n.path, word)
		}
	}
}

// Attr is the value of an attribute, "" when it is not there.
func (n Node) Attr(name string) string {
	value, _ := attribute(n.node, name)
	return value
}

// Is expects an attribute to have a value.
func (n Node) Is(name, want string) {
	n.t.Helper()
	if got, there := attribute(n.node, name); !there || got != want {
		n.t.Errorf("%s: %s is %q, want %q", n.path, name, got, want)
	}
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}
