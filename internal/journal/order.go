package journal

import (
	"strings"
	"sync"
	"time"

	"cenacle/internal/id"
)

// order makes identifiers of entries that follow the order of the acts also
// within one millisecond, where identifiers are otherwise in random order: an
// act of several entries stays in the order in which it was told. It remembers
// the last identifier of the milliseconds that are being worked on.
type order struct {
	mu   sync.Mutex
	last [1024]id.Entry // by millisecond
}

const (
	digitsOfTime = 10 // of an identifier, the rest is random
	digitsOfStep = 7  // the last ones, drawn anew at each step
	digits       = "0123456789abcdefghjkmnpqrstvwxyz"
)

func (o *order) next(now time.Time) id.Entry {
	fresh := id.New[id.Entry](now)
	o.mu.Lock()
	defer o.mu.Unlock()
	last := &o.last[uint64(now.UnixMilli())%uint64(len(o.last))]
	if *last != "" && (*last)[:digitsOfTime] == fresh[:digitsOfTime] && fresh <= *last {
		fresh = step(*last, fresh)
	}
	*last = fresh
	return fresh
}

// step is greater than last by a little, with the last digits of fresh.
func step(last, fresh id.Entry) id.Entry {
	const end = id.Length - digitsOfStep
	out := []byte(last[:end])
	for i := end - 1; i >= 0; i-- {
		n := strings.IndexByte(digits, out[i]) + 1
		out[i] = digits[n%len(digits)]
		if n < len(digits) {
			break
		}
	}
	return id.Entry(out) + fresh[end:]
}
