package hold_test

import (
	"errors"
	"strings"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/hold"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// TestWhoKeepsHolds: a lawyer of the space places and lifts; her colleagues see
// it; nobody else knows of it.
func TestWhoKeepsHolds(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		ctx, holds := t.Context(), hold.NewService(h.Office)
		in, beside := h.Space(h.Lead, "Mme Petit"), h.Space(h.Lead, "M. Martin")
		lawyer, assistant := h.Member(h.Lead, in, authz.Colleague, "Me Leroy"), h.Member(h.Lead, in, authz.Assistant, "Inès")
		junior := lawyer
		junior.Role = authz.FirmColleague // her card of another day
		client, stranger := h.Member(h.Lead, in, authz.Client, "Mme Petit"), h.Member(h.Lead, beside, authz.Colleague, "Me Vidal")
		doc := h.File(h.Lead, in, "Pièce.txt", []byte("pièce")).Document
		elsewhere := h.File(h.Lead, beside, "Autre.txt", []byte("autre")).Document
		for name, c := range map[string]struct {
			by   authz.Actor
			of   id.Item
			want fault.Kind
		}{
			"an assistant": {assistant, "", fault.Forbidden}, "no lawyer": {junior, "", fault.Forbidden}, "a client": {client, "", fault.Forbidden},
			"a lawyer of another space": {stranger, "", fault.NotFound}, "a document of another space": {h.Lead, elsewhere, fault.NotFound},
			"no document": {lawyer, "nothing", fault.NotFound},
		} {
			if _, err := holds.Place(ctx, c.by, hold.New{Space: in, Document: c.of, Reason: "Litige"}); fault.KindOf(err) != c.want {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, reason := range []string{"", " \n", strings.Repeat("x", 501)} {
			if _, err := holds.Place(ctx, lawyer, hold.New{Space: in, Reason: reason}); !fault.Is(err, fault.Invalid) {
				t.Errorf("for %q: %v", reason, err)
			}
		}
		h.Must(h.Documents.Delete(ctx, h.Lead, doc)) // what lies in the trash can be held
		held, err := holds.Place(ctx, lawyer, hold.New{Space: in, Document: doc, Reason: " Contestation "})
		h.Must(err)
		list, err := holds.List(ctx, assistant, in)
		if err != nil || len(list) != 1 || list[0].Reason != "Contestation" || list[0].ByName != "Me Leroy" || list[0].Document != doc {
			t.Errorf("seen by an assistant: %+v, %v", list, err)
		}
		for by, want := range map[*authz.Actor]fault.Kind{&client: fault.Forbidden, &stranger: fault.NotFound} {
			if _, err := holds.List(ctx, *by, in); fault.KindOf(err) != want {
				t.Errorf("seen by %s: %v", by.Role, err)
			}
			if _, err := holds.Show(ctx, *by, held.ID); fault.KindOf(err) != want {
				t.Errorf("shown to %s: %v", by.Role, err)
			}
		}
		if err := holds.Lift(ctx, assistant, held.ID, "Clos"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("lifted by an assistant: %v", err)
		}
		h.Must(holds.Lift(ctx, h.Lead, held.ID, "Litige clos"))
		if err := holds.Lift(ctx, h.Lead, held.ID, "Encore"); !fault.Is(err, fault.Conflict) {
			t.Errorf("lifted twice: %v", err)
		}
		after, err := holds.Show(ctx, h.Lead, held.ID)
		if err != nil || after.LiftReason != "Litige clos" || after.LiftedByName != "Me Claire Delmas" || after.Lifted.IsZero() {
			t.Errorf("lifted: %+v, %v", after, err)
		}
		if kinds := h.Kinds(h.Lead); kinds["hold.placed"] != 1 || kinds["hold.lifted"] != 1 {
			t.Errorf("the journal has %v", kinds)
		}
	})
}

var (
	forgeLifted = store.ForFirm(`update hold set lifted_at = 5 where firm_id = $1 and id = $2`)
	forgeObject = store.ForFirm(`update hold set document_id = 'x' where firm_id = $1 and id = $2`)
)

// TestCRY03_HoldTampered: a hold that was lifted behind the program's back
// still keeps what it covers: nothing is erased on a row that does not pass, by no node.
func TestCRY03_HoldTampered(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		for name, stmt := range map[string]store.FirmStmt{"lifted": forgeLifted, "another object": forgeObject} {
			in := h.Space(h.Lead, "Mme Petit")
			held, err := hold.NewService(h.Office).Place(t.Context(), h.Lead, hold.New{Space: in, Reason: "Litige"})
			h.Must(err, h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error { return a.Write(stmt, held.ID) }))
			err = h.Beside().Office.See(t.Context(), h.Lead.Firm, func(a *act.Act) error { _, err := hold.Stops(a, in); return err })
			if !errors.Is(err, vault.ErrTampered) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
