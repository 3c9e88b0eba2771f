package front

import (
	"mime"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"cenacle/internal/fold"
)

func mustURL(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// plainHeader is what one line of a header may hold.
var plainHeader = regexp.MustCompile(`^[\x20-\x7e]+$`)

// TestDispositionHasOneName reads back every hostile name, as it came and as it
// is made safe, with a parser of its own and by eye.
func TestDispositionHasOneName(t *testing.T) {
	raw, err := os.ReadFile("../fold/testdata/hostile.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	if len(lines) < 300 {
		t.Fatalf("%d names", len(lines))
	}
	for _, line := range lines {
		name, err := strconv.Unquote(line)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []string{name, fold.File(name), name + `"; filename="b.exe`, name + "\r\nSet-Cookie: a=b"} {
			one(t, "attachment", n)
		}
	}
	for _, n := range []string{"", "a b.pdf", "100 %.pdf", "a%20b.pdf", `a\"b.pdf`, "é.pdf", "a;b.pdf", "'a'.pdf", "a\tb"} {
		one(t, "inline", n)
	}
}

func one(t *testing.T, how, name string) {
	t.Helper()
	v := Disposition(how, name)
	if !plainHeader.MatchString(v) {
		t.Errorf("%q is no header: %q", name, v)
	}
	if n := strings.Count(v, "filename"); n != 1 && !strings.Contains(name, "filename") {
		t.Errorf("%q is written %d times: %s", name, n, v)
	}
	kind, params, err := mime.ParseMediaType(v)
	if err != nil || kind != how || len(params) != 1 {
		t.Errorf("%q gives %s: %s %q, %v", name, v, kind, params, err)
		return
	}
	if got := params["filename"]; got != name {
		t.Errorf("%q is read as %q in %s", name, got, v)
	}
	if quoted, plain := strings.CutPrefix(v, how+`; filename="`); plain && strings.ContainsAny(strings.TrimSuffix(quoted, `"`), `%\"`) {
		t.Errorf("%q is read in two ways: %s", name, v)
	}
}
