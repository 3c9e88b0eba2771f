package worker_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/sys/unix"

	"cenacle/internal/worker"
)

// TestMain lets the test's own program be the child.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Word {
		os.Exit(worker.Child(os.Args[2:], trade))
	}
	os.Exit(m.Run())
}

var trade = worker.Trade{
	Tasks: map[string]worker.Task{
		"echo": func(_, mark string, _ int, in io.Reader, out io.Writer) error {
			if _, err := io.WriteString(out, mark); err != nil {
				return err
			}
			_, err := io.Copy(out, in)
			return err
		},
		// It keeps its input in its place, and tries what it must not.
		"note": func(_, _ string, _ int, in io.Reader, out io.Writer) error {
			raw, err := io.ReadAll(in)
			if err != nil {
				return err
			}
			path := filepath.Join(worker.Place, "note")
			if err := os.WriteFile(path, raw, 0o600); err != nil {
				return err
			}
			for _, elsewhere := range []string{"/tmp/note", "/dev/shm/note", "/note"} {
				if err := os.WriteFile(elsewhere, raw, 0o600); err == nil {
					return errors.Join(errors.New("it writes to "+elsewhere), os.Remove(elsewhere))
				}
			}
			if _, err := os.ReadFile("/etc/passwd"); err == nil {
				return errors.New("it reads what is not its own")
			}
			back, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			_, err = out.Write(back)
			return err
		},
		"refuse": func(string, string, int, io.Reader, io.Writer) error { return errors.New("not a file of mine") },
		"panic":  func(string, string, int, io.Reader, io.Writer) error { panic("led astray") },
		"sleep":  func(string, string, int, io.Reader, io.Writer) error { time.Sleep(time.Hour); return nil },
		"spin": func(string, string, int, io.Reader, io.Writer) error {
			for n := 0; ; n++ {
				_ = n
			}
		},
		"hoard": func(_, _ string, _ int, _ io.Reader, out io.Writer) error {
			var all [][]byte
			for range 64 {
				all = append(all, bytes.Repeat([]byte{1}, 16<<20))
			}
			_, err := out.Write(all[len(all)-1][:1])
			return err
		},
		"flood": func(_, _ string, _ int, _ io.Reader, out io.Writer) error {
			for {
				if _, err := out.Write(make([]byte, 64<<10)); err != nil {
					return err
				}
			}
		},
	},
	Placed: map[string]bool{"note": true},
	Tools: map[string]map[string]worker.Tool{
		"count": {"text/plain": {Program: "wc", Args: func(int) []string { return []string{"-c"} }}},
		"steal": {"text/plain": {Program: "cat", Args: func(int) []string { return []string{"/etc/passwd"} }}},
	},
}

func pools(t *testing.T) map[string]*worker.Pool {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*worker.Pool{"apart": worker.New(self, 2), "bounded": worker.WithoutSpace(self)}
}

func TestAChildAnswers(t *testing.T) {
	for name, p := range pools(t) {
		out, err := p.Do(t.Context(), worker.Job{Task: "echo", Mark: "é:", Input: strings.NewReader("bonjour")})
		if err != nil || string(out) != "é:bonjour" {
			t.Errorf("%s: %q, %v", name, out, err)
		}
		if out, err = p.Do(t.Context(), worker.Job{Task: "count", Media: "text/plain", Input: strings.NewReader("12345")}); err != nil || strings.TrimSpace(string(out)) != "5" {
			t.Errorf("%s: a tool says %q, %v", name, out, err)
		}
	}
}

// TestAKindServer: a server that is itself run with the lowest priority reads too.
func TestAKindServer(t *testing.T) {
	runtime.LockOSThread() // never unlocked: the priority is that of this thread, which ends with the test
	if err := unix.Setpriority(unix.PRIO_PROCESS, 0, 19); err != nil {
		t.Fatal(err)
	}
	for name, p := range pools(t) {
		out, err := p.Do(t.Context(), worker.Job{Task: "echo", Mark: "é:", Input: strings.NewReader("bonjour")})
		if err != nil || string(out) != "é:bonjour" {
			t.Errorf("%s: %q, %v", name, out, err)
		}
	}
}

// A task with a place has it to itself; where nobody can give it one, it is not
// done rather than done where others read.
func TestAPlaceOfItsOwn(t *testing.T) {
	all := pools(t)
	job := func() worker.Job { return worker.Job{Task: "note", Placed: true, Input: strings.NewReader("secret")} }
	out, err := all["apart"].Do(t.Context(), job())
	if all["apart"].Apart() && (err != nil || string(out) != "secret") {
		t.Errorf("apart: %q, %v", out, err)
	}
	if out, err := all["bounded"].Do(t.Context(), job()); !errors.Is(err, worker.ErrUnreadable) {
		t.Errorf("without namespaces: %q, %v", out, err)
	}
	if _, err := os.Stat(filepath.Join(worker.Place, "note")); err == nil {
		t.Error("what it wrote is there for everybody")
	}
}

// What a file can do to its parser is the end of the parser, within the bounds.
func TestAFileTakesOnlyItsChildWithIt(t *testing.T) {
	for name, p := range pools(t) {
		for _, task := range []string{"refuse", "panic", "hoard", "flood", "unknown", "steal"} {
			began := time.Now()
			out, err := p.Do(t.Context(), worker.Job{Task: task, Media: "text/plain", Input: strings.NewReader("x"), Most: 1 << 20})
			if !errors.Is(err, worker.ErrUnreadable) || errors.Is(err, worker.ErrLate) {
				t.Errorf("%s, %s: %q, %v", name, task, out, err)
			}
			if took := time.Since(began); took > worker.Wall+time.Second {
				t.Errorf("%s, %s: it took %v", name, task, took)
			}
		}
	}
}

func TestAChildHasTenSeconds(t *testing.T) {
	p := pools(t)["apart"]
	for _, task := range []string{"sleep", "spin"} {
		t.Run(task, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			_, err := p.Do(t.Context(), worker.Job{Task: task, Input: strings.NewReader("")})
			if took := time.Since(began); !errors.Is(err, worker.ErrUnreadable) || took < worker.Wall/2 || took > worker.Wall+2*time.Second {
				t.Errorf("after %v: %v", took, err)
			}
			if task == "sleep" && !errors.Is(err, worker.ErrLate) {
				t.Errorf("it spent nothing, and is given up for good: %v", err)
			}
		})
	}
}

func TestAChildIsShutIn(t *testing.T) {
	for name, p := range pools(t) {
		c, err := p.Probe(t.Context())
		if err != nil {
			t.Fatal(name, err)
		}
		// Namespaces may be refused where the tests run; files may not be there for anybody.
		if !c.Files || !c.Write || name == "apart" && p.Apart() && !c.Network {
			t.Errorf("%s: a child cannot %+v", name, c)
		}
	}
}

func TestWhatIsNoFaultOfTheFile(t *testing.T) {
	p := pools(t)["apart"]
	broken := errors.New("the disk is gone")
	_, err := p.Do(t.Context(), worker.Job{Task: "echo", Input: iotest.ErrReader(broken)})
	if !errors.Is(err, broken) || errors.Is(err, worker.ErrUnreadable) {
		t.Errorf("a failing input: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Do(ctx, worker.Job{Task: "echo", Input: strings.NewReader("")}); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
	_, err = p.Do(t.Context(), worker.Job{Task: "echo", Input: io.LimitReader(zeros{}, worker.MaxInput+1)})
	if !errors.Is(err, worker.ErrUnreadable) {
		t.Errorf("too large a file: %v", err)
	}
	if _, err := worker.New("/nowhere/at/all", 1).Do(t.Context(), worker.Job{Task: "echo", Input: strings.NewReader("")}); err == nil || errors.Is(err, worker.ErrUnreadable) {
		t.Errorf("a program that is not there: %v", err)
	}
	var none *worker.Pool
	if _, err := none.Do(t.Context(), worker.Job{Task: "echo"}); !errors.Is(err, worker.ErrUnreadable) {
		t.Errorf("without a pool: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

// Who was late on a busy day is tried again; who cannot be read is not, and
// nothing that is no fault of the file is held against it.
func TestGivenUp(t *testing.T) {
	late, broken := errors.Join(worker.ErrLate, errors.New("killed")), errors.Join(worker.ErrUnreadable, errors.New("exit status 1"))
	for _, c := range []struct {
		err     error
		attempt int
		want    bool
	}{
		{nil, 1, false}, {late, 1, false}, {late, 2, false}, {late, 3, true},
		{broken, 1, true}, {io.ErrUnexpectedEOF, 3, false},
	} {
		if got := worker.Hopeless(c.err, c.attempt); got != c.want {
			t.Errorf("%v, attempt %d: given up %v", c.err, c.attempt, got)
		}
	}
}
