package agenda_test

import (
	"testing"

	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// TestWhy: the firm's side is told of each member, past ones too, whether she sees a date
// and what decides it, as the rule answers her; who is not of the firm is told nothing of
// others, and who does not see the date is told that there is none.
func TestWhy(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx := t.Context()
		left := r.Member(r.Lead, r.space, authz.Client, "M. Petit")
		e := r.add(t, r.hearing("Audience", 9), r.circles.Client)
		r.Leave(left, r.space)
		late := r.Member(r.Lead, r.space, authz.Client, "Mme Petit mère")
		r.Must(r.agendas.Cancel(ctx, r.Lead, agenda.Cancelling{Space: r.space, Event: e.ID, Revision: 1}))

		all, err := r.agendas.Why(ctx, r.Lead, r.space, e.ID)
		r.Must(err)
		got := map[id.Person]document.Recipient{}
		for _, to := range all {
			got[to.Person] = to
		}
		for who, want := range map[string]struct {
			actor  authz.Actor
			reason string
		}{
			"the lead": {r.Lead, "role-lead"}, "the assistant": {r.aide, "role-assistant"}, "the client": {r.client, "role-client"},
			"the guest": {r.guest, "not-addressed"}, "who left": {left, "not-member"}, "who came later": {late, "sent-before"},
		} {
			to := got[want.actor.Person]
			if to.Reason != want.reason {
				t.Errorf("%s: %q, want %q", who, to.Reason, want.reason)
			}
			_, err := r.agendas.Show(ctx, want.actor, r.space, e.ID)
			if sees := err == nil; sees != to.Sees {
				t.Errorf("%s is said to see it: %v, and does: %v", who, to.Sees, sees)
			}
		}
		if len(all) != 6 {
			t.Errorf("of %d members, want 6", len(all))
		}
		within := r.add(t, r.hearing("Préparation", 2), r.circles.Firm)
		for who, one := range map[string]struct {
			by   authz.Actor
			of   id.Item
			want fault.Kind
		}{
			"a client who sees it": {r.client, e.ID, fault.Forbidden}, "of what stays in the firm": {r.client, within.ID, fault.NotFound},
			"who left": {left, e.ID, fault.NotFound}, "another firm": {r.Found("Cabinet Rival", "Me Rival"), e.ID, fault.NotFound},
		} {
			if all, err := r.agendas.Why(ctx, one.by, r.space, one.of); fault.KindOf(err) != one.want || all != nil {
				t.Errorf("%s is told %v: %v", who, all, err)
			}
		}
	})
}
