package document_test

import (
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// reads is a program of somebody's that only reads; only one that is left some kinds
// of acts.
func reads(by authz.Actor) authz.Actor {
	by.Pass, by.Via = &authz.Pass{ReadOnly: true}, authz.ViaToken
	return by
}

func only(by authz.Actor, kinds ...string) authz.Actor {
	by.Pass, by.Via = &authz.Pass{Kinds: kinds}, authz.ViaToken
	return by
}

// bench is a document for the firm, the client and a guest, in a space that has become a
// forum since, and the guest a party of it.
type bench struct {
	*documenttest.House
	in                                  id.Space
	to                                  circle.House
	colleague, assistant, client, guest authz.Actor
	doc                                 id.Item
}

func eachBench(t *testing.T, run func(t *testing.T, b bench)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Succession Petit")
		b := bench{House: h, in: in, to: h.Circles(h.Lead, in)}
		b.colleague, b.assistant = h.Member(h.Lead, in, authz.Colleague, "Me Leroy"), h.Member(h.Lead, in, authz.Assistant, "M. Aide")
		b.client, b.guest = h.Member(h.Lead, in, authz.Client, "Mme Petit"), h.Member(h.Lead, in, authz.Guest, "Me Roux")
		circles, with := circle.NewService(h.Office), []id.Person{b.guest.Person}
		notary, err := circles.Make(t.Context(), h.Lead, circle.New{Space: in, Name: "Notaire", People: with})
		h.Must(err)
		b.doc = h.File(h.Lead, in, "Lettre.txt", []byte("lettre"), b.to.Client, notary.ID).Document
		_, err = circles.Make(t.Context(), h.Lead, circle.New{Space: in, Name: "Société Roux", Kind: circle.Party, People: with})
		h.Must(err)
		run(t, b)
	})
}

// offered is what somebody may do with the document, as its page says.
func (b bench) offered(by authz.Actor) string {
	b.T.Helper()
	d, err := b.Documents.Show(b.T.Context(), by, b.doc)
	b.Must(err)
	var out []string
	for _, one := range []struct {
		yes  bool
		what string
	}{
		{d.Manage, "manage"}, {d.Address, "address"}, {d.Classify, "classify"}, {d.Approve, "approve"}, {d.Release, "release"}, {len(d.Members) > 0, "members"},
	} {
		if one.yes {
			out = append(out, one.what)
		}
	}
	return strings.Join(out, " ")
}

// TestWhatIsOffered: a document offers to each of its readers what she may do with it,
// and tells whom it is with to who may ask.
func TestWhatIsOffered(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		for _, c := range []struct {
			who  string
			by   authz.Actor
			want string
		}{
			{"the lead", b.Lead, "manage address classify approve release members"},
			{"a colleague", b.colleague, "manage address classify release members"},
			{"an assistant", b.assistant, "manage address members"},
			{"the client", b.client, ""}, {"a guest", b.guest, ""},
			{"a program that only reads", reads(b.Lead), "members"},
		} {
			if got := b.offered(c.by); got != c.want {
				t.Errorf("%s is offered %q, want %q", c.who, got, c.want)
			}
		}
	})
}

// TestNothingToDo: who may not do something is refused also where there is nothing to
// do: what she would learn is where a document lies, and what it is.
func TestNothingToDo(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		stays, same := document.Move{Item: b.doc, Tray: space.FirmTray}, authz.NatureNone
		b.Must(b.Documents.Move(t.Context(), b.assistant, stays), b.Documents.Classify(t.Context(), b.colleague, b.doc, same))
		for who, by := range map[string]authz.Actor{"the client": b.client, "a guest": b.guest} {
			if err := b.Documents.Move(t.Context(), by, stays); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s moves it to where it lies: %v", who, err)
			}
			if err := b.Documents.Classify(t.Context(), by, b.doc, same); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s says that it is what it is: %v", who, err)
			}
		}
		if err := b.Documents.Classify(t.Context(), b.assistant, b.doc, same); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an assistant says that it is what it is: %v", err)
		}
	})
}

// TestDecidedPerDocument: inside a space that somebody entered, each document is decided
// for itself, by its circles, its nature, the way and the program by which she comes.
func TestDecidedPerDocument(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		inner := b.File(b.Lead, b.in, "Entre nous.txt", []byte("a")).Document
		advice := b.File(b.Lead, b.in, "Conseil.txt", []byte("b"), b.to.Client).Document
		b.Must(b.Documents.Classify(t.Context(), b.Lead, advice, authz.NatureAdvice))
		host := b.client
		host.Via = authz.ViaSupport
		for _, c := range []struct {
			who               string
			by                authz.Actor
			letter, its, ours bool
		}{
			{"the lead", b.Lead, true, true, true}, {"the client", b.client, true, true, false}, {"the host, as her", host, true, false, false},
			{"her program", reads(b.client), true, true, false}, {"her program for memos", only(b.client, "memo"), false, false, false},
			{"a guest", b.guest, true, false, false},
		} {
			want := map[id.Item]bool{b.doc: c.letter, advice: c.its, inner: c.ours}
			b.Must(b.Office.See(t.Context(), b.Lead.Firm, func(a *act.Act) error {
				f, err := circle.Enter(a, c.by, b.in, authz.SpaceSee)
				b.Must(err)
				shelf, err := document.Entries(a, c.by, f, document.Shelf{Space: b.in, Tray: space.FirmTray})
				b.Must(err)
				listed := map[id.Item]bool{}
				for _, e := range shelf {
					listed[e.ID] = true
				}
				for of, sees := range want {
					if listed[of] != sees {
						t.Errorf("%s finds %s on the shelf: %v", c.who, of, listed[of])
					}
					if e, err := document.EntryOf(a, c.by, f, b.in, of); fault.Is(err, fault.NotFound) == sees || (e.Name != "") != sees {
						t.Errorf("%s asks for %s: %q, %v", c.who, of, e.Name, err)
					}
					if read, err := document.BroughtOf(a, c.by, f, []exhibit.Exhibit{{Item: of}}); err != nil || (len(read) > 0) != sees {
						t.Errorf("%s reads %s as an exhibit: %v, %v", c.who, of, read, err)
					}
				}
				return nil
			}))
		}
	})
}

// TestRuleOfTheFirm: what the firm demands of all its spaces is told to its own people,
// and to no program that is kept to some.
func TestRuleOfTheFirm(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		kept := b.Lead
		kept.Pass, kept.Via = &authz.Pass{Spaces: []id.Space{b.in}}, authz.ViaToken
		for who, by := range map[string]authz.Actor{"an assistant": b.assistant, "a program that only reads": reads(b.Lead)} {
			if _, err := b.Documents.ApprovalDemandedEverywhere(t.Context(), by); err != nil {
				t.Errorf("%s: %v", who, err)
			}
		}
		for who, by := range map[string]authz.Actor{"a client": b.client, "a program that is kept to a space": kept} {
			if _, err := b.Documents.ApprovalDemandedEverywhere(t.Context(), by); err == nil {
				t.Errorf("%s is told", who)
			}
		}
	})
}

// TestStepsOfAnUpload: each step of a new version is decided again, not the first and
// the last alone.
func TestStepsOfAnUpload(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		again := document.BeginUpload{Space: b.in, Replaces: b.doc, Name: "Lettre 2.txt", Size: 2}
		for who, by := range map[string]authz.Actor{"the client": b.client, "a guest": b.guest, "a program that only reads": reads(b.Lead)} {
			if _, err := b.Documents.Begin(t.Context(), by, again); err == nil {
				t.Errorf("%s begins a version", who)
			}
		}
		u, err := b.Documents.Begin(t.Context(), b.assistant, again)
		b.Must(err)
		if _, err := b.Documents.Append(t.Context(), reads(b.assistant), u.ID, 0, strings.NewReader("a")); err == nil {
			t.Error("a program that only reads goes on with it")
		}
		if _, err := b.Documents.Resume(t.Context(), reads(b.assistant), u.ID); err == nil {
			t.Error("a program that only reads resumes it")
		}
		u, err = b.Documents.Append(t.Context(), b.assistant, u.ID, 0, strings.NewReader("ab"))
		if err != nil || !u.Done {
			t.Errorf("it does not end: %+v, %v", u, err)
		}
	})
}

// TestActsRefused: what people from outside the firm may not do with a document that they
// read is refused, and so is what a lawyer alone does, to an assistant.
func TestActsRefused(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx, all, of := t.Context(), b.Documents, []id.Item{b.doc}
		b.Must(all.ReleaseAt(ctx, b.Lead, document.Releasing{Document: b.doc}, b.Clock.Now().Add(48*time.Hour)))
		firms := map[string]func(by authz.Actor) error{
			"renames it": func(by authz.Actor) error { return all.Rename(ctx, by, b.doc, "Autre") },
			"moves it": func(by authz.Actor) error {
				return all.Move(ctx, by, document.Move{Item: b.doc, Tray: space.SharedTray})
			},
			"moves it with others": func(by authz.Actor) error {
				return all.Refile(ctx, by, document.Refile{Space: b.in, Documents: of, Tray: space.SharedTray})
			},
			"undoes that": func(by authz.Actor) error { return all.Undo(ctx, by, b.in, of) },
			"sends it further": func(by authz.Actor) error {
				return all.Address(ctx, by, document.Send{Item: b.doc, Circles: []id.Circle{b.to.All}})
			},
			"has that examined": func(by authz.Actor) error { _, err := all.Examine(ctx, by, b.doc, []id.Circle{b.to.All}); return err },
			"takes it back":     func(by authz.Actor) error { _, err := all.Recall(ctx, by, b.doc); return err },
			"asks who sees it":  func(by authz.Actor) error { _, err := all.Why(ctx, by, b.doc); return err },
			"asks who would":    func(by authz.Actor) error { _, err := all.Preview(ctx, by, b.in, nil); return err },
			"has it scanned":    func(by authz.Actor) error { return all.ScreenAgain(ctx, by, b.doc) },
			"deletes it":        func(by authz.Actor) error { return all.Delete(ctx, by, b.doc) },
			"looks into the trash": func(by authz.Actor) error {
				_, _, err := all.Trash(ctx, by, document.TrashQuery{Space: b.in})
				return err
			},
			"asks what is demanded": func(by authz.Actor) error { _, err := all.ApprovalDemanded(ctx, by, b.in); return err },
		}
		lawyers := map[string]func(by authz.Actor) error{
			"classifies it":       func(by authz.Actor) error { return all.Classify(ctx, by, b.doc, authz.NatureExhibit) },
			"asks what that does": func(by authz.Actor) error { _, err := all.Turns(ctx, by, b.doc); return err },
			"demands approval":    func(by authz.Actor) error { return all.DemandApproval(ctx, by, b.in, true) },
			"approves it":         func(by authz.Actor) error { return all.Approve(ctx, by, document.Verdict{Document: b.doc, Give: true}) },
		}
		releases := map[string]func(by authz.Actor) error{ // a party's lawyer does so with what is its own
			"releases it":       func(by authz.Actor) error { return all.Release(ctx, by, document.Releasing{Document: b.doc}) },
			"cancels a release": func(by authz.Actor) error { return all.CancelRelease(ctx, by, b.doc) },
		}
		refused := func(who string, by authz.Actor, acts map[string]func(authz.Actor) error) {
			t.Helper()
			for what, do := range acts {
				if err := do(by); !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s %s: %v", who, what, err)
				}
			}
		}
		refused("the client", b.client, firms)
		refused("the client", b.client, lawyers)
		refused("the client", b.client, releases)
		refused("a guest", b.guest, firms)
		refused("a guest", b.guest, lawyers)
		refused("an assistant", b.assistant, lawyers)
		refused("an assistant", b.assistant, releases)
		d, err := all.Show(ctx, b.Lead, b.doc)
		b.Must(err)
		if d.Title != "Lettre.txt" || d.Tray != space.FirmTray || d.Timed == nil || len(d.Recalls) > 0 {
			t.Errorf("refused, and done: %+v", d)
		}
		b.Must(all.CancelRelease(ctx, b.Lead, b.doc), all.Delete(ctx, b.Lead, b.doc))
		restores := map[string]func(authz.Actor) error{"restores it": func(by authz.Actor) error { return all.Restore(ctx, by, b.doc) }}
		refused("the client", b.client, restores)
		b.Clock.Advance(document.ShelfLife + time.Hour)
		refused("the client, too late,", b.client, restores)
		if err := all.Restore(ctx, b.Lead, b.doc); !fault.Is(err, fault.NotFound) {
			t.Errorf("it is restored after its shelf life: %v", err)
		}
	})
}
