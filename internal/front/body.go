package front

import (
	"io"
	"net/http"
	"time"
)

// bodyStall is how long a sender may send nothing before she is cut; what
// arrived stays.
const bodyStall = 60 * time.Second

// Body is what arrives in a long request: every read moves the deadline, and a
// later writer of the same upload can end it (document.Service.Append).
type Body struct {
	from    io.Reader
	on      http.ResponseWriter
	control *http.ResponseController
	until   func(time.Duration) time.Time
}

// NewBody reads from, a body or a part of one, over the connection of w.
func NewBody(w http.ResponseWriter, from io.Reader, until func(time.Duration) time.Time) *Body {
	return &Body{from, w, http.NewResponseController(w), until}
}

func (b *Body) Read(into []byte) (int, error) {
	if err := b.control.SetReadDeadline(b.until(bodyStall)); err != nil {
		return 0, err
	}
	n, err := b.from.Read(into)
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
