package journal

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"cenacle/internal/id"
	"cenacle/internal/seedtest"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/vault"
)

// house is a firm with a journal, three spaces and a clock of its own.
type house struct {
	*Journal
	t      testing.TB
	store  *store.Store
	firm   *store.Firm
	ring   *vault.Ring
	spaces []id.Space
}

var morning = time.Date(2026, 11, 22, 9, 0, 0, 123456000, time.UTC)

func clock() time.Time { return morning }

func newHouse(t testing.TB, s *store.Store) *house {
	t.Helper()
	v := vault.New(vault.NewKey())
	if err := v.EnsureInstallation(t.Context(), s.Directory(), morning); err != nil {
		t.Fatal(err)
	}
	ring, err := vault.NewRing(v, s.Directory())
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Journal: New(ring, clock), t: t, store: s, ring: ring}
	h.addFirm(s)
	return h
}

// addFirm makes another firm the one of the house.
func (h *house) addFirm(s *store.Store) {
	h.t.Helper()
	h.firm = storetest.Firm(h.t, s)
	h.spaces = []id.Space{id.New[id.Space](morning), id.New[id.Space](morning), id.New[id.Space](morning)}
	h.update(func(tx *store.Tx) error {
		if _, err := h.ring.CreateFirm(tx, morning); err != nil {
			return err
		}
		for _, space := range h.spaces {
			if _, err := h.ring.CreateSpace(tx, space, morning); err != nil {
				return err
			}
		}
		return h.CreateKey(tx)
	})
}

func (h *house) update(work func(*store.Tx) error) {
	h.t.Helper()
	if err := h.firm.Update(h.t.Context(), work); err != nil {
		h.t.Fatal(err)
	}
}

// act appends n entries in one transaction, over the spaces and the firm.
func (h *house) act(n int) (entries []id.Entry) {
	h.t.Helper()
	h.update(func(tx *store.Tx) error {
		entries = entries[:0]
		for i := range n {
			e := Entry{
				Kind: "document.sent", Actor: id.New[id.Person](morning), Via: "password", Object: fmt.Sprint(i),
				Details: map[string]any{"count": i, "sha256": "00ff"},
			}
			if i%4 > 0 {
				e.Space = h.spaces[i%4-1]
			}
			entry, err := h.Append(tx, morning.Add(time.Duration(i)*time.Microsecond), e)
			if err != nil {
				return err
			}
			entries = append(entries, entry)
		}
		return nil
	})
	return entries
}

func (h *house) sequence() Head {
	h.t.Helper()
	head, err := h.Sequence(h.t.Context(), h.firm)
	if err != nil {
		h.t.Fatal(err)
	}
	return head
}

// verified wants a journal that holds.
func (h *house) verified() Summary {
	h.t.Helper()
	s, err := h.Verify(h.t.Context(), h.firm, func(f Fault) { h.t.Errorf("fault %+v", f) })
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// receipt deposits the statement and returns its receipt file.
func (h *house) receipt(s Statement) []byte {
	h.t.Helper()
	var entry id.Entry
	h.update(func(tx *store.Tx) (err error) {
		entry, err = h.Append(tx, s.Contents().ClosedAt, Entry{
			Kind: "deposit.closed", Actor: id.New[id.Person](morning), Via: "link", Space: h.spaces[0],
			Object: string(id.New[id.Deposit](morning)),
			Details: struct {
				Statement string `json:"statement"`
				Number    int64  `json:"number"`
				Documents int    `json:"documents"`
			}{s.Digest(), s.Contents().Number, len(s.Contents().Items)},
		})
		return err
	})
	r, err := h.Receipt(h.t.Context(), h.firm, entry, s)
	if err != nil {
		h.t.Fatal(err)
	}
	raw, err := r.Encode()
	if err != nil {
		h.t.Fatal(err)
	}
	return raw
}

func statement(t testing.TB, number int64, names ...string) Statement {
	t.Helper()
	c := Contents{
		Firm: "Cabinet Delmas & Associés", Person: "Mme Inès Petit <ines>", Number: number,
		OpenedAt: morning.Add(-time.Hour), ClosedAt: morning,
	}
	for i, name := range names {
		c.Items = append(c.Items, Item{
			Name: name, Size: int64(1000 * i), SHA256: sha256.Sum256([]byte(name)), Media: "application/pdf",
			DepositedAt: morning.Add(-time.Minute),
		})
	}
	s, err := NewStatement(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// chance is a source of randomness.
func chance(t testing.TB) *rand.Rand {
	t.Helper()
	return rand.New(rand.NewPCG(seedtest.Of(t), 0))
}
