package proof

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"cenacle/internal/seedtest"
	"cenacle/internal/store"
)

// CRA-03: of all calls by which a server changes its disk, from its start to the end of
// a few acts, one fails: for want of room, by a broken disk, by half a write, or
// interrupted. The server says so or ends; what it had acknowledged is there
// afterwards, and nothing is there by halves. In the long form each call fails once.
func TestCRA03(t *testing.T) {
	t.Parallel()
	base := newCrash(t, store.Config{})
	r := rand.New(rand.NewPCG(seedtest.Of(t), 3))
	all := base.again(r).harmed(nil)
	if len(all) < 60 {
		t.Fatalf("only %d calls", len(all))
	}
	which := r.Perm(len(all))
	if !long() {
		which = which[:3]
	}
	var ends, refusals int
	for _, n := range which {
		x := base.again(r)
		calls := x.harmed(func(i int, d diskCall) (syscall.Errno, bool) {
			if i != n {
				return 0, false
			}
			ill, half := ills(r, d)
			t.Logf("call %d of %d: %v fails with %v, half %v", n, len(all), d, ill, half)
			return ill, half
		})
		t.Logf("ended %v, refused %d, acked %d", x.ended, x.refused, len(x.acked))
		trusted(t, calls)
		if x.ended {
			ends++
		}
		refusals += x.refused
		x.sound()
	}
	t.Logf("%d of %d calls failed, one in each run: %d servers ended, %d acts were refused", len(which), len(all), ends, refusals)
}

// ills chooses how a call fails.
func ills(r *rand.Rand, d diskCall) (ill syscall.Errno, half bool) {
	switch d.name {
	case "sync":
		return syscall.EIO, false
	case "write":
		if n := r.IntN(4); n == 0 && len(d.bytes) > 1 {
			return 0, true
		} else if n == 1 {
			return syscall.EINTR, false
		}
		return []syscall.Errno{syscall.ENOSPC, syscall.EIO}[r.IntN(2)], false
	case "create", "folder", "link", "rename":
		return []syscall.Errno{syscall.ENOSPC, syscall.EIO}[r.IntN(2)], false
	}
	return syscall.EIO, false
}

// trusted demands that no file is made durable by a second try: after a sync that
// failed, what it was to make durable may be gone from memory, and a sync that
// succeeds says nothing of it. A folder is written by what comes, goes or is named
// in it: who finds its new entry durable has trusted nothing of the one before.
func trusted(t testing.TB, calls []diskCall) {
	t.Helper()
	failed := map[string]bool{}
	for _, d := range calls {
		switch {
		case d.name == "sync" && d.err:
			failed[d.path] = true
		case d.name == "sync" && failed[d.path]:
			t.Errorf("%s was made durable again after that had failed, and not written again", d.path)
		case d.name == "write" || d.name == "size":
			delete(failed, d.path)
		default:
			for _, one := range []string{d.path, filepath.Dir(d.path), filepath.Dir(d.to)} {
				delete(failed, one)
			}
		}
	}
}

// stint is a server of its own on a copy of what was prepared, under a tap.
type stint struct {
	*crash
	data    string
	ended   bool // the server ended by itself
	refused int  // acts
	acked   []acknowledged
	tap     *tap
}

// acknowledged is what was acknowledged when so many calls were done.
type acknowledged struct {
	calls    int
	files    map[string]string
	memos    []string
	receipts []string
}

// again copies the data that were prepared.
func (x *crash) again(r *rand.Rand) *stint {
	x.t.Helper()
	s := x.on(filepath.Join(x.t.TempDir(), "data"), r)
	if out, err := exec.Command("cp", "-a", x.world.data, s.data).CombinedOutput(); err != nil {
		x.t.Fatalf("%v: %s", err, out)
	}
	return s
}

// on is the same people at the server of another folder.
func (x *crash) on(data string, r *rand.Rand) *stint {
	x.t.Helper()
	y := &crash{
		t: x.t, world: x.world, listen: freePort(x.t), space: x.space, circle: x.circle, lead: x.lead, client: x.client, r: r,
		files: map[string]string{}, checked: map[string]bool{}, partial: map[string]*partial{}, receipts: slices.Clone(x.receipts),
	}
	y.environ = environ(store.Config{}, data, y.listen)
	y.lead.base, y.client.base = "http://"+y.listen, "http://"+y.listen
	s := &stint{crash: y, data: data}
	y.away = func(a answer, err error) bool {
		if err == nil && a.status < http.StatusInternalServerError && a.status != http.StatusTooManyRequests {
			x.t.Errorf("%s %s: %d %s", a.method, a.path, a.status, a.text())
		}
		s.refused++
		return false
	}
	return s
}

// harmed runs the server and the acts, with a call that fails, and returns the calls.
func (s *stint) harmed(harm func(int, diskCall) (syscall.Errno, bool)) []diskCall {
	s.t.Helper()
	s.tap = tapped(s.t, s.listen, s.environ, s.data, harm)
	if s.up() {
		s.acts()
	}
	select {
	case <-s.tap.done:
		s.ended = true
	default:
	}
	s.tap.kill()
	return s.tap.so()
}

// up waits until the server answers; it may end instead, or not become ready.
func (s *stint) up() bool {
	for limit := time.Now().Add(20 * time.Second); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		select {
		case <-s.tap.done:
			return false
		default:
		}
		if a, err := s.lead.try(get("/healthz")); err == nil && a.status == http.StatusOK {
			return true
		}
	}
	return false
}

// acts are done one after the other, each when the one before it was answered.
func (s *stint) acts() {
	s.note()
	for _, do := range []func() bool{
		func() bool { return s.form(s.lead, "firm") },
		func() bool { return s.write(s.lead, "circle", s.crash.circle) },
		func() bool { return s.form(s.client, "client") },
		s.send,
		s.finish,
		func() bool { return s.write(s.client) },
	} {
		do()
		s.note()
	}
}

// send uploads a file in pieces, until one is refused.
func (s *stint) send() bool {
	for range 40 {
		if !s.upload("client", s.client) || s.partial["client"] == nil {
			break
		}
	}
	return true
}

func (s *stint) note() {
	s.acked = append(s.acked, acknowledged{len(s.tap.so()), maps.Clone(s.files), slices.Clone(s.memos), slices.Clone(s.receipts)})
}

// sound starts the server as ever and looks at everything.
func (s *stint) sound() {
	s.t.Helper()
	s.away = nil
	s.start()
	s.resume(s.compare(true))
	s.program.kill()
	said, code := tell(s.t, s.environ, "journal", "verify")
	if code != 0 || !strings.Contains(said, "holds") {
		s.t.Errorf("BROKEN: journal verify ended with %d: %s", code, said)
	}
	if s.t.Failed() {
		s.t.FailNow() // one is enough to look at
	}
	if err := os.RemoveAll(s.data); err != nil {
		s.t.Error(err)
	}
}
