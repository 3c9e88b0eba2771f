package backup_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"

	"cenacle/internal/backup"
	"cenacle/internal/config"
	"cenacle/internal/id"
	"cenacle/internal/seedtest"
	"cenacle/internal/server"
	"cenacle/internal/store"
)

// childVariable makes a test process do one command and end.
const childVariable = "CENACLE_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	if err := child(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child does what its arguments say, in a process that can be killed.
func child(args []string) (err error) {
	fmt.Println("ready")
	ctx := context.Background()
	c, err := config.Load("", []string{"CENACLE_DATA=" + args[1]})
	if err != nil {
		return err
	}
	options := server.Options{Clock: time.Now, Log: slog.New(slog.DiscardHandler)}
	if args[0] == "restore" {
		r := backup.Restoring{From: backup.Folder(args[2]), To: args[1], Keep: []string{"root.key"}}
		r.Open = opener(c)
		_, _, err := backup.Restore(ctx, r)
		return err
	}
	s, err := server.New(ctx, c, options)
	if err != nil {
		return err
	}
	h := s.House("test")
	defer func() { err = errors.Join(err, s.Close()) }()
	switch args[0] {
	case "backup":
		_, err = backup.Make(ctx, h, backup.Folder(args[2]), backup.Options{})
	case "export":
		_, err = backup.Export(ctx, h, backup.Exporting{Firm: id.Firm(args[2]), To: args[3], Recipients: args[4:], Step: smallStep})
	case "import":
		var identity *age.X25519Identity
		if identity, err = age.ParseX25519Identity(args[3]); err == nil {
			_, err = backup.Import(ctx, h, backup.Importing{From: args[2], Identities: []age.Identity{identity}})
		}
	default:
		err = fmt.Errorf("%s is nothing to do", args[0])
	}
	return err
}

// command is a child, not started yet.
func command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), childVariable+"=1")
	return c
}

// kill starts a child and kills it after a while; over says that it had ended
// by itself before. A child that fails ends the test.
func kill(t testing.TB, after time.Duration, args ...string) (over bool) {
	t.Helper()
	c := command(t, args...)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	if err := c.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	err = c.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		t.Fatalf("%v ended with %v", args, err)
	}
	return err == nil
}

// duration is how long a child takes by itself.
func duration(t testing.TB, args ...string) time.Duration {
	t.Helper()
	start := time.Now()
	if out, err := command(t, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return time.Since(start)
}

// chance is a source of randomness whose seed is printed.
func chance(t testing.TB) *rand.Rand {
	return rand.New(rand.NewPCG(seedtest.Of(t), 7))
}

// A backup killed at any moment leaves none, or a whole one; the next one makes
// up for it.
func TestBackupKilled(t *testing.T) {
	w, _ := demonstration(t, store.Config{})
	r := chance(t)
	to := filepath.Join(t.TempDir(), "backups")
	long := duration(t, "backup", w.data, to)
	whole := 1
	for range 12 {
		w.must(os.RemoveAll(filepath.Join(to, "blobs"))) // so that there is something to copy
		for _, m := range list(t, to) {
			w.must(os.RemoveAll(filepath.Join(to, m.ID)))
		}
		if kill(t, time.Duration(r.Int64N(int64(long))), "backup", w.data, to) {
			whole++
		}
		for _, m := range list(t, to) {
			if _, err := backup.Check(t.Context(), backup.Folder(to), m.ID); err != nil {
				t.Errorf("what looks like a backup is none: %v", err)
			}
		}
	}
	made, err := backup.Make(t.Context(), w.house, backup.Folder(to), backup.Options{Verify: true})
	w.must(err)
	all := list(t, to)
	if last := all[len(all)-1]; last.ID != made.Manifest.ID {
		t.Errorf("the last backup is %s", last.ID)
	}
	t.Logf("%d of 12 ended before they were killed; one takes %v", whole-1, long)
}

func list(t testing.TB, to string) []backup.Manifest {
	t.Helper()
	all, err := backup.List(t.Context(), backup.Folder(to))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A restore killed at any moment leaves a folder that no server starts on and
// the next restore takes, or an installation.
func TestRestoreKilled(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	r := chance(t)
	from := t.TempDir()
	_, err := backup.Make(t.Context(), w.house, backup.Folder(from), backup.Options{})
	w.must(err)
	want := w.contents(f)
	long := duration(t, "restore", w.restoring(from).To, from)
	whole, refused := 0, 0
	for range 12 {
		to := w.restoring(from).To
		over := kill(t, time.Duration(r.Int64N(int64(long))), "restore", to, from)
		_, err := os.Stat(filepath.Join(to, "directory.db"))
		switch {
		case err == nil:
			whole++
			w.must(backup.Unfinished(to))
		case over:
			t.Error("it ended and there is no installation")
		default:
			if backup.Unfinished(to) != nil {
				refused++
			} else if len(files(t, to)) != 1 {
				t.Errorf("it looks empty and is not: %v", files(t, to))
			}
			_, _, err := backup.Restore(t.Context(), opening(t, backup.Restoring{From: backup.Folder(from), To: to}))
			w.must(err)
		}
		if got := open(t, store.Config{}, to).contents(f); !maps.Equal(got, want) {
			t.Errorf("%d documents came back, of %d", len(got), len(want))
		}
	}
	t.Logf("%d complete, %d cut in the middle; one takes %v", whole, refused, long)
}
