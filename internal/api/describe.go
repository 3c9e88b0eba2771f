package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// schema is a JSON Schema (2020-12), as far as the API needs it.
type schema struct {
	Ref         string             `json:"$ref,omitempty"`
	Type        string             `json:"type,omitempty"`
	Format      string             `json:"format,omitempty"`
	Description string             `json:"description,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	Minimum     *int64             `json:"minimum,omitempty"`
	Maximum     *int64             `json:"maximum,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	// Closed objects are those that programs send: an unknown name is refused.
	AdditionalProperties *bool `json:"additionalProperties,omitempty"`
}

type parameter struct {
	Ref         string  `json:"$ref,omitempty"`
	Name        string  `json:"name,omitempty"`
	In          string  `json:"in,omitempty"`
	Description string  `json:"description,omitempty"`
	Required    bool    `json:"required,omitempty"`
	Schema      *schema `json:"schema,omitempty"`
}

type content map[string]struct {
	Schema *schema `json:"schema"`
}

type response struct {
	Ref         string           `json:"$ref,omitempty"`
	Description string           `json:"description,omitempty"`
	Headers     map[string]inner `json:"headers,omitempty"`
	Content     content          `json:"content,omitempty"`
}

type inner struct {
	Description string  `json:"description"`
	Schema      *schema `json:"schema"`
}

type body struct {
	Required bool    `json:"required"`
	Content  content `json:"content"`
}

type described struct {
	ID          string                `json:"operationId"`
	Summary     string                `json:"summary"`
	Description string                `json:"description,omitempty"`
	Tags        []string              `json:"tags,omitempty"`
	Security    []map[string][]string `json:"security"`
	Parameters  []parameter           `json:"parameters,omitempty"`
	Body        *body                 `json:"requestBody,omitempty"`
	Responses   map[string]response   `json:"responses"`
}

type openapi struct {
	OpenAPI    string                           `json:"openapi"`
	Info       map[string]string                `json:"info"`
	Servers    []map[string]string              `json:"servers"`
	Paths      map[string]map[string]*described `json:"paths"`
	Components struct {
		Schemas         map[string]*schema           `json:"schemas"`
		Parameters      map[string]parameter         `json:"parameters"`
		Responses       map[string]response          `json:"responses"`
		SecuritySchemes map[string]map[string]string `json:"securitySchemes"`
	} `json:"components"`
}

// Describe writes the OpenAPI 3.1 document of a table.
func Describe(table []Operation) ([]byte, error) {
	d := &openapi{
		OpenAPI: "3.1.0", Paths: map[string]map[string]*described{}, Servers: []map[string]string{{"url": Root}},
		Info: map[string]string{
			"title": "Cénacle", "version": Edition,
			"description": "Times are RFC 3339 in UTC, sizes are bytes, digests are lower-case hexadecimal. " +
				"Identifiers are 26 characters that say nothing. What a token may not see is absent (404), what its person may see but not do is refused (403).",
		},
	}
	d.Components.Schemas = map[string]*schema{}
	d.common()
	for _, o := range table {
		method, path := o.split()
		if d.Paths[path] == nil {
			d.Paths[path] = map[string]*described{}
		}
		if d.Paths[path][strings.ToLower(method)] != nil {
			return nil, fmt.Errorf("api: two rows for %s", o.Pattern)
		}
		d.Paths[path][strings.ToLower(method)] = d.operation(o)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(d)
	return b.Bytes(), err
}

// common is what several operations refer to.
func (d *openapi) common() {
	text := &schema{Type: "string"}
	d.Components.SecuritySchemes = map[string]map[string]string{
		"token": {"type": "http", "scheme": "bearer", "description": "An access token of a person in one firm, or what links/use answers."},
	}
	d.Components.Parameters = map[string]parameter{
		"IdempotencyKey": {Name: "Idempotency-Key", In: "header", Schema: text, Description: "Up to 255 visible characters of your choice. " +
			"For a day, the same request with the same key does nothing again and answers with what the first made, as it is by now; another request with that key is refused (422)."},
		"IfMatch":     {Name: "If-Match", In: "header", Schema: text, Description: "Validators (ETag) of the GET of this path: the change is made only while one of them holds, else 412."},
		"IfNoneMatch": {Name: "If-None-Match", In: "header", Schema: text, Description: "Validators you have: 304 without a body while one of them holds."},
	}
	problem := content{"application/problem+json": {d.schema(reflect.TypeFor[Problem]())}}
	d.Components.Responses = map[string]response{"problem": {
		Description: "Refused (RFC 9457). 400 unreadable, 401 no good token, 403 may be seen but not done, 404 absent or not to be seen, 409 the state forbids it, " +
			"412 a condition does not hold, 413 too large, 422 not acceptable (see errors), 429 too often (see Retry-After), 503 and 507 later.",
		Content: problem,
	}}
}

func (d *openapi) operation(o Operation) *described {
	method, path := o.split()
	tag, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	out := &described{ID: o.Name, Summary: o.Summary, Tags: []string{tag}, Security: []map[string][]string{{"token": {}}}}
	switch {
	case o.Open:
		out.Security, out.Description = []map[string][]string{}, "Needs no token."
	case o.Action == "":
		out.Description = "For any good token."
	default:
		out.Description = "Right: " + string(o.Action)
		for _, other := range o.Also {
			out.Description += " or " + string(other)
		}
		out.Description += "."
	}
	for _, f := range o.Do.in().params {
		out.Parameters = append(out.Parameters, parameter{
			Name: f.name, In: f.where, Description: f.doc, Required: !f.optional, Schema: d.limited(f),
		})
	}
	for name, fits := range map[string]bool{"IdempotencyKey": o.Do.settle, "IfMatch": o.Do.settle && method != http.MethodPost, "IfNoneMatch": o.Do.asks && method == http.MethodGet} {
		if fits {
			out.Parameters = append(out.Parameters, parameter{Ref: "#/components/parameters/" + name})
		}
	}
	sortParameters(out.Parameters)
	if o.Do.in().body {
		out.Body = &body{Required: o.Do.in().whole, Content: content{"application/json": {d.taken(o)}}}
	}
	if o.Takes != "" {
		out.Body = &body{Required: true, Content: content{o.Takes: {&schema{}}}}
	}
	out.Responses = d.responses(o)
	return out
}

func (d *openapi) responses(o Operation) map[string]response {
	status, good := o.Status, response{Description: "Done."}
	switch {
	case o.Do.media != "":
		good.Content = content{o.Do.media: {&schema{}}}
	case o.Do.out != nil:
		good.Content = content{"application/json": {d.schema(o.Do.out)}}
	case status == 0:
		status = http.StatusNoContent
	}
	if status == 0 {
		status = http.StatusOK
	}
	return map[string]response{strconv.Itoa(status): good, "default": {Ref: "#/components/responses/problem"}}
}

// taken is the schema of a body: the members of what an operation takes.
func (d *openapi) taken(o Operation) *schema {
	s := d.object(o.Do.in().typ)
	closed := false
	s.AdditionalProperties = &closed
	return s
}

// schema of a type; a struct of ours is a component with its name.
func (d *openapi) schema(t reflect.Type) *schema {
	switch {
	case isInstant(t):
		return &schema{Type: "string", Format: "date-time"}
	case t == reflect.TypeFor[json.RawMessage]():
		return &schema{Type: "object"}
	case t.PkgPath() == idPackage:
		return &schema{Type: "string", Pattern: "^[0-7][0-9a-hjkmnp-tv-z]{25}$"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return d.schema(t.Elem())
	case reflect.Slice:
		return &schema{Type: "array", Items: d.schema(t.Elem())}
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.Int, reflect.Int64:
		return &schema{Type: "integer", Format: "int64"}
	case reflect.Struct:
		if d.Components.Schemas[t.Name()] == nil {
			d.Components.Schemas[t.Name()] = &schema{} // a type may hold itself
			d.Components.Schemas[t.Name()] = d.object(t)
		}
		return &schema{Ref: "#/components/schemas/" + t.Name()}
	}
	return &schema{Type: "string"}
}

func (d *openapi) object(t reflect.Type) *schema {
	s := &schema{Type: "object", Properties: map[string]*schema{}}
	for _, f := range fieldsOf(t) {
		if f.where != "" {
			continue
		}
		one := d.limited(f)
		one.Description = f.doc
		s.Properties[f.name] = one
		if !f.optional {
			s.Required = append(s.Required, f.name)
		}
	}
	return s
}

func (d *openapi) limited(f field) *schema {
	s := d.schema(f.typ)
	on := s
	if s.Items != nil {
		on = s.Items
	}
	on.Enum = f.enum
	if f.min != 0 || f.max != 0 {
		on.Minimum, on.Maximum = &f.min, &f.max
	}
	return s
}

// sortParameters puts those of the operation before those it shares with
// others, each in a stable order.
func sortParameters(all []parameter) {
	slices.SortStableFunc(all, func(a, b parameter) int { return strings.Compare(a.Ref, b.Ref) })
}
