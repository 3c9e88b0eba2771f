// Package scantest starts a real clamd for tests, on a socket of its own, with
// one signature of ours: that of the test file that every scanner knows (EICAR).
//
// It refuses to stand in for ClamAV's own signatures: it proves the wiring, not
// the detection. Start at [Start].
package scantest

import (
	"context"
	_ "embed"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"cenacle/internal/scan"
)

//go:embed testdata/eicar.ndb
var signature []byte

// Harmful is what the signature knows. It stands here in two halves, so that no
// scanner takes this source for it.
func Harmful() []byte {
	return []byte(`X5O!P%@AP[4\PZX54(P^)7CC)7}$` + `EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`)
}

// Found is what the daemon calls it.
const Found = "Eicar-Test-Signature.UNOFFICIAL"

// Most is the largest file that the daemon takes.
const Most = 2 << 20

// Daemon is one running clamd, and where it listens both ways.
type Daemon struct {
	Unix, TCP string // as [scan.Parse] reads them

	t       testing.TB
	folder  string
	process *exec.Cmd
}

// Start starts a daemon that ends with the test. Without clamd the test fails:
// tools/provide installs it.
func Start(t testing.TB) *Daemon {
	t.Helper()
	folder, err := os.MkdirTemp("", "clamd") // a socket has a short path
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) }) // of the temporary folder
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	d := &Daemon{Unix: "unix:" + filepath.Join(folder, "s"), TCP: fmt.Sprintf("tcp://127.0.0.1:%d", port), t: t, folder: folder}
	write := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(folder, "db"), 0o700); err != nil {
		t.Fatal(err)
	}
	write("db/eicar.ndb", signature)
	write("clamd.conf", fmt.Appendf(nil, "Foreground yes\nDatabaseDirectory %[1]s/db\nLocalSocket %[1]s/s\nTCPSocket %d\nTCPAddr 127.0.0.1\nStreamMaxLength %d\nMaxThreads 4\n", folder, port, Most))
	d.Begin()
	t.Cleanup(d.End)
	return d
}

// Begin starts the daemon, again after [Daemon.End].
func (d *Daemon) Begin() {
	d.t.Helper()
	program, err := exec.LookPath("clamd")
	if err != nil {
		program = "/usr/sbin/clamd"
	}
	d.process = exec.Command(program, "-c", filepath.Join(d.folder, "clamd.conf"))
	d.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := d.process.Start(); err != nil {
		d.t.Fatalf("clamd is not installed (tools/provide scanner): %v", err)
	}
	s, err := scan.Parse(d.Unix)
	if err != nil {
		d.t.Fatal(err)
	}
	for patience := 400; ; patience-- {
		engine, err := s.Engine(context.Background())
		if err == nil && strings.HasPrefix(engine, "ClamAV") {
			return
		}
		if patience == 0 {
			d.t.Fatalf("clamd does not answer: %v", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// End stops the daemon.
func (d *Daemon) End() {
	if d.process == nil {
		return
	}
	_ = d.process.Process.Kill() // it may have ended
	_ = d.process.Wait()
	d.process = nil
}

// Scanner is one of the daemon.
func (d *Daemon) Scanner() *scan.Scanner {
	d.t.Helper()
	s, err := scan.Parse(d.Unix)
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}
