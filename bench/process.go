package main

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
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// process is a server in a process of its own.
type process struct {
	command *exec.Cmd
	base    string
	took    time.Duration // from its start to its first answer
	done    chan error
}

// spawn starts a program that will listen on address and waits until path
// answers 200. What it writes goes to a file beside the data.
func spawn(ctx context.Context, address, path string, c *exec.Cmd, log string) (*process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close() // the process has its own handle
	c.Stdout, c.Stderr = out, out
	began := time.Now()
	if err := c.Start(); err != nil {
		return nil, err
	}
	p := &process{command: c, base: "http://" + address, done: make(chan error, 1)}
	go func() { p.done <- c.Wait() }()
	for {
		if answers(ctx, p.base+path) {
			p.took = time.Since(began)
			return p, nil
		}
		select {
		case err := <-p.done:
			return nil, fmt.Errorf("%s ended before it answered (see %s): %w", c.Path, log, err)
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), c.Process.Kill())
		case <-time.After(500 * time.Microsecond):
		}
		if time.Since(began) > 30*time.Second {
			return nil, errors.Join(fmt.Errorf("%s does not answer (see %s)", c.Path, log), c.Process.Kill())
		}
	}
}

func answers(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	request.Close = true
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	return errors.Join(answer.Body.Close()) == nil && answer.StatusCode == http.StatusOK
}

// stop asks the process to end and waits until it has.
func (p *process) stop() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.done: // a bare server ends by the signal itself
		return nil
	case <-time.After(30 * time.Second):
		return errors.Join(errors.New("a server did not end"), p.command.Process.Kill())
	}
}

// free finds an address nobody listens on.
func free() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// meter reads what a process uses.
type meter struct{ pid int }

// memory is the resident memory now and at its highest since calm, in MiB.
func (m meter) memory() (now, peak float64, err error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(raw)) {
		for name, into := range map[string]*float64{"VmRSS:": &now, "VmHWM:": &peak} {
			if rest, ok := strings.CutPrefix(line, name); ok {
				kilo, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
				if err != nil {
					return 0, 0, err
				}
				*into = kilo / 1024
			}
		}
	}
	return now, peak, nil
}

// calm forgets the highest memory so far.
func (m meter) calm() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", m.pid), []byte("5"), 0)
}

// processor is the time spent on processors so far, by the process and for it.
func (m meter) processor() (time.Duration, error) {
	const scheduled = 2 // the clock of a process as the scheduler counts (clock_getcpuclockid(3))
	var spent unix.Timespec
	if err := unix.ClockGettime(int32(^m.pid<<3|scheduled), &spent); err != nil {
		return 0, fmt.Errorf("the processor clock of %d: %w", m.pid, err)
	}
	return time.Duration(spent.Nano()), nil
}

// forget drops the files below folder, and the program, from the page cache.
func forget(ctx context.Context, names ...string) error {
	for _, name := range names {
		err := filepath.WalkDir(name, func(path string, d os.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			return exec.CommandContext(ctx, "dd", "if="+path, "iflag=nocache", "count=0", "status=none").Run()
		})
		if err != nil {
			return err
		}
	}
	return nil
}
