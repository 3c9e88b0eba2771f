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
	control *http.ResponseController
	until   func(time.Duration) time.Time
}

// NewBody reads from, a body or a part of one, over the connection of w.
func NewBody(w http.ResponseWriter, from io.Reader, until func(time.Duration) time.Time) *Body {
	return &Body{from, http.NewResponseController(w), until}
}

func (b *Body) Read(into []byte) (int, error) {
	if err := b.control.SetReadDeadline(b.until(bodyStall)); err != nil {
		return 0, err
	}
	return b.from.Read(into)
}

// SetReadDeadline ends a read that waits.
func (b *Body) SetReadDeadline(t time.Time) error { return b.control.SetReadDeadline(t) }
