package web_test

import (
	"net/url"
	"strings"
	"testing"

	"cenacle/internal/web"
)

func TestLocal(t *testing.T) {
	for path, want := range map[string]string{
		"/":                             "/",
		"/f/01/spaces/02?tab=a#memo-1":  "/f/01/spaces/02?tab=a#memo-1",
		"/search?q=b%C3%A9b%C3%A9+%26":  "/search?q=b%C3%A9b%C3%A9+%26",
		"/a?next=https://evil.test/":    "/a?next=https://evil.test/",
		"":                              "",
		"f/01":                          "",
		"//evil.test":                   "",
		"///evil.test":                  "",
		`/\evil.test`:                   "",
		`\\evil.test`:                   "",
		"/a\\..\\evil.test":             "",
		"https://evil.test/":            "",
		"javascript:alert(1)":           "",
		"/\t/evil.test":                 "",
		"/\n/evil.test":                 "",
		" //evil.test":                  "",
		"/%2Fevil.test":                 "",
		"/a\r\nSet-Cookie: x=y":         "",
		"/%zz":                          "",
		"/" + strings.Repeat("a", 4000): "",
	} {
		if got := web.Local(path); got != want {
			t.Errorf("Local(%q) = %q, want %q", path, got, want)
		}
	}
}

func FuzzLocal(f *testing.F) {
	for _, seed := range []string{"/", "//a", `/\a`, "/a/..//b", "/.//b", "/%2f", "/a?b#c", "/\u2044/a", "/;//a", "/@a"} {
		f.Add(seed)
	}
	base, err := url.Parse("https://ours.test/signin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string) {
		local := web.Local(path)
		if local == "" {
			return
		}
		to, err := base.Parse(local)
		if err != nil || to.Host != "ours.test" || to.Scheme != "https" {
			t.Errorf("%q leads to %v, %v", path, to, err)
		}
		if web.Local(local) != local {
			t.Errorf("%q becomes %q, which becomes %q", path, local, web.Local(local))
		}
	})
}
