package memo_test

import (
	"errors"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

var (
	forgeInternal = store.ForFirm(`update item set internal = 0 where firm_id = $1 and id = $2`)
	forgeAddress  = store.ForFirm(`
update audience set circle_id = $3 where firm_id = $1 and item_id = $2
  and circle_id = (select min(b.circle_id) from audience b where b.firm_id = $1 and b.item_id = $2)`)
	forgeDate     = store.ForFirm(`update audience set sent_at = sent_at + $3 where firm_id = $1 and item_id = $2`)
	forgeExtended = store.ForFirm(`update audience set extended = 1 where firm_id = $1 and item_id = $2`)
)

// forged is one statement of the forger, with what follows the memo in it.
type forged struct {
	stmt store.FirmStmt
	args []any
}

const later = int64(1e12) // µs

// TestCRY03_ForgedMemos (small): what is written into the database behind the
// house's back shows nobody a memo.
func TestCRY03_ForgedMemos(t *testing.T) {
	for name, tt := range map[string]struct {
		internal bool
		forge    func(r room) []forged
	}{
		"an internal memo is sent to all": {true, func(r room) []forged {
			return []forged{{forgeInternal, nil}, {forgeAddress, []any{r.circles.All}}, {forgeDate, []any{later}}}
		}},
		"a memo is sent to another circle": {false, func(r room) []forged {
			return []forged{{forgeAddress, []any{r.circles.All}}, {forgeDate, []any{later}}}
		}},
		"a memo is sent later":        {false, func(room) []forged { return []forged{{forgeDate, []any{later}}} }},
		"a memo is open to newcomers": {false, func(room) []forged { return []forged{{forgeExtended, nil}} }},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, r room) {
				n := memo.New{Subject: "s", Body: "b", Internal: tt.internal, Circles: []id.Circle{r.circles.Client}}
				r.forge(t, r.write(t, r.lead, n), tt.forge(r))
			})
		})
	}
}

// forge shows that a newcomer does not see a memo, forges its rows, and shows
// that she still does not.
func (r room) forge(t *testing.T, m id.Item, rows []forged) {
	t.Helper()
	newcomer := r.Member(r.lead, r.space, authz.Client, "M. Petit")
	if bodies, _ := r.sees(t, newcomer); len(bodies) != 0 {
		t.Fatalf("she sees %q already", bodies)
	}
	r.Must(r.Office.Keep(t.Context(), r.lead.Firm, func(a *act.Act) error {
		for _, f := range rows {
			if err := a.Write(f.stmt, append([]any{m}, f.args...)...); err != nil {
				return err
			}
		}
		return nil
	}))
	_, _, err := r.memos.Conversation(t.Context(), newcomer, memo.Query{Space: r.space, Limit: 10})
	if !errors.Is(err, vault.ErrTampered) {
		t.Errorf("the conversation answers %v", err)
	}
	if err := r.memos.Read(t.Context(), newcomer, r.space, []id.Item{m}); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("reading answers %v", err)
	}
}
