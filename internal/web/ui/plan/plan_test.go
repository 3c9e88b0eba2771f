package plan_test

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"cenacle/internal/seedtest"
	"cenacle/internal/web/ui/plan"
)

type word string

type line struct {
	ID, Href, Query string
	Word            word
	Many            []string
	Next            *line
	Count           int
	Size            int64
	Yes             bool
	At              time.Time
}

func (l line) Loud() string { return strings.ToUpper(l.ID) + "!" }

type frame struct{ Title string }

func (f frame) T(key string, args ...any) string { return key + fmt.Sprint(args...) }

type page struct {
	frame
	Lines []line
	First *line
	One   line
}

const text = `{{define "html"}}<!doctype html><title>{{.Title}}</title>{{$title := .Title}}
{{range .Lines}}{{template "line" .}}{{else}}<p>{{t "none"}}</p>{{end}}
{{range $i, $l := .Lines}}{{$i}}:{{$l.ID}} {{if eq $l.ID $title}}same{{end}}{{end}}
{{with .First}}<a href="{{.Href}}" title="{{.ID}}">{{.Loud}}</a>{{if .Next}}{{template "line" .Next}}{{end}}{{else}}nobody{{end}}
{{template "bare"}}{{.T "spoken" .One.Count}}<textarea>{{.One.ID}}</textarea></html>{{end}}
{{define "bare"}}<hr>{{end}}
{{define "line"}}<li id="l-{{.ID}}" class="{{with .Word}}a-{{.}}{{end}}{{if and .Yes .Count}} b{{end}}"{{if not .Yes}} hidden{{end}}>
<a href="{{.Href}}">{{or .ID "f"}}</a><a href="/x/{{.ID}}?q={{.Query}}">{{n "key" .Count .ID .Size}}</a>
{{if gt (len .Many) 1}}{{range .Many}}<b>{{.}}{{$.ID}}</b>{{end}}{{else if eq .Word "one"}}1{{else if ne .Count 2}}<i>{{t "two" .Word}}</i>{{end}}
{{icon .Word}}{{icon "fixed"}}<time datetime="{{iso .At}}">{{.Size}}</time>{{with .Next}}{{with .Many}}{{len .}}{{end}}{{end}}</li>{{end}}`

var words = template.FuncMap{
	"t":   func(key string, args ...any) string { return "<" + key + ">" + fmt.Sprint(args...) },
	"n":   func(key string, n int, args ...any) string { return fmt.Sprint(key, n, args) },
	"iso": func(at time.Time) string { return at.UTC().Format(time.RFC3339) },
	"icon": func(w word) (template.HTML, error) {
		return template.HTML("<svg class=\"" + fmt.Sprintf("%x", w) + "\"/>"), nil
	},
}

func parsed(t testing.TB, text string) *template.Template {
	t.Helper()
	all, err := template.New("html").Funcs(words).Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return all.Lookup("html")
}

// TestSameBytes writes random pages, hostile ones among them, in both ways.
func TestSameBytes(t *testing.T) {
	seed := seedtest.Of(t)
	r := rand.New(rand.NewPCG(seed, 1))
	tmpl := parsed(t, text)
	if err := tmpl.Execute(&bytes.Buffer{}, page{}); err != nil {
		t.Fatal(err)
	}
	made, err := plan.New(tmpl, reflect.TypeFor[page](), words)
	if err != nil {
		t.Fatal(err)
	}
	for range 3000 {
		p := page{frame: frame{hostile(r)}, One: one(r, 0)}
		for range r.IntN(3) {
			p.Lines = append(p.Lines, one(r, 2))
		}
		if r.IntN(2) == 0 {
			l := one(r, 2)
			p.First = &l
		}
		var want bytes.Buffer
		if err := tmpl.Execute(&want, p); err != nil {
			t.Fatal(err)
		}
		got, err := made.Append([]byte("before"), p)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != "before"+want.String() {
			t.Fatalf("the plan writes\n%q\nhtml/template\n%q", got, want.String())
		}
	}
}

func one(r *rand.Rand, deep int) line {
	l := line{
		ID: hostile(r), Href: hostile(r), Query: hostile(r), Word: word([]string{"", "one", hostile(r)}[r.IntN(3)]), Count: r.IntN(4) - 1, Size: r.Int64() - 1<<62,
		Yes: r.IntN(2) == 0, At: time.UnixMicro(r.Int64N(1 << 50)),
	}
	for range r.IntN(3) {
		l.Many = append(l.Many, hostile(r))
	}
	if deep > 0 && r.IntN(2) == 0 {
		next := one(r, deep-1)
		l.Next = &next
	}
	return l
}

// hostile is a text somebody could have written.
func hostile(r *rand.Rand) string {
	pieces := []string{"", "a", "Mme Petit", "/f/01/x", "https://a.example/?b=c&d=e", "javascript:alert(1)", "JaVaScRiPt:x", "//evil.example",
		"<script>", "</textarea>", `"`, "'", "&", "&amp;", "+", "\x00", "\xff", "é", "’", "%41", "%", "?x=1#y", "a:b", "/a:b", "#", " ", "\n", "é/:"}
	var b strings.Builder
	for range r.IntN(4) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// What plans do not know is left to html/template, not guessed.
func TestUnplanned(t *testing.T) {
	for name, text := range map[string]string{
		"script":    `<script>var a = {{.Title}}</script>`,
		"style":     `<p style="color: {{.Title}}">`,
		"break":     `{{range .Lines}}{{break}}{{end}}`,
		"map":       `{{index .Lines 0}}`,
		"pipeline":  `{{.Title | t}}`,
		"printf":    `{{printf "%s" .Title}}`,
		"assign":    `{{$a := .Title}}{{$a = "b"}}{{$a}}`,
		"unquoted":  `<p class={{.Title}}>`,
		"structure": `{{.One}}`,
		"number":    `{{1.5}}`,
	} {
		tmpl := parsed(t, `{{define "html"}}`+text+`{{end}}`)
		_ = tmpl.Execute(&bytes.Buffer{}, page{Lines: []line{{}}}) // only escapes
		if _, err := plan.New(tmpl, reflect.TypeFor[page](), words); !errors.Is(err, plan.ErrUnplanned) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A page that html/template does not write, a plan does not write either.
func TestFieldOfNothing(t *testing.T) {
	tmpl := parsed(t, `{{define "html"}}{{.First.ID}}{{end}}`)
	if err := tmpl.Execute(&bytes.Buffer{}, page{}); err == nil {
		t.Fatal("html/template has changed")
	}
	made, err := plan.New(tmpl, reflect.TypeFor[page](), words)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := made.Append(nil, page{}); err == nil {
		t.Error("the plan writes a field of nothing")
	}
	if _, err := made.Append(nil, line{}); err == nil {
		t.Error("the plan takes a page of another type")
	}
}
