package journal

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// The statements of a forger who may write whatever he likes in the database,
// but has no key.
var (
	forgeKind     = store.ForFirm(`update journal_entry set kind = $2 where firm_id = $1 and id = $3`)
	forgeSpace    = store.ForFirm(`update journal_entry set space_id = $2 where firm_id = $1 and id = $3`)
	forgeTime     = store.ForFirm(`update journal_entry set created_at = created_at + 1 where firm_id = $1 and id = $2`)
	forgeRecord   = store.ForFirm(`update journal_entry set record = $2 where firm_id = $1 and id = $3`)
	forgeLeaf     = store.ForFirm(`update journal_entry set leaf = $2 where firm_id = $1 and id = $3`)
	forgeMAC      = store.ForFirm(`update journal_entry set mac = $2 where firm_id = $1 and id = $3`)
	forgeID       = store.ForFirm(`update journal_entry set id = $2 where firm_id = $1 and id = $3`)
	forgePosition = store.ForFirm(`update journal_entry set position = $2 where firm_id = $1 and id = $3`)
	forgeDelete   = store.ForFirm(`delete from journal_entry where firm_id = $1 and id = $2`)
	forgeCut      = store.ForFirm(`delete from journal_entry where firm_id = $1 and position >= $2`)
	forgeInsert   = store.ForFirm(`
		insert into journal_entry (firm_id, id, space_id, kind, record, leaf, position, created_at, mac)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	forgeHash     = store.ForFirm(`update journal_hash set hash = $2 where firm_id = $1 and position = $3`)
	forgeHashCut  = store.ForFirm(`delete from journal_hash where firm_id = $1 and position >= $2`)
	forgeHead     = store.ForFirm(`update journal_head set checkpoint = $2 where firm_id = $1 and size = $3`)
	forgeHeadSize = store.ForFirm(`update journal_head set size = $2 where firm_id = $1 and size = $3`)
	forgeHeadCut  = store.ForFirm(`delete from journal_head where firm_id = $1 and size > $2`)
)

// scene is a journal under attack.
type scene struct {
	*house
	rand   *rand.Rand
	rows   []row // by position
	erased id.Space
	heads  []Head
}

func newScene(t *testing.T, s *store.Store) *scene {
	h := newHouse(t, s)
	sc := &scene{house: h, rand: chance(t), erased: h.spaces[2]}
	for range 12 {
		h.act(1 + sc.rand.IntN(15))
		sc.heads = append(sc.heads, h.sequence())
	}
	h.update(func(tx *store.Tx) error { return h.ring.DestroySpace(tx, sc.erased) })
	err := h.firm.View(t.Context(), func(tx *store.Tx) (err error) {
		sc.rows, err = placedRows(tx, selectPlaced, -1, 1000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

func (s *scene) any() row { return s.rows[s.rand.IntN(len(s.rows))] }

// two returns two different entries.
func (s *scene) two() (row, row) {
	a := s.rand.IntN(len(s.rows))
	b := (a + 1 + s.rand.IntN(len(s.rows)-1)) % len(s.rows)
	return s.rows[a], s.rows[b]
}

func (s *scene) size() int64 { return int64(len(s.rows)) }

func (s *scene) flip(b []byte) []byte {
	out := append([]byte{}, b...)
	out[s.rand.IntN(len(out))] ^= 1 << s.rand.IntN(8)
	return out
}

type forgery func(s *scene, tx *store.Tx) (what string, err error)

func one(what string, s store.FirmStmt, tx *store.Tx, args ...any) (string, error) {
	n, err := tx.Exec(s, args...)
	if err == nil && n == 0 {
		err = errors.New("the forger missed")
	}
	return fmt.Sprint(what, " ", args[len(args)-1]), err
}

func forgeries() []forgery {
	return []forgery{
		func(s *scene, tx *store.Tx) (string, error) {
			return one("kind", forgeKind, tx, "memo.read", s.any().id)
		},
		func(s *scene, tx *store.Tx) (string, error) { return one("time", forgeTime, tx, s.any().id) },
		func(s *scene, tx *store.Tx) (string, error) {
			r := s.any()
			return one("record", forgeRecord, tx, s.flip(r.sealed), r.id)
		},
		func(s *scene, tx *store.Tx) (string, error) {
			r := s.any()
			return one("leaf", forgeLeaf, tx, s.flip(r.leaf), r.id)
		},
		func(s *scene, tx *store.Tx) (string, error) {
			r := s.any()
			return one("mac", forgeMAC, tx, s.flip(r.mac), r.id)
		},
		func(s *scene, tx *store.Tx) (string, error) {
			return one("id", forgeID, tx, id.New[id.Entry](morning), s.any().id)
		},
		func(s *scene, tx *store.Tx) (string, error) { return one("delete", forgeDelete, tx, s.any().id) },
		func(s *scene, tx *store.Tx) (string, error) {
			return one("unplace", forgePosition, tx, nil, s.any().id)
		},
		forgeElsewhere, forgeSwapped, forgeOrder, forgeAdded, forgeTail, forgeTree, forgeHeads, forgeMoved,
	}
}

// forgeElsewhere pretends that an entry is of a space that nobody can open.
func forgeElsewhere(s *scene, tx *store.Tx) (string, error) {
	r := s.any()
	for _, space := range []id.Space{s.erased, id.New[id.Space](morning), ""} {
		if space != r.space && s.rand.IntN(2) == 0 {
			return one("space of", forgeSpace, tx, space, r.id)
		}
	}
	return one("space of", forgeSpace, tx, id.New[id.Space](morning), r.id)
}

// forgeSwapped gives one entry the sealed content of another one.
func forgeSwapped(s *scene, tx *store.Tx) (string, error) {
	a, b := s.two()
	for statement, value := range map[store.FirmStmt][]byte{forgeRecord: b.sealed, forgeLeaf: b.leaf, forgeMAC: b.mac} {
		if what, err := one("content", statement, tx, value, a.id); err != nil {
			return what, err
		}
	}
	return one("content", forgeSpace, tx, b.space, a.id)
}

func forgeOrder(s *scene, tx *store.Tx) (string, error) {
	a, b := s.two()
	if what, err := one("order", forgePosition, tx, nil, a.id); err != nil {
		return what, err
	}
	if what, err := one("order", forgePosition, tx, a.position, b.id); err != nil {
		return what, err
	}
	return one("order", forgePosition, tx, b.position, a.id)
}

// forgeAdded replays an entry under a new identifier, at the end or waiting.
func forgeAdded(s *scene, tx *store.Tx) (string, error) {
	r := s.any()
	at := []any{s.size(), nil, s.size() + 5, int64(-1)}[s.rand.IntN(4)]
	err := tx.Write(forgeInsert, id.New[id.Entry](morning), r.space, r.kind, r.sealed, r.leaf, at, r.at, r.mac)
	return fmt.Sprint("added at ", at), err
}

// forgeTail cuts the end, with or without the hashes, with some of the heads.
func forgeTail(s *scene, tx *store.Tx) (string, error) {
	from := s.rand.Int64N(s.size())
	if what, err := one("tail", forgeCut, tx, from); err != nil {
		return what, err
	}
	if s.rand.IntN(2) == 0 {
		if what, err := one("tail", forgeHashCut, tx, tlog.StoredHashCount(from)); err != nil {
			return what, err
		}
	}
	// With all heads gone too it would be a rollback, which only a witness sees.
	if last := len(s.heads) - 1; s.rand.IntN(2) == 0 && from < s.heads[last-1].Size {
		return one("tail and last head", forgeHeadCut, tx, s.heads[last-1].Size)
	}
	return fmt.Sprint("tail ", from), nil
}

func forgeTree(s *scene, tx *store.Tx) (string, error) {
	index := s.rand.Int64N(tlog.StoredHashCount(s.size()))
	if s.rand.IntN(3) == 0 {
		return one("tree cut", forgeHashCut, tx, index)
	}
	return one("hash", forgeHash, tx, s.flip(make([]byte, 32)), index)
}

func forgeHeads(s *scene, tx *store.Tx) (string, error) {
	h := s.heads[s.rand.IntN(len(s.heads))]
	switch s.rand.IntN(3) {
	case 0:
		text := []byte(h.Checkpoint)
		text[s.rand.IntN(len(text)-2)] = 'x'
		if string(text) == h.Checkpoint {
			text[0] = 'y'
		}
		for i, c := range text { // what is no UTF-8 any more would not be stored
			if c >= 0x80 {
				text[i] = '?'
			}
		}
		return one("head", forgeHead, tx, string(text), h.Size)
	case 1:
		return one("head moved", forgeHeadSize, tx, s.size()+1+s.rand.Int64N(9), h.Size)
	}
	last := s.heads[len(s.heads)-1].Size
	return one("last head", forgeHeadCut, tx, last-1)
}

// forgeMoved makes room in the middle and puts a replay there.
func forgeMoved(s *scene, tx *store.Tx) (string, error) {
	at := s.rand.Int64N(s.size())
	for i := s.size() - 1; i >= at; i-- {
		if what, err := one("moved", forgePosition, tx, i+1, s.rows[i].id); err != nil {
			return what, err
		}
	}
	r := s.any()
	err := tx.Write(forgeInsert, id.New[id.Entry](morning), r.space, r.kind, r.sealed, r.leaf, at, r.at, r.mac)
	return fmt.Sprint("inserted at ", at), err
}

var errUndo = errors.New("undo")

// JRN-02: three hundred forgeries by direct SQL, all found.
func TestForgeriesAreFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		s := newScene(t, st)
		if got := s.verified(); got.Entries != s.size() || got.Erased == 0 || got.Heads != int64(len(s.heads)) {
			t.Fatalf("before any forgery: %+v", got)
		}
		kinds := forgeries()
		for n := range 300 {
			var what string
			var found Summary
			err := s.firm.Update(t.Context(), func(tx *store.Tx) (err error) {
				if what, err = kinds[n%len(kinds)](s, tx); err != nil {
					return err
				}
				if found, err = s.audit(tx, nil); err != nil {
					return err
				}
				return errUndo
			})
			if !errors.Is(err, errUndo) {
				t.Fatalf("forgery %d (%s): %v", n, what, err)
			}
			if found.Holds() || found.Faults == 0 {
				t.Errorf("forgery %d (%s) was not found: %+v", n, what, found)
			}
		}
		s.verified()
	})
}

func TestFirstBrokenEntryIsNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		s := newScene(t, st)
		at := s.rand.IntN(len(s.rows) - 1)
		s.update(func(tx *store.Tx) error {
			for _, r := range []row{s.rows[len(s.rows)-1], s.rows[at]} {
				if err := tx.Write(forgeLeaf, s.flip(r.leaf), r.id); err != nil {
					return err
				}
			}
			return nil
		})
		var faults []Fault
		got, err := s.Verify(t.Context(), s.firm, func(f Fault) { faults = append(faults, f) })
		if err != nil || got.First == nil || got.First.Entry != s.rows[at].id || got.First.Position != int64(at) {
			t.Fatalf("first fault %+v, %v; want entry %s at %d", got.First, err, s.rows[at].id, at)
		}
		if int64(len(faults)) != got.Faults || got.First.What != FaultAltered {
			t.Errorf("%d faults reported, %d counted, first %s", len(faults), got.Faults, got.First.What)
		}
		if _, err := s.Proof(t.Context(), s.firm, s.rows[at].id); !brokenFault(err) {
			t.Errorf("a proof was made of an altered leaf: %v", err)
		}
	})
}

func brokenFault(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Key == "journal.broken"
}

// The sequencer does not sign on top of what was changed.
func TestSequencerRefusesABrokenTree(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		attacks := map[string]forgery{
			"tail cut": func(s *scene, tx *store.Tx) (string, error) { return one("", forgeCut, tx, s.size()-1) },
			"root": func(s *scene, tx *store.Tx) (string, error) {
				return one("", forgeHash, tx, make([]byte, 32), tlog.StoredHashIndex(0, 0))
			},
			"head": func(s *scene, tx *store.Tx) (string, error) {
				return one("", forgeHeadCut, tx, s.heads[len(s.heads)-1].Size-1)
			},
			"replayed": func(s *scene, tx *store.Tx) (string, error) {
				r := s.any()
				err := tx.Write(forgeInsert, id.New[id.Entry](morning), r.space, r.kind, r.sealed, r.leaf, nil, r.at, r.mac)
				return "", err
			},
		}
		h := newHouse(t, st)
		for name, attack := range attacks {
			h.addFirm(st)
			s := &scene{house: h, rand: chance(t)}
			h.act(1)
			s.heads = []Head{h.sequence()}
			h.update(func(tx *store.Tx) (err error) {
				if s.rows, err = placedRows(tx, selectPlaced, -1, 10); err != nil {
					return err
				}
				_, err = attack(s, tx)
				return err
			})
			h.act(2)
			if head, err := h.Sequence(t.Context(), h.firm); !brokenFault(err) {
				t.Errorf("%s: sequenced to %d, %v", name, head.Size, err)
			}
		}
	})
}

// A whole database put back to an older state is sound by itself; a checkpoint
// in the hands of a client shows it.
func TestRollbackIsFoundWithAWitness(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		s := newScene(t, st)
		old, witnessed := s.heads[3], s.heads[len(s.heads)-1]
		s.update(func(tx *store.Tx) error {
			for statement, from := range map[store.FirmStmt]int64{
				forgeCut: old.Size, forgeHashCut: tlog.StoredHashCount(old.Size), forgeHeadCut: old.Size,
			} {
				if _, err := one("rollback", statement, tx, from); err != nil {
					return err
				}
			}
			return nil
		})
		s.verified()
		_, err := s.Extends(t.Context(), s.firm, witnessed.Checkpoint)
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("the rollback was not found: %v", err)
		}
		if seen, continues, err := s.Witness(t.Context(), s.firm, witnessed.Checkpoint); err != nil || continues || seen.Size != witnessed.Size {
			t.Errorf("a witness of later entries: %+v, %v, %v", seen, continues, err)
		}
		s.spaces[2] = s.spaces[0]               // the third is erased
		s.act(int(witnessed.Size-old.Size) + 3) // a fork that has grown beyond the witness
		s.sequence()
		if _, err := s.Extends(t.Context(), s.firm, witnessed.Checkpoint); !fault.Is(err, fault.Conflict) {
			t.Errorf("the fork was not found: %v", err)
		}
		if _, continues, err := s.Witness(t.Context(), s.firm, witnessed.Checkpoint); err != nil || continues {
			t.Errorf("a witness of another branch: %v, %v", continues, err)
		}
		if _, continues, err := s.Witness(t.Context(), s.firm, s.heads[2].Checkpoint); err != nil || !continues {
			t.Errorf("a witness of what came before: %v, %v", continues, err)
		}
		forged := strings.Replace(witnessed.Checkpoint, fmt.Sprint(witnessed.Size), fmt.Sprint(witnessed.Size+1), 1)
		if _, _, err := s.Witness(t.Context(), s.firm, forged); !fault.Is(err, fault.Conflict) {
			t.Errorf("a forged witness: %v", err)
		}
		if _, err := s.Extends(t.Context(), s.firm, s.heads[2].Checkpoint); err != nil {
			t.Errorf("what came before the fork is denied: %v", err)
		}
	})
}

func TestErasedSpaceStillProves(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		h := newHouse(t, st)
		entries := h.act(8)
		h.update(func(tx *store.Tx) error { return h.ring.DestroySpace(tx, h.spaces[0]) })
		h.sequence() // erased before it had a position
		if got := h.verified(); got.Erased != 2 || got.Entries != 8 {
			t.Errorf("verified %+v", got)
		}
		if _, err := h.Proof(t.Context(), h.firm, entries[1]); err != nil {
			t.Errorf("the leaf of an erased entry does not prove: %v", err)
		}
		list, err := h.List(t.Context(), h.firm, Filter{Space: h.spaces[0]})
		if err != nil || len(list) != 2 || !list[0].Erased || list[0].Actor != "" || list[0].Details != nil {
			t.Errorf("list of an erased space: %+v, %v", list, err)
		}
	})
}
