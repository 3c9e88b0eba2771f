package api

import (
	"time"

	"cenacle/internal/id"
	"cenacle/internal/webhook"
)

// Webhooks is those of the firm that are not ended.
type Webhooks struct {
	Webhooks []Webhook `json:"webhooks"`
}

// Webhook is an address that is told of events.
type Webhook struct {
	ID          id.Webhook `json:"id"`
	Owner       id.Person  `json:"owner" doc:"whose rights decide what it is told"`
	OwnerName   string     `json:"owner_name"`
	Address     string     `json:"address" doc:"whoever is not its owner sees the host only"`
	Kinds       []string   `json:"kinds" doc:"kinds or nouns; empty: all"`
	State       string     `json:"state" enum:"active paused ended"`
	Reason      string     `json:"reason,omitempty" doc:"why it is paused, unless somebody paused it: owner, failing or gone"`
	Created     Instant    `json:"created_at"`
	FormerUntil Instant    `json:"former_secret_until,omitzero" doc:"until when the secret before signs too"`
	Failing     Instant    `json:"failing_since,omitzero"`
	Waiting     int        `json:"waiting" doc:"to be sent, or sent again"`
	Failed      int        `json:"failed" doc:"given up; they can be sent again"`
	Secret      string     `json:"secret,omitempty" doc:"shown once, when it is made"`
}

func webhookOf(w webhook.Webhook) Webhook {
	return Webhook{
		ID: w.ID, Owner: w.Owner, OwnerName: w.OwnerName, Address: w.Address, Kinds: named(w.Kinds), State: string(w.State), Reason: string(w.Reason),
		Created: Instant(w.Created), FormerUntil: Instant(w.FormerUntil), Failing: Instant(w.FailingSince), Waiting: w.Waiting, Failed: w.Failed,
	}
}

func (n *Nouns) webhooks(r *Request, _ None) (Webhooks, error) {
	found, err := n.Webhooks.List(r.Context(), r.Actor)
	out := Webhooks{Webhooks: make([]Webhook, len(found))}
	for i, w := range found {
		out.Webhooks[i] = webhookOf(w)
	}
	return out, err
}

// NewWebhook is what its owner chooses.
type NewWebhook struct {
	Address string   `json:"address" doc:"https://…"`
	Kinds   []string `json:"kinds,omitempty" doc:"kinds (document.filed) or nouns (document); none: all"`
}

func (n *Nouns) createWebhook(r *Request, in NewWebhook) (Webhook, error) {
	made, secret, err := n.Webhooks.Create(r.Context(), r.Actor, webhook.New{Address: in.Address, Kinds: in.Kinds})
	if err != nil {
		return Webhook{}, err
	}
	r.At("webhooks", string(made.ID))
	out := webhookOf(made)
	out.Secret = secret
	return out, nil
}

// createdWebhook is one that was made before; its secret is not told again.
func (n *Nouns) createdWebhook(r *Request, _ NewWebhook, of string) (Webhook, error) {
	r.At("webhooks", of)
	return n.webhook(r, InWebhook{id.Webhook(of)})
}

// InWebhook names a webhook in the path.
type InWebhook struct {
	Webhook id.Webhook `path:"webhook"`
}

func (n *Nouns) webhook(r *Request, in InWebhook) (Webhook, error) {
	w, err := n.Webhooks.Show(r.Context(), r.Actor, in.Webhook)
	return webhookOf(w), err
}

// ChangedWebhook is what its owner chooses anew.
type ChangedWebhook struct {
	InWebhook
	NewWebhook
}

func (n *Nouns) changeWebhook(r *Request, in ChangedWebhook) (Webhook, error) {
	err := n.Webhooks.Change(r.Context(), r.Actor, in.Webhook, webhook.New{Address: in.Address, Kinds: in.Kinds})
	if err != nil {
		return Webhook{}, err
	}
	return n.webhook(r, in.InWebhook)
}

func (n *Nouns) changedWebhook(r *Request, in ChangedWebhook, _ string) (Webhook, error) {
	return n.webhook(r, in.InWebhook)
}

func (n *Nouns) endWebhook(r *Request, in InWebhook) (None, error) {
	return None{}, n.Webhooks.End(r.Context(), r.Actor, in.Webhook)
}

func (n *Nouns) pauseWebhook(r *Request, in InWebhook) (Webhook, error) {
	if err := n.Webhooks.Pause(r.Context(), r.Actor, in.Webhook); err != nil {
		return Webhook{}, err
	}
	return n.webhook(r, in)
}

func (n *Nouns) resumeWebhook(r *Request, in InWebhook) (Webhook, error) {
	if err := n.Webhooks.Resume(r.Context(), r.Actor, in.Webhook); err != nil {
		return Webhook{}, err
	}
	return n.webhook(r, in)
}

func (n *Nouns) settledWebhook(r *Request, in InWebhook, _ string) (Webhook, error) {
	return n.webhook(r, in)
}

func (n *Nouns) rotateWebhook(r *Request, in InWebhook) (Webhook, error) {
	secret, err := n.Webhooks.Rotate(r.Context(), r.Actor, in.Webhook)
	if err != nil {
		return Webhook{}, err
	}
	out, err := n.webhook(r, in)
	out.Secret = secret
	return out, err
}

func (n *Nouns) rotatedWebhook(r *Request, in InWebhook, _ string) (Webhook, error) {
	return n.webhook(r, in)
}

func (n *Nouns) pingWebhook(r *Request, in InWebhook) (None, error) {
	_, err := n.Webhooks.Ping(r.Context(), r.Actor, in.Webhook)
	return None{}, err
}

// Notices is a page of what was sent.
type Notices struct {
	Notices []Notice `json:"notices"`
	Next    string   `json:"next,omitempty" doc:"cursor of older ones; absent when there are none"`
}

// Notice is one event on its way to a webhook; its id is the webhook-id of
// every attempt.
type Notice struct {
	ID       id.Notice `json:"id"`
	Kind     string    `json:"kind,omitempty" doc:"ping for a test; absent for whoever does not own the webhook"`
	State    string    `json:"state" enum:"waiting delivered failed"`
	Attempts int       `json:"attempts"`
	Status   int       `json:"status,omitempty" doc:"HTTP status of the last answer"`
	Failure  string    `json:"failure,omitempty" doc:"why the last attempt failed"`
	Created  Instant   `json:"created_at"`
	Tried    Instant   `json:"tried_at,omitzero"`
	Due      Instant   `json:"due_at,omitzero" doc:"when it is tried next"`
}

// NoticeList asks for them.
type NoticeList struct {
	InWebhook
	Limit  int    `query:"limit" min:"1" max:"199" doc:"how many, 100 by default"`
	Cursor string `query:"cursor" doc:"the “next” of the page before; without it, the first page"`
	Failed bool   `query:"failed" doc:"true: those that were given up"`
}

func (n *Nouns) notices(r *Request, in NoticeList) (Notices, error) {
	most := Page{Limit: in.Limit}.most()
	q := webhook.Log{Webhook: in.Webhook, Failed: in.Failed, Limit: most + 1}
	if err := r.resume(in.Cursor, &q.Before); err != nil {
		return Notices{}, err
	}
	found, err := n.Webhooks.Notices(r.Context(), r.Actor, q)
	if err != nil {
		return Notices{}, err
	}
	found, next, err := page(r, found, most, func(w webhook.Notice) id.Notice { return w.ID })
	out := Notices{Notices: make([]Notice, len(found)), Next: next}
	for i, w := range found {
		out.Notices[i] = Notice{
			w.ID, w.Kind, string(w.State), w.Attempts, w.Status, w.Failure, Instant(w.Created), Instant(w.Tried), Instant(w.Due),
		}
	}
	return out, err
}

// InNotice names a notice in the path.
type InNotice struct {
	InWebhook
	Notice id.Notice `path:"notice"`
}

func (n *Nouns) replayNotice(r *Request, in InNotice) (None, error) {
	return None{}, n.Webhooks.Replay(r.Context(), r.Actor, in.Webhook, in.Notice)
}

// Again asks to send again what was sent.
type Again struct {
	InWebhook
	From Instant `json:"from,omitzero" doc:"all since then, of the last thirty days; without it, all that failed"`
}

func (n *Nouns) replayNotices(r *Request, in Again) (None, error) {
	if !in.From.IsZero() {
		return None{}, n.Webhooks.ReplaySince(r.Context(), r.Actor, in.Webhook, time.Time(in.From))
	}
	_, err := n.Webhooks.ReplayFailed(r.Context(), r.Actor, in.Webhook)
	return None{}, err
}
