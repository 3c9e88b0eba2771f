package proof

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// reader is the client of a town: she downloads what is there, again and again,
// and leaves a page open, while nodes come and go.
type reader struct {
	town *town
	long string // a document of some megabytes

	whole, cut      atomic.Int64 // downloads
	heard, restarts atomic.Int64 // signals, and streams that had to begin again
}

const volume = 6 << 20

// reads brings a reader into a town whose nodes answer.
func (w *town) reads() *reader {
	w.t.Helper()
	r := &reader{town: w}
	name, raw := "volume", content("un long document", volume)
	w.lead.want(http.StatusSeeOther, file(w.space+"/files", name, raw, "tray", "firm", "circle", w.circle))
	w.files[name] = digest(raw)
	documents, _ := w.listed()
	r.long = documents[name]
	return r
}

// goes on until ctx ends.
func (r *reader) goes(ctx context.Context) {
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		r.listens(ctx)
	}()
	for ctx.Err() == nil {
		r.download(ctx)
		time.Sleep(100 * time.Millisecond)
	}
	<-listening
}

// download takes the document, the rest again after each cut: whatever comes is
// of the one version that there is.
func (r *reader) download(ctx context.Context) {
	sum, come, tag := sha256.New(), 0, ""
	for begun := time.Now(); come < volume && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		ask := get(r.long + "/file")
		if come > 0 {
			ask = ask.with("Range", "bytes="+strconv.Itoa(come)+"-", "If-Range", tag)
		}
		n, status, etag := r.takes(ctx, ask, sum)
		if status == http.StatusOK && come > 0 {
			r.town.t.Errorf("the rest of a download is answered with all of it")
			return
		}
		if come += n; etag != "" {
			tag = etag
		}
		if come < volume {
			r.cut.Add(1)
		}
		if time.Since(begun) > 90*time.Second {
			r.town.t.Errorf("a download has %d bytes after %v", come, time.Since(begun))
			return
		}
	}
	if come < volume {
		return
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != r.town.files["volume"] {
		r.town.t.Errorf("BROKEN: a download that was put together has the hash %s", got)
	}
	r.whole.Add(1)
}

// takes reads what one answer gives.
func (r *reader) takes(ctx context.Context, c call, into io.Writer) (n, status int, etag string) {
	ask, err := r.town.client.request(ctx, c)
	if err != nil {
		r.town.t.Error(err)
		return 0, 0, ""
	}
	back, err := client().Do(ask)
	if err != nil {
		return 0, 0, ""
	}
	defer back.Body.Close() // read to its end or broken
	switch back.StatusCode {
	case http.StatusOK, http.StatusPartialContent:
		some, _ := io.Copy(into, back.Body) // what broke is asked for again
		return int(some), back.StatusCode, back.Header.Get("ETag")
	case http.StatusServiceUnavailable:
		return 0, back.StatusCode, ""
	}
	r.town.t.Errorf("a download is answered %d", back.StatusCode)
	return 0, back.StatusCode, ""
}

// listens keeps the stream of a page open, as a browser does.
func (r *reader) listens(ctx context.Context) {
	for ; ctx.Err() == nil; time.Sleep(time.Duration(100+rand.IntN(100)) * time.Millisecond) {
		ask, err := r.town.client.request(ctx, get(r.town.space+"/live"))
		if err != nil {
			r.town.t.Error(err)
			return
		}
		back, err := wire().Do(ask)
		if err != nil {
			continue
		}
		r.restarts.Add(1)
		if back.StatusCode == http.StatusOK {
			for lines := bufio.NewScanner(back.Body); lines.Scan(); {
				if strings.HasPrefix(lines.Text(), "data") {
					r.heard.Add(1)
				}
			}
		} else if back.StatusCode != http.StatusServiceUnavailable {
			r.town.t.Errorf("a stream is answered %d", back.StatusCode)
		}
		_ = back.Body.Close() // it has ended
	}
}

// tells whether she had what she came for.
func (r *reader) tells() {
	r.town.t.Helper()
	if r.whole.Load() == 0 || r.heard.Load() == 0 {
		r.town.t.Errorf("%d downloads came whole, %d signals were heard: too little to prove anything", r.whole.Load(), r.heard.Load())
	}
	r.town.t.Logf("%d downloads came whole, of pieces that were cut %d times; %d signals were heard on %d streams",
		r.whole.Load(), r.cut.Load(), r.heard.Load(), r.restarts.Load())
}
