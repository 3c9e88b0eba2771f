package journal

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

func TestSequenceIsContiguousUnderConcurrency(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		other := New(h.ring, clock) // as another process: it shares no turn with the first
		const writers, acts = 6, 25
		var appending, sequencing sync.WaitGroup
		done := make(chan struct{})
		for w := range writers {
			appending.Go(func() {
				for range acts {
					h.appendSurely(t, h.spaces[w%3])
				}
			})
		}
		for _, j := range []*Journal{h.Journal, h.Journal, other} {
			sequencing.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					if _, err := j.Sequence(t.Context(), h.firm); err != nil && !fault.Is(err, fault.Unavailable) {
						t.Errorf("sequence: %v", err)
						return
					}
				}
			})
		}
		appending.Wait()
		close(done)
		sequencing.Wait()
		if head := h.sequence(); head.Size != writers*acts {
			t.Errorf("the head has %d entries, not %d", head.Size, writers*acts)
		}
		if got := h.verified(); got.Entries != writers*acts || got.Waiting != 0 {
			t.Errorf("verified %+v", got)
		}
	})
}

// appendSurely repeats an act that lost a race, as a person would.
func (h *house) appendSurely(t *testing.T, space id.Space) {
	for {
		err := h.firm.Update(t.Context(), func(tx *store.Tx) error {
			_, err := h.Append(tx, morning, Entry{Kind: "memo.sent", Space: space})
			return err
		})
		if err == nil {
			return
		}
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("append: %v", err)
			return
		}
	}
}

func TestSequenceWritesOnlyWhatGrew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		empty := h.sequence()
		if empty.Size != 0 || empty.Checkpoint != "" {
			t.Fatalf("an empty journal was signed: %+v", empty)
		}
		entries := h.act(2*batch + 3)
		first := h.sequence()
		if first.Size != int64(len(entries)) {
			t.Fatalf("size %d after %d entries", first.Size, len(entries))
		}
		if again := h.sequence(); again != first {
			t.Errorf("sequencing nothing gave %+v after %+v", again, first)
		}
		if head, err := h.Head(t.Context(), h.firm); err != nil || head != first {
			t.Errorf("Head = %+v, %v", head, err)
		}
		if got := h.verified(); got.Heads != 3 || got.Head != first {
			t.Errorf("three batches gave %+v", got)
		}
	})
}

func TestSequencingOneReadsLogarithmically(t *testing.T) {
	h := newHouse(t, storetest.New(t))
	h.act(4095)
	h.sequence()
	h.act(1)
	h.update(func(tx *store.Tx) error {
		k, err := h.verifier(tx)
		if err != nil {
			return err
		}
		head, err := latestHead(tx, k)
		if err != nil {
			return err
		}
		tree := storedHashes(tx)
		if err := checkHead(tx, head, tree); err != nil {
			return err
		}
		rows, err := waitingRows(tx, "", batch)
		if err != nil {
			return err
		}
		if err := h.place(tx, head.Size, rows, tree); err != nil {
			return err
		}
		// 12 complete subtrees on the edge of 4095, 13 hashes added by the next.
		if len(tree.have) > 12+13 {
			t.Errorf("one entry after 4095 touched %d hashes", len(tree.have))
		}
		return nil
	})
}

var writeName = store.ForFirm(`insert into firm_profile (firm_id, name, created_at) values ($1, $2, 0)`)
var readName = store.ForFirm(`select name from firm_profile where firm_id = $1`)

// JRN-05: an act whose entry cannot be written does not happen.
func TestFailedAppendAbortsTheAct(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		cases := map[string]Entry{
			"space without key":      {Kind: "deposit.closed", Space: id.New[id.Space](morning)},
			"details no JSON":        {Kind: "deposit.closed", Details: map[string]any{"f": func() {}}},
			"details no object":      {Kind: "deposit.closed", Details: "text"},
			"kind of somebody":       {Kind: "Deposit\nclosed"},
			"details beyond a limit": {Kind: "deposit.closed", Details: map[string]any{"s": make([]byte, recordLimit)}},
		}
		for name, e := range cases {
			err := h.firm.Update(t.Context(), func(tx *store.Tx) error {
				if err := tx.Write(writeName, []byte{1}); err != nil {
					return err
				}
				_, err := h.Append(tx, morning, e)
				return err
			})
			if err == nil {
				t.Errorf("%s: the act was acknowledged", name)
			}
		}
		err := h.firm.View(t.Context(), func(tx *store.Tx) error {
			if _, err := h.Append(tx, morning, Entry{Kind: "firm.read"}); !errors.Is(err, store.ErrReadOnly) {
				t.Errorf("append to a read-only database: %v", err)
			}
			return nil
		})
		if err != nil && !errors.Is(err, store.ErrReadOnly) {
			t.Error(err)
		}
		err = h.firm.View(t.Context(), func(tx *store.Tx) error {
			var name []byte
			return tx.Row(readName, nil, &name)
		})
		if !errors.Is(err, store.ErrNoRow) {
			t.Errorf("something of the acts remains: %v", err)
		}
		if got := h.verified(); got.Entries+got.Waiting != 0 {
			t.Errorf("entries of acts that never were: %+v", got)
		}
	})
}

// JRN-07: one act is one record, whatever stands in its fields.
func TestControlCharactersStayInsideOneRecord(t *testing.T) {
	hostile := "\r\n\x1b[31m{\"v\":1}\u2028\u2029\t\"\\\x00\x07c2sp.org/tlog-proof@v1\n\n— x"
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		h.update(func(tx *store.Tx) error {
			_, err := h.Append(tx, morning, Entry{
				Kind: "memo.sent", Actor: id.Person(hostile), Via: hostile, Object: hostile, Space: h.spaces[1],
				Details: map[string]string{hostile: hostile},
			})
			return err
		})
		h.sequence()
		list, err := h.List(t.Context(), h.firm, Filter{})
		if err != nil || len(list) != 1 {
			t.Fatalf("one act gave %d records, %v", len(list), err)
		}
		if r := list[0]; r.Via != hostile || r.Object != hostile || string(r.Actor) != hostile {
			t.Errorf("read back %+v", r)
		}
		for i, c := range list[0].Details {
			if c < 0x20 {
				t.Errorf("control character %#x at %d of the record", c, i)
			}
		}
		if _, err := h.Proof(t.Context(), h.firm, list[0].ID); err != nil {
			t.Error(err)
		}
		h.verified()
	})
}

func TestProofsOfAllSizes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		var entries []id.Entry
		var heads []string
		for size := range 201 {
			if size > 0 {
				entries = append(entries, h.act(1)...)
				heads = append(heads, h.sequence().Checkpoint)
			}
			for _, n := range sample(size) {
				p, err := h.Proof(t.Context(), h.firm, entries[n])
				if err != nil {
					t.Fatalf("proof of %d in %d: %v", n, size, err)
				}
				checkProof(t, p, int64(n), int64(size))
				g, err := h.Extends(t.Context(), h.firm, heads[n])
				if err != nil || CheckGrowth(g) != nil {
					t.Fatalf("growth from %d to %d: %v", n+1, size, err)
				}
				g.From.Checkpoint = heads[(n+1)%len(heads)]
				if size > 1 && CheckGrowth(g) == nil {
					t.Fatalf("growth from %d to %d proves another head", n+1, size)
				}
			}
		}
		if got := h.verified(); got.Heads != 200 {
			t.Errorf("%d heads", got.Heads)
		}
	})
}

// sample is the edges of a tree and its last subtrees.
func sample(size int) []int {
	seen := map[int]bool{}
	var out []int
	for _, n := range []int{0, size / 2, size - 2, size - 1} {
		if n >= 0 && n < size && !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}

func checkProof(t *testing.T, p Proof, n, size int64) {
	t.Helper()
	index, path, checkpoint, err := parseProof(p.Text)
	if err != nil {
		t.Fatal(err)
	}
	v, err := openVerifier(p.Verifier)
	if err != nil {
		t.Fatal(err)
	}
	head, err := openCheckpoint(checkpoint, v)
	if err != nil {
		t.Fatal(err)
	}
	if index != n || head.size != size || p.Index != n {
		t.Fatalf("proof of %d in %d is of %d in %d", n, size, index, head.size)
	}
	if err := tlog.CheckRecord(path, head.size, head.root, index, tlog.RecordHash(p.Leaf[:])); err != nil {
		t.Fatalf("proof of %d in %d: %v", n, size, err)
	}
}

func TestEntriesOfOneInstantKeepTheirOrder(t *testing.T) {
	var o order
	last := id.Entry("")
	for n := range 5000 {
		next := o.next(morning)
		if _, err := id.Parse[id.Entry](string(next)); err != nil || next <= last {
			t.Fatalf("%d: %s after %s, %v", n, next, last, err)
		}
		last = next
		o.next(morning.Add(time.Duration(n%7-3) * time.Millisecond)) // somebody else's act
	}
	if got := step("01m6dsg7e0zzzzzzzzzabcdefg", "01m6dsg7e0000000000tvwxyz1"); got != "01m6dsg7e1000000000tvwxyz1" {
		t.Errorf("the carry gave %s", got)
	}
}

func TestListPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		all := h.act(40)
		h.sequence()
		var seen []id.Entry
		for before := id.Entry(""); ; {
			page, err := h.List(t.Context(), h.firm, Filter{Before: before, Limit: 7})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				seen, before = append(seen, r.ID), r.ID
			}
			if len(page) < 7 {
				break
			}
		}
		if len(seen) != len(all) {
			t.Errorf("pages hold %d of %d entries", len(seen), len(all))
		}
		of, err := h.List(t.Context(), h.firm, Filter{Space: h.spaces[0]})
		if err != nil || len(of) != 10 {
			t.Errorf("the space has %d entries, %v", len(of), err)
		}
		own, err := h.List(t.Context(), h.firm, Filter{Own: true})
		if err != nil || len(own) != 10 {
			t.Errorf("the firm itself has %d entries, %v", len(own), err)
		}
		for _, r := range own {
			proof, err := h.Proof(t.Context(), h.firm, r.ID)
			if r.Space != "" || err != nil || r.Leaf != proof.Leaf {
				t.Errorf("%s: an act in %q, leaf %x: %v", r.ID, r.Space, r.Leaf, err)
			}
		}
		newer, err := h.List(t.Context(), h.firm, Filter{After: seen[5]})
		if err != nil || len(newer) != 5 || fmt.Sprint(newer[0].ID) != string(seen[0]) {
			t.Errorf("%d entries are newer than the sixth, %v", len(newer), err)
		}
	})
}
