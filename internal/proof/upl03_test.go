package proof

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/document"
	"cenacle/internal/space"
	"cenacle/internal/worker"
)

// UPL-03: sixty files made to exhaust are taken, looked at in every way, read for
// the search and made into pages. Whoever reads them has ten seconds of a
// processor and 256 MiB; the page stays calm; the bytes come back as they came;
// and who works beside waits no longer than before, in the same minutes. Three
// of them every day, besides those of package preview.
func TestUPL03(t *testing.T) {
	t.Parallel()
	s := stage(begin(t, temporary(t), withReaders))
	work := &labour{scene: s, watch: observe(t), beside: s.bystander()}
	files, step := bombs(t), 20
	if long() {
		step = 1
	}
	for i := 0; i < len(files); i += step {
		work.quiet()
		work.suffer(files[i])
	}
	work.quiet()
	work.judge((len(files) + step - 1) / step)
}

// labour is a server that hostile files are given to.
type labour struct {
	*scene
	watch  *watch
	beside *bystander
}

// quiet lets who works beside work undisturbed.
func (l *labour) quiet() {
	l.beside.in(calm)
	time.Sleep(400 * time.Millisecond)
}

// suffer has one file deposited and everything done to it that is done to files.
func (l *labour) suffer(h bomb) {
	l.t.Helper()
	raw := h.make()
	doc, err := l.firm.file(l.lead, document.BeginUpload{Space: l.room.id, Tray: space.FirmTray, Name: h.name, Again: true}, raw)
	l.must(err)
	page := l.firm.path("spaces", string(l.room.id), "documents", string(doc))
	l.watch.now(h.name)
	l.beside.in(hostility)
	for _, way := range []string{"", "/view?page=1", "/view?text=1", "/view"} {
		began := time.Now()
		a := l.lead.do(get(page + way))
		if a.status >= 500 || a.status != http.StatusOK && way == "" {
			l.t.Errorf("%s%s: %d %s", h.name, way, a.status, a.text())
		}
		if took := time.Since(began); took > 3*worker.Wall {
			l.t.Errorf("%s%s: she waits %v", h.name, way, took)
		}
	}
	ctx, cancel := context.WithTimeout(l.t.Context(), 2*time.Minute)
	defer cancel()
	l.must(l.server.Outbox.Idle(ctx)) // its words are read, its pages are made
	if a := l.lead.do(get(page)); a.status != http.StatusOK {
		l.t.Errorf("%s: its page says %d afterwards", h.name, a.status)
	}
	l.beside.in(between)
	if a := l.lead.want(http.StatusOK, get(page+"/file")); sha256.Sum256(a.body) != sha256.Sum256(raw) {
		l.t.Errorf("%s: %d bytes come back as %d others", h.name, len(raw), len(a.body))
	}
}

func (l *labour) judge(files int) {
	l.t.Helper()
	quiet, disturbed := l.beside.close()
	children := l.watch.close()
	ratio := float64(disturbed.p99) / float64(quiet.p99)
	l.t.Logf("%d files; %d children, the longest %v (%s), the dearest %v of a processor (%s), the largest %d MiB (%s)",
		files, children.seen, children.longest, children.longestOf, children.spent, children.spentOf, children.largest>>20, children.largestOf)
	l.t.Logf("beside: p99 %v of %d when it is quiet, %v of %d meanwhile: %.2f; median %v and %v", quiet.p99, quiet.n, disturbed.p99, disturbed.n, ratio, quiet.p50, disturbed.p50)
	if children.seen < files || quiet.n < 30 || disturbed.n < 30 {
		l.t.Errorf("%d children for %d files, %d and %d requests beside them: nothing is shown", children.seen, files, quiet.n, disturbed.n)
	}
	if children.largest > worker.Memory {
		l.t.Errorf("a child takes %d MiB for %s", children.largest>>20, children.largestOf)
	}
	if children.spent > worker.Processor+2*time.Second { // the kernel counts in seconds
		l.t.Errorf("a child spends %v of a processor on %s", children.spent, children.spentOf)
	}
	if usual := float64(disturbed.p50) / float64(quiet.p50); usual > 3 {
		l.t.Errorf("who works beside waits %.2f times as long as usual", usual)
	}
	if long() && ratio > 1.2 { // every day, others test beside this one
		l.t.Errorf("one in a hundred who work beside wait %.2f times as long", ratio)
	}
}

// What a bystander's requests are counted for.
const (
	calm = iota
	hostility
	between
)

// bystander is somebody who works in another space all the while.
type bystander struct {
	mu    sync.Mutex
	phase int
	took  [between + 1][]time.Duration
	end   context.CancelFunc
	done  chan struct{}
}

func (s *scene) bystander() *bystander {
	ctx, cancel := context.WithCancel(s.t.Context())
	b := &bystander{phase: between, end: cancel, done: make(chan struct{})}
	path := s.firm.path("spaces", string(s.beside.id))
	go func() {
		defer close(b.done)
		for ctx.Err() == nil {
			phase := b.at()
			began := time.Now()
			a := s.neighbour.do(get(path))
			took := time.Since(began)
			if a.status != http.StatusOK {
				s.t.Errorf("beside: %d", a.status)
			}
			if b.at() == phase {
				b.took[phase] = append(b.took[phase], took)
			}
			time.Sleep(2 * time.Millisecond)
		}
	}()
	return b
}

func (b *bystander) at() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.phase
}

func (b *bystander) in(phase int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.phase = phase
}

// waits is how long requests took.
type waits struct {
	n        int
	p50, p99 time.Duration
}

func (b *bystander) close() (quiet, disturbed waits) {
	b.end()
	<-b.done
	of := func(all []time.Duration) waits {
		slices.Sort(all)
		if len(all) == 0 {
			return waits{p99: 1}
		}
		return waits{len(all), all[len(all)/2], all[len(all)*99/100]}
	}
	return of(b.took[calm]), of(b.took[hostility])
}

// watch looks at the children of this process while a file is dealt with.
type watch struct {
	mu   sync.Mutex
	file string
	sum  children
	born map[int]time.Time
	end  context.CancelFunc
	done chan struct{}
}

// children are what was seen of them: the most that one with all it started took.
type children struct {
	seen                          int
	longest, spent                time.Duration
	largest                       int64
	longestOf, spentOf, largestOf string
}

func observe(t testing.TB) *watch {
	ctx, cancel := context.WithCancel(t.Context())
	w := &watch{born: map[int]time.Time{}, end: cancel, done: make(chan struct{})}
	before := map[int]bool{}
	for _, p := range processes() {
		before[p.group] = true
	}
	go func() {
		defer close(w.done)
		for ctx.Err() == nil {
			groups := map[int]process{}
			for _, p := range processes() {
				if g := groups[p.group]; !before[p.group] && p.group != os.Getpid() {
					groups[p.group] = process{p.group, g.spent + p.spent, g.memory + p.memory}
				}
			}
			for group, p := range groups {
				w.count(group, p)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	return w
}

func (w *watch) now(file string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.file = file
}

func (w *watch) count(group int, p process) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.born[group].IsZero() {
		w.born[group] = time.Now()
		w.sum.seen++
	}
	if lives := time.Since(w.born[group]); lives > w.sum.longest {
		w.sum.longest, w.sum.longestOf = lives.Round(time.Millisecond), w.file
	}
	if p.spent > w.sum.spent {
		w.sum.spent, w.sum.spentOf = p.spent, w.file
	}
	if p.memory > w.sum.largest {
		w.sum.largest, w.sum.largestOf = p.memory, w.file
	}
}

func (w *watch) close() children {
	w.end()
	<-w.done
	return w.sum
}

// process is one that runs under this program's worker word, or that such a one
// has become or started.
type process struct {
	group  int
	spent  time.Duration
	memory int64 // bytes that it has written to
}

// processes are those that belong to a group whose leader this process started.
func processes() (out []process) {
	all, _ := filepath.Glob("/proc/[0-9]*/stat") // a pattern of ours is well formed
	self, _ := os.ReadFile("/proc/self/cmdline") // without it, we count too much
	for _, path := range all {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		_, rest, found := bytes.Cut(raw, []byte(") "))
		fields := strings.Fields(string(rest))
		if !found || len(fields) < 15 {
			continue
		}
		group := decimal(fields[2])
		if !ours(group) {
			continue
		}
		said, err := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		if err != nil || bytes.Equal(said, self) {
			continue // it has our memory until it is another program
		}
		p := process{group: group, spent: time.Duration(decimal(fields[11])+decimal(fields[12])) * 10 * time.Millisecond}
		status, err := os.ReadFile(filepath.Join(filepath.Dir(path), "status"))
		if err != nil {
			continue
		}
		if _, after, found := bytes.Cut(status, []byte("RssAnon:")); found {
			p.memory = int64(decimal(strings.Fields(string(after))[0])) << 10
		}
		out = append(out, p)
	}
	return out
}

// ours reports whether the leader of a group is a child of this process.
func ours(group int) bool {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", group))
	if err != nil {
		return false
	}
	_, rest, found := bytes.Cut(raw, []byte(") "))
	fields := strings.Fields(string(rest))
	return found && len(fields) > 1 && decimal(fields[1]) == os.Getpid()
}

func decimal(s string) int {
	n, _ := strconv.Atoi(s) // 0 is the number of nothing
	return n
}
