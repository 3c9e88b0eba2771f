package api

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"cenacle/internal/fault"
	"cenacle/internal/front"
	"cenacle/internal/id"
	"cenacle/internal/seedtest"
)

// TestListingIsWhatTheEncoderSays compares the writer by hand with encoding/json
// over pages at random.
func TestListingIsWhatTheEncoderSays(t *testing.T) {
	seed := seedtest.Of(t)
	r := rand.New(rand.NewPCG(seed, 1))
	type plain Documents
	for range 300 {
		page := randomPage(r)
		got := page.AppendJSON(nil)
		var want strings.Builder
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(plain(page)); err != nil {
			t.Fatal(err)
		}
		if string(got) != want.String() {
			t.Fatalf("by hand %s\nencoded %s", got, want.String())
		}
	}
}

// TestListingWithFewFields: what a list leaves out is missing, and all else is
// as in the whole line.
func TestListingWithFewFields(t *testing.T) {
	seed := seedtest.Of(t)
	r := rand.New(rand.NewPCG(seed, 2))
	names := slices.Sorted(maps.Keys(fieldNames))
	for range 300 {
		var chosen []string
		for _, n := range names {
			if r.IntN(4) == 0 {
				chosen = append(chosen, n)
			}
		}
		if len(chosen) == 0 {
			continue
		}
		page := randomPage(r)
		var whole, short struct {
			Documents []map[string]any `json:"documents"`
		}
		var err error
		errs := json.Unmarshal(page.AppendJSON(nil), &whole)
		page.only, err = chosenFields(strings.Join(chosen, ","))
		if err := errors.Join(errs, err, json.Unmarshal(page.AppendJSON(nil), &short)); err != nil {
			t.Fatal(err)
		}
		for i, d := range whole.Documents {
			keep(d, append(chosen, "id"), "")
			if !reflect.DeepEqual(d, short.Documents[i]) {
				t.Fatalf("%v of %v, got %v", chosen, d, short.Documents[i])
			}
		}
	}
	for _, wrong := range []string{"size", "title,", ",", "title, read", "Title", "version."} {
		if _, err := chosenFields(wrong); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

// keep removes from an object all but the named fields; a part of
// which nothing was asked goes too.
func keep(object map[string]any, names []string, path string) {
	for name, value := range object {
		if slices.Contains(names, path+name) {
			continue
		}
		if part, ok := value.(map[string]any); ok {
			keep(part, names, path+name+".")
			if len(part) > 0 || slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, path+name+".") }) {
				continue
			}
		}
		delete(object, name)
	}
}

func randomPage(r *rand.Rand) Documents {
	at := func() Instant { return Instant(time.UnixMicro(r.Int64N(4e15)).In(time.FixedZone("", 3600))) }
	text := func() string {
		letters := []string{"a", "é", "\"", "\\", "\n", "\x01", "\u2028", "<", "&", "\xff", "€", "😀", "\t", "\x7f", "\b", "\f", "\r", "/"}
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(letters[r.IntN(len(letters))])
		}
		return b.String()
	}
	one := func() string { return id.New[string](time.UnixMilli(r.Int64N(4e12))) }
	maybe := func(s string) string {
		if r.IntN(2) == 0 {
			return ""
		}
		return s
	}
	page := Documents{Documents: make([]Document, r.IntN(4)), Next: maybe(text())}
	for i := range page.Documents {
		d := Document{
			ID: id.Item(one()), Space: id.Space(one()), Tray: "firm", Folder: id.Folder(maybe(one())), Deposit: id.Deposit(maybe(one())),
			Title: text(), Nature: maybe("conseil"), Internal: r.IntN(2) == 0, Author: id.Person(one()), AuthorName: text(), Created: at(), Read: r.IntN(2) == 0,
			Version: Version{id.Version(one()), r.Int64(), id.Person(one()), r.Int64(), text(), at(), nil},
		}
		if r.IntN(2) == 0 {
			d.Version.Screening = &Screening{"infected", maybe("away"), r.IntN(2) == 0, maybe(text()), maybe(text()), at()}
		}
		for range r.IntN(3) {
			d.Audience = append(d.Audience, Address{id.Circle(one()), at(), r.IntN(2) == 0})
		}
		page.Documents[i] = d
	}
	return page
}

func TestMeets(t *testing.T) {
	for _, tt := range []struct {
		lines  string
		strong bool
		weak   bool
	}{
		{`"a"`, true, true}, {`*`, true, true}, {` * `, true, true}, {`"b"`, false, false}, {`"b", "a"`, true, true}, {`W/"a"`, false, true}, {`"b",W/"a"`, false, true},
		{`a`, false, false}, {``, false, false}, {`"a`, false, false}, {`"b" x "a"`, false, false}, {`,, "a"`, true, true}, {`"b,"a""`, false, false},
		{strings.Repeat(`"b",`, 200) + `"a"`, false, false},
	} {
		if got := meets([]string{tt.lines}, `"a"`, false); got != tt.strong {
			t.Errorf("%.40s strongly: %v", tt.lines, got)
		}
		if got := meets([]string{tt.lines}, `"a"`, true); got != tt.weak {
			t.Errorf("%.40s weakly: %v", tt.lines, got)
		}
	}
}

// FuzzMeets: a list of validators never holds one that is not written in it.
func FuzzMeets(f *testing.F) {
	for _, seed := range []string{`"a"`, `W/"a"`, `*`, `"b", "a"`, `,`, `"`, `W/`, `"a" "a"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if meets([]string{line}, `"a"`, true) && strings.TrimSpace(line) != "*" && !strings.Contains(line, `"a"`) {
			t.Errorf("%q has it", line)
		}
	})
}

// FuzzParse: whatever the body, it is refused as unreadable, or it is what
// encoding/json reads, no deeper than allowed.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{}`, `[]`, `null`, `{"a":1,"a":2}`, `{"a":[{"b":"\u0000"}]}`, `1e999`, `"\ud800"`, "\xff", `{"a":1}x`, strings.Repeat("[", 60), `{"":{"":[]}}`, `-0`, ` [ 1 , 2 ] `} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		tree, err := parse(raw)
		if err != nil {
			if !fault.Is(err, fault.Malformed) {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		if !json.Valid(raw) || !utf8.Valid(raw) || height(tree) > maxDepth {
			t.Fatalf("%q is read as %v", raw, tree)
		}
		var loose any
		if err := json.Unmarshal(raw, &loose); err == nil && height(loose) != height(tree) {
			t.Fatalf("%q is read as %v, and by encoding/json as %v", raw, tree, loose)
		}
	})
}

func height(v any) int {
	deepest := 0
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			deepest = max(deepest, height(one))
		}
	case map[string]any:
		for _, one := range v {
			deepest = max(deepest, height(one))
		}
	default:
		return 0
	}
	return deepest + 1
}

// FuzzBody fills the body of an operation: it is refused with places, or filled
// with what may be there.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{`{"client":{"name":"A","email":"a@b.example"},"model":"divorce"}`, `{"client":[],"model":{}}`, `{"colleagues":["x",1,null]}`, `{"lead":""}`, `{"":0}`} {
		f.Add([]byte(seed))
	}
	in := shapeOf(reflect.TypeFor[NewSpace]())
	f.Fuzz(func(t *testing.T, raw []byte) {
		var taken NewSpace
		err := in.fill(reflect.ValueOf(&taken).Elem(), raw)
		if err != nil {
			if !fault.Is(err, fault.Malformed) && !fault.Is(err, fault.Invalid) {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		for _, p := range append(taken.Colleagues, taken.Lead) {
			if _, err := id.Parse[string](string(p)); p != "" && err != nil {
				t.Fatalf("%q has the person %q", raw, p)
			}
		}
	})
}

// FuzzCursor: a text that was not made for this list and person opens nothing,
// and nothing breaks.
func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"", "e30", "AAAA", strings.Repeat("A", 999), "é", "=", "____"} {
		f.Add(seed)
	}
	keys := Keys{Open: func(_, _ string, sealed []byte) ([]byte, error) {
		if len(sealed) < 10 {
			return nil, io.ErrUnexpectedEOF
		}
		return sealed, nil // as if everything were sealed by us
	}}
	f.Fuzz(func(t *testing.T, cursor string) {
		r := &Request{Request: &front.Request{Request: &http.Request{URL: &url.URL{Path: "/x"}}}, api: &API{Config: &Config{Keys: keys}}}
		var mark spaceMark
		if err := r.resume(cursor, &mark); err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatalf("%q: %v", cursor, err)
		}
	})
}

// FuzzFileName: a Content-Disposition is refused or gives one name.
func FuzzFileName(f *testing.F) {
	for _, seed := range []string{`attachment; filename="a.pdf"`, `attachment; filename*=UTF-8''%C3%A9.pdf`, `inline`, `;`, `attachment; filename=`, `x; filename="a"; filename="b"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if name := fileName(header); name != strings.TrimSpace(name) {
			t.Fatalf("%q names %q", header, name)
		}
	})
}
