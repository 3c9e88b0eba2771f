package document_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/id"
	"cenacle/internal/seedtest"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

func random(t *testing.T) (*rand.Rand, uint64) {
	seed := seedtest.Of(t)
	return rand.New(rand.NewPCG(seed, 1)), seed
}

func noise(r *rand.Rand, n int) []byte {
	raw := make([]byte, n)
	for i := range raw {
		raw[i] = byte(r.Uint32())
	}
	return raw
}

var errCut = errors.New("the network is gone")

// cut gives some bytes and fails then.
type cut struct {
	r    io.Reader
	left int
}

func (c *cut) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errCut
	}
	n, err := c.r.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// TestUploadLife cuts uploads at random places, restarts the house between
// some, and wants every byte back, once, with its hash in the journal.
func TestUploadLife(t *testing.T) {
	r, _ := random(t)
	documenttest.Each(t, document.Config{Alone: true}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		for _, size := range []int{1, 4096, 65_480, 65_481, 200_000, 6 << 20, 13<<20 + 7} {
			content := noise(r, size)
			u, err := h.Documents.Begin(t.Context(), h.Lead, document.BeginUpload{
				Space: in, Tray: space.FirmTray, Name: "acte.bin", Size: int64(size),
			})
			h.Must(err)
			cuts := 0
			for !u.Done {
				give := r.IntN(size + size/4 + 1)
				next, err := h.Documents.Append(t.Context(), h.Lead, u.ID, u.Offset, &cut{bytes.NewReader(content[u.Offset:]), give})
				if err != nil && !fault.Is(err, fault.Unavailable) {
					t.Fatalf("size %d, offset %d, after %d bytes: %v", size, u.Offset, give, err)
				}
				if next.Offset < u.Offset || next.Offset > u.Offset+int64(give) {
					t.Fatalf("size %d: from %d with %d bytes to %d", size, u.Offset, give, next.Offset)
				}
				if cuts++; cuts%3 == 0 && !next.Done {
					h = h.Restart()
				}
				resumed, err := h.Documents.Resume(t.Context(), h.Lead, u.ID)
				h.Must(err)
				if resumed.Offset != next.Offset || resumed.Done != next.Done {
					t.Fatalf("Append said %d (%t), Resume says %d (%t)", next.Offset, next.Done, resumed.Offset, resumed.Done)
				}
				u = resumed
			}
			check(t, h, h.Lead, u.Document, content)
		}
		if left, err := h.Documents.Pending(t.Context(), h.Lead, in); err != nil || len(left) > 0 {
			t.Errorf("pending %v, %v", left, err)
		}
		wantNoIncoming(t, h)
	})
}

// check compares a document with what was sent, and the journal with it.
func check(t *testing.T, h *documenttest.House, by authz.Actor, of id.Item, content []byte) {
	t.Helper()
	d, err := h.Documents.Show(t.Context(), by, of)
	h.Must(err)
	sum := sha256.Sum256(content)
	if d.Current.Size != int64(len(content)) || d.Current.SHA256 != sum {
		t.Errorf("%d bytes with %x, sent %d with %x", d.Current.Size, d.Current.SHA256, len(content), sum)
	}
	if !bytes.Equal(h.Read(by, of, ""), content) {
		t.Error("other bytes came back")
	}
	var lines int
	for _, r := range h.Journal(by) {
		if r.Object == string(of) && strings.Contains(string(r.Details), hex.EncodeToString(sum[:])) {
			lines++
		}
	}
	if lines == 0 {
		t.Error("the journal does not hold the hash")
	}
}

func wantNoIncoming(t *testing.T, h *documenttest.House) {
	t.Helper()
	err := filepath.WalkDir(h.Dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.Contains(path, "incoming") {
			t.Errorf("%s is left behind", path)
		}
		return err
	})
	h.Must(err)
}

// files are the sealed files of all firms.
func files(t *testing.T, h *documenttest.House) (paths []string) {
	t.Helper()
	h.Must(filepath.WalkDir(h.Dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			paths = append(paths, path)
		}
		return err
	}))
	return paths
}

func TestEmptyFile(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		u := h.File(h.Lead, in, "vide.txt", nil)
		check(t, h, h.Lead, u.Document, nil)
		again, err := h.Documents.Append(t.Context(), h.Lead, u.ID, 0, strings.NewReader(""))
		if err != nil || !again.Done {
			t.Errorf("asked again: %+v, %v", again, err)
		}
		if _, err := h.Documents.Append(t.Context(), h.Lead, u.ID, 5, strings.NewReader("x")); !fault.Is(err, fault.Conflict) {
			t.Errorf("bytes after the end: %v", err)
		}
	})
}

// TestUPL07_Protocol sends what the protocol forbids.
func TestUPL07_Protocol(t *testing.T) {
	documenttest.Each(t, document.Config{Limit: 1 << 30, Quota: 1 << 20}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		other := h.Member(h.Lead, in, authz.Colleague, "Me Leroy")
		stranger := h.Found("Cabinet Voisin", "Me Voisin")
		begin := func(size int64) (document.Upload, error) {
			return h.Documents.Begin(t.Context(), h.Lead, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: "a", Size: size})
		}
		if _, err := begin(5 << 30); !fault.Is(err, fault.TooLarge) {
			t.Errorf("5 GiB: %v", err)
		}
		if _, err := begin(-1); !fault.Is(err, fault.Invalid) {
			t.Errorf("a negative size: %v", err)
		}
		u, err := begin(1 << 19)
		h.Must(err)
		if _, err := begin(1<<19 + 1); !fault.Is(err, fault.TooLarge) {
			t.Errorf("beyond the quota: %v", err)
		}
		for _, offset := range []int64{-1, 1, 1 << 62} {
			got, err := h.Documents.Append(t.Context(), h.Lead, u.ID, offset, strings.NewReader("x"))
			if !fault.Is(err, fault.Conflict) || got.ID != u.ID || got.Offset != 0 {
				t.Errorf("offset %d: %+v, %v", offset, got, err)
			}
		}
		for name, by := range map[string]authz.Actor{"colleague": other, "other firm": stranger, "nobody": {Firm: h.Lead.Firm}} {
			_, resume := h.Documents.Resume(t.Context(), by, u.ID)
			_, appending := h.Documents.Append(t.Context(), by, u.ID, 0, strings.NewReader("x"))
			cancel := h.Documents.Cancel(t.Context(), by, u.ID)
			for _, err := range []error{resume, appending, cancel} {
				if !fault.Is(err, fault.NotFound) {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		longer := bytes.Repeat([]byte("x"), 1<<19+1)
		if got, err := h.Documents.Append(t.Context(), h.Lead, u.ID, 0, bytes.NewReader(longer)); !fault.Is(err, fault.Invalid) || got.Done {
			t.Errorf("more bytes than announced: %+v, %v", got, err)
		}
		h.Must(h.Documents.Cancel(t.Context(), h.Lead, u.ID))
		if _, err := h.Documents.Resume(t.Context(), h.Lead, u.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a cancelled upload: %v", err)
		}
		wantNoIncoming(t, h)
		done := h.File(h.Lead, in, "b", []byte("b"))
		if err := h.Documents.Cancel(t.Context(), h.Lead, done.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("cancelling what is done: %v", err)
		}
		if got := h.Read(h.Lead, done.Document, ""); string(got) != "b" {
			t.Errorf("after that it reads %q", got)
		}
	})
}

// TestUPL05_Quota begins a hundred uploads at once beside a nearly full quota.
func TestUPL05_Quota(t *testing.T) {
	documenttest.Each(t, document.Config{Quota: 100_000}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		h.File(h.Lead, in, "a", make([]byte, 95_000))
		var admitted sync.Map
		var wait sync.WaitGroup
		for i := range 20 {
			wait.Go(func() {
				_, err := h.Documents.Begin(t.Context(), h.Lead, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: "b", Size: 1000})
				if err == nil {
					admitted.Store(i, true)
				} else if !fault.Is(err, fault.TooLarge) && !fault.Is(err, fault.Unavailable) {
					t.Errorf("refused with %v", err)
				}
			})
		}
		wait.Wait()
		n := 0
		admitted.Range(func(any, any) bool { n++; return true })
		if n > 5 || n == 0 {
			t.Errorf("%d uploads of 1000 bytes were admitted beside 5000 free ones", n)
		}
	})
}

// TestCrashBeforeAct fails the act after all bytes have come, once for each
// way of asking again.
func TestCrashBeforeAct(t *testing.T) {
	broken := errors.New("the power is gone")
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		for _, again := range []string{"resume", "append"} {
			failing := document.New(h.Office, h.Blobs, document.Config{
				Deposit: func(*act.Act, authz.Actor, id.Space) (id.Deposit, error) { return "", broken },
			})
			u, err := failing.Begin(t.Context(), client, document.BeginUpload{Space: in, Tray: space.ClientTray, Name: "a", Size: 3})
			h.Must(err)
			if _, err = failing.Append(t.Context(), client, u.ID, 0, strings.NewReader("abc")); !errors.Is(err, broken) {
				t.Fatalf("the failing act: %v", err)
			}
			if list, err := h.Documents.List(t.Context(), client, document.ListQuery{Space: in}); err != nil || len(list) != 0 {
				t.Errorf("half a document is seen: %v, %v", list, err)
			}
			var done document.Upload
			if again == "resume" {
				done, err = h.Documents.Resume(t.Context(), client, u.ID)
			} else {
				done, err = h.Documents.Append(t.Context(), client, u.ID, 3, strings.NewReader(""))
			}
			h.Must(err)
			if !done.Done {
				t.Errorf("%s does not finish it: %+v", again, done)
			}
			check(t, h, client, u.Document, []byte("abc"))
			h.Must(h.Documents.Delete(t.Context(), h.Lead, u.Document))
		}
	})
}

// revoking takes a right away in the middle of the bytes.
type revoking struct {
	io.Reader
	after  int
	revoke func()
}

func (r *revoking) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if r.after -= n; r.after <= 0 && r.revoke != nil {
		r.revoke()
		r.revoke = nil
	}
	return n, err
}

// TestISO07_RevokedUpload revokes the client while her upload runs; a week
// later nothing of it is left.
func TestISO07_RevokedUpload(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		content := make([]byte, 16<<20)
		u, err := h.Documents.Begin(t.Context(), client, document.BeginUpload{Space: in, Tray: space.ClientTray, Name: "a", Size: int64(len(content))})
		h.Must(err)
		got, err := h.Documents.Append(t.Context(), client, u.ID, 0, &revoking{bytes.NewReader(content), 12 << 20, func() { h.Leave(client, in) }})
		if !fault.Is(err, fault.NotFound) || got.Done {
			t.Errorf("after the revocation: %+v, %v", got, err)
		}
		if _, err := h.Documents.Resume(t.Context(), client, u.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("she resumes with %v", err)
		}
		h.Clock.Advance(6 * 24 * time.Hour)
		h.Must(h.Documents.Sweep(t.Context(), h.Lead.Firm))
		if files := incoming(t, h); files != 1 {
			t.Errorf("after six days %d incoming files", files)
		}
		h.Clock.Advance(25 * time.Hour)
		h.Must(h.Documents.Sweep(t.Context(), h.Lead.Firm))
		wantNoIncoming(t, h)
	})
}

func incoming(t *testing.T, h *documenttest.House) (n int) {
	t.Helper()
	h.Must(filepath.WalkDir(h.Dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.Contains(path, "incoming") {
			n++
		}
		return err
	}))
	return n
}

// TestSweep keeps what is finished, what goes on, and what is young, and takes
// the rest with its bytes, also bytes that no row knows.
func TestSweep(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		done := h.File(h.Lead, in, "a", []byte("a"))
		begin := func() document.Upload {
			u, err := h.Documents.Begin(t.Context(), h.Lead, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: "b", Size: 200_000})
			h.Must(err)
			u, err = h.Documents.Append(t.Context(), h.Lead, u.ID, 0, bytes.NewReader(make([]byte, 100_000)))
			h.Must(err)
			return u
		}
		lost := begin()
		folder := filepath.Join(h.Dir, "firms", string(h.Lead.Firm), "incoming")
		orphan := filepath.Join(folder, string(id.New[id.Blob](h.Clock.Now())))
		h.Must(os.WriteFile(orphan, []byte("x"), 0o600))
		h.Clock.Advance(5 * 24 * time.Hour)
		kept := begin()
		h.Clock.Advance(3 * 24 * time.Hour)
		h.Must(h.Documents.Sweep(t.Context(), h.Lead.Firm))
		if _, err := h.Documents.Resume(t.Context(), h.Lead, lost.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the lapsed one: %v", err)
		}
		if got, err := h.Documents.Resume(t.Context(), h.Lead, kept.ID); err != nil || got.Offset != kept.Offset {
			t.Errorf("the young one: %+v, %v", got, err)
		}
		if n := incoming(t, h); n != 1 {
			t.Errorf("%d incoming files, want the young one's", n)
		}
		if got := h.Read(h.Lead, done.Document, ""); string(got) != "a" {
			t.Errorf("the finished one reads %q", got)
		}
	})
}

// hostile are names that broke other products.
var hostile = []string{
	"../../../etc/passwd", `..\..\windows\system32\config`, "/etc/shadow", `C:\fakepath\acte.pdf`, "\\\\server\\share",
	"", " ", ".", "..", "...", ".htaccess", "CON", "nul.txt", "COM1.pdf", "a\x00b.pdf", "a\r\nX-Evil: 1.pdf", "a\u2028b.pdf",
	"\u202egpj.exe", "\ufeffacte.pdf", "<script>alert(1)</script>.pdf", "a\"; filename=\"b.pdf", "'; drop table item; --",
	"été.pdf", "e\u0301te\u0301.pdf", "ÉTÉ.PDF", "acte.pdf", "Acte.pdf", "ACTE.pdf", "acte.pdf ", "acte.pdf.",
	"Pièce n° 3 — été 2024 (définitif) .pdf", "契約書.pdf", "عقد.pdf", "👩‍⚖️.pdf", "\xff\xfe\xfd.pdf", strings.Repeat("a", 5000) + ".pdf",
	"%2e%2e%2f", "a/b/c", "a:b", "a*b?", "=cmd|' /C calc'!A0", "{{.}}", "${jndi:ldap://x}", "\x1b[31mrouge\x1b[0m",
}

// TestUPL01_HostileNames files each of them: all arrive, none changes a path,
// and each is shown and written safely.
func TestUPL01_HostileNames(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		for i, name := range hostile {
			u := h.File(h.Lead, in, name, []byte{byte(i)})
			d, err := h.Documents.Show(t.Context(), h.Lead, u.Document)
			h.Must(err)
			if d.Title == "" || d.Title != fold.Name(d.Title) {
				t.Errorf("%q has the title %q", name, d.Title)
			}
			c, err := h.Documents.Content(t.Context(), h.Lead, document.Want{Item: u.Document, Purpose: document.Download})
			h.Must(err)
			h.Must(c.Reader.Close())
			if c.Name != fold.File(c.Name) || strings.ContainsAny(c.Name, "/\\\x00\r\n\"") {
				t.Errorf("%q is downloaded as %q", name, c.Name)
			}
		}
		list, err := h.Documents.List(t.Context(), h.Lead, document.ListQuery{Space: in, Tray: space.FirmTray})
		h.Must(err)
		if len(list) != len(hostile) {
			t.Errorf("%d names, %d documents", len(hostile), len(list))
		}
		h.Must(filepath.WalkDir(h.Dir, func(path string, _ fs.DirEntry, err error) error {
			base := filepath.Base(path)
			if _, bad := id.Parse[id.Blob](base); bad != nil && path != h.Dir && len(base) != 1 &&
				base != "firms" && base != "blobs" && base != "incoming" {
				t.Errorf("a foreign name on disk: %s", path)
			}
			return err
		}))
	})
}

// TestWholeFile sends files as a plain form does, without their size.
func TestWholeFile(t *testing.T) {
	r, _ := random(t)
	documenttest.Each(t, document.Config{Limit: 1 << 20}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		form := document.BeginUpload{Space: in, Tray: space.ClientTray, Name: "photo.png"}
		for _, size := range []int{0, 1, 65_480, 300_000, 1 << 20} {
			content := noise(r, size)
			u, err := h.Documents.File(t.Context(), client, form, bytes.NewReader(content))
			h.Must(err)
			if !u.Done || u.Size != int64(size) {
				t.Errorf("%+v", u)
			}
			check(t, h, client, u.Document, content)
		}
		if _, err := h.Documents.File(t.Context(), client, form, bytes.NewReader(make([]byte, 1<<20+1))); !fault.Is(err, fault.TooLarge) {
			t.Errorf("one byte too many: %v", err)
		}
		if _, err := h.Documents.File(t.Context(), client, form, &cut{bytes.NewReader(make([]byte, 1<<20)), 100_000}); !fault.Is(err, fault.Unavailable) {
			t.Errorf("a cut: %v", err)
		}
		if _, err := h.Documents.File(t.Context(), h.Lead, form, strings.NewReader("x")); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the firm deposits: %v", err)
		}
		wantNoIncoming(t, h)
		if left, err := h.Documents.Pending(t.Context(), client, in); err != nil || len(left) > 0 {
			t.Errorf("pending %v, %v", left, err)
		}
		if list, err := h.Documents.List(t.Context(), client, document.ListQuery{Space: in}); err != nil || len(list) != 5 {
			t.Errorf("%d documents, %v", len(list), err)
		}
	})
}

// TestISO13_NothingInClear looks for what was said in every file of a running
// embedded house, in the middle of an upload.
func TestISO13_NothingInClear(t *testing.T) {
	h := documenttest.New(t, store.Config{Dir: t.TempDir()}, reading(t))
	in := h.Space(h.Lead, "Petit")
	plants := []string{"canari-titre", "canari-contenu", "canari-raison", "canari-nouveau", "canari-envoi", "canari-deposant"}
	client := h.Member(h.Lead, in, authz.Client, plants[5])
	of := h.File(h.Lead, in, plants[0], bytes.Repeat([]byte(plants[1]), 20_000)).Document
	h.Upload(h.Lead, document.BeginUpload{Space: in, Replaces: of, Name: plants[0], Reason: plants[2]}, []byte(plants[1]))
	h.Must(h.Documents.Rename(t.Context(), h.Lead, of, plants[3]))
	h.Deposit(client, in, plants[0], []byte(plants[1]))
	u, err := h.Documents.Begin(t.Context(), h.Lead, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: plants[4], Size: 1 << 20})
	h.Must(err)
	if _, err := h.Documents.Append(t.Context(), h.Lead, u.ID, 0, &cut{strings.NewReader(strings.Repeat(plants[1], 1<<16)), 300_000}); err == nil {
		t.Error("a cut upload ends well")
	}
	settle(t, h)
	if got := found(t, h, h.Lead, document.Find{Text: "canari contenu nouveau"}); len(got) != 1 {
		t.Errorf("contents were not read: %d hits", len(got))
	}
	files := 0
	for _, dir := range []string{h.Dir, h.Stored.Dir} {
		h.Must(filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			files++
			raw, err := os.ReadFile(path)
			for _, plant := range plants {
				if bytes.Contains(raw, []byte(plant)) || strings.Contains(path, plant) {
					t.Errorf("%s holds %q", path, plant)
				}
			}
			return err
		}))
	}
	if files < 5 {
		t.Errorf("only %d files were searched", files)
	}
}

// Whatever its size, a file that comes in one piece is a document of exactly its
// bytes, and one that is cut or too long leaves nothing.
func TestPut(t *testing.T) {
	documenttest.Each(t, document.Config{Limit: 3 << 20}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Mme Petit")
		to := []id.Circle{h.Circles(h.Lead, in).Client}
		put := func(size int64, r io.Reader) (document.Upload, error) {
			return h.Documents.Put(t.Context(), h.Lead, document.BeginUpload{
				Space: in, Tray: space.FirmTray, Name: "pièce.pdf", Size: size, Circles: to,
			}, r)
		}
		for _, size := range []int{0, 1, 65_479, 65_480, 65_481, 1 << 20, 1<<20 + 1, 3 << 20} {
			content := bytes.Repeat([]byte("%PDF-1.7 "), size/9+1)[:size]
			u, err := put(int64(size), iotest.HalfReader(bytes.NewReader(content)))
			if err != nil {
				t.Fatalf("%d bytes: %v", size, err)
			}
			if got := h.Read(h.Lead, u.Document, ""); !u.Done || u.Offset != int64(size) || !bytes.Equal(got, content) {
				t.Errorf("%d bytes: %+v, read back %d", size, u, len(got))
			}
		}
		blobs := files(t, h)
		for name, tt := range map[string]struct {
			size int64
			r    io.Reader
			want fault.Kind
		}{
			"cut":             {100, strings.NewReader("short"), fault.Unavailable},
			"failing":         {100, iotest.ErrReader(io.ErrClosedPipe), fault.Unavailable},
			"longer":          {100, strings.NewReader(strings.Repeat("x", 101)), fault.Invalid},
			"large and cut":   {2 << 20, strings.NewReader("short"), fault.Unavailable},
			"large, longer":   {2 << 20, bytes.NewReader(make([]byte, 2<<20+1)), fault.Invalid},
			"over the limit":  {3<<20 + 1, strings.NewReader(""), fault.TooLarge},
			"of unknown size": {-1, strings.NewReader(""), fault.Invalid},
		} {
			if u, err := put(tt.size, tt.r); !fault.Is(err, tt.want) || u.Done {
				t.Errorf("%s: %+v, %v, want %v", name, u, err, tt.want)
			}
		}
		stranger := h.Found("Cabinet Rival", "Me Rival")
		_, err := h.Documents.Put(t.Context(), stranger, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: "x", Size: 1}, strings.NewReader("x"))
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("another firm: %v", err)
		}
		if after := files(t, h); len(after) != len(blobs) {
			t.Errorf("%d files of blobs remain, %d before", len(after), len(blobs))
		}
	})
}
