package proof

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/store"
)

// plenty is the memory that a process may take, in bytes.
const plenty = 512 << 20

// CRA-05: a process that may take half a gibibyte and no more bears uploads, memos and
// passwords at once, and is then ended without a word, as the kernel ends who took the
// memory of others. What was acknowledged is there.
func TestCRA05(t *testing.T) {
	t.Parallel()
	x := newCrash(t, store.Config{})
	bound := func(c *exec.Cmd) {
		prlimit, err := exec.LookPath("prlimit")
		if err != nil {
			t.Fatal(err)
		}
		c.Args = append([]string{prlimit, fmt.Sprintf("--data=%d", plenty)}, c.Args...)
		c.Args[2], c.Path = c.Path, prlimit
	}
	x.program = serve(t, x.listen, x.environ, bound)
	x.program.ready(20 * time.Second)
	stop := make(chan struct{})
	var work sync.WaitGroup
	loads := x.loads()
	for range 6 { // a password takes 64 MiB to look at
		loads = append(loads, func() bool {
			a, err := x.lead.try(post("/signin", "email", "claire@delmas.example", "password", "raten wir einmal zusammen"))
			return err == nil && a.status != http.StatusInternalServerError
		})
	}
	for i, load := range loads {
		work.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if !load() {
					t.Errorf("load %d ends before the program does", i)
					return
				}
			}
		})
	}
	time.Sleep(span(4*time.Second, 5*time.Minute))
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit); time.Sleep(100 * time.Millisecond) { // on slow machines
		x.mu.Lock()
		there := len(x.files) >= 10 && len(x.memos) >= 20
		x.mu.Unlock()
		if there {
			break
		}
	}
	close(stop)
	work.Wait()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", x.program.c.Process.Pid))
	if err != nil {
		t.Fatalf("it did not live: %v\n%s", err, x.program.out.read())
	}
	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "VmHWM") {
			t.Log(strings.TrimSpace(line))
		}
	}
	x.program.kill()
	for len(x.partial) == 0 || x.resumed == 0 { // an upload that goes on afterwards, as in the audit of kills
		x.start()
		x.upload("client", x.client)
		x.program.kill()
		x.start()
		x.resume(x.compare(false))
		x.program.kill()
	}
	x.audit()
}
