package diffusion

import (
	"io"
	"time"

	"cenacle/internal/i18n"
)

// Write writes what became of a diffusion for a spreadsheet (RFC 4180): one line for each
// person who received it, or was to, and one for each space that got nothing.
func (s *Service) Write(w io.Writer, p *i18n.Printer, v View) error {
	lines := [][]string{{}}
	for _, column := range []string{"space", "person", "role", "circle", "state", "at", "read", "answer", "answered", "recalled", "entry"} {
		lines[0] = append(lines[0], p.T("diffusion.csv."+column))
	}
	for _, part := range v.Spaces {
		if len(part.Will)+len(part.Wont) == 0 {
			lines = append(lines, []string{part.Name, "", "", "", Why(p, part.Reason), s.instant(part.At), "", "", "", "", ""})
		}
		for _, to := range part.Will {
			if to.Chosen {
				lines = append(lines, s.line(p, part, to, p.T("diffusion.state."+string(part.State))))
			}
		}
		for _, to := range part.Wont {
			lines = append(lines, s.line(p, part, to, Missing(p, part, to)))
		}
	}
	return p.Sheet(w, lines)
}

func (s *Service) line(p *i18n.Printer, part Part, to Recipient, state string) []string {
	answer := ""
	if to.Answer.Answer != "" {
		answer = p.T("diffusion.answer." + string(to.Answer.Answer))
	}
	return []string{
		part.Name, to.Name, p.T("space.role." + string(to.Role)), Circles(p, part), state, s.instant(part.At), s.instant(to.Read), answer, s.instant(to.Answer.At),
		s.instant(part.Recalled), string(to.Entry),
	}
}

// instant is written so that a spreadsheet sorts it.
func (s *Service) instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(s.zone).Format(time.DateTime)
}

// Circles names the circles that were chosen in a space.
func Circles(p *i18n.Printer, part Part) string {
	var out []string
	for _, c := range part.Circles {
		if c.Kind.House() {
			out = append(out, p.T("circle.kind."+string(c.Kind)))
		} else {
			out = append(out, c.Name)
		}
	}
	return p.List(out)
}

// Why says why a space gets nothing.
func Why(p *i18n.Printer, r Reason) string { return p.T("diffusion.why." + string(r)) }

// Missing says why a person gets nothing: for a reason of her own, or of the space.
func Missing(p *i18n.Printer, part Part, to Recipient) string {
	if key := "diffusion.missing." + string(to.Reason); to.Reason != part.Reason && p.Has(key) {
		return p.T(key)
	}
	if part.Reason != "" {
		return Why(p, part.Reason)
	}
	return p.T("diffusion.missing.other")
}
