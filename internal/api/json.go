package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"unicode/utf8"

	"cenacle/internal/fault"
)

// maxDepth is how deep the values of a body may nest.
const maxDepth = 50

// readAll reads a body that is JSON; an empty one is none.
func readAll(r *Request) ([]byte, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil || len(raw) == 0 {
		return nil, err
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return nil, fault.New(fault.Malformed, "api.media").Because(err)
	}
	return raw, nil
}

// parse reads JSON (RFC 8259) strictly: UTF-8, one value, no name twice in an
// object, at most maxDepth deep. Objects are map[string]any, numbers
// json.Number.
func parse(raw []byte) (any, error) {
	if deep(raw) {
		return nil, fault.New(fault.Malformed, "api.deep", maxDepth)
	}
	if !utf8.Valid(raw) || !json.Valid(raw) {
		return nil, fault.New(fault.Malformed, "api.json")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	v, err := value(d)
	var known *fault.Error
	if err != nil && !errors.As(err, &known) {
		err = fault.New(fault.Malformed, "api.json").Because(err)
	}
	return v, err
}

// deep looks at brackets alone, so that nothing is built of what is too deep.
func deep(raw []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

func value(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := value(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	case json.Delim('{'):
		return object(d)
	}
	return t, nil
}

func object(d *json.Decoder) (any, error) {
	out := map[string]any{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := t.(string) // the decoder gives no other name
		if _, twice := out[name]; twice {
			return nil, fault.New(fault.Malformed, "api.twice", name)
		}
		if out[name], err = value(d); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return out, err
}
