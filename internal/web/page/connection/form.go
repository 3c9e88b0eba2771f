package connection

import (
	"slices"
	"strings"

	"cenacle/internal/event"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
	"cenacle/internal/webhook"
)

// groups are the nouns that one box of the form stands for.
var groups = [...]struct {
	name  string
	nouns []string
}{
	{"document", []string{"document"}},
	{"memo", []string{"memo"}},
	{"agenda", []string{"agenda", "slot"}},
	{"deposit", []string{"deposit"}},
	{"request", []string{"request"}},
	{"space", []string{"space", "member", "folder", "link"}},
	{"firm", []string{"firm", "token", "factor", "provider", "webhook", "installation"}},
}

// Form asks for an address and for what it is told. Kinds is nil when what was chosen through the API cannot be
// shown by its boxes.
type Form struct {
	Action  string
	Summary ui.Summary
	Address ui.Field
	Kinds   *ui.Field
	Submit  ui.Button
}

// newForm asks for a connection, or for changes of w when it is one.
func newForm(r *web.Request, b ui.Base, w webhook.Webhook) Form {
	f := Form{
		Submit:  ui.Button{Label: b.T("connection.submit"), Look: ui.Primary, Icon: "plus"},
		Address: ui.Field{Name: "address", Label: b.T("connection.address"), Hint: b.T("connection.address_hint"), Value: w.Address, Length: 2000, Autocomplete: "off"},
	}
	if w.ID != "" {
		f.Submit = ui.Button{Label: b.T("connection.save"), Look: ui.Primary}
	}
	if shown(w.Kinds) {
		f.Kinds = &ui.Field{Kind: ui.Checks, Name: "kinds", Label: b.T("connection.kinds")}
		for _, g := range groups {
			f.Kinds.Options = append(f.Kinds.Options, ui.Option{
				Value: g.name, Label: b.T("connection.group." + g.name), Note: b.T("connection.group_note." + g.name),
				Chosen: len(w.Kinds) == 0 || slices.Contains(w.Kinds, g.nouns[0]),
			})
		}
	}
	return f
}

// shown reports whether kinds are whole groups.
func shown(kinds []string) bool {
	rest := slices.Clone(kinds)
	for _, g := range groups {
		if slices.Contains(kinds, g.nouns[0]) {
			rest = slices.DeleteFunc(rest, func(k string) bool { return slices.Contains(g.nouns, k) })
		}
	}
	return len(rest) == 0
}

// asked reads the form. All boxes together are everything, what comes to be
// there later included; none is nothing that could be told.
func asked(r *web.Request) webhook.New {
	n := webhook.New{Address: r.Value("address")}
	chosen := r.Values("kinds")
	all := true
	for _, g := range groups {
		if !slices.Contains(chosen, g.name) {
			all = false
			continue
		}
		for _, noun := range g.nouns {
			if event.Known(noun) {
				n.Kinds = append(n.Kinds, noun)
			}
		}
	}
	switch {
	case all:
		n.Kinds = nil
	case len(n.Kinds) == 0:
		n.Kinds = []string{strings.Join(chosen, " ")} // refused by name
	}
	return n
}

// refuse gives the form back as it was sent, with what is wrong.
func (f *Form) refuse(r *web.Request, err error) {
	f.Address.Value = r.Value("address")
	fields := []*ui.Field{&f.Address}
	if f.Kinds != nil {
		for i := range f.Kinds.Options {
			f.Kinds.Options[i].Chosen = slices.Contains(r.Values("kinds"), f.Kinds.Options[i].Value)
		}
		fields = append(fields, f.Kinds)
	}
	f.Summary = ui.Refuse(r.Printer, err).Mark(fields...)
}

// what puts kinds of events into words.
func what(b ui.Base, kinds []string) string {
	if len(kinds) == 0 {
		return b.T("connection.everything")
	}
	rest := slices.Clone(kinds)
	var words []string
	for _, g := range groups {
		if slices.Contains(kinds, g.nouns[0]) {
			words = append(words, b.T("connection.group."+g.name))
			rest = slices.DeleteFunc(rest, func(k string) bool { return slices.Contains(g.nouns, k) })
		}
	}
	for _, k := range rest {
		words = append(words, kind(b, k))
	}
	return b.List(words)
}

// kind is one kind of event in words, or as the API writes it.
func kind(b ui.Base, of string) string {
	key := "connection.kind." + of
	switch {
	case of == "":
		return b.T("connection.kind_hidden")
	case !b.Has(key):
		return of
	}
	return b.T(key)
}
