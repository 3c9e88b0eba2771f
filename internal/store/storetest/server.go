package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// watch stops the server and removes its folder once the process that the tests
// belong to has gone, however it ended. /proc serves where signals to that
// process are not permitted.
const watch = `while [ -d "/proc/$1" ] || kill -0 "$1" 2>/dev/null; do sleep 0.5; done
"$2/pg_ctl" -D "$3/db" -m immediate -w stop
rm -rf "$3"`

// startServer finds or starts the server of this run of go test and returns the
// URL of its superuser. All test processes of one run share it: the first one
// starts it, in a folder named after the go command that is their parent.
func startServer() (string, error) {
	if runtimeFolder, err := findBinaries(); err != nil {
		return "", err
	} else if s, err := newSetup(runtimeFolder); err != nil {
		return "", err
	} else {
		return s.start()
	}
}

// setup is a server about to be started.
type setup struct {
	bin   string              // folder of initdb and pg_ctl
	dir   string              // folder of this server
	run   string              // process whose end stops the server
	owner *syscall.Credential // nil: ourselves; PostgreSQL refuses to run as root
}

func newSetup(bin string) (*setup, error) {
	run := runOwner()
	owner, uid, err := account()
	if err != nil {
		return nil, err
	}
	s := &setup{bin: bin, run: strconv.Itoa(run), owner: owner}
	s.dir = filepath.Join(quickest(), fmt.Sprintf("cenacle-postgres-%d-%d-%s", os.Getuid(), run, startTime(run)))
	if err := os.Mkdir(s.dir, 0o700); err == nil && s.owner != nil {
		return s, os.Chown(s.dir, int(s.owner.Uid), int(s.owner.Gid))
	} else if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	info, err := os.Lstat(s.dir)
	if err != nil {
		return nil, err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || !info.IsDir() || int(st.Uid) != uid && int(st.Uid) != os.Getuid() {
		return nil, fmt.Errorf("%s belongs to somebody else", s.dir)
	}
	return s, nil
}

// quickest is where the databases of tests lie: in memory, where there is room. Each is
// a copy of four hundred files that is thrown away a second later, which on a disk costs
// more than the test. By its size, not by what is free, so that all test processes of a
// run find the same; what a container gives by default is too small.
func quickest() string {
	const memory, room = "/dev/shm", 4 << 30
	var s syscall.Statfs_t
	if err := syscall.Statfs(memory, &s); err != nil || int64(s.Blocks)*int64(s.Bsize) < room {
		return os.TempDir()
	}
	return memory
}

// account is who runs a server: ourselves (nil), or nobody when we are root.
func account() (*syscall.Credential, int, error) {
	if os.Getuid() != 0 {
		return nil, os.Getuid(), nil
	}
	who, err := user.Lookup("nobody")
	if err != nil {
		return nil, 0, err
	}
	u, errU := strconv.ParseUint(who.Uid, 10, 32)
	g, errG := strconv.ParseUint(who.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(u), Gid: uint32(g)}, int(u), errors.Join(errU, errG)
}

// start holds a lock while it looks for a running server and starts one.
func (s *setup) start() (address string, err error) {
	lock, err := os.OpenFile(filepath.Join(s.dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer lock.Close() // which also unlocks it
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	ready := filepath.Join(s.dir, "ready")
	if raw, err := os.ReadFile(ready); err == nil {
		return string(raw), nil
	}
	if err := s.command("initdb", "-D", s.dir+"/db", "-U", "cenacle", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return "", err
	}
	if err := s.guard(); err != nil {
		return "", err
	}
	for range 3 { // another program may take the port between the look and the start
		var port string
		if port, err = freePort(); err != nil {
			return "", err
		}
		options := "-k '" + s.dir + "' -h 127.0.0.1 -p " + port + " -c fsync=off -c full_page_writes=off" +
			" -c synchronous_commit=off -c max_connections=400 -c shared_buffers=64MB -c max_wal_size=256MB"
		if err = s.command("pg_ctl", "-D", s.dir+"/db", "-w", "-l", s.dir+"/log", "-o", options, "start"); err == nil {
			address = "postgres://cenacle@/postgres?host=" + s.dir + "&port=" + port + "&sslmode=disable"
			return address, os.WriteFile(ready, []byte(address), 0o600)
		}
	}
	return "", err
}

// guard starts the process that ends the server; nobody waits for it.
func (s *setup) guard() error {
	c := exec.Command("/bin/sh", "-c", watch, "watch", s.run, s.bin, s.dir)
	c.Dir = s.dir
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.owner, Setsid: true}
	if err := c.Start(); err != nil {
		return err
	}
	return c.Process.Release()
}

func (s *setup) command(name string, args ...string) error {
	var out bytes.Buffer
	c := exec.Command(filepath.Join(s.bin, name), args...)
	c.Dir = s.dir
	c.Env = append(os.Environ(), "LC_ALL=C", "HOME="+s.dir)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.owner}
	if name == "initdb" {
		c.Stdout, c.Stderr = &out, &out
	}
	if err := c.Run(); err != nil {
		log, _ := os.ReadFile(filepath.Join(s.dir, "log")) // absent before the first start
		return fmt.Errorf("%s as user %s: %w\n%s%s", name, s.who(), err, out.Bytes(), log)
	}
	return nil
}

func (s *setup) who() string {
	if s.owner == nil {
		return strconv.Itoa(os.Getuid())
	}
	return strconv.FormatUint(uint64(s.owner.Uid), 10)
}

// findBinaries returns the folder of the newest PostgreSQL installed.
func findBinaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // a folder without a number comes last
		return n
	}
	if len(found) > 0 {
		slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
		return filepath.Dir(found[0]), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", errors.New("none is installed: install it (Debian: apt install postgresql; it need not run), " +
		"or set CENACLE_TEST_POSTGRES to the URL of a superuser on a running server")
}

// runOwner is the go command that runs this test process and its siblings, or
// this process when there is none.
func runOwner() int {
	parent := os.Getppid()
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", parent))
	if err == nil && strings.TrimSpace(string(name)) == "go" {
		return parent
	}
	return os.Getpid()
}

// startTime tells a process from a later one with the same number: field 22 of
// its stat, in clock ticks since boot, or "0" where there is none.
func startTime(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "0"
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the name before it may contain spaces
	if fields := strings.Fields(rest); len(fields) > 19 {
		return fields[19]
	}
	return "0"
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}
