package absence_test

import (
	"testing"
	"time"

	"cenacle/internal/absence"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// TestWhoIsToldAndEnds: absences are told to the firm's people, and to no program that is
// kept to a space; those of others to who administers the firm; and ended by no program
// that only reads.
func TestWhoIsToldAndEnds(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.t.Context()
		x := h.announces("2026-12-31")
		kept, reading, paul := h.Lead, h.Lead, h.deputy
		kept.Via, kept.Pass = authz.ViaToken, &authz.Pass{Spaces: []id.Space{h.led}}
		reading.Via, reading.Pass = authz.ViaToken, &authz.Pass{ReadOnly: true}
		other := h.Member(h.deputy, h.own, authz.Colleague, "Me Odile Roy")
		reads := func(by authz.Actor) (errs [3]error) {
			_, errs[0] = h.absences.Show(ctx, by)
			_, _, errs[1] = h.absences.Now(ctx, by)
			_, errs[2] = h.absences.Of(ctx, by, other.Person)
			return errs
		}
		for who, tt := range map[string]struct {
			by   authz.Actor
			want [3]bool
		}{
			"who administers": {h.Lead, [3]bool{true, true, true}}, "a lawyer": {paul, [3]bool{true, true, false}},
			"a program that only reads": {reading, [3]bool{true, true, false}}, "one kept to a space": {kept, [3]bool{}},
		} {
			for i, err := range reads(tt.by) {
				if (err == nil) != tt.want[i] || err != nil && !fault.Is(err, fault.Forbidden) {
					h.t.Errorf("%s (%d): %v", who, i, err)
				}
			}
		}
		if err := h.absences.End(ctx, reading, x.ID); !fault.Is(err, fault.Forbidden) {
			h.t.Errorf("a program that only reads ends it: %v", err)
		}
		h.Must(h.absences.End(ctx, h.deputy, x.ID))

		h.passes(time.Hour)
		_, err := h.absences.AnnounceFor(ctx, h.Lead, other.Person, absence.New{Deputy: paul.Person, First: "2026-11-24", Last: "2026-12-31"})
		h.Must(err)
		v, err := h.absences.Of(ctx, h.Lead, other.Person)
		h.Must(err)
		stranger := h.Member(h.deputy, h.own, authz.Colleague, "Me Jeune")
		if err := h.absences.End(ctx, stranger, v.Own[0].ID); !fault.Is(err, fault.NotFound) {
			h.t.Errorf("a lawyer ends what was announced for another: %v", err)
		}
		h.Must(h.absences.End(ctx, h.Lead, v.Own[0].ID))
	})
}
