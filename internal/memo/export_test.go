package memo

import "cenacle/internal/id"

// Mentioned is mentioned, for its table.
func Mentioned(text string, people map[id.Person]string) []id.Person { return mentioned(text, people) }
