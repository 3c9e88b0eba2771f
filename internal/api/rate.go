package api

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxMeters bounds the memory of who has asked how often: it is kept of that
// many of the latest tokens at least, and of twice as many at most.
const maxMeters = 5000

// meter counts the requests of each token. A nil meter counts nothing.
type meter struct {
	perMinute int

	mu         sync.Mutex
	young, old map[string]*rate.Limiter
}

func newMeter(perMinute int) *meter {
	if perMinute <= 0 {
		return nil
	}
	return &meter{perMinute: perMinute, young: map[string]*rate.Limiter{}}
}

// burst is what a token may ask for at once: ten seconds' worth.
func (m *meter) burst() int { return max(1, m.perMinute/6) }

// take charges one request. It returns how many more may follow at once, and
// how long to wait when there was none left.
func (m *meter) take(who string, now time.Time) (left int, wait time.Duration) {
	if m == nil {
		return 0, 0
	}
	l := m.of(who)
	reserved := l.ReserveN(now, 1)
	if wait = reserved.DelayFrom(now); wait > 0 {
		reserved.CancelAt(now)
	}
	return max(0, int(l.TokensAt(now))), wait
}

func (m *meter) of(who string) *rate.Limiter {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.young[who]; l != nil {
		return l
	}
	l := m.old[who]
	if l == nil {
		l = rate.NewLimiter(rate.Limit(float64(m.perMinute)/60), m.burst())
	}
	if len(m.young) >= maxMeters {
		m.old, m.young = m.young, make(map[string]*rate.Limiter, maxMeters)
	}
	m.young[who] = l
	return l
}

// seconds rounds up, as the headers want them.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
