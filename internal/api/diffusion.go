package api

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"cenacle/internal/circle"
	"cenacle/internal/diffusion"
	"cenacle/internal/front"
	"cenacle/internal/id"
	"cenacle/internal/memo"
)

// Diffusion is one dated sending of one’s own to circles of one space or of several.
type Diffusion struct {
	ID      id.Diffusion `json:"id"`
	State   string       `json:"state" enum:"draft set running done"`
	Subject string       `json:"subject,omitempty" doc:"once it is done, from a memo that one still sees"`
	Body    string       `json:"body,omitempty" doc:"Markdown; not once it is done: the memos have it"`
	ReplyBy string       `json:"reply_by,omitempty"`
	Asks    string       `json:"asks,omitempty" enum:"read understood approved"`
	At      Instant      `json:"at,omitzero" doc:"when it leaves or left; none: a draft"`
	Made    Instant      `json:"made_at"`
	Ended   Instant      `json:"ended_at,omitzero"`
	Parts   int          `json:"parts" doc:"spaces that it goes to"`
	Handled int          `json:"handled" doc:"of those, how many have got it or were left out"`
}

// DiffusionView is a diffusion with what becomes of it in each space: before it leaves,
// what would become of it now.
type DiffusionView struct {
	Diffusion
	Spaces []DiffusionPart `json:"spaces" doc:"those that one sees"`
	Seen   string          `json:"seen,omitempty" doc:"stands for this preview; sendDiffusion wants it"`
}

// DiffusionPart is what one space gets.
type DiffusionPart struct {
	Space     id.Space             `json:"space"`
	Name      string               `json:"name,omitempty"`
	Level     string               `json:"notice_level,omitempty" doc:"what mails of it may say: neutre, titre or piece_jointe"`
	Circles   []id.Circle          `json:"circles"`
	Documents []id.Item            `json:"documents" doc:"that go with its memo"`
	State     string               `json:"state" enum:"waiting sent left_out"`
	Reason    string               `json:"reason,omitempty" doc:"why it gets nothing: gone, closed, right, circle, document, nobody, guard, author, words or other"`
	Memo      id.Item              `json:"memo,omitempty"`
	At        Instant              `json:"at,omitzero" doc:"when it was written, or left out"`
	Recalled  Instant              `json:"recalled_at,omitzero" doc:"when it was taken back from everybody outside the firm"`
	Will      []DiffusionRecipient `json:"will" doc:"who would receive it, or did"`
	Wont      []DiffusionRecipient `json:"wont" doc:"who would not; afterwards, who was to and did not"`
	Findings  []Finding            `json:"findings,omitempty" doc:"of the guard, before it leaves; sendDiffusion takes them with the space before: “{space} {confirm}”"`
}

// DiffusionRecipient is a member of a space, and what becomes of it at her.
type DiffusionRecipient struct {
	Person   id.Person `json:"person"`
	Name     string    `json:"name"`
	Role     string    `json:"role"`
	Chosen   bool      `json:"chosen,omitempty" doc:"by the circles that were chosen; the others see it since the firm reads what it sends"`
	Reason   string    `json:"reason,omitempty" doc:"why not: the rule’s own word, or frozen"`
	Told     string    `json:"told,omitempty" doc:"how: at_once, later, muted, refused (her mailbox refuses mail) or away (who stands in is told)"`
	When     Instant   `json:"told_at,omitzero" doc:"if later"`
	Lacks    []id.Item `json:"lacks,omitempty" doc:"documents that she does not see, though she sees the memo"`
	Added    bool      `json:"added,omitempty" doc:"came into the circles after it was confirmed"`
	Entry    id.Entry  `json:"entry,omitempty" doc:"of the journal: that it was delivered to her (getDiffusionProof)"`
	Read     Instant   `json:"read_at,omitzero"`
	Answer   string    `json:"answer,omitempty" enum:"read understood approved contested"`
	Answered Instant   `json:"answered_at,omitzero"`
}

// Diffusions is a page of one’s own.
type Diffusions struct {
	Diffusions []Diffusion `json:"diffusions" doc:"the newest first"`
	Next       string      `json:"next,omitempty" doc:"cursor of the next page"`
}

// NewDiffusion is what a draft says, and to whom.
type NewDiffusion struct {
	Subject   string      `json:"subject"`
	Body      string      `json:"body" doc:"Markdown, as memos"`
	ReplyBy   string      `json:"reply_by,omitempty" doc:"civil date, 2026-11-22"`
	Asks      string      `json:"asks,omitempty" enum:"read understood approved"`
	Spaces    []id.Space  `json:"spaces" fault:"space" doc:"200 at most"`
	Circle    string      `json:"circle,omitempty" enum:"client all firm" doc:"of each of the spaces"`
	Circles   []id.Circle `json:"circles,omitempty" fault:"circle" doc:"in the place of circle, for the spaces that they are of"`
	Documents []id.Item   `json:"documents,omitempty" fault:"document" doc:"each goes with the memo of the space that it lies in, and leaves it by no means"`
}

// InDiffusion names one.
type InDiffusion struct {
	Diffusion id.Diffusion `path:"diffusion"`
}

// ChangedDiffusion gives a draft another content.
type ChangedDiffusion struct {
	InDiffusion
	NewDiffusion
}

// SentDiffusion confirms a preview and has it leave.
type SentDiffusion struct {
	InDiffusion
	Seen    string   `json:"seen" doc:"of getDiffusion: what one has looked at"`
	Confirm []string `json:"confirm,omitempty" fault:"confirm" doc:"what the guard has found and one has checked: “{space} {confirm}”"`
	At      Instant  `json:"at,omitzero" fault:"at" doc:"within a year; absent: now"`
}

// InDelivery names what one person got of a diffusion.
type InDelivery struct {
	InDiffusion
	Space  id.Space  `path:"space"`
	Person id.Person `path:"person"`
}

func diffusionOf(d diffusion.Diffusion) Diffusion {
	return Diffusion{
		ID: d.ID, State: string(d.State), Subject: d.Subject, Body: d.Body, ReplyBy: d.ReplyBy, Asks: string(d.Asks),
		At: Instant(d.At), Made: Instant(d.Made), Ended: Instant(d.Ended), Parts: d.Parts, Handled: d.Gone,
	}
}

func partOf(p diffusion.Part) DiffusionPart {
	out := DiffusionPart{
		Space: p.Space, Name: p.Name, Level: string(p.Level), Circles: []id.Circle{}, Documents: []id.Item{}, State: string(p.State), Reason: string(p.Reason),
		Memo: p.Memo, At: Instant(p.At), Recalled: Instant(p.Recalled), Will: reachedOf(p.Will), Wont: reachedOf(p.Wont),
	}
	for _, c := range p.Circles {
		out.Circles = append(out.Circles, c.ID)
	}
	for _, d := range p.Documents {
		out.Documents = append(out.Documents, d.ID)
	}
	for _, f := range p.Found {
		out.Findings = append(out.Findings, Finding{string(f.Reason), f.Word, f.ID()})
	}
	return out
}

func reachedOf(all []diffusion.Recipient) []DiffusionRecipient {
	out := make([]DiffusionRecipient, len(all))
	for i, to := range all {
		out[i] = DiffusionRecipient{
			Person: to.Person, Name: to.Name, Role: string(to.Role), Chosen: to.Chosen, Reason: string(to.Reason), Told: string(to.Told), When: Instant(to.When),
			Added: to.Added, Entry: to.Entry, Read: Instant(to.Read), Answer: string(to.Answer.Answer), Answered: Instant(to.Answer.At),
		}
		for _, d := range to.Lacks {
			out[i].Lacks = append(out[i].Lacks, d.ID)
		}
	}
	return out
}

func (in NewDiffusion) asked() diffusion.New {
	return diffusion.New{
		Words:  diffusion.Words{Subject: in.Subject, Body: in.Body, ReplyBy: in.ReplyBy, Asks: memo.Answer(in.Asks)},
		Spaces: in.Spaces, To: circle.Kind(in.Circle), Circles: in.Circles, Documents: in.Documents,
	}
}

func (n *Nouns) diffusions(r *Request, in Page) (Diffusions, error) {
	var before id.Diffusion
	if err := r.resume(in.Cursor, &before); err != nil {
		return Diffusions{}, err
	}
	found, more, err := n.Diffusions.List(r.Context(), r.Actor, before, in.most())
	if err != nil {
		return Diffusions{}, err
	}
	out := Diffusions{Diffusions: make([]Diffusion, len(found))}
	for i, d := range found {
		out.Diffusions[i] = diffusionOf(d)
	}
	if more != "" {
		out.Next, err = r.next(more)
	}
	return out, err
}

func (n *Nouns) diffusion(r *Request, in InDiffusion) (DiffusionView, error) {
	v, err := n.Diffusions.Show(r.Context(), r.Actor, in.Diffusion)
	if err != nil {
		return DiffusionView{}, err
	}
	out := DiffusionView{Diffusion: diffusionOf(v.Diffusion), Spaces: make([]DiffusionPart, len(v.Spaces)), Seen: v.Seen}
	for i, p := range v.Spaces {
		out.Spaces[i] = partOf(p)
	}
	return out, nil
}

func (n *Nouns) prepareDiffusion(r *Request, in NewDiffusion) (DiffusionView, error) {
	of, err := n.Diffusions.Prepare(r.Context(), r.Actor, in.asked())
	if err != nil {
		return DiffusionView{}, err
	}
	return n.preparedDiffusion(r, in, string(of))
}

func (n *Nouns) preparedDiffusion(r *Request, _ NewDiffusion, object string) (DiffusionView, error) {
	r.At("diffusions", object)
	return n.diffusion(r, InDiffusion{id.Diffusion(object)})
}

func (n *Nouns) changeDiffusion(r *Request, in ChangedDiffusion) (DiffusionView, error) {
	if err := n.Diffusions.Change(r.Context(), r.Actor, in.Diffusion, in.asked()); err != nil {
		return DiffusionView{}, err
	}
	return n.diffusion(r, in.InDiffusion)
}

func (n *Nouns) changedDiffusion(r *Request, in ChangedDiffusion, _ string) (DiffusionView, error) {
	return n.diffusion(r, in.InDiffusion)
}

func (n *Nouns) discardDiffusion(r *Request, in InDiffusion) (None, error) {
	return None{}, n.Diffusions.Discard(r.Context(), r.Actor, in.Diffusion)
}

func (n *Nouns) sendDiffusion(r *Request, in SentDiffusion) (DiffusionView, error) {
	err := n.Diffusions.Send(r.Context(), r.Actor, diffusion.Sending{Diffusion: in.Diffusion, Seen: in.Seen, Confirm: in.Confirm, At: time.Time(in.At)})
	if err != nil {
		return DiffusionView{}, err
	}
	return n.diffusion(r, in.InDiffusion)
}

func (n *Nouns) sentDiffusion(r *Request, in SentDiffusion, _ string) (DiffusionView, error) {
	return n.diffusion(r, in.InDiffusion)
}

func (n *Nouns) cancelDiffusion(r *Request, in InDiffusion) (DiffusionView, error) {
	if err := n.Diffusions.Cancel(r.Context(), r.Actor, in.Diffusion); err != nil {
		return DiffusionView{}, err
	}
	return n.diffusion(r, in)
}

func (n *Nouns) recallDiffusion(r *Request, in InDiffusion) (DiffusionView, error) {
	if err := n.Diffusions.Recall(r.Context(), r.Actor, in.Diffusion); err != nil {
		return DiffusionView{}, err
	}
	return n.diffusion(r, in)
}

func (n *Nouns) diffusionAgain(r *Request, in InDiffusion, _ string) (DiffusionView, error) {
	return n.diffusion(r, in)
}

func (n *Nouns) diffusionFile(r *Request, in InDiffusion) (Stream, error) {
	v, err := n.Diffusions.Show(r.Context(), r.Actor, in.Diffusion)
	if err != nil {
		return nil, err
	}
	return sheet("diffusion.csv", func(out io.Writer) error { return n.Diffusions.Write(out, r.Printer, v) }), nil
}

func (n *Nouns) diffusionProof(r *Request, in InDelivery) (Stream, error) {
	raw, err := n.Diffusions.Proof(r.Context(), r.Actor, in.Diffusion, in.Space, in.Person)
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, _ *Request) error {
		h := w.Header()
		h.Set("Content-Type", diffusion.Media)
		h.Set("Content-Disposition", front.Disposition("attachment", "diffusion"+diffusion.Extension))
		h.Set("Content-Length", strconv.Itoa(len(raw)))
		_, err := w.Write(raw)
		return front.Sent(err)
	}, nil
}
