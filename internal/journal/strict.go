package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// countLimit is the largest integer that every language reads exactly from
// JSON, 2^53 - 1.
const countLimit = 1<<53 - 1

const depthLimit = 16

// parseStrict reads JSON in which two programs cannot see two things: UTF-8
// throughout, no name twice in an object, no surrogate escape, nothing after
// the value, limited depth. Objects are map[string]any, numbers json.Number.
func parseStrict(raw []byte) (any, error) {
	if !utf8.Valid(raw) || !json.Valid(raw) || surrogateEscape(raw) {
		return nil, errors.New("journal: not strict JSON")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return parseValue(d, 0)
}

func parseValue(d *json.Decoder, depth int) (any, error) {
	if depth > depthLimit {
		return nil, errors.New("journal: JSON too deep")
	}
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		return parseObject(d, depth)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := parseValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	}
	return t, nil
}

func parseObject(d *json.Decoder, depth int) (any, error) {
	object := map[string]any{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, ok := t.(string)
		if _, twice := object[name]; !ok || twice {
			return nil, fmt.Errorf("journal: name %q twice", name)
		}
		if object[name], err = parseValue(d, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return object, err
}

// surrogateEscape looks for \ud800 to \udfff in valid JSON. Decoders disagree
// about lone ones, and pairs have a plain spelling in UTF-8.
func surrogateEscape(raw []byte) bool {
	for i := 0; i+3 < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		i++ // what is escaped, a backslash included
		if raw[i] == 'u' && (raw[i+1] == 'd' || raw[i+1] == 'D') && raw[i+2] >= '8' {
			return true
		}
	}
	return false
}

// reading takes parsed JSON apart and keeps the first thing that is not as it
// must be.
type reading struct{ err error }

func (r *reading) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("journal: "+format, args...)
	}
}

// object wants exactly these names.
func (r *reading) object(v any, names ...string) map[string]any {
	object, ok := v.(map[string]any)
	if !ok || len(object) != len(names) {
		r.fail("an object with %q is expected", names)
		return nil
	}
	for _, name := range names {
		if _, ok := object[name]; !ok {
			r.fail("%q is missing", name)
		}
	}
	return object
}

func (r *reading) list(v any) []any {
	list, ok := v.([]any)
	if !ok {
		r.fail("a list is expected")
	}
	return list
}

func (r *reading) text(v any) string {
	s, ok := v.(string)
	if !ok {
		r.fail("a text is expected")
	}
	return s
}

// count wants an integer from 0 to 2^53 - 1, without sign, point or exponent.
func (r *reading) count(v any) int64 {
	number, ok := v.(json.Number)
	if !ok {
		r.fail("a number is expected")
		return 0
	}
	n, err := number.Int64()
	if err != nil || n < 0 || n > countLimit || number.String() != fmt.Sprint(n) {
		r.fail("%s is no count", number)
	}
	return n
}

// read runs f on a parsed value and returns the first fault.
func read(raw []byte, f func(r *reading, v any)) error {
	v, err := parseStrict(raw)
	if err != nil {
		return err
	}
	var r reading
	f(&r, v)
	return r.err
}
