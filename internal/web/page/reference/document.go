package reference

import (
	"cmp"
	"slices"
	"strings"
)

// described is what the page reads of an OpenAPI document.
type described struct {
	Info struct {
		Version     string `json:"version"`
		Description string `json:"description"`
	} `json:"info"`
	Servers []struct {
		URL string `json:"url"`
	} `json:"servers"`
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas    map[string]schema    `json:"schemas"`
		Parameters map[string]parameter `json:"parameters"`
	} `json:"components"`
}

type operation struct {
	ID          string      `json:"operationId"`
	Summary     string      `json:"summary"`
	Description string      `json:"description"`
	Tags        []string    `json:"tags"`
	Parameters  []parameter `json:"parameters"`
	Body        struct {
		Content content `json:"content"`
	} `json:"requestBody"`
	Responses map[string]struct {
		Description string  `json:"description"`
		Content     content `json:"content"`
	} `json:"responses"`
}

type content map[string]struct {
	Schema schema `json:"schema"`
}

type parameter struct {
	Ref         string `json:"$ref"`
	Name        string `json:"name"`
	In          string `json:"in"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
	Schema      schema `json:"schema"`
}

type schema struct {
	Ref         string            `json:"$ref"`
	Type        string            `json:"type"`
	Format      string            `json:"format"`
	Description string            `json:"description"`
	Enum        []string          `json:"enum"`
	Items       *schema           `json:"items"`
	Properties  map[string]schema `json:"properties"`
	Required    []string          `json:"required"`
}

// groups puts the operations under their nouns, by path and method.
func (d *described) groups() []Group {
	at := map[string]*Group{}
	for path, methods := range d.Paths {
		for method, o := range methods {
			name := strings.Join(o.Tags, " ")
			if at[name] == nil {
				at[name] = &Group{Name: name}
			}
			at[name].Operations = append(at[name].Operations, d.operation(strings.ToUpper(method), path, o))
		}
	}
	var out []Group
	for _, g := range at {
		slices.SortFunc(g.Operations, func(a, b Operation) int {
			return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method))
		})
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b Group) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func (d *described) operation(method, path string, o operation) Operation {
	out := Operation{ID: o.ID, Method: method, Path: path, Summary: o.Summary, Right: o.Description}
	for _, p := range o.Parameters {
		if p.Ref != "" {
			p = d.Components.Parameters[last(p.Ref)]
		}
		f := p.Schema.field(p.Name)
		f.Where, f.Says, f.Must = p.In, p.Description, p.Required
		out.Takes = append(out.Takes, f)
	}
	for media, body := range o.Body.Content {
		if media == "application/json" {
			out.Sends = body.Schema.fields()
		} else {
			out.Media = media
		}
	}
	for status, r := range o.Responses {
		if status == "default" {
			continue
		}
		a := Answer{Status: status, Says: r.Description}
		for media, body := range r.Content {
			f := body.Schema.field("")
			a.Type, a.Href = cmp.Or(f.Type, media), f.Href
		}
		out.Gives = append(out.Gives, a)
	}
	return out
}

// fields are the members of an object: those that must be there first, each
// sort by name.
func (s schema) fields() []Field {
	var out []Field
	for name, member := range s.Properties {
		f := member.field(name)
		f.Says, f.Must = member.Description, slices.Contains(s.Required, name)
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Field) int {
		if a.Must != b.Must {
			if a.Must {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

func (s schema) field(name string) Field {
	switch {
	case s.Ref != "":
		return Field{Name: name, Type: last(s.Ref), Href: "#" + last(s.Ref)}
	case s.Items != nil:
		f := s.Items.field(name)
		f.Type += "[]"
		return f
	case len(s.Enum) > 0:
		return Field{Name: name, Type: strings.Join(s.Enum, " · ")}
	}
	return Field{Name: name, Type: cmp.Or(s.Format, s.Type)}
}

func last(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }
