package proof

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A program under a tap is traced (ptrace(2)): each of its calls that changes
// something below a folder is written down with its bytes, in the order in which the
// kernel did them, and one of them can be made to fail, or to write half. The program
// is the real one, and knows nothing of it.

// diskCall is one call that changed something, or was made to fail.
type diskCall struct {
	name  string // create · write · size · sync · rename · link · remove · folder
	path  string // below the folder
	to    string // of rename and link
	at    int64
	size  int64
	bytes []byte
	ill   syscall.Errno // what it was made to fail with
	half  bool          // it was made to write half
	err   bool          // it failed, made to or not
}

func (d diskCall) String() string {
	return fmt.Sprintf("%s %s%s %d+%d %v", d.name, d.path, d.to, d.at, len(d.bytes), d.ill)
}

// tap is one traced process.
type tap struct {
	*program
	folder string
	// harm decides, before a call is made, what it fails with; 0: nothing. half has
	// a write do half.
	harm func(n int, d diskCall) (ill syscall.Errno, half bool)

	pid  int
	done chan struct{}

	mu    sync.Mutex
	calls []diskCall
	begun int // calls that were begun
}

// tapped starts the program under a tap.
func tapped(t testing.TB, listen string, environ []string, folder string, harm func(int, diskCall) (syscall.Errno, bool)) *tap {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	k := &tap{folder: folder, harm: harm, done: make(chan struct{})}
	k.program = &program{t: t, base: "http://" + listen, out: &paper{}, ended: make(chan error, 1)}
	begun := make(chan error)
	go func() {
		runtime.LockOSThread() // who traces is a thread; it ends with the goroutine
		env := append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir()}, environ...)
		null, err := os.Open(os.DevNull)
		if err == nil {
			k.pid, err = syscall.ForkExec(path, []string{path, "serve"}, &syscall.ProcAttr{
				Env: env, Files: []uintptr{null.Fd(), null.Fd(), null.Fd()}, Sys: &syscall.SysProcAttr{Ptrace: true},
			})
			_ = null.Close() // nothing was written
		}
		begun <- err
		if err == nil {
			k.follow()
			close(k.done)
			k.ended <- fmt.Errorf("the traced program ended")
		}
	}()
	if err := <-begun; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.kill)
	return k
}

// kill ends the process at once.
func (k *tap) kill() {
	_ = syscall.Kill(k.pid, syscall.SIGKILL) // it may have ended
	select {
	case <-k.done:
	case <-time.After(10 * time.Second):
		k.t.Error("the traced program does not end")
	}
}

// so is what was done until now, and how many calls that were.
func (k *tap) so() []diskCall {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.calls[:len(k.calls):len(k.calls)]
}

const (
	traced   = syscall.PTRACE_O_TRACESYSGOOD | syscall.PTRACE_O_TRACECLONE | 0x100000 // and ended with us
	ownOnly  = 0x20000000                                                             // __WNOTHREAD
	allKinds = 0x40000000                                                             // __WALL
)

// follow sees the process to its end.
func (k *tap) follow() {
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(k.pid, &status, 0, nil); err != nil || !status.Stopped() {
		return
	}
	if syscall.PtraceSetOptions(k.pid, traced) != nil || syscall.PtraceSyscall(k.pid, 0) != nil {
		return
	}
	inside := map[int]*diskCall{} // calls that threads are in; nil: one that is of no matter
	for {
		thread, err := syscall.Wait4(-1, &status, ownOnly|allKinds, nil)
		if err != nil {
			return
		}
		if status.Exited() || status.Signaled() {
			delete(inside, thread)
			if thread == k.pid {
				return
			}
			continue
		}
		pass := 0
		switch s := status.StopSignal(); {
		case s == syscall.SIGTRAP|0x80:
			k.stop(thread, inside)
		case s == syscall.SIGTRAP, s == syscall.SIGSTOP: // a new thread, and its parent
		default:
			pass = int(s)
		}
		_ = syscall.PtraceSyscall(thread, pass) // it may have been killed
	}
}

// stop is the beginning or the end of a call.
func (k *tap) stop(thread int, inside map[int]*diskCall) {
	var regs syscall.PtraceRegs
	if syscall.PtraceGetRegs(thread, &regs) != nil {
		return
	}
	d, begun := inside[thread]
	if !begun {
		d = k.read(&regs)
		inside[thread] = d
		if d == nil {
			return
		}
		k.mu.Lock()
		n := k.begun
		k.begun++
		k.mu.Unlock()
		if k.harm == nil {
			return
		}
		switch d.ill, d.half = k.harm(n, *d); {
		case d.ill != 0:
			regs.Orig_rax = ^uint64(0) // no call at all
			_ = syscall.PtraceSetRegs(thread, &regs)
		case d.half:
			regs.Rdx /= 2
			d.bytes = d.bytes[:regs.Rdx]
			_ = syscall.PtraceSetRegs(thread, &regs)
		}
		return
	}
	delete(inside, thread)
	if d == nil {
		return
	}
	if d.ill != 0 {
		regs.Rax = uint64(-int64(d.ill))
		_ = syscall.PtraceSetRegs(thread, &regs)
	}
	done := int64(regs.Rax)
	d.err = done < 0
	if d.name == "write" && done >= 0 && done < int64(len(d.bytes)) {
		d.bytes = d.bytes[:done]
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls = append(k.calls, *d)
}

// read is the call that a thread is about to make; nil: it changes nothing here.
func (k *tap) read(r *syscall.PtraceRegs) *diskCall {
	d := &diskCall{}
	switch r.Orig_rax {
	case syscall.SYS_WRITE:
		d.name, d.path = "write", k.file(r.Rdi)
		if d.path != "" {
			d.at, d.bytes = k.offset(r.Rdi), k.memory(r.Rsi, r.Rdx)
		}
	case syscall.SYS_PWRITE64:
		if d.name, d.path = "write", k.file(r.Rdi); d.path != "" {
			d.at, d.bytes = int64(r.R10), k.memory(r.Rsi, r.Rdx)
		}
	case syscall.SYS_FTRUNCATE:
		d.name, d.path, d.size = "size", k.file(r.Rdi), int64(r.Rsi)
	case syscall.SYS_FSYNC, syscall.SYS_FDATASYNC:
		d.name, d.path = "sync", k.file(r.Rdi)
	case syscall.SYS_OPENAT:
		if r.Rdx&syscall.O_CREAT == 0 && r.Rdx&syscall.O_TRUNC == 0 {
			return nil
		}
		d.name, d.path = "create", k.named(r.Rdi, r.Rsi)
		if r.Rdx&syscall.O_TRUNC != 0 {
			d.size = -1
		}
	case syscall.SYS_OPEN:
		if r.Rsi&syscall.O_CREAT == 0 {
			return nil
		}
		d.name, d.path = "create", k.named(atCwd, r.Rdi)
	case syscall.SYS_RENAMEAT, 316:
		d.name, d.path, d.to = "rename", k.named(r.Rdi, r.Rsi), k.named(r.Rdx, r.R10)
	case syscall.SYS_LINKAT:
		d.name, d.path, d.to = "link", k.named(r.Rdi, r.Rsi), k.named(r.Rdx, r.R10)
	case syscall.SYS_UNLINKAT:
		d.name, d.path = "remove", k.named(r.Rdi, r.Rsi)
	case syscall.SYS_UNLINK:
		d.name, d.path = "remove", k.named(atCwd, r.Rdi)
	case syscall.SYS_MKDIRAT:
		d.name, d.path = "folder", k.named(r.Rdi, r.Rsi)
	}
	if d.path == "" || strings.HasSuffix(d.path, "-shm") { // which is made anew from the log
		return nil
	}
	return d
}

const atCwd = ^uint64(99) // -100

// file is the file of a descriptor, below the folder.
func (k *tap) file(fd uint64) string {
	path, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", k.pid, int32(fd)))
	if err != nil {
		return ""
	}
	return k.below(path)
}

func (k *tap) below(path string) string {
	path = strings.TrimSuffix(path, " (deleted)")
	if path == k.folder {
		return "."
	}
	rest, inside := strings.CutPrefix(path, k.folder+"/")
	if !inside {
		return ""
	}
	return rest
}

// named is the file that a folder and a text in memory name.
func (k *tap) named(at, text uint64) string {
	raw := k.memory(text, 512)
	name, _, _ := bytes.Cut(raw, []byte{0})
	path := string(name)
	if !filepath.IsAbs(path) && at != atCwd && int32(at) != -100 {
		folder, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", k.pid, int32(at)))
		if err != nil {
			return ""
		}
		path = filepath.Join(folder, path)
	}
	return k.below(filepath.Clean(path))
}

// memory copies bytes of the process, as many as are there.
func (k *tap) memory(at, n uint64) []byte {
	f, err := os.Open(fmt.Sprintf("/proc/%d/mem", k.pid))
	if err != nil {
		return nil
	}
	defer f.Close() // read only: nothing can be lost
	raw := make([]byte, n)
	got, err := f.ReadAt(raw, int64(at))
	if err != nil && got == 0 && n == 512 { // a text at the end of a page
		raw = raw[:64]
		got, _ = f.ReadAt(raw, int64(at))
	}
	return raw[:got]
}

// offset is where a descriptor writes next.
func (k *tap) offset(fd uint64) int64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", k.pid, int32(fd)))
	if err != nil {
		return 0
	}
	var at, flags int64
	for line := range strings.Lines(string(raw)) {
		if text, found := strings.CutPrefix(line, "pos:"); found {
			at, _ = strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		}
		if text, found := strings.CutPrefix(line, "flags:"); found {
			flags, _ = strconv.ParseInt(strings.TrimSpace(text), 8, 64)
		}
	}
	if flags&syscall.O_APPEND != 0 {
		if info, err := os.Stat(fmt.Sprintf("/proc/%d/fd/%d", k.pid, int32(fd))); err == nil {
			at = info.Size()
		}
	}
	return at
}
