package proof

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"cenacle/internal/seedtest"
	"cenacle/internal/store"
)

// CRA-02: the power fails. What a real server wrote, made durable, renamed and removed
// is known call by call; from it come disks as a power cut may leave them: what was not
// made durable is there, is not, is there in part or in another order, in files and in
// folders. On each of them the product starts, has what it had acknowledged until then,
// and shows nothing by halves. In every second recording the disk fails to make
// something durable and forgets what it was.
func TestCRA02(t *testing.T) {
	t.Parallel()
	base := newCrash(t, store.Config{})
	r := rand.New(rand.NewPCG(seedtest.Of(t), 2))
	states, recordings := span(4, 2000), span(1, 20)
	var cuts, lost int
	for n := range recordings {
		s := base.again(r)
		before := scanned(t, s.data)
		calls := s.harmed(failing(r, n))
		for range states / recordings {
			at := r.IntN(len(calls) + 1)
			d := newDisk(before)
			for _, c := range calls[:at] {
				d.do(c)
			}
			x := base.on(filepath.Join(t.TempDir(), "data"), r)
			lost += d.cut(t, r, x.data)
			x.believe(s.acked, at)
			x.sound()
			cuts++
		}
	}
	t.Logf("%d power cuts; %d writes and changes of folders were lost or torn", cuts, lost)
	if lost < cuts {
		t.Error("the cuts took too little to prove anything")
	}
}

// failing has one sync fail, in every second recording.
func failing(r *rand.Rand, n int) func(int, diskCall) (syscall.Errno, bool) {
	if n%2 == 0 {
		return nil
	}
	after, done := r.IntN(300), false
	return func(i int, d diskCall) (syscall.Errno, bool) {
		if done || i < after || d.name != "sync" {
			return 0, false
		}
		done = true
		return syscall.EIO, false
	}
}

// believe takes what was acknowledged when so many calls were done.
func (s *stint) believe(acked []acknowledged, calls int) {
	for _, a := range acked {
		if a.calls <= calls {
			s.files, s.memos, s.receipts = maps.Clone(a.files), slices.Clone(a.memos), slices.Clone(a.receipts)
		}
	}
}

// inode is a file on a disk: what is durable of it, and what was done to it since.
type inode struct {
	durable []byte
	since   []diskCall
	folder  bool
}

// entry is a change of a folder that is not durable yet.
type entry struct {
	diskCall
	node *inode
}

// disk is what a power cut leaves, by the rules of POSIX and no kinder: bytes are
// durable when their file was synced, names when their folder was.
type disk struct {
	names   map[string]*inode // as the program sees them
	durable map[string]*inode
	since   []entry
}

// scanned is a folder, all of it durable.
func scanned(t testing.TB, folder string) map[string]*inode {
	t.Helper()
	out := map[string]*inode{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			out[path] = &inode{folder: true}
			return err
		}
		raw, err := os.ReadFile(filepath.Join(folder, path))
		out[path] = &inode{durable: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func newDisk(before map[string]*inode) *disk {
	d := &disk{names: map[string]*inode{}, durable: map[string]*inode{}}
	for path, n := range before {
		one := &inode{durable: n.durable, folder: n.folder} // bytes are never changed in place
		d.names[path], d.durable[path] = one, one
	}
	return d
}

// do is a call that the kernel has done.
func (d *disk) do(c diskCall) {
	at := d.names[c.path]
	switch {
	case c.name == "sync" && c.err:
		if at != nil { // the kernel says so once, and has forgotten
			at.since = nil
		}
	case c.err:
	case c.name == "write" || c.name == "size":
		if at != nil {
			at.since = append(at.since, c)
		}
	case c.name == "sync":
		d.sync(c.path, at)
	default:
		d.change(c, at)
	}
}

// sync makes a file or a folder durable.
func (d *disk) sync(path string, at *inode) {
	if at == nil {
		return // removed meanwhile
	}
	if !at.folder {
		for _, c := range at.since {
			at.durable = applied(at.durable, c)
		}
		at.since = nil
		return
	}
	var left []entry
	for _, e := range d.since {
		if filepath.Dir(e.path) == path || e.to != "" && filepath.Dir(e.to) == path {
			enter(d.durable, e)
		} else {
			left = append(left, e)
		}
	}
	d.since = left
}

// change is one of a folder.
func (d *disk) change(c diskCall, at *inode) {
	e := entry{c, at}
	switch c.name {
	case "create":
		if at != nil {
			if c.size < 0 {
				at.since = append(at.since, diskCall{name: "size", path: c.path})
			}
			return
		}
		e.node = &inode{}
	case "folder":
		e.node = &inode{folder: true}
	default:
		if at == nil {
			return
		}
	}
	enter(d.names, e)
	d.since = append(d.since, e)
}

// enter changes names.
func enter(names map[string]*inode, e entry) {
	switch e.name {
	case "create", "folder":
		names[e.path] = e.node
	case "link":
		names[e.to] = e.node
	case "rename":
		delete(names, e.path)
		names[e.to] = e.node
	case "remove":
		delete(names, e.path)
	}
}

// applied is content after a write or a change of its size; content stays as it is.
func applied(content []byte, c diskCall) []byte {
	end := int64(len(content))
	if c.name == "size" {
		end = c.size
	} else {
		end = max(end, c.at+int64(len(c.bytes)))
	}
	out := make([]byte, end)
	copy(out, content)
	if c.name == "write" {
		copy(out[c.at:], c.bytes)
	}
	return out
}

// cut writes what is left after the power failed, and counts what is not.
func (d *disk) cut(t testing.TB, r *rand.Rand, folder string) (lost int) {
	t.Helper()
	kept := r.IntN(4) // 0: only what is durable; 1: everything; else by chance
	names := maps.Clone(d.durable)
	upTo := map[int]int{0: 0, 1: len(d.since)}
	n, certain := upTo[kept]
	if !certain {
		n = r.IntN(len(d.since) + 1)
	}
	for _, e := range d.since[:n] { // a file system keeps the order of names
		enter(names, e)
	}
	lost = len(d.since) - n
	for _, path := range slices.Sorted(maps.Keys(names)) {
		one := names[path]
		switch to := filepath.Join(folder, path); {
		case one.folder:
			if err := os.Mkdir(to, 0o700); err != nil && path != "." {
				t.Log(path, err) // its own folder is not there
			} else if err != nil {
				t.Fatal(err)
			}
		default:
			content, less := one.left(r, kept)
			lost += less
			if err := os.WriteFile(to, content, 0o600); err != nil {
				t.Log(path, err)
			}
		}
	}
	return lost
}

// sector is the least that a disk writes whole.
const sector = 512

// left is what is on the disk of a file.
func (n *inode) left(r *rand.Rand, kept int) (content []byte, lost int) {
	content = n.durable
	for _, c := range n.since {
		switch what := r.IntN(3); {
		case kept == 1 || kept > 1 && what == 0:
			content = applied(content, c)
		case kept > 1 && what == 1 && c.name == "write" && len(c.bytes) > sector:
			c.bytes = c.bytes[:sector*r.IntN(len(c.bytes)/sector)]
			content = applied(content, c)
			lost++
		default:
			lost++
		}
	}
	return content, lost
}

// TestDisk: the disk of the proof loses what it should, and nothing else.
func TestDisk(t *testing.T) {
	d := newDisk(map[string]*inode{".": {folder: true}, "a": {durable: []byte("durable")}})
	for _, c := range []diskCall{
		{name: "write", path: "a", at: 0, bytes: []byte("DUR")},
		{name: "create", path: "b"}, {name: "write", path: "b", bytes: []byte("new")}, {name: "sync", path: "b"},
		{name: "rename", path: "b", to: "c"},
		{name: "create", path: "d"}, {name: "write", path: "d", bytes: []byte("gone")},
		{name: "sync", path: "d", err: true},
	} {
		d.do(c)
	}
	look := func() string {
		var all []string
		for path, n := range d.durable {
			if !n.folder {
				all = append(all, fmt.Sprintf("%s=%s", path, n.durable))
			}
		}
		slices.Sort(all)
		return strings.Join(all, " ")
	}
	if got := look(); got != "a=durable" {
		t.Errorf("before anything is synced: %s", got)
	}
	d.do(diskCall{name: "sync", path: "."})
	d.do(diskCall{name: "sync", path: "d"})
	if got := look(); got != "a=durable c=new d=" {
		t.Errorf("with its names: %s", got)
	}
	d.do(diskCall{name: "sync", path: "a"})
	d.do(diskCall{name: "size", path: "a", size: 2})
	d.do(diskCall{name: "remove", path: "c"})
	if got := look(); got != "a=DURable c=new d=" {
		t.Errorf("with its bytes: %s", got)
	}
	if !bytes.Equal(applied([]byte("abcdef"), diskCall{name: "size", size: 3}), []byte("abc")) {
		t.Error("a file does not shrink")
	}
}
