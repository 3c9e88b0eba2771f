package arch

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/fold"
	"cenacle/internal/i18n"
)

const catalogs = "internal/i18n/catalog"

// entry is one key of the catalogs with every text it has, read here without
// the help of the package under test.
type entry struct {
	path  string
	line  int
	key   string
	texts map[i18n.Language][]string
}

func (e entry) offends(format string, args ...any) offender {
	return offender{e.path, e.line, e.key + ": " + fmt.Sprintf(format, args...)}
}

var placeholder = regexp.MustCompile(`\{(\d)\}`)

// arguments is the number of arguments the texts of e take.
func (e entry) arguments() (n int) {
	for _, texts := range e.texts {
		for _, text := range texts {
			for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
				n = max(n, int(m[1][0]-'0')+1)
			}
			if len(texts) > 1 { // plural: {0} is the count, written or not
				n = max(n, 1)
			}
		}
	}
	return n
}

// entries reads the catalogs, sorted by key.
func entries(t *testing.T) []entry {
	t.Helper()
	names, err := filepath.Glob(path.Join(root, catalogs, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var out []entry
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		found, err := read(path.Join(catalogs, filepath.Base(name)), raw)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, found...)
	}
	slices.SortFunc(out, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	return out
}

func read(name string, raw []byte) (out []entry, err error) {
	var keys map[string]map[i18n.Language]json.RawMessage
	if err := json.Unmarshal(raw, &keys); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for key, languages := range keys {
		before, _, _ := strings.Cut(string(raw), `"`+key+`"`)
		e := entry{name, 1 + strings.Count(before, "\n"), key, make(map[i18n.Language][]string)}
		for l, text := range languages {
			var one string
			var forms map[string]string
			if json.Unmarshal(text, &one) == nil {
				e.texts[l] = []string{one}
				continue
			}
			if err := json.Unmarshal(text, &forms); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", name, key, err)
			}
			for _, form := range forms {
				e.texts[l] = append(e.texts[l], form)
			}
		}
		out = append(out, e)
	}
	return out, nil
}

// TestCatalogIsComplete wants both languages, all plural forms and the same
// placeholders everywhere: what the program itself refuses to start without.
func TestCatalogIsComplete(t *testing.T) {
	if err := i18n.Load().Check(); err != nil {
		t.Error(err)
	}
	for _, e := range entries(t) {
		owner := strings.TrimSuffix(path.Base(e.path), ".json")
		if !keyForm.MatchString(e.key) || !strings.HasPrefix(e.key, owner+".") {
			t.Error(e.offends("a key of this file is %s.<words>, in small letters", owner))
		}
	}
}

// TestTypography holds every text to the way its language is printed.
func TestTypography(t *testing.T) {
	for _, e := range entries(t) {
		for l, texts := range e.texts {
			for _, text := range texts {
				for _, says := range misprints(l, text) {
					t.Error(e.offends("%s: %s in %q", l, says, text))
				}
			}
		}
	}
}

func TestTypographyRules(t *testing.T) {
	for text, want := range map[string]int{
		"Déposé\u00a0: « à lire\u00a0»": 1, "«\u00a0À lire\u00a0»\u00a0?": 0, "Vraiment\u202f?": 0,
		"Vraiment?": 1, "Vraiment ?": 1, "a;b": 1, "Attention !": 1, "à\u00a0: b": 0, "à : b": 1, "l'acte": 1, "l’acte": 0,
		"Suite...": 1, "Suite…": 0, "https://exemple.fr/": 0, "14:05": 0, "un «mot\u00a0»": 1, "un  mot": 1, "mot ": 1, ", ": 0,
		`un "mot"`: 1, "<b>mot</b>": 1, "A&nbsp;b": 2, "fin\u00a0.": 1,
	} {
		if got := misprints(i18n.French, text); len(got) != want {
			t.Errorf("French %q: %q, want %d faults", text, got, want)
		}
	}
	for text, want := range map[string]int{"Done: read it!": 0, "Done\u00a0: read": 1, "Done !": 1, "don't": 1, "don’t": 0, "More...": 1} {
		if got := misprints(i18n.English, text); len(got) != want {
			t.Errorf("English %q: %q, want %d faults", text, got, want)
		}
	}
}

var misprintForms = []struct {
	language i18n.Language // "": both
	form     *regexp.Regexp
	says     string
}{
	{"", regexp.MustCompile(`'`), "straight apostrophe"},
	{"", regexp.MustCompile(`"`), "straight quotes"},
	{"", regexp.MustCompile(`\.\.\.`), "three dots for …"},
	{"", regexp.MustCompile(`[<>]|&\w+;`), "markup"},
	{"", regexp.MustCompile(`[ \x{a0}\x{202f}]{2}`), "double space"},
	{"", regexp.MustCompile(`^[\s\x{a0}].*\pL|\pL.*[\s\x{a0}]$`), "space at an end"},
	{"", regexp.MustCompile(`[\s\x{a0}\x{202f}][.,…]`), "space before . or ,"},
	{i18n.French, regexp.MustCompile(`[^\x{a0}\x{202f}][;?!»]`), "no no-break space before ; ? ! »"},
	{i18n.French, regexp.MustCompile(`[^\x{a0}\x{202f}\d]:([^/]|$)|\d:(\D|$)`), "no no-break space before :"},
	{i18n.French, regexp.MustCompile(`«[^\x{a0}\x{202f}]`), "no no-break space after «"},
	{i18n.English, regexp.MustCompile(`[\s\x{a0}\x{202f}][:;?!]`), "space before : ; ? !"},
}

func misprints(l i18n.Language, text string) (out []string) {
	for _, m := range misprintForms {
		if (m.language == "" || m.language == l) && m.form.MatchString(text) {
			out = append(out, m.says)
		}
	}
	return out
}

// The words of law that we may not use of ourselves (DOMAIN, 6), and the
// promise that a server cannot keep (SECURITY, 1), folded.
var forbidden = []string{
	"recommande electronique", "recommandee electronique", "signature qualifiee", "signature electronique qualifiee",
	"cachet qualifie", "horodatage qualifie", "coffre nf", "coffre-fort nf", "coffre-fort numerique", "coffre-fort electronique",
	"qualified signature", "qualified electronic", "qualified timestamp", "registered electronic",
	"zero knowledge", "zero-knowledge",
}

// TestLAW09_ForbiddenWords reads catalogs and templates.
func TestLAW09_ForbiddenWords(t *testing.T) {
	for _, e := range entries(t) {
		for l, texts := range e.texts {
			for _, text := range texts {
				if word := forbiddenIn(text); word != "" {
					t.Error(e.offends("%s: says %q of ourselves", l, word))
				}
			}
		}
	}
	for _, m := range templates(t) {
		if word := forbiddenIn(m.text); word != "" {
			t.Error(offender{m.path, 1, "says " + word})
		}
	}
	for _, text := range []string{"un Recommandé\u00a0électronique", "une signature électronique QUALIFIÉE", "coffre‑fort NF"} {
		if forbiddenIn(text) == "" {
			t.Errorf("the rule does not see %q", text)
		}
	}
}

func forbiddenIn(text string) string {
	key := fold.Key(text)
	for _, word := range forbidden {
		if strings.Contains(key, word) {
			return word
		}
	}
	return ""
}
