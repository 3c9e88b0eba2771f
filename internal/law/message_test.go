package law

import (
	"slices"
	"testing"
)

// TestMessages works the example of each limit again: things go into messages in their
// order, and one that is too large for any goes into none.
func TestMessages(t *testing.T) {
	b := book(t)
	for _, to := range Recipients() {
		if _, known := b.Message(to, "2020-06-30"); known {
			t.Errorf("%s: a limit is said for a day before the table", to)
		}
		m, known := b.Message(to, "2026-11-29")
		if !known {
			t.Errorf("%s: no limit today", to)
		}
		var got []int
		held := m.Bytes // none is open
		for _, size := range m.Example.Sizes {
			here, ever := m.Fits(held, size)
			if !ever {
				continue
			}
			if !here {
				got, held = append(got, 0), 0
			}
			got[len(got)-1]++
			held += size
		}
		if !slices.Equal(got, m.Example.Messages) {
			t.Errorf("%s: messages of %v things, the example says %v", to, got, m.Example.Messages)
		}
	}
	for _, raw := range []string{`{}`, `[{"to":"court","from":"2020","bytes":1,"source":"x"}]`, `[{"to":"court","from":"2020-01-01","source":"x"}]`, `[{"to":"court","from":"2020-01-01","bytes":1}]`} {
		if _, err := readMessages([]byte(raw)); err == nil {
			t.Errorf("%s is a table", raw)
		}
	}
}
