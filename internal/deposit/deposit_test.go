package deposit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/outbox"
	"cenacle/internal/space"
)

// TestDeposit is the whole life of two deposits of one client beside one of
// another.
func TestDeposit(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		h.Member(h.Lead, in, authz.Colleague, "Me Leroy")
		h.Member(h.Lead, in, authz.Assistant, "M. Aide")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		husband := h.Member(h.Lead, in, authz.Client, "M. Petit")
		finish := deposit.Finish{Space: in}
		if _, err := h.Deposits.Close(t.Context(), client, finish); !fault.Is(err, fault.Invalid) {
			t.Errorf("a deposit of nothing: %v", err)
		}
		if open, err := h.Deposits.Open(t.Context(), client, in); err != nil || open.ID != "" {
			t.Errorf("before anything: %+v, %v", open, err)
		}
		papers := map[string][]byte{"acte de mariage.pdf": []byte("%PDF-1.7"), "vide.txt": nil}
		for name, content := range papers {
			h.Deposit(client, in, name, content)
		}
		h.Deposit(husband, in, "sien.txt", []byte("sien"))
		open, err := h.Deposits.Open(t.Context(), client, in)
		h.Must(err)
		if open.Count != 2 || len(open.Items) != 2 || open.Size != 8 || !open.Closed.IsZero() || open.Number != 0 {
			t.Errorf("open: %+v", open)
		}
		if _, err := h.Deposits.Close(t.Context(), husband, deposit.Finish{Space: in, Deposit: open.ID}); !fault.Is(err, fault.NotFound) {
			t.Errorf("he closes hers: %v", err)
		}
		receipt, err := h.Deposits.Close(t.Context(), client, finish)
		h.Must(err)
		if receipt.Number != 1 || receipt.Deposit != open.ID || receipt.Person != client.Person {
			t.Errorf("receipt %+v", receipt)
		}
		finish.Deposit = open.ID
		if again, err := h.Deposits.Close(t.Context(), client, finish); err != nil || again != receipt {
			t.Errorf("a second tap: %+v, %v", again, err)
		}
		if got := h.Jobs(deposit.NoticeJob); len(got) != 2 {
			t.Errorf("%d notices for the lead and one colleague", len(got))
		}
		verify(t, h, client, receipt, papers)
		h.Deposit(client, in, "encore.txt", []byte("encore"))
		second, err := h.Deposits.Close(t.Context(), client, deposit.Finish{Space: in})
		h.Must(err)
		if second.Number != 2 || second.Deposit == receipt.Deposit {
			t.Errorf("the second receipt %+v", second)
		}
		for who, want := range map[authz.Actor][2]int{client: {2, 2}, husband: {1, 0}, h.Lead: {3, 2}} {
			list, err := h.Deposits.List(t.Context(), who, deposit.Query{Space: in})
			h.Must(err)
			receipts, err := h.Deposits.Receipts(t.Context(), who, in)
			h.Must(err)
			if got := [2]int{len(list), len(receipts)}; got != want {
				t.Errorf("deposits and receipts %v, want %v", got, want)
			}
			for i, r := range receipts {
				if r.Number != int64(i+1) {
					t.Errorf("receipt %d comes as number %d", r.Number, i+1)
				}
			}
		}
	})
}

// verify checks a receipt's file alone, as anybody can, against what was sent.
func verify(t *testing.T, h *documenttest.House, by authz.Actor, r deposit.Receipt, papers map[string][]byte) {
	t.Helper()
	file, name, err := h.Deposits.ReceiptFile(t.Context(), by, r.ID)
	h.Must(err)
	if name != "depot-"+strconv.FormatInt(r.Number, 10)+journal.ReceiptExtension {
		t.Errorf("the file is called %q", name)
	}
	report, err := journal.VerifyReceipt(file, "")
	h.Must(err)
	c := report.Contents
	if c.Firm != "Cabinet Delmas & Associés" || c.Person != "Mme Petit" || c.Number != r.Number || len(c.Items) != len(papers) ||
		report.Kind != "deposit.closed" || report.Entry != string(r.Entry) || c.OpenedAt.After(c.ClosedAt) {
		t.Errorf("the receipt says %+v", report)
	}
	for _, i := range c.Items {
		content, known := papers[i.Name]
		if !known || i.Size != int64(len(content)) || i.SHA256 != sha256.Sum256(content) || i.DepositedAt.Before(c.OpenedAt) {
			t.Errorf("the receipt lists %+v", i)
		}
	}
	if _, err := journal.VerifyReceipt(bytes.Replace(file, []byte("Mme Petit"), []byte("Mme Grand"), 1), ""); err == nil {
		t.Error("a receipt with another name verifies")
	}
	if report.Origin != journal.Origin(by.Firm) {
		t.Errorf("origin %q", report.Origin)
	}
}

// TestReceiptKeepsItsDay changes what a receipt is made of after it was given.
func TestReceiptKeepsItsDay(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		u := h.Deposit(client, in, "photo.txt", []byte("x"))
		r, err := h.Deposits.Close(t.Context(), client, deposit.Finish{Space: in})
		h.Must(err)
		h.Must(h.Documents.Rename(t.Context(), h.Lead, u.Document, "Pièce n° 1"))
		h.Must(h.Documents.Delete(t.Context(), h.Lead, u.Document))
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
			return firm.PutCard(a, h.Lead, firm.Card{Person: client.Person, Role: authz.Outsider, State: firm.Active, Name: "Mme Grand", Email: "a@example.org"})
		}))
		h = h.Restart()
		verify(t, h, client, r, map[string][]byte{"photo.txt": []byte("x")})
		view, err := h.Deposits.Receipt(t.Context(), client, r.ID)
		h.Must(err)
		if view.Contents.Person != "Mme Petit" || view.Number != 1 || view.Contents.Items[0].Name != "photo.txt" {
			t.Errorf("%+v", view)
		}
		f, err := h.Office.Store.Firm(t.Context(), h.Lead.Firm)
		h.Must(err)
		head, err := h.Office.Journal.Head(t.Context(), f)
		h.Must(err)
		if head.Size == 0 || view.Root != head.Root {
			t.Errorf("the receipt shows the root %x, the journal's is %x", view.Root, head.Root)
		}
		d, err := h.Deposits.Show(t.Context(), h.Lead, in, r.Deposit)
		h.Must(err)
		if d.Count != 0 || len(d.Items) != 1 || !d.Items[0].Deleted || d.PersonName != "Mme Grand" {
			t.Errorf("%+v", d)
		}
	})
}

// TestParallelClose taps « J'ai terminé » fifty times at once, on two nodes.
func TestParallelClose(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		beside := h.Beside()
		h.Deposit(client, in, "photo.jpg", []byte("x"))
		open, err := h.Deposits.Open(t.Context(), client, in)
		h.Must(err)
		var mu sync.Mutex
		receipts := map[id.Receipt]int{}
		var wait sync.WaitGroup
		for i := range 50 {
			wait.Go(func() {
				finish := deposit.Finish{Space: in, Deposit: open.ID}
				if i%5 == 0 {
					finish.Deposit = "" // a page that did not know which
				}
				node := []*documenttest.House{h, beside}[i%2]
				r, err := node.Deposits.Close(t.Context(), client, finish)
				switch {
				case err == nil:
					mu.Lock()
					receipts[r.ID]++
					mu.Unlock()
				case finish.Deposit == "" && fault.Is(err, fault.Invalid):
				case fault.Is(err, fault.Unavailable): // the database asks to come again
				default:
					t.Errorf("close: %v", err)
				}
			})
		}
		wait.Wait()
		stored, err := h.Deposits.Receipts(t.Context(), h.Lead, in)
		h.Must(err)
		if len(stored) != 1 || len(receipts) != 1 || receipts[stored[0].ID] == 0 {
			t.Errorf("%d receipts are stored, %v were given", len(stored), receipts)
		}
		if n := h.Kinds(h.Lead)["deposit.closed"]; n != 1 {
			t.Errorf("closed %d times", n)
		}
		if n := len(h.Jobs(deposit.NoticeJob)); n != 1 {
			t.Errorf("%d notices", n)
		}
	})
}

// TestPending closes beside an unfinished upload.
func TestPending(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		h.Deposit(client, in, "a.txt", []byte("a"))
		u, err := h.Documents.Begin(t.Context(), client, document.BeginUpload{Space: in, Tray: space.ClientTray, Name: "b.txt", Size: 1})
		h.Must(err)
		if _, err := h.Deposits.Close(t.Context(), client, deposit.Finish{Space: in}); !fault.Is(err, fault.Conflict) {
			t.Errorf("beside an unfinished upload: %v", err)
		}
		open, err := h.Deposits.Open(t.Context(), client, in)
		h.Must(err)
		if len(open.Pending) != 1 || open.Pending[0].ID != u.ID || len(open.Items) != 1 {
			t.Errorf("%+v", open)
		}
		first, err := h.Deposits.Close(t.Context(), client, deposit.Finish{Space: in, LeavePending: true})
		h.Must(err)
		_, err = h.Documents.Append(t.Context(), client, u.ID, 0, strings.NewReader("b"))
		h.Must(err)
		second, err := h.Deposits.Close(t.Context(), client, deposit.Finish{Space: in})
		h.Must(err)
		for r, want := range map[deposit.Receipt]string{first: "a.txt", second: "b.txt"} {
			v, err := h.Deposits.Receipt(t.Context(), client, r.ID)
			h.Must(err)
			if len(v.Contents.Items) != 1 || v.Contents.Items[0].Name != want {
				t.Errorf("receipt %d lists %v, want %s", r.Number, v.Contents.Items, want)
			}
		}
	})
}

// TestLapse leaves a deposit open: every sign of life puts its end off, and
// then it ends by itself, also when the client has left the space.
func TestLapse(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		h.Deposit(client, in, "a.txt", []byte("a"))
		due := h.Jobs(deposit.LapseJob)
		if len(due) != 1 {
			t.Fatalf("%d timers", len(due))
		}
		run := func(j outbox.Job) {
			t.Helper()
			h.Must(h.Deposits.Lapse(t.Context(), h.Lead.Firm, j))
		}
		h.Clock.Advance(23 * time.Hour)
		h.Deposit(client, in, "b.txt", []byte("b"))
		h.Clock.Advance(2 * time.Hour)
		run(due[0])
		if open, err := h.Deposits.Open(t.Context(), client, in); err != nil || open.Count != 2 {
			t.Errorf("closed two hours after a document: %+v, %v", open, err)
		}
		h.Leave(client, in)
		h.Clock.Advance(23 * time.Hour)
		run(due[0])
		run(due[0])
		receipts, err := h.Deposits.Receipts(t.Context(), h.Lead, in)
		h.Must(err)
		if len(receipts) != 1 || len(h.Jobs(deposit.NoticeJob)) != 1 {
			t.Errorf("%d receipts", len(receipts))
		}
		var via string
		for _, r := range h.Journal(h.Lead) {
			if r.Kind == "deposit.closed" {
				via = r.Via
			}
		}
		if via != string(authz.ViaJob) {
			t.Errorf("closed via %q", via)
		}
		broken := outbox.Job{Payload: []byte("{")}
		if err := h.Deposits.Lapse(t.Context(), h.Lead.Firm, broken); err == nil {
			t.Error("a broken payload passes")
		}
		raw, err := json.Marshal(deposit.Lapse{Space: id.New[id.Space](time.Now()), Deposit: id.New[id.Deposit](time.Now())})
		h.Must(err)
		run(outbox.Job{Payload: raw}) // of an erased space
	})
}

// TestRights is every use case by everybody.
func TestRights(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in, other := h.Space(h.Lead, "Petit"), h.Space(h.Lead, "Martin")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		revoked := h.Member(h.Lead, in, authz.Client, "M. Parti")
		h.Deposit(client, in, "a.txt", []byte("a"))
		r, err := h.Deposits.Close(t.Context(), client, deposit.Finish{Space: in})
		h.Must(err)
		h.Leave(revoked, in)
		link := client
		link.Scope, link.Via = in, authz.ViaLink
		const yes, hidden, no, empty = fault.Kind(255), fault.NotFound, fault.Forbidden, fault.Invalid
		wrong := link
		wrong.Scope = other
		who := []struct {
			name string
			by   authz.Actor
		}{
			{"lead", h.Lead}, {"client", client}, {"link", link},
			{"other client here", h.Member(h.Lead, in, authz.Client, "M. Petit")},
			{"guest", h.Member(h.Lead, in, authz.Guest, "M. Expert")},
			{"reader", h.Member(h.Lead, in, authz.Reader, "M. Lecteur")},
			{"client elsewhere", h.Member(h.Lead, other, authz.Client, "M. Martin")},
			{"other link", wrong}, {"revoked", revoked}, {"other firm", h.Found("Cabinet Voisin", "Me Voisin")},
		}
		for name, use := range map[string]struct {
			do   func(authz.Actor) error
			want [10]fault.Kind // as in who
		}{
			"open": {func(by authz.Actor) error { _, err := h.Deposits.Open(t.Context(), by, in); return err },
				[10]fault.Kind{no, yes, yes, yes, yes, no, hidden, hidden, hidden, hidden}},
			"close": {func(by authz.Actor) error {
				_, err := h.Deposits.Close(t.Context(), by, deposit.Finish{Space: in})
				return err
			}, [10]fault.Kind{no, empty, empty, empty, empty, no, hidden, hidden, hidden, hidden}},
			"close again": {func(by authz.Actor) error {
				_, err := h.Deposits.Close(t.Context(), by, deposit.Finish{Space: in, Deposit: r.Deposit})
				return err
			}, [10]fault.Kind{no, yes, yes, hidden, hidden, no, hidden, hidden, hidden, hidden}},
			"show": {func(by authz.Actor) error { _, err := h.Deposits.Show(t.Context(), by, in, r.Deposit); return err },
				[10]fault.Kind{yes, yes, yes, hidden, hidden, hidden, hidden, hidden, hidden, hidden}},
			"receipt": {func(by authz.Actor) error { _, err := h.Deposits.Receipt(t.Context(), by, r.ID); return err },
				[10]fault.Kind{yes, yes, yes, hidden, hidden, hidden, hidden, hidden, hidden, hidden}},
			"file": {func(by authz.Actor) error { _, _, err := h.Deposits.ReceiptFile(t.Context(), by, r.ID); return err },
				[10]fault.Kind{yes, yes, yes, hidden, hidden, hidden, hidden, hidden, hidden, hidden}},
			"no receipt": {func(by authz.Actor) error {
				_, err := h.Deposits.Receipt(t.Context(), by, id.New[id.Receipt](time.Now()))
				return err
			}, [10]fault.Kind{hidden, hidden, hidden, hidden, hidden, hidden, hidden, hidden, hidden, hidden}},
			"list": {func(by authz.Actor) error {
				_, err := h.Deposits.List(t.Context(), by, deposit.Query{Space: in})
				return err
			},
				[10]fault.Kind{yes, yes, yes, yes, yes, yes, hidden, hidden, hidden, hidden}},
		} {
			for i, w := range who {
				err := use.do(w.by)
				if (err == nil) != (use.want[i] == yes) || err != nil && fault.KindOf(err) != use.want[i] {
					t.Errorf("%s by %s: %v", name, w.name, err)
				}
			}
		}
	})
}

// TestOnlyMemos: a program that is left other things than deposits enters the space and
// finds none in it; one that deposits is handed no receipt, the second time it asks either.
func TestOnlyMemos(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		h.Deposit(client, in, "a.txt", []byte("a"))
		r, err := h.Deposits.Close(t.Context(), client, deposit.Finish{Space: in})
		h.Must(err)
		for _, who := range []authz.Actor{h.Lead, client} {
			for kinds, want := range map[string][2]int{"memo": {0, 0}, "deposit": {1, 0}, "receipt": {0, 1}, "deposit receipt": {1, 1}} {
				by := who
				by.Via, by.Pass = authz.ViaToken, &authz.Pass{Kinds: strings.Fields(kinds)}
				list, err := h.Deposits.List(t.Context(), by, deposit.Query{Space: in})
				h.Must(err)
				receipts, err := h.Deposits.Receipts(t.Context(), by, in)
				h.Must(err)
				if got := [2]int{len(list), len(receipts)}; got != want {
					t.Errorf("%s's program for %s finds deposits and receipts %v, want %v", by.Role, kinds, got, want)
				}
			}
		}
		by := client
		by.Via, by.Pass = authz.ViaToken, &authz.Pass{Kinds: []string{"deposit"}}
		if again, err := h.Deposits.Close(t.Context(), by, deposit.Finish{Space: in, Deposit: r.Deposit}); !fault.Is(err, fault.NotFound) || again.ID != "" {
			t.Errorf("her program for deposits is handed the receipt again: %+v, %v", again, err)
		}
	})
}

// TestWhoSwitches: the firm's side says whether the space takes deposits, and nobody from
// outside, nor a program that only reads.
func TestWhoSwitches(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client, program := h.Member(h.Lead, in, authz.Client, "Mme Petit"), h.Lead
		program.Via, program.Pass = authz.ViaToken, &authz.Pass{ReadOnly: true}
		closed := deposit.Rule{Closed: true, Sentence: "Par la poste."}
		for who, by := range map[string]authz.Actor{"the client": client, "a program that only reads": program} {
			if err := h.Deposits.Switch(t.Context(), by, in, closed); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s closes it: %v", who, err)
			}
		}
		h.Deposit(client, in, "a.txt", []byte("a")) // it is open still
		h.Must(h.Deposits.Switch(t.Context(), h.Member(h.Lead, in, authz.Assistant, "M. Aide"), in, closed))
	})
}
