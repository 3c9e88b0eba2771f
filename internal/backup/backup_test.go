package backup_test

import (
	"bytes"
	"encoding/hex"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/backup"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// CRY-07: a backup of an installation in which eight people write, made in its
// process or in another one, comes back as an installation: its journal holds,
// and every document it names can be read.
func TestCRY07_BackupWhileOthersWrite(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	to := filepath.Join(t.TempDir(), "backups")
	stop := make(chan struct{})
	wait := w.write(f, 8, stop)
	var last backup.Report
	for n := range 3 {
		time.Sleep(300 * time.Millisecond)
		if n == 1 {
			duration(t, "backup", w.data, to)
			all := list(t, to)
			last.Manifest = all[len(all)-1]
		}
		r, err := backup.Make(t.Context(), w.house, backup.Folder(to), backup.Options{Verify: n == 2})
		w.must(err)
		if r.Manifest.Firms[0].Blobs <= last.Manifest.Blobs() || r.Copied != r.Manifest.Blobs()-last.Manifest.Blobs() {
			t.Errorf("%d blobs, %d copied, after a backup of %d", r.Manifest.Blobs(), r.Copied, last.Manifest.Blobs())
		}
		last = r
	}
	close(stop)
	made := wait()
	if made < 50 {
		t.Errorf("only %d documents were filed meanwhile", made)
	}
	before := w.contents(f)
	r := w.restoring(to)
	m, firms, err := backup.Restore(t.Context(), r)
	w.must(err)
	if m.ID != last.Manifest.ID || len(firms) != 1 || firms[0].Firm != f || firms[0].Older != nil {
		t.Errorf("restored %s: %+v", m.ID, firms)
	}
	back := open(t, store.Config{}, r.To)
	after := back.contents(f)
	if int64(len(after)) != last.Manifest.Blobs() {
		t.Errorf("%d documents came back, the backup has %d", len(after), last.Manifest.Blobs())
	}
	for v, text := range after {
		if before[v] != text {
			t.Errorf("version %s came back as %d other bytes", v, len(text))
		}
	}
	back.marked(f, last.Manifest.ID, "")
	t.Logf("%d documents filed, %d in the last backup", made, len(after))
}

// marked wants the journal to hold and to end with the line of a restore.
func (w *world) marked(f id.Firm, backupID, says string) {
	w.t.Helper()
	handle, err := w.Office.Store.Firm(w.t.Context(), f)
	w.must(err)
	s, err := w.Office.Journal.Verify(w.t.Context(), handle, nil)
	w.must(err)
	records, err := w.Office.Journal.List(w.t.Context(), handle, journal.Filter{Own: true, Limit: 1})
	w.must(err)
	if !s.Holds() || len(records) != 1 || records[0].Kind != backup.RestoredKind || records[0].Object != backupID ||
		!strings.Contains(string(records[0].Details), says) || records[0].Position < 0 {
		w.t.Errorf("the journal %+v ends with %+v", s, records)
	}
}

// CRY-07: a state that is older than what somebody has seen says so in its journal,
// whoever it is that has seen it.
func TestCRY07_OlderState(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	to := t.TempDir()
	first, err := backup.Make(t.Context(), w.house, backup.Folder(to), backup.Options{})
	w.must(err)
	by, in := w.lawyer(f)
	_, err = w.Spaces.List(t.Context(), by, space.Page{Limit: 1})
	w.must(err)
	raw := []byte("après la sauvegarde")
	_, err = w.Documents.File(t.Context(), by, document.BeginUpload{Space: in.ID, Tray: space.FirmTray, Name: "tard.txt", Size: int64(len(raw))}, bytes.NewReader(raw))
	w.must(err)
	handle, err := w.Office.Store.Firm(t.Context(), f)
	w.must(err)
	head, err := w.Office.Journal.Sequence(t.Context(), handle)
	w.must(err)
	elsewhere := t.TempDir()
	later, err := backup.Make(t.Context(), w.house, backup.Folder(elsewhere), backup.Options{})
	w.must(err)
	manifest, err := os.ReadFile(filepath.Join(elsewhere, later.Manifest.ID, "manifest.json"))
	w.must(err)
	for name, witness := range map[string][]byte{"checkpoint": []byte(head.Checkpoint), "manifest": manifest} {
		r := w.restoring(to)
		r.Witness = [][]byte{witness}
		_, firms, err := backup.Restore(t.Context(), r)
		w.must(err)
		if firms[0].Older == nil || firms[0].Older.Size != head.Size || firms[0].Older.Root != head.Root.String() {
			t.Errorf("%s: restored %+v", name, firms[0])
		}
		open(t, store.Config{}, r.To).marked(f, first.Manifest.ID, head.Root.String())
	}
	for name, witness := range map[string]string{"nothing": "", "a text": "Bonjour", "another firm": strings.Replace(head.Checkpoint, string(f), string(id.New[id.Firm](time.Now())), 1),
		"a forgery": strings.Replace(head.Checkpoint, head.Root.String(), first.Manifest.Firms[0].Head.Root, 1)} {
		r := w.restoring(to)
		r.Witness = [][]byte{[]byte(witness)}
		if _, _, err := backup.Restore(t.Context(), r); !fault.Is(err, fault.Invalid) {
			t.Errorf("a witness that is %s: %v", name, err)
		}
		if left := files(t, r.To); len(left) != 1 {
			t.Errorf("a witness that is %s: %v is left", name, left)
		}
	}
	second, err := backup.Make(t.Context(), w.house, backup.Folder(to), backup.Options{})
	w.must(err)
	r := w.restoring(to)
	r.Backup = first.Manifest.ID
	_, firms, err := backup.Restore(t.Context(), r)
	w.must(err)
	if firms[0].Older == nil || firms[0].Older.Size != second.Manifest.Firms[0].Head.Size {
		t.Errorf("the later backup beside it says nothing: %+v", firms[0])
	}
}

// An upload that was under way does not come back: its next bytes would
// repeat a nonce.
func TestRestoreDropsUploads(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	by, in := w.lawyer(f)
	u, err := w.Documents.Begin(t.Context(), by, document.BeginUpload{Space: in.ID, Tray: space.FirmTray, Name: "long.bin", Size: 1 << 20})
	w.must(err)
	_, err = w.Documents.Append(t.Context(), by, u.ID, 0, bytes.NewReader(make([]byte, 300<<10)))
	w.must(err)
	to := t.TempDir()
	_, err = backup.Make(t.Context(), w.house, backup.Folder(to), backup.Options{})
	w.must(err)
	r := w.restoring(to)
	_, firms, err := backup.Restore(t.Context(), r)
	w.must(err)
	if firms[0].Uploads != 1 {
		t.Errorf("%d uploads were dropped", firms[0].Uploads)
	}
	back := open(t, store.Config{}, r.To)
	if _, err := back.Documents.Resume(t.Context(), by, u.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the upload goes on: %v", err)
	}
	if left := files(t, filepath.Join(r.To, "firms", string(f), "incoming")); len(left) != 0 {
		t.Errorf("bytes of an upload came back: %v", left)
	}
	if got := back.contents(f); !maps.Equal(got, w.contents(f)) {
		t.Error("the documents differ")
	}
}

// CRY-07: whatever byte of a backup is changed, cut or missing, nothing is
// restored; nor with another key or none, nor over anything.
func TestCRY07_AlteredOrWithoutKey(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	to := t.TempDir()
	made, err := backup.Make(t.Context(), w.house, backup.Folder(to), backup.Options{})
	w.must(err)
	blob := files(t, filepath.Join(to, "blobs"))[0]
	base := filepath.Join(to, made.Manifest.ID)
	for _, path := range []string{blob, filepath.Join(base, "directory.db"), filepath.Join(base, "firms", string(f), "firm.db"),
		filepath.Join(base, "firms", string(f), "blobs.jsonl"), filepath.Join(base, "manifest.json")} {
		whole, err := os.ReadFile(path)
		w.must(err)
		for name, other := range map[string][]byte{"altered": alter(whole), "cut": whole[:len(whole)-1], "longer": append(bytes.Clone(whole), '0'), "gone": nil} {
			w.must(os.RemoveAll(path))
			if other != nil {
				w.must(os.WriteFile(path, other, 0o600))
			}
			r := w.restoring(to)
			if _, _, err := backup.Restore(t.Context(), r); err == nil || fault.Is(err, fault.Internal) {
				t.Errorf("%s %s: %v", filepath.Base(path), name, err)
			}
			if left := files(t, r.To); len(left) != 1 {
				t.Errorf("%s %s: %v is left", filepath.Base(path), name, left)
			}
			if _, err := backup.Check(t.Context(), backup.Folder(to), ""); err == nil && filepath.Base(path) != "manifest.json" {
				t.Errorf("%s %s: nobody sees it", filepath.Base(path), name)
			}
		}
		w.must(os.WriteFile(path, whole, 0o600))
	}
	other := open(t, store.Config{}, filepath.Join(t.TempDir(), "data"))
	if _, _, err := backup.Restore(t.Context(), other.restoring(to)); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "vault.wrong_key") {
		t.Errorf("with another key: %v", err)
	}
	keyless := opening(t, backup.Restoring{From: backup.Folder(to), To: filepath.Join(t.TempDir(), "new")})
	if _, _, err := backup.Restore(t.Context(), keyless); !strings.Contains(err.Error(), "vault.key_missing") || len(files(t, keyless.To)) != 0 {
		t.Errorf("without a key: %v", err)
	}
	r := w.restoring(to)
	w.must(os.WriteFile(filepath.Join(r.To, "notes.txt"), nil, 0o600))
	if _, _, err := backup.Restore(t.Context(), r); !fault.Is(err, fault.Conflict) {
		t.Errorf("beside a file: %v", err)
	}
	if _, err := backup.Make(t.Context(), other.house, backup.Folder(to), backup.Options{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("two installations in one folder: %v", err)
	}
	if _, err := backup.Make(t.Context(), w.house, backup.Folder(filepath.Join(w.data, "backups")), backup.Options{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("inside the data: %v", err)
	}
	if _, err := backup.Check(t.Context(), backup.Folder(to), ""); err != nil {
		t.Errorf("the backup as it was: %v", err)
	}
}

// alter changes one letter in the middle, to another letter.
func alter(raw []byte) []byte {
	out := bytes.Clone(raw)
	out[len(out)/2] ^= 1
	return out
}

// Backups that are not kept take the bytes along that no other one names, and
// a damaged copy is made anew when all is read again.
func TestKeepAndVerify(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	to := t.TempDir()
	for n := range 4 {
		_, err := backup.Make(t.Context(), w.house, backup.Folder(to), backup.Options{Keep: 2})
		w.must(err)
		all, err := backup.List(t.Context(), backup.Folder(to))
		w.must(err)
		if len(all) != min(n+1, 2) {
			t.Errorf("after %d backups %d are kept", n+1, len(all))
		}
	}
	paths := files(t, filepath.Join(to, "blobs"))
	whole, err := os.ReadFile(paths[0])
	w.must(err)
	w.must(os.WriteFile(paths[0], alter(whole), 0o600))
	orphan := filepath.Join(filepath.Dir(paths[0]), string(id.New[id.Blob](time.Now())))
	w.must(os.WriteFile(orphan, []byte("x"), 0o600))
	if _, err := backup.Make(t.Context(), w.house, backup.Folder(to), backup.Options{}); err != nil {
		t.Errorf("a backup that looks at sizes: %v", err)
	}
	r, err := backup.Make(t.Context(), w.house, backup.Folder(to), backup.Options{Verify: true, Keep: 1})
	w.must(err)
	if again, err := os.ReadFile(paths[0]); err != nil || !bytes.Equal(again, whole) || r.Copied != 1 {
		t.Errorf("the damaged copy stays: %v, %d copied", err, r.Copied)
	}
	if _, err := os.Stat(orphan); err == nil {
		t.Error("bytes that nobody names stay")
	}
	// What the installation itself has lost is said, and no backup passes for whole.
	name := filepath.Base(paths[1])
	lost := filepath.Join(w.data, "firms", string(f), "blobs", name[len(name)-1:], name)
	w.must(os.Remove(lost))
	w.must(os.Remove(paths[1]))
	if _, err := backup.Make(t.Context(), w.house, backup.Folder(to), backup.Options{}); err == nil || !strings.Contains(err.Error(), "backup.blob") {
		t.Errorf("bytes are lost: %v", err)
	}
}

// Sessions of before the backup are over, whatever happened to them since.
func TestRestoreEndsSessions(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	by, in := w.lawyer(f)
	_, _, err := w.Accounts.OpenLinkSession(t.Context(), by.Person, f, in.ID, account.Source{Addr: netip.MustParseAddr("192.0.2.1")})
	w.must(err)
	to := t.TempDir()
	_, err = backup.Make(t.Context(), w.house, backup.Folder(to), backup.Options{})
	w.must(err)
	r := w.restoring(to)
	_, _, err = backup.Restore(t.Context(), r)
	w.must(err)
	back := open(t, store.Config{}, r.To)
	if n := w.sessions(); n != 1 {
		t.Errorf("%d sessions were open", n)
	}
	if n := back.sessions(); n != 0 {
		t.Errorf("%d sessions came back", n)
	}
}

func (w *world) sessions() (n int) {
	w.t.Helper()
	w.must(w.Office.Store.Directory().View(w.t.Context(), func(tx *store.DirectoryTx) error { return tx.Row(countSessions, nil, &n) }))
	return n
}

var countSessions = store.ForDirectory(`select count(*) from session`)

// CRY-07: what is carried about shows nothing to one who has no key: no name, no
// title, no address, no text, and not the key.
func TestCRY07_NothingInClear(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	dir := t.TempDir()
	_, err := backup.Make(t.Context(), w.house, backup.Folder(filepath.Join(dir, "backups")), backup.Options{})
	w.must(err)
	who := identity(t)
	w.export(f, filepath.Join(dir, "firm.tar"), who)
	key, err := os.ReadFile(w.config.KeyFile())
	w.must(err)
	digits := strings.ReplaceAll(strings.Split(string(key), "\n")[1], " ", "")
	root, err := hex.DecodeString(digits)
	w.must(err)
	canaries := []string{"Delmas", "delmas", "Sophie", "Petit", "sophie.petit", "Livret", "livret", digits[:16], string(root), string(root[:16])}
	for _, text := range w.contents(f) {
		canaries = append(canaries, text[:min(len(text), 200)][min(len(text), 200)/2:])
	}
	if len(canaries) < 12 {
		t.Fatalf("only %d canaries", len(canaries))
	}
	for _, path := range files(t, dir) {
		raw, err := os.ReadFile(path)
		w.must(err)
		for _, c := range canaries {
			if bytes.Contains(raw, []byte(c)) {
				t.Errorf("%s shows %.30q", filepath.Base(path), c)
			}
		}
	}
}
