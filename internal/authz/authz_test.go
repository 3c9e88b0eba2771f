package authz

import (
	"cmp"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

var now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func member(role Role) (Actor, Facts) {
	firm := Outsider
	if role.Inside() {
		firm = Lawyer
	}
	a := Actor{Person: "p", Firm: "f", Role: firm, Via: ViaPassword}
	f := Facts{
		Now: now, Space: "s", Role: role, Member: Span{Since: now.Add(-time.Hour)},
		Circles: map[id.Circle]Span{"c": {Since: now.Add(-time.Hour)}},
	}
	return a, f
}

func sent() Resource {
	return Resource{
		Kind: OfItem, Firm: "f", Space: "s", Owner: "author",
		Audience: []Address{{Circle: "c", Sent: now.Add(-time.Minute)}},
	}
}

// TestPolicy states, for every action and role, what the table allows; a
// change of the table must be a change here.
func TestPolicy(t *testing.T) {
	want := map[Action]string{
		SpaceSee: "lead colleague assistant client guest reader expert clerk", SpaceManage: "lead colleague assistant",
		SpaceInvite: "lead colleague assistant", SpaceJournal: "lead colleague assistant", CircleSee: "lead colleague assistant",
		SpaceSeeAs: "lead colleague",
		SupportSee: "lead colleague assistant client", SupportGive: "lead colleague client", SupportEnd: "lead colleague assistant client",
		SpaceAccess: "lead colleague assistant client", SpaceFreeze: "lead colleague assistant client", SpaceThaw: "lead colleague",
		ReviewKeep: "lead", SpaceDemand: "lead colleague expert", SpaceMobile: "lead colleague", MobileSee: "lead colleague", SpaceHand: "lead", SpaceTell: "lead", WallSee: "lead colleague", WallRaise: "lead colleague", WallLift: "lead colleague",
		CircleMake: "lead colleague assistant", CircleTend: "lead colleague assistant", GroupAttach: "lead colleague", GroupDetach: "lead colleague",
		DireSee: "lead colleague assistant client guest reader expert clerk", DireFile: "lead colleague guest", DireAnswer: "lead colleague expert",
		OfferAsk: "lead colleague expert", ForumSet: "lead colleague expert", OfferSee: "lead colleague assistant client guest reader expert clerk", OfferPut: "lead colleague guest",
		RegisterSee: "lead colleague assistant client guest reader expert clerk", AttestDraw: "lead colleague assistant client guest reader expert", PaperServe: "lead colleague assistant",
		QuestionAsk: "", QuestionSee: "lead colleague assistant client guest reader expert clerk", QuestionAnswer: "lead colleague expert", QuestionWithdraw: "guest",
		TrashSee: "lead colleague assistant", HoldSee: "lead colleague assistant", HoldKeep: "lead colleague",
		VigilanceSee: "lead colleague assistant", VigilanceKeep: "lead colleague",
		DocumentFile: "lead colleague assistant", DocumentRead: "lead colleague assistant client guest reader expert clerk",
		DocumentAddress: "lead colleague assistant", DocumentManage: "lead colleague assistant",
		DocumentWhy: "lead colleague assistant", MemoWhy: "lead colleague assistant", AgendaWhy: "lead colleague assistant",
		DocumentParty: "", DocumentRelease: "lead colleague guest",
		DocumentClassify: "lead colleague", DocumentApprove: "lead", ApprovalDemand: "lead colleague",
		DepositMake: "client guest expert", DepositSee: "lead colleague assistant", ReceiptRead: "lead colleague assistant",
		RequestAsk: "lead colleague assistant expert", RequestSeek: "lead colleague assistant", RequestSee: "lead colleague assistant", RequestAnswer: "", RequestJudge: "lead colleague assistant",
		AgendaSee: "lead colleague assistant client guest reader expert clerk", AgendaAdd: "lead colleague assistant", AgendaChange: "lead colleague assistant",
		SlotPropose: "lead colleague assistant", SlotSee: "lead colleague assistant", SlotAnswer: "", SlotWithdraw: "lead colleague assistant",
		MemoRead: "lead colleague assistant client guest reader expert clerk", MemoWrite: "lead colleague assistant client guest expert",
		MemoInternal: "lead colleague assistant", MemoRecall: "lead colleague assistant", MemoAcknowledge: "lead colleague assistant client guest reader expert",
	}
	for act, r := range rules {
		if r.kind == OfFirm {
			continue
		}
		allowed := ""
		for _, role := range all {
			a, f := member(role)
			on := sent()
			on.Kind, on.Circle = r.kind, "c"
			if Decide(a, act, on, f).Allowed {
				if allowed != "" {
					allowed += " "
				}
				allowed += string(role)
			}
		}
		if allowed != want[act] {
			t.Errorf("%s: allowed to %q, want %q", act, allowed, want[act])
		}
	}
}

func TestFirmPolicy(t *testing.T) {
	on := Resource{Kind: OfFirm, Firm: "f"}
	for _, tt := range []struct {
		act  Action
		role FirmRole
		want Decision
	}{
		{FirmEnter, Admin, Decision{true, true, "firm-admin"}},
		{FirmEnter, FirmAssistant, Decision{true, true, "firm-assistant"}},
		{FirmEnter, Outsider, Decision{false, false, "outsider"}},
		{FirmPeopleEdit, Admin, Decision{true, true, "firm-admin"}},
		{FirmPeopleEdit, Lawyer, Decision{false, true, "role"}},
		{FirmPeopleEdit, Outsider, Decision{false, false, "outsider"}},
		{FirmJournal, FirmColleague, Decision{false, true, "role"}},
		{FirmApproval, Admin, Decision{true, true, "firm-admin"}},
		{FirmApproval, Lawyer, Decision{false, true, "role"}},
		{FirmConnect, Admin, Decision{true, true, "firm-admin"}},
		{FirmConnect, Lawyer, Decision{false, true, "role"}},
		{FirmTell, Admin, Decision{true, true, "firm-admin"}},
		{FirmTell, Lawyer, Decision{false, true, "role"}},
		{FirmDoor, Admin, Decision{true, true, "firm-admin"}},
		{FirmDoor, Lawyer, Decision{false, true, "role"}},
		{FirmVouch, Admin, Decision{true, true, "firm-admin"}},
		{FirmVouch, Lawyer, Decision{false, true, "role"}},
		{FirmHost, Admin, Decision{true, true, "firm-admin"}},
		{FirmHost, Lawyer, Decision{false, true, "role"}},
		{FirmPeopleAdd, Admin, Decision{true, true, "firm-admin"}},
		{FirmPeopleAdd, Lawyer, Decision{false, true, "role"}},
		{FirmPeopleRank, Admin, Decision{true, true, "firm-admin"}},
		{FirmPeopleRank, Lawyer, Decision{false, true, "role"}},
		{FirmPeopleEnd, Admin, Decision{true, true, "firm-admin"}},
		{FirmPeopleEnd, Lawyer, Decision{false, true, "role"}},
		{CharterRead, Outsider, Decision{true, true, "firm-outsider"}},
		{CharterAnswer, Outsider, Decision{true, true, "firm-outsider"}},
		{CharterSee, Lawyer, Decision{false, true, "role"}},
		{CharterPublish, Admin, Decision{true, true, "firm-admin"}},
		{CharterPublish, Lawyer, Decision{false, true, "role"}},
		{FirmReview, Admin, Decision{true, true, "firm-admin"}},
		{FirmReview, Lawyer, Decision{false, true, "role"}},
		{FirmMessage, Admin, Decision{true, true, "firm-admin"}},
		{FirmMessage, Lawyer, Decision{false, true, "role"}},
		{FirmFactors, Admin, Decision{true, true, "firm-admin"}},
		{FirmFactors, Lawyer, Decision{false, true, "role"}},
		{TokenGive, Outsider, Decision{true, true, "firm-outsider"}},
		{SpaceOpen, FirmAssistant, Decision{true, true, "firm-assistant"}},
		{TokenKeep, FirmAssistant, Decision{true, true, "firm-assistant"}},
		{TokenKeep, Outsider, Decision{true, true, "firm-outsider"}},
		{TokenKeep, "somebody", Decision{false, false, "outsider"}},
		{"made.up", Admin, Decision{false, false, "unknown-action"}},
	} {
		if got := Decide(Actor{Person: "p", Firm: "f", Role: tt.role}, tt.act, on, Facts{Now: now}); got != tt.want {
			t.Errorf("%s as %s: %+v, want %+v", tt.act, tt.role, got, tt.want)
		}
	}
	for _, act := range []Action{FirmEnter, TokenKeep} {
		if d := Decide(Actor{Person: "p", Firm: "f", Role: Admin, Scope: "s"}, act, on, Facts{}); d.Allowed || d.Visible {
			t.Errorf("a link's scope allows %s: %+v", act, d)
		}
	}
}

// TestUnsigned: who has not accepted the firm's charter keeps all that only reads, and of
// the rest these alone; what she may not see at all stays absent.
func TestUnsigned(t *testing.T) {
	left := map[Action]bool{CharterAnswer: true, TokenKeep: true, NoticeChoose: true, SpaceFreeze: true, SupportEnd: true, MemoWrite: true}
	for act, r := range rules {
		for _, role := range all {
			a, f := member(role)
			if r.kind == OfFirm {
				a.Role = Admin
			}
			on := sent()
			on.Kind, on.Circle = r.kind, "c"
			signed := Decide(a, act, on, f)
			a.Unsigned = true
			got := Decide(a, act, on, f)
			want := signed
			if signed.Allowed && !r.reads && !left[act] {
				want = Decision{false, true, "charter"}
			}
			if got != want {
				t.Errorf("%s as %s: %+v, want %+v", act, role, got, want)
			}
		}
	}
}

// TestGrave: whoever showed too long ago who she is, is asked again before what
// outlives her session or lets others in, and before nothing else; what she may
// not do at all, she is refused as ever.
func TestGrave(t *testing.T) {
	grave := map[Action]bool{FirmPeopleAdd: true, FirmPeopleRank: true, FirmPeopleEnd: true, FirmFactors: true, CharterPublish: true, FirmTell: true, FirmVouch: true, FirmHost: true, TokenGive: true, FirmApproval: true, SpaceThaw: true, HoldKeep: true, WallLift: true, SpaceHand: true, SpaceMobile: true, SpaceTell: true, AbsenceTell: true, AbsenceName: true, GroupAdmit: true, GroupAttach: true, SupportGive: true, FirmSupportGive: true, SanctionImport: true}
	for act, r := range rules {
		if r.grave != grave[act] {
			t.Errorf("%s: grave is %v; a change of the table must be a change here", act, r.grave)
		}
		a, f := member(Lead)
		a.Role = Admin
		on := sent()
		on.Kind = r.kind
		on.Circle = "c"
		now := Decide(a, act, on, f)
		a.Stale = true
		later := Decide(a, act, on, f)
		switch {
		case now.Allowed && grave[act]:
			if later != (Decision{false, true, stale}) || !May(a, act, on, f) || !Stale(refusal(later, act)) {
				t.Errorf("%s: %+v", act, later)
			}
		case later != now:
			t.Errorf("%s: %+v, a moment ago %+v", act, later, now)
		}
	}
	a, f := member(Client)
	a.Stale = true
	on := sent()
	on.Kind = OfSpace
	if d := Decide(a, SpaceThaw, on, f); d.Reason != "role" || May(a, SpaceThaw, on, f) || Stale(refusal(d, SpaceThaw)) {
		t.Errorf("a client thaws: %+v", d)
	}
}

// TestBrake: what is too much at once is refused to who may show again that it is
// she, for that reason; to a link for now.
func TestBrake(t *testing.T) {
	a, _ := member(Client)
	if err := Brake(a, DocumentRead); err != nil {
		t.Errorf("right after a proof: %v", err)
	}
	a.Stale = true
	if err := Brake(a, DocumentRead); !Stale(err) || !fault.Is(err, fault.Forbidden) {
		t.Errorf("later: %v", err)
	}
	a.Via = ViaLink
	if err := Brake(a, DocumentRead); Stale(err) || !fault.Is(err, fault.Busy) {
		t.Errorf("by a link: %v", err)
	}
}

// TestPass takes away, one by one, what a program's token does not cover.
func TestPass(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pass   Pass
		act    Action
		want   Decision
		within id.Space
	}{
		{"all of hers", Pass{}, DocumentManage, Decision{true, true, "role-lead"}, "s"},
		{"its space", Pass{Spaces: []id.Space{"s"}}, DocumentManage, Decision{true, true, "role-lead"}, "s"},
		{"another space", Pass{Spaces: []id.Space{"x"}}, DocumentRead, Decision{false, false, "scope"}, "s"},
		{"no space", Pass{Spaces: []id.Space{}}, SpaceSee, Decision{false, false, "scope"}, "s"},
		{"reading", Pass{ReadOnly: true}, DocumentRead, Decision{true, true, "role-lead"}, "s"},
		{"writing with a pass that reads", Pass{ReadOnly: true}, SpaceManage, Decision{false, true, "pass"}, "s"},
		{"its kind", Pass{Kinds: []string{"document"}}, DocumentRead, Decision{true, true, "role-lead"}, "s"},
		{"another kind", Pass{Kinds: []string{"document"}}, SpaceJournal, Decision{false, true, "pass"}, "s"},
		{"an item of another kind", Pass{Kinds: []string{"document"}}, MemoRead, Decision{false, false, "pass"}, "s"},
		{"the way in", Pass{Kinds: []string{"memo"}, ReadOnly: true}, SpaceSee, Decision{true, true, "role-lead"}, "s"},
		{"the firm, confined to a space", Pass{Spaces: []id.Space{"s"}}, FirmPeopleSee, Decision{false, true, "pass"}, ""},
		{"the way into the firm", Pass{Spaces: []id.Space{"s"}, ReadOnly: true}, FirmEnter, Decision{true, true, "firm-lawyer"}, ""},
		{"begetting a program", Pass{}, TokenGive, Decision{false, true, "pass"}, ""},
		{"begetting a program by its kind", Pass{Kinds: []string{"token"}}, TokenGive, Decision{false, true, "pass"}, ""},
		{"opening a space with a pass that reads", Pass{ReadOnly: true}, SpaceOpen, Decision{false, true, "pass"}, ""},
	} {
		a, f := member(Lead)
		a.Pass = &tt.pass
		on := sent()
		on.Kind, on.Space = rules[tt.act].kind, tt.within
		if got := Decide(a, tt.act, on, f); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
	stranger, f := member(Lead)
	stranger.Pass = &Pass{ReadOnly: true}
	f.Role = ""
	on := sent()
	on.Kind = OfSpace
	if d := Decide(stranger, SpaceManage, on, f); d.Visible {
		t.Errorf("a pass shows a space to somebody who is not in it: %+v", d)
	}
}

// TestPassGivesNothing tries every action in every place of the firm and of a
// space, under passes of every shape: what a program may do or see, its person
// may.
func TestPassGivesNothing(t *testing.T) {
	kinds := map[string]bool{}
	for act := range rules {
		kind, _, _ := strings.Cut(string(act), ".")
		kinds[kind] = true
	}
	passes := []Pass{{}, {ReadOnly: true}, {Spaces: []id.Space{"s"}}, {Spaces: []id.Space{"x"}}, {Spaces: []id.Space{}}, {Kinds: []string{}}}
	for kind := range kinds {
		passes = append(passes, Pass{Kinds: []string{kind}}, Pass{Kinds: []string{kind}, ReadOnly: true, Spaces: []id.Space{"s"}})
	}
	tried := 0
	for act, r := range rules {
		for _, firm := range []FirmRole{Admin, Lawyer, FirmColleague, FirmAssistant, Outsider} {
			for _, role := range append([]Role{""}, all...) {
				for _, pass := range passes {
					a, f := member(role)
					a.Role = firm
					on := sent()
					on.Kind = r.kind
					hers := Decide(a, act, on, f)
					a.Pass = &pass
					its := Decide(a, act, on, f)
					if tried++; its.Allowed && !hers.Allowed || its.Visible && !hers.Visible {
						t.Errorf("%s as %s and %s under %+v: %+v, herself %+v", act, firm, role, pass, its, hers)
					}
				}
			}
		}
	}
	if tried < 5000 {
		t.Errorf("%d cases only", tried)
	}
}

// TestDenials changes one fact at a time of a reading that is allowed.
func TestDenials(t *testing.T) {
	for _, tt := range []struct {
		name   string
		role   Role
		change func(*Actor, *Resource, *Facts)
		reason string // "" when it stays allowed
	}{
		{"nothing", Client, func(*Actor, *Resource, *Facts) {}, ""},
		{"other firm", Client, func(a *Actor, _ *Resource, _ *Facts) { a.Firm = "g" }, "other-firm"},
		{"nobody", Client, func(a *Actor, _ *Resource, _ *Facts) { a.Person = "" }, "other-firm"},
		{"facts of another space", Client, func(_ *Actor, _ *Resource, f *Facts) { f.Space = "t" }, "no-facts"},
		{"resource without a space", Client, func(_ *Actor, r *Resource, f *Facts) { r.Space, f.Space = "", "" }, "no-facts"},
		{"link to this space", Client, func(a *Actor, _ *Resource, _ *Facts) { a.Scope = "s" }, ""},
		{"link to another space", Client, func(a *Actor, _ *Resource, _ *Facts) { a.Scope = "t" }, "scope"},
		{"wall", Lead, func(_ *Actor, _ *Resource, f *Facts) { f.Walled = true }, "wall"},
		{"never a member", Client, func(_ *Actor, _ *Resource, f *Facts) { f.Role = "" }, "not-member"},
		{"unknown role", Client, func(_ *Actor, _ *Resource, f *Facts) { f.Role = "owner" }, "not-member"},
		{"membership ended now", Client, func(_ *Actor, _ *Resource, f *Facts) { f.Member.Until = now }, "not-member"},
		{"membership ends later", Client, func(_ *Actor, _ *Resource, f *Facts) { f.Member.Until = now.Add(1) }, ""},
		{"membership not begun", Client, func(_ *Actor, _ *Resource, f *Facts) { f.Member.Since = now.Add(1) }, "not-member"},
		{"outsider with an inside role", Lead, func(a *Actor, _ *Resource, _ *Facts) { a.Role = Outsider }, "sides"},
		{"colleague with a client's role", Client, func(a *Actor, _ *Resource, _ *Facts) { a.Role = Lawyer }, "sides"},
		{"deleted", Lead, func(_ *Actor, r *Resource, _ *Facts) { r.Deleted = true }, "deleted"},
		{"internal for a client", Client, func(_ *Actor, r *Resource, _ *Facts) { r.Internal = true }, "internal"},
		{"internal for a guest", Guest, func(_ *Actor, r *Resource, _ *Facts) { r.Internal = true }, "internal"},
		{"internal for an assistant", Assistant, func(_ *Actor, r *Resource, _ *Facts) { r.Internal = true }, ""},
		{"begun by an expert, in no circle of hers", Expert, func(_ *Actor, r *Resource, _ *Facts) { r.Audience, r.Conducted = nil, true }, ""},
		{"begun by an expert, for a clerk", Clerk, func(_ *Actor, r *Resource, _ *Facts) { r.Audience, r.Conducted = nil, true }, "not-addressed"},
		{"begun by an expert and deleted", Expert, func(_ *Actor, r *Resource, _ *Facts) { r.Audience, r.Conducted, r.Deleted = nil, true, true }, "deleted"},
		{"begun by the firm, for an expert", Expert, func(_ *Actor, r *Resource, _ *Facts) { r.Audience = nil }, "not-addressed"},
		{"advice for an expert", Expert, func(_ *Actor, r *Resource, _ *Facts) { r.Nature = NatureAdvice }, "nature"},
		{"between lawyers for a clerk", Clerk, func(_ *Actor, r *Resource, _ *Facts) { r.Nature = NatureBetween }, "nature"},
		{"between lawyers for a client", Client, func(_ *Actor, r *Resource, _ *Facts) { r.Nature = NatureBetween }, "nature"},
		{"between lawyers for a guest", Guest, func(_ *Actor, r *Resource, _ *Facts) { r.Nature = NatureBetween }, ""},
		{"advice for a guest", Guest, func(_ *Actor, r *Resource, _ *Facts) { r.Nature = NatureAdvice }, "nature"},
		{"defence for a client", Client, func(_ *Actor, r *Resource, _ *Facts) { r.Nature = NatureDefense }, ""},
		{"unknown nature for the lead", Lead, func(_ *Actor, r *Resource, _ *Facts) { r.Nature = "secret" }, "nature"},
		{"other circle", Lead, func(_ *Actor, r *Resource, _ *Facts) { r.Audience[0].Circle = "d" }, "not-addressed"},
		{"no circle", Lead, func(_ *Actor, r *Resource, _ *Facts) { r.Audience = nil }, "not-addressed"},
		{"sent before she joined", Client, func(_ *Actor, r *Resource, _ *Facts) { r.Audience[0].Sent = now.Add(-2 * time.Hour) }, "sent-before"},
		{"and extended to newcomers", Client, func(_ *Actor, r *Resource, _ *Facts) {
			r.Audience[0].Sent, r.Audience[0].Extended = now.Add(-2*time.Hour), true
		}, ""},
		{"sent as she joined", Client, func(_ *Actor, r *Resource, f *Facts) { r.Audience[0].Sent = f.Circles["c"].Since }, ""},
		{"left the circle", Client, func(_ *Actor, _ *Resource, f *Facts) {
			f.Circles["c"] = Span{Since: now.Add(-time.Hour), Until: now}
		}, "left-circle"},
		{"closed space still reads", Client, func(_ *Actor, _ *Resource, f *Facts) { f.Closed = true }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, f := member(tt.role)
			on := sent()
			tt.change(&a, &on, &f)
			d := Decide(a, DocumentRead, on, f)
			if tt.reason == "" && !d.Allowed {
				t.Fatalf("refused: %s", d.Reason)
			}
			if tt.reason != "" && (d.Allowed || d.Visible || d.Reason != tt.reason) {
				t.Fatalf("got %+v, want absent because %s", d, tt.reason)
			}
		})
	}
}

// TestExplain: an explanation is the decision, and rests on the addresses that
// brought the item, or on those that did not for the very reason it gives.
func TestExplain(t *testing.T) {
	hour := func(n int) time.Time { return now.Add(time.Duration(n) * time.Hour) }
	for _, tt := range []struct {
		name   string
		change func(*Resource, *Facts)
		reason string
		rests  string // circles
	}{
		{"by one of two", func(*Resource, *Facts) {}, "role-client", "c"},
		{"by both", func(_ *Resource, f *Facts) { f.Circles["d"] = Span{Since: hour(-3)} }, "role-client", "c d"},
		{"extended", func(r *Resource, f *Facts) {
			f.Circles["c"], f.Circles["d"] = Span{Since: hour(-1)}, Span{Since: hour(-1)}
			r.Audience[1].Extended = true
		}, "role-client", "d"},
		{"before she came", func(_ *Resource, f *Facts) {
			delete(f.Circles, "c")
			f.Circles["d"] = Span{Since: hour(-1)}
		}, "sent-before", "d"},
		{"left", func(_ *Resource, f *Facts) { f.Circles["c"] = Span{Since: hour(-3), Until: now} }, "left-circle", "c"},
		{"neither", func(_ *Resource, f *Facts) { f.Circles = nil }, "not-addressed", "c d"},
		{"a nature", func(r *Resource, _ *Facts) { r.Nature = NatureBetween }, "nature", ""},
		{"a wall", func(_ *Resource, f *Facts) { f.Walled = true }, "wall", ""},
		{"a space", func(r *Resource, _ *Facts) { r.Kind = OfSpace }, "unknown-action", ""},
	} {
		a, f := member(Client)
		f.Circles = map[id.Circle]Span{"c": {Since: hour(-3)}}
		on := sent()
		on.Audience = []Address{{Circle: "c", Sent: hour(-2)}, {Circle: "d", Sent: hour(-2)}}
		tt.change(&on, &f)
		d, grounds := Explain(a, DocumentRead, on, f)
		if d != Decide(a, DocumentRead, on, f) || d.Reason != tt.reason {
			t.Errorf("%s: %+v, want the reason %s", tt.name, d, tt.reason)
		}
		var rests []string
		for _, g := range grounds {
			rests = append(rests, string(g.Circle))
			if g.Stay != f.Circles[g.Circle] {
				t.Errorf("%s: a stay %v in %s", tt.name, g.Stay, g.Circle)
			}
		}
		if got := strings.Join(rests, " "); got != tt.rests {
			t.Errorf("%s rests on %q, want %q", tt.name, got, tt.rests)
		}
	}
}

// TestWays states, for every way out, the natures that never take it.
func TestWays(t *testing.T) {
	never := map[Way]string{
		WayCalendar: "defense conseil entre_avocats officielle piece juriste", WayTitle: "defense conseil entre_avocats juriste",
		WayEnclosed: " defense conseil entre_avocats juriste", WayClientFile: "entre_avocats", WaySupport: "defense conseil entre_avocats juriste", WayForum: " defense conseil entre_avocats juriste",
	}
	for _, w := range append(Ways(), "made_up") {
		var shut []string
		for _, n := range Natures() {
			if !n.Takes(w) {
				shut = append(shut, string(n))
			}
		}
		want, known := never[w], slices.Contains(Ways(), w)
		if got := strings.Join(shut, " "); got != want && known || !known && len(shut) != len(Natures()) {
			t.Errorf("%s is closed to %q, want %q", w, got, want)
		}
		if Nature("secret").Takes(w) {
			t.Errorf("an unknown nature takes %s", w)
		}
	}
	if len(closed) != len(Ways()) || len(barred) != len(Natures()) {
		t.Error("a way or a nature without its row")
	}
}

// TestNaturesAreWritten: doc/natures.md has the table that decides.
func TestNaturesAreWritten(t *testing.T) {
	raw, err := os.ReadFile("../../doc/natures.md")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| way |")
	for _, n := range Natures() {
		b.WriteString(" " + cmp.Or(string(n), "none") + " |")
	}
	b.WriteString("\n| --- |" + strings.Repeat(" :-: |", len(Natures())) + "\n")
	for _, w := range Ways() {
		b.WriteString("| " + string(w) + " |")
		for _, n := range Natures() {
			b.WriteString(map[bool]string{true: " ✓ |", false: " never |"}[n.Takes(w)])
		}
		b.WriteString("\n")
	}
	if !strings.Contains(string(raw), b.String()) {
		t.Errorf("doc/natures.md should have the table\n%s", b.String())
	}
	b.Reset()
	for _, r := range all {
		b.WriteString("| " + string(r) + " |")
		for _, n := range Natures() {
			b.WriteString(map[bool]string{true: " never |", false: " ✓ |"}[n.Bars(r)])
		}
		b.WriteString("\n")
	}
	if !strings.Contains(string(raw), b.String()) {
		t.Errorf("doc/natures.md should have the table\n%s", b.String())
	}
}

// TestLawyersAlone: what a lawyer decides, her card must say besides her place
// in the space.
func TestLawyersAlone(t *testing.T) {
	for _, card := range []FirmRole{Admin, Lawyer, FirmColleague, FirmAssistant} {
		a, f := member(Lead)
		a.Role = card
		want := card == Admin || card == Lawyer
		if d := Decide(a, HoldKeep, Resource{Kind: OfSpace, Firm: "f", Space: "s"}, f); d.Allowed != want || !d.Visible {
			t.Errorf("%s: %+v, want %v", card, d, want)
		}
	}
}

func TestOpen(t *testing.T) {
	a, f := member(Client)
	locked := Lock("the text", sent())
	if got, err := Open(locked, a, DocumentRead, f); err != nil || got != "the text" {
		t.Errorf("Open = %q, %v", got, err)
	}
	if got, err := Open(locked, a, DocumentManage, f); !fault.Is(err, fault.Forbidden) || got != "" {
		t.Errorf("visible but not hers to manage: %q, %v", got, err)
	}
	if got, err := Open(locked, a, SpaceSee, f); !fault.Is(err, fault.NotFound) || got != "" {
		t.Errorf("an action for another kind of thing: %q, %v", got, err)
	}
	f.Closed = true
	la, lf := member(Lead)
	lf.Closed = true
	if _, err := Open(Lock(1, sent()), la, DocumentManage, lf); !fault.Is(err, fault.Forbidden) {
		t.Errorf("writing in a closed space: %v", err)
	}
}

func TestPrivate(t *testing.T) {
	on := Resource{Kind: OfPrivate, Firm: "f", Space: "s", Owner: "p"}
	a, f := member(Client)
	if !Decide(a, ReceiptRead, on, f).Allowed {
		t.Error("her own receipt is refused to a client")
	}
	on.Owner = "another"
	if d := Decide(a, ReceiptRead, on, f); d.Allowed || d.Visible {
		t.Errorf("another client's receipt: %+v", d)
	}
	a, f = member(Assistant)
	if !Decide(a, ReceiptRead, on, f).Allowed {
		t.Error("a client's receipt is refused to the firm")
	}
}

// TestCircle: only who is in a named circle tends it, and nobody outside the
// firm's side knows of that.
func TestCircle(t *testing.T) {
	on := Resource{Kind: OfCircle, Firm: "f", Space: "s", Circle: "c"}
	for _, tt := range []struct {
		role Role
		span Span
		want Decision
	}{
		{Assistant, Span{Since: now.Add(-time.Hour)}, Decision{true, true, "role-assistant"}},
		{Lead, Span{Since: now.Add(-time.Hour), Until: now}, Decision{false, true, "not-in-circle"}},
		{Lead, Span{Since: now.Add(time.Second)}, Decision{false, true, "not-in-circle"}},
		{Client, Span{Since: now.Add(-time.Hour)}, Decision{false, false, "outsider"}},
	} {
		a, f := member(tt.role)
		f.Circles = map[id.Circle]Span{"c": tt.span, "other": {Since: now.Add(-time.Hour)}}
		if got := Decide(a, CircleTend, on, f); got != tt.want {
			t.Errorf("%s in it %v: %+v, want %+v", tt.role, tt.span, got, tt.want)
		}
	}
	a, f := member(Colleague)
	f.Circles = nil
	if d := Decide(a, CircleTend, on, f); d.Allowed || !d.Visible {
		t.Errorf("a colleague who was never in it: %+v", d)
	}
}

// TestParty: the firm's side keeps a party without being in it, and does nothing
// in the place of its people; whoever else is outside the firm does not know of it.
func TestParty(t *testing.T) {
	on := Resource{Kind: OfCircle, Firm: "f", Space: "s", Circle: "c", Party: true}
	hers := map[id.Circle]Span{"c": {Since: now.Add(-time.Hour)}}
	for _, tt := range []struct {
		role    Role
		circles map[id.Circle]Span
		do      Action
		want    Decision
	}{
		{Lead, nil, CircleTend, Decision{true, true, "role-lead"}},
		{Assistant, nil, CircleTend, Decision{true, true, "role-assistant"}},
		{Lead, nil, DocumentParty, Decision{false, true, "role"}},
		{Guest, hers, DocumentParty, Decision{true, true, "role-guest"}},
		{Guest, hers, CircleTend, Decision{false, true, "role"}},
		{Reader, hers, DocumentParty, Decision{false, true, "role"}},
		{Guest, nil, DocumentParty, Decision{false, false, "outsider"}},
		{Guest, map[id.Circle]Span{"other": {}}, DocumentParty, Decision{false, false, "outsider"}},
		{Guest, map[id.Circle]Span{"c": {Until: now}}, DocumentParty, Decision{false, false, "outsider"}},
		{Client, nil, DocumentParty, Decision{false, false, "outsider"}},
	} {
		a, f := member(tt.role)
		f.Circles = tt.circles
		if got := Decide(a, tt.do, on, f); got != tt.want {
			t.Errorf("%s does %s, in %v: %+v, want %+v", tt.role, tt.do, tt.circles, got, tt.want)
		}
	}
}
