package document_test

import (
	"crypto/sha256"
	"errors"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// strict is a house with a space that demands approval.
type strict struct {
	*documenttest.House
	in                        id.Space
	to                        circle.House
	colleague, client, reader authz.Actor
}

func eachStrict(t *testing.T, run func(t *testing.T, s strict)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Mme Petit")
		s := strict{House: h, in: in, to: h.Circles(h.Lead, in)}
		s.colleague, s.client = h.Member(h.Lead, in, authz.Colleague, "Me Leroy"), h.Member(h.Lead, in, authz.Client, "Mme Petit")
		s.reader = h.Member(h.Lead, in, authz.Reader, "M. Lenoir")
		h.Must(h.Documents.DemandApproval(t.Context(), h.Lead, in, true))
		run(t, s)
	})
}

func (s strict) sees(by authz.Actor, of id.Item, want bool) {
	s.T.Helper()
	if _, err := s.Documents.Show(s.T.Context(), by, of); (err == nil) != want {
		s.T.Errorf("%s sees it: %v, want %v", by.Role, err, want)
	}
}

func (s strict) state(of id.Item) document.Standing {
	s.T.Helper()
	d, err := s.Documents.Show(s.T.Context(), s.Lead, of)
	s.Must(err)
	if d.Approval == nil {
		return ""
	}
	return d.Approval.State
}

func (s strict) verdict(by authz.Actor, of id.Item, content string, give bool) error {
	return s.Documents.Approve(s.T.Context(), by, document.Verdict{Document: of, SHA256: sha256.Sum256([]byte(content)), Give: give, Reason: "À revoir"})
}

// TestApprovalOnEveryWay: by whichever way a document is to leave the firm, it
// stays inside until its exact bytes are approved, and then goes where it was to
// go.
func TestApprovalOnEveryWay(t *testing.T) {
	for name, send := range map[string]func(s strict) id.Item{
		"filed for the client": func(s strict) id.Item { return s.File(s.colleague, s.in, "a.txt", []byte("a"), s.to.Client).Document },
		"addressed": func(s strict) id.Item {
			of := s.File(s.colleague, s.in, "a.txt", []byte("a")).Document
			s.Must(s.Documents.Address(s.T.Context(), s.colleague, document.Send{Item: of, Circles: []id.Circle{s.to.Client}}))
			return of
		},
		"by its folder": func(s strict) id.Item {
			models, err := space.LoadModels()
			s.Must(err)
			spaces := space.NewService(s.Office, models)
			f, err := spaces.AddFolder(s.T.Context(), s.Lead, space.NewFolder{Space: s.in, Tray: space.FirmTray, Name: "Pour le client"})
			s.Must(err, spaces.SetFolderAudience(s.T.Context(), s.Lead, f.ID, []id.Circle{s.to.Client}))
			return s.Upload(s.colleague, document.BeginUpload{Space: s.in, Tray: space.FirmTray, Folder: f.ID, Name: "a.txt"}, []byte("a")).Document
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachStrict(t, func(t *testing.T, s strict) {
				of := send(s)
				s.sees(s.colleague, of, true)
				s.sees(s.client, of, false)
				if got := s.state(of); got != document.Asked {
					t.Fatalf("it is %q", got)
				}
				for by, want := range map[*authz.Actor]fault.Kind{&s.colleague: fault.Forbidden, &s.client: fault.NotFound} {
					if err := s.verdict(*by, of, "a", true); fault.KindOf(err) != want {
						t.Errorf("%s decides: %v", by.Role, err)
					}
				}
				if err := s.verdict(s.Lead, of, "b", true); !fault.Is(err, fault.Conflict) {
					t.Errorf("other bytes are approved: %v", err)
				}
				s.sees(s.client, of, false)
				s.Must(s.verdict(s.Lead, of, "a", true))
				s.sees(s.client, of, true)
				s.sees(s.reader, of, false)
				if err := s.verdict(s.Lead, of, "a", true); !fault.Is(err, fault.Conflict) {
					t.Errorf("decided twice: %v", err)
				}
			})
		})
	}
}

// TestApprovalIsOfBytes: what is approved is these bytes: they go further without
// asking, others are taken back until they are approved too.
func TestApprovalIsOfBytes(t *testing.T) {
	eachStrict(t, func(t *testing.T, s strict) {
		of := s.File(s.colleague, s.in, "a.txt", []byte("a"), s.to.Client).Document
		s.Must(s.verdict(s.Lead, of, "a", true))
		s.Must(s.Documents.Address(t.Context(), s.colleague, document.Send{Item: of, Circles: []id.Circle{s.to.All}, Extended: true}))
		s.sees(s.reader, of, true)
		s.Upload(s.colleague, document.BeginUpload{Space: s.in, Replaces: of, Name: "b.txt"}, []byte("b"))
		s.sees(s.client, of, false)
		s.sees(s.reader, of, false)
		s.Upload(s.colleague, document.BeginUpload{Space: s.in, Replaces: of, Name: "c.txt"}, []byte("c"))
		if err := s.verdict(s.Lead, of, "b", true); !fault.Is(err, fault.Conflict) {
			t.Errorf("a version that is not current is approved: %v", err)
		}
		s.Must(s.verdict(s.Lead, of, "c", true))
		s.sees(s.client, of, true)
		s.sees(s.reader, of, true)
		late := s.Member(s.Lead, s.in, authz.Guest, "Me Tard") // All was opened to newcomers
		s.sees(late, of, true)
	})
}

// TestApprovalKeepsTheFirm: a document that the firm has only by the circle of
// all stays with it when that is taken back.
func TestApprovalKeepsTheFirm(t *testing.T) {
	eachStrict(t, func(t *testing.T, s strict) {
		s.Must(s.Documents.DemandApproval(t.Context(), s.Lead, s.in, false))
		of := s.File(s.colleague, s.in, "a.txt", []byte("a"), s.to.All).Document
		s.Must(s.Documents.DemandApproval(t.Context(), s.Lead, s.in, true))
		s.sees(s.client, of, true)
		s.Upload(s.colleague, document.BeginUpload{Space: s.in, Replaces: of, Name: "b.txt"}, []byte("b"))
		s.sees(s.client, of, false)
		s.sees(s.colleague, of, true)
		s.Must(s.verdict(s.Lead, of, "b", true))
		s.sees(s.client, of, true)
	})
}

func TestApprovalRefused(t *testing.T) {
	eachStrict(t, func(t *testing.T, s strict) {
		of := s.File(s.colleague, s.in, "a.txt", []byte("a"), s.to.Client).Document
		if err := s.Documents.Approve(t.Context(), s.Lead, document.Verdict{Document: of, SHA256: sha256.Sum256([]byte("a"))}); !fault.Is(err, fault.Invalid) {
			t.Errorf("refused without a reason: %v", err)
		}
		s.Must(s.verdict(s.Lead, of, "a", false))
		s.sees(s.client, of, false)
		d, err := s.Documents.Show(t.Context(), s.colleague, of)
		s.Must(err)
		if d.Approval == nil || d.Approval.State != document.Refused || d.Approval.Reason != "À revoir" || d.Approval.DecidedByName != "Me Claire Delmas" {
			t.Errorf("refused: %+v", d.Approval)
		}
		s.Must(s.Documents.Address(t.Context(), s.colleague, document.Send{Item: of, Circles: []id.Circle{s.to.Client}})) // asks again
		if got := s.state(of); got != document.Asked {
			t.Errorf("asked again it is %q", got)
		}
	})
}

// TestApprovalLeavesTheRest: what stays in the firm, what a client deposits, and
// spaces that demand nothing ask for nothing; who may not decide that does not.
func TestApprovalLeavesTheRest(t *testing.T) {
	eachStrict(t, func(t *testing.T, s strict) {
		for _, of := range []id.Item{s.File(s.colleague, s.in, "interne.txt", []byte("i")).Document, s.Deposit(s.client, s.in, "RIB.txt", []byte("rib")).Document} {
			if got := s.state(of); got != "" {
				t.Errorf("%s is %q", of, got)
			}
		}
		assistant := s.Member(s.Lead, s.in, authz.Assistant, "Inès")
		for _, by := range []authz.Actor{assistant, s.client} {
			if err := s.Documents.DemandApproval(t.Context(), by, s.in, false); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s ends the demand: %v", by.Role, err)
			}
		}
		s.Must(s.Documents.DemandApproval(t.Context(), s.Lead, s.in, false))
		of := s.File(s.colleague, s.in, "b.txt", []byte("b"), s.to.Client).Document
		s.sees(s.client, of, true)
	})
}

// TestApprovalEverywhere: what the firm demands of all its spaces holds in one that
// demands nothing by itself, is decided by an administrator, and is believed only as
// it was written.
func TestApprovalEverywhere(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		ctx := t.Context()
		in := h.Space(h.Lead, "Mme Petit")
		s := strict{House: h, in: in, to: h.Circles(h.Lead, in)}
		s.colleague, s.client = h.Member(h.Lead, in, authz.Colleague, "Me Leroy"), h.Member(h.Lead, in, authz.Client, "Mme Petit")
		before := h.File(s.colleague, in, "avant.txt", []byte("avant"), s.to.Client).Document
		for name, by := range map[string]authz.Actor{"a colleague": s.colleague, "a client": s.client} {
			if err := h.Documents.DemandApprovalEverywhere(ctx, by, true); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s demands it: %v", name, err)
			}
		}
		lines := h.Kinds(h.Lead)["approval.demanded"]
		h.Must(h.Documents.DemandApprovalEverywhere(ctx, h.Lead, true))
		if got := h.Kinds(h.Lead)["approval.demanded"] - lines; got != 1 {
			t.Errorf("%d lines of the journal", got)
		}
		if yes, err := h.Documents.ApprovalDemanded(ctx, h.Lead, in); err != nil || !yes {
			t.Errorf("the space demands it: %t, %v", yes, err)
		}
		s.sees(s.client, before, true)
		of := h.File(s.colleague, in, "a.txt", []byte("a"), s.to.Client).Document
		s.sees(s.client, of, false)
		h.Must(h.Documents.DemandApproval(ctx, h.Lead, in, false)) // weakens nothing
		other := h.File(s.colleague, in, "b.txt", []byte("b"), s.to.Client).Document
		s.sees(s.client, other, false)
		h.Must(s.verdict(h.Lead, of, "a", true))
		s.sees(s.client, of, true)

		h.Must(h.Office.Keep(ctx, h.Lead.Firm, func(a *act.Act) error { return a.Write(forgeHouse) }))
		if err := h.Documents.Address(ctx, s.colleague, document.Send{Item: other, Circles: []id.Circle{s.to.Client}}); !errors.Is(err, vault.ErrTampered) {
			t.Errorf("sent on a forged row: %v", err)
		}
		h.Must(h.Documents.DemandApprovalEverywhere(ctx, h.Lead, false))
		s.sees(s.client, h.File(s.colleague, in, "c.txt", []byte("c"), s.to.Client).Document, true)
	})
}

var (
	forgeHouse = store.ForFirm(`update approval_house set demanded = 0 where firm_id = $1`)
	forgeRule  = store.ForFirm(`update approval_rule set demanded = 0 where firm_id = $1 and space_id = $2`)
	forgeState = store.ForFirm(`update approval set state = 'given' where firm_id = $1 and document_id = $2`)
	forgeBytes = store.ForFirm(`update approval set digest_hash = $3 where firm_id = $1 and document_id = $2`)
)

// TestCRY03_ApprovalTampered: an approval or a demand that was written into the
// database lets nothing out.
func TestCRY03_ApprovalTampered(t *testing.T) {
	for name, forge := range map[string]func(s strict, of id.Item) (store.FirmStmt, []any){
		"the demand": func(s strict, _ id.Item) (store.FirmStmt, []any) { return forgeRule, []any{s.in} },
		"the state":  func(_ strict, of id.Item) (store.FirmStmt, []any) { return forgeState, []any{of} },
		"the bytes":  func(_ strict, of id.Item) (store.FirmStmt, []any) { return forgeBytes, []any{of, []byte("x")} },
	} {
		t.Run(name, func(t *testing.T) {
			eachStrict(t, func(t *testing.T, s strict) {
				of := s.File(s.colleague, s.in, "a.txt", []byte("a"), s.to.Client).Document
				stmt, args := forge(s, of)
				s.Must(s.Office.Keep(t.Context(), s.Lead.Firm, func(a *act.Act) error { return a.Write(stmt, args...) }))
				err := s.Documents.Address(t.Context(), s.colleague, document.Send{Item: of, Circles: []id.Circle{s.to.Client}})
				if !errors.Is(err, vault.ErrTampered) {
					t.Errorf("sent on a forged row: %v", err)
				}
				s.sees(s.client, of, false)
			})
		})
	}
}
