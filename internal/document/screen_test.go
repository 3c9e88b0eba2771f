package document_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/outbox"
	"cenacle/internal/scan"
	"cenacle/internal/scan/scantest"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// screeningOf is what one is told of a document, in its page and in its list.
func screeningOf(t *testing.T, h *documenttest.House, by authz.Actor, of id.Item) document.Screening {
	t.Helper()
	d, err := h.Documents.Show(t.Context(), by, of)
	h.Must(err)
	listed, err := h.Documents.List(t.Context(), by, document.ListQuery{Space: d.Space})
	h.Must(err)
	at := slices.IndexFunc(listed, func(d document.Document) bool { return d.ID == of })
	if at < 0 || listed[at].Current.Screening != d.Current.Screening || d.Versions[0].Screening != d.Current.Screening {
		t.Errorf("the list says other than the page, %+v", d.Current.Screening)
	}
	return d.Current.Screening
}

// refused checks that no way gives the bytes of a document, nor sends it.
func refused(t *testing.T, h *documenttest.House, by authz.Actor, in id.Space, of id.Item, why string) {
	t.Helper()
	for _, p := range []document.Purpose{document.Preview, document.Download} {
		c, err := h.Documents.Content(t.Context(), by, document.Want{Item: of, Purpose: p})
		if !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", p, err)
		}
		if err == nil {
			h.Must(c.Reader.Close())
		}
	}
	p, err := h.Documents.Pack(t.Context(), by, document.Packing{Space: in, Documents: []id.Item{of}})
	h.Must(err)
	var packed bytes.Buffer
	h.Must(p.WriteTo(t.Context(), &packed))
	if bytes.Contains(packed.Bytes(), scantest.Harmful()) {
		t.Error("it is packed")
	}
	if by.Role.Inside() {
		to := h.Circles(by, in).Client
		err := h.Documents.Address(t.Context(), by, document.Send{Item: of, Circles: []id.Circle{to}})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("it is sent: %v", err)
		}
	}
}

// TestQuarantine: what is harmful is filed and held, whoever brought it, however
// it came; who asks is told why, and the proof of the deposit says so.
func TestQuarantine(t *testing.T) {
	d := scantest.Start(t)
	documenttest.Each(t, document.Config{Scanner: d.Scanner()}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		to := h.Circles(h.Lead, in).Client
		good := h.Deposit(client, in, "Bail.txt", []byte("Bonjour")).Document
		bad := h.Deposit(client, in, "Facture.txt", scantest.Harmful()).Document
		if c := screeningOf(t, h, client, good); c.State != scan.Clean || c.Held || c.Engine == "" || string(h.Read(h.Lead, good, "")) != "Bonjour" {
			t.Errorf("what is harmless is %+v", c)
		}
		for _, by := range []authz.Actor{client, h.Lead} {
			if c := screeningOf(t, h, by, bad); c.State != scan.Infected || !c.Held || c.Found != scantest.Found {
				t.Errorf("she is told %+v", c)
			}
			refused(t, h, by, in, bad, "document.quarantined")
		}
		// What a lawyer files is kept from those she addressed.
		mine, err := h.Documents.Put(t.Context(), h.Lead, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: "Acte.txt", Size: 68, Circles: []id.Circle{to}}, bytes.NewReader(scantest.Harmful()))
		h.Must(err)
		if _, err := h.Documents.Show(t.Context(), client, mine.Document); !fault.Is(err, fault.NotFound) {
			t.Errorf("the client sees what is harmful: %v", err)
		}
		// A new version that is harmful leaves the one before where it is.
		paper := h.File(h.Lead, in, "Projet.txt", []byte("un"), to)
		first, err := h.Documents.Show(t.Context(), h.Lead, paper.Document)
		h.Must(err)
		h.Upload(h.Lead, document.BeginUpload{Space: in, Replaces: paper.Document, Name: "Projet.txt"}, scantest.Harmful())
		refused(t, h, client, in, paper.Document, "document.quarantined")
		if got := h.Read(client, paper.Document, first.Current.ID); string(got) != "un" {
			t.Errorf("the version before is %q", got)
		}
		if n := len(h.Jobs(item.NoticeJob)); n != 1 {
			t.Errorf("%d notices, of what nobody can open too", n)
		}
		receipt, err := h.Deposits.Close(t.Context(), client, deposit.Finish{Space: in})
		h.Must(err)
		sheet, err := h.Deposits.Receipt(t.Context(), client, receipt.ID)
		h.Must(err)
		states := map[scan.State]int{}
		for _, c := range sheet.Screened {
			states[c.State]++
		}
		if states[scan.Clean] != 1 || states[scan.Infected] != 1 {
			t.Errorf("the receipt says %v", states)
		}
		proven(t, h)
	})
}

// proven checks that the journal says of each arrival what the scanner said.
func proven(t *testing.T, h *documenttest.House) {
	t.Helper()
	said := map[string]int{}
	for _, r := range h.Journal(h.Lead) {
		raw, err := json.Marshal(r.Details)
		h.Must(err)
		for _, word := range []string{`"state":"clean"`, `"state":"infected"`, `"screening":["clean","infected"]`} {
			if bytes.Contains(raw, []byte(word)) {
				said[r.Kind+" "+word]++
			}
		}
	}
	for kind, n := range map[string]int{
		`document.deposited "state":"clean"`: 1, `document.deposited "state":"infected"`: 1, `document.filed "state":"clean"`: 1,
		`document.filed "state":"infected"`: 1, `document.replaced "state":"infected"`: 1, `document.quarantined "state":"infected"`: 3,
		`deposit.closed "screening":["clean","infected"]`: 1,
	} {
		if said[kind] != n {
			t.Errorf("%s: %d times and not %d", kind, said[kind], n)
		}
	}
}

// TestAScannerThatIsAway holds what it has not looked at where that is demanded,
// says so where it is not, and has it looked at once it is back: once, and
// whatever the setting is by then.
func TestAScannerThatIsAway(t *testing.T) {
	d := scantest.Start(t)
	for name, demand := range map[string]bool{"demanded": true, "said": false} {
		t.Run(name, func(t *testing.T) {
			documenttest.Each(t, document.Config{Scanner: d.Scanner(), Demand: demand}, func(t *testing.T, h *documenttest.House) {
				d.End()
				in := h.Space(h.Lead, "Petit")
				h.Member(h.Lead, in, authz.Client, "Mme Petit")
				to := h.Circles(h.Lead, in).Client
				good := h.File(h.Lead, in, "Bail.txt", []byte("Bonjour"), to).Document
				bad := h.File(h.Lead, in, "Facture.txt", scantest.Harmful(), to).Document
				big := h.File(h.Lead, in, "Film.bin", bytes.Repeat([]byte{7}, 4*scantest.Most), to).Document
				for _, of := range []id.Item{good, bad, big} {
					if c := screeningOf(t, h, h.Lead, of); c.State != scan.Unscanned || c.Why != scan.Away || c.Held != demand {
						t.Errorf("while it is away: %+v", c)
					}
					if demand {
						refused(t, h, h.Lead, in, of, "document.unscanned")
					}
				}
				if n := len(h.Jobs(item.NoticeJob)); (n == 0) != demand {
					t.Errorf("%d notices", n)
				}
				h.Must(h.Documents.Screen(t.Context(), h.Lead.Firm, outbox.Job{})) // still away
				if n := len(h.Jobs(document.ScreenJob)); n != 1 {
					t.Fatalf("%d jobs ask again", n)
				}
				d.Begin()
				h.Must(h.Documents.Screen(t.Context(), h.Lead.Firm, outbox.Job{}), h.Documents.Screen(t.Context(), h.Lead.Firm, outbox.Job{}))
				if got := h.Read(h.Lead, good, ""); string(got) != "Bonjour" {
					t.Errorf("what is harmless is %q", got)
				}
				refused(t, h, h.Lead, in, bad, "document.quarantined")
				if c := screeningOf(t, h, h.Lead, big); c.Why != scan.Large || c.Held != demand {
					t.Errorf("what is too large: %+v", c)
				}
				if n := h.Kinds(h.Lead)["document.screened"]; n != 3 {
					t.Errorf("%d answers in the journal", n)
				}
				if n := len(h.Jobs(item.NoticeJob)); n != 1 {
					t.Errorf("%d notices of what can be opened", n)
				}
			})
		})
	}
}

// TestScreenAgain: the firm's side has the scanner asked at once about what it
// could not look at; what is known to be clean, and who may not, asks nothing.
func TestScreenAgain(t *testing.T) {
	d := scantest.Start(t)
	documenttest.Each(t, document.Config{}, func(t *testing.T, plain *documenttest.House) {
		h, ctx := plain.Scanning(d.Scanner(), true), t.Context()
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		d.End()
		of := h.File(h.Lead, in, "Acte.txt", []byte("acte"), h.Circles(h.Lead, in).Client).Document
		if err := h.Documents.ScreenAgain(ctx, h.Lead, of); !fault.Is(err, fault.Unavailable) {
			t.Errorf("while it is away: %v", err)
		}
		if err := h.Documents.ScreenAgain(ctx, client, of); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a client asks: %v", err)
		}
		d.Begin()
		h.Must(h.Documents.ScreenAgain(ctx, h.Lead, of))
		if got := h.Read(client, of, ""); string(got) != "acte" {
			t.Errorf("it is %q", got)
		}
		if err := h.Documents.ScreenAgain(ctx, h.Lead, of); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked of what is clean: %v", err)
		}
	})
}

// TestASettingReleasesNothing: what was held stays so without the demand and
// without the scanner; and with the demand, what came before it waits.
func TestASettingReleasesNothing(t *testing.T) {
	d := scantest.Start(t)
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		old := h.File(h.Lead, in, "Avant.txt", []byte("avant")).Document
		oldBad := h.File(h.Lead, in, "Avant2.txt", scantest.Harmful()).Document
		strict := h.Scanning(d.Scanner(), true)
		for _, of := range []id.Item{old, oldBad} {
			refused(t, strict, h.Lead, in, of, "document.unscanned")
		}
		h.Must(strict.Documents.Sweep(t.Context(), h.Lead.Firm))
		for _, j := range h.Jobs(document.ScreenJob) {
			h.Must(strict.Documents.Screen(t.Context(), h.Lead.Firm, j))
		}
		if got := strict.Read(h.Lead, old, ""); string(got) != "avant" {
			t.Errorf("what came before is %q", got)
		}
		refused(t, h.Scanning(nil, false), h.Lead, in, oldBad, "document.quarantined")
		d.End()
		waiting := strict.File(h.Lead, in, "Attend.txt", []byte("attend")).Document
		refused(t, h.Scanning(nil, false), h.Lead, in, waiting, "document.unscanned")
		refused(t, h.Scanning(d.Scanner(), false), h.Lead, in, waiting, "document.unscanned")
		d.Begin()
		// Rows that were changed by hand open nothing.
		if err := tampered(t, h, waiting); err == nil {
			t.Error("a verdict that somebody wrote opens the bytes")
		}
	})
}

// tampered sets a verdict by hand and opens the bytes.
func tampered(t *testing.T, h *documenttest.House, of id.Item) error {
	t.Helper()
	h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
		return a.Write(forgeVerdict, of)
	}))
	c, err := h.Documents.Content(t.Context(), h.Lead, document.Want{Item: of, Purpose: document.Preview})
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, c.Reader)
	return errors.Join(err, c.Reader.Close())
}

var forgeVerdict = store.ForFirm(`update screening set state = 'clean', held = 0 where firm_id = $1 and document_id = $2`)
