package desk

import (
	"cenacle/internal/authz"
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// rule offers to demand approval in all spaces, or no longer.
func (p *Pages) rule(r *web.Request, b ui.Base) (*Rule, error) {
	if !authz.May(r.Actor, authz.FirmApproval, authz.Resource{Kind: authz.OfFirm, Firm: r.Actor.Firm}, authz.Facts{}) {
		return nil, nil
	}
	yes, err := p.Documents.ApprovalDemandedEverywhere(r.Context(), r.Actor)
	word, value := "off", "1"
	if yes {
		word, value = "on", ""
	}
	return &Rule{
		Action: r.FirmPath("approval"), Value: value, Now: b.T("desk.approval.now." + word),
		Button: ui.Button{Label: b.T("desk.approval.turn." + word), Small: true},
	}, err
}

// DoDemandApproval decides whether all spaces demand approval.
func (p *Pages) DoDemandApproval(r *web.Request) (web.Answer, error) {
	if err := p.Documents.DemandApprovalEverywhere(r.Context(), r.Actor, r.Value("demanded") != ""); err != nil {
		return nil, err
	}
	return web.Done(r.FirmPath("people"), "approval_everywhere"), nil
}
