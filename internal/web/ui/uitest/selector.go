package uitest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// step is one compound of a selector: every condition holds for one element.
type step struct {
	tag   string
	tests []func(*html.Node) bool
}

// chain is a selector: its last step matches the element, the others, in
// order, ancestors of it.
type chain []step

var (
	compound = regexp.MustCompile(`^([a-z0-9-]*)((?:[#.][\w:-]+|\[[^\]]*\])*)$`)
	piece    = regexp.MustCompile(`[#.][\w:-]+|\[[^\]]*\]`)
	part     = regexp.MustCompile(`(?:\[[^\]]*\]|\S)+`)
)

func compile(selector string) (chain, error) {
	var c chain
	for _, text := range part.FindAllString(selector, -1) {
		m := compound.FindStringSubmatch(text)
		if m == nil {
			return nil, fmt.Errorf("selector %q: %q is not tag#id.class[attribute=value]", selector, text)
		}
		s := step{tag: m[1]}
		for _, p := range piece.FindAllString(m[2], -1) {
			s.tests = append(s.tests, condition(p))
		}
		c = append(c, s)
	}
	if len(c) == 0 {
		return nil, fmt.Errorf("selector %q is empty", selector)
	}
	return c, nil
}

func condition(p string) func(*html.Node) bool {
	switch p[0] {
	case '#':
		return func(n *html.Node) bool { id, ok := attribute(n, "id"); return ok && id == p[1:] }
	case '.':
		return func(n *html.Node) bool {
			class, _ := attribute(n, "class")
			return slices.Contains(strings.Fields(class), p[1:])
		}
	}
	name, want, valued := strings.Cut(strings.Trim(p, "[]"), "=")
	want = strings.Trim(want, `"'`)
	return func(n *html.Node) bool {
		got, there := attribute(n, name)
		return there && (!valued || got == want)
	}
}

func (s step) matches(n *html.Node) bool {
	if n.Type != html.ElementNode || s.tag != "" && n.Data != s.tag {
		return false
	}
	for _, test := range s.tests {
		if !test(n) {
			return false
		}
	}
	return true
}

// matches reports whether c selects n below root.
func (c chain) matches(n, root *html.Node) bool {
	last := len(c) - 1
	if !c[last].matches(n) {
		return false
	}
	rest := c[:last]
	for up := n.Parent; up != nil && up != root && len(rest) > 0; up = up.Parent {
		if rest[len(rest)-1].matches(up) {
			rest = rest[:len(rest)-1]
		}
	}
	return len(rest) == 0
}
