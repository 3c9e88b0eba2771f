package sanction

import (
	"strings"
	"time"

	"cenacle/internal/i18n"
)

// Fact is one line of what an entry says.
type Fact struct{ What, Is string }

// Facts are in words what an entry says; what it does not say is left out.
func (e Entry) Facts(p *i18n.Printer) (out []Fact) {
	births := make([]string, len(e.Births))
	for i, day := range e.Births {
		if births[i] = day; len(day) == len(time.DateOnly) {
			births[i] = p.Day(day)
		}
	}
	for _, f := range []struct{ what, is string }{
		{"nature", p.T("sanction.nature." + string(e.Nature))}, {"births", strings.Join(births, " · ")}, {"places", strings.Join(e.Places, " · ")},
		{"nations", strings.Join(e.Nations, ", ")}, {"aliases", strings.Join(e.Aliases, " · ")}, {"basis", strings.Join(e.Basis, " · ")}, {"reasons", e.Reasons},
	} {
		if f.is != "" {
			out = append(out, Fact{p.T("vigilance.frozen.fact." + f.what), f.is})
		}
	}
	return out
}

// Called is the entry in words.
func (e Entry) Called(p *i18n.Printer) string { return p.T("vigilance.frozen.entry", e.Name, e.Number) }

// Words say how somebody of this name is like the entry, and what the dates of birth say.
func (h Hit) Words(p *i18n.Printer, name string) string {
	level := h.Level.String()
	out := p.T("vigilance.frozen.like."+level, name)
	if h.Name != h.Entry.Name {
		out = p.T("vigilance.frozen.like_alias."+level, name, h.Name)
	}
	if h.Birth != BirthUnknown {
		out += " " + p.T("vigilance.frozen.birth."+string(h.Birth))
	}
	return out
}
