package authz

import (
	"slices"
	"testing"
)

// Who is of no side is told of every party, and no party is let have it.
func TestNeutral(t *testing.T) {
	for _, r := range all {
		if got, want := r.Neutral(), slices.Contains([]Role{Expert, Clerk}, r); got != want {
			t.Errorf("%s is of no side: %t", r, got)
		}
	}
}

// Who conducts an assessment sees what one person was asked, or has; an expert who is only
// in the space does not, nor anybody what is deleted.
func TestConducted(t *testing.T) {
	for _, tt := range []struct {
		role             Role
		conducts, erased bool
		want             bool
	}{
		{Expert, true, false, true}, {Expert, false, false, false}, {Expert, true, true, false}, {Clerk, true, false, false},
	} {
		a, f := member(tt.role)
		on := Resource{Kind: OfPrivate, Firm: "f", Space: "s", Owner: "another", Conducted: tt.conducts, Deleted: tt.erased}
		if d := Decide(a, RequestSee, on, f); d.Allowed != tt.want {
			t.Errorf("%+v: %+v", tt, d)
		}
	}
}

// Of the firm itself a link opens what is meant for it, and nothing else that is everybody's.
func TestLinked(t *testing.T) {
	for act, r := range rules {
		if r.kind != OfFirm || !slices.Contains(r.firm, Outsider) {
			continue
		}
		a := Actor{Person: "p", Firm: "f", Role: Outsider, Scope: "s", Via: ViaLink}
		if d := Decide(a, act, Resource{Kind: OfFirm, Firm: "f"}, Facts{Now: now}); d.Allowed != r.linked {
			t.Errorf("%s by a link: %+v", act, d)
		}
	}
	for _, act := range []Action{CharterRead, CharterAnswer} {
		if !rules[act].linked {
			t.Errorf("%s is not for a link", act)
		}
	}
}

// A person stands in for another; no program of hers does. As herself she has programs.
func TestStandsIn(t *testing.T) {
	for _, tt := range []struct {
		standsIn, program, want bool
	}{
		{false, false, true}, {false, true, true}, {true, false, true}, {true, true, false},
	} {
		a, f := member(Colleague)
		if tt.standsIn {
			f.For = "another"
		}
		if tt.program {
			a.Via, a.Pass = ViaToken, &Pass{}
		}
		if d := Decide(a, SpaceSee, Resource{Kind: OfSpace, Firm: "f", Space: "s"}, f); d.Allowed != tt.want {
			t.Errorf("%+v: %+v", tt, d)
		}
	}
}
