package i18n

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestCheck(t *testing.T) {
	if err := Load().Check(); err != nil {
		t.Fatal(err)
	}
}

func TestCheckRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ raw, want string }{
		"no object":           {`[]`, "no JSON object"},
		"cut":                 {`{"a.b": {"fr": "x", "en": "y"}`, "EOF"},
		"another file's key":  {`{"b.b": {"fr": "x", "en": "y"}}`, "key of another file than a"},
		"twice":               {`{"a.b": {"fr": "x", "en": "y"}, "a.b": {"fr": "x", "en": "y"}}`, "a.b: written twice"},
		"one language":        {`{"a.b": {"fr": "x"}}`, "1 languages"},
		"unknown language":    {`{"a.b": {"fr": "x", "de": "y"}}`, "en:"},
		"third language":      {`{"a.b": {"fr": "x", "en": "y", "de": "z"}}`, "3 languages"},
		"empty":               {`{"a.b": {"fr": "", "en": "y"}}`, "empty text"},
		"lost placeholder":    {`{"a.b": {"fr": "{0} {1}", "en": "{0}"}}`, "placeholders differ"},
		"plural in one only":  {`{"a.b": {"fr": {"one": "x", "other": "{0}"}, "en": "{0}"}}`, "plural or"},
		"no singular":         {`{"a.b": {"fr": {"other": "{0} x"}, "en": {"one": "x", "other": "y"}}}`, "empty text"},
		"no general form":     {`{"a.b": {"fr": {"one": "{0} x"}, "en": {"one": "x", "other": "y"}}}`, "empty text"},
		"unknown plural form": {`{"a.b": {"fr": {"few": "x", "one": "x", "other": "x"}, "en": {"one": "x", "other": "y"}}}`, "few"},
		"named placeholder":   {`{"a.b": {"fr": "{name}", "en": "{name}"}}`, "placeholder"},
		"open brace":          {`{"a.b": {"fr": "{0", "en": "{0"}}`, "placeholder"},
		"stray brace":         {`{"a.b": {"fr": "0}", "en": "0}"}}`, "} without {"},
		"far placeholder":     {`{"a.b": {"fr": "{10}", "en": "{10}"}}`, "placeholder"},
	} {
		t.Run(name, func(t *testing.T) {
			err := From(fstest.MapFS{"c/a.json": {Data: []byte(tc.raw)}}, "c").Check()
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "c/a.json") {
				t.Errorf("got %v, want an error about %q in c/a.json", err, tc.want)
			}
		})
	}
}

// TestReadsWhatIsAsked wants a file that nobody needs not to be read, and one that cannot
// be read to be noticed where it is needed.
func TestReadsWhatIsAsked(t *testing.T) {
	p := From(fstest.MapFS{
		"c/a.json": {Data: []byte(`{"a.b": {"fr": "oui", "en": "yes"}}`)},
		"c/z.json": {Data: []byte(`{`)},
	}, "c").Printer(French, time.UTC)
	if got := p.T("a.b"); got != "oui" {
		t.Errorf("a.b is %q", got)
	}
	for _, key := range []string{"a.c", "b.b", "a", ""} {
		if got := p.T(key); got != "["+key+"]" || p.Has(key) {
			t.Errorf("%s is %q", key, got)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a file that cannot be read says nothing")
		}
	}()
	p.T("z.a")
}

func TestNegotiate(t *testing.T) {
	c := Load()
	for _, tc := range []struct {
		choice, accept string
		want           Language
	}{
		{"", "", French},
		{"", "en", English},
		{"", "en-GB,en;q=0.9,fr;q=0.5", English},
		{"", "fr-CA,en;q=0.9", French},
		{"", "de,en;q=0.3", English},
		{"", "ja", French},
		{"", "*", French},
		{"", "en;q=x;;;,", French},
		{"", strings.Repeat("en,", 5000), French},
		{"en", "fr", English},
		{"fr", "en", French},
		{"de", "en", English},
		{"EN", "fr", French},
	} {
		if got := c.Negotiate(tc.choice, tc.accept); got != tc.want {
			t.Errorf("Negotiate(%q, %.40q) = %s, want %s", tc.choice, tc.accept, got, tc.want)
		}
	}
}
