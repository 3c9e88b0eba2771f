package item_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

var (
	forgeLive    = store.ForFirm(`update item set deleted_at = 0 where firm_id = $1 and id = $2`)
	forgeDead    = store.ForFirm(`update item set deleted_at = 1 where firm_id = $1 and id = $2`)
	forgeDay     = store.ForFirm(`update trash set deleted_at = 1 where firm_id = $1 and item_id = $2`)
	forgeName    = store.ForFirm(`update trash set deleted_by = 'x' where firm_id = $1 and item_id = $2`)
	forgeSpace   = store.ForFirm(`update trash set audience = (select t.audience from trash t where t.firm_id = $1 and t.item_id = $3) where firm_id = $1 and item_id = $2`)
	countAddress = store.ForFirm(`select count(*) from audience where firm_id = $1 and item_id = $2`)
)

func (r room) trashed(it id.Item) (t item.Trashed, err error) {
	err = r.Office.See(r.T.Context(), r.Lead.Firm, func(a *act.Act) error {
		t, err = item.OpenDiscarded(a, r.Lead, item.Memo, it, authz.MemoRead)
		return err
	})
	return t, err
}

// TestRestore: what is restored is with those who had it, since when they had
// it, and with nobody else.
func TestRestore(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		it, err := r.create(item.New{}, r.is.Firm)
		r.Must(err, r.send(it, true, r.is.Client))
		before, err := r.reads(r.Lead, it)
		r.Must(err)
		r.Clock.Advance(time.Hour)
		r.Must(r.keep(func(a *act.Act) error { return item.Delete(a, r.client.Person, it) }))
		r.expect(t, r.client, it, false)
		was, err := r.trashed(it)
		if err != nil || was.By != r.client.Person || !slices.Equal(was.Audience, before.Audience) {
			t.Fatalf("in the trash: %+v, %v", was, err)
		}
		r.Must(r.keep(func(a *act.Act) error { return item.Restore(a, was) }))
		after, err := r.reads(r.client, it)
		if err != nil || !slices.Equal(after.Audience, before.Audience) {
			t.Errorf("restored: %+v, %v; was %+v", after.Audience, err, before.Audience)
		}
		r.expect(t, r.guest, it, false)
		if _, err := r.trashed(it); !fault.Is(err, fault.NotFound) {
			t.Errorf("it is in the trash still: %v", err)
		}
	})
}

// TestTrashIsDecided: what was deleted is shown to whoever may manage it, and to nobody
// else to whom it was addressed; to who was not in its circles it is absent.
func TestTrashIsDecided(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		aide, reading := r.Member(r.Lead, r.space, authz.Assistant, "Inès Fabre"), r.Lead
		reading.Pass = &authz.Pass{ReadOnly: true}
		it, err := r.create(item.New{}, r.is.Firm)
		r.Must(err, r.send(it, false, r.is.Client), r.keep(func(a *act.Act) error { return item.Delete(a, r.Lead.Person, it) }))
		newcomer := r.Member(r.Lead, r.space, authz.Colleague, "Me Jeune")
		for name, who := range map[string]struct {
			by      authz.Actor
			manages bool
			opens   fault.Kind // 255: she does
		}{
			"the lead": {r.Lead, true, 255}, "an assistant": {aide, true, 255}, "the client": {r.client, false, fault.Forbidden},
			"a guest": {r.guest, false, fault.NotFound}, "a newcomer": {newcomer, false, fault.NotFound}, "a program that only reads": {reading, false, fault.NotFound},
		} {
			r.Must(r.Office.See(t.Context(), r.Lead.Firm, func(a *act.Act) error {
				f, err := circle.Enter(a, who.by, r.space, authz.SpaceSee)
				r.Must(err)
				found, _, err := item.Trash(a, who.by, f, item.After{}, 10)
				if err != nil || (len(found) > 0) != who.manages {
					t.Errorf("%s finds %d in the trash: %v", name, len(found), err)
				}
				_, err = item.OpenDiscarded(a, who.by, item.Memo, it, authz.DocumentManage)
				if (err == nil) != (who.opens == 255) || err != nil && fault.KindOf(err) != who.opens {
					t.Errorf("%s opens it: %v", name, err)
				}
				return nil
			}))
		}
	})
}

// TestCRY03_TrashTampered: whoever can write to the database brings nothing
// back, ends no shelf life and gives nothing to others.
func TestCRY03_TrashTampered(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		forge := func(stmt store.FirmStmt, args ...any) {
			t.Helper()
			r.Must(r.keep(func(a *act.Act) error {
				n, err := a.Exec(stmt, args...)
				if n == 0 {
					t.Error("nothing was forged")
				}
				return err
			}))
		}
		gone := func() id.Item {
			it, err := r.create(item.New{}, r.is.All)
			r.Must(err, r.keep(func(a *act.Act) error { return item.Delete(a, r.Lead.Person, it) }))
			return it
		}
		it := gone()
		forge(forgeLive, it)
		for _, by := range []authz.Actor{r.Lead, r.client, r.guest} {
			r.expect(t, by, it, false)
		}
		for name, stmt := range map[string]store.FirmStmt{"when": forgeDay, "who": forgeName} {
			it := gone()
			forge(stmt, it)
			if _, err := r.trashed(it); !errors.Is(err, vault.ErrTampered) {
				t.Errorf("%s was forged: %v", name, err)
			}
		}
		one, other := gone(), gone()
		forge(forgeSpace, one, other)
		if _, err := r.trashed(one); !errors.Is(err, vault.ErrTampered) {
			t.Errorf("the address of another item: %v", err)
		}
	})
}

// TestAdopt: what was marked as deleted without more, by an earlier program or
// by hand, comes into the trash and can be restored.
func TestAdopt(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		it, err := r.create(item.New{}, r.is.All)
		r.Must(err, r.keep(func(a *act.Act) error { return a.Write(forgeDead, it) }))
		r.expect(t, r.Lead, it, false)
		var found []id.Item
		r.Must(r.keep(func(a *act.Act) (err error) { found, err = item.Adopt(a, 10); return err }))
		if !slices.Equal(found, []id.Item{it}) {
			t.Fatalf("adopted %v", found)
		}
		was, err := r.trashed(it)
		r.Must(err)
		if was.By != "" || r.Clock.Now().Sub(was.At) > time.Minute || len(was.Audience) != 1 {
			t.Errorf("adopted as %+v", was)
		}
		r.Must(r.keep(func(a *act.Act) error { found, err = item.Adopt(a, 10); return err }), r.keep(func(a *act.Act) error { return item.Restore(a, was) }))
		r.expect(t, r.client, it, true)
		if len(found) != 0 {
			t.Errorf("adopted twice: %v", found)
		}
	})
}

func TestErase(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		it, err := r.create(item.New{}, r.is.All)
		r.Must(err, r.keep(func(a *act.Act) error { return item.Delete(a, r.Lead.Person, it) }))
		was, err := r.trashed(it)
		r.Must(err, r.keep(func(a *act.Act) error { return item.Erase(a, was) }))
		r.Must(r.Office.See(t.Context(), r.Lead.Firm, func(a *act.Act) error {
			var n int
			if _, _, err := item.Load(a, r.space, item.Memo, it); !fault.Is(err, fault.NotFound) {
				t.Errorf("an erased item: %v", err)
			}
			err := a.Row(countAddress, []any{it}, &n)
			if n != 0 {
				t.Errorf("%d addresses are left", n)
			}
			return err
		}))
	})
}
