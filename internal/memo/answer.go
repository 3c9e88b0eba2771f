package memo

import (
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
)

// Answers are what readers of a memo have answered. The caller has opened it for its
// author, or for the firm's side of its space.
func Answers(a *act.Act, by authz.Actor, in id.Space, of id.Item) ([]Acknowledgement, error) {
	m := Memo{ID: of}
	err := answers(a, by, in, []any{in, of, of}, map[id.Item]*Memo{of: &m}, true)
	return m.Answers, err
}
