package ui

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"cenacle/internal/i18n"
	"cenacle/internal/web/asset"
	"cenacle/internal/web/ui/plan"
)

//go:embed layout/*.tmpl component/*.tmpl
var shared embed.FS

// Template renders pages of one struct. It is safe for concurrent use.
type Template[P Page] struct {
	source func() (source, error)
	mu     sync.Mutex
	spoken map[i18n.Language]*spoken
	space  sync.Pool // of *bytes.Buffer, kept from one rendered page for the next
}

// spoken is a template in one language.
type spoken struct {
	page  *template.Template
	words template.FuncMap
	plan  atomic.Pointer[plan.Plan] // how to write it quickly, once a first page has proven it
}

// Parse gives the page of the named templates of files, one of which defines "main", with
// the layouts and components. The page's whole dot in "main" is P. They are read when
// somebody first looks at the page: a program that shows none, as the one that reads a
// stranger's file, starts three times as fast. One that cannot be read is a mistake of the
// program, found by its test (a rule of package arch holds each page to having one).
func Parse[P Page](files fs.FS, names ...string) *Template[P] {
	return &Template[P]{
		source: sync.OnceValues(func() (source, error) { return read(files, names) }),
		spoken: map[i18n.Language]*spoken{},
	}
}

// Clone returns an unexecuted copy of the page's templates and of all layouts
// and components, for checks.
func (t *Template[P]) Clone() (*template.Template, error) {
	s, err := t.source()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, known := range s.all.Templates() {
		if known.Tree != nil {
			names = append(names, known.Name())
		}
	}
	return s.set(functions(nil), names)
}

// maxKept bounds the buffers kept, so that one huge page does not stay in memory.
const maxKept = 1 << 20

// Render writes the whole page to w, or nothing at all when rendering fails.
func (t *Template[P]) Render(w io.Writer, p P) error {
	base := p.frame()
	if base.Printer == nil {
		return errors.New("ui: a page without a Printer has no language")
	}
	spoken, err := t.in(base.Printer)
	if err != nil {
		return err
	}
	b, kept := t.space.Get().(*bytes.Buffer)
	if !kept {
		b = new(bytes.Buffer)
	}
	defer func() {
		if b.Cap() <= maxKept {
			b.Reset()
			t.space.Put(b)
		}
	}()
	if err := spoken.render(b, p); err != nil {
		return fmt.Errorf("ui: rendering %T: %w", p, err)
	}
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("ui: sending %T: %w", p, err)
	}
	return nil
}

// render writes a page. The first one is html/template's, which also escapes
// the templates by it; what comes after follows a plan, if that writes the very
// same first page.
func (s *spoken) render(b *bytes.Buffer, page any) error {
	if known := s.plan.Load(); known != nil {
		raw, err := known.Append(b.AvailableBuffer(), page)
		b.Write(raw) // a buffer takes everything
		return err
	}
	if err := s.page.Execute(b, page); err != nil {
		return err
	}
	if made, err := s.proven(page, b.Bytes()); err == nil {
		s.plan.Store(made)
	}
	return nil
}

// proven makes the plan of an executed template, which must write page as it
// was written.
func (s *spoken) proven(page any, written []byte) (*plan.Plan, error) {
	made, err := plan.New(s.page, reflect.TypeOf(page), s.words)
	if err != nil {
		return nil, err
	}
	again, err := made.Append(nil, page)
	if err == nil && !bytes.Equal(again, written) {
		err = fmt.Errorf("ui: the plan of %T writes another page", page)
	}
	return made, err
}

// Planned reports why a page is not written by a plan, for checks; nil when it
// is. A page that html/template does not write either
// only says whether there is a plan.
func (t *Template[P]) Planned(p P) error {
	spoken, err := t.in(p.frame().Printer)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if spoken.page.Execute(&b, p) != nil {
		_, err := plan.New(spoken.page, reflect.TypeOf(p), spoken.words)
		return err
	}
	_, err = spoken.proven(p, b.Bytes())
	return err
}

// in returns the templates whose functions write p's language. Printers of one
// language write the same, so one copy per language is kept.
func (t *Template[P]) in(p *i18n.Printer) (*spoken, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known, ok := t.spoken[p.Language()]; ok {
		return known, nil
	}
	s, err := t.source()
	if err != nil {
		return nil, err
	}
	words := functions(p)
	page, err := s.set(words, s.used)
	if err != nil {
		return nil, err
	}
	t.spoken[p.Language()] = &spoken{page: page, words: words}
	return t.spoken[p.Language()], nil
}

// functions are the words every template may use. With a nil printer they only
// have their types, which is all that parsing and checking need.
func functions(p *i18n.Printer) template.FuncMap {
	return template.FuncMap{
		"t":        func(key string, args ...any) string { return p.T(key, args...) },
		"n":        func(key string, n int, args ...any) string { return p.N(key, n, args...) },
		"date":     func(at time.Time) string { return p.Date(at) },
		"datetime": func(at time.Time) string { return p.DateTime(at) },
		"day":      func(civil string) string { return p.Day(civil) },
		"bytes":    func(n int64) string { return p.Bytes(n) },
		"number":   func(n int) string { return p.Number(int64(n)) },
		"duration": func(d time.Duration) string { return p.Duration(d) },
		"list":     func(items []string) string { return p.List(items) },
		"iso":      func(at time.Time) string { return at.UTC().Format(time.RFC3339) },
		"icon":     func(name Icon) (template.HTML, error) { return asset.Icon(string(name)) },
		"asset":    asset.URL,
		"initials": Initials,
	}
}

// Initials returns up to two letters that stand for a name: « Mme Claire
// Petit » gives CP. Civilities and particles are skipped.
func Initials(name string) string {
	var letters []rune
	for word := range strings.FieldsSeq(name) {
		first, _ := utf8.DecodeRuneInString(word)
		if !unicode.IsLetter(first) || skipped(word) {
			continue
		}
		letters = append(letters, unicode.ToUpper(first))
	}
	switch len(letters) {
	case 0:
		return ""
	case 1:
		return string(letters)
	}
	return string([]rune{letters[0], letters[len(letters)-1]})
}

func skipped(word string) bool {
	switch strings.ToLower(strings.TrimSuffix(word, ".")) {
	case "mme", "m", "mlle", "me", "maître", "dr", "mr", "mrs", "ms", "de", "du", "des", "d’", "la", "le":
		return true
	}
	return false
}
