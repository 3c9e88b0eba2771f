package mail

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store/storetest"
	"cenacle/internal/vault"
)

func directoryBox(t *testing.T) *vault.Box {
	t.Helper()
	s := storetest.New(t)
	v := vault.New(vault.NewKey())
	if err := v.EnsureInstallation(t.Context(), s.Directory(), time.Unix(1<<30, 0)); err != nil {
		t.Fatal(err)
	}
	ring, err := vault.NewRing(v, s.Directory())
	if err != nil {
		t.Fatal(err)
	}
	return ring.Directory()
}

func mailbox(t *testing.T) (*Mailbox, string) {
	t.Helper()
	data := t.TempDir()
	b, err := OpenMailbox(data, directoryBox(t))
	if err != nil {
		t.Fatal(err)
	}
	return b, filepath.Join(data, "mail")
}

// numbered is a message composed n seconds after the first.
func numbered(n int) Message {
	m := sample()
	m.Date = m.Date.Add(time.Duration(n) * time.Second)
	m.ID = string(id.New[id.Job](m.Date)) + "@espace.example"
	return m
}

func TestMailboxKeepsAndReadsBack(t *testing.T) {
	b, folder := mailbox(t)
	first, second := numbered(1), numbered(2)
	first.Text, first.To = "CANARY-text", "canary@client.example"
	for _, m := range []Message{second, first, first} {
		if err := b.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	list, err := b.List(t.Context(), 10)
	if err != nil || !reflect.DeepEqual(list, []Message{second, first}) {
		t.Fatalf("List = %+v, %v", list, err)
	}
	if list, err := b.List(t.Context(), 1); err != nil || len(list) != 1 || list[0].ID != second.ID {
		t.Errorf("List(1) = %+v, %v", list, err)
	}
	if list, err := b.List(t.Context(), -1); err != nil || len(list) != 0 {
		t.Errorf("List(-1) = %+v, %v", list, err)
	}
	if got, err := b.Read(t.Context(), first.Job()); err != nil || !reflect.DeepEqual(got, first) {
		t.Errorf("Read = %+v, %v", got, err)
	}
	checkSealed(t, folder, 2)
}

// checkSealed: private files, without a planted word.
func checkSealed(t *testing.T, folder string, want int) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != want {
		t.Fatalf("%d files, want %d (%v)", len(entries), want, err)
	}
	for _, e := range entries {
		raw, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(bytes.ToLower(raw), []byte("canary")) || strings.Contains(strings.ToLower(e.Name()), "canary") {
			t.Errorf("%s holds a planted word", e.Name())
		}
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", e.Name(), info.Mode(), err)
		}
	}
}

func TestMailboxIsBounded(t *testing.T) {
	b, _ := mailbox(t)
	b.kept = 3
	for n := range 6 {
		if err := b.Send(t.Context(), numbered(n)); err != nil {
			t.Fatal(err)
		}
	}
	list, err := b.List(t.Context(), 10)
	if err != nil || len(list) != 3 || !list[0].Date.Equal(numbered(5).Date) || !list[2].Date.Equal(numbered(3).Date) {
		t.Errorf("List = %+v, %v", list, err)
	}
}

func TestMailboxRefuses(t *testing.T) {
	b, folder := mailbox(t)
	m := numbered(1)
	if err := b.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	bad := numbered(2)
	bad.ID = "../../x@espace.example"
	if err := b.Send(t.Context(), bad); !fault.Is(err, fault.Invalid) {
		t.Errorf("an ID that leaves the folder: %v", err)
	}
	for _, job := range []id.Job{"", "../root", "x", numbered(9).Job()} {
		if _, err := b.Read(t.Context(), job); !fault.Is(err, fault.NotFound) {
			t.Errorf("Read(%q): %v", job, err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Send(cancelled, numbered(3)); err == nil {
		t.Error("Send after the end of its context")
	}
	moved := numbered(4).Job()
	if err := os.Rename(b.path(m.Job()), b.path(moved)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Read(t.Context(), moved); err == nil {
		t.Error("a message that was moved to another name opened")
	}
	checkSealed(t, folder, 1)
}

// What a crash leaves half-written is neither listed nor kept for ever.
func TestMailboxForgetsUnfinishedFiles(t *testing.T) {
	b, folder := mailbox(t)
	for _, name := range []string{unfinished + "123", "note.txt", "x" + suffix} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := b.List(t.Context(), 10); err != nil || len(list) != 0 {
		t.Errorf("List = %+v, %v", list, err)
	}
	if _, err := OpenMailbox(filepath.Dir(folder), b.box); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, unfinished+"123")); !os.IsNotExist(err) {
		t.Errorf("the unfinished file is still there: %v", err)
	}
	if _, err := os.Stat(filepath.Join(folder, "note.txt")); err != nil {
		t.Errorf("a file that is not ours was touched: %v", err)
	}
}
