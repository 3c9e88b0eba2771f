package dav_test

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cenacle/internal/document"
	"cenacle/internal/seedtest"
	"cenacle/internal/space"
)

// TestCadaver holds a conversation of the command-line client.
func TestCadaver(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	c := s.drive(s.Lead)
	home := t.TempDir()
	s.must(os.WriteFile(filepath.Join(home, "Pièce n° 1.txt"), []byte("un"), 0o600))
	s.must(os.WriteFile(filepath.Join(home, ".netrc"), []byte("machine 127.0.0.1 login claire password "+c.password+"\n"), 0o600))
	out, err := s.run("HOME="+home, strings.Join([]string{
		"open " + s.at(room, shared) + "/",
		"lcd " + home, "mkcol 2026", "cd 2026", `put "Pièce n° 1.txt"`, "ls", `move "Pièce n° 1.txt" "Pièce n° 2.txt"`,
		`copy "Pièce n° 2.txt" copie.txt`, `get "Pièce n° 2.txt" rendu.txt`, "lock copie.txt", "discover copie.txt", "unlock copie.txt",
		"propnames copie.txt", "delete copie.txt", "quit",
	}, "\n")+"\n", "cadaver")
	t.Log(out)
	if err != nil {
		t.Errorf("cadaver: %v", err)
	}
	got, err := os.ReadFile(filepath.Join(home, "rendu.txt"))
	if err != nil || string(got) != "un" {
		t.Errorf("it gave back %q, %v", got, err)
	}
	if n := strings.Count(out, "succeeded"); n < 8 {
		t.Errorf("only %d commands succeeded", n)
	}
	if !strings.Contains(out, "403") {
		t.Error("it deleted a copy")
	}
	s.detail("Pièce n° 2.txt")
	s.detail("copie.txt")
}

// names are made of these words, some of them written as macOS writes them.
var words = []string{
	"Pièce", "Convention", "Été", "Cœur", "naïf", "Élodie", "garçon", "n° 12", "§ 3", "Œuvre", "Straße", "Ångström", "日本", "Ελλάς",
	"l’avocat", "(copie)", "50 €", "« note »", "E\u0301te\u0301", "a+b", "x&y", "100 %", "#1", ";", "[x]", "~", "'q'",
}

// plant writes n small files into folders below home.
func plant(t *testing.T, home string, n int) {
	t.Helper()
	seed := seedtest.Of(t)
	r := rand.New(rand.NewPCG(seed, 2))
	for i := range n {
		folder := filepath.Join(home, fmt.Sprintf("%s %d", words[r.IntN(12)], i%3), fmt.Sprintf("%s %d", words[r.IntN(12)], i%2))
		if i%10 == 0 {
			folder = home
		}
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%s %s %d.txt", words[r.IntN(len(words))], words[r.IntN(len(words))], i)
		body := fmt.Appendf(nil, "%d %x", i, sha256.Sum256([]byte(name)))
		if err := os.WriteFile(filepath.Join(folder, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRclone takes files with difficult names to a drive, 400 every day and 2,000
// with CENACLE_TEST_LONG=1, and finds no difference, in names or bytes; and the
// journal has one line for each.
func TestRclone(t *testing.T) {
	t.Parallel()
	files := 400
	if os.Getenv("CENACLE_TEST_LONG") == "1" {
		files = 2000
	}
	s := open(t, false)
	c := s.drive(s.Lead)
	home := t.TempDir()
	plant(t, home, files)
	obscured, err := s.run("", "", "rclone", "obscure", c.password)
	s.must(err)
	remote := fmt.Sprintf(":webdav,url='%s/',vendor=other,user=claire,pass=%s:", s.at(room, shared), strings.TrimSpace(obscured))
	began := time.Now()
	out, err := s.run("", "", "rclone", "sync", home, remote+"2026", "--transfers", "8", "--checkers", "8", "--config", "", "-q")
	if err != nil {
		t.Fatalf("rclone sync: %v\n%s", err, out)
	}
	t.Logf("%d files in %s", files, time.Since(began))
	began = time.Now()
	out, err = s.run("", "", "rclone", "check", "--download", home, remote+"2026", "--config", "")
	if err != nil || !strings.Contains(out, "0 differences found") || !strings.Contains(out, fmt.Sprintf("%d matching files", files)) {
		t.Errorf("rclone check: %v\n%s", err, out)
	}
	t.Logf("checked in %s", time.Since(began))
	out, err = s.run("", "", "rclone", "sync", home, remote+"2026", "--config", "", "-v")
	if err != nil || !strings.Contains(out, "There was nothing to transfer") {
		t.Errorf("a second sync: %v\n%.2000s", err, out)
	}
	count := 0
	q := document.ListQuery{Space: s.Space, Tray: space.SharedTray, Limit: 1000}
	for {
		page, err := s.Documents.List(t.Context(), s.Lead.Actor, q)
		s.must(err)
		for _, d := range page {
			if count++; d.Current.Number != 1 {
				t.Errorf("%q has %d versions", d.Title, d.Current.Number)
			}
		}
		if len(page) < q.Limit {
			break
		}
		q.After = page[len(page)-1].ID
	}
	if count != files {
		t.Errorf("%d documents of %d files", count, files)
	}
}

// TestDavfs mounts a drive into the file system of this machine and uses it
// with ordinary calls. Where nothing may be mounted, the requests of davfs2 are
// played instead, as it sends them.
func TestDavfs(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	c := s.drive(s.Lead)
	c.ask("PUT", s.at(room, firms, "Note.txt"), "depuis le web")
	fuse, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err == nil && os.Getuid() == 0 {
		s.must(fuse.Close())
		s.mounted(c)
	} else {
		s.played(c)
	}
	if d := s.detail("Été.txt"); d.Current.Size != 6 || len(d.Versions) != 1 {
		t.Errorf("%d bytes in %d versions", d.Current.Size, len(d.Versions))
	}
	if r := c.ask("PROPFIND", s.at(room, shared, "Été.txt"), "", "Depth", "0"); strings.Contains(r.body, "activelock") {
		t.Error("it is still locked")
	}
}

func (s *stage) mounted(c client) {
	s.t.Helper()
	at, conf := s.t.TempDir(), filepath.Join(s.t.TempDir(), "conf")
	s.must(os.WriteFile(conf, []byte("use_locks 1\ndelay_upload 0\ngui_optimize 0\nask_auth 1\n"), 0o600))
	out, err := s.run("", "claire\n"+c.password+"\n", "/usr/sbin/mount.davfs", "-o", "conf="+conf, s.at()+"/", at)
	if err != nil {
		s.t.Fatalf("mount.davfs: %v\n%s", err, out)
	}
	entries, err := os.ReadDir(filepath.Join(at, room))
	s.must(err)
	if len(entries) != 3 {
		s.t.Errorf("the space has %v", entries)
	}
	raw, err := os.ReadFile(filepath.Join(at, room, firms, "Note.txt"))
	if string(raw) != "depuis le web" {
		s.t.Errorf("the note is %q, %v", raw, err)
	}
	s.must(os.WriteFile(filepath.Join(at, room, shared, "Été.txt"), []byte("monté"), 0o600))
	if err := os.Remove(filepath.Join(at, room, firms, "Note.txt")); err == nil {
		s.t.Error("a mounted drive deletes")
	}
	if out, err := s.run("", "", "umount", at); err != nil { // waits until all is sent
		s.t.Errorf("umount: %v\n%s", err, out)
	}
}

func (s *stage) played(c client) {
	s.t.Helper()
	c.wants("the root", c.ask("PROPFIND", s.at()+"/", "", "Depth", "1"), 207)
	c.wants("a folder", c.ask("PROPFIND", s.at(room, shared)+"/", "", "Depth", "1"), 207)
	at := s.at(room, shared, "Été.txt")
	token := c.wants("a name", c.ask("LOCK", at, lockBody, "Depth", "0"), 201).header.Get("Lock-Token")
	c.wants("it is there", c.ask("HEAD", at, ""), 200)
	c.wants("written", c.ask("PUT", at, "monté", "If", "<"+at+"> ("+token+")"), 204)
	c.wants("unlocked", c.ask("UNLOCK", at, "", "Lock-Token", token), 204)
}
