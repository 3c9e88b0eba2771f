package i18n

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

//go:embed catalog/*.json
var files embed.FS

// Catalog holds every message in every language. A file of it is read when one of its
// messages is first asked for: a program that writes three sentences reads one file, and
// none starts by reading five thousand. It is safe for concurrent use.
type Catalog struct {
	files   map[string]func() (messages, error) // by the first word of their keys
	matcher language.Matcher
}

// messages are those of one file, by language and key.
type messages map[Language]map[string]message

// message is one entry in one language. Without plural only other is set.
type message struct {
	plural     bool
	one, other []segment
}

// segment is a run of text, or the argument arg when text is empty.
type segment struct {
	text string
	arg  int
}

// Load returns the catalogs of the program.
func Load() *Catalog { return From(files, "catalog") }

// From returns the catalogs dir/*.json of fsys, which never change.
func From(fsys fs.FS, dir string) *Catalog {
	c := &Catalog{files: map[string]func() (messages, error){}}
	var tags []language.Tag
	for _, l := range All() {
		tags = append(tags, language.Make(string(l)))
	}
	c.matcher = language.NewMatcher(tags)
	names, _ := fs.Glob(fsys, path.Join(dir, "*.json")) // fails for a bad pattern alone
	for _, name := range names {
		owner := strings.TrimSuffix(path.Base(name), ".json")
		c.files[owner] = sync.OnceValues(func() (messages, error) { return read(fsys, name, owner) })
	}
	return c
}

// Check reads all files. It fails on the first entry that lacks a language, a plural form
// or a placeholder, naming file and key.
func (c *Catalog) Check() error {
	for _, owner := range slices.Sorted(maps.Keys(c.files)) {
		if _, err := c.files[owner](); err != nil {
			return err
		}
	}
	return nil
}

// find looks for a message. A file that cannot be read is a fault of the program, which
// [Catalog.Check] tells beforehand.
func (c *Catalog) find(l Language, key string) (m message, known bool) {
	owner, _, _ := strings.Cut(key, ".")
	of, known := c.files[owner]
	if !known {
		return m, false
	}
	all, err := of()
	if err != nil {
		panic(err)
	}
	m, known = all[l][key]
	return m, known
}

// read reads one file key by key, because decoding into a map would silently
// keep the last of two equal keys.
func read(fsys fs.FS, name, owner string) (messages, error) {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("i18n: read catalog: %w", err)
	}
	out := messages{}
	for _, l := range All() {
		out[l] = map[string]message{}
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("i18n: %s: no JSON object", name)
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("i18n: %s: %w", name, err)
		}
		key := t.(string) // the decoder accepts nothing else in this place
		var entry map[Language]json.RawMessage
		if err = d.Decode(&entry); err == nil {
			err = out.add(owner, key, entry)
		}
		if err != nil {
			return nil, fmt.Errorf("i18n: %s: %s: %w", name, key, err)
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("i18n: %s: %w", name, err)
	}
	return out, nil
}

func (all messages) add(owner, key string, entry map[Language]json.RawMessage) error {
	if !strings.HasPrefix(key, owner+".") {
		return fmt.Errorf("key of another file than %s", owner)
	}
	if _, known := all[French][key]; known {
		return errors.New("written twice")
	}
	if len(entry) != len(all) {
		return fmt.Errorf("has %d languages, wants %d", len(entry), len(all))
	}
	var reference message
	for i, l := range All() {
		m, err := parseMessage(entry[l])
		if err != nil {
			return fmt.Errorf("%s: %w", l, err)
		}
		if i == 0 {
			reference = m
		}
		if m.plural != reference.plural || !slices.Equal(m.arguments(), reference.arguments()) {
			return fmt.Errorf("%s: plural or placeholders differ from %s", l, All()[0])
		}
		all[l][key] = m
	}
	return nil
}

func parseMessage(raw json.RawMessage) (message, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		other, err := parse(text)
		return message{other: other}, err
	}
	var forms struct{ One, Other string }
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&forms); err != nil {
		return message{}, fmt.Errorf("neither text nor plural forms: %w", err)
	}
	one, err1 := parse(forms.One)
	other, err2 := parse(forms.Other)
	return message{plural: true, one: one, other: other}, errors.Join(err1, err2)
}

// parse splits text at its placeholders {0}, {1}, …
func parse(text string) ([]segment, error) {
	if text == "" {
		return nil, errors.New("empty text")
	}
	var out []segment
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		if strings.Contains(before, "}") {
			return nil, errors.New("} without {")
		}
		if before != "" {
			out = append(out, segment{text: before})
		}
		if !found {
			break
		}
		number, after, closed := strings.Cut(rest, "}")
		n, err := strconv.Atoi(number)
		if !closed || err != nil || n < 0 || n > 9 {
			return nil, fmt.Errorf("{%s is no placeholder", number)
		}
		out = append(out, segment{arg: n})
		text = after
	}
	return out, nil
}

// arguments lists the placeholders of m, each once, in order. The count of a
// plural message stands in {0} whether or not a form writes it.
func (m message) arguments() []int {
	var out []int
	if m.plural {
		out = append(out, 0)
	}
	for _, form := range [][]segment{m.one, m.other} {
		for _, s := range form {
			if s.text == "" && !slices.Contains(out, s.arg) {
				out = append(out, s.arg)
			}
		}
	}
	slices.Sort(out)
	return out
}
