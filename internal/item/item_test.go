package item_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// room is a space with two clients, of whom the second comes later.
type room struct {
	*documenttest.House
	space  id.Space
	is     circle.House
	client authz.Actor
	guest  authz.Actor
}

func each(t *testing.T, run func(t *testing.T, r room)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		s := h.Space(h.Lead, "Mme Petit")
		run(t, room{
			House: h, space: s, is: h.Circles(h.Lead, s),
			client: h.Member(h.Lead, s, authz.Client, "Mme Petit"), guest: h.Member(h.Lead, s, authz.Guest, "Me Roux"),
		})
	})
}

func (r room) keep(fn func(a *act.Act) error) error {
	return r.Office.Keep(context.Background(), r.Lead.Firm, fn)
}

func (r room) create(n item.New, circles ...id.Circle) (it id.Item, err error) {
	if n.Space == "" {
		n.Space = r.space
	}
	n.Kind = item.Memo
	err = r.keep(func(a *act.Act) error { it, err = item.Create(a, r.Lead, n, circles); return err })
	return it, err
}

func (r room) send(it id.Item, extended bool, circles ...id.Circle) error {
	return r.keep(func(a *act.Act) error {
		return item.Address(a, r.Lead, item.Header{ID: it, Space: r.space}, circles, extended)
	})
}

// reads opens an item for a person.
func (r room) reads(by authz.Actor, it id.Item) (h item.Header, err error) {
	err = r.Office.See(context.Background(), by.Firm, func(a *act.Act) error {
		h, _, err = item.Open(a, by, r.space, item.Memo, it, authz.MemoRead)
		return err
	})
	return h, err
}

func (r room) expect(t *testing.T, by authz.Actor, it id.Item, want bool) {
	t.Helper()
	if _, err := r.reads(by, it); (err == nil) != want || err != nil && !fault.Is(err, fault.NotFound) {
		t.Errorf("%s reads: %v, want %v", by.Role, err, want)
	}
}

func TestAddress(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		it, err := r.create(item.New{}, r.is.Firm)
		r.Must(err)
		r.expect(t, r.Lead, it, true)
		r.expect(t, r.client, it, false)
		r.Must(r.send(it, false, r.is.Client))
		r.expect(t, r.client, it, true)
		r.expect(t, r.guest, it, false)
		first, err := r.reads(r.Lead, it)
		r.Must(err)
		r.Clock.Advance(time.Hour)
		newcomer := r.Member(r.Lead, r.space, authz.Client, "M. Petit")
		r.Clock.Advance(time.Hour)
		r.Must(r.send(it, false, r.is.Client, r.is.Firm))
		again, err := r.reads(r.Lead, it)
		r.Must(err)
		for i, to := range again.Audience {
			if to != first.Audience[i] {
				t.Errorf("sent again, its address is %+v instead of %+v", to, first.Audience[i])
			}
		}
		r.expect(t, newcomer, it, false)
		r.Must(r.send(it, true, r.is.All))
		r.expect(t, newcomer, it, true)
		r.expect(t, r.guest, it, true)
		late := r.Member(r.Lead, r.space, authz.Guest, "Me Tard")
		r.expect(t, late, it, true)
	})
}

func TestCirclesOfThisSpaceOnly(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		beside := r.Circles(r.Lead, r.Space(r.Lead, "M. Martin"))
		rival := r.Found("Cabinet Rival", "Me Rival")
		foreign := r.Circles(rival, r.Space(rival, "M. Autre"))
		it, err := r.create(item.New{}, r.is.Firm)
		r.Must(err)
		for name, c := range map[string]id.Circle{
			"none": "", "unknown": id.New[id.Circle](r.Clock.Now()), "of another space": beside.Client, "of another firm": foreign.Client,
		} {
			if _, err := r.create(item.New{}, r.is.Firm, c); !fault.Is(err, fault.Invalid) {
				t.Errorf("created for a circle %s: %v", name, err)
			}
			if err := r.send(it, false, r.is.Client, c); !fault.Is(err, fault.Invalid) {
				t.Errorf("sent to a circle %s: %v", name, err)
			}
		}
		if h, err := r.reads(r.Lead, it); err != nil || len(h.Audience) != 1 {
			t.Errorf("a refused address left %+v, %v", h.Audience, err)
		}
		if _, err := r.create(item.New{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("created for nobody: %v", err)
		}
	})
}

func TestWhatIsLoaded(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		it, err := r.create(item.New{Internal: true}, r.is.All)
		r.Must(err)
		h, err := r.reads(r.Lead, it)
		if err != nil || h.ID != it || h.Space != r.space || h.Kind != item.Memo || h.Author != r.Lead.Person || !h.Internal {
			t.Errorf("loaded %+v, %v", h, err)
		}
		r.expect(t, r.client, it, false) // whatever the circle
		given := id.New[id.Item](r.Clock.Now())
		if got, err := r.create(item.New{ID: given, Nature: authz.NatureBetween}, r.is.All); err != nil || got != given {
			t.Fatalf("an identifier that was given became %s, %v", got, err)
		}
		r.expect(t, r.client, given, false)
		r.expect(t, r.guest, given, true)
		if _, err := r.create(item.New{ID: given}, r.is.All); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same item twice: %v", err)
		}
		beside := r.Space(r.Lead, "M. Martin")
		for name, load := range map[string]func(a *act.Act) error{
			"another kind":  func(a *act.Act) error { _, _, err := item.Load(a, r.space, item.Document, it); return err },
			"another space": func(a *act.Act) error { _, _, err := item.Load(a, beside, item.Memo, it); return err },
			"nothing":       func(a *act.Act) error { _, _, err := item.Load(a, "", item.Memo, "nothing"); return err },
		} {
			if err := r.Office.See(t.Context(), r.Lead.Firm, load); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestDelete(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		it, err := r.create(item.New{}, r.is.All)
		r.Must(err, r.keep(func(a *act.Act) error { return item.Delete(a, r.Lead.Person, it) }))
		for _, by := range []authz.Actor{r.Lead, r.client, r.guest} {
			r.expect(t, by, it, false)
		}
		if err := r.keep(func(a *act.Act) error { return item.Delete(a, r.Lead.Person, it) }); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleted twice: %v", err)
		}
	})
}

func TestReads(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		it, err := r.create(item.New{}, r.is.All)
		r.Must(err)
		for i, want := range []bool{true, false} {
			r.Must(r.keep(func(a *act.Act) error {
				first, err := item.MarkRead(a, r.client, it)
				if first != want {
					t.Errorf("reading %d is the first: %v", i+1, first)
				}
				return err
			}))
			r.Clock.Advance(time.Hour)
		}
		r.Must(r.Office.See(t.Context(), r.Lead.Firm, func(a *act.Act) error {
			reads, err := item.Reads(a, it)
			if at, there := reads[r.client.Person]; len(reads) != 1 || !there || a.Now.Sub(at) < 2*time.Hour {
				t.Errorf("readers: %v", reads)
			}
			return err
		}))
	})
}

var countNotices = store.ForFirm(`select count(*) from job where firm_id = $1 and kind = 'notice.item'`)

func TestNotify(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		gone := r.Member(r.Lead, r.space, authz.Client, "M. Parti")
		r.Leave(gone, r.space)
		it, err := r.create(item.New{}, r.is.All)
		r.Must(err)
		for range 2 { // a burst makes one notice for each: the client and the guest
			r.Must(r.keep(func(a *act.Act) error {
				return item.Notify(a, r.Lead, r.space, it, []id.Circle{r.is.All, r.is.Client, r.is.Firm})
			}))
		}
		r.Must(r.Office.See(t.Context(), r.Lead.Firm, func(a *act.Act) error {
			var n int
			err := a.Row(countNotices, nil, &n)
			if n != 2 {
				t.Errorf("%d notices wait, want 2", n)
			}
			return err
		}))
	})
}

var forgeries = map[string]store.FirmStmt{
	"internal":  store.ForFirm(`update item set internal = 0 where firm_id = $1 and id = $2`),
	"nature":    store.ForFirm(`update item set nature = 'piece' where firm_id = $1 and id = $2`),
	"author":    store.ForFirm(`update item set author_id = 'nobody' where firm_id = $1 and id = $2`),
	"kind":      store.ForFirm(`update item set kind = 'document' where firm_id = $1 and id = $2`),
	"extended":  store.ForFirm(`update audience set extended = 1 where firm_id = $1 and item_id = $2`),
	"sent":      store.ForFirm(`update audience set sent_at = sent_at + 1 where firm_id = $1 and item_id = $2`),
	"circle":    store.ForFirm(`update audience set circle_id = 'another' where firm_id = $1 and item_id = $2`),
	"item seal": store.ForFirm(`update item set mac = (select a.mac from audience a where a.firm_id = $1 and a.item_id = $2) where firm_id = $1 and id = $2`),
	"address seal": store.ForFirm(`
update audience set mac = (select i.mac from item i where i.firm_id = $1 and i.id = $2) where firm_id = $1 and item_id = $2`),
}

// TestCRY03_ForgedItems (small): a touched row opens nothing, not even to those
// who could read the item before.
func TestCRY03_ForgedItems(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		for name, stmt := range forgeries {
			it, err := r.create(item.New{Internal: true, Nature: authz.NatureAdvice}, r.is.Firm)
			r.Must(err)
			r.expect(t, r.Lead, it, true)
			r.Must(r.keep(func(a *act.Act) error {
				n, err := a.Exec(stmt, it)
				if n == 0 {
					t.Errorf("%s: nothing was forged", name)
				}
				return err
			}))
			kind := item.Memo
			if name == "kind" {
				kind = item.Document
			}
			err = r.Office.See(t.Context(), r.Lead.Firm, func(a *act.Act) error {
				_, _, err := item.Load(a, r.space, kind, it)
				return err
			})
			if !errors.Is(err, vault.ErrTampered) {
				t.Errorf("%s: a forged row is loaded: %v", name, err)
			}
		}
	})
}
