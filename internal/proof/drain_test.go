package proof

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// drip is a body that takes its time: after the first bytes, a piece now and
// then.
type drip struct {
	*bytes.Reader
	at   int64 // bytes sent at once
	step int
	each time.Duration
	then <-chan struct{} // its last bytes are sent once this is closed; nil: when they are due
	sent atomic.Int64
}

func (d *drip) Read(p []byte) (int, error) {
	if d.sent.Load() >= d.at {
		time.Sleep(d.each)
		p = p[:min(len(p), d.step)]
	}
	if d.then != nil && d.Len() <= d.step {
		<-d.then
	}
	n, err := d.Reader.Read(p)
	d.sent.Add(int64(n))
	return n, err
}

func (d *drip) Close() error { return nil }

// slowly sends an upload by a drip; it returns the status, 0 when it was cut.
func slowly(ctx context.Context, by browser, c call, d *drip) <-chan int {
	out := make(chan int, 1)
	go func() {
		r, err := by.request(ctx, c)
		if err != nil {
			by.t.Error(err)
			out <- 0
			return
		}
		r.Body, r.ContentLength = d, int64(d.Len())
		back, err := wire().Do(r)
		if err != nil {
			out <- 0
			return
		}
		_ = back.Body.Close() // its status is all that is asked
		out <- back.StatusCode
	}()
	return out
}

// TestDrain has a process end by SIGTERM in the middle of its work: what was
// accepted is answered, nobody meets a 5xx, and an upload of 200 MB that is
// longer than the grace goes on at the next process where it was.
func TestDrain(t *testing.T) {
	t.Parallel()
	x := newCrash(t, temporary(t))
	x.environ = append(x.environ, "CENACLE_DRAIN_DELAY=2", "CENACLE_DRAIN_GRACE=2")
	x.start()
	const size = 200_000_000
	long := content("un long envoi", size)
	begun := x.client.want(http.StatusCreated, create(x.space+"/uploads", strconv.Itoa(size), "filename", "long", "tray", "client"))
	path := begun.header.Get("Location")
	most := &drip{Reader: bytes.NewReader(long), at: size * 6 / 10, step: 64 << 10, each: 20 * time.Millisecond}
	cut := slowly(t.Context(), x.client, patch(path, "0", nil), most)
	for limit := time.Now().Add(30 * time.Second); most.sent.Load() < most.at; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("%d bytes are sent", most.sent.Load())
		}
	}
	short := content("un envoi court", 2_000_000)
	second := x.lead.want(http.StatusCreated, create(x.space+"/uploads", strconv.Itoa(len(short)), "filename", "court", "tray", "firm")).header.Get("Location")
	ending := slowly(t.Context(), x.lead, patch(second, "0", nil), &drip{Reader: bytes.NewReader(short), step: 20_000, each: 30 * time.Millisecond}) // 3 s

	hammered := make(chan error, 1)
	var served atomic.Int64
	go func() { hammered <- hammer(x.lead, x.space, &served) }()
	time.Sleep(200 * time.Millisecond)
	if err := x.program.c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	signalled := time.Now()
	x.turns("draining\n")
	before := served.Load()
	time.Sleep(time.Second)
	if n := served.Load() - before; n < 5 {
		t.Errorf("%d pages are served in a second of the delay", n)
	}
	x.lead.want(http.StatusOK, get("/livez"))
	if err := <-hammered; err != nil {
		t.Errorf("somebody met %v", err)
	}
	if status := <-ending; status != http.StatusNoContent {
		t.Errorf("an upload that ended within the grace: %d", status)
	}
	if status := <-cut; status != 0 && status != http.StatusServiceUnavailable {
		t.Errorf("the long upload was answered %d", status)
	}
	select {
	case err := <-x.program.ended:
		if err != nil {
			t.Errorf("the process ended with %v\n%s", err, x.program.out.read())
		}
		x.program.ended <- err
	case <-time.After(15 * time.Second):
		t.Fatal("the process does not end")
	}
	t.Logf("it ended %v after the signal; %d pages were served", time.Since(signalled).Round(10*time.Millisecond), served.Load())

	x.start()
	a := x.client.want(http.StatusOK, call{method: http.MethodHead, path: path}.with("Tus-Resumable", tus))
	offset, err := strconv.Atoi(a.header.Get("Upload-Offset"))
	if sent := most.sent.Load(); err != nil || int64(offset) > sent || int64(offset) < sent-16<<20 {
		t.Fatalf("%d bytes were sent, %q are kept", sent, a.header.Get("Upload-Offset"))
	}
	x.client.want(http.StatusNoContent, patch(path, strconv.Itoa(offset), long[offset:]))
	x.files["long"], x.files["court"] = digest(long), digest(short)
	x.compare(false)
	x.verify()
}

// turns waits until /readyz says so.
func (x *crash) turns(word string) {
	x.t.Helper()
	for limit := time.Now().Add(time.Second); ; time.Sleep(5 * time.Millisecond) {
		a := x.lead.do(get("/readyz"))
		if a.status == http.StatusServiceUnavailable && string(a.body) == word {
			return
		}
		if time.Now().After(limit) {
			x.t.Fatalf("/readyz says %d %q, want %q", a.status, a.body, word)
		}
	}
}

// hammer asks for a page again and again, each time over a new connection, until
// none is accepted any more. A connection that was accepted must be answered,
// and not with a 5xx.
func hammer(by browser, path string, served *atomic.Int64) error {
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	for {
		r, err := by.request(by.t.Context(), get(path))
		if err != nil {
			return err
		}
		back, err := fresh.Do(r)
		if errors.Is(err, syscall.ECONNREFUSED) {
			return nil
		}
		if refused, ok := errors.AsType[*net.OpError](err); ok && refused.Op == "dial" {
			return nil
		}
		if err != nil && (errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF)) {
			return nil // it was in the queue of the listener, which nobody accepted from any more
		}
		if err != nil {
			return err
		}
		text, err := io.ReadAll(back.Body)
		_ = back.Body.Close() // read to its end
		if err != nil || back.StatusCode != http.StatusOK || !strings.Contains(string(text), "</html>") {
			return fmt.Errorf("%d, %d bytes: %w", back.StatusCode, len(text), err)
		}
		served.Add(1)
	}
}
