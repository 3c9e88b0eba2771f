package document_test

import (
	"io"
	"sync"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// TestRecall: taken back, it is absent for everybody outside at once, and the
// outcome says of each whether she had opened it.
func TestRecall(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Mme Petit")
		client, guest := h.Member(h.Lead, in, authz.Client, "Mme Petit"), h.Member(h.Lead, in, authz.Guest, "Me Roux")
		of := h.File(h.Lead, in, "Projet.txt", []byte("projet"), h.Circles(h.Lead, in).All).Document
		h.Read(client, of, "")
		if _, err := h.Documents.Recall(t.Context(), client, of); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the client recalls: %v", err)
		}
		r, err := h.Documents.Recall(t.Context(), h.Lead, of)
		h.Must(err)
		for _, by := range []authz.Actor{client, guest} {
			if _, err := h.Documents.Show(t.Context(), by, of); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s sees it still: %v", by.Role, err)
			}
			list, err := h.Documents.List(t.Context(), by, document.ListQuery{Space: in})
			if err != nil || len(list) != 0 {
				t.Errorf("%s lists %v, %v", by.Role, list, err)
			}
		}
		d, err := h.Documents.Show(t.Context(), h.Lead, of)
		h.Must(err)
		if len(d.Recalls) != 1 || d.Recalls[0].Entry != r.Entry || len(d.Recalls[0].Outcome) != 2 {
			t.Fatalf("recalls: %+v", d.Recalls)
		}
		for _, p := range d.Recalls[0].Outcome {
			if opened := p.Person == client.Person; opened == p.At.IsZero() {
				t.Errorf("%s opened it %v", p.Name, p.At)
			}
		}
		if _, err := h.Documents.Recall(t.Context(), h.Lead, of); !fault.Is(err, fault.Conflict) {
			t.Errorf("recalled twice: %v", err)
		}
		all := h.Journal(h.Lead)
		if last := all[len(all)-1]; last.Kind != "document.recalled" || last.ID != r.Entry {
			t.Errorf("the journal ends with %s", last.Kind)
		}
	})
}

// TestRecallWhileReading: of a recall and a reading at the same time one comes
// first. Whoever got a byte is told to have opened it, and nobody else.
func TestRecallWhileReading(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Mme Petit")
		var clients []authz.Actor
		for range 4 {
			clients = append(clients, h.Member(h.Lead, in, authz.Client, "Client"))
		}
		to := h.Circles(h.Lead, in).Client
		first, never := 0, 0
		for round := range 15 {
			of := h.File(h.Lead, in, "Projet.txt", []byte("projet"), to).Document
			got := make([]bool, len(clients))
			var run sync.WaitGroup
			for i, c := range clients {
				run.Go(func() { got[i] = opens(t, h, c, of) })
			}
			time.Sleep(time.Duration(round) * 200 * time.Microsecond) // so that some come before
			r, err := h.Documents.Recall(t.Context(), h.Lead, of)
			run.Wait()
			h.Must(err)
			d, err := h.Documents.Show(t.Context(), h.Lead, of)
			h.Must(err)
			for _, p := range d.Recalls[0].Outcome {
				i := 0
				for clients[i].Person != p.Person {
					i++
				}
				if got[i] == p.At.IsZero() {
					t.Errorf("recall %s: a client has read: %v, said: %v", r.ID, got[i], p.At)
				}
				if got[i] {
					first++
				} else {
					never++
				}
			}
		}
		t.Logf("%d readings before, %d after", first, never)
	})
}

// opens reads a document to its end, and reports whether a byte came.
func opens(t *testing.T, h *documenttest.House, by authz.Actor, of id.Item) bool {
	c, err := h.Documents.Content(t.Context(), by, document.Want{Item: of, Purpose: document.Preview})
	if fault.Is(err, fault.NotFound) {
		return false
	}
	if err != nil {
		t.Error(err)
		return false
	}
	raw, err := io.ReadAll(c.Reader)
	if err != nil || c.Reader.Close() != nil {
		t.Error(err)
	}
	return len(raw) > 0
}
