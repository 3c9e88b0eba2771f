package api

import (
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/question"
)

// ForumPattern is who sees what the parties of a forum bring and ask from now on.
type ForumPattern struct {
	Contributions string `json:"contributions" enum:"all firm" doc:"firm: the party itself, the firm’s side"`
	Questions     string `json:"questions" enum:"all firm" doc:"firm: the party that asks, and who answers"`
}

func (n *Nouns) forumPattern(r *Request, in InSpace) (ForumPattern, error) {
	p, err := n.Forums.Pattern(r.Context(), r.Actor, in.Space)
	return ForumPattern{string(p.Contributions), string(p.Questions)}, err
}

// ForumDemand is how surely the people of a space, a forum or not, show who they are, to
// enter it.
type ForumDemand struct {
	Demand  string      `json:"demand" enum:"password code second_factor passkey" doc:"password: anything, a mailed link alone too; code: more than a mailed link alone"`
	Without []id.Person `json:"without,omitempty" doc:"who in the space has nothing by which to show it, to whoever may say what it takes"`
}

// NewForumDemand says it.
type NewForumDemand struct {
	InSpace
	Demand string `json:"demand" enum:"password code second_factor passkey" doc:"password: anything, a mailed link alone too; code: more than a mailed link alone"`
}

func (n *Nouns) forumDemand(r *Request, in InSpace) (ForumDemand, error) {
	d, err := n.Lifecycle.Demand(r.Context(), r.Actor, in.Space)
	return ForumDemand{d.Level.String(), d.Without[d.Level]}, err
}

func (n *Nouns) setForumDemand(r *Request, in NewForumDemand) (None, error) {
	to, known := authz.ParseAssurance(in.Demand)
	if !known {
		return None{}, fault.New(fault.Invalid, "space.demand_unknown").In("demand")
	}
	return None{}, n.Lifecycle.SetDemand(r.Context(), r.Actor, in.Space, to)
}

// NewForumPattern says it.
type NewForumPattern struct {
	InSpace
	Contributions string `json:"contributions" enum:"all firm" fault:"pattern"`
	Questions     string `json:"questions" enum:"all firm" fault:"pattern"`
}

func (n *Nouns) setForumPattern(r *Request, in NewForumPattern) (ForumPattern, error) {
	p := circle.Pattern{Contributions: circle.Seen(in.Contributions), Questions: circle.Seen(in.Questions)}
	if err := n.Forums.SetPattern(r.Context(), r.Actor, in.Space, p); err != nil {
		return ForumPattern{}, err
	}
	return n.forumPattern(r, in.InSpace)
}

func (n *Nouns) forumPatternSet(r *Request, in NewForumPattern, _ string) (ForumPattern, error) {
	return n.forumPattern(r, in.InSpace)
}

// Question is a numbered question of a party of a forum.
type Question struct {
	ID        id.Question    `json:"id"`
	Space     id.Space       `json:"space"`
	Number    int64          `json:"number" doc:"of its forum, from 1"`
	Scope     string         `json:"scope" enum:"all firm" doc:"whom it and its answers are for, fixed when it was asked; firm: the party that asked, and who answers"`
	Party     id.Circle      `json:"party,omitempty" doc:"that asked; absent for other parties"`
	PartyName string         `json:"party_name,omitempty"`
	By        id.Person      `json:"asked_by,omitempty" doc:"absent for other parties"`
	Asked     Instant        `json:"asked_at"`
	Entry     id.Entry       `json:"entry" doc:"of the journal, which proves it (getProof)"`
	Withdrawn Instant        `json:"withdrawn_at,omitzero"`
	Open      bool           `json:"open,omitempty" doc:"a line of it waits for its answer"`
	Lines     []QuestionLine `json:"lines"`
}

// QuestionLine is one line of it.
type QuestionLine struct {
	Text    string           `json:"text"`
	Answers []QuestionAnswer `json:"answers" doc:"the last word first"`
}

// QuestionAnswer is what was answered to a line.
type QuestionAnswer struct {
	By       id.Person `json:"answered_by"`
	At       Instant   `json:"answered_at"`
	Text     string    `json:"text,omitempty"`
	Document id.Item   `json:"document,omitempty" doc:"that it refers to, when one may read it"`
	Entry    id.Entry  `json:"entry" doc:"of the journal"`
}

func questionOf(q question.Question) Question {
	out := Question{
		ID: q.ID, Space: q.Space, Number: q.Number, Scope: string(q.Scope), Party: q.Party, PartyName: q.PartyName, By: q.By,
		Asked: Instant(q.Asked), Entry: q.Entry, Withdrawn: Instant(q.Withdrawn), Open: q.Open(), Lines: make([]QuestionLine, len(q.Lines)),
	}
	for i, l := range q.Lines {
		out.Lines[i] = QuestionLine{l.Text, make([]QuestionAnswer, len(l.Answers))}
		for j, a := range l.Answers {
			out.Lines[i].Answers[j] = QuestionAnswer{a.By, Instant(a.At), a.Text, a.Exhibit, a.Entry}
		}
	}
	return out
}

// Questions are those of a forum, the newest first.
type Questions struct {
	Questions []Question `json:"questions"`
}

func (n *Nouns) listQuestions(r *Request, in InSpace) (Questions, error) {
	found, err := n.Questions.List(r.Context(), r.Actor, in.Space)
	out := Questions{Questions: make([]Question, len(found))}
	for i, q := range found {
		out.Questions[i] = questionOf(q)
	}
	return out, err
}

// NewQuestion asks one.
type NewQuestion struct {
	InSpace
	Text string `json:"text" doc:"one question a line; each is answered by itself"`
}

func (n *Nouns) askQuestion(r *Request, in NewQuestion) (Question, error) {
	q, err := n.Questions.Ask(r.Context(), r.Actor, in.Space, in.Text)
	if err != nil {
		return Question{}, err
	}
	return n.question(r, InQuestion{in.InSpace, q.ID})
}

func (n *Nouns) askedQuestion(r *Request, in NewQuestion, of string) (Question, error) {
	return n.question(r, InQuestion{in.InSpace, id.Question(of)})
}

// InQuestion names a question of a space in the path.
type InQuestion struct {
	InSpace
	Question id.Question `path:"question"`
}

func (n *Nouns) question(r *Request, in InQuestion) (Question, error) {
	q, err := n.Questions.Show(r.Context(), r.Actor, in.Space, in.Question)
	return questionOf(q), err
}

// NewAnswers answer lines of a question.
type NewAnswers struct {
	InQuestion
	Answers []NewAnswer `json:"answers" fault:"text"`
}

// NewAnswer answers one line.
type NewAnswer struct {
	Line     int     `json:"line" doc:"from 0"`
	Text     string  `json:"text,omitempty"`
	Document id.Item `json:"document,omitempty" doc:"that it refers to: one that all have before them"`
}

func (n *Nouns) answerQuestion(r *Request, in NewAnswers) (Question, error) {
	replies := make([]question.Reply, len(in.Answers))
	for i, a := range in.Answers {
		replies[i] = question.Reply{Line: a.Line, Text: a.Text, Exhibit: a.Document}
	}
	if err := n.Questions.Answer(r.Context(), r.Actor, in.Space, in.Question, replies); err != nil {
		return Question{}, err
	}
	return n.question(r, in.InQuestion)
}

func (n *Nouns) answeredQuestion(r *Request, in NewAnswers, _ string) (Question, error) {
	return n.question(r, in.InQuestion)
}

func (n *Nouns) withdrawQuestion(r *Request, in InQuestion) (None, error) {
	return None{}, n.Questions.Withdraw(r.Context(), r.Actor, in.Space, in.Question)
}
