package front

import (
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cenacle/internal/fault"
)

// refusal answers without a look at what comes.
type refusal struct{ talk }

func (refusal) Answer(*Writer) error { return fault.New(fault.Unauthenticated, "fault.sign_in") }

// TestUPL07_RefusedBeforeTheBody: who asks before she sends (RFC 9110, 10.1.1)
// is refused at once, and not after a body that will never come.
func TestUPL07_RefusedBeforeTheBody(t *testing.T) {
	c := &Config{Log: slog.New(slog.DiscardHandler), Clock: time.Now, Until: func(d time.Duration) time.Time { return time.Now().Add(d) }}
	s := httptest.NewServer(c.Serve("PUT /", true, func(*Request) Exchange { return refusal{} }))
	defer s.Close()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // the server has closed it already
	if _, err := fmt.Fprint(conn, "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 12)
	if n, err := conn.Read(answer); err != nil || string(answer) != "HTTP/1.1 401" {
		t.Errorf("the answer begins %q, %v", answer[:n], err)
	}
}
