package api

import (
	"cenacle/internal/account"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
)

// Link is what a mailed link holds: its address ends in /l/{firm}/{token}.
type Link struct {
	Firm  id.Firm `json:"firm"`
	Token string  `json:"token"`
}

// elsewhere reports whether the link is of another firm than the one whose name was
// asked: nothing of that is there.
func (l Link) elsewhere(r *Request) bool { return r.Source.At != "" && r.Source.At != l.Firm }

// LinkView is what a link is, before any gesture.
type LinkView struct {
	State    string `json:"state" enum:"valid used expired unknown"`
	FirmName string `json:"firm_name,omitempty"`
	Password bool   `json:"password,omitempty" doc:"it chooses a password, which is done on its page"`
}

func (n *Nouns) peek(r *Request, in Link) (LinkView, error) {
	if in.elsewhere(r) {
		return LinkView{State: string(invitation.Unknown)}, nil
	}
	v, err := n.Invitations.Peek(r.Context(), in.Firm, in.Token)
	return LinkView{string(v.State), v.FirmName, v.Password}, err
}

// Bearer is a short-lived token, confined to the space of the link (after RFC
// 6749, 5.1).
type Bearer struct {
	Token   string   `json:"access_token"`
	Type    string   `json:"token_type" enum:"Bearer"`
	Expires Instant  `json:"expires_at" doc:"at the latest"`
	Idle    int64    `json:"idle_seconds" doc:"without a request for this long, it ends earlier"`
	Firm    id.Firm  `json:"firm"`
	Space   id.Space `json:"space"`
}

func (n *Nouns) useLink(r *Request, in Link) (Bearer, error) {
	if in.elsewhere(r) {
		return Bearer{}, fault.Absent()
	}
	text, session, err := n.Invitations.Use(r.Context(), in.Firm, in.Token, r.Source)
	if err != nil {
		return Bearer{}, err
	}
	return Bearer{
		Token: linkBearer + text, Type: "Bearer", Expires: Instant(session.Expires), Idle: int64(account.Idle.Seconds()),
		Firm: session.Firm, Space: session.Space,
	}, nil
}

func (n *Nouns) renewLink(r *Request, in Link) (LinkView, error) {
	if in.elsewhere(r) {
		return LinkView{}, fault.Absent()
	}
	if err := n.Invitations.Renew(r.Context(), in.Firm, in.Token, r.Source); err != nil {
		return LinkView{}, err
	}
	return LinkView{State: string(invitation.Expired)}, nil
}
