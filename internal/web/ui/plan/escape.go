package plan

import (
	"fmt"
	"html/template"
	"reflect"
	"strings"
)

// escapeFunc appends a text as it may stand in its place.
type escapeFunc func(to []byte, text string) []byte

// escaper is what html/template's escapers do one after the other to a value
// of a type.
func escaper(names []string, t reflect.Type) (escapeFunc, error) {
	chain := strings.Join(names, " ")
	if isMarkup(t) {
		if t == reflect.TypeFor[template.HTML]() && chain == "htmlescaper" {
			return func(to []byte, text string) []byte { return append(to, text...) }, nil
		}
		return nil, fmt.Errorf("%w: %s of %v", ErrUnplanned, chain, t)
	}
	switch chain {
	case "htmlescaper", "attrescaper", "rcdataescaper":
		return text, nil
	case "urlfilter urlnormalizer attrescaper":
		return address(`<a href="{{.}}"></a>`, wholeAddress)
	case "urlnormalizer attrescaper":
		return address(`<a href="/{{.}}"></a>`, plainAddress)
	case "urlescaper attrescaper":
		return address(`<a href="/?a={{.}}"></a>`, unreserved)
	}
	return nil, fmt.Errorf("%w: %s", ErrUnplanned, chain)
}

// text replaces what html/template replaces in text and in quoted attributes.
func text(to []byte, s string) []byte {
	done := 0
	for i := 0; i < len(s); i++ {
		var as string
		switch s[i] {
		case 0:
			as = "\uFFFD"
		case '"':
			as = "&#34;"
		case '&':
			as = "&amp;"
		case '\'':
			as = "&#39;"
		case '+':
			as = "&#43;"
		case '<':
			as = "&lt;"
		case '>':
			as = "&gt;"
		default:
			continue
		}
		to = append(append(to, s[done:i]...), as...)
		done = i + 1
	}
	return append(to, s[done:]...)
}

// address escapes addresses: those of the house have nothing to escape, every
// other one goes through html/template itself, in the same place.
func address(place string, harmless func(string) bool) (escapeFunc, error) {
	t, err := template.New("address").Parse(place)
	if err != nil {
		return nil, err
	}
	before, after, _ := strings.Cut(place, "{{.}}")
	return func(to []byte, s string) []byte {
		if harmless(s) {
			return append(to, s...)
		}
		var b strings.Builder
		if err := t.Execute(&b, s); err != nil {
			return append(to, "#ZgotmplZ"...) // as html/template writes for what it refuses
		}
		return append(to, strings.TrimSuffix(strings.TrimPrefix(b.String(), before), after)...)
	}, nil
}

// wholeAddress holds for paths of the site.
func wholeAddress(s string) bool { return strings.HasPrefix(s, "/") && plainAddress(s) }

func plainAddress(s string) bool {
	for _, c := range []byte(s) {
		if !letter(c) && strings.IndexByte("-._~/?=#", c) < 0 {
			return false
		}
	}
	return true
}

func unreserved(s string) bool {
	for _, c := range []byte(s) {
		if !letter(c) && strings.IndexByte("-._~", c) < 0 {
			return false
		}
	}
	return true
}

func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
