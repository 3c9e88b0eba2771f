package proof

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// DOS-01: sockets that send a letter now and then, bodies that come by drops and readers
// who read nothing are closed, and honest people notice nothing: neither those who ask
// for a page, nor one whose deposit comes at fifty kilobytes a second.
func TestDOS01(t *testing.T) {
	t.Parallel()
	s := stage(begin(t, temporary(t)))
	sockets := span(300, 2000)
	var shut atomic.Int64 // of those that send heads
	heads := 0
	for n := range sockets {
		slow := []func(net.Conn){dripHead, dripBody, readNothing}[n%3]
		if n%3 == 0 {
			heads++
		}
		c, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
		s.must(err)
		t.Cleanup(func() { _ = c.Close() }) // closed by the server before, most of them
		go func() {
			slow(c)
			if n%3 != 0 {
				return
			}
			// It was refused to write, so it is closed.
			shut.Add(1)
		}()
	}
	deposit := make(chan error, 1)
	lasts := span(12, 60)
	go func() { deposit <- s.slowDeposit(lasts) }()
	var took []time.Duration
	for until := time.Now().Add(time.Duration(lasts+2) * time.Second); time.Now().Before(until); {
		start := time.Now()
		s.lead.want(http.StatusOK, get(s.firm.path("spaces", string(s.room.id))))
		took = append(took, time.Since(start))
		time.Sleep(20 * time.Millisecond)
	}
	slices.Sort(took)
	if p99 := took[len(took)*99/100]; p99 > time.Second {
		t.Errorf("honest people wait %v (p99 of %d)", p99, len(took))
	}
	if err := <-deposit; err != nil {
		t.Errorf("an honest deposit: %v", err)
	}
	if n := int(shut.Load()); n < heads {
		t.Errorf("of %d sockets whose heads never end %d are closed", heads, n)
	}
	t.Logf("%d pages, p50 %v, p99 %v, worst %v", len(took), took[len(took)/2], took[len(took)*99/100], took[len(took)-1])
}

// dripHead sends a head by letters until it is closed.
func dripHead(c net.Conn) {
	for _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "); err == nil; _, err = io.WriteString(c, "a") {
		time.Sleep(500 * time.Millisecond)
	}
}

// dripBody sends a form by letters.
func dripBody(c net.Conn) {
	for _, err := io.WriteString(c, "POST /signin HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n\r\n"); err == nil; _, err = io.WriteString(c, "a") {
		time.Sleep(500 * time.Millisecond)
	}
}

// readNothing asks for many pages and takes none.
func readNothing(c net.Conn) {
	for range 50 {
		if _, err := io.WriteString(c, "GET /api HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			return
		}
	}
}

// slowDeposit sends a file at fifty kilobytes a second, as long as the others are
// there, and wants every byte of it to have come.
func (s *scene) slowDeposit(seconds int) error {
	const second = 50_000
	page := s.firm.path("spaces", string(s.room.id))
	begun := s.client.do(create(page+"/uploads", fmt.Sprint(second*seconds), "filename", "Lente.pdf", "tray", "client"))
	from, to := io.Pipe()
	go func() {
		for range 5 * seconds {
			if _, err := to.Write(make([]byte, second/5)); err != nil {
				return // the answer says why
			}
			time.Sleep(200 * time.Millisecond)
		}
		_ = to.Close() // of a pipe: nothing can be lost
	}()
	r, err := s.client.request(s.t.Context(), patch(begun.header.Get("Location"), "0", nil))
	if err != nil {
		return err
	}
	r.Body, r.ContentLength = from, -1
	patient := wire()
	patient.Timeout += time.Duration(seconds) * time.Second // which the deposit lasts by itself
	back, err := patient.Do(r)
	if err != nil {
		return err
	}
	defer back.Body.Close() // the head says it all
	if got := back.Header.Get("Upload-Offset"); back.StatusCode != http.StatusNoContent || got != fmt.Sprint(second*seconds) {
		return fmt.Errorf("%d, %s bytes came", back.StatusCode, got)
	}
	return nil
}
