package proof

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// mostTurns bounds how often all keys are replaced: a command that ends before it is
// struck is no kill, and some do.
const mostTurns = 40

// stride is how long a rotation pauses between two steps, about which it works.
const stride = 7 * time.Second

// CRY-05: the keys of the installation, of a firm and of its spaces are replaced at
// once while people work, by commands that are killed again and again. Nobody is ever
// refused what she reads; on PostgreSQL, one in a hundred may be told to write again;
// and what was there is there.
func TestCRY05(t *testing.T) {
	t.Parallel()
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		t.Parallel()
		x := newTurning(t, c)
		x.start()
		end := x.busy()
		for turns := 0; turns < mostTurns && x.kills.Load() < span[int64](5, 100); turns++ {
			x.turn(span([]int{0, 1}, []int{0, 1, 2}))
		}
		end()
		x.begin()
		if x.kills.Load() < span[int64](5, 100) || x.read.Load() < 15 {
			t.Errorf("%d commands were killed, %d documents read: too little", x.kills.Load(), x.read.Load())
		}
		if most := x.told.Load() / 100; c.PostgresURL == "" && x.late.Load() > 0 || x.late.Load() > max(most, 2) {
			t.Errorf("%d of %d acts were told to come again", x.late.Load(), x.told.Load())
		}
		x.program.kill()
		x.newRoot()
		x.audit()
		t.Logf("%d commands killed, %d documents read meanwhile, %d of %d acts told to come again", x.kills.Load(), x.read.Load(), x.late.Load(), x.told.Load())
	})
}

// turning is a load on a program whose keys are being replaced.
type turning struct {
	*crash
	firm        string
	key         string // the new root key
	kills, read atomic.Int64
	told, late  atomic.Int64 // acts, and those that were told to come again
	dice        sync.Mutex
}

func newTurning(t testing.TB, c store.Config) *turning {
	x := &turning{crash: newCrash(t, c), key: filepath.Join(t.TempDir(), "new.key")}
	x.firm = strings.Split(strings.Trim(x.space, "/"), "/")[1]
	x.away = func(a answer, err error) bool {
		if err == nil && a.method != http.MethodGet && a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != "" {
			x.late.Add(1)
			return true
		}
		x.t.Errorf("%s %s: %d %s, %v", a.method, a.path, a.status, a.text(), err)
		return false
	}
	return x
}

// patient does something, and puts the upload of a tray aside where somebody was told
// to come again: how far it came is asked at the end.
func (x *turning) patient(load func() bool, tray string) bool {
	late := x.late.Load()
	ok := load()
	x.told.Add(1)
	if late != x.late.Load() {
		x.mu.Lock()
		defer x.mu.Unlock()
		if u := x.partial[tray]; u != nil {
			x.partial[u.name] = u
			delete(x.partial, tray)
		}
	}
	return ok
}

// busy has people work and read until it is told to end. What is refused is an error
// of the test, by [crash.alive].
func (x *turning) busy() (end func()) {
	stop := make(chan struct{})
	var work sync.WaitGroup
	for n, load := range append(x.loads(), x.look) {
		tray := map[int]string{0: "client", 1: "firm"}[n] // of the loads that upload
		work.Go(func() {
			for x.patient(load, tray) {
				select {
				case <-stop:
					return
				case <-time.After(200 * time.Millisecond): // there are seconds of it
				}
			}
			x.t.Error("a load ended by itself")
		})
	}
	return func() {
		close(stop)
		work.Wait()
	}
}

// begin leaves an upload on its way, which goes on under the new keys.
func (x *turning) begin() {
	for range 20 {
		if u := x.partial["client"]; u != nil && u.offset > 0 {
			return
		}
		x.upload("client", x.client)
	}
}

// look opens the documents that are listed first.
func (x *turning) look() bool {
	page, err := x.lead.try(get(x.space))
	if err != nil || page.status != http.StatusOK {
		return x.alive(page, err)
	}
	for n, d := range titled.FindAllStringSubmatch(string(page.body), -1) {
		if n == 4 {
			break
		}
		a, err := x.lead.try(get(d[1] + "/file"))
		if err != nil || a.status != http.StatusOK || digest(a.body) != a.header.Get("X-Content-Sha256") {
			return x.alive(a, err)
		}
		x.read.Add(1)
	}
	return true
}

// turn replaces all keys at once. The command for each is killed about the strides
// that are named, and then carries it through.
func (x *turning) turn(strides []int) {
	x.t.Helper()
	var turns sync.WaitGroup
	for _, what := range [][]string{
		{"--root", "--new-key", x.key}, {"--firm", x.firm}, {"--firm", x.firm, "--space", "all"},
	} {
		turns.Go(func() {
			args := append([]string{"keys", "rotate"}, what...)
			for _, n := range strides {
				x.struck(time.Duration(n)*stride+x.chance(900*time.Millisecond), args)
			}
			c, said := x.command(args)
			if err := c.Run(); err != nil {
				x.t.Errorf("%v: %v\n%s", what, err, said)
			}
		})
	}
	turns.Wait()
}

func (x *turning) chance(most time.Duration) time.Duration {
	x.dice.Lock()
	defer x.dice.Unlock()
	return time.Duration(rand.Int64N(int64(most)))
}

// command is the program at the command line, which takes its time.
func (x *turning) command(args []string) (c *exec.Cmd, said *bytes.Buffer) {
	path, err := built()
	if err != nil {
		x.t.Error(err)
	}
	c, said = exec.CommandContext(x.t.Context(), path, args...), new(bytes.Buffer)
	c.Stdout, c.Stderr = said, said
	c.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}, x.environ...)
	return c, said
}

// struck runs a command that is killed after a while.
func (x *turning) struck(after time.Duration, args []string) {
	c, said := x.command(args)
	if err := c.Start(); err != nil {
		x.t.Error(err)
		return
	}
	time.Sleep(after)
	_ = c.Process.Kill() // it may have ended
	err := c.Wait()
	if err == nil {
		return
	}
	if !strings.Contains(err.Error(), "killed") {
		x.t.Errorf("%v: %v\n%s", args, err, said)
	}
	x.kills.Add(1)
}

// newRoot puts the new root key in place of the old one, from which on nothing of the
// old one is needed, and ends the old one when nobody can run with it any more.
func (x *turning) newRoot() {
	x.t.Helper()
	place := filepath.Join(x.world.data, "root.key")
	old, err := os.ReadFile(place)
	x.world.must(err)
	fresh, err := os.ReadFile(x.key)
	x.world.must(err)
	x.world.must(os.WriteFile(place, fresh, 0o600))
	args := []string{"keys", "rotate", "--root", "--new-key", place}
	said, code := tell(x.t, x.environ, args...)
	if code == 0 || !strings.Contains(said, "old root key still runs") {
		x.t.Errorf("the old root key goes while a server may have it: %d %s", code, said)
	}
	if !long() {
		return
	}
	time.Sleep(2*time.Minute + time.Second)
	if said, code = tell(x.t, x.environ, args...); code != 0 || !strings.Contains(said, "opens nothing here any more") {
		x.t.Errorf("the old root key does not go: %d %s", code, said)
	}
	x.world.must(os.WriteFile(place, old, 0o600))
	if said, code = tell(x.t, x.environ, args...); code == 0 || !strings.Contains(said, "not the key of this installation") {
		x.t.Errorf("the old root key opens the installation: %d %s", code, said)
	}
	x.world.must(os.WriteFile(place, fresh, 0o600))
	if said, code = tell(x.t, x.environ, args...); code != 0 || !strings.Contains(said, "nothing to do") {
		x.t.Errorf("once more: %d %s", code, said)
	}
}
