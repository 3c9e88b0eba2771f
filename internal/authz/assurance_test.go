package authz

import (
	"testing"

	"cenacle/internal/fault"
)

// TestDemand: who has shown less than a space demands finds nothing of it, is told so of
// the space alone, and of everything else there as of what is not there.
func TestDemand(t *testing.T) {
	programs := map[Via]bool{ViaToken: true, ViaDrive: true, ViaCalendar: true}
	for via, want := range map[Via]Assurance{
		ViaLink: Single, ViaDepositLink: Single, ViaMail: Single, ViaEnclosed: Single, ViaSupport: Single, "made up": Single,
		ViaPassword: Confirmed, ViaProvider: Confirmed, ViaLinkSent: Confirmed, ViaToken: Confirmed, ViaDrive: Confirmed, ViaCalendar: Confirmed,
		ViaCode: Twofold, ViaLinkCode: Twofold, ViaProviderCode: Twofold, ViaKeycard: Twofold,
		ViaPasskey: Keyed, ViaJob: Keyed, ViaCommand: Keyed, "": Keyed,
	} {
		for _, guarded := range []bool{false, true} {
			want := want
			if guarded && programs[via] {
				want = Twofold
			}
			for _, need := range Assurances() {
				for act, r := range rules {
					if r.kind == OfFirm {
						continue
					}
					a, f := member(Lead)
					a.Role, a.Via, a.Guarded = Admin, via, guarded
					on := sent()
					on.Kind, on.Circle = r.kind, "c"
					before := Decide(a, act, on, f)
					f.Demand = need
					after := Decide(a, act, on, f)
					if need <= want {
						if after != before {
							t.Fatalf("%s by %q where %s is demanded: %+v, was %+v", act, via, need, after, before)
						}
						continue
					}
					err := refusal(after, act)
					told := Demanded(err)
					if after.Allowed || after.Visible || !fault.Is(err, fault.NotFound) || r.kind == OfSpace && told != need || r.kind != OfSpace && told != Single {
						t.Fatalf("%s by %q where %s is demanded: %+v, told of %s", act, via, need, after, told)
					}
				}
			}
		}
	}
	stranger, f := member("somebody")
	f.Demand = Keyed
	on := sent()
	on.Kind = OfSpace
	if d := Decide(stranger, SpaceSee, on, f); d.Reason != "not-member" {
		t.Errorf("who is no member is told of it: %+v", d)
	}
	for _, a := range Assurances() {
		if again, known := ParseAssurance(a.String()); !known || again != a {
			t.Errorf("%s is read as %s", a, again)
		}
	}
	if _, known := ParseAssurance("anything"); known {
		t.Error("anything is an assurance")
	}
}

// TestLed: what is left to an expert where there is one is refused to the firm's lawyers
// there, and theirs where there is none.
func TestLed(t *testing.T) {
	for _, role := range []Role{Lead, Colleague, Expert} {
		a, f := member(role)
		if role.Inside() {
			a.Role = Lawyer
		}
		on := sent()
		on.Kind = OfSpace
		for _, do := range []Action{SpaceDemand, DireAnswer} {
			on.Conducted = false
			if d := Decide(a, do, on, f); !d.Allowed {
				t.Errorf("%s: %s where there is no expert: %+v", role, do, d)
			}
			on.Conducted = true
			if d := Decide(a, do, on, f); d.Allowed != (role == Expert) || !d.Visible {
				t.Errorf("%s: %s where there is one: %+v", role, do, d)
			}
		}
		if d := Decide(a, ForumSet, on, f); !d.Allowed {
			t.Errorf("%s says how it goes: %+v", role, d)
		}
	}
}
