package i18n

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoad(t *testing.T) {
	if _, err := Load(); err != nil {
		t.Fatal(err)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ raw, want string }{
		"no object":           {`[]`, "no JSON object"},
		"cut":                 {`{"a.b": {"fr": "x", "en": "y"}`, "EOF"},
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
			_, err := Read(fstest.MapFS{"c/a.json": {Data: []byte(tc.raw)}}, "c")
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "c/a.json") {
				t.Errorf("got %v, want an error about %q in c/a.json", err, tc.want)
			}
		})
	}
}

func TestNegotiate(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
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
