// Package plan executes an html/template without looking anything up while it
// does: which field a name means, which function, which escaper, is worked out
// once for the type of the page, and what is constant becomes one text.
//
// The template stays html/template's: it parses it, checks it and decides which
// escaper stands where; the plan is made of its escaped tree and must write the
// same bytes, which uitest compares for every page it checks. It refuses what
// our templates do not use ([ErrUnplanned]); whoever asked then lets
// html/template do the work. Start at [New].
package plan

import (
	"errors"
	"fmt"
	"html/template"
	"reflect"
)

// ErrUnplanned says that a template uses what plans do not know.
var ErrUnplanned = errors.New("plan: html/template must do it")

// Plan writes pages of one type. It is safe for concurrent use.
type Plan struct {
	page reflect.Type
	root *routine
}

// New makes the plan of t, which html/template has executed before (that is
// when it escapes), for pages of one struct type. Words are its functions; they
// must give the same text for the same arguments.
func New(t *template.Template, page reflect.Type, words template.FuncMap) (*Plan, error) {
	if page.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%w: a page that is a %v", ErrUnplanned, page)
	}
	c := &compiler{set: t, words: words, made: map[routineKey]*routine{}}
	root, err := c.routine(t.Name(), page)
	if err != nil {
		return nil, err
	}
	return &Plan{page, root}, nil
}

// Append writes a page, a struct of the plan's type, after b. What it returns
// with an error is of no use.
func (p *Plan) Append(b []byte, page any) ([]byte, error) {
	v := reflect.ValueOf(page)
	if v.Type() != p.page {
		return b, fmt.Errorf("plan: made for %v, asked for %v", p.page, v.Type())
	}
	r := run{out: b}
	r.call(p.root, v)
	return r.out, r.err
}

// routine is one template for one type of its dot.
type routine struct {
	steps []step
	slots int // variables, the dot it was called with first
}

// step writes a part of a page; dot is the value in hand.
type step func(r *run, dot reflect.Value)

// run is one execution.
type run struct {
	out  []byte
	vars []reflect.Value // of the routines that run, innermost last
	base int             // where those of the innermost begin
	err  error           // the first failure; what is written after it is of no use
}

func (r *run) call(to *routine, dot reflect.Value) {
	if r.err != nil {
		return
	}
	base := r.base
	r.base = len(r.vars)
	r.vars = append(r.vars, dot)
	for range to.slots - 1 {
		r.vars = append(r.vars, reflect.Value{})
	}
	r.all(to.steps, dot)
	r.vars = r.vars[:r.base]
	r.base = base
}

func (r *run) all(steps []step, dot reflect.Value) {
	for _, s := range steps {
		s(r, dot)
	}
}

func (r *run) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}
