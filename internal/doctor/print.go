package doctor

import (
	"encoding/json"
	"fmt"
	"io"

	"cenacle/internal/i18n"
)

// Write writes the report for a person: what was found, check by check, and
// under what is not well, what to do.
func (r Report) Write(w io.Writer, p *i18n.Printer) error {
	for _, f := range r.Findings {
		says, do := f.words(p)
		if _, err := fmt.Fprintf(w, "%-8s %s – %s\n", p.T("doctor.level."+f.Level.String()), p.T("doctor.check."+f.Check), says); err != nil {
			return err
		}
		if do == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "         → %s\n", do); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\n%s\n", p.T("doctor.sum", r.Count(Error), r.Count(Warning), r.Count(Fine)))
	return err
}

// words are the sentences of a finding; do is empty when nothing is to be done.
func (f Finding) words(p *i18n.Printer) (says, do string) {
	args := make([]any, len(f.Args))
	for i, a := range f.Args {
		if err, ok := a.(error); ok {
			a = p.Fault(err)
		}
		args[i] = a
	}
	says = p.T("doctor.found."+f.Name, args...)
	if f.Level > Fine {
		do = p.T("doctor.do."+f.Name, args...)
	}
	return says, do
}

// entry is a finding for programs. Check, Level and Found are words that stay;
// Says and Do are for people.
type entry struct {
	Check string `json:"check"`
	Level string `json:"level"`
	Found string `json:"found"`
	Says  string `json:"says"`
	Do    string `json:"do,omitempty"`
}

// WriteJSON writes the report for a program, in one object.
func (r Report) WriteJSON(w io.Writer, p *i18n.Printer) error {
	out := struct {
		Level    string  `json:"level"`
		Errors   int     `json:"errors"`
		Warnings int     `json:"warnings"`
		Checks   []entry `json:"checks"`
	}{r.Level().String(), r.Count(Error), r.Count(Warning), []entry{}}
	for _, f := range r.Findings {
		says, do := f.words(p)
		out.Checks = append(out.Checks, entry{f.Check, f.Level.String(), f.Name, says, do})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
