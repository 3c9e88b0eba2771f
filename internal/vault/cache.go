package vault

import (
	"bytes"
	"container/list"
	"sync"
	"time"

	"cenacle/internal/id"
)

// address is whose box it is; space is empty for the firm's own.
type address struct {
	firm  id.Firm
	space id.Space
}

// cache holds opened boxes, the least recently used leaving first. A box is
// believed for ttl; then its row must be shown again (renew), so that a key
// destroyed on another node stops working here.
type cache struct {
	mu    sync.Mutex
	limit int
	ttl   time.Duration
	boxes map[address]*list.Element // of *cached
	order *list.List                // most recently used in front
}

type cached struct {
	at    address
	rows  []byte // it was opened from ([keyRows.text])
	box   *Box
	fresh bool
	timer *time.Timer
}

func newCache(limit int, ttl time.Duration) *cache {
	return &cache{limit: limit, ttl: ttl, boxes: make(map[address]*list.Element), order: list.New()}
}

// fresh returns a box that needs no second look at its row, or nil.
func (c *cache) fresh(at address) *Box {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.boxes[at]
	if !ok || !e.Value.(*cached).fresh {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*cached).box
}

// renew returns the box opened earlier from the very same rows, believed for
// another ttl, or nil.
func (c *cache) renew(at address, rows []byte) *Box {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.boxes[at]
	if !ok || !bytes.Equal(e.Value.(*cached).rows, rows) {
		return nil
	}
	known := e.Value.(*cached)
	known.fresh = true
	known.timer.Reset(c.ttl)
	c.order.MoveToFront(e)
	return known.box
}

func (c *cache) keep(at address, rows []byte, box *Box) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(at)
	known := &cached{at: at, rows: rows, box: box, fresh: true}
	known.timer = time.AfterFunc(c.ttl, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		known.fresh = false
	})
	c.boxes[at] = c.order.PushFront(known)
	if c.order.Len() > c.limit {
		c.remove(c.order.Back().Value.(*cached).at)
	}
}

func (c *cache) drop(at address) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(at)
}

// remove forgets a box; the caller holds the lock.
func (c *cache) remove(at address) {
	e, ok := c.boxes[at]
	if !ok {
		return
	}
	e.Value.(*cached).timer.Stop()
	c.order.Remove(e)
	delete(c.boxes, at)
}
