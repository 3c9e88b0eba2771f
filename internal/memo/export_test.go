package memo

import "cenacle/internal/id"

// Mentioned is mentioned, for its table.
func Mentioned(text string, people map[id.Person]string) []id.Person { return mentioned(text, people) }

// Listing has the register list so many spaces of one word of memos.
func (s *Service) Listing(most int) *Service {
	s.listed = most
	return s
}
