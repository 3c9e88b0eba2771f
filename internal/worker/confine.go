package worker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The two lives of a child: it shuts itself in, then it works. One that is apart
// has namespaces of its own already.
const (
	shut  = "shut"
	apart = "apart"
	work  = "work"
)

// Exit codes of a child.
const (
	exitUnreadable = 3
	exitOpen       = 4 // could not shut itself in
)

const (
	descriptors = 32
	niceness    = 10
	headroom    = Memory / 4 * 3 // where Go's collector begins to work hard
	itself      = 48 << 20       // bytes that a child keeps when it starts a program

	placedDescriptors = 256
)

// Place is where a task of [Trade.Placed] may write files: a memory of its own
// that nobody else sees and that ends with it. placeSize is how much goes in.
const (
	Place     = "/var/tmp"
	placeSize = 96 << 20
)

const nobody = 65534 // user and group of a child that is apart

// attributes are how the kernel starts a child: in a group of its own, killed
// with us and, where it may be, apart: without a network, other processes and
// users.
func attributes(apart, placed bool) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if apart {
		if placed { // to mount its place; given up before it works
			a.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN}
		}
		a.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWNS |
			syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: nobody, HostID: os.Getuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: nobody, HostID: os.Getgid(), Size: 1}}
	}
	return a
}

// Task is a parser of the program: it answers on out, or with an error for a
// file that it cannot read.
type Task func(media, mark string, page int, in io.Reader, out io.Writer) error

// Tool is a program of the machine that does a task instead; it reads standard
// input and writes standard output. A tool that is not installed is not asked.
type Tool struct {
	Program string
	Args    func(page int) []string
}

func (t Tool) path() string { return filepath.Join("/usr/bin", t.Program) }

// Installed reports whether the machine has the program.
func (t Tool) Installed() bool {
	_, err := exec.LookPath(t.path())
	return err == nil
}

// Trade is all that children of a program can do. A task that has an installed
// tool for the media type is the tool's.
type Trade struct {
	Tasks map[string]Task
	Tools map[string]map[string]Tool // by task and media type
	// Placed are tasks whose programs cannot do without files: they have [Place]
	// to write to, where the kernel gives them namespaces, and are not done where
	// it does not.
	Placed map[string]bool
}

// Child is the life of a child: the arguments are those after [Word]. It
// returns the exit code.
func Child(args []string, t Trade) int {
	if len(args) != 5 {
		return exitOpen
	}
	if args[0] == shut || args[0] == apart {
		return enclose(args[1:], t, args[0] == apart)
	}
	page, err := strconv.Atoi(args[3])
	if err != nil {
		return exitOpen
	}
	debug.SetMemoryLimit(headroom)
	task := t.Tasks[args[1]]
	if args[1] == probe {
		task = look
	}
	if task == nil || task(args[2], args[4], page, os.Stdin, os.Stdout) != nil {
		return exitUnreadable
	}
	return 0
}

// enclose gives up what a parser has no use for and begins the second life,
// on this very thread: what is given up is given up for good.
func enclose(args []string, t Trade, apart bool) int {
	runtime.LockOSThread()
	placed := t.Placed[args[0]]
	if placed && !apart {
		return exitUnreadable // it would write where others read
	}
	if placed && settle() != nil {
		return exitOpen
	}
	self, err := os.Executable()
	if err != nil {
		return exitOpen
	}
	program, argv := self, append([]string{self, Word, work}, args...)
	if tool, there := t.Tools[args[0]][args[1]]; there {
		if page, err := strconv.Atoi(args[2]); err == nil && tool.Installed() {
			program, argv = tool.path(), append([]string{tool.path()}, tool.Args(page)...)
		}
	}
	if err := limit(placed); err != nil {
		return exitOpen
	}
	if err := fence(self, placed); err != nil && !errors.Is(err, errNoFence) {
		return exitOpen
	}
	_ = syscall.Exec(program, argv, os.Environ()) // returns only when it fails
	return exitOpen
}

// settle mounts the place of a task in its own namespace, and gives up what
// that took.
func settle() error {
	options := fmt.Sprintf("size=%d,mode=0700,uid=%d,gid=%d", placeSize, nobody, nobody)
	if err := readOnly("/tmp"); err != nil { // LibreOffice makes a socket there where it can
		return err
	}
	if err := unix.Mount("tmpfs", Place, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, options); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
}

// readOnly keeps a folder of the machine from being written in this namespace,
// with whatever else is said of its mount.
func readOnly(folder string) error {
	var is unix.Statfs_t
	if err := unix.Mount(folder, folder, "", unix.MS_BIND, ""); err != nil {
		return err
	}
	if err := unix.Statfs(folder, &is); err != nil {
		return err
	}
	kept := uintptr(is.Flags) & (unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_NOATIME | unix.MS_NODIRATIME)
	return unix.Mount("", folder, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY|kept, "")
}

// limit takes on the bounds that every Linux has.
func limit(placed bool) error {
	largest, open := uint64(0), uint64(descriptors)
	if placed {
		largest, open = placeSize, placedDescriptors
	}
	for what, most := range map[int]uint64{
		unix.RLIMIT_CORE: 0, unix.RLIMIT_FSIZE: largest, unix.RLIMIT_CPU: uint64(Processor / time.Second),
		unix.RLIMIT_NOFILE: open, unix.RLIMIT_DATA: Memory, unix.RLIMIT_MEMLOCK: 0,
	} {
		// Prlimit and not Setrlimit: Go would give NOFILE back to who comes after.
		if err := unix.Prlimit(0, what, &unix.Rlimit{Cur: most, Max: most}, nil); err != nil {
			return err
		}
	}
	// Who is kinder already stays so: to be less, one would need a privilege. The
	// kernel counts from 20 down.
	if is, err := unix.Getpriority(unix.PRIO_PROCESS, 0); err != nil || is > 20-niceness {
		if err := unix.Setpriority(unix.PRIO_PROCESS, 0, niceness); err != nil {
			return err
		}
	}
	return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
}

// Leave lowers, in a child, what a program that it starts now may take: the
// kernel counts each on its own, and together they have no more than one has.
// spent is what those before it have spent.
func Leave(spent time.Duration) error {
	left := (Processor - spent.Round(time.Second)) / time.Second
	if left <= 0 {
		return syscall.ETIME
	}
	return errors.Join(
		unix.Prlimit(0, unix.RLIMIT_CPU, &unix.Rlimit{Cur: uint64(left), Max: uint64(left)}, nil),
		unix.Prlimit(0, unix.RLIMIT_DATA, &unix.Rlimit{Cur: Memory - itself, Max: Memory - itself}, nil))
}

// errNoFence says that the kernel has no Landlock (Linux before 5.13, or
// switched off).
var errNoFence = errors.New("worker: no Landlock here")

// readable is what the second life may read and run: itself, and the programs
// and libraries of the machine, which hold nothing of anybody.
func readable(self string) []string {
	return []string{self, "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/fonts", "/etc/libreoffice", "/dev/null"}
}

const (
	fenceRead  = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE
	fencePlace = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR | unix.LANDLOCK_ACCESS_FS_WRITE_FILE |
		unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR |
		unix.LANDLOCK_ACCESS_FS_MAKE_SYM | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_REFER |
		unix.LANDLOCK_ACCESS_FS_TRUNCATE
	fenceAll = 1<<13 - 1 // what the first version of Landlock can refuse about files
)

// fence takes all files away but what is readable, and with a newer kernel
// connections and signals too.
func fence(self string, placed bool) error {
	version, _, failed := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if failed != 0 {
		return errNoFence
	}
	rules, size := ruleset(int(version))
	fd, _, failed := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&rules)), size, 0)
	if failed != 0 {
		return fmt.Errorf("worker: landlock: %w", failed)
	}
	paths := readable(self)
	if placed {
		paths = append(paths, Place, "/dev/urandom", "/var/spool/libreoffice", "/var/lib/libreoffice")
	}
	for _, path := range paths {
		if err := allow(int(fd), path, rules.Handled_access_fs); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if _, _, failed := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); failed != 0 {
		return fmt.Errorf("worker: landlock: %w", failed)
	}
	return unix.Close(int(fd))
}

// ruleset names what is refused, as far as the kernel's version knows the
// words; and how long the structure was in that version.
func ruleset(version int) (unix.LandlockRulesetAttr, uintptr) {
	const before4, before6, from6 = 8, 16, 24
	r := unix.LandlockRulesetAttr{Handled_access_fs: fenceAll}
	if version >= 2 {
		r.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if version >= 3 {
		r.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if version < 4 {
		return r, before4
	}
	r.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	if version < 6 {
		return r, before6
	}
	r.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	return r, from6
}

func allow(rules int, path string, handled uint64) (err error) {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unix.Close(fd)) }()
	rule := unix.LandlockPathBeneathAttr{Allowed_access: fenceRead, Parent_fd: int32(fd)}
	var info unix.Stat_t
	if err := unix.Fstat(fd, &info); err != nil {
		return err
	}
	if info.Mode&unix.S_IFMT == unix.S_IFDIR {
		rule.Allowed_access |= unix.LANDLOCK_ACCESS_FS_READ_DIR
	}
	if path == Place {
		rule.Allowed_access = fencePlace & handled
	}
	if path == os.DevNull {
		rule.Allowed_access = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE
	}
	_, _, failed := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(rules), unix.LANDLOCK_RULE_PATH_BENEATH,
		uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
	if failed != 0 {
		return fmt.Errorf("worker: landlock: %w", failed)
	}
	return nil
}

// probe is the task that tells how well a child is shut in.
const probe = "probe"

// Confinement is what a child on this machine cannot do.
type Confinement struct {
	Files   bool `json:"files"`   // open a file of the machine's
	Network bool `json:"network"` // see a network
	Write   bool `json:"write"`   // write a file
}

// look tries what must fail.
func look(_, _ string, _ int, _ io.Reader, out io.Writer) error {
	var c Confinement
	_, err := os.ReadFile("/etc/passwd")
	c.Files = err != nil
	interfaces, err := net.Interfaces()
	up := 0
	for _, i := range interfaces {
		if i.Flags&net.FlagUp != 0 {
			up++
		}
	}
	c.Network = err == nil && up == 0
	f, err := os.CreateTemp("", "worker-*")
	if err == nil {
		_, err = f.Write([]byte{0})
		_ = os.Remove(f.Name()) // what could be written is said, not left
	}
	c.Write = err != nil
	return json.NewEncoder(out).Encode(c)
}
