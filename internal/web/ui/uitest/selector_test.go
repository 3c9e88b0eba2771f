package uitest

import (
	"strings"
	"testing"
)

const sample = `<main id="m"><form class="a b" action="/x"><input name="q" disabled><p>Un
  deux <b>trois</b></p></form><p class="a">quatre</p></main>`

func TestSelector(t *testing.T) {
	page := Parse(t, strings.NewReader(sample))
	for selector, want := range map[string]int{
		"p": 2, "main p": 2, "form p": 1, ".a": 2, "form.a.b": 1, "#m .b input[name=q]": 1, "input[disabled]": 1,
		`form[action="/x"] b`: 1, "b p": 0, "form form": 0, "p.b": 0, "input[name=r]": 0, "main#n": 0, "[name]": 1,
	} {
		if got := len(page.All(selector)); got != want {
			t.Errorf("%q matches %d, want %d", selector, got, want)
		}
	}
	for _, selector := range []string{"", "a > b", "a,b", "a:first", "*"} {
		if _, err := compile(selector); err == nil {
			t.Errorf("%q was accepted", selector)
		}
	}
}

func TestNodeTells(t *testing.T) {
	form := Parse(t, strings.NewReader(sample)).One("form")
	if got := form.Text(); got != "Un deux trois" {
		t.Errorf("Text: %q", got)
	}
	if got := form.Attr("action"); got != "/x" {
		t.Errorf("Attr: %q", got)
	}
}

// witness takes down failures in place of the test that runs it.
type witness struct {
	testing.TB
	failures int
}

func (w *witness) Errorf(string, ...any) { w.failures++ }
func (w *witness) Helper()               {}

func TestExpectationsFail(t *testing.T) {
	w := &witness{TB: t}
	page := Parse(w, strings.NewReader(sample))
	page.Has("table")
	page.Lacks("form")
	page.Says("cinq")
	page.Silent("quatre")
	page.Silent("/x")
	page.One("form").Is("action", "/y")
	page.One("form").Is("method", "")
	if w.failures != 7 {
		t.Errorf("%d of 7 wrong expectations failed", w.failures)
	}
}
