package forum_test

import (
	"testing"

	"cenacle/internal/account"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/lifecycle"
	"cenacle/internal/space"
)

// TestDemand: what a forum demands is the expert's to say, where there is one; nobody says
// more than she has shown herself. It holds for everybody, her too, and the way in decides.
func TestDemand(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x, ctx := openExpertise(h), t.Context()
		life := lifecycle.New(h.Office, account.New(h.Office), nil)
		by := func(a authz.Actor, via authz.Via) authz.Actor { a.Via = via; return a }
		demand := func(a authz.Actor, to authz.Assurance) error { return life.SetDemand(ctx, a, x.In, to) }
		h.Must(demand(by(h.Lead, authz.ViaCode), authz.Twofold), demand(by(h.Lead, authz.ViaCode), authz.Single))
		expert, clerk := x.neutral()
		for what, tt := range map[string]struct {
			err  error
			kind fault.Kind
		}{
			"a lawyer beside an expert": {demand(by(h.Lead, authz.ViaPasskey), authz.Twofold), fault.Forbidden},
			"a party":                   {demand(by(x.People[0], authz.ViaPasskey), authz.Twofold), fault.Forbidden},
			"a client":                  {demand(by(x.Client, authz.ViaPasskey), authz.Twofold), fault.Forbidden},
			"a clerk":                   {demand(by(clerk, authz.ViaPasskey), authz.Twofold), fault.Forbidden},
			"an expert by her password": {demand(expert, authz.Twofold), fault.Conflict},
			"an expert by a code":       {demand(by(expert, authz.ViaCode), authz.Keyed), fault.Conflict},
			"somebody who is not there": {demand(h.Member(h.Lead, h.Space(h.Lead, "M. Martin"), authz.Client, "M. Martin"), authz.Single), fault.NotFound},
			"another firm":              {demand(h.Found("Cabinet Voisin", "Me Voisin"), authz.Single), fault.NotFound},
		} {
			if !fault.Is(tt.err, tt.kind) {
				t.Errorf("%s: %v", what, tt.err)
			}
		}
		exhibit := x.Bring(x.People[0], "Devis", []byte("devis"), "")
		h.Must(demand(by(expert, authz.ViaCode), authz.Twofold))
		guarded := by(x.People[1], authz.ViaToken)
		guarded.Guarded = true
		for who, tt := range map[string]struct {
			by    authz.Actor
			needs authz.Assurance
		}{
			"her password": {x.People[1], authz.Twofold}, "a mailed link": {by(x.People[1], authz.ViaLink), authz.Twofold}, "the firm": {h.Lead, authz.Twofold},
			"the expert": {expert, authz.Twofold}, "a program": {by(x.People[1], authz.ViaToken), authz.Twofold}, "the host": {by(h.Lead, authz.ViaSupport), authz.Twofold},
			"a mail that says titles": {by(x.People[1], authz.ViaMail), authz.Twofold},
			"a code":                  {by(x.People[1], authz.ViaCode), authz.Single}, "a link and a code": {by(x.People[1], authz.ViaLinkCode), authz.Single}, "a passkey": {by(h.Lead, authz.ViaPasskey), authz.Single},
			"a program of who has two": {guarded, authz.Single}, "a job": {by(x.People[1], authz.ViaJob), authz.Single},
		} {
			shut := tt.needs > authz.Single
			_, lists := x.Forums.Lists(ctx, tt.by, x.In)
			_, register := x.Forums.Register(ctx, tt.by, x.In)
			_, room := space.NewService(h.Office, nil).Show(ctx, tt.by, x.In)
			for what, err := range map[string]error{"lists": lists, "register": register, "room": room} {
				if authz.Demanded(err) != tt.needs || shut != fault.Is(err, fault.NotFound) || !shut && err != nil {
					t.Errorf("by %s, the %s: %v", who, what, err)
				}
			}
			if _, err := h.Documents.Show(ctx, tt.by, exhibit); shut != fault.Is(err, fault.NotFound) || authz.Demanded(err) > authz.Single || !shut && err != nil {
				t.Errorf("by %s, an exhibit: %v", who, err)
			}
			own, err := space.NewService(h.Office, nil).List(ctx, tt.by, space.Page{Limit: 10})
			h.Must(err)
			there := false
			for _, s := range own {
				there = there || s.ID == x.In
			}
			if there == shut {
				t.Errorf("by %s it is among her spaces: %v", who, there)
			}
		}
		for who, tt := range map[string]struct {
			by   authz.Actor
			sets bool
		}{"expert": {by(expert, authz.ViaCode), true}, "firm": {by(h.Lead, authz.ViaCode), false}, "party": {by(x.People[0], authz.ViaCode), false}} {
			d, err := life.Demand(ctx, tt.by, x.In)
			h.Must(err)
			if d.Level != authz.Twofold || !d.Led || d.Sets != tt.sets || (d.Without != nil) != (who != "party") || (len(d.Names) > 0) != (who != "party") {
				t.Errorf("%s reads %+v", who, d)
			}
		}
		if n := h.Kinds(h.Lead)["forum.demanded"]; n != 3 {
			t.Errorf("%d lines of the journal", n)
		}
	})
}

// TestWhoSetsTheForum: how a forum goes is said by a lawyer of the firm that keeps it, or
// an expert; the register is read by no program that was left other things.
func TestWhoSetsTheForum(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x := openExpertise(h)
		apart := circle.Pattern{Contributions: circle.ToFirm, Questions: circle.ToFirm}
		program := h.Lead
		program.Via, program.Pass = authz.ViaToken, &authz.Pass{ReadOnly: true}
		for who, by := range map[string]authz.Actor{
			"an assistant": h.Member(h.Lead, x.In, authz.Assistant, "M. Aide"), "the client": x.Client, "a party": x.People[0], "a program that only reads": program,
		} {
			if err := x.Forums.SetPattern(t.Context(), by, x.In, apart); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s says who sees what: %v", who, err)
			}
		}
		if p, err := x.Forums.Pattern(t.Context(), x.Client, x.In); err != nil || p == apart {
			t.Errorf("refused, and it is %v: %v", p, err)
		}
		h.Must(x.Forums.SetPattern(t.Context(), h.Member(h.Lead, x.In, authz.Colleague, "Me Leroy"), x.In, apart))
		_, err := x.Forums.Register(t.Context(), program, x.In)
		h.Must(err)
		program.Pass = &authz.Pass{Kinds: []string{"memo"}}
		if read, err := x.Forums.Register(t.Context(), program, x.In); !fault.Is(err, fault.Forbidden) || len(read.Parties) > 0 {
			t.Errorf("a program for memos reads the register: %v", err)
		}
	})
}
