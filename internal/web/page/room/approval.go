package room

import (
	"encoding/hex"

	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/memo"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Approval is where the approval of the current version stands.
type Approval struct {
	State, Whom, Reason string
	Give                *Give // for who decides
}

// Give is the gesture of who decides, over the exact bytes.
type Give struct {
	Action, Hash string
	Refuse       Form
}

func (h here) approval(b ui.Base, d document.Detail, refused error) *Approval {
	p := d.Approval
	if p == nil {
		return nil
	}
	if p.State != document.Asked {
		return &Approval{State: b.T("room.approval.state."+string(p.State), p.DecidedByName, b.DateTime(p.Decided)), Reason: p.Reason}
	}
	out := &Approval{State: b.T("room.approval.state.asked", p.AskedByName, b.DateTime(p.Asked)), Whom: b.T("room.approval.whom", h.audience(p.Circles))}
	if !d.Approve {
		return out
	}
	reason := ui.Field{Kind: ui.Area, Name: "reason", ID: "f-approval-reason", Label: b.T("room.approval.reason"), Length: 500}
	out.Give = &Give{Action: h.path("documents", string(d.ID), "approval"), Hash: hex.EncodeToString(d.Current.SHA256[:])}
	out.Give.Refuse = Form{
		Action: out.Give.Action + "?sha256=" + out.Give.Hash,
		Button: ui.Button{Label: b.T("room.approval.refuse"), Look: ui.Danger, Small: true},
	}
	if refused = h.back(refused, "documents", string(d.ID), "approval"); refused != nil {
		reason.Value = h.r.Value("reason")
		out.Give.Refuse.Summary = ui.Refuse(h.r.Printer, refused).Mark(&reason)
	}
	out.Give.Refuse.Fields = []ui.Field{reason}
	return out
}

// DoApprove decides over the bytes that were shown.
func (p *Pages) DoApprove(r *web.Request) (web.Answer, error) {
	h, of, err := p.enterDocument(r)
	if err != nil {
		return nil, err
	}
	v := document.Verdict{Document: of, Give: r.Value("give") != "", Reason: r.Value("reason")}
	sum, _ := hex.DecodeString(r.Value("sha256")) // anything else is the hash of other bytes
	copy(v.SHA256[:], sum)
	err = p.Documents.Approve(r.Context(), r.Actor, v)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.document(h, of, err, memo.New{})
	}
	if err != nil {
		return nil, err
	}
	done := "approval_refused"
	if v.Give {
		done = "approval_given"
	}
	return web.Done(h.path("documents", string(of)), done), nil
}

// DoDemandApproval decides whether the space demands it.
func (p *Pages) DoDemandApproval(r *web.Request) (web.Answer, error) {
	h, err := p.census(r)
	if err != nil {
		return nil, err
	}
	if err := p.Documents.DemandApproval(r.Context(), r.Actor, h.room.ID, r.Value("demanded") != ""); err != nil {
		return nil, err
	}
	return web.Done(h.path("people"), "approval_set"), nil
}
