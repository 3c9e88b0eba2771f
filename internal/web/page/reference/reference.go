// Package reference is the page that explains the API to those who write
// programs: every operation with what it takes and gives, the types, the
// problems. It is drawn from the same OpenAPI document that the API serves, and
// needs no script.
//
// It refuses to know the API: what is not in the document it cannot show. The
// document is in English; the frame speaks the reader's language. Start at
// [New].
package reference

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

//go:embed reference.tmpl
var files embed.FS

// Page is the whole reference.
type Page struct {
	ui.Base
	Version  string
	Server   string // path below which everything is
	Example  string // the first request, for a terminal
	Notes    string // what holds everywhere
	Document string // where the document itself is
	Groups   []Group
	Types    []Type
	Problems []Problem
}

// Group is the operations on one noun.
type Group struct {
	Name       string
	Operations []Operation
}

// Operation is one thing a program can ask.
type Operation struct {
	ID, Method, Path, Summary, Right string
	Takes                            []Field // parameters
	Sends                            []Field // members of the body
	Media                            string  // of a body that is no JSON
	Gives                            []Answer
}

// Answer is what comes back.
type Answer struct {
	Status, Says string
	Type         string // of the body, empty for none
	Href         string // of a type of the document
}

// Field is a parameter or a member.
type Field struct {
	Name, Where, Type, Href, Says string
	Must                          bool
}

// Type is an object that operations take or give.
type Type struct {
	Name   string
	Fields []Field
}

// Problem is one class of refusals.
type Problem struct{ Code, Title string }

// Template renders [Page].
var Template = ui.Parse[Page](files, "reference.tmpl")

// Pages answers for the reference. A nil one has no document.
type Pages struct {
	page     func() (Page, error)
	problems []string
}

// New takes an OpenAPI document, which is read when somebody first looks at it, the
// address at which it is served, and the classes of problems in their order (catalog
// keys "api.problem.…").
func New(document func() ([]byte, error), at string, problems []string) *Pages {
	page := func() (Page, error) {
		raw, err := document()
		if err != nil {
			return Page{}, err
		}
		return read(raw, at)
	}
	return &Pages{page: sync.OnceValues(page), problems: problems}
}

func read(document []byte, at string) (p Page, err error) {
	var d described
	if err := json.Unmarshal(document, &d); err != nil {
		return p, fmt.Errorf("reference: the document: %w", err)
	}
	if len(d.Servers) == 0 {
		return p, fmt.Errorf("reference: the document names no server")
	}
	p = Page{Version: d.Info.Version, Notes: d.Info.Description, Server: d.Servers[0].URL, Document: at}
	p.Groups = d.groups()
	for name, s := range d.Components.Schemas {
		p.Types = append(p.Types, Type{name, s.fields()})
	}
	slices.SortFunc(p.Types, func(a, b Type) int { return strings.Compare(a.Name, b.Name) })
	return p, nil
}

// Show shows the reference.
func (p *Pages) Show(r *web.Request) (web.Answer, error) {
	page, err := p.page()
	if err != nil {
		return nil, err
	}
	page.Base = r.Base(ui.Public, r.Printer.T("reference.title"))
	page.Example = `curl -H "Authorization: Bearer $TOKEN" ` + r.Absolute(page.Server+"/me")
	for _, code := range p.problems {
		page.Problems = append(page.Problems, Problem{code, r.Printer.T("api.problem." + code)})
	}
	return web.Show(Template, page), nil
}
