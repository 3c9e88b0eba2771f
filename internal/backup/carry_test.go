package backup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/backup"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/journal"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// smallStep makes exports of tests take many durable steps.
const smallStep = 32 << 10

// estate is all that must not change when a firm moves.
type estate struct {
	Rows     map[string][]string
	Head     journal.Head
	Answers  map[string]string // by person, item and action
	Contents map[id.Version]string
	Receipts map[id.Receipt]string
}

var (
	selectItems    = store.ForFirm(`select id, kind from item where firm_id = $1 order by id`)
	selectCards    = store.ForFirm(`select person_id from card where firm_id = $1 order by person_id`)
	selectReceipts = store.ForFirm(`select id from receipt where firm_id = $1 order by id`)
)

func (w *world) estate(f id.Firm) estate {
	w.t.Helper()
	handle, err := w.Office.Store.Firm(w.t.Context(), f)
	w.must(err)
	e := estate{Rows: map[string][]string{}, Answers: map[string]string{}, Receipts: map[id.Receipt]string{}, Contents: w.contents(f)}
	tables, err := store.Tables()
	w.must(err)
	w.must(handle.View(w.t.Context(), func(tx *store.Tx) error {
		for _, t := range tables {
			if t.Name == "firm_key" { // wrapped under another root key
				continue
			}
			err := tx.Dump(t, func(values []any) error {
				raw, err := json.Marshal(values)
				e.Rows[t.Name] = append(e.Rows[t.Name], string(raw))
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	e.Head, err = w.Office.Journal.Head(w.t.Context(), handle)
	w.must(err)
	w.must(w.Office.See(w.t.Context(), f, func(a *act.Act) error { return e.ask(a) }))
	by, _ := w.lawyer(f)
	for _, r := range identifiers[id.Receipt](w, f, selectReceipts) {
		raw, _, err := w.Deposits.ReceiptFile(w.t.Context(), by, r)
		w.must(err)
		e.Receipts[r] = string(raw)
	}
	return e
}

// ask puts every question to every person about every item.
func (e *estate) ask(a *act.Act) error {
	var people []id.Person
	var items []id.Item
	kinds := map[id.Item]item.Kind{}
	err := a.Each(selectCards, nil, func(scan func(...any) error) error {
		var p id.Person
		err := scan(&p)
		people = append(people, p)
		return err
	})
	if err != nil {
		return err
	}
	err = a.Each(selectItems, nil, func(scan func(...any) error) error {
		var i id.Item
		var k item.Kind
		err := scan(&i, &k)
		items, kinds[i] = append(items, i), k
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range people {
		card, err := firm.CardOf(a, p)
		if err != nil {
			return err
		}
		by := authz.Actor{Person: p, Firm: a.Firm(), Role: card.Role, Via: authz.ViaPassword}
		for _, i := range items {
			for _, do := range []authz.Action{authz.DocumentRead, authz.DocumentManage, authz.DocumentAddress, authz.MemoRead, authz.AgendaSee} {
				_, _, err := item.Open(a, by, "", kinds[i], i, do)
				answer := "yes"
				if err != nil {
					answer = fault.KindOf(err).String()
				}
				e.Answers[fmt.Sprint(p, i, do)] = answer
			}
		}
	}
	return nil
}

func identifiers[T ~string](w *world, f id.Firm, s store.FirmStmt) (out []T) {
	w.t.Helper()
	w.must(w.Office.See(w.t.Context(), f, func(a *act.Act) error {
		return a.Each(s, nil, func(scan func(...any) error) error {
			var one T
			err := scan(&one)
			out = append(out, one)
			return err
		})
	}))
	return out
}

// same wants an estate to be another one.
func (e estate) same(t testing.TB, other estate) {
	t.Helper()
	for table, rows := range e.Rows {
		if !reflect.DeepEqual(rows, other.Rows[table]) {
			t.Errorf("%s: %d rows became %d, or others", table, len(rows), len(other.Rows[table]))
		}
	}
	if len(e.Rows) != len(other.Rows) || e.Head.Root != other.Head.Root || e.Head.Checkpoint != other.Head.Checkpoint {
		t.Errorf("the journal %v became %v", e.Head.Root, other.Head.Root)
	}
	if !maps.Equal(e.Answers, other.Answers) || !maps.Equal(e.Contents, other.Contents) || !maps.Equal(e.Receipts, other.Receipts) {
		t.Error("rights, documents or receipts differ")
	}
	yes := 0
	for _, answer := range e.Answers {
		if answer == "yes" {
			yes++
		}
	}
	if yes == 0 || yes == len(e.Answers) || len(e.Contents) == 0 || len(e.Receipts) == 0 || len(e.Rows) < 15 {
		t.Errorf("nothing is proven by %d yes of %d, %d documents, %d receipts, %d tables", yes, len(e.Answers), len(e.Contents), len(e.Receipts), len(e.Rows))
	}
}

// identity is who can open an archive.
func identity(t testing.TB) *age.X25519Identity {
	t.Helper()
	i, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func (w *world) export(f id.Firm, to string, who *age.X25519Identity) backup.Archive {
	w.t.Helper()
	m, err := backup.Export(w.t.Context(), w.house, backup.Exporting{Firm: f, To: to, Recipients: []string{who.Recipient().String()}})
	w.must(err)
	return m
}

func (w *world) take(from string, who *age.X25519Identity) (backup.Imported, error) {
	return backup.Import(w.t.Context(), w.house, backup.Importing{From: from, Identities: []age.Identity{who}})
}

// engines are the configurations that a firm travels through: from SQLite to
// PostgreSQL and back.
func engines(t *testing.T) []store.Config {
	if os.Getenv("CENACLE_TEST_ENGINE") == "sqlite" {
		return []store.Config{{}, {}}
	}
	return []store.Config{storetest.Postgres(t), {}}
}

// A firm that moves to another database and back stays the same: every row,
// the journal to the last hash, every answer about every right, every byte, and
// every receipt; also when its keys have been replaced before.
func TestAFirmMoves(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	by, in := w.lawyer(f)
	stop := make(chan struct{})
	wait := w.write(f, 2, stop)
	time.Sleep(300 * time.Millisecond)
	close(stop)
	wait()
	u, err := w.Documents.Begin(t.Context(), by, document.BeginUpload{Space: in.ID, Tray: space.FirmTray, Name: "long.bin", Size: 1 << 20})
	w.must(err)
	who := identity(t)
	first := w.receiptOf(f)
	for n, c := range engines(t) {
		w.rekey(f)
		to := filepath.Join(t.TempDir(), "firm.tar")
		m := w.export(f, to, who)
		if n == 0 { // it stays behind: nobody could go on with it elsewhere
			w.must(w.Documents.Cancel(t.Context(), by, u.ID))
		}
		want := w.estate(f)
		next := open(t, c, filepath.Join(t.TempDir(), "data"))
		got, err := next.take(to, who)
		next.must(err)
		if got.Archive.ID != m.ID || got.Copied != m.Blobs || got.Fingerprint != journal.Fingerprint(want.Head.Verifier) {
			t.Errorf("imported %+v of %+v", got, m)
		}
		want.same(t, next.estate(f))
		next.proves(f, first)
		if _, err := next.take(to, who); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "account.firm_known") {
			t.Errorf("a second time: %v", err)
		}
		next.lives(f)
		w = next
	}
}

// rekey replaces the keys of a firm and of its spaces; nobody else works, so that
// nobody is waited for.
func (w *world) rekey(f id.Firm) {
	w.t.Helper()
	r := w.Rotation()
	r.Wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	all, err := r.All(w.t.Context(), f)
	w.must(err)
	of, err := r.Firm(w.t.Context(), f)
	w.must(err)
	in, err := r.Spaces(w.t.Context(), f, all)
	w.must(err)
	if of.Keys != 1 || of.Moved == 0 || in.Keys != len(all) || in.Moved == 0 {
		w.t.Errorf("keys replaced: %+v of the firm, %+v of %d spaces", of, in, len(all))
	}
}

// receiptOf is a receipt that a client keeps.
func (w *world) receiptOf(f id.Firm) []byte {
	w.t.Helper()
	for _, raw := range w.estate(f).Receipts {
		return []byte(raw)
	}
	w.t.Fatal("the demonstration has no receipt")
	return nil
}

// proves wants a receipt of long ago to hold here.
func (w *world) proves(f id.Firm, raw []byte) {
	w.t.Helper()
	r, err := journal.VerifyReceipt(raw, "")
	w.must(err)
	handle, err := w.Office.Store.Firm(w.t.Context(), f)
	w.must(err)
	_, err = w.Office.Journal.Extends(w.t.Context(), handle, r.Checkpoint)
	w.must(err)
}

// lives wants people to go on where they were: the founder finds her firm and
// files, and has to choose a password.
func (w *world) lives(f id.Firm) {
	w.t.Helper()
	by, in := w.lawyer(f)
	firms, err := w.Accounts.Firms(w.t.Context(), by.Person)
	w.must(err)
	p, err := w.Accounts.Person(w.t.Context(), by.Person)
	w.must(err)
	if len(firms) != 1 || firms[0] != f || p.Password || p.Proven {
		w.t.Errorf("the founder is %+v, of %v", p, firms)
	}
	raw := []byte("après le départ")
	_, err = w.Documents.File(w.t.Context(), by, document.BeginUpload{Space: in.ID, Tray: space.FirmTray, Name: "neuf.txt", Size: int64(len(raw))}, bytes.NewReader(raw))
	w.must(err)
	handle, err := w.Office.Store.Firm(w.t.Context(), f)
	w.must(err)
	_, err = w.Office.Journal.Sequence(w.t.Context(), handle)
	w.must(err)
	s, err := w.Office.Journal.Verify(w.t.Context(), handle, nil)
	w.must(err)
	if !s.Holds() {
		w.t.Errorf("its journal: %+v", s)
	}
}

// nothing wants an installation in which no firm has come.
func (w *world) nothing(f id.Firm) {
	w.t.Helper()
	firms, err := w.Office.Store.Firms(w.t.Context())
	w.must(err)
	if _, err := w.Office.Store.Firm(w.t.Context(), f); !fault.Is(err, fault.NotFound) || len(firms) != 0 {
		w.t.Errorf("something came: %v, %v", firms, err)
	}
	if left := files(w.t, w.data); len(left) > 4 { // the key, the directory and its log
		w.t.Errorf("something came: %v", left)
	}
}

// Whatever byte of an archive is changed, whatever end of it is missing,
// whatever follows it, and whoever else tries to open it: nothing comes in.
func TestImportRefuses(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	who := identity(t)
	to := filepath.Join(t.TempDir(), "firm.tar")
	w.export(f, to, who)
	whole, err := os.ReadFile(to)
	w.must(err)
	there := open(t, store.Config{}, filepath.Join(t.TempDir(), "data"))
	refused := func(name string, raw []byte) {
		t.Helper()
		w.must(os.WriteFile(to, raw, 0o600))
		if _, err := there.take(to, who); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := chance(t)
	for range 300 {
		at := r.IntN(len(whole))
		other := bytes.Clone(whole)
		other[at] ^= byte(1 + r.IntN(255))
		refused(fmt.Sprintf("byte %d of %d changed", at, len(whole)), other)
	}
	for at := len(whole) - 2600; at < len(whole); at += 7 { // the end, closely
		other := bytes.Clone(whole)
		other[at] ^= 1
		refused(fmt.Sprintf("byte %d of %d changed", at, len(whole)), other)
	}
	for range 50 {
		at := r.IntN(len(whole))
		refused(fmt.Sprintf("cut at %d of %d", at, len(whole)), whole[:at])
	}
	refused("cut by one", whole[:len(whole)-1])
	refused("one byte more", append(bytes.Clone(whole), 0))
	refused("nothing", nil)
	refused("a text", []byte(strings.Repeat("Bonjour. ", 1000)))
	w.must(os.WriteFile(to, whole, 0o600))
	if _, err := there.take(to, identity(t)); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "backup.identity") {
		t.Errorf("with another identity: %v", err)
	}
	wrong := backup.Importing{From: to, Identities: []age.Identity{who}, Key: "0000 1111"}
	if _, err := backup.Import(t.Context(), there.house, wrong); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "backup.key") {
		t.Errorf("with the fingerprint of another firm: %v", err)
	}
	there.nothing(f)
	if _, err := w.take(to, who); !fault.Is(err, fault.Conflict) {
		t.Errorf("where it comes from: %v", err)
	}
	// Somebody has the client's mailbox here, as another person.
	other, _, err := there.Accounts.Ensure(t.Context(), "claire.delmas@delmas.example", i18n.French)
	there.must(err)
	there.must(there.Accounts.Affiliate(t.Context(), other, there.found()))
	if _, err := there.take(to, who); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "account.other_identity") {
		t.Errorf("two people with one mailbox: %v", err)
	}
	if _, err := there.Office.Store.Firm(t.Context(), f); !fault.Is(err, fault.NotFound) {
		t.Errorf("it came all the same: %v", err)
	}
}

// found registers a firm of the installation itself.
func (w *world) found() id.Firm {
	w.t.Helper()
	return storetest.Firm(w.t, w.Office.Store).ID()
}

func TestExportRefuses(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	who := identity(t).Recipient().String()
	dir := t.TempDir()
	to := filepath.Join(dir, "firm.tar")
	for name, e := range map[string]backup.Exporting{
		"nobody":             {Firm: f, To: to},
		"a secret":           {Firm: f, To: to, Recipients: []string{identity(t).String()}},
		"no recipient":       {Firm: f, To: to, Recipients: []string{"claire"}},
		"a firm that is not": {Firm: id.New[id.Firm](time.Now()), To: to, Recipients: []string{who}},
		"no firm":            {To: to, Recipients: []string{who}},
	} {
		if _, err := backup.Export(t.Context(), w.house, e); err == nil {
			t.Errorf("%s: it leaves", name)
		}
		if left := files(t, dir); len(left) != 0 {
			t.Errorf("%s: %v is left", name, left)
		}
	}
	w.must(os.WriteFile(to, []byte("kept"), 0o600))
	if _, err := backup.Export(t.Context(), w.house, backup.Exporting{Firm: f, To: to, Recipients: []string{who}}); !fault.Is(err, fault.Conflict) {
		t.Errorf("over a file: %v", err)
	}
	if raw, err := os.ReadFile(to); err != nil || string(raw) != "kept" {
		t.Errorf("the file is %q, %v", raw, err)
	}
}

// A firm that leaves for good is shut before it is copied, and its journal says
// who can open the copy.
func TestExportCloses(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	who := identity(t)
	to := filepath.Join(t.TempDir(), "firm.tar")
	m, err := backup.Export(t.Context(), w.house, backup.Exporting{Firm: f, To: to, Recipients: []string{who.Recipient().String()}, Close: true})
	w.must(err)
	by, _ := w.lawyer(f)
	if tied, err := w.Accounts.Affiliated(t.Context(), by.Person, f); err != nil || tied {
		t.Errorf("she enters: %v, %v", tied, err)
	}
	handle, err := w.Office.Store.Firm(t.Context(), f)
	w.must(err)
	records, err := w.Office.Journal.List(t.Context(), handle, journal.Filter{Own: true, Limit: 1})
	w.must(err)
	if records[0].Kind != backup.ExportedKind || records[0].Object != m.ID || !strings.Contains(string(records[0].Details), who.Recipient().String()) {
		t.Errorf("the journal ends with %+v", records[0])
	}
	there := open(t, store.Config{}, filepath.Join(t.TempDir(), "data"))
	_, err = there.take(to, who)
	there.must(err)
	there.lives(f)
}

// An export that could not go on does so later, from the same snapshot; unless
// the firm is to be shut first, and was not.
func TestExportGoesOn(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	who := identity(t)
	lost := files(t, filepath.Join(w.data, "firms", string(f), "blobs"))[1]
	aside := filepath.Join(t.TempDir(), "aside")
	for _, closing := range []bool{false, true} {
		w.must(os.Rename(lost, aside))
		e := backup.Exporting{Firm: f, To: filepath.Join(t.TempDir(), "firm.tar"), Recipients: []string{who.Recipient().String()}}
		if _, err := backup.Export(t.Context(), w.house, e); err == nil || !strings.Contains(err.Error(), "backup.blob") {
			t.Errorf("bytes are lost: %v", err)
		}
		var before struct{ Archive backup.Archive }
		raw, err := os.ReadFile(filepath.Join(e.To+".partial", "progress.json"))
		w.must(err)
		w.must(json.Unmarshal(raw, &before))
		w.must(os.Rename(aside, lost))
		other := e
		other.Recipients = []string{identity(t).Recipient().String()}
		if _, err := backup.Export(t.Context(), w.house, other); !fault.Is(err, fault.Conflict) {
			t.Errorf("for somebody else: %v", err)
		}
		e.Close = closing
		m, err := backup.Export(t.Context(), w.house, e)
		w.must(err)
		if (m.ID == before.Archive.ID) == closing {
			t.Errorf("closing %v: archive %s after %s", closing, m.ID, before.Archive.ID)
		}
		there := open(t, store.Config{}, filepath.Join(t.TempDir(), "data"))
		_, err = there.take(e.To, who)
		there.must(err)
		there.lives(f)
	}
}

// An export killed at any moment leaves no archive under its name; run again,
// it goes on with what it had.
func TestExportKilled(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	stop := make(chan struct{})
	wait := w.write(f, 4, stop)
	time.Sleep(200 * time.Millisecond)
	close(stop)
	wait()
	who := identity(t)
	r := chance(t)
	args := func(to string) []string {
		return []string{"export", w.data, string(f), to, who.Recipient().String()}
	}
	long := duration(t, args(filepath.Join(t.TempDir(), "whole.tar"))...)
	resumed, early := 0, 0
	for range 6 {
		to := filepath.Join(t.TempDir(), "firm.tar")
		if !kill(t, time.Duration(r.Int64N(int64(long))), args(to)...) {
			early++
		}
		var before struct{ Archive backup.Archive }
		raw, err := os.ReadFile(filepath.Join(to+".partial", "progress.json"))
		if err == nil {
			w.must(json.Unmarshal(raw, &before))
		}
		if _, err := os.Stat(to); err != nil {
			m, err := backup.Export(t.Context(), w.house, backup.Exporting{Firm: f, To: to, Recipients: []string{who.Recipient().String()}})
			w.must(err)
			if before.Archive.ID != "" && before.Archive.ID != m.ID {
				t.Error("it began anew")
			}
			if before.Archive.ID != "" {
				resumed++
			}
		}
		there := open(t, store.Config{}, filepath.Join(t.TempDir(), "data"))
		_, err = there.take(to, who)
		there.must(err)
		if got, want := there.contents(f), w.contents(f); !maps.Equal(got, want) {
			t.Errorf("%d documents came of %d", len(got), len(want))
		}
	}
	t.Logf("%d of 6 were killed, %d went on; one takes %v", early, resumed, long)
	other := filepath.Join(t.TempDir(), "other.tar")
	w.must(errors.Join(os.Mkdir(other+".partial", 0o700), os.WriteFile(filepath.Join(other+".partial", "progress.json"), []byte(`{"archive":{"firm":"x"}}`), 0o600)))
	if _, err := backup.Export(t.Context(), w.house, backup.Exporting{Firm: f, To: other, Recipients: []string{who.Recipient().String()}}); !fault.Is(err, fault.Conflict) {
		t.Errorf("over another export: %v", err)
	}
}

// An import killed at any moment lets nobody in; run again, it brings the firm
// whole.
func TestImportKilled(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	stop := make(chan struct{})
	wait := w.write(f, 4, stop)
	time.Sleep(200 * time.Millisecond)
	close(stop)
	wait()
	who := identity(t)
	to := filepath.Join(t.TempDir(), "firm.tar")
	w.contents(f) // opening is evidence: from now on everything is read
	w.export(f, to, who)
	want := w.estate(f)
	empty := func() string {
		data := filepath.Join(t.TempDir(), "data")
		w.must(os.MkdirAll(data, 0o700))
		key, err := os.ReadFile(w.config.KeyFile())
		w.must(errors.Join(err, os.WriteFile(filepath.Join(data, "root.key"), key, 0o600)))
		return data
	}
	r := chance(t)
	long := duration(t, "import", empty(), to, who.String())
	cut := 0
	for range 6 {
		data := empty()
		over := kill(t, time.Duration(r.Int64N(int64(long))), "import", data, to, who.String())
		there := open(t, store.Config{}, data)
		firms, err := there.Office.Store.Firms(t.Context())
		there.must(err)
		if over != (len(firms) == 1) && over {
			t.Errorf("it ended, and the firms are %v", firms)
		}
		if len(firms) == 0 {
			cut++
			_, err := there.take(to, who)
			there.must(err)
		}
		want.same(t, there.estate(f))
	}
	t.Logf("%d of 6 were cut; one takes %v", cut, long)
}

// A context that ends stops both, and they can be run again.
func TestCarryingIsPatient(t *testing.T) {
	w, f := demonstration(t, store.Config{})
	who := identity(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	to := filepath.Join(t.TempDir(), "firm.tar")
	if _, err := backup.Export(ctx, w.house, backup.Exporting{Firm: f, To: to, Recipients: []string{who.Recipient().String()}}); !errors.Is(err, context.Canceled) {
		t.Errorf("an export that was stopped: %v", err)
	}
	w.export(f, to, who)
	there := open(t, store.Config{}, filepath.Join(t.TempDir(), "data"))
	if _, err := backup.Import(ctx, there.house, backup.Importing{From: to, Identities: []age.Identity{who}}); !errors.Is(err, context.Canceled) {
		t.Errorf("an import that was stopped: %v", err)
	}
	_, err := there.take(to, who)
	there.must(err)
}
