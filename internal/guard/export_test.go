package guard

import "slices"

// Answers reports whether a name is met in a text, or in a title.
func Answers(name, text string, title bool) bool {
	keys := answering(name)
	return slices.ContainsFunc(namesIn(text, title), func(s said) bool { return slices.Contains(keys, s.key) })
}

// Alike reports whether two names may be of the same person.
func Alike(a, b string) bool { return alike(a, b) }
