package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"time"
)

// flow is a large file of random bytes, which is never held as a whole: the
// same noise again and again, each time from another place.
type flow struct {
	noise []byte
	at    int64
	left  int64
}

func (f *flow) Read(p []byte) (int, error) {
	if f.left == 0 {
		return 0, io.EOF
	}
	from := f.at % int64(len(f.noise))
	n := copy(p[:min(int64(len(p)), f.left)], f.noise[from:])
	f.at += int64(n)
	f.left -= int64(n)
	return n, nil
}

func (b *bench) flow(from, size int64) *flow { return &flow{b.noise, from, size} }

const piece = 32 << 20 // what the page's script sends in one request

// transfers moves one large file up and down, with the product and with the
// bare server in turn.
func (b *bench) transfers(ctx context.Context) error {
	if err := b.again(ctx); err != nil {
		return err
	}
	if err := b.quiet(ctx); err != nil {
		return err
	}
	t := transfer{bench: b, size: b.size << 20, rates: map[string][]float64{}}
	var err error
	if t.bare, err = b.bareClient(ctx); err != nil {
		return err
	}
	if err := b.lawyer.get(ctx, "/account"); err != nil {
		return err
	}
	if t.idle, _, err = b.served.memory(); err != nil {
		return err
	}
	for i := range b.rounds {
		if err := t.round(ctx, i); err != nil {
			return err
		}
	}
	t.report()
	return nil
}

// transfer is the state of the chapter: rates in MB/s, memory in MiB,
// processor in seconds for one GiB, by what was done.
type transfer struct {
	*bench
	bare  *browser
	size  int64
	idle  float64
	last  string // the document uploaded last
	rates map[string][]float64
}

func (t *transfer) note(what string, v float64) { t.rates[what] = append(t.rates[what], v) }

func (t *transfer) round(ctx context.Context, i int) error {
	name := fmt.Sprintf("/sealed/large/%d", i)
	steps := []struct {
		what  string
		ours  bool
		bytes int64
		do    func() error
	}{
		{"copy up", false, t.size, func() error { return t.bare.put(ctx, "/copy", t.flow(0, t.size), t.size) }},
		{"bare up", false, t.size, func() error { return t.bare.put(ctx, name, t.flow(0, t.size), t.size) }},
		{"up in pieces", true, t.size, func() error { return t.upload(ctx, piece) }},
		{"up at once", true, t.size, func() error { return t.upload(ctx, t.size) }},
		{"copy down", false, t.size, func() error { return t.bare.get(ctx, fmt.Sprintf("/copy/%d", t.size)) }},
		{"bare down", false, t.size, func() error { return t.bare.get(ctx, name) }},
		{"down", true, t.size, func() error { return t.lawyer.get(ctx, t.last) }},
	}
	for _, s := range steps {
		m := meter{t.limit.command.Process.Pid}
		if s.ours {
			m = t.served.meter
		}
		if err := t.measured(s.what, m, s.bytes, s.do); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
	}
	return t.ranges(ctx, name)
}

// measured notes the rate of one step, its processor time and its memory.
func (t *transfer) measured(what string, m meter, bytes int64, do func() error) error {
	if err := errors.Join(m.calm(), warm(int(4*bytes))); err != nil {
		return err
	}
	before, err := m.processor()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := do(); err != nil {
		return err
	}
	t.note(what, float64(bytes)/1e6/time.Since(began).Seconds())
	after, err := m.processor()
	if err != nil {
		return err
	}
	_, peak, err := m.memory()
	t.note(what+", processor", (after-before).Seconds()*float64(1<<30)/float64(bytes))
	t.note(what+", memory", peak)
	return err
}

// upload sends the file by tus in requests of so many bytes.
func (t *transfer) upload(ctx context.Context, step int64) error {
	small := t.world.Small
	r := small.Rooms["ten"]
	at, err := t.lawyer.announce(ctx, small.path(r), t.size, map[string]string{
		"filename": "Archive.zip", "tray": "firm", "circle": string(r.House.Firm),
	})
	if err != nil {
		return err
	}
	for offset := int64(0); offset < t.size; {
		n := min(step, t.size-offset)
		if offset, err = t.lawyer.patch(ctx, at, offset, t.flow(offset, n), n); err != nil {
			return err
		}
	}
	if t.last == "" {
		t.last, err = t.find(ctx, small.path(r))
	}
	return err
}

// ranges reads one MiB in the middle of the file.
func (t *transfer) ranges(ctx context.Context, bareName string) error {
	for _, one := range []struct {
		what string
		who  *browser
		path string
	}{{"range", t.lawyer, t.last}, {"bare range", t.bare, bareName}} {
		took, err := times(50, func(i int) error {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, one.who.base+one.path, nil)
			if err != nil {
				return err
			}
			from := t.size/2 - 12_345 + int64(i)*77_777
			r.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, from+1<<20-1))
			_, err = one.who.do(r, http.StatusPartialContent)
			return err
		})
		if err != nil {
			return err
		}
		t.note(one.what, ms(middle(took)))
	}
	return nil
}

func (t *transfer) report() {
	got := func(what string) float64 { return middle(t.rates[what]) }
	add := func(what, unit string, ours, limit string, aims ...aim) {
		aims = append(aims, aim{}, aim{})
		t.sheet.add(figure{what: what, unit: unit, got: got(ours), limit: got(limit), aim: aims[0], next: aims[1]})
	}
	add("up, requests of 32 MiB (limit: bare server)", "MB/s", "up in pieces", "bare up", atLeast(0.9), atLeast(1.1))
	add("up, one request", "MB/s", "up at once", "bare up", atLeast(0.9), atLeast(1.1))
	add("up, against a copy over the loopback", "MB/s", "up at once", "copy up")
	add("up, processor for one GiB", "s", "up at once, processor", "bare up, processor", atMost(1.2), atMost(1))
	add("up in pieces, processor for one GiB", "s", "up in pieces, processor", "bare up, processor", atMost(1.2), atMost(1))
	add("down (limit: bare server)", "MB/s", "down", "bare down", atLeast(0.9), atLeast(0.95))
	add("down, against a copy over the loopback", "MB/s", "down", "copy down")
	add("down, processor for one GiB", "s", "down, processor", "bare down, processor", atMost(1.2), atMost(1))
	add("1 MiB in the middle, p50", "ms", "range", "bare range", atMost(1.5), atMost(1))
	for _, what := range []string{"up in pieces", "up at once", "down"} {
		t.sheet.add(figure{what: what + ", memory above rest", unit: "MiB", got: quantile(t.rates[what+", memory"], 1) - t.idle, aim: most(64, "MiB"), next: most(32, "MiB")})
	}
}

// ofFile is the address of a document's bytes on a page.
var ofFile = regexp.MustCompile(`/f/[^"]+/documents/[^"/]+/file`)

// find takes the first document of a page: the newest of the first tray.
func (t *transfer) find(ctx context.Context, page string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, t.lawyer.base+page, nil)
	if err != nil {
		return "", err
	}
	answer, err := t.lawyer.http.Do(r)
	if err != nil {
		return "", err
	}
	raw, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return "", err
	}
	found := ofFile.Find(raw)
	if found == nil {
		return "", errors.New("no document on the page")
	}
	return string(found), nil
}
