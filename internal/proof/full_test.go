package proof

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// full is the real program on a disk of its own, which is small.
type full struct {
	*program
	t     *testing.T
	disk  string // the disk, as seen from outside the program's own mounts
	lead  browser
	space string
	files map[string]string // SHA-256 by path, acknowledged
}

// confined runs the program in a mount namespace of its own, with a disk of so
// many bytes as its data folder. Nothing of it stays when the program ends.
func confined(t *testing.T, bytes int) *full {
	t.Helper()
	mount := filepath.Join(t.TempDir(), "disk")
	lose(t, os.Mkdir(mount, 0o700))
	listen := freePort(t)
	f := &full{t: t, files: map[string]string{}}
	f.program = serve(t, listen, environ(temporary(t), mount, listen), func(c *exec.Cmd) {
		script := fmt.Sprintf(`mount --make-rprivate / && mount -t tmpfs -o size=%d,mode=700 disk "$1" && exec "$2" serve`, bytes)
		c.Args = []string{"/bin/sh", "-c", script, "confined", mount, c.Path}
		c.Path = "/bin/sh"
		c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		if os.Getuid() != 0 {
			c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
			c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
			c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
		}
	})
	f.ready(10 * time.Second)
	f.disk = filepath.Join("/proc", strconv.Itoa(f.c.Process.Pid), "root", mount)
	return f
}

// CRA-04: on a full disk writing ends with 507, in words; signing in and
// reading go on; nothing is damaged; and once there is room, everything works
// again by itself.
func TestCRA04(t *testing.T) {
	t.Parallel()
	f := confined(t, 24<<20)
	f.furnish()
	time.Sleep(3 * time.Second) // a server that has run for a moment has a reserve
	f.fill()
	f.refused()
	for range 5 {
		f.reads()
	}
	lose(t, os.Remove(filepath.Join(f.disk, "ballast")))
	f.recovers()
	f.reads()
}

func (f *full) furnish() {
	f.t.Helper()
	f.lead = browser{t: f.t, base: f.base}
	in := f.lead.want(http.StatusSeeOther, post("/signup", "firm", "Cabinet Delmas", "name", "Me Delmas", "email", "claire@delmas.example", "password", password))
	f.lead.token = in.session()
	firm, _, _ := strings.Cut(in.header.Get("Location"), "?")
	opened := f.lead.want(http.StatusSeeOther, post(firm+"/spaces/new", "name", "Mme Petit", "email", "sophie@petit.example", "model", "divorce"))
	f.space, _, _ = strings.Cut(opened.header.Get("Location"), "?")
	for n := range 3 {
		f.keep(n)
	}
}

// keep files a document and reads it once, as people do.
func (f *full) keep(n int) {
	f.t.Helper()
	raw := content(fmt.Sprint("papier ", n), 300_000)
	name := fmt.Sprintf("papier%d", n)
	f.lead.want(http.StatusSeeOther, file(f.space+"/files", name, raw, "tray", "firm"))
	page := string(f.lead.want(http.StatusOK, get(f.space)).body)
	found := regexp.MustCompile(`href="([^"]*/documents/[0-9a-z]{26})"[^>]*>` + name + `<`).FindStringSubmatch(page)
	if found == nil {
		f.t.Fatalf("%s is not listed", name)
	}
	f.files[found[1]] = digest(raw)
	f.lead.want(http.StatusOK, get(found[1]+"/file"))
}

// fill takes some room that it will give back, sends a file that does not fit,
// then takes what room is left.
func (f *full) fill() {
	f.t.Helper()
	ballast, err := os.Create(filepath.Join(f.disk, "ballast"))
	lose(f.t, err)
	_, err = ballast.Write(make([]byte, 4<<20))
	lose(f.t, err)
	raw := content("trop grand", 40<<20)
	u := f.lead.want(http.StatusCreated, create(f.space+"/uploads", strconv.Itoa(len(raw)), "filename", "grand", "tray", "firm"))
	f.full("an upload", f.lead.do(patch(u.header.Get("Location"), "0", raw)))
	f.full("a file in a form", f.lead.do(file(f.space+"/files", "grand", raw, "tray", "firm")))
	for block := make([]byte, 4096); ; {
		if _, err := ballast.Write(block); err != nil {
			break // the disk is full
		}
	}
	_ = ballast.Close() // what could not be written is not wanted
}

// full demands the status and the words of a full disk.
func (f *full) full(what string, a answer) {
	f.t.Helper()
	if a.status != http.StatusInsufficientStorage {
		f.t.Errorf("%s on a full disk: %d %s", what, a.status, a.text())
	}
	if a.header.Get("Content-Type") == "text/html; charset=utf-8" && len(a.text()) < 60 {
		f.t.Errorf("%s on a full disk is told nothing: %s", what, a.text())
	}
}

func (f *full) refused() {
	f.t.Helper()
	for n := range 40 { // the journal's last free page may take one more
		a := f.lead.do(post(f.space+"/memos", "subject", "Sujet", "body", strings.Repeat("texte ", 3000)))
		if a.status == http.StatusSeeOther && n < 20 {
			continue
		}
		f.full("a memo", a)
		break
	}
	f.full("another memo", f.lead.do(post(f.space+"/memos", "subject", "Sujet", "body", strings.Repeat("texte ", 3000))))
	f.full("a file", f.lead.do(file(f.space+"/files", "petit", content("petit", 200_000), "tray", "firm")))
}

// reads looks at everything that was acknowledged, in a new session each time.
func (f *full) reads() {
	f.t.Helper()
	b := browser{t: f.t, base: f.base}
	in := b.do(post("/signin", "email", "claire@delmas.example", "password", password))
	if in.status != http.StatusSeeOther || in.session() == "" {
		f.t.Errorf("signing in: %d %s", in.status, in.text())
		b.token = f.lead.token
	} else {
		b.token = in.session()
	}
	b.want(http.StatusOK, get(f.space))
	for path, sum := range f.files {
		a := b.want(http.StatusOK, get(path+"/file"))
		if digest(a.body) != sum {
			f.t.Errorf("%s: other bytes", path)
		}
		b.want(http.StatusOK, get(path))
	}
	if a := b.do(post("/signout")); a.status != http.StatusSeeOther {
		f.t.Errorf("signing out: %d", a.status)
	}
}

func (f *full) recovers() {
	f.t.Helper()
	start := time.Now()
	for {
		a := f.lead.do(file(f.space+"/files", "de nouveau", content("de nouveau", 100_000), "tray", "firm"))
		if a.status == http.StatusSeeOther {
			break
		}
		if time.Since(start) > 10*time.Second {
			f.t.Fatalf("ten seconds after there is room: %d %s", a.status, a.text())
		}
		time.Sleep(200 * time.Millisecond)
	}
	f.keep(99)
}
