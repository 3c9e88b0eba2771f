package memo

import (
	"cenacle/internal/act"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

// Drafts counts what a person has begun to write, in the spaces that she is in. The
// caller has decided that it may be said; what is in them is hers alone.
func Drafts(a *act.Act, of id.Person) (n int, err error) {
	return n, a.Row(countDrafts, []any{of, store.Micros(a.Now)}, &n)
}

// Discard erases what somebody who leaves a space had begun to write there: nobody
// else may read it, and nobody will send it.
func Discard(a *act.Act, in id.Space, of id.Person) error {
	return a.Write(deleteDraftsOf, in, of)
}
