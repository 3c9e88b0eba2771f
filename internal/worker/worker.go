// Package worker reads uploaded files where they can do no harm: in a child of
// this same program that has its bytes on standard input and answers on
// standard output, without network, without files, with little memory and
// little time. A parser that is led astray by a file takes nothing with it but
// its child.
//
// The child is the program itself, started again with [Word] as its first
// argument. Before it looks at a byte it gives up all it does not need (see
// confine.go) and starts a second time, as the parser or as a tool of the
// machine (pdftotext, pdftoppm, tesseract) under the same bounds. Its errors
// are not printed, because they may quote the file.
//
// It refuses to fail for a file: one that cannot be read within the bounds is
// [ErrUnreadable], which a caller shows as the absence of a preview. It refuses
// to write anything: plaintext is in pipes and in memory, never on a disk.
//
// Start reading at [Pool.Do]; the parsers stand in package worker/read.
package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"cenacle/internal/fault"
)

// Word is the first argument of a child.
const Word = "worker"

// The bounds of one child.
const (
	Wall       = 10 * time.Second // from its start
	Processor  = 10 * time.Second // that it may spend, with all that it starts
	PlacedWall = 30 * time.Second // from its start, of a task with a place
	Memory     = 256 << 20        // bytes it may write to
	MaxInput   = 128 << 20        // bytes; a larger file is not read at all
	maxOutput  = 64 << 20         // bytes of an answer, where a task does not say less
)

// ErrUnreadable says that a file could not be read within the bounds, or was
// none: damaged, locked with a password, made to exhaust.
var ErrUnreadable = errors.New("worker: the file cannot be read")

// ErrLate is an [ErrUnreadable] of the clock alone: the child was waiting, or
// the machine busy, and it had not spent half of what it may. A calmer hour may do.
var ErrLate = fmt.Errorf("%w in its time", ErrUnreadable)

// tries is how often a file is tried that was not read in its time.
const tries = 3

// Hopeless reports whether a file is given up for good that was not read at an
// attempt, counted from 1: it cannot be read, or the machine was busy too often.
// An error that is no fault of the file never makes it so.
func Hopeless(err error, attempt int) bool {
	return errors.Is(err, ErrUnreadable) && (attempt >= tries || !errors.Is(err, ErrLate))
}

// Pool starts children, a few at once. The zero value and nil read nothing:
// every file is unreadable. Safe for concurrent use.
type Pool struct {
	program string
	seats   chan struct{}

	mu    sync.Mutex
	plain bool // the kernel refuses namespaces
}

// New returns a pool whose children are started from program, which calls
// [Child] when its first argument is [Word]. At most atOnce run at the same
// time.
func New(program string, atOnce int) *Pool {
	return &Pool{program: program, seats: make(chan struct{}, max(atOnce, 1))}
}

// Job is one file to be read.
type Job struct {
	Task  string // of those that the program gives [Child]
	Media string // media type, as found in the bytes
	Mark  string // words to be burnt into a picture; "" for none
	Page  int    // of a file with pages, from 1
	Input io.Reader
	Most  int64 // bytes of the answer; 0: 64 MiB
	// Placed says that the task is one of [Trade.Placed]: it has [PlacedWall],
	// because programs that want files are long in starting where others work too.
	// What it spends is bounded like what any other does.
	Placed bool
}

// Ready reports whether the pool can start children.
func (p *Pool) Ready() bool { return p != nil && p.program != "" }

// Do reads one file and returns what its child answers. It waits for a seat as
// long as ctx allows. An error that is not [ErrUnreadable] is of the machine,
// of Input or of ctx, and another try may succeed.
func (p *Pool) Do(ctx context.Context, j Job) (_ []byte, err error) {
	defer fault.Op(&err, "worker.Do(%s)", j.Task)
	if !p.Ready() {
		return nil, ErrUnreadable
	}
	select {
	case p.seats <- struct{}{}:
		defer func() { <-p.seats }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if j.Most <= 0 {
		j.Most = maxOutput
	}
	out, err := p.run(ctx, j, !p.refused())
	if errors.Is(err, errSpace) {
		p.mu.Lock()
		p.plain = true
		p.mu.Unlock()
		out, err = p.run(ctx, j, false)
	}
	return out, err
}

func (p *Pool) refused() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.plain
}

// errSpace says that the kernel refuses a child its own namespaces; nothing of
// the input has been read then.
var errSpace = errors.New("worker: no namespaces here")

// run is one child from its start to its end. It keeps its thread, because a
// child is killed with the thread that started it.
func (p *Pool) run(ctx context.Context, j Job, alone bool) ([]byte, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	wall, life := Wall, shut
	if j.Placed {
		wall = PlacedWall
	}
	if alone {
		life = apart
	}
	timed, cancel := context.WithTimeout(ctx, wall)
	defer cancel()
	from := &source{r: io.LimitReader(j.Input, MaxInput+1), most: MaxInput, stop: cancel}
	to := &answer{most: j.Most, stop: cancel}
	child := exec.CommandContext(timed, p.program, Word, life, j.Task, j.Media, fmt.Sprint(j.Page), j.Mark)
	child.Dir, child.Env = "/", []string{"LC_ALL=C.UTF-8", "OMP_THREAD_LIMIT=1", "GOMAXPROCS=1"}
	child.Stdin, child.Stdout = from, to
	child.SysProcAttr = attributes(alone, j.Placed)
	child.Cancel = func() error { return syscall.Kill(-child.Process.Pid, syscall.SIGKILL) }
	child.WaitDelay = time.Second // for the pipes, when a grandchild holds them
	if err := child.Start(); err != nil {
		if alone {
			return nil, errors.Join(errSpace, err)
		}
		return nil, err
	}
	err := child.Wait()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case from.err != nil:
		return nil, from.err
	case err != nil && errors.Is(timed.Err(), context.DeadlineExceeded) && spent(child) < Processor/2:
		return nil, errors.Join(ErrLate, err)
	case err != nil:
		return nil, errors.Join(ErrUnreadable, err)
	}
	return to.came.Bytes(), nil
}

// spent is the processor's time of a child that has ended.
func spent(child *exec.Cmd) time.Duration {
	return child.ProcessState.UserTime() + child.ProcessState.SystemTime()
}

// source is the input of a child; it tells a failure of the input from one of
// the pipe.
type source struct {
	r    io.Reader
	most int64
	came int64
	stop func()
	err  error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	s.came += int64(n)
	switch {
	case s.came > s.most:
		s.stop()
		return 0, ErrUnreadable
	case err != nil && !errors.Is(err, io.EOF):
		s.err = err
		s.stop()
	}
	return n, err
}

// answer keeps what a child says until it says too much.
type answer struct {
	came bytes.Buffer // a field, so that nothing comes in but by Write
	most int64
	stop func()
}

func (a *answer) Write(b []byte) (int, error) {
	if int64(a.came.Len()+len(b)) > a.most {
		a.stop()
		return 0, ErrUnreadable
	}
	return a.came.Write(b)
}
