package api

import (
	"encoding/hex"

	"cenacle/internal/firm"
	"cenacle/internal/id"
)

// Charter is the charter of use that the firm asks for.
type Charter struct {
	Version  int64    `json:"version" doc:"0: none was ever published"`
	Audience string   `json:"audience,omitempty" doc:"team, outside or all; absent: nobody is asked"`
	At       *Instant `json:"at,omitempty"`
	SHA256   string   `json:"sha256,omitempty" doc:"of the text, in UTF-8"`
	Text     string   `json:"text,omitempty"`
	Answer   string   `json:"answer,omitempty" doc:"one’s own: accepted or declined"`
}

func charterOf(c firm.Charter) Charter {
	if c.Version == 0 {
		return Charter{}
	}
	at := Instant(c.At)
	return Charter{Version: c.Version, Audience: string(c.Audience), At: &at, SHA256: hex.EncodeToString(c.SHA256[:]), Text: c.Text}
}

func (n *Nouns) charter(r *Request, _ None) (Charter, error) {
	c, said, _, err := n.Firms.Charter(r.Context(), r.Actor)
	out := charterOf(c)
	out.Answer = string(said)
	return out, err
}

// NewCharter is another version.
type NewCharter struct {
	Text     string `json:"text"`
	Audience string `json:"audience,omitempty" doc:"team, outside or all; absent: nobody is asked any more"`
}

func (n *Nouns) publishCharter(r *Request, in NewCharter) (None, error) {
	return None{}, n.Firms.Publish(r.Context(), r.Actor, in.Text, firm.Audience(in.Audience))
}

// NewCharterAnswer is the answer of the person who acts.
type NewCharterAnswer struct {
	Version int64 `json:"version" doc:"the one that was read"`
	Accept  bool  `json:"accept"`
}

func (n *Nouns) answerCharter(r *Request, in NewCharterAnswer) (None, error) {
	return None{}, n.Firms.AnswerCharter(r.Context(), r.Actor, in.Version, in.Accept)
}

// CharterAnswers are those to the version that stands.
type CharterAnswers struct {
	Charter Charter         `json:"charter"`
	Answers []CharterAnswer `json:"answers"`
}

// CharterAnswer is what one person said.
type CharterAnswer struct {
	Person id.Person `json:"person"`
	Name   string    `json:"name"`
	Answer string    `json:"answer" doc:"accepted or declined"`
	At     Instant   `json:"at"`
}

func (n *Nouns) charterAnswers(r *Request, _ None) (CharterAnswers, error) {
	c, found, err := n.Firms.CharterAnswers(r.Context(), r.Actor)
	out := CharterAnswers{charterOf(c), make([]CharterAnswer, len(found))}
	for i, one := range found {
		out.Answers[i] = CharterAnswer{one.Person, one.Name, string(one.Answer), Instant(one.At)}
	}
	return out, err
}
