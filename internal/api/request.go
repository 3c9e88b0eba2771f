package api

import (
	"cenacle/internal/authz"
	"cenacle/internal/deposit"
	"cenacle/internal/id"
	"cenacle/internal/request"
)

// requestRows are papers that are asked of people.
func (n *Nouns) requestRows() []Operation {
	const one = "/requests/{ask}"
	return []Operation{
		{Pattern: "GET /spaces/{space}/requests", Name: "listRequests", Action: authz.RequestSee, Do: Ask(n.requests),
			Summary: "The papers asked for in a space: all for the firm’s side, one’s own for others"},
		{Pattern: "POST /spaces/{space}/requests", Name: "askForPapers", Action: authz.RequestAsk, Status: 201, Do: Tell(n.askFor, n.askedFor),
			Summary: "Ask somebody for papers; one notice leaves for all of them, and reminders stop by themselves"},
		{Pattern: "POST /spaces/{space}/requests/offers", Name: "findOffers", Action: authz.RequestSeek, Do: Ask(n.offers),
			Summary: "“Déjà transmis le …”: what is there already of papers one is about to ask for"},
		{Pattern: "POST /spaces/{space}/requests/reuse", Name: "reusePaper", Action: authz.RequestSeek, Status: 201, Do: Tell(n.reuse, n.reused),
			Summary: "Take a paper that is there instead of asking for it; counted as a request avoided"},
		{Pattern: "POST /spaces/{space}/requests/remind", Name: "remindPerson", Action: authz.RequestSeek, Do: Tell(n.remind, nil),
			Summary: "Remind a person now of all that is asked of her in a space"},
		{Pattern: "GET " + one, Name: "getRequest", Action: authz.RequestSee, Do: Ask(n.oneRequest),
			Summary: "A paper that is asked for, and what answers it"},
		{Pattern: "POST " + one + "/lack", Name: "lackPaper", Action: authz.RequestAnswer, Do: Tell(n.lack, n.stepped),
			Summary: "“Je ne l’ai pas”, with a reason"},
		{Pattern: "POST " + one + "/use", Name: "usePaper", Action: authz.RequestAnswer, Also: []authz.Action{authz.RequestJudge}, Do: Tell(n.use, n.usedPaper),
			Summary: "Answer a request with a document that is in the space"},
		{Pattern: "POST " + one + "/accept", Name: "acceptPaper", Action: authz.RequestJudge, Do: Tell(n.accept, n.judged),
			Summary: "Say that one has what one needs"},
		{Pattern: "POST " + one + "/return", Name: "returnPaper", Action: authz.RequestJudge, Do: Tell(n.sendBack, n.stepped),
			Summary: "Send a paper back to be redone, for a reason that its person reads in these words"},
		{Pattern: "POST " + one + "/waive", Name: "waivePaper", Action: authz.RequestJudge, Do: Tell(n.waive, n.excused),
			Summary: "Ask for a paper no more"},
		{Pattern: "POST " + one + "/renew", Name: "renewRequest", Action: authz.RequestJudge, Do: Tell(n.renew, n.judged),
			Summary: "Ask again for a paper that was lacking, waived or accepted"},
		{Pattern: "GET /spaces/{space}/deposit-rule", Name: "getDepositRule", Action: authz.SpaceSee, Do: Ask(n.depositRule),
			Summary: "Whether a space takes deposits, and where to send instead"},
		{Pattern: "PUT /spaces/{space}/deposit-rule", Name: "setDepositRule", Action: authz.SpaceManage, Do: Tell(n.setDepositRule, n.settledRule),
			Summary: "Open or close a space to deposits"},
	}
}

// Wanted is a paper that is asked of somebody.
type Wanted struct {
	ID        id.Ask    `json:"id"`
	Space     id.Space  `json:"space"`
	Person    id.Person `json:"person" doc:"of whom it is asked"`
	Author    id.Person `json:"author" doc:"who asked"`
	State     string    `json:"state" enum:"asked deposited redo lacking accepted waived"`
	Name      string    `json:"name"`
	Note      string    `json:"note,omitempty"`
	Reason    string    `json:"reason,omitempty" doc:"why it is to be redone, lacking or waived"`
	Due       string    `json:"due,omitempty" doc:"civil date, 2026-11-22"`
	Avoided   bool      `json:"avoided,omitempty" doc:"a paper that was there answered it before it was asked"`
	Reminders int       `json:"reminders" doc:"steps of the ladder since it was last asked"`
	Reminded  Instant   `json:"reminded_at,omitzero"`
	Created   Instant   `json:"created_at"`
	Changed   Instant   `json:"changed_at" doc:"since when its state holds"`
	Documents []id.Item `json:"documents" doc:"what answers it and one may see, the oldest first"`
}

func wantedOf(r request.Request) Wanted {
	out := Wanted{
		ID: r.ID, Space: r.Space, Person: r.Person, Author: r.Author, State: string(r.State), Name: r.Name, Note: r.Note, Reason: r.Reason,
		Due: r.Due, Avoided: r.Avoided, Reminders: r.Reminders, Reminded: Instant(r.Reminded), Created: Instant(r.Created),
		Changed: Instant(r.Changed), Documents: []id.Item{},
	}
	for _, d := range r.Documents {
		out.Documents = append(out.Documents, d.Document)
	}
	return out
}

// Requests are the papers asked for in a space, in the order of its checklist.
type Requests struct {
	Requests []Wanted `json:"requests"`
}

func (n *Nouns) requests(r *Request, in InSpace) (Requests, error) {
	found, err := n.Requests.List(r.Context(), r.Actor, in.Space)
	out := Requests{Requests: make([]Wanted, len(found))}
	for i, q := range found {
		out.Requests[i] = wantedOf(q)
	}
	return out, err
}

// NewRequests asks one person for papers.
type NewRequests struct {
	InSpace
	Person id.Person  `json:"person" doc:"a client or guest of the space"`
	Due    string     `json:"due,omitempty" doc:"civil date, 2026-11-22"`
	Papers []NewPaper `json:"papers" fault:"name"`
}

// NewPaper is one of them.
type NewPaper struct {
	Name string `json:"name" doc:"of the paper"`
	Note string `json:"note,omitempty" doc:"what is meant, where to find it"`
}

func (n *Nouns) askFor(r *Request, in NewRequests) (Requests, error) {
	asking := request.Asking{Space: in.Space, Person: in.Person, Due: in.Due}
	for _, p := range in.Papers {
		asking.Papers = append(asking.Papers, request.Paper{Name: p.Name, Note: p.Note})
	}
	asked, err := n.Requests.Ask(r.Context(), r.Actor, asking)
	if err != nil {
		return Requests{}, err
	}
	out := Requests{Requests: []Wanted{}}
	for _, of := range asked {
		q, err := n.Requests.Show(r.Context(), r.Actor, of)
		if err != nil {
			return Requests{}, err
		}
		out.Requests = append(out.Requests, wantedOf(q))
	}
	r.At("spaces", string(in.Space), "requests")
	return out, nil
}

// askedFor answers again with the first of what was asked and what was asked in
// the same act.
func (n *Nouns) askedFor(r *Request, in NewRequests, of string) (Requests, error) {
	first, err := n.Requests.Show(r.Context(), r.Actor, id.Ask(of))
	if err != nil {
		return Requests{}, err
	}
	all, err := n.Requests.List(r.Context(), r.Actor, in.Space)
	out := Requests{Requests: []Wanted{}}
	for _, q := range all {
		if q.Created.Equal(first.Created) && q.Person == first.Person {
			out.Requests = append(out.Requests, wantedOf(q))
		}
	}
	r.At("spaces", string(in.Space), "requests")
	return out, err
}

// Looking is what somebody is about to ask for.
type Looking struct {
	InSpace
	Names []string `json:"names,omitempty" doc:"of papers"`
	Text  string   `json:"text,omitempty" doc:"of a memo that asks for them"`
}

// Offers are papers that are there already.
type Offers struct {
	Offers []Offer `json:"offers"`
}

// Offer is one that answers what is wanted.
type Offer struct {
	Name     string   `json:"name" doc:"what was wanted"`
	Document id.Item  `json:"document"`
	Title    string   `json:"title"`
	Space    id.Space `json:"space" doc:"where it is: this one, or another one of the same client"`
	Came     Instant  `json:"came_at"`
	How      string   `json:"how" enum:"same stands_in words" doc:"it is this paper; it is accepted in its place; all words of an unknown paper are there"`
}

func (n *Nouns) offers(r *Request, in Looking) (Offers, error) {
	found, err := n.Requests.Offers(r.Context(), r.Actor, request.Wanted{Space: in.Space, Names: in.Names, Text: in.Text})
	out := Offers{Offers: make([]Offer, len(found))}
	for i, o := range found {
		out.Offers[i] = Offer{o.Name, o.Document, o.Title, o.Space, Instant(o.Came), string(o.How)}
	}
	return out, err
}

// Reusing takes a paper instead of asking for it.
type Reusing struct {
	InSpace
	Person   id.Person `json:"person" doc:"of whom it would have been asked"`
	Name     string    `json:"name"`
	Document id.Item   `json:"document" doc:"of this space, or of another one of the same client: then it is copied here, for the firm alone"`
}

func (n *Nouns) reuse(r *Request, in Reusing) (Wanted, error) {
	made, err := n.Requests.Reuse(r.Context(), r.Actor, request.Reusing{Space: in.Space, Person: in.Person, Name: in.Name, Document: in.Document})
	if err != nil {
		return Wanted{}, err
	}
	return n.shownRequest(r, made)
}

func (n *Nouns) reused(r *Request, _ Reusing, of string) (Wanted, error) {
	return n.shownRequest(r, id.Ask(of))
}

func (n *Nouns) shownRequest(r *Request, of id.Ask) (Wanted, error) {
	q, err := n.Requests.Show(r.Context(), r.Actor, of)
	if err == nil {
		r.At("requests", string(of))
	}
	return wantedOf(q), err
}

// Reminding names whom to remind.
type Reminding struct {
	InSpace
	Person id.Person `json:"person"`
}

func (n *Nouns) remind(r *Request, in Reminding) (None, error) {
	return None{}, n.Requests.Remind(r.Context(), r.Actor, in.Space, in.Person)
}

// InRequest names a request in the path.
type InRequest struct {
	Ask id.Ask `path:"ask"`
}

func (n *Nouns) oneRequest(r *Request, in InRequest) (Wanted, error) {
	q, err := n.Requests.Show(r.Context(), r.Actor, in.Ask)
	return wantedOf(q), err
}

// Because gives the reason of a step.
type Because struct {
	InRequest
	Reason string `json:"reason"`
}

// Excuse gives one if there is any.
type Excuse struct {
	InRequest
	Reason string `json:"reason,omitempty"`
}

// Using names the document that answers.
type Using struct {
	InRequest
	Document id.Item `json:"document"`
}

func (n *Nouns) lack(r *Request, in Because) (Wanted, error) {
	return n.after(r, in.Ask, n.Requests.Lack(r.Context(), r.Actor, in.Ask, in.Reason))
}

func (n *Nouns) sendBack(r *Request, in Because) (Wanted, error) {
	return n.after(r, in.Ask, n.Requests.Return(r.Context(), r.Actor, in.Ask, in.Reason))
}

func (n *Nouns) waive(r *Request, in Excuse) (Wanted, error) {
	return n.after(r, in.Ask, n.Requests.Waive(r.Context(), r.Actor, in.Ask, in.Reason))
}

func (n *Nouns) accept(r *Request, in InRequest) (Wanted, error) {
	return n.after(r, in.Ask, n.Requests.Accept(r.Context(), r.Actor, in.Ask))
}

func (n *Nouns) renew(r *Request, in InRequest) (Wanted, error) {
	return n.after(r, in.Ask, n.Requests.Renew(r.Context(), r.Actor, in.Ask))
}

func (n *Nouns) use(r *Request, in Using) (Wanted, error) {
	return n.after(r, in.Ask, n.Requests.Use(r.Context(), r.Actor, in.Ask, in.Document))
}

// after shows where a request stands after a step.
func (n *Nouns) after(r *Request, of id.Ask, err error) (Wanted, error) {
	if err != nil {
		return Wanted{}, err
	}
	q, err := n.Requests.Show(r.Context(), r.Actor, of)
	return wantedOf(q), err
}

func (n *Nouns) stepped(r *Request, in Because, _ string) (Wanted, error) {
	return n.after(r, in.Ask, nil)
}
func (n *Nouns) excused(r *Request, in Excuse, _ string) (Wanted, error) {
	return n.after(r, in.Ask, nil)
}
func (n *Nouns) judged(r *Request, in InRequest, _ string) (Wanted, error) {
	return n.after(r, in.Ask, nil)
}
func (n *Nouns) usedPaper(r *Request, in Using, _ string) (Wanted, error) {
	return n.after(r, in.Ask, nil)
}

// DepositRule says whether a space takes deposits.
type DepositRule struct {
	Closed   bool   `json:"closed"`
	Sentence string `json:"sentence,omitempty" doc:"where to send instead, in the firm’s words"`
}

// NewRule sets it.
type NewRule struct {
	InSpace
	DepositRule
}

func (n *Nouns) depositRule(r *Request, in InSpace) (DepositRule, error) {
	rule, err := n.Deposits.RuleOf(r.Context(), r.Actor, in.Space)
	return DepositRule(rule), err
}

func (n *Nouns) setDepositRule(r *Request, in NewRule) (DepositRule, error) {
	if err := n.Deposits.Switch(r.Context(), r.Actor, in.Space, deposit.Rule(in.DepositRule)); err != nil {
		return DepositRule{}, err
	}
	return n.depositRule(r, in.InSpace)
}

func (n *Nouns) settledRule(r *Request, in NewRule, _ string) (DepositRule, error) {
	return n.depositRule(r, in.InSpace)
}
