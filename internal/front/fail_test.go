package front

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// mute can neither answer nor say why.
type mute struct{}

func (mute) Answer(*Writer) error      { return errors.New("no icon") }
func (mute) Fail(*Writer, error) error { return errors.New("no icon here, either") }

// TestFaultWithoutAPage: when the page of a fault cannot be made, the answer is no
// empty page that calls itself good.
func TestFaultWithoutAPage(t *testing.T) {
	c := &Config{Clock: time.Now, Until: func(d time.Duration) time.Time { return time.Now().Add(d) }, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	w := httptest.NewRecorder()
	c.Serve("GET /", false, func(*Request) Exchange { return mute{} }).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	if w.Code != http.StatusInternalServerError || w.Body.Len() == 0 {
		t.Errorf("%d, %q", w.Code, w.Body)
	}
}
