package config

import "strings"

// Reason is why a configuration is refused, for the operator who reads it in a
// terminal. It never repeats a secret.
type Reason struct {
	Setting string // the setting, variable or file it is about
	Wrong   string // what is wrong
	Do      string // what to do
}

// Error is the reason as one sentence.
func (r Reason) Error() string { return r.Setting + ": " + r.Wrong + "; " + r.Do + "." }

// Reasons are all reasons at once; empty when the configuration is accepted.
type Reasons []Reason

// Error writes one reason on each line.
func (r Reasons) Error() string {
	lines := make([]string, len(r))
	for i, reason := range r {
		lines[i] = reason.Error()
	}
	return strings.Join(lines, "\n")
}

// Err is r as an error, nil when it is empty.
func (r Reasons) Err() error {
	if len(r) == 0 {
		return nil
	}
	return r
}

func (r *Reasons) add(setting, wrong, do string) {
	*r = append(*r, Reason{setting, wrong, do})
}
