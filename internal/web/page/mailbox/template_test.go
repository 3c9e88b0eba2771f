package mailbox

import (
	"reflect"
	"testing"

	"cenacle/internal/web/ui/uitest"
)

func TestTemplates(t *testing.T) {
	uitest.Check(t, listTemplate)
	uitest.Check(t, showTemplate)
}

func TestParagraphs(t *testing.T) {
	const home = "http://127.0.0.1:8080/"
	got := paragraphs("Un.\r\nhttp://127.0.0.1:8080/l/a/b\n\n \nhttp://127.0.0.1:8080.evil.example/\nhttp://127.0.0.1:8080//evil.example/\njavascript:alert(1)\n\n--\nPourquoi\n\nFin\n", home)
	want := []Paragraph{
		{Lines: []Line{{Text: "Un."}, {Text: "http://127.0.0.1:8080/l/a/b", Href: "/l/a/b"}}},
		{Lines: []Line{{Text: "http://127.0.0.1:8080.evil.example/"}, {Text: "http://127.0.0.1:8080//evil.example/"}, {Text: "javascript:alert(1)"}}},
		{Lines: []Line{{Text: "Pourquoi"}}, Foot: true}, {Lines: []Line{{Text: "Fin"}}, Foot: true},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := paragraphs("", home); got != nil {
		t.Errorf("an empty text has %+v", got)
	}
}
