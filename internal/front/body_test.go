package front

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cenacle/internal/fault"
)

// taking is an exchange that reads its body and then does something.
type taking struct {
	r    *Request
	then func(*Body) error
}

func (e taking) Answer(w *Writer) error {
	b := NewBody(w, e.r.Body, func(d time.Duration) time.Time { return time.Now().Add(d) })
	if _, err := io.Copy(io.Discard, b); err != nil {
		return err
	}
	if err := e.then(b); err != nil {
		return err
	}
	if err := e.r.Context().Err(); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (e taking) Fail(w *Writer, err error) error {
	w.WriteHeader(Status(fault.KindOf(err)))
	return nil
}

// TestEndedBodyEndsItsConnection: who ends the reading of a body that was read
// already must not spoil the requests that follow on the connection.
func TestEndedBodyEndsItsConnection(t *testing.T) {
	ended := make(chan struct{}, 1)
	c := &Config{Clock: time.Now, Until: func(d time.Duration) time.Time { return time.Now().Add(d) }, Log: slog.New(slog.DiscardHandler)}
	s := httptest.NewServer(c.Serve("PATCH /x", true, func(r *Request) Exchange {
		return taking{r, func(b *Body) error {
			if r.Header.Get("End") == "" {
				return nil
			}
			ended <- struct{}{}
			return endOf(r.Context(), b)
		}}
	}))
	defer s.Close()
	ask := func(header string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, s.URL, strings.NewReader("bytes"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("End", header)
		answer, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := answer.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode
	}
	for range 3 {
		if status := ask("now"); status != http.StatusServiceUnavailable {
			t.Fatalf("a body that was ended answers %d", status)
		}
		<-ended
		if status := ask(""); status != http.StatusNoContent {
			t.Fatalf("the request after it answers %d", status)
		}
	}
}

// endOf ends a body from elsewhere, and waits until the request has noticed.
func endOf(ctx context.Context, b *Body) error {
	if err := b.SetReadDeadline(time.Unix(1, 0)); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(5 * time.Second):
		return nil
	}
}
