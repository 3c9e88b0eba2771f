package api

import (
	"encoding/hex"

	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// Asked is what was asked of the lawyer who answers for a space.
type Asked struct {
	State         string      `json:"state" enum:"asked given refused"`
	AskedBy       id.Person   `json:"asked_by"`
	AskedByName   string      `json:"asked_by_name"`
	Asked         Instant     `json:"asked_at"`
	DecidedBy     id.Person   `json:"decided_by,omitempty"`
	DecidedByName string      `json:"decided_by_name,omitempty"`
	Decided       Instant     `json:"decided_at,omitzero"`
	Circles       []id.Circle `json:"circles" doc:"to whom it goes once it is given"`
	Reason        string      `json:"reason,omitempty" doc:"why it was refused"`
}

func askedOf(p *document.Approval) *Asked {
	if p == nil {
		return nil
	}
	circles := p.Circles
	if circles == nil {
		circles = []id.Circle{}
	}
	return &Asked{
		string(p.State), p.AskedBy, p.AskedByName, Instant(p.Asked), p.DecidedBy, p.DecidedByName, Instant(p.Decided), circles, p.Reason,
	}
}

// Verdict decides over the exact bytes of a document.
type Verdict struct {
	InDocument
	SHA256 string `json:"sha256" doc:"of the bytes that were looked at, hexadecimal; when others are current, nothing is decided"`
	Give   bool   `json:"give"`
	Reason string `json:"reason,omitempty" doc:"of a refusal"`
}

func (n *Nouns) approve(r *Request, in Verdict) (Paper, error) {
	v := document.Verdict{Document: in.Document, Give: in.Give, Reason: in.Reason}
	if sum, err := hex.DecodeString(in.SHA256); err != nil || copy(v.SHA256[:], sum) != len(v.SHA256) || len(sum) != len(v.SHA256) {
		return Paper{}, fault.New(fault.Invalid, "document.other_bytes").In("sha256")
	}
	if err := n.Documents.Approve(r.Context(), r.Actor, v); err != nil {
		return Paper{}, err
	}
	return n.document(r, in.InDocument)
}

func (n *Nouns) approved(r *Request, in Verdict, _ string) (Paper, error) {
	return n.document(r, in.InDocument)
}

// Demand is whether a space demands approval.
type Demand struct {
	Demanded bool `json:"demanded"`
}

// NewDemand changes it.
type NewDemand struct {
	InSpace
	Demand
}

func (n *Nouns) demandApproval(r *Request, in NewDemand) (None, error) {
	return None{}, n.Documents.DemandApproval(r.Context(), r.Actor, in.Space, in.Demanded)
}

func (n *Nouns) approvalDemand(r *Request, in InSpace) (Demand, error) {
	yes, err := n.Documents.ApprovalDemanded(r.Context(), r.Actor, in.Space)
	return Demand{yes}, err
}

func (n *Nouns) demandEverywhere(r *Request, in Demand) (None, error) {
	return None{}, n.Documents.DemandApprovalEverywhere(r.Context(), r.Actor, in.Demanded)
}

func (n *Nouns) demandedEverywhere(r *Request, _ None) (Demand, error) {
	yes, err := n.Documents.ApprovalDemandedEverywhere(r.Context(), r.Actor)
	return Demand{yes}, err
}
