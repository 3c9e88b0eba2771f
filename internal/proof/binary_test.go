package proof

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/worker"
	"cenacle/internal/worker/read"
)

// TestMain removes the program that the proofs have built; it is also the child
// that reads documents.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Word {
		os.Exit(worker.Child(os.Args[2:], read.Trade()))
	}
	code := m.Run()
	if dir, err := folder(); err == nil {
		_ = os.RemoveAll(dir) // a temporary folder
	}
	os.Exit(code)
}

var folder = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "cenacle-proof-") })

// built is the real program, made once for all proofs.
var built = sync.OnceValues(func() (string, error) {
	dir, err := folder()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "cenacle")
	c := exec.Command("go", "build", "-o", path, "./cmd/cenacle")
	c.Dir = filepath.Join("..", "..")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := c.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building the program: %w\n%s", err, out)
	}
	return path, nil
})

// program is one running process of the real program.
type program struct {
	t     testing.TB
	c     *exec.Cmd
	base  string
	out   *paper
	ended chan error
}

// ports counts the addresses handed out.
var ports atomic.Uint32

// freePort is an address on the loopback that nothing listens at now, and that this run
// gives to nobody else. Its port lies below those that Linux gives to whoever names none
// (ip_local_port_range begins at 32768), so that no connection takes it before the
// program listens there.
func freePort(t testing.TB) string {
	t.Helper()
	const lowest, span = 12000, 20000
	for range span {
		n := uint32(os.Getpid()*97) + ports.Add(1) // another run begins elsewhere
		at := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(lowest+n%span)))
		l, err := net.Listen("tcp", at)
		if err != nil {
			continue // somebody else's
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return at
	}
	t.Fatal("every port is taken")
	return ""
}

// serve starts the program and does not wait for it.
func serve(t testing.TB, listen string, environ []string, change ...func(*exec.Cmd)) *program {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, c: exec.Command(path, "serve"), base: "http://" + listen, out: &paper{}, ended: make(chan error, 1)}
	p.c.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir()}, environ...)
	p.c.Stdout, p.c.Stderr = p.out, p.out
	for _, f := range change {
		f(p.c)
	}
	if err := p.c.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.c.Wait() }()
	t.Cleanup(p.kill)
	return p
}

// kill ends the process as a power cut would, for the process.
func (p *program) kill() {
	if err := p.c.Process.Kill(); errors.Is(err, os.ErrProcessDone) {
		return
	}
	p.ended <- <-p.ended // whoever asks later gets it too
}

// ready waits until the server says so and returns how long that took.
func (p *program) ready(most time.Duration) time.Duration {
	p.t.Helper()
	start := time.Now()
	for time.Since(start) < most {
		select {
		case err := <-p.ended:
			p.t.Fatalf("the program ended: %v\n%s", err, p.out.read())
		default:
		}
		r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.base+"/healthz", nil)
		if err != nil {
			p.t.Fatal(err)
		}
		if back, err := client().Do(r); err == nil {
			_ = back.Body.Close() // nothing is read from it
			if back.StatusCode == http.StatusOK {
				return time.Since(start)
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.t.Fatalf("not ready after %v\n%s", most, p.out.read())
	return 0
}

// tell runs another command of the program and returns what it says and how it
// ended.
func tell(t testing.TB, environ []string, args ...string) (said string, code int) {
	t.Helper()
	return telling(t, "", environ, args...)
}

// telling is tell with what somebody types.
func telling(t testing.TB, typed string, environ []string, args ...string) (said string, code int) {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, path, args...)
	c.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}, environ...)
	c.Stdin = strings.NewReader(typed)
	out, err := c.CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return string(out), c.ProcessState.ExitCode()
}
