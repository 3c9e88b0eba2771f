package proof

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"cenacle/internal/store"
)

const (
	breaks = 20 // times that the deposit is cut, every fourth by a power cut of the program
	modest = 64 << 20
)

// UPL-04: a deposit that is cut twenty times, five of them because the program
// is killed, arrives to the byte, in little memory, and leaves nothing behind.
func TestUPL04(t *testing.T) {
	t.Parallel()
	x := newCrash(t, store.Config{})
	x.start()
	d := &torn{crash: x, size: span[int64](200<<20+7, 10<<30+7), blobs: kept(t, x.world.data)}
	d.announce()
	rest := d.resident("VmRSS")
	d.lower()
	cuts := make([]int64, breaks)
	for i := range cuts {
		cuts[i] = 1 + x.r.Int64N(d.size-1)
	}
	slices.Sort(cuts)
	for n, cut := range cuts {
		d.cutAt(max(cut, d.offset+1), n%4 == 3)
		if n%4 == 3 {
			x.start()
			rest = d.resident("VmRSS")
			d.lower()
		}
		d.resume()
	}
	d.finish()
	if most := d.highest - rest; most > modest {
		t.Errorf("it took %d MiB above rest", most>>20)
	}
	d.tidy()
	t.Logf("%d bytes in %d requests, %d sent twice, %d MiB above rest", d.size, breaks+1, d.sent-d.size, (d.highest-rest)>>20)
}

// torn is one large deposit and how far it is.
type torn struct {
	*crash
	size    int64
	path    string
	offset  int64 // durable, as the server said
	sent    int64
	highest int64 // bytes of memory that a life of the program took
	blobs   map[string]int64
}

func (d *torn) announce() {
	a := d.client.want(http.StatusCreated, create(d.space+"/uploads", strconv.FormatInt(d.size, 10), "filename", "Archives.zip", "tray", "client"))
	d.path = a.header.Get("Location")
}

// errCut is how the sender's connection ends.
var errCut = errors.New("cut")

// cutAt sends from the offset to where the line breaks or the program is killed,
// in the middle of it. What an earlier line still held may come in between, and
// then this one is told so: 409, or 503 when it was stopped on its way.
func (d *torn) cutAt(at int64, kill bool) {
	d.t.Helper()
	reached, gone := make(chan struct{}), make(chan struct{})
	type outcome struct {
		answer
		err error
	}
	sent := make(chan outcome, 1)
	go func() {
		a, err := d.send(io.MultiReader(noise(d.offset, at-d.offset), breaking(sync.OnceValue(func() error {
			close(reached)
			<-gone
			return errCut
		}))))
		sent <- outcome{a, err}
	}()
	var is outcome
	select {
	case <-reached:
	case is = <-sent:
	}
	d.highest = max(d.highest, d.resident("VmHWM"))
	if kill {
		d.program.kill()
	}
	close(gone)
	if is.err == nil && is.status == 0 {
		is = <-sent
	}
	d.sent += at - d.offset
	if is.err == nil && is.status != http.StatusConflict && is.status != http.StatusServiceUnavailable {
		d.t.Errorf("from %d, cut at %d: answered %d %s", d.offset, at, is.status, is.text())
	}
}

type breaking func() error

func (b breaking) Read([]byte) (int, error) { return 0, b() }

// send offers the rest of the file, of which r may give less.
func (d *torn) send(r io.Reader) (answer, error) {
	c := patch(d.path, strconv.FormatInt(d.offset, 10), nil)
	request, err := d.client.request(d.t.Context(), c)
	if err != nil {
		return answer{}, err
	}
	request.Body, request.ContentLength = io.NopCloser(r), d.size-d.offset
	back, err := (&http.Client{Transport: client().Transport}).Do(request) // it takes as long as it takes
	if err != nil {
		return answer{}, err
	}
	defer back.Body.Close() // read to its end or broken
	body, err := io.ReadAll(back.Body)
	return answer{c, back.StatusCode, back.Header, body}, err
}

// resume asks where to go on: never behind what was once said to be durable.
func (d *torn) resume() {
	d.t.Helper()
	a := d.client.want(http.StatusOK, call{method: http.MethodHead, path: d.path}.with("Tus-Resumable", tus))
	offset, err := strconv.ParseInt(a.header.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < d.offset || offset >= d.size {
		d.t.Fatalf("it goes on at %q of %d, after %d", a.header.Get("Upload-Offset"), d.size, d.offset)
	}
	d.offset = offset
}

// finish sends the rest and reads everything back.
func (d *torn) finish() {
	d.t.Helper()
	a, err := d.send(noise(d.offset, d.size-d.offset))
	for tries := 0; err == nil && tries < 5 && (a.status == http.StatusConflict || a.status == http.StatusServiceUnavailable); tries++ {
		d.resume() // an earlier line still held something
		a, err = d.send(noise(d.offset, d.size-d.offset))
	}
	d.sent += d.size - d.offset
	if err != nil || a.status != http.StatusNoContent {
		d.t.Fatalf("the rest: %d %v %s", a.status, err, a.text())
	}
	d.highest = max(d.highest, d.resident("VmHWM"))
	sent, came := sha256.New(), sha256.New()
	_, err = io.Copy(sent, noise(0, d.size))
	d.world.must(err)
	documents, _ := d.listed()
	request, err := d.lead.request(d.t.Context(), get(documents["Archives.zip"]+"/file"))
	d.world.must(err)
	back, err := (&http.Client{Transport: client().Transport}).Do(request)
	d.world.must(err)
	defer back.Body.Close() // read to its end
	n, err := io.Copy(came, back.Body)
	d.world.must(err)
	if sum(sent) != sum(came) || sum(sent) != a.header.Get("X-Content-Sha256") || n != d.size {
		d.t.Errorf("%d bytes were sent with SHA-256 %s, said %s; %d come back with %s", d.size, sum(sent), a.header.Get("X-Content-Sha256"), n, sum(came))
	}
}

func sum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// tidy looks at what is on the disk once the program has looked through it: one
// more file, which is the deposit, sealed.
func (d *torn) tidy() {
	d.t.Helper()
	d.program.end()
	after := kept(d.t, d.world.data)
	for path, size := range after {
		if _, before := d.blobs[path]; !before && (strings.Contains(path, "incoming") || size < d.size || size > d.size+d.size/100) {
			d.t.Errorf("%s of %d bytes is left", path, size)
		}
	}
	if len(after) != len(d.blobs)+1 {
		d.t.Errorf("%d files of bytes became %d", len(d.blobs), len(after))
	}
	d.verify()
}

// kept are the files that hold bytes of documents, and their sizes.
func kept(t testing.TB, data string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	err := filepath.WalkDir(data, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.Contains(path, "/blobs/") {
			return err
		}
		is, err := e.Info()
		out[path] = is.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// lower forgets the highest memory that the program has had so far.
func (d *torn) lower() {
	d.world.must(os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", d.program.c.Process.Pid), []byte("5"), 0))
}

// resident is a line of what the kernel says of the program's memory, in bytes.
func (d *torn) resident(line string) int64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.program.c.Process.Pid))
	d.world.must(err)
	_, rest, _ := strings.Cut(string(raw), line+":")
	n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	d.world.must(err)
	return n << 10
}

// noise is a part of one stream that no compression shortens: whoever sends again
// sends the same bytes, and holds none.
func noise(from, size int64) io.Reader {
	block, err := aes.NewCipher(make([]byte, 16))
	if err != nil {
		panic(err) // of 16 bytes there is one
	}
	counter := make([]byte, aes.BlockSize)
	binary.BigEndian.PutUint64(counter[8:], uint64(from/aes.BlockSize))
	keys := cipher.NewCTR(block, counter)
	skipped := make([]byte, from%aes.BlockSize)
	keys.XORKeyStream(skipped, skipped)
	return io.LimitReader(cipher.StreamReader{S: keys, R: zeroes{}}, size)
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
