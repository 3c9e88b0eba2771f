package document_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/hold"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
	"cenacle/internal/store"
)

var (
	countRows = map[string]store.FirmStmt{
		"item":        store.ForFirm(`select count(*) from item where firm_id = $1 and id = $2`),
		"document":    store.ForFirm(`select count(*) from document where firm_id = $1 and id = $2`),
		"version":     store.ForFirm(`select count(*) from version where firm_id = $1 and document_id = $2`),
		"audience":    store.ForFirm(`select count(*) from audience where firm_id = $1 and item_id = $2`),
		"trash":       store.ForFirm(`select count(*) from trash where firm_id = $1 and item_id = $2`),
		"read_mark":   store.ForFirm(`select count(*) from read_mark where firm_id = $1 and item_id = $2`),
		"search_term": store.ForFirm(`select count(*) from search_term where firm_id = $1 and item_id = $2`),
		"unread": store.ForFirm(`select count(*) from unread where firm_id = $1 and item_id = $2
			and person_id in (select person_id from membership where firm_id = $1)`),
	}
	looseItem = store.ForFirm(`update item set deleted_at = $3 where firm_id = $1 and id = $2`)
)

// bin is a house with a document of two versions in its trash.
type bin struct {
	*documenttest.House
	in     id.Space
	client authz.Actor
	doc    id.Item
	holds  *hold.Service
}

func shelved(h *documenttest.House) *bin {
	s := &bin{House: h, in: h.Space(h.Lead, "Mme Petit"), holds: hold.NewService(h.Office)}
	s.client = h.Member(h.Lead, s.in, authz.Client, "Mme Petit")
	s.doc = h.File(h.Lead, s.in, "Convention secrète.txt", []byte("première version"), h.Circles(h.Lead, s.in).Client).Document
	h.Upload(h.Lead, document.BeginUpload{Space: s.in, Replaces: s.doc, Name: "Convention 2.txt"}, []byte("seconde version"))
	h.Must(h.Documents.Delete(h.T.Context(), h.Lead, s.doc))
	return s
}

// due runs the job that a deletion plans.
func (s *bin) due() {
	s.T.Helper()
	payload, err := json.Marshal(map[string]any{"Document": s.doc})
	s.Must(err, s.Documents.Erase(s.T.Context(), s.Lead.Firm, outbox.Job{Payload: payload}))
}

func (s *bin) rows(table string) (n int) {
	s.T.Helper()
	s.Must(s.Office.See(s.T.Context(), s.Lead.Firm, func(a *act.Act) error { return a.Row(countRows[table], []any{s.doc}, &n) }))
	return n
}

func (s *bin) blobs() (n int) {
	s.T.Helper()
	s.Must(s.Blobs.Each(s.T.Context(), s.Lead.Firm, blob.Finished, func(id.Blob) error { n++; return nil }))
	return n
}

func TestTrash(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		s := shelved(h)
		found, more, err := h.Documents.Trash(t.Context(), h.Lead, document.TrashQuery{Space: s.in})
		if err != nil || len(found) != 1 || more.ID != "" {
			t.Fatalf("the trash: %+v, %v, %v", found, more, err)
		}
		d := found[0]
		if d.ID != s.doc || d.Title != "Convention secrète.txt" || d.DeletedBy != "Me Claire Delmas" || d.Held ||
			!d.Erased.Equal(d.Deleted.Add(document.ShelfLife)) || d.Current.Number != 2 {
			t.Errorf("in the trash: %+v", d)
		}
		if _, _, err := h.Documents.Trash(t.Context(), s.client, document.TrashQuery{Space: s.in}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the client looks into the trash: %v", err)
		}
		for range 4 {
			h.Must(h.Documents.Delete(t.Context(), h.Lead, h.File(h.Lead, s.in, "x.txt", []byte("x")).Document))
		}
		q, seen := document.TrashQuery{Space: s.in, Limit: 2}, map[id.Item]bool{}
		for {
			page, more, err := h.Documents.Trash(t.Context(), h.Lead, q)
			h.Must(err)
			for _, d := range page {
				if seen[d.ID] {
					t.Errorf("%s twice", d.ID)
				}
				seen[d.ID] = true
			}
			if q.After = more; more.ID == "" {
				break
			}
		}
		if len(seen) != 5 {
			t.Errorf("%d of 5 by pages", len(seen))
		}
	})
}

// TestTrashOfAnotherClock: what a node deleted whose clock is ahead is in the trash
// for one whose clock is not.
func TestTrashOfAnotherClock(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Mme Petit")
		doc := h.File(h.Lead, in, "acte.txt", []byte("acte")).Document
		h.Clock.Advance(time.Minute)
		h.Must(h.Documents.Delete(t.Context(), h.Lead, doc))
		h.Clock.Advance(-2 * time.Second)
		all, _, err := h.Documents.Trash(t.Context(), h.Lead, document.TrashQuery{Space: in})
		h.Must(err)
		if len(all) != 1 || all[0].ID != doc {
			t.Errorf("%d documents in the trash, want 1", len(all))
		}
	})
}

// TestShelfLife: deleted, restorable for thirty days, then erased with every
// row and byte; the journal says how much and which, never what.
func TestShelfLife(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		s := shelved(h)
		h.Clock.Advance(document.ShelfLife - time.Hour)
		s.due()
		if s.rows("version") != 2 {
			t.Fatal("it is erased before its time")
		}
		h.Must(h.Documents.Restore(t.Context(), h.Lead, s.doc))
		h.Clock.Advance(2 * time.Hour)
		s.due() // the job of the first deletion
		if s.rows("version") != 2 {
			t.Fatal("a restored document is erased")
		}
		h.Must(h.Documents.Delete(t.Context(), h.Lead, s.doc))
		h.Clock.Advance(document.ShelfLife)
		s.due()
		for table := range countRows {
			if n := s.rows(table); n != 0 {
				t.Errorf("%d rows are left in %s", n, table)
			}
		}
		if err := h.Documents.Restore(t.Context(), h.Lead, s.doc); !fault.Is(err, fault.NotFound) {
			t.Errorf("an erased document is restored: %v", err)
		}
		last := h.Journal(h.Lead)
		entry := last[len(last)-1]
		text := string(entry.Details)
		if entry.Kind != "document.erased" || !strings.Contains(text, `"versions":2`) || strings.Count(text, `"sha256"`) != 1 || strings.Contains(text, "onvention") {
			t.Errorf("the journal says %s %s", entry.Kind, text)
		}
		s.due() // a second time is no fault
		if s.blobs() != 2 {
			t.Fatal("the bytes go with their own job")
		}
		s.shred()
		if n := s.blobs(); n != 0 {
			t.Errorf("%d blobs are left", n)
		}
	})
}

// shred runs the job that an erasure plans.
func (s *bin) shred() {
	s.T.Helper()
	var all []id.Blob
	s.Must(s.Blobs.Each(s.T.Context(), s.Lead.Firm, blob.Finished, func(b id.Blob) error { all = append(all, b); return nil }))
	payload, err := json.Marshal(map[string]any{"Blobs": all})
	s.Must(err, s.Documents.Shred(s.T.Context(), s.Lead.Firm, outbox.Job{Payload: payload}))
}

func TestHoldStopsShelfLife(t *testing.T) {
	for name, of := range map[string]func(*bin) id.Item{
		"a space": func(*bin) id.Item { return "" }, "a document": func(s *bin) id.Item { return s.doc },
	} {
		t.Run(name, func(t *testing.T) {
			documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
				s := shelved(h)
				held, err := s.holds.Place(t.Context(), h.Lead, hold.New{Space: s.in, Document: of(s), Reason: "Contestation en cours"})
				h.Must(err)
				h.Clock.Advance(2 * document.ShelfLife)
				s.due()
				found, _, err := h.Documents.Trash(t.Context(), h.Lead, document.TrashQuery{Space: s.in})
				if err != nil || len(found) != 1 || !found[0].Held {
					t.Fatalf("held: %+v, %v", found, err)
				}
				h.Must(h.Documents.Restore(t.Context(), h.Lead, s.doc), h.Documents.Delete(t.Context(), h.Lead, s.doc))
				h.Clock.Advance(2 * document.ShelfLife)
				h.Must(s.holds.Lift(t.Context(), h.Lead, held.ID, "Litige clos"))
				s.due()
				if s.rows("version") != 0 {
					t.Error("it stays although the hold is lifted")
				}
			})
		})
	}
}

// TestOldDeletions: what an earlier program deleted gets a shelf life of its
// own from now on.
func TestOldDeletions(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Mme Petit")
		of := h.File(h.Lead, in, "Ancien.txt", []byte("ancien")).Document
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error { return a.Write(looseItem, of, 1) }))
		h.Must(h.Documents.Sweep(t.Context(), h.Lead.Firm))
		found, _, err := h.Documents.Trash(t.Context(), h.Lead, document.TrashQuery{Space: in})
		if err != nil || len(found) != 1 || found[0].DeletedBy != "" || found[0].Erased.Before(h.Clock.Now().Add(document.ShelfLife-time.Hour)) {
			t.Fatalf("adopted: %+v, %v", found, err)
		}
		h.Must(h.Documents.Restore(t.Context(), h.Lead, of))
	})
}
