package i18n

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"
)

//go:embed catalog/*.json
var files embed.FS

// Catalog holds every message in every language. It is immutable and safe for
// concurrent use.
type Catalog struct {
	messages map[Language]map[string]message
	matcher  language.Matcher
}

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

// Load reads the embedded catalogs. It fails on the first entry that lacks a
// language, a plural form or a placeholder, naming file and key.
func Load() (*Catalog, error) { return Read(files, "catalog") }

// Read reads the catalogs dir/*.json of fsys; see [Load].
func Read(fsys fs.FS, dir string) (*Catalog, error) {
	c := &Catalog{messages: make(map[Language]map[string]message)}
	var tags []language.Tag
	for _, l := range All() {
		c.messages[l] = make(map[string]message)
		tags = append(tags, language.Make(string(l)))
	}
	c.matcher = language.NewMatcher(tags)

	names, err := fs.Glob(fsys, path.Join(dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("i18n: list catalogs: %w", err)
	}
	for _, name := range names {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("i18n: read catalog: %w", err)
		}
		if err := c.add(raw); err != nil {
			return nil, fmt.Errorf("i18n: %s: %w", name, err)
		}
	}
	return c, nil
}

// add reads one file key by key, because decoding into a map would silently
// keep the last of two equal keys.
func (c *Catalog) add(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("no JSON object")
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key := t.(string) // the decoder accepts nothing else in this place
		var entry map[Language]json.RawMessage
		if err := d.Decode(&entry); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if err := c.entry(key, entry); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	_, err := d.Token()
	return err
}

func (c *Catalog) entry(key string, entry map[Language]json.RawMessage) error {
	if _, known := c.messages[French][key]; known {
		return errors.New("written twice")
	}
	if len(entry) != len(c.messages) {
		return fmt.Errorf("has %d languages, wants %d", len(entry), len(c.messages))
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
		c.messages[l][key] = m
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
