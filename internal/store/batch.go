package store

import (
	"iter"
	"slices"
)

// Batch is how many identifiers a statement takes that asks for several at once,
// as "in ($3, …, $18)": one text for any number of them.
const Batch = 16

// Batches gives identifiers or hashes as the arguments of such a statement, a batch at a
// time; in the last one the last is repeated.
func Batches[T ~string | ~[]byte](of []T) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for some := range slices.Chunk(of, Batch) {
			args := make([]any, Batch)
			for i := range args {
				args[i] = some[min(i, len(some)-1)]
			}
			if !yield(args) {
				return
			}
		}
	}
}
