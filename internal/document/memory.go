package document

import (
	"sync"

	"cenacle/internal/id"
	"cenacle/internal/vault"
)

// memoryLimit bounds the documents kept open: about 16 MiB of them.
const memoryLimit = 16 << 10

// memory keeps documents that lists have opened, locked: it holds no decision.
// A revision never changes, so nothing here grows stale; what is no longer
// asked for leaves. A space whose key is destroyed gives no box, and without
// its box nothing of it is found.
//
// It is two halves: when the young one is full, it becomes the old one, and
// what is asked for again moves back.
type memory struct {
	mu         sync.Mutex
	young, old map[remembered]*locked
}

// remembered is one revision of a document, under the key that sealed it.
type remembered struct {
	box *vault.Box
	mark
}

// find returns what is known of a page, nil where nothing is, and the marks of
// what is not, in their order.
func (m *memory) find(box *vault.Box, page []mark) (known []*locked, missing []mark) {
	known = make([]*locked, len(page))
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, at := range page {
		key := remembered{box, at}
		l := m.young[key]
		if l == nil {
			if l = m.old[key]; l != nil {
				m.put(key, l)
			}
		}
		if known[i] = l; l == nil {
			missing = append(missing, at)
		}
	}
	return known, missing
}

func (m *memory) keep(boxes map[id.Item]*vault.Box, read map[mark]*locked) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for at, l := range read {
		m.put(remembered{boxes[at.id], at}, l)
	}
}

// put is called with the lock held.
func (m *memory) put(key remembered, l *locked) {
	if len(m.young) >= memoryLimit/2 || m.young == nil {
		m.young, m.old = make(map[remembered]*locked), m.young
	}
	m.young[key] = l
}
