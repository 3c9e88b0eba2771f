package authz

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/id"
)

// TestTable holds what the rule says to testdata/policy.txt, which has a line for each
// action: to whom, on which side, it is allowed, refused or absent, of somebody else's
// thing and of her own, whether a closed space refuses it, and what is left to a program.
// It is read from decisions, not from the table of the rule: whoever changes the one
// changes the other by hand, and sees whom it lets in.
func TestTable(t *testing.T) {
	text, err := os.ReadFile("testdata/policy.txt")
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if act, _, found := strings.Cut(line, " "); found && act != "#" {
			written[act] = strings.TrimSpace(line)
		}
	}
	for _, act := range slices.Sorted(maps.Keys(rules)) {
		if got := lineOf(act); written[string(act)] != got {
			t.Errorf("testdata/policy.txt should say\n%s\nand says\n%s", got, written[string(act)])
		}
	}
	if len(written) != len(rules) {
		t.Errorf("%d actions are written, the rule has %d", len(written), len(rules))
	}
}

// lineOf asks for an action on behalf of everybody.
func lineOf(act Action) string {
	r := rules[act]
	on := sent()
	on.Kind, on.Circle = r.kind, "c"
	line := fmt.Sprintf("%-18s %-8s", act, r.kind)
	if r.kind == OfFirm {
		on.Space = ""
	}
	line += " " + everybody(act, on, false)
	switch r.kind {
	case OfPrivate:
		on.Owner = "p"
		line += " her own " + everybody(act, on, false)
	case OfCircle:
		on.Party = true
		another := on
		another.Circle = "another"
		line += " a party " + everybody(act, on, false) + " another party " + everybody(act, another, false)
	}
	if everybody(act, on, true) != everybody(act, on, false) {
		line += " closed"
	}
	for _, p := range []struct {
		word string
		pass Pass
	}{{"program", Pass{}}, {"reading", Pass{ReadOnly: true}}, {"confined", Pass{Spaces: []id.Space{"s"}}}} {
		if p.pass.Takes(act) {
			line += " " + p.word
		}
	}
	return line
}

// everybody is a sign for each role in a space and each card that goes with it:
// + allowed, - refused, . absent.
func everybody(act Action, on Resource, closed bool) string {
	var signs strings.Builder
	ask := func(a Actor, f Facts) {
		f.Closed = closed
		switch d := Decide(a, act, on, f); {
		case d.Allowed:
			signs.WriteByte('+')
		case d.Visible:
			signs.WriteByte('-')
		default:
			signs.WriteByte('.')
		}
	}
	if on.Kind == OfFirm {
		for _, card := range append(slices.Clone(anyone), "somebody") {
			ask(Actor{Person: "p", Firm: "f", Role: card, Via: ViaPassword}, Facts{Now: now})
		}
		return signs.String()
	}
	for _, role := range append(slices.Clone(all), "somebody") {
		a, f := member(role)
		if !role.Inside() {
			ask(a, f)
			continue
		}
		for _, card := range people {
			a.Role = card
			ask(a, f)
		}
		signs.WriteByte(' ')
	}
	return signs.String()
}

// What a way of signing in says of her.
func TestVias(t *testing.T) {
	for via, want := range map[Via]string{
		ViaPassword: "own", ViaCode: "own twofold", ViaPasskey: "own twofold", ViaLink: "linked", ViaLinkCode: "linked twofold", ViaLinkSent: "linked",
		ViaProvider: "vouched", ViaProviderCode: "vouched twofold", ViaKeycard: "vouched twofold",
		ViaToken: "", ViaDrive: "", ViaCalendar: "", ViaJob: "", ViaMail: "", ViaCommand: "", ViaDepositLink: "", "": "",
	} {
		var got []string
		for _, is := range []struct {
			word string
			true bool
		}{{"own", via.Own()}, {"linked", via.Linked()}, {"vouched", via.Vouched()}, {"twofold", via.Twofold()}} {
			if is.true {
				got = append(got, is.word)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q is %q, want %q", via, got, want)
		}
	}
}

// What is found by breaking the rule one check at a time (package proof/mutation).
func TestEdges(t *testing.T) {
	a, f := member(Lead)
	if d := Decide(a, "made.up", Resource{Firm: "f", Space: "s"}, f); d.Visible || d.Reason != "unknown-action" {
		t.Errorf("what nobody knows, done to nothing: %+v", d)
	}
	nowhere := a
	nowhere.Firm = ""
	if d := Decide(nowhere, FirmEnter, Resource{Kind: OfFirm}, f); d.Allowed || d.Visible {
		t.Errorf("somebody of no firm, in none: %+v", d)
	}
	on := sent()
	on.Nature = NatureDefense
	for via, want := range map[Via]string{ViaMail: "way", ViaCalendar: "way", ViaPassword: "role-lead", "": "role-lead"} {
		a.Via = via
		if d := Decide(a, DocumentRead, on, f); d.Reason != want {
			t.Errorf("what is said to be for the defence, by %q: %+v, want %s", via, d, want)
		}
	}
	on = sent()
	on.Kind = OfSpace
	if _, grounds := Explain(a, SpaceSee, on, f); grounds != nil {
		t.Errorf("a space rests on the addresses %v", grounds)
	}
}
