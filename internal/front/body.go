package front

import (
	"io"
	"net/http"
	"time"
)

const (
	// bodyStall is how long a sender may send nothing before she is cut; what
	// arrived stays.
	bodyStall = 60 * time.Second
	// askEvery is how long at most a sender whose right has ended goes on sending.
	askEvery = time.Second
)

// Body is what arrives in a long request: every read moves the deadline, and a
// later writer of the same upload can end it (document.Service.Append).
type Body struct {
	from    io.Reader
	on      http.ResponseWriter
	control *http.ResponseController
	until   func(time.Duration) time.Time
	ask     func() error // nil: nobody is asked
	asked   time.Time
}

// NewBody reads from, a body or a part of one, over the connection of w.
func NewBody(w http.ResponseWriter, from io.Reader, until func(time.Duration) time.Time) *Body {
	return &Body{from: from, on: w, control: http.NewResponseController(w), until: until}
}

// While has a body that takes its time ask again, about every second, whether
// its sender still may; the first refusal is what its reader gets instead of
// more.
func (b *Body) While(ask func() error) *Body {
	b.ask, b.asked = ask, b.until(0)
	return b
}

func (b *Body) Read(into []byte) (int, error) {
	if err := b.control.SetReadDeadline(b.until(bodyStall)); err != nil {
		return 0, err
	}
	n, err := b.from.Read(into)
	if now := b.until(0); b.ask != nil && now.Sub(b.asked) >= askEvery {
		b.asked = now
		if refused := b.ask(); refused != nil {
			return n, refused
		}
	}
	if err == io.EOF { // what follows is no waiting for bytes, however long it takes
		if late := b.control.SetReadDeadline(time.Time{}); late != nil {
			return n, late
		}
	}
	return n, err
}

// SetReadDeadline ends a read that waits. As it also ends the watch that the
// server keeps for the end of the connection, and with it the context of every
// later request, the connection ends with its answer.
func (b *Body) SetReadDeadline(t time.Time) error {
	if w, ours := b.on.(*Writer); ours {
		w.last.Store(true)
	}
	return b.control.SetReadDeadline(t)
}
