package blob

import "sync/atomic"

// Stats are counts since New.
type Stats struct {
	Written uint64 // sealed bytes made durable
	Read    uint64 // sealed bytes read back
	Writing int64  // Writes under way now
}

type tally struct {
	written, read atomic.Uint64
	writing       atomic.Int64
}

// Stats reads the counts.
func (s *Store) Stats() Stats {
	return Stats{Written: s.tally.written.Load(), Read: s.tally.read.Load(), Writing: s.tally.writing.Load()}
}
