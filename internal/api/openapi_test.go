package api_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/api"
)

var update = flag.Bool("update", false, "write the description anew, when its version was raised")

const golden = "testdata/openapi.json"

// TestOpenAPI holds the description to the one that programs know: when it
// changes, so does its version, and within one major version nothing that they
// rely on goes away.
func TestOpenAPI(t *testing.T) {
	now, err := api.Describe(api.Routes(&api.Nouns{}))
	if err != nil {
		t.Fatal(err)
	}
	known, err := os.ReadFile(golden)
	if errors.Is(err, fs.ErrNotExist) && *update { // the first of all
		known, err = []byte("{}"), nil
	}
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(now, known) {
		return
	}
	was, is := readDocument(t, known), readDocument(t, now)
	if was.Info.Version == is.Info.Version {
		t.Fatalf("the description changed and its version %s did not: raise api.Edition, then go test ./internal/api -run OpenAPI -update", is.Info.Version)
	}
	if major(was) == major(is) {
		if gone := missing(was, is); len(gone) > 0 {
			t.Fatalf("%s would break programs made for %s: %s", is.Info.Version, was.Info.Version, strings.Join(gone, "; "))
		}
	}
	if !*update {
		t.Fatal("the description changed: go test ./internal/api -run OpenAPI -update")
	}
	if err := os.WriteFile(golden, now, 0o644); err != nil {
		t.Fatal(err)
	}
}

// description is what of a description programs rely on.
type description struct {
	Info struct {
		Version string `json:"version"`
	} `json:"info"`
	Paths map[string]map[string]struct {
		ID         string      `json:"operationId"`
		Parameters []parameter `json:"parameters"`
		Body       struct {
			Content map[string]struct {
				Schema object `json:"schema"`
			} `json:"content"`
		} `json:"requestBody"`
		Responses map[string]json.RawMessage `json:"responses"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]object `json:"schemas"`
	} `json:"components"`
}

type parameter struct {
	Name     string `json:"name"`
	Required bool   `json:"required"`
}

type object struct {
	Properties map[string]json.RawMessage `json:"properties"`
	Required   []string                   `json:"required"`
}

func readDocument(t *testing.T, raw []byte) (d description) {
	t.Helper()
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func major(d description) string {
	first, _, _ := strings.Cut(d.Info.Version, ".")
	return first
}

// missing lists what a program made for the old description would not find, or
// would not send.
func missing(was, is description) (gone []string) {
	for path, methods := range was.Paths {
		for method, op := range methods {
			what := strings.ToUpper(method) + " " + path
			now, found := is.Paths[path][method]
			if !found || now.ID != op.ID {
				gone = append(gone, what+" is gone")
				continue
			}
			for status := range op.Responses {
				if _, kept := now.Responses[status]; !kept {
					gone = append(gone, what+" answers no longer "+status)
				}
			}
			for _, p := range now.Parameters {
				if p.Required && !slices.Contains(op.Parameters, p) {
					gone = append(gone, what+" demands "+p.Name)
				}
			}
			for media, old := range op.Body.Content {
				gone = append(gone, old.Schema.lost(what, now.Body.Content[media].Schema, true)...)
			}
		}
	}
	for name, old := range was.Components.Schemas {
		gone = append(gone, old.lost(name, is.Components.Schemas[name], false)...)
	}
	slices.Sort(gone)
	return gone
}

// lost compares two shapes: a member that is gone breaks everybody, a member
// that is newly demanded breaks those who send.
func (o object) lost(what string, now object, sent bool) (gone []string) {
	for name := range o.Properties {
		if _, kept := now.Properties[name]; !kept {
			gone = append(gone, what+" has no "+name)
		}
	}
	for _, name := range now.Required {
		if sent && !slices.Contains(o.Required, name) {
			gone = append(gone, what+" demands "+name)
		}
	}
	for _, name := range o.Required {
		if !sent && !slices.Contains(now.Required, name) {
			gone = append(gone, what+" may come without "+name)
		}
	}
	return gone
}

// TestBreakingChangesAreFound takes things away and looks whether it is told.
func TestBreakingChangesAreFound(t *testing.T) {
	raw, err := api.Describe(api.Routes(&api.Nouns{}))
	if err != nil {
		t.Fatal(err)
	}
	whole := readDocument(t, raw)
	opening := func(d *description) object { return d.Paths["/spaces"]["post"].Body.Content["application/json"].Schema }
	for name, change := range map[string]func(*description){
		"":                                    func(*description) {},
		"GET /me is gone":                     func(d *description) { delete(d.Paths, "/me") },
		"GET /spaces/{space}/journal is gone": func(d *description) { delete(d.Paths["/spaces/{space}/journal"], "get") },
		"Document has no title":               func(d *description) { delete(d.Components.Schemas["Document"].Properties, "title") },
		"POST /spaces has no model":           func(d *description) { delete(opening(d).Properties, "model") },
		"POST /spaces answers no longer 201":  func(d *description) { delete(d.Paths["/spaces"]["post"].Responses, "201") },
	} {
		less := readDocument(t, raw)
		change(&less)
		if gone := strings.Join(missing(whole, less), "; "); gone != name {
			t.Errorf("told %q, want %q", gone, name)
		}
	}
}
